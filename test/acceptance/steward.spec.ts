import { standalone } from '../support/deployment.js';
import { steward } from './steward.js';

steward(standalone);
