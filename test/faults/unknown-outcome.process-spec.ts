import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type OutcomeUnknown, ExecuteCommand } from '@entente/engine';
import { SqliteEventStore } from '@entente/sqlite';
import { newExecutor } from '../support/executor.js';
import { propose, startStandalone } from '../support/standalone-process.js';
import { preload } from '../support/preload.js';
import { all, anEvent } from '../contracts/event-store.js';

let folder: string;
let opened: SqliteEventStore[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-outcome-'));
});
afterEach(async () => {
  for (const store of opened) await store.close();
  opened = [];
  rmSync(folder, { recursive: true });
});

const open = (onOutcomeUnknown?: (error: OutcomeUnknown) => void): SqliteEventStore => {
  const store = new SqliteEventStore({ folder, ...(onOutcomeUnknown === undefined ? {} : { onOutcomeUnknown }) });
  opened.push(store);
  return store;
};

/** The disk fails under the next commit, before the transaction is written or after it. */
function failNextCommit(store: SqliteEventStore, when: 'before' | 'after'): void {
  const { statements } = (store as unknown as { writer: { statements: { commit: { run(): unknown } } } }).writer;
  const real = statements.commit;
  statements.commit = {
    run: () => {
      statements.commit = real;
      if (when === 'after') real.run();
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' });
    },
  };
}

const proposal = (now: string): ExecuteCommand => {
  const data = {
    kind: 'bilateral',
    title: 'Training',
    donor: 'norland',
    recipient: 'estmark',
    sector: '15210',
    basis: 'reported',
    starts: '2026-01-01',
    ends: '2028-12-31',
  };
  const metadata = {
    actor: { organisation: 'norland', role: 'donor' } as const,
    commandId: 'k',
    correlationId: 'c',
    causationId: null,
    occurredAt: null,
    evidence: [],
    legalBasis: null,
  };
  return new ExecuteCommand(
    {
      stream: { kind: 'programme', id: 'norland.one' },
      command: { type: 'ProposeProgramme', data },
      metadata,
      ifMatch: null,
      body: data,
    },
    now,
  );
};

describe('a disk that fails in a commit', () => {
  it.each(['before', 'after'] as const)(
    '%s the write ends the deployment, which accepts nothing more; the same command is right later',
    async (when) => {
      const reported: OutcomeUnknown[] = [];
      const store = open((error) => void reported.push(error));
      const executor = newExecutor(store);
      failNextCommit(store, when);
      await expect(executor.execute(proposal('2026-06-01T12:00:00.000Z'))).rejects.toMatchObject({
        code: 'outcome-unknown',
      });
      expect(reported).toHaveLength(1);
      await expect(store.append('note/b', 'none', [anEvent()])).rejects.toMatchObject({ code: 'shutting-down' });
      await store.close();
      const again = open();
      expect(await all(again.readLog(0n))).toHaveLength(when === 'before' ? 0 : 1);
      const outcome = await newExecutor(again).execute(proposal('2026-06-01T12:01:00.000Z'));
      expect(outcome).toMatchObject({ type: 'accepted', repeated: when === 'after' });
      expect(await all(again.readLog(0n))).toHaveLength(1);
    },
  );

  it('acknowledges no command of the batch', async () => {
    const store = open();
    failNextCommit(store, 'before');
    const answers = await Promise.allSettled(
      Array.from({ length: 5 }, (_, i) => store.append(`note/${i}`, 'none', [anEvent()])),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<string>(5).fill('rejected'));
  });

  it('ends the built server with 70 without acknowledgement; the event is there once afterwards', async () => {
    const fails = preload('failing-files.mjs?fails=sync');
    const first = await startStandalone(folder, 'off', [], { NODE_OPTIONS: `--import ${fails}`, LOG_LEVEL: 'fatal' });
    const exit = new Promise((resolve) => first.process.once('exit', resolve));
    expect((await propose(first.url, 'one')).status).toBe(201);
    writeFileSync(join(folder, 'bad-disk'), '');
    const answer = await propose(first.url, 'two').catch(() => null);
    expect(answer?.status).not.toBe(201);
    const late = new Promise((done) => setTimeout(done, 5000, 'it runs on').unref());
    const status = await Promise.race([exit, late]);
    first.process.kill('SIGKILL');
    await first.ended;
    expect(status).toBe(70);
    const again = await startStandalone(folder, 'off');
    for (const id of ['one', 'two']) expect((await propose(again.url, id)).status).toBe(201);
    again.process.kill('SIGKILL');
    await again.ended;
    const store = open();
    expect(await all(store.readLog(0n))).toHaveLength(2);
  });
});
