import 'reflect-metadata';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CATALOGUE, commandAt, exampleScenario } from '@entente/contracts';
import { type EventStore, Fault } from '@entente/engine';
import { readActor } from '@entente/http';
import type { Actor } from '@entente/kernel';
import { kinds } from '@entente/workers';
import { type RedrivenDeadLetter, listDeadLetters, redrive } from '@entente/kafka';
import { CompressionCodecs, CompressionTypes, type Consumer, Kafka, type Message, Partitioners } from 'kafkajs';
import { startKafka } from '../../deploy/services/kafka.mjs';
import { TransactionalReplier } from '../../libs/kafka/src/transactional-replier.js';
import { setField } from '../support/fields.js';
import { MOMENTS, failOnce } from '../support/fail-once.js';
import {
  type ReceivedRecord,
  type CommandPipeline,
  aCommand,
  expectCount,
  commandPipeline,
  replyOf,
} from '../support/command-pipeline.js';
import { kafkaClient, until } from '../support/kafka.js';
import { xerial } from '../support/xerial.js';

let deployment: CommandPipeline;
afterEach(() => deployment.end());

/** A deployment with an intake that runs, and what it answers. */
async function running(partitions: number, brokers?: string) {
  deployment = await commandPipeline(partitions, brokers);
  const { delivery, end } = deployment.start();
  await deployment.topics();
  return { delivery, end, replies: await deployment.collect('replies'), dead: await deployment.collect('deadLetters') };
}

/**
 * Registers an organisation, then suspends and reinstates it by turns: out of their order they are
 * refused.
 */
const story = (id: string, length: number): Message[] =>
  Array.from({ length }, (_, i) => {
    if (i === 0) return aCommand(`stakeholder/${id}`, { id: `${id}-0` });
    const type = i % 2 === 1 ? 'SuspendStakeholder' : 'ReinstateStakeholder';
    return aCommand(`stakeholder/${id}`, { id: `${id}-${i}`, type }, { reason: 'drill' });
  });

/** A store with something round each of its calls. */
const wrapped = (store: EventStore, round: (call: () => unknown, name: string | symbol) => unknown): EventStore =>
  new Proxy(store, {
    get(of, name) {
      const real = Reflect.get(of, name) as unknown;
      if (typeof real !== 'function') return real;
      return (...args: unknown[]): unknown =>
        round((): unknown => (real as (...all: unknown[]) => unknown).apply(of, args), name);
    },
  });

/** A store that every call finds away, while `away` has a fault. */
function awayable(store: EventStore): { store: EventStore; away: Error | null; asked: number } {
  const it = { store, away: null as Error | null, asked: 0 };
  it.store = wrapped(store, (call) => {
    if (it.away === null) return call();
    it.asked += 1;
    throw it.away;
  });
  return it;
}

const types = (replies: readonly ReceivedRecord[]): Record<string, number> => {
  const count: Record<string, number> = {};
  for (const { type } of replies.map(replyOf)) count[type] = (count[type] ?? 0) + 1;
  return count;
};

