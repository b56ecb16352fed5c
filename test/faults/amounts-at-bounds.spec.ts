import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commandAt } from '@entente/contracts';
import { ExecuteCommand, type Executor, foldRows } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { MODELS } from '@entente/read-models';
import { SqliteEventStore } from '@entente/sqlite';
import { all } from '../contracts/event-store.js';
import { newExecutor } from '../support/executor.js';
import { SCENARIO, RecordedIds, asWritten, toCommand } from '../support/scenario-arbitraries.js';

const MAX_AMOUNT = Number.MAX_SAFE_INTEGER;
const amount = fc.constantFrom(MAX_AMOUNT, MAX_AMOUNT - 1, 2 ** 52, 1);

let folder: string;
let store: SqliteEventStore;
let executor: Executor;
let commands = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-bounds-'));
  store = new SqliteEventStore({ folder });
  executor = newExecutor(store);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** The store's reason why a row with these numbers cannot be stored; null if it can. */
const refuses = (row: object): string | null =>
  Object.entries(row).find(([, value]) => typeof value === 'number' && !Number.isSafeInteger(value))?.[0] ?? null;

/** What is parked when every read model folds these events. */
const parkedBy = (events: readonly RecordedEvent[]): readonly unknown[] =>
  MODELS.flatMap(
    (model) =>
      foldRows(
        model,
        events,
        new Map(),
        () => false,
        () => '',
        refuses,
      ).parked,
  );

/** Sends a command to a funding account as its donor; whether it was accepted. */
async function send(id: string, path: string, data: object): Promise<boolean> {
  const { type } = commandAt('funding-account', path) as { type: string };
  commands += 1;
  const metadata = {
    actor: { organisation: 'norland', role: 'donor' as const },
    commandId: `c${commands}`,
    correlationId: 'bounds',
    causationId: null,
    occurredAt: null,
    evidence: [],
    legalBasis: null,
  };
  const stream = { kind: 'funding-account', id };
  const received = { stream, command: { type, data }, metadata, ifMatch: null, body: data };
  return (await executor.execute(new ExecuteCommand(received, '2026-06-01T12:00:00.000Z'))).type === 'accepted';
}

const OPENING = { donor: 'norland', recipient: 'estmark', fund: 'F', currency: 'USD', onBudget: false };
const STAGES = ['pledged', 'committed', 'obligated', 'disbursed', 'spent'];
const movement = fc.record({
  path: fc.constantFrom(
    'pledge',
    'reduce-pledge',
    'commit',
    'decommit',
    'obligate',
    'deobligate',
    'disburse',
    'reimburse',
    'plan-disbursement',
    'pool-contribution',
  ),
  amount,
  period: fc.constantFrom('2026', '2027'),
  tranche: fc.constantFrom('t1', 't2', 't3'),
});

it('amounts at the bounds of a row are refused on the command, and no funding account is parked', async () => {
  let account = 0;
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(movement, { minLength: 4, maxLength: 24 }), fc.boolean(), async (movements, reported) => {
      account += 1;
      const id = `norland.a${account}`;
      await send(id, 'open', { ...OPENING, stages: STAGES, basis: reported ? 'reported' : 'own' });
      for (const { path, amount: by, period, tranche } of movements) {
        const row = reported ? { reported: { source: 's', key: { k: 'v' } } } : {};
        const back = path.startsWith('re') || path.startsWith('de') ? { reason: 'entered-twice' } : {};
        const planned = path === 'plan-disbursement' ? { tranche, due: '2026-09-01' } : {};
        const pooled = path === 'pool-contribution' ? { contributor: 'vestra' } : {};
        if (await send(id, path, { amount: by, period, ...row, ...back, ...planned, ...pooled })) accepted += 1;
      }
      const events = await all(store.readStream(`funding-account/${id}`));
      expect(parkedBy(events)).toEqual([]);
    }),
    { numRuns: 150, interruptAfterTimeLimit: 15_000 },
  );
  expect(accepted).toBeGreaterThan(150);
});

it('figures at the bounds in the example scenario leave no stream of any kind parked', async () => {
  let extreme = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ step: fc.nat(SCENARIO.length - 1), figure: amount, again: fc.boolean() }), {
        maxLength: 40,
      }),
      async (extremes) => {
        const own = mkdtempSync(join(tmpdir(), 'entente-bounds-'));
        const log = new SqliteEventStore({ folder: own });
        const decides = newExecutor(log);
        try {
          const recorded = new RecordedIds();
          const steps = SCENARIO.flatMap((_, step) => [
            ...extremes.filter((one) => one.step === step).map(({ figure }) => ({ ...asWritten(step), figure })),
            asWritten(step),
            ...extremes
              .filter((one) => one.step === step && one.again)
              .map(({ figure }) => ({ ...asWritten(step), figure })),
          ]);
          for (const [n, one] of steps.entries()) {
            const command = toCommand(one, `c${n}`, n, recorded);
            if (command === null) continue;
            const result = await decides.execute(command);
            if (result.type !== 'accepted') continue;
            recorded.add(one, result.receipt.events);
            if (one.figure !== undefined) extreme += 1;
          }
          expect(parkedBy(await all(log.readLog(0n)))).toEqual([]);
        } finally {
          await log.close();
          rmSync(own, { recursive: true });
        }
      },
    ),
    { numRuns: 15 },
  );
  expect(extreme).toBeGreaterThan(25);
});
