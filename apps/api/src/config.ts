import {
  ANSWERS,
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

/** What an operator sets, by environment variables. */
export const SETTINGS = {
  process: networkProcess(3000),
  limits: SERVER_LIMITS,
  answers: ANSWERS,
  eventStore: EVENT_STORE,
  kafka: KAFKA,
  topic: LOG_TOPIC,
  group: GROUP,
  others: OTHER_TOPICS,
  database: DATABASE,
  pseudonymKey: PSEUDONYM_KEY,
};

export type ApiConfig = SettingsIn<typeof SETTINGS>;

/** The settings; or every one that is wrong, with what it takes. */
export const readConfig = (env: Env) => readSettings(env, SETTINGS);
