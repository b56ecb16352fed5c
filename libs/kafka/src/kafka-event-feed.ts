import { EventFeed, type EventLog, type FeedConsumer, type FeedSubscription } from '@entente/engine';
import { KafkaSubscription } from './kafka-subscription.js';
import { type KafkaFeedSettings, kafkaOf } from './settings.js';

/**
 * A log that was published to Kafka, delivered to as many processes as share its partitions. Where a partition goes on is the consumer's own word, never the broker's;
 * what was seen is dropped, and what the topic has lost is read from the log itself.
 */
export class KafkaEventFeed extends EventFeed {
  readonly partitions: number;

  constructor(
    private readonly settings: KafkaFeedSettings,
    private readonly log: EventLog,
  ) {
    super();
    this.partitions = settings.partitions;
  }

  subscribe(consumer: FeedConsumer): FeedSubscription {
    return new KafkaSubscription(kafkaOf(this.settings), this.settings, this.log, consumer);
  }
}
