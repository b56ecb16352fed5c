import pg from 'pg';
import { endsWithin } from '@entente/async';
import { BoundedQuestions, type ServiceReport, probeServer } from '@entente/engine';
import type { DatabaseAnswers } from './database-answers.js';
import { databaseFindings } from './database-findings.js';
import { askDatabase, connectDatabase } from './database-questions.js';
import type { AnalystOptions } from './analyst-views.js';

/** The database settings of the apps. */
export interface DatabaseCheckSettings extends AnalystOptions {
  readonly url: string;
  /** The number of partitions into which the log is folded. */
  readonly partitions: number;
}

/** The time limit of all questions together, in milliseconds. */
const TOTAL_MS = 12_000;

/**
 * Checks the database of a deployment before its first start. All objects that it creates are
 * rolled back. Never rejects.
 */
export async function checkDatabase(settings: DatabaseCheckSettings): Promise<ServiceReport> {
  const { host, port, database } = partsOfUrl(settings.url);
  const answers = await askAll(settings);
  const rows = answers.answers?.rows;
  return {
    service: 'database',
    address: `${host}:${port}/${database}`,
    logId: rows?.ok === true ? (rows.value?.log ?? null) : null,
    findings: databaseFindings(answers),
  };
}

function partsOfUrl(url: string) {
  const { hostname, port, pathname, username } = new URL(url);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || 5432),
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
  };
}

async function askAll(settings: DatabaseCheckSettings): Promise<DatabaseAnswers> {
  const { url, partitions, analystSchema, analystRole } = settings;
  const questions = new BoundedQuestions(TOTAL_MS);
  const { host, port, database, user } = partsOfUrl(url);
  const probed = await probeServer({ host, port, tls: null, timeoutMs: questions.leftMs() });
  const isLocal = /^(?:localhost|127\.|::1$)/.test(host);
  const asked = { settings: { database, user, partitions, analystSchema, analystRole, isLocal }, probed };
  if (probed.unreachable !== null) return { ...asked, connected: null, answers: null };
  const connecting = connectDatabase(url);
  const connected = await questions.ask(() => connecting, 4000);
  if (!connected.ok) {
    // The connection may still open later. It is then closed.
    connecting.then(end, () => undefined);
    return { ...asked, connected, answers: null };
  }
  try {
    const answers = await askDatabase(connected.value, url, { analystSchema, analystRole }, questions);
    return { ...asked, connected: { ok: true, value: null }, answers };
  } finally {
    await end(connected.value);
  }
}

const end = (client: pg.Client): Promise<unknown> => endsWithin(client.end(), 1000).catch(() => false);
