import { createHash } from 'node:crypto';
import { type EventLog, canonicalJson } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';

/**
 * SHA-256 of events in order, without their positions: equal for two stores with the same log. It
 * is in a backup's manifest and in an exported log, and `entente verify` prints it.
 */
export class EventsDigest {
  private readonly hash = createHash('sha256');
  private taken = 0;

  add({ id, stream, revision, type, version, data, metadata }: RecordedEvent): void {
    this.taken += 1;
    this.hash.update(`${canonicalJson({ id, stream, revision, type, version, data, metadata })}\n`);
  }

  /** The digest of the events so far, in hexadecimal. More events can be added. */
  soFar(): string {
    return this.hash.copy().digest('hex');
  }

  /** The number of events and their digest in hexadecimal. No event can be added afterwards. */
  end(): { readonly events: number; readonly digest: string } {
    return { events: this.taken, digest: this.hash.digest('hex') };
  }
}

/** The events of a log up to a position: the last position, their number and their digest. */
export interface LogDigest {
  readonly position: bigint;
  readonly events: number;
  readonly digest: string;
}

/** The digest of a log, of all its events or of those up to a position. */
export async function digestOfLog(log: EventLog, upTo?: bigint): Promise<LogDigest> {
  const digest = new EventsDigest();
  let position = 0n;
  for await (const events of log.readLog(0n, upTo === undefined ? {} : { upTo }))
    for (const event of events) {
      digest.add(event);
      position = event.position;
    }
  return { position, ...digest.end() };
}
