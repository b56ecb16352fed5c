import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Backoff, pause, supervise } from '@entente/async';
import type { SqlClient } from './postgres-connections.js';

const CHANNEL = 'entente_rows';
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5000;
/** What is told follows the last that was no sooner than this, in milliseconds. */
const NOTIFY_EVERY_MS = 10;
const ENDED = new Error('the connection has ended');

/**
 * Which models moved, told among all processes on one database by LISTEN and NOTIFY: a hint, which
 * is missed while the connection is away, so who must not miss anything looks all the same. It is
 * told behind the commit and not within: a transaction that notifies holds a lock of the whole
 * server while it is synced, and no two would be synced together.
 */
export class ChangeNotifier {
  private readonly own = randomUUID();
  private readonly stopping = new AbortController();
  private readonly pending = new Set<string>();
  private notifying: Promise<void> | null = null;
  private client: pg.Client | null = null;
  private readonly listening: Promise<void>;
  /** Resolves when it listens, or could not at its first try. */
  readonly begun: Promise<void>;

  constructor(
    private readonly asks: SqlClient,
    private readonly url: string,
    private readonly onNotified: (models: ReadonlySet<string>) => void,
    private readonly reconnected: () => void = () => undefined,
  ) {
    let begun = (): void => undefined;
    this.begun = new Promise((resolve) => (begun = resolve));
    this.listening = this.listen(begun);
  }

  /** Tells the others soon; what moves meanwhile is told with it. */
  notify(models: Iterable<string>): void {
    for (const model of models) this.pending.add(model);
    this.notifying ??= this.notifyAll();
  }

  private async notifyAll(): Promise<void> {
    const { signal } = this.stopping;
    while (this.pending.size > 0 && !signal.aborted) {
      const says = [this.own, ...this.pending].join(' ');
      this.pending.clear();
      await this.asks.query('SELECT pg_notify($1, $2)', [CHANNEL, says]).catch(() => undefined);
      await pause(NOTIFY_EVERY_MS, signal);
    }
    this.notifying = null;
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.client?.end().catch(() => undefined);
    await this.listening;
  }

  private async listen(begun: () => void): Promise<void> {
    const { signal } = this.stopping;
    const backoff = new Backoff({ firstMs: FIRST_BACKOFF_MS, maxMs: MAX_BACKOFF_MS });
    let listened = false;
    const onListening = (): void => {
      if (listened) this.reconnected();
      listened = true;
      backoff.reset();
      begun();
    };
    // The database is away, or a file of certificates: the next try.
    await supervise(() => this.listenOnce(onListening), { signal, backoff, onFailure: begun });
  }

  /** Listens on one connection. Rejects when that ends; resolves if this was closed before. */
  private async listenOnce(onListening: () => void): Promise<void> {
    const client = this.opened();
    const ended = new Promise<never>((_, reject) => client.once('end', () => reject(ENDED)).on('error', reject));
    ended.catch(() => undefined);
    try {
      await client.connect();
      this.client = client;
      await client.query(`LISTEN ${CHANNEL}`);
      onListening();
      if (!this.stopping.signal.aborted) await ended;
    } finally {
      this.client = null;
      await client.end().catch(() => undefined);
    }
  }

  private opened(): pg.Client {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 5000, keepAlive: true });
    client.on('notification', ({ payload = '' }) => {
      const [from, ...models] = payload.split(' ');
      if (from !== this.own) this.onNotified(new Set(models));
    });
    return client;
  }
}
