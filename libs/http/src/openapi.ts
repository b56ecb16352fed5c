import { type BookStep, CATALOGUE, bookOfExamples, schemaOf } from '@entente/contracts';
import type { Described } from '@entente/engine';
import type { Json } from '@entente/kernel';
import type { OpenAPIObject } from '@nestjs/swagger';

type Parameter = Readonly<Record<string, Json>>;
type Operation = Readonly<Record<string, Json>>;

const parameter = (
  where: 'query' | 'header' | 'path',
  name: string,
  description: string,
  example?: Json,
): Parameter => ({
  name,
  in: where,
  description,
  required: where === 'path',
  schema: { type: 'string' },
  ...(example === undefined ? {} : { example }),
});

const HEADERS: readonly Parameter[] = [
  parameter(
    'header',
    'Idempotency-Key',
    'The command id: sent again, the same receipt comes back. Made and given back where it is not sent.',
  ),
  parameter(
    'header',
    'Entente-Actor',
    '<organisation>;role=<role>;person=<reference>;for=<organisation>; the operator, where it is not sent.',
  ),
  parameter('header', 'If-Match', 'The revision that the stream must have: 412 where it has another.'),
  parameter('header', 'Correlation-Id', 'Kept with the events, and given back.'),
  parameter('header', 'Causation-Id', 'What led to the command; kept with the events.'),
];

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const problem = (description: string): Json => ({ description, content: PROBLEM });
const PROBLEMS = {
  400: problem(
    '`validation-failed`: every wrong field at once, by path; `unreadable`: no JSON; `invalid-position`: no position that an event of this log can have',
  ),
  404: problem('there is nothing there'),
  503: problem(
    '`overloaded`, `contention`, `disk-full`, `read-model-behind`, `shutting-down`, `event-store-no-leader`, `event-store-unanswered`: try again after `Retry-After` seconds',
  ),
};
const json = (description: string, example?: Json): Json => ({
  description,
  content: { 'application/json': { schema: { type: 'object' }, ...(example === undefined ? {} : { example }) } },
});

const operation = (
  tag: string,
  summary: string,
  parameters: readonly Parameter[],
  answer: Json,
  more: Operation = {},
): Operation => ({
  tags: [tag],
  summary,
  parameters,
  ...more,
  responses: { 200: answer, ...PROBLEMS },
});

/** A step of the book as a named example: what it is sent as, and what goes before it. */
function exampleOf(book: readonly BookStep[], told: BookStep): Json {
  const { step, kind, id, actor, daysLater, events, body } = told;
  const before = book.filter((one) => one.step < step && one.kind === kind && one.id === id);
  const summary = [
    `${id}, as ${actor}`,
    ...(before.length > 0 ? [`after ${before.map(({ path }) => path).join(', ')}`] : []),
    ...(daysLater > 0 ? [`${daysLater} days later`] : []),
    ...Object.entries(events).map(([field, by]) => `${field}: the event that step ${by} left, from its receipt`),
  ];
  return {
    summary: summary.join('; '),
    value: body as Json,
    'x-step': step,
    'x-id': id,
    'x-actor': actor,
    'x-days-later': daysLater,
    'x-events': events,
  };
}

