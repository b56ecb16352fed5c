import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type EventStore, Executor, Pseudonymizer } from '@entente/engine';
import { KafkaCommandFeed, type KafkaIntakeSettings } from '@entente/kafka';
import { SqliteEventStore } from '@entente/sqlite';
import { Intake, kinds } from '@entente/workers';
import { CompressionTypes, type IHeaders, type Message, Partitioners } from 'kafkajs';
import { kafkaClient, topicForTests, until } from './kafka.js';

/** A record as who reads only what is committed finds it. */
export interface ReceivedRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
}

/** The fields of a reply. */
export interface Reply {
  readonly type: string;
  readonly commandId: string;
  readonly subject: string;
  readonly correlationId: string;
  readonly body: Record<string, unknown>;
}

export const replyOf = ({ headers, value }: ReceivedRecord): Reply => ({
  type: String(headers['ce_type']),
  commandId: String(headers['ce_commandid']),
  subject: String(headers['ce_subject']),
  correlationId: String(headers['ce_correlationid']),
  body: JSON.parse(String(value)) as Record<string, unknown>,
});

/**
 * A command in binary mode, as any client may send it: by default the registration of an
 * organisation.
 */
export function aCommand(subject: string, more: Partial<Record<string, string>> = {}, body?: unknown): Message {
  const attributes = {
    specversion: '1.0',
    id: randomUUID(),
    type: 'RegisterStakeholder',
    source: 'operator',
    actorrole: 'operator',
    subject,
    ...more,
  };
  const headers = Object.entries(attributes).flatMap(([name, text]) =>
    text === undefined ? [] : [[`ce_${name}`, text]],
  );
  return {
    key: subject.slice(subject.indexOf('/') + 1),
    headers: { ...(Object.fromEntries(headers) as Record<string, string>), 'content-type': 'application/json' },
    value: JSON.stringify(body ?? { name: `The people of ${subject}`, type: 'state' }),
  };
}

/**
 * A log in SQLite, a topic of commands with a number of partitions, and intakes between them that
 * the test starts and ends.
 */
export async function commandPipeline(partitions: number, brokers?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'entente-intake-'));
  const store = new SqliteEventStore({ folder });
  const { topic, ...quick } = topicForTests(partitions, brokers);
  const settings: KafkaIntakeSettings = {
    ...quick,
    topic,
    storeId: store.id,
    replies: `${topic}-replies`,
    deadLetters: `${topic}-dead-letters`,
  };
  const kafka = kafkaClient(settings);
  // Without this, a command that is sent again after an outage may be there twice.
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  const ends: (() => Promise<unknown>)[] = [];
  let sending: Promise<void> | null = null;

  const start = (
    log: EventStore = store,
    rules = kinds,
    more: Partial<KafkaIntakeSettings> = {},
    now?: () => string,
  ) => {
    const executor = new Executor(log, rules, new Pseudonymizer(Buffer.alloc(32, 7)), { note: () => undefined });
    const delivery = new KafkaCommandFeed({ ...settings, ...more }).subscribe(
      new Intake(executor, log, undefined, now),
    );
    let over: Promise<void> | null = null;
    const end = (): Promise<void> => (over ??= delivery.stop());
    ends.push(end);
    return { delivery, end };
  };

  return {
    store,
    settings,
    start,
    /** Waits until the intake has made its topics. */
    async topics(): Promise<void> {
      const admin = kafka.admin();
      await admin.connect();
      await until(async () => {
        const there = await admin.listTopics();
        return [topic, settings.replies, settings.deadLetters].every((one) => there.includes(one));
      });
      await admin.disconnect();
    },
    async send(messages: readonly Message[], compression = CompressionTypes.None): Promise<void> {
      await (sending ??= producer.connect());
      await producer.send({ topic, messages: [...messages], compression });
    },
    /** Collects what is committed to a topic, in order, also through an outage of the broker. */
    async collect(of: 'replies' | 'deadLetters'): Promise<ReceivedRecord[]> {
      const found: ReceivedRecord[] = [];
      const seen = new Set<string>();
      let over = false;
      let reading = kafka.consumer({ groupId: randomUUID() });
      const begin = async (): Promise<void> => {
        if (over) return;
        // A consumer that began again by itself would not end with the test.
        const retry = { retries: 5, restartOnFailure: () => Promise.resolve(false) };
        const consumer = (reading = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 50, retry }));
        let gone = false;
        const again = (): void => {
          if (gone) return;
          gone = true;
          void consumer.disconnect().catch(() => undefined);
          setTimeout(() => void begin(), 100);
        };
        consumer.on(consumer.events.CRASH, again);
        try {
          await consumer.connect();
          await consumer.subscribe({ topic: settings[of], fromBeginning: true });
          await consumer.run({
            autoCommit: false,
            eachMessage: ({ partition, message: { offset, key, value, headers = {} } }) => {
              const place = `${partition} ${offset}`;
              if (!seen.has(place)) found.push({ partition, offset: BigInt(offset), key, value, headers });
              seen.add(place);
              return Promise.resolve();
            },
          });
        } catch {
          again();
        }
      };
      ends.push(() => {
        over = true;
        return reading.disconnect();
      });
      await begin();
      return found;
    },
    async end(): Promise<void> {
      for (const end of ends.reverse()) await end();
      await producer.disconnect();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export type CommandPipeline = Awaited<ReturnType<typeof commandPipeline>>;

/** Waits for a number of replies, and then a little for any further one. */
export async function expectCount(found: readonly unknown[], count: number, ms?: number): Promise<void> {
  await until(() => found.length >= count, ms);
  await pause(300);
  if (found.length !== count) throw new Error(`${found.length} came, not ${count}`);
}
