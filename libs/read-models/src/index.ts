export { MODELS, VIEWS } from './models.js';
export type { From, Query, RowsView } from './from.js';
export { LATE_AFTER_HOURS } from './journal.js';
