import {
  type ScenarioStep,
  type CommandContract,
  CATALOGUE,
  RELATIONS,
  PATTERNS,
  PROBLEMS,
  exampleScenario,
} from '@entente/contracts';
import type { ReadModelDescription } from '@entente/engine';
import { codesOf } from './row-query.js';
import { type ColumnType, type Json, ROLES } from '@entente/kernel';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ANSWER_SCHEMAS, JSON_SCHEMA } from './openapi-answers.js';
import { pageName, pascal, reference, rowName, schemaNames, schemasOf } from './openapi-schemas.js';

type Parameter = Readonly<Record<string, Json>>;
type Responses = Readonly<Record<string, Json>>;

const STRING = { type: 'string' };
const POSITION = { type: 'string', pattern: '^[0-9]{1,19}$' };

const parameter = (
  where: 'query' | 'header' | 'path',
  name: string,
  description: string,
  { schema = STRING, example, required = where === 'path' }: { schema?: Json; example?: Json; required?: boolean } = {},
): Parameter => ({
  name,
  in: where,
  description,
  required,
  schema,
  ...(example === undefined ? {} : { example }),
});

/** A parameter that may occur several times. */
const repeatable = (name: string, description: string, items: Json = STRING, example?: Json): Parameter => ({
  ...parameter('query', name, description, { schema: { type: 'array', items, maxItems: 100 } }),
  style: 'form',
  explode: true,
  ...(example === undefined ? {} : { example: [example] }),
});

const ACTOR_DESCRIPTION =
  'Who sends the command: `<organisation>;role=<role>;person=<reference>;for=<organisation>`. `person` and `for` may be left out. Without the header it is the operator.';

const matching = ({ pattern }: { readonly pattern: RegExp }): Json => ({ type: 'string', pattern: pattern.source });

/** The form of `Entente-Actor`, of the forms of its parts. */
const ACTOR_PATTERN = actorPattern();
function actorPattern(): string {
  const within = ({ pattern }: { readonly pattern: RegExp }): string => pattern.source.replaceAll(/^\^|\$$/g, '');
  const organisation = within(PATTERNS.organisation);
  const part = `role=(${ROLES.join('|')})|person=${within(PATTERNS.person)}|for=${organisation}`;
  return `^${organisation}( *; *(${part}))*$`;
}
const actor = (example: string): Parameter =>
  parameter('header', 'Entente-Actor', ACTOR_DESCRIPTION, {
    schema: { type: 'string', pattern: ACTOR_PATTERN },
    example,
  });
const HEADERS: readonly Parameter[] = [
  parameter(
    'header',
    'Idempotency-Key',
    'The command id: sent again, the same receipt comes back. Generated and returned if it is not sent.',
    { schema: matching(PATTERNS.token) },
  ),
  parameter(
    'header',
    'If-Match',
    'The revision that the stream must have, or several with commas, or `*` for any: 412 if it has another.',
  ),
  parameter('header', 'If-None-Match', '`*`: the stream must not exist: 412 if it does.'),
  parameter('header', 'Correlation-Id', 'Stored with the events, and returned.', { schema: matching(PATTERNS.token) }),
  parameter('header', 'Causation-Id', 'What led to the command; stored with the events.', {
    schema: matching(PATTERNS.token),
  }),
  parameter('header', 'traceparent', 'The trace in which the command is sent (W3C Trace Context).'),
];

const content = (schema: Json, type = 'application/json'): Json => ({ [type]: { schema } });
const problem = (description: string, headers: Json = {}): Json => ({
  description,
  headers: { ...CORRELATION_ID, ...(headers as object) },
  content: content(reference('Problem'), 'application/problem+json'),
});
const CORRELATION_ID = {
  'Correlation-Id': { description: 'As sent, or generated: log lines of the request have it.', schema: STRING },
};
const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer', format: 'int32' } },
};

/** The meanings of the codes that have one of the given statuses. */
const meaningOf = (...statuses: readonly number[]): string =>
  Object.entries(PROBLEMS)
    .filter(([, [status]]) => statuses.includes(status))
    .map(([code, [, meaning]]) => `\`${code}\`: ${meaning}`)
    .join(' ');

