import { standalone } from '../support/deployment.js';
import { liveOverHttp } from './live.js';

liveOverHttp(standalone);
