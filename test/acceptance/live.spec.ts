import { embedded } from './deployment.js';
import { liveOverHttp } from './live.js';

liveOverHttp(embedded);
