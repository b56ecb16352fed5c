import { messageOf } from '@entente/async';
import {
  type ProbeRemedies,
  type ServiceAnswer,
  type ServiceFinding,
  fails,
  fits,
  probeFindings,
} from '@entente/engine';
import { type BrokerAnswers, type ClusterAnswers, ForeignRecord } from './broker-answers.js';
import { isDenied, reasonOf } from './broker-errors.js';
import { roomFindings, topicFindings } from './topic-findings.js';

const REMEDIES: ProbeRemedies = {
  unreachable: 'start the broker, or name it in KAFKA_BROKERS as it is reached from here',
  plain: 'set KAFKA_SSL=off, or name a listener with TLS in KAFKA_BROKERS',
  distrusted: "name the file with the authority's certificate in KAFKA_SSL_CA",
  otherHost: 'write a host in KAFKA_BROKERS that the certificate is for, or issue a certificate for this one',
};
const ADVERTISE =
  "set the broker's advertised.listeners to a host and a port that are reached from here, and over TLS to a host that its certificate is for";
const ADVERTISED: ProbeRemedies = { ...REMEDIES, unreachable: ADVERTISE, plain: ADVERTISE, otherHost: ADVERTISE };

/** Evaluates the answers of the brokers. */
export function brokerFindings(all: BrokerAnswers): readonly ServiceFinding[] {
  const { settings, probed, connected, answers, askedAt } = all;
  const isReached = probed.some(({ unreachable }) => unreachable === null);
  const found = probed.flatMap((probe) => {
    const of = probeFindings(probe, settings.overTls, REMEDIES, askedAt);
    // Any reachable broker returns the addresses of all brokers, so this is only a warning.
    return isReached && probe.unreachable !== null
      ? of.map((one): ServiceFinding => ({ ...one, result: 'warning' }))
      : of;
  });
  const isExplained = found.some(({ result }) => result === 'failure');
  if (connected?.ok === false && !isExplained) found.push(connectionFinding(connected.error));
  if (answers === null) return found;
  return [...found, ...clusterFindings(answers, settings.overTls, askedAt), ...answerFindings(answers, settings.group)];
}

function connectionFinding(error: Error): ServiceFinding {
  const message = messageOf(error);
  if (/certificate/i.test(message))
    return fails('tls', message, 'see KAFKA_SSL_CA, and KAFKA_SSL_CERT if the brokers ask for a client certificate');
  if (/authenticat|credentials|sasl/i.test(message))
    return fails('user', message, 'see KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD');
  return fails('connection', message, 'see KAFKA_SSL and KAFKA_SASL_MECHANISM, and the logs of the broker');
}

function clusterFindings({ cluster, advertised }: ClusterAnswers, overTls: boolean, now: number): ServiceFinding[] {
  const found = advertised.flatMap((probe) =>
    probeFindings(probe, overTls, ADVERTISED, now)
      .filter(({ result }) => result !== 'ok')
      .map((finding) => ({ ...finding, message: `a broker advertises an address: ${finding.message}` })),
  );
  if (!cluster.ok) return [...found, fails('leader', messageOf(cluster.error), 'see the logs of the broker')];
  const { brokers, hasController } = cluster.value;
  found.push(
    hasController
      ? fits('leader', `${brokers} ${brokers === 1 ? 'broker' : 'brokers'}, with a controller`)
      : fails('leader', 'no broker is the controller', 'see the logs of the brokers'),
  );
  return found;
}

function answerFindings(
  { cluster, topics, published, transaction, group }: ClusterAnswers,
  prefix: string,
): ServiceFinding[] {
  const brokers = cluster.ok ? cluster.value.brokers : 1;
  const copies = (topic: string, name: string): string =>
    `see that as many brokers run as ${name} asks for, for the internal topic ${topic}`;
  return [
    ...topics.flatMap((topic) => topicFindings(topic, brokers)),
    ...roomFindings(topics),
    rightFinding(
      transaction,
      `begin transactions as ${prefix}-...`,
      `let it WRITE and DESCRIBE transactional ids that begin with ${prefix}`,
      copies('__transaction_state', 'transaction.state.log.replication.factor'),
    ),
    rightFinding(
      group,
      `see groups as ${prefix}-...`,
      `let it READ groups that begin with ${prefix}`,
      copies('__consumer_offsets', 'offsets.topic.replication.factor'),
    ),
    ...publishedFindings(published),
  ];
}

function rightFinding(
  answer: ServiceAnswer<unknown>,
  right: string,
  ifDenied: string,
  otherwise: string,
): ServiceFinding {
  if (answer.ok) return fits('rights', `may ${right}`);
  if (isDenied(answer.error)) return fails('rights', `has no right to ${right}`, ifDenied);
  // kafkajs does not report the reason.
  if (/find group coordinator/.test(answer.error.message))
    return fails('rights', `cannot ${right}: there is no right, or no coordinator`, `${ifDenied}; else ${otherwise}`);
  return fails('rights', `cannot ${right} (${reasonOf(answer.error)})`, otherwise);
}

function publishedFindings(published: ClusterAnswers['published']): ServiceFinding[] {
  if (published.ok)
    return published.value === null ? [] : [fits('log', `the topic has events of the log ${published.value}`)];
  const { error } = published;
  if (error instanceof ForeignRecord)
    return [
      fails(
        'log',
        `the topic of events has something else (${error.message})`,
        'name a topic in KAFKA_TOPIC that nothing else uses',
      ),
    ];
  const readEvents = 'read the topic of events';
  return [
    rightFinding(
      published,
      readEvents,
      'let it READ the topic, and groups that begin with its name',
      'see the logs of the broker',
    ),
  ];
}
