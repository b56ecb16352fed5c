export { SqliteReadModelStore, type SqliteReadModelStoreOptions } from './sqlite-read-model-store.js';
export type { SourceBuilder, StoredView } from './queryable.js';
export { PostgresReadModelStore, type PostgresReadModelStoreOptions } from './postgres-read-model-store.js';
export { PostgresRefusalLog, type PostgresRefusalLogOptions } from './postgres-refusal-log.js';
export { PostgresStewardCheckpoint } from './postgres-steward-checkpoint.js';
export { checkDatabase } from './check-database.js';
