import { type CommandProblem, type Json, type ReceivedCommand, parseStream } from '@entente/kernel';
import { commandOf } from './catalogue.js';
import { bodyHeaderError, isJson, readJson } from './json-text.js';
import { type MetadataNames, type RawMetadata, parseCommand, metadataErrors, revisionIn } from './parse-command.js';
import { PATTERNS, actorOf } from './sender.js';
import type { FieldError } from './structure.js';

/** A message as it arrived: its headers as text, and the bytes of its value. */
export interface ReceivedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array | null;
}

/** What a reply repeats, so that the sender can match it. */
export interface ReplyTarget {
  readonly commandId: string;
  /** The stream as the sender named it. */
  readonly subject: string;
  /** As the sender sent it; null without one, or with an invalid one. */
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}

/**
 * A parsed message: a command; an invalid command, whose sender gets the errors; or a message that
 * cannot be answered.
 */
export type ReadMessage =
  | { readonly type: 'command'; readonly asked: ReplyTarget; readonly received: ReceivedCommand }
  | { readonly type: 'invalid'; readonly asked: ReplyTarget; readonly problem: CommandProblem }
  | { readonly type: 'unreadable'; readonly reason: string };

/** The maximum size of a body over HTTP and Kafka. */
const MAX_BODY_BYTES = 1024 * 1024;
/** A message without these cannot be answered. */
const REQUIRED = ['id', 'source', 'subject'] as const;
const MAX_ATTRIBUTE_LENGTH = 1024;
/** A longer type is cut in an answer. */
const MAX_NAMED_LENGTH = 200;
const STRUCTURED = /^application\/cloudevents\s*(?:\+([a-z0-9]+))?\s*(?:;|$)/i;

/** An event in parts: its attributes, and its data as parsed JSON, or why there is none. */
interface ParsedCloudEvent {
  readonly attributes: Readonly<Record<string, string>>;
  readonly body: { readonly json: unknown } | { readonly errors: readonly FieldError[] } | { readonly tooLarge: true };
}

/**
 * Parses a command that was sent as a CloudEvent 1.0 over Kafka, in binary mode (`ce_` headers) or
 * structured mode (`content-type: application/cloudevents+json`): `id` is the command's id, `type`
 * the command, `subject` the stream as `<kind>/<id>`, `source` the sending organisation, `data` the
 * body as over HTTP. Extensions: `actorrole` (required), `actorperson`, `actorfor`, `ifrevision`,
 * `correlationid`, `causationid`, `traceparent`. Other attributes are ignored.
 */
export function readCommand(message: ReceivedMessage): ReadMessage {
  const parsedEvent = parseCloudEvent(message);
  if ('reason' in parsedEvent) return { type: 'unreadable', reason: parsedEvent.reason };
  const attribute = (name: string): string | undefined => parsedEvent.attributes[name];
  if (attribute('specversion') !== '1.0')
    return unreadable(
      attribute('specversion') === undefined
        ? 'it is not a CloudEvent: it has no specversion'
        : 'its specversion is not 1.0',
    );
  for (const name of REQUIRED) {
    const text = attribute(name) ?? '';
    if (text === '') return unreadable(`it has no ${name}`);
    if (text.length > MAX_ATTRIBUTE_LENGTH)
      return unreadable(`its ${name} is longer than ${MAX_ATTRIBUTE_LENGTH} characters`);
  }
  return commandFrom(parsedEvent, attribute);
}

const unreadable = (reason: string): ReadMessage => ({ type: 'unreadable', reason });

