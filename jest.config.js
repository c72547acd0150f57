export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  maxWorkers: '100%',
  // Scenes of the contract mostly wait for pods; how many play at once is theirs to say (contract/scene.ts).
  maxConcurrency: 16,
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/lib'],
};
