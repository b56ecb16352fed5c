import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type StandaloneProcess, startStandalone } from '../support/standalone-process.js';

const CONNECTIONS = 1000;
/** The request timeout in this spec, in milliseconds. */
const REQUEST = 1000;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const folder = mkdtempSync(join(tmpdir(), 'entente-hostile-'));
let built: StandaloneProcess;
let live: readonly Live[];
let stuck: Attacker;
let since: number;
let sent = 0;

const propose = async (): Promise<number> => {
  const answer = await fetch(`${built.url}/v1/programme/norland.p${(sent += 1)}/propose`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor' },
    body: JSON.stringify({
      title: 'T'.repeat(100),
      donor: 'norland',
      recipient: 'estmark',
      sector: '15210',
      basis: 'reported',
      starts: '2026-01-01',
      ends: '2028-12-31',
    }),
  });
  await answer.text();
  return answer.status;
};

interface Live {
  readonly received: () => string;
  readonly ended: () => boolean;
}
async function watch(path: string): Promise<Live> {
  const answer = await fetch(`${built.url}/v1/${path}`);
  expect([path, answer.status]).toEqual([path, 200]);
  let received = '';
  let ended = false;
  void (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of answer.body as AsyncIterable<Uint8Array>)
      received += decoder.decode(bytes, { stream: true });
  })()
    .catch(() => undefined)
    .finally(() => (ended = true));
  return { received: () => received, ended: () => ended };
}

