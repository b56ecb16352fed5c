import { readFileSync } from 'node:fs';
import { DEFAULT_LIMITS } from '@entente/http';
import {
  type Env,
  readDatabase,
  readEventStore,
  readGroup,
  readKafka,
  readOtherTopics,
  readProcess,
  readPseudonymKey,
  readSettings,
  readTopic,
} from '@entente/process';

const readFile = (path: string): string => readFileSync(path, 'utf8');

/**
 * What an operator sets, by environment variables; or every one that is wrong with what it takes.
 */
export const readConfig = (from: Env) =>
  readSettings(from, readFile, (env) => ({
    process: readProcess(env, { port: 3003, door: DEFAULT_LIMITS, reachable: true }),
    eventStore: readEventStore(env, readFile),
    kafka: readKafka(env, readFile),
    topic: readTopic(env),
    others: readOtherTopics(env),
    group: readGroup(env),
    database: readDatabase(env, readFile),
    pseudonymKey: readPseudonymKey(env),
  }));

export type IntakeConfig = Extract<ReturnType<typeof readConfig>, { settings: unknown }>['settings'];
