import { mkdtempSync, rmSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type StandaloneProcess, startStandalone } from '../support/standalone-process.js';

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
let folder: string;
let built: StandaloneProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-stopping-'));
});
afterEach(async () => {
  built.process.kill('SIGKILL');
  await built.ended;
  rmSync(folder, { recursive: true });
});

const connection = (): Socket => connect(Number(new URL(built.url).port), '127.0.0.1').on('error', () => undefined);

/** Signals the deployment to stop. Returns its exit status, and the time in milliseconds. */
async function stopped(): Promise<readonly [status: unknown, took: number]> {
  const begun = Date.now();
  const exit = new Promise((resolve) => built.process.once('exit', resolve));
  built.process.kill('SIGTERM');
  const late = new Promise((done) => setTimeout(done, 15_000, 'it runs on').unref());
  return [await Promise.race([exit, late]), Date.now() - begun];
}

describe('the stopping server', () => {
  it('waits until an answer is read, but not for a kept-alive connection', async () => {
    built = await startStandalone(folder, 'off', [], { ENTENTE_SHUTDOWN_TIMEOUT_SECONDS: '10' });
    // More than the system's own buffers hold between the two.
    const evidence = Array.from({ length: 50 }, (_, i) => ({
      sha256: String(i).padStart(64, '0'),
      reference: 'r'.repeat(200),
    }));
    const body = JSON.stringify({
      title: 'Training',
      donor: 'norland',
      recipient: 'estmark',
      sector: '15210',
      basis: 'reported',
      starts: '2026-01-01',
      ends: '2028-12-31',
      evidence,
    });
    const headers = { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor' };
    for (let n = 0; n < 900; n += 30)
      await Promise.all(
        Array.from({ length: 30 }, async (_, i) => {
          const answer = await fetch(`${built.url}/v1/programme/norland.p${n + i}/propose`, {
            method: 'POST',
            headers,
            body,
          });
          expect(answer.status).toBe(201);
        }),
      );
    const slow = connection().pause();
    slow.write('GET /v1/history?limit=1000 HTTP/1.1\r\nHost: h\r\n\r\n');
    await pause(500);
    const stopping = stopped();
    // Longer than what is idle may stay.
    await pause(1500);
    let received = '';
    const closed = new Promise((resolve) => slow.once('close', resolve));
    slow.on('data', (bytes) => (received += bytes.toString('latin1'))).resume();
    const [status, took] = await stopping;
    await closed;
    const [head = '', rest = ''] = received.split('\r\n\r\n');
    expect([status, took < 8000]).toEqual([0, true]);
    expect(rest.length).toBe(Number(/^content-length: ([0-9]+)/im.exec(head)?.[1]));
  });
});
