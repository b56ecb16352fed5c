import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { CATALOGUE } from './catalogue.js';
import {
  code,
  currency,
  day,
  decimal,
  eventId,
  flag,
  instant,
  integer,
  listOf,
  minorUnits,
  nested,
  nestedList,
  oneOf,
  optional,
  organisation,
  period,
  sha256,
  streamId,
  text,
  textMap,
  word,
  words,
} from './fields.js';
import { type Schema, exampleOf, fieldsOf, schemaOf } from './schema.js';
import { CommandEnvelope, EvidenceRef, readBody, fieldErrors } from './validate.js';

interface Declared {
  readonly name: string;
  readonly of: new () => object;
}

const classesOf = ({ kind, commands, events }: (typeof CATALOGUE)[number]): readonly Declared[] => [
  ...Object.entries(commands).map(([type, { body }]) => ({ name: `${kind} ${type}`, of: body })),
  ...Object.entries(events).map(([type, { data }]) => ({ name: `${kind} ${type}`, of: data })),
];
const CLASSES: readonly Declared[] = [
  ...CATALOGUE.flatMap(classesOf),
  { name: 'beside a command', of: CommandEnvelope },
  { name: 'evidence', of: EvidenceRef },
];

/** The paths of the properties without a description or an example, also in nested objects. */
function undescribed({ properties = {} }: Schema, before = ''): readonly string[] {
  return Object.entries(properties as Readonly<Record<string, Schema>>).flatMap(([name, schema]) => {
    const path = `${before}${name}`;
    const { description, example, items } = schema;
    const own = typeof description === 'string' && description.length >= 5 && example !== undefined ? [] : [path];
    return [...own, ...undescribed(schema, `${path}.`), ...undescribed((items ?? {}) as Schema, `${path}.`)];
  });
}

describe('a field of the catalogue', () => {
  it.each(CLASSES)('has a description and an example: $name', ({ of }) =>
    expect(undescribed(schemaOf(of))).toEqual([]),
  );

  it.each(CLASSES)('accepts its own example: $name', ({ of }) => {
    const properties = [...fieldsOf(of.prototype as object).properties];
    const refused = properties.flatMap(([name, { example }]) =>
      fieldErrors(of, { [name]: example }).filter(({ path }) => path === name || path.startsWith(`${name}.`)),
    );
    expect(refused).toEqual([]);
  });
});

/** The code fields of a schema, also in nested objects, each with its example. */
function codesIn({ properties = {} }: Schema): readonly (readonly [name: string, example: string])[] {
  return Object.entries(properties as Readonly<Record<string, Schema>>).flatMap(([name, schema]) => {
    const { pattern: of, example, items } = schema;
    const own = of === CODE_PATTERN && typeof example === 'string' ? [[name, example] as const] : [];
    return [...own, ...codesIn(schema), ...codesIn((items ?? {}) as Schema)];
  });
}
class OneCode {
  @code('a code', 'a-code') readonly one!: string;
}
const CODE_PATTERN = (schemaOf(OneCode).properties as Readonly<Record<string, Schema>>)['one']?.pattern;
/** An allegation is accepted as the incident type of the same name. */
const SHARED = ['allegation', 'incidentType'];

describe('an example of the catalogue', () => {
  it('fits its field: no code is the example of fields that hold different things', () => {
    const codes = CLASSES.flatMap(({ of }) => codesIn(schemaOf(of)));
    const names = Map.groupBy(codes, ([, example]) => example);
    const shared = [...names].flatMap(([example, fields]) => {
      const different = [...new Set(fields.map(([name]) => name))];
      return different.filter((name) => !SHARED.includes(name)).length > 1 ? [`${example}: ${different.join()}`] : [];
    });
    expect([codes.length > 100, shared]).toEqual([true, []]);
  });

  it.each(
    CATALOGUE.flatMap(({ kind, events }) => Object.entries(events).map(([type, { data }]) => ({ kind, type, data }))),
  )('is a valid event when made from the fields: $kind $type', ({ data }) =>
    expect(fieldErrors(data, exampleOf(data))).toEqual([]),
  );

  it.each(
    CATALOGUE.flatMap(({ kind, commands }) =>
      Object.entries(commands).map(([type, { body, example }]) => ({ kind, type, body, example })),
    ),
  )('is accepted as the command that it shows: $kind $type', ({ body, example }) =>
    expect(readBody(body, example).errors).toEqual([]),
  );
});

/** A class with one field. */
function holding(...decorators: readonly PropertyDecorator[]): new () => object {
  class Holder {}
  for (const decorator of decorators) decorator(Holder.prototype, 'field');
  return Holder;
}
class Part {
  @code('the code of the part', 'wheel') readonly part!: string;
}