/** Every command, from the catalogue: its body's schema, and its examples from the book. */
function commandPaths(today: string): Record<string, Json> {
  const paths: Record<string, Json> = {};
  const book = bookOfExamples(today);
  for (const { kind, commands } of CATALOGUE)
    for (const [type, { path, summary, body }] of Object.entries(commands)) {
      const told = book.filter((step) => step.kind === kind && step.path === path);
      const examples = Object.fromEntries(told.map((step) => [`step-${step.step}`, exampleOf(book, step)]));
      const content = { 'application/json': { schema: schemaOf(body) as Json, examples } };
      const headers = HEADERS.map((header) =>
        header['name'] === 'Entente-Actor' ? { ...header, example: told[0]?.actor ?? '' } : header,
      );
      const dryRun = parameter('query', 'dry-run', 'Decides, and records nothing.');
      paths[`/v1/${kind}/{id}/${path}`] = {
        post: {
          tags: [kind],
          summary,
          operationId: type,
          requestBody: { required: true, content },
          parameters: [parameter('path', 'id', 'The id of the stream.', told[0]?.id), dryRun, ...headers],
          responses: {
            201: json('The receipt: what was recorded, where, and a token (`after`) for reading it.'),
            ...PROBLEMS,
            409: problem('`command-id-reused`: the Idempotency-Key was used for another command'),
            412: problem('`revision-mismatch`: If-Match says another revision'),
            413: problem('`body-too-large`: more than 1 MiB; `too-large`: more than the event store takes at once'),
            422: problem('the rules refuse it: a stable code, the rule, and what would have to be true'),
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
const PAGING: readonly Parameter[] = [
  parameter('query', 'sort', 'Columns, by commas; a hyphen before one turns it round. What is missing comes last.'),
  parameter('query', 'limit', '1 to 1000', '100'),
  parameter('query', 'cursor', 'The `next` of the page before: it pins the position.'),
  AS_OF,
  parameter('query', 'after', "A receipt's `after`: waits at most five seconds until the rows have come so far."),
];

/** The queries of one read model: its columns are its filters. */
function readModelPaths({ name, about, columns }: Described): Record<string, Json> {
  const filters = Object.entries(columns)
    .filter(([, type]) => type !== 'json')
    .map(([column, type]) =>
      parameter(
        'query',
        column,
        `${type}; repeated: any of them; empty: missing. Also ${column}.min and ${column}.max.`,
      ),
    );
  const base = `/v1/read-models/${name}`;
  const row = parameter('query', 'row', 'The row_id of a row.');
  const resume = parameter('header', 'Last-Event-ID', 'The id of the last frame: what changed since is told.');
  const stream = {
    description: '`row`, `removed`, `caught-up`, `reset`, `closed`',
    content: { 'text/event-stream': {} },
  };
  return {
    [base]: {
      get: operation(
        'read models',
        about,
        [...filters, ...PAGING],
        json(
          '{ rows, position, version, totals, next }; with Accept: text/csv or application/x-ndjson all rows, and Content-Digest, Entente-Position, Entente-Version',
        ),
      ),
    },
    [`${base}/events`]: {
      get: operation(
        'read models',
        `The events that made a row of ${name}`,
        [{ ...row, required: true }, AS_OF],
        json('{ events, truncated, position }'),
      ),
    },
    [`${base}/live`]: { get: operation('live', `${name}, as its rows change`, [...filters, resume], stream) },
  };
}

function fixedPaths(): Record<string, Json> {
  const events = json('{ events, position, next }; with Accept: application/x-ndjson an event a line');
  const stream = [
    parameter('path', 'kind', 'A kind of stream.', 'programme'),
    parameter('path', 'id', 'Its id.', 'norland.border-training'),
  ];
  const narrow = [
    parameter('query', 'after', 'A position.', '0'),
    parameter('query', 'kind', 'A kind of stream; repeated: any of them.', 'programme'),
    parameter('query', 'type', 'A type of event; repeated: any of them.', 'MilestoneMet'),
  ];
  const state = [
    parameter('query', 'from', 'The first revision.'),
    parameter('query', 'revision', 'The state as of this revision is given too.', '0'),
    parameter('query', 'as-of', 'The same, by a day or an instant; instead of `revision`.'),
  ];
  const receipt = [
    parameter('path', 'commandId', 'The Idempotency-Key that it was sent with.', 'example-01'),
    { ...parameter('query', 'stream', '<kind>/<id>', 'programme/norland.border-training'), required: true },
    parameter('header', 'Entente-Actor', 'Who sent it.', 'norland;role=donor'),
  ];
  return {
    '/v1/read-models': { get: operation('read models', 'What can be asked for', [], json('{ readModels }')) },
    '/v1/history': {
      get: operation('history', 'The log', [...narrow, parameter('query', 'limit', '1 to 1000', '10')], events),
    },
    '/v1/history/live': {
      get: operation('live', 'The log, as it grows', narrow, {
        description: '`event`',
        content: { 'text/event-stream': {} },
      }),
    },
    '/v1/history/{kind}/{id}': {
      get: operation('history', 'One stream', [...stream, ...state], json('{ stream, events, next, revision, state }')),
    },
    '/v1/commands/{commandId}': {
      get: operation('commands', 'The receipt of an earlier command', receipt, json('The receipt')),
    },
    '/v1/catalogue': {
      get: operation('commands', 'Every command and event with its schema', [], json('A list of kinds')),
    },
    '/v1/refusals': {
      get: operation(
        'commands',
        'Refused commands, the newest first: who was refused what, why and when',
        [
          parameter('query', 'limit', '1 to 1000', '100'),
          parameter('query', 'before', 'The `next` of the page before.'),
          parameter('query', 'organisation', 'Who sent them.'),
          parameter('query', 'stream', '<kind>/<id>', 'programme/norland.border-training'),
          parameter('query', 'code', 'The code of the refusal.', 'not-the-donor'),
        ],
        json('{ refusals, leftOut, next }'),
      ),
    },
    '/metrics': {
      get: operation('health', 'What is counted and timed, for Prometheus', [], {
        description: 'text, as Prometheus reads it',
        content: { 'text/plain': {} },
      }),
    },
    '/health/live': { get: operation('health', 'The process runs', [], json('{ status }')) },
    '/health/ready': {
      get: operation(
        'health',
        'How far each read model lags, what waits, what is parked and what stands still',
        [],
        json('{ status, models }'),
      ),
    },
  };
}

const text = { type: 'string' };
const SCHEMAS = {
  Problem: {
    type: 'object',
    description:
      'RFC 9457. `code` is stable; `errors` names each invalid field; `rule` and `unless` stand in a refusal.',
    properties: {
      type: text,
      status: { type: 'integer' },
      code: text,
      title: text,
      rule: text,
      unless: text,
      errors: { type: 'array', items: { type: 'object', properties: { path: text, message: text } } },
    },
  },
};

/** The whole of the API: commands from the catalogue, queries from the read models that are there. */
export const openApi = (described: readonly Described[], today: string): OpenAPIObject => ({
  openapi: '3.1.0',
  info: {
    title: 'Entente',
    version: '1',
    description:
      'Commands in, events for ever, read models out: the coordination service for security assistance. The examples of all commands make one book: told ' +
      'in the order of their steps, each is accepted. Each says who sends it, to which stream, and what that stream was told before.',
  },
  paths: {
    ...fixedPaths(),
    ...Object.assign({}, ...described.map(readModelPaths)),
    ...commandPaths(today),
  } as OpenAPIObject['paths'],
  components: { schemas: SCHEMAS },
});
