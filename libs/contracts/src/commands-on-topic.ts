import { type CommandProblem, type Json, type ReceivedCommand, parseStream } from '@entente/kernel';
import { commandOf } from './catalogue.js';
import { bodyHeaderError, isJson, readJson } from './json-text.js';
import { type MetadataNames, type RawMetadata, parseCommand, metadataErrors, revisionIn } from './parse-command.js';
import { withoutPrefix } from './cloud-events.js';
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
  /** The organisation that sent the command, as it named itself. */
  readonly source: string;
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
const BATCH = /^application\/cloudevents-batch\b/i;
const STRUCTURED = /^application\/cloudevents\s*(?:\+([a-z0-9]+))?\s*(?:;|$)/i;

/**
 * An event in parts: its attributes, those that have no value of an attribute, and its data as
 * parsed JSON, or why there is none.
 */
interface ParsedCloudEvent {
  readonly attributes: Readonly<Record<string, string>>;
  readonly invalidAttributes: readonly string[];
  readonly body: { readonly json: unknown } | { readonly errors: readonly FieldError[] } | { readonly tooLarge: true };
}

/**
 * Parses a command that was sent as a CloudEvent 1.0 over Kafka, in binary mode (`ce_` headers) or
 * structured mode (`content-type: application/cloudevents+json`): `id` is the command's id, `type`
 * the command, with or without `org.entente.` before it, `subject` the stream as `<kind>/<id>`,
 * `source` the sending organisation, `data` or `data_base64` the body as over HTTP. Extensions:
 * `actorrole` (required), `actorperson`, `actorfor`, `ifrevision`, `correlationid`, `causationid`,
 * `traceparent`. Other attributes are ignored, but none may be a list or an object. Names of
 * headers may be in any case.
 */
export function readCommand({ headers, value }: ReceivedMessage): ReadMessage {
  const parsedEvent = parseCloudEvent({ headers: byLowerCaseName(headers), value });
  if ('reason' in parsedEvent) return unreadable(parsedEvent.reason);
  const attribute = (name: string): string | undefined => parsedEvent.attributes[name];
  for (const name of parsedEvent.invalidAttributes)
    if (['specversion', ...REQUIRED].includes(name)) return unreadable(`its ${name} ${MUST_BE_SCALAR}`);
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
    if (/[\p{Cc}\p{Cs}]/u.test(text)) return unreadable(`its ${name} has control characters`);
  }
  return commandFrom(parsedEvent, attribute);
}

const MUST_BE_SCALAR = 'must be a text, a number or a boolean';

/** Headers by their names in lower case, as CloudEvents writes them; one so written comes first. */
const byLowerCaseName = (headers: ReceivedMessage['headers']): ReceivedMessage['headers'] => ({
  ...Object.fromEntries(Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text])),
  ...Object.fromEntries(Object.entries(headers).filter(([name]) => name === name.toLowerCase())),
});

const unreadable = (reason: string): ReadMessage => ({ type: 'unreadable', reason });

