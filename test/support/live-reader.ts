import { type Socket, connect } from 'node:net';

/** A row as a live reader received it last. */
export interface ReceivedRow {
  readonly since: bigint;
  readonly columns: Readonly<Record<string, unknown>>;
}

/**
 * A client of a live stream: the last state of each row, the id to resume from, and everything that
 * it received out of order.
 */
export class LiveReader {
  readonly rows = new Map<string, ReceivedRow>();
  readonly events: string[] = [];
  readonly outOfOrder: string[] = [];
  lastId: string | null = null;
  /** The last position of a history stream. */
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
    /** Whether the text of each frame is kept. */
    private readonly keepsFrames = true,
  ) {}

  /** Connects, and resumes after the last id; resolves when the first bytes have come. */
  async connect(url = this.url): Promise<this> {
    this.url = url;
    const { hostname, port } = new URL(url);
    this.rest = '';
    this.ended = false;
    const resumes = this.lastId === null ? '' : `Last-Event-ID: ${this.lastId}\r\n`;
    this.socket = connect(Number(port), hostname);
    this.socket.write(`GET /v1/${this.path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${resumes}\r\n`);
    this.socket.on('error', () => undefined).once('close', () => (this.ended = true));
    this.socket.on('data', (bytes: Buffer) => this.onData(bytes));
    await new Promise((received) => this.socket.once('data', received));
    return this;
  }

  /** Stops reading, and stays connected. */
  pause(): void {
    this.socket.pause();
  }
  resume(): void {
    this.socket.resume();
  }
  /** Resets the connection. */
  disconnect(): void {
    this.socket.resetAndDestroy();
  }

  async until(holds: (reader: this) => boolean, within = 10_000): Promise<void> {
    for (const end = Date.now() + within; !holds(this); await new Promise((next) => setTimeout(next, 5)))
      if (Date.now() > end) throw new Error(`timed out; last events: ${this.events.slice(-5).join(', ')}`);
  }

  private onData(bytes: Buffer): void {
    // The chunk sizes of the transfer encoding are on lines of their own between the frames.
    const parts = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n\n');
    this.rest = parts.pop() ?? '';
    for (const part of parts) this.onFrame(part);
  }

  private onFrame(frame: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
    const event = field('event');
    const data = field('data');
    if (event === undefined || data === undefined) return;
    if (this.keepsFrames) this.frames.push(frame);
    this.events.push(event);
    if (event === 'reset') this.rows.clear();
    if (event === 'row') this.row(JSON.parse(data) as { row_id: string; since: string });
    if (event === 'removed') this.rows.delete((JSON.parse(data) as { row_id: string }).row_id);
    const id = field('id');
    if (event === 'event') {
      const position = BigInt(id ?? 0);
      if (position <= this.position) this.outOfOrder.push(frame);
      this.position = position;
    }
    this.lastId = id ?? this.lastId;
  }

  private row({ row_id: key, since, ...columns }: { row_id: string; since: string }): void {
    const before = this.seen.get(key) ?? 0n;
    if (BigInt(since) < before) this.outOfOrder.push(`${key} at ${since} after ${before}`);
    this.seen.set(key, BigInt(since));
    this.rows.set(key, { since: BigInt(since), columns });
  }
  /** Kept over a reset: rows that are sent again are never older. */
  private readonly seen = new Map<string, bigint>();
}
