import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { Backoff, endsWithin, messageOf, supervise } from '@entente/async';
import type { MemberSettings } from './settings.js';

/**
 * What a member of a group does with what the group gives it. None of these may hold the others up.
 */
export interface Membership {
  /** Before each consumer: fails where the topic is not as it has to be. */
  check(): Promise<void>;
  /**
   * The group gives these partitions, from now on and no others. Must not throw, or kafkajs's
   * consumer dies.
   */
  onAssigned(consumer: Consumer, partitions: readonly number[]): void;
  onBatch(consumer: Consumer, payload: EachBatchPayload): Promise<void>;
  /**
   * From an offset up to, and not with, the next there is no record that can be seen: `onBatch`
   * gets none of it.
   */
  onEmptyBatch(consumer: Consumer, partition: number, first: bigint, next: bigint): void;
  /** Waits for what is under way and ends the consumer, each no longer than it may. */
  onEnd(consumer: Consumer): Promise<void>;
  /** Commits offsets every `everyMs` milliseconds. */
  readonly commit?: { readonly everyMs: number; offsets(consumer: Consumer): Promise<void> };
}

/**
 * A member of a group that reads a topic. kafkajs's consumer ends for good by many a
 * fault, so each is let go and followed by a new one, after a pause that grows; so is one that
 * gives no sign of life. Nothing is committed by itself.
 */
export class GroupMember {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  /** Why there is no consumer; null once one has been given partitions. */
  lastError: string | null = null;
  private started = false;
  private readonly backoff: Backoff;

  constructor(
    private readonly kafka: Kafka,
    private readonly settings: MemberSettings,
    private readonly partitions: number,
    private readonly membership: Membership,
  ) {
    this.backoff = new Backoff({ firstMs: settings.firstPause ?? 250 });
    this.running = Promise.resolve().then(() => this.run());
  }

  over(): boolean {
    return this.stopping.signal.aborted;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { backoff } = this;
    const onFailure = (error: unknown): void => {
      this.lastError = messageOf(error);
      this.settings.onLog?.('error', 'Kafka consumer crashed, starting a new one', { error: this.lastError });
    };
    await supervise(() => this.runConsumer(), { signal: this.stopping.signal, backoff, onFailure });
  }

  /** Runs one consumer until it fails or the member is stopped. */
  private async runConsumer(): Promise<void> {
    await this.membership.check();
    if (this.started) this.settings.onReconnect?.();
    this.started = true;
    const { topic, groupId, sessionTimeout = 10_000, maxWait = 250 } = this.settings;
    const consumer = this.kafka.consumer({
      groupId,
      sessionTimeout,
      rebalanceTimeout: Math.max(sessionTimeout, 10_000),
      heartbeatInterval: Math.floor(sessionTimeout / 50),
      minBytes: 1,
      maxWaitTimeInMs: maxWait,
      allowAutoTopicCreation: false,
      retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
    });
    let sign = performance.now();
    const { CRASH, GROUP_JOIN, FETCH, HEARTBEAT, END_BATCH_PROCESS } = consumer.events;
    for (const event of [FETCH, HEARTBEAT] as const) consumer.on(event, () => (sign = performance.now()));
    consumer.on(GROUP_JOIN, ({ payload }) => {
      sign = performance.now();
      this.lastError = null;
      this.backoff.reset();
      this.membership.onAssigned(consumer, payload.memberAssignment[topic] ?? []);
    });
    consumer.on(END_BATCH_PROCESS, ({ payload: { batchSize, partition, firstOffset, lastOffset } }) => {
      // What kafkajs gives here is null where it found nothing at all, whatever its types say.
      if (batchSize === 0 && (firstOffset as string | null) !== null)
        this.membership.onEmptyBatch(consumer, partition, BigInt(firstOffset), BigInt(lastOffset) + 1n);
    });
    let timer: NodeJS.Timeout | undefined;
    let committing: NodeJS.Timeout | undefined;
    let beginning: Promise<void> = Promise.resolve();
    const ended = new Promise<void>((resolve, reject) => {
      this.stopping.signal.addEventListener('abort', () => resolve(), { once: true });
      if (this.over()) resolve();
      consumer.on(CRASH, ({ payload }) => reject(payload.error));
      timer = setInterval(() => {
        if (performance.now() - sign > sessionTimeout * 3) reject(new Error('the consumer gives no sign of life'));
      }, 1000);
      const { commit } = this.membership;
      if (commit !== undefined) committing = setInterval(() => void commit.offsets(consumer), commit.everyMs);
      const begun = async (): Promise<void> => {
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: true });
        if (this.over()) return;
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: this.partitions,
          eachBatch: (payload) => this.membership.onBatch(consumer, payload),
        });
      };
      beginning = begun();
      beginning.catch(reject);
    });
    try {
      await ended;
    } finally {
      clearInterval(timer);
      clearInterval(committing);
      // One that is ended while it joins would join all the same, and keep partitions that it does
      // not read.
      if (!(await endsWithin(beginning, 5000).catch(() => true)))
        beginning.then(
          () => consumer.disconnect().catch(() => undefined),
          () => undefined,
        );
      await this.membership.onEnd(consumer);
    }
  }
}
