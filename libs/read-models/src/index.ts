export { MODELS, VIEWS } from './models.js';
export { QUESTIONS } from './questions.js';
export type { From, Query } from './from.js';
export { LATE_AFTER_HOURS } from './journal.js';
