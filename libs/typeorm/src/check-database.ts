import { BoundedQuestions, type ServiceReport, probeServer } from '@entente/engine';
import { type DatabaseAnswers, databaseFindings } from './database-findings.js';

/** Milliseconds that the whole check may take. */
const TOTAL_MS = 15_000;

/** Looks at the database of a deployment before its first start. Never rejects. */
export async function checkDatabase({ url }: { readonly url: string }): Promise<ServiceReport> {
  const questions = new BoundedQuestions(TOTAL_MS);
  const { hostname, port, pathname } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const probed = await probeServer({ host, port: Number(port || 5432), tls: null, timeoutMs: questions.leftMs() });
  const answers: DatabaseAnswers = { probed };
  const address = `${hostname}:${port || 5432}${pathname}`;
  return { service: 'database', address, logId: null, findings: databaseFindings(answers) };
}
