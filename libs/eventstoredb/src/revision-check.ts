import type { RecordedEvent } from '@entente/kernel';
import { streamCut } from './damaged-streams.js';

/** The number of streams whose last revision is remembered during a read of the log. */
const MAX_STREAMS = 50_000;

/**
 * Checks that a read of the log returns every event of each stream. Revisions must have no gaps,
 * and start at 0 if the read starts at the beginning of the log. To bound memory, streams beyond a
 * maximum number are not checked.
 */
export class RevisionCheck {
  private readonly last = new Map<string, number>();

  constructor(private readonly fromBeginning: boolean) {}

  /** Throws if an event of the stream is missing before this one. */
  follow({ stream, revision }: RecordedEvent): void {
    const before = this.last.get(stream);
    const isKnown = before !== undefined;
    const mayBeNew = this.last.size < MAX_STREAMS;
    const expected = isKnown ? before + 1 : this.fromBeginning && mayBeNew ? 0 : revision;
    if (revision !== expected)
      throw streamCut(
        stream,
        isKnown ? `revision ${revision} comes after revision ${before}` : `it begins at revision ${revision}`,
      );
    if (isKnown || mayBeNew) this.last.set(stream, revision);
  }
}
