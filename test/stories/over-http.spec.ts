import { embedded } from './house.js';
import { overHttp } from './over-http.js';

overHttp(embedded);
