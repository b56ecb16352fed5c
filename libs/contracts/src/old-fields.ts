import { Type } from 'class-transformer';
import { type Schema, fieldsOf, schemaOf } from './schema.js';
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

type Field = PropertyDecorator;
const describe = fieldsOf;

const field = (schema: Schema, ...checks: PropertyDecorator[]): Field => {
  return (target, name) => {
    for (const check of checks) check(target, name);
    describe(target).properties.set(String(name), schema);
  };
};

/** May be left out. `null` is not leaving out, and is refused. */
export const optional = (): Field => (target, name) => {
  ValidateIf((object: Record<string, unknown>) => object[String(name)] !== undefined)(target, name);
  describe(target).optional.add(String(name));
};

const pattern = (regex: RegExp, says: string, example: string, more: Schema = {}): Field =>
  field(
    { type: 'string', pattern: regex.source, example, ...more },
    Matches(regex, { message: `$property must be ${says}` }),
  );

/** A line of text without control characters; never a person's name or story. */
export const text = (max = 200): Field =>
  field(
    { type: 'string', minLength: 1, maxLength: max },
    IsString(),
    MinLength(1),
    MaxLength(max),
    Matches(/^[^\p{Cc}\p{Cs}]*$/u, { message: '$property must be text without control characters' }),
  );

/** A code in kebab-case, such as `late-export-licence`. */
export const code = (): Field =>
  pattern(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'a code in kebab-case', 'late-supplier');

/** One of these words. */
export const oneOf = (...values: readonly string[]): Field =>
  field({ type: 'string', enum: values }, IsIn([...values]));

/** An organisation's id: a stakeholder's, without a dot. */
export const organisation = (): Field =>
  pattern(/^[a-z0-9][a-z0-9_~-]{0,62}$/, "an organisation's id (a-z, 0-9, _ ~ -)", 'us');

/** The id of another stream of the kind named in the schema's description. */
export const streamId = (kind: string): Field =>
  pattern(/^[a-z0-9][a-z0-9._~-]{0,127}$/, `the id of a ${kind} (a-z, 0-9, . _ ~ -)`, `us.${kind}-1`, {
    description: `a ${kind}`,
  });

/** The id of an event: a uuid. */
export const eventId = (): Field =>
  pattern(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'the id of an event',
    '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1',
  );

/** A fiscal period in the account's own words: `2026`, `1976.9`, `2026-q3`. */
export const period = (): Field =>
  pattern(/^[0-9]{4}(?:[.-][0-9a-z]{1,8})?$/, 'a period such as 2026 or 1976.9', '2026');

const currencies = new Set(Intl.supportedValuesOf('currency'));
@ValidatorConstraint({ name: 'currency' })
class IsCurrency implements ValidatorConstraintInterface {
  validate = (value: unknown): boolean => typeof value === 'string' && currencies.has(value);
  defaultMessage = (): string => '$property must be an ISO 4217 code such as USD';
}
/** An ISO 4217 code. */
export const currency = (): Field =>
  field({ type: 'string', pattern: '^[A-Z]{3}$', example: 'USD' }, Validate(IsCurrency));

/** Money: whole minor units of the currency at hand, above zero, within the safe range. */
export const minorUnits = (min = 1): Field =>
  integer(min, Number.MAX_SAFE_INTEGER, { description: 'minor units of the currency' });

/** A whole number. */
export const integer = (min: number, max: number, more: Schema = {}): Field =>
  field({ type: 'integer', minimum: min, maximum: max, ...more }, IsInt(), Min(min), Max(max));

/** True or false. */
export const flag = (): Field => field({ type: 'boolean' }, IsBoolean());

@ValidatorConstraint({ name: 'day' })
class IsDay implements ValidatorConstraintInterface {
  validate = (value: unknown): boolean => typeof value === 'string' && isDay(value);
  defaultMessage = (): string => '$property must be a day that exists, as YYYY-MM-DD';
}
const isDay = (value: string): boolean => {
  if (!/^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$/.test(value)) return false;
  const at = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value);
};
/** A day: YYYY-MM-DD. */
export const day = (): Field => field({ type: 'string', format: 'date', example: '2026-05-04' }, Validate(IsDay));

