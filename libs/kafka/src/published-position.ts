import { ReconnectingAdmin } from './reconnecting-admin.js';
import { kafkaOf } from './client.js';
import { readRecord } from './record.js';
import type { KafkaSettings, TopicSettings } from './settings.js';
import { partitionOffsets, readRecordsAt } from './topic.js';

/** The longest that the last records are waited for, in milliseconds. */
const SEARCH_TIMEOUT_MS = 20_000;

/**
 * Up to where a log is published, by the topic's own word: for who watches the one that publishes
 * it. It looks at the ends of the partitions, and reads their last records only where these have
 * come to rest.
 */
export class PublishedPosition {
  private readonly kafka;
  private readonly admin;
  private seen = '';
  private known: { readonly at: string; readonly position: bigint } | null = null;
  private reading: Promise<void> | null = null;
  private trouble: unknown = null;

  constructor(private readonly settings: KafkaSettings & TopicSettings) {
    this.kafka = kafkaOf(settings);
    this.admin = new ReconnectingAdmin(this.kafka, settings.onReconnect);
  }

  /**
   * The position up to which every partition has what is its own; null while records come in, and
   * until the last ones are read. Fails where the topic cannot be asked.
   */
  async position(): Promise<bigint | null> {
    const bounds = await this.admin.ask((admin) => partitionOffsets(admin, this.settings.topic));
    const at = [...bounds].map(([partition, { high }]) => `${partition}:${high}`).join(' ');
    const rests = at === this.seen;
    this.seen = at;
    if (this.known?.at === at) return this.known.position;
    if (!rests) return null;
    if (this.trouble !== null) {
      const trouble = this.trouble;
      this.trouble = null;
      throw trouble as Error;
    }
    const wanted = new Map([...bounds].map(([partition, { high }]) => [partition, high === 0n ? [] : [high - 1n]]));
    this.reading ??= this.read(at, wanted)
      .catch((error: unknown) => void (this.trouble = error))
      .finally(() => (this.reading = null));
    return null;
  }

  async close(): Promise<void> {
    await this.admin.close();
    await this.reading;
  }

  private async read(at: string, wanted: ReadonlyMap<number, readonly bigint[]>): Promise<void> {
    const found = await readRecordsAt(this.kafka, this.settings.topic, wanted, SEARCH_TIMEOUT_MS);
    let position: bigint | null = null;
    for (const [record] of found.values()) {
      const content = record === undefined ? null : readRecord(record);
      const through = content === null ? 0n : content.type === 'watermark' ? content.position : content.event.position;
      if (position === null || through < position) position = through;
    }
    this.known = { at, position: position ?? 0n };
  }
}
