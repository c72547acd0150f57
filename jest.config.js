import { availableParallelism } from 'node:os';

export default {
  testEnvironment: '<rootDir>/__tests__/environment.js',
  testSequencer: '<rootDir>/__tests__/longest-first.js',
  // Held up at random, as on a crowded machine.
  setupFiles: process.env.SHAKEN ? ['<rootDir>/__tests__/shaken.ts'] : [],
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '<rootDir>/__tests__/eager-imports.js',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  // One more than there are processors on small machines: the suites that run longest mostly wait.
  maxWorkers: Math.max(3, availableParallelism()),
  // Scenes of the contract mostly wait for pods; how many play at once is theirs to say (contract/scene.ts).
  maxConcurrency: 16,
  // Five seconds, Jest's own, are little for a suite of thousands on a machine that others use, too; none is meant to say how long a test takes.
  testTimeout: 60_000,
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/lib'],
};
