import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { type Mapping, mappingErrors } from './mapping.js';

/** A mapping in which nothing is wrong. */
const SOUND = {
  source: 'ledger',
  edition: '2026',
  actor: 'norland;role=donor',
  values: {
    id: { read: '{Fund}', as: 'id' },
    amount: { read: '{Amount}', as: 'money', currency: '{currency}' },
    currency: '{Currency}',
    period: { read: '{Year}', as: 'period' },
  },
  key: ['id', 'period'],
  commands: [
    {
      stream: 'funding-account/norland.{id}',
      command: 'commit',
      fields: { amount: '{amount}', period: '{period}', legalBasis: 'ledger of {edition}' },
      signed: 'amount',
      negative: { command: 'decommit', fields: { reason: 'cut' } },
      revise: {},
    },
  ],
} as const satisfies Mapping;
const [COMMAND] = SOUND.commands;
const errors = (more: object): readonly string[] => mappingErrors({ ...SOUND, ...more });
const ofCommand = (more: object): readonly string[] => errors({ commands: [{ ...COMMAND, ...more }] });

describe('a mapping', () => {
  it('is sound if its members, names and commands are', () => {
    expect(mappingErrors(SOUND)).toEqual([]);
  });

  it('that has another form is refused with every member that has', () => {
    const wrong = mappingErrors({
      source: 'Ledger 1',
      edition: 2026,
      values: { a: 3, b: { read: '', as: 'float', rounding: true } },
      key: [],
      commands: [{ stream: 'x', command: 'y', once: 'yes' }],
      numbers: { thousands: '_', scale: 0 },
      unpivot: {},
      more: 1,
    });
    expect(wrong).toEqual([
      'actor: is missing',
      'source: must match ^[a-z0-9][a-z0-9-]{0,39}$',
      'edition: takes text',
      'values.a: takes text or an object',
      'values.b.read: is empty',
      'values.b.as: takes one of "text", "id", "number", "decimal", "money", "day", "period", "list"',
      'values.b.rounding: there is no such member',
      'key: takes at least 1',
      'commands.0.once: takes true or false',
      'numbers.thousands: takes one of ",", ".", " ", "\'"',
      'numbers.scale: takes 1 to 1000000000',
      'unpivot.columns: is missing',
      'unpivot.name: is missing',
      'unpivot.value: is missing',
      'more: there is no such member',
      expect.stringMatching(/^commands\.0\.stream: begins with one of /),
    ]);
    expect(mappingErrors(null)).toEqual(['the mapping: takes an object']);
  });

  it('is refused once, with what has another form and what names what there is not', () => {
    const values = { ...SOUND.values, id: { read: 5, table: 'none' }, note: { read: '{N}', as: 'money', currency: 1 } };
    const command = {
      ...COMMAND,
      once: 'yes',
      command: 'comit',
      fields: { amount: null, period: '{year}' },
      negative: { command: 'decommit', fields: { amount: null, colour: 'red' } },
      revise: { command: 5 },
    };
    expect(errors({ source: 'Ledger 1', values, key: ['id', 'year'], commands: [7, command] })).toEqual([
      'source: must match ^[a-z0-9][a-z0-9-]{0,39}$',
      'values.id.read: takes text',
      'values.note.currency: takes text',
      'commands.0: takes an object',
      expect.stringMatching(/^commands\.1\.fields\.amount: takes /),
      expect.stringMatching(/^commands\.1\.negative\.fields\.amount: takes /),
      'commands.1.revise.command: takes text',
      'commands.1.once: takes true or false',
      'values.id.table: there is no table none',
      'key: there is no value year',
      'commands.1.command: funding-account has no command comit',
      'commands.1.fields.period: there is no value year',
      'commands.1.negative.fields.reason: is missing: decommit needs it',
      'commands.1.negative.fields.period: there is no value year',
      'commands.1.negative.fields.colour: decommit has no such field',
      'commands.1.revise.command: is needed without a signed field, and only then',
    ]);
    // What has another form is no reason to miss what it would have been.
    expect(errors({ values: 'none', tables: [] })).toEqual(['values: takes an object', 'tables: takes an object']);
  });

  it('has a day of its edition if a field names it, and takes no other name for it', () => {
    const fields = { ...COMMAND.fields, occurredAt: '{published}T00:00:00Z' };
    const dated = { commands: [{ ...COMMAND, fields }] };
    expect(errors({ ...dated, published: '2026-02-01' })).toEqual([]);
    expect(errors({ ...dated, published: '2026-02-30' })).toEqual(['published: is no day of the calendar']);
    expect(errors({ ...dated, published: '2062-06-30' })).toEqual([
      'published: is a day to come: name the day on which the edition was published',
    ]);
    expect(errors(dated)).toEqual(['published: is missing: the day of the edition, which a field names']);
    expect(ofCommand({ fields: { ...fields, occurredAt: '{edition}T00:00:00Z' } })[0]).toBe(
      'commands.0.fields.occurredAt: an edition is a name: its day is {published}',
    );
    expect(ofCommand({ fields: { ...fields, period: '{published}', occurredAt: '2026-02-01T00:00:00Z' } })[0]).toBe(
      'commands.0.fields.period: there is no value published',
    );
  });

  it('that names what there is not is refused with every such name', () => {
    expect(errors({ key: ['id', 'year'] })).toEqual(['key: there is no value year']);
    expect(errors({ actor: 'Norland;role=giver' })).toHaveLength(2);
    expect(errors({ file: { encoding: 'ebcdic-7', delimiter: '"' } })).toHaveLength(2);
    expect(errors({ leaveOut: [{ text: '{Fund' }] })).toEqual([
      'leaveOut.0.text: "{Fund" has a brace that is not closed: {{ and }} are braces themselves',
      'leaveOut.0: names no condition: is, isNot, matches or empty',
    ]);
    const values = {
      ...SOUND.values,
      a: { read: '{A}', as: 'money' },
      b: { read: '{A}', currency: 'XYZ' },
      c: { read: '{A}', table: 'none', pick: '[0-9]+', format: ['YYYY'] },
      d: { read: '{A}', pick: '(' },
      e: { read: '{A}', currency: 'XAU' },
      edition: '{A}',
    };
    expect(errors({ values }).map((line) => line.split(': ')[0])).toEqual([
      'values.a.currency',
      'values.b.currency',
      'values.c.pick',
      'values.c.table',
      'values.c.format',
      'values.d.pick',
      'values.d.pick',
      'values.e.currency',
      'values.edition',
    ]);
  });

  it('has signs and words of one meaning each', () => {
    const same = 'must be another sign than the thousands separator';
    expect(errors({ numbers: { thousands: ',' } })).toEqual([]);
    expect(errors({ numbers: { thousands: '.' } })).toEqual([`numbers.decimal: ${same}`]);
    expect(errors({ numbers: { thousands: ',', decimal: ',' } })).toEqual([`numbers.decimal: ${same}`]);
    const values = { ...SOUND.values, amount: { ...SOUND.values.amount, decimal: ',' } };
    expect(errors({ values, numbers: { thousands: ',', decimal: '.' } })).toEqual([`values.amount.decimal: ${same}`]);
    expect(errors({ values, numbers: { thousands: '.', decimal: ',' } })).toEqual([]);
    expect(errors({ file: { quote: ',' } })).toEqual([
      'file.delimiter: must be another sign than the quotation mark and line ends',
    ]);
    expect(errors({ tables: { a: { Norland: 'n', NORLAND: 'n', x: 1 } } })).toEqual([]);
    expect(errors({ tables: { a: { Norland: 'n', ' norland': 'm', x: 1, X: true } } })).toEqual([
      'tables.a. norland: is the same word as "Norland", which is another',
      'tables.a.X: is the same word as "x", which is another',
    ]);
  });

  it('has commands of the catalogue, with all the fields that they need and no other', () => {
    expect(ofCommand({ command: 'comit' })).toEqual(['commands.0.command: funding-account has no command comit']);
    expect(ofCommand({ stream: 'fund/norland.{id}' })[0]).toMatch(
      /^commands\.0\.stream: begins with one of stakeholder\//,
    );
    expect(ofCommand({ fields: { amount: '{amount}', colour: 'red' } })).toEqual([
      'commands.0.fields.period: is missing: commit needs it',
      'commands.0.fields.colour: commit has no such field',
      'commands.0.negative.fields.period: is missing: decommit needs it',
      'commands.0.negative.fields.colour: decommit has no such field',
      'commands.0.revise.fields.period: is missing: commit needs it',
      'commands.0.revise.fields.colour: commit has no such field',
    ]);
    const { stream, command, fields, revise } = COMMAND;
    expect(
      errors({ commands: [{ stream, command, revise, fields: { amount: '{sum}', period: 'FY {edition}' } }] }),
    ).toEqual([
      'commands.0.fields.amount: there is no value sum',
      'commands.0.fields.period: there is no value edition',
      'commands.0.revise.command: is needed without a signed field, and only then',
      'commands.0.revise.fields.amount: there is no value sum',
    ]);
    expect(ofCommand({ signed: 'period' })).toEqual([
      'commands.0.signed: is a field that is one value: money or a number',
    ]);
    expect(ofCommand({ revise: { emptied: 'zero' } })).toEqual([]);
    expect(errors({ commands: [{ stream, command, fields, revise: { command, fields, emptied: 'zero' } }] })).toEqual([
      'commands.0.revise.emptied: only a signed field can be zero',
    ]);
    expect(ofCommand({ once: true })).toEqual(['commands.0.revise: what is sent once is not revised']);
    expect(errors({ commands: [COMMAND, COMMAND] })).toEqual(['commands: "commit" is there twice: name each by step']);
  });
});
