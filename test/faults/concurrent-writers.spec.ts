import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CATALOGUE } from '@entente/contracts';
import { type Executor, ExecuteCommand } from '@entente/engine';
import type { Role } from '@entente/kernel';
import { SqliteEventStore } from '@entente/sqlite';
import { kinds } from '@entente/workers';
import { all } from '../contracts/event-store.js';
import { checkInvariants } from '../support/invariants/check-invariants.js';
import {
  AT_ONCE,
  ConcurrentClients,
  logBefore,
  longestStream,
  isStepOf,
  rounds,
  executeWithRetries,
  schedule,
} from '../support/concurrent-clients.js';
import { newExecutor } from '../support/executor.js';
import { SCENARIO } from '../support/scenario-arbitraries.js';

const STREAM = { kind: 'funding-account', id: 'norland.race' };
const NAME = 'funding-account/norland.race';
const COMMANDS = ['PledgeFunds', 'CommitFunds', 'ObligateFunds', 'DecommitFunds', 'DeobligateFunds'] as const;

const submit = (
  type: string,
  data: object,
  commandId: string,
  stream = STREAM,
  role: Role = 'donor',
): ExecuteCommand => {
  const now = '2026-06-01T12:00:00.000Z';
  const metadata = {
    actor: { organisation: role === 'operator' ? role : 'norland', role },
    commandId,
    correlationId: 'race',
    causationId: null,
    occurredAt: null,
    evidence: [],
    legalBasis: null,
  };
  return new ExecuteCommand({ stream, command: { type, data }, metadata, ifMatch: null, body: data }, now);
};
/** The parties of the account, registered in their roles. */
const parties = (
  [
    ['norland', 'donor'],
    ['estmark', 'recipient'],
  ] as const
).flatMap(([id, role]) => {
  const stream = { kind: 'stakeholder', id };
  return [
    submit('RegisterStakeholder', { name: id, type: 'state' }, 'register', stream, 'operator'),
    submit('GrantRole', { role }, 'grant', stream, 'operator'),
  ];
});
const opening = submit(
  'OpenFundingAccount',
  {
    donor: 'norland',
    recipient: 'estmark',
    fund: 'Race',
    currency: 'USD',
    basis: 'own',
    onBudget: false,
    stages: ['pledged', 'committed', 'obligated'],
  },
  'open',
);

const one = fc.record({
  type: fc.constantFrom(...COMMANDS),
  amount: fc.integer({ min: 1, max: 60 }),
  pause: fc.nat(3),
});
type One = { readonly type: string; readonly amount: number; readonly pause: number };

it('two processes that write to one stream leave a log that one process could have written', async () => {
  let accepted = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(one, { minLength: 1, maxLength: 25 }),
      fc.array(one, { minLength: 1, maxLength: 25 }),
      async (...clients) => {
        const folder = mkdtempSync(join(tmpdir(), 'entente-race-'));
        const [store, alone] = ['both', 'alone'].map((name) => new SqliteEventStore({ folder: join(folder, name) }));
        if (store === undefined || alone === undefined) throw new Error('two stores');
        try {
          const executors = clients.map(() => newExecutor(store));
          for (const before of [...parties, opening]) await (executors[0] as Executor).execute(before);
          const taken = new Map<string, ExecuteCommand>([['open', opening]]);
          const client = async (commands: readonly One[], c: number): Promise<void> => {
            for (const [n, { type, amount, pause }] of commands.entries()) {
              for (let turn = 0; turn < pause; turn += 1) await new Promise(setImmediate);
              const back = type.startsWith('De') ? { reason: 'planning-change' } : {};
              const command = submit(type, { amount, period: '2026', ...back }, `c${c}-${n}`);
              const outcome = await executeWithRetries(executors[c] as Executor, command);
              if (outcome.type === 'accepted') taken.set(`c${c}-${n}`, command);
              else expect(outcome.type).toBe('refused');
              // Sent again to the other process, which may not have read it yet: the same receipt,
              // and no second event.
              if (outcome.type === 'accepted' && n % 5 === 0)
                expect(await executeWithRetries(executors[1 - c] as Executor, command)).toMatchObject({
                  type: 'accepted',
                  receipt: outcome.receipt,
                });
              if (outcome.type === 'accepted') accepted += 1;
              else refused += 1;
            }
          };
          await Promise.all(clients.map(client));
          const events = await all(store.readStream(NAME));
          expect(events.map(({ revision }) => revision)).toEqual(events.map((_, i) => i));
          const commands = events.map(({ metadata }) => metadata.commandId);
          expect([...commands].sort()).toEqual([...taken.keys()].sort());
          const serial = newExecutor(alone);
          for (const before of parties) await serial.execute(before);
          for (const { id, type, data, metadata } of events) {
            expect(await serial.execute(taken.get(metadata.commandId) as ExecuteCommand)).toMatchObject({
              type: 'accepted',
            });
            const [again] = await all(alone.readStream(NAME, { backwards: true, limit: 1 }));
            expect(again).toMatchObject({ id, type, data });
          }
          const states = await Promise.all([store, alone].map((of) => newExecutor(of).stateAt(STREAM, () => true)));
          expect(states[0]).toEqual(states[1]);
          checkInvariants(kinds, events);
        } finally {
          await store.close();
          await alone.close();
          rmSync(folder, { recursive: true });
        }
      },
    ),
    { numRuns: 15 },
  );
  // Races in which nothing is refused would not show that a decision was right where it was
  // appended.
  expect([accepted > 50, refused > 20]).toEqual([true, true]);
});

