import { describe } from '@jest/globals';
import { standalone } from '../support/deployment.js';
import { agreements } from './agreements.js';
import { equipment } from './equipment.js';
import { liveOverHttp } from './live.js';
import { monitoring } from './monitoring.js';
import { moving } from './moving.js';
import { page } from './page.js';
import { steward } from './steward.js';
import { vetting } from './vetting.js';
import { views } from './views.js';

// Each file of its own loads the whole deployment: those that take little time share one.
describe('the standalone deployment', () => {
  describe('with agreements', () => agreements(standalone));
  describe('with vetting and training', () => vetting(standalone));
  describe('with items and their types', () => equipment(standalone));
  describe('with checks and deployments', () => monitoring(standalone));
  describe('with policies and due dates', () => steward(standalone));
  describe('with views', () => views(standalone));
  describe('with live streams', () => liveOverHttp(standalone));
  describe('with the page', () => page(standalone));
  describe('with an imported log', () => moving(standalone));
});
