import { describe } from '@jest/globals';
import { standalone } from '../support/deployment.js';
import { vetting } from './vetting.js';

describe('the standalone deployment with vetting', () => vetting(standalone));
