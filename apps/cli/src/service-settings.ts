import {
  DATABASE,
  EVENT_STORE,
  type Env,
  GROUP,
  KAFKA,
  LOG_TOPIC,
  OTHER_TOPICS,
  PSEUDONYM_KEY,
  PUBLIC_URL,
  type SettingsIn,
  readSettings,
} from '@entente/process';

const SETTINGS = {
  eventStore: EVENT_STORE,
  database: DATABASE,
  kafka: KAFKA,
  topic: LOG_TOPIC,
  schemas: PUBLIC_URL,
  others: OTHER_TOPICS,
  group: GROUP,
};

/** The addresses and credentials of a distributed deployment. */
export type ServiceSettings = SettingsIn<typeof SETTINGS>;

/** What else a command reads that decides in a distributed deployment. */
const DECIDING_SETTINGS = { pseudonymKey: PSEUDONYM_KEY };

/** Whether the environment names a distributed deployment. */
export const namesServices = (env: Env): boolean =>
  ['ESDB_URL', 'ESDB_URL_FILE'].some((name) => (env[name] ?? '') !== '');

/** The settings of the distributed deployment. Fails with all that are wrong or missing. */
export const serviceSettings = (env: Env): ServiceSettings => read(env, SETTINGS);

/** The key of its pseudonyms, for a command that decides. */
export const servicePseudonymKey = (env: Env): Buffer => read(env, DECIDING_SETTINGS).pseudonymKey;

/** The settings of each service that are right, and what is wrong with those of the others. */
export function settingsThatFit(env: Env): {
  readonly settings: Partial<ServiceSettings>;
  readonly wrong: readonly string[];
} {
  const all = { ...SETTINGS, ...DECIDING_SETTINGS };
  const settings = Object.entries(all).flatMap(([key, part]) => {
    const found = readSettings(env, { [key]: part });
    return 'settings' in found ? Object.entries(found.settings) : [];
  });
  const whole = readSettings(env, all);
  return { settings: Object.fromEntries(settings), wrong: 'wrong' in whole ? whole.wrong : [] };
}

function read<const Parts extends Parameters<typeof readSettings>[1]>(env: Env, parts: Parts): SettingsIn<Parts> {
  const found = readSettings(env, parts);
  if ('settings' in found) return found.settings;
  throw new Error(
    `the distributed deployment cannot be reached:\n${found.wrong.map((line) => `  ${line}`).join('\n')}`,
  );
}
