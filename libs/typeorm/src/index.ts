export { SqliteReadModelStore } from './sqlite-read-model-store.js';
export { PostgresReadModelStore } from './postgres-read-model-store.js';
export { PostgresRefusalLog } from './postgres-refusal-log.js';
export { PostgresStewardCheckpoint } from './postgres-steward-checkpoint.js';
export { checkDatabase } from './check-database.js';
