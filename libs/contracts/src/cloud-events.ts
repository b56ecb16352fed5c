import type { EventMetadata, RecordedEvent } from '@entente/kernel';

/** A message of a topic, as text: in Kafka, its key, its headers and its value in UTF-8. */
export interface Message {
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string | null;
}

/** Where an event stands in the log, and its id; position 0 and no id before the first. */
export interface PublishedRef {
  readonly position: bigint;
  readonly id: string;
}

/** An event on a topic: with the one before it in its partition, and the id of its log. */
export interface Published {
  readonly is: 'event';
  readonly storeId: string;
  readonly event: RecordedEvent;
  readonly previous: PublishedRef;
}

/**
 * A mark on a topic: whoever reads it has seen all that the log has in this partition up to the
 * position, the last of which is `previous`.
 */
export interface WatermarkMessage {
  readonly is: 'mark';
  readonly storeId: string;
  readonly position: bigint;
  readonly previous: PublishedRef;
}

/**
 * The type of a mark: a CloudEvent too, so that other readers of the topic can tell it and pass it
 * over.
 */
export const WATERMARK_TYPE = 'entente.mark';

/**
 * How each part of the metadata is written as an attribute; null: an attribute of the standard has
 * it already, or it is absent.
 */
type Written = {
  readonly [Name in keyof EventMetadata]-?: (metadata: EventMetadata) => readonly [name: string, text: string | null];
};
const WRITTEN: Written = {
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
 * media type is `content-type`, the value is the data as JSON, the key is the stream's id.
 * Extensions beside those of the standard and its documented ones: `sequence` is the position in
 * the log, `prevposition` and `previd` are the event before it in its partition, `storeid` is the
 * log. Nothing of the event is left out.
 */
export function cloudEventOf({ event, previous, storeId }: Omit<Published, 'is'>): Message {
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
        ...Object.values(WRITTEN).map((write) => write(metadata)),
      ]),
      'content-type': 'application/json',
    },
    value: JSON.stringify(event.data),
  };
}

/** A mark as a CloudEvent without data. */
export function cloudWatermarkOf({ position, previous, storeId }: Omit<WatermarkMessage, 'is'>): Message {
  const named = [
    ['specversion', '1.0'],
    ['id', `mark-${position}`],
    ['type', WATERMARK_TYPE],
    ['source', sourceOf(storeId)],
    ['sequence', String(position)],
  ] as const;
  return { key: null, headers: attributes([...named, ...chain(storeId, previous)]), value: null };
}

/**
 * What a message of the topic says, exactly as it was recorded; throws an Error that names what is
 * missing or wrong where it is none of Entente's.
 */
export function readCloudEvent({ headers, value }: Message): Published | WatermarkMessage {
  const maybe = (name: string): string | null => headers[`ce_${name}`] ?? null;
  const given = (name: string): string => {
    const text = maybe(name);
    if (text === null) throw new Error(`it has no header ce_${name}`);
    return text;
  };
  const whole = (name: string): bigint => {
    const text = given(name);
    if (!/^\d+$/.test(text)) throw new Error(`its header ce_${name} is not a number: ${text}`);
    return BigInt(text);
  };
  const json = (name: string): unknown => parsed(given(name), `its header ce_${name}`);
  if (given('specversion') !== '1.0') throw new Error(`it is a CloudEvent of version ${given('specversion')}, not 1.0`);
  const storeId = given('storeid');
  const previous = { position: whole('prevposition'), id: given('previd') };
  const position = whole('sequence');
  if (previous.position > position)
    throw new Error(`it stands at ${position}, before its predecessor ${previous.position}`);
  if (given('type') === WATERMARK_TYPE) return { is: 'mark', storeId, position, previous };
  const trace = maybe('traceparent');
  const metadata = {
    actor: json('actor') as EventMetadata['actor'],
    occurredAt: given('time'),
    commandId: given('commandid'),
    commandHash: given('commandhash'),
    correlationId: given('correlationid'),
    causationId: maybe('causationid'),
    consulted: json('consulted') as EventMetadata['consulted'],
    evidence: json('evidence') as EventMetadata['evidence'],
    legalBasis: maybe('legalbasis'),
    marking: maybe('marking'),
    ...(trace === null ? {} : { traceparent: trace }),
    recordedAt: given('recordedtime'),
  } satisfies { [Name in Exclude<keyof EventMetadata, 'traceparent'>]-?: EventMetadata[Name] } & EventMetadata;
  const event: RecordedEvent = {
    id: given('id'),
    type: given('type'),
    stream: given('subject'),
    revision: Number(whole('revision')),
    position,
    version: Number(whole('dataversion')),
    data: parsed(value ?? '', 'its value'),
    metadata,
  };
  return { is: 'event', storeId, event, previous };
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${what} is not JSON`);
  }
}