const DECORATORS: readonly (readonly [string, PropertyDecorator, unknown, ...(readonly string[])])[] = [
  ['text', text('a line', 'a line', 5), 1, 'field must be a string'],
  ['text', text('a line', 'a line', 5), '', 'field must be longer than or equal to 1 characters'],
  ['text', text('a line', 'a line', 5), '123456', 'field must be shorter than or equal to 5 characters'],
  ['text', text('a line', 'a line', 5), 'a\u0007', 'field must be text without control characters'],
  ['text', text('a line', 'a line', 5), '\u200b ', 'field must have a visible character'],
  ['text', text('a line', 'a line', 5), '\u3164\u2800', 'field must have a visible character'],
  ['code', code('a code', 'late'), 'Late Licence', 'field must be a code in kebab-case'],
  ['oneOf', oneOf(['own', 'reported'], 'a basis'), 'other', 'field must be one of the following values: own, reported'],
  ['organisation', organisation('the donor'), 'nor.land', "field must be an organisation's id (a-z, 0-9, _ ~ -)"],
  ['streamId', streamId('programme', 'it'), 'A/B', 'field must be the id of a programme (a-z, 0-9, . _ ~ -)'],
  ['eventId', eventId('the event'), '5f0c1c52', 'field must be the id of an event'],
  ...['26', 'FY2026', '2025/26', '2026-Q1'].map(
    (wrong) =>
      [
        `period ${wrong}`,
        period('the period'),
        wrong,
        'field must be a period in lower case that begins with its year, such as 2026, fy2026, 2025-26, 2026-q1, 2026-06 or 1976.9',
      ] as const,
  ),
  ['currency', currency('the currency'), 'XYZ', 'field must be an ISO 4217 code such as USD'],
  ['minorUnits', minorUnits('the amount', 1), 0, 'field must not be less than 1'],
  ['minorUnits', minorUnits('the amount', 1), 2 ** 53, `field must not be greater than ${Number.MAX_SAFE_INTEGER}`],
  ['integer', integer('days', 1, 0, 9), 1.5, 'field must be an integer number'],
  ['integer', integer('days', 1, 0, 9), 10, 'field must not be greater than 9'],
  [
    'integer of these alone',
    integer('days', 15, 15, 30, [15, 30]),
    20,
    'field must be one of the following values: 15, 30',
  ],
  ['flag', flag('whether'), 'true', 'field must be a boolean value'],
  ['day', day('the day', '2026-05-04'), '2026-02-30', 'field must be a day that exists, as YYYY-MM-DD'],
  [
    'instant',
    instant('the time'),
    '2026-05-04',
    'field must be an instant that exists, as YYYY-MM-DDThh:mm:ssZ or with an offset such as +02:00',
  ],
  ['sha256', sha256('the digest'), 'abc', 'field must be a SHA-256 digest in hexadecimal digits'],
  ['decimal', decimal('the rate', '1.5'), '0.00', 'field must be a positive decimal number as text'],
  ['listOf', listOf(['a', 'b'], 'the list'), 'a', 'field must be an array'],
  ['listOf', listOf(['a', 'b'], 'the list'), [], 'field must contain at least 1 elements'],
  ['listOf', listOf(['a', 'b'], 'the list'), ['a', 'a'], "All field's elements must be unique"],
  ['listOf', listOf(['a', 'b'], 'the list'), ['c'], 'each value in field must be one of the following values: a, b'],
  ['words', words('the list', ['a'], 2, 1), ['a', 'b', 'c'], 'field must contain no more than 2 elements'],
  ['words', words('the list', ['a'], 2, 1), ['a', 'a'], "All field's elements must be unique"],
  ['words', words('the list', ['a'], 2, 1), ['a b'], 'each value in field must be a word (letters, digits, . _ ~ / -)'],
  ['word', word('the lot', 'LOT-7'), 'a b', 'field must be a word (letters, digits, . _ ~ / -)'],
  ['nested', nested(() => Part, 'the part'), 'x', 'field must be an object'],
  ['nestedList', nestedList(() => Part, 'the parts', 2, 1), [], 'field must contain at least 1 elements'],
  ['nestedList', nestedList(() => Part, 'the parts', 2, 1), ['x'], 'each value in field must be an object'],
  ...[{}, { id: 'a\u0000' }, { id: '\ud800' }].map(
    (value) =>
      [
        'textMap',
        textMap('the keys', { id: '1' }),
        value,
        'field must be an object of 1 to 16 named texts of at most 200 characters, none a control character',
      ] as const,
  ),
];

describe('a field decorator', () => {
  it.each(DECORATORS)('reports a wrong value: %s', (_, decorator, value, message) =>
    expect(fieldErrors(holding(decorator), { field: value })).toContainEqual({ path: 'field', message }),
  );

  it.each(['2026', 'fy2026', '2025-26', '2026-q1', '2026-06', '1976.9'])('accepts a period: %s', (field) =>
    expect(fieldErrors(holding(period('the period')), { field })).toEqual([]),
  );

  it('reports a wrong field of a nested object by its path', () => {
    const message = 'part must be a code in kebab-case';
    const one = holding(nested(() => Part, 'the part'));
    const many = holding(nestedList(() => Part, 'the parts', 2));
    expect(fieldErrors(one, { field: { part: 'A' } })).toEqual([{ path: 'field.part', message }]);
    expect(fieldErrors(many, { field: [{ part: 'a' }, { part: 'A' }] })).toEqual([{ path: 'field.1.part', message }]);
  });

  it('reports a field that is missing or null; an optional one may be missing, but not null', () => {
    const message = 'field is missing';
    expect(fieldErrors(holding(day('the day', '2026-05-04')), {})).toEqual([{ path: 'field', message }]);
    expect(fieldErrors(holding(optional(), day('the day', '2026-05-04')), {})).toEqual([]);
    expect(fieldErrors(holding(optional(), day('the day', '2026-05-04')), { field: null })).toHaveLength(1);
  });

  it('reports one message for each field in error: that of its type first, then of its length', () => {
    class Counted {
      @integer('a number', 5, 1, 10) readonly number!: number;
      @word('a word', 'ship') readonly word!: string;
    }
    expect(fieldErrors(Counted, { number: '1000000', word: 7 })).toEqual([
      { path: 'number', message: expect.stringMatching(/number must be/) },
      { path: 'word', message: expect.stringMatching(/word must be/) },
    ]);
    expect(fieldErrors(Counted, { number: 11, word: '' }).map(({ path }) => path)).toEqual(['number', 'word']);
  });

  it('reports a field that does not exist', () =>
    expect(fieldErrors(holding(day('the day', '2026-05-04')), { field: '2026-05-04', more: 1 })).toEqual([
      { path: 'more', message: 'there is no such field' },
    ]));
});
