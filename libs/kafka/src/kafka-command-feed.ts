import { type CommandConsumer, CommandFeed, type CommandSubscription } from '@entente/engine';
import { KafkaCommandSubscription } from './kafka-command-subscription.js';
import { kafkaOf } from './client.js';
import type { KafkaIntakeSettings } from './settings.js';

/**
 * Delivers commands that other systems publish to a topic as CloudEvents, and publishes the answers
 * to another topic. The committed offsets of the consumer group are the checkpoint: they are
 * committed in the transaction that sends the answers. A reader of committed answers finds one for
 * each message.
 */
export class KafkaCommandFeed extends CommandFeed {
  constructor(private readonly settings: KafkaIntakeSettings) {
    super();
  }

  subscribe(consumer: CommandConsumer): CommandSubscription {
    return new KafkaCommandSubscription(kafkaOf(this.settings), this.settings, consumer);
  }
}
