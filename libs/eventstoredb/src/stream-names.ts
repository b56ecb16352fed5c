import { parseStream } from '@entente/kernel';

/**
 * The stream with the log's identity. It has no `<kind>/<id>` name, so it is not part of the log.
 */
const IDENTITY = 'entente-log';

/**
 * A kind as domains name it. Streams of other logs and other programs on the server do not match.
 */
const KIND = /^[a-z][a-z0-9-]*$/;

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

  onServer(stream: string): string {
    return `${this.prefix}${stream}`;
  }

  /** Whether the log can have a stream of this name: any other could not be found again. */
  isStream(stream: string): boolean {
    return this.toStream(this.onServer(stream)) !== null;
  }

  /** The prefixes of all streams of some kinds. */
  ofKinds(kinds: readonly string[]): string[] {
    return kinds.map((kind) => `${this.prefix}${kind}/`);
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
