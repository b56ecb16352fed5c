import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importCommands } from '../../apps/cli/src/importing/import-commands.js';
import { verify } from '../../apps/cli/src/verify.js';
import { all } from '../contracts/event-store.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { ApiClient } from '../support/api-client.js';

export const CSV = join(import.meta.dirname, '../data/obligations.csv');
export const MAPPING = join(import.meta.dirname, '../data/obligations.mapping.json');
const quiet = { json: true, out: () => undefined, err: () => undefined };

/** The obligated balance. */
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

/** The obligated balance by recipient, fund and period, computed only from the events. */
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
    importCommands(CSV, { mapping: MAPPING, url: deployment.url, refused, signal }, quiet);
  beforeAll(async () => {
    deployment = await opens();
  });
  afterAll(async () => {
    await deployment.end();
    rmSync(folder, { recursive: true });
  });

  describe('an import of commands', () => {
    it('records each row once after an interruption, and refuses unreadable rows with line and reason', async () => {
      const stop = new AbortController();
      const real = globalThis.fetch;
      let sent = 0;
      globalThis.fetch = (...args: Parameters<typeof fetch>) => {
        if (args[1]?.method !== 'POST') return real(...args);
        sent += 1;
        if (sent === 5) stop.abort();
        return sent > 7 ? Promise.reject(new Error('the line went dead')) : real(...args);
      };
      await expect(brought(stop.signal)).rejects.toThrow();
      globalThis.fetch = real;
      const begun = await totalsOf(deployment);
      expect(existsSync(refused)).toBe(false);
      const { accepted, alreadyThere, ...counts } = await brought();
      expect(counts).toMatchObject({ read: 16, refused: 8, leftOut: 0, missing: 0 });
      expect([accepted > 0, alreadyThere > 0, accepted + alreadyThere]).toEqual([true, true, 8]);
      const whole = await totalsOf(deployment);
      expect(begun.length).toBeGreaterThan(0);
      expect(begun.length).toBeLessThan(whole.length);
      expect(whole).toEqual([
        {
          recipient: 'a-very-long-name-of-a-recipient-e884d2b5',
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
      expect(lines.map((line) => line.split(',').slice(0, 2).join(' '))).toEqual([
        '8 name-ambiguous',
        '9 amount-unreadable',
        '10 amount-beyond-range',
        '11 value-missing',
        '12 columns-miscounted',
        '14 amount-unreadable',
        '15 row-repeated',
        '16 key-repeated',
      ]);
      expect(lines[3]).toMatch(/,2006,West,,Grants,5$/);
    });

    it('changes nothing in a second run: the rows served match the events, and the log verifies', async () => {
      const end = await head();
      const before = await totalsOf(deployment);
      expect(await brought()).toMatchObject({ read: 16, accepted: 0, alreadyThere: 8, refused: 8 });
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

    it('corrects by the difference what a later edition changed, adds what is new, reports what is missing', async () => {
      const file = join(folder, 'edition.csv');
      const edition = async (name: string, ...rows: string[]) => {
        writeFileSync(file, ['country,fiscal_year,usd,funding_account_name', ...rows].join('\r\n'));
        const files = { refused: join(folder, 'edition.refused.csv'), missing: join(folder, 'missing.csv') };
        const published = name.length === 4 ? `${name}-01-31` : `${name}-30`;
        return importCommands(
          file,
          { mapping: MAPPING, url: deployment.url, edition: name, published, ...files },
          quiet,
        );
      };
      const before = await totalsOf(deployment);
      const norland = async () =>
        (await totalsOf(deployment)).filter(({ recipient }) => recipient === 'norland').map((row) => row.obligated);
      expect(await norland()).toEqual([150000, -50000]);
      const kept = [
        'ESTMARK,1976.0,10,grants',
        'Estmark,1976.9,0,Grants',
        '\u00a0Westmark,2008,3.25,"Grants ""special"""',
      ];
      const second = [
        'Norland,2019,1400,"Training, joint"',
        'Norland,2020,-700,"Training, joint"',
        'Norland,2021,1,Loans',
      ];
      expect(await edition('2025', ...kept, ...second)).toMatchObject({
        read: 6,
        accepted: 3,
        corrected: 2,
        alreadyThere: 3,
        refused: 0,
        missing: 3,
      });
      expect(await norland()).toEqual([100, 140000, -70000]);
      expect(readFileSync(join(folder, 'missing.csv'), 'utf8').trim().split('\n')).toHaveLength(4);
      const end = await head();
      expect(await edition('2025', ...kept, ...second)).toMatchObject({ accepted: 0, alreadyThere: 6, missing: 3 });
      expect(await head()).toBe(end);
      // The same edition with another figure is a damaged file, and no new one.
      expect(await edition('2025', 'Norland,2019,1401,"Training, joint"')).toMatchObject({ refused: 1 });
      expect(await head()).toBe(end);
      // A later edition returns to the first figure.
      const third = ['Norland,2019,1500,"Training, joint"', ...second.slice(1)];
      expect(await edition('2026', ...kept, ...third)).toMatchObject({ accepted: 1, corrected: 1, alreadyThere: 5 });
      // A row that cannot be read is refused, and not missing: its key is in the file.
      const unreadable = 'Norland,2019,many,"Training, joint"';
      const fourth = await edition('2026-06', ...kept, unreadable, ...third.slice(1));
      expect(fourth).toMatchObject({ accepted: 0, alreadyThere: 5, refused: 1, missing: 3 });
      expect(await norland()).toEqual([100, 150000, -70000]);
      expect((await totalsOf(deployment)).length).toBe(before.length + 1);
      const log = await deployment.log();
      const events = await all(log.readLog(0n));
      const corrections = events.filter(({ metadata }) => /\.r[0-9]+\./.test(metadata.commandId));
      expect(corrections.map(({ type, data }) => [type, (data as { reported: { key: object } }).reported.key])).toEqual(
        [
          ['FundsDeobligated', { fiscal_year: '2019', country: 'Norland', edition: '2025' }],
          ['FundsDeobligated', { fiscal_year: '2020', country: 'Norland', edition: '2025' }],
          ['FundsObligated', { fiscal_year: '2019', country: 'Norland', edition: '2026' }],
        ],
      );
      expect(await verify(log, quiet)).toMatchObject({ findings: [], count: 0 });
      await log.close();
    });

    it('makes each correction once, and counts it once, if two imports of one edition run at once', async () => {
      const file = join(folder, 'at-once.csv');
      const brings = (edition: string, name: string) => {
        const files = { refused: join(folder, `${name}.refused.csv`), missing: join(folder, `${name}.missing.csv`) };
        const day = { edition, published: `${edition}-30`, part: true };
        return importCommands(file, { mapping: MAPPING, url: deployment.url, ...day, ...files }, quiet);
      };
      const years = Array.from({ length: 20 }, (_, n) => 1950 + n);
      const rows = (usd: number) => years.map((year) => `Estmark,${year},${usd},At once`);
      const written = (usd: number) =>
        writeFileSync(file, ['country,fiscal_year,usd,funding_account_name', ...rows(usd)].join('\n'));
      written(5);
      expect(await brings('2026-07', 'first')).toMatchObject({ accepted: 20, corrected: 0 });
      written(6);
      const both = await Promise.all([brings('2026-08', 'one'), brings('2026-08', 'other')]);
      expect(both.map(({ refused }) => refused)).toEqual([0, 0]);
      for (const counted of ['accepted', 'corrected', 'alreadyThere'] as const)
        expect([counted, both.reduce((sum, one) => sum + one[counted], 0)]).toEqual([counted, 20]);
    });
  });
}
