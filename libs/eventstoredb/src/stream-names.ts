import { parseStream } from '@entente/kernel';

/**
 * The stream that says whose log this is, once. It is no `<kind>/<id>`, and so no part of the log.
 */
const IDENTITY = 'entente-log';

/**
 * A kind as domains name it; what other logs and other programs keep on the same server looks
 * otherwise.
 */
const KIND = /^[a-z][a-z0-9-]*$/;

/**
 * Which streams of the server are the log's, and what they are called there: their own names, with
 * the log's name and a colon before them where several logs share a server.
 */
export class Names {
  private readonly before: string;

  constructor(log?: string) {
    if (log !== undefined && !KIND.test(log))
      throw new Error(`a log on a shared server is named in kebab-case, not ${log}`);
    this.before = log === undefined ? '' : `${log}:`;
  }

  get identity(): string {
    return `${this.before}${IDENTITY}`;
  }

  onServer(stream: string): string {
    return `${this.before}${stream}`;
  }

  /** Whether it can be a stream of the log: another one would not be found in it again. */
  holds(stream: string): boolean {
    return this.here(this.onServer(stream)) !== null;
  }

  /** What the names of all streams of some kinds begin with. */
  ofKinds(kinds: readonly string[]): string[] {
    return kinds.map((kind) => `${this.before}${kind}/`);
  }

  /**
   * The stream's name as the deployment knows it; null where it is none of the log's: the server's
   * own, another log's, or another program's.
   */
  here(onServer: string): { readonly stream: string; readonly kind: string } | null {
    if (!onServer.startsWith(this.before)) return null;
    const stream = onServer.slice(this.before.length);
    const kind = parseStream(stream)?.kind ?? '';
    return KIND.test(kind) ? { stream, kind } : null;
  }
}
