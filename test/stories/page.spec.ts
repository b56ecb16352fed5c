import { embedded } from './house.js';
import { page } from './page.js';

page(embedded);
