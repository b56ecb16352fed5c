import { ReconnectingAdmin } from './reconnecting-admin.js';
import { kafkaOf } from './client.js';
import { readRecord } from './record.js';
import type { KafkaSettings, TopicSettings } from './settings.js';
import { partitionOffsets, readRecordsAt } from './topic.js';

/** The time limit for reading the last records, in milliseconds. */
const SEARCH_TIMEOUT_MS = 20_000;

/**
 * Finds the position up to which a log is published, from the topic itself. It serves to watch the
 * relay. It polls the end offsets of the partitions, and reads the last records only if the offsets
 * have not changed since the last poll.
 */
export class PublishedPosition {
  private readonly kafka;
  private readonly admin;
  private lastEnds = '';
  private known: { readonly at: string; readonly position: bigint } | null = null;
  private reading: Promise<void> | null = null;
  private readError: unknown = null;

  constructor(private readonly settings: KafkaSettings & TopicSettings) {
    this.kafka = kafkaOf(settings);
    this.admin = new ReconnectingAdmin(this.kafka, settings.onReconnect);
  }

  /**
   * The position up to which every partition is complete; null while records arrive, and until the
   * last records are read. Rejects if the topic cannot be read.
   */
  async position(): Promise<bigint | null> {
    const bounds = await this.admin.ask((admin) => partitionOffsets(admin, this.settings.topic));
    const at = [...bounds].map(([partition, { high }]) => `${partition}:${high}`).join(' ');
    const isUnchanged = at === this.lastEnds;
    this.lastEnds = at;
    if (this.known?.at === at) return this.known.position;
    if (!isUnchanged) return null;
    if (this.readError !== null) {
      const readError = this.readError;
      this.readError = null;
      throw readError as Error;
    }
    const wanted = new Map([...bounds].map(([partition, { high }]) => [partition, high === 0n ? [] : [high - 1n]]));
    this.reading ??= this.read(at, wanted)
      .catch((error: unknown) => void (this.readError = error))
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
