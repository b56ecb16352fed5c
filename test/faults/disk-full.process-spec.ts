import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ReadModelStore } from '@entente/engine';
import { SqliteEventStore } from '@entente/sqlite';
import type Database from 'better-sqlite3';
import { caughtUp, propose } from '../support/standalone-process.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../support/run-cli.js';
import { serveStandalone } from '../support/deployment.js';

let folder: string;
let app: NestFastifyApplication;
let url: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entente-no-room-'));
  app = await serveStandalone(folder);
  url = await app.getUrl();
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

/** Forbids a database file any more pages. Returns a function that allows them again. */
function fill(db: Database.Database): () => void {
  const room = Number(db.pragma('max_page_count', { simple: true }));
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`);
  return () => void db.pragma(`max_page_count = ${room}`);
}

describe('a disk that is full', () => {
  it('under the log: a command gets 503 with Retry-After, records nothing, and is accepted later', async () => {
    const store = app.get(SqliteEventStore);
    const ids = Array.from({ length: 60 }, (_, i) => `p${i}`);
    expect((await propose(url, 'first')).status).toBe(201);
    const giveRoom = fill(app.get<unknown, { writer: { db: Database.Database } }>(SqliteEventStore).writer.db);
    const taken = new Set<string>();
    for (const id of ids) {
      const answer = await propose(url, id);
      if (answer.status === 201) taken.add(id);
      else {
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
        expect(await answer.json()).toMatchObject({
          code: 'disk-full',
          title: expect.stringContaining('no space left'),
        });
      }
    }
    const streams = async () => (await all(store.readLog(0n))).map(({ stream }) => stream).sort();
    const named = (some: Iterable<string>) => ['first', ...some].map((id) => `programme/norland.${id}`).sort();
    expect(await streams()).toEqual(named(taken));
    expect(taken.size).toBeLessThan(ids.length);
    giveRoom();
    for (const id of ids) expect((await propose(url, id)).status).toBe(201);
    expect(await streams()).toEqual(named(ids));
    await caughtUp(url);
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });

  it('under the rows: commands are accepted, the health reports it, and rows catch up later', async () => {
    const rows = async () =>
      ((await (await fetch(`${url}/v1/read-models/programmes?limit=100`)).json()) as { rows: unknown[] }).rows.length;
    await propose(url, 'first');
    await caughtUp(url);
    const giveRoom = fill(app.get<unknown, { write: Database.Database }>(ReadModelStore).write);
    for (let n = 0, status = 200; status !== 503; n += 1) {
      expect((await propose(url, `p${n}`)).status).toBe(201);
      const health = await fetch(`${url}/health/ready`);
      status = health.status;
      if (status === 503)
        expect(await health.json()).toMatchObject({ fault: expect.stringContaining('no space left on the disk') });
    }
    expect((await propose(url, 'last')).status).toBe(201);
    const head = Number(await app.get(SqliteEventStore).head());
    expect(await rows()).toBeLessThan(head);
    giveRoom();
    await caughtUp(url);
    expect(await rows()).toBe(head);
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });
});
