import { CompressionTypes, type KafkaMessage, type Message, Partitioners, type Producer } from 'kafkajs';
import { endsWithin } from '@entente/async';
import { failureHeaders, ownHeaders } from './dead-letters.js';
import { kafkaOf } from './client.js';
import type { KafkaSettings } from './settings.js';
import { asAdmin, partitionOffsets, committedOffsets } from './topic.js';
import { type OffsetRange, readRange } from './topic-reader.js';

/** Settings of a redrive: the topics, and the group whose offsets are committed. */
export interface RedriveSettings extends KafkaSettings {
  /** The topic of commands. */
  readonly topic: string;
  readonly deadLetters: string;
  /**
   * The intake's consumer group. The offsets of the redrive are committed under a group with this
   * prefix.
   */
  readonly groupId: string;
  /** The redrive rejects after this time without a record, in milliseconds. */
  readonly readTimeout?: number;
}

/** A dead letter, and its result. */
export interface RedrivenDeadLetter {
  /** Its partition in the dead-letter topic. */
  readonly partition: number;
  readonly offset: string;
  /**
   * The failure in its headers: `topic`, `partition`, `offset`, `stage`, `exception.class.name`,
   * `exception.message`.
   */
  readonly failure: Readonly<Record<string, string>>;
  readonly key: string | null;
  /**
   * `waits`: it was only listed, and a redrive would send it back. `left`: it came from another
   * topic and is left.
   */
  readonly became: 'sent back' | 'waits' | 'left';
}

/** The dead letters that were not redriven yet. */
export const listDeadLetters = (settings: RedriveSettings): Promise<readonly RedrivenDeadLetter[]> =>
  drive(settings, null);

/**
 * Sends every dead letter of the topic of commands that was not redriven yet back to its original
 * partition. Key, value and headers are unchanged, without the headers that were added to the dead
 * letter. Each is sent back once, even after a crash or a repeated call: the records and the offset
 * after them are committed in one transaction. A concurrent redrive is fenced, and rejects.
 */
export async function redrive(settings: RedriveSettings): Promise<readonly RedrivenDeadLetter[]> {
  const { topic, groupId } = settings;
  const producer = kafkaOf(settings).producer({
    transactionalId: `${groupId}-${topic}-redrive`,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 5, retries: 12, maxRetryTime: 250 },
  });
  try {
    await producer.connect();
    // Fences an earlier redrive before its offsets are read.
    await (await producer.transaction()).abort();
    return await drive(settings, producer);
  } finally {
    await endsWithin(producer.disconnect(), 2000);
  }
}

async function drive(settings: RedriveSettings, producer: Producer | null): Promise<readonly RedrivenDeadLetter[]> {
  const { deadLetters, readTimeout = 20_000 } = settings;
  const kafka = kafkaOf(settings);
  const group = redriveGroup(settings);
  const { ranges, partitions } = await asAdmin(kafka, async (admin) => {
    const committed = await committedOffsets(admin, group, deadLetters);
    const bounds = await partitionOffsets(admin, deadLetters);
    const bounded = [...bounds].map(([partition, { low, high }]) => {
      const at = committed.get(partition) ?? -1n;
      return [partition, { from: at < low || at > high ? low : at, to: high }] as const;
    });
    return {
      ranges: new Map(bounded) satisfies OffsetRange,
      partitions: (await partitionOffsets(admin, settings.topic)).size,
    };
  });
  const redriven: RedrivenDeadLetter[] = [];
  const take = async (partition: number, records: readonly KafkaMessage[], next: bigint): Promise<void> => {
    const batch = records.map((record): RedrivenDeadLetter => {
      const failure = failureHeaders(record);
      const became = failure['topic'] !== settings.topic ? 'left' : producer === null ? 'waits' : 'sent back';
      return { partition, offset: record.offset, failure, key: record.key?.toString() ?? null, became };
    });
    if (producer !== null) {
      const back = records.flatMap((record, i) =>
        batch[i]?.became === 'sent back' ? [backOf(record, partitions)] : [],
      );
      // Dead letters that stay need no offset: they are listed again.
      if (back.length > 0) await sendBack(producer, settings, back, { partition, next });
    }
    redriven.push(...batch);
  };
  await readRange(kafka, deadLetters, ranges, take, readTimeout);
  return redriven;
}

/** The group whose offsets state which dead letters were driven back. */
const redriveGroup = ({ groupId }: RedriveSettings): string => `${groupId}-redrive`;

/** The record of a dead letter. If its partition no longer exists, its key decides. */
function backOf(record: KafkaMessage, partitions: number): Message {
  const partition = Number(failureHeaders(record)['partition']);
  const there = Number.isInteger(partition) && partition >= 0 && partition < partitions;
  const { key, value, headers } = record;
  return { key, value, headers: ownHeaders(headers), ...(there ? { partition } : {}) };
}

async function sendBack(
  producer: Producer,
  settings: RedriveSettings,
  messages: readonly Message[],
  { partition, next }: { readonly partition: number; readonly next: bigint },
): Promise<void> {
  const { topic, deadLetters } = settings;
  const transaction = await producer.transaction();
  try {
    // One by one, since together they may be too large for a single batch.
    for (const message of messages)
      await transaction.send({ topic, acks: -1, compression: CompressionTypes.GZIP, messages: [message] });
    const partitions = [{ partition, offset: String(next) }];
    await transaction.sendOffsets({
      consumerGroupId: redriveGroup(settings),
      topics: [{ topic: deadLetters, partitions }],
    });
    await transaction.commit();
  } catch (error) {
    if (transaction.isActive()) await transaction.abort().catch(() => undefined);
    throw error;
  }
}
