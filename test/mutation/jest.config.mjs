/**
 * The specs of the libraries that are mutated, and no others: each runs in memory or on one file.
 */
import { fileURLToPath } from 'node:url';
import base from '../../jest.config.mjs';

export default {
  ...base,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  reporters: [],
  testMatch: [
    '<rootDir>/libs/{kernel,contracts,domain,engine,read-models}/src/**/*.spec.ts',
    '<rootDir>/test/events/*.spec.ts',
  ],
  testTimeout: 60_000,
};
