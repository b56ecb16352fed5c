import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import type { RecordedEvent } from '@entente/kernel';
import { type AppName, entente } from '../support/app-process.mjs';
import { type Load, loadOn } from '../support/load.mjs';
import { commandKey, eventId } from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import { type OwnServices, ownServices } from '../support/own-services.js';
import { type DistributedProcesses, distributedProcesses } from '../support/distributed-processes.mjs';
import { verifySystem } from '../support/system-verification.mjs';

let services: OwnServices;
let deployment: DistributedProcesses;
let load: Load;
beforeAll(async () => {
  services = await ownServices();
  deployment = distributedProcesses(services.on, 3);
  load = loadOn(deployment);
  await deployment.open({ api: 1, relay: 1, projector: 1, intake: 1 });
  await load.open();
});
afterAll(async () => {
  await load.close();
  await deployment.end();
  await services.stop();
});

/** The names of the events that a live stream begins with. */
async function resumeAt(url: string, lastEventId: string): Promise<string> {
  const stop = new AbortController();
  const { body } = await fetch(`${url}/v1/history/live`, {
    headers: { 'last-event-id': lastEventId },
    signal: stop.signal,
  });
  const [chunk] = await body!
    .values()
    .next()
    .then(({ value }) => [Buffer.from(value as Uint8Array).toString()]);
  stop.abort();
  return chunk ?? '';
}

/** A pledge under a command id: the status and body of its answer. */
async function send(url: string, commandId: string, pledge: object): Promise<[status: number, body: unknown]> {
  const answer = await fetch(`${url}/v1/funding-account/norland.h0/pledge`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'entente-actor': 'norland;role=donor',
      'idempotency-key': commandId,
    },
    body: JSON.stringify(pledge),
  });
  return [answer.status, await answer.json()];
}

/** Starts an app on the restored event store: it does not serve, and names the remedy. */
async function startsWithoutServing(name: AppName): Promise<void> {
  const app = await deployment.start(name);
  for (const path of ['serving', 'ready']) {
    let answer: Record<string, unknown> = {};
    for (const end = Date.now() + 30_000; answer['code'] !== 'log-taken-back'; await pause(50)) {
      const response = await fetch(`${app.url}/health/${path}`).catch(() => null);
      answer = ((await response?.json()) ?? {}) as Record<string, unknown>;
      if (response !== null) expect([name, path, response.status]).toEqual([name, path, 503]);
      if (Date.now() > end) throw new Error(`${name}: ${JSON.stringify(answer)}`);
    }
    expect([name, answer['fault']]).toEqual([name, expect.stringMatching(/and the log does not.*`entente begin-era`/)]);
  }
  await app.stop();
}

/** Appends a pledge to the restored copy, as a process would that knows nothing else. */
async function appendToCopy(): Promise<bigint> {
  const { ESDB_URL: url = '', ESDB_LOG: log = '' } = deployment.settings;
  const store = await EventStoreDbStore.connect({ url, log });
  try {
    const stream = 'funding-account/norland.h0';
    const events: RecordedEvent[] = [];
    for await (const batch of store.readStream(stream)) events.push(...batch);
    const pledged = events.findLast(({ type }) => type === 'FundsPledged');
    if (pledged === undefined) throw new Error(`no pledge among ${events.map(({ type }) => type).join()}`);
    const metadata = { ...pledged.metadata, commandId: 'early' };
    const account = { kind: 'funding-account', id: 'norland.h0' };
    const id = eventId(commandKey('norland', account, 'early'), metadata.commandHash, 0);
    const answer = await store.append(stream, events.length - 1, [{ ...pledged, id, metadata }]);
    if (!answer.ok) throw new Error('the copy has another revision');
    return answer.position;
  } finally {
    await store.close();
  }
}

