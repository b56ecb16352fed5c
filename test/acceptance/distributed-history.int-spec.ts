import { describe } from '@jest/globals';
import { distributed } from '../support/distributed-in-process.js';
import { controls } from './controls.js';
import { figures } from './figures.js';
import { importing } from './importing.js';

const deployments = distributed({ partitions: 3, projectors: 2 });

// The acceptance tests of the standalone deployment, unchanged, on the distributed one.
describe('the distributed deployment', () => {
  describe('with a history', () => {
    describe('that is random', () => figures(deployments));
    describe('with control checks', () => controls(deployments));
    describe('of an import', () => importing(deployments));
  });
});
