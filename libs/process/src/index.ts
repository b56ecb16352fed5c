export { clientLogger, damageLogger } from './client-logger.js';
export { closeOnShutdown } from './close-on-shutdown.js';
export { KAFKA } from './kafka-settings.js';
export { EXIT_UNSURE, lastResort } from './last-resort.js';
export { LogOnChange } from './log-on-change.js';
export { type LogLevel, logging } from './logging.js';
export {
  ANSWERS,
  AnswerSettings,
  LOCAL_PROCESS,
  type ProcessSettings,
  COMMANDS,
  SERVER_LIMITS,
  ServerLimitSettings,
  isLoopback,
  networkProcess,
  originsOf,
} from './process-settings.js';
export { runProcess, cannotStart, settingsOr, stopWithin } from './run-process.js';
export { DATABASE, EVENT_STORE, PSEUDONYM_KEY } from './service-settings.js';
export { OneOf, Setting, Text } from './setting.js';
export { type Env, type Read, type SettingsIn, readEnvironment, readSettings, settingsPart } from './settings.js';
export { StartupDependencies } from './startup-dependencies.js';
export { GROUP, LOG_TOPIC, OTHER_TOPICS, PUBLIC_URL } from './topic-settings.js';
