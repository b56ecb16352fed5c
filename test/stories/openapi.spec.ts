import { embedded } from './house.js';
import { openapi } from './openapi.js';

openapi(embedded);
