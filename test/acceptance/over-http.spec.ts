import { embedded } from './deployment.js';
import { overHttp } from './over-http.js';

overHttp(embedded);
