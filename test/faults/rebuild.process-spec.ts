import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { replay, retryParked } from '@entente/engine';
import type { AnyProjection, RecordedEvent } from '@entente/kernel';
import { MODELS, VIEWS } from '@entente/read-models';
import { SqliteLogReader } from '@entente/sqlite';
import { SqliteReadModelStore } from '@entente/typeorm';
import { program } from '../support/app-process.mjs';
import { caughtUp, propose, startStandalone } from '../support/standalone-process.js';
import { entente as run } from '../support/run-cli.js';
import { olderVersion, tableOf, versionOf } from '../support/older-rows.js';
import { createStandalone, serveStandalone } from '../support/deployment.js';
import { loadExample } from '../support/example-data.js';

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const now = () => '2026-06-01T12:00:00.000Z';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-rebuild-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entente = (...args: string[]) => run(...args, '--data', folder);

/** The command in a separate process, to be killed. */
const rebuilding = (...names: string[]): ChildProcess =>
  spawn(process.execPath, [program('cli'), 'rebuild', ...names, '--data', folder], { stdio: 'ignore' });
const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

interface Answer {
  rows: { stream?: string }[];
  position: string;
  version: string;
  totals: { count: number }[];
}

describe('a rebuild', () => {
  it('killed repeatedly under a loaded server leaves every answer correct, and completes', async () => {
    const { process: deployment, url, ended: stopped } = await startStandalone(folder, 'off');
    const answers: { at: number; count: number; version: string }[] = [];
    let over = false;
    const writing = (async () => {
      for (let n = 0; !over; n += 8) {
        const sent = await Promise.all(Array.from({ length: 8 }, (_, i) => propose(url, `p${n + i}`)));
        expect(sent.every(({ status }) => status === 201)).toBe(true);
      }
    })();
    const reading = (async () => {
      while (!over) {
        const answer = await fetch(`${url}/v1/read-models/programmes?limit=1`);
        expect(answer.status).toBe(200);
        const { position, version, totals } = (await answer.json()) as Answer;
        answers.push({ at: Number(position), count: totals[0]?.count ?? 0, version });
      }
    })();
    await pause(500);
    for (let round = 0; round < 6; round += 1) {
      const child = rebuilding('programmes', 'journal', '--from-scratch');
      const end = ended(child);
      await pause(randomInt(250, 900));
      child.kill('SIGKILL');
      await end;
    }
    expect(await ended(rebuilding('programmes', 'journal'))).toBe(0);
    const { version } = (await (await fetch(`${url}/v1/read-models/programmes?limit=1`)).json()) as Answer;
    await pause(200);
    over = true;
    await Promise.all([writing, reading]);
    deployment.kill('SIGTERM');
    await stopped;
    // Each event of this log is one programme: an answer as of a position has as many programmes as
    // the position has events.
    expect(answers.filter(({ at, count }) => at !== count)).toEqual([]);
    const versions = [...new Set(answers.map((answer) => answer.version))];
    expect(versions.length).toBeGreaterThan(1);
    expect(versions.at(-1)).toBe(version);
    expect(await entente('compare', '--rebuilt')).toMatchObject({ status: 0 });
  });

  it('of a changed projection starts with the server; the old rows are served until the cut-over', async () => {
    const first = await serveStandalone(folder);
    await loadExample(first);
    await first.close();
    olderVersion(folder, 'funding');
    const deployment = await createStandalone(folder);
    const beside = await openRows();
    expect(await beside.outdated()).toEqual(['funding']);
    const old = await beside.query('funding', { where: [], sort: [], limit: 9 });
    expect([old.version, old.rows.length]).toEqual(['0.1.1', 2]);
    await beside.close();
    await deployment.listen(0, '127.0.0.1');
    const url = await deployment.getUrl();
    const versions = new Set<string>();
    const rebuilt = `${versionOf('funding')}.2.2`;
    for (let tries = 0; tries < 400 && !versions.has(rebuilt); tries += 1) {
      const { version, rows } = (await (await fetch(`${url}/v1/read-models/funding`)).json()) as Answer;
      versions.add(version);
      expect(rows).toHaveLength(2);
      await pause(10);
    }
    expect([...versions].at(-1)).toBe(rebuilt);
    const pledge = await fetch(`${url}/v1/funding-account/sudria.signals-fund/pledge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'entente-actor': 'sudria;role=donor' },
      body: JSON.stringify({ amount: 5, period: '2031' }),
    });
    const { after } = (await pledge.json()) as { after: string };
    const grown = (await (await fetch(`${url}/v1/read-models/funding?after=${after}`)).json()) as Answer;
    expect(grown.rows).toHaveLength(3);
    await deployment.close();
    expect(await entente('compare', '--rebuilt')).toMatchObject({ status: 0 });
  });

  it('sends a reset to live readers', async () => {
    const deployment = await serveStandalone(folder);
    const url = await deployment.getUrl();
    await propose(url, 'one');
    const stop = new AbortController();
    const live = await fetch(`${url}/v1/read-models/programmes/live`, { signal: stop.signal });
    let received = '';
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const bytes of live.body as AsyncIterable<Uint8Array>)
        received += decoder.decode(bytes, { stream: true });
    })().catch(() => undefined);
    while (!received.includes('caught-up')) await pause(5);
    const { status, out } = await entente('rebuild', 'programmes', '--json');
    expect([status, JSON.parse(out)]).toEqual([0, { rebuilt: { programmes: `${versionOf('programmes')}.2.2` } }]);
    for (let tries = 0; tries < 400 && !received.includes('event: reset'); tries += 1) await pause(10);
    expect(received).toContain('event: reset\ndata: {"reason":"the rows were rebuilt"}');
    expect(received.slice(received.indexOf('event: reset'))).toMatch(/event: row[\s\S]*event: caught-up/);
    await propose(url, 'two');
    while (!received.includes('norland.two')) await pause(5);
    stop.abort();
    await reading;
    await deployment.close();
  });

  it('invalidates earlier cursors', async () => {
    const deployment = await serveStandalone(folder);
    const url = `${await deployment.getUrl()}/v1/read-models/programmes?limit=1`;
    await propose(await deployment.getUrl(), 'one');
    const { after } = (await (await propose(await deployment.getUrl(), 'two')).json()) as { after: string };
    const { next } = (await (await fetch(`${url}&after=${after}`)).json()) as { next: string };
    expect((await fetch(`${url}&cursor=${next}`)).status).toBe(200);
    expect((await entente('rebuild', 'programmes')).status).toBe(0);
    const void_ = await fetch(`${url}&cursor=${next}`);
    expect([void_.status, await void_.json()]).toMatchObject([410, { code: 'cursor-void' }]);
    await deployment.close();
  });

  it('of an unknown read model is refused, and of an unchanged one does nothing', async () => {
    const deployment = await createStandalone(folder);
    await deployment.close();
    await expect(entente('rebuild', 'donor-portfolio')).rejects.toThrow('there is no read model');
    expect((await entente('rebuild')).out).toContain('nothing to rebuild');
  });
});

async function openRows(): Promise<SqliteReadModelStore> {
  const log = new SqliteLogReader(folder);
  const rows = new SqliteReadModelStore({ folder, models: MODELS, views: VIEWS, readonly: true });
  await rows.open(log.id);
  await log.close();
  return rows;
}

describe('a parked stream', () => {
  it('is listed, stays parked if it fails again, and is cleared in order once the fold is mended', async () => {
    const deployment = await serveStandalone(folder);
    await loadExample(deployment);
    await deployment.close();
    // The same rows as they would be had the milestones been folded by code with a fault in it.
    for (const file of ['rows.sqlite', 'rows.sqlite-wal', 'rows.sqlite-shm'])
      rmSync(join(folder, file), { force: true });
    const faulty = MODELS.map((model) =>
      model.name === 'milestones' ? failingOn(model, 'MilestoneReplanned') : model,
    );
    const log = new SqliteLogReader(folder);
    const rows = new SqliteReadModelStore({ folder, models: faulty, views: VIEWS });
    await rows.open(log.id);
    await replay(log, faulty, rows, await log.head(), now);
    const before = (await rows.positions('milestones')).version;
    const again = await retryParked(log, faulty, rows, now);
    expect(again).toEqual([
      { model: 'milestones', stream: 'programme/norland.border-training', error: 'RangeError: a fault' },
    ]);
    await rows.close();
    await log.close();

    const listed = await entente('parked', '--json');
    expect([listed.status, JSON.parse(listed.out)]).toMatchObject([
      2,
      {
        parked: [
          {
            model: 'milestones',
            stream: 'programme/norland.border-training',
            error: 'RangeError: a fault',
            type: 'MilestoneReplanned',
          },
        ],
      },
    ]);
    expect(await entente('parked', 'retry', '--model', 'funding')).toMatchObject({
      status: 0,
      out: 'no stream was parked',
    });
    await expect(entente('parked', 'retry', '--model', 'nosuch')).rejects.toThrow('no read model "nosuch"');
    await expect(entente('parked', '--stream', 'programme/none')).rejects.toThrow('no stream "programme/none"');
    expect(await entente('parked', '--model', 'funding')).toMatchObject({ status: 0, out: 'no stream is parked' });
    const retried = await entente('parked', 'retry', '--json');
    expect([retried.status, JSON.parse(retried.out)]).toEqual([
      0,
      { retried: [{ model: 'milestones', stream: 'programme/norland.border-training', error: null }] },
    ]);
    expect(await entente('parked')).toMatchObject({ status: 0, out: 'no stream is parked' });
    const mended = await openRows();
    expect((await mended.positions('milestones')).version).not.toBe(before);
    await mended.close();
    expect(await entente('compare', '--rebuilt')).toMatchObject({ status: 0 });
    await expect(entente('parked', 'again')).rejects.toThrow('nothing or "retry"');
  });

  it('that is cleared while a server runs is folded by that server', async () => {
    const deployment = await serveStandalone(folder);
    const url = await deployment.getUrl();
    await loadExample(deployment);
    const ready = async () =>
      (await (await fetch(`${url}/health/ready`)).json()) as { parked: number; parkedStreams: object[] };
    await caughtUp(url);
    const db = new Database(join(folder, 'rows.sqlite'));
    db.prepare(
      `INSERT INTO parked SELECT '${tableOf('programmes')}', stream, event_id, since, 'Error: by hand', '${now()}' FROM ${tableOf('programmes')} WHERE stream = ? ORDER BY since LIMIT 1`,
    ).run('programme/sudria.signals');
    db.prepare(`DELETE FROM ${tableOf('programmes')} WHERE stream = ?`).run('programme/sudria.signals');
    db.prepare('UPDATE store_info SET catalog_version = catalog_version + 1').run();
    db.close();
    while ((await ready()).parked !== 1) await pause(20);
    expect((await ready()).parkedStreams).toMatchObject([
      {
        model: 'programmes',
        stream: 'programme/sudria.signals',
        error: 'Error: by hand',
        position: expect.any(String),
      },
    ]);
    expect(await entente('parked', 'retry')).toMatchObject({ status: 0 });
    while ((await ready()).parked !== 0) await pause(20);
    const { rows } = (await (await fetch(`${url}/v1/read-models/programmes?donor=sudria`)).json()) as Answer;
    expect(rows).toHaveLength(1);
    await deployment.close();
  });

  it('is reported in the log, in the health, and by a comparison without differences', async () => {
    const first = await serveStandalone(folder);
    await propose(await first.getUrl(), 'one');
    await caughtUp(await first.getUrl());
    await first.close();
    const db = new Database(join(folder, 'rows.sqlite'));
    db.prepare(
      `INSERT INTO parked SELECT '${tableOf('programmes')}', stream, event_id, since, 'Error: by hand', '${now()}' FROM ${tableOf('programmes')}`,
    ).run();
    db.close();
    const { process: deployment, url, ended, logged } = await startStandalone(folder, 'off');
    while (!logged().includes('PARKED')) await pause(20);
    const line = logged()
      .split('\n')
      .find((one) => one.includes('PARKED')) as string;
    expect(JSON.parse(line)).toMatchObject({ level: 'error', context: 'projection' });
    expect(line).toContain('PARKED: programme/norland.one of programmes is not folded from its event');
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([
      200,
      { parked: 1, parkedStreams: [{ model: 'programmes' }] },
    ]);
    const compared = await entente('compare', '--rebuilt', '--json');
    expect([compared.status, JSON.parse(compared.out)]).toMatchObject([
      2,
      { count: 0, parked: [expect.stringContaining('programme/norland.one of programmes since 2')] },
    ]);
    expect((await entente('compare', 'funding', '--rebuilt')).status).toBe(0);
    deployment.kill('SIGTERM');
    await ended;
  });
});

/** A projection that fails on one type of event. */
function failingOn(model: AnyProjection, type: string): AnyProjection {
  const fold = model as unknown as { evolve: (...args: unknown[]) => unknown };
  const evolve = (row: unknown, event: RecordedEvent, ...more: unknown[]): unknown => {
    if (event.type === type) throw new RangeError('a fault');
    return fold.evolve(row, event, ...more);
  };
  return { ...model, evolve } as unknown as AnyProjection;
}
