import { describe } from '@jest/globals';
import { distributed } from '../support/distributed-in-process.js';
import { agreements } from './agreements.js';
import { equipment } from './equipment.js';
import { monitoring } from './monitoring.js';
import { vetting } from './vetting.js';

const deployments = distributed({ partitions: 3, projectors: 2 });

// The acceptance tests of the standalone deployment, unchanged, on the distributed one.
describe('the distributed deployment', () => {
  describe('under safeguards', () => {
    describe('with agreements', () => agreements(deployments));
    describe('with vetting and training', () => vetting(deployments));
    describe('with items and their types', () => equipment(deployments));
    describe('with checks and deployments', () => monitoring(deployments));
  });
});
