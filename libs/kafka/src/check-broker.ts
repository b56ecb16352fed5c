import { BoundedQuestions, type ServiceReport, probeServer } from '@entente/engine';
import { type BrokerAnswers, brokerFindings } from './broker-findings.js';
import type { KafkaSettings } from './settings.js';

/** Milliseconds that the whole check may take. */
const TOTAL_MS = 15_000;

/** `host:port` of a broker, with or without brackets around an IPv6 address. */
function placeOf(broker: string): { readonly host: string; readonly port: number } {
  const at = broker.lastIndexOf(':');
  return { host: broker.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(broker.slice(at + 1)) };
}

/** Looks at the brokers of a deployment before its first start. Never rejects. */
export async function checkBroker({ brokers, ssl }: KafkaSettings): Promise<ServiceReport> {
  const questions = new BoundedQuestions(TOTAL_MS);
  const tls = ssl === undefined || ssl === false ? null : ssl === true ? {} : ssl;
  const probed = await Promise.all(
    brokers.map((broker) => probeServer({ ...placeOf(broker), tls, timeoutMs: questions.leftMs() })),
  );
  const answers: BrokerAnswers = { probed };
  return { service: 'broker', address: brokers.join(','), logId: null, findings: brokerFindings(answers) };
}
