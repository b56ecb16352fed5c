import { EventFeed, type EventLog, type FeedConsumer, type FeedSubscription } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import type { KafkaMessage } from 'kafkajs';
import { KafkaSubscription } from './kafka-subscription.js';
import { type KafkaFeedSettings, kafkaOf } from './settings.js';

/** A record, and the partition in which it lies. */
export interface Came {
  readonly partition: number;
  readonly record: KafkaMessage;
}

/**
 * A log that was published to Kafka, delivered to as many processes as share its partitions. Where
 * a partition goes on is the consumer's own word, never the broker's; what was seen is dropped, and
 * what the topic has lost is read from the log itself.
 */
export class KafkaEventFeed extends EventFeed {
  readonly partitions: number;
  /** In which record each event came, for as long as somebody holds it. */
  private readonly records = new WeakMap<RecordedEvent, Came>();

  constructor(
    private readonly settings: KafkaFeedSettings,
    private readonly log: EventLog,
  ) {
    super();
    this.partitions = settings.partitions;
  }

  subscribe(consumer: FeedConsumer): FeedSubscription {
    const onRecord = (event: RecordedEvent, partition: number, record: KafkaMessage): void =>
      void this.records.set(event, { partition, record });
    return new KafkaSubscription(kafkaOf(this.settings), this.settings, this.log, consumer, onRecord);
  }

  /** The record in which an event was delivered here; undefined where it was read from the log. */
  recordOf(event: RecordedEvent): Came | undefined {
    return this.records.get(event);
  }
}
