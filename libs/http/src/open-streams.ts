import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LiveLog, LiveRows } from '@entente/engine';
import { Metrics } from './metrics.controller.js';

/**
 * The maximum number of bytes that wait for a slow reader. Above it, the next update closes the
 * stream.
 */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const HEARTBEAT_MS = 15_000;
/** The minimum interval between two checkpoints of one stream, in milliseconds. */
const CHECKPOINT_MS = 1000;
/**
 * The time within which a reader that catches up must read something, and within which a reader of
 * a closed stream may read the rest, in milliseconds.
 */
const SLOW_CONSUMER_MS = 10_000;
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};
const STOPPING = 'the service is stopping; connect again to resume';
const TOO_SLOW = 'too slow: too many bytes wait for this reader; connect again to resume';

/** A reply of the web server that can hand over its socket. */
export interface Hijackable {
  hijack(): void;
  getHeaders(): OutgoingHttpHeaders;
  readonly raw: ServerResponse;
}

/** One server-sent event as text. */
export const frame = (event: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/**
 * One open stream of server-sent events. Text that cannot be written at once is buffered up to a
 * limit. Above it, the stream is closed with the reason.
 */
class OpenStream {
  private closed = false;
  private readonly closeListeners: (() => void)[] = [];
  /** The newest checkpoint that is not written yet. */
  private pending: string | null = null;
  private checkpointAt = -Infinity;
  private checkpointTimer: NodeJS.Timeout | null = null;

  constructor(
    private readonly raw: ServerResponse,
    headers: OutgoingHttpHeaders,
  ) {
    // The stream is idle while nothing changes, so it has no socket timeout. The limit of buffered
    // bytes closes the streams of slow readers.
    raw.socket?.setTimeout(0);
    raw.writeHead(200, headers);
    raw.write('retry: 1000\n\n');
    raw.on('close', () => this.finish());
    raw.on('error', () => this.finish());
  }

  get open(): boolean {
    return !this.closed;
  }

  /** Writes text that already has the form of frames. */
  write(frames: string): void {
    if (this.closed || frames === '') return;
    // These frames contain a newer id.
    this.pending = null;
    if (this.raw.writableLength > MAX_BUFFERED_BYTES) this.closeWith(TOO_SLOW);
    else this.raw.write(frames);
  }

  /**
   * Advances the reader's id past events that it did not request: at once, or a second after its
   * last checkpoint.
   */
  moveTo(checkpoint: string): void {
    this.pending = checkpoint;
    const waitMs = this.checkpointAt + CHECKPOINT_MS - performance.now();
    if (waitMs <= 0) return this.beat();
    this.checkpointTimer ??= setTimeout(() => {
      this.checkpointTimer = null;
      if (this.pending !== null) this.beat();
    }, waitMs).unref();
  }

  /** Writes the pending checkpoint, or a comment that keeps the connection open. */
  beat(): void {
    this.checkpointAt = performance.now();
    this.write(this.pending ?? ': still here\n\n');
  }

  /**
   * Resolves with true when the buffered bytes are written, and with false when the stream is
   * closed. A stream is closed if its reader does not read for too long.
   */
  hasRoom(): Promise<boolean> {
    if (this.closed || this.raw.writableLength < MAX_BUFFERED_BYTES / 4) return Promise.resolve(!this.closed);
    return new Promise((resolve) => {
      const timeout = setTimeout(() => this.closeWith(TOO_SLOW), SLOW_CONSUMER_MS).unref();
      const done = (): void => {
        clearTimeout(timeout);
        resolve(!this.closed);
      };
      this.raw.once('drain', done);
      this.closeListeners.push(done);
    });
  }

  closeWith(reason: string): void {
    if (this.closed) return;
    this.raw.end(frame('closed', { reason }));
    const { raw } = this;
    setTimeout(() => raw.destroy(), SLOW_CONSUMER_MS).unref();
    this.finish();
  }

  onClose(work: () => void): void {
    if (this.closed) work();
    else this.closeListeners.push(work);
  }

  private finish(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.checkpointTimer !== null) clearTimeout(this.checkpointTimer);
    for (const work of this.closeListeners.splice(0)) work();
  }
}

/**
 * All open streams. They share the keep-alive timer. They are closed with a reason when the
 * deployment closes.
 */
@Injectable()
export class OpenStreams implements OnModuleDestroy {
  private readonly streams = new Set<OpenStream>();
  private stopping = false;
  private readonly timer = setInterval(() => {
    for (const stream of this.streams) stream.beat();
  }, HEARTBEAT_MS).unref();

  constructor(
    @Inject(LiveRows) private readonly rows: LiveRows,
    @Inject(LiveLog) private readonly log: LiveLog,
    @Inject(Metrics) metrics: Metrics,
  ) {
    metrics.gaugeFrom('entente_live_readers', 'open live streams', () => this.streams.size);
  }

  /**
   * Opens the stream of a reply. If only its headers are requested, sends them and returns null.
   */
  open(reply: Hijackable): OpenStream | null {
    const headers = { ...reply.getHeaders(), ...HEADERS };
    reply.hijack();
    if (reply.raw.req.method === 'HEAD') {
      reply.raw.writeHead(200, headers).end();
      return null;
    }
    const stream = new OpenStream(reply.raw, headers);
    this.streams.add(stream);
    stream.onClose(() => this.streams.delete(stream));
    if (this.stopping) stream.closeWith(STOPPING);
    return stream;
  }

  /** Closes every open stream with a reason. */
  closeAll(reason: string): void {
    for (const stream of this.streams) stream.closeWith(reason);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    this.closeAll(STOPPING);
    this.rows.close();
    await this.log.close();
  }
}
