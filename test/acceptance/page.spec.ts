import { standalone } from '../support/deployment.js';
import { page } from './page.js';

page(standalone);
