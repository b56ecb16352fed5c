import {
  DATABASE,
  EVENT_STORE,
  type Env,
  GROUP,
  KAFKA,
  LOG_TOPIC,
  OTHER_TOPICS,
  type SettingsIn,
  readSettings,
} from '@entente/process';

const SETTINGS = {
  eventStore: EVENT_STORE,
  database: DATABASE,
  kafka: KAFKA,
  topic: LOG_TOPIC,
  others: OTHER_TOPICS,
  group: GROUP,
};

/** The addresses and credentials of a distributed deployment. */
export type ServiceSettings = SettingsIn<typeof SETTINGS>;

/** Whether the environment names a distributed deployment. */
export const namesServices = (env: Env): boolean =>
  ['ESDB_URL', 'ESDB_URL_FILE'].some((name) => (env[name] ?? '') !== '');

/** The settings of the distributed deployment. Fails with all that are wrong or missing. */
export function serviceSettings(env: Env): ServiceSettings {
  const found = readSettings(env, SETTINGS);
  if ('settings' in found) return found.settings;
  throw new Error(
    `the distributed deployment cannot be reached:\n${found.wrong.map((line) => `  ${line}`).join('\n')}`,
  );
}
