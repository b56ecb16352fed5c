import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Contention, Executor, type Outcome, Sealer, Submit } from '@entente/engine';
import { SqliteEventStore } from '@entente/sqlite';
import { kinds } from '../../apps/standalone/src/standalone.module.js';
import { all } from '../contracts/event-store.js';
import { stands } from '../invariants.js';

const STREAM = { kind: 'funding-account', id: 'norland.race' };
const NAME = 'funding-account/norland.race';
const COMMANDS = ['PledgeFunds', 'CommitFunds', 'ObligateFunds', 'DecommitFunds', 'DeobligateFunds'] as const;

const submit = (type: string, data: object, commandId: string): Submit => {
  const now = '2026-06-01T12:00:00.000Z';
  const circumstances = {
    ...{ actor: { organisation: 'norland', role: 'donor' } as const, commandId, correlationId: 'race', now },
    ...{ causationId: null, occurredAt: null, evidence: [], legalBasis: null },
  };
  return new Submit(STREAM, { type, data }, circumstances, data);
};
const opening = submit(
  'OpenFundingAccount',
  {
    ...{ donor: 'norland', recipient: 'estmark', fund: 'Race', currency: 'USD', basis: 'own', onBudget: false },
    stages: ['pledged', 'committed', 'obligated'],
  },
  'open',
);

/** A process's worth: an executor with caches of its own. */
const process = (store: SqliteEventStore): Executor =>
  new Executor(store, kinds, new Sealer(Buffer.alloc(32, 7)), { note: () => undefined });

/** Sends until it is no lost race any more, as a client does. */
async function sent(executor: Executor, command: Submit): Promise<Outcome> {
  for (let tries = 1; ; tries += 1)
    try {
      return await executor.execute(command);
    } catch (error) {
      if (!(error instanceof Contention) || tries === 20) throw error;
    }
}

const one = fc.record({
  type: fc.constantFrom(...COMMANDS),
  amount: fc.integer({ min: 1, max: 60 }),
  pause: fc.nat(3),
});
type One = { readonly type: string; readonly amount: number; readonly pause: number };

it('two processes that race on one stream leave a history that one alone could have told, in the same order', async () => {
  let [accepted, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.array(one, { minLength: 1, maxLength: 25 }),
      fc.array(one, { minLength: 1, maxLength: 25 }),
      async (...clients) => {
        const folder = mkdtempSync(join(tmpdir(), 'entente-race-'));
        const [store, alone] = ['both', 'alone'].map((name) => new SqliteEventStore({ folder: join(folder, name) }));
        if (store === undefined || alone === undefined) throw new Error('two stores');
        try {
          const executors = clients.map(() => process(store));
          await (executors[0] as Executor).execute(opening);
          const taken = new Map<string, Submit>([['open', opening]]);
          const client = async (commands: readonly One[], c: number): Promise<void> => {
            for (const [n, { type, amount, pause }] of commands.entries()) {
              for (let turn = 0; turn < pause; turn += 1) await new Promise(setImmediate);
              const back = type.startsWith('De') ? { reason: 'planning-change' } : {};
              const command = submit(type, { amount, period: '2026', ...back }, `c${c}-${n}`);
              const outcome = await sent(executors[c] as Executor, command);
              if (outcome.as === 'accepted') taken.set(`c${c}-${n}`, command);
              else expect(outcome.as).toBe('refused');
              // Sent again to the other process, which may not have seen it yet: the same receipt, and nothing is said again.
              if (outcome.as === 'accepted' && n % 5 === 0)
                expect(await sent(executors[1 - c] as Executor, command)).toMatchObject({
                  as: 'accepted',
                  receipt: outcome.receipt,
                });
              if (outcome.as === 'accepted') accepted += 1;
              else refused += 1;
            }
          };
          await Promise.all(clients.map(client));
          const told = await all(store.readStream(NAME));
          expect(told.map(({ revision }) => revision)).toEqual(told.map((_, i) => i));
          const commands = told.map(({ metadata }) => metadata.commandId);
          expect([...commands].sort()).toEqual([...taken.keys()].sort());
          const serial = process(alone);
          for (const { id, type, data, metadata } of told) {
            expect(await serial.execute(taken.get(metadata.commandId) as Submit)).toMatchObject({ as: 'accepted' });
            const [again] = await all(alone.readStream(NAME, { backwards: true, limit: 1 }));
            expect(again).toMatchObject({ id, type, data });
          }
          const states = await Promise.all([store, alone].map((of) => process(of).stateAt(STREAM, () => true)));
          expect(states[0]).toEqual(states[1]);
          stands(kinds, told);
        } finally {
          await store.close();
          await alone.close();
          rmSync(folder, { recursive: true });
        }
      },
    ),
    { numRuns: 15 },
  );
  // Races in which nothing is refused would not show that a decision was right where it was appended.
  expect([accepted > 50, refused > 20]).toEqual([true, true]);
});

it('a process that has not seen what another one left refuses nothing by what it remembers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-race-'));
  const store = new SqliteEventStore({ folder });
  const [one, other] = [process(store), process(store)];
  const money = (type: string, commandId: string) =>
    submit(
      type,
      { amount: 1, period: '2026', ...(type.startsWith('De') ? { reason: 'planning-change' } : {}) },
      commandId,
    );
  await one.execute(opening);
  await one.execute(money('CommitFunds', 'a'));
  // It remembers the account as it is now: nothing is obligated.
  await other.execute(money('PledgeFunds', 'b'));
  await one.execute(money('ObligateFunds', 'c'));
  const taken = await one.execute(money('DeobligateFunds', 'd'));
  expect(taken).toMatchObject({ as: 'accepted' });
  expect(await other.execute(money('DeobligateFunds', 'd'))).toEqual({ ...taken, repeated: true });
  expect(await one.execute(money('DecommitFunds', 'e'))).toMatchObject({ as: 'accepted' });
  expect(await other.execute(money('ObligateFunds', 'f'))).toMatchObject({ as: 'refused' });
  await store.close();
  rmSync(folder, { recursive: true });
});
