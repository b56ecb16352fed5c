#!/usr/bin/env node
/**
 * What Entente costs, as ratios against a limit or a peer measured in the same run: figures of one machine say nothing on another, ratios do.
 * `npm run bench` takes half a minute; `-- --quick` a few seconds, for trying that it runs; `-- --json FILE` writes a list of { name, value, unit, goal, met }.
 */
import 'reflect-metadata';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import Database from 'better-sqlite3';

const dist = new URL('../../dist/', import.meta.url);
const load = (path) => import(new URL(path, dist));
const quick = process.argv.includes('--quick');
const results = [];
const note = (name, value, unit, goal) => {
  const met = goal === null ? null : value >= goal;
  results.push({ name, value: Number(value.toFixed(3)), unit, goal, met });
  const verdict = met === null ? '' : met ? 'met' : 'not met';
  console.log(
    `${name.padEnd(72)} ${value.toFixed(2).padStart(9)} ${unit.padEnd(12)} ${goal === null ? '' : `goal ${goal}`} ${verdict}`,
  );
};

const folder = mkdtempSync(join(tmpdir(), 'entente-bench-'));

const data = { amount: 250_000_000, period: '2026' };
const metadata = (n) => ({
  actor: { organisation: 'norland', role: 'donor', person: 'n-1' },
  occurredAt: '2026-05-01T09:00:00.000Z',
  commandId: `command-${n}`,
  commandHash: 'a'.repeat(64),
  correlationId: 'bench',
  causationId: null,
  consulted: [],
  evidence: [],
  legalBasis: null,
  marking: null,
});
const idOf = (n) => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;

/** Appends in waves of so many at once for so long; answers appends a second. */
async function ours(waiting, ms) {
  const { SqliteEventStore } = await load('libs/sqlite/src/index.js');
  const store = new SqliteEventStore({ folder: join(folder, `ours-${waiting}`) });
  let n = 0;
  const wave = () =>
    Promise.all(
      Array.from({ length: waiting }, () => {
        n += 1;
        return store.append(`note/${n}`, 'none', [
          { id: idOf(n), type: 'FundsPledged', version: 1, data, metadata: metadata(n) },
        ]);
      }),
    );
  for (let i = 0; i < 20; i += 1) await wave();
  const begun = performance.now();
  let count = 0;
  n = 1_000_000;
  while (performance.now() - begun < ms) {
    await wave();
    count += waiting;
  }
  const perSecond = (count * 1000) / (performance.now() - begun);
  await store.close();
  return perSecond;
}

/** The same bytes into the same table with the same indices, in transactions of the same size, with nothing round them. */
function raw(waiting, ms) {
  const db = new Database(join(folder, `raw-${waiting}.sqlite`));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`CREATE TABLE events (position INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,
    version INTEGER NOT NULL, recorded_at TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL);
    CREATE UNIQUE INDEX events_by_stream ON events (stream, revision); CREATE INDEX events_by_time ON events (recorded_at);`);
  const insert = db.prepare(
    'INSERT INTO events (stream, revision, id, type, version, recorded_at, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  let n = 0;
  const wave = db.transaction(() => {
    const recordedAt = new Date().toISOString();
    for (let i = 0; i < waiting; i += 1) {
      n += 1;
      insert.run(
        `note/${n}`,
        0,
        idOf(n),
        'FundsPledged',
        1,
        recordedAt,
        JSON.stringify(data),
        JSON.stringify({ ...metadata(n), recordedAt }),
      );
    }
  });
  for (let i = 0; i < 20; i += 1) wave();
  n = 1_000_000;
  const begun = performance.now();
  let count = 0;
  while (performance.now() - begun < ms) {
    wave();
    count += waiting;
  }
  const perSecond = (count * 1000) / (performance.now() - begun);
  db.close();
  return perSecond;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Both sides in turn, several times: what disturbs the machine disturbs both. */
async function appends() {
  for (const waiting of [1, 8, 64, 512]) {
    const ratios = [];
    for (let i = 0; i < (quick ? 1 : 5); i += 1) {
      const limit = raw(waiting, quick ? 150 : 500);
      rmSync(join(folder, `raw-${waiting}.sqlite`), { force: true });
      const mine = await ours(waiting, quick ? 150 : 500);
      rmSync(join(folder, `ours-${waiting}`), { recursive: true });
      for (const tail of ['-wal', '-shm']) rmSync(join(folder, `raw-${waiting}.sqlite${tail}`), { force: true });
      ratios.push(mine / limit);
    }
    note(`durable append, ${waiting} waiting, against raw better-sqlite3`, median(ratios), 'ratio', 0.8);
  }
}

/** Starts a server of this file in a process of its own. */
function serve(what) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [what, join(folder, what)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.once('message', (url) =>
      resolve({ url, end: () => new Promise((done) => (child.once('exit', done), child.kill('SIGTERM'))) }),
    );
    child.once('exit', (code) => reject(new Error(`${what} ended with ${code}`)));
  });
}