it('an event store restored from a backup begins a new era, and clients with lost events get a reset', async () => {
  load.begin();
  await pause(1000);
  await load.end();
  await verifySystem(deployment, load);
  const kept = { receipts: new Map(load.receipts), sent: new Map(load.sent) };
  const copied = await deployment.folded();
  await services.end('eventStore', 'stop');
  const putBack = services.backUp();
  await services.begin('eventStore');
  await deployment.ready();
  const pledge = { amount: 7, period: '2026' };
  const lost = () => load.post('funding-account/norland.h0', 'pledge', 'norland;role=donor', pledge, 'lost');
  const { after, position } = await lost();
  await deployment.folded();
  const running = await deployment.url();
  const live = await fetch(`${running}/v1/history/live`);
  await services.end('eventStore', 'kill');
  putBack();
  await services.begin('eventStore');

  // The processes were not stopped: they find it, and serve nothing any more.
  expect(await live.text()).toMatch(/^event: closed\ndata: .*ends before what was read of it/m);
  const taken = [503, expect.objectContaining({ code: 'log-taken-back' })];
  expect(await send(running, 'lost', pledge)).toEqual(taken);
  expect(await send(running, 'another', pledge)).toEqual(taken);
  const rowsAnswer = await fetch(`${running}/v1/read-models/funding`);
  expect([rowsAnswer.status, await rowsAnswer.json()]).toEqual(taken);
  const serving = await fetch(`${running}/health/serving`);
  expect([serving.status, JSON.stringify(await serving.json())]).toEqual([
    503,
    expect.stringContaining('entente begin-era'),
  ]);
  await deployment.end();
  // Nor do processes that are started now: rows and topic have events that the log has lost.
  for (const name of ['api', 'projector', 'relay', 'intake', 'steward'] as const) await startsWithoutServing(name);
  // A process that only knew the copy may have appended to it.
  const added = await appendToCopy();

  const begun = await entente(deployment.settings, 'begin-era');
  expect(begun).toMatch(/^a new era begins after position \d+: restart every app/);
  const since = BigInt(/\d+/.exec(begun)?.[0] ?? -1);
  expect(since).toBeLessThan(BigInt(position));
  expect(since).toBeLessThan(added);
  expect(since).toBe(BigInt(copied));
  // The topic has events that the log has lost: relays refuse it, and log what to do.
  const relay = await deployment.start('relay');
  for (let health = ''; !/and the log does not/.test(health); await pause(50))
    health = JSON.stringify(await relay.health().catch(() => null));
  await relay.stop();
  const { KAFKA_TOPIC: old = '', DATABASE_URL: rows = '' } = deployment.settings;
  const db = new pg.Client({ connectionString: rows });
  await db.connect();
  await db.query(`CREATE DATABASE onward TEMPLATE template0 LOCALE 'C'`);
  await db.end();
  const next = { KAFKA_TOPIC: `${old}-onward`, DATABASE_URL: rows.replace(/\/[^/?]*(?=\?|$)/, '/onward') };
  await entente(deployment.settings, 'repartition', '3', '--topic', next.KAFKA_TOPIC, '--database', next.DATABASE_URL);
  const onward = distributedProcesses({ ...services.on, database: next.DATABASE_URL }, 3);
  Object.assign(onward.settings, { ...deployment.settings, ...next });
  const more = loadOn(onward);
  try {
    await onward.open({ relay: 1, projector: 1, api: 1, intake: 1 });
    const url = await onward.url();
    const answer = await fetch(`${url}/v1/read-models/funding?after=${encodeURIComponent(after)}`);
    expect([answer.status, await answer.json()]).toEqual([410, expect.objectContaining({ code: 'lost-since' })]);
    expect(await resumeAt(url, position)).toMatch(/^event: reset\n/m);
    // The same command is decided again: the restored log has no record of the lost one.
    const again = await more.post('funding-account/norland.h0', 'pledge', 'norland;role=donor', pledge, 'lost');
    expect(again.after).not.toBe(after);
    more.begin();
    await pause(500);
    await more.end();
    await verifySystem(onward, {
      receipts: new Map([...kept.receipts, ...more.receipts]),
      sent: new Map([...kept.sent, ...more.sent]),
    });
  } finally {
    await more.close();
    await onward.end();
  }
});
