import { once } from 'node:events';
import { type Server, type Socket, connect, createServer } from 'node:net';

/**
 * A port before a server's own, which can be closed, and frozen as if the process behind it were
 * stopped.
 */
export class Front {
  private server: Server | null = null;
  private readonly pairs = new Set<readonly [outer: Socket, inner: Socket]>();
  private frozen = false;

  private constructor(
    public port: number,
    private readonly behind: number,
  ) {}

  /** Opens one on a port, or a free one (0), before a server on loopback. */
  static async open(port: number, behind: number): Promise<Front> {
    const front = new Front(port, behind);
    await front.open();
    return front;
  }

  async open(): Promise<void> {
    const server = createServer((outer) => this.accept(outer));
    await once(server.listen(this.port, '127.0.0.1'), 'listening');
    this.server = server;
    this.port = (server.address() as { port: number }).port;
    this.frozen = false;
  }

  /** Breaks every connection off, and refuses new ones. */
  close(): void {
    this.server?.close();
    this.server = null;
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
    this.pairs.clear();
  }

  /**
   * Nothing comes through in either direction any more; new connections are taken, and get no
   * answer.
   */
  freeze(): void {
    this.frozen = true;
    for (const [outer, inner] of this.pairs) {
      outer.unpipe(inner).pause();
      inner.unpipe(outer).pause();
    }
  }

  thaw(): void {
    this.frozen = false;
    for (const pair of this.pairs) join(pair);
  }

  private accept(outer: Socket): void {
    const inner = connect(this.behind, '127.0.0.1');
    const pair = [outer, inner] as const;
    this.pairs.add(pair);
    const over = (): void => {
      this.pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', over);
      socket.on('close', over);
    }
    if (!this.frozen) join(pair);
  }
}

function join([outer, inner]: readonly [Socket, Socket]): void {
  outer.pipe(inner);
  inner.pipe(outer);
}
