import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type ProcessSettings, isLoopback } from '@entente/process';

/** The first descriptor that a supervisor passes (systemd's sd_listen_fds). */
const FIRST = 3;

/**
 * The listening socket that a supervisor passes to this process, by systemd's convention
 * (LISTEN_PID, LISTEN_FDS); null if there is none. During a restart new connections wait in the
 * socket's queue, so none is refused.
 */
export function activatedSocket(env: Readonly<Record<string, string | undefined>>, pid: number): number | null {
  const { LISTEN_PID: of, LISTEN_FDS: sockets } = env;
  if (of !== String(pid) || sockets === undefined) return null;
  if (sockets !== '1') throw new Error(`LISTEN_FDS=${sockets}: hand over one socket; name one address in its unit`);
  let there = false;
  try {
    there = fstatSync(FIRST).isSocket();
  } catch {
    // There is no such descriptor.
  }
  if (!there)
    throw new Error(`LISTEN_FDS=1, and descriptor ${FIRST} is no socket: hand over the one that is listened on`);
  return FIRST;
}

/** Listens on the passed socket, else on the host and port of the settings. Returns the address. */
export async function listen(
  app: NestFastifyApplication,
  { host, port }: Pick<ProcessSettings, 'host' | 'port'>,
  socket: number | null,
): Promise<string> {
  if (socket === null) {
    await app.listen(port, host);
    return app.getUrl();
  }
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const server = app.getHttpServer();
  server.listen({ fd: socket });
  await once(server, 'listening');
  const { address, port: taken } = server.address() as AddressInfo;
  if (isLoopback(address)) return `http://${address.includes(':') ? `[${address}]` : address}:${taken}`;
  await app.close();
  throw new Error(
    `the socket that was handed over listens on ${address}: a loopback address only, since there is no access control yet`,
  );
}
