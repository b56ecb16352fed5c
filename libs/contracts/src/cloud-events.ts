import { type EventMetadata, type RecordedEvent, idOf, kindOf } from '@entente/kernel';
import { parseInstant } from './instants.js';
import { schemaPath } from './schema-paths.js';

/** A message of a topic, as text: in Kafka, its key, its headers and its value in UTF-8. */
export interface Message {
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string | null;
}

/** Refers to an event in the log, by position and id; position 0 and no id before the first. */
export interface PublishedRef {
  readonly position: bigint;
  readonly id: string;
}

/** An event on a topic, with the one before it in its partition, and the id of its log. */
export interface Published {
  readonly type: 'event';
  readonly storeId: string;
  readonly event: RecordedEvent;
  readonly previous: PublishedRef;
}

/**
 * A watermark on a topic: its reader has seen all events of the log in this partition up to the
 * position. The last of them is `previous`.
 */
export interface WatermarkMessage {
  readonly type: 'watermark';
  readonly storeId: string;
  readonly position: bigint;
  readonly previous: PublishedRef;
}

/** A watermark as it is sent: with its partition, and when `position` was recorded. */
export interface SentWatermark extends Omit<WatermarkMessage, 'type'> {
  readonly partition: number;
  readonly recordedAt: string;
}

/** Precedes every type on a topic, in reverse DNS form as CloudEvents recommends. */
export const TYPE_PREFIX = 'org.entente.';

/** A type without the prefix that it has on a topic. */
export const withoutPrefix = (type: string): string =>
  type.startsWith(TYPE_PREFIX) ? type.slice(TYPE_PREFIX.length) : type;

/**
 * The type of a watermark. It is a CloudEvent too, so that other readers of the topic can recognise
 * and skip it.
 */
export const WATERMARK_TYPE = `${TYPE_PREFIX}watermark`;

/** Watermarks of topics that were written before types had a prefix. */
const OLD_WATERMARK_TYPE = 'entente.mark';

/** Positions have this number of digits in `sequence`, so that they sort as text. */
const SEQUENCE_DIGITS = 19;
const sequenceOf = (position: bigint): string => String(position).padStart(SEQUENCE_DIGITS, '0');

/** An instant by RFC 3339; null if a text names none. */
function rfc3339(text: string): string | null {
  if (parseInstant(text) !== null) return text;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/**
 * The attribute for each part of the metadata. Null: an attribute of the standard has the value
 * already, or it is absent.
 */
type Attributes = {
  readonly [Name in keyof EventMetadata]-?: (metadata: EventMetadata) => readonly [name: string, text: string | null];
};
const ATTRIBUTES: Attributes = {
  // `time` has it already, unless that had to be written otherwise.
  occurredAt: ({ occurredAt }) => ['occurredat', rfc3339(occurredAt) === occurredAt ? null : occurredAt],
  recordedAt: ({ recordedAt }) => ['recordedtime', recordedAt],
  actor: ({ actor }) => ['actor', JSON.stringify(actor)],
  commandId: ({ commandId }) => ['commandid', commandId],
  commandHash: ({ commandHash }) => ['commandhash', commandHash],
  correlationId: ({ correlationId }) => ['correlationid', correlationId],
  causationId: ({ causationId }) => ['causationid', causationId],
  consulted: ({ consulted }) => ['consulted', JSON.stringify(consulted)],
  evidence: ({ evidence }) => ['evidence', JSON.stringify(evidence)],
  legalBasis: ({ legalBasis }) => ['legalbasis', legalBasis],
  marking: ({ marking }) => ['marking', marking],
  traceparent: ({ traceparent }) => ['traceparent', traceparent ?? null],
};

/** The `source` of every record that a log's deployment sends. */
export const sourceOf = (storeId: string): string => `urn:entente:log:${storeId}`;
const attributes = (pairs: readonly (readonly [string, string | null])[]): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [name, text] of pairs) if (text !== null) headers[`ce_${name}`] = text;
  return headers;
};
const chain = (storeId: string, previous: PublishedRef): readonly (readonly [string, string])[] => [
  ['prevposition', String(previous.position)],
  ['previd', previous.id],
  ['storeid', storeId],
];

