import type { ProgressSource } from '@entente/engine';
import { ReconnectingAdmin } from './reconnecting-admin.js';
import { kafkaOf } from './client.js';
import type { KafkaSettings } from './settings.js';
import { partitionOffsets, committedOffsets } from './topic.js';

/** The topic of commands, and the consumer group that answers them. */
export interface KafkaBacklogSettings extends KafkaSettings {
  readonly topic: string;
  readonly groupId: string;
}

/** The age in milliseconds after which a measurement is no longer current. */
const FRESH_MS = 5000;

/**
 * Measures the number of commands that wait in their topic, from the broker's offsets. It serves to
 * watch the processes that answer commands.
 */
export class CommandLag {
  private readonly admin;
  private topicExists = false;
  private last: { readonly sent: bigint; readonly answered: bigint; readonly at: number } | null = null;

  constructor(private readonly settings: KafkaBacklogSettings) {
    this.admin = new ReconnectingAdmin(kafkaOf(settings), settings.onReconnect);
  }

  /**
   * The answering of commands as a progress source. Its position is the number of answered records
   * in all partitions.
   */
  source(name: string): ProgressSource {
    const other = { of: 'command', end: () => this.last?.sent ?? 0n };
    return { name, other, position: async () => (await this.measure()).answered };
  }

  /** The number of waiting commands, by the last measurement; null if that is too old or failed. */
  waiting(): number | null {
    if (this.last === null || performance.now() - this.last.at > FRESH_MS) return null;
    return Number(this.last.sent - this.last.answered);
  }

  /** Reads the offsets. A missing topic counts as empty. Rejects if the cluster does not answer. */
  private async measure(): Promise<{ readonly answered: bigint }> {
    const found = await this.admin.ask(async (admin) => {
      const { topic, groupId } = this.settings;
      this.topicExists ||= (await admin.listTopics()).includes(topic);
      let sent = 0n;
      let answered = 0n;
      if (!this.topicExists) return { sent, answered };
      // The committed offsets are read first. Otherwise the number of answered commands could
      // exceed that of sent commands.
      const committed = await committedOffsets(admin, groupId, topic);
      for (const [partition, { low, high }] of await partitionOffsets(admin, topic)) {
        const offset = committed.get(partition) ?? -1n;
        sent += high;
        // A committed offset after the end belongs to an earlier topic of the same name.
        answered += offset < low || offset > high ? low : offset;
      }
      return { sent, answered };
    });
    this.last = { ...found, at: performance.now() };
    return found;
  }

  close(): Promise<void> {
    return this.admin.close();
  }
}
