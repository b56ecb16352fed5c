import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EventStore, ReadModelStore } from '@entente/engine';
import { entente } from '../support/run-cli.js';
import { LiveReader } from '../support/live-reader.js';
import { serveStandalone } from '../support/deployment.js';
import { propose } from '../support/standalone-process.js';

let folder: string;
let app: NestFastifyApplication;
let url: string;
let sent = 0;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
beforeEach(async () => {
  sent = 0;
  folder = mkdtempSync(join(tmpdir(), 'entente-readers-'));
  await start();
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});
async function start(): Promise<void> {
  app = await serveStandalone(folder);
  url = await app.getUrl();
}

const proposeNext = async (): Promise<void> => {
  sent += 1;
  expect((await propose(url, `p${sent}`)).status).toBe(201);
};
const proposeMany = async (many: number): Promise<void> => {
  for (let n = 0; n < many; n += 50)
    await Promise.all(Array.from({ length: Math.min(50, many - n) }, () => proposeNext()));
};
const rebuild = async () =>
  expect(await entente('rebuild', 'programmes', '--data', folder)).toMatchObject({ status: 0 });
const rows = () => app.get(ReadModelStore);
const LIVE = 'read-models/programmes/live?limit=1000';

/** Holds back the next answer to a query until it is let go. */
function holdQuery(): () => void {
  const query = rows().query.bind(rows());
  let go = (): void => undefined;
  const held = new Promise<void>((resolve) => (go = resolve));
  rows().query = async (...asked) => {
    rows().query = query;
    const answer = await query(...asked);
    await held;
    return answer;
  };
  return go;
}
async function folded(): Promise<void> {
  while (((await rows().positions('programmes')).positions[0] as bigint) < BigInt(sent)) await pause(5);
}

describe('a reader of live rows', () => {
  it('that is slow to get its first rows gets the later changes once, and nothing is queued for it', async () => {
    await proposeNext();
    const go = holdQuery();
    const reader = await new LiveReader(url, LIVE).connect();
    const other = await new LiveReader(url, `${LIVE}&donor=norland`).connect();
    for (let n = 0; n < 40; n += 1) await proposeNext();
    await other.until(({ rows: before }) => before.size === 41);
    expect(reader.events).toEqual([]);
    go();
    await reader.until(({ rows: before }) => before.size === 41);
    expect(reader.events.slice(0, 2)).toEqual(['row', 'caught-up']);
    // One batch, and so one frame from which it could resume apart from the first.
    expect(reader.frames.filter((frame) => frame.includes('id: '))).toHaveLength(2);
    await proposeNext();
    await Promise.all([reader, other].map((one) => one.until(({ rows: before }) => before.size === 42)));
    expect([...reader.outOfOrder, ...other.outOfOrder]).toEqual([]);
  });

  it('that gets the rows of other tables gets no frame before them', async () => {
    await proposeNext();
    const reader = await new LiveReader(url, LIVE).connect();
    await reader.until(({ events }) => events.includes('caught-up'));
    const go = holdQuery();
    const before = reader.events.length;
    await rebuild();
    for (let n = 0; n < 2; n += 1) {
      await proposeNext();
      await folded();
      await pause(50);
    }
    expect(reader.events.slice(before)).toEqual([]);
    go();
    await reader.until(({ rows: all }) => all.size === 3);
    expect(reader.events[before]).toBe('reset');
    expect(reader.outOfOrder).toEqual([]);
  });

  it('whose rows cannot be read after a cut-over gets an error, and the rows when it reconnects', async () => {
    await proposeNext();
    const reader = await new LiveReader(url, LIVE).connect();
    await reader.until(({ events }) => events.includes('caught-up'));
    const query = rows().query.bind(rows());
    rows().query = () => Promise.reject(new Error('the rows are away'));
    await rebuild();
    await reader.until(({ ended }) => ended);
    expect(reader.frames.at(-1)).toContain('the rows cannot be read just now');
    rows().query = query;
    await proposeNext();
    await (await reader.connect()).until(({ rows: before }) => before.size === 2);
  });

  it('gets rows and version of the same tables, also if a cut-over happens while they are read', async () => {
    await proposeNext();
    await new LiveReader(url, LIVE).connect();
    const query = rows().query.bind(rows());
    rows().query = async (...asked) => {
      rows().query = query;
      await rebuild();
      return query(...asked);
    };
    const late = await new LiveReader(url, `${LIVE}&donor=norland`).connect();
    await late.until(({ events }) => events.includes('caught-up'));
    const { version } = await rows().positions('programmes');
    // The rows depend on the day: the version of a live answer names it, too.
    expect(late.frames.find((frame) => frame.includes('event: caught-up'))).toContain(`"version":"${version}@`);
  });

  it('that reconnects gets the changes; after very many, a restart or a rebuild, all latest rows', async () => {
    await proposeMany(20);
    const reader = await new LiveReader(url, LIVE).connect();
    await reader.until(({ rows: before }) => before.size === 20);
    const away = async (meanwhile: () => Promise<void>): Promise<string[]> => {
      await reader.until(({ lastId }) => lastId !== null);
      reader.disconnect();
      const before = reader.events.length;
      await meanwhile();
      await proposeNext();
      await folded();
      await reader.connect(url);
      await reader.until(({ rows: all }) => all.size === sent);
      return reader.events.slice(before).filter((event) => event !== 'row');
    };
    expect(await away(() => proposeMany(100))).toEqual(['caught-up']);
    expect(await away(() => proposeMany(600))).toEqual(['reset', 'caught-up']);
    expect(await away(() => app.close().then(start))).toEqual(['caught-up']);
    expect(await away(rebuild)).toEqual(['reset', 'caught-up']);
    expect(reader.outOfOrder).toEqual([]);
  });
});

describe('a reader of the live history', () => {
  it('starts once the log can be read, if it could not be read at first', async () => {
    const log = app.get(EventStore);
    const head = log.head.bind(log);
    let asked = 0;
    log.head = () => ((asked += 1) === 2 ? Promise.reject(new Error('the log is away')) : head());
    const reader = await new LiveReader(url, 'history/live').connect();
    await reader.until(({ ended }) => ended);
    expect(reader.frames.at(-1)).toContain('the log cannot be read just now');
    await reader.connect();
    await proposeNext();
    await reader.until(({ position }) => position === 1n);
  });
});
