import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { ANY, BACKWARDS, END, type EventStoreDBClient, binaryEvent, jsonEvent } from '@eventstore/db-client';
import { type EventStore, type LogRange, eraOf, isLost } from '@entente/engine';
import { type EventStoreDbOptions, type EventStoreDbStore, checkEventStore } from '@entente/eventstoredb';
import type { RecordedEvent } from '@entente/kernel';
import type { Case } from './contract.js';
import { all, anEvent } from './event-store.js';

/**
 * A server of EventStoreDB's protocol, which others may use, and a name that no other log on it
 * has. What administrators and other programs do there is done by the server's own client.
 */
export interface NamedLog {
  readonly url: string;
  readonly log: string;
  readonly client: EventStoreDBClient;
  /** Opens the log, or another one by its name; the case need not close it. */
  open(options?: Partial<EventStoreDbOptions>): Promise<EventStoreDbStore>;
}

/** A log's stream by its name on the server. */
const onServer = ({ log }: NamedLog, stream: string): string => `${log}:${stream}`;

let written = 0;
/** Writes events of another program into any stream of the server. */
async function writeAs(
  { client }: NamedLog,
  stream: string,
  type: string,
  {
    count = 1,
    data = { theirs: (written += 1) },
    metadata = {},
  }: { count?: number; data?: object; metadata?: object } = {},
): Promise<void> {
  const events = Array.from({ length: count }, () => jsonEvent({ type, data: { ...data }, metadata: { ...metadata } }));
  await client.appendToStream(stream, events, { expectedRevision: ANY });
}

/** The number of events in a stream of the server; 0 if it does not exist. */
async function lengthOf({ client }: NamedLog, stream: string): Promise<number> {
  let length = 0;
  try {
    for await (const { event } of client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 }))
      length = Number(event?.revision ?? -1n) + 1;
  } catch {
    return 0;
  }
  return length;
}

/** Five events in note/a, and one each in note/b and memo/a. */
async function filled(server: NamedLog): Promise<EventStoreDbStore> {
  const store = await server.open();
  for (let i = 0; i < 5; i += 1) await store.append('note/a', i === 0 ? 'none' : i - 1, [anEvent()]);
  await store.append('note/b', 'none', [anEvent()]);
  await store.append('memo/a', 'none', [anEvent()]);
  return store;
}

/** What an administrator does to a stream, and how the fault names it. */
const CUTS: readonly [string, (client: EventStoreDBClient, stream: string) => Promise<unknown>, RegExp][] = [
  ['$maxCount', (client, stream) => client.setStreamMetadata(stream, { maxCount: 2 }), /has \$maxCount 2/],
  ['$maxAge', (client, stream) => client.setStreamMetadata(stream, { maxAge: 3600 }), /has \$maxAge 3600/],
  ['$tb', (client, stream) => client.setStreamMetadata(stream, { truncateBefore: 3 }), /has \$tb 3/],
  ['a soft delete', (client, stream) => client.deleteStream(stream), /was deleted on the server/],
  ['a tombstone', (client, stream) => client.tombstoneStream(stream), /was deleted for ever/],
];

/** Every way to read or write note/a. */
const uses = (store: EventStore): readonly (() => Promise<unknown>)[] => [
  () => all(store.readStream('note/a')),
  () => store.revisionOf('note/a'),
  () => all(store.readLog(0n)),
  () => all(store.readLog(0n, { kinds: ['note'] })),
  () => store.append('note/a', 'none', [anEvent()]),
  () => store.append('note/a', 4, [anEvent()]),
  () => store.append('note/a', 'any', [anEvent()]),
];

