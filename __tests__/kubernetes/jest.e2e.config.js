import base from '../../jest.config.js';

const tier = process.env.CROSSFADE_E2E_TIER ?? 'control-plane';
const anywhere = '**/*-everywhere.e2e.ts';
const suites = {
  'control-plane': ['**/*.e2e.ts', '!**/*-node.e2e.ts'],
  node: ['**/*-node.e2e.ts', anywhere],
  given: [anywhere],
};

/** The suites on real clusters. One at a time: each brings up a cluster of its own, and times are part of what is tested. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/__tests__'],
  testMatch: suites[tier],
  testTimeout: 120_000,
  maxWorkers: 1,
  // Tests that only wait for pods wait together.
  maxConcurrency: 20,
};
