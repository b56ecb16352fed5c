import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { Backoff, endsWithin, messageOf, supervise } from '@entente/async';
import type { MemberSettings } from './settings.js';

/** The callbacks of a member of a consumer group. None of them may block for long. */
export interface Membership {
  /**
   * Called before each consumer is created. Rejects if the topic does not have the required
   * settings.
   */
  check(): Promise<void>;
  /**
   * Called after each rebalance with all partitions that are now assigned. Must not throw: an error
   * would stop the kafkajs consumer.
   */
  onAssigned(consumer: Consumer, partitions: readonly number[]): void;
  onBatch(consumer: Consumer, payload: EachBatchPayload): Promise<void>;
  /**
   * Called if a fetch returned no visible record from `first` up to, but excluding, `next`.
   * `onBatch` is not called for these offsets.
   */
  onEmptyBatch(consumer: Consumer, partition: number, first: bigint, next: bigint): void;
  /** Waits for batches in progress and disconnects the consumer. Both have a time limit. */
  onEnd(consumer: Consumer): Promise<void>;
  /** Commits offsets every `everyMs` milliseconds. */
  readonly commit?: { readonly everyMs: number; offsets(consumer: Consumer): Promise<void> };
}

/**
 * A member of a consumer group that reads a topic. A kafkajs consumer stops permanently after many
 * kinds of fault. So a crashed or silent consumer is disconnected, and a new one is started after a
 * pause that grows. Offsets are committed only by the callbacks.
 */
export class GroupMember {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  /** The error of the last consumer; null since a consumer joined the group. */
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

  isStopped(): boolean {
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
    let lastActivityAt = performance.now();
    const { CRASH, GROUP_JOIN, FETCH, HEARTBEAT, END_BATCH_PROCESS } = consumer.events;
    for (const event of [FETCH, HEARTBEAT] as const) consumer.on(event, () => (lastActivityAt = performance.now()));
    consumer.on(GROUP_JOIN, ({ payload }) => {
      lastActivityAt = performance.now();
      this.lastError = null;
      this.backoff.reset();
      this.membership.onAssigned(consumer, payload.memberAssignment[topic] ?? []);
    });
    consumer.on(END_BATCH_PROCESS, ({ payload: { batchSize, partition, firstOffset, lastOffset } }) => {
      // Despite its type, `firstOffset` is null if the fetch found nothing at all.
      if (batchSize === 0 && (firstOffset as string | null) !== null)
        this.membership.onEmptyBatch(consumer, partition, BigInt(firstOffset), BigInt(lastOffset) + 1n);
    });
    let silenceTimer: NodeJS.Timeout | undefined;
    let commitTimer: NodeJS.Timeout | undefined;
    let starting: Promise<void> = Promise.resolve();
    const ended = new Promise<void>((resolve, reject) => {
      this.stopping.signal.addEventListener('abort', () => resolve(), { once: true });
      if (this.isStopped()) resolve();
      consumer.on(CRASH, ({ payload }) => reject(payload.error));
      silenceTimer = setInterval(() => {
        if (performance.now() - lastActivityAt > sessionTimeout * 3)
          reject(new Error(`the consumer was silent for ${sessionTimeout * 3} ms`));
      }, 1000);
      const { commit } = this.membership;
      if (commit !== undefined) commitTimer = setInterval(() => void commit.offsets(consumer), commit.everyMs);
      const start = async (): Promise<void> => {
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: true });
        if (this.isStopped()) return;
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: this.partitions,
          eachBatch: (payload) => this.membership.onBatch(consumer, payload),
        });
      };
      starting = start();
      starting.catch(reject);
    });
    try {
      await ended;
    } finally {
      clearInterval(silenceTimer);
      clearInterval(commitTimer);
      // A consumer that is disconnected while it joins would still join afterwards, and keep
      // partitions that it does not read. So the start is awaited first.
      if (!(await endsWithin(starting, 5000).catch(() => true)))
        starting.then(
          () => consumer.disconnect().catch(() => undefined),
          () => undefined,
        );
      await this.membership.onEnd(consumer);
    }
  }
}
