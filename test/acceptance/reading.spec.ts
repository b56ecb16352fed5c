import { embedded } from './deployment.js';
import { reading } from './reading.js';

reading(embedded);