const READING: readonly Case<NamedLog>[] = [
  {
    name: 'is read from after any position, also one at which no event begins',
    async verify(server) {
      const store = await server.open();
      for (let i = 0; i < 4; i += 1) await store.append('note/a', i === 0 ? 'none' : i - 1, [anEvent()]);
      const [, second, third] = await all(store.readLog(0n));
      const behind = async (after: bigint) => (await all(store.readLog(after))).map(({ revision }) => revision);
      expect(await behind(second?.position ?? 0n)).toEqual([2, 3]);
      expect(await behind((second?.position ?? 0n) + 1n)).toEqual([2, 3]);
      expect(await behind((third?.position ?? 0n) - 1n)).toEqual([2, 3]);
      expect(await behind(10n ** 15n)).toEqual([]);
    },
  },
  {
    name: 'gives each event once if its end is a position at which no event begins',
    async verify(server) {
      const store = await server.open();
      const ten = () => Array.from({ length: 10 }, () => anEvent());
      for (let i = 0; i < 120; i += 1) await store.append(`note/${i}`, 'none', ten());
      await store.append('memo/a', 'none', [anEvent(), anEvent()]);
      const [memo] = await all(store.readLog(0n, { kinds: ['memo'] }));
      const upTo = (memo?.position ?? 0n) + 1n;
      const notes = await all(store.readLog(0n, { kinds: ['note'], upTo }));
      expect([notes.length, new Set(notes.map(({ id }) => id)).size]).toEqual([1200, 1200]);
      expect(await all(store.readLog(0n, { kinds: ['memo'], upTo }))).toHaveLength(1);
    },
  },
  {
    name: "never shows system events, its identity or another program's events, and ends at its last event",
    async verify(server) {
      const store = await server.open();
      expect(await store.head()).toBe(0n);
      const answer = await store.append('note/a', 'none', [anEvent()]);
      for (let i = 0; i < 12; i += 1)
        await writeAs(server, `${server.log}-orders-${i}`, i % 2 === 0 ? 'NoteTaken' : 'Theirs', { count: 100 });
      expect(await all(store.readLog(0n))).toHaveLength(1);
      expect(await all(store.readLog(0n, { types: ['NoteTaken'] }))).toHaveLength(1);
      expect(answer).toMatchObject({ position: await store.head() });
      expect(await store.positionAt('9999-12-31T00:00:00.000Z')).toBe(await store.head());
      const again = await server.open();
      expect(await again.head()).toBe(await store.head());
    },
  },
  {
    name: 'has one id, whichever process connects first, and shares its server with other logs by name',
    async verify(server) {
      const log = `${server.log}-other`;
      const [first, second] = await Promise.all([server.open(), server.open()]);
      expect(first.id).toMatch(/^[0-9a-f-]{36}$/);
      expect(second.id).toBe(first.id);
      expect(await lengthOf(server, onServer(server, 'entente-log'))).toBe(1);
      const other = await server.open({ log });
      expect(other.id).not.toBe(first.id);
      expect((await server.open()).id).toBe(first.id);
      await first.append('note/a', 'none', [anEvent()]);
      expect(await other.append('note/a', 'none', [anEvent(), anEvent()])).toMatchObject({ ok: true, revision: 1 });
      expect([(await all(first.readLog(0n))).length, (await all(other.readLog(0n))).length]).toEqual([1, 2]);
      expect(await all(other.readLog(0n, { kinds: ['note'] }))).toHaveLength(2);
      await expect(server.open({ log: 'No: name' })).rejects.toThrow('kebab-case');
    },
  },
  {
    name: 'is read by types from its own events, though another log on the server has more of the same types',
    async verify(server) {
      const ours = await server.open();
      const theirs = await server.open({ log: `${server.log}-other` });
      const places: string[] = [];
      const append = async (store: EventStore, stream: string, types: readonly string[]): Promise<void> => {
        const events = types.map((type) => anEvent(type));
        expect(await store.append(stream, 'none', events)).toMatchObject({ ok: true });
        if (store === ours) places.push(...types.flatMap((type, i) => (type === 'Rare' ? [`${stream} ${i}`] : [])));
      };
      for (let i = 0; i < 5; i += 1) {
        await append(
          theirs,
          `note/${i}`,
          Array.from({ length: 500 }, () => 'Rare'),
        );
        await append(ours, `note/${i}`, ['Common', 'Rare', ...Array.from({ length: 100 }, () => 'Common'), 'Rare']);
      }
      const read = async (range: LogRange, after = 0n) => all(ours.readLog(after, { types: ['Rare'], ...range }));
      const named = (events: readonly RecordedEvent[]) => events.map(({ stream, revision }) => `${stream} ${revision}`);
      const found = await read({});
      expect(named(found)).toEqual(places);
      expect(named(await read({ limit: 5 }))).toEqual(places.slice(0, 5));
      expect(named(await read({}, found[6]?.position))).toEqual(places.slice(7));
      expect(named(await read({ upTo: found[6]?.position ?? 0n }))).toEqual(places.slice(0, 7));
      expect(await all(theirs.readLog(0n, { types: ['Rare'] }))).toHaveLength(2500);
      expect(await all(theirs.readLog(0n, { types: ['Common'] }))).toEqual([]);
      expect(await all(ours.readLog(0n, { types: ['Common', 'Rare'] }))).toHaveLength(515);
    },
  },
  {
    name: 'is followed: an append of another process is reported, with its position',
    async verify(server) {
      const store = await server.open();
      const other = await server.open();
      let notified = 0n;
      store.onCommit((position) => (notified = position));
      for (let i = 0; i < 20; i += 1) {
        const answer = await other.append(`note/${i}`, 'none', [anEvent()]);
        const position = answer.ok ? answer.position : 0n;
        for (const end = performance.now() + 5000; notified < position && performance.now() < end;) await pause(5);
        expect(answer).toMatchObject({ ok: true, position: notified });
      }
    },
  },
  {
    name: 'upcasts old versions of events',
    async verify(server) {
      const store = await server.open({ upcast: (event) => ({ ...event, version: event.version + 1 }) });
      await store.append('note/a', 'none', [anEvent()]);
      expect((await all(store.readLog(0n)))[0]?.version).toBe(2);
      expect((await all(store.readStream('note/a')))[0]?.version).toBe(2);
    },
  },
  {
    name: 'fits the server, by the check of the services',
    async verify(server) {
      await filled(server);
      const { findings } = await checkEventStore(server);
      expect(findings.filter(({ result }) => result === 'failure')).toEqual([]);
      expect(findings.map(({ check }) => check)).toEqual(
        expect.arrayContaining(['reachable', 'version', 'rights', 'log']),
      );
    },
  },
];

