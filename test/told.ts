import fc from 'fast-check';
import { exampleScenario, commandAt, readBody } from '@entente/contracts';
import { ExecuteCommand } from '@entente/engine';
import { readActor } from '@entente/http';
import type { Actor } from '@entente/kernel';

const TODAY = '2026-11-24';
/** The book of examples, as of one day. */
export const BOOK = exampleScenario(TODAY);
type Step = (typeof BOOK)[number];
const stepAt = (n: number): Step => BOOK[n] as Step;

/**
 * A step of the book as it may come about: earlier or later than it should, changed in its figures,
 * with a word of another step in place of its own, said by somebody else, on another stream of its
 * kind, naming any earlier event.
 */
export interface Told {
  readonly step: number;
  readonly shift: number;
  readonly actor: number | undefined;
  readonly figure: number | undefined;
  readonly word: number | undefined;
  readonly where: number | undefined;
  readonly names: number;
  /** Days later than its day. */
  readonly at: number;
}

const nil = undefined;
export const told: fc.Arbitrary<Told> = fc.record({
  step: fc.nat(BOOK.length - 1),
  shift: fc.integer({ min: -6, max: 6 }),
  actor: fc.option(fc.nat(BOOK.length - 1), { nil, freq: 6 }),
  figure: fc.option(
    fc.oneof(
      { arbitrary: fc.integer({ min: -6, max: 6 }), weight: 2 },
      { arbitrary: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), weight: 1 },
    ),
    { nil, freq: 3 },
  ),
  word: fc.option(fc.nat(100_000), { nil, freq: 4 }),
  where: fc.option(fc.nat(1000), { nil, freq: 4 }),
  names: fc.nat(1000),
  at: fc.constantFrom(0, 0, 0, 11, 100),
});

/** A step as the book has it, on its day. */
export const plainly = (step: number): Told => {
  const at = BOOK.slice(0, step + 1).reduce((days, { daysLater }) => days + daysLater, 0);
  return { step, shift: 0, actor: undefined, figure: undefined, word: undefined, where: undefined, names: 1, at };
};

/**
 * The events that were left so far: all of them, and the last one that each step of the book left.
 */
export class Left {
  private readonly all: string[];
  private readonly last: Map<number, string>;

  constructor(before?: Left) {
    this.all = [...(before?.all ?? [])];
    this.last = new Map(before?.last);
  }

  by({ step }: Told, events: readonly { readonly id: string }[]): void {
    for (const { id } of events) {
      this.all.push(id);
      this.last.set(stepAt(step).step, id);
    }
  }

  /** The event that a step of the book should name; now and then any other one. */
  named(step: number, names: number): string | undefined {
    return (names % 3 === 0 ? undefined : this.last.get(step)) ?? this.all[names % this.all.length];
  }
}

/** Writes an event's id where a path (`facts.0.event`) leads to. */
function name(body: Record<string, unknown>, path: string, id: string): void {
  const [last = '', ...rest] = path.split('.').reverse();
  let within = body;
  for (const part of rest.reverse()) within = (within[part] ?? {}) as typeof body;
  within[last] = id;
}

/** All misuse cases and all others are few, so that what is told meets what was told before. */
const idOf = (kind: string, id: string): string =>
  kind === 'misuse-case' ? `sealed.${id.slice(7, 8)}${'0'.repeat(31)}` : id;

const whereTold = ({ step, where }: Told): string => {
  const { kind, id } = stepAt(step);
  const ids = [...new Set(BOOK.filter((other) => other.kind === kind).map((other) => other.id))];
  return where === undefined ? id : (ids[where % ids.length] as string);
};

/** What is told made to be of the same kind of stream as this step, so that much is told of few. */
export const about = (step: number, told: Told): Told => {
  const of = BOOK.flatMap(({ kind }, n) => (kind === stepAt(step).kind ? [n] : []));
  return { ...told, step: of[told.step % of.length] as number };
};

/** Every number in a body made this one. */
const figured = (value: unknown, figure: number): unknown => {
  if (typeof value === 'number') return figure;
  if (Array.isArray(value)) return value.map((inner) => figured(inner, figure));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, figured(inner, figure)]));
};

/** Whatever has a name: each stream, and each organisation that sends or is spoken of. */
const NAMES = new Set<unknown>(
  BOOK.flatMap(({ id, actor, body }) => [id, (actor.split(';') as [string])[0], body['donor'], body['to']]),
);

/**
 * One field with what another step of the book says in it, or with another name where it names
 * something.
 */
function reworded(body: Record<string, unknown>, word: number): Record<string, unknown> {
  const fields = Object.keys(body);
  const field = fields[word % fields.length];
  if (field === undefined) return body;
  const said = BOOK.flatMap((step) => (field in step.body ? [step.body[field]] : []));
  const words = [...new Set([...said, ...(NAMES.has(body[field]) ? NAMES : [])])];
  return { ...body, [field]: words[Math.floor(word / fields.length) % words.length] };
}

/**
 * What is told, as a command under this id, so many milliseconds into its day; null where its shape
 * is refused at the door. Fields for events name these ones.
 */
export function submit(one: Told, commandId: string, ms: number, left: Left, id?: string): ExecuteCommand | null {
  const step = stepAt(one.step);
  let body = structuredClone(step.body) as Record<string, unknown>;
  if (one.figure !== undefined) body = figured(body, one.figure) as typeof body;
  if (one.word !== undefined) body = reworded(body, one.word);
  for (const [path, earlier] of Object.entries(step.events)) {
    const event = left.named(earlier, one.names);
    if (event !== undefined) name(body, path, event);
  }
  const { type, body: wire } = commandAt(step.kind, step.path) as { type: string; body: new () => object };
  const { own, beside, wrong } = readBody(wire, body);
  if (wrong.length > 0) return null;
  const now = new Date(Date.parse(`${TODAY}T12:00:00.000Z`) + one.at * 86_400_000 + ms).toISOString();
  const metadata = {
    actor: readActor(stepAt(one.actor ?? one.step).actor) as Actor,
    commandId,
    correlationId: 'property',
    causationId: null,
    occurredAt: null,
    evidence: beside.evidence ?? [],
    legalBasis: null,
  };
  const stream = { kind: step.kind, id: id ?? idOf(step.kind, whereTold(one)) };
  return new ExecuteCommand({ stream, command: { type, data: own }, metadata, ifMatch: null, body }, now);
}
