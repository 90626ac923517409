/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
        sourceMaps: true,
      },
    ],
  },
  runtime: '<rootDir>/tests/testkit/native-runtime.cjs',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  globalSetup: '<rootDir>/tests/testkit/global-setup.js',
  globalTeardown: '<rootDir>/tests/testkit/global-teardown.js',
  // A machine may be slow; a test that hangs is ended all the same.
  testTimeout: 60_000,
  // By default Jest leaves one core idle, which on two cores means that nothing runs in parallel.
  maxWorkers: '100%',
  collectCoverageFrom: ['src/**/*.ts', 'client/**/*.ts', '!src/generated/**', '!**/generated/**'],
  coverageProvider: 'v8',
  coverageThreshold: { global: { lines: 80, branches: 80 } },
  coverageReporters: ['text-summary', 'lcov'],
};
