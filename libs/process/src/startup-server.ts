import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, Server as TcpServer } from 'node:net';

/** The time limit for requests in transit when the server closes, in milliseconds. */
const GRACE_MS = 500;

/** Answers at the address of a process until the app can answer. */
export interface StartupServer {
  /** The port that it listens on. */
  readonly port: number;
  /** Closes the server, so that the next server can use the address. */
  close(): Promise<void>;
}

const answer = (reply: ServerResponse, status: number, type: string, body: object): void => {
  reply.writeHead(status, { 'content-type': `${type}; charset=utf-8`, connection: 'close', 'retry-after': '1' });
  reply.end(JSON.stringify(body));
};

/**
 * Opens the server. It reports the process as live and not ready. Every other request gets an
 * answer that states what the process is waiting for and when to retry.
 */
export async function openStartupServer(
  { host, port }: { readonly host: string; readonly port: number },
  waitsFor: () => string | null,
): Promise<StartupServer> {
  const server = createServer((request, reply) => {
    const fault = waitsFor() ?? 'is starting';
    if (request.url === '/health/live') answer(reply, 200, 'application/json', { status: 'ok' });
    else if (request.url === '/health/ready' || request.url === '/health/serving')
      answer(reply, 503, 'application/json', { status: 'not-ready', fault });
    else
      answer(reply, 503, 'application/problem+json', {
        type: 'about:blank',
        status: 503,
        code: 'starting',
        title: `the service does not take anything yet: it ${fault}; try again`,
      });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      // Clients that have connected still get an answer, and each answer ends its connection. The
      // `close` of `http.Server` would drop connections whose request is in transit.
      TcpServer.prototype.close.call(server);
      const late = setTimeout(() => {
        server.closeAllConnections();
        server.close();
      }, GRACE_MS);
      await once(server, 'close');
      clearTimeout(late);
    },
  };
}
