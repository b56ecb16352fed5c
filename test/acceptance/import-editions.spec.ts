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

const RADIO = { item: 'radio', quantity: 100, unit: 'each' };
const OFFER = { offer: 'loa', value: 100, currency: 'EUR', validUntil: '2027-12-31' };

interface EditionFile {
  readonly mapping: object;
  readonly header: string;
  readonly more: readonly string[];
}

/** Milestones of a programme, each met on a day that a later edition may leave out. */
const MILESTONES = {
  source: 'milestones',
  edition: '2024',
  published: '2024-01-31',
  actor: 'norland;role=donor',
  values: {
    milestone: { read: '{Milestone}', as: 'id' },
    due: { read: '{Due}', as: 'day' },
    met: { read: '{Met}', as: 'day' },
  },
  key: ['milestone'],
  commands: [
    {
      stream: 'programme/norland.training',
      command: 'propose',
      once: true,
      fields: {
        title: 'Training',
        donor: 'norland',
        recipient: 'estmark',
        sector: '15210',
        basis: 'reported',
        starts: '2020-01-01',
        ends: '2028-12-31',
        occurredAt: '2020-01-01T00:00:00Z',
      },
    },
    {
      stream: 'programme/norland.training',
      command: 'plan-milestone',
      fields: { milestone: '{milestone}', due: '{due}', occurredAt: '2020-01-02T00:00:00Z' },
    },
    {
      stream: 'programme/norland.training',
      command: 'meet-milestone',
      when: [{ text: '{Met}', empty: false }],
      fields: { milestone: '{milestone}', on: '{met}', occurredAt: '{met}T00:00:00Z' },
    },
  ],
};

