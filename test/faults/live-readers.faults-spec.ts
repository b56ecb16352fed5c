import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { type StandaloneProcess, caughtUp, startStandalone } from '../support/standalone-process.js';
import { entente } from '../support/run-cli.js';
import { LiveReader } from '../support/live-reader.js';
import { registerParties } from '../support/parties.mjs';

const READERS = 1000;
const STUCK = 100;
const ACCOUNTS = 20;
const COMMANDS = 5000;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

let built: StandaloneProcess;
let folder: string;
const readers: LiveReader[] = [];
afterEach(async () => {
  for (const reader of readers) reader.disconnect();
  built.process.kill('SIGKILL');
  await built.ended;
  rmSync(folder, { recursive: true });
});

it('a thousand live readers, a hundred of them stuck, end with the latest rows in bounded memory', async () => {
  folder = mkdtempSync(join(tmpdir(), 'entente-thousand-'));
  built = await startStandalone(folder, 'off');
  const send = async (account: number, command: string, body: object): Promise<number> => {
    const answer = await fetch(`${built.url}/v1/funding-account/norland.a${account}/${command}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor' },
      body: JSON.stringify(body),
    });
    await answer.text();
    return answer.status;
  };
  const opening = { donor: 'norland', recipient: 'estmark', fund: 'Crowd', currency: 'USD', stages: ['pledged'] };
  await registerParties(built.url);
  for (let n = 0; n < ACCOUNTS; n += 1)
    expect(await send(n, 'open', { ...opening, basis: 'own', onBudget: false })).toBe(201);
  // Events of some twelve kilobytes, so that who takes none of them has more waiting than the
  // system's buffers hold.
  const evidence = Array.from({ length: 50 }, (_, i) => ({
    sha256: String(i).padStart(64, '0'),
    reference: 'r'.repeat(200),
  }));
  let pledged = 0;
  const pledge = async (): Promise<void> => {
    const n = (pledged += 1);
    const amount = 1;
    const body = { amount, period: '2026', ...(n % 4 === 0 ? { evidence } : {}) };
    expect(await send(n % ACCOUNTS, 'pledge', body)).toBe(201);
  };

  const paths = Array.from({ length: READERS }, (_, n) =>
    n < STUCK
      ? ['history/live', 'read-models/funding/live?limit=1000'][n % 2]
      : n % 10 === 0
        ? 'history/live?kind=programme'
        : `read-models/funding/live?account=norland.a${n % ACCOUNTS}`,
  ) as string[];
  for (let n = 0; n < READERS; n += 50)
    readers.push(
      ...(await Promise.all(paths.slice(n, n + 50).map((path) => new LiveReader(built.url, path, false).connect()))),
    );
  const stuck = readers.slice(0, STUCK);
  for (const reader of stuck) reader.pause();
  const memory = (): number =>
    Number(/^RssAnon:\s+([0-9]+)/m.exec(readFileSync(`/proc/${built.process.pid}/status`, 'utf8'))?.[1]) / 1024;

  const before = memory();
  let most = before;
  let slowest = 0;
  const watching = setInterval(() => (most = Math.max(most, memory())), 50);
  const client = async (): Promise<void> => {
    while (pledged < COMMANDS) {
      const begun = performance.now();
      await pledge();
      slowest = Math.max(slowest, performance.now() - begun);
    }
  };
  const goers = (async () => {
    for (let n = STUCK + 1; pledged < COMMANDS; n += 7) {
      const one = readers[STUCK + (n % (READERS - STUCK))] as LiveReader;
      one.disconnect();
      await pause(20);
      await one.connect();
    }
  })();
  await Promise.all([...Array.from({ length: 8 }, client), goers]);
  clearInterval(watching);
  process.stdout.write(
    `the deployment: ${before.toFixed(0)} MiB with ${READERS} readers, ${most.toFixed(0)} MiB at most; the slowest command ${slowest.toFixed(0)} ms\n`,
  );
  expect(most - before).toBeLessThan(300);
  expect(slowest).toBeLessThan(2000);

  const last = async (): Promise<Map<unknown, unknown>> => {
    await caughtUp(built.url);
    const answer = await fetch(`${built.url}/v1/read-models/funding?limit=1000`);
    const { rows } = (await answer.json()) as { rows: Record<string, unknown>[] };
    return new Map(rows.map((row) => [row['account'], row['pledged']]));
  };
  const level = async (all: readonly LiveReader[]): Promise<void> => {
    const wanted = await last();
    const sum = [...wanted.values()].reduce((total: number, one) => total + Number(one), 0);
    for (const reader of all)
      await reader.until(
        ({ rows }) =>
          rows.size > 0 &&
          [...rows.values()].every(({ columns }) => columns['pledged'] === wanted.get(columns['account'])),
        30_000,
      );
    expect(sum).toBe(pledged);
  };
  const ofRows = readers.filter((_, n) => paths[n]?.startsWith('read-models') === true);
  await level(ofRows.filter((reader) => !stuck.includes(reader)));
  // Those that slept wake: cut off or not, each ends where the others are.
  for (const reader of stuck) reader.resume();
  // Two parties were registered by four events.
  const head = BigInt(4 + ACCOUNTS + pledged);
  let returned = 0;
  for (const reader of stuck)
    for (let there = false; !there;) {
      await reader.until(({ ended, position, path }) => ended || position === head || path !== 'history/live', 30_000);
      there = !reader.ended;
      if (there) continue;
      returned += 1;
      await reader.connect();
    }
  await level(ofRows);
  expect(returned).toBeGreaterThanOrEqual(STUCK / 2);

  // After a kill and a start, and then others' rows served, each comes back to the last state.
  built.process.kill('SIGKILL');
  await built.ended;
  built = await startStandalone(folder, 'off');
  const some = ofRows.filter((_, n) => n % 5 === 0);
  await Promise.all(some.map((reader) => reader.until(({ ended }) => ended)));
  for (const reader of some) await reader.connect(built.url);
  for (let n = 0; n < ACCOUNTS; n += 1) await pledge();
  await level(some);
  expect(await entente('rebuild', 'funding', '--data', folder)).toMatchObject({ status: 0 });
  for (let n = 0; n < ACCOUNTS; n += 1) await pledge();
  await Promise.all(some.map((reader) => reader.until(({ events }) => events.includes('reset'))));
  await level(some);
  expect(readers.flatMap(({ outOfOrder: older }) => older)).toEqual([]);
});
