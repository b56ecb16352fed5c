import type { Admin, Kafka } from 'kafkajs';
import { endsWithin } from '@entente/async';
import { BoundedQuestions, type ServiceAnswer, type ServiceReport, probeServer } from '@entente/engine';
import type { BrokerAnswers, BrokerCluster, ClusterAnswers, TopicRole } from './broker-answers.js';
import { brokerFindings } from './broker-findings.js';
import { askTopics, askUntilSettled, connectAdmin, publishedLog, tryTransaction } from './broker-questions.js';
import { kafkaOf } from './client.js';
import { withHint } from './errors.js';
import type { KafkaSettings, TopicSettings } from './settings.js';

/** The Kafka settings of the apps. */
export interface BrokerCheckSettings extends KafkaSettings, TopicSettings {
  readonly commands: string;
  readonly replies: string;
  readonly deadLetters: string;
  /** The prefix of consumer group ids and transactional ids. */
  readonly group: string;
}

/**
 * Time limits in milliseconds: of all questions together, of a connection, and of a new
 * coordinator.
 */
const TOTAL_MS = 15_000;
const CONNECT_MS = 3000;
const COORDINATOR_MS = 4000;

/**
 * Checks the brokers of a deployment before its first start. It creates no topic and writes no
 * record. On a new cluster, the brokers create their internal topics. Never rejects.
 */
export async function checkBroker(settings: BrokerCheckSettings): Promise<ServiceReport> {
  const answers = await askBroker(settings);
  const published = answers.answers?.published;
  return {
    service: 'broker',
    address: settings.brokers.join(','),
    logId: published?.ok === true ? published.value : null,
    findings: brokerFindings(answers),
  };
}

/** Parses `host:port`, with or without brackets around an IPv6 address. */
function hostAndPort(broker: string): { readonly host: string; readonly port: number } {
  const at = broker.lastIndexOf(':');
  return { host: broker.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(broker.slice(at + 1)) };
}

async function askBroker(settings: BrokerCheckSettings): Promise<BrokerAnswers> {
  const { brokers, ssl, group } = settings;
  const questions = new BoundedQuestions(TOTAL_MS);
  const tls = ssl === undefined || ssl === false ? null : ssl === true ? {} : ssl;
  const named = brokers.map(hostAndPort);
  const probeAll = (servers: typeof named) =>
    Promise.all(servers.map((server) => probeServer({ ...server, tls, timeoutMs: questions.leftMs() })));
  const probed = await probeAll(named);
  const asked = { settings: { overTls: tls !== null, group }, probed, askedAt: Date.now() };
  if (probed.every(({ unreachable }) => unreachable !== null)) return { ...asked, connected: null, answers: null };
  const kafka = kafkaOf({ ...settings, connectTimeout: CONNECT_MS, requestTimeout: CONNECT_MS });
  const connected = await connectAdmin(kafka, questions);
  if (!connected.ok)
    return { ...asked, connected: { ok: false, error: withHint(connected.error) as Error }, answers: null };
  const admin = connected.value;
  try {
    const described = await questions.ask(() => admin.describeCluster());
    const cluster: ServiceAnswer<BrokerCluster> = !described.ok
      ? described
      : {
          ok: true,
          value: { brokers: described.value.brokers.length, hasController: described.value.controller !== null },
        };
    const all = described.ok ? described.value.brokers : [];
    const others = all.filter(({ host, port }) => !named.some((one) => one.host === host && one.port === port));
    const advertised = await probeAll(others);
    const answers = { cluster, advertised, ...(await askLog(kafka, admin, settings, questions)) };
    return { ...asked, connected: { ok: true, value: null }, answers };
  } finally {
    await endsWithin(admin.disconnect(), 1000).catch(() => false);
  }
}

async function askLog(
  kafka: Kafka,
  admin: Admin,
  settings: BrokerCheckSettings,
  questions: BoundedQuestions,
): Promise<Pick<ClusterAnswers, 'topics' | 'published' | 'transaction' | 'group'>> {
  const { topic, commands, replies, deadLetters, partitions, replicas, group } = settings;
  const names: Readonly<Record<TopicRole, string>> = { events: topic, commands, replies, 'dead letters': deadLetters };
  const more = { partitions, ...(replicas === undefined ? {} : { replicas }) };
  const wanted = Object.entries(names).map(([role, name]) => ({ role: role as TopicRole, topic: name, ...more }));
  const topics = await askTopics(admin, wanted, questions);
  const [events] = topics;
  const hasRecords = events?.found.ok === true && (events.found.value?.records ?? 0n) > 0n;
  const [published, transaction, read] = await Promise.all([
    questions.ask(() => (hasRecords ? publishedLog(kafka, admin, topic) : Promise.resolve(null)), 6000),
    questions.ask(() => askUntilSettled(() => tryTransaction(kafka, group), COORDINATOR_MS), 2 * COORDINATOR_MS),
    questions.ask(async () => {
      await askUntilSettled(() => admin.fetchOffsets({ groupId: `${group}-projector` }), COORDINATOR_MS);
      return null;
    }, 2 * COORDINATOR_MS),
  ]);
  return { topics, published, transaction, group: read };
}
