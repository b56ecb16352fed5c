/** A JSON Schema, as far as the mapping needs one. */
export interface MappingSchema {
  readonly $schema?: string;
  readonly $defs?: Readonly<Record<string, MappingSchema>>;
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, MappingSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: MappingSchema | false;
  readonly minProperties?: number;
  readonly items?: MappingSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly enum?: readonly (string | number)[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  /** One schema for each JSON type: text or an object, say. */
  readonly anyOf?: readonly MappingSchema[];
}

const text = (description: string, maxLength = 1000): MappingSchema => ({
  type: 'string',
  minLength: 1,
  maxLength,
  description,
});
const texts = (description: string): MappingSchema => ({
  type: 'array',
  items: { type: 'string', maxLength: 1000 },
  minItems: 1,
  description,
});
const ref = (name: string): MappingSchema => ({ $ref: `#/$defs/${name}` });
const closed = (
  description: string,
  properties: Readonly<Record<string, MappingSchema>>,
  required: readonly string[],
): MappingSchema => ({ type: 'object', description, additionalProperties: false, required, properties });

const NUMBERS = {
  decimal: { type: 'string', enum: ['.', ','], description: 'the decimal separator; by default a point' },
  thousands: {
    type: 'string',
    enum: [',', '.', ' ', "'"],
    description: 'the thousands separator; by default there is none; a space is a space of any kind',
  },
  parentheses: { type: 'boolean', description: 'whether (5) is -5' },
  strip: texts('what is left out before a number is read, such as a currency sign'),
  scale: {
    type: 'integer',
    minimum: 1,
    maximum: 1_000_000_000,
    description: 'what the figures are multiplied by: 1000 if the file is in thousands',
  },
  none: texts('words for no value, such as - or n/a: the cell counts as empty'),
} as const satisfies Readonly<Record<string, MappingSchema>>;

const CONDITION = closed(
  'what the text of one or more columns is: every member given must hold',
  {
    text: text('the text: columns in braces'),
    is: texts('one of these, without regard to case and kinds of space'),
    isNot: texts('none of these'),
    matches: text('a regular expression that it matches somewhere'),
    empty: { type: 'boolean', description: 'whether it is empty' },
  },
  ['text'],
);

const VALUE = closed(
  'how a value is read from the columns of a row',
  {
    read: text('the text: columns in braces, as in {Country} or {#3} for the third column; {{ is a brace'),
    pick: text('a regular expression; its first group is the value, and a text that does not match is refused'),
    table: text('the code table that gives the value'),
    otherwise: {
      type: 'string',
      enum: ['refuse', 'keep'],
      description: 'what becomes of a text that the table lacks; by default the row is refused',
    },
    as: {
      type: 'string',
      enum: ['text', 'id', 'number', 'decimal', 'money', 'day', 'period', 'list'],
      description: 'what it is; by default text',
    },
    empty: {
      type: 'string',
      enum: ['refuse', 'omit', 'leave-out'],
      description:
        'what an empty value means: the row is refused (by default), the fields with it are omitted, or the row is ' +
        'left out (of a wide table: the cell)',
    },
    currency: text('money: the ISO 4217 code, or the value in braces that is the code'),
    ...NUMBERS,
    format: texts(
      'day: its formats, of YYYY or YY, MM or M, DD or D; MMM is the name of a month; EXCEL is the number by which a ' +
        'spreadsheet counts days; by default YYYY-MM-DD',
    ),
    firstYear: {
      type: 'integer',
      minimum: 1000,
      maximum: 2900,
      description: 'day: the first of the hundred years that YY names: with 1970, 69 is 2069 and 70 is 1970',
    },
    months: { type: 'array', items: text('a month'), minItems: 12, maxItems: 12, description: 'the names of months' },
    separator: text('list: what separates its items; by default a semicolon', 5),
    max: { type: 'integer', minimum: 10, maximum: 62, description: 'id: its greatest length; by default 40' },
  },
  ['read'],
);

const FIELDS: MappingSchema = {
  type: 'object',
  minProperties: 1,
  additionalProperties: ref('field'),
  description: "the command's fields, as the API takes them",
};

/** The JSON Schema of a mapping: the only place where its members are declared. */
export const MAPPING_SCHEMA: MappingSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Mapping of a CSV file to commands',
  ...closed(
    'how `entente import commands` reads a CSV file',
    {
      $schema: text('where this schema is'),
      about: text('what the file is, for people', 4000),
      source: {
        type: 'string',
        pattern: '^[a-z0-9][a-z0-9-]{0,39}$',
        description: 'the name of the system that the file comes from: command ids are made of it',
      },
      edition: {
        type: 'string',
        pattern: '^[A-Za-z0-9._-]{1,40}$',
        description: 'the name of this edition of the source, such as 2026 or FY2025; --edition names another',
      },
      published: {
        type: 'string',
        pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
        description:
          'the day on which this edition was published, YYYY-MM-DD: needed if a field names {published}, or the source has ' +
          'other editions, whose order it is; --published names another',
      },
      actor: text('who sends, as in the header Entente-Actor'),
      order: {
        type: 'string',
        enum: ['stream', 'file'],
        description:
          'file: each row waits for the one before it; by default only rows with a stream in common wait for each other',
      },
      file: closed(
        'how the file is written',
        {
          encoding: text('its encoding; by default utf-8; a byte order mark counts more', 40),
          delimiter: { type: 'string', minLength: 1, maxLength: 1, description: 'by default a comma' },
          quote: { type: 'string', maxLength: 1, description: 'the quotation mark, by default "; empty for none' },
          headerLine: {
            type: 'integer',
            minimum: 1,
            maximum: 1000,
            description: 'the line with the names of the columns, by default 1; lines before it are no rows',
          },
        },
        [],
      ),
      numbers: closed('how numbers are written, where a value does not name it', NUMBERS, []),
      unpivot: closed(
        'a wide table: each column that matches is read as if it were a row',
        {
          columns: text('a regular expression that the names of these columns match from beginning to end'),
          name: text('the name under which the header of the column is read', 60),
          value: text('the name under which the cell is read', 60),
        },
        ['columns', 'name', 'value'],
      ),
      leaveOut: {
        type: 'array',
        items: CONDITION,
        description: 'rows of which one of these is so are no data: totals, headings, notes; blank rows never are',
      },
      tables: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          minProperties: 1,
          additionalProperties: { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'boolean' }] },
        },
        description: "code tables: the file's words and ours",
      },
      values: {
        type: 'object',
        minProperties: 1,
        additionalProperties: { anyOf: [text('columns in braces: the value is a text'), ref('value')] },
        description: 'the values of a row by name: fields, ids and the key are made of them',
      },
      key: { ...texts('the names of the values by which rows differ, in all editions') },
      commands: { type: 'array', minItems: 1, maxItems: 50, items: ref('command'), description: 'in their order' },
    },
    ['source', 'edition', 'actor', 'values', 'key', 'commands'],
  ),
  $defs: {
    value: VALUE,
    condition: CONDITION,
    field: {
      anyOf: [
        { type: 'string' },
        { type: 'integer' },
        { type: 'boolean' },
        { type: 'array', items: ref('field') },
        { type: 'object', additionalProperties: ref('field') },
      ],
      description: 'a constant, or text with values in braces; a value alone in braces keeps its type',
    },
    command: closed(
      'one command for each row',
      {
        step: {
          type: 'string',
          pattern: '^[a-z0-9-]{1,30}$',
          description: 'its name in this mapping, by default the command: needed if a command comes twice',
        },
        stream: text('the stream: <kind>/<id>, with values in braces'),
        command: text('the command, as the last part of its route', 60),
        actor: text('who sends it, if not the actor of the mapping; with values in braces'),
        when: { type: 'array', items: CONDITION, minItems: 1, description: 'it is sent if all of these are so' },
        once: {
          type: 'boolean',
          description: 'whether it is sent once for its stream, by the first row that names it',
        },
        fields: FIELDS,
        signed: text('the field whose value may be below zero', 60),
        negative: closed(
          'the command to send instead if the value of the signed field is below zero, with the value above zero',
          { command: text('the command', 60), fields: FIELDS },
          ['command'],
        ),
        revise: closed(
          'what a row sends that a later edition has changed: with a signed field the difference; else this command',
          {
            command: text('the command, if there is no signed field', 60),
            fields: FIELDS,
            emptied: {
              type: 'string',
              enum: ['list', 'zero'],
              description:
                'what an empty cell means whose value an earlier edition had: the row is listed (by default), or the ' +
                'signed field is zero now',
            },
          },
          [],
        ),
      },
      ['stream', 'command'],
    ),
  },
};

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isSafeInteger(value) ? 'integer' : typeof value;

