import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bookOfExamples, commandAt, eventOf, readBody, wrongFields } from '@entente/contracts';
import { COMMAND_NOTED, Executor, type Outcome, Sealer, Submit, foldRows } from '@entente/engine';
import { readActor } from '@entente/http';
import type { Actor, RecordedEvent } from '@entente/kernel';
import { MODELS } from '@entente/read-models';
import { SqliteEventStore } from '@entente/sqlite';
import { kinds } from '../../apps/standalone/src/standalone.module.js';
import { all } from '../contracts/event-store.js';
import { stands } from '../invariants.js';

const TODAY = '2026-11-24';
const book = bookOfExamples(TODAY);

/** A step of the book as it may come about: earlier or later than it should, changed in its money, said by somebody else, naming any earlier event. */
const told = fc.record({
  step: fc.nat(book.length - 1),
  shift: fc.integer({ min: -6, max: 6 }),
  actor: fc.option(fc.nat(book.length - 1), { nil: undefined, freq: 6 }),
  amount: fc.option(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), { nil: undefined, freq: 4 }),
  names: fc.nat(1000),
  at: fc.constantFrom(0, 0, 0, 11, 100),
});
interface Told {
  readonly step: number;
  readonly shift: number;
  readonly actor: number | undefined;
  readonly amount: number | undefined;
  readonly names: number;
  readonly at: number;
}

/** All misuse cases and all others are few, so that what is told meets what was told before. */
const idOf = (kind: string, id: string): string =>
  kind === 'misuse-case' ? `sealed.${id.slice(7, 8)}${'0'.repeat(31)}` : id;

function submit(one: Told, n: number, events: readonly string[]): Submit | null {
  const step = book[one.step] as (typeof book)[number];
  const body = structuredClone(step.body) as Record<string, unknown>;
  if (one.amount !== undefined && 'amount' in body) body['amount'] = one.amount;
  for (const field of Object.keys(step.events))
    if (!field.includes('.') && events.length > 0) body[field] = events[one.names % events.length];
  const { type, body: wire } = commandAt(step.kind, step.path) as { type: string; body: new () => object };
  const { own, beside, wrong } = readBody(wire, body);
  if (wrong.length > 0) return null;
  const now = new Date(Date.parse(`${TODAY}T12:00:00.000Z`) + one.at * 86_400_000 + n).toISOString();
  const circumstances = {
    actor: readActor((book[one.actor ?? one.step] as (typeof book)[number]).actor) as Actor,
    ...{ commandId: `c${n}`, correlationId: 'property', causationId: null, now, occurredAt: null },
    ...{ evidence: beside.evidence ?? [], legalBasis: null },
  };
  const stream = { kind: step.kind, id: idOf(step.kind, step.id) };
  return new Submit(stream, { type, data: own }, circumstances, body);
}

/** The current rows of a model after these events, folded in batches of these sizes. */
function rowsOf(model: (typeof MODELS)[number], events: readonly RecordedEvent[], sizes: readonly number[]) {
  const current = new Map<string, object>();
  for (let [at, i] = [0, 0]; at < events.length; i += 1) {
    const size = sizes[i % sizes.length] as number;
    const { parked } = foldRows(
      model,
      events.slice(at, at + size),
      current,
      () => false,
      () => '',
    );
    expect(parked).toEqual([]);
    at += size;
  }
  return [...current].sort(([a], [b]) => (a < b ? -1 : 1));
}

let accepted = 0;
let refused = 0;

it('whatever is told in whatever order, at once or one by one, is decided without a fault, once, as events that the catalogue knows and every row can fold', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(told, { minLength: 0, maxLength: 60 }),
      fc.array(fc.nat(book.length - 1), { maxLength: 25 }),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 6 }),
      async (others, dropped, swapped, sizes, atOnce) => {
        const folder = mkdtempSync(join(tmpdir(), 'entente-property-'));
        const store = new SqliteEventStore({ folder });
        const executor = new Executor(store, kinds, new Sealer(Buffer.alloc(32, 7)), { note: () => undefined });
        try {
          const events: string[] = [];
          // Near to the order of the book, so that much of it is accepted.
          const plain = book.flatMap((_, step) =>
            dropped.includes(step)
              ? []
              : [
                  {
                    step,
                    shift: swapped ? (step % 5) - 2 : 0,
                    actor: undefined,
                    amount: undefined,
                    names: step,
                    at: 0,
                  },
                ],
          );
          const ordered = [...plain, ...others].toSorted((a, b) => a.step + a.shift - (b.step + b.shift));
          const commands = ordered.flatMap((one, n) => (n % 7 === 6 ? [one, one] : [one]));
          for (let at = 0; at < commands.length; at += atOnce) {
            const wave = commands.slice(at, at + atOnce).flatMap((one, i) => submit(one, at + i, events) ?? []);
            const outcomes = await Promise.all(wave.map((command) => executor.execute(command)));
            for (const [i, outcome] of outcomes.entries()) {
              if (outcome.as !== 'accepted') {
                refused += 1;
                continue;
              }
              accepted += 1;
              events.push(...outcome.receipt.events.map(({ id }) => id));
              const again: Outcome = await executor.execute(wave[i] as Submit);
              expect(again).toEqual({ ...outcome, repeated: true });
            }
          }
          const log = await all(store.readLog(0n));
          const revisions = new Map<string, number>();
          for (const { stream, revision, type, data } of log) {
            expect(revision).toBe((revisions.get(stream) ?? -1) + 1);
            revisions.set(stream, revision);
            if (type === COMMAND_NOTED) continue;
            const known = eventOf(stream.slice(0, stream.indexOf('/')), type);
            expect([type, known === undefined ? 'unknown' : wrongFields(known.data, data)]).toEqual([type, []]);
          }
          stands(kinds, log);
          for (const model of MODELS) expect(rowsOf(model, log, sizes)).toEqual(rowsOf(model, log, [log.length + 1]));
        } finally {
          await store.close();
          rmSync(folder, { recursive: true });
        }
      },
    ),
    { numRuns: 40 },
  );
  // Stories of which nothing came about would prove nothing.
  expect(accepted).toBeGreaterThan(refused / 3);
});
