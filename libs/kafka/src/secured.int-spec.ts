import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Relay } from '@entente/engine';
import { SqliteEventStore } from '@entente/sqlite';
import { startKafka } from '../../../deploy/services/kafka.mjs';
import { anAuthority } from '../../../test/support/certificates.js';
import { anEvent } from '../../../test/contracts/event-store.js';
import { topicForTests, until } from '../../../test/support/kafka.js';
import { KafkaEventFeed } from './kafka-event-feed.js';
import { KafkaLogPublisher } from './kafka-log-publisher.js';
import type { KafkaSettings } from './settings.js';

const PASSWORD = 'hush:hush/1@2';
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const authority = anAuthority();
const mine = authority.issue('one of this deployment');

type Broker = Awaited<ReturnType<typeof startKafka>>;
type Way = Pick<KafkaSettings, 'ssl' | 'sasl'>;

describe('a Kafka topic with TLS and users', () => {
  let folder: string;
  let broker: Broker;
  let store: SqliteEventStore;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entente-secured-'));
    const secured = { ca: authority.ca, ...authority.issue('a broker'), users: { ann: PASSWORD } };
    broker = await startKafka({ folder, secured });
    store = new SqliteEventStore({ folder });
  });
  afterAll(async () => {
    await store.close();
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const logged: string[] = [];
  const settingsAt = (listener: 'saslSsl' | 'sasl' | 'ssl', way: Way) => ({
    ...topicForTests(2, broker.secured?.[listener]),
    ...way,
    onLog: (level: string, message: string, details: object) =>
      logged.push(`${level} ${message} ${JSON.stringify(details)}`),
  });
  const as = (mechanism: (typeof MECHANISMS)[number], password = PASSWORD): NonNullable<Way['sasl']> => ({
    mechanism,
    username: 'ann',
    password,
  });

  /** Publishes what is in the log, and answers how much of it came back. */
  async function thereAndBack(settings: ReturnType<typeof settingsAt>): Promise<number> {
    const publisher = new KafkaLogPublisher(settings);
    await publisher.tails(store.id);
    const relay = new Relay(store, publisher, { wake: (listener) => store.onCommit(listener) });
    relay.start();
    for (const id of ['a', 'b', 'c']) await store.append(`note/${id}`, 'any', [anEvent(), anEvent()]);
    const head = await store.head();
    let seen = 0;
    const through = new Map<number, bigint>();
    const feed = new KafkaEventFeed(settings, store).subscribe({
      startPosition: () => Promise.resolve(0n),
      process: ({ partition, events, through: to }) => {
        seen += events.length;
        through.set(partition, to);
        return Promise.resolve();
      },
    });
    await until(() => through.size === 2 && [...through.values()].every((to) => to >= head));
    expect([relay.status().fault, feed.fault()]).toEqual([null, null]);
    await feed.stop();
    await relay.stop();
    await publisher.close();
    return seen;
  }

  /** What the publisher and the feed say where they may not come in. */
  async function turnedAway(settings: ReturnType<typeof settingsAt>): Promise<readonly string[]> {
    const publisher = new KafkaLogPublisher(settings);
    const error: Error = await publisher.tails(store.id).then(
      () => new Error('it came in'),
      (failed: unknown) => failed as Error,
    );
    await publisher.close();
    const feed = new KafkaEventFeed(settings, store).subscribe({
      startPosition: () => Promise.resolve(0n),
      process: () => Promise.resolve(),
    });
    await until(() => feed.fault() !== null);
    const fault = feed.fault() ?? '';
    await feed.stop();
    expect([error.message, error.stack, fault, ...logged].join('\n')).not.toContain('hush');
    return [error.message, fault];
  }

  for (const mechanism of MECHANISMS) {
    it(`is written and read over TLS, with ${mechanism}`, async () => {
      const settings = settingsAt('saslSsl', { ssl: { ca: authority.ca }, sasl: as(mechanism) });
      expect(await thereAndBack(settings)).toBeGreaterThanOrEqual(6);
    });

    it(`is written and read without TLS, with ${mechanism}`, async () => {
      const settings = settingsAt('sasl', { sasl: as(mechanism) });
      expect(await thereAndBack(settings)).toBeGreaterThanOrEqual(6);
    });

    it(`reports a wrong password without showing it, with ${mechanism}`, async () => {
      const sasl = as(mechanism, 'hush-no');
      for (const message of await turnedAway(settingsAt('saslSsl', { ssl: { ca: authority.ca }, sasl })))
        expect(message).toMatch(/authentication|credentials/i);
    });
  }

  it('is written and read with a client certificate', async () => {
    const ssl = { ca: authority.ca, ...mine };
    expect(await thereAndBack(settingsAt('ssl', { ssl }))).toBeGreaterThanOrEqual(6);
  });

  it("is not used if the broker's certificate is not trusted", async () => {
    const sasl = as('plain');
    for (const ssl of [{ ca: anAuthority('another').ca }, true])
      for (const message of await turnedAway(settingsAt('saslSsl', { ssl, sasl })))
        expect(message).toMatch(/certificate/);
  });

  it('reports a client certificate that is missing or not trusted', async () => {
    for (const own of [{}, anAuthority('another').issue('a stranger')])
      for (const message of await turnedAway(settingsAt('ssl', { ssl: { ca: authority.ca, ...own } })))
        expect(message).toMatch(/certificate/);
  });

  it('reports TLS on a plain port, and plain text on a TLS port', async () => {
    const sasl = as('plain');
    for (const settings of [settingsAt('sasl', { ssl: { ca: authority.ca }, sasl }), settingsAt('saslSsl', { sasl })])
      for (const message of await turnedAway(settings)) expect(message).toMatch(/TLS/);
  });
});
