import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KnownEvent } from '@entente/engine';
import { SqliteEventStore } from '@entente/sqlite';
import { anEvent } from '../../../test/contracts/event-store.js';
import { RestoreCheck, rowsAsKnown } from './restore-check.js';

const confirmation = { forMs: 30, everyMs: 10 };
const event = anEvent();
let folder: string;
let log: SqliteEventStore;
let position: bigint;
const checks: RestoreCheck[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entente-restored-'));
  log = new SqliteEventStore({ folder });
  const answer = await log.append('note/a', 'none', [event]);
  position = answer.ok ? answer.position : -1n;
});
afterEach(async () => {
  for (const check of checks.splice(0)) await check.onModuleDestroy();
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(places: Omit<ConstructorParameters<typeof RestoreCheck>[1], 'confirmation'>): Promise<void> {
  const check = new RestoreCheck(log, { ...places, confirmation });
  checks.push(check);
  await check.onModuleInit();
}
const known = (at: bigint, id?: string) => (): Promise<readonly KnownEvent[]> =>
  Promise.resolve([{ where: 'the topic', position: at, ...(id === undefined ? {} : { id }) }]);
const rowsAt = (...positions: bigint[]) =>
  rowsAsKnown({ checkpoints: () => Promise.resolve(new Map([['a', positions]])) });

describe('a log that is compared at the start of a process', () => {
  it('is used if it has what the rows and the topic have, or if they have nothing', async () => {
    await start({ first: [rowsAt(0n, position), rowsAt(), known(position, event.id), known(0n)] });
    expect(log.takenBack()).toBeNull();
  });

  it.each([
    [
      'rows that are ahead of it',
      () => rowsAt(position, position + 1n),
      /a row in the database has the event at position 2/,
    ],
    [
      'an event that it lost',
      () => known(position + 1n, 'b'),
      /the topic has event b at position 2, and the log does not/,
    ],
    ['another event at a position', () => known(position, 'b'), /the topic has event b at position 1/],
  ])('is taken back before the process serves, by %s', async (_, ahead, message) => {
    await start({ first: [known(position), ahead()] });
    expect(log.takenBack()).toMatchObject({
      code: 'log-taken-back',
      message: expect.stringMatching(message) as unknown,
    });
    expect(log.takenBack()?.message).toContain('`entente begin-era`');
  });

  it('is compared with a place that does not answer yet as soon as it does', async () => {
    let asked = 0;
    const later = (): Promise<readonly KnownEvent[]> =>
      (asked += 1) === 1 ? Promise.reject(new Error('the topic is away')) : known(position, 'b')();
    await start({ then: [later] });
    expect(log.takenBack()).toBeNull();
    for (const end = performance.now() + 5000; log.takenBack() === null && performance.now() < end;)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log.takenBack()).not.toBeNull();
  });
});
