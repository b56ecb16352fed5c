import { readFileSync } from 'node:fs';
import { DEFAULT_LIMITS } from '@entente/http';
import { type Env, readEventStore, readKafka, readProcess, readSettings, readTopic } from '@entente/process';

const readFile = (path: string): string => readFileSync(path, 'utf8');

/**
 * What an operator sets, by environment variables; or every one that is wrong with what it takes.
 */
export const readConfig = (from: Env) =>
  readSettings(from, readFile, (env) => ({
    process: readProcess(env, { port: 3001, door: DEFAULT_LIMITS, reachable: true }),
    eventStore: readEventStore(env, readFile),
    kafka: readKafka(env, readFile),
    topic: readTopic(env),
  }));

export type RelayConfig = Extract<ReturnType<typeof readConfig>, { settings: unknown }>['settings'];
