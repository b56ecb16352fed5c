import { standalone } from '../support/deployment.js';
import { equipment } from './equipment.js';

equipment(standalone);