/** The problems that several operations share. A refusal by the rules has one of many codes. */
const PROBLEM_RESPONSES = {
  Invalid: problem(meaningOf(400)),
  NotFound: problem(meaningOf(404)),
  IdReused: problem(meaningOf(409)),
  Gone: problem(meaningOf(410)),
  AnotherRevision: problem(meaningOf(412)),
  TooLarge: problem(meaningOf(413)),
  WrongContent: problem(meaningOf(415)),
  Refused: problem('The rules refuse it: a stable code, the rule, and what would have to be true.'),
  WrongMethod: problem(meaningOf(405)),
  TimedOut: problem(meaningOf(408)),
  WrongExpectation: problem(meaningOf(417)),
  TooLongHeaders: problem(meaningOf(431)),
  Failed: problem(meaningOf(500)),
  Unavailable: problem(meaningOf(503), RETRY_AFTER),
};
const shared = (name: keyof typeof PROBLEM_RESPONSES): Json => ({ $ref: `#/components/responses/${name}` });
const INVALID = shared('Invalid');
const NOT_FOUND = shared('NotFound');
const ALWAYS = {
  405: shared('WrongMethod'),
  408: shared('TimedOut'),
  417: shared('WrongExpectation'),
  431: shared('TooLongHeaders'),
  500: shared('Failed'),
  503: shared('Unavailable'),
};

const answer = (description: string, schema: Json): Json => ({
  description,
  headers: CORRELATION_ID,
  content: content(schema),
});
const list = (items: Json): Json => ({ type: 'array', items });

const operation = (
  tag: string,
  operationId: string,
  summary: string,
  parameters: readonly Parameter[],
  responses: Responses,
): Json => ({
  tags: [tag],
  operationId,
  summary,
  parameters,
  responses: { ...ALWAYS, ...responses },
});

const KNOWN_TAG = parameter('header', 'If-None-Match', 'The `ETag` of an earlier answer: 304 if it is still this one.');
const TAG = { ETag: { description: 'The tag of the answer: the same as long as the answer is.', schema: STRING } };
const UNCHANGED: Json = { description: 'The answer is the one whose tag was sent.', headers: TAG };

/** A read operation. Its answer has an `ETag`. */
const reading = (
  tag: string,
  operationId: string,
  summary: string,
  parameters: readonly Parameter[],
  { 200: found, ...others }: Responses,
): Json => {
  const { headers = {}, ...rest } = found as { readonly headers?: object };
  const tagged = { ...rest, headers: { ...CORRELATION_ID, ...headers, ...TAG } } as Json;
  return operation(tag, operationId, summary, [...parameters, KNOWN_TAG], { 200: tagged, ...others, 304: UNCHANGED });
};

/** The schema of a version of an event or a command. */
const schemaOperation = (part: 'events' | 'commands'): Json => {
  const events = part === 'events';
  const type = events ? 'FundsPledged' : 'PledgeFunds';
  const what = events ? "an event's data" : "a command's body";
  const parameters = [
    parameter('path', 'kind', 'The kind of stream.', { example: 'funding-account' }),
    parameter('path', 'type', 'The type.', { example: type }),
    parameter('path', 'version', 'The version of the type.', { example: '1' }),
  ];
  return reading('commands', `Read${events ? 'Event' : 'Command'}Schema`, `The JSON Schema of ${what}`, parameters, {
    200: { description: 'The schema.', content: content(JSON_SCHEMA, 'application/schema+json') },
    400: INVALID,
    404: NOT_FOUND,
  });
};

/** The parameter that names a format, and does what `Accept` does. */
const formatParameter = (formats: readonly string[]): Parameter =>
  parameter('query', 'format', 'The format, in place of `Accept`: a link can name it.', {
    schema: { type: 'string', enum: [...formats] },
  });

