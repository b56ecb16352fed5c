import type { IHeaders, KafkaMessage, Message } from 'kafkajs';

/** Why a record became a dead letter, and its topic, partition and offset. */
export interface FailureContext {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /**
   * The stage of the failure, in Kafka Connect's terms: `VALUE_CONVERTER` if the record could not
   * be read, `TASK_PUT` if its processing failed.
   */
  readonly stage: 'VALUE_CONVERTER' | 'TASK_PUT';
  /** The consumer that failed, if there are several. */
  readonly connector?: string;
  readonly error: { readonly name: string; readonly message: string };
}

/** The key, value and headers of a record. */
export type Bytes = Pick<KafkaMessage, 'key' | 'value' | 'headers'>;

const PREFIX = '__connect.errors.';
const MAX_MESSAGE_LENGTH = 2000;

/**
 * Makes a dead letter from a record: its key, value and headers unchanged, and Kafka Connect's
 * headers, which state its origin and failure. Two exceptions are due to kafkajs: a header without
 * a value becomes empty, and existing headers with Kafka Connect's names are replaced.
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
 * The headers of a dead letter that describe its failure, by their names without the prefix:
 * `topic`, `partition`, `offset`, `stage`, `connector.name`, `exception.class.name`,
 * `exception.message`.
 */
export function failureHeaders({ headers = {} }: Pick<KafkaMessage, 'headers'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, one]) =>
      name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), String(Array.isArray(one) ? one.at(-1) : one)]] : [],
    ),
  );
}

/** The headers of the original record, without those that were added to the dead letter. */
export const ownHeaders = (headers: IHeaders = {}): IHeaders =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !name.startsWith(PREFIX))
      .map(([name, one]) => [name, valuesOf(one)]),
  );

/**
 * The values of a header, in a form that kafkajs accepts. If a header has the name of a member of
 * `Object.prototype`, such as `constructor`, kafkajs adds that member as a value. It throws for a
 * header without a value.
 */
function valuesOf(one: unknown): Buffer | Buffer[] {
  const values = (Array.isArray(one) ? one : [one])
    .filter((value) => typeof value !== 'function')
    .map((value: unknown) => (Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : '')));
  const [first] = values;
  return first !== undefined && values.length === 1 ? first : values;
}