function commandFrom(
  { body, invalidAttributes }: ParsedCloudEvent,
  attribute: (name: string) => string | undefined,
): ReadMessage {
  const [commandId = '', source = '', subject = ''] = REQUIRED.map(attribute);
  const correlation = attribute('correlationid');
  const trace = attribute('traceparent');
  const asked: ReplyTarget = {
    commandId,
    source,
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
  const sentType = attribute('type');
  const type = sentType === undefined ? undefined : withoutPrefix(sentType);
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
  const withoutValue = invalidAttributes.map((path) => ({ path, message: MUST_BE_SCALAR }));
  const invalid = (code: string, title: string, fields: readonly FieldError[]): ReadMessage => {
    const others = fields.filter(({ path }) => !invalidAttributes.includes(path));
    return { type: 'invalid', asked, problem: { code, title, more: errorMember([...withoutValue, ...others]) } };
  };
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
  if ('errors' in received) return invalid('validation-failed', INVALID, received.errors);
  if (withoutValue.length > 0) return invalid('validation-failed', INVALID, []);
  return { type: 'command', asked, received };
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
  if (BATCH.test(mediaType ?? '')) return { reason: IS_BATCH };
  const structured = STRUCTURED.exec(mediaType ?? '');
  if (structured !== null)
    return structured[1]?.toLowerCase() === 'json'
      ? fromStructured(value)
      : { reason: 'it is a CloudEvent in another format than JSON' };
  const attributes = Object.fromEntries(
    Object.entries(headers).flatMap(([name, text]) => (name.startsWith('ce_') ? [[name.slice(3), text]] : [])),
  );
  if (Object.keys(attributes).length === 0) return { reason: withoutHeaders(mediaType, value) };
  return { attributes, invalidAttributes: [], body: bodyOf(headers, value) };
}

const IS_BATCH = 'it is a batch of CloudEvents: send each in a separate message';

/** Why a message without `ce_` headers and without a media type of CloudEvents is unreadable. */
function withoutHeaders(mediaType: string | undefined, value: Uint8Array | null): string {
  const read = (value?.length ?? 0) > MAX_BODY_BYTES ? { json: null } : readJson(value, { whole: true });
  const json = 'json' in read ? read.json : null;
  const [first] = Array.isArray(json) ? (json as readonly unknown[]) : [json];
  const isEvent = typeof first === 'object' && first !== null && Object.hasOwn(first, 'specversion');
  const own = mediaType === undefined ? 'no content-type' : `content-type ${mediaType.slice(0, MAX_NAMED_LENGTH)}`;
  if (!isEvent) return `it is not a CloudEvent: it has no specversion; it has ${own} and no header ce_specversion`;
  return Array.isArray(json)
    ? IS_BATCH
    : `it is a CloudEvent in structured mode and has ${own}: it takes content-type application/cloudevents+json`;
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
  const read = readJson(value, { whole: true });
  const event = 'json' in read ? read.json : null;
  if (Array.isArray(event)) return { reason: IS_BATCH };
  if (event === null || typeof event !== 'object' || Array.isArray(event))
    return { reason: 'its content type is CloudEvents in JSON, but it is not a JSON object in UTF-8' };
  const { data, data_base64: base64, datacontenttype: mediaType, ...others } = event as Record<string, unknown>;
  const isScalar = (one: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof one);
  // Null is as good as absent in CloudEvents' JSON.
  const present = Object.entries(others).filter(([, one]) => one !== null);
  const attributes = Object.fromEntries(present.filter(([, one]) => isScalar(one)).map(([n, one]) => [n, String(one)]));
  const invalidAttributes = present.filter(([, one]) => !isScalar(one)).map(([name]) => name);
  const errors = 'json' in read ? read.errors : [];
  const isInData = (error: FieldError): boolean => isWithin(error, 'data');
  const ambiguous = errors.find(
    (error) => !isInData(error) && !invalidAttributes.some((name) => isWithin(error, name)),
  );
  if (ambiguous !== undefined) {
    const { path, message } = ambiguous;
    return { reason: `${path === '' ? 'it' : `its attribute ${path}`} ${message}` };
  }
  const parts = { attributes, invalidAttributes };
  const failed = (path: string, message: string): ParsedCloudEvent => ({
    ...parts,
    body: { errors: [{ path, message }] },
  });
  // The attributes count too; they are small.
  if ((value?.length ?? 0) > MAX_BODY_BYTES) return { ...parts, body: { tooLarge: true } };
  if (mediaType !== undefined && mediaType !== null && (typeof mediaType !== 'string' || !isJson(mediaType)))
    return failed('datacontenttype', 'must be application/json');
  if (base64 !== undefined && base64 !== null) {
    if (data !== undefined && data !== null) return failed('data_base64', 'must be absent beside data');
    const bytes = typeof base64 === 'string' ? fromBase64(base64) : null;
    return bytes === null ? failed('data_base64', 'must be base64') : { ...parts, body: bodyOf({}, bytes) };
  }
  const inData = errors.filter(isInData).map(({ path, message }) => ({ path: path.slice('data.'.length), message }));
  return { ...parts, body: inData.length > 0 ? { errors: inData } : { json: data } };
}

const isWithin = ({ path }: FieldError, name: string): boolean => path === name || path.startsWith(`${name}.`);

/** The bytes of a text in base64; null if it is not base64. */
function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
