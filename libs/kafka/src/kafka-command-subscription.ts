import type { CommandConsumer, CommandSubscription } from '@entente/engine';
import type { Kafka } from 'kafkajs';
import { AdaptiveBatchSize } from './adaptive-batch-size.js';
import { CommandPartition } from './command-partition.js';
import { makeIntakeTopics } from './intake-topics.js';
import { PartitionedConsumer } from './partitioned-consumer.js';
import type { KafkaIntakeSettings } from './settings.js';
import { asAdmin } from './topic.js';
import { TransactionalReplier } from './transactional-replier.js';

/**
 * A running delivery of commands. An assigned partition starts after its previous owner is fenced,
 * at the group's committed offset.
 */
export class KafkaCommandSubscription implements CommandSubscription {
  private readonly consumer: PartitionedConsumer<null>;

  constructor(kafka: Kafka, settings: KafkaIntakeSettings, to: CommandConsumer) {
    const { topic, storeId, partitions, replies, deadLetters, groupId, maxBatch = 100 } = settings;
    const topics = { commands: topic, replies, deadLetters, groupId };
    this.consumer = new PartitionedConsumer(kafka, settings, {
      partitions,
      check: () => asAdmin(kafka, (admin) => makeIntakeTopics(admin, settings)),
      open: (partition) => {
        const replier = new TransactionalReplier(kafka, topics, partition);
        return new CommandPartition(partition, topic, storeId, to, replier, new AdaptiveBatchSize(maxBatch));
      },
      shared: () => null,
    });
  }

  fault(): string | null {
    return this.consumer.fault();
  }

  stop(): Promise<void> {
    return this.consumer.stop();
  }
}
