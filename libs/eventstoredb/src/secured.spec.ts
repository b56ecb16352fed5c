import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { anAuthority } from '../../../test/support/certificates.js';
import { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

const PASSWORD = 'hush@hush:1/2?';
const authority = anAuthority();

describe('a log on a server with TLS and users', () => {
  let folder: string;
  let server: EventStoreDouble;
  const files = { own: '', others: '' };
  const opened: EventStoreDbStore[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entente-secured-'));
    for (const [name, { ca }] of [['own', authority] as const, ['others', anAuthority()] as const])
      writeFileSync((files[name] = join(folder, `${name}.pem`)), ca);
    const secured = { ...authority.issue('event store'), user: 'ann', password: PASSWORD };
    server = await EventStoreDouble.start(undefined, 0, secured);
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  afterAll(() => {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const connect = async ({
    user = 'ann',
    password = PASSWORD,
    ca = files.own,
    host = 'localhost',
    port = server.port,
    more = '',
    scheme = 'esdb',
  } = {}) => {
    const who = user === '' ? '' : `${user}:${encodeURIComponent(password)}@`;
    const url = `${scheme}://${who}${host}:${port}?tlsCAFile=${encodeURIComponent(ca)}${more}`;
    const store = await EventStoreDbStore.connect({ url, answerTimeout: 3000 });
    opened.push(store);
    return store;
  };
  const failed = (options: Parameters<typeof connect>[0]): Promise<string> =>
    connect(options).then(
      () => 'it connected',
      (error: unknown) => {
        for (let each = error; each instanceof Error; each = each.cause) {
          expect(JSON.stringify([each.message, each.stack])).not.toContain('hush');
        }
        return (error as Error).message;
      },
    );

  it('is written and read by its user', async () => {
    const store = await connect();
    const metadata = {
      actor: { organisation: 'norland', role: 'donor' as const },
      occurredAt: '2031-01-01T00:00:00.000Z',
      correlationId: 'c',
      causationId: 'c',
      commandId: 'c',
      commandHash: 'h',
      consulted: [],
    };
    const event = { id: randomUUID(), type: 'Noted', version: 1, data: { text: 'heard' }, metadata };
    expect(await store.append('note/1', 'none', [event as never])).toMatchObject({ ok: true });
    const found: unknown[] = [];
    for await (const events of store.readLog(0n)) found.push(...events.map(({ data }) => data));
    expect(found).toEqual([{ text: 'heard' }]);
  });

  it('is reached by an IP address, or reports that it needs the name of its host', async () => {
    const failure = await failed({ host: '127.0.0.1' });
    expect(['it connected', failure.replace(/^.*: over TLS/s, 'over TLS')]).toContain(
      failure === 'it connected'
        ? failure
        : 'over TLS use the host name that its certificate has, and not an IP address',
    );
  });

  it('reports a wrong password at once', async () => {
    expect(await failed({ password: 'hush' })).toBe(
      `the event store at localhost:${server.port} rejects this user and password: see the connection string`,
    );
  });

  it('names the rights that a user needs, to a client without a user', async () => {
    expect(await failed({ user: '' })).toMatch(
      /denies access, so it did not .*; its user must be allowed to read \$all/,
    );
  });

  it('is not used if its certificate is not trusted, or is for another host', async () => {
    expect(await failed({ ca: files.others })).toMatch(
      new RegExp(`^the event store at localhost:${server.port} does not answer \\(.*certificate.*\\)`),
    );
    const elsewhere = { ...authority.issue('another', ['another.example']), user: 'ann', password: PASSWORD };
    const another = await EventStoreDouble.start(undefined, 0, elsewhere);
    expect(await failed({ port: another.port })).toMatch(/does not answer \(.*altnames/);
    another.stop();
  });

  it('names the certificate, or the address that a node advertises, also if the leader is searched for', async () => {
    const scheme = 'esdb+discover';
    const more = '&maxDiscoverAttempts=1';
    expect(await failed({ scheme, more, ca: files.others })).toMatch(
      /none of its hosts answers: .*certificate.*the authority in tlsCAFile issued the certificate$/,
    );
    expect(await failed({ scheme, more })).toMatch(
      /a node advertises an IP address: set the server's option AdvertiseHostToClientAs to the host name|it connected/,
    );
  });

  it('is not used with a file of certificates that does not exist', async () => {
    expect(await failed({ ca: join(folder, 'away.pem') })).toMatch(
      /Failed to load certificate file.*check the certificate files/,
    );
  });

  it('never shows the password of a connection string with an unknown option', async () => {
    const { warn } = console;
    const warned: unknown[] = [];
    console.warn = (...lines: unknown[]) => warned.push(...lines);
    try {
      await connect({ more: '&tsl=true' }).catch(() => undefined);
    } finally {
      console.warn = warn;
    }
    expect(warned.join('\n')).not.toContain('hush');
    expect(await failed({ more: '&tsl=true' })).toMatch(/has an unknown or unsupported option, tsl: leave it out$/);
  });
});
