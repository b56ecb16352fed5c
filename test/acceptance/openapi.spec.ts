import { embedded } from './deployment.js';
import { openapi } from './openapi.js';

openapi(embedded);
