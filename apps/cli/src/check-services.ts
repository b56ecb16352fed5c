import type { ServiceFinding, ServiceReport } from '@entente/engine';
import { lookAtServices } from './cli.module.js';
import type { Output } from './output.js';
import { type ServiceSettings, settingsThatFit } from './service-settings.js';

const WIDTHS = { result: 'warning'.length, service: 'event store'.length } as const;

/** Shorter passwords are parts of too many words to be looked for. */
const SHORTEST_PASSWORD = 4;

/** A finding as one line of text. */
function lineOf(service: string, { result, check, message, remedy }: ServiceFinding): string {
  const place = `${result.padEnd(WIDTHS.result)}  ${service.padEnd(WIDTHS.service)}`;
  return `${place}  ${check}: ${message}${remedy === null ? '' : `; remedy: ${remedy}`}`;
}

/** The passwords of the settings, as they are written and as they are meant. */
export function passwordsIn({
  eventStore,
  database,
  kafka,
}: Partial<Pick<ServiceSettings, 'eventStore' | 'database' | 'kafka'>>): readonly string[] {
  const inUrls = [eventStore?.url ?? '', database?.url ?? ''].flatMap((url) => {
    const [, written] = /^[a-z+]+:\/\/[^:@/?#]*:([^@/?#]*)@/i.exec(url) ?? [];
    return written === undefined ? [] : [written, decodeURIComponent(written)];
  });
  const longestFirst = [...inUrls, kafka?.sasl?.password ?? ''].toSorted((a, b) => b.length - a.length);
  // One that is a part of every name here is no secret, and would make the lines unreadable.
  return longestFirst.filter((text) => text.length >= SHORTEST_PASSWORD && !'entente'.includes(text));
}

/** Servers quote what they were sent: a password never comes through. */
const without = (passwords: readonly string[], text: string): string =>
  passwords.reduce((shown, password) => shown.replaceAll(password, '***'), text);

/**
 * Fails a topic or rows of another log than that of the event store. The event store's log is known
 * if it was looked for, also if there is none.
 */
export function logsTogether(reports: readonly ServiceReport[]): readonly ServiceReport[] {
  const eventStore = reports.find(({ service }) => service === 'event store');
  if (eventStore === undefined) return reports;
  const others = reports.filter((report) => report !== eventStore);
  const isKnown = eventStore.findings.some(({ check, result }) => check === 'log' && result === 'ok');
  const together = others.map((report): ServiceReport => {
    if (!isKnown || report.logId === null || report.logId === eventStore.logId) return report;
    const theirs = eventStore.logId === null ? 'has no log yet' : `has the log ${eventStore.logId}`;
    const wrong: ServiceFinding = {
      check: 'log',
      result: 'failure',
      message: `it has what was made of the log ${report.logId}, and the event store ${theirs}`,
      remedy:
        report.service === 'database'
          ? 'name another database in DATABASE_URL, or the event store of that log in ESDB_URL'
          : 'name a new topic in KAFKA_TOPIC, or the event store of that log in ESDB_URL',
    };
    return { ...report, findings: [...report.findings, wrong] };
  });
  return [eventStore, ...together];
}

/** The settings that are wrong or missing; none if all are there. */
function settingsReport(wrong: readonly string[]): readonly ServiceReport[] {
  if (wrong.length === 0) return [];
  const findings = wrong.map((line): ServiceFinding => {
    const [, name = '', message = line] = /^([A-Z_]+): (.*)$/s.exec(line) ?? [];
    return { check: 'settings', result: 'failure', message: `${name} ${message}`, remedy: `set ${name} in every app` };
  });
  return [{ service: 'settings', address: '', logId: null, findings }];
}

/** Looks at the backing services that the environment names. Returns the number of failures. */
export async function checkServices(output: Output): Promise<number> {
  const { settings, wrong } = settingsThatFit(process.env);
  const passwords = passwordsIn(settings);
  const reports = [...settingsReport(wrong), ...logsTogether(await lookAtServices(settings))];
  const services = reports.map((report): ServiceReport => ({
    ...report,
    findings: report.findings.map((finding) => ({
      ...finding,
      message: without(passwords, finding.message),
      remedy: finding.remedy === null ? null : without(passwords, finding.remedy),
    })),
  }));
  const count = (result: ServiceFinding['result']): number =>
    services.reduce((sum, { findings }) => sum + findings.filter((finding) => finding.result === result).length, 0);
  const failures = count('failure');
  const warnings = count('warning');
  if (output.json) output.out(JSON.stringify({ failures, warnings, services }));
  else {
    for (const { service, findings } of services) for (const finding of findings) output.out(lineOf(service, finding));
    output.out(`${failures} failures, ${warnings} warnings`);
  }
  return failures;
}
