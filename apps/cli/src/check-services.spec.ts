import { afterEach, describe, expect, it } from '@jest/globals';
import { type ServiceReport, fails, fits } from '@entente/engine';
import { runEntente } from '../../../test/support/run-cli.js';
import { logsTogether, passwordsIn } from './check-services.js';

const report = (service: string, logId: string | null, findings = [fits('log', 'found')]): ServiceReport => ({
  service,
  address: 'a',
  logId,
  findings,
});
const wrongIn = (...reports: readonly ServiceReport[]): readonly string[] =>
  logsTogether(reports).flatMap(({ service, findings }) =>
    findings
      .filter(({ result }) => result === 'failure')
      .map(({ message, remedy }) => `${service}: ${message} > ${remedy}`),
  );

describe('the logs of the backing services', () => {
  it('may be the same, or not there yet', () => {
    expect(wrongIn(report('event store', 'x'), report('broker', 'x'), report('database', null))).toEqual([]);
    expect(wrongIn(report('event store', null), report('broker', null), report('database', null))).toEqual([]);
  });

  it('fail what was made of another log, or of one that the event store does not have', () => {
    expect(wrongIn(report('event store', 'x'), report('broker', 'y'), report('database', 'x'))).toEqual([
      expect.stringMatching(/^broker: .*log y, and the event store has the log x > name a new topic/),
    ]);
    expect(wrongIn(report('event store', null), report('broker', null), report('database', 'y'))).toEqual([
      expect.stringMatching(/^database: .*log y, and the event store has no log yet > name another database/),
    ]);
  });

  it('are not compared while the event store is away', () => {
    const away = report('event store', null, [fails('reachable', 'away', 'start it')]);
    expect(wrongIn(away, report('broker', 'y'))).toEqual(['event store: away > start it']);
  });
});

describe('the passwords that are hidden', () => {
  it('are those of the settings, as they are written and as they are meant', () => {
    const passwords = passwordsIn({
      eventStore: { url: 'esdb://ann:p%40ss@a:2113' },
      database: { url: 'postgres://ann:hush%3A@b/rows', analystSchema: 'analyst', analystRole: 'reader' },
      kafka: { brokers: ['c:9092'], sasl: { mechanism: 'plain', username: 'ann', password: 'silence' } },
    });
    expect(passwords).toEqual(['hush%3A', 'silence', 'p%40ss', 'hush:', 'p@ss']);
  });
});

describe('entente check services with settings that are wrong or missing', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it('prints a failure for each, also in JSON, and looks at the services of the others', async () => {
    const settings = { ENTENTE_PSEUDONYM_KEY: 'ab'.repeat(32), DATABASE_URL: 'postgres://ann:hush@127.0.0.1:1/rows' };
    for (const [url, message] of [
      ['', /^ESDB_URL is missing/],
      ['http://ann:hush@a:2113', /^ESDB_URL (?!is missing)/],
    ] as const) {
      process.env = { ...before, ...settings, ESDB_URL: url, KAFKA_BROKERS: '' };
      const { status, out, err } = await runEntente('check', 'services', '--json');
      expect([status, err]).toEqual([1, '']);
      expect(out).not.toContain('hush');
      const { failures, services } = JSON.parse(out) as { failures: number; services: ServiceReport[] };
      expect(failures).toBe(3);
      expect(services.map(({ service }) => service)).toEqual(['settings', 'database']);
      expect(services[0]?.findings.map((finding) => finding.message)).toEqual([
        expect.stringMatching(message),
        expect.stringMatching(/^KAFKA_BROKERS is missing/),
      ]);
    }
  });
});
