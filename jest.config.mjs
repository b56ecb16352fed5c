import { fileURLToPath } from 'node:url';
import { temporaryFoldersInMemory } from './test/support/in-memory.mjs';

// Processes that tests start compile nothing twice.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.entente/compiled', import.meta.url));

temporaryFoldersInMemory();

/**
 * Specs run straight from the sources: swc strips the types and keeps the decorators' metadata that
 * Nest and TypeORM read.
 */
export default {
  reporters: ['default', '<rootDir>/test/support/count-reporter.mjs'],
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  testMatch: ['<rootDir>/{apps,libs,test}/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/data', '<rootDir>/.entente'],
  moduleNameMapper: {
    '^@entente/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2024',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
      },
    ],
  },
  // Much of it waits for processes and disks: two at once also on two cores.
  maxWorkers: 2,
  testTimeout: 240_000,
};
