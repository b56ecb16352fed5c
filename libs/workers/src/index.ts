export { ProjectionWorker } from './projection-worker.js';
export { PROJECTION } from './projection.js';
export { WaitForOlderProjectors, RolloutGate } from './rollout-gate.js';
export { RelayWorker } from './relay-worker.js';
export { StartupDependencies, passes } from './startup-dependencies.js';
export { LogOnChange } from './log-on-change.js';
export { telling } from './telling.js';
export { WatchdogWorker } from './watchdog-worker.js';
export { Models, RebuildWorker } from './rebuild-worker.js';
export { ExecuteCommandHandler, kinds } from './execute-command.handler.js';
export { LOG_LEVELS, type LogLevel, logging } from './logging.js';
export { type Env, type Parts, type Read, type ReadFile, SettingsReader, readSettings, withFiles } from './settings.js';
export { type OwnProcess, type ProcessSettings, isLoopback, readProcess } from './process-settings.js';
export {
  type DatabaseSettings,
  type EventStoreSettings,
  readDatabase,
  readEventStore,
  readPseudonymKey,
} from './service-settings.js';
export {
  type KafkaConnection,
  type LogTopic,
  type OtherTopics,
  readGroup,
  readKafka,
  readOtherTopics,
  readTopic,
} from './kafka-settings.js';
export { type WaitOptions, type Connecting, waitFor } from './retry-until-connected.js';
export { Intake } from './intake.js';
export { IntakeWorker } from './intake-worker.js';
