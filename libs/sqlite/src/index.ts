export { SqliteEventStore, SqliteLogReader, type SqliteEventStoreOptions } from './sqlite-event-store.js';
export { InProcessFeed } from './in-process-feed.js';
