import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EventStore, Executor, type Outcome, ReadModelStore, Sealer, Submit } from '@entente/engine';
import { SqliteEventStore } from '@entente/sqlite';
import { buildHouse } from '../../apps/standalone/src/house.js';
import { kinds } from '../../apps/standalone/src/standalone.module.js';
import { BrokenEventStore } from '../contracts/broken-event-store.js';
import { BrokenReadModelStore } from '../contracts/broken-read-model-store.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../entente.js';
import { failOnce, methodsOf } from '../fail-once.js';

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

  it('after an append was written gives exactly one event, and the client that sends again the receipt that it had missed', async () => {
    const before = (await all(app.get(EventStore).readStream(ACCOUNT))).length;
    const mend = failOnce(app.get(EventStore), 'append', 'after');
    expect((await send('pledge', 'missed', { amount: 5, period: '2027' })).status).toBe(500);
    expect(mend()).toBe(true);
    const events = await all(app.get(EventStore).readStream(ACCOUNT));
    expect(events).toHaveLength(before + 1);
    const again = await send('pledge', 'missed', { amount: 5, period: '2027' });
    expect([again.status, await again.json()]).toMatchObject([
      201,
      { revision: before, position: String(events.at(-1)?.position), events: [{ id: events.at(-1)?.id }] },
    ]);
    expect(await all(app.get(EventStore).readStream(ACCOUNT))).toHaveLength(before + 1);
  });

  it('after an append was written gives that receipt also where the rules would refuse the command by now', async () => {
    const own = mkdtempSync(join(tmpdir(), 'entente-ports-'));
    const store = new SqliteEventStore({ folder: own });
    const executor = new Executor(store, kinds, new Sealer(Buffer.alloc(32, 7)), { note: () => undefined });
    const open = (now: string): Promise<Outcome> => {
      const data = {
        ...{ kind: 'bilateral', title: 'Training', donor: 'norland', recipient: 'estmark', sector: '15210' },
        ...{ starts: '2026-01-01', ends: '2028-12-31' },
      };
      const circumstances = {
        ...{ actor: { organisation: 'norland', role: 'donor' } as const, commandId: 'k', correlationId: 'c', now },
        ...{ occurredAt: '2025-12-01T12:00:00.000Z', causationId: null, evidence: [], legalBasis: null },
      };
      const stream = { kind: 'programme', id: 'norland.late' };
      return executor.execute(new Submit(stream, { type: 'ProposeProgramme', data }, circumstances, data));
    };
    const before = await open('2026-11-24T12:00:00.000Z');
    expect(before).toMatchObject({ as: 'accepted' });
    const change = (now: string): Promise<Outcome> => {
      const circumstances = {
        ...{ actor: { organisation: 'norland', role: 'donor' } as const, commandId: 'm', correlationId: 'c', now },
        ...{ occurredAt: '2025-12-01T12:00:00.000Z', causationId: null, evidence: [], legalBasis: null },
      };
      const stream = { kind: 'programme', id: 'norland.late' };
      const data = { marker: 1 };
      return executor.execute(new Submit(stream, { type: 'AssignGenderMarker', data }, circumstances, data));
    };
    failOnce(store, 'append', 'after');
    await expect(change('2026-11-24T12:00:00.000Z')).rejects.toThrow('failed after append');
    // By now it happened too long ago to be told for the first time.
    expect(await change('2026-12-24T12:00:00.000Z')).toMatchObject({ as: 'accepted', repeated: true });
    expect(await all(store.readLog(0n))).toHaveLength(2);
    await store.close();
    rmSync(own, { recursive: true });
  });
});