const ERAS: readonly Case<NamedLog>[] = [
  {
    name: 'names the eras that were begun, each with the part of the log before it',
    async verify(server) {
      const store = await server.open();
      expect([store.eras, eraOf(store)]).toEqual([[], '']);
      await store.append('note/a', 'none', [anEvent()]);
      const head = await store.head();
      await store.beginEra();
      await store.beginEra(0n);
      const again = await server.open();
      expect(again.eras.map(({ since }) => since)).toEqual([head, 0n]);
      expect(new Set(again.eras.map(({ id }) => id)).size).toBe(2);
      expect(eraOf(again)).toMatch(/^[0-9a-f]{8}$/);
      expect([isLost(again, '', head), isLost(again, eraOf(again), head)]).toEqual([true, false]);
    },
  },
  {
    name: 'keeps both eras if two are begun at once',
    async verify(server) {
      const one = await server.open();
      const other = await server.open();
      await Promise.all([one.beginEra(1n), other.beginEra(2n)]);
      const found = (await server.open()).eras.map(({ since }) => since);
      expect(found.sort()).toEqual([1n, 2n]);
    },
  },
];

const WRITING: readonly Case<NamedLog>[] = [
  {
    name: 'takes appends of many to one stream without a revision, each with its own position',
    async verify(server) {
      const store = await server.open();
      const answers = await Promise.all(Array.from({ length: 20 }, () => store.append('note/a', 'any', [anEvent()])));
      expect(answers.map((a) => a.ok && a.revision).sort((a, b) => Number(a) - Number(b))).toEqual(
        answers.map((_, i) => i),
      );
    },
  },
  {
    name: 'takes no append for a stream name that it could not read back',
    async verify(server) {
      const store = await server.open();
      expect([await store.revisionOf('entente-log'), await all(store.readStream('entente-log'))]).toEqual([-1, []]);
      for (const stream of ['note', '$note/a', 'Note/a', 'entente-log', 'note/'])
        await expect(store.append(stream, 'none', [anEvent()])).rejects.toThrow(`${stream} is not a stream of a log`);
    },
  },
  {
    name: 'takes no data that are not JSON, and keeps the connection',
    async verify(server) {
      const store = await server.open();
      const round: { self?: unknown } = {};
      round.self = round;
      for (const data of [undefined, 1n, round])
        await expect(store.append('note/a', 'none', [{ ...anEvent(), data }])).rejects.toThrow(/JSON|BigInt|circular/);
      expect(await store.append('note/a', 'none', [anEvent()])).toMatchObject({ ok: true });
    },
  },
  {
    name: 'takes no event that is larger than one append, and names it',
    async verify(server) {
      const store = await server.open({ answerTimeout: 5000 });
      const data = { text: 'x'.repeat(17 * 1024 * 1024) };
      await expect(store.append('note/a', 'none', [{ ...anEvent(), data }])).rejects.toMatchObject({
        code: 'too-large',
        retryAfter: null,
      });
      expect(await store.append('note/a', 'none', [anEvent()])).toMatchObject({ ok: true });
    },
  },
  {
    name: 'takes an imported stream in parts that fit, with the times and ids that it had, once',
    async verify(server) {
      const store = await server.open({ answerTimeout: 5000 });
      const events = imported(300, () => 'note/a', { text: 'x'.repeat(10_000) });
      const positions = await store.importEvents(events);
      expect(await all(store.readLog(0n))).toEqual(events.map((event, i) => ({ ...event, position: positions[i] })));
      expect(await store.importEvents(events)).toEqual(positions);
    },
  },
];

