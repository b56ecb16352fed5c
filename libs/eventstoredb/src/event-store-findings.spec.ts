import { describe, expect, it } from '@jest/globals';
import { DamagedLog, Fault, type ServiceFinding } from '@entente/engine';
import type { CallAnswers, EventStoreAnswers } from './event-store-answers.js';
import { eventStoreFindings } from './event-store-findings.js';

const NOW = Date.parse('2031-05-01T00:00:00.000Z');
const reached = { host: 'a', port: 2113, unreachable: null, certificate: null } as const;
const answer = <T>(value: T) => ({ ok: true, value }) as const;
const error = (failed: Error) => ({ ok: false, error: failed }) as const;
const member = { host: 'a', port: 2113, state: 'leader', alive: true } as const;
const noTail = { events: 0, whole: true, own: 0, system: 0, foreign: 0 } as const;

/** A server that fits. */
const CALLS: CallAnswers = {
  append: answer({ aheadMs: 3, uncertaintyMs: 2 }),
  appendLimit: answer(null),
  metadata: answer(null),
  removal: answer(null),
  tail: answer(noTail),
  log: answer(null),
  state: null,
};
const FITS: EventStoreAnswers = {
  settings: { overTls: false, hasUser: false, discovers: false, prefersLeader: true, logName: null },
  probed: [reached],
  nodes: [{ host: 'a', port: 2113, version: answer('23.10.6'), members: answer([member]) }],
  advertised: [],
  connected: answer(null),
  calls: CALLS,
  askedAt: NOW,
};

/** The findings that are not `ok`, as a result and a sentence each. */
const wrongIn = (change: Partial<EventStoreAnswers>): readonly string[] =>
  eventStoreFindings({ ...FITS, ...change })
    .filter(({ result }) => result !== 'ok')
    .map(({ result, check, message, remedy }: ServiceFinding) => `${result}: ${check}: ${message} > ${remedy}`);
const wrongInCalls = (calls: Partial<CallAnswers>, settings: Partial<EventStoreAnswers['settings']> = {}) =>
  wrongIn({ calls: { ...CALLS, ...calls }, settings: { ...FITS.settings, ...settings } });
const settings = (change: Partial<EventStoreAnswers['settings']>) => ({ settings: { ...FITS.settings, ...change } });

