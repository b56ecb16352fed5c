import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { type Mapping, mappingErrors } from './mapping.js';
import { RowMapper, baseOf, readCommandId, revisionId } from './row-mapper.js';

const HEADER = ['Fund', 'Year', 'Amount', 'Currency', 'Day', 'Note'];
const MAPPING = {
  source: 'ledger',
  edition: '2026',
  actor: 'norland;role=donor',
  numbers: { thousands: ',', decimal: '.', parentheses: true, none: ['-', 'N/A'] },
  leaveOut: [{ text: '{Fund}', matches: '^TOTAL' }],
  tables: { funds: { Фонд: 'border-fund', Second: 'second' } },
  values: {
    fund: { read: '{Fund}', table: 'funds', otherwise: 'keep', as: 'id' },
    period: { read: '{Year}', as: 'period' },
    currency: '{Currency}',
    amount: { read: '{Amount}', as: 'money', currency: '{currency}' },
    day: { read: '{Day}', as: 'day', format: ['DD.MM.YYYY'], empty: 'omit' },
    note: { read: '{Note}', empty: 'omit' },
  },
  key: ['fund', 'period'],
  commands: [
    {
      stream: 'programme/norland.{fund}-{period}',
      command: 'propose',
      when: [{ text: '{Note}', isNot: ['no programme'] }],
      fields: {
        title: '{fund} of {period}',
        donor: 'norland',
        recipient: 'estmark',
        sector: '15210',
        starts: '2026-01-01',
        ends: '2028-12-31',
      },
    },
    {
      stream: 'funding-account/norland.{fund}',
      command: 'commit',
      fields: { amount: '{amount}', period: '{period}', occurredAt: '{day}T00:00:00Z', legalBasis: '{note}' },
      signed: 'amount',
      negative: { command: 'decommit', fields: { reason: 'cut' } },
      revise: { fields: { legalBasis: 'edition {edition}' } },
    },
    {
      stream: 'funding-account/norland.{fund}',
      command: 'obligate',
      fields: { amount: '{amount}', period: '{period}' },
    },
  ],
} as const satisfies Mapping;

const mapping = (more: object = {}): Mapping => ({ ...MAPPING, ...more });
const mapped = (cells: readonly string[], more: object = {}) => new RowMapper(mapping(more), HEADER).map(cells, 2);
const ROW = ['Border Fund', '2026', '1,300', 'USD', '03.01.2026', 'vote 7'];
const row = (more: Partial<Record<number, string>>) => ROW.map((cell, i) => more[i] ?? cell);
const commandsOf = (cells: readonly string[], more: object = {}) => {
  const found = mapped(cells, more);
  if (found.type !== 'commands') throw new Error(JSON.stringify(found));
  return found.parts.flatMap(({ commands }) => commands);
};

