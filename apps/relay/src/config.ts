import {
  type Env,
  EVENT_STORE,
  KAFKA,
  LOG_TOPIC,
  PUBLIC_URL,
  SERVER_LIMITS,
  type SettingsIn,
  networkProcess,
  readSettings,
} from '@entente/process';

/** The settings, from environment variables. */
export const SETTINGS = {
  process: networkProcess(3001),
  limits: SERVER_LIMITS,
  eventStore: EVENT_STORE,
  kafka: KAFKA,
  topic: LOG_TOPIC,
  schemas: PUBLIC_URL,
};

export type RelayConfig = SettingsIn<typeof SETTINGS>;

/** Reads the settings. Returns all errors if any are wrong. */
export const readConfig = (env: Env) => readSettings(env, SETTINGS);
