/**
 * What the distributed deployment costs on its services, each held against what the service's own
 * client does in the same run.
 */
import { join } from 'node:path';
import { fillEventStore } from '../log.mjs';
import { folder, note, quick, ratioOf } from '../measure.mjs';
import { begin } from './begun.mjs';
import { deployment } from './deployment.mjs';
import { perSecond } from './workers.mjs';

const EVENTS = quick ? 3_000 : 15_000;
/** The projectors that share a topic. */
const PROJECTORS = quick ? [2] : [1, 2];
/** The events of a short log. */
const SHORT = 300;
const TIMES = quick ? 1 : 3;
const PARTITIONS = quick ? [12] : [1, 4, 12];
const plural = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`;

/**
 * The log published to a topic: by the relay, and by a producer alone that sends the same records
 * in the same batches.
 */
async function relays({ brokers, esdb, workers: [worker], name }) {
  for (const partitions of PARTITIONS) {
    const kept = join(folder, name('records'));
    const on = (more) => () => ({ brokers, esdb, partitions, topic: name('relayed'), ...more });
    await perSecond([worker], 'relaying', on({ keep: kept }), EVENTS);
    await perSecond([worker], 'producing', on({ kept }), EVENTS);
    let rate = 0;
    const ratio = await ratioOf(
      TIMES,
      () => perSecond([worker], 'producing', on({ kept }), EVENTS),
      async () => (rate = await perSecond([worker], 'relaying', on(), EVENTS)),
    );
    const parts = plural(partitions, 'partition');
    note(`relay, ${parts}, against a kafkajs producer of the same batches`, ratio, 'ratio', 0.7);
    note('  events a second', rate, 'a second');
    const read = await perSecond([worker], 'reading', on(), EVENTS);
    note('  of the log read alone, as the relay reads it', read, 'a second');
  }
}

/** The start of a relay on a topic that has the log already: of a long log against a short one. */
async function relayStarts({ brokers, esdb, eventStore, workers: [worker], name }) {
  const { url: short } = await eventStore();
  await fillEventStore(short, SHORT);
  const startOn = async (url) => {
    await worker.ask('prepare', 'starting', { brokers, esdb: url, topic: name('started'), partitions: 12 });
    const ms = await worker.ask('go');
    await worker.ask('end');
    return ms;
  };
  let ms = 0;
  const ratio = await ratioOf(
    TIMES,
    () => startOn(short),
    async () => (ms = await startOn(esdb)),
  );
  note(`relay, start until it publishes, ${EVENTS} events against ${SHORT}`, ratio, 'ratio', 2, { atMost: true });
  note('  milliseconds', ms, 'ms');
}

/**
 * The topic folded into rows, against a consumer that only reads and parses it, and against the
 * same row versions written without folding. The slower of both is the limit.
 */
async function projectors({ brokers, esdb, workers, name, onDatabase }) {
  for (const partitions of PARTITIONS) {
    const topic = name('projected');
    await perSecond(workers.slice(0, 1), 'relaying', () => ({ brokers, esdb, partitions, topic }), EVENTS);
    for (const count of PROJECTORS) {
      const some = workers.slice(0, count);
      const on = () => ({ brokers, esdb, partitions, topic });
      const consume = () => {
        const group = name('consumers');
        return perSecond(some, 'consuming', () => ({ ...on(), group }), EVENTS, partitions);
      };
      const project = (keep) =>
        onDatabase((database) => {
          const group = name('projectors');
          const files = (i) => (keep === undefined ? {} : { keep: `${keep}-${i}` });
          return perSecond(some, 'projecting', (i) => ({ ...on(), group, database, ...files(i) }), EVENTS, partitions);
        });
      const kept = join(folder, name('batches'));
      const write = () =>
        onDatabase((database) =>
          perSecond(some, 'writing', (i) => ({ database, partitions, kept: `${kept}-${i}` }), EVENTS),
        );
      await project(kept);
      const rates = { consume: 0, write: 0, project: 0 };
      const ratio = await ratioOf(
        TIMES,
        async () => {
          rates.consume = await consume();
          rates.write = await write();
          return Math.min(rates.consume, rates.write);
        },
        async () => (rates.project = await project()),
      );
      const what = `${plural(partitions, 'partition')}, ${plural(count, 'projector')}`;
      note(`projecting, ${what}, against the slower of reading and writing`, ratio, 'ratio', 0.5);
      note('  events a second', rates.project, 'a second');
      note('  of a kafkajs consumer that parses them', rates.consume, 'a second');
      note('  of the same row versions written raw', rates.write, 'a second');
    }
  }
}

/** The apps as processes. */
async function deployments(begun) {
  for (const partitions of PARTITIONS)
    for (const count of PROJECTORS)
      await deployment(
        begun,
        { partitions, count },
        `${plural(partitions, 'partition')}, ${plural(count, 'projector')}`,
      );
}

/** Commands on an event store of their own. */
async function executors({ workers: [worker], eventStore }) {
  const { url: esdb } = await eventStore();
  const ms = quick ? 300 : 2_000;
  const run = async (args) => {
    await worker.ask('prepare', 'executing', { esdb, ms, ...args });
    const rate = await worker.ask('go');
    await worker.ask('end');
    return rate;
  };
  for (const atOnce of [1, 50]) {
    let rate = 0;
    const mine = async () => (rate = await run({ by: 'executor', atOnce }));
    const what = `command decided and appended, ${atOnce} at once`;
    const [alone, together] = [false, true].map((batched) => () => run({ by: 'client', together: batched, atOnce }));
    note(`${what}, against the client's append, a call each`, await ratioOf(TIMES, alone, mine), 'ratio', 0.7);
    note(`  against the client's own choice of all over one call`, await ratioOf(TIMES, together, mine), 'ratio');
    note('  commands a second', rate, 'a second');
  }
}

const PARTS = { executors, deployments, relays, relayStarts, projectors };

/** Starts the services, measures all parts or those that are named, and ends the services. */
export async function services(only) {
  const begun = await begin();
  try {
    await fillEventStore(begun.esdb, EVENTS);
    for (const [name, part] of Object.entries(PARTS)) if (only === undefined || only.includes(name)) await part(begun);
  } finally {
    await begun.end();
  }
}
export const SERVICE_PARTS = Object.keys(PARTS);
