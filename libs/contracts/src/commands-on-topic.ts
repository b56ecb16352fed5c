import { type CommandProblem, type Json, type ReceivedCommand, parseStream } from '@entente/kernel';
import { commandOf } from './catalogue.js';
import { type MetadataNames, type RawMetadata, parseCommand, wrongMetadata } from './parse-command.js';
import { PATTERNS, actorOf } from './sender.js';
import type { FieldError } from './structure.js';

/** A message as it came: its headers as text, and the bytes of its value. */
export interface Arrived {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array | null;
}

/** What a reply repeats, so that it finds its asker. */
export interface ReplyTarget {
  readonly commandId: string;
  /** The stream as the sender named it. */
  readonly subject: string;
  /** As the sender gave it; null where it gave none, or none that can be one. */
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}

/**
 * What a message says: a command; one that is wrong, whose sender can be told so; or nothing that
 * anybody could be answered to.
 */
export type ReadMessage =
  | { readonly is: 'command'; readonly asked: ReplyTarget; readonly received: ReceivedCommand }
  | { readonly is: 'wrong'; readonly asked: ReplyTarget; readonly problem: CommandProblem }
  | { readonly is: 'unreadable'; readonly why: string };

/** A body may be so long, in bytes, whichever way it comes. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Without these nobody can be answered. */
const NEEDED = ['id', 'source', 'subject'] as const;
const MAX_ATTRIBUTE_LENGTH = 1024;
/** A longer type is cut where an answer names it. */
const MAX_NAMED_LENGTH = 200;
const IS_JSON = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;
const STRUCTURED = /^application\/cloudevents\s*(?:\+([a-z0-9]+))?\s*(?:;|$)/i;

/** An event taken apart: its attributes, and its data as JSON has it, or why that cannot be had. */
interface ParsedCloudEvent {
  readonly attributes: Readonly<Record<string, string>>;
  readonly body: { readonly json: unknown } | { readonly wrong: readonly FieldError[] } | { readonly tooLarge: true };
}

/**
 * Reads a command that was sent as a CloudEvent 1.0 over Kafka, in binary mode (`ce_` headers) or
 * structured mode (`content-type: application/cloudevents+json`): `id` is the command's id, `type`
 * the command, `subject` the stream as `<kind>/<id>`, `source` the sending organisation, `data` the
 * body as over HTTP. Extensions: `actorrole` (required), `actorperson`, `actorfor`, `ifrevision`,
 * `correlationid`, `causationid`, `traceparent`. What else is there is passed over.
 */
export function readCommand(arrived: Arrived): ReadMessage {
  const taken = takenApart(arrived);
  if ('why' in taken) return { is: 'unreadable', why: taken.why };
  const said = (name: string): string | undefined => taken.attributes[name];
  if (said('specversion') !== '1.0')
    return unreadable(
      said('specversion') === undefined ? 'it is no CloudEvent: it has no specversion' : 'its specversion is not 1.0',
    );
  for (const name of NEEDED) {
    const text = said(name) ?? '';
    if (text === '') return unreadable(`it has no ${name}`);
    if (text.length > MAX_ATTRIBUTE_LENGTH)
      return unreadable(`its ${name} is longer than ${MAX_ATTRIBUTE_LENGTH} characters`);
  }
  return commandFrom(taken, said);
}

const unreadable = (why: string): ReadMessage => ({ is: 'unreadable', why });

