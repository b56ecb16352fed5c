import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DiskFull } from '@entente/engine';
import Database from 'better-sqlite3';
import { opened } from './log-file.js';
import {
  type Failure,
  SqliteLogWriter,
  type EventColumns,
  type AppendResult,
  type AppendRequest,
} from './log-writer.js';

let made = 0;
const lines = (data: object = {}): EventColumns => [
  `id-${(made += 1)}`,
  'NoteTaken',
  1,
  JSON.stringify(data),
  '{"actor":1}',
];
const wanted = (stream: string, data?: object): AppendRequest => ({ stream, expected: 'none', events: [lines(data)] });
const NOON = Date.parse('2026-06-01T12:00:00.000Z');

describe('the log writer', () => {
  let folder: string;
  let writer: SqliteLogWriter;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-writer-'));
    writer = new SqliteLogWriter(folder);
  });
  afterEach(() => {
    writer.close();
    rmSync(folder, { recursive: true });
  });
  const count = () => writer.db.prepare('SELECT COUNT(*) FROM events').pluck().get();

  it('reports a full disk, keeps nothing of the batch, and works again once there is room', () => {
    writer.write([wanted('note/a')], NOON);
    const pages = Number(writer.db.pragma('page_count', { simple: true }));
    writer.db.pragma(`max_page_count = ${pages}`);
    const batch = [wanted('note/small'), wanted('note/b', { big: 'x'.repeat(200_000) })];
    expect((writer.write(batch, NOON) as Failure).reason).toBe('disk-full');
    expect(count()).toBe(1);
    writer.db.pragma(`max_page_count = ${pages + 1000}`);
    expect((writer.write(batch, NOON) as AppendResult[]).map(({ ok }) => ok)).toEqual([true, true]);
  });

  it('reports a full disk if a file cannot be opened for lack of space', () => {
    const full = new Database(':memory:');
    full.pragma('max_page_count = 1');
    expect(() => opened('log.sqlite', () => full.exec('CREATE TABLE events (id)'))).toThrow(DiskFull);
    full.close();
  });

  it('forgets the revisions of a batch that was rolled back', () => {
    writer.db.exec(
      `CREATE TRIGGER broken BEFORE INSERT ON events WHEN NEW.stream = 'note/b' BEGIN SELECT RAISE(ABORT, 'broken'); END`,
    );
    expect(writer.write([wanted('note/a'), wanted('note/b')], NOON)).toMatchObject({
      reason: 'fault',
      message: 'broken',
    });
    writer.db.exec('DROP TRIGGER broken');
    expect(writer.write([wanted('note/a')], NOON)).toEqual([{ ok: true, revision: 0, position: 1 }]);
  });

  it('stamps a batch by its clock, never before the last event, also after a restart', () => {
    writer.write([wanted('note/a')], NOON);
    writer.write([wanted('note/b')], NOON - 3_600_000);
    writer.close();
    writer = new SqliteLogWriter(folder);
    writer.write([wanted('note/c')], NOON - 3_600_000);
    writer.write([wanted('note/d')], NOON + 1);
    const at = writer.db.prepare('SELECT recorded_at FROM events ORDER BY position').pluck().all();
    expect(at).toEqual([...Array<string>(3).fill('2026-06-01T12:00:00.000Z'), '2026-06-01T12:00:00.001Z']);
    const kept = writer.db.prepare('SELECT metadata FROM events WHERE position = 1').pluck().get();
    expect(JSON.parse(String(kept))).toEqual({ actor: 1, recordedAt: '2026-06-01T12:00:00.000Z' });
  });
});
