import { describe } from '@jest/globals';
import { distributed } from '../support/distributed-in-process.js';
import { moving } from './moving.js';
import { openapi } from './openapi.js';
import { questions } from './questions.js';
import { reading } from './reading.js';

const deployments = distributed({ partitions: 12 });

// The acceptance tests of the standalone deployment, unchanged, on the distributed one.
describe('the distributed deployment', () => {
  describe('with queries', () => {
    describe('with the OpenAPI document', () => reading(deployments));
    describe('with the questions of its audiences', () => questions(deployments));
    describe('with an imported log', () => openapi(deployments));
    describe('is', () => moving(deployments));
  });
});
