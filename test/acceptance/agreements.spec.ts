import { standalone } from '../support/deployment.js';
import { agreements } from './agreements.js';

agreements(standalone);
