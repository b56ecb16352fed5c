import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { isCurrency } from './currencies.js';
import { isDay, parseInstant } from './instants.js';
import { IN_MINOR_UNITS, type Schema, exampleOf, fieldsOf, schemaOf } from './schema.js';
import { PATTERNS } from './sender.js';

// One line on a field gives its validation (class-validator), its JSON Schema, its meaning with its
// unit, and an example. Descriptions are phrases: `the day of the shipment`.

type Field = PropertyDecorator;

const field = (schema: Schema, ...checks: readonly PropertyDecorator[]): Field => {
  return (target, name) => {
    for (const check of checks) check(target, name);
    fieldsOf(target).properties.set(String(name), schema);
  };
};

/** The field may be left out. `null` does not count as left out, and is invalid. */
export const optional = (): Field => (target, name) => {
  ValidateIf((object: Record<string, unknown>) => object[String(name)] !== undefined)(target, name);
  fieldsOf(target).optional.add(String(name));
};

const pattern = (regex: RegExp, form: string, description: string, example: string, format?: string): Field =>
  field(
    { type: 'string', ...(format !== undefined && { format }), pattern: regex.source, description, example },
    Matches(regex, { message: `$property must be ${form}` }),
  );

/** A character that is seen: no control or format character, no space or other blank. */
const VISIBLE = /[^\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * A line of text with a visible character and without control characters; never a person's name or
 * story.
 */
export const text = (description: string, example: string, max = 200): Field =>
  field(
    { type: 'string', minLength: 1, maxLength: max, description, example },
    IsString(),
    MinLength(1),
    MaxLength(max),
    Matches(/^[^\p{Cc}\p{Cs}]*$/u, { message: '$property must be text without control characters' }),
    Matches(VISIBLE, { message: '$property must have a visible character' }),
  );

/** A code in kebab-case, such as `late-export-licence`. */
export const code = (description: string, example: string): Field =>
  pattern(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'a code in kebab-case', description, example);

/** One of these words. */
export const oneOf = (values: readonly string[], description: string, example = values[0]): Field =>
  field({ type: 'string', enum: values, description, example }, IsIn([...values]));

/** An organisation's id: a stakeholder's, without a dot. */
export const organisation = (description: string, example = 'norland'): Field =>
  pattern(PATTERNS.organisation.pattern, "an organisation's id (a-z, 0-9, _ ~ -)", description, example);

/** The id of another stream of a kind. */
export const streamId = (kind: string, description: string, example = `norland.${kind.replace(/^.*-/, '')}-1`): Field =>
  pattern(
    PATTERNS.streamId.pattern,
    `the id of a ${kind} (a-z, 0-9, . _ ~ -)`,
    `${description} (id of a stream of the kind ${kind})`,
    example,
  );

/** The id of an event: a uuid. */
export const eventId = (description: string): Field =>
  pattern(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'the id of an event',
    description,
    '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1',
  );

const PERIOD = /^(?:fy)?[0-9]{4}(?:[.-][0-9a-z]{1,8})?$/;

/** The body with its periods as they are stored: `2025/26` as `2025-26`, `2026-Q1` as `2026-q1`. */
export const withStoredPeriods = (
  { properties = {} }: Schema,
  body: Readonly<Record<string, unknown>>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const { pattern: form } = (properties as Readonly<Record<string, Schema>>)[name] ?? {};
      const isPeriod = form === PERIOD.source && typeof value === 'string';
      return [name, isPeriod ? value.toLowerCase().replace('/', '-') : value];
    }),
  );

/**
 * A fiscal period as the account names it: a year, and what distinguishes a part of it. An account
 * has one form throughout, since 2026 and fy2026 are two periods.
 */
export const period = (description: string, example = '2026'): Field =>
  pattern(
    PERIOD,
    'a period in lower case that begins with its year, such as 2026, fy2026, 2025-26, 2026-q1, 2026-06 or 1976.9',
    description,
    example,
    'fiscal-period',
  );

@ValidatorConstraint({ name: 'currency' })
class IsCurrency implements ValidatorConstraintInterface {
  validate = (value: unknown): boolean => typeof value === 'string' && isCurrency(value);
  defaultMessage = (): string => '$property must be an ISO 4217 code such as USD';
}
/** An ISO 4217 code, current or withdrawn. */
export const currency = (description: string, example = 'USD'): Field =>
  field({ type: 'string', pattern: '^[A-Z]{3}$', description, example }, Validate(IsCurrency));

/**
 * Money: whole minor units of the account's or case's currency, above zero unless `min` is lower,
 * within the safe range.
 */
export const minorUnits = (description: string, example: number, min = 1): Field =>
  field(
    {
      type: 'integer',
      minimum: min,
      maximum: Number.MAX_SAFE_INTEGER,
      description: `${description}, in minor units of the currency`,
      example,
      [IN_MINOR_UNITS]: true,
    },
    IsInt(),
    Min(min),
    Max(Number.MAX_SAFE_INTEGER),
  );

/** A whole number; with `only`, one of these. The description names its unit. */
export const integer = (
  description: string,
  example: number,
  min: number,
  max: number,
  only?: readonly number[],
): Field =>
  field(
    { type: 'integer', minimum: min, maximum: max, ...(only && { enum: only }), description, example },
    IsInt(),
    Min(min),
    Max(max),
    ...(only === undefined ? [] : [IsIn([...only])]),
  );

