import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Asks } from './postgres-connections.js';

const CHANNEL = 'entente_rows';
const [FIRST_PAUSE, LONGEST_PAUSE] = [100, 5000];

/**
 * Which models moved, told among all processes on one database by LISTEN and NOTIFY: a hint, which is missed while the connection is away, so who must not miss anything
 * looks all the same.
 */
export class News {
  private readonly own = randomUUID();
  private readonly stopping = new AbortController();
  private client: pg.Client | null = null;
  private readonly listening: Promise<void>;
  /** Resolves when it listens, or could not at its first try. */
  readonly begun: Promise<void>;

  constructor(
    private readonly url: string,
    private readonly heard: (models: ReadonlySet<string>) => void,
    private readonly reconnected: () => void = () => undefined,
  ) {
    let begun = (): void => undefined;
    this.begun = new Promise((resolve) => (begun = resolve));
    this.listening = this.listen(begun);
  }

  /** Tells the others when the transaction is kept. */
  async tell(asks: Asks, models: Iterable<string>): Promise<void> {
    await asks.query('SELECT pg_notify($1, $2)', [CHANNEL, [this.own, ...models].join(' ')]);
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.client?.end().catch(() => undefined);
    await this.listening;
  }

  private async listen(begun: () => void): Promise<void> {
    let listened = false;
    for (let wait = FIRST_PAUSE; !this.stopping.signal.aborted; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
      let client: pg.Client | null = null;
      try {
        const opened = (client = this.opened());
        const ended = new Promise<void>((resolve) => opened.once('end', () => resolve()).on('error', () => resolve()));
        await opened.connect();
        this.client = opened;
        await opened.query(`LISTEN ${CHANNEL}`);
        if (listened) this.reconnected();
        listened = true;
        wait = FIRST_PAUSE;
        begun();
        if (!this.stopping.signal.aborted) await ended;
      } catch {
        // The database is away, or a file of certificates: the next try.
      }
      begun();
      this.client = null;
      await client?.end().catch(() => undefined);
      await pause(wait, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private opened(): pg.Client {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 5000, keepAlive: true });
    client.on('notification', ({ payload = '' }) => {
      const [from, ...models] = payload.split(' ');
      if (from !== this.own) this.heard(new Set(models));
    });
    return client;
  }
}