async function load50(url, seconds) {
  let n = 0;
  const headers = { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor;person=n-1' };
  const request = { method: 'POST', headers, body: JSON.stringify(data) };
  const result = await autocannon({
    url,
    connections: 50,
    duration: seconds,
    ...request,
    setupClient: (client) => {
      n += 1;
      client.setRequests([{ ...request, path: `/v1/funding-account/norland.bench-${n % 50}/pledge` }]);
    },
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} errors`);
  return result.requests.average;
}

async function commands() {
  const [house, peer] = [await serve('house'), await serve('peer')];
  for (let i = 0; i < 50; i += 1)
    await fetch(`${house.url}/v1/funding-account/norland.bench-${i}/open`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor;person=n-1' },
      body: JSON.stringify({
        ...{
          donor: 'norland',
          recipient: 'estmark',
          fund: 'Bench',
          currency: 'USD',
          stages: ['pledged'],
          basis: 'own',
          onBudget: false,
        },
      }),
    });
  const seconds = quick ? 1 : 4;
  await load50(peer.url, 1);
  await load50(house.url, 1);
  const ratios = [];
  for (let i = 0; i < (quick ? 1 : 3); i += 1) {
    const limit = await load50(peer.url, seconds);
    const mine = await load50(house.url, seconds);
    ratios.push(mine / limit);
    if (i === 0) note('  commands over HTTP, durable, projected meanwhile', mine, 'a second', null);
  }
  note(
    'command over HTTP, 50 connections, against the same Nest stack answering at once',
    median(ratios),
    'ratio',
    0.6,
  );
  await Promise.all([house.end(), peer.end()]);
}

/** From the moment of the receipt to the row on a live stream. */
async function receiptToLive() {
  const house = await serve('house');
  const send = (path, body) =>
    fetch(`${house.url}/v1/funding-account/norland.live/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor;person=n-1' },
      body: JSON.stringify(body),
    });
  await send('open', {
    donor: 'norland',
    recipient: 'estmark',
    fund: 'Bench',
    currency: 'USD',
    stages: ['pledged'],
    basis: 'own',
    onBudget: false,
  });
  const stop = new AbortController();
  const live = await fetch(`${house.url}/v1/read-models/funding/live?account=norland.live`, { signal: stop.signal });
  let seen = () => undefined;
  void (async () => {
    for await (const chunk of live.body) if (Buffer.from(chunk).includes('event: row')) seen(performance.now());
  })().catch(() => undefined);
  const took = [];
  for (let i = 0; i < (quick ? 20 : 300); i += 1) {
    const row = new Promise((resolve) => (seen = resolve));
    await (await send('pledge', data)).json();
    const receipt = performance.now();
    took.push(Math.max(0, (await row) - receipt));
  }
  stop.abort();
  await house.end();
  const sorted = took.toSorted((a, b) => a - b);
  note('  receipt to live row, median', sorted[Math.floor(sorted.length * 0.5)], 'ms', null);
  note('  receipt to live row, 99 of 100', sorted[Math.floor(sorted.length * 0.99)], 'ms', null);
}

async function serveHouse(data) {
  const { buildHouse } = await load('apps/standalone/src/house.js');
  const app = await buildHouse(data, 'error', 'beside');
  app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
  await app.listen(0, '127.0.0.1');
  process.send(await app.getUrl());
}

/** The same stack, adapter, bus, validation and shape of answer; nothing is decided or recorded. */
async function servePeer() {
  const { Controller, Module, Post, Body, Param, Headers, HttpCode } = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const { CqrsModule, CommandBus, CommandHandler } = await import('@nestjs/cqrs');
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  const { commandAt, readBody } = await load('libs/contracts/src/index.js');
  const { readActor } = await load('libs/http/src/index.js');
  class Ask {}
  class Answer {
    execute() {
      return Promise.resolve({
        commandId: 'x',
        stream: 'funding-account/norland.bench',
        revision: 1,
        position: '1',
        after: 'x',
        events: [{ id: idOf(1), type: 'FundsPledged', revision: 1 }],
      });
    }
  }
  CommandHandler(Ask)(Answer);
  class Peer {
    constructor(bus) {
      this.bus = bus;
    }
    submit({ kind, command }, body, headers) {
      const { wrong } = readBody(commandAt(kind, command).body, body);
      if (wrong.length > 0) throw new Error('wrong');
      readActor(headers['entente-actor']);
      return this.bus.execute(new Ask());
    }
  }
  const submit = Object.getOwnPropertyDescriptor(Peer.prototype, 'submit');
  Param()(Peer.prototype, 'submit', 0);
  Body()(Peer.prototype, 'submit', 1);
  Headers()(Peer.prototype, 'submit', 2);
  HttpCode(201)(Peer.prototype, 'submit', submit);
  Post(':kind/:id/:command')(Peer.prototype, 'submit', submit);
  Controller('v1')(Peer);
  Reflect.defineMetadata('design:paramtypes', [CommandBus], Peer);
  class PeerModule {}
  Module({ imports: [CqrsModule.forRoot()], controllers: [Peer], providers: [Answer] })(PeerModule);
  const app = await NestFactory.create(PeerModule, new FastifyAdapter(), { logger: ['error'] });
  app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
  await app.listen(0, '127.0.0.1');
  process.send(await app.getUrl());
}

// A server ends with the run that started it, however that ends.
process.on('disconnect', () => process.exit());

if (process.argv[2] === 'house') await serveHouse(process.argv[3]);
else if (process.argv[2] === 'peer') await servePeer();
else {
  try {
    await appends();
    await commands();
    await receiptToLive();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const at = process.argv.indexOf('--json');
  if (at > 0) writeFileSync(process.argv[at + 1], `${JSON.stringify(results, null, 2)}\n`);
}