beforeAll(async () => {
  const settings = {
    ENTENTE_MAX_CONNECTIONS: String(CONNECTIONS),
    ENTENTE_REQUEST_TIMEOUT_SECONDS: String(REQUEST / 1000),
  };
  built = await startStandalone(folder, 'off', [], settings);
  for (let n = 0; n < 1000; n += 50) await Promise.all(Array.from({ length: 50 }, propose));
  live = [await watch('read-models/programmes/live'), await watch('history/live?type=ProgrammeAdapted')];
  stuck = attacker();
  // More than the system's own buffers hold between the two.
  stuck.socket.pause().write('GET /v1/history?limit=1000 HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(15));
  since = Date.now();
  // A process grows in its first seconds, also without attackers.
  await beside(() => pause(2000));
});
afterAll(async () => {
  built.process.kill('SIGTERM');
  await built.ended;
  rmSync(folder, { recursive: true });
});

/** What the deployment's process holds in memory of its own, in MiB. */
const memory = (): number =>
  Number(/^RssAnon:\s+([0-9]+)/m.exec(readFileSync(`/proc/${built.process.pid}/status`, 'utf8'))?.[1]) / 1024;
const openFiles = (): number => readdirSync(`/proc/${built.process.pid}/fd`).length;

interface Attacker {
  readonly socket: Socket;
  readonly received: () => string;
  readonly gone: () => boolean;
}
function attacker(): Attacker {
  const { hostname, port } = new URL(built.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  let gone = false;
  socket.on('error', () => undefined).on('close', () => (gone = true));
  socket.on('data', (bytes) => (received = (received + bytes.toString('latin1')).slice(0, 400)));
  return { socket, received: () => received, gone: () => gone };
}
const attackers = (many: number): Attacker[] => Array.from({ length: many }, attacker);
const allGone = async (all: readonly Attacker[], within: number): Promise<number> => {
  for (const end = Date.now() + within; Date.now() < end && !all.every(({ gone }) => gone());) await pause(20);
  return all.filter(({ gone }) => !gone()).length;
};

/** While `work` runs, another client sends commands, and the deployment's memory is measured. */
async function beside<T>(
  work: () => Promise<T>,
): Promise<{ was: T; statuses: number[]; slowest: number; grew: number }> {
  const before = memory();
  let over = false;
  let slowest = 0;
  let most = before;
  const statuses = new Set<number>();
  const other = (async () => {
    do {
      const begun = performance.now();
      statuses.add(await propose());
      slowest = Math.max(slowest, performance.now() - begun);
      most = Math.max(most, memory());
      await pause(20);
    } while (!over);
  })();
  const was = await work();
  over = true;
  await other;
  return { was, statuses: [...statuses], slowest, grew: most - before };
}
const served = { statuses: [201], slowest: expect.any(Number) };

const post = (length: string): string =>
  `POST /v1/programme/norland.x/propose HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
/** Sends a text a byte at a time, until the connection has ended. */
const trickle = async ({ socket, gone }: Attacker, text: string, every: number): Promise<void> => {
  for (const byte of text) {
    if (gone()) return;
    socket.write(byte);
    await pause(every);
  }
};

describe('the server, while others are served within a second in bounded memory,', () => {
  it('closes idle connections, and requests whose head or body arrives a byte at a time', async () => {
    const { was, slowest, grew, ...others } = await beside(async () => {
      const silent = attackers(100);
      const heads = attackers(100);
      const bodies = attackers(100);
      for (const { socket } of bodies) socket.write(post('Content-Length: 1000'));
      for (const one of heads) void trickle(one, post(`X: ${'x'.repeat(100)}`), 100);
      for (const one of bodies) void trickle(one, ' '.repeat(100), 100);
      const left = [];
      for (const all of [silent, heads, bodies]) left.push(await allGone(all, REQUEST * 4));
      return { left, statusLines: [heads[0]?.received().slice(0, 12), bodies[0]?.received().slice(0, 12)] };
    });
    expect(was).toEqual({ left: [0, 0, 0], statusLines: ['HTTP/1.1 408', 'HTTP/1.1 408'] });
    expect({ ...others, slowest: slowest < 1000, grew: grew < 100 }).toEqual({ ...served, slowest: true, grew: true });
  });

  it('keeps its connection limit when ten thousand connect, and closes the longest idle', async () => {
    const { was, slowest, grew, ...others } = await beside(async () => {
      const all: Attacker[] = [];
      let most = 0;
      for (let n = 0; n < 10_000; n += 250) {
        all.push(...attackers(250));
        await pause(5);
        most = Math.max(most, openFiles());
      }
      const newcomer = attacker();
      newcomer.socket.write('GET /health/live HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
      await allGone([newcomer], 3000);
      for (const { socket } of all) socket.destroy();
      return { hears: newcomer.received().slice(0, 12), most };
    });
    expect(was.hears).toBe('HTTP/1.1 200');
    expect(was.most).toBeLessThan(CONNECTIONS + 100);
    expect(was.most).toBeGreaterThan(CONNECTIONS);
    expect({ ...others, slowest: slowest < 1500, grew: grew < 150 }).toEqual({ ...served, slowest: true, grew: true });
  });

  it('closes a connection with hundreds of requests whose answers are not read', async () => {
    const { was, slowest, grew, ...others } = await beside(async () => {
      const all = attackers(4);
      for (const { socket } of all) {
        socket.pause();
        socket.write('GET /v1/history?limit=1000 HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(400));
      }
      await pause(500);
      for (const { socket } of all) socket.resume();
      return allGone(all, 2000);
    });
    expect(was).toBe(0);
    expect({ ...others, slowest: slowest < 1500, grew: grew < 150 }).toEqual({ ...served, slowest: true, grew: true });
  });

  it('answers a few pipelined requests in their order', async () => {
    const one = attacker();
    let all = '';
    one.socket.on('data', (bytes) => (all += bytes.toString('utf8')));
    one.socket.write('GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(15));
    one.socket.write('GET /nowhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(await allGone([one], 2000)).toBe(0);
    expect([...all.matchAll(/HTTP\/1.1 ([0-9]+)/g)].map(([, status]) => status)).toEqual([
      ...Array.from({ length: 15 }, () => '200'),
      '404',
    ]);
  });

  it('refuses heads and bodies that are too large or endless', async () => {
    const { was, slowest, grew, ...others } = await beside(async () => {
      const heads = attackers(20);
      const long = attackers(20);
      const endless = attackers(4);
      for (const { socket } of heads) socket.write(`GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}`);
      for (const { socket } of long) socket.write(post(`Content-Length: ${1024 * 1024 + 1}`));
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
      for (const { socket, gone } of endless) {
        socket.write(post('Transfer-Encoding: chunked'));
        const more = (): void =>
          void (!gone() && (socket.write(chunk) ? setImmediate(more) : socket.once('drain', more)));
        more();
      }
      const left = await allGone([...heads, ...long, ...endless], REQUEST * 5);
      return [left, ...[heads, long].map((all) => [...new Set(all.map(({ received }) => received().slice(0, 12)))])];
    });
    expect(was).toEqual([0, ['HTTP/1.1 431'], ['HTTP/1.1 413']]);
    expect({ ...others, slowest: slowest < 1000, grew: grew < 100 }).toEqual({ ...served, slowest: true, grew: true });
  });

  it('keeps live streams open, also quiet ones, and closes connections that take no answer', async () => {
    // What takes nothing is looked at twice, after four times what a request may take each.
    await pause(Math.max(0, since + REQUEST * 9 - Date.now()));
    stuck.socket.resume();
    expect(await allGone([stuck], 2000)).toBe(0);
    expect(live.map(({ ended }) => ended())).toEqual([false, false]);
    const last = `norland.p${sent}"`;
    for (let tries = 0; tries < 200 && live[0]?.received().includes(last) === false; tries += 1) await pause(10);
    expect(live[0]?.received()).toContain(last);
  });
});

it('the head of a request must arrive within ten seconds, however long the body may take', async () => {
  const other = mkdtempSync(join(tmpdir(), 'entente-heads-'));
  const deployment = await startStandalone(other, 'off', [], { ENTENTE_REQUEST_TIMEOUT_SECONDS: '60' });
  const socket = connect(Number(new URL(deployment.url).port), '127.0.0.1').on('error', () => undefined);
  const begun = Date.now();
  const gone = new Promise((resolve) => socket.once('close', resolve));
  let received = '';
  socket.on('data', (bytes) => (received += bytes.toString('latin1')));
  socket.write('GET /health/live HTTP/1.1\r\nHost: h\r\n');
  await Promise.race([gone, pause(15_000)]);
  deployment.process.kill('SIGKILL');
  await deployment.ended;
  rmSync(other, { recursive: true });
  expect([received.slice(0, 12), Date.now() - begun < 13_000]).toEqual(['HTTP/1.1 408', true]);
});
