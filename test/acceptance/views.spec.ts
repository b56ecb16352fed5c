import { embedded } from './deployment.js';
import { views } from './views.js';

views(embedded);