describe('a command on a topic', () => {
  it('is recorded, and its receipt is sent under the key of its stream', async () => {
    const { delivery, replies } = await running(3);
    await deployment.send([aCommand('stakeholder/estmark', { id: 'command-1', correlationid: 'story' })]);
    await expectCount(replies, 1);
    expect(replies.map((one) => String(one.key))).toEqual(['estmark']);
    expect(replies.map(replyOf)).toEqual([
      {
        type: 'org.entente.command-accepted',
        commandId: 'command-1',
        correlationId: 'story',
        subject: 'stakeholder/estmark',
        body: {
          commandId: 'command-1',
          stream: 'stakeholder/estmark',
          revision: 0,
          position: '1',
          after: expect.any(String) as unknown,
          events: [{ id: expect.any(String) as unknown, type: 'StakeholderRegistered', revision: 0 }],
        },
      },
    ]);
    expect(await deployment.store.revisionOf('stakeholder/estmark')).toBe(0);
    expect(delivery.fault()).toBeNull();
  });

  it('of every type is accepted: the whole example scenario, each step after the reply to the one before', async () => {
    const today = '2026-11-24';
    let now = Date.parse(`${today}T12:00:00.000Z`);
    deployment = await commandPipeline(3);
    deployment.start(deployment.store, kinds, {}, () => new Date(now).toISOString());
    await deployment.topics();
    const replies = await deployment.collect('replies');
    const lastOf = new Map<number, string>();
    const sent = new Set<string>();
    for (const { step, kind, id, path, actor, body, daysLater, events } of exampleScenario(today)) {
      now += daysLater * 86_400_000;
      const data = structuredClone(body) as Record<string, unknown>;
      for (const [field, earlier] of Object.entries(events)) setField(data, field, lastOf.get(earlier));
      const { organisation, role, person } = readActor(actor) as Actor;
      const type = commandAt(kind, path)?.type ?? '';
      const attributes = { id: `step-${step}`, type, source: organisation, actorrole: role };
      const more = person === undefined ? attributes : { ...attributes, actorperson: person };
      await deployment.send([aCommand(`${kind}/${id}`, more, data)]);
      const answered = () => replies.map(replyOf).find(({ commandId }) => commandId === `step-${step}`);
      await until(() => answered() !== undefined);
      expect([step, answered()]).toMatchObject([step, { type: 'org.entente.command-accepted' }]);
      lastOf.set(step, (answered()?.body['events'] as readonly { readonly id: string }[]).at(-1)?.id ?? '');
      sent.add(`${kind} ${type}`);
    }
    const all = CATALOGUE.flatMap(({ kind, commands }) => Object.keys(commands).map((type) => `${kind} ${type}`));
    expect([...sent].toSorted()).toEqual(all.toSorted());
  });

  it('has a reply of the log with a unique id, also at the same offset of a topic that is new', async () => {
    const { replies, end } = await running(1);
    const { store } = deployment;
    await deployment.send([aCommand('stakeholder/estmark', { id: 'command-1' })]);
    await expectCount(replies, 1);
    await end();
    const later = await commandPipeline(1);
    try {
      later.start(store, kinds, { storeId: store.id });
      await later.topics();
      const laterReplies = await later.collect('replies');
      await later.send([aCommand('stakeholder/estmark', { id: 'command-1' })]);
      await expectCount(laterReplies, 1);
      const [first, again] = [...replies, ...laterReplies].map(({ headers }) => ({
        source: String(headers['ce_source']),
        id: String(headers['ce_id']),
      }));
      expect(first?.source).toContain(store.id);
      expect(again?.source).toBe(first?.source);
      expect(again?.id).not.toBe(first?.id);
      expect([first, again].map((one) => one?.id.split('-').slice(0, 2))).toEqual([
        ['0', '0'],
        ['0', '0'],
      ]);
    } finally {
      await later.end();
    }
  });

  it('is decided after the earlier ones of its key, among many of other keys', async () => {
    const { replies, dead } = await running(3);
    const stories = Array.from({ length: 30 }, (_, i) => story(`org-${i}`, 9));
    for (let i = 0; i < 9; i += 3) await deployment.send(stories.flatMap((one) => one.slice(i, i + 3)));
    await expectCount(replies, 270);
    expect(types(replies)).toEqual({ 'org.entente.command-accepted': 270 });
    for (const one of stories) {
      const key = String(one[0]?.key);
      const bodies = replies.filter((reply) => String(reply.key) === key).map((reply) => replyOf(reply).body);
      expect(bodies.map(({ commandId }) => commandId)).toEqual(one.map((_, i) => `${key}-${i}`));
      expect(bodies.map(({ revision }) => revision)).toEqual(one.map((_, i) => i));
    }
    expect(dead).toEqual([]);
  });

  it('is accepted as the guide shows it', async () => {
    const { replies } = await running(1);
    const party = (id: string, type: string, body: object) =>
      aCommand(`stakeholder/${id}`, { source: 'operator', actorrole: 'operator', type }, body);
    await deployment.send([
      party('norland', 'RegisterStakeholder', { name: 'Norland', type: 'state' }),
      party('norland', 'GrantRole', { role: 'donor' }),
      party('estmark', 'RegisterStakeholder', { name: 'Estmark', type: 'state' }),
      party('estmark', 'GrantRole', { role: 'recipient' }),
    ]);
    await expectCount(replies, 4);
    const guide = readFileSync(
      new URL('../../docs/how-to/send-commands-over-kafka.md', import.meta.url),
      'utf8',
    ).replaceAll(/^ {3}/gm, '');
    const [, key = '', heads = '', value = ''] = /^key +(\S+)\nheaders +([^]*?)\nvalue +(.*)$/m.exec(guide) ?? [];
    const headers = Object.fromEntries(heads.split(/,\s+/).map((one) => one.split(': ') as [string, string]));
    const account = { donor: 'norland', recipient: 'estmark', fund: 'Border', currency: 'USD', stages: ['pledged'] };
    const donor = { source: 'norland', actorrole: 'donor', type: 'OpenFundingAccount' };
    await deployment.send([
      aCommand(`funding-account/${key}`, donor, { ...account, basis: 'own', onBudget: false }),
      { key, headers, value },
    ]);
    await expectCount(replies, 6);
    expect(replyOf(replies[5] as ReceivedRecord)).toMatchObject({
      type: 'org.entente.command-accepted',
      commandId: headers['ce_id'],
      subject: headers['ce_subject'],
      body: { revision: 1, events: [{ type: 'FundsPledged' }] },
    });
  });

  it('of one key on several streams is decided in the order of sending', async () => {
    const { replies } = await running(2);
    const inOrder = (key: string): Message[] => {
      const giver = `stakeholder/${key}`;
      const agent = `stakeholder/${key}-agent`;
      const mandate = { source: key, actorrole: 'donor', type: 'GiveMandate' };
      // The last command depends on events recorded before it on both streams: earlier it would be
      // refused.
      const commands = [
        aCommand(giver),
        aCommand(giver, { type: 'GrantRole' }, { role: 'donor' }),
        aCommand(agent),
        aCommand(agent, { type: 'GrantRole' }, { role: 'implementer' }),
        aCommand(giver, mandate, { role: 'donor', to: `${key}-agent`, until: '2090-12-31' }),
      ];
      return commands.map((message) => ({ ...message, key }));
    };
    const keys = Array.from({ length: 12 }, (_, i) => `giver-${i}`);
    const sent = new Map(keys.map((key) => [key, inOrder(key)]));
    // Those of a key one after the other, among those of the others.
    await deployment.send(Array.from({ length: 5 }, (_, i) => keys.flatMap((key) => sent.get(key)?.[i] ?? [])).flat());
    await expectCount(replies, 60);
    expect(types(replies)).toEqual({ 'org.entente.command-accepted': 60 });
    const positions = new Map(replies.map(replyOf).map(({ commandId, body }) => [commandId, Number(body['position'])]));
    for (const messages of sent.values()) {
      const own = messages.map(({ headers }) => positions.get(String(headers?.['ce_id'])));
      expect(own).toEqual([...own].sort((one, other) => Number(one) - Number(other)));
    }
  });

  it('is in smaller batches if deciding is slow, so that progress is visible', async () => {
    deployment = await commandPipeline(1);
    deployment.start(wrapped(deployment.store, (call, name) => (name === 'append' ? pause(40).then(call) : call())));
    await deployment.topics();
    const replies = await deployment.collect('replies');
    await deployment.send(story('slow', 200));
    await expectCount(replies, 200);
    // Behind each immediate answer is the end of its transaction, a record that no consumer gets.
    const pieces: number[] = [];
    for (const [i, { offset }] of replies.entries())
      if (offset - (replies[i - 1]?.offset ?? -2n) === 1n) pieces.push((pieces.pop() ?? 0) + 1);
      else pieces.push(1);
    expect(Math.max(...pieces.slice(3))).toBeLessThanOrEqual(25);
    expect(types(replies)).toEqual({ 'org.entente.command-accepted': 200 });
  });

  it('that is sent twice has the same receipt twice; another command with its id is refused', async () => {
    const { replies } = await running(1);
    const one = aCommand('stakeholder/estmark', { id: 'once' });
    await deployment.send([one, one]);
    await deployment.send([one, { ...one, value: '{"name":"Another","type":"state"}' }]);
    await expectCount(replies, 4);
    const [first, ...again] = replies.map((reply) => replyOf(reply).body);
    const repeated = { ...first, repeated: true };
    expect(again.slice(0, 2)).toEqual([repeated, repeated]);
    expect(again[2]).toMatchObject({ code: 'command-id-reused' });
    expect(await deployment.store.head()).toBe(1n);
  });

  it('gets every invalid field, the reason of a refusal, or the revision of a mismatch as reply', async () => {
    const { replies } = await running(1);
    await deployment.send([
      aCommand('stakeholder/estmark', { actorrole: 'king', ifrevision: 'x' }, { type: 'empire' }),
      aCommand('stakeholder/estmark', { type: 'SuspendStakeholder' }, { reason: 'drill' }),
      aCommand('stakeholder/estmark', { ifrevision: '3' }),
    ]);
    await expectCount(replies, 3);
    const [wrong, refused, stale] = replies.map((reply) => replyOf(reply).body);
    expect((wrong?.['errors'] as { path: string }[]).map(({ path }) => path).sort()).toEqual(
      ['actorrole', 'ifrevision', 'name', 'type'].sort(),
    );
    expect(refused).toMatchObject({ code: 'not-found', title: expect.stringMatching(/^refused unless /) as unknown });
    expect(stale).toMatchObject({ code: 'revision-mismatch', revision: -1 });
    expect(await deployment.store.head()).toBe(0n);
  });
});