describe('a row', () => {
  it('becomes its commands in their order, with typed values, constants and ids', () => {
    expect(mappingErrors(MAPPING)).toEqual([]);
    expect(
      commandsOf(ROW).map(({ kind, streamId, path, body }) => ({ to: `${kind}/${streamId}/${path}`, body })),
    ).toEqual([
      {
        to: 'programme/norland.border-fund-2026/propose',
        body: {
          title: 'border-fund of 2026',
          donor: 'norland',
          recipient: 'estmark',
          sector: '15210',
          starts: '2026-01-01',
          ends: '2028-12-31',
        },
      },
      {
        to: 'funding-account/norland.border-fund/commit',
        body: { amount: 130_000, period: '2026', occurredAt: '2026-01-03T00:00:00Z', legalBasis: 'vote 7' },
      },
      { to: 'funding-account/norland.border-fund/obligate', body: { amount: 130_000, period: '2026' } },
    ]);
  });

  it('leaves out the command whose condition does not hold, and the fields of an empty value', () => {
    const commands = commandsOf(row({ 4: '', 5: 'No  Programme' }));
    expect(commands.map(({ path }) => path)).toEqual(['commit', 'obligate']);
    expect(commandsOf(row({ 4: '', 5: '' }))[1]?.body).toEqual({ amount: 130_000, period: '2026' });
  });

  it('has the minor units of its own currency, and a period without the decimal of a spreadsheet', () => {
    const amounts = (currency: string) => commandsOf(row({ 3: currency, 1: '2026.0' }))[1]?.body;
    expect([amounts('JPY'), amounts('KWD'), amounts('DEM')]).toMatchObject([
      { amount: 1300, period: '2026' },
      { amount: 1_300_000, period: '2026' },
      { amount: 130_000, period: '2026' },
    ]);
    expect(mapped(row({ 3: 'XAU' }))).toMatchObject({ type: 'refused', code: 'currency-unknown' });
  });

  it('with a negative amount becomes the opposite command, under the id of the row', () => {
    const [, commit] = commandsOf(ROW);
    const [, back] = commandsOf(row({ 2: '(1,300)' }), { commands: MAPPING.commands.slice(0, 2) });
    expect(back).toMatchObject({ path: 'decommit', body: { amount: 130_000, reason: 'cut' }, signed: -130_000 });
    expect(baseOf(back ?? { id: '', path: '', body: {} })).toBe(commit?.id);
    expect(commit?.revise?.(-5, '')).toMatchObject({
      path: 'decommit',
      body: { amount: 5, legalBasis: 'edition 2026' },
    });
    expect(commit?.revise?.(5, '')).toMatchObject({ path: 'commit', body: { amount: 5 } });
  });

  it('that omits its amount sends none: zero is another amount', () => {
    const more = {
      values: { ...MAPPING.values, amount: { ...MAPPING.values.amount, empty: 'omit' } },
      commands: MAPPING.commands.slice(1, 2),
    };
    expect(mapped(row({ 2: '-' }), more)).toMatchObject({
      type: 'refused',
      code: 'validation-failed',
      why: 'commit: amount is missing',
    });
    expect(commandsOf(row({ 2: '0' }), more)).toMatchObject([{ signed: 0, body: { amount: 0 } }]);
  });

  it('has the same id in any case, with any space, in any Unicode form and in each edition', () => {
    const id = (cells: readonly string[], more: object = {}) => commandsOf(cells, more)[0]?.id;
    const forms = ['BORDER FUND', 'border\u00a0 fund', 'Bo\u0072der Fund ', 'Фонд', 'ФОНД'];
    expect(new Set([id(ROW), ...forms.map((fund) => id(row({ 0: fund }))), id(ROW, { edition: '2027' })]).size).toBe(1);
    expect(id(ROW, { source: 'other' })).not.toBe(id(ROW));
    expect(id(row({ 1: '2027' }))).not.toBe(id(ROW));
  });

  it('is refused with every value that cannot be read', () => {
    expect(mapped(row({ 0: '', 2: 'much', 4: '31.02.2026' }))).toEqual({
      type: 'refused',
      code: 'value-missing',
      why: 'fund: is empty; amount: "much" is no number in this format; day: "31.02.2026" is no day as DD.MM.YYYY',
      keys: [],
    });
    // The key of such a row can be read: it is refused, and not missing.
    expect(mapped(row({ 2: 'n/a' }))).toMatchObject({
      code: 'value-missing',
      why: 'amount: "n/a" means that there is none',
      keys: [expect.stringMatching(/^[0-9a-f]{32}$/)],
    });
    expect(mapped(row({ 0: 'Дім' }))).toMatchObject({ code: 'id-not-latin' });
    // A character that is not seen would give another id to the same name.
    for (const unseen of ['\u200b', '\u00ad', '\u202e', '\u2060'])
      expect(mapped(row({ 0: `Border${unseen}Fund` }))).toMatchObject({
        code: 'id-not-latin',
        why: `fund: "Border${unseen}Fund" has letters that are not Latin, characters that are not seen, or none: a table can give its id`,
      });
    expect(mapped(row({ 0: 'Border Fund\u200b' }))).toMatchObject({ type: 'commands' });
    expect(
      mapped(row({ 0: 'Other' }), { values: { ...MAPPING.values, fund: { read: '{Fund}', table: 'funds' } } }),
    ).toMatchObject({
      code: 'not-in-table',
      why: 'fund: "Other" is not in the table funds',
    });
    expect(mapped(row({ 1: 'FY26' }))).toMatchObject({ code: 'stream-unreadable' });
    expect(mapped(row({ 1: 'FY26', 5: 'no programme' }))).toMatchObject({
      code: 'validation-failed',
      why: 'commit: period must be a period in lower case that begins with its year, such as 2026, fy2026, 2025-26, 2026-q1, 2026-06 or 1976.9',
    });
    expect(mapped(ROW.slice(1))).toMatchObject({ code: 'columns-miscounted' });
    expect(mapped(row({ 2: '1.300' }), { numbers: {} })).toMatchObject({
      code: 'amount-unreadable',
      why: expect.stringContaining('could be thousands') as unknown,
    });
  });

  it('has a list whose items are on lines of their own', () => {
    const serials = { read: '{Note}', as: 'list', separator: '\n' };
    const confirm = {
      stream: 'consignment/norland.{fund}',
      command: 'confirm-receipt',
      fields: { lines: [{ line: '001', quantity: 2, serials: '{serials}' }], on: '2026-01-01' },
    };
    const more = { values: { ...MAPPING.values, serials }, commands: [confirm] };
    expect(mappingErrors({ ...MAPPING, ...more })).toEqual([]);
    expect(commandsOf(row({ 5: 'NV-1\r\n NV-2 \n\n' }), more)[0]?.body['lines']).toMatchObject([
      { serials: ['NV-1', 'NV-2'] },
    ]);
    const spaced = { ...more, values: { ...more.values, serials: { ...serials, separator: ', ' } } };
    expect(commandsOf(row({ 5: 'NV-1,\u00a0NV-2,  NV-3' }), spaced)[0]?.body['lines']).toMatchObject([
      { serials: ['NV-1', 'NV-2', 'NV-3'] },
    ]);
  });

  it('is left out if it is blank or the mapping has it so, however many fields it has', () => {
    for (const cells of [[''], [' ', '\u00a0', ''], ['TOTAL', 'x'], row({ 0: 'TOTALS' })])
      expect([cells, mapped(cells)]).toEqual([cells, { type: 'left-out' }]);
    const never = { ...MAPPING.commands[2], when: [{ text: '{Note}', is: ['never'] }] };
    expect(mapped(ROW, { commands: [never] })).toEqual({ type: 'left-out' });
    const values = { ...MAPPING.values, amount: { ...MAPPING.values.amount, empty: 'leave-out' } };
    // It may lack what an earlier edition has recorded.
    const steps = ['propose', 'commit', 'obligate'];
    const emptied = steps.map((step) => ({
      base: commandsOf(ROW).find(({ path }) => path === step)?.id,
      what: 'amount',
    }));
    expect(mapped(row({ 2: '-' }), { values })).toMatchObject({
      type: 'left-out',
      empty: [{ isSent: false, emptied }],
    });
  });

  it('is refused if another name of the file gives the same id', () => {
    const mapper = new RowMapper(mapping(), HEADER);
    expect(mapper.map(row({ 0: 'Côte d’Azur' }), 2).type).toBe('commands');
    expect(mapper.map(row({ 0: 'CÔTE D’AZUR', 1: '2027' }), 3).type).toBe('commands');
    expect(mapper.map(row({ 0: 'Cote d-Azur' }), 4)).toMatchObject({
      code: 'name-ambiguous',
      why: '"Cote d-Azur" gives the id cote-d-azur, and so does another name in line 2: a table can give them different ids',
    });
  });

  it('of a wide table is a row for each of its columns that has a value', () => {
    const wide = {
      ...MAPPING,
      unpivot: { columns: '20[0-9]{2}', name: 'year', value: 'cell' },
      values: {
        ...MAPPING.values,
        period: '{year}',
        amount: { read: '{cell}', as: 'money', currency: 'USD', empty: 'leave-out' },
        currency: 'USD',
      },
      commands: MAPPING.commands.slice(0, 2),
    } as const;
    const mapper = new RowMapper(wide, ['Fund', '2025', '2026', '2027', 'Day', 'Note']);
    const found = mapper.map(['Border Fund', '5', '-', '(7)', '', ''], 2);
    if (found.type !== 'commands') throw new Error(JSON.stringify(found));
    expect(found.parts.map(({ commands }) => commands[1]?.body)).toEqual([
      { amount: 500, period: '2025' },
      { amount: 700, period: '2027', reason: 'cut' },
    ]);
    expect(new Set(found.parts.map(({ key }) => key)).size).toBe(2);
    expect(found.empty.map(({ emptied }) => emptied.map(({ what }) => what))).toEqual([
      ['2026: amount', '2026: amount'],
    ]);
    expect(mapper.map(['Border Fund', '-', '', 'n/a', '', ''], 3)).toMatchObject({ type: 'left-out' });
    expect(mapper.map(['Border Fund', '5', 'x', 'y', '', ''], 4)).toMatchObject({
      type: 'refused',
      code: 'amount-unreadable',
    });
    expect(() => new RowMapper(wide, HEADER)).toThrow('no column matches 20[0-9]{2}');
  });
});

