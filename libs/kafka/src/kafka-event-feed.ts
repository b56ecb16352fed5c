import { EventFeed, type EventLog, type FeedConsumer, type FeedSubscription } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import type { KafkaMessage } from 'kafkajs';
import { KafkaSubscription } from './kafka-subscription.js';
import { kafkaOf } from './client.js';
import type { KafkaFeedSettings } from './settings.js';

/** A record and its partition. */
export interface RecordLocation {
  readonly partition: number;
  readonly record: KafkaMessage;
}

/**
 * Delivers a log that was published to Kafka. The processes of a consumer group share its
 * partitions. The consumer's checkpoint decides where a partition continues, and not the group's
 * committed offset. Events that were delivered before are dropped. Events that the topic has lost
 * are read from the log.
 */
export class KafkaEventFeed extends EventFeed {
  readonly partitions: number;
  /** The record of each event, while the event is in memory. */
  private readonly records = new WeakMap<RecordedEvent, RecordLocation>();

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

  /** The record in which an event was delivered here; undefined if it was read from the log. */
  recordOf(event: RecordedEvent): RecordLocation | undefined {
    return this.records.get(event);
  }
}
