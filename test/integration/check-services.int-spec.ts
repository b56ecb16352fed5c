import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServiceFinding, ServiceReport } from '@entente/engine';
import { freePort } from '../../deploy/services/process.mjs';
import { postgresForTests } from '../support/postgres.js';
import { runEntente } from '../support/run-cli.js';

const { SERVICES_ESDB_URL: esdb = '', SERVICES_KAFKA_BROKERS: brokers = '' } = process.env;
const postgres = postgresForTests();
const KEY = 'ab'.repeat(32);

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

/** What `entente check services --json` prints. */
interface Printed {
  readonly failures: number;
  readonly warnings: number;
  readonly services: readonly ServiceReport[];
}

/** Runs the check with these settings. */
async function check(settings: Readonly<Record<string, string>>) {
  process.env = { ...before, ENTENTE_PSEUDONYM_KEY: KEY, ...settings };
  const { status, out, err } = await runEntente('check', 'services', '--json');
  expect(err).toBe('');
  expect(out).not.toContain('hush');
  const printed = JSON.parse(out) as Printed;
  expect(status).toBe(printed.failures === 0 ? 0 : 1);
  const of = (service: string, check?: string): readonly ServiceFinding[] =>
    printed.services
      .filter((one) => one.service === service)
      .flatMap(({ findings }) => findings.filter((finding) => check === undefined || finding.check === check));
  return { ...printed, of };
}

/** Settings of services that fit. */
const settingsThatFit = async (): Promise<Readonly<Record<string, string>>> => ({
  ESDB_URL: esdb,
  KAFKA_BROKERS: brokers,
  DATABASE_URL: await postgres.database(),
});

describe('entente check services', () => {
  it('reports services that are away, and looks at the others', async () => {
    const away = await freePort();
    const settings = await settingsThatFit();
    for (const [service, change] of [
      ['event store', { ESDB_URL: `esdb://127.0.0.1:${away}?tls=false` }],
      ['broker', { KAFKA_BROKERS: `127.0.0.1:${away}` }],
      ['database', { DATABASE_URL: `postgres://ann:hush@127.0.0.1:${away}/rows` }],
    ] as const) {
      const { of, services } = await check({ ...settings, ...change });
      expect(of(service, 'reachable')).toEqual([
        expect.objectContaining({ result: 'failure', message: expect.stringContaining('ECONNREFUSED') }),
      ]);
      for (const other of services.filter((one) => one.service !== service))
        expect(of(other.service, 'reachable')).toEqual([expect.objectContaining({ result: 'ok' })]);
    }
  });
});
