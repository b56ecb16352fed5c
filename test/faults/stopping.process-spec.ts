import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { SqliteLogReader } from '@entente/sqlite';
import { propose, startStandalone } from '../support/standalone-process.js';
import { all } from '../contracts/event-store.js';

const STOP = 2;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

it('a server that cannot stop in time exits with status 1, and keeps what it acknowledged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-stopping-'));
  const {
    process: deployment,
    url,
    ended,
  } = await startStandalone(folder, 'off', [], {
    ENTENTE_SHUTDOWN_TIMEOUT_SECONDS: String(STOP),
  });
  for (let n = 0; n < 5; n += 1) expect((await propose(url, `p${n}`)).status).toBe(201);
  // A command whose body has begun and does not come: its time to arrive is longer than the bound.
  const { hostname, port } = new URL(url);
  const slow = connect(Number(port), hostname);
  slow.on('error', () => undefined);
  await once(slow, 'connect');
  slow.write(
    'POST /v1/programme/norland.slow/propose HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
  await pause(200);
  const begun = performance.now();
  deployment.kill('SIGTERM');
  // Without a bound, it would stop when that request times out.
  await Promise.race([ended, new Promise((late) => setTimeout(late, STOP * 1000 + 10_000).unref())]);
  const took = performance.now() - begun;
  slow.destroy();
  deployment.kill('SIGKILL');
  expect({ status: deployment.exitCode, within: took < STOP * 1000 + 8000, heldUp: took > STOP * 1000 - 200 }).toEqual({
    status: 1,
    within: true,
    heldUp: true,
  });
  const log = new SqliteLogReader(folder);
  expect((await all(log.readLog(0n))).map(({ stream }) => stream)).toEqual(
    Array.from({ length: 5 }, (_, n) => `programme/norland.p${n}`),
  );
  await log.close();
  rmSync(folder, { recursive: true });
});

/**
 * A deployment that begins to close gets one more request on a kept-alive connection. Returns the
 * answer, the exit status, and the milliseconds until the request.
 */
async function askedWhileItCloses() {
  const folder = mkdtempSync(join(tmpdir(), 'entente-stopping-'));
  const { process: deployment, url, ended } = await startStandalone(folder, 'off');
  const { hostname, port } = new URL(url);
  const kept = connect(Number(port), hostname);
  let received = '';
  kept.on('data', (bytes) => (received += bytes.toString())).on('error', () => undefined);
  const ask = () => kept.write('GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n');
  ask();
  while (!received.includes('"ok"')) await pause(5);
  received = '';
  const signalledAt = performance.now();
  deployment.kill('SIGTERM');
  // It no longer listens: from then on idle connections might be closed.
  const refused = () =>
    new Promise<boolean>((resolve) => {
      const other = connect(Number(port), hostname);
      other.once('connect', () => resolve(false)).once('error', () => resolve(true));
      other.once('connect', () => other.destroy());
    });
  while (!(await refused()));
  await pause(50);
  ask();
  const after = performance.now() - signalledAt;
  await once(kept, 'close', { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  await ended;
  rmSync(folder, { recursive: true });
  return { received, after, status: deployment.exitCode };
}

it('a request on a kept-alive connection as the server begins to close is answered, then closed', async () => {
  let asked = await askedWhileItCloses();
  // The deployment answers such requests for half a second. On a slow machine the request comes too
  // late, and is tried again.
  for (let more = 9; more > 0 && asked.received === '' && asked.after > 450; more -= 1) {
    asked = await askedWhileItCloses();
  }
  expect(asked.received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(asked.received.toLowerCase()).toContain('connection: close');
  expect(asked.status).toBe(0);
});
