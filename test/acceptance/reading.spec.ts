import { standalone } from '../support/deployment.js';
import { reading } from './reading.js';

reading(standalone);
