import { describe } from '@jest/globals';
import { distributed } from '../support/distributed-in-process.js';
import { agreements } from './agreements.js';
import { controls } from './controls.js';
import { equipment } from './equipment.js';
import { figures } from './figures.js';
import { httpAnswers } from './http-answers.js';
import { importing } from './importing.js';
import { liveOverHttp } from './live.js';
import { monitoring } from './monitoring.js';
import { moving } from './moving.js';
import { openapi } from './openapi.js';
import { overHttp } from './over-http.js';
import { page } from './page.js';
import { questions } from './questions.js';
import { reading } from './reading.js';
import { steward } from './steward.js';
import { vetting } from './vetting.js';
import { views } from './views.js';

const three = distributed({ partitions: 3, projectors: 2 });
const twelve = distributed({ partitions: 12 });

// The acceptance tests of the standalone deployment, unchanged, on the distributed one.
describe('the distributed deployment', () => {
  describe('with three partitions and two projectors', () => {
    describe('over HTTP', () => overHttp(three));
    describe('with views', () => views(three));
    describe('with a random history', () => figures(three));
    describe('with its answers', () => httpAnswers(three));
    describe('with live streams', () => liveOverHttp(three));
    describe('with policies and due dates', () => steward(three));
    describe('with control checks', () => controls(three));
    describe('with agreements', () => agreements(three));
    describe('with vetting and training', () => vetting(three));
    describe('with items and their types', () => equipment(three));
    describe('with checks and deployments', () => monitoring(three));
    describe('with the page', () => page(three));
    describe('with an import', () => importing(three));
  });
  describe('with queries', () => {
    describe('with the OpenAPI document', () => reading(twelve));
    describe('with the questions of its audiences', () => questions(twelve));
    describe('with an imported log', () => openapi(twelve));
    describe('is', () => moving(twelve));
  });
});
