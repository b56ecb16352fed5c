import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_EVENT, type ServiceFinding, type ServiceReport } from '@entente/engine';
import { EventStoreDbStore } from '@entente/eventstoredb';
import { KafkaLogPublisher } from '@entente/kafka';
import { MODELS, VIEWS } from '@entente/read-models';
import { PostgresReadModelStore } from '@entente/typeorm';
import kafkajs from 'kafkajs';
import { anAuthority } from '../support/certificates.js';
import { EventStoreCluster } from '../doubles/eventstoredb/cluster.js';
import { EventStoreDouble } from '../doubles/eventstoredb/double.js';
import { startKafka } from '../../deploy/services/kafka.mjs';
import { freePort } from '../../deploy/services/process.mjs';
import { anEvent } from '../contracts/event-store.js';
import { kafkaClient, topicForTests, until } from '../support/kafka.js';
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

/** A finding of a result, with a message and a remedy. */
const finding =
  (result: ServiceFinding['result']) =>
  (message: string | RegExp, remedy: string | RegExp = ''): ServiceFinding =>
    expect.objectContaining({
      result,
      message: expect.stringMatching(message),
      ...(result === 'ok' ? {} : { remedy: expect.stringMatching(remedy) }),
    }) as unknown as ServiceFinding;
const ok = finding('ok');
const warning = finding('warning');
const failure = finding('failure');

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
      expect((await ofStore(server.url)).of('log')[1]).toEqual(
        failure(/^order\/1: .*written by another program/, /another stream/),
      );
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
      expect(of('connection')).toContainEqual(failure(/no answer/));
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

  describe('of brokers', () => {
    const PASSWORD = 'hush:hush/1@2';
    const authority = anAuthority();
    const files = { own: '', others: '' };
    let folder: string;
    let broker: Awaited<ReturnType<typeof startKafka>>;
    let settings: Readonly<Record<string, string>>;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'entente-check-'));
      for (const [name, { ca }] of [['own', authority] as const, ['others', anAuthority()] as const])
        writeFileSync((files[name] = join(folder, `${name}.pem`)), ca);
      const secured = { ca: authority.ca, ...authority.issue('a broker'), users: { ann: PASSWORD } };
      broker = await startKafka({
        folder: join(folder, 'kafka'),
        secured,
        settings: {
          'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
          'super.users': 'User:ANONYMOUS',
        },
      });
      settings = { ...(await settingsThatFit()), KAFKA_BROKERS: broker.brokers };
    });
    afterAll(async () => {
      await broker.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    const ofBroker = async (more: Readonly<Record<string, string>> = {}) => {
      const { of, failures } = await check({ ...settings, ...more });
      return { failures, findings: of('broker'), of: (name: string) => of('broker', name) };
    };
    /** Runs with an admin client of the user that may do anything. */
    const asAdmin = async (work: (admin: ReturnType<ReturnType<typeof kafkaClient>['admin']>) => Promise<unknown>) => {
      const admin = kafkaClient({ brokers: [broker.brokers] }).admin();
      await admin.connect();
      await work(admin).finally(() => admin.disconnect());
    };
    const make = (topic: string, numPartitions: number, config: Readonly<Record<string, string>> = {}) =>
      asAdmin((admin) => {
        const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
        return admin.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: true });
      });

    it('that fit have no failure and no warning, and get no topic', async () => {
      const { findings, of } = await ofBroker();
      expect(findings.filter(({ result }) => result !== 'ok')).toEqual([]);
      expect(of('topic')).toEqual(
        ['entente-events', 'entente-commands', 'entente-replies', 'entente-dead-letters'].map((topic) =>
          ok(new RegExp(`^topic ${topic} .* is missing, and an app may create it with 12 partitions`)),
        ),
      );
      await asAdmin(async (admin) =>
        expect((await admin.listTopics()).filter((name) => !name.startsWith('__'))).toEqual([]),
      );
    });

    it('with topics that have other partitions, are compacted, forget or are too small', async () => {
      const unlimited = { 'retention.ms': '-1' };
      await make('events-3', 3, unlimited);
      expect((await ofBroker({ KAFKA_TOPIC: 'events-3' })).of('topic')[0]).toEqual(
        failure(/has 3 partitions and KAFKA_PARTITIONS is 12/, /KAFKA_PARTITIONS=3/),
      );
      expect((await ofBroker({ KAFKA_TOPIC: 'events-3', KAFKA_PARTITIONS: '3' })).failures).toBe(0);
      await make('compacted', 12, { 'cleanup.policy': 'compact', 'retention.ms': '1000', 'max.message.bytes': '5000' });
      expect((await ofBroker({ KAFKA_TOPIC: 'compacted' })).of('topic').slice(0, 3)).toEqual([
        failure(/retention\.ms of topic compacted is 1000/, /--add-config retention\.ms=-1/),
        failure(/cleanup\.policy of topic compacted is compact/, /cleanup\.policy=delete/),
        failure(/takes messages of 5000 bytes/, /max\.message\.bytes/),
      ]);
      await make('commands-7', 1, { 'retention.ms': '1000' });
      const small = await ofBroker({ KAFKA_COMMANDS_TOPIC: 'commands-7', KAFKA_REPLIES_TOPIC: 'compacted' });
      expect(small.of('topic')).toEqual(
        expect.arrayContaining([
          warning(/retention\.ms of topic commands-7 is 1000/),
          failure(/cleanup\.policy of topic compacted is compact/),
          failure(/compacted takes messages of 5000 bytes and topic commands-7/, /max\.message\.bytes/),
        ]),
      );
    });

    it('with too few replicas for the settings, or for the topic', async () => {
      expect((await ofBroker({ KAFKA_REPLICAS: '3' })).of('topic')).toEqual(
        Array.from({ length: 4 }, () => failure(/cannot have 3 replicas \(brokers: 1\)/, /KAFKA_REPLICAS/)),
      );
      await make('strict', 12, { 'retention.ms': '-1', 'min.insync.replicas': '2' });
      expect((await ofBroker({ KAFKA_TOPIC: 'strict' })).of('topic')[0]).toEqual(
        failure(/has 1 replicas and min\.insync\.replicas is 2/, /min\.insync\.replicas=1/),
      );
    });

    it('with the events of another log, or something else', async () => {
      const publishing = { ...topicForTests(2, broker.brokers), topic: 'events-of-another' };
      const publisher = new KafkaLogPublisher(publishing);
      const store = await EventStoreDbStore.connect({ url: esdb, log: `log-${randomUUID().slice(0, 8)}` });
      await publisher.tails(store.id);
      await publisher.publishWatermarks(
        [0, 1].map((partition) => ({ partition, through: 1n, last: NO_EVENT, recordedAt: '2031-01-01T00:00:00.000Z' })),
      );
      await publisher.close();
      await store.close();
      const named = { KAFKA_TOPIC: 'events-of-another', KAFKA_PARTITIONS: '2' };
      expect((await ofBroker(named)).of('log')).toEqual([
        ok(`has events of the log ${store.id}`),
        failure(`was made of the log ${store.id}`, /KAFKA_TOPIC/),
      ]);
      await make('rubbish', 12, { 'retention.ms': '-1' });
      const producer = kafkaClient({ brokers: [broker.brokers] }).producer();
      await producer.connect();
      await producer.send({ topic: 'rubbish', messages: [{ value: 'rubbish' }] });
      await producer.disconnect();
      expect((await ofBroker({ KAFKA_TOPIC: 'rubbish' })).of('log')).toEqual([
        failure(/something else/, /KAFKA_TOPIC/),
      ]);
    });

    it('over TLS and with users, as certificates, passwords and rights are', async () => {
      const { saslSsl = '' } = broker.secured ?? {};
      const secured = {
        KAFKA_BROKERS: saslSsl.replace('127.0.0.1', 'localhost'),
        KAFKA_SSL: 'on',
        KAFKA_SSL_CA: files.own,
        KAFKA_SASL_MECHANISM: 'plain',
        KAFKA_SASL_USERNAME: 'ann',
        KAFKA_SASL_PASSWORD: PASSWORD,
      };
      const without = await ofBroker(secured);
      expect(without.of('tls')[0]).toEqual(warning(/is trusted, for localhost/, /renew/));
      expect(without.of('rights')).toEqual(
        expect.arrayContaining([
          failure(/topic entente-events .* no right to create it/, /CREATE and DESCRIBE/),
          failure(/cannot begin transactions/, /WRITE and DESCRIBE transactional ids/),
          failure(/cannot see groups/, /READ groups/),
        ]),
      );
      const { ALLOW } = kafkajs.AclPermissionTypes;
      const { ALL } = kafkajs.AclOperationTypes;
      const { PREFIXED } = kafkajs.ResourcePatternTypes;
      const { TOPIC, GROUP, TRANSACTIONAL_ID } = kafkajs.AclResourceTypes;
      await asAdmin((admin) =>
        admin.createAcls({
          acl: [TOPIC, GROUP, TRANSACTIONAL_ID].map((resourceType) => ({
            resourceType,
            resourceName: 'entente',
            resourcePatternType: PREFIXED,
            principal: 'User:ann',
            host: '*',
            operation: ALL,
            permissionType: ALLOW,
          })),
        }),
      );
      expect((await ofBroker(secured)).failures).toBe(0);
      expect((await ofBroker({ ...secured, KAFKA_SSL_CA: files.others })).of('tls')).toEqual([
        failure(/not trusted/, /KAFKA_SSL_CA/),
      ]);
      expect((await ofBroker({ ...secured, KAFKA_SASL_PASSWORD: 'hush-no' })).of('user')).toEqual([
        failure(/authentication|credentials/i, /KAFKA_SASL_PASSWORD/),
      ]);
      expect((await ofBroker({ ...secured, KAFKA_BROKERS: broker.brokers })).of('tls')).toEqual([
        failure(/does not speak TLS/, /KAFKA_SSL=off/),
      ]);
      const plain = await ofBroker({ KAFKA_BROKERS: saslSsl });
      expect(plain.of('connection')).toEqual([failure(/TLS/, /KAFKA_SSL/)]);
    });
  });

  describe('of a database', () => {
    let settings: Readonly<Record<string, string>>;
    beforeAll(async () => {
      settings = await settingsThatFit();
    });
    const url = (): string => String(settings['DATABASE_URL']);
    const ofDatabase = async (more: Readonly<Record<string, string>> = {}) => {
      const { of, failures } = await check({ ...settings, ...more });
      return { failures, findings: of('database'), of: (name: string) => of('database', name) };
    };
    /** The same database as another user. */
    const as = (user: string, password: string, of = url()): string =>
      of.replace(/\/\/[^@]*@/, `//${user}:${encodeURIComponent(password)}@`);

    it('that fits has no failure and no warning, and is left as it was', async () => {
      const { findings } = await ofDatabase();
      expect(findings.filter(({ result }) => result !== 'ok')).toEqual([]);
      const schemas = await postgres.query(url(), `SELECT FROM pg_namespace WHERE nspname IN ('entente', 'analyst')`);
      expect(schemas).toEqual([]);
    });

    it('with a wrong password or name, without rights, or that takes no writes', async () => {
      const user = `u_${randomUUID().slice(0, 8)}`;
      await postgres.query(url(), `CREATE ROLE ${user} LOGIN PASSWORD 'hush@1'`);
      expect((await ofDatabase({ DATABASE_URL: as(user, 'hush') })).of('user')).toEqual([
        failure(/password authentication failed/, /DATABASE_URL/),
      ]);
      const missing = url().replace(/[^/]*$/, 'missing');
      expect((await ofDatabase({ DATABASE_URL: missing })).of('database')).toEqual([
        failure(/"missing" does not exist/, /CREATE DATABASE "missing" LOCALE 'C'/),
      ]);
      const denied = await ofDatabase({ DATABASE_URL: as(user, 'hush@1') });
      expect(denied.of('rights')).toEqual([failure(/permission denied/, /ALTER DATABASE/)]);
      await postgres.query(url(), `GRANT CREATE ON DATABASE ${url().replace(/^.*\//, '')} TO ${user}`);
      const granted = await ofDatabase({ DATABASE_URL: as(user, 'hush@1') });
      expect(granted.failures).toBe(0);
      expect(granted.of('analysts')).toContainEqual(warning(/entente_analyst is missing/, /CREATE ROLE/));
      await postgres.query(url(), `ALTER ROLE ${user} SET default_transaction_read_only = on`);
      expect((await ofDatabase({ DATABASE_URL: as(user, 'hush@1') })).of('rights')).toEqual([
        failure(/takes no writes/, /primary/),
      ]);
      await postgres.query(url(), `ALTER ROLE ${user} RESET default_transaction_read_only`);
      await postgres.query(url(), `ALTER ROLE ${user} CONNECTION LIMIT 3`);
      expect((await ofDatabase({ DATABASE_URL: as(user, 'hush@1') })).of('connections')).toEqual([
        warning(/^3 connections/),
      ]);
    });

    it('with another encoding or locale', async () => {
      const latin = await postgres.database("ENCODING 'LATIN1' TEMPLATE template0");
      expect((await ofDatabase({ DATABASE_URL: latin })).of('encoding')).toEqual([
        failure(/encoding LATIN1, and needs/, /CREATE DATABASE/),
      ]);
      const icu = await postgres.database("LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0");
      expect((await ofDatabase({ DATABASE_URL: icu })).of('encoding')).toEqual([failure(/locale en-US/)]);
    });

    it('asked for TLS, which it does not speak', async () => {
      expect((await ofDatabase({ DATABASE_URL: `${url()}?sslmode=require` })).of('tls')).toEqual([
        failure(/does not support SSL/, /sslmode/),
      ]);
    });

    it('with rows of another log or other partitions, or of another user', async () => {
      const database = await postgres.database();
      const options = { url: database, models: MODELS, views: VIEWS, partitions: 3 };
      const store = new PostgresReadModelStore(options);
      await store.open('another-log');
      await store.close();
      const found = await ofDatabase({ DATABASE_URL: database });
      expect(found.of('rows')).toEqual([failure(/folded in 3 partitions and KAFKA_PARTITIONS is 12/)]);
      expect(found.of('log')).toEqual([failure(/made of the log another-log/, /DATABASE_URL/)]);
      const same = await ofDatabase({ DATABASE_URL: database, KAFKA_PARTITIONS: '3' });
      expect(same.of('rows')).toEqual([ok(/^\d+ read models of the log another-log, in 3 partitions/)]);
      const user = `u_${randomUUID().slice(0, 8)}`;
      await postgres.query(database, `CREATE ROLE ${user} LOGIN PASSWORD 'hush@1'`);
      await postgres.query(database, `GRANT USAGE, CREATE ON SCHEMA entente TO ${user}`);
      await postgres.query(database, `GRANT SELECT ON ALL TABLES IN SCHEMA entente TO ${user}`);
      const others = await ofDatabase({ DATABASE_URL: as(user, 'hush@1', database), KAFKA_PARTITIONS: '3' });
      expect(others.of('rights')).toContainEqual(failure(/tables of the schema entente belong to another user/));
    });
  });

  it('fails without the key that every deciding app needs', async () => {
    const settings = await settingsThatFit();
    const { of } = await check({ ...settings, ENTENTE_PSEUDONYM_KEY: '' });
    expect(of('settings')).toEqual([failure(/ENTENTE_PSEUDONYM_KEY is missing/)]);
  });

  it('prints a line for each finding, and ends with 0 if there are only warnings', async () => {
    process.env = { ...before, ENTENTE_PSEUDONYM_KEY: KEY, ...(await settingsThatFit()), ESDB_URL: '' };
    expect((await runEntente('check', 'services')).out).toMatch(/^failure  settings     settings: ESDB_URL is missing/);
    const server = await EventStoreDouble.start();
    server.faults.version = '26.0.0';
    process.env['ESDB_URL'] = server.url;
    const { status, out } = await runEntente('check', 'services').finally(() => server.stop());
    expect(status).toBe(0);
    const lines = out.split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^warning  event store  version: .* not tried; remedy: try it/));
    expect(lines).toContainEqual(expect.stringMatching(/^ok       database     encoding: /));
    expect(lines.at(-1)).toBe('0 failures, 1 warnings');
  });
});
