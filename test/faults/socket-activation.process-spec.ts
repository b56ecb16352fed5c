import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { program } from '../support/app-process.mjs';
import { caughtUp, propose } from '../support/standalone-process.js';
import { olderVersion, versionOf } from '../support/older-rows.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-held-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Held {
  readonly fd: number;
  getsockname(into: object): void;
  close(): void;
}

/**
 * A socket that is bound here and listened on by the process to which it is passed, as a supervisor
 * does: Node's means to share a socket among processes.
 */
function held(): { readonly socket: Held; readonly url: string } {
  const { _createServerHandle: bind } = net as unknown as {
    _createServerHandle(address: string, port: number, type: number): Held | number;
  };
  const socket = bind('127.0.0.1', 0, 4);
  if (typeof socket === 'number') throw new Error(`no socket: ${socket}`);
  const name = {} as AddressInfo;
  socket.getsockname(name);
  return { socket, url: `http://127.0.0.1:${name.port}` };
}

/**
 * The built server on a socket that is handed over, under its own process id, as systemd does it.
 */
function start(
  fd: number,
  sockets = '1',
): { readonly deployment: ChildProcess; readonly ended: Promise<[number | null, string]> } {
  let output = '';
  const deployment = spawn('/bin/sh', ['-c', 'LISTEN_PID=$$ exec "$0" "$@"', process.execPath, program('standalone')], {
    env: { ...process.env, ENTENTE_DATA: folder, ENTENTE_EXAMPLE: 'off', LISTEN_FDS: sockets },
    stdio: ['ignore', 'ignore', 'pipe', fd],
  });
  deployment.stderr?.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  return { deployment, ended: new Promise((resolve) => deployment.once('close', (code) => resolve([code, output]))) };
}

/** Before any process has listened on it, connections are refused. */
const answers = async (url: string): Promise<void> => {
  const there = (): Promise<boolean> =>
    propose(url, 'first').then(
      () => true,
      () => false,
    );
  for (let tries = 0; !(await there()) && tries < 1000; tries += 1) await new Promise((done) => setTimeout(done, 20));
  await caughtUp(url);
};

describe('a listening socket of a supervisor', () => {
  it('refuses no client during an upgrade: clients wait between the old server and the new one', async () => {
    const { socket, url } = held();
    const first = start(socket.fd);
    await answers(url);
    const asked = new Map<string, number>();
    let over = false;
    let longest = 0;
    let sent = 0;
    const ask = async (question: () => Promise<Response>): Promise<void> => {
      while (!over) {
        const begun = performance.now();
        const status = await question().then(
          async (answer) => `${answer.status} ${((await answer.json()) as { version?: string }).version ?? ''}`.trim(),
          (error: Error) => `refused: ${String(error.cause)}`,
        );
        asked.set(status, (asked.get(status) ?? 0) + 1);
        longest = Math.max(longest, performance.now() - begun);
      }
    };
    // Each request on a new connection, and on kept-alive connections.
    const headers = { connection: 'close' };
    const clients = [
      ask(() => fetch(`${url}/v1/read-models/funding`, { headers })),
      ask(() => propose(url, `p${(sent += 1)}`, headers)),
      ...Array.from({ length: 4 }, () => [
        ask(() => fetch(`${url}/v1/read-models/funding`)),
        ask(() => propose(url, `p${(sent += 1)}`)),
      ]).flat(),
    ];
    await new Promise((done) => setTimeout(done, 300));
    first.deployment.kill('SIGTERM');
    expect((await first.ended)[0]).toBe(0);
    // Its rows are then of an older version, which serve until those of the new one are filled.
    olderVersion(folder, 'funding');
    const second = start(socket.fd);
    while (!asked.has(`200 ${versionOf('funding')}.2.2`)) await new Promise((done) => setTimeout(done, 50));
    over = true;
    await Promise.all(clients);
    await caughtUp(url);
    second.deployment.kill('SIGTERM');
    await second.ended;
    socket.close();
    expect([...asked.keys()].filter((status) => !/^20[01]/.test(status))).toEqual([]);
    expect(longest).toBeGreaterThan(300);
  });

  it('is refused with a reason if it is not loopback, one of several, or no socket', async () => {
    const { socket } = held();
    const [status, output] = await start(socket.fd, '2').ended;
    expect([status, output]).toEqual([1, expect.stringContaining('LISTEN_FDS=2: hand over one socket')]);
    socket.close();
    const file = openSync(join(folder, 'no-socket'), 'w');
    const [ended, reason] = await start(file).ended;
    closeSync(file);
    expect([ended, reason]).toEqual([1, expect.stringContaining('descriptor 3 is no socket')]);
  });
});
