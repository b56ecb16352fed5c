import {
  type Env,
  EVENT_STORE,
  KAFKA,
  LOG_TOPIC,
  SERVER_LIMITS,
  type SettingsIn,
  networkProcess,
  readSettings,
} from '@entente/process';

/** What an operator sets, by environment variables. */
export const SETTINGS = {
  process: networkProcess(3001),
  limits: SERVER_LIMITS,
  eventStore: EVENT_STORE,
  kafka: KAFKA,
  topic: LOG_TOPIC,
};

export type RelayConfig = SettingsIn<typeof SETTINGS>;

/** The settings; or every one that is wrong, with what it takes. */
export const readConfig = (env: Env) => readSettings(env, SETTINGS);