/** True or false. */
export const flag = (description: string, example = true): Field =>
  field({ type: 'boolean', description, example }, IsBoolean());

@ValidatorConstraint({ name: 'day' })
class IsDay implements ValidatorConstraintInterface {
  validate = (value: unknown): boolean => typeof value === 'string' && isDay(value);
  defaultMessage = (): string => '$property must be a day that exists, as YYYY-MM-DD';
}
/** A day: YYYY-MM-DD. */
export const day = (description: string, example: string): Field =>
  field({ type: 'string', format: 'date', description, example }, Validate(IsDay));

@ValidatorConstraint({ name: 'instant' })
class IsInstant implements ValidatorConstraintInterface {
  validate = (value: unknown): boolean => typeof value === 'string' && parseInstant(value) !== null;
  defaultMessage = (): string =>
    '$property must be an instant that exists, as YYYY-MM-DDThh:mm:ssZ or with an offset such as +02:00';
}
/** An instant, in UTC or with its offset. */
export const instant = (description: string): Field =>
  field({ type: 'string', format: 'date-time', description, example: '2026-05-04T09:30:00.000Z' }, Validate(IsInstant));

/** SHA-256 of a file, 64 hexadecimal digits. */
export const sha256 = (description: string): Field =>
  pattern(/^[0-9a-f]{64}$/, 'a SHA-256 digest in hexadecimal digits', description, 'a'.repeat(64));

/** A positive decimal number as text, such as an exchange rate: `1.0834`. */
export const decimal = (description: string, example: string): Field =>
  pattern(/^(?!0+(?:\.0+)?$)[0-9]{1,12}(?:\.[0-9]{1,12})?$/, 'a positive decimal number as text', description, example);

interface ListSchema {
  readonly items: Schema;
  readonly min: number;
  readonly max: number;
  readonly description: string;
  readonly example: readonly string[];
}

const listOfStrings = ({ items, min, max, ...shown }: ListSchema, check: PropertyDecorator): Field =>
  field(
    { type: 'array', items, minItems: min, maxItems: max, uniqueItems: true, ...shown },
    IsArray(),
    ArrayMinSize(min),
    ArrayMaxSize(max),
    ArrayUnique(),
    check,
  );

/** A list of words from a fixed set, none twice. */
export const listOf = (values: readonly string[], description: string, min = 1, example = values): Field => {
  const items = { type: 'string', enum: values };
  return listOfStrings({ items, min, max: values.length, description, example }, IsIn([...values], { each: true }));
};

const WORD = /^[A-Za-z0-9][A-Za-z0-9._~/-]{0,127}$/;

/** A list of codes, ids or serials, none twice. */
export const words = (description: string, example: readonly string[], max = 1000, min = 0): Field => {
  const items = { type: 'string', pattern: WORD.source };
  const message = 'each value in $property must be a word (letters, digits, . _ ~ / -)';
  return listOfStrings({ items, min, max, description, example }, Matches(WORD, { each: true, message }));
};

/** A serial number, lot, line or tranche, as the organisation that assigned it writes it. */
export const word = (description: string, example: string): Field =>
  pattern(WORD, 'a word (letters, digits, . _ ~ / -)', description, example);

/** An object of a class. */
export const nested =
  (of: () => new () => object, description: string): Field =>
  (target, name) => {
    IsObject()(target, name);
    ValidateNested()(target, name);
    Type(of)(target, name);
    const schema = { ...schemaOf(of()), description, example: exampleOf(of()) };
    fieldsOf(target).properties.set(String(name), schema);
  };

/** A list of objects of a class. */
export const nestedList =
  (of: () => new () => object, description: string, max: number, min = 0): Field =>
  (target, name) => {
    IsArray()(target, name);
    ArrayMinSize(min)(target, name);
    ArrayMaxSize(max)(target, name);
    IsObject({ each: true })(target, name);
    ValidateNested({ each: true })(target, name);
    Type(of)(target, name);
    fieldsOf(target).properties.set(String(name), {
      type: 'array',
      items: schemaOf(of()),
      minItems: min,
      maxItems: max,
      description,
      example: [exampleOf(of())],
    });
  };

@ValidatorConstraint({ name: 'textMap' })
class IsTextMap implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
    const entries = Object.entries(value);
    return (
      entries.length > 0 &&
      entries.length <= 16 &&
      entries.every(
        ([k, v]) =>
          /^[a-z][a-z0-9_]{0,62}$/.test(k) && typeof v === 'string' && v.length <= 200 && /^[^\p{Cc}\p{Cs}]*$/u.test(v),
      )
    );
  }
  defaultMessage = (): string =>
    '$property must be an object of 1 to 16 named texts of at most 200 characters, none a control character';
}
/** Key columns of a source's row: names in snake_case, values as text. */
export const textMap = (description: string, example: Readonly<Record<string, string>>): Field =>
  field(
    {
      type: 'object',
      minProperties: 1,
      maxProperties: 16,
      additionalProperties: { type: 'string', maxLength: 200 },
      description,
      example,
    },
    Validate(IsTextMap),
  );
