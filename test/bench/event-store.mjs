/**
 * The adapter of EventStoreDB against the bare client and emmett-esdb, on one server: the one in
 * `ESDB_URL`, or a stand-in of which only the ratios mean something. Each contender is a separate
 * process, so that none disturbs the other's event loop.
 */
import { fork, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startEventStore } from '../../deploy/services/eventstore.mjs';
import { PLEDGE, eventOf, folder, load, median, note, notMeasured, quantile, quick, ratioOf } from './measure.mjs';

const peers = fileURLToPath(new URL('./peers-of-event-store/', import.meta.url));
const own = fileURLToPath(import.meta.url);

const MS = quick ? 300 : 1500;
const TIMES = quick ? 1 : 3;
/** Appends that wait at the same time, and the least ratio to the bare client. */
const WAITING = [
  [1, 0.9],
  [8, 1],
  [64, 1],
];
/** Events of the log that is read. */
const EVENTS = quick ? 2000 : 50_000;
/** Events of others behind the log's last event. */
const FOREIGN = quick ? 5000 : 1_000_000;
/** Lengths of the logs in which a date is searched, and the reads that halving may take more. */
const SHORT_LOG = quick ? 2000 : 10_000;
const LONG_LOG = quick ? 20_000 : 1_000_000;
const MORE_READS = 3;
/** Milliseconds that filling a log may take: then it is as long as it is. */
const MAX_FILL_MS = 120_000;
/** What `fillOthers` writes in a second, at most. */
const FOREIGN_PER_SECOND = 28_000;

export async function eventStore() {
  const why = installPeers();
  const { ESDB_URL: real } = process.env;
  const server = real === undefined ? await startEventStore({ folder: join(folder, 'event-store') }) : null;
  const url = real ?? server.url;
  console.log(real === undefined ? '  on the stand-in for an event store:' : '  on the server of ESDB_URL:');
  const ours = await contender('ours', url);
  const bare = await contender('bare', url);
  const following = await contender('following', url);
  const emmett = why === null ? await contender('emmett', url) : null;
  try {
    for (const [waiting, goal] of WAITING) {
      const job = { name: 'append', waiting, ms: MS };
      for (const one of [ours, bare, following, emmett]) await one?.ask(job);
      const against = async (peer) =>
        ratioOf(
          TIMES,
          () => peer.ask(job),
          () => ours.ask(job),
        );
      note(`append, ${waiting} waiting, against the bare client's batch append`, await against(bare), 'ratio', goal);
      note('  against the same client that follows what it appends, too', await against(following), 'ratio', 1);
      if (emmett !== null) note(`append, ${waiting} waiting, against emmett-esdb`, await against(emmett), 'ratio', 1);
      else notMeasured(`append, ${waiting} waiting, against emmett-esdb`, 'ratio', 1, why);
      note('  appends a second', await ours.ask(job), 'a second');
    }
    await ours.ask({ name: 'fill', events: EVENTS });
    const read = { name: 'read' };
    const ratio = await ratioOf(
      TIMES,
      () => bare.ask(read),
      () => ours.ask(read),
    );
    note("the log read whole, against the bare client's read", ratio, 'ratio', 0.9);
    await besideOthers(url, ours, bare);
    await dates(url);
  } finally {
    for (const one of [ours, bare, following, emmett]) one?.end();
    await server?.stop();
  }
}

/** Whatever the log does, with the events of other applications behind its last one. */
async function besideOthers(url, ours, bare) {
  await bare.ask({ name: 'others', events: FOREIGN });
  const seconds = { atMost: true };
  const many = FOREIGN.toLocaleString('en');
  const later = await contender('ours', url);
  note(`start, behind ${many} events of others`, (await later.ask({ name: 'start' })) / 1000, 's', 2, seconds);
  for (const name of ['head', 'kinds', 'types', 'positionAt'])
    note(`  ${name}`, (await later.ask({ name })) / 1000, 's', 2, seconds);
  later.end();
  const idle = await ours.ask({ name: 'cpu', ms: quick ? 500 : 5000 });
  note('  a follower at rest, part of a core', idle, 'ratio', 0.03, seconds);
  const relay = await contender('ours', url);
  await relay.ask({ name: 'relay' });
  note(
    '  a relay at rest, part of a core',
    await relay.ask({ name: 'cpu', ms: quick ? 500 : 5000 }),
    'ratio',
    0.03,
    seconds,
  );
  const flow = bare.ask({ name: 'others', events: quick ? 500 : 5000, perSecond: 1000 });
  note(
    '  the same while others write 1,000 events a second',
    await relay.ask({ name: 'cpu', ms: quick ? 500 : 4000 }),
    'ratio',
  );
  await flow;
  relay.end();
  const flood = bare.ask({
    name: 'others',
    events: FOREIGN_PER_SECOND * (quick ? 1 : 5),
    perSecond: FOREIGN_PER_SECOND,
  });
  const took = await ours.ask({ name: 'latencies', ms: quick ? 500 : 4000 });
  const written = await flood;
  note('an append beside events of others, p99', quantile(took, 0.99), 'ms', 250, seconds);
  note('  events of others a second', written, 'a second');
}

