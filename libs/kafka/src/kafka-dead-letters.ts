import { endsWithin } from '@entente/async';
import { cloudEventOf } from '@entente/contracts';
import { NO_EVENT, type DeadLetter, DeadLetters } from '@entente/engine';
import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';
import { deadLetterOf } from './dead-letters.js';
import { largestOf, makeRoomyTopic } from './intake-topics.js';
import type { KafkaEventFeed } from './kafka-event-feed.js';
import { kafkaOf } from './client.js';
import type { KafkaSettings, TopicSettings } from './settings.js';
import { asAdmin } from './topic.js';

/** The topic of events, and the topic of its dead letters. */
export interface KafkaDeadLettersSettings extends KafkaSettings, TopicSettings {
  readonly deadLetters: string;
}

/**
 * Writes events that a read model cannot fold to the dead-letter topic. Each keeps the bytes of its
 * record in the topic of events, and gets Kafka Connect's headers. `connector.name` is the read
 * model.
 */
export class KafkaDeadLetters extends DeadLetters {
  private readonly kafka: Kafka;
  private producer: Promise<Producer> | null = null;

  constructor(
    private readonly settings: KafkaDeadLettersSettings,
    private readonly feed: Pick<KafkaEventFeed, 'recordOf'>,
    private readonly storeId: string,
  ) {
    super();
    this.kafka = kafkaOf(settings);
  }

  async put(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    try {
      this.producer ??= this.begin();
      const producer = await this.producer;
      const messages = letters.map((letter) => this.messageOf(letter));
      await producer.send({ topic: this.settings.deadLetters, acks: -1, messages });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { producer } = this;
    this.producer = null;
    if (producer === null) return;
    const disconnected = producer.then((one) => one.disconnect());
    await endsWithin(disconnected, 2000);
  }

  private async begin(): Promise<Producer> {
    const { deadLetters, topic } = this.settings;
    await asAdmin(this.kafka, async (admin) =>
      makeRoomyTopic(admin, { ...this.settings, topic: deadLetters }, await largestOf(admin, topic)),
    );
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }

  /**
   * The dead letter of an event. An event that was read from the log has no record in the topic, so
   * its record is created here.
   */
  private messageOf({ parked, event }: DeadLetter): Message {
    const found = this.feed.recordOf(event);
    const { key, value, headers } = cloudEventOf({ event, previous: NO_EVENT, storeId: this.storeId });
    const bytes = found?.record ?? {
      key: key === null ? null : Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
      headers: { ...headers },
    };
    const [, name = 'Error', message = parked.error] = /^(\w+): (.*)$/s.exec(parked.error) ?? [];
    return deadLetterOf(bytes, {
      topic: this.settings.topic,
      partition: found?.partition ?? -1,
      offset: found?.record.offset ?? '-1',
      stage: 'TASK_PUT',
      connector: parked.model,
      error: { name, message },
    });
  }
}