describe('the columns of a wide table', () => {
  const wide = (more: object = {}): Mapping => ({
    ...MAPPING,
    leaveOut: [],
    unpivot: { columns: 'FY 20[0-9]{2}.*', name: 'column', value: 'cell' },
    values: {
      ...MAPPING.values,
      period: { read: '{column}', pick: '([0-9]{4})', as: 'period' },
      amount: { read: '{cell}', as: 'money', currency: 'USD', empty: 'leave-out' },
      currency: 'USD',
    },
    commands: MAPPING.commands.slice(1, 2),
    ...more,
  });
  const header = ['Fund', 'FY 2025 Actual', 'FY 2026 Estimate', 'FY 2026 Request', 'Day', 'Note'];
  const cells = ['Border Fund', '5', '6', '7', '', ''];

  it('have keys of their own: the file is refused once, with the headers of those that have not', () => {
    const sentence =
      'the columns "FY 2026 Estimate" and "FY 2026 Request" give every row the same key: leave one out in ' +
      'unpivot.columns, or add a value of {column} to the key if both count';
    expect(() => new RowMapper(wide(), header)).toThrow(sentence);
    expect(() => new RowMapper(wide(), header.with(3, 'FY 2026 Estimate'))).toThrow(
      sentence.replace('Request', 'Estimate'),
    );
    const kept = new RowMapper(
      wide({ values: { ...wide().values, column: '{column}' }, key: [...MAPPING.key, 'column'] }),
      header,
    ).map(cells, 2);
    if (kept.type !== 'commands') throw new Error(JSON.stringify(kept));
    expect(kept.parts.map(({ commands }) => commands[0]?.body['amount'])).toEqual([500, 600, 700]);
    const leaveOut = [{ text: '{column}', matches: 'Request$' }];
    expect(new RowMapper(wide({ leaveOut }), header).map(cells, 2)).toMatchObject({ type: 'commands' });
  });

  it('may have one key if each sends its own command', () => {
    const [, commit, obligate] = MAPPING.commands;
    const when = (matches: string) => [{ text: '{column}', matches }];
    const commands = [
      { ...commit, when: when('Estimate$') },
      { ...obligate, when: when('(Request|Actual)$') },
    ];
    const mapper = new RowMapper(wide({ commands }), header);
    const found = mapper.map(cells, 2);
    if (found.type !== 'commands') throw new Error(JSON.stringify(found));
    expect(found.parts.map((part) => part.commands.map(({ path, body }) => [path, body['period']]))).toEqual([
      [['obligate', '2025']],
      [['commit', '2026']],
      [['obligate', '2026']],
    ]);
    // An empty cell lacks the command of its own column alone.
    expect(mapper.map(cells.with(2, ''), 3)).toMatchObject({
      empty: [{ emptied: [{ base: found.parts[1]?.commands[0]?.id, what: 'FY 2026 Estimate: amount' }] }],
    });
  });

  it('refuse the row in which the cells alone give one key', () => {
    const values = { ...wide().values, period: { read: '{Note} {column}', pick: '([0-9]{4})', as: 'period' } };
    const mapper = new RowMapper(wide({ values }), header);
    expect(mapper.map(cells.with(5, '2020'), 2)).toMatchObject({
      type: 'refused',
      code: 'key-repeated',
      why: ['Estimate', 'Request']
        .map((other) => `the columns "FY 2025 Actual" and "FY 2026 ${other}" have the same key`)
        .join('; '),
    });
  });
});

