import type { ProgressSource } from '@entente/engine';
import { ReconnectingAdmin } from './reconnecting-admin.js';
import { kafkaOf } from './client.js';
import type { KafkaSettings } from './settings.js';
import { partitionOffsets, committedOffsets } from './topic.js';

/** The topic of commands, and the name of those who answer them. */
export interface KafkaBacklogSettings extends KafkaSettings {
  readonly topic: string;
  readonly groupId: string;
}

/** The age after which a reading is no longer current. */
const FRESH_MS = 5000;

/**
 * How many commands wait in their topic, by the broker's own word: for who watches those that
 * answer them.
 */
export class CommandLag {
  private readonly admin;
  private there = false;
  private seen: { readonly sent: bigint; readonly answered: bigint; readonly at: number } | null = null;

  constructor(private readonly settings: KafkaBacklogSettings) {
    this.admin = new ReconnectingAdmin(kafkaOf(settings), settings.onReconnect);
  }

  /**
   * Those who answer commands, as one who follows what is sent: by the count of all partitions'
   * records.
   */
  source(name: string): ProgressSource {
    const other = { of: 'command', end: () => this.seen?.sent ?? 0n };
    return { name, other, position: async () => (await this.look()).answered };
  }

  /** How many commands wait, by the last look; null where that is too old, or failed. */
  waiting(): number | null {
    if (this.seen === null || performance.now() - this.seen.at > FRESH_MS) return null;
    return Number(this.seen.sent - this.seen.answered);
  }

  /** A topic that is not there holds nothing. Fails where the cluster cannot be asked. */
  private async look(): Promise<{ readonly answered: bigint }> {
    const found = await this.admin.ask(async (admin) => {
      const { topic, groupId } = this.settings;
      this.there ||= (await admin.listTopics()).includes(topic);
      let sent = 0n;
      let answered = 0n;
      if (!this.there) return { sent, answered };
      // In this order, so that what is answered meanwhile cannot be more than was sent.
      const committed = await committedOffsets(admin, groupId, topic);
      for (const [partition, { low, high }] of await partitionOffsets(admin, topic)) {
        const offset = committed.get(partition) ?? -1n;
        sent += high;
        // An offset after the end belongs to an earlier topic of this name.
        answered += offset < low || offset > high ? low : offset;
      }
      return { sent, answered };
    });
    this.seen = { ...found, at: performance.now() };
    return found;
  }

  close(): Promise<void> {
    return this.admin.close();
  }
}
