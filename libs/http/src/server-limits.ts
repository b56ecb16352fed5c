import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { MAX_BODY_BYTES } from './json-body.js';
import { FilesForConnections } from './open-files.js';
import { refuseConnection } from './server-answers.js';

/** Limits of the HTTP server. */
export interface ServerLimits {
  /**
   * The maximum number of open connections; fewer if the process may open few files. Above it, the
   * server closes the connection that has waited longest without a request.
   */
  readonly connections: number;
  /** The time within which a request must arrive completely, in seconds. */
  readonly requestTimeoutSeconds: number;
}

/**
 * The maximum number of concurrent requests of one connection. A client that sends more without
 * reading the answers is disconnected, since each answer would wait here.
 */
const MAX_UNANSWERED = 16;
/**
 * The time in which a request in transit may arrive when a deployment begins to close, in
 * milliseconds: the first of a new connection, and the next of an open one.
 */
const LINGER_MS = 500;
/**
 * A connection is closed after this multiple of the request timeout if its client does not read the
 * answer, or sends no further request.
 */
const IDLE_FACTOR = 4;
/** The maximum time that an idle connection is kept, in milliseconds. */
const MAX_IDLE_MS = 72_000;
/**
 * The minimum interval between two warnings that the files allow fewer connections than the
 * setting, in milliseconds.
 */
const WARN_EVERY_MS = 60_000;

/**
 * The web server's options for these limits. Live streams control their own pace once they are
 * open.
 */
export const serverOptions = ({
  requestTimeoutSeconds,
}: ServerLimits): NonNullable<ConstructorParameters<typeof FastifyAdapter>[0]> => {
  const ms = requestTimeoutSeconds * 1000;
  return {
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: ms,
    // An accepted request is answered even while the deployment closes.
    return503OnClosing: false,
    connectionTimeout: IDLE_FACTOR * ms,
    keepAliveTimeout: Math.min(IDLE_FACTOR * ms, MAX_IDLE_MS),
    http: {
      headersTimeout: Math.min(ms, 10_000),
      connectionsCheckingInterval: Math.min(ms / 2, 1000),
      // Node's own answer would have no problem document; see `checkRequests`.
      requireHostHeader: false,
    },
  };
};

/**
 * Limits connections. Above the limit, it closes the connection that has waited longest for its
 * first complete request. If there is none, it closes the one that has been idle longest. A
 * connection in use, such as a live stream, is not closed. If all are in use, the new one is
 * refused with `503`. Connections never use the files that are reserved for the log and the
 * database. While a deployment closes, it answers accepted requests with `connection: close`. It
 * closes idle connections, including those that become idle later. A new connection may still send
 * its request.
 */
export function limitConnections(app: NestFastifyApplication, { connections }: ServerLimits): void {
  const open = new Set<Socket>();
  /** Both are ordered by waiting time, the longest first. */
  const silent = new Map<Socket, number>();
  const idle = new Set<Socket>();
  const unanswered = new WeakMap<Socket, number>();
  const forget = (socket: Socket): void => {
    for (const sockets of [open, silent, idle]) sockets.delete(socket);
  };
  const files = new FilesForConnections();
  const logger = new Logger('http');
  let warnedAt = -Infinity;
  const warnOfFiles = (allowed: number): void => {
    if (performance.now() - warnedAt < WARN_EVERY_MS) return;
    warnedAt = performance.now();
    logger.warn(
      `the files that this process may open allow ${allowed} connections of ${connections}: raise the limit (ulimit -n)`,
    );
  };
  const server = app.getHttpServer();
  const adapter = app.getHttpAdapter();
  const close = adapter.close.bind(adapter) as () => Promise<undefined>;
  // When a socket stops listening, the kernel resets the connections in its queue. So the server
  // first accepts all of them, one per iteration of the event loop. It stops listening directly
  // after it has found the queue empty.
  adapter.close = async () => {
    const deadline = performance.now() + LINGER_MS;
    await nextIteration();
    for (let previous = -1; previous < accepted && performance.now() < deadline;) {
      previous = accepted;
      await nextIteration();
    }
    if (server.listening) server.close();
    return close();
  };
  // Node treats a connection as idle even if the end of its answer is still buffered. These sets
  // are exact.
  server.closeIdleConnections = () => {
    const isAnswering = (socket: Socket): boolean => (unanswered.get(socket) ?? 0) > 0;
    const isOver = (since: number): boolean => performance.now() - since > LINGER_MS;
    if (!isOver(closingSince)) return;
    const candidates = [...idle, ...[...silent].filter(([, since]) => isOver(since)).map(([socket]) => socket)];
    // Requests that arrived while this process was busy are read first, before the check.
    setImmediate(() =>
      candidates.filter((socket) => open.has(socket) && !isAnswering(socket)).forEach((socket) => socket.destroy()),
    );
  };
  /** The number of connections so far. */
  let accepted = 0;
  const nextIteration = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
  /** The time at which it began to close; infinity before that. */
  let closingSince = Infinity;
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    open.add(socket);
    silent.set(socket, performance.now());
    socket.once('close', () => forget(socket));
    const allowed = Math.min(connections, files.allowed(open.size));
    if (open.size > allowed && allowed < connections) warnOfFiles(allowed);
    while (open.size > allowed && open.has(socket)) {
      const [silentLongest = socket] = silent.keys();
      const [idleLongest = socket] = idle;
      const candidate = silentLongest === socket ? idleLongest : silentLongest;
      forget(candidate);
      if (candidate === socket) refuseConnection(candidate);
      else candidate.destroy();
    }
  });
  adapter
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      const { socket } = request.raw;
      const previous = unanswered.get(socket) ?? 0;
      if (previous >= MAX_UNANSWERED) socket.destroy();
      // Requests of a closed connection are not handled.
      if (socket.destroyed) return void reply.hijack();
      unanswered.set(socket, previous + 1);
      reply.raw.once('close', () => {
        const remaining = (unanswered.get(socket) ?? 1) - 1;
        unanswered.set(socket, remaining);
        if (remaining === 0 && open.has(socket)) idle.add(socket);
      });
      done();
    })
    .addHook('preHandler', (request, _reply, done) => {
      silent.delete(request.raw.socket);
      idle.delete(request.raw.socket);
      done();
    })
    .addHook('onSend', (_request, reply, payload, done) => {
      if (closingSince < Infinity) reply.header('connection', 'close');
      done(null, payload);
    })
    .addHook('preClose', (done) => {
      closingSince = performance.now();
      setInterval(() => server.closeIdleConnections(), 25).unref();
      done();
    });
}
