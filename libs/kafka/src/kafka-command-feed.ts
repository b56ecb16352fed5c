import { type CommandConsumer, CommandFeed, type CommandSubscription } from '@entente/engine';
import { KafkaCommandSubscription } from './kafka-command-subscription.js';
import { kafkaOf } from './client.js';
import type { KafkaIntakeSettings } from './settings.js';

/**
 * Commands that others publish to a topic, as CloudEvents, with the answers on another. The group's
 * committed offsets are the place: they move in the transaction that sends the answers. Who reads
 * the answers as committed finds one for each message.
 */
export class KafkaCommandFeed extends CommandFeed {
  constructor(private readonly settings: KafkaIntakeSettings) {
    super();
  }

  subscribe(consumer: CommandConsumer): CommandSubscription {
    return new KafkaCommandSubscription(kafkaOf(this.settings), this.settings, consumer);
  }
}
