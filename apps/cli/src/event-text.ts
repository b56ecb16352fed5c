import { IN_MINOR_UNITS, type Schema, eventOf, minorUnitDigits, schemaOf } from '@entente/contracts';
import { COMMAND_NOTED, type RecordedEvent, parseStream } from '@entente/kernel';

/** A longer text is cut, with a hint. */
const MAX_TEXT_LENGTH = 300;

type EventFields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is EventFields =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The currency that an event's data names; null if it names none. */
export const currencyIn = (data: unknown): string | null =>
  isFields(data) && typeof data['currency'] === 'string' ? data['currency'] : null;

/**
 * Minor units, also as decimal digits, as an amount with its currency: `2,500,000.00 USD`. Without
 * a known minor unit they stay a number of minor units.
 */
export function money(amount: number | string, currency: string | null): string {
  const digits = currency === null ? null : minorUnitDigits(currency);
  if (currency === null || digits === null) return `${amount} minor units${currency === null ? '' : ` of ${currency}`}`;
  const minor = BigInt(amount);
  const size = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0');
  const whole = size.slice(0, size.length - digits).replace(/\B(?=(?:[0-9]{3})+$)/g, ',');
  return `${minor < 0n ? '-' : ''}${whole}${digits === 0 ? '' : `.${size.slice(-digits)}`} ${currency}`;
}

const nameOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** A value in one line, amounts by the schema of their field. */
function valueText(value: unknown, schema: Schema, currency: string | null): string {
  if (schema[IN_MINOR_UNITS] === true && typeof value === 'number') return money(value, currency);
  if (Array.isArray(value))
    return value.map((item) => valueText(item, (schema['items'] ?? {}) as Schema, currency)).join(', ');
  if (isFields(value)) return `(${fieldsText(value, schema, currency, ', ')})`;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value).replaceAll(/\p{Cc}/gu, ' ');
}

function fieldsText(data: EventFields, schema: Schema, currency: string | null, between: string): string {
  const declared = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const of = (name: string): Schema => (Object.hasOwn(declared, name) ? (declared[name] ?? {}) : {});
  // An amount has its currency beside it already.
  const isMoney = Object.keys(data).some((name) => of(name)[IN_MINOR_UNITS] === true);
  return Object.entries(data)
    .filter(([name]) => !(isMoney && name === 'currency'))
    .map(([name, value]) => `${nameOf(name)}: ${valueText(value, of(name), currencyIn(data) ?? currency)}`)
    .join(between);
}

/**
 * The data of an event in one line, with its legal basis and the references of its evidence.
 * Amounts have the currency that the data names, else the one of the stream so far. A text of more
 * than 300 characters is cut, and names where the whole is.
 */
export function eventText(event: RecordedEvent, currency: string | null): string {
  if (event.type === COMMAND_NOTED) return 'nothing changed';
  const { evidence, legalBasis } = event.metadata;
  const catalogued = eventOf(parseStream(event.stream)?.kind ?? '', event.type);
  const schema = catalogued === undefined ? {} : schemaOf(catalogued.data);
  const parts = [
    isFields(event.data) ? fieldsText(event.data, schema, currency, '; ') : valueText(event.data, schema, currency),
    legalBasis === null ? '' : `legal basis: ${valueText(legalBasis, {}, null)}`,
    evidence.length === 0
      ? ''
      : `evidence: ${valueText(
          evidence.map(({ reference, sha256 }) => reference ?? sha256),
          {},
          null,
        )}`,
  ];
  const text = parts.filter((part) => part !== '').join('; ');
  if (text.length <= MAX_TEXT_LENGTH) return text;
  return `${text.slice(0, MAX_TEXT_LENGTH)}... (${text.length - MAX_TEXT_LENGTH} more characters: see --json)`;
}