/** Events of another log, a second apart, dealt to streams by their number. */
function imported(count: number, streamOf: (i: number) => string, data: object): RecordedEvent[] {
  const revisions = new Map<string, number>();
  return Array.from({ length: count }, (_, i) => {
    const { metadata, ...event } = anEvent('NoteTaken', data);
    const stream = streamOf(i);
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const recordedAt = new Date(Date.UTC(2020, 0, 1) + i * 1000).toISOString();
    return { ...event, stream, revision, position: 0n, metadata: { ...metadata, recordedAt } };
  });
}

const TIMES: readonly Case<NamedLog>[] = [
  {
    name: 'leads to the position of an instant by its marks, also from a process that has just started',
    async verify(server) {
      const store = await server.open();
      for (let i = 0; i < 12; i += 1) {
        const events = Array.from({ length: 500 }, () => anEvent());
        await store.append('note/a', i === 0 ? 'none' : i * 500 - 1, events);
      }
      await store.head();
      const log = await all(store.readLog(0n));
      expect(log).toHaveLength(6000);
      for (const at of [0, 499, 3999, 5000]) {
        const instant = log[at]?.metadata.recordedAt ?? '';
        // Events of one append have one time.
        const last = log.findLast(({ metadata }) => metadata.recordedAt <= instant);
        expect(await (await server.open()).positionAt(instant)).toBe(last?.position);
      }
      expect(await store.positionAt('2000-01-01T00:00:00.000Z')).toBe(0n);
      const times = log.map(({ metadata }) => metadata.recordedAt);
      expect(times).toEqual([...times].sort());
    },
  },
  {
    name: 'takes no mark for an instant after which an event is there, nor for one in the future',
    async verify(server) {
      const store = await server.open();
      await store.append('note/a', 'none', [anEvent()]);
      const [event] = await all(store.readLog(0n));
      const between = new Date(Date.parse(event?.metadata.recordedAt ?? '') - 1).toISOString();
      expect(await store.positionAt(between)).toBe(0n);
      expect(await store.positionAt('9999-12-31T23:59:59.999Z')).toBe(event?.position);
      expect(await lengthOf(server, onServer(server, 'entente-times'))).toBe(0);
    },
  },
  {
    name: 'shares one mark among all who ask for the position of an instant at once',
    async verify(server) {
      const store = await server.open();
      await store.append('note/a', 'none', [anEvent()]);
      await pause(1000);
      const asked = new Date(Date.now() - 1).toISOString();
      const answers = await Promise.all(Array.from({ length: 20 }, () => store.positionAt(asked)));
      expect(new Set(answers)).toEqual(new Set([await store.head()]));
      const marks = await lengthOf(server, onServer(server, 'entente-times'));
      expect([marks > 0, marks <= 3]).toEqual([true, true]);
    },
  },
  {
    name: 'finds the position of an instant whatever others wrote into its marks, and without marks',
    async verify(server) {
      const store = await server.open();
      const answer = await store.append('note/a', 'none', [anEvent()]);
      const marks = onServer(server, 'entente-times');
      await pause(50);
      const now = new Date().toISOString();
      await writeAs(server, marks, 'TimeMarked', { data: { position: '999999', recordedAt: now } });
      await writeAs(server, marks, 'TimeMarked', { data: { nothing: 1 } });
      await pause(1000);
      const asked = new Date(Date.now() - 1).toISOString();
      expect(answer).toMatchObject({ position: await (await server.open()).positionAt(asked) });
      await server.client.setStreamMetadata(marks, { truncateBefore: 1 });
      expect(answer).toMatchObject({ position: await (await server.open()).positionAt(asked) });
      await server.client.deleteStream(marks);
      expect(answer).toMatchObject({ position: await (await server.open()).positionAt(asked) });
      expect(await all((await server.open()).readLog(0n))).toHaveLength(1);
    },
  },
  {
    name: 'keeps the times of an imported log, whatever is marked while it is imported',
    async verify(server) {
      const store = await server.open();
      const other = await server.open();
      const events = imported(3000, (i) => `note/${i % 10}`, { n: 1 });
      const positions: bigint[] = [];
      for (let at = 0; at < events.length; at += 500) {
        positions.push(...(await store.importEvents(events.slice(at, at + 500))));
        await other.positionAt(new Date(Date.now() - 1).toISOString());
      }
      const expected = events.map((one, i) => ({ ...one, position: positions[i] }));
      expect(await all((await server.open()).readLog(0n))).toEqual(expected);
      expect(await all(store.readLog(positions[1499] ?? 0n))).toEqual(expected.slice(1500));
      expect(await store.positionAt(events[1700]?.metadata.recordedAt ?? '')).toBe(positions[1700]);
    },
  },
];