describe('the findings about an event store', () => {
  it('are all ok for one that fits', () => {
    expect(wrongIn({})).toEqual([]);
    const checks = eventStoreFindings(FITS).map(({ check }) => check);
    expect([...new Set(checks)]).toEqual([
      'reachable',
      'version',
      'leader',
      'rights',
      'size',
      'clock',
      'log',
      'others',
    ]);
  });

  it('name the code of a connection that was not made, and nothing that follows from it', () => {
    const away = { ...reached, unreachable: 'ECONNREFUSED' };
    expect(wrongIn({ probed: [away], nodes: [], connected: null, calls: null })).toEqual([
      expect.stringMatching(
        /^failure: reachable: a:2113 cannot be reached \(ECONNREFUSED\).*no server listens.*> start/,
      ),
    ]);
  });

  it('only warn of a host that is away while another answers', () => {
    const away = { ...reached, host: 'b', unreachable: 'ETIMEDOUT' };
    expect(wrongIn({ probed: [reached, away] })).toEqual([expect.stringMatching(/^warning: reachable: b:2113/)]);
  });

  it.each([
    ['22.5.0', /^failure: version: a:2113 is of version 22\.5\.0, and 22\.6 is the oldest that fits > upgrade/],
    ['nonsense', /^failure: version/],
    ['25.1.0', /^warning: version: a:2113 is of version 25\.1\.0, which was not tried/],
  ])('judge version %s', (version, sentence) => {
    const nodes = [{ host: 'a', port: 2113, version: answer(version), members: answer([member]) }];
    expect(wrongIn({ nodes })).toEqual([expect.stringMatching(sentence)]);
  });

  it('name what a certificate lacks', () => {
    const certificate = { distrust: null, forHost: true, names: 'a', validTo: 'Jul 1 00:00:00 2031 GMT' };
    const over = (change: Partial<typeof certificate> | { distrust: string } | null) =>
      wrongIn({
        ...settings({ overTls: true }),
        probed: [{ ...reached, certificate: change === null ? null : { ...certificate, ...change } }],
      });
    expect(over({})).toEqual([]);
    expect(over(null)).toEqual([expect.stringMatching(/^failure: tls: .*does not speak TLS > add tls=false/)]);
    expect(over({ distrust: 'SELF_SIGNED_CERT_IN_CHAIN' })).toEqual([
      expect.stringMatching(/^failure: tls: .*not trusted \(SELF_SIGNED.*tlsCAFile/),
    ]);
    expect(over({ distrust: 'CERT_HAS_EXPIRED' })).toEqual([
      expect.stringMatching(/^failure: tls: .*expired.*> renew/),
    ]);
    expect(over({ forHost: false, names: 'b' })).toEqual([
      expect.stringMatching(/^failure: tls: .*is for b, not for a/),
    ]);
    expect(over({ validTo: 'May 10 00:00:00 2031 GMT' })).toEqual([expect.stringMatching(/^warning: tls: .*> renew/)]);
  });

  it('name the advertise option if a node advertises what cannot be used', () => {
    const advertised = [{ ...reached, host: '10.0.0.1', unreachable: 'ETIMEDOUT' }];
    expect(wrongIn({ advertised })).toEqual([
      expect.stringMatching(/^failure: reachable: a node advertises.*10\.0\.0\.1.*> set .*AdvertiseHostToClientAs/),
    ]);
    const connected = error(new Error('Setting the TLS ServerName to an IP address is not permitted'));
    const byDiscovery = settings({ overTls: true, discovers: true });
    const certificate = { distrust: null, forHost: true, names: 'a', validTo: 'Jul 1 00:00:00 2031 GMT' };
    const probed = [{ ...reached, certificate }];
    expect(wrongIn({ ...byDiscovery, probed, connected, calls: null })).toEqual([
      expect.stringMatching(/^failure: tls: .*> set .*AdvertiseHostToClientAs/),
    ]);
    expect(wrongIn({ ...settings({ overTls: true }), probed, connected, calls: null })).toEqual([
      expect.stringMatching(/^failure: tls: .*> write the host name/),
    ]);
  });

  it('name a cluster without a leader once, nodes that are away, and an even number of nodes', () => {
    const of = (members: Parameters<typeof answer>[0]) =>
      [{ host: 'a', port: 2113, version: answer('23.10.6'), members: answer(members) }] as EventStoreAnswers['nodes'];
    const follower = { ...member, host: 'b', state: 'follower' as const };
    const gone = { ...follower, host: 'c', alive: false };
    const leaderless = {
      ...settings({ discovers: true }),
      nodes: of([follower, gone, { ...gone, host: 'd' }]),
      connected: error(new Fault('event-store-no-leader', 'no node leads')),
      calls: null,
    };
    expect(wrongIn(leaderless)).toEqual([expect.stringMatching(/^failure: leader: no node leads \(1 of 3/)]);
    const discovers = settings({ discovers: true });
    expect(wrongIn({ ...discovers, nodes: of([member, follower, gone]) })).toEqual([
      expect.stringMatching(/^warning: nodes: not alive: c:2113/),
    ]);
    expect(wrongIn({ ...discovers, nodes: of([member, follower]) })).toEqual([
      expect.stringMatching(/^warning: nodes: the cluster has 2 nodes/),
    ]);
    expect(wrongIn({ nodes: of([member, follower, { ...follower, host: 'c' }]) })).toEqual([
      expect.stringMatching(/^warning: nodes: ESDB_URL names one node.*a:2113,b:2113,c:2113/),
    ]);
  });

  it('name settings with which appends fail, or users are not sent', () => {
    expect(wrongIn(settings({ prefersLeader: false }))).toEqual([
      expect.stringMatching(/^failure: leader: nodePreference/),
    ]);
    expect(wrongIn(settings({ hasUser: true }))).toEqual([expect.stringMatching(/^warning: user: .*are not sent/)]);
  });

  it('judge clocks by how far an append may fail, and less than a slow answer explains not at all', () => {
    const clock = (aheadMs: number, uncertaintyMs = 5) => wrongInCalls({ append: answer({ aheadMs, uncertaintyMs }) });
    expect(clock(1900)).toEqual([]);
    expect(clock(-4000, 2500)).toEqual([]);
    expect(clock(-4000)).toEqual([expect.stringMatching(/^warning: clock: its clock is 4\.0 s behind/)]);
    expect(clock(61_000)).toEqual([expect.stringMatching(/^failure: clock: its clock is 61\.0 s ahead/)]);
  });

  it('say that of a cluster the clock of the leader alone is compared', () => {
    const of = (members: EventStoreAnswers['nodes'][number]['members']) =>
      eventStoreFindings({ ...FITS, nodes: [{ host: 'a', port: 2113, version: answer('23.10.6'), members }] })
        .filter(({ check }) => check === 'clock')
        .map(({ message }) => message);
    const follower = { ...member, host: 'b', state: 'follower' } as const;
    expect(of(answer([member]))).toEqual(["less than 2 s from this machine's"]);
    expect(of(answer([member, follower]))).toEqual([
      "of the leader, and of no other node: less than 2 s from this machine's",
    ]);
  });

  it('judge the size of one append, and rights that are missing after it', () => {
    expect(wrongInCalls({ appendLimit: answer(4096) })).toEqual([
      expect.stringMatching(/^failure: size: .*4096 bytes/),
    ]);
    expect(wrongInCalls({ appendLimit: error(new Error('gone')) })).toEqual([
      expect.stringMatching(/^failure: size: .*\(gone\)/),
    ]);
    const denied = error(new Error('denied'));
    expect(wrongInCalls({ metadata: denied, removal: denied })).toEqual([
      expect.stringMatching(/^warning: rights: cannot read the metadata/),
      expect.stringMatching(/^warning: rights: the scratch stream/),
    ]);
  });

  it('name the faults with which a start ends, each with its remedy, and no more than five', () => {
    const fault = new DamagedLog('stream-deleted', 'a', 'the stream a is not whole: cut; restore the server');
    expect(wrongInCalls({ log: error(fault) })).toEqual([
      'failure: log: the stream a is not whole: cut > restore the server',
    ]);
    const log = answer({ id: 'x', eras: [], position: 3n });
    expect(wrongInCalls({ log, state: answer({ newest: 9n, faults: [] }) })).toEqual([]);
    const found = wrongInCalls({ log, state: answer({ newest: 9n, faults: Array.from({ length: 7 }, () => fault) }) });
    expect(found).toHaveLength(6);
    expect(found[5]).toMatch(/^failure: log: 2 more .*> see all with entente verify/);
  });

  it('do not say that a right is missing if a search takes long, or the server does not answer', () => {
    const late = error(new Error('no answer within 6 s'));
    expect(wrongInCalls({ log: late })).toEqual([expect.stringMatching(/^warning: log: .* \(no answer .*> .*large/)]);
    const log = answer({ id: 'x', eras: [], position: 3n });
    expect(wrongInCalls({ log, state: late })).toEqual([expect.stringMatching(/^warning: log: .*cut or deleted/)]);
    expect(wrongInCalls({ log: late, tail: late })).toEqual([
      expect.stringMatching(/^failure: connection: cannot read \$all: no answer/),
      expect.stringMatching(/^failure: connection: cannot read all streams: no answer/),
    ]);
  });

  it('name other programs on the server: before the first start, with the setting that keeps logs apart', () => {
    const tail = answer({ ...noTail, events: 10, foreign: 10 });
    expect(wrongInCalls({ tail })).toEqual([
      expect.stringMatching(/^warning: others: 10 of all 10.*> name the log with ESDB_LOG/),
    ]);
    expect(wrongInCalls({ tail }, { logName: 'trials' })).toEqual([]);
  });
});
