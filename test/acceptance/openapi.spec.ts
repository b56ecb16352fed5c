import { standalone } from '../support/deployment.js';
import { openapi } from './openapi.js';

openapi(standalone);
