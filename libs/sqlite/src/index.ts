export { SqliteEventStore, SqliteLogReader, type SqliteEventStoreOptions } from './sqlite-event-store.js';
export { InProcessFeed } from './in-process-feed.js';
export { SqliteRefusalLog } from './sqlite-refusal-log.js';
export { copyDatabase, damageOf } from './copy.js';
