import base from './jest.config.js';

/** The black-box suite: every kind of attack from outside, minutes long, and so no part of `npm test`. */
export default { ...base, testMatch: ['<rootDir>/tests/attacks/**/*.attack.ts'], testTimeout: 600_000 };
