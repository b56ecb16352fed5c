import type { Json } from '@entente/kernel';
import { reference, text, whole } from './openapi-schemas.js';

const STRING = { type: 'string' };
const properties = (of: Record<string, Json>): Json => ({
  type: 'object',
  properties: of,
  required: Object.keys(of),
});
const list = (items: Json): Json => ({ type: 'array', items });
const orNull = (description: string): Json => ({ type: ['string', 'null'], description });
const instant = (description: string): Json => text(description, { format: 'date-time' });
const oneOf = (description: string, of: readonly string[]): Json => text(description, { enum: [...of] });
export const JSON_SCHEMA: Json = { type: 'object', description: 'a JSON Schema', additionalProperties: true };

/** The schemas of answers other than rows and receipts, by name, and of their parts. */
export const ANSWER_SCHEMAS: Readonly<Record<string, Json>> = {
  ReadModelList: properties({
    readModels: list(reference('ReadModelInfo')),
    currencies: {
      type: 'object',
      description:
        'how many decimal digits the minor unit of each currency has by ISO 4217, by its code; null: it has no minor unit',
      additionalProperties: { type: ['integer', 'null'], format: 'int32' },
    },
  }),
  ReadModelInfo: properties({
    name: text('its name'),
    topic: { type: ['string', 'null'], description: 'the group under which the page lists it' },
    answers: list(reference('ReadModelQuestion')),
    about: text('what a row is'),
    is: oneOf('a model, or a view over models', ['model', 'view']),
    columns: { type: 'object', description: 'the type of each column', additionalProperties: STRING },
    meanings: {
      type: 'object',
      description: 'the meaning of each column with its unit',
      additionalProperties: STRING,
    },
    formats: {
      type: 'object',
      description: 'of columns of texts that are no plain text: instant (ISO 8601, UTC), or person, a reference',
      additionalProperties: STRING,
    },
    codes: {
      type: 'object',
      description: 'the codes that columns can have, where they are a fixed list: a filter by another one is refused',
      additionalProperties: list(STRING),
    },
    daily: { type: 'boolean', description: 'whether columns depend on the day of the answer' },
    occurredBy: { type: 'boolean', description: 'whether it can be limited to what had occurred by a day' },
    key: list(STRING),
    totals: { type: 'object', description: 'what its totals count and add up', additionalProperties: true },
    reads: list(STRING),
    position: text('the position that it has reached'),
    version: text('its version'),
  }),
  ReadModelQuestion: properties({
    audience: oneOf('whose question it is', ['Donors', 'Recipients', 'Auditors']),
    question: text('a question that it answers'),
    query: text('the parameters of the query that answers it; empty for the whole table'),
  }),
  CatalogueKind: properties({
    kind: text('the kind of stream'),
    about: text('what such a stream records'),
    commands: list(reference('CatalogueCommand')),
    events: list(reference('CatalogueEvent')),
  }),
  CatalogueCommand: {
    type: 'object',
    properties: {
      type: text('its type'),
      route: text('the method and the address'),
      summary: text('what it does'),
      by: list(text('a relation to the stream that may send it')),
      body: JSON_SCHEMA,
      example: { type: 'object', description: 'a body', additionalProperties: true },
      exampleId: text('the id of a stream for which the body is meant'),
      exampleActor: text('the `Entente-Actor` with which to send it'),
    },
    required: ['type', 'route', 'summary', 'by', 'body', 'example'],
  },
  CatalogueEvent: properties({
    type: text('its type'),
    version: whole('the version of its data'),
    summary: text('what it records'),
    data: JSON_SCHEMA,
  }),
  ControlFindings: properties({
    position: text('up to which the log was read'),
    events: whole('how many events were read'),
    controls: list(reference('ControlSummary')),
    findings: list(reference('ControlFinding')),
    count: whole('all findings, also those beyond the first thousand'),
  }),
  ControlSummary: properties({
    name: text('of the control'),
    rule: text('its number'),
    about: text('what it finds'),
    findings: whole('how many it found'),
  }),
  ControlFinding: properties({
    rule: text('the rule that is broken'),
    control: text('the control that found it'),
    stream: text('the stream of the event that breaks it, `<kind>/<id>`'),
    revision: whole('its place in the stream'),
    type: text('its type'),
    event: text('its id'),
    position: text('its place in the log'),
    requirement: text('what would have to be true'),
    facts: { type: 'object', description: 'the figures and names that it rests on', additionalProperties: true },
  }),
  RefusalPage: properties({
    refusals: list(reference('RefusedCommand')),
    leftOut: whole('how many could not be noted'),
    next: orNull('the `before` of the next page; null on the last'),
  }),
  RefusedCommand: properties({
    number: whole('rising: the newest has the highest'),
    at: instant('when it was refused'),
    organisation: text('who sent it, or a pseudonym'),
    role: text('the role in which it was sent'),
    stream: text('`<kind>/<id>`'),
    command: text('the type of the command'),
    commandId: text('the Idempotency-Key'),
    correlationId: text('what belongs together, by the sender'),
    code: text('why, as a stable code'),
    rule: orNull('the number of the rule, if it is one'),
  }),
  ServingStatus: properties({
    status: oneOf('ok, or not', ['ok', 'not-serving']),
    fault: orNull('why not'),
    code: orNull('the problem code of the fault'),
  }),
  Readiness: {
    type: 'object',
    description: 'the status of the deployment',
    properties: {
      status: oneOf('ok, or not', ['ok', 'not-ready']),
      position: orNull('the end of the log'),
      waiting: whole('appends that wait for their commit'),
      parked: whole('streams that a read model cannot fold'),
      parkedStreams: list(reference('ParkedStream')),
      fault: orNull('why nothing is delivered just now'),
      code: orNull('the problem code of the fault'),
      alarms: list(reference('Alarm')),
      published: orNull('the position up to which the log is published; only where it is'),
      commandsWaiting: {
        type: ['integer', 'null'],
        format: 'int64',
        description: 'how many commands wait in the topic; only where it is watched',
      },
      models: list(reference('ModelReadiness')),
    },
    required: ['status', 'models'],
  },
  ModelReadiness: {
    type: 'object',
    properties: {
      model: text('its name'),
      position: text('the position that it has reached'),
      lag: orNull('how many positions it is behind the end of the log'),
      partitions: list(text('its position in each partition')),
      behindSeconds: { type: 'number', description: 'the age of the oldest event that it has not folded; seconds' },
      parked: whole('streams that it cannot fold'),
      stopped: orNull('why it has stopped; null while it folds'),
    },
    required: ['model', 'position', 'lag', 'behindSeconds', 'parked', 'stopped'],
  },
  ParkedStream: properties({
    model: text('the read model'),
    stream: text('`<kind>/<id>`'),
    eventId: text('the event that it cannot fold'),
    position: text('its place in the log'),
    error: text('why not'),
    since: instant('when it was parked'),
  }),
  Alarm: properties({ source: text('what has stalled'), alarm: text('since when, and how') }),
  EventsBehindRow: properties({
    events: list(reference('Event')),
    truncated: whole('how many earlier ones there are'),
    next: orNull('the `before` of the page before it; null on the first'),
    position: text('the position of the log'),
  }),
  LogPage: properties({
    events: list(reference('Event')),
    position: text('the end of the log'),
    log: text('the id of the log that answers'),
    era: text('the era of the log: another one after it was restored'),
    next: orNull('the `after` of the next page; null on the last'),
  }),
  StreamPage: {
    type: 'object',
    properties: {
      stream: text('`<kind>/<id>`'),
      events: list(reference('Event')),
      next: { type: ['integer', 'null'], format: 'int64', description: 'the `from` of the next page' },
      revision: whole('the revision of the state'),
      state: { type: 'object', description: 'what the rules know of it then', additionalProperties: true },
    },
    required: ['stream', 'events', 'next'],
  },
  VersionInfo: properties({ version: text('of Entente'), node: text('of Node.js') }),
  LiveStatus: properties({ status: oneOf('always ok', ['ok']) }),
};
