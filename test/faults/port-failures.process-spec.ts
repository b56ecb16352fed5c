import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EventStore, type CommandResult, ReadModelStore, ExecuteCommand } from '@entente/engine';
import { SqliteEventStore } from '@entente/sqlite';
import { all } from '../contracts/event-store.js';
import { entente } from '../support/run-cli.js';
import { newExecutor } from '../support/executor.js';
import { MOMENTS, TOKENS, UNDER_LOAD, failOnce } from '../support/fail-once.js';
import { LiveReader } from '../support/live-reader.js';
import { serveStandalone } from '../support/deployment.js';
import { registerParties } from '../support/parties.mjs';

const folder = mkdtempSync(join(tmpdir(), 'entente-ports-'));
const ACCOUNT = 'funding-account/norland.ports';
let app: NestFastifyApplication;
let url: string;
let live: LiveReader;
let sent = 0;
let pledged = 0;

const send = (command: string, key: string, body: object): Promise<Response> =>
  fetch(`${url}/v1/${ACCOUNT}/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor', 'idempotency-key': key },
    body: JSON.stringify(body),
  });

beforeAll(async () => {
  app = await serveStandalone(folder);
  url = await app.getUrl();
  const account = { donor: 'norland', recipient: 'estmark', fund: 'Ports', currency: 'USD', stages: ['pledged'] };
  await registerParties(url);
  expect((await send('open', 'open', { ...account, basis: 'own', onBudget: false })).status).toBe(201);
  live = await new LiveReader(url, 'read-models/funding/live?account=norland.ports').connect();
});
afterAll(async () => {
  live.disconnect();
  await app.close();
  rmSync(folder, { recursive: true });
});

/** Retries until the expected answer comes, as a client does. */
async function until(path: string, holds: (answer: Answer) => boolean): Promise<Answer> {
  for (let tries = 0; tries < 400; tries += 1) {
    const got = await fetch(`${url}/v1/${path}`);
    const answer = (await got.json()) as Answer;
    if (got.status === 200 && holds(answer)) return answer;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`waited in vain for ${path}`);
}
interface Row {
  readonly row_id: string;
  readonly pledged: number;
}
interface Answer {
  readonly rows?: readonly Row[];
  readonly events?: readonly { readonly metadata: { readonly recordedAt: string } }[];
}

/** Exports all rows, line by line, until the account's is as expected. */
async function exportUntil(holds: (row: { readonly pledged: number }) => boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    const got = await fetch(`${url}/v1/read-models/funding?account=norland.ports&format=ndjson`);
    const lines = (await got.text()).trimEnd().split('\n');
    const rows = got.status === 200 ? lines.map((line) => JSON.parse(line) as Row) : [];
    if (rows.some(holds)) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error('waited in vain for the export');
}

/** A command under one id, sent until it is answered so. */
async function sendUntil(expected: number, command: string, key: string, body: object): Promise<void> {
  let status = 0;
  for (let tries = 0; status !== expected && tries < 10; tries += 1) status = (await send(command, key, body)).status;
  expect([command, status]).toEqual([command, expected]);
}

/**
 * What clients do, all of it: a pledge, and a command that is refused; the row until it is right,
 * now, on the page of its events, in a whole export, as of the last instant and on a live stream;
 * the stream's own history.
 */
async function load(): Promise<void> {
  sent += 1;
  pledged += sent;
  await sendUntil(201, 'pledge', `pledge-${sent}`, { amount: sent, period: '2026' });
  await sendUntil(422, 'reduce-pledge', `refused-${sent}`, { amount: pledged + 1, period: '2026', reason: 'late' });
  const shows = ({ rows }: Answer): boolean => rows?.[0]?.pledged === pledged;
  const { rows } = await until('read-models/funding?account=norland.ports', shows);
  const events = await until(`history/${ACCOUNT}?from=0`, (answer) => answer.events?.length === 1 + sent);
  const last = events.events?.at(-1)?.metadata.recordedAt ?? '';
  await until(`read-models/funding?account=norland.ports&as-of=${last}`, shows);
  const row = encodeURIComponent(rows?.[0]?.row_id ?? '');
  await until(`read-models/funding/events?row=${row}`, (answer) => (answer.events?.length ?? 0) > 0);
  await exportUntil(({ pledged: shown }) => shown === pledged);
  for (let tries = 0; live.rows.get(rows?.[0]?.row_id ?? '')?.columns['pledged'] !== pledged; tries += 1) {
    if (tries > 400) throw new Error(`the live stream never showed ${pledged}`);
    if (live.ended) await live.connect(url);
    await new Promise((done) => setTimeout(done, 10));
  }
}

/**
 * What is called again only by the clock, or once the projection has met a fault and begins again.
 */
async function meetsAFault(called: () => boolean): Promise<void> {
  const { mend } = failOnce(app.get(ReadModelStore), 'commit', 'before');
  await load();
  mend();
  for (let tries = 0; !called() && tries < 300; tries += 1) await new Promise((done) => setTimeout(done, 10));
}

describe('a port that fails once', () => {
  it.each(MOMENTS)('%s its effect, in each method, loses and duplicates nothing', async (when) => {
    const failed: string[] = [];
    for (const name of UNDER_LOAD) {
      const [port, method] = name.split('.') as [keyof typeof TOKENS, string];
      const once = failOnce(app.get(TOKENS[port] as never), method, when);
      await load();
      if (!once.failed()) await meetsAFault(once.failed);
      if (once.mend()) failed.push(name);
    }
    expect(failed).toEqual(UNDER_LOAD);
    // The failed call, in any method, has left nothing behind.
    await load();
    const events = await all(app.get(EventStore).readStream(ACCOUNT));
    expect(events).toHaveLength(1 + sent);
    expect(new Set(events.map(({ metadata }) => metadata.commandId)).size).toBe(1 + sent);
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });

  it('after an append records one event, and a retry returns its receipt', async () => {
    const before = (await all(app.get(EventStore).readStream(ACCOUNT))).length;
    const { mend } = failOnce(app.get(EventStore), 'append', 'after');
    expect((await send('pledge', 'missed', { amount: 5, period: '2027' })).status).toBe(500);
    expect(mend()).toBe(true);
    const events = await all(app.get(EventStore).readStream(ACCOUNT));
    expect(events).toHaveLength(before + 1);
    const again = await send('pledge', 'missed', { amount: 5, period: '2027' });
    expect([again.status, await again.json()]).toMatchObject([
      201,
      { revision: before, position: String(events.at(-1)?.position), events: [{ id: events.at(-1)?.id }] },
    ]);
    // Known from the stream, and not from a second append.
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await all(app.get(EventStore).readStream(ACCOUNT))).toHaveLength(before + 1);
  });

  it('after an append lets a retry return its receipt even if the rules would now refuse it', async () => {
    const own = mkdtempSync(join(tmpdir(), 'entente-ports-'));
    const store = new SqliteEventStore({ folder: own });
    const executor = newExecutor(store);
    const open = (now: string): Promise<CommandResult> => {
      const data = {
        kind: 'bilateral',
        title: 'Training',
        donor: 'norland',
        recipient: 'estmark',
        sector: '15210',
        basis: 'reported',
        starts: '2026-01-01',
        ends: '2028-12-31',
      };
      const metadata = {
        actor: { organisation: 'norland', role: 'donor' } as const,
        commandId: 'k',
        correlationId: 'c',
        occurredAt: '2025-12-01T12:00:00.000Z',
        causationId: null,
        evidence: [],
        legalBasis: null,
      };
      const stream = { kind: 'programme', id: 'norland.late' };
      return executor.execute(
        new ExecuteCommand(
          { stream, command: { type: 'ProposeProgramme', data }, metadata, ifMatch: null, body: data },
          now,
        ),
      );
    };
    const before = await open('2026-11-24T12:00:00.000Z');
    expect(before).toMatchObject({ type: 'accepted' });
    const change = (now: string): Promise<CommandResult> => {
      const metadata = {
        actor: { organisation: 'norland', role: 'donor' } as const,
        commandId: 'm',
        correlationId: 'c',
        occurredAt: '2025-12-01T12:00:00.000Z',
        causationId: null,
        evidence: [],
        legalBasis: null,
      };
      const stream = { kind: 'programme', id: 'norland.late' };
      const data = { marker: 1 };
      return executor.execute(
        new ExecuteCommand(
          { stream, command: { type: 'AssignGenderMarker', data }, metadata, ifMatch: null, body: data },
          now,
        ),
      );
    };
    failOnce(store, 'append', 'after');
    await expect(change('2026-11-24T12:00:00.000Z')).rejects.toThrow('failed after append');
    // By now `occurredAt` is too long ago for a first attempt.
    expect(await change('2026-12-24T12:00:00.000Z')).toMatchObject({ type: 'accepted', repeated: true });
    expect(await all(store.readLog(0n))).toHaveLength(2);
    await store.close();
    rmSync(own, { recursive: true });
  });
});
