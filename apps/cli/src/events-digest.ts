import { createHash } from 'node:crypto';
import { type EventLog, canonicalJson } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';

/**
 * SHA-256 of events as they are, in their order and without their positions: two stores that hold
 * the same log, whatever database they are on, give the same. A backup's manifest, an exported log
 * and `entente verify` all say this one.
 */
export class EventsDigest {
  private readonly hash = createHash('sha256');
  private taken = 0;

  take({ id, stream, revision, type, version, data, metadata }: RecordedEvent): void {
    this.taken += 1;
    this.hash.update(`${canonicalJson({ id, stream, revision, type, version, data, metadata })}\n`);
  }

  /** How many events there were, and their digest in hexadecimal. It takes no more. */
  end(): { readonly events: number; readonly digest: string } {
    return { events: this.taken, digest: this.hash.digest('hex') };
  }
}

/** The number of events in a log and their digest. */
export async function digestOfLog(log: EventLog): Promise<{ readonly events: number; readonly digest: string }> {
  const digest = new EventsDigest();
  for await (const events of log.readLog(0n)) for (const event of events) digest.take(event);
  return digest.end();
}