@ValidatorConstraint({ name: 'instant' })
class IsInstant implements ValidatorConstraintInterface {
  validate = (value: unknown): boolean =>
    typeof value === 'string' &&
    /^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,3})?Z$/.test(value) &&
    isDay(value.slice(0, 10)) &&
    !Number.isNaN(Date.parse(value));
  defaultMessage = (): string => '$property must be an instant in UTC, as YYYY-MM-DDThh:mm:ss.sssZ';
}
/** An instant in UTC. */
export const instant = (): Field =>
  field({ type: 'string', format: 'date-time', example: '2026-05-04T09:30:00.000Z' }, Validate(IsInstant));

/** SHA-256 of a file, 64 hexadecimal digits. */
export const sha256 = (): Field => pattern(/^[0-9a-f]{64}$/, 'a SHA-256 digest in hexadecimal digits', 'a'.repeat(64));

/** A positive decimal number as text, such as an exchange rate: `1.0834`. */
export const decimal = (): Field =>
  pattern(/^(?!0+(?:\.0+)?$)[0-9]{1,12}(?:\.[0-9]{1,12})?$/, 'a positive decimal number as text', '1.0834');

/** A list of words from a fixed set, none twice. */
export const listOf = (values: readonly string[], min = 1): Field =>
  field(
    {
      type: 'array',
      items: { type: 'string', enum: values },
      minItems: min,
      maxItems: values.length,
      uniqueItems: true,
    },
    IsArray(),
    ArrayMinSize(min),
    ArrayMaxSize(values.length),
    ArrayUnique(),
    IsIn([...values], { each: true }),
  );

/** A list of codes, ids or serials, none twice. */
export const words = (max = 1000, min = 0): Field =>
  field(
    { type: 'array', items: { type: 'string', pattern: WORD.source }, minItems: min, maxItems: max, uniqueItems: true },
    IsArray(),
    ArrayMinSize(min),
    ArrayMaxSize(max),
    ArrayUnique(),
    Matches(WORD, { each: true, message: 'each value in $property must be a word (letters, digits, . _ ~ / -)' }),
  );
const WORD = /^[A-Za-z0-9][A-Za-z0-9._~/-]{0,127}$/;

/** A serial number, lot, line or tranche: a word as its keeper writes it. */
export const word = (): Field => pattern(WORD, 'a word (letters, digits, . _ ~ / -)', 'line-1');

/** An object of a wire class. */
export const nested =
  (wire: () => new () => object): Field =>
  (target, name) => {
    IsObject()(target, name);
    ValidateNested()(target, name);
    Type(wire)(target, name);
    describe(target).properties.set(String(name), schemaOf(wire()));
  };

/** A list of objects of a wire class. */
export const nestedList =
  (wire: () => new () => object, max = 1000, min = 0): Field =>
  (target, name) => {
    IsArray()(target, name);
    ArrayMinSize(min)(target, name);
    ArrayMaxSize(max)(target, name);
    IsObject({ each: true })(target, name);
    ValidateNested({ each: true })(target, name);
    Type(wire)(target, name);
    describe(target).properties.set(String(name), {
      type: 'array',
      items: schemaOf(wire()),
      minItems: min,
      maxItems: max,
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
      entries.every(([k, v]) => /^[a-z][a-z0-9_]{0,62}$/.test(k) && typeof v === 'string' && v.length <= 200)
    );
  }
  defaultMessage = (): string => '$property must be an object of 1 to 16 named texts of at most 200 characters';
}
/** Key columns of a source's row: names in snake_case, values as text. */
export const textMap = (): Field =>
  field(
    { type: 'object', minProperties: 1, maxProperties: 16, additionalProperties: { type: 'string', maxLength: 200 } },
    Validate(IsTextMap),
  );
