import { embedded } from './house.js';
import { liveOverHttp } from './live.js';

liveOverHttp(embedded);
