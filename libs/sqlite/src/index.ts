export { SqliteEventStore, type SqliteEventStoreOptions } from './sqlite-event-store.js';
export { SqliteLogReader } from './sqlite-log-reader.js';
export { SqliteRefusalLog } from './sqlite-refusal-log.js';
export { copyDatabase, integrityCheck } from './copy.js';
export { beginEra } from './log-file.js';
