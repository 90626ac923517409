import base from './jest.config.js';

/** Real kills, freezes, restarts and waits: minutes long, and so no part of `npm test`. */
export default { ...base, testMatch: ['<rootDir>/tests/**/*.fault.ts'], testTimeout: 900_000 };
