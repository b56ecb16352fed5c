import { describe, expect, it } from '@jest/globals';
import type { ServiceFinding } from '@entente/engine';
import { type BrokerAnswers, type ClusterAnswers, ForeignRecord, type FoundTopic } from './broker-answers.js';
import { brokerFindings } from './broker-findings.js';

const answer = <T>(value: T) => ({ ok: true, value }) as const;
const error = (message: string, type?: string) =>
  ({ ok: false, error: Object.assign(new Error(message), { type }) }) as const;
/** An error as kafkajs reports that of a creation. */
const ofCreation = (type: string) =>
  ({
    ok: false,
    error: Object.assign(new Error('Topic creation errors'), { errors: [Object.assign(new Error(type), { type })] }),
  }) as const;
const reached = { host: 'a', port: 9092, unreachable: null, certificate: null } as const;

const CONFIG = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'message.timestamp.type': 'CreateTime',
  'message.timestamp.after.max.ms': '9223372036854775807',
  'max.message.bytes': '1048588',
  'min.insync.replicas': '1',
};
const TOPIC: FoundTopic = {
  partitions: 12,
  replicas: 3,
  inSync: 3,
  leaderless: 0,
  cut: 0,
  records: 5n,
  config: CONFIG,
};
const missing = (role: 'commands' | 'replies' | 'dead letters') =>
  ({ role, topic: role, partitions: 12, found: answer(null), creation: answer(null) }) as const;
const events = { role: 'events', topic: 'events', partitions: 12, found: answer(TOPIC), creation: null } as const;
const CLUSTER: ClusterAnswers = {
  cluster: answer({ brokers: 3, hasController: true }),
  advertised: [],
  topics: [events, missing('commands'), missing('replies'), missing('dead letters')],
  published: answer('log-1'),
  transaction: answer(null),
  group: answer(null),
};
const FITS: BrokerAnswers = {
  settings: { overTls: false, group: 'entente' },
  probed: [reached],
  connected: answer(null),
  answers: CLUSTER,
  askedAt: 0,
};

const sentences = (found: readonly ServiceFinding[]): readonly string[] =>
  found
    .filter(({ result }) => result !== 'ok')
    .map(({ result, check, message, remedy }) => `${result}: ${check}: ${message} > ${remedy}`);
const wrongIn = (change: Partial<BrokerAnswers>) => sentences(brokerFindings({ ...FITS, ...change }));
const wrongInCluster = (change: Partial<ClusterAnswers>) => wrongIn({ answers: { ...CLUSTER, ...change } });
/** What is wrong with the topic of events, or with another one, if it is so. */
const wrongTopic = (change: Partial<FoundTopic>, config: Partial<typeof CONFIG> = {}, role = 'events') => {
  const found = answer({ ...TOPIC, ...change, config: { ...CONFIG, ...config } });
  return wrongInCluster({ topics: [{ ...events, role: role as 'events', topic: role, found }] });
};

