import { standalone } from '../support/deployment.js';
import { figures } from './figures.js';

figures(standalone);
