/**
 * The deployment, and the same Nest stack with an immediate answer: each in a separate process,
 * ended with the run that started it.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { ACCOUNT, PLEDGE, idOf, load } from './measure.mjs';
import { registerParties } from '../support/parties.mjs';

const HEADERS = { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor;person=n-1' };

/** Starts this file as a deployment on a data folder, or as the peer. */
export function serve(what, data = '') {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [what, data], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const end = () => new Promise((done) => (child.once('exit', done), child.kill('SIGTERM')));
    child.once('message', (url) => resolve({ url, pid: child.pid, end }));
    child.once('exit', (code) => reject(new Error(`${what} ended with ${code}`)));
  });
}

/** What the process keeps in memory, in MiB. */
export const memoryOf = ({ pid }) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024;

export const send = (url, path, body) =>
  fetch(`${url}/v1/${path}`, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) });

/** Opens the accounts that the load pledges to. */
export async function openAccounts({ url }) {
  await registerParties(url);
  for (let i = 0; i < 50; i += 1) await send(url, `funding-account/norland.bench-${i}/open`, ACCOUNT);
}

/** Pledges over fifty connections for a number of seconds. Returns commands per second. */
export async function pledges({ url }, seconds) {
  let n = 0;
  const request = { method: 'POST', headers: HEADERS, body: JSON.stringify(PLEDGE) };
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

/** Milliseconds from each of a number of receipts to its row on a live stream. */
export async function receiptsToLive({ url }, count) {
  await registerParties(url);
  await send(url, 'funding-account/norland.live/open', ACCOUNT);
  const stop = new AbortController();
  const live = await fetch(`${url}/v1/read-models/funding/live?account=norland.live`, { signal: stop.signal });
  let seen = () => undefined;
  void (async () => {
    for await (const chunk of live.body) if (Buffer.from(chunk).includes('event: row')) seen(performance.now());
  })().catch(() => undefined);
  const took = [];
  for (let i = 0; i < count; i += 1) {
    const row = new Promise((resolve) => (seen = resolve));
    await (await send(url, 'funding-account/norland.live/pledge', PLEDGE)).json();
    const receipt = performance.now();
    took.push(Math.max(0, (await row) - receipt));
  }
  stop.abort();
  return took;
}

async function serveStandalone(data) {
  const { createStandaloneApp } = await load('libs/embedded/src/index.js');
  const app = await createStandaloneApp({ folder: data, logLevel: 'error', placement: 'worker-threads' });
  app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
  await app.listen(0, '127.0.0.1');
  process.send(await app.getUrl());
}

/** The same adapter, bus, validation and shape of answer; nothing is decided or recorded. */
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
      const { errors } = readBody(commandAt(kind, command).body, body);
      if (errors.length > 0) throw new Error('invalid');
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

if (process.send !== undefined) process.on('disconnect', () => process.exit());
if (process.argv[1] === fileURLToPath(import.meta.url))
  await (process.argv[2] === 'deployment' ? serveStandalone(process.argv[3]) : servePeer());