describe('a record that cannot be read', () => {
  it('becomes a dead letter, byte for byte with place and cause, and the intake continues', async () => {
    const { delivery, replies, dead } = await running(1);
    const good = (): Message => aCommand(`stakeholder/${randomUUID()}`);
    const rubbish: Message[] = [
      { key: null, value: null },
      { key: '', value: '' },
      { key: randomBytes(64), value: randomBytes(4096) },
      { key: 'k', value: '{"hello":"world"}', headers: { 'content-type': 'application/json' } },
      { key: 'k', value: 'x', headers: { ce_specversion: '1.0', ce_id: '1', ce_source: 'us' } },
      { key: 'k', value: '[]', headers: { 'content-type': 'application/cloudevents+json' } },
      { key: 'k', value: 'x', headers: { twice: ['a', Buffer.from([0xff, 0])], empty: '', 'x y': 'ü' } },
      { key: 'k', value: 'x', headers: { constructor: 'x', toString: 'y' } },
      { key: 'k', value: randomBytes(1_040_000) },
      { key: 'k', value: Buffer.alloc(900_000, 'a') },
    ];
    for (const one of rubbish) await deployment.send([good(), one, good()]).catch(() => deployment.send([one]));
    await expectCount(dead, rubbish.length);
    await until(() => replies.length >= 2 * rubbish.length - 2);
    for (const [i, one] of rubbish.entries()) {
      const found = dead[i] as ReceivedRecord;
      const bytes = (of: Message['value'] | Message['key']) =>
        of === null || of === undefined ? null : Buffer.from(of);
      expect(found.key?.equals(bytes(one.key) ?? Buffer.alloc(1)) ?? null).toBe(one.key === null ? null : true);
      expect(found.value?.equals(bytes(one.value) ?? Buffer.alloc(1)) ?? null).toBe(one.value === null ? null : true);
      // The client that reads them here takes what every object has, such as `constructor`, for a
      // value that came before.
      const values = (of: unknown): string[] =>
        [of].flat().flatMap((value) => (typeof value === 'function' ? [] : [String(value)]));
      const own = Object.entries(found.headers).filter(([name]) => !name.startsWith('__connect.errors.'));
      const sent = Object.entries(one.headers ?? {});
      expect(own.map(([name, of]) => [name, values(of)])).toEqual(sent.map(([name, of]) => [name, values(of)]));
      const header = (name: string): string => String(found.headers[`__connect.errors.${name}`]);
      expect([header('topic'), header('partition')]).toEqual([deployment.settings.topic, '0']);
      expect(header('offset')).toMatch(/^[0-9]+$/);
      expect([header('stage'), header('exception.class.name')]).toEqual(['VALUE_CONVERTER', 'Unreadable']);
      expect(header('exception.message')).toMatch(/^its? /);
    }
    expect(types(replies)).toEqual({ 'org.entente.command-accepted': replies.length });
    expect(delivery.fault()).toBeNull();
  });
});

