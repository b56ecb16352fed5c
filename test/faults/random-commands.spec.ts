import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CATALOGUE, eventOf, fieldErrors } from '@entente/contracts';
import { type CommandResult, foldRows } from '@entente/engine';
import { COMMAND_NOTED, type RecordedEvent } from '@entente/kernel';
import { MODELS } from '@entente/read-models';
import { SqliteEventStore } from '@entente/sqlite';
import { kinds } from '@entente/workers';
import { all } from '../contracts/event-store.js';
import { newExecutor } from '../support/executor.js';
import { checkInvariants } from '../support/invariants/check-invariants.js';
import {
  SCENARIO,
  RecordedIds,
  onKindOf,
  asWritten,
  toCommand,
  scenarioVariant,
} from '../support/scenario-arbitraries.js';

/** The current rows of a model after these events, folded in batches of these sizes. */
function rowsOf(model: (typeof MODELS)[number], events: readonly RecordedEvent[], sizes: readonly number[]) {
  const current = new Map<string, object>();
  let at = 0;
  for (let i = 0; at < events.length; i += 1) {
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
const recordedTypes = new Set<string>();

/** The scenario itself, each step once by its own sender: it has every event of the catalogue. */
const AS_WRITTEN: [[], [], boolean, number[], number, null] = [[], [], false, [3], 1, null];

it('random commands in any order, concurrent or not, are decided once, and every row folds them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(scenarioVariant, { maxLength: 60, size: 'max' }),
      fc.array(fc.nat(SCENARIO.length - 1), { maxLength: 25, size: 'max' }),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 6 }),
      fc.option(fc.nat(SCENARIO.length - 1), { freq: 2 }),
      async (any, dropped, swapped, sizes, atOnce, kindOf) => {
        const others = kindOf === null ? any : any.map((one) => onKindOf(kindOf, one));
        const folder = mkdtempSync(join(tmpdir(), 'entente-property-'));
        const store = new SqliteEventStore({ folder });
        const executor = newExecutor(store);
        try {
          const recorded = new RecordedIds();
          // Near to the order of the scenario, so that many commands are accepted.
          const plain = SCENARIO.flatMap((_, step) =>
            dropped.includes(step) ? [] : [{ ...asWritten(step), shift: swapped ? (step % 5) - 2 : 0 }],
          );
          const ordered = [...plain, ...others].toSorted((a, b) => a.step + a.shift - (b.step + b.shift));
          // Not in the scenario as written: what is taken back twice, a later step may lack.
          const repeated = any.length + dropped.length > 0;
          const commands = ordered.flatMap((one, n) => (repeated && n % 7 === 6 ? [one, one] : [one]));
          for (let at = 0; at < commands.length; at += atOnce) {
            const wave = commands.slice(at, at + atOnce).flatMap((one, i) => {
              const command = toCommand(one, `c${at + i}`, at + i, recorded);
              return command === null ? [] : [{ one, command }];
            });
            const outcomes = await Promise.all(wave.map(({ command }) => executor.execute(command)));
            for (const [i, outcome] of outcomes.entries()) {
              const { one, command } = wave[i] as (typeof wave)[number];
              if (outcome.type !== 'accepted') {
                refused += 1;
                continue;
              }
              accepted += 1;
              recorded.add(one, outcome.receipt.events);
              const again: CommandResult = await executor.execute(command);
              expect(again).toEqual({ ...outcome, repeated: true });
            }
          }
          const log = await all(store.readLog(0n));
          const revisions = new Map<string, number>();
          for (const { stream, revision, type, data } of log) {
            expect(revision).toBe((revisions.get(stream) ?? -1) + 1);
            revisions.set(stream, revision);
            if (type === COMMAND_NOTED) continue;
            recordedTypes.add(`${stream.slice(0, stream.indexOf('/'))} ${type}`);
            const known = eventOf(stream.slice(0, stream.indexOf('/')), type);
            expect([type, known === undefined ? 'unknown' : fieldErrors(known.data, data)]).toEqual([type, []]);
          }
          checkInvariants(kinds, log);
          for (const model of MODELS) expect(rowsOf(model, log, sizes)).toEqual(rowsOf(model, log, [log.length + 1]));
        } finally {
          await store.close();
          rmSync(folder, { recursive: true });
        }
      },
    ),
    // A failure is reported even if shrinking it takes long.
    { numRuns: 8, examples: [AS_WRITTEN] },
  );
  // Sequences in which no event was recorded would prove nothing.
  expect(accepted).toBeGreaterThan(refused / 3);
  const catalogue = CATALOGUE.flatMap(({ kind, events }) => Object.keys(events).map((type) => `${kind} ${type}`));
  expect(catalogue.filter((event) => !recordedTypes.has(event))).toEqual([]);
});
