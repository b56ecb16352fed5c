import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Backoff, pause, supervise } from '@entente/async';
import type { SqlClient } from './postgres-connections.js';

const CHANNEL = 'entente_rows';
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5000;
/**
 * The minimum interval between two notifications, in milliseconds. Changes in between are sent
 * together.
 */
const NOTIFY_EVERY_MS = 10;
const ENDED = new Error('the connection has ended');

/**
 * Notifies all processes on one database of the models that changed, by LISTEN and NOTIFY. A
 * process misses notifications while its connection is lost. So a reader that must not miss a
 * change also polls. The notification is sent after the commit. If it were sent within the
 * transaction, its commit would hold a lock of the whole server, and no two such commits could be
 * synced together.
 */
export class ChangeNotifier {
  private readonly ownId = randomUUID();
  private readonly stopping = new AbortController();
  private readonly pending = new Set<string>();
  private notifying: Promise<void> | null = null;
  private client: pg.Client | null = null;
  private readonly listening: Promise<void>;
  /** Resolves when it listens, or when the first attempt has failed. */
  readonly ready: Promise<void>;

  constructor(
    private readonly db: SqlClient,
    private readonly url: string,
    private readonly onNotified: (models: ReadonlySet<string>) => void,
    private readonly onReconnect: () => void = () => undefined,
  ) {
    let ready = (): void => undefined;
    this.ready = new Promise((resolve) => (ready = resolve));
    this.listening = this.listen(ready);
  }

  /**
   * Notifies the other processes soon. Models that change until then are sent in the same
   * notification.
   */
  notify(models: Iterable<string>): void {
    for (const model of models) this.pending.add(model);
    this.notifying ??= this.notifyAll();
  }

  private async notifyAll(): Promise<void> {
    const { signal } = this.stopping;
    while (this.pending.size > 0 && !signal.aborted) {
      const payload = [this.ownId, ...this.pending].join(' ');
      this.pending.clear();
      await this.db.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]).catch(() => undefined);
      await pause(NOTIFY_EVERY_MS, signal);
    }
    this.notifying = null;
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.client?.end().catch(() => undefined);
    await this.listening;
  }

  private async listen(ready: () => void): Promise<void> {
    const { signal } = this.stopping;
    const backoff = new Backoff({ firstMs: FIRST_BACKOFF_MS, maxMs: MAX_BACKOFF_MS });
    let hadListened = false;
    const onListening = (): void => {
      if (hadListened) this.onReconnect();
      hadListened = true;
      backoff.reset();
      ready();
    };
    // An attempt fails if the database is unreachable or a certificate file is missing. It is then
    // retried.
    await supervise(() => this.listenOnce(onListening), { signal, backoff, onFailure: ready });
  }

  /**
   * Listens on one connection. Rejects when the connection ends. Resolves if the notifier was
   * closed before.
   */
  private async listenOnce(onListening: () => void): Promise<void> {
    const client = this.createClient();
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

  private createClient(): pg.Client {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 5000, keepAlive: true });
    client.on('notification', ({ payload = '' }) => {
      const [from, ...models] = payload.split(' ');
      if (from !== this.ownId) this.onNotified(new Set(models));
    });
    return client;
  }
}