/** A date, asked of processes that have just started: in a short log and in a long one. */
async function dates(url) {
  const writer = await contender('ours', url, 'dates');
  const found = [];
  let length = 0;
  for (const events of [SHORT_LOG, LONG_LOG]) {
    const instants = await writer.ask({ name: 'fill', events: events - length, waiting: 8 });
    length += 500 * instants.length;
    const asked = [];
    for (const part of [0.2, 0.5, 0.8]) {
      const fresh = await contender('ours', url, 'dates');
      const chosen = [part, part / 2].map((one) => instants[Math.floor(one * instants.length)]);
      asked.push(await fresh.ask({ name: 'dates', instants: chosen }));
      fresh.end();
    }
    const [first, next, reads] = ['first', 'next', 'reads'].map((name) => median(asked.map((one) => one[name])));
    found.push({ next, reads });
    const goal = events === LONG_LOG ? [50, { atMost: true }] : [];
    note(
      `a date in a log of ${length.toLocaleString('en')} events, the first that a new process is asked`,
      first,
      'ms',
    );
    note('  the next, which is another date', next, 'ms', ...goal);
    note('  reads of the server for the first', reads, 'reads');
  }
  writer.end();
  const [short, long] = found;
  note('  the long log against the short: reads', long.reads / short.reads, 'ratio', MORE_READS, { atMost: true });
  note('  the long log against the short: time', long.next / short.next, 'ratio', MORE_READS, { atMost: true });
}

function installPeers() {
  if (existsSync(join(peers, 'node_modules', '@event-driven-io', 'emmett-esdb'))) return null;
  console.log('  installing emmett-esdb for the bench ...');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const installed = spawnSync('npm', args, { cwd: peers, encoding: 'utf8', timeout: 600_000 });
  return installed.status === 0 ? null : `npm ci failed in ${peers}: ${installed.stderr?.split('\n')[0] ?? ''}`;
}

