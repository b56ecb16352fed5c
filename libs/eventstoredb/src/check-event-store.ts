import { BoundedQuestions, type ServiceReport, probeServer } from '@entente/engine';
import { addressOf } from './connection.js';
import { type EventStoreAnswers, eventStoreFindings } from './event-store-findings.js';
import { parsedUrl } from './parsed-url.js';

/** Milliseconds that the whole check may take. */
const TOTAL_MS = 15_000;

/** Looks at the event store of a deployment before its first start. Never rejects. */
export async function checkEventStore({ url }: { readonly url: string }): Promise<ServiceReport> {
  const questions = new BoundedQuestions(TOTAL_MS);
  const { hosts, tls } = parsedUrl(url);
  const probed = await Promise.all(hosts.map((host) => probeServer({ ...host, tls, timeoutMs: questions.leftMs() })));
  const answers: EventStoreAnswers = { probed };
  return { service: 'event store', address: addressOf(url), logId: null, findings: eventStoreFindings(answers) };
}
