import { standalone } from '../support/deployment.js';
import { monitoring } from './monitoring.js';

monitoring(standalone);
