import { embedded } from './house.js';
import { moving } from './moving.js';

moving(embedded);
