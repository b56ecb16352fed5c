import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningEventStore, startEventStore } from '../../deploy/services/eventstore.mjs';
import { until } from '../support/kafka.js';
import { type Load, loadOn } from '../support/load.mjs';
import { postgresForTests } from '../support/postgres.js';
import { type DistributedProcesses, distributedProcesses } from '../support/distributed-processes.mjs';
import { verifySystem } from '../support/system-verification.mjs';

const NOBODY_LEADS = /^no node of the event store at .* leads: a cluster needs more than half of its nodes/;

let folder: string;
let cluster: RunningEventStore;
let deployment: DistributedProcesses;
let load: Load;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entente-cluster-'));
  cluster = await startEventStore({ folder, nodes: 3 });
  const { SERVICES_KAFKA_BROKERS: kafka = '' } = process.env;
  deployment = distributedProcesses({ esdb: cluster.url, kafka, database: await postgresForTests().database() }, 3);
  load = loadOn(deployment, { rate: 40 });
  await deployment.open({ api: 2, relay: 1, projector: 1, intake: 1 });
  await load.open();
});
afterAll(async () => {
  await load.close();
  await deployment.end();
  await cluster.kill();
  rmSync(folder, { recursive: true });
});

const leader = async (): Promise<number | null> => (await cluster.node(0, 'running')).leader;
const leads = (): Promise<void> => until(async () => (await leader()) !== null);
const pids = (): readonly (number | undefined)[] => deployment.all().map(({ pid }) => pid);

/** A pledge, and how it is answered. */
async function pledge(): Promise<{ status: number; retryAfter: string | null; code: string; title: string }> {
  const answer = await fetch(`${await deployment.url()}/v1/funding-account/norland.h0/pledge`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor' },
    body: JSON.stringify({ amount: 7, period: '2026' }),
  });
  const { code = '', title = '' } = (await answer.json()) as { code?: string; title?: string };
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), code, title };
}

/** The rows of a read model as of an instant, and the position that it stood for. */
interface AsOfAnswer {
  readonly instant: string;
  readonly body: string;
}

/** Asks for rows, and for a stream, as of now; null if there is no answer now. */
async function askAsOf(instant: string): Promise<AsOfAnswer | null> {
  const bodies: string[] = [];
  for (const path of ['read-models/funding?limit=500', 'history/funding-account/norland.h0?from=0']) {
    const answer = await fetch(`${await deployment.url()}/v1/${path}&as-of=${encodeURIComponent(instant)}`).catch(
      () => null,
    );
    if (answer?.status !== 200) return null;
    bodies.push(await answer.text());
  }
  return { instant, body: bodies.join() };
}

/** The node that a round is done to: the leader in two of three, else one that follows. */
const target = (round: number, led: number): number => (round % 3 === 2 ? (led + 1) % 3 : led);

/** Rounds of the test under load. */
const ROUNDS = Number(process.env['CLUSTER_ROUNDS'] ?? 3);

describe('a cluster of the event store', () => {
  it.each(['killed', 'frozen'] as const)(
    'without quorum since two nodes are %s ends no process, is reported, and works 10 s after their return',
    async (state) => {
      await leads();
      const before = pids();
      // Of the nodes that stay one is the first, which answers who leads.
      for (const node of [1, 2]) await cluster.node(node, state);
      await until(async () => (await cluster.node(0, 'running')).leader === null);
      await until(async () => (await pledge()).code === 'event-store-no-leader', 60_000);
      const refused = await pledge();
      expect(refused).toMatchObject({ status: 503, retryAfter: '5', code: 'event-store-no-leader' });
      expect(refused.title).toMatch(NOBODY_LEADS);
      for (const app of deployment.all())
        await until(async () => {
          const { status, fault } = (await app.health()) as unknown as { status: number; fault: string | null };
          return status === 503 && NOBODY_LEADS.test(fault ?? '');
        });
      // The client looks for a leader for about ten seconds.
      await pause(12_000);
      expect(pids()).toEqual(before);
      for (const node of [1, 2]) await cluster.node(node, 'running');
      const back = performance.now();
      await until(async () => (await pledge()).status === 201, 10_000);
      expect(performance.now() - back).toBeLessThan(10_000);
      await deployment.caughtUp();
    },
  );

  it('loses and duplicates nothing, and changes no answer as of an instant, under load and kills', async () => {
    await leads();
    const before = pids();
    const answers: AsOfAnswer[] = [];
    let over = false;
    const asking = (async () => {
      while (!over) {
        const answer = await askAsOf(new Date().toISOString());
        if (answer !== null) answers.push(answer);
        await pause(500);
      }
    })();
    load.begin();
    for (let round = 0; round < ROUNDS; round += 1) {
      await leads();
      const node = target(round, (await leader()) ?? 0);
      await cluster.node(node, round % 2 === 0 ? 'killed' : 'frozen');
      await pause(4000);
      await cluster.node(node, 'running');
      await leads();
      await pause(2000);
    }
    await load.end();
    over = true;
    await asking;
    for (const node of [0, 1, 2]) await cluster.node(node, 'running');
    await deployment.ready();
    const counts = await verifySystem(deployment, load);
    expect(counts.deadLetters).toBe(0);
    expect(pids()).toEqual(before);
    // Each question about an instant has the answer that it had.
    expect(answers.length).toBeGreaterThan(ROUNDS);
    for (const { instant, body } of answers) expect(await askAsOf(instant)).toEqual({ instant, body });
  });
});
