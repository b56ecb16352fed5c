import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { type StandaloneProcess, startStandalone } from '../support/standalone-process.js';

const READERS = 10;
const IDLE = 10;
/**
 * Longer, in milliseconds, than anything here may keep a peer that takes nothing: twice the
 * patience with a live reader, and four times what a request may take.
 */
const BOUND = 25_000;
/** An unused address of this host. */
const ADDRESS = '127.0.0.9';
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

let built: StandaloneProcess;
let folder: string;
let peer: ChildProcess | null = null;
let back = (): void => undefined;
afterEach(async () => {
  back();
  peer?.kill('SIGKILL');
  built.process.kill('SIGKILL');
  await built.ended;
  rmSync(folder, { recursive: true });
});

/**
 * A process that reads live streams, and has kept-alive connections on which it has sent one
 * request and may send another.
 */
async function comes(): Promise<ChildProcess> {
  const { hostname, port } = new URL(built.url);
  const code = `
    const { connect } = require('node:net');
    const ask = (path) => new Promise((resolve) => {
      const socket = connect({ port: ${port}, host: '${hostname}', localAddress: '${ADDRESS}' });
      socket.on('error', () => undefined).on('data', resolve);
      socket.write('GET ' + path + ' HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n');
    });
    const all = [...Array(${READERS}).fill('/v1/history/live'), ...Array(${IDLE}).fill('/health/live')];
    Promise.all(all.map(ask)).then(() => process.stdout.write('there'));
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

/**
 * Its packets are lost on their way, without a word to either side, where this user may set a
 * route; else it has stalled.
 */
function losesItsPackets(of: ChildProcess): () => void {
  const route = (does: string) =>
    execFileSync('ip', ['route', does, 'blackhole', `${ADDRESS}/32`, 'table', 'local'], { stdio: 'ignore' });
  try {
    route('add');
    return () => route('del');
  } catch {
    return standsStill(of);
  }
}
/** It reads nothing and closes nothing, and the system answers for it that it is there. */
function standsStill(of: ChildProcess): () => void {
  of.kill('SIGSTOP');
  return () => undefined;
}

const openFiles = (): number => readdirSync(`/proc/${built.process.pid}/fd`).length;
/** What the deployment's process holds in memory of its own, in MiB. */
const memory = (): number =>
  Number(/^RssAnon:\s+([0-9]+)/m.exec(readFileSync(`/proc/${built.process.pid}/status`, 'utf8'))?.[1]) / 1024;

/** An event of some twelve kilobytes: how long its sender waited, and for what. */
async function register(n: number): Promise<{ status: number; ms: number }> {
  const evidence = Array.from({ length: 50 }, (_, i) => ({
    sha256: String(i).padStart(64, '0'),
    reference: 'r'.repeat(200),
  }));
  const begun = performance.now();
  const answer = await fetch(`${built.url}/v1/programme/norland.p${n}/propose`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor' },
    body: JSON.stringify({
      title: 'Training',
      donor: 'norland',
      recipient: 'estmark',
      sector: '15210',
      basis: 'reported',
      evidence,
      starts: '2026-01-01',
      ends: '2028-12-31',
    }),
  });
  await answer.text();
  return { status: answer.status, ms: performance.now() - begun };
}

it.each([
  ['whose packets are lost', losesItsPackets],
  ['that has stalled', standsStill],
] as const)(
  'a peer %s is closed in time and costs little, while others are served',
  async (_, vanishes) => {
    folder = mkdtempSync(join(tmpdir(), 'entente-vanished-'));
    built = await startStandalone(folder, 'off', [], { ENTENTE_REQUEST_TIMEOUT_SECONDS: '1' });
    let sent = 0;
    const statuses = new Set<number>();
    let slowest = 0;
    let most = 0;
    const sendAll = async (many: number): Promise<void> => {
      for (const { status, ms } of await Promise.all(Array.from({ length: many }, () => register((sent += 1))))) {
        statuses.add(status);
        slowest = Math.max(slowest, ms);
      }
      most = Math.max(most, memory());
    };
    for (let n = 0; n < 40; n += 1) await sendAll(10);
    const files = openFiles();
    const held = memory();
    peer = await comes();
    expect(openFiles()).toBeGreaterThanOrEqual(files + READERS + IDLE);
    back = vanishes(peer);
    const begun = performance.now();
    // More for each reader than the system's own buffers hold between the two.
    for (let n = 0; n < 150; n += 1) await sendAll(10);
    while (openFiles() > files + 2 && performance.now() - begun < BOUND + 5000) {
      await sendAll(1);
      await pause(50);
    }
    expect({ left: openFiles() - files <= 2, inTime: performance.now() - begun < BOUND }).toEqual({
      left: true,
      inTime: true,
    });
    expect({ statuses: [...statuses], slowest: slowest < 1500, grew: most - held < 200 }).toEqual({
      statuses: [201],
      slowest: true,
      grew: true,
    });
  },
  90_000,
);