/** A step of the scenario as a named example: its request, and the steps before it. */
function exampleOf(scenario: readonly ScenarioStep[], shown: ScenarioStep): Json {
  const { step, kind, id, actor: by, daysLater, events, body, mayExist } = shown;
  const before = scenario.filter((one) => one.step < step && one.kind === kind && one.id === id);
  const summary = [
    `${id}, as ${by}`,
    ...(before.length > 0 ? [`after ${before.map(({ path }) => path).join(', ')}`] : []),
    ...(mayExist ? ['unless the example data has it'] : []),
    ...(daysLater > 0 ? [`${daysLater} days later`] : []),
    ...Object.entries(events).map(([field, of]) => `${field}: the event of step ${of}, from its receipt`),
  ];
  return {
    summary: summary.join('; '),
    value: body as Json,
    'x-step': step,
    'x-id': id,
    'x-actor': by,
    'x-days-later': daysLater,
    'x-events': events,
    'x-may-exist': mayExist,
  };
}

/** Who may send a command, as a sentence. */
const sentBy = ({ by }: CommandContract): string => `Sent by ${by.map((one) => RELATIONS[one]).join(', or by ')}.`;

/**
 * Every command, from the catalogue: its body's schema, its senders, and its examples from the
 * scenario.
 */
function commandPaths(today: string): Record<string, Json> {
  const paths: Record<string, Json> = {};
  const scenario = exampleScenario(today);
  const nameOf = schemaNames('commands');
  for (const { kind, commands } of CATALOGUE)
    for (const [type, command] of Object.entries(commands)) {
      const step = scenario.filter((step) => step.kind === kind && step.path === command.path);
      const examples = Object.fromEntries(step.map((step) => [`step-${step.step}`, exampleOf(scenario, step)]));
      const name = nameOf(kind, type);
      paths[`/v1/${kind}/{id}/${command.path}`] = {
        post: {
          tags: [kind],
          operationId: name,
          summary: command.summary,
          description: sentBy(command),
          requestBody: { required: true, content: { 'application/json': { schema: reference(name), examples } } },
          parameters: [
            parameter('path', 'id', 'The id of the stream.', {
              schema: matching(PATTERNS.streamId),
              ...(step[0] === undefined ? {} : { example: step[0].id }),
            }),
            parameter('query', 'dry-run', 'Decides, and records nothing.', { schema: { type: 'boolean' } }),
            actor(step[0]?.actor ?? ''),
            ...HEADERS,
          ],
          responses: {
            // Not under 200: generators return the type of the lowest status, here the receipt.
            '2XX': answer('200 with `dry-run`: what would be recorded.', reference('DryRun')),
            201: {
              description: 'The receipt: what was recorded, where, and a token (`after`) for reading it.',
              headers: {
                ETag: { description: 'The revision that the stream has now.', schema: STRING },
                ...CORRELATION_ID,
                'Idempotency-Replayed': { description: '`true` if it was sent before.', schema: STRING },
              },
              content: content(reference('Receipt')),
            },
            400: INVALID,
            404: NOT_FOUND,
            409: shared('IdReused'),
            412: shared('AnotherRevision'),
            413: shared('TooLarge'),
            415: shared('WrongContent'),
            422: shared('Refused'),
            ...ALWAYS,
          },
        },
      };
    }
  return paths;
}

const AS_OF = parameter(
  'query',
  'as-of',
  'A position, a day (its end, UTC) or an instant: the rows as they were recorded by then.',
);
const LIMIT = parameter('query', 'limit', '1 to 1000; 100 if it is left out.', {
  schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 1000 },
  example: 100,
});
const DAY = { schema: { type: 'string', format: 'date' }, example: '2026-06-30' };
const SEEN_ON = parameter(
  'query',
  'day',
  'The day by which lateness is computed, not in the future; left out, that of `occurred-by`, or the day of `as-of` if it is a day or an instant, else the present one (UTC).',
  DAY,
);
const OCCURRED_BY = parameter('query', 'occurred-by', 'Only what had occurred by this day, as it is known now.', DAY);
const TOTALS_BY = parameter(
  'query',
  'by',
  'Columns by which totals are grouped, by commas, in place of its own but for those that keep sums apart.',
);
const CONTAINS = parameter(
  'query',
  'contains',
  'Only rows of which a text column contains this text; A to Z in either case.',
);
const PAGING: readonly Parameter[] = [
  CONTAINS,
  parameter('query', 'sort', 'Columns, by commas; a hyphen before one turns it round. What is missing comes last.'),
  LIMIT,
  parameter('query', 'cursor', 'The `next` of the page before: it pins the position.'),
  AS_OF,
  parameter('query', 'after', "A receipt's `after`: waits at most five seconds until the rows have come so far."),
];

