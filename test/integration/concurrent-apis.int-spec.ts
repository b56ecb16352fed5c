import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { partitionOf } from '@entente/engine';
import pg from 'pg';
import { all } from '../contracts/event-store.js';
import { LiveReader } from '../support/live-reader.js';
import { ApiClient } from '../support/api-client.js';
import { type DistributedDeployment, distributed } from '../support/distributed-in-process.js';
import { until } from '../support/kafka.js';
import { registerParties } from '../support/parties.mjs';

const PARTITIONS = 3;
const DONOR = 'norland;role=donor';
const opening = {
  donor: 'norland',
  recipient: 'estmark',
  fund: 'Fund',
  currency: 'USD',
  stages: ['pledged', 'obligated', 'disbursed'],
  basis: 'own',
  onBudget: false,
};

interface Receipt {
  readonly revision: number;
  readonly events: readonly { readonly id: string }[];
}

let deployment: DistributedDeployment;
let clients: readonly [ApiClient, ApiClient];
beforeAll(async () => {
  deployment = await distributed({ partitions: PARTITIONS, apis: 2, projectors: 2 })();
  const at = (n: number) => new ApiClient(() => deployment.apis[n]?.url ?? '');
  clients = [at(0), at(1)];
  await registerParties(urlOf(0));
});
afterAll(() => deployment.end());

const urlOf = (n: number): string => deployment.apis[n]?.url ?? '';
/** The other of two. */
const other = (n: number): number => 1 - n;
const client = (n: number): ApiClient => clients[n % 2] as ApiClient;
const opened = (id: string, n = 0) => client(n).send(`funding-account/norland.${id}/open`, opening, DONOR);
const pledge = (id: string, amount: number, n = 0) =>
  client(n).send(`funding-account/norland.${id}/pledge`, { amount, period: '2026' }, DONOR);
