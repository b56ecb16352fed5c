import { readFileSync } from 'node:fs';
import {
  type Env,
  readDatabase,
  readEventStore,
  readGroup,
  readKafka,
  readOtherTopics,
  readSettings,
  readTopic,
} from '@entente/process';

const readFile = (path: string): string => readFileSync(path, 'utf8');

const read = (from: Env) =>
  readSettings(from, readFile, (env) => ({
    eventStore: readEventStore(env, readFile),
    database: readDatabase(env, readFile),
    kafka: readKafka(env, readFile),
    topic: readTopic(env),
    others: readOtherTopics(env),
    group: readGroup(env),
  }));

/** What a distributed deployment is reached by. */
export type ServiceSettings = Extract<ReturnType<typeof read>, { settings: unknown }>['settings'];

/** Whether the environment names a distributed deployment. */
export const namesServices = (env: Env): boolean =>
  ['ESDB_URL', 'ESDB_URL_FILE'].some((name) => (env[name] ?? '') !== '');

/** The settings of the distributed deployment; fails with every one that is wrong or missing. */
export function serviceSettings(env: Env): ServiceSettings {
  const found = read(env);
  if ('settings' in found) return found.settings;
  throw new Error(
    `the distributed deployment cannot be reached:\n${found.wrong.map((line) => `  ${line}`).join('\n')}`,
  );
}
