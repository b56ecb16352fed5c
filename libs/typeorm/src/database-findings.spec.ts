import { describe, expect, it } from '@jest/globals';
import type { DatabaseAnswers, DatabaseCallAnswers, DatabaseFacts, FoundRows } from './database-answers.js';
import { databaseFindings } from './database-findings.js';
import { FORMAT } from './postgres-catalogue.js';

const answer = <T>(value: T) => ({ ok: true, value }) as const;
const error = (message: string, code?: string) =>
  ({ ok: false, error: Object.assign(new Error(message), { code }) }) as const;

const FACTS: DatabaseFacts = {
  name: 'rows',
  locale: 'C',
  encoding: 'UTF8',
  fits: true,
  version: 180004,
  overTls: false,
  readOnly: false,
  freeConnections: 90,
  clock: { aheadMs: 0, uncertaintyMs: 1 },
};
const CALLS: DatabaseCallAnswers = {
  facts: answer(FACTS),
  rows: answer(null),
  creation: answer(null),
  analystSchema: answer({ isOwn: true }),
  analystRole: answer({ exists: false, mayBeMade: true }),
  notified: answer(true),
};
const ROWS: FoundRows = { log: 'log-1', format: FORMAT, partitions: 12, models: 40, othersTables: 0 };
const FITS: DatabaseAnswers = {
  settings: {
    database: 'rows',
    user: 'ann',
    partitions: 12,
    analystSchema: 'analyst',
    analystRole: 'reader',
    isLocal: true,
  },
  probed: { host: 'db', port: 5432, unreachable: null, certificate: null },
  connected: answer(null),
  answers: CALLS,
};

const wrongIn = (change: Partial<DatabaseAnswers>): readonly string[] =>
  databaseFindings({ ...FITS, ...change })
    .filter(({ result }) => result !== 'ok')
    .map(({ result, check, message, remedy }) => `${result}: ${check}: ${message} > ${remedy}`);
const wrongInCalls = (change: Partial<DatabaseCallAnswers>) => wrongIn({ answers: { ...CALLS, ...change } });
const wrongInFacts = (change: Partial<DatabaseFacts>) => wrongInCalls({ facts: answer({ ...FACTS, ...change }) });
const wrongInRows = (change: Partial<FoundRows>) => wrongInCalls({ rows: answer({ ...ROWS, ...change }) });
const one = (sentence: RegExp) => [expect.stringMatching(sentence)];

describe('the findings about a database', () => {
  it('are all ok for one that fits, empty or with rows', () => {
    expect(wrongIn({})).toEqual([]);
    expect(wrongInRows({})).toEqual([]);
    expect(databaseFindings(FITS).map(({ check }) => check)).toEqual([
      'reachable',
      'version',
      'encoding',
      'extensions',
      'connections',
      'clock',
      'rights',
      'analysts',
      'notifications',
      'rows',
    ]);
  });

  it('name a server that is away', () => {
    const probed = { ...FITS.probed, unreachable: 'EHOSTUNREACH' };
    expect(wrongIn({ probed, connected: null, answers: null })).toEqual(one(/^failure: reachable: db:5432.*no route/));
  });

  it.each([
    ['28P01', 'password authentication failed for user "ann"', /^failure: user: .*> see the user and the password/],
    ['28000', 'no pg_hba.conf entry', /^failure: user: .*pg_hba\.conf of the server/],
    ['3D000', 'no such database', /^failure: database: .*> CREATE DATABASE "rows" LOCALE 'C'/],
    ['42501', 'permission denied', /^failure: rights: .*> GRANT CONNECT ON DATABASE "rows" TO "ann"/],
    ['53300', 'too many clients', /^failure: connections: .*> raise max_connections/],
    ['08P01', 'unsupported startup parameter: options', /^failure: connection: .*pooler/],
    ['', 'The server does not support SSL connections', /^failure: tls: .*> give the server a certificate/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate', /^failure: tls: .*sslrootcert/],
    ['', 'timeout expired', /^failure: connection: .*> see DATABASE_URL/],
  ])('name what to do after error %s, %s', (code, message, sentence) => {
    expect(wrongIn({ connected: error(message, code), answers: null })).toEqual(one(sentence));
  });

  it('judge version, encoding, writes, connections, encryption and clock', () => {
    expect(wrongInFacts({ version: 110022 })).toEqual(
      one(/^failure: version: PostgreSQL 11\.22, and 12 is the oldest/),
    );
    expect(wrongInFacts({ version: 130000 })).toEqual(one(/^warning: version: .*not tried/));
    expect(wrongInFacts({ fits: false, locale: 'en_US.UTF-8' })).toEqual(
      one(/^failure: encoding: .*locale en_US\.UTF-8/),
    );
    expect(wrongInFacts({ readOnly: true })).toEqual(one(/^failure: rights: the database takes no writes/));
    expect(wrongInFacts({ freeConnections: 75 })).toEqual(one(/^warning: connections: 75 connections/));
    expect(wrongInFacts({ clock: { aheadMs: 90_000, uncertaintyMs: 1 } })).toEqual(
      one(/^warning: clock: .*90\.0 s ahead/),
    );
    const settings = { ...FITS.settings, isLocal: false };
    expect(wrongIn({ settings })).toEqual(one(/^warning: tls: the connection is not encrypted/));
    expect(wrongIn({ settings, answers: { ...CALLS, facts: answer({ ...FACTS, overTls: true }) } })).toEqual([]);
  });

  it('name rights that are missing, once for tables and views', () => {
    const denied = error('permission denied for database rows', '42501');
    expect(wrongInCalls({ creation: denied, analystSchema: denied })).toEqual(
      one(/^failure: rights: cannot create tables.*> ALTER DATABASE "rows" OWNER TO "ann"/),
    );
    expect(wrongInCalls({ creation: error('disk full', '53100') })).toEqual(one(/^failure: rights: .*> see the logs/));
    expect(wrongInCalls({ rows: denied })).toEqual(one(/^failure: rights: .*> let the user read and write/));
  });

  it('name a schema of analysts that belongs to another user, and a role that no process makes', () => {
    expect(wrongInCalls({ analystSchema: answer({ isOwn: false }) })).toEqual(
      one(/^failure: analysts: .*ANALYST_SCHEMA/),
    );
    const analystRole = answer({ exists: false, mayBeMade: false });
    expect(wrongInCalls({ analystRole })).toEqual(one(/^warning: analysts: .*> .*CREATE ROLE reader NOLOGIN/));
  });

  it('name notifications that do not come', () => {
    expect(wrongInCalls({ notified: answer(false) })).toEqual(
      one(/^warning: notifications: do not come.*session mode/),
    );
  });

  it('name rows that do not fit', () => {
    expect(wrongInRows({ partitions: 3 })).toEqual(one(/^failure: rows: .*3 partitions and KAFKA_PARTITIONS is 12/));
    expect(wrongInRows({ format: FORMAT - 1 })).toEqual(one(/^failure: rows: .*an older Entente.*> drop the schema/));
    expect(wrongInRows({ format: FORMAT + 1 })).toEqual(one(/^failure: rows: .*a newer Entente.*> run the newer/));
    expect(wrongInRows({ othersTables: 2 })).toEqual(one(/^failure: rights: 2 tables.*REASSIGN OWNED/));
  });
});