/** Sends a command on an account at its current revision, under a key; returns any answer. */
async function post(n: number, id: string, command: string, body: object, key: string) {
  const answer = await fetch(`${urlOf(n)}/v1/funding-account/norland.${id}/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'entente-actor': DONOR, 'idempotency-key': key },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
/** What is pledged into an account, as read through one of them. */
const pledged = async ({ model }: ApiClient, id: string, after: string | undefined): Promise<unknown> =>
  (await model(`funding?account=norland.${id}&after=${after}`)).rows[0]?.['pledged'];
const eventsOf = async (id: string) => {
  const log = await deployment.log();
  const events = await all(log.readStream(`funding-account/norland.${id}`));
  await log.close();
  return events;
};
/** An account whose stream is in a partition. */
const accountIn = (partition: number, name: string): string => {
  for (let n = 0; ; n += 1)
    if (partitionOf(`funding-account/norland.${name}-${n}`, PARTITIONS) === partition) return `${name}-${n}`;
};

/** Readers of the same at each of the two. */
const listening = (path: string) => Promise.all([0, 1].map((n) => new LiveReader(urlOf(n), path).connect()));

describe('two apis of one deployment', () => {
  it('show at once what was written through the other, and continue its pages', async () => {
    await opened('seen');
    for (let n = 0; n < 20; n += 1) {
      const { after, ...receipt } = await pledge('seen', 1, n);
      const at = client(n + 1);
      expect(await pledged(at, 'seen', after)).toBe(n + 1);
      const path = `commands/${receipt['commandId']}?stream=funding-account/norland.seen`;
      expect((await at.get(path, { 'entente-actor': DONOR })).body).toEqual({ after, ...receipt, consequences: [] });
    }
    const end = await client(0).head();
    const seen: unknown[] = [];
    let page = await client(0).model(`journal?sort=-occurred_at&limit=7&after=${end}`);
    for (let n = 1; ; n += 1) {
      seen.push(...page.rows);
      if (page.next === null) break;
      page = await client(n).model(`journal?sort=-occurred_at&limit=7&cursor=${page.next}`);
    }
    const { rows } = await client(1).model(`journal?sort=-occurred_at&limit=1000&after=${end}`);
    expect(seen).toEqual(rows);
    expect(rows.length).toBeGreaterThan(20);
  });

  it('let a reader wait until all partitions have reached its write: a page is at one position', async () => {
    const slow = accountIn(0, 'slow');
    const quick = accountIn(1, 'quick');
    await opened(slow);
    await opened(quick);
    await deployment.ready();
    const holding = new pg.Client({ connectionString: deployment.database });
    await holding.connect();
    try {
      await holding.query('BEGIN');
      await holding.query('SELECT 1 FROM entente.checkpoints WHERE partition = 0 FOR UPDATE');
      const held = await pledge(slow, 5);
      const free = await pledge(quick, 7, 1);
      const answered: string[] = [];
      const waiting = pledged(client(1), slow, held['after']).then((sum) => answered.push(`slow ${String(sum)}`));
      const all = pledged(client(0), quick, free['position']).then((sum) => answered.push(`all ${String(sum)}`));
      const own = pledged(client(0), quick, free['after']).then((sum) => answered.push(`own ${String(sum)}`));
      await pause(1000);
      expect(answered).toEqual([]);
      await holding.query('ROLLBACK');
      await Promise.all([waiting, all, own]);
      expect(answered.sort()).toEqual(['all 7', 'own 7', 'slow 5']);
    } finally {
      await holding.end();
    }
  });

  it('send live rows of writes through either, also after all database connections broke', async () => {
    await opened('live');
    await deployment.ready();
    const readers = await listening('read-models/funding/live?account=norland.live');
    const sum = (reader: LiveReader): unknown => [...reader.rows.values()][0]?.columns['pledged'];
    let total = 0;
    const isTold = async (n: number, within?: number): Promise<void> => {
      await pledge('live', 1, n);
      total += 1;
      for (const reader of readers) await reader.until((one) => sum(one) === total, within);
    };
    await pledge('live', 1);
    total += 1;
    for (let n = 0; n < 6; n += 1) await isTold(n);
    for (let round = 0; round < 3; round += 1) {
      const broken = await deployment.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      expect(broken.length).toBeGreaterThan(6);
      await isTold(round, deployment.visibleWithinMs + 2000);
    }
    // A client of one api continues at the other.
    for (const reader of readers) reader.disconnect();
    await pledge('live', 1);
    total += 1;
    for (const [n, reader] of readers.entries()) await reader.connect(urlOf(other(n)));
    await isTold(0);
    for (const reader of readers) {
      expect([reader.ended, reader.outOfOrder, reader.events.includes('closed')]).toEqual([false, [], false]);
      reader.disconnect();
    }
  });

  it('answer their status while slow queries hold every connection for queries', async () => {
    await opened('slow');
    await deployment.ready();
    const [{ name } = {}] = await deployment.query(
      "SELECT c.relname AS name FROM pg_class c JOIN entente.models m ON c.relname = 'funding_v' || m.version || '_g' || m.generation WHERE m.name = 'funding'",
    );
    const slow = new pg.Client({ connectionString: deployment.database });
    await slow.connect();
    await slow.query('BEGIN');
    await slow.query(`LOCK TABLE entente."${String(name)}" IN ACCESS EXCLUSIVE MODE`);
    const waiting = Array.from({ length: 24 }, (_, n) =>
      fetch(`${urlOf(0)}/v1/read-models/funding${n % 2 === 0 ? '' : '?format=csv'}`).then(async (answer) => {
        await answer.text();
        return answer.status;
      }),
    );
    await until(async () => {
      const [{ held } = {}] = await deployment.query(
        "SELECT count(*) AS held FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return Number(held) >= 10;
    });
    for (const path of ['health/ready', 'health/serving', 'metrics'])
      for (let times = 0; times < 3; times += 1) {
        const begun = performance.now();
        const answer = await fetch(`${urlOf(0)}/${path}`);
        const text = await answer.text();
        expect([path, answer.status, performance.now() - begun < 1500, text]).toEqual([
          path,
          200,
          true,
          expect.not.stringContaining('"alarm"'),
        ]);
      }
    await slow.query('COMMIT');
    await slow.end();
    // Those that waited too long for a connection get a time to ask again.
    const statuses = await Promise.all(waiting);
    expect([...new Set(statuses)].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses).toContain(200);
  });

  it('send the history of either once and in order', async () => {
    for (const n of [0, 1]) await opened(`live-${n}`);
    const readers = await listening('history/live?kind=funding-account');
    const sent: string[] = [];
    await Promise.all(
      [0, 1].map(async (n) => {
        for (let times = 0; times < 15; times += 1) sent.push((await pledge(`live-${n}`, 1, n))['position'] as string);
      }),
    );
    const positions = sent.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    for (const reader of readers) {
      await reader.until(({ events: names }) => names.filter((name) => name === 'event').length >= 30);
      const events = reader.frames.filter((frame) => /^event: event$/m.test(frame));
      expect(events.map((frame) => /^id: (.*)$/m.exec(frame)?.[1])).toEqual(positions);
      expect(reader.outOfOrder).toEqual([]);
      reader.disconnect();
    }
  });

  it('answer one command sent to both by one receipt, which both return from then on', async () => {
    await opened('twice');
    // Both know the current account.
    for (const n of [0, 1]) await pledge('twice', 1, n);
    for (let turn = 0; turn < 20; turn += 1) {
      const body = { amount: 1, period: '2026' };
      const sent = await Promise.all([0, 1, 0].map((n) => post(n, 'twice', 'pledge', body, `twice-${turn}`)));
      expect(sent.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(sent[1]?.body).toEqual(sent[0]?.body);
      expect(sent[2]?.body).toEqual(sent[0]?.body);
      for (const { get } of clients) {
        const path = `commands/twice-${turn}?stream=funding-account/norland.twice`;
        const found = await get(path, { 'entente-actor': DONOR });
        expect([found.status, found.body]).toEqual([200, { ...(sent[0]?.body as object), consequences: [] }]);
      }
    }
    expect((await eventsOf('twice')).map(({ type }) => type)).toEqual([
      'FundingAccountOpened',
      ...Array<string>(22).fill('FundsPledged'),
    ]);
    const reused = { amount: 2, period: '2026' };
    for (const n of [0, 1]) expect((await post(n, 'twice', 'pledge', reused, 'twice-0')).status).toBe(409);
  });

  it('list the refused commands of both', async () => {
    await opened('refused');
    for (const n of [0, 1]) expect((await post(n, 'refused', 'open', opening, `refused-by-${n}`)).status).toBe(422);
    const listed = async (n: number): Promise<readonly string[]> => {
      const { body } = await client(n).get('refusals?stream=funding-account/norland.refused');
      return (body as unknown as { refusals: { commandId: string }[] }).refusals.map(({ commandId }) => commandId);
    };
    for (const n of [0, 1]) {
      await until(async () => (await listed(n)).length >= 2);
      expect([...(await listed(n))].sort()).toEqual(['refused-by-0', 'refused-by-1']);
    }
  });

  it('that race on one stream record each accepted command once, and pay out no missing money', async () => {
    await opened('raced');
    expect((await post(0, 'raced', 'obligate', { amount: 70, period: '2026' }, 'raced')).status).toBe(201);
    const receipts = new Map<string, Receipt>();
    const keys = Array.from({ length: 120 }, (_, n) => `raced-${n}`);
    let refused = 0;
    const client = async (n: number): Promise<void> => {
      for (let key = keys.pop(); key !== undefined; key = keys.pop())
        for (let last = 503; last === 503;) {
          const { status, body } = await post(n % 2, 'raced', 'disburse', { amount: 1, period: '2026' }, key);
          if (status === 201) receipts.set(key, body as unknown as Receipt);
          else if (status === 422) refused += 1;
          // A race that was lost too often is to be tried again.
          else expect([status, body['code']]).toEqual([503, 'contention']);
          last = status;
        }
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => client(n)));
    const events = await eventsOf('raced');
    expect([receipts.size, refused]).toEqual([70, 50]);
    expect(events.map(({ revision }) => revision)).toEqual(events.map((_, i) => i));
    const disbursements = events
      .filter(({ type }) => type === 'FundsDisbursed')
      .map(({ metadata }) => metadata.commandId);
    expect(disbursements.sort()).toEqual([...receipts.keys()].sort());
    for (const { revision, events: own } of receipts.values())
      expect(own.map(({ id }) => id)).toEqual([events[revision]?.id]);
    await deployment.ready();
    for (const { model } of clients)
      expect((await model('funding?account=norland.raced')).rows).toMatchObject([{ obligated: 70, disbursed: 70 }]);
  });
});
