import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveStandalone } from '../support/deployment.js';
import { registerParties } from '../support/parties.mjs';

const folder = mkdtempSync(join(tmpdir(), 'entente-crowd-'));
const ACCOUNT = 'funding-account/norland.crowd';
let app: NestFastifyApplication;
let url: string;

async function send(command: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${url}/v1/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

beforeAll(async () => {
  app = await serveStandalone(folder);
  url = await app.getUrl();
  const account = { donor: 'norland', recipient: 'estmark', fund: 'Crowd', currency: 'USD', stages: ['pledged'] };
  await registerParties(url);
  await send(`${ACCOUNT}/open`, { ...account, basis: 'own', onBudget: false });
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

describe('the server with many clients', () => {
  it('decides 512 concurrent commands on one stream, and loses none to a conflict', async () => {
    const answers = await Promise.all(
      Array.from({ length: 512 }, (_, i) => send(`${ACCOUNT}/pledge`, { amount: i + 1, period: '2026' })),
    );
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    const revisions = answers.map(({ body }) => Number(body['revision'])).sort((a, b) => a - b);
    expect(revisions).toEqual(Array.from({ length: 512 }, (_, i) => i + 1));
    const after = String(answers.find(({ body }) => body['revision'] === 512)?.body['after']);
    const { rows } = (await (
      await fetch(`${url}/v1/read-models/funding?account=norland.crowd&after=${after}`)
    ).json()) as { rows: Record<string, unknown>[] };
    expect(rows.map((row) => row['pledged'])).toEqual([(512 * 513) / 2]);
  });

  it('closes a live reader that reads too slowly, with a reason; it misses nothing on return', async () => {
    const { hostname, port } = new URL(url);
    const slow = connect(Number(port), hostname);
    slow.write(`GET /v1/history/live?after=0 HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
    await new Promise((begun) => slow.once('data', begun));
    slow.pause();
    const evidence = Array.from({ length: 50 }, (_, i) => ({
      sha256: String(i).padStart(64, '0'),
      reference: 'r'.repeat(200),
    }));
    const reads = async (): Promise<boolean> =>
      !/^entente_live_readers 0$/m.test(await (await fetch(`${url}/metrics`)).text());
    expect(await reads()).toBe(true);
    let sent = 0;
    // Who was cut off has some seconds for taking the rest.
    for (let n = 0; n < 40 && (await reads()); n += 1, sent += 32)
      await Promise.all(
        Array.from({ length: 32 }, () => send(`${ACCOUNT}/pledge`, { amount: 1, period: '2026', evidence })),
      );
    let received = '';
    slow.setEncoding('utf8').on('data', (text: string) => (received += text));
    const ended = new Promise((end) => slow.once('close', end));
    slow.resume();
    await Promise.race([ended, pause(20_000, undefined, { ref: false })]);
    expect(received.slice(received.lastIndexOf('event: '))).toContain('event: closed\ndata: {"reason":"too slow');
    const ids = [...received.matchAll(/^id: ([0-9]+)\nevent: event$/gm)].map(([, id]) => Number(id));
    // Two parties were registered by four events, and the account opened by one.
    const head = 4 + 1 + 512 + sent;
    expect(ids.length).toBeLessThan(head);

    const stop = new AbortController();
    const again = await fetch(`${url}/v1/history/live`, {
      headers: { 'last-event-id': String(ids.at(-1)) },
      signal: stop.signal,
    });
    let rest = '';
    const decoder = new TextDecoder();
    for await (const bytes of again.body as AsyncIterable<Uint8Array>) {
      rest += decoder.decode(bytes, { stream: true });
      if (rest.includes(`id: ${head}\n`)) break;
    }
    stop.abort();
    const after = [...rest.matchAll(/^id: ([0-9]+)\nevent: event$/gm)].map(([, id]) => Number(id));
    expect(after).toEqual(Array.from({ length: after.length }, (_, i) => (ids.at(-1) as number) + 1 + i));
    expect(after.at(-1)).toBe(head);
  });
});
