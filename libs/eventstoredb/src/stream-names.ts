import { parseStream } from '@entente/kernel';
import type { ServerFilter } from './stream-calls.js';

/**
 * The stream with the log's identity. It has no `<kind>/<id>` name, so it is not part of the log.
 */
const IDENTITY = 'entente-log';

/** The stream with the log's time marks. It is not part of the log either. */
const TIMES = 'entente-times';

/**
 * A kind as domains name it. Streams of other logs and other programs on the server do not match.
 */
const KIND = /^[a-z][a-z0-9-]*$/;

/** The beginning of a stream's name, as the server searches for it. */
const STREAM_PATTERN = '[a-z][a-z0-9-]*/';
/** Before the name of the stream that holds the metadata of another. */
const METADATA_PREFIX = '$$';

/**
 * Maps the log's streams to their names on the server: the same names, or, on a server with several
 * logs, the same names after the log's name and a colon.
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

  /** Whether the log can have a stream of this name: any other could not be found again. */
  isStream(stream: string): boolean {
    return this.toStream(this.onServer(stream)) !== null;
  }

  /** Finds the streams of some kinds, their metadata, and the log's time marks. */
  kindsFilter(kinds: readonly string[]): ServerFilter {
    const prefixes = kinds.map((kind) => `${this.prefix}${kind}/`);
    return { streamPrefixes: [...prefixes.flatMap((prefix) => [prefix, `${METADATA_PREFIX}${prefix}`]), this.times] };
  }

  /**
   * Finds all streams of the log, their metadata, and its time marks. A log without a name has no
   * prefix, so its streams are found by the form of their names.
   */
  ownFilter(): ServerFilter {
    return this.prefix === ''
      ? { streamPattern: `^(\\$\\$)?(${STREAM_PATTERN}|${IDENTITY}$|${TIMES}$)` }
      : { streamPrefixes: [this.prefix, `${METADATA_PREFIX}${this.prefix}`] };
  }

  /** Finds the streams of the log alone. */
  streamsFilter(): ServerFilter {
    return { streamPattern: `^${this.prefix}${STREAM_PATTERN}` };
  }

  /** Finds the metadata of all streams of the log. */
  damageFilter(): ServerFilter {
    return this.prefix === ''
      ? { streamPattern: `^\\$\\$(${STREAM_PATTERN}|${IDENTITY}$)` }
      : { streamPrefixes: [`${METADATA_PREFIX}${this.prefix}`] };
  }

  /**
   * The stream's name in the deployment; null if it belongs to the server, to another log or to
   * another program.
   */
  toStream(onServer: string): { readonly stream: string; readonly kind: string } | null {
    if (!onServer.startsWith(this.prefix)) return null;
    const stream = onServer.slice(this.prefix.length);
    const kind = parseStream(stream)?.kind ?? '';
    return KIND.test(kind) ? { stream, kind } : null;
  }
}
