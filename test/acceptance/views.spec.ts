import { standalone } from '../support/deployment.js';
import { views } from './views.js';

views(standalone);
