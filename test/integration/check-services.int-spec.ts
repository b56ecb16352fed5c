import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServiceFinding, ServiceReport } from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import { anAuthority } from '../support/certificates.js';
import { EventStoreCluster } from '../doubles/eventstoredb/cluster.js';
import { EventStoreDouble } from '../doubles/eventstoredb/double.js';
import { freePort } from '../../deploy/services/process.mjs';
import { anEvent } from '../contracts/event-store.js';
import { until } from '../support/kafka.js';
import { postgresForTests } from '../support/postgres.js';
import { runEntente } from '../support/run-cli.js';

const { SERVICES_ESDB_URL: esdb = '', SERVICES_KAFKA_BROKERS: brokers = '' } = process.env;
const postgres = postgresForTests();
const KEY = 'ab'.repeat(32);

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

/** What `entente check services --json` prints. */
interface Printed {
  readonly failures: number;
  readonly warnings: number;
  readonly services: readonly ServiceReport[];
}

/** Runs the check with these settings. */
async function check(settings: Readonly<Record<string, string>>) {
  process.env = { ...before, ENTENTE_PSEUDONYM_KEY: KEY, ...settings };
  const { status, out, err } = await runEntente('check', 'services', '--json');
  expect(err).toBe('');
  expect(out).not.toContain('hush');
  const printed = JSON.parse(out) as Printed;
  expect(status).toBe(printed.failures === 0 ? 0 : 1);
  const of = (service: string, check?: string): readonly ServiceFinding[] =>
    printed.services
      .filter((one) => one.service === service)
      .flatMap(({ findings }) => findings.filter((finding) => check === undefined || finding.check === check));
  return { ...printed, of };
}

/** Settings of services that fit. */
const settingsThatFit = async (): Promise<Readonly<Record<string, string>>> => ({
  ESDB_URL: esdb,
  KAFKA_BROKERS: brokers,
  DATABASE_URL: await postgres.database(),
});

