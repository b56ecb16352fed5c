import { standalone } from '../support/deployment.js';
import { moving } from './moving.js';

moving(standalone);
