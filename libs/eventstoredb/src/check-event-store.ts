import { BoundedQuestions, type ServiceAnswer, type ServiceReport, fails, probeServer } from '@entente/engine';
import { addressOf, connect, disconnect } from './connection.js';
import type { CallAnswers, EventStoreAnswers } from './event-store-answers.js';
import { eventStoreFindings } from './event-store-findings.js';
import { type ParsedUrl, parsedUrl } from './parsed-url.js';
import { askCalls, askNode } from './server-questions.js';
import { Names } from './stream-names.js';

/**
 * Time limits in milliseconds: of all questions together, and of the connection that the apps make.
 */
const TOTAL_MS = 12_000;
const CONNECT_MS = 3000;

/**
 * Checks the event store of a deployment before its first start, with the calls that the apps make.
 * Appends one event to a scratch stream, and deletes that stream. Never rejects.
 */
export async function checkEventStore({
  url,
  log,
}: {
  readonly url: string;
  readonly log?: string;
}): Promise<ServiceReport> {
  const report = { service: 'event store', address: addressOf(url) } as const;
  let parsed: ParsedUrl;
  try {
    parsed = parsedUrl(url);
  } catch (error) {
    const wrong = fails('settings', (error as Error).message, 'see ESDB_URL, and the certificate files that it names');
    return { ...report, logId: null, findings: [wrong] };
  }
  const answers = await askAll(url, parsed, log);
  const found = answers.calls?.log;
  return {
    ...report,
    logId: found?.ok === true ? (found.value?.id ?? null) : null,
    findings: eventStoreFindings(answers),
  };
}

async function askAll(url: string, parsed: ParsedUrl, log: string | undefined): Promise<EventStoreAnswers> {
  const questions = new BoundedQuestions(TOTAL_MS);
  const { hosts, tls, hasUser, discovers, prefersLeader } = parsed;
  const probeAll = (servers: ParsedUrl['hosts']) =>
    Promise.all(servers.map((server) => probeServer({ ...server, tls, timeoutMs: questions.leftMs() })));
  const probed = await probeAll(hosts);
  const usable = probed.filter(({ unreachable }) => unreachable === null);
  const nodes = await Promise.all(usable.map((node) => askNode(url, node, questions)));
  const members = nodes.flatMap((node) => (node.members.ok ? [node.members.value] : []))[0] ?? [];
  // A client of one node connects to another address only if its node does not lead.
  const leads = discovers || members.length > 1 ? members.filter(({ alive }) => alive) : [];
  const others = leads.filter(({ host, port }) => !hosts.some((one) => one.host === host && one.port === port));
  const advertised = await probeAll(others);
  const { connected, calls } = usable.length === 0 ? NOTHING : await askAsApps(url, log, questions);
  const settings = { overTls: tls !== null, hasUser, discovers, prefersLeader, logName: log ?? null };
  return { settings, probed, nodes, advertised, connected, calls, askedAt: Date.now() };
}

const NOTHING = { connected: null, calls: null } as const;

/** Connects as the apps do, and makes their calls. */
async function askAsApps(
  url: string,
  log: string | undefined,
  questions: BoundedQuestions,
): Promise<{ readonly connected: ServiceAnswer<null>; readonly calls: CallAnswers | null }> {
  const connecting = connect(url, CONNECT_MS, new Names(log));
  const connection = await questions.ask(() => connecting, 2 * CONNECT_MS);
  if (!connection.ok) {
    // The connection may still open later. It is then closed.
    connecting.then(disconnect, () => undefined);
    return { connected: connection, calls: null };
  }
  try {
    return { connected: { ok: true, value: null }, calls: await askCalls(connection.value, questions) };
  } finally {
    await disconnect(connection.value);
  }
}
