import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { WATERMARK_TYPE } from '@entente/contracts';
import {
  type LogPublisher,
  Projector,
  Relay,
  type RelayOptions,
  type RowQuery,
  partitionOf,
  replay,
} from '@entente/engine';
import { KafkaEventFeed, KafkaLogPublisher } from '@entente/kafka';
import type { AnyProjection, RecordedEvent } from '@entente/kernel';
import { SqliteEventStore } from '@entente/sqlite';
import { PostgresReadModelStore } from '@entente/typeorm';
import { all, anEvent } from '../contracts/event-store.js';
import { words } from '../contracts/read-model-store.js';
import { recordsOf, topicForTests, until } from './kafka.js';
import { postgresForTests } from './postgres.js';

const postgres = postgresForTests();
const now = (): string => '2026-06-01T12:00:00.000Z';

/**
 * Counts the events of each stream, and parks one of which an event was passed over, taken twice or
 * out of order.
 */
export const eventCounts = {
  ...words,
  touches: () => ['events'],
  evolve: (row: { amount: number } | null, event: RecordedEvent) => {
    const amount = row?.amount ?? 0;
    if (event.revision !== amount) throw new RangeError(`revision ${event.revision} comes as number ${amount}`);
    return { word: event.id, shade: null, amount: amount + 1, loud: false, parts: [] };
  },
} as unknown as AnyProjection;

const everything: RowQuery = { where: [], sort: [], limit: 1000 };

/** A projector as in a separate process: with its own feed and its own connections to the rows. */
export interface RunningProjector {
  readonly projector: Projector;
  readonly rows: PostgresReadModelStore;
  /** How many events it has folded. */
  folded(): number;
  end(): Promise<void>;
}

/**
 * A log in SQLite, a topic with a number of partitions, and rows in PostgreSQL, with a relay and
 * projectors between them that the test starts and ends.
 */
export async function eventPipeline(partitions: number, brokers?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'entente-distributed-'));
  const store = new SqliteEventStore({ folder });
  const settings = topicForTests(partitions, brokers);
  const url = await postgres.database();
  const wake = (listener: () => void) => store.onCommit(listener);
  const ends: (() => Promise<void>)[] = [];
  const rowsIn = async (database: string): Promise<PostgresReadModelStore> => {
    const rows = new PostgresReadModelStore({ url: database, models: [eventCounts], views: [], partitions });
    await rows.open(store.id);
    return rows;
  };
  return {
    store,
    settings,
    rowsIn: () => rowsIn(url),
    /**
     * Appends a number of times to each of some streams, concurrently: a few events each time, and
     * a pause in milliseconds behind it.
     */
    async load(times: number, streams = 40, rest = 0): Promise<void> {
      for (let time = 0; time < times; time += 1, await pause(rest))
        await Promise.all(
          Array.from({ length: streams }, (_, i) =>
            store.append(
              `note/s${i}`,
              'any',
              Array.from({ length: 1 + ((i + time) % 3) }, () => anEvent()),
            ),
          ),
        );
    },
    relay(publisher: LogPublisher = new KafkaLogPublisher(settings), more: RelayOptions = {}) {
      const relay = new Relay(store, publisher, { wake, firstPause: 20, watermarkInterval: 50, ...more });
      relay.start();
      let over = false;
      const end = async (): Promise<void> => {
        if (over) return;
        over = true;
        await relay.stop();
        await publisher.close();
      };
      ends.push(end);
      return { relay, publisher, end };
    },
    async project(): Promise<RunningProjector> {
      const rows = await rowsIn(url);
      let folded = 0;
      const observer = {
        commandHandled: () => undefined,
        decided: () => undefined,
        conflict: () => undefined,
        projected: (events: number) => void (folded += events),
      };
      const projector = new Projector([eventCounts], new KafkaEventFeed(settings, store), rows, now, 5, observer);
      projector.start();
      let over = false;
      const end = async (): Promise<void> => {
        if (over) return;
        over = true;
        await projector.stop();
        await rows.close();
      };
      ends.push(end);
      return { projector, rows, folded: () => folded, end };
    },
    /**
     * Waits until the rows are as far as the log in every partition, and holds them against a
     * replay: nothing passed over, nothing twice, nothing parked.
     */
    async expectRowsAsReplayed(ms?: number): Promise<void> {
      const head = await store.head();
      const rows = await rowsIn(url);
      try {
        await until(async () => (await rows.positions('words')).positions.every((at) => at >= head), ms);
        expect(await rows.parked()).toEqual([]);
        const replayed = await rowsIn(await postgres.database());
        await replay(store, [eventCounts], replayed, head, now);
        const positions = Array<bigint>(partitions).fill(head);
        const answers = await Promise.all(
          [rows, replayed].map((of) => of.query('words', { ...everything, positions })),
        );
        await replayed.close();
        expect(answers[0]?.rows.length).toBeGreaterThan(0);
        expect(answers[0]?.rows).toEqual(answers[1]?.rows);
      } finally {
        await rows.close();
      }
    },
    /**
     * Holds the topic against the log: the first occurrences of each partition are its events in
     * order, each with the one before; a watermark follows all that it covers.
     */
    async expectChain(): Promise<{ readonly records: number; readonly events: number }> {
      const events = await all(store.readLog(0n));
      const records = await recordsOf(settings);
      for (let partition = 0; partition < partitions; partition += 1) {
        const own = events.filter(({ stream }) => partitionOf(stream, partitions) === partition);
        const seen: string[] = [];
        const lying = records.filter((record) => record.partition === partition);
        for (const { headers } of lying.sort((a, b) => Number(a.offset - b.offset))) {
          const at = BigInt(headers['ce_sequence'] ?? '');
          const link = `${headers['ce_prevposition']} ${headers['ce_previd']}`;
          const before = own.findLast(
            ({ position }) => position < at || (headers['ce_type'] === WATERMARK_TYPE && position === at),
          );
          expect(link).toBe(`${before?.position ?? 0n} ${before?.id ?? ''}`);
          if (headers['ce_type'] === WATERMARK_TYPE)
            expect(seen.length).toBeGreaterThanOrEqual(own.filter(({ position }) => position <= at).length);
          else if (!seen.includes(headers['ce_id'] ?? '')) seen.push(headers['ce_id'] ?? '');
        }
        expect(seen).toEqual(own.map(({ id }) => id));
      }
      return { records: records.length, events: events.length };
    },
    async end(): Promise<void> {
      for (const end of ends.reverse()) await end();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export type EventPipeline = Awaited<ReturnType<typeof eventPipeline>>;
