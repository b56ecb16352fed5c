import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type CommandResult,
  ExecuteCommand,
  Executor,
  InProcessFeed,
  Projector,
  Pseudonymizer,
  type Steward,
  type StewardCheckpoint,
} from '@entente/engine';
import type { Actor, RecordedEvent } from '@entente/kernel';
import { MODELS } from '@entente/read-models';
import { SqliteEventStore, SqliteStewardCheckpoint } from '@entente/sqlite';
import { SqliteReadModelStore } from '@entente/typeorm';
import { all, anEvent } from '../../../test/contracts/event-store.js';
import { until } from '../../../test/support/kafka.js';
import { kinds } from './kinds.js';
import { type StewardSettings, stewardOn } from './steward.js';

const OPERATOR: Actor = { organisation: 'operator', role: 'operator' };
const DONOR: Actor = { organisation: 'norland', role: 'donor' };
const FIRST_OF_JUNE = '2026-06-01T12:00:00.000Z';
const EARLIER = '2026-05-20T09:00:00.000Z';
const AFTER_A_MONTH = '2026-07-20T08:00:00.000Z';
const CASE = `misuse-case/sealed.${'5'.repeat(32)}`;
const P = 'norland.programme-1';

const pseudonymizer = new Pseudonymizer(Buffer.alloc(32, 7));

