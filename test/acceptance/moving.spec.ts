import { embedded } from './deployment.js';
import { moving } from './moving.js';

moving(embedded);