describe('commands during an outage of the store', () => {
  it.each([
    ['with a fault', new Fault('event-store-unavailable', 'the store is away', 1)],
    ['with another error', new Error('the store is away')],
    ['for good', new Fault('outcome-unknown', 'the store is away')],
  ])('%s, wait and are answered later; none becomes a dead letter', async (_, fault) => {
    deployment = await commandPipeline(2);
    const log = awayable(deployment.store);
    log.away = fault;
    const { delivery } = deployment.start(log.store);
    await deployment.topics();
    const replies = await deployment.collect('replies');
    const dead = await deployment.collect('deadLetters');
    const sent = Array.from({ length: 8 }, (_, i) => story(`org-${i}`, 5)).flat();
    await deployment.send(sent);
    await until(() => log.asked > 20);
    expect(delivery.fault()).toBe('the store is away');
    expect(replies).toEqual([]);
    log.away = null;
    await expectCount(replies, sent.length);
    expect(types(replies)).toEqual({ 'org.entente.command-accepted': sent.length });
    expect(dead).toEqual([]);
    expect(delivery.fault()).toBeNull();
  });
});

describe('a command at which the rules fail', () => {
  it('becomes a dead letter with a reply, and the intake continues', async () => {
    deployment = await commandPipeline(1);
    let times = 0;
    const decider = kinds.decider('stakeholder');
    if (decider === undefined) throw new Error('there are no rules for organisations');
    const failing: typeof decider = {
      ...decider,
      decide: (...[command, state, context]: Parameters<typeof decider.decide>) => {
        if (context.commandId === 'poison') throw new TypeError(`a bug, met ${(times += 1)} times`);
        return decider.decide(command, state, context);
      },
    };
    const rules = { ...kinds, decider: (kind: string) => (kind === 'stakeholder' ? failing : kinds.decider(kind)) };
    const { delivery } = deployment.start(deployment.store, rules);
    await deployment.topics();
    const replies = await deployment.collect('replies');
    const dead = await deployment.collect('deadLetters');
    const poison = aCommand('stakeholder/b', { id: 'poison' });
    await deployment.send([aCommand('stakeholder/a'), poison, aCommand('stakeholder/b'), aCommand('stakeholder/c')]);
    await expectCount(replies, 4);
    expect(types(replies)).toEqual({ 'org.entente.command-accepted': 3, 'org.entente.command-refused': 1 });
    expect(replies.map(replyOf).find(({ commandId }) => commandId === 'poison')?.body).toEqual({
      code: 'fault',
      title: 'something failed here; it has been logged',
    });
    expect(dead.map(({ value }) => String(value))).toEqual([poison.value]);
    const { headers } = dead[0] as ReceivedRecord;
    const failure = ['stage', 'exception.class.name', 'exception.message'].map(
      (name) => headers[`__connect.errors.${name}`],
    );
    expect(failure.map(String)).toEqual(['TASK_PUT', 'TypeError', 'a bug, met 3 times']);
    expect(times).toBe(3);
    expect(delivery.fault()).toBeNull();
  });
});