/**
 * The schema of a filter parameter, by the type of its column. An empty value selects rows without
 * a value.
 */
const FILTER: Readonly<Record<Exclude<ColumnType, 'json'>, Json>> = {
  text: STRING,
  day: { type: 'string', pattern: '^([0-9]{4}-[0-9]{2}-[0-9]{2})?$' },
  boolean: { type: 'string', enum: ['true', 'false', ''] },
  integer: { type: 'string', pattern: '^(-?[0-9]{1,16})?$' },
  amount: { type: 'string', pattern: '^(-?[0-9]{1,16})?$' },
  'integer-sum': { type: 'string', pattern: '^(-?[0-9]{1,28})?$' },
  'amount-sum': { type: 'string', pattern: '^(-?[0-9]{1,28})?$' },
  decimal: { type: 'string', pattern: '^(-?[0-9]{1,15}(\\.[0-9]{1,6})?)?$' },
};

/** The queries of one read model: its columns are its filters. */
function readModelPaths(model: ReadModelDescription): Record<string, Json> {
  const { name, about, type, columns, meanings, occurredBy } = model;
  const meaning = (column: string): string => meanings[column] ?? column;
  const valueOf = (column: string, type: keyof typeof FILTER): Json => {
    const codes = codesOf(model, column);
    return codes === null ? FILTER[type] : { type: 'string', enum: [...codes, ''] };
  };
  const all = type === 'model' ? { ...columns, stream: 'text' as const } : columns;
  const filters = Object.entries(all).flatMap(([column, type]) =>
    type === 'json'
      ? []
      : [
          repeatable(
            column,
            `${meaning(column)}: any of the values; an empty one is a missing one.`,
            valueOf(column, type),
          ),
        ],
  );
  const bounds = Object.entries(all).flatMap(([column, type]) =>
    type === 'json' || type === 'boolean'
      ? []
      : [
          parameter('query', `${column}.min`, `${meaning(column)}: at least.`, { schema: FILTER[type] }),
          parameter('query', `${column}.max`, `${meaning(column)}: at most.`, { schema: FILTER[type] }),
          ...(type === 'text'
            ? [
                parameter(
                  'query',
                  `${column}.contains`,
                  `${meaning(column)}: contains this text, A to Z in either case.`,
                ),
              ]
            : []),
          parameter('query', `${column}.before`, `${meaning(column)}: less, or before it.`, { schema: FILTER[type] }),
        ],
  );
  const seen = [SEEN_ON, TOTALS_BY, ...(occurredBy ? [OCCURRED_BY] : [])];
  const base = `/v1/read-models/${name}`;
  const id = pascal(name);
  const headers = {
    'Content-Digest': { description: 'The SHA-256 digest of the text (RFC 9530).', schema: STRING },
    'Entente-Position': { description: 'The position of the log.', schema: POSITION },
    'Entente-Day': { description: 'The day by which lateness is computed (UTC).', schema: DAY.schema },
    'Entente-Version': { description: 'The version of the read model.', schema: STRING },
  };
  const stream = {
    description:
      'Server-sent events: `row` (a row, changed), `removed` (its row_id), `caught-up`, `checkpoint` (a newer id), `reset`, `closed` (with the reason).',
    content: content(STRING, 'text/event-stream'),
  };
  return {
    [base]: {
      get: reading(
        'read models',
        `Query${id}`,
        about,
        [...filters, ...bounds, ...PAGING, ...seen, formatParameter(['json', 'csv', 'ndjson'])],
        {
          200: {
            description: 'A page of rows; as CSV or NDJSON all of them.',
            headers,
            content: {
              ...(content(reference(pageName(name))) as object),
              ...(content(STRING, 'text/csv') as object),
              ...(content(reference(rowName(name)), 'application/x-ndjson') as object),
            },
          },
          400: INVALID,
          404: NOT_FOUND,
          410: shared('Gone'),
        },
      ),
    },
    [`${base}/events`]: {
      get: reading(
        'read models',
        `EventsBehind${id}`,
        `The events that made a row of ${name}`,
        [
          parameter('query', 'row', 'The row_id of a row.', { required: true }),
          AS_OF,
          parameter('query', 'before', 'Events before this position: `next` of the page after it.', {
            schema: POSITION,
          }),
          parameter('query', 'day', 'The day on which the row was seen, as rows take it.', DAY),
          ...(occurredBy ? [OCCURRED_BY] : []),
        ],
        {
          200: answer('The newest 100 of them, oldest first.', reference('EventsBehindRow')),
          400: INVALID,
          404: NOT_FOUND,
        },
      ),
    },
    [`${base}/live`]: {
      get: operation(
        'live',
        `Follow${id}`,
        `${name}, as its rows change`,
        [
          ...filters,
          CONTAINS,
          LIMIT,
          parameter('header', 'Last-Event-ID', 'The id of the last frame: the changes since then follow.'),
        ],
        { 200: stream, 400: INVALID, 404: NOT_FOUND },
      ),
    },
  };
}

