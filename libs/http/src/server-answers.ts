import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PROBLEM_TYPE, Problem, problemText } from './problem.js';

/** The time in which a client may send the rest of a request that got an error, in milliseconds. */
const DRAIN_MS = 5000;

/** A request or a reply of the web server before routing. */
interface Raw {
  readonly raw: object;
}

/** Answers an address that cannot be decoded. */
export function onUnreadableAddress(_error: unknown, request: Raw, reply: Raw): void {
  const title = 'the address cannot be read: it must be percent-encoded UTF-8';
  const problem = new Problem(400, 'unreadable', title);
  answerEarly(request.raw as IncomingMessage, reply.raw as ServerResponse, problem, {});
}

/** Answers a request with an unsupported `Expect` header, and closes the connection. */
export function onExpectation(request: IncomingMessage, reply: ServerResponse): void {
  const problem = new Problem(417, 'expectation-failed', 'the only value of Expect that is understood is 100-continue');
  answerEarly(request, reply, problem, { connection: 'close' });
}

/** Answers a request for a tunnel to another server, and closes the connection. */
export function onTunnel(_request: unknown, socket: Socket): void {
  const problem = new Problem(405, 'method-not-allowed', 'this server opens no tunnel to another');
  socket.on('error', () => undefined).end(lastAnswer(problem));
  socket.resume();
  closeLater(socket);
}

/** Answers a request before routing. */
function answerEarly(
  request: IncomingMessage,
  reply: ServerResponse,
  problem: Problem,
  headers: Readonly<Record<string, string>>,
): void {
  const body = problemText(problem);
  const length = Buffer.byteLength(body);
  reply.writeHead(problem.status, { 'content-type': PROBLEM_TYPE, 'content-length': length, ...headers });
  reply.write(body);
  if (isArriving(request)) onArrival(request, () => reply.end());
  else reply.end();
}

function clientProblem(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'request-timeout', 'the request did not arrive completely in time');
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(431, 'headers-too-large', 'the address and the headers are larger than 16 KiB together');
    default:
      return new Problem(400, 'unreadable', 'the request cannot be read: it is not HTTP');
  }
}

/** Connections whose request was answered. Further data is discarded. */
const answered = new WeakSet<Socket>();

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
};

/** The text of a complete answer, after which the connection is closed. */
function lastAnswer(problem: Problem): string {
  const body = problemText(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${REASONS[problem.status] ?? ''}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(problem.status === 503 ? ['Retry-After: 1'] : []),
    ...(problem.status === 405 ? ['Allow: GET, HEAD, OPTIONS, POST'] : []),
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Answers a new connection above the limit, and closes it at once, so that it uses no file. */
export function refuseConnection(socket: Socket): void {
  answered.add(socket);
  socket.write(lastAnswer(new Problem(503, 'too-many-connections', 'all connections are in use; try again later')));
  socket.destroySoon();
}

/** Answers data that Node.js cannot parse as a request, and closes the connection. */
export function onClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  // The request was answered early, and the rest of it cannot be parsed.
  if (answered.has(socket)) return void socket.end();
  answered.add(socket);
  if (!socket.writable) return void socket.destroy(error);
  socket.end(lastAnswer(clientProblem(error.code)));
  socket.resume();
  closeLater(socket);
}

/**
 * Closes a connection after a limited time, in which further data is discarded. The returned
 * function cancels that.
 */
function closeLater(socket: Socket): () => void {
  const late = setTimeout(() => socket.destroy(), DRAIN_MS).unref();
  const cancel = (): void => {
    clearTimeout(late);
    socket.off('close', cancel);
  };
  socket.once('close', cancel);
  return cancel;
}

/**
 * Drains requests that are answered while they still arrive, such as one with a body that no
 * handler reads. The answer is sent at once, and ends when the request is complete, after a limited
 * time at most. If the connection were closed earlier, it would be reset and the client would lose
 * the answer.
 */
export function drainRequests(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', (request, reply, payload, done) => {
      const { raw } = request;
      if (typeof payload !== 'string' || !isArriving(raw)) return done(null, payload);
      // The web server would close the connection, although the client did not ask for that.
      if (!asksToClose(raw)) reply.removeHeader('connection');
      const answer = new Readable({ read: () => undefined });
      answer.push(payload);
      onArrival(raw, () => answer.push(null));
      reply.header('content-length', Buffer.byteLength(payload));
      done(null, answer);
    });
}

const asksToClose = ({ headers, httpVersion }: IncomingMessage): boolean =>
  httpVersion === '1.0' || /(?:^|[\s,])close(?:$|[\s,])/i.test(headers.connection ?? '');

/**
 * Reads and discards the rest of a request. Calls `arrived` at its end, or when its connection is
 * closed.
 */
function onArrival(request: IncomingMessage, arrived: () => void): void {
  const { socket } = request;
  const cancel = closeLater(socket);
  answered.add(socket);
  const once = (): void => {
    request.off('end', once).off('close', once);
    cancel();
    answered.delete(socket);
    arrived();
  };
  request.on('end', once).on('close', once);
  request.resume();
}

const isArriving = ({ complete, headers }: IncomingMessage): boolean =>
  complete === false && (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0');
