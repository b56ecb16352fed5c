import { embedded } from './deployment.js';
import { page } from './page.js';

page(embedded);
