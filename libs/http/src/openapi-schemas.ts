import {
  CATALOGUE,
  CommandEnvelope,
  OF_CLASS,
  PROBLEMS,
  REFUSAL_CODES,
  type Schema,
  schemaOf,
} from '@entente/contracts';
import type { ReadModelDescription } from '@entente/engine';
import { type ColumnType, type Json, ROLES, keptApart } from '@entente/kernel';

/** The largest number of 32 bits; a field that may be larger has the format of 64 bits. */
const INT32 = 2 ** 31 - 1;

/** Converts kebab-case to Pascal case: `assistance-case` becomes `AssistanceCase`. */
export const pascal = (words: string): string =>
  words
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

export const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

export const text = (description: string, more: Record<string, Json> = {}): Json => ({
  type: 'string',
  description,
  ...more,
});
export const whole = (description: string): Json => ({ type: 'integer', format: 'int64', description });
const orNull = (schema: Json): Json => ({ ...(schema as object), type: [(schema as { type: string }).type, 'null'] });
const list = (items: Json, description: string): Json => ({ type: 'array', description, items });
const object = (description: string, properties: Record<string, Json>, optional: readonly string[] = []): Json => ({
  type: 'object',
  description,
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

/**
 * The name of a command's or an event's schema: its type, with its kind before it if another kind
 * has the same type.
 */
export function schemaNames(part: 'commands' | 'events'): (kind: string, type: string) => string {
  const kinds = (type: string): number => CATALOGUE.filter((of) => Object.hasOwn(of[part], type)).length;
  return (kind, type) => (kinds(type) > 1 ? `${pascal(kind)}${type}` : type);
}

/**
 * The schemas of the catalogue: each command, each event and each class of their fields, by name.
 */
function catalogueSchemas(): Record<string, Json> {
  const schemas: Record<string, Json> = {};
  const parts = new Map<string, string>();
  /** Converts a schema for the document. Parts with a class become references. */
  const toOpenApi = (value: unknown, own = false): Json => {
    if (Array.isArray(value)) return value.map((one) => toOpenApi(one));
    if (value === null || typeof value !== 'object') return value as Json;
    const schema = value as Schema;
    const { [OF_CLASS]: name } = schema;
    if (name !== undefined && !own) {
      const rest: Record<string, unknown> = { ...schema };
      const description = schema['description'] as string | undefined;
      delete rest['description'];
      delete rest['example'];
      const made = toOpenApi({ ...rest, [OF_CLASS]: undefined }, true);
      const json = JSON.stringify(made);
      const known = parts.get(name);
      if (known !== undefined && known !== json) throw new Error(`two classes of the contracts are called ${name}`);
      parts.set(name, json);
      schemas[name] = made;
      return description === undefined ? reference(name) : { allOf: [reference(name)], description };
    }
    const isLarge = schema['type'] === 'integer' && !(Number(schema['maximum']) <= INT32);
    return {
      ...Object.fromEntries(
        Object.entries(schema).map(([key, one]) => [key, key === 'example' ? (one as Json) : toOpenApi(one)]),
      ),
      ...(isLarge ? { format: 'int64' } : {}),
    };
  };
  const nameOf = { commands: schemaNames('commands'), events: schemaNames('events') };
  for (const { kind, commands, events } of CATALOGUE) {
    for (const [type, { body, summary }] of Object.entries(commands)) {
      const { properties, required, ...rest } = schemaOf(body);
      const all = { ...(properties as object), ...(schemaOf(CommandEnvelope)['properties'] as object) };
      schemas[nameOf.commands(kind, type)] = toOpenApi(
        { ...rest, description: summary, required, properties: all },
        true,
      );
    }
    for (const [type, { data, summary }] of Object.entries(events))
      schemas[nameOf.events(kind, type)] = toOpenApi({ ...schemaOf(data), description: summary }, true);
  }
  return schemas;
}

const ACTOR = object(
  'who sent the command',
  {
    organisation: text("the organisation's id, or a pseudonym"),
    role: text('the role in which it was sent', { enum: [...ROLES] }),
    person: text("a reference to a person in the sender's own register"),
    for: text('the organisation spoken for'),
  },
  ['person', 'for'],
);

const CONSULTED_REVISION = object('a stream that a decision rested on', {
  stream: text('`<kind>/<id>`'),
  revision: whole('the revision seen; -1: none'),
});

const EVENT_METADATA = object(
  'who sent it, when it happened, and what it rests on',
  {
    actor: reference('Actor'),
    occurredAt: text("when it happened, by the sender's word", { format: 'date-time' }),
    recordedAt: text('when it was recorded', { format: 'date-time' }),
    commandId: text('the command that it comes from'),
    correlationId: text('what belongs together, by the sender'),
    causationId: orNull(text('what led to the command, by the sender')),
    traceparent: text('the trace in which the command was sent (W3C Trace Context)'),
    consulted: list(reference('ConsultedRevision'), 'the other streams that the decision rested on'),
    evidence: list(reference('EvidenceRef'), 'files that another party keeps'),
    legalBasis: orNull(text('the law or agreement that it rests on')),
    marking: orNull(text('its marking, if any')),
  },
  ['traceparent'],
);

const EVENT = object('an event as it was recorded', {
  id: text('a uuid, the same whenever the command is sent again', { format: 'uuid' }),
  stream: text('`<kind>/<id>`'),
  revision: whole('its place in the stream, from 0'),
  position: text('its place in the log: rising, with gaps'),
  type: text('the type; its data has the schema of this name'),
  version: whole('the version of its data'),
  data: { type: 'object', description: 'the schema named by its type', additionalProperties: true },
  metadata: reference('EventMetadata'),
});

const RECORDED_EVENT_REF = object('an event that a command recorded', {
  id: text('its id', { format: 'uuid' }),
  type: text('its type'),
  revision: whole('its place in the stream'),
});

const RECEIPT_FIELDS = {
  commandId: text('the Idempotency-Key'),
  stream: text('`<kind>/<id>`'),
  revision: whole('the revision that the stream has now'),
  position: text('the place of its last event in the log'),
  after: text('for the parameter `after` of a query: rows that have seen this command'),
  events: list(reference('RecordedEventRef'), 'the events recorded; none if the command changed nothing'),
};

const RECEIPT = object('what became of an accepted command', RECEIPT_FIELDS);

const POLICY_CONSEQUENCE = object('a command that a policy sends', {
  policy: text('the name of the policy'),
  stream: text('the stream of the command, `<kind>/<id>`'),
  command: text('the type of the command'),
  recorded: { type: 'boolean', description: 'whether the steward has recorded it yet' },
});

const RECEIPT_READ = object('what became of an accepted command, and what follows from it', {
  ...RECEIPT_FIELDS,
  consequences: list(
    reference('PolicyConsequence'),
    'what follows from its events by policies, in order; none for most commands',
  ),
});

const PROPOSED_EVENT = object('an event that a command would record', {
  type: text('its type'),
  data: { type: 'object', description: 'the schema named by its type', additionalProperties: true },
});

const DRY_RUN = object('what a command would record', {
  revision: whole('the revision that the stream has'),
  events: list(reference('ProposedEvent'), 'the events; none if the command changes nothing'),
  repeated: { type: 'boolean', description: 'true if the command is recorded already: it would record nothing again' },
});

const FIELD_ERROR = object('an invalid field', { path: text('its path'), message: text('what it must be') });

const PROBLEM = object(
  'RFC 9457. `code` is stable; `errors` names each invalid field; a refusal has `rule`, `unless` and `facts`.',
  {
    type: text('about:blank'),
    status: { type: 'integer', format: 'int32', description: 'the HTTP status' },
    code: text('a stable name: why', { enum: [...new Set([...Object.keys(PROBLEMS), ...REFUSAL_CODES])].sort() }),
    title: text('a sentence for people'),
    errors: list(reference('FieldError'), 'of `validation-failed`: every invalid field'),
    rule: orNull(text('of a refusal: the number of the rule, such as R15')),
    unless: text('of a refusal: what would have to be true'),
    facts: {
      type: 'object',
      description: 'of a refusal: the figures and names that it rests on',
      additionalProperties: true,
    },
    revision: whole('of `revision-mismatch`: the revision that the stream has'),
  },
  ['errors', 'rule', 'unless', 'facts', 'revision'],
);

/** The limits of numbers that every JSON parser reads exactly. */
const SAFE = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
/** A whole number of any size. */
const DIGITS = '^-?[0-9]+$';
/**
 * The JSON type of a column, the same for every value: a number within the safe range, or decimal
 * digits as text where a sum can be larger.
 */
const COLUMN: Readonly<Record<ColumnType, Record<string, Json>>> = {
  text: { type: ['string', 'null'] },
  day: { type: ['string', 'null'], format: 'date' },
  integer: { type: ['integer', 'null'], format: 'int64', ...SAFE },
  boolean: { type: ['boolean', 'null'] },
  amount: { type: ['integer', 'null'], format: 'int64', ...SAFE },
  'integer-sum': { type: ['string', 'null'], pattern: DIGITS },
  'amount-sum': { type: ['string', 'null'], pattern: DIGITS },
  decimal: { type: ['number', 'null'], format: 'double' },
  json: {},
};

/** The names of the schemas of a read model's rows, its pages, and the totals of a page. */
export const rowName = (model: string): string => `${pascal(model)}Row`;
export const pageName = (model: string): string => `${pascal(model)}Page`;
const totalsName = (model: string): string => `${pascal(model)}Totals`;

const columnOut = (type: ColumnType, meaning: string | undefined): Json => ({
  ...COLUMN[type],
  ...(meaning === undefined ? {} : { description: meaning }),
});

const ONCE = ', which rows repeat: once for what they share, in the total without a currency, and null in the others';

function readModelSchemas(described: ReadModelDescription): Record<string, Json> {
  const { name, about, type, columns, meanings: meaning, totals } = described;
  const own = Object.fromEntries(
    Object.entries(columns).map(([column, stored]) => [column, columnOut(stored, meaning[column])]),
  );
  const origin: Record<string, Json> = {
    row_id: text('the row, for `/events`'),
    ...(type === 'model'
      ? {
          stream: text('the stream whose events made it'),
          since: text('the position of the event that made it what it is'),
          event: text('that event', { format: 'uuid' }),
        }
      : {}),
    parked_since: text('present while the stream is parked: the position from which its events are not in the row'),
  };
  const by = Object.fromEntries(totals.by.map((column) => [column, own[column] ?? {}]));
  const sums = Object.fromEntries(
    totals.sums.map((column) => [
      column,
      orNull(
        text(
          `the sum of ${column}${totals.shared?.sums.includes(column) ? ONCE : ''}: ${meaning[column] ?? ''}; a whole decimal number, null if no row has one`,
          {
            pattern: DIGITS,
          },
        ),
      ),
    ]),
  );
  const apart = keptApart(totals);
  const total = object(
    'a total over all rows that match, not only over the page',
    {
      ...by,
      counts: text('what is counted', { const: totals.counts }),
      count: whole(`how many ${totals.counts}`),
      ...sums,
    },
    // `by` replaces these.
    totals.by.filter((column) => !apart.includes(column)),
  );
  return {
    [rowName(name)]: object(about, { ...own, ...origin }, ['parked_since']),
    [totalsName(name)]: total,
    [pageName(name)]: object(`a page of ${name}`, {
      rows: list(reference(rowName(name)), 'the rows'),
      position: text('the position of the log up to which the rows have seen everything'),
      day: text('the day by which lateness is computed (UTC)', { format: 'date' }),
      version: text('the version of the read model'),
      totals: list(reference(totalsName(name)), 'totals, by what keeps unlike units apart'),
      next: orNull(text('the `cursor` of the next page; null on the last')),
    }),
  };
}

/** Every schema of the document. */
export const schemasOf = (described: readonly ReadModelDescription[]): Record<string, Json> => ({
  Actor: ACTOR,
  Event: EVENT,
  EventMetadata: EVENT_METADATA,
  ConsultedRevision: CONSULTED_REVISION,
  Receipt: RECEIPT,
  RecordedEventRef: RECORDED_EVENT_REF,
  PolicyConsequence: POLICY_CONSEQUENCE,
  ReceiptWithConsequences: RECEIPT_READ,
  DryRun: DRY_RUN,
  ProposedEvent: PROPOSED_EVENT,
  Problem: PROBLEM,
  FieldError: FIELD_ERROR,
  ...catalogueSchemas(),
  ...Object.fromEntries(described.flatMap((one) => Object.entries(readModelSchemas(one)))),
});