const DAMAGE: readonly Case<NamedLog>[] = [
  ...CUTS.map(([what, cut, cause]) => ({
    name: `refuses a stream of which an administrator removed events by name, for every reader and writer: ${what}`,
    async verify(server: NamedLog) {
      const store = await filled(server);
      await cut(server.client, onServer(server, 'note/a'));
      const added = await lengthOf(server, onServer(server, 'note/a'));
      // The fault is known to a process that is running, too.
      await store.head();
      for (const use of uses(store)) {
        const fault = await use().catch((error: unknown) => error);
        expect(fault).toMatchObject({ code: 'stream-deleted', retryAfter: null });
        expect((fault as Error).message).toMatch(/^the stream note\/a is not whole: /);
        expect((fault as Error).message).toMatch(cause);
        expect((fault as Error).message).toMatch(/; (remove that setting .*, or )?restore the server from a backup$/);
      }
      expect(await lengthOf(server, onServer(server, 'note/a'))).toBe(added);
      // Other streams are as they were.
      expect(await all(store.readStream('note/b'))).toHaveLength(1);
      expect(await all(store.readLog(0n, { kinds: ['memo'] }))).toHaveLength(1);
      expect(await store.append('note/b', 0, [anEvent()])).toMatchObject({ ok: true });
      // Nor is the log opened again, unless to read the rest.
      await expect(server.open()).rejects.toMatchObject({ code: 'stream-deleted' });
      const verifying = await server.open({ evenIfDamaged: true });
      const faults: unknown[] = [];
      const rest = await all(verifying.readLog(0n, { onDamage: (fault) => faults.push(fault) }));
      expect(rest.filter(({ stream }) => stream !== 'note/a').map(({ stream }) => stream)).toEqual([
        'note/b',
        'memo/a',
        'note/b',
      ]);
      expect(verifying.damages().map(({ message }) => cause.test(message))).toEqual([true]);
    },
  })),
  {
    name: 'uses a stream again once its metadata no longer cut it',
    async verify(server) {
      const store = await filled(server);
      await server.client.setStreamMetadata(onServer(server, 'note/a'), { maxCount: 2 });
      await store.head();
      await expect(all(store.readStream('note/a'))).rejects.toMatchObject({ code: 'stream-deleted' });
      await server.client.setStreamMetadata(onServer(server, 'note/a'), { cacheControl: 60 });
      await store.head();
      expect(await all(store.readStream('note/a'))).toHaveLength(5);
      expect(await all((await server.open()).readLog(0n))).toHaveLength(7);
    },
  },
  {
    name: 'is not concerned by a stream of another log or program that is cut or deleted',
    async verify(server) {
      const store = await filled(server);
      const other = `${server.log}-other`;
      await (await server.open({ log: other })).append('note/a', 'none', [anEvent()]);
      await writeAs(server, onServer(server, 'orders'), 'OrderPlaced');
      for (const stream of [`${other}:note/a`, onServer(server, 'orders')]) {
        await server.client.setStreamMetadata(stream, { maxCount: 1 });
        await server.client.deleteStream(stream);
      }
      await store.head();
      expect(await all(store.readLog(0n))).toHaveLength(7);
      expect(await all((await server.open()).readLog(0n))).toHaveLength(7);
    },
  },
  ...(
    [
      ['deleted', (client: EventStoreDBClient, stream: string) => client.deleteStream(stream)],
      ['cut', (client: EventStoreDBClient, stream: string) => client.setStreamMetadata(stream, { truncateBefore: 1 })],
      ['tombstoned', (client: EventStoreDBClient, stream: string) => client.tombstoneStream(stream)],
    ] as const
  ).map(([how, change]) => ({
    name: `is not opened if its identity was ${how}`,
    async verify(server: NamedLog) {
      await (await filled(server)).close();
      const identity = onServer(server, 'entente-log');
      await change(server.client, identity);
      const before = await lengthOf(server, identity);
      await expect(server.open()).rejects.toMatchObject({
        code: 'stream-deleted',
        message: expect.stringContaining('entente-log') as unknown,
      });
      expect(await lengthOf(server, identity)).toBe(before);
    },
  })),
  ...(
    [
      ['without metadata', (server: NamedLog, stream: string) => writeAs(server, stream, 'NoteTaken')],
      [
        'with metadata that have no version',
        (server: NamedLog, stream: string) => writeAs(server, stream, 'NoteTaken', { metadata: { entente: {} } }),
      ],
      [
        'with data that are no JSON',
        ({ client }: NamedLog, stream: string) => {
          const [data, metadata] = ['no JSON', '{"entente":{"version":1}}'].map((text) => Buffer.from(text));
          const event = binaryEvent({ type: 'NoteTaken', data: data as Buffer, metadata: metadata as Buffer });
          return client.appendToStream(stream, event, { expectedRevision: ANY });
        },
      ],
    ] as const
  ).map(([how, write]) => ({
    name: `names an event that another program wrote into one of its streams, and is opened and verified: ${how}`,
    async verify(server: NamedLog) {
      const store = await filled(server);
      await write(server, onServer(server, 'note/b'));
      const message = /^note\/b: revision 1 at position \d+ was written by another program; .* from a backup/;
      for (const read of [() => all(store.readLog(0n)), () => all(store.readStream('note/b'))])
        await expect(read()).rejects.toMatchObject({
          code: 'foreign-event',
          message: expect.stringMatching(message) as unknown,
        });
      const reported: unknown[] = [];
      const again = await server.open({ onDamage: (fault) => reported.push(fault) });
      expect(reported).toMatchObject([{ code: 'foreign-event', message: expect.stringMatching(message) as unknown }]);
      expect(await again.append('note/a', 4, [anEvent()])).toMatchObject({ ok: true });
      const faults: unknown[] = [];
      expect(await all(again.readLog(0n, { onDamage: (fault) => faults.push(fault) }))).toHaveLength(8);
      expect(faults).toMatchObject([{ code: 'foreign-event' }]);
    },
  })),
];

/**
 * What a log promises on any server of EventStoreDB's protocol, however many others use it. Each
 * case has a log by a separate name, so that one server serves all.
 */
export const EVENT_STORE_SERVER: readonly Case<NamedLog>[] = [...READING, ...ERAS, ...WRITING, ...TIMES, ...DAMAGE];

/** What is tried on the stand-in only, since it takes faults that a server has by accident. */
export const NEEDS_STAND_IN: readonly string[] = [
  'a leader that dies, freezes or lags, and answers that are lost, late or cut off (cluster, faults, command-outage, reading, writing)',
  'clocks that are set or differ (reading, recorded-times, clock-skew)',
  'a scavenge, and a server that is restored from an older copy (cut-streams, log-continuity, restore)',
  'a log without a name, which needs a server without streams of others (cut-streams)',
  'counts of what the server sent and searched (reading, relay-start)',
  'versions that answer differently, users and certificates (eventstoredb-store, secured, check-services)',
];