const NAMES: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
};

/** What a schema finds in a value. */
interface SchemaFindings {
  /** Everything that it does not allow, by path. */
  readonly errors: readonly string[];
  /**
   * The value without what it does not allow: undefined is in its place, under its name or number.
   */
  readonly sound: unknown;
}

/** Checks all of a value, also beside what is wrong. */
export function checkedBy(schema: MappingSchema, value: unknown, path = '', root = schema): SchemaFindings {
  const at = (name: string | number): string => (path === '' ? String(name) : `${path}.${name}`);
  const wrong = (message: string): SchemaFindings => ({
    errors: [`${path === '' ? 'the mapping' : path}: ${message}`],
    sound: undefined,
  });
  if (schema.$ref !== undefined) {
    const referred = root.$defs?.[schema.$ref.slice('#/$defs/'.length)];
    if (referred === undefined) throw new Error(`the schema has no ${schema.$ref}`);
    return checkedBy(referred, value, path, root);
  }
  if (schema.anyOf !== undefined) {
    const resolved = schema.anyOf.map((one) =>
      one.$ref === undefined ? one : (root.$defs?.[one.$ref.slice('#/$defs/'.length)] ?? one),
    );
    const fitting = resolved.find(({ type }) => type === typeOf(value));
    if (fitting !== undefined) return checkedBy(fitting, value, path, root);
    return wrong(`takes ${resolved.map(({ type = '' }) => NAMES[type]).join(' or ')}`);
  }
  if (schema.type !== undefined && schema.type !== typeOf(value)) return wrong(`takes ${NAMES[schema.type]}`);
  if (typeof value === 'string') {
    if (schema.enum !== undefined && !schema.enum.includes(value))
      return wrong(`takes one of ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}`);
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
      return wrong(`must match ${schema.pattern}`);
    if (value.length < (schema.minLength ?? 0)) return wrong('is empty');
    if (value.length > (schema.maxLength ?? Infinity)) return wrong(`has more than ${schema.maxLength} characters`);
  }
  if (typeof value === 'number' && (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)))
    return wrong(`takes ${schema.minimum} to ${schema.maximum}`);
  if (Array.isArray(value)) {
    const { items = {}, minItems = 0, maxItems = Infinity } = schema;
    const all = value.map((item, i) => checkedBy(items, item, at(i), root));
    const few = value.length < minItems ? wrong(`takes at least ${minItems}`).errors : [];
    const many = value.length > maxItems ? wrong(`takes at most ${maxItems}`).errors : [];
    return {
      errors: [...few, ...many, ...all.flatMap(({ errors }) => errors)],
      sound: all.map(({ sound }) => sound),
    };
  }
  if (schema.type !== 'object') return { errors: [], sound: value };
  const members = value as Readonly<Record<string, unknown>>;
  const { properties = {}, additionalProperties } = schema;
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(members, name));
  const few = Object.keys(members).length < (schema.minProperties ?? 0) ? wrong('is empty').errors : [];
  const all = Object.entries(members).map(([name, own]): readonly [string, SchemaFindings] => {
    const declared = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    return declared === false || declared === undefined
      ? [name, { errors: [`${at(name)}: there is no such member`], sound: undefined }]
      : [name, checkedBy(declared, own, at(name), root)];
  });
  return {
    errors: [...missing.map((name) => `${at(name)}: is missing`), ...few, ...all.flatMap(([, { errors }]) => errors)],
    sound: Object.fromEntries(all.map(([name, { sound }]) => [name, sound])),
  };
}
