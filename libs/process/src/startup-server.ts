import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, Server as TcpServer } from 'node:net';

/** The time for requests on their way when it closes, in milliseconds. */
const GRACE_MS = 500;

/** Answers at a process's address until the process can answer for itself. */
export interface StartupServer {
  /** The port that it took. */
  readonly port: number;
  /** Leaves the address to the next server. */
  close(): Promise<void>;
}

const answer = (reply: ServerResponse, status: number, type: string, body: object): void => {
  reply.writeHead(status, { 'content-type': `${type}; charset=utf-8`, connection: 'close', 'retry-after': '1' });
  reply.end(JSON.stringify(body));
};

/**
 * Opens the server: the process is live and not ready. Every other request is answered with what
 * the process waits for and when to retry.
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
      // Who has connected is answered, and each answer ends its connection. HTTP's own `close`
      // would cut those whose request is on its way.
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
