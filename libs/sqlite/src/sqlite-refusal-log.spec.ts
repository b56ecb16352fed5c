import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteRefusalLog } from './sqlite-refusal-log.js';

const refused = (n: number, code = 'not-the-donor', organisation = 'norland') => ({
  ...{ at: '2026-06-01T12:00:00.000Z', organisation, role: 'donor', stream: 'programme/norland.p', command: 'Approve' },
  ...{ commandId: `c${n}`, correlationId: 'story', code, rule: null },
});

describe('refused commands in a SQLite file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-refusals-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are listed the newest first, page by page, narrowed, and are there after a restart', async () => {
    const log = new SqliteRefusalLog(folder);
    for (let n = 1; n <= 5; n += 1)
      log.note(refused(n, n === 3 ? 'not-found' : undefined, n === 4 ? 'sudria' : undefined));
    await log.close();
    const again = new SqliteRefusalLog(folder);
    const numbers = async (query: object) =>
      (await again.list({ limit: 10, ...query })).refusals.map(({ number }) => number);
    expect(await numbers({})).toEqual([5, 4, 3, 2, 1]);
    expect(await numbers({ limit: 2 })).toEqual([5, 4]);
    expect(await numbers({ before: 4 })).toEqual([3, 2, 1]);
    expect(await numbers({ code: 'not-found' })).toEqual([3]);
    expect(await numbers({ organisation: 'sudria' })).toEqual([4]);
    expect(await numbers({ stream: 'programme/other' })).toEqual([]);
    expect((await again.list({ limit: 1 })).refusals).toEqual([{ number: 5, ...refused(5) }]);
    await again.close();
  });

  it('are bounded: the oldest go, and what comes too fast is counted', async () => {
    const log = new SqliteRefusalLog(folder, 3, 4);
    for (let n = 1; n <= 6; n += 1) log.note(refused(n));
    const { refusals, leftOut } = await log.list({ limit: 10 });
    expect(refusals.map(({ commandId }) => commandId)).toEqual(['c4', 'c3', 'c2']);
    expect(leftOut).toBe(2);
    await log.close();
  });

  it('wait for room where the disk is full, and fail nobody', async () => {
    const log = new SqliteRefusalLog(folder, 1000);
    const { db } = log as unknown as { db: { pragma(text: string, how?: object): number } };
    db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
    for (let n = 1; n <= 500; n += 1) log.note(refused(n));
    expect((await log.list({ limit: 1000 })).refusals.length).toBe(0);
    db.pragma('max_page_count = 100000');
    expect((await log.list({ limit: 1000 })).refusals.length).toBe(500);
    await log.close();
  });
});
