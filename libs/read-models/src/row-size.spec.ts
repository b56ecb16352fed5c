import { describe, expect, it } from '@jest/globals';
import { CATALOGUE, type EventContract, exampleOf, fieldsOf } from '@entente/contracts';
import { foldRows } from '@entente/engine';
import type { AnyProjection, Projection, RecordedEvent } from '@entente/kernel';
import { recordedEvent } from '../../../test/support/recorded-event.js';
import { MODELS } from './models.js';

const FEW = 100;
const MANY = 2_000;
/** The events of one type, each with another name: enough to see an entry for each. */
const NAMED = 400;
/** By how many characters a value can be longer after many events than after FEW: its digits. */
const DIGITS = 8;

/**
 * Columns with an entry for each of something of which the rules allow a bounded number: they grow
 * only with events that name others in this field; none: with each event, which the rules accept
 * once.
 */
const BOUNDED: Readonly<Record<string, string | null>> = {
  // Each of the four assurances is given once, and each party signs once.
  'agreements.assurances': null,
  'agreements.signed_by': null,
  // A case has at most 200 lines.
  'cases.by_line': 'line',
  'cases.lines_in_force': 'line',
  // A programme has at most 200 milestones.
  'programmes.outcomes': 'milestone',
};

type Data = Readonly<Record<string, unknown>>;

const happened = (kind: string, type: string, { version }: EventContract, data: Data, revision: number) => {
  const id = `event-${String(revision).padStart(6, '0')}`;
  return recordedEvent({ id, stream: `${kind}/norland.one`, revision, type, version, data });
};

/** The fields of an event that hold a name, an id or a code, and no word of a fixed set. */
const named = ({ data }: EventContract): readonly string[] =>
  [...fieldsOf(data.prototype as object).properties].flatMap(([field, schema]) =>
    typeof schema['pattern'] === 'string' ? [field] : [],
  );

/** The characters of the longest value of each column. */
function lengths(current: ReadonlyMap<string, object>): ReadonlyMap<string, number> {
  const longest = new Map<string, number>();
  for (const row of current.values())
    for (const [column, value] of Object.entries(row))
      longest.set(column, Math.max(longest.get(column) ?? 0, JSON.stringify(value).length));
  return longest;
}

/** The columns whose values grow with events of a type, after one event of each type. */
function growing(
  model: AnyProjection,
  base: readonly RecordedEvent[],
  more: (n: number) => RecordedEvent,
  many: number,
): string[] {
  const current = new Map<string, object>();
  const fold = (events: readonly RecordedEvent[]) =>
    foldRows(
      model,
      events,
      current,
      () => false,
      () => '',
    );
  fold(base);
  fold(Array.from({ length: FEW }, (_, n) => more(n)));
  const before = lengths(current);
  fold(Array.from({ length: many - FEW }, (_, n) => more(FEW + n)));
  return [...lengths(current)].flatMap(([column, after]) =>
    after - (before.get(column) ?? after) > DIGITS ? [`${model.name}.${column}`] : [],
  );
}

/** Whether an event changes rows of a model that later events can change, too. */
const touched = (model: AnyProjection, event: RecordedEvent): boolean =>
  model.appendOnly !== true && (model as Projection<RecordedEvent, object>).touches(event).length > 0;

const STREAMS = CATALOGUE.map(({ kind, events }) => {
  const all = Object.entries(events);
  // What ends something comes last, so that most is open when an event is repeated.
  const [open, closed] = [false, true].map((closes) =>
    all.filter(([, event]) => (event.closes !== undefined) === closes),
  );
  const base = [...(open ?? []), ...(closed ?? [])].map(([type, of], n) =>
    happened(kind, type, of, exampleOf(of.data), n),
  );
  return { kind, all, base, opened: base.slice(0, open?.length ?? 0) };
});

describe('the size of a row', () => {
  it.each(STREAMS)('does not grow with the events of a stream: $kind', ({ kind, all, base, opened }) => {
    const models = MODELS.filter(({ kinds }) => kinds === 'all' || kinds.includes(kind));
    const found = all.flatMap(([type, of]) => {
      const example = exampleOf(of.data);
      // The same fact again, and one of each name.
      return [null, ...named(of)].flatMap((field) =>
        (field === null ? [opened, base] : [opened]).flatMap((before) => {
          const more = (n: number) => {
            const other = field === null ? {} : { [field]: `${String(example[field])}-${1_000_000 + n}` };
            return happened(kind, type, of, { ...example, ...other }, before.length + n);
          };
          return models
            .filter((model) => touched(model, more(0)))
            .flatMap((model) => growing(model, before, more, field === null ? MANY : NAMED))
            .filter((column) => !(Object.hasOwn(BOUNDED, column) && [null, field].includes(BOUNDED[column] ?? null)));
        }),
      );
    });
    expect([...new Set(found)].sort()).toEqual([]);
  });
});
