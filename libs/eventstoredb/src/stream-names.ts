import { parseStream } from '@entente/kernel';
import type { ServerFilter } from './stream-calls.js';

/**
 * The stream with the log's identity. Its name has not the form `<kind>/<id>`, so it is not part of
 * the log.
 */
const IDENTITY = 'entente-log';

/** The stream with the log's time marks. It is not part of the log either. */
const TIMES = 'entente-times';

/**
 * The form of a kind's name. Stream names of other logs and other programs on the server do not
 * match.
 */
const KIND = /^[a-z][a-z0-9-]*$/;

/** The pattern for the beginning of a stream's name, in server-side filters. */
const STREAM_PATTERN = '[a-z][a-z0-9-]*/';
/** The prefix of the stream that holds the metadata of another stream. */
const METADATA_PREFIX = '$$';

/**
 * Maps the log's streams to their names on the server. On a server with several logs, the name on
 * the server begins with the log's name and a colon. Otherwise the names are equal.
 */
export class Names {
  private readonly prefix: string;

  constructor(log?: string) {
    if (log !== undefined && !KIND.test(log))
      throw new Error(`a log on a shared server is named in kebab-case, not ${log}`);
    this.prefix = log === undefined ? '' : `${log}:`;
  }

  get identity(): string {
    return `${this.prefix}${IDENTITY}`;
  }

  get times(): string {
    return `${this.prefix}${TIMES}`;
  }

  onServer(stream: string): string {
    return `${this.prefix}${stream}`;
  }

  /** Whether the log can have a stream of this name. No filter would find another name. */
  isStream(stream: string): boolean {
    return this.toStream(this.onServer(stream)) !== null;
  }

  /** Matches the streams of some kinds, their metadata, and the log's time marks. */
  kindsFilter(kinds: readonly string[]): ServerFilter {
    const prefixes = kinds.map((kind) => `${this.prefix}${kind}/`);
    return { streamPrefixes: [...prefixes.flatMap((prefix) => [prefix, `${METADATA_PREFIX}${prefix}`]), this.times] };
  }

  /**
   * Matches all streams of the log, their metadata, and its time marks. A log without a name has no
   * prefix, so a pattern matches the form of its stream names.
   */
  ownFilter(): ServerFilter {
    return this.prefix === ''
      ? { streamPattern: `^(\\$\\$)?(${STREAM_PATTERN}|${IDENTITY}$|${TIMES}$)` }
      : { streamPrefixes: [this.prefix, `${METADATA_PREFIX}${this.prefix}`] };
  }

  /** Matches only the streams of the log. */
  streamsFilter(): ServerFilter {
    return { streamPattern: `^${this.prefix}${STREAM_PATTERN}` };
  }

  /** Matches the metadata of all streams of the log. */
  damageFilter(): ServerFilter {
    return this.prefix === ''
      ? { streamPattern: `^\\$\\$(${STREAM_PATTERN}|${IDENTITY}$)` }
      : { streamPrefixes: [`${METADATA_PREFIX}${this.prefix}`] };
  }

  /**
   * The stream's name in the deployment; null if it belongs to the server, another log or another
   * program.
   */
  toStream(onServer: string): { readonly stream: string; readonly kind: string } | null {
    if (!onServer.startsWith(this.prefix)) return null;
    const stream = onServer.slice(this.prefix.length);
    const kind = parseStream(stream)?.kind ?? '';
    return KIND.test(kind) ? { stream, kind } : null;
  }
}