describe('an intake that ends between decisions and replies', () => {
  it.each(MOMENTS)('leaves one reply for each command if it fails %s the commit', async (when) => {
    const { failed, mend } = failOnce(TransactionalReplier.prototype, 'answer', when);
    try {
      const { replies } = await running(1);
      await deployment.send(story('org', 5));
      await expectCount(replies, 5);
      expect(failed()).toBe(true);
      const bodies = replies.map((reply) => replyOf(reply).body);
      expect(bodies.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
      // What was decided and not answered is found to be there already.
      expect(bodies[0]?.['repeated']).toBe(when === 'before' ? true : undefined);
    } finally {
      mend();
    }
  });

  const ofPartition = () => {
    const { topic, groupId } = deployment.settings;
    return kafkaClient(deployment.settings).producer({
      transactionalId: `${groupId}-${topic}-0`,
      maxInFlightRequests: 1,
      retry: { initialRetryTime: 5, retries: 20, maxRetryTime: 250 },
    });
  };
  const byHand = { key: 'org', value: '{"by":"hand"}', headers: { ce_commandid: 'by-hand' } };

  it('leaves no visible reply of an aborted transaction, and the next intake replies', async () => {
    const { end, replies } = await running(1);
    await end();
    const dying = ofPartition();
    await dying.connect();
    const transaction = await dying.transaction();
    await transaction.send({ topic: deployment.settings.replies, messages: [byHand] });
    await deployment.send(story('org', 3));
    deployment.start();
    await expectCount(replies, 3);
    expect(replies.map((reply) => replyOf(reply).body['revision'])).toEqual([0, 1, 2]);
    await dying.disconnect();
  });

  it('sends no reply that another has sent if it was frozen meanwhile', async () => {
    deployment = await commandPipeline(1);
    const log = awayable(deployment.store);
    let release = (): void => undefined;
    let frozen = false;
    const freezing = new Proxy(log.store, {
      get(of, name) {
        const real = Reflect.get(of, name) as unknown;
        if (name !== 'append') return typeof real === 'function' ? (real.bind(of) as unknown) : real;
        return async (...args: Parameters<EventStore['append']>) => {
          const appended = await of.append(...args);
          if (!frozen) {
            frozen = true;
            await new Promise<void>((resolve) => (release = resolve));
          }
          return appended;
        };
      },
    });
    deployment.start(freezing);
    await deployment.topics();
    const replies = await deployment.collect('replies');
    await deployment.send([aCommand('stakeholder/org', { id: 'first' })]);
    await until(() => frozen);
    // As if another intake had the partition: it fences, answers and commits the offset.
    const { topic, groupId } = deployment.settings;
    const other = ofPartition();
    await other.connect();
    const transaction = await other.transaction();
    await transaction.send({ topic: deployment.settings.replies, messages: [byHand] });
    const partitions = [{ partition: 0, offset: '1' }];
    await transaction.sendOffsets({ consumerGroupId: groupId, topics: [{ topic, partitions }] });
    await transaction.commit();
    await other.disconnect();
    release();
    await expectCount(replies, 1);
    expect(String(replies[0]?.headers['ce_commandid'])).toBe('by-hand');
    await deployment.send([aCommand('stakeholder/org', { id: 'first' })]);
    await expectCount(replies, 2);
    expect(replyOf(replies[1] as ReceivedRecord).body).toMatchObject({ commandId: 'first', repeated: true });
  });

  it('replies once to records that are delivered again', async () => {
    const { consumer: real } = Kafka.prototype;
    Kafka.prototype.consumer = function (...args): Consumer {
      const made = real.apply(this, args);
      const run = made.run.bind(made);
      const twice: Consumer['run'] = (config = {}) => {
        const { eachBatch } = config;
        if (eachBatch === undefined) return run(config);
        return run({
          ...config,
          eachBatch: async (payload) => {
            await eachBatch(payload);
            await eachBatch(payload);
          },
        });
      };
      return Object.assign(made, { run: twice });
    };
    try {
      deployment = await commandPipeline(2);
      deployment.start();
      await deployment.topics();
      const replies = await deployment.collect('replies');
      const stories = Array.from({ length: 6 }, (_, i) => story(`org-${i}`, 5));
      await deployment.send(stories.flat());
      await expectCount(replies, 30);
      await pause(500);
      expect(replies).toHaveLength(30);
    } finally {
      Kafka.prototype.consumer = real;
    }
  });

  it('shares partitions with another: each command has one reply, in order, as they come and go', async () => {
    const { end, replies, dead } = await running(4);
    const second = deployment.start();
    const stories = Array.from({ length: 20 }, (_, i) => story(`org-${i}`, 24));
    const going = (async () => {
      for (let i = 0; i < 24; i += 1, await pause(100)) await deployment.send(stories.map((one) => one[i] as Message));
    })();
    await pause(700);
    await end();
    await pause(500);
    deployment.start();
    await pause(500);
    await second.end();
    await going;
    await expectCount(replies, 480);
    for (const one of stories) {
      const key = String(one[0]?.key);
      const revisions = replies
        .filter((reply) => String(reply.key) === key)
        .map((reply) => replyOf(reply).body['revision']);
      expect(revisions).toEqual(one.map((_, i) => i));
    }
    expect(dead).toEqual([]);
  });
});

describe('dead letters', () => {
  it('are listed, and those of the commands topic are sent again once and unchanged', async () => {
    const { end, dead, replies } = await running(2);
    const headers = { 'content-type': 'text/plain', twice: ['a', 'b'], ce_specversion: '0.3' };
    const rubbish = { key: 'k', value: randomBytes(2000), headers };
    await deployment.send([rubbish, { key: 'other', value: null }]);
    await expectCount(dead, 2);
    const producer = kafkaClient(deployment.settings).producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const foreign = { key: 'x', value: 'y', headers: { '__connect.errors.topic': 'another-topic' } };
    await producer.send({ topic: deployment.settings.deadLetters, messages: [foreign] });
    await producer.disconnect();
    const became = (letters: readonly RedrivenDeadLetter[]): string[] => letters.map((one) => one.became).sort();
    expect(became(await listDeadLetters(deployment.settings))).toEqual(['left', 'waits', 'waits']);
    expect(dead.length).toBeLessThanOrEqual(3);
    expect(became(await redrive(deployment.settings))).toEqual(['left', 'sent back', 'sent back']);
    // They are still unreadable, so they become dead letters again: each once, from the partition
    // where it was.
    await expectCount(dead, 5);
    const again = dead.filter(({ value }) => value?.equals(rubbish.value) === true);
    expect(again).toHaveLength(2);
    const [first, second] = again.map(({ key, headers: of }) => {
      const others = Object.entries(of).filter(([name]) => name !== '__connect.errors.offset');
      return [String(key), JSON.stringify(others)];
    });
    expect(second).toEqual(first);
    expect(replies).toEqual([]);
    await end();
    expect(became(await redrive(deployment.settings)).filter((one) => one === 'sent back')).toHaveLength(2);
    expect(became(await redrive(deployment.settings)).filter((one) => one === 'sent back')).toHaveLength(0);
  });
});

describe('a broker outage', () => {
  it.each(['stop', 'kill'] as const)('by %s leaves one reply for each command', async (how) => {
    const folder = mkdtempSync(join(tmpdir(), 'entente-broker-'));
    let broker = await startKafka({ folder });
    try {
      const { delivery, replies } = await running(2, broker.brokers);
      await deployment.send([...story('a', 5), ...story('b', 5)]);
      await until(() => replies.length === 10);
      await broker[how]();
      await until(() => delivery.fault() !== null, 30_000);
      broker = await startKafka({ folder, port: broker.port });
      await until(() => delivery.fault() === null, 30_000);
      await deployment.send([...story('c', 5), ...story('d', 5)]);
      await expectCount(replies, 20, 30_000);
      expect(types(replies)).toEqual({ 'org.entente.command-accepted': 20 });
    } finally {
      await deployment.end();
      deployment = await commandPipeline(1);
      await broker.stop();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('compressed commands', () => {
  it.each([
    ['gzip', CompressionTypes.GZIP],
    ['snappy in one block, as librdkafka has it', CompressionTypes.Snappy],
    ['lz4', CompressionTypes.LZ4],
    ['zstd', CompressionTypes.ZSTD],
  ])('are read: %s', async (_, compression) => {
    const { replies } = await running(1);
    await deployment.send(story('org', 40), compression);
    await expectCount(replies, 40);
    expect(types(replies)).toEqual({ 'org.entente.command-accepted': 40 });
  });

  it('are read: snappy in blocks, as Java clients write it', async () => {
    const { replies } = await running(1);
    const known = CompressionCodecs[CompressionTypes.Snappy];
    CompressionCodecs[CompressionTypes.Snappy] = () => ({
      ...(known() as object),
      compress: ({ buffer }: { buffer: Buffer }) => Promise.resolve(xerial(buffer, 1000)),
    });
    await deployment.send(story('org', 40), CompressionTypes.Snappy);
    CompressionCodecs[CompressionTypes.Snappy] = known;
    await expectCount(replies, 40);
    expect(types(replies)).toEqual({ 'org.entente.command-accepted': 40 });
  });
});
