export { clientLogger, damageLogger } from './client-logger.js';
export { KAFKA, type KafkaConnection } from './kafka-settings.js';
export { EXIT_UNSURE, lastResort } from './last-resort.js';
export { LogOnChange } from './log-on-change.js';
export { LOG_LEVELS, type LogLevel, logging } from './logging.js';
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
export { type Connecting, type WaitOptions, waitFor } from './retry-until-connected.js';
export { type ServedProcess, runProcess, cannotStart, settingsOr, stopWithin } from './run-process.js';
export { DATABASE, EVENT_STORE, PSEUDONYM_KEY } from './service-settings.js';
export { type DeclaredSetting, OneOf, Setting, type SettingOptions, Text, WholeNumber } from './setting.js';
export {
  type Env,
  type Read,
  type ReadFile,
  type SettingsClass,
  type SettingsIn,
  type SettingsPart,
  readEnvironment,
  readSettings,
  settingsPart,
  settingsPartAs,
  withFiles,
} from './settings.js';
export { StartupDependencies, passes } from './startup-dependencies.js';
export { GROUP, LOG_TOPIC, OTHER_TOPICS, PUBLIC_URL } from './topic-settings.js';
