import type { ServiceFinding, ServiceReport } from '@entente/engine';
import { lookAtServices } from './cli.module.js';
import type { Output } from './output.js';
import { type ServiceSettings, serviceSettings } from './service-settings.js';

const WIDTHS = { result: 'warning'.length, service: 'event store'.length } as const;

/** A finding as one line of text. */
function lineOf(service: string, { result, check, message, remedy }: ServiceFinding): string {
  const place = `${result.padEnd(WIDTHS.result)}  ${service.padEnd(WIDTHS.service)}`;
  return `${place}  ${check}: ${message}${remedy === null ? '' : `; remedy: ${remedy}`}`;
}

/** The passwords of the settings, as they are written and as they are meant. */
function passwordsIn({ eventStore, database, kafka }: ServiceSettings): readonly string[] {
  const inUrls = [eventStore.url, database.url].flatMap((url) => {
    const [, written] = /^[a-z+]+:\/\/[^:@/?#]*:([^@/?#]*)@/i.exec(url) ?? [];
    return written === undefined ? [] : [written, decodeURIComponent(written)];
  });
  return [...inUrls, kafka.sasl?.password ?? ''].filter((text) => text !== '').toSorted((a, b) => b.length - a.length);
}

/** Servers quote what they were sent: a password never comes through. */
const without = (passwords: readonly string[], text: string): string =>
  passwords.reduce((shown, password) => shown.replaceAll(password, '***'), text);

/** Looks at the backing services that the environment names. Returns the number of failures. */
export async function checkServices(output: Output): Promise<number> {
  const settings = serviceSettings(process.env);
  const passwords = passwordsIn(settings);
  const services = (await lookAtServices(settings)).map((report): ServiceReport => ({
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
