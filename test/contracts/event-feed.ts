import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { EventFeed, FeedBatch, FeedConsumer } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import type { Case } from './contract.js';

/** A feed over an empty log. */
export interface FeedFixture {
  readonly feed: EventFeed;
  /** Appends a number of events to a stream of the log. */
  append(stream: string, count: number): Promise<void>;
  /** For how many milliseconds a case waits for what the feed should do. */
  readonly timeoutMs: number;
}

const until = async ({ timeoutMs }: FeedFixture, holds: () => boolean): Promise<void> => {
  for (const end = Date.now() + timeoutMs; !holds(); await pause(2))
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${String(holds)}`);
};

/** A consumer that stores what it processed, and resumes behind it. */
function keeper(process: (batch: FeedBatch) => Promise<void> = () => Promise.resolve()) {
  const seen: RecordedEvent[] = [];
  const batches: FeedBatch[] = [];
  const through = new Map<number, bigint>();
  const consumer: FeedConsumer = {
    startPosition: (partition) => Promise.resolve(through.get(partition) ?? 0n),
    process: async (batch) => {
      await process(batch);
      batches.push(batch);
      seen.push(...batch.events);
      through.set(batch.partition, batch.through);
    },
  };
  return { consumer, seen, batches, through };
}

const streams = Array.from({ length: 20 }, (_, i) => `note/s${i}`);
const ofStream = (seen: readonly RecordedEvent[], stream: string): number[] =>
  seen.filter((event) => event.stream === stream).map(({ revision }) => revision);

/** What `EventFeed` promises, made executable. */
export const EVENT_FEED: readonly Case<FeedFixture>[] = [
  {
    name: 'delivers past and new events, in order within a stream and once while nothing fails',
    async verify(trial) {
      const { consumer, seen } = keeper();
      for (const stream of streams) await trial.append(stream, 2);
      const running = trial.feed.subscribe(consumer);
      await until(trial, () => seen.length === 40);
      await Promise.all(streams.map((stream) => trial.append(stream, 3)));
      await until(trial, () => seen.length === 100);
      await running.stop();
      expect(seen).toHaveLength(100);
      for (const stream of streams) expect(ofStream(seen, stream)).toEqual([0, 1, 2, 3, 4]);
    },
  },
  {
    name: "resumes from the consumer's position",
    async verify(trial) {
      const first = keeper();
      await trial.append('note/a', 4);
      const running = trial.feed.subscribe(first.consumer);
      await until(trial, () => first.seen.length === 4);
      await running.stop();
      await trial.append('note/a', 3);
      const second = keeper();
      const again = trial.feed.subscribe({
        ...second.consumer,
        startPosition: (partition) => Promise.resolve(first.through.get(partition) ?? 0n),
      });
      await until(trial, () => second.seen.length === 3);
      await again.stop();
      expect(ofStream(second.seen, 'note/a')).toEqual([4, 5, 6]);
    },
  },
  {
    name: 'completes a batch before the next of its partition, and reports the position read so far',
    async verify(trial) {
      const open = new Map<number, number>();
      let most = 0;
      const { consumer, seen, batches } = keeper(async ({ partition }) => {
        open.set(partition, (open.get(partition) ?? 0) + 1);
        most = Math.max(most, ...open.values());
        await pause(1);
        open.set(partition, (open.get(partition) ?? 0) - 1);
      });
      const running = trial.feed.subscribe(consumer);
      for (let round = 0; round < 5; round += 1) await Promise.all(streams.map((stream) => trial.append(stream, 2)));
      await until(trial, () => seen.length === 200);
      await running.stop();
      expect(most).toBe(1);
      const before = new Map<number, bigint>();
      for (const { partition, events, through } of batches) {
        const positions = [before.get(partition) ?? 0n, ...events.map(({ position }) => position)];
        expect(positions.every((at, i) => i === 0 || at > (positions[i - 1] as bigint))).toBe(true);
        expect(through).toBeGreaterThanOrEqual(positions.at(-1) as bigint);
        before.set(partition, through);
      }
    },
  },
  {
    name: 'keeps all events of a stream in one partition',
    async verify(trial) {
      const { consumer, seen, batches } = keeper();
      for (const stream of streams) await trial.append(stream, 2);
      const running = trial.feed.subscribe(consumer);
      for (const stream of streams) await trial.append(stream, 2);
      await until(trial, () => seen.length === 80);
      await running.stop();
      for (const stream of streams) {
        const holding = batches.filter(({ events }) => events.some((event) => event.stream === stream));
        const [partition, ...others] = new Set(holding.map((batch) => batch.partition));
        expect([others, partition !== undefined && partition >= 0 && partition < trial.feed.partitions]).toEqual([
          [],
          true,
        ]);
      }
    },
  },
  {
    name: "delivers again from the consumer's position after a failed batch, and reports the fault",
    async verify(trial) {
      let tries = 0;
      // The consumer gets the watermark of a partition without events, too.
      const { consumer, seen } = keeper(({ events }) =>
        events.length > 0 && (tries += 1) < 3 ? Promise.reject(new Error('the database is away')) : Promise.resolve(),
      );
      await trial.append('note/a', 2);
      const running = trial.feed.subscribe(consumer);
      await until(trial, () => running.fault() !== null);
      expect(running.fault()).toBe('the database is away');
      await until(trial, () => seen.length === 2);
      expect([ofStream(seen, 'note/a'), tries]).toEqual([[0, 1], 3]);
      await until(trial, () => running.fault() === null);
      await running.stop();
    },
  },
  {
    name: 'reports how far it can read',
    async verify(trial) {
      const { consumer, seen } = keeper();
      await trial.append('note/a', 3);
      const running = trial.feed.subscribe(consumer);
      await until(trial, () => seen.length === 3);
      expect(await running.head()).toBeGreaterThanOrEqual(seen.at(-1)?.position as bigint);
      await running.stop();
    },
  },
  {
    name: 'ends after the current batch when it is stopped',
    async verify(trial) {
      let ended = 0;
      const { consumer, seen } = keeper(async ({ events }) => {
        await pause(20);
        if (events.length > 0) ended += 1;
      });
      await trial.append('note/a', 1);
      let begun = false;
      const process = (batch: FeedBatch): Promise<void> => {
        begun ||= batch.events.length > 0;
        return consumer.process(batch);
      };
      const running = trial.feed.subscribe({ ...consumer, process });
      await until(trial, () => begun);
      await running.stop();
      expect([ended, seen.length]).toEqual([1, 1]);
      await trial.append('note/a', 1);
      await pause(20);
      expect(seen).toHaveLength(1);
    },
  },
];