const STREAM: readonly Parameter[] = [
  parameter('path', 'kind', 'A kind of stream.', {
    schema: { type: 'string', enum: CATALOGUE.map(({ kind }) => kind) },
    example: 'programme',
  }),
  parameter('path', 'id', 'Its id.', { schema: matching(PATTERNS.streamId), example: 'norland.border-training' }),
];

function fixedPaths(): Record<string, Json> {
  const after = parameter('query', 'after', 'A position: events behind it.', { schema: POSITION, example: '0' });
  const narrow = [
    after,
    repeatable('kind', 'A kind of stream: any of them.', STRING, 'programme'),
    repeatable('type', 'A type of event: any of them.', STRING, 'MilestoneMet'),
  ];
  const state = [
    parameter('query', 'from', 'The first revision.', { schema: { type: 'integer', format: 'int64', minimum: 0 } }),
    parameter('query', 'revision', 'The state as of this revision is given too.', {
      schema: { type: 'integer', format: 'int64', minimum: 0 },
      example: 0,
    }),
    parameter('query', 'as-of', 'The same, by a day or an instant; instead of `revision`.'),
  ];
  const stream = 'programme/norland.border-training';
  return {
    '/v1/read-models': {
      get: reading('read models', 'ListReadModels', 'List the read models and views', [], {
        200: answer('All of them.', reference('ReadModelList')),
      }),
    },
    '/v1/history': {
      get: reading('history', 'ReadLog', 'The log', [...narrow, LIMIT, formatParameter(['json', 'ndjson'])], {
        200: {
          description: 'Events in the order of the log; as NDJSON one a line.',
          content: {
            ...(content(reference('LogPage')) as object),
            ...(content(reference('Event'), 'application/x-ndjson') as object),
          },
        },
        400: INVALID,
      }),
    },
    '/v1/history/live': {
      get: operation(
        'live',
        'FollowLog',
        'The log, as it grows',
        [...narrow, parameter('header', 'Last-Event-ID', 'The id of the last frame: the events since then follow.')],
        {
          200: {
            description:
              'Server-sent events: `checkpoint` (an id, also before the first event), `event` (an event), `reset`, `closed` (with the reason).',
            content: content(STRING, 'text/event-stream'),
          },
          400: INVALID,
        },
      ),
    },
    '/v1/history/{kind}/{id}': {
      get: reading('history', 'ReadStream', 'One stream', [...STREAM, ...state], {
        200: answer('Its events from a revision on, at most 1,000.', reference('StreamPage')),
        400: INVALID,
        404: NOT_FOUND,
      }),
    },
    '/v1/commands/{commandId}': {
      get: reading(
        'commands',
        'ReadReceipt',
        'The receipt of an earlier command',
        [
          parameter('path', 'commandId', 'The Idempotency-Key that it was sent with.', { example: 'example-01' }),
          parameter('query', 'stream', '`<kind>/<id>`', { required: true, example: 'stakeholder/norland' }),
          actor('operator;role=operator'),
        ],
        {
          200: answer('The receipt, and what follows from it.', reference('ReceiptWithConsequences')),
          400: INVALID,
          404: NOT_FOUND,
        },
      ),
    },
    '/v1/catalogue': {
      get: reading('commands', 'ReadCatalogue', 'Every command and event with its schema, and who may send it', [], {
        200: answer('By kind of stream.', list(reference('CatalogueKind'))),
      }),
    },
    '/v1/controls': {
      get: reading(
        'commands',
        'RunControls',
        'Control checks: where history breaks a rule although commands guard it',
        [
          parameter('query', 'as-of', 'A position, a day (its end, UTC) or an instant; by default now.'),
          parameter('query', 'rule', 'The checks of one rule.', { example: 'R19' }),
        ],
        { 200: answer('What was looked at, and the findings.', reference('ControlFindings')), 400: INVALID },
      ),
    },
    '/v1/refusals': {
      get: reading(
        'commands',
        'ListRefusals',
        'Refused commands, the newest first: who was refused what, why and when',
        [
          LIMIT,
          parameter('query', 'before', 'The `next` of the page before.'),
          parameter('query', 'organisation', 'Who sent them.'),
          parameter('query', 'stream', '`<kind>/<id>`', { example: stream }),
          parameter('query', 'code', 'The code of the refusal.', { example: 'not-the-donor' }),
        ],
        { 200: answer('A page of them.', reference('RefusalPage')), 400: INVALID },
      ),
    },
    ...Object.fromEntries(
      (['events', 'commands'] as const).map((part) => [
        `/v1/schemas/${part}/{kind}/{type}/{version}`,
        { get: schemaOperation(part) },
      ]),
    ),
    '/metrics': {
      get: operation('health', 'ReadMetrics', 'What is counted and timed, for Prometheus', [], {
        200: {
          description: 'Text, as Prometheus reads it.',
          headers: CORRELATION_ID,
          content: content(STRING, 'text/plain'),
        },
      }),
    },
    '/version': {
      get: operation('health', 'ReadVersion', 'Which version serves', [], {
        200: answer('Its version.', reference('VersionInfo')),
      }),
    },
    '/health/live': {
      get: operation('health', 'IsLive', 'The process runs', [], {
        200: answer('It does.', reference('LiveStatus')),
      }),
    },
    '/health/serving': {
      get: operation('health', 'IsServing', 'It can take what is sent to it', [], {
        200: answer('It can.', reference('ServingStatus')),
        503: answer('It cannot, for the fault that is named.', reference('ServingStatus')),
      }),
    },
    '/health/ready': {
      get: operation(
        'health',
        'IsReady',
        'How far each read model lags, what waits, what is parked and what has stalled',
        [],
        {
          200: answer('It serves as it should.', reference('Readiness')),
          503: answer('Something has stalled.', reference('Readiness')),
        },
      ),
    },
  };
}

