import { embedded } from './house.js';
import { views } from './views.js';

views(embedded);