describe('the findings about brokers', () => {
  it('are all ok for brokers that fit', () => {
    expect(wrongIn({})).toEqual([]);
    expect(brokerFindings(FITS).map(({ check }) => check)).toEqual([
      'reachable',
      'leader',
      'topic',
      'topic',
      'topic',
      'topic',
      'rights',
      'rights',
      'log',
    ]);
  });

  it('name a broker that is away: a failure, and a warning while another answers', () => {
    const away = { ...reached, host: 'b', unreachable: 'ENOTFOUND' };
    const alone = { probed: [away], connected: null, answers: null };
    expect(wrongIn(alone)).toEqual([expect.stringMatching(/^failure: reachable: b:9092.*not known.*> start/)]);
    expect(wrongIn({ probed: [reached, away] })).toEqual([expect.stringMatching(/^warning: reachable: b:9092/)]);
  });

  it('name the setting by which a broker advertises an address that cannot be reached', () => {
    const advertised = [{ ...reached, host: 'inner', unreachable: 'ENOTFOUND' }];
    expect(wrongInCluster({ advertised })).toEqual([
      expect.stringMatching(/^failure: reachable: a broker advertises.*inner:9092.*> set .*advertised\.listeners/),
    ]);
  });

  it.each([
    ['SASL PLAIN authentication failed: no', /^failure: user: .*> see KAFKA_SASL_MECHANISM/],
    ['unable to verify the first certificate', /^failure: tls: .*> see KAFKA_SSL_CA/],
    ['Closed connection', /^failure: connection: .*> see KAFKA_SSL and/],
  ])('name what to look at after "%s"', (message, sentence) => {
    expect(wrongIn({ connected: error(message), answers: null })).toEqual([expect.stringMatching(sentence)]);
  });

  it('name no controller, and rights and internal topics that are missing', () => {
    expect(wrongInCluster({ cluster: answer({ brokers: 3, hasController: false }) })).toEqual([
      expect.stringMatching(/^failure: leader: no broker/),
    ]);
    const denied = error('no', 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
    expect(wrongInCluster({ transaction: denied })).toEqual([
      expect.stringMatching(/^failure: rights: has no right to begin transactions.*> let it WRITE/),
    ]);
    expect(wrongInCluster({ group: error('Failed to find group coordinator') })).toEqual([
      expect.stringMatching(/^failure: rights: cannot see groups.*> let it READ groups.*else.*__consumer_offsets/),
    ]);
  });

  it.each([
    ['TOPIC_AUTHORIZATION_FAILED', /^failure: rights: .*no right to create it > let it CREATE.*12 partitions/],
    ['TOPIC_ALREADY_EXISTS', /^failure: rights: has no right to describe/],
    ['INVALID_REPLICATION_FACTOR', /^failure: topic: .*cannot have the number.*brokers: 3.*> set KAFKA_REPLICAS/],
    ['INVALID_CONFIG', /^failure: version: .*> Kafka 3\.6/],
    ['POLICY_VIOLATION', /^failure: topic: .*\(POLICY_VIOLATION\) > create it by hand/],
  ])('name what keeps a missing topic from being created: %s', (type, sentence) => {
    expect(wrongInCluster({ topics: [{ ...missing('commands'), creation: ofCreation(type) }] })).toEqual([
      expect.stringMatching(sentence),
    ]);
  });

  it('name what does not fit in the topic of events', () => {
    const one = (sentence: RegExp) => [expect.stringMatching(sentence)];
    expect(wrongTopic({ partitions: 3 })).toEqual(one(/^failure: topic: .*3 partitions and KAFKA_PARTITIONS is 12/));
    expect(wrongTopic({}, { 'cleanup.policy': 'compact' })).toEqual(one(/^failure: topic: cleanup\.policy.*compact/));
    expect(wrongTopic({}, { 'retention.ms': '5' })).toEqual(one(/^failure: topic: retention\.ms.*retention\.ms=-1/));
    expect(wrongTopic({ cut: 2 })).toEqual(one(/^failure: topic: 2 partitions.*lost/));
    expect(wrongTopic({}, { 'max.message.bytes': '1000' })).toEqual(one(/^failure: topic: .*1000 bytes/));
    expect(wrongTopic({}, { 'message.timestamp.type': 'LogAppendTime' })).toEqual(one(/^warning: topic/));
    expect(wrongTopic({}, { 'message.timestamp.after.max.ms': '1000' })).toEqual(one(/^warning: topic: .* 1 s ahead/));
    expect(wrongTopic({ leaderless: 1 })).toEqual(one(/^failure: topic: 1 partitions.*no leader/));
    expect(wrongTopic({}, { 'min.insync.replicas': '4' })).toEqual(one(/^failure: topic: .*min\.insync\.replicas=2/));
    expect(wrongTopic({ inSync: 1 }, { 'min.insync.replicas': '2' })).toEqual(
      one(/^failure: topic: .*1 replicas in step/),
    );
    expect(wrongTopic({ replicas: 1 })).toEqual(one(/^warning: topic: .*one replica/));
    const older = Object.fromEntries(Object.entries(CONFIG).filter(([name]) => !name.includes('after')));
    const found = answer({ ...TOPIC, config: older });
    expect(wrongInCluster({ topics: [{ ...events, found }] })).toEqual(one(/^failure: version: .*> Kafka 3\.6/));
  });

  it('name what does not fit in the other topics', () => {
    expect(wrongTopic({}, { 'cleanup.policy': 'compact' }, 'replies')).toEqual([
      expect.stringMatching(/^failure: topic: cleanup\.policy of topic replies/),
    ]);
    expect(wrongTopic({ partitions: 1 }, { 'retention.ms': '5' }, 'commands')).toEqual([
      expect.stringMatching(/^warning: topic: retention\.ms of topic commands is 5/),
    ]);
    const of = (role: 'commands' | 'replies', bytes: string) => ({
      ...missing(role),
      found: answer({ ...TOPIC, config: { ...CONFIG, 'max.message.bytes': bytes } }),
    });
    expect(wrongInCluster({ topics: [of('commands', '1000000'), of('replies', '1000000')] })).toEqual([
      expect.stringMatching(/^failure: topic: topic replies takes messages of 1000000.*max\.message\.bytes=1065536/),
    ]);
    expect(wrongInCluster({ topics: [of('commands', '1000000'), of('replies', '2000000')] })).toEqual([]);
  });

  it('name a topic of events that has something else, or may not be read', () => {
    const foreign = { ok: false, error: new ForeignRecord('partition 0, offset 0: no event') } as const;
    expect(wrongInCluster({ published: foreign })).toEqual([expect.stringMatching(/^failure: log: .*something else/)]);
    expect(wrongInCluster({ published: error('no', 'GROUP_AUTHORIZATION_FAILED') })).toEqual([
      expect.stringMatching(/^failure: rights: has no right to read the topic of events > let it READ/),
    ]);
  });
});
