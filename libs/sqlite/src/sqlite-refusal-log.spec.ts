import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeContract } from '../../../test/contracts/contract.js';
import { REFUSAL_LOG, refused } from '../../../test/contracts/refusal-log.js';
import { SqliteRefusalLog } from './sqlite-refusal-log.js';

describeContract('RefusalLog', REFUSAL_LOG, () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-refusals-'));
  const open = (most = 100, mostWaiting = 100) => Promise.resolve(new SqliteRefusalLog(folder, most, mostWaiting));
  const end = () => Promise.resolve(rmSync(folder, { recursive: true }));
  return Promise.resolve({ port: { open }, end });
});

describe('the refusal log in a SQLite file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-refusals-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps refusals in memory while the disk is full, and fails no command', async () => {
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
