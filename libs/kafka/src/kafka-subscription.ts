import type { EventLog, FeedConsumer, FeedSubscription } from '@entente/engine';
import type { Kafka } from 'kafkajs';
import { OffsetLookup } from './offset-lookup.js';
import { PartitionReader, type PartitionReaderOptions } from './partition-reader.js';
import { PartitionedConsumer } from './partitioned-consumer.js';
import { ReconnectingAdmin } from './reconnecting-admin.js';
import type { KafkaFeedSettings } from './settings.js';
import { checkPartitions } from './topic.js';

/**
 * A running delivery of events. A partition starts only after the consumer has returned its
 * position. If batches are still in progress after a revocation, the checkpoint fences them.
 */
export class KafkaSubscription implements FeedSubscription {
  private readonly consumer: PartitionedConsumer<OffsetLookup>;
  private readonly admin: ReconnectingAdmin;

  constructor(
    kafka: Kafka,
    settings: KafkaFeedSettings,
    private readonly log: EventLog,
    consumer: FeedConsumer,
    onRecord: PartitionReaderOptions['onRecord'],
  ) {
    const { topic, partitions, maxBatch = 500, commitInterval = 5000, onLog } = settings;
    const onGapFilled = (partition: number, after: bigint, upTo: bigint): void =>
      onLog?.('warn', 'what the topic has lost was read from the log', { partition, after, upTo });
    const options = { topic, partitions, log, consumer, maxBatch, onRecord, onGapFilled };
    this.admin = new ReconnectingAdmin(kafka);
    this.consumer = new PartitionedConsumer(kafka, settings, {
      partitions,
      check: () => this.admin.ask((admin) => checkPartitions(admin, settings)),
      open: (partition) => new PartitionReader(partition, options),
      shared: () => new OffsetLookup(this.admin, topic, log),
      commitEveryMs: commitInterval,
    });
  }

  head(): Promise<bigint> {
    return this.log.head();
  }

  fault(): string | null {
    return this.consumer.fault();
  }

  async stop(): Promise<void> {
    await this.consumer.stop();
    await this.admin.close();
  }
}
