/**
 * The distributed deployment as its processes: how long a receipt waits for its row, and how long
 * the partitions of a killed projector stall.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { startApp } from '../../support/app-process.mjs';
import { PLEDGE, note, quantile, quick } from '../measure.mjs';
import { openAccounts, send } from '../servers.mjs';

/** The accounts that `openAccounts` opens. */
const ACCOUNTS = 50;
const A_SECOND = 100;
/** The session time-out that the projector has, in milliseconds. */
const SESSION = 10_000;
/** If a killed projector's rows do not change for this time, no other projector has taken over. */
const LATEST = SESSION * 3;
/**
 * The maximum delay, in milliseconds, of a notification of what a projector wrote before it died.
 */
const NOTIFY_DELAY_MS = 500;

/**
 * An api, a relay and a number of projectors, with a topic of a number of partitions and a new
 * database.
 */
async function begin({ brokers, eventStore, begun, name }, { partitions, count }, database) {
  const { url: esdb } = await eventStore();
  const settings = {
    ESDB_URL: esdb,
    KAFKA_BROKERS: brokers,
    KAFKA_TOPIC: name('deployment'),
    KAFKA_PARTITIONS: String(partitions),
    KAFKA_GROUP: name('group'),
    KAFKA_COMMANDS_TOPIC: name('commands'),
    KAFKA_REPLIES_TOPIC: name('replies'),
    KAFKA_DEAD_LETTERS_TOPIC: name('dead'),
    DATABASE_URL: database,
    ENTENTE_PSEUDONYM_KEY: '07'.repeat(32),
    LOG_LEVEL: 'error',
  };
  const app = (of) => begun(startApp(of, settings));
  const api = await app('api');
  const relay = await app('relay');
  const projectors = [];
  for (let i = 0; i < count; i += 1) projectors.push(await app('projector'));
  await Promise.all([api.ready(), ...projectors.map((one) => one.ready())]);
  return { api, relay, projectors };
}

/** Follows the rows of the accounts and calls `seen` with each one's position. Ends with `stop`. */
async function follow({ url }, seen) {
  const stop = new AbortController();
  const { body } = await fetch(`${url}/v1/read-models/funding/live`, { signal: stop.signal });
  void (async () => {
    let text = '';
    for await (const chunk of body) {
      const frames = (text + Buffer.from(chunk)).split('\n\n');
      text = frames.pop();
      for (const frame of frames) {
        if (!/^event: row$/m.test(frame)) continue;
        seen(JSON.parse(/^data: (.*)$/m.exec(frame)[1]), performance.now());
      }
    }
  })().catch(() => undefined);
  return () => stop.abort();
}

/**
 * Pledges to the accounts in turn at a fixed rate, without waiting for the answers; calls `took`
 * with each receipt.
 */
async function pledges({ url }, count, took) {
  const underWay = [];
  const begun = performance.now();
  for (let i = 0; i < count; i += 1) {
    await pause(Math.max(0, begun + (i * 1000) / A_SECOND - performance.now()));
    const one = send(url, `funding-account/norland.bench-${i % ACCOUNTS}/pledge`, PLEDGE).then(async (response) => {
      if (response.status !== 201) throw new Error(`a pledge was answered by ${response.status}`);
      took(await response.json(), performance.now());
    });
    underWay.push(one);
  }
  await Promise.all(underWay);
}

/**
 * A row with a later event of its stream includes the receipt's too: a live stream that lags sends
 * only the last of several versions.
 */
async function receipts({ api }, what) {
  const rows = new Map();
  const answered = [];
  const unfollow = await follow(api, ({ stream, since }, at) =>
    rows.set(stream, [...(rows.get(stream) ?? []), { since: BigInt(since), at }]),
  );
  const rowOf = ({ stream, position }) => rows.get(stream)?.find(({ since }) => since >= BigInt(position));
  // The projectors have shared the partitions between them when every account has had a row.
  for (let turn = 0; turn < 20 && (turn < 3 || rows.size < ACCOUNTS); turn += 1)
    await pledges(api, A_SECOND, () => undefined);
  await pledges(api, A_SECOND * (quick ? 3 : 20), (receipt, at) => answered.push({ receipt, at }));
  const late = performance.now() + 15_000;
  while (!answered.every(({ receipt }) => rowOf(receipt)) && performance.now() < late) await pause(50);
  unfollow();
  const waited = answered.map(({ receipt, at }) => Math.max(0, (rowOf(receipt)?.at ?? Infinity) - at));
  if (waited.includes(Infinity)) throw new Error('a receipt had no row after fifteen seconds');
  note(`receipt to row, ${A_SECOND} commands a second, ${what}, p50`, quantile(waited, 0.5), 'ms');
  note('  p99', quantile(waited, 0.99), 'ms');
}

/** How many events each projector has folded. */
const folded = (projectors) =>
  Promise.all(
    projectors.map(async ({ url }) => {
      const metrics = await fetch(`${url}/metrics`).then((answer) => answer.text());
      return Number(/^entente_projected_events_total (\S+)$/m.exec(metrics)?.[1]);
    }),
  );

/**
 * The time from a projector's death to the first row, after it, of the last of its accounts. Its
 * accounts are those without a change for half the session timeout.
 */
async function takeover({ api, projectors }, what) {
  const waits = new Map();
  let death = null;
  const unfollow = await follow(api, ({ stream }, at) => {
    if (death !== null && at - death > NOTIFY_DELAY_MS && !waits.has(stream)) waits.set(stream, at - death);
  });
  // Where there are fewer partitions than projectors, one has none: it is the other that dies.
  const before = await folded(projectors);
  await pledges(api, A_SECOND, () => undefined);
  const busy = (await folded(projectors)).map((now, i) => now - before[i]);
  await projectors[busy.indexOf(Math.max(...busy))].kill();
  death = performance.now();
  const still = () => [...waits.values()].filter((wait) => wait > SESSION / 2);
  while (still().length === 0) {
    if (performance.now() - death > LATEST)
      throw new Error('no projector has taken over from the projector that was killed');
    await pledges(api, ACCOUNTS, () => undefined);
  }
  // The others that stood still have had commands too, and follow at once.
  await pledges(api, A_SECOND * 2, () => undefined);
  unfollow();
  const ratio = Math.max(...still()) / SESSION;
  note(`takeover from a killed projector, ${what}, against its session time-out`, ratio, 'ratio', 1.1, {
    atMost: true,
  });
}

/**
 * Measures both on one deployment of a number of partitions and projectors, which `what` describes;
 * the latter only if another projector can take over.
 */
export const deployment = (services, shape, what) =>
  services.onDatabase(async (database) => {
    const own = await begin(services, shape, database);
    await openAccounts(own.api);
    await receipts(own, what);
    if (shape.count > 1) await takeover(own, what);
    for (const app of [own.api, own.relay, ...own.projectors]) await app.stop();
  });
