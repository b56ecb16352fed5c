export { ProjectionWorker } from './projection-worker.js';
export { PROJECTION } from './projection.js';
export { AfterTheOlder, Succession } from './succession.js';
export { RelayWorker } from './relay-worker.js';
export { Waits, passes } from './waits.js';
export { ToldOnce } from './told-once.js';
export { telling } from './telling.js';
export { Watch } from './watch.js';
export { Models, RebuildWorker } from './rebuild-worker.js';
export { SubmitHandler, kinds } from './deciding.js';
export { LOG_LEVELS, type LogLevel, logging } from './logging.js';
export { type Env, type Parts, type Read, type ReadFile, Reading, readSettings, withFiles } from './settings.js';
export { type OwnProcess, type ProcessSettings, isLoopback, readProcess } from './process-settings.js';
export {
  type DatabaseSettings,
  type EventStoreSettings,
  readDatabase,
  readEventStore,
  readSealKey,
} from './engine-settings.js';
export {
  type KafkaConnection,
  type LogTopic,
  type OtherTopics,
  readGroup,
  readKafka,
  readOtherTopics,
  readTopic,
} from './kafka-settings.js';
export { type WaitOptions, type Waiting, waitFor } from './waiting.js';
export { Intake } from './intake.js';
export { IntakeWorker } from './intake-worker.js';