/** The groups of operations, in the order in which they are shown. */
const TAGS = [
  { name: 'commands', description: 'Receipts, refusals and the catalogue' },
  ...CATALOGUE.map(({ kind, about }) => ({ name: kind, description: `Commands: ${about}` })),
  { name: 'read models', description: 'Rows, now or as of any position, and the events behind them' },
  { name: 'live', description: 'Rows and events as they change (server-sent events)' },
  { name: 'history', description: 'The log, as it was recorded' },
  { name: 'health', description: 'Health of the process, for operators and probes' },
];

/** The whole API: commands from the catalogue, queries from the read models of the deployment. */
export const openApi = (described: readonly ReadModelDescription[], today: string): OpenAPIObject =>
  ({
    openapi: '3.1.0',
    info: {
      title: 'Entente',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Commands in, events for ever, read models out: the coordination service for security assistance. The examples of all commands are one scenario: sent ' +
        'in the order of their steps, each is accepted; registrations that the example data has are left out. Each names its sender, its stream, and the earlier steps of that stream.',
    },
    servers: [{ url: '/', description: 'this server' }],
    tags: TAGS,
    paths: {
      ...fixedPaths(),
      ...Object.fromEntries(described.flatMap((one) => Object.entries(readModelPaths(one)))),
      ...commandPaths(today),
    },
    components: { schemas: { ...schemasOf(described), ...ANSWER_SCHEMAS }, responses: PROBLEM_RESPONSES },
  }) as unknown as OpenAPIObject;