function commandFrom({ body }: ParsedCloudEvent, attribute: (name: string) => string | undefined): ReadMessage {
  const [commandId = '', source = '', subject = ''] = REQUIRED.map(attribute);
  const correlation = attribute('correlationid');
  const trace = attribute('traceparent');
  const asked: ReplyTarget = {
    commandId,
    subject,
    correlationId: correlation !== undefined && PATTERNS.token.pattern.test(correlation) ? correlation : null,
    traceparent: trace !== undefined && PATTERNS.traceparent.pattern.test(trace) ? trace : null,
  };
  const { actor, errors: actorErrors } = actorOf(
    {
      organisation: source,
      role: attribute('actorrole'),
      person: attribute('actorperson'),
      for: attribute('actorfor'),
    },
    (part) => (part === 'organisation' ? 'source' : `actor${part}`),
  );
  const stream = parseStream(subject);
  const type = attribute('type');
  const raw: RawMetadata = {
    // The error for a subject that names no stream is added below.
    stream: stream ?? { kind: '', id: 'none' },
    actor: actorErrors.length > 0 ? actorErrors : actor,
    commandId,
    correlationId: correlation,
    causationId: attribute('causationid'),
    revision: revisionIn(attribute('ifrevision')),
    traceparent: trace,
  };
  const wrong = [
    ...(stream === null ? [{ path: 'subject', message: 'must name a stream as <kind>/<id>' }] : []),
    ...(type === undefined ? [{ path: 'type', message: 'type is missing' }] : []),
  ];
  const invalid = (code: string, title: string, fields: readonly FieldError[]): ReadMessage => ({
    type: 'invalid',
    asked,
    problem: { code, title, more: errorMember(fields) },
  });
  const command = stream === null || type === undefined ? undefined : commandOf(stream.kind, type);
  const metadataWithType = [...wrong, ...metadataErrors(raw, METADATA_NAMES)];
  if (stream !== null && type !== undefined && command === undefined) {
    const title = `there is no command "${type.slice(0, MAX_NAMED_LENGTH)}" on "${stream.kind}"; the catalogue lists them`;
    return invalid('no-such-command', title, metadataWithType);
  }
  if ('tooLarge' in body) return invalid('body-too-large', 'the body is larger than 1 MiB', metadataWithType);
  if ('errors' in body) return invalid('validation-failed', INVALID, [...body.errors, ...metadataWithType]);
  if (command === undefined) return invalid('validation-failed', INVALID, metadataWithType);
  const received = parseCommand(command, body.json, raw, METADATA_NAMES);
  return 'errors' in received
    ? invalid('validation-failed', INVALID, received.errors)
    : { type: 'command', asked, received };
}

const INVALID = 'request validation failed';

/** The attributes in which a CloudEvent has the metadata of a command. */
const METADATA_NAMES: MetadataNames = {
  stream: 'subject',
  commandId: 'id',
  correlationId: 'correlationid',
  causationId: 'causationid',
  revision: 'ifrevision',
};

/** The errors as a member of a reply; no member without errors. */
const errorMember = (wrong: readonly FieldError[]): { readonly [name: string]: Json } =>
  wrong.length === 0 ? {} : { errors: wrong.map(({ path, message }) => ({ path, message })) };

function parseCloudEvent({ headers, value }: ReceivedMessage): ParsedCloudEvent | { readonly reason: string } {
  const mediaType = headers['content-type'];
  const structured = STRUCTURED.exec(mediaType ?? '');
  if (structured !== null)
    return structured[1]?.toLowerCase() === 'json'
      ? fromStructured(value)
      : { reason: 'it is a CloudEvent in another format than JSON' };
  const attributes = Object.fromEntries(
    Object.entries(headers).flatMap(([name, text]) => (name.startsWith('ce_') ? [[name.slice(3), text]] : [])),
  );
  return { attributes, body: bodyOf(headers, value) };
}

function bodyOf(headers: ReceivedMessage['headers'], value: Uint8Array | null): ParsedCloudEvent['body'] {
  if ((value?.length ?? 0) > MAX_BODY_BYTES) return { tooLarge: true };
  const wrong = bodyHeaderError(headers['content-type'], headers['content-encoding']);
  if (wrong !== null) return { errors: [wrong] };
  const read = readJson(value);
  if ('unreadable' in read) return { errors: [{ path: '', message: read.unreadable }] };
  return read.errors.length > 0 ? { errors: read.errors } : { json: read.json };
}

function fromStructured(value: Uint8Array | null): ParsedCloudEvent | { readonly reason: string } {
  const read = readJson(value);
  const event = 'json' in read ? read.json : null;
  if (event === null || typeof event !== 'object' || Array.isArray(event))
    return { reason: 'its content type is CloudEvents in JSON, but it is not a JSON object in UTF-8' };
  const { data, data_base64: base64, datacontenttype: mediaType, ...others } = event as Record<string, unknown>;
  const attributes = Object.fromEntries(
    Object.entries(others).flatMap(([name, one]) =>
      ['string', 'number', 'boolean'].includes(typeof one) ? [[name, String(one)]] : [],
    ),
  );
  const errors = 'json' in read ? read.errors : [];
  const ambiguous = errors.find(({ path }) => !path.startsWith('data.'));
  if (ambiguous !== undefined) return { reason: `its attribute ${ambiguous.path} ${ambiguous.message}` };
  // The attributes count too; they are small.
  if ((value?.length ?? 0) > MAX_BODY_BYTES) return { attributes, body: { tooLarge: true } };
  if (base64 !== undefined)
    return { attributes, body: { errors: [{ path: 'data_base64', message: 'the body must be JSON, as data' }] } };
  if (mediaType !== undefined && (typeof mediaType !== 'string' || !isJson(mediaType)))
    return { attributes, body: { errors: [{ path: 'datacontenttype', message: 'must be application/json' }] } };
  if (errors.length > 0) {
    const inData = errors.map(({ path, message }) => ({ path: path.slice('data.'.length), message }));
    return { attributes, body: { errors: inData } };
  }
  return { attributes, body: { json: data } };
}
