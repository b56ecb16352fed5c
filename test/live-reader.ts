import { type Socket, connect } from 'node:net';

/** What a reader of live rows has been told of a row. */
export interface ToldRow {
  readonly since: bigint;
  readonly columns: Readonly<Record<string, unknown>>;
}

/**
 * A reader of a live stream, as a client keeps it: the last state of each key, where it can resume,
 * and what it was told that was older than what it had.
 */
export class LiveReader {
  readonly rows = new Map<string, ToldRow>();
  readonly events: string[] = [];
  readonly older: string[] = [];
  lastId: string | null = null;
  /** Of the history: the last position; each that did not follow the one before. */
  position = 0n;
  ended = false;
  /** The text of each frame. */
  readonly frames: string[] = [];
  private socket!: Socket;
  private rest = '';
  private readonly decoder = new TextDecoder();

  constructor(
    private url: string,
    readonly path: string,
    /** Frames are kept for a look only where they are few. */
    private readonly keeps = true,
  ) {}

  /** Connects, from where it left off; resolves when something was told. */
  async come(url = this.url): Promise<this> {
    this.url = url;
    const { hostname, port } = new URL(url);
    this.rest = '';
    this.ended = false;
    const resumes = this.lastId === null ? '' : `Last-Event-ID: ${this.lastId}\r\n`;
    this.socket = connect(Number(port), hostname);
    this.socket.write(`GET /v1/${this.path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${resumes}\r\n`);
    this.socket.on('error', () => undefined).once('close', () => (this.ended = true));
    this.socket.on('data', (bytes: Buffer) => this.hear(bytes));
    await new Promise((told) => this.socket.once('data', told));
    return this;
  }

  /** Reads no more, and stays connected. */
  sleep(): void {
    this.socket.pause();
  }
  wake(): void {
    this.socket.resume();
  }
  /** Is gone without a word. */
  vanish(): void {
    this.socket.resetAndDestroy();
  }

  async until(holds: (reader: this) => boolean, within = 10_000): Promise<void> {
    for (const end = Date.now() + within; !holds(this); await new Promise((next) => setTimeout(next, 5)))
      if (Date.now() > end) throw new Error(`waited in vain; was told ${this.events.slice(-5).join(', ')}`);
  }

  private hear(bytes: Buffer): void {
    // The chunks of the transfer stand on lines of their own between the frames.
    const parts = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n\n');
    this.rest = parts.pop() ?? '';
    for (const part of parts) this.take(part);
  }

  private take(frame: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
    const event = field('event');
    const data = field('data');
    if (event === undefined || data === undefined) return;
    if (this.keeps) this.frames.push(frame);
    this.events.push(event);
    if (event === 'reset') this.rows.clear();
    if (event === 'row') this.row(JSON.parse(data) as { row_id: string; since: string });
    if (event === 'removed') this.rows.delete((JSON.parse(data) as { row_id: string }).row_id);
    const id = field('id');
    if (event === 'event') {
      const position = BigInt(id ?? 0);
      if (position <= this.position) this.older.push(frame);
      this.position = position;
    }
    this.lastId = id ?? this.lastId;
  }

  private row({ row_id: key, since, ...columns }: { row_id: string; since: string }): void {
    const before = this.seen.get(key) ?? 0n;
    if (BigInt(since) < before) this.older.push(`${key} at ${since} after ${before}`);
    this.seen.set(key, BigInt(since));
    this.rows.set(key, { since: BigInt(since), columns });
  }
  /** Also over a reset: what is shown anew is never older. */
  private readonly seen = new Map<string, bigint>();
}