/** The ledger as a wide table: a hyphen is an empty cell. */
const WIDE = {
  ...MAPPING,
  numbers: { none: ['-'] },
  unpivot: { columns: '[0-9]{4}', name: 'column', value: 'cell' },
  values: {
    ...MAPPING.values,
    year: { read: '{column}', as: 'period' },
    amount: { read: '{cell}', as: 'money', currency: 'USD', empty: 'leave-out' },
  },
};
/** It means that nothing is obligated any more. */
const ZEROED = {
  ...WIDE,
  commands: WIDE.commands.map((command) =>
    command.revise === undefined ? command : { ...command, revise: { ...command.revise, emptied: 'zero' } },
  ),
};

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
    const day = ['--edition', name, '--published', name.length === 4 ? `${name}-01-31` : `${name}-30`];
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
        'no event is of this edition, which brought nothing; keep this report: FY2023, published on 2023-01-31',
      ],
    ]);
  });

  it('are reported if they brought nothing, until they bring something', async () => {
    const unrecorded = async (name: string, amount: number) => {
      const counts = await edition(name, [`2020,Estmark,${amount}`]);
      return (counts as ImportCounts & { unrecorded: unknown }).unrecorded;
    };
    expect(await unrecorded('2024', 10)).toBeNull();
    expect(await unrecorded('2024', 10)).toBeNull();
    expect(await unrecorded('2025', 10)).toEqual({ edition: '2025', published: '2025-01-31' });
    expect(await unrecorded('2025', 20)).toBeNull();
    expect(await unrecorded('2025', 20)).toBeNull();
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

  it('list a cell that a later one has emptied with the names of its columns, as what the row lacks', async () => {
    const header = 'Milestone,Due,Met';
    const rows = ['First,2022-01-31,2022-02-03', 'Second,2023-01-31,', 'Third,2023-01-31,2023-01-30'];
    const file = { mapping: MILESTONES, header };
    expect(await edition('2024', rows, file)).toMatchObject({ accepted: 3, emptied: 0 });
    const emptied = ['First,2022-01-31,', 'Second,2023-01-31,', 'Third,2023-01-31,2023-01-30'];
    const wanted = { read: 3, accepted: 0, alreadyThere: 3, refused: 0, missing: 0, emptied: 1 };
    for (const name of ['2024', '2025']) expect(await edition(name, emptied, file)).toMatchObject(wanted);
    const part = { ...file, more: ['--part'] };
    expect(await edition('2025', emptied.slice(0, 1), part)).toMatchObject({ alreadyThere: 1, emptied: 1, missing: 0 });
    const { status, out } = await entente(
      ...args([header, ...emptied], MILESTONES, ['--edition', '2026', '--published', '2026-01-31']),
    );
    expect([status, out.split('\n')[1]]).toEqual([
      2,
      `1 rows have an empty cell where something is recorded: ${join(folder, 'missing.csv')}`,
    ]);
    const [head, ...listed] = readFileSync(join(folder, 'missing.csv'), 'utf8').trim().split('\n');
    expect(head).toBe('stream,event,recorded_at,data,emptied');
    expect(listed).toEqual([expect.stringMatching(/^programme\/norland\.training,MilestoneMet,.*,"line 2: \{Met\}"$/)]);
    // Filled again, it is as it was recorded.
    expect(await edition('2026-06', rows, file)).toMatchObject({ alreadyThere: 3, emptied: 0 });
  });

  it('list a cell of a wide table that a later one has emptied, and no cell that was empty before', async () => {
    const file = { mapping: WIDE, header: 'Country,2020,2021,2022' };
    expect(await edition('2024', ['Estmark,10,20,-', 'Sudria,5,,'], file)).toMatchObject({ accepted: 2, emptied: 0 });
    expect(await edition('2024', ['Estmark,10,20,-', 'Sudria,5,,'], file)).toMatchObject({ emptied: 0, missing: 0 });
    const next = ['Estmark,10,-,30', 'Sudria,,,'];
    const wanted = { read: 2, accepted: 1, leftOut: 1, corrected: 0, emptied: 2, missing: 0 };
    expect(await edition('2025', next, { ...file, more: ['--dry-run'] })).toMatchObject(wanted);
    expect(await edition('2025', next, file)).toMatchObject(wanted);
    const listed = readFileSync(join(folder, 'missing.csv'), 'utf8').trim().split('\n').slice(1).sort();
    expect(listed.map((line) => line.replace(/,"\{.*\}",/, ' ').replace(/,[^ ,]*Z /, ' '))).toEqual([
      'funding-account/norland.estmark,FundsObligated "line 2, 2021: amount"',
      'funding-account/norland.sudria,FundsObligated "line 3, 2020: amount"',
    ]);
    expect(await obligated()).toEqual({
      'estmark 2020': 1000,
      'estmark 2021': 2000,
      'estmark 2022': 3000,
      'sudria 2020': 500,
    });
  });

  it('take back what a cell had that a later one has emptied, if the mapping has it so', async () => {
    const file = { mapping: ZEROED, header: 'Country,2020,2021,2022' };
    await edition('2024', ['Estmark,10,20,-', 'Sudria,5,,'], file);
    const next = ['Estmark,10,-,30', 'Sudria,,,'];
    const wanted = { read: 2, accepted: 2, leftOut: 0, refused: 0, corrected: 2, emptied: 0, missing: 0 };
    expect(await edition('2025', next, { ...file, more: ['--dry-run'] })).toMatchObject(wanted);
    expect(await edition('2025', next, file)).toMatchObject(wanted);
    const figures = { 'estmark 2020': 1000, 'estmark 2021': 0, 'estmark 2022': 3000, 'sudria 2020': 0 };
    expect(await obligated()).toEqual(figures);
    const log = new SqliteLogReader(join(folder, 'data'));
    const last = (await all(log.readLog(0n))).filter(({ type }) => type === 'FundsDeobligated');
    await log.close();
    expect(last.map(({ data }) => (data as { reported: unknown }).reported)).toEqual([
      { source: 'ledger', key: { year: '2021', edition: '2025' } },
      { source: 'ledger', key: { year: '2020', edition: '2025' } },
    ]);
    expect(await edition('2025', next, file)).toMatchObject({ accepted: 0, alreadyThere: 1, leftOut: 1, corrected: 0 });
    // An older edition takes nothing back, and a figure that is there again counts as before.
    expect(await edition('2023', ['Estmark,-,-,-'], file)).toMatchObject({ leftOut: 1, corrected: 0, overtaken: 1 });
    expect(await obligated()).toEqual(figures);
    expect(await edition('2026', ['Estmark,10,20,30', 'Sudria,-,-,-'], file)).toMatchObject({
      corrected: 1,
      emptied: 0,
    });
    expect(await obligated()).toEqual({ ...figures, 'estmark 2021': 2000 });
  });

  it('leave out an empty row whose key another row of the file has, before it or behind it', async () => {
    const values = { ...MAPPING.values, amount: { ...MAPPING.values.amount, empty: 'leave-out' } };
    const revise = { ...ZEROED.commands[1]?.revise };
    const commands = [MAPPING.commands[0], { ...MAPPING.commands[1], revise }];
    const mapping = { ...MAPPING, values, commands };
    const rows = ['2020,Estmark,', '2020,Estmark,10', '2020,Estmark,'];
    const counts = { leftOut: 2, refused: 0, emptied: 0, missing: 0, corrected: 0 };
    expect(await edition('2024', rows, { mapping })).toMatchObject({ accepted: 1, ...counts });
    for (const name of ['2024', '2025'])
      expect(await edition(name, rows, { mapping })).toMatchObject({ alreadyThere: 1, ...counts });
    expect(await obligated()).toEqual({ 'estmark 2020': 1000 });
  });

  /** The ledger with a note, in what is sent first, or in what a later edition sends. */
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

  /** Deliveries under a case, of which a later edition can move the day promised. */
  const DELIVERIES = {
    source: 'deliveries',
    edition: '2024',
    actor: 'norland;role=donor',
    values: {
      note: { read: '{Note}', as: 'id' },
      quantity: { read: '{Quantity}', as: 'number' },
      due: { read: '{Due}', as: 'day' },
      carrier: { read: '{Carrier}', as: 'id', empty: 'omit' },
    },
    key: ['note'],
    commands: [
      ['request', { donor: 'norland', recipient: 'estmark', asked: [RADIO], letter: 'LOR', basis: 'reported' }],
      ['add-line', { line: '001', ...RADIO, value: 100, due: '2027-12-31' }],
      ['prepare-offer', { ...OFFER, lines: ['001'], initialDeposit: 0, deliveryPoint: 'receipt' }],
      ['make-offer', { offer: 'loa' }],
      ['accept-offer', { offer: 'loa', value: 100, currency: 'EUR' }, 'estmark;role=recipient'],
      ['implement', {}],
    ]
      .map(([command, fields, actor]) => ({
        stream: 'assistance-case/norland.radios',
        command,
        once: true,
        ...(actor === undefined ? {} : { actor }),
        fields: { ...(fields as object), occurredAt: '2024-01-02T00:00:00Z' },
      }))
      .concat({
        stream: 'consignment/norland.radios-{note}',
        command: 'schedule',
        fields: {
          case: 'norland.radios',
          lines: [{ line: '001', quantity: '{quantity}' }],
          due: '{due}',
          carrier: '{carrier}',
          occurredAt: '2024-01-03T00:00:00Z',
        },
        revise: { command: 'reschedule', fields: { due: '{due}', cause: 'edition' } },
      } as never),
  };
  const deliveries = { mapping: DELIVERIES, header: 'Note,Quantity,Due,Carrier' };

  it('refuse a changed field that the revising command does not carry, and revise what it does', async () => {
    await edition('2024', ['1,10,2026-05-31,', '2,20,2026-05-31,', '3,30,2026-05-31,'], deliveries);
    const next = ['1,11,2026-07-30,', '2,21,2026-05-31,', '3,30,2026-07-30,'];
    for (const name of ['2025', '2026']) {
      const revised = name === '2025' ? { accepted: 1, corrected: 1 } : { accepted: 0, alreadyThere: 1 };
      expect(await edition(name, next, deliveries)).toMatchObject({ ...revised, refused: 2 });
      const was = (quantity: number): string => `lines was [{""line"":""001"",""quantity"":${quantity}}] and is `;
      expect(refusals()).toEqual(
        [10, 20].map((q, i) => expect.stringContaining(`${i + 2},row-changed,"schedule: ${was(q)}`) as unknown),
      );
    }
  });

  it('refuse a value in a cell that was empty before, and the whole row with it', async () => {
    await edition('2024', ['1,10,2026-05-31,', '2,20,2026-05-31,', '3,30,2026-05-31,alpha'], deliveries);
    const next = ['1,10,2026-05-31,beta', '2,20,2026-07-30,beta', '3,30,2026-05-31,alpha'];
    for (const name of ['2024', '2025', '2026']) {
      expect(await edition(name, next, deliveries)).toMatchObject({ refused: 2, alreadyThere: 1, corrected: 0 });
      const why = 'row-changed,"schedule: carrier was nothing and is ""beta""';
      expect(refusals()).toEqual([2, 3].map((line) => expect.stringContaining(`${line},${why}`) as unknown));
    }
  });

  it('record a row whole or not at all, and its mended row as it is then', async () => {
    const file = { mapping: MILESTONES, header: 'Milestone,Due,Met' };
    const second = 'Second,2023-01-31,2023-01-30';
    const wanted = { read: 2, accepted: 1, alreadyThere: 0, refused: 1 };
    const rows = ['First,2022-01-31,2999-01-01', second];
    expect(await edition('2024', rows, { ...file, more: ['--dry-run'] })).toMatchObject(wanted);
    expect(await edition('2024', rows, file)).toMatchObject(wanted);
    expect(refusals()).toEqual([expect.stringMatching(/^2,occurred-in-future,/)]);
    const recorded = async (): Promise<unknown> => {
      const log = new SqliteLogReader(join(folder, 'data'));
      const events = await all(log.readLog(0n));
      await log.close();
      return events.map(({ type, data }) => [type, (data as { due?: string; on?: string }).due ?? '']);
    };
    const first = [
      ['ProgrammeProposed', ''],
      ['MilestonePlanned', '2023-01-31'],
      ['MilestoneMet', ''],
    ];
    expect(await recorded()).toEqual(first);
    expect(await edition('2024', ['First,2022-02-28,2022-02-03', second], file)).toMatchObject({
      accepted: 1,
      alreadyThere: 1,
      refused: 0,
    });
    expect(await recorded()).toEqual([...first, ['MilestonePlanned', '2022-02-28'], ['MilestoneMet', '']]);
  });

  it('refuse a name that is spelled otherwise than an earlier one had it, unless a table reads it as that', async () => {
    const key = { year: '{year}', name: '{name}' };
    const commands = MAPPING.commands.map((command) =>
      command.revise === undefined
        ? command
        : { ...command, fields: { ...command.fields, reported: { source: '{source}', key } } },
    );
    const values = { ...MAPPING.values, name: '{Country}' };
    const mapping = { ...MAPPING, values, key: ['year', 'name'], commands };
    expect(await edition('2024', ["2020,Côte d'Ouest,10", '2020,Sudria,7'], { mapping })).toMatchObject({
      accepted: 2,
    });
    const next = ['2020,Côte d’Ouest,10', '2021,Cote d Ouest,10', '2021,SUDRIA,8', "2021,côte d'ouest,3"];
    for (const name of ['2024', '2025']) {
      const brought = name === '2024' ? { accepted: 2 } : { accepted: 0, alreadyThere: 2 };
      expect(await edition(name, next, { mapping })).toMatchObject({ ...brought, refused: 2 });
      expect(refusals().map((line) => line.split(',').slice(0, 2))).toEqual([
        ['2', 'name-ambiguous'],
        ['3', 'name-ambiguous'],
      ]);
    }
    const tables = { names: { 'Côte d’Ouest': "Côte d'Ouest" } };
    const read = { read: '{Country}', table: 'names', otherwise: 'keep' };
    const tabled = { ...mapping, tables, values: { ...values, name: read, country: { ...read, as: 'id' } } };
    const rows = [next[0] ?? '', '2020,Sudria,7', ...next.slice(2)];
    expect(await edition('2026', rows, { mapping: tabled })).toMatchObject({ alreadyThere: 4, refused: 0, missing: 0 });
    expect(await obligated()).toEqual({
      'cote-d-ouest 2020': 1000,
      'cote-d-ouest 2021': 300,
      'sudria 2020': 700,
      'sudria 2021': 800,
    });
  });

  it('refuse a row whose correction the contract does not take, and no other row', async () => {
    const file = { mapping: noted('revise'), header: 'Year,Country,Amount,Note' };
    await edition('2022', ['2020,Estmark,10,', '2021,Estmark,10,'], file);
    const next = [`2020,Estmark,11,${'long '.repeat(60)}`, '2021,Estmark,12,short'];
    expect(await edition('2023', next, file)).toMatchObject({ accepted: 1, corrected: 1, refused: 1 });
    expect(refusals()).toEqual([expect.stringMatching(/^2,validation-failed,"obligate: key must be an object of /)]);
  });
});
