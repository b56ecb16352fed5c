import { embedded } from './house.js';
import { reading } from './reading.js';

reading(embedded);