/** Starts a contender, which answers one job after the other. */
function contender(what, url, log = LOG) {
  const child = fork(own, [what, url, log], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ask = (job) =>
    new Promise((resolve, reject) => {
      child.once('message', ({ result, error }) => {
        child.removeAllListeners('exit');
        if (error === undefined) resolve(result);
        else reject(new Error(`${what}, ${job.name}: ${error}`));
      });
      child.once('exit', (code) => reject(new Error(`${what} ended with ${code}`)));
      child.send(job);
    });
  return ask({ name: 'ready' }).then(() => ({ ask, end: () => child.kill() }));
}

const LOG = 'bench';

/** How a contender appends an event to a new stream, and reads the log. */
const CONTENDERS = {
  async ours(url, log) {
    const { EventStoreDbStore } = await load('libs/eventstoredb/src/index.js');
    const begun = performance.now();
    const store = await EventStoreDbStore.connect({ url, log });
    const started = performance.now() - begun;
    let n = 0;
    const run = randomUUID();
    const stream = () => `note/${run}-${(n += 1)}`;
    const count = async (range) => {
      let read = 0;
      for await (const batch of store.readLog(0n, range)) read += batch.length;
      return read;
    };
    const timed = async (work) => {
      const from = performance.now();
      await work();
      return performance.now() - from;
    };
    const append = () => store.append(stream(), 'none', [{ ...eventOf(n), id: randomUUID() }]);
    return {
      append,
      read: () => count(),
      async fill({ events, waiting = 1 }) {
        const instants = [];
        const end = performance.now() + MAX_FILL_MS;
        let at = 0;
        const line = async () => {
          while (at < events && performance.now() < end) {
            at += 500;
            const some = Array.from({ length: 500 }, () => ({ ...eventOf(0), id: randomUUID() }));
            await store.append(stream(), 'none', some);
            instants.push(new Date().toISOString());
          }
        };
        await Promise.all(Array.from({ length: waiting }, line));
        await store.head();
        return instants;
      },
      start: () => started,
      head: () => timed(() => store.head()),
      kinds: () => timed(() => count({ kinds: ['unheard'] })),
      types: () => timed(() => count({ types: ['Unheard'] })),
      async dates({ instants: [first, next] }) {
        const { streams } = store.connection;
        let reads = 0;
        for (const name of ['readAll', 'readStream']) {
          const read = streams[name].bind(streams);
          streams[name] = (...of) => ((reads += 1), read(...of));
        }
        const took = await timed(() => store.positionAt(first));
        const asked = reads;
        return { first: took, reads: asked, next: await timed(() => store.positionAt(next)) };
      },
      async relay() {
        const { LogPublisher, NO_EVENT, Relay } = await load('libs/engine/src/index.js');
        const done = () => Promise.resolve();
        const nowhere = Object.assign(Object.create(LogPublisher.prototype), {
          partitions: 12,
          tails: () => Promise.resolve(Array.from({ length: 12 }, () => ({ through: 0n, last: NO_EVENT }))),
          publish: done,
          publishWatermarks: done,
          check: done,
          close: done,
        });
        const relay = new Relay(store, nowhere, { wake: (listener) => store.onCommit(listener) });
        relay.start();
        const end = await store.head();
        while (relay.status().position !== end) await new Promise((resolve) => setTimeout(resolve, 50));
        await new Promise((resolve) => setTimeout(resolve, 2000));
        return null;
      },
      positionAt: () => timed(() => store.positionAt(new Date().toISOString())),
      async cpu({ ms }) {
        const from = process.cpuUsage();
        await new Promise((resolve) => setTimeout(resolve, ms));
        const { user, system } = process.cpuUsage(from);
        return (user + system) / 1000 / ms;
      },
      async latencies({ ms }) {
        const took = [];
        const end = performance.now() + ms;
        while (performance.now() < end) took.push(await timed(append));
        return took;
      },
    };
  },
  bare: (url) => bareClient(url, false),
  following: (url) => bareClient(url, true),
  async emmett(url) {
    const { resolve } = createRequire(join(peers, 'package.json'));
    const { getEventStoreDBEventStore } = await import(
      pathToFileURL(join(peers, 'node_modules/@event-driven-io/emmett-esdb/dist/index.js'))
    );
    const { EventStoreDBClient } = await client(resolve);
    const store = getEventStoreDBEventStore(EventStoreDBClient.connectionString(url));
    let n = 0;
    const run = randomUUID();
    const expected = { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' };
    return {
      append: () => {
        const { type, data, metadata } = eventOf((n += 1));
        return store.appendToStream(`emmett-${run}-${n}`, [{ type, data, metadata }], expected);
      },
    };
  },
};

/** The client alone; `follows`: it also decodes what it appends, as a reader of a log does. */
async function bareClient(url, follows) {
  const { END, EventStoreDBClient, NO_STREAM, jsonEvent, streamNameFilter } = await client();
  const connected = EventStoreDBClient.connectionString(url);
  let n = 0;
  const run = randomUUID();
  const filter = streamNameFilter({ prefixes: [`bare-${run}`] });
  // The server cuts a follower that is too slow; it then continues from the end.
  const follow = () =>
    connected
      .subscribeToAll({ fromPosition: END, filter })
      .on('data', () => undefined)
      .on('error', follow);
  if (follows) follow();
  return {
    append: () => {
      const { type, data, metadata } = eventOf((n += 1));
      const event = jsonEvent({ type, data, metadata });
      return connected.appendToStream(`bare-${run}-${n}`, event, { expectedRevision: NO_STREAM });
    },
    async read() {
      let read = 0;
      for await (const { event } of connected.readAll({ maxCount: 10_000_000 })) if (event !== undefined) read += 1;
      return read;
    },
    async others({ events, perSecond = Infinity }) {
      const some = Array.from({ length: 500 }, () => ({ type: 'Theirs', data: PLEDGE }));
      const begun = performance.now();
      for (let at = 0; at < events; at += 500) {
        await connected.appendToStream(`theirs-${run}-${at % 5000}`, some.map(jsonEvent));
        const ahead = (at / perSecond) * 1000 - (performance.now() - begun);
        if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
      }
      return (events * 1000) / (performance.now() - begun);
    },
  };
}

const client = (resolve = createRequire(own).resolve) => import(pathToFileURL(resolve('@eventstore/db-client')));

/** Appends a second, while `waiting` appends wait for their answers. */
async function appending({ append }, { waiting, ms }) {
  let done = 0;
  const begun = performance.now();
  const line = async () => {
    for (; performance.now() - begun < ms; done += 1) await append();
  };
  await Promise.all(Array.from({ length: waiting }, line));
  return (done * 1000) / (performance.now() - begun);
}

/** Events a second of the log read whole. */
async function reading({ read }) {
  const begun = performance.now();
  const events = await read();
  return (events * 1000) / (performance.now() - begun);
}

async function work(what, url, log) {
  const jobs = await CONTENDERS[what](url, log);
  process.on('message', async (job) => {
    try {
      const { name } = job;
      const result =
        name === 'ready'
          ? null
          : name === 'append'
            ? await appending(jobs, job)
            : name === 'read'
              ? await reading(jobs)
              : await jobs[name](job);
      process.send({ result });
    } catch (error) {
      process.send({ error: error instanceof Error ? error.message : String(error) });
    }
  });
}

if (process.send !== undefined && process.argv[1] === own) {
  process.on('disconnect', () => process.exit());
  await work(process.argv[2], process.argv[3], process.argv[4]);
}
