export { SqliteEventStore } from './sqlite-event-store.js';
export { SqliteLogReader } from './sqlite-log-reader.js';
export { SqliteRefusalLog } from './sqlite-refusal-log.js';
export { SqliteStewardCheckpoint } from './sqlite-steward-checkpoint.js';
export { copyDatabase, integrityCheck } from './copy.js';
export { createFolderDurably, renameDurably, syncToDisk, writeDurably } from './durable-files.js';
export { fillFolder, inUse } from './fill-folder.js';
export { beginEra, isUnlocked } from './log-file.js';
