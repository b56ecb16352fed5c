import { describe } from '@jest/globals';
import { distributed } from '../support/distributed-in-process.js';
import { httpAnswers } from './http-answers.js';
import { liveOverHttp } from './live.js';
import { overHttp } from './over-http.js';
import { page } from './page.js';
import { steward } from './steward.js';
import { views } from './views.js';

const deployments = distributed({ partitions: 3, projectors: 2 });

// The acceptance tests of the standalone deployment, unchanged, on the distributed one.
describe('the distributed deployment', () => {
  describe('with three partitions and two projectors', () => {
    describe('over HTTP', () => overHttp(deployments));
    describe('with views', () => views(deployments));
    describe('with its answers', () => httpAnswers(deployments));
    describe('with live streams', () => liveOverHttp(deployments));
    describe('with policies and due dates', () => steward(deployments));
    describe('with the page', () => page(deployments));
  });
});
