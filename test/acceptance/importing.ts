import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importObligations } from '../../apps/cli/src/import.js';
import { verify } from '../../apps/cli/src/verify.js';
import { all } from '../contracts/event-store.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { ApiClient } from '../support/api-client.js';

export const CSV = join(import.meta.dirname, '../data/obligations.csv');
export const MAPPING = join(import.meta.dirname, '../data/obligations.mapping.json');
const quiet = { json: true, out: () => undefined, err: () => undefined };

/** What stands at obligated. */
interface Total {
  readonly recipient: string;
  readonly fund: string;
  readonly period: string;
  readonly obligated: number;
}
const inOrder = (totals: readonly Total[]): Total[] => {
  const text = ({ recipient, fund, period }: Total): string => JSON.stringify([recipient, fund, period]);
  return totals.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
};

/** What stands at obligated, by recipient, fund and period: from the events' own words alone. */
async function totalsOf(deployment: Deployment): Promise<Total[]> {
  const log = await deployment.log();
  const opened = new Map<string, { recipient: string; fund: string }>();
  const totals = new Map<string, Total>();
  for (const { stream, type, data } of await all(log.readLog(0n))) {
    if (type === 'FundingAccountOpened') opened.set(stream, data as { recipient: string; fund: string });
    const { recipient = '', fund = '' } = opened.get(stream) ?? {};
    if (type !== 'FundsObligated' && type !== 'FundsDeobligated') continue;
    const { amount, period } = data as { amount: number; period: string };
    const before = totals.get(`${stream} ${period}`)?.obligated ?? 0;
    const obligated = before + (type === 'FundsObligated' ? amount : -amount);
    totals.set(`${stream} ${period}`, { recipient, fund, period, obligated });
  }
  await log.close();
  return inOrder([...totals.values()]);
}

/**
 * Reported history comes in by the API of a deployment, and is there once however often it
 * is brought.
 */
export function importing(opens: DeploymentFactory): void {
  const folder = mkdtempSync(join(tmpdir(), 'entente-importing-'));
  const refused = join(folder, 'refused.csv');
  let deployment: Deployment;
  const { model, head } = new ApiClient(() => deployment.url);
  const brought = (signal = new AbortController().signal) =>
    importObligations(CSV, { mapping: MAPPING, url: deployment.url, refused, signal }, quiet);
  beforeAll(async () => {
    deployment = await opens();
  });
  afterAll(async () => {
    await deployment.end();
    rmSync(folder, { recursive: true });
  });

  describe('an import of reported obligations', () => {
    it('records each row once after an interruption, and refuses unreadable rows with line and reason', async () => {
      const stop = new AbortController();
      const real = globalThis.fetch;
      let sent = 0;
      globalThis.fetch = (...args: Parameters<typeof fetch>) => {
        sent += 1;
        if (sent === 5) stop.abort();
        return sent > 7 ? Promise.reject(new Error('the line went dead')) : real(...args);
      };
      await expect(brought(stop.signal)).rejects.toThrow();
      globalThis.fetch = real;
      const begun = await totalsOf(deployment);
      const { accepted, alreadyThere, ...counts } = await brought();
      expect(counts).toMatchObject({ read: 16, refused: 7 });
      expect(accepted + alreadyThere).toBe(9);
      const whole = await totalsOf(deployment);
      expect(begun.length).toBeGreaterThan(0);
      expect(begun.length).toBeLessThan(whole.length);
      expect(whole).toEqual([
        {
          recipient: 'a-very-long-name-of-a-recipient-that-is-some-region-and-not',
          fund: 'A fund with a long name, of a department with a long name of its own',
          period: '1985',
          obligated: 100,
        },
        { recipient: 'cote-d-azur', fund: 'Grants', period: '2002', obligated: 700 },
        { recipient: 'estmark', fund: 'Grants', period: '1976', obligated: 1000 },
        { recipient: 'estmark', fund: 'Grants', period: '1976.9', obligated: 0 },
        { recipient: 'estmark', fund: 'Loans', period: '2001', obligated: -2500 },
        { recipient: 'norland', fund: 'Training, joint', period: '2019', obligated: 150000 },
        { recipient: 'norland', fund: 'Training, joint', period: '2020', obligated: -50000 },
        { recipient: 'westmark', fund: 'Grants "special"', period: '2008', obligated: 325 },
      ]);
      const lines = readFileSync(refused, 'utf8').trim().split('\n').slice(1);
      expect(lines.map((line) => line.split(',').slice(0, 2).join(' ')).sort()).toEqual([
        '10 amount-beyond-range',
        '11 field-missing',
        '12 columns-miscounted',
        '14 amount-unreadable',
        '16 command-id-reused',
        '8 recipient-ambiguous',
        '9 amount-unreadable',
      ]);
    });

    it('changes nothing in a second run: the rows served match the events, and the log verifies', async () => {
      const end = await head();
      const before = await totalsOf(deployment);
      expect(await brought()).toMatchObject({ read: 16, accepted: 0, alreadyThere: 9, refused: 7 });
      expect(await head()).toBe(end);
      expect(await totalsOf(deployment)).toEqual(before);
      const { rows } = await model(`funding?limit=1000&after=${end}`);
      const served = (rows as unknown as Total[]).map(({ recipient, fund, period, obligated }) => {
        return { recipient, fund, period, obligated };
      });
      expect(inOrder(served)).toEqual(before);
      const log = await deployment.log();
      expect(await verify(log, quiet)).toMatchObject({ findings: [], count: 0 });
      await log.close();
    });
  });
}
