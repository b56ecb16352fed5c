import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteLogReader } from '@entente/sqlite';
import type { ImportCounts } from '../../apps/cli/src/importing/import-commands.js';
import { all } from '../contracts/event-store.js';
import { entente, runEntente } from '../support/run-cli.js';

/** One account a country, and what was obligated there in a year. */
const MAPPING = {
  source: 'ledger',
  edition: '2024',
  published: '2024-01-31',
  actor: 'norland;role=donor',
  values: {
    year: { read: '{Year}', as: 'period' },
    country: { read: '{Country}', as: 'id' },
    amount: { read: '{Amount}', as: 'money', currency: 'USD' },
  },
  key: ['year', 'country'],
  commands: [
    {
      stream: 'funding-account/norland.{country}',
      command: 'open',
      once: true,
      fields: {
        donor: 'norland',
        recipient: '{country}',
        fund: 'Grants',
        currency: 'USD',
        stages: ['obligated'],
        basis: 'reported',
        onBudget: false,
        occurredAt: '2020-01-01T00:00:00Z',
      },
    },
    {
      stream: 'funding-account/norland.{country}',
      command: 'obligate',
      fields: {
        amount: '{amount}',
        period: '{year}',
        reported: { source: '{source}', key: { year: '{year}', country: '{country}' } },
        occurredAt: '2020-01-02T00:00:00Z',
      },
      signed: 'amount',
      negative: { command: 'deobligate', fields: { reason: 'reported-by-source' } },
      revise: {
        fields: { reported: { source: '{source}', key: { year: '{year}', edition: '{edition}' } } },
      },
    },
  ],
};

interface EditionFile {
  readonly mapping: object;
  readonly header: string;
  readonly more: readonly string[];
}

