import { standalone } from '../support/deployment.js';
import { overHttp } from './over-http.js';

overHttp(standalone);