/**
 * An event as a CloudEvent 1.0 in Kafka's binary mode: each attribute is a header `ce_<name>`, the
 * media type is `content-type`, the value is the data as JSON, the key is the stream's id. Besides
 * the standard and its documented extensions: `sequence` is the position in the log, `prevposition`
 * and `previd` are the event before it in its partition, `storeid` is the log. The message has
 * every part of the event. `time` is RFC 3339 whatever was recorded. `dataschema` is the address of
 * the schema below the public URL of the API; it is absent without one.
 */
export function cloudEventOf(
  { event, previous, storeId }: Omit<Published, 'type'>,
  publicUrl: string | null = null,
): Message {
  const { metadata, stream } = event;
  const { type, version } = event;
  return {
    key: idOf(event),
    headers: {
      ...attributes([
        ['specversion', '1.0'],
        ['id', event.id],
        ['type', `${TYPE_PREFIX}${type}`],
        ['source', sourceOf(storeId)],
        ['subject', stream],
        ['time', rfc3339(metadata.occurredAt)],
        ['dataschema', publicUrl === null ? null : `${publicUrl}${schemaPath('events', kindOf(event), type, version)}`],
        ['partitionkey', idOf(event)],
        ['sequence', sequenceOf(event.position)],
        ['revision', String(event.revision)],
        ['dataversion', String(version)],
        ...chain(storeId, previous),
        ...Object.values(ATTRIBUTES).map((write) => write(metadata)),
      ]),
      'content-type': 'application/json',
    },
    value: JSON.stringify(event.data),
  };
}

/** A watermark as a CloudEvent; its data repeats its partition and position. */
export function cloudWatermarkOf({ partition, position, previous, storeId, recordedAt }: SentWatermark): Message {
  const standard = [
    ['specversion', '1.0'],
    ['id', `watermark-${partition}-${position}`],
    ['type', WATERMARK_TYPE],
    ['source', sourceOf(storeId)],
    ['time', recordedAt],
    ['sequence', sequenceOf(position)],
  ] as const;
  return {
    key: null,
    headers: { ...attributes([...standard, ...chain(storeId, previous)]), 'content-type': 'application/json' },
    value: JSON.stringify({ partition, position: String(position) }),
  };
}

/**
 * The event or watermark of a message, exactly as it was recorded; also of one that was written
 * before types had a prefix. Throws an Error that names what
 * is missing or invalid if the message is not one of Entente's.
 */
export function readCloudEvent({ headers, value }: Message): Published | WatermarkMessage {
  const optional = (name: string): string | null => headers[`ce_${name}`] ?? null;
  const required = (name: string): string => {
    const text = optional(name);
    if (text === null) throw new Error(`it has no header ce_${name}`);
    return text;
  };
  const integer = (name: string): bigint => {
    const text = required(name);
    if (!/^\d+$/.test(text)) throw new Error(`its header ce_${name} is not a number: ${text}`);
    return BigInt(text);
  };
  const json = (name: string): unknown => parsed(required(name), `its header ce_${name}`);
  if (required('specversion') !== '1.0')
    throw new Error(`it is a CloudEvent of version ${required('specversion')}, not 1.0`);
  const storeId = required('storeid');
  const previous = { position: integer('prevposition'), id: required('previd') };
  const position = integer('sequence');
  if (previous.position > position)
    throw new Error(`it has position ${position}, before its predecessor ${previous.position}`);
  const type = required('type');
  if ([WATERMARK_TYPE, OLD_WATERMARK_TYPE].includes(type)) return { type: 'watermark', storeId, position, previous };
  const trace = optional('traceparent');
  const metadata = {
    actor: json('actor') as EventMetadata['actor'],
    occurredAt: optional('occurredat') ?? required('time'),
    commandId: required('commandid'),
    commandHash: required('commandhash'),
    correlationId: required('correlationid'),
    causationId: optional('causationid'),
    consulted: json('consulted') as EventMetadata['consulted'],
    evidence: json('evidence') as EventMetadata['evidence'],
    legalBasis: optional('legalbasis'),
    marking: optional('marking'),
    ...(trace === null ? {} : { traceparent: trace }),
    recordedAt: required('recordedtime'),
  } satisfies { [Name in Exclude<keyof EventMetadata, 'traceparent'>]-?: EventMetadata[Name] } & EventMetadata;
  const event: RecordedEvent = {
    id: required('id'),
    type: withoutPrefix(type),
    stream: required('subject'),
    revision: Number(integer('revision')),
    position,
    version: Number(integer('dataversion')),
    data: parsed(value ?? '', 'its value'),
    metadata,
  };
  return { type: 'event', storeId, event, previous };
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${what} is not JSON`);
  }
}