function commandFrom({ body }: ParsedCloudEvent, said: (name: string) => string | undefined): ReadMessage {
  const [commandId = '', source = '', subject = ''] = NEEDED.map(said);
  const correlation = said('correlationid');
  const trace = said('traceparent');
  const asked: ReplyTarget = {
    commandId,
    subject,
    correlationId: correlation !== undefined && PATTERNS.token.pattern.test(correlation) ? correlation : null,
    traceparent: trace !== undefined && PATTERNS.traceparent.pattern.test(trace) ? trace : null,
  };
  const { actor, wrong: wrongActor } = actorOf(
    { organisation: source, role: said('actorrole'), person: said('actorperson'), for: said('actorfor') },
    (part) => (part === 'organisation' ? 'source' : `actor${part}`),
  );
  const stream = parseStream(subject);
  const type = said('type');
  const raw: RawMetadata = {
    // A subject that names no stream is named itself.
    stream: stream ?? { kind: '', id: 'none' },
    actor: wrongActor.length > 0 ? wrongActor : actor,
    commandId,
    correlationId: correlation,
    causationId: said('causationid'),
    revision: said('ifrevision'),
    traceparent: trace,
  };
  const wrong = [
    ...(stream === null ? [{ path: 'subject', message: 'must name a stream as <kind>/<id>' }] : []),
    ...(type === undefined ? [{ path: 'type', message: 'type is missing' }] : []),
  ];
  const refused = (code: string, title: string, fields: readonly FieldError[]): ReadMessage => ({
    is: 'wrong',
    asked,
    problem: { code, title, more: errorsIn(fields) },
  });
  const catalogued = stream === null || type === undefined ? undefined : commandOf(stream.kind, type);
  const beside = [...wrong, ...wrongMetadata(raw, NAMES)];
  if (stream !== null && type !== undefined && catalogued === undefined) {
    const title = `there is no command "${type.slice(0, MAX_NAMED_LENGTH)}" on "${stream.kind}"; the catalogue lists them`;
    return refused('no-such-command', title, beside);
  }
  if ('tooLarge' in body) return refused('body-too-large', 'the body is larger than 1 MiB', beside);
  if ('wrong' in body) return refused('validation-failed', INVALID, [...body.wrong, ...beside]);
  if (catalogued === undefined) return refused('validation-failed', INVALID, beside);
  const received = parseCommand(catalogued, body.json, raw, NAMES);
  return 'wrong' in received
    ? refused('validation-failed', INVALID, received.wrong)
    : { is: 'command', asked, received };
}

const INVALID = 'request validation failed';

/** The names by which a sender of a CloudEvent knows what it said beside the data. */
const NAMES: MetadataNames = {
  stream: 'subject',
  commandId: 'id',
  correlationId: 'correlationid',
  causationId: 'causationid',
  revision: 'ifrevision',
};

/** The fields in error for a reply; without any, no member. */
const errorsIn = (wrong: readonly FieldError[]): { readonly [name: string]: Json } =>
  wrong.length === 0 ? {} : { errors: wrong.map(({ path, message }) => ({ path, message })) };

function takenApart({ headers, value }: Arrived): ParsedCloudEvent | { readonly why: string } {
  const mediaType = headers['content-type'];
  const structured = STRUCTURED.exec(mediaType ?? '');
  if (structured !== null)
    return structured[1]?.toLowerCase() === 'json'
      ? fromStructured(value)
      : { why: 'it is a CloudEvent in another format than JSON' };
  const attributes = Object.fromEntries(
    Object.entries(headers).flatMap(([name, text]) => (name.startsWith('ce_') ? [[name.slice(3), text]] : [])),
  );
  return { attributes, body: bodyOf(mediaType, value) };
}

function bodyOf(mediaType: string | undefined, value: Uint8Array | null): ParsedCloudEvent['body'] {
  if ((value?.length ?? 0) > MAX_BODY_BYTES) return { tooLarge: true };
  if (mediaType !== undefined && !IS_JSON.test(mediaType))
    return { wrong: [{ path: 'content-type', message: 'must be application/json' }] };
  const json = parsed(value);
  return json === undefined ? { wrong: [{ path: '', message: 'the body must be JSON in UTF-8' }] } : { json };
}

function fromStructured(value: Uint8Array | null): ParsedCloudEvent | { readonly why: string } {
  const event = parsed(value);
  if (event === null || typeof event !== 'object' || Array.isArray(event))
    return { why: 'it is said to be a CloudEvent in JSON, and is no JSON object in UTF-8' };
  const { data, data_base64: base64, datacontenttype: mediaType, ...others } = event as Record<string, unknown>;
  const attributes = Object.fromEntries(
    Object.entries(others).flatMap(([name, one]) =>
      ['string', 'number', 'boolean'].includes(typeof one) ? [[name, String(one)]] : [],
    ),
  );
  // What is beside the data counts too, and is little.
  if ((value?.length ?? 0) > MAX_BODY_BYTES) return { attributes, body: { tooLarge: true } };
  if (base64 !== undefined)
    return { attributes, body: { wrong: [{ path: 'data_base64', message: 'the body must be JSON, as data' }] } };
  if (mediaType !== undefined && (typeof mediaType !== 'string' || !IS_JSON.test(mediaType)))
    return { attributes, body: { wrong: [{ path: 'datacontenttype', message: 'must be application/json' }] } };
  return { attributes, body: { json: data } };
}

/**
 * JSON in UTF-8; undefined where it is none, or would reach for the prototype of what it is read
 * into.
 */
function parsed(value: Uint8Array | null): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value ?? undefined), (name, one: unknown) => {
      const reaches =
        name === 'constructor' && typeof one === 'object' && one !== null && Object.hasOwn(one, 'prototype');
      if (name === '__proto__' || reaches) throw new TypeError('no such field');
      return one;
    });
  } catch {
    return undefined;
  }
}
