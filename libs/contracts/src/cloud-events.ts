import type { EventMetadata, RecordedEvent } from '@entente/kernel';

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

/**
 * The type of a watermark. It is a CloudEvent too, so that other readers of the topic can recognise
 * and skip it.
 */
export const WATERMARK_TYPE = 'entente.mark';

/**
 * The attribute for each part of the metadata. Null: an attribute of the standard has the value
 * already, or it is absent.
 */
type Attributes = {
  readonly [Name in keyof EventMetadata]-?: (metadata: EventMetadata) => readonly [name: string, text: string | null];
};
const ATTRIBUTES: Attributes = {
  occurredAt: ({ occurredAt }) => ['time', occurredAt],
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

const sourceOf = (storeId: string): string => `urn:entente:log:${storeId}`;
const idOf = (stream: string): string => stream.slice(stream.indexOf('/') + 1);
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
 * every part of the event.
 */
export function cloudEventOf({ event, previous, storeId }: Omit<Published, 'type'>): Message {
  const { metadata, stream } = event;
  return {
    key: idOf(stream),
    headers: {
      ...attributes([
        ['specversion', '1.0'],
        ['id', event.id],
        ['type', event.type],
        ['source', sourceOf(storeId)],
        ['subject', stream],
        ['partitionkey', idOf(stream)],
        ['sequence', String(event.position)],
        ['revision', String(event.revision)],
        ['dataversion', String(event.version)],
        ...chain(storeId, previous),
        ...Object.values(ATTRIBUTES).map((write) => write(metadata)),
      ]),
      'content-type': 'application/json',
    },
    value: JSON.stringify(event.data),
  };
}

/** A watermark as a CloudEvent without data. */
export function cloudWatermarkOf({ position, previous, storeId }: Omit<WatermarkMessage, 'type'>): Message {
  const standard = [
    ['specversion', '1.0'],
    ['id', `mark-${position}`],
    ['type', WATERMARK_TYPE],
    ['source', sourceOf(storeId)],
    ['sequence', String(position)],
  ] as const;
  return { key: null, headers: attributes([...standard, ...chain(storeId, previous)]), value: null };
}

/**
 * The event or watermark of a message, exactly as it was recorded. Throws an Error that names what
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
  if (required('type') === WATERMARK_TYPE) return { type: 'watermark', storeId, position, previous };
  const trace = optional('traceparent');
  const metadata = {
    actor: json('actor') as EventMetadata['actor'],
    occurredAt: required('time'),
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
    type: required('type'),
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
