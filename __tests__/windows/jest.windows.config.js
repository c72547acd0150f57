import base from '../../jest.config.js';

/** `npm run windows`: see windows.ts. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.windows.ts'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
