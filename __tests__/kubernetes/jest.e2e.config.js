import base from '../../jest.config.js';

/** The suites on real clusters. One at a time: each brings up a cluster of its own, and times are part of what is tested. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/__tests__/kubernetes/**/*.e2e.ts'],
  testTimeout: 120_000,
  maxWorkers: 1,
  // Tests that only wait for pods wait together.
  maxConcurrency: 20,
};