describe('the editions of a source', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-editions-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const args = (rows: readonly string[], mapping: object, more: readonly string[]): string[] => {
    writeFileSync(join(folder, 'mapping.json'), JSON.stringify(mapping));
    writeFileSync(join(folder, 'rows.csv'), `${rows.join('\n')}\n`);
    const files = ['--refused', join(folder, 'refused.csv'), '--missing', join(folder, 'missing.csv')];
    const places = ['--mapping', join(folder, 'mapping.json'), '--data', join(folder, 'data'), ...files];
    return ['import', 'commands', join(folder, 'rows.csv'), ...places, ...more];
  };
  /** Imports rows as an edition: what was counted. */
  const edition = async (
    name: string,
    rows: readonly string[],
    { mapping = MAPPING, header = 'Year,Country,Amount', more = [] }: Partial<EditionFile> = {},
  ): Promise<ImportCounts> => {
    const day = ['--edition', name, '--published', `${name}-01-31`];
    const { out } = await entente(...args([header, ...rows], mapping, [...day, '--json', ...more]));
    const counts = JSON.parse(out.split('\n').at(-1) ?? '') as ImportCounts;
    expect(counts.accepted + counts.alreadyThere + counts.refused + counts.leftOut).toBe(counts.read);
    return counts;
  };
  /** What is obligated, by stream and period. */
  const obligated = async (): Promise<Record<string, number>> => {
    const log = new SqliteLogReader(join(folder, 'data'));
    const sums: Record<string, number> = {};
    for (const { stream, type, data } of await all(log.readLog(0n))) {
      const { amount, period } = data as { readonly amount?: number; readonly period?: string };
      if (amount === undefined) continue;
      const at = `${stream.replace('funding-account/norland.', '')} ${period}`;
      sums[at] = (sums[at] ?? 0) + (type === 'FundsObligated' ? amount : -amount);
    }
    await log.close();
    return sums;
  };

  it('in any order leave each row as the newest has it: an older one adds rows, and changes none', async () => {
    await edition('2022', ['2020,Estmark,10', '2020,Sudria,7']);
    // The newest edition has the first row as the oldest had it: it leaves no event.
    expect(await edition('2024', ['2020,Estmark,10', '2020,Sudria,9', '2021,Estmark,3'])).toMatchObject({
      accepted: 2,
      corrected: 1,
      overtaken: 0,
    });
    const older = ['2020,Estmark,12', '2020,Sudria,8', '2021,Estmark,3', '2019,Estmark,4'];
    const wanted = { read: 4, accepted: 1, alreadyThere: 3, refused: 0, corrected: 0, overtaken: 2, missing: 0 };
    expect(await edition('2023', older, { more: ['--dry-run'] })).toMatchObject(wanted);
    expect(await edition('2023', older)).toMatchObject(wanted);
    const figures = { 'estmark 2020': 1000, 'sudria 2020': 900, 'estmark 2021': 300, 'estmark 2019': 400 };
    expect(await obligated()).toEqual(figures);
    // Run again, each edition changes nothing: also the oldest, whose row was corrected since.
    expect(await edition('2023', older)).toMatchObject({ accepted: 0, alreadyThere: 4, overtaken: 2 });
    expect(await edition('2022', ['2020,Estmark,10', '2020,Sudria,7'])).toMatchObject({
      alreadyThere: 2,
      overtaken: 1,
      refused: 0,
      missing: 0,
    });
    expect(await obligated()).toEqual(figures);
    // A newer one changes what all of them have recorded, and lacks a row of an older one.
    const newest = ['2020,Estmark,12', '2020,Sudria,8', '2021,Estmark,3'];
    expect(await edition('2025', newest)).toMatchObject({ accepted: 2, corrected: 2, overtaken: 0, missing: 1 });
    expect(await obligated()).toEqual({ ...figures, 'estmark 2020': 1200, 'sudria 2020': 800 });
  });

  it('say how many rows a newer one has otherwise', async () => {
    await edition('2024', ['2020,Estmark,10']);
    const older = ['--edition', 'FY2023', '--published', '2023-01-31'];
    const { status, out } = await entente(...args(['Year,Country,Amount', '2020,Estmark,12'], MAPPING, older));
    expect([status, out.split('\n')]).toEqual([
      0,
      [
        '1 rows read: 0 accepted, 1 there already, 0 refused, 0 left out',
        '1 rows are otherwise in a newer edition, and stay as it has them: 2024, published on 2024-01-31',
      ],
    ]);
  });

  it('each have a day, if there are several', async () => {
    const { published, ...undated } = MAPPING;
    const import_ = (...more: readonly string[]) =>
      runEntente(...args(['Year,Country,Amount', '2020,Estmark,10'], undated, more));
    expect(published).toBe('2024-01-31');
    expect(await import_()).toMatchObject({ status: 0 });
    expect(await import_()).toMatchObject({ status: 0, out: expect.stringContaining('1 there already') as unknown });
    expect(await import_('--edition', 'FY25')).toMatchObject({
      status: 3,
      err:
        'entente: the source ledger has other editions, such as 2024: name the day of this one, by "published" in the ' +
        'mapping or --published, so that an older edition does not change what a newer one states',
    });
    expect((await import_('--edition', 'FY25', '--published', '2025-01-31')).status).toBe(0);
  });

  /** The ledger with a note, which is a part of what is sent first, or of what a later edition sends. */
  const noted = (where: 'fields' | 'revise'): object => {
    const key = { year: '{year}', country: '{country}' };
    const reported = { source: '{source}', key: { ...key, note: '{note}' } };
    const commands = MAPPING.commands.map((command) => {
      if (command.revise === undefined) return command;
      return where === 'revise'
        ? { ...command, revise: { fields: { reported } } }
        : { ...command, fields: { ...command.fields, reported } };
    });
    return { ...MAPPING, commands, values: { ...MAPPING.values, note: { read: '{Note}', empty: 'omit' } } };
  };
  const refusals = (): string[] => readFileSync(join(folder, 'refused.csv'), 'utf8').trim().split('\n').slice(1);

  it('name what is other in a row that an edition has revised', async () => {
    const file = { mapping: noted('fields'), header: 'Year,Country,Amount,Note' };
    await edition('2022', ['2020,Estmark,10,first'], file);
    expect(await edition('2023', ['2020,Estmark,20,first'], file)).toMatchObject({ corrected: 1 });
    for (const amount of [20, 30]) {
      expect(await edition('2024', [`2020,Estmark,${amount},second`], file)).toMatchObject({
        refused: 1,
        corrected: 0,
      });
      expect(refusals()).toEqual([
        expect.stringMatching(/^2,row-changed,"obligate: reported was .*""first"".* and is /),
      ]);
    }
    expect(await edition('2025', ['2020,Estmark,20,'], file)).toMatchObject({ refused: 1, corrected: 0 });
    expect(await obligated()).toEqual({ 'estmark 2020': 2000 });
  });

  it('refuse a row whose correction the contract does not take, and no other row', async () => {
    const file = { mapping: noted('revise'), header: 'Year,Country,Amount,Note' };
    await edition('2022', ['2020,Estmark,10,', '2021,Estmark,10,'], file);
    const next = [`2020,Estmark,11,${'long '.repeat(60)}`, '2021,Estmark,12,short'];
    expect(await edition('2023', next, file)).toMatchObject({ accepted: 1, corrected: 1, refused: 1 });
    expect(refusals()).toEqual([expect.stringMatching(/^2,validation-failed,"obligate: key must be an object of /)]);
  });
});
