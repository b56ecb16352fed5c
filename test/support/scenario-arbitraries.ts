import fc from 'fast-check';
import { exampleScenario, commandAt, readBody } from '@entente/contracts';
import { ExecuteCommand } from '@entente/engine';
import { readActor } from '@entente/http';
import type { Actor } from '@entente/kernel';

const TODAY = '2026-11-24';
/** The example scenario, as of one day. */
export const SCENARIO = exampleScenario(TODAY);
type Step = (typeof SCENARIO)[number];
const stepAt = (n: number): Step => SCENARIO[n] as Step;

/**
 * A step of the example scenario, changed: sent earlier or later, with another figure, with a value
 * of another step in one field, by another sender, on another stream of its kind, or naming another
 * earlier event.
 */
export interface ScenarioVariant {
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
export const scenarioVariant: fc.Arbitrary<ScenarioVariant> = fc.record({
  step: fc.nat(SCENARIO.length - 1),
  shift: fc.integer({ min: -6, max: 6 }),
  actor: fc.option(fc.nat(SCENARIO.length - 1), { nil, freq: 6 }),
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

/** A step as the scenario has it, on its day. */
export const asWritten = (step: number): ScenarioVariant => {
  const at = SCENARIO.slice(0, step + 1).reduce((days, { daysLater }) => days + daysLater, 0);
  return { step, shift: 0, actor: undefined, figure: undefined, word: undefined, where: undefined, names: 1, at };
};

/** The ids of the events recorded so far: all of them, and the last one of each step. */
export class RecordedIds {
  private readonly all: string[];
  private readonly last: Map<number, string>;

  constructor(before?: RecordedIds) {
    this.all = [...(before?.all ?? [])];
    this.last = new Map(before?.last);
  }

  add({ step }: ScenarioVariant, events: readonly { readonly id: string }[]): void {
    for (const { id } of events) {
      this.all.push(id);
      this.last.set(stepAt(step).step, id);
    }
  }

  /** The event that a step of the scenario should name; now and then another one. */
  named(step: number, names: number): string | undefined {
    return (names % 3 === 0 ? undefined : this.last.get(step)) ?? this.all[names % this.all.length];
  }
}

/** Writes an event's id at a path such as `facts.0.event`. */
function setAtPath(body: Record<string, unknown>, path: string, id: string): void {
  const [last = '', ...rest] = path.split('.').reverse();
  let within = body;
  for (const part of rest.reverse()) within = (within[part] ?? {}) as typeof body;
  within[last] = id;
}

/** Few ids of each kind, so that commands meet streams that exist. */
const idOf = (kind: string, id: string): string =>
  kind === 'misuse-case' ? `sealed.${id.slice(7, 8)}${'0'.repeat(31)}` : id;

const streamIdOf = ({ step, where }: ScenarioVariant): string => {
  const { kind, id } = stepAt(step);
  const ids = [...new Set(SCENARIO.filter((other) => other.kind === kind).map((other) => other.id))];
  return where === undefined ? id : (ids[where % ids.length] as string);
};

/** The variant moved to the kind of stream of this step. */
export const onKindOf = (step: number, variant: ScenarioVariant): ScenarioVariant => {
  const of = SCENARIO.flatMap(({ kind }, n) => (kind === stepAt(step).kind ? [n] : []));
  return { ...variant, step: of[variant.step % of.length] as number };
};

/** A body with every number replaced by this one. */
const withFigure = (value: unknown, figure: number): unknown => {
  if (typeof value === 'number') return figure;
  if (Array.isArray(value)) return value.map((inner) => withFigure(inner, figure));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, withFigure(inner, figure)]));
};

/** Every name in the scenario: of streams, and of organisations that send or are named. */
const NAMES = new Set<unknown>(
  SCENARIO.flatMap(({ id, actor, body }) => [id, (actor.split(';') as [string])[0], body['donor'], body['to']]),
);

/** The body with one field taken from another step, or with another name if the field is a name. */
function withOtherWord(body: Record<string, unknown>, word: number): Record<string, unknown> {
  const fields = Object.keys(body);
  const field = fields[word % fields.length];
  if (field === undefined) return body;
  const values = SCENARIO.flatMap((step) => (field in step.body ? [step.body[field]] : []));
  const candidates = [...new Set([...values, ...(NAMES.has(body[field]) ? NAMES : [])])];
  return { ...body, [field]: candidates[Math.floor(word / fields.length) % candidates.length] };
}

/**
 * The variant as a command under this id, `ms` milliseconds into its day; null if its body is not
 * valid. Fields that name events name recorded ones.
 */
export function toCommand(
  one: ScenarioVariant,
  commandId: string,
  ms: number,
  recorded: RecordedIds,
  id?: string,
): ExecuteCommand | null {
  const step = stepAt(one.step);
  let body = structuredClone(step.body) as Record<string, unknown>;
  if (one.figure !== undefined) body = withFigure(body, one.figure) as typeof body;
  if (one.word !== undefined) body = withOtherWord(body, one.word);
  for (const [path, earlier] of Object.entries(step.events)) {
    const event = recorded.named(earlier, one.names);
    if (event !== undefined) setAtPath(body, path, event);
  }
  if (typeof body['misuseCase'] === 'string') body['misuseCase'] = idOf('misuse-case', body['misuseCase']);
  const { type, body: contract } = commandAt(step.kind, step.path) as { type: string; body: new () => object };
  const { data, common, errors } = readBody(contract, body);
  if (errors.length > 0) return null;
  const now = new Date(Date.parse(`${TODAY}T12:00:00.000Z`) + one.at * 86_400_000 + ms).toISOString();
  const metadata = {
    actor: readActor(stepAt(one.actor ?? one.step).actor) as Actor,
    commandId,
    correlationId: 'property',
    causationId: null,
    occurredAt: common.occurredAt ?? null,
    evidence: common.evidence ?? [],
    legalBasis: null,
  };
  const stream = { kind: step.kind, id: id ?? idOf(step.kind, streamIdOf(one)) };
  return new ExecuteCommand({ stream, command: { type, data: data }, metadata, ifMatch: null, body }, now);
}
