import type { Socket } from 'node:net';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';

/** What the door lets in, and for how long it waits for it. */
export interface ServerLimits {
  /**
   * So many connections are open at once; beyond it the one that has waited longest without a
   * request is ended.
   */
  readonly connections: number;
  /** For how long, in seconds, a request may take to arrive whole. */
  readonly requestTimeoutSeconds: number;
}

/**
 * So many requests of one connection are at work at once: who sends more without reading what is
 * answered is cut off, since each answer would wait here.
 */
const MAX_UNANSWERED = 16;
/**
 * What may already be on its way when a deployment begins to close has so long, in milliseconds, to
 * arrive: the first request of a connection that was just let in, and the next one of a connection
 * that is kept open.
 */
const LINGER_MS = 500;
/**
 * What takes nothing of its answer, and what asks nothing more, is let go after so many times what
 * a request may take.
 */
const PATIENCE = 4;
/** The longest, in milliseconds, that a connection waits for the next request. */
const MAX_IDLE_MS = 72_000;

/** How the web server is set for a door. Live streams set their own pace once they are open. */
export const serverOptions = ({
  requestTimeoutSeconds,
}: ServerLimits): NonNullable<ConstructorParameters<typeof FastifyAdapter>[0]> => {
  const ms = requestTimeoutSeconds * 1000;
  return {
    bodyLimit: 1024 * 1024,
    requestTimeout: ms,
    // What was let in is answered, also while the deployment closes.
    return503OnClosing: false,
    connectionTimeout: PATIENCE * ms,
    keepAliveTimeout: Math.min(PATIENCE * ms, MAX_IDLE_MS),
    http: { headersTimeout: Math.min(ms, 10_000), connectionsCheckingInterval: Math.min(ms / 2, 1000) },
  };
};

/**
 * Keeps room for those who ask: where there are too many connections, the longest on which no whole
 * request has ever come is the first to go, whoever opened it, and then the one that has been idle
 * longest since its last answer. One that is being answered, as a live stream is, stays.
 *
 * A deployment that closes answers what it has let in: its answers say that the connection ends,
 * idle ones are ended, also those that fall idle only then, and one that has just come may still
 * send its request.
 */
export function limitConnections(app: NestFastifyApplication, { connections }: ServerLimits): void {
  const open = new Set<Socket>();
  /** Both with the longest waiting first. */
  const silent = new Map<Socket, number>();
  const idle = new Set<Socket>();
  const unanswered = new WeakMap<Socket, number>();
  const forget = (socket: Socket): void => {
    for (const among of [open, silent, idle]) among.delete(socket);
  };
  const server = app.getHttpServer();
  const adapter = app.getHttpAdapter();
  const close = adapter.close.bind(adapter) as () => Promise<undefined>;
  // The kernel resets those who still wait at a door at which nobody listens any more. So nobody is
  // sent away, to come again, while somebody listens, and that ends right behind a look for who has
  // come, of whom each turn of the event loop lets in one.
  adapter.close = async () => {
    const until = performance.now() + LINGER_MS;
    await turn();
    for (let before = -1; before < came && performance.now() < until;) {
      before = came;
      await turn();
    }
    if (server.listening) server.close();
    return close();
  };
  // Node takes a connection for idle while the last of its answer still waits here for its reader;
  // these know better.
  server.closeIdleConnections = () => {
    const asks = (socket: Socket): boolean => (unanswered.get(socket) ?? 0) > 0;
    const late = (since: number): boolean => performance.now() - since > LINGER_MS;
    if (!late(closing)) return;
    const goes = [...idle, ...[...silent].filter(([, since]) => late(since)).map(([socket]) => socket)];
    // What has arrived while this process was busy is read first.
    setImmediate(() =>
      goes.filter((socket) => open.has(socket) && !asks(socket)).forEach((socket) => socket.destroy()),
    );
  };
  /** How many connections there were. */
  let came = 0;
  const turn = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
  /** When it began to close; it has not, where it is endless. */
  let closing = Infinity;
  server.on('connection', (socket: Socket) => {
    came += 1;
    open.add(socket);
    silent.set(socket, performance.now());
    socket.once('close', () => forget(socket));
    if (open.size <= connections) return;
    const [longest = socket] = silent.keys();
    const [rested = socket] = idle;
    const goes = longest === socket ? rested : longest;
    goes.destroy();
    forget(goes);
  });
  adapter
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      const { socket } = request.raw;
      const before = unanswered.get(socket) ?? 0;
      if (before >= MAX_UNANSWERED) socket.destroy();
      // What had been read of a connection that is gone is not worked at any more.
      if (socket.destroyed) return void reply.hijack();
      unanswered.set(socket, before + 1);
      reply.raw.once('close', () => {
        const left = (unanswered.get(socket) ?? 1) - 1;
        unanswered.set(socket, left);
        if (left === 0 && open.has(socket)) idle.add(socket);
      });
      done();
    })
    .addHook('preHandler', (request, _reply, done) => {
      silent.delete(request.raw.socket);
      idle.delete(request.raw.socket);
      done();
    })
    .addHook('onSend', (_request, reply, payload, done) => {
      if (closing < Infinity) reply.header('connection', 'close');
      done(null, payload);
    })
    .addHook('preClose', (done) => {
      closing = performance.now();
      setInterval(() => server.closeIdleConnections(), 25).unref();
      done();
    });
}