describe('the steward', () => {
  let folder: string;
  let store: SqliteEventStore;
  let rows: SqliteReadModelStore;
  let projector: Projector;
  let executor: Executor;
  let stewards: Steward[];
  let checkpoints: StewardCheckpoint[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entente-steward-'));
    store = new SqliteEventStore({ folder });
    rows = new SqliteReadModelStore({ folder, models: MODELS, views: [] });
    await rows.open(store.id, await store.head());
    projector = new Projector(MODELS, new InProcessFeed(store), rows, () => FIRST_OF_JUNE);
    projector.start();
    executor = new Executor(store, kinds, pseudonymizer, { note: () => undefined });
    stewards = [];
    checkpoints = [];
    for (const [organisation, role] of [
      ['norland', 'donor'],
      ['estmark', 'recipient'],
    ] as const) {
      await send(`stakeholder/${organisation}`, 'RegisterStakeholder', { name: organisation, type: 'state' }, OPERATOR);
      await send(`stakeholder/${organisation}`, 'GrantRole', { role }, OPERATOR);
    }
    await programme(P);
  });
  afterEach(async () => {
    await stop();
    await projector.stop();
    await rows.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  let sent = 0;
  async function send(stream: string, type: string, data: object, actor: Actor = DONOR): Promise<CommandResult> {
    const [kind, id] = stream.split('/') as [string, string];
    const metadata = {
      actor,
      commandId: `c-${(sent += 1)}`,
      correlationId: 'story',
      causationId: null,
      occurredAt: null,
      evidence: [],
      legalBasis: null,
    };
    const received = { stream: { kind, id }, command: { type, data }, metadata, ifMatch: null, body: data };
    const result = await executor.execute(new ExecuteCommand(received, FIRST_OF_JUNE));
    expect([type, result]).toMatchObject([type, { type: 'accepted' }]);
    return result;
  }
  const programme = (id: string) =>
    send(`programme/${id}`, 'ProposeProgramme', {
      title: id,
      kind: 'bilateral',
      donor: 'norland',
      recipient: 'estmark',
      sector: '15210',
      starts: '2026-01-01',
      ends: '2028-12-31',
    });
  const milestone = (name: string, due: string, of = P) =>
    send(`programme/${of}`, 'PlanMilestone', { milestone: name, due });

  function begin(settings: StewardSettings = {}, by: Pick<Executor, 'execute'> = executor): Steward {
    const checkpoint = new SqliteStewardCheckpoint(folder, store);
    const steward = stewardOn(store, by as Executor, rows, checkpoint, pseudonymizer, {
      now: () => AFTER_A_MONTH,
      poll: 20,
      lookEvery: 20,
      firstPause: 10,
      ...settings,
    });
    checkpoints.push(checkpoint);
    stewards.push(steward);
    steward.start();
    return steward;
  }
  async function stop(): Promise<void> {
    for (const steward of stewards.splice(0)) await steward.stop();
    for (const checkpoint of checkpoints.splice(0)) await checkpoint.close();
  }

  const events = async (type: string): Promise<readonly RecordedEvent[]> =>
    (await all(store.readLog(0n))).filter((event) => event.type === type);
  const recorded = async (type: string, count: number): Promise<readonly RecordedEvent[]> => {
    await until(async () => (await events(type)).length >= count);
    return events(type);
  };
  /** Until it has handled the whole log and looked at every due date once more. */
  const settled = async (steward: Steward): Promise<void> => {
    const looked = async () => steward.status().position === (await store.head()) && steward.status().day !== null;
    await until(looked);
    await new Promise((resolve) => setTimeout(resolve, 100));
  };

  it('records each day that passed once, in order, with the day on which it did, after a month of downtime', async () => {
    await milestone('late', '2026-07-10');
    await milestone('early', '2026-06-15');
    await milestone('future', '2026-07-20');
    await settled(begin());
    await stop();
    await settled(begin());
    const found = await events('MilestoneBecameOverdue');
    expect(found.map(({ data, metadata }) => [data, metadata.occurredAt, metadata.actor])).toEqual([
      [
        { milestone: 'early', due: '2026-06-15' },
        '2026-06-16T00:00:00.000Z',
        { organisation: 'entente', role: 'system' },
      ],
      [
        { milestone: 'late', due: '2026-07-10' },
        '2026-07-11T00:00:00.000Z',
        { organisation: 'entente', role: 'system' },
      ],
    ]);
  });

  it('records a new last day of the same thing again', async () => {
    await milestone('course', '2026-06-15');
    const steward = begin();
    await recorded('MilestoneBecameOverdue', 1);
    await send(`programme/${P}`, 'ReplanMilestone', { milestone: 'course', due: '2026-06-30', cause: 'late-supplier' });
    const found = await recorded('MilestoneBecameOverdue', 2);
    await settled(steward);
    expect(found.map(({ data }) => (data as { due: string }).due)).toEqual(['2026-06-15', '2026-06-30']);
  });

  it('looks again soon where the rows were still being folded at its start', async () => {
    await milestone('late', '2026-06-15');
    const whole = rows.outdated.bind(rows);
    let asked = 0;
    rows.outdated = async () => ((asked += 1) < 3 ? ['due-dates'] : whole());
    begin({ lookEvery: 600_000 });
    expect(await recorded('MilestoneBecameOverdue', 1)).toHaveLength(1);
  });

  it('is one of two at once, and each consequence is recorded once', async () => {
    for (let i = 0; i < 30; i += 1) await milestone(`m-${i}`, '2026-06-15');
    await store.append(CASE, 'none', [suspended(P)]);
    const other = new Executor(store, kinds, pseudonymizer, { note: () => undefined });
    const both = [begin(), begin({}, other)];
    for (const steward of both) await settled(steward);
    expect(await events('MilestoneBecameOverdue')).toHaveLength(30);
    expect(await events('HoldPlaced')).toHaveLength(1);
    expect(both.map((steward) => steward.status().refused)).toEqual([0, 0]);
  });

  const programmes = (ids: readonly string[]) => ids.map((id) => ({ kind: 'programme', id }));
  const suspended = (...ids: string[]) => anEvent('AssistanceSuspended', { scopes: programmes(ids), donor: 'norland' });
  const resumed = () => anEvent('AssistanceResumed', { scopes: programmes([P]), reason: 'remedied' });

  it('sends what follows from events, again after a loss of its checkpoint, and each is recorded once', async () => {
    await store.append(CASE, 'none', [suspended(P)]);
    await settled(begin());
    const [placed] = await events('HoldPlaced');
    const [cause] = await events('AssistanceSuspended');
    expect(placed).toMatchObject({
      stream: `hold/programme.${P}`,
      data: { basis: 'misuse', reason: 'misuse-measure', donor: 'norland' },
      metadata: { causationId: cause?.id, correlationId: cause?.metadata.correlationId },
    });
    expect(JSON.stringify(placed?.data)).not.toContain(CASE.slice('misuse-case/'.length));
    await stop();
    for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `steward.sqlite${end}`), { force: true });
    await store.append(CASE, 0, [resumed()]);
    await settled(begin());
    expect((await all(store.readStream(`hold/programme.${P}`))).map(({ type }) => type)).toEqual([
      'HoldPlaced',
      'HoldReleased',
    ]);
  });

  it('records what follows on the day of its cause, and its own acts on their day, also after a downtime', async () => {
    await store.append(CASE, 'none', [
      { ...suspended(P), metadata: { ...suspended(P).metadata, occurredAt: EARLIER } },
    ]);
    await settled(begin());
    expect((await events('HoldPlaced')).map(({ metadata }) => metadata.occurredAt)).toEqual([EARLIER]);
    await stop();
    const old = '2024-05-20T09:00:00.000Z';
    await store.append(CASE, 0, [{ ...resumed(), metadata: { ...resumed().metadata, occurredAt: old } }]);
    await settled(begin());
    // As far back as a command may have occurred.
    expect((await events('HoldReleased')).map(({ metadata }) => metadata.occurredAt)).toEqual([
      '2025-07-20T08:00:00.000Z',
    ]);
  });

  it('continues after a consequence that the rules refuse', async () => {
    const refused: string[] = [];
    await store.append(CASE, 'none', [suspended('norland.nothing'), suspended(P)]);
    const steward = begin({
      onRefused: (_, stream, command, code) => void refused.push(`${stream} ${command} ${code}`),
    });
    await settled(steward);
    expect(refused).toEqual(['hold/programme.norland.nothing PlaceHold programme-not-found']);
    expect(await events('HoldPlaced')).toHaveLength(1);
    expect(steward.status()).toMatchObject({ fault: null, recorded: 1, refused: 1 });
  });

  it('tries again after a fault, from the event at which it was, and names the fault meanwhile', async () => {
    await programme('norland.programme-2');
    await store.append(CASE, 'none', [suspended(P, 'norland.programme-2')]);
    let calls = 0;
    let broken = true;
    const failing = {
      execute: (request: ExecuteCommand): Promise<CommandResult> => {
        calls += 1;
        return broken && calls > 1 ? Promise.reject(new Error('the store is silent')) : executor.execute(request);
      },
    };
    const steward = begin({}, failing);
    await until(() => Promise.resolve(calls >= 4));
    expect(steward.status().fault).toContain('the store is silent');
    broken = false;
    await settled(steward);
    expect(steward.status().fault).toBeNull();
    expect((await events('HoldPlaced')).map(({ stream }) => stream)).toEqual([
      `hold/programme.${P}`,
      'hold/programme.norland.programme-2',
    ]);
  });

  it('begins at the end that it has reached, and reads nothing twice', async () => {
    await store.append(CASE, 'none', [suspended(P)]);
    await settled(begin());
    await stop();
    let calls = 0;
    const counting = {
      execute: (request: ExecuteCommand): Promise<CommandResult> => {
        calls += 1;
        return executor.execute(request);
      },
    };
    await settled(begin({}, counting));
    expect(calls).toBe(0);
  });
});