it('a process with a stale cache refuses no command because of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-race-'));
  const store = new SqliteEventStore({ folder });
  const one = newExecutor(store);
  const other = newExecutor(store);
  const money = (type: string, commandId: string) =>
    submit(
      type,
      { amount: 1, period: '2026', ...(type.startsWith('De') ? { reason: 'planning-change' } : {}) },
      commandId,
    );
  for (const before of [...parties, opening]) await one.execute(before);
  await one.execute(money('CommitFunds', 'a'));
  // It remembers the account as it is now: nothing is obligated.
  await other.execute(money('PledgeFunds', 'b'));
  await one.execute(money('ObligateFunds', 'c'));
  const taken = await one.execute(money('DeobligateFunds', 'd'));
  expect(taken).toMatchObject({ type: 'accepted' });
  expect(await other.execute(money('DeobligateFunds', 'd'))).toEqual({ ...taken, repeated: true });
  expect(await one.execute(money('DecommitFunds', 'e'))).toMatchObject({ type: 'accepted' });
  expect(await other.execute(money('ObligateFunds', 'f'))).toMatchObject({ type: 'refused' });
  await store.close();
  rmSync(folder, { recursive: true });
});

describe('two processes that race on a stream', () => {
  /** The outcomes over all kinds. */
  const count = { accepted: 0, refused: 0, lost: 0 };

  it.each(CATALOGUE.map(({ kind }) => kind))('of kind %s leave a log that one could have written', async (kind) => {
    const id = longestStream(kind);
    const mine = SCENARIO.filter(isStepOf(kind, id)).length;
    const from = await logBefore(kind, id);
    const { accepted } = count;
    await fc.assert(
      fc.asyncProperty(
        fc.array(schedule, { minLength: mine, maxLength: mine }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
        async (turns, sizes) => {
          const race = new ConcurrentClients(from, count);
          try {
            let at = 0;
            for (const { raced, steps } of rounds(kind, id, sizes))
              if (raced) await race.raced(steps, turns.slice(at, (at += steps.length)));
              else await race.alone(steps);
            await race.isSerial();
          } finally {
            await race.end();
          }
        },
      ),
      { numRuns: 2, examples: [[Array.from({ length: mine }, () => AT_ONCE), [2]]] },
    );
    rmSync(from.folder, { recursive: true });
    expect(count.accepted - accepted).toBeGreaterThan(0);
  });

  it('are decided again, refused or accepted: without each of these there was no race', () => {
    const kinds = CATALOGUE.length;
    expect([count.accepted > kinds, count.refused > kinds, count.lost > kinds]).toEqual([true, true, true]);
  });
});