describe('the columns of a file', () => {
  it('are found by their names without regard to case and space, or by their numbers', () => {
    expect(
      new RowMapper(
        mapping(),
        HEADER.map((name) => ` ${name.toUpperCase()}\u00a0`),
      ).map(ROW, 2).type,
    ).toBe('commands');
    const values = { ...MAPPING.values, fund: { read: '{#1}', as: 'id' } };
    expect(
      new RowMapper(mapping({ values, leaveOut: [] }), ['Year', ...HEADER.slice(1)].with(0, 'X')).map(ROW, 2).type,
    ).toBe('commands');
  });

  it('are all there, and each that is named is there once', () => {
    expect(() => new RowMapper(mapping(), HEADER.slice(0, 4))).toThrow(
      'there is no column "Day"; there is no column "Note". The columns are: Fund, Year, Amount, Currency',
    );
    expect(() => new RowMapper(mapping(), [...HEADER, 'fund '])).toThrow(
      'the column "Fund" is there twice: name the one that is meant by its number, {#1} or {#7}',
    );
    expect(new RowMapper(mapping(), [...HEADER, 'X', 'X']).map([...ROW, '', ''], 2).type).toBe('commands');
  });
});

describe('the id of a command', () => {
  it('carries its row, step, revision and sign', () => {
    const [, commit] = commandsOf(ROW);
    const base = commit?.id ?? '';
    expect(readCommandId(base)).toMatchObject({ base, once: false, step: 'commit', revision: 0, negative: false });
    expect(readCommandId(revisionId(base, 3, 15n, true))).toMatchObject({
      base,
      revision: 3,
      content: 15n,
      negative: true,
    });
    expect(['open', 'row-1.commit', `${base}.r0.000000000000000f`, `${base}.minus.minus`].map(readCommandId)).toEqual(
      Array<null>(4).fill(null),
    );
  });
});
