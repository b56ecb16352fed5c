import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { cloudEventOf } from '@entente/contracts';
import type { FeedBatch } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import type { KafkaMessage } from 'kafkajs';
import { anEvent } from '../../../test/contracts/event-store.js';
import type { OffsetLookup } from './offset-lookup.js';
import { PartitionReader } from './partition-reader.js';

const RECORDED = '2026-06-01T12:00:00.000Z';
const log = Array.from({ length: 200 }, (_, i): RecordedEvent => {
  const { metadata, ...event } = anEvent();
  return {
    ...event,
    stream: 'note/a',
    revision: i,
    position: BigInt(i + 1),
    metadata: { ...metadata, recordedAt: RECORDED },
  };
});

/** The records of the log from one on, up to and not with another. */
const records = (from: number, upTo: number): KafkaMessage[] =>
  log.slice(from, upTo).map((event, i) => {
    const before = log[from + i - 1];
    const previous = { position: before?.position ?? 0n, id: before?.id ?? '' };
    const { key, headers, value } = cloudEventOf({ event, previous, storeId: 'log' });
    const bytes = { key: Buffer.from(key ?? ''), value: Buffer.from(value ?? '') };
    return { ...bytes, headers: { ...headers }, offset: String(from + i), timestamp: '0', attributes: 0 };
  });

/**
 * A delivery of one partition to a consumer, and what that was handed; `take` may hold it up or
 * fail.
 */
async function delivering(process: (batch: FeedBatch) => Promise<void> = () => Promise.resolve(), maxBatch = 50) {
  const handed: FeedBatch[] = [];
  const read: bigint[] = [];
  const taken: string[] = [];
  const unused = (): never => {
    throw new Error('this is not asked for');
  };
  const delivery = new PartitionReader(0, {
    topic: 'topic',
    partitions: 1,
    maxBatch,
    onGapFilled: unused,
    log: {
      id: 'log',
      head: unused,
      positionAt: unused,
      readStream: unused,
      revisionOf: unused,
      readLog: unused,
    } as never,
    onRecord: ({ position }) => void read.push(position),
    consumer: {
      startPosition: () => Promise.resolve(0n),
      process: async (batch) => {
        await process(batch);
        handed.push(batch);
      },
    },
  });
  await delivery.start({ of: () => Promise.resolve({ offset: 0n, atEnd: false }) } as unknown as OffsetLookup);
  const give = (messages: readonly KafkaMessage[], mayContinue = () => true): Promise<void> =>
    delivery.process({
      messages,
      lastOffset: BigInt(messages.at(-1)?.offset ?? -1),
      mayContinue,
      owned: () => true,
      processed: (offset) => Promise.resolve(void taken.push(offset)),
      recovered: () => undefined,
    });
  return { handed, read, taken, give };
}

const throughs = (batches: readonly FeedBatch[]): bigint[] => batches.map(({ through }) => through);

describe('the delivery of a partition', () => {
  it('hands over batches one after the other, and reads ahead meanwhile', async () => {
    let letGo = (): void => undefined;
    let under = 0;
    let most = 0;
    const { handed, read, taken, give } = await delivering(async () => {
      most = Math.max(most, (under += 1));
      await new Promise<void>((resolve) => (letGo = resolve));
      under -= 1;
    });
    const over = give(records(0, 120));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    // The second is read, and nothing behind it.
    expect([read.length, handed.length, taken]).toEqual([100, 0, []]);
    const letting = setInterval(() => letGo(), 1);
    await over.finally(() => clearInterval(letting));
    expect(throughs(handed)).toEqual([50n, 100n, 120n]);
    expect(handed.flatMap(({ events }) => events.map(({ position }) => position))).toEqual(read);
    expect(taken).toEqual(['49', '99', '119']);
    expect(most).toBe(1);
  });

  it('hands over everything before an unreadable record, and then fails', async () => {
    const { handed, taken, give } = await delivering();
    const bad: KafkaMessage = { ...(records(60, 61)[0] as KafkaMessage), value: Buffer.from('{') };
    await expect(give([...records(0, 60), bad, ...records(61, 80)])).rejects.toThrow(
      /at offset 60 has a record that is no event/,
    );
    expect([throughs(handed), taken]).toEqual([
      [50n, 60n],
      ['49', '59'],
    ]);
  });

  it('stops at a batch that the consumer does not accept, and hands over nothing after it', async () => {
    const { handed, taken, give } = await delivering(({ through }) =>
      through > 50n ? Promise.reject(new Error('not now')) : Promise.resolve(),
    );
    await expect(give(records(0, 180))).rejects.toThrow('not now');
    expect([throughs(handed), taken]).toEqual([[50n], ['49']]);
  });

  it('ends with the current batch when it is stopped', async () => {
    let mayContinue = true;
    const { handed, give } = await delivering(() => Promise.resolve(void (mayContinue = false)));
    await give(records(0, 180), () => mayContinue);
    expect(throughs(handed)).toEqual([50n]);
  });
});
