import type { IHeaders, KafkaMessage, Message } from 'kafkajs';

/** Why a record became a dead letter, and where it was. */
export interface FailureContext {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /**
   * At what: Kafka Connect's own words, `VALUE_CONVERTER` where it could not be read, `TASK_PUT`
   * where what it asks for failed.
   */
  readonly stage: 'VALUE_CONVERTER' | 'TASK_PUT';
  /** What could not take it, where that was one of several. */
  readonly connector?: string;
  readonly error: { readonly name: string; readonly message: string };
}

/** A record's bytes. */
export type Bytes = Pick<KafkaMessage, 'key' | 'value' | 'headers'>;

const PREFIX = '__connect.errors.';
const MAX_MESSAGE_LENGTH = 2000;

/**
 * A record as a dead letter: key, value and headers byte for byte, and Kafka Connect's headers
 * beside them, which say where it was and why it is here. Two things a record of this client cannot
 * bear: a header without a value has an empty one, and headers of these names that it brought are
 * replaced.
 */
export function deadLetterOf(
  record: Bytes,
  { topic, partition, offset, stage, connector, error }: FailureContext,
): Message {
  const context = {
    topic,
    partition: String(partition),
    offset,
    stage,
    ...(connector === undefined ? {} : { 'connector.name': connector }),
    'exception.class.name': error.name,
    'exception.message': error.message.slice(0, MAX_MESSAGE_LENGTH),
  };
  const headers = Object.entries(context).map(([name, text]) => [`${PREFIX}${name}`, text] as const);
  return {
    key: record.key,
    value: record.value,
    headers: Object.fromEntries([...Object.entries(ownHeaders(record.headers)), ...headers]),
  };
}

/**
 * The headers of a dead letter that describe its failure, by the ends of their names: `topic`,
 * `partition`, `offset`, `stage`, `connector.name`, `exception.class.name`, `exception.message`.
 */
export function failureHeaders({ headers = {} }: Pick<KafkaMessage, 'headers'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, one]) =>
      name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), String(Array.isArray(one) ? one.at(-1) : one)]] : [],
    ),
  );
}

/** The headers that a record brought, without those that a dead letter was given. */
export const ownHeaders = (headers: IHeaders = {}): IHeaders =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !name.startsWith(PREFIX))
      .map(([name, one]) => [name, valuesOf(one)]),
  );

/**
 * kafkajs takes a header with the name of something that every object has, such as `constructor`,
 * for one that comes again, and fails at one without a value.
 */
function valuesOf(one: unknown): Buffer | Buffer[] {
  const values = (Array.isArray(one) ? one : [one])
    .filter((value) => typeof value !== 'function')
    .map((value: unknown) => (Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : '')));
  const [first] = values;
  return first !== undefined && values.length === 1 ? first : values;
}
