import type { RecordedEvent } from '@entente/kernel';
import { streamCut } from './damaged-streams.js';

/** Streams of which a reading of the log remembers the last revision. */
const MAX_STREAMS = 50_000;

/**
 * Checks that one reading of the log gets every event of each stream: revisions run without a gap,
 * and from 0 if the reading began where the log begins. Streams beyond a number that is bounded for
 * memory, and what is before a later beginning, are not checked.
 */
export class RevisionCheck {
  private readonly last = new Map<string, number>();

  constructor(private readonly fromBeginning: boolean) {}

  /** Fails if an event of the stream is missing before this one. */
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
