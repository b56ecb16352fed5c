import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { preload } from '../support/preload.js';
import { type StandaloneProcess, propose, startStandalone } from '../support/standalone-process.js';

const FILES = 256;
const RESERVED = 64;
const LIVE = 'GET /v1/history/live HTTP/1.1\r\nHost: h\r\n\r\n';

const folder = mkdtempSync(join(tmpdir(), 'entente-open-files-'));
let server: StandaloneProcess;
let sockets: Socket[] = [];
beforeAll(async () => {
  const withFewFiles = ['sh', '-c', `ulimit -n ${FILES}; exec "$0" "$@"`];
  server = await startStandalone(folder, 'off', withFewFiles, {}, preload('hold-files.mjs'));
  await server.ready();
});
afterAll(async () => {
  await server.kill();
  rmSync(folder, { recursive: true });
});

const openFiles = (): number => readdirSync(`/proc/${server.process.pid}/fd`).length;
/** Connects, sends something, and returns what it has received so far. */
async function client(sends = ''): Promise<{ readonly received: () => string; readonly gone: Promise<unknown> }> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('error', () => undefined).on('data', (bytes) => (received += bytes.toString()));
  const gone = once(socket, 'close').catch(() => undefined);
  sockets.push(socket);
  await once(socket, 'connect').catch(() => undefined);
  if (sends !== '') socket.write(sends);
  return { received: () => received, gone };
}
async function disconnectAll(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  while (openFiles() > FILES / 2) await pause(20);
}
const alarms = async (): Promise<readonly unknown[]> => (await server.health()).alarms.map(({ source }) => source);

it('a server that may open few files serves commands and raises an alarm while connections want all', async () => {
  expect(await alarms()).toEqual([]);
  let most = 0;
  for (let n = 0; n < FILES * 2; n += 1) {
    await client();
    if (n % 16 === 0) most = Math.max(most, openFiles());
  }
  expect(most).toBeLessThanOrEqual(FILES - RESERVED + 8);
  expect((await propose(server.url, 'idle')).status).toBe(201);
  expect(await server.health()).toMatchObject({
    status: 503,
    alarms: [{ source: 'open-files', alarm: expect.stringMatching(/^[0-9]+ of 256 files are open/) }],
  });
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('entente_alarm{source="open-files"} 1');
  await disconnectAll();
  expect(await alarms()).toEqual([]);
  expect(server.logged()).toMatch(/the files that this process may open allow [0-9]+ connections of 4096/);
});

it('with all connections in use, it refuses a new one with 503 and keeps the others', async () => {
  // Kept open from before: the others leave no place for it.
  const [before] = await Promise.all([client()]);
  const live = [];
  let refused;
  while (refused === undefined && live.length < FILES) {
    const next = await client(LIVE);
    await pause(2);
    for (let tries = 0; next.received() === '' && tries < 500; tries += 1) await pause(2);
    if (next.received().startsWith('HTTP/1.1 503')) refused = next;
    else live.push(next);
  }
  await before?.gone;
  await refused?.gone;
  expect(refused?.received()).toMatch(/retry-after: 1[^]*"code":"too-many-connections"/i);
  expect(live.length).toBeGreaterThan(RESERVED);
  expect(live.every(({ received }) => received().startsWith('HTTP/1.1 200'))).toBe(true);
  await disconnectAll();
  expect((await propose(server.url, 'after-live')).status).toBe(201);
});

it('with its files used up by something else, it answers on few connections, and recovers', async () => {
  server.signal('SIGUSR2');
  while (openFiles() < FILES - RESERVED) await pause(20);
  await pause(300);
  for (let n = 0; n < 100; n += 1) await client();
  expect(openFiles()).toBeLessThan(FILES - RESERVED / 4);
  expect((await propose(server.url, 'used-up')).status).toBe(201);
  expect(await alarms()).toEqual(['open-files']);
  server.signal('SIGUSR2');
  while (openFiles() > FILES / 2) await pause(20);
  await pause(300);
  expect((await propose(server.url, 'after')).status).toBe(201);
  expect(await alarms()).toEqual([]);
});
