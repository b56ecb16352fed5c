export { clientLogger } from './client-logger.js';
export {
  type KafkaConnection,
  type LogTopic,
  type OtherTopics,
  readGroup,
  readKafka,
  readOtherTopics,
  readTopic,
} from './kafka-settings.js';
export { EXIT_UNSURE, lastResort } from './last-resort.js';
export { LogOnChange } from './log-on-change.js';
export { LOG_LEVELS, type LogLevel, logging } from './logging.js';
export { type OwnProcess, type ProcessSettings, isLoopback, readProcess } from './process-settings.js';
export { type Connecting, type WaitOptions, waitFor } from './retry-until-connected.js';
export { type ServedProcess, runProcess, settingsOr, stopWithin } from './run-process.js';
export {
  type DatabaseSettings,
  type EventStoreSettings,
  readDatabase,
  readEventStore,
  readPseudonymKey,
} from './service-settings.js';
export { type Env, type Parts, type Read, type ReadFile, SettingsReader, readSettings, withFiles } from './settings.js';
export { StartupDependencies, passes } from './startup-dependencies.js';