describe('entente check services', () => {
  it('reports services that are away, and looks at the others', async () => {
    const away = await freePort();
    const settings = await settingsThatFit();
    for (const [service, change] of [
      ['event store', { ESDB_URL: `esdb://127.0.0.1:${away}?tls=false` }],
      ['broker', { KAFKA_BROKERS: `127.0.0.1:${away}` }],
      ['database', { DATABASE_URL: `postgres://ann:hush@127.0.0.1:${away}/rows` }],
    ] as const) {
      const { of, services } = await check({ ...settings, ...change });
      expect(of(service, 'reachable')).toEqual([
        expect.objectContaining({ result: 'failure', message: expect.stringContaining('ECONNREFUSED') }),
      ]);
      for (const other of services.filter((one) => one.service !== service))
        expect(of(other.service, 'reachable')).toEqual([expect.objectContaining({ result: 'ok' })]);
    }
  });

  describe('of an event store', () => {
    const PASSWORD = 'hush@hush:1/2?';
    const authority = anAuthority();
    let folder: string;
    let settings: Readonly<Record<string, string>>;
    const started: { stop(): void }[] = [];
    const files = { own: '', others: '' };
    beforeAll(async () => {
      settings = await settingsThatFit();
      folder = mkdtempSync(join(tmpdir(), 'entente-check-'));
      for (const [name, { ca }] of [['own', authority] as const, ['others', anAuthority()] as const])
        writeFileSync((files[name] = join(folder, `${name}.pem`)), ca);
    });
    afterEach(() => {
      for (const one of started.splice(0)) one.stop();
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const aServer = async (faults: Partial<EventStoreDouble['faults']> = {}): Promise<EventStoreDouble> => {
      const server = await EventStoreDouble.start();
      Object.assign(server.faults, faults);
      started.push(server);
      return server;
    };
    const ofStore = async (url: string, more: Readonly<Record<string, string>> = {}) => {
      const { of, failures } = await check({ ...settings, ESDB_URL: url, ...more });
      return { failures, findings: of('event store'), of: (name: string) => of('event store', name) };
    };
    const failure = (message: string | RegExp, remedy: string | RegExp = '') =>
      expect.objectContaining({
        result: 'failure',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      }) as unknown as ServiceFinding;
    const warning = (message: string | RegExp, remedy: string | RegExp = '') =>
      expect.objectContaining({
        result: 'warning',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      }) as unknown as ServiceFinding;

    it('that fits has no failure and no warning, and leaves no readable event', async () => {
      const server = await aServer();
      const { findings } = await ofStore(server.url);
      expect(findings.filter(({ result }) => result !== 'ok')).toEqual([]);
      expect([...new Set(findings.map((one) => one.check))]).toEqual([
        'reachable',
        'version',
        'leader',
        'rights',
        'size',
        'clock',
        'log',
        'others',
      ]);
      const scratch = server.log.records.map(({ stream }) => stream).filter((name) => name.startsWith('entente-check'));
      expect(scratch).toHaveLength(1);
      expect(server.log.visible(String(scratch[0]))).toEqual([]);
    });

    it('that is too old, or of a version that was not tried', async () => {
      expect((await ofStore((await aServer({ version: '21.10.9' })).url)).of('version')).toEqual([
        failure(/21\.10\.9, and 22\.6 is the oldest/, /upgrade/),
      ]);
      expect((await ofStore((await aServer({ version: '26.0.1' })).url)).of('version')).toEqual([warning(/not tried/)]);
    });

    it('that has another clock, or takes less in one append', async () => {
      const late = await ofStore((await aServer({ skew: -600_000 })).url);
      expect(late.of('clock')).toEqual([failure(/600\.\d s behind/, /NTP/)]);
      expect((await ofStore((await aServer({ skew: 20_000 })).url)).of('clock')).toEqual([warning(/ahead of/)]);
      const small = await ofStore((await aServer({ maxAppendBytes: 100_000 })).url);
      expect(small.of('size')).toEqual([failure(/100000 bytes/, /MaxAppendSize/)]);
    });

    it('with a log, and beside other programs', async () => {
      const server = await aServer();
      const store = await EventStoreDbStore.connect({ url: server.url });
      await store.append('note/1', 'none', [anEvent()]);
      const { id } = store;
      await store.close();
      const there = await ofStore(server.url);
      expect(there.of('log')).toEqual([
        expect.objectContaining({ result: 'ok', message: expect.stringContaining(`has the log ${id}`) }),
      ]);
      const foreign = { id: randomUUID(), type: 'Ordered', contentType: 'application/json' };
      const write = (stream: string) =>
        server.log.write(stream, [
          { ...foreign, id: randomUUID(), data: Buffer.from('{}'), metadata: Buffer.from('') },
        ]);
      write('order-1');
      expect((await ofStore(server.url)).of('others')).toEqual([
        expect.objectContaining({ result: 'ok', message: expect.stringMatching(/^1 of all/) }),
      ]);
      const named = await ofStore(server.url, { ESDB_LOG: 'trials' });
      expect(named.of('log')).toEqual([
        expect.objectContaining({ message: expect.stringContaining('no log named trials') }),
      ]);
      expect(named.failures).toBe(0);
      write('order/1');
      expect((await ofStore(server.url)).of('others')[0]).toEqual(failure(/writes to order\/1/, /other names/));
      const other = await aServer();
      other.log.write('order-1', [{ ...foreign, data: Buffer.from('{}'), metadata: Buffer.from('') }]);
      expect((await ofStore(other.url)).of('others')).toEqual([warning(/1 of all/, /ESDB_LOG/)]);
    });

    it('of which no node leads, or a node is down', async () => {
      const cluster = await EventStoreCluster.start();
      started.push(cluster);
      expect((await ofStore(cluster.url)).of('leader')).toEqual([
        expect.objectContaining({ result: 'ok', message: expect.stringContaining('leads 3 nodes') }),
      ]);
      const [port] = cluster.ports;
      expect((await ofStore(`esdb://127.0.0.1:${port}?tls=false`)).of('nodes')).toEqual([
        warning(/names one node of a cluster/),
      ]);
      cluster.kill(2);
      const { failures, of } = await ofStore(cluster.url);
      expect([failures, of('nodes'), of('reachable').map(({ result }) => result)]).toEqual([
        0,
        [warning(/not alive/)],
        ['ok', 'ok', 'warning'],
      ]);
      cluster.kill(1);
      await until(() => cluster.leader() === null);
      expect((await ofStore(cluster.url)).of('leader')).toEqual([failure(/no node leads/, /more than half/)]);
    });

    it('that does not answer, within seconds', async () => {
      const server = await aServer({ hang: 1000, hangReads: 1000 });
      const begun = performance.now();
      const { of } = await ofStore(server.url);
      expect(performance.now() - begun).toBeLessThan(20_000);
      expect(of('rights')).toContainEqual(failure(/no answer/));
    });

    it('over TLS, as its certificate and its users are', async () => {
      const secured = { ...authority.issue('event store'), user: 'ann', password: PASSWORD };
      const server = await EventStoreDouble.start(undefined, 0, secured);
      const elsewhere = { ...authority.issue('another', ['another.example']), user: 'ann', password: PASSWORD };
      const other = await EventStoreDouble.start(undefined, 0, elsewhere);
      started.push(server, other);
      const url = ({
        user = 'ann',
        password = PASSWORD,
        host = `localhost:${server.port}`,
        ca = files.own,
      }: Partial<Record<'user' | 'password' | 'host' | 'ca', string>> = {}) =>
        `esdb://${user === '' ? '' : `${user}:${encodeURIComponent(password)}@`}${host}?tlsCAFile=${encodeURIComponent(ca)}`;
      const fitting = await ofStore(url());
      expect(fitting.failures).toBe(0);
      expect(fitting.of('tls')).toEqual([warning(/is trusted, for localhost, 127\.0\.0\.1, until/, /renew/)]);
      expect((await ofStore(url({ ca: files.others }))).of('tls')).toEqual([failure(/not trusted/, /tlsCAFile/)]);
      expect((await ofStore(url({ host: `localhost:${other.port}` }))).of('tls')).toEqual([
        failure(/is for another\.example, not for localhost/),
      ]);
      expect((await ofStore(url({ password: 'hush' }))).of('user')).toEqual([failure(/rejects this user/)]);
      expect((await ofStore(url({ user: '' }))).of('rights')).toEqual(
        ['append', 'read \\$all', 'read all'].map((right) =>
          failure(`a client without a user has no right to ${right}`),
        ),
      );
      const plain = await ofStore(`esdb://localhost:${server.port}?tls=false`);
      expect(plain.of('connection')).toEqual([failure(/./, /leave tls=false out/)]);
      const none = await aServer();
      const without = await ofStore(url({ host: `localhost:${none.port}` }));
      expect(without.of('tls')).toEqual([failure(/does not speak TLS/, /tls=false/)]);
      const user = await ofStore(`esdb://ann:hush@localhost:${none.port}?tls=false`);
      expect(user.of('user')).toEqual([warning(/are not sent/)]);
    });
  });
});
