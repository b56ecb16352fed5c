import {
  COMMANDS,
  DATABASE,
  type Env,
  EVENT_STORE,
  GROUP,
  KAFKA,
  LOG_TOPIC,
  OTHER_TOPICS,
  PSEUDONYM_KEY,
  SERVER_LIMITS,
  type SettingsIn,
  networkProcess,
  readSettings,
} from '@entente/process';

/**
 * The settings, from environment variables. The steward does not use Kafka, and takes its settings
 * so that one environment serves every app.
 */
export const SETTINGS = {
  process: networkProcess(3004),
  limits: SERVER_LIMITS,
  commands: COMMANDS,
  eventStore: EVENT_STORE,
  kafka: KAFKA,
  topic: LOG_TOPIC,
  group: GROUP,
  others: OTHER_TOPICS,
  database: DATABASE,
  pseudonymKey: PSEUDONYM_KEY,
};

export type StewardConfig = SettingsIn<typeof SETTINGS>;

/** Reads the settings. Returns all errors if any are wrong. */
export const readConfig = (env: Env) => readSettings(env, SETTINGS);
