import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EventStore, ReadModelStore } from '@entente/engine';
import { buildHouse } from '../../apps/standalone/src/house.js';
import { BrokenEventStore } from '../contracts/broken-event-store.js';
import { BrokenReadModelStore } from '../contracts/broken-read-model-store.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../entente.js';

const folder = mkdtempSync(join(tmpdir(), 'entente-ports-'));
const ACCOUNT = 'funding-account/norland.ports';
let app: NestFastifyApplication;
let url: string;
let sent = 0;
let pledged = 0;

const send = (command: string, key: string, body: object): Promise<Response> =>
  fetch(`${url}/v1/${ACCOUNT}/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor', 'idempotency-key': key },
    body: JSON.stringify(body),
  });

beforeAll(async () => {
  app = await buildHouse(folder, 'fatal');
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  const account = { donor: 'norland', recipient: 'estmark', fund: 'Ports', currency: 'USD', stages: ['pledged'] };
  expect((await send('open', 'open', { ...account, basis: 'own', onBudget: false })).status).toBe(201);
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

type Port = Record<string, (...args: unknown[]) => unknown>;

/** The methods of a port by which something is read or written on the way, from the adapter that has these methods and no others. */
const methodsOf = (adapter: { prototype: object }): string[] =>
  Object.getOwnPropertyNames(adapter.prototype).filter((name) => !NOT_ON_THE_WAY.includes(name));
const NOT_ON_THE_WAY = ['constructor', 'open', 'close', 'waiting', 'onCommit', 'names', 'refuses', 'adopt', 'rebuild'];

async function* broken(of: AsyncIterable<unknown>, fault: Error): AsyncIterable<unknown> {
  yield* of;
  throw fault;
}

/** Makes a method fail once, before its effect or after it; answers whether it was called, and mends it. */
function failOnce(port: Port, method: string, when: 'before' | 'after'): () => boolean {
  const real = port[method] as (...args: unknown[]) => unknown;
  let failed = false;
  port[method] = (...args: unknown[]): unknown => {
    if (failed) return real.apply(port, args);
    failed = true;
    const fault = new Error(`failed ${when} ${method}`);
    if (when === 'before') throw fault;
    const answer = real.apply(port, args);
    if (answer instanceof Promise) return answer.then(() => Promise.reject(fault));
    return broken(answer as AsyncIterable<unknown>, fault);
  };
  return () => {
    delete port[method];
    return failed;
  };
}

/** A pledge under one id, sent until it is taken, as a client would; then its row, read until it is right. */
async function pledgeUntilSeen(): Promise<void> {
  sent += 1;
  pledged += sent;
  let status = 0;
  for (let tries = 0; status !== 201 && tries < 10; tries += 1)
    status = (await send('pledge', `pledge-${sent}`, { amount: sent, period: '2026' })).status;
  expect(status).toBe(201);
  for (let tries = 0; tries < 400; tries += 1) {
    const answer = await fetch(`${url}/v1/read-models/funding?account=norland.ports`);
    const { rows } = (await answer.json()) as { rows?: Record<string, unknown>[] };
    if (rows?.[0]?.['pledged'] === pledged) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`the row never showed ${pledged}`);
}

describe('a port that fails once', () => {
  it.each(['before', 'after'] as const)(
    '%s its effect, method by method, loses nothing and doubles nothing',
    async (when) => {
      const called: string[] = [];
      for (const [token, methods] of [
        [EventStore, methodsOf(BrokenEventStore)],
        [ReadModelStore, methodsOf(BrokenReadModelStore)],
      ] as const)
        for (const method of methods) {
          const mend = failOnce(app.get(token as never), method, when);
          await pledgeUntilSeen();
          if (mend()) called.push(method);
        }
      expect(called).toEqual(
        expect.arrayContaining(['append', 'readLog', 'commit', 'current', 'query', 'totals', 'reach']),
      );
      const events = await all(app.get(EventStore).readStream(ACCOUNT));
      expect(events).toHaveLength(1 + sent);
      expect(new Set(events.map(({ metadata }) => metadata.commandId)).size).toBe(1 + sent);
      expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
    },
  );
});
