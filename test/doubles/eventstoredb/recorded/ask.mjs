#!/usr/bin/env node
/**
 * Sends the requests of `questions.mjs` to a server, and prints its answers, or their differences
 * from recorded ones. Values that differ between runs are replaced: ids by the order in which they
 * appear, positions by their rank among all positions of the case, times by 'time'. So the same
 * behaviour gives the same text.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as esdb from '@eventstore/db-client';
import { Command } from 'commander';
import { cases } from './questions.mjs';

/** A call without an answer for this time, in milliseconds, is noted as silence. */
const SILENCE_MS = 60_000;
/** After this time without a message, in milliseconds, a subscription counts as complete. */
const QUIET_MS = 1000;
/** The largest position: the server returns it for an event that has no position. */
const NO_POSITION = 2n ** 63n;

const here = new URL('./', import.meta.url);

/** The versions of servers whose answers were recorded. */
export const recordedVersions = () => readdirSync(here).flatMap((name) => /^answers-(.+)\.json$/.exec(name)?.[1] ?? []);

/** What a server of a version answered: `{ server, recorded, how, answers }`. */
export const recorded = (version) => JSON.parse(readFileSync(new URL(`answers-${version}.json`, here), 'utf8'));

/** Runs all cases, or those named, one after the other; `quiet` in milliseconds. */
export async function ask(url, { only = [], quiet = QUIET_MS } = {}) {
  const answers = {};
  for (const [name, run] of Object.entries(cases))
    if (only.length === 0 || only.includes(name)) answers[name] = await askCase(url, run, quiet);
  return answers;
}

async function askCase(url, run, quiet) {
  const client = esdb.EventStoreDBClient.connectionString(url);
  // One call per append: the client would otherwise send all over one.
  client.supports = () => Promise.resolve(false);
  const own = randomUUID().slice(0, 8);
  const steps = [];
  const step = async (what, question) => {
    let answer;
    try {
      answer = { gives: await withinTime(question()) };
    } catch (error) {
      answer = { fails: failure(error) };
    }
    steps.push({ step: what, ...answer });
    return answer.gives;
  };
  try {
    await run({ client, esdb, stream: (text = 's') => `case-${own}/${text}`, step, ids: randomUUID, quiet });
  } catch (error) {
    steps.push({ step: 'the case itself', fails: failure(error) });
  }
  await client.dispose().catch(() => undefined);
  const channel = await client.getChannel().catch(() => null);
  channel?.close();
  return normalized(steps, own);
}

async function withinTime(answer) {
  let timer;
  const silence = new Promise((_, reject) => {
    const say = () => reject(Object.assign(new Error('no answer'), { code: 'silence' }));
    timer = setTimeout(say, SILENCE_MS);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function failure(error) {
  const common = { error: error?.constructor?.name ?? String(error), code: error?.code ?? null };
  const plain = (value) => (typeof value === 'bigint' ? String(value) : value);
  if (error instanceof esdb.WrongExpectedVersionError) {
    const { streamName, expectedVersion, actualVersion } = error;
    return { ...common, stream: streamName, expected: plain(expectedVersion), actual: plain(actualVersion) };
  }
  if (error instanceof esdb.MaxAppendSizeExceededError) return { ...common, most: error.maxAppendSize };
  if (error instanceof esdb.StreamDeletedError || error instanceof esdb.StreamNotFoundError)
    return { ...common, stream: error.streamName };
  return common;
}

/** The answers without what differs from run to run. */
function normalized(steps, own) {
  const ids = new Map();
  const positions = new Set();
  const plain = (value, key = '') => {
    if (value === null || value === undefined) return null;
    if (value instanceof Date) return 'time';
    if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString('base64')}`;
    if (typeof value === 'bigint') {
      if (!/commit|prepare|position/i.test(key)) return String(value);
      positions.add(value);
      return { position: value };
    }
    if (Array.isArray(value)) return value.map((one) => plain(one, key));
    if (typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one, name)]));
    if (typeof value !== 'string') return value;
    if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value))
      return value.replaceAll(`case-${own}`, 'case');
    if (!ids.has(value)) ids.set(value, `id-${ids.size + 1}`);
    return ids.get(value);
  };
  const found = plain(steps);
  const ranks = new Map([...positions].sort((a, b) => (a < b ? -1 : 1)).map((position, rank) => [position, rank]));
  const ranked = (value) => {
    if (Array.isArray(value)) return value.map(ranked);
    if (value === null || typeof value !== 'object') return value;
    const { position } = value;
    if (typeof position === 'bigint' && Object.keys(value).length === 1)
      return position === 0n ? 'zero' : position >= NO_POSITION ? 'none' : `p${ranks.get(position)}`;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, ranked(one)]));
  };
  return ranked(found);
}

/** Each step of what was recorded that was answered otherwise, or not at all, in words. */
export function differences(expected, answered) {
  return Object.entries(expected).flatMap(([name, steps]) =>
    steps.flatMap((step, n) => {
      const right = JSON.stringify(step);
      const came = JSON.stringify(answered[name]?.[n]);
      return right === came ? [] : [`${name} / ${step.step}\n  recorded: ${right}\n  answered: ${came}`];
    }),
  );
}

async function main() {
  const program = new Command('npm run ask:eventstore --')
    .description("Asks a server that speaks EventStoreDB's protocol the recorded questions.")
    .argument('[url]', 'its connection string; ESDB_URL, if none is given')
    .option('--against <version>', `print how it differs from a recorded server (${recordedVersions().join(', ')})`)
    .option('--case <name...>', 'ask these cases only')
    .addHelpText(
      'after',
      '\nExample:\n  $ npm run ask:eventstore -- "esdb://127.0.0.1:2113?tls=false" --against 24.10.4',
    )
    .parse();
  const { against, case: only = [] } = program.opts();
  const url = program.args[0] ?? process.env.ESDB_URL;
  if (url === undefined) program.error('name a server, as an argument or by ESDB_URL');
  if (against !== undefined && !recordedVersions().includes(against))
    program.error(`no answers of ${against} were recorded; those of ${recordedVersions().join(', ')} were`);
  const answers = await ask(url, { only });
  if (against === undefined) {
    process.stdout.write(`${JSON.stringify(answers, null, 2)}\n`);
    return 0;
  }
  const expected = Object.entries(recorded(against).answers).filter(([name]) => name in answers);
  const found = differences(Object.fromEntries(expected), answers);
  for (const one of found) process.stdout.write(`${one}\n`);
  process.stdout.write(`${found.length} steps differ\n`);
  return found.length === 0 ? 0 : 2;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(await main());
