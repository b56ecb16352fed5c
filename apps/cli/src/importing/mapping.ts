import { readFileSync } from 'node:fs';
import {
  CATALOGUE,
  type CataloguedCommand,
  actorOf,
  commandAt,
  isCurrency,
  isDay,
  minorUnitDigits,
  readJson,
  schemaOf,
} from '@entente/contracts';
import { today } from '@entente/engine';
import { decoderOf } from './decode.js';
import { type NumberFormat, hasShortYear, isDayFormat } from './formats.js';
import { MAPPING_SCHEMA, checkedBy } from './mapping-schema.js';
import { fold } from './names.js';
import { Template } from './template.js';
import { UnusableInput } from './unusable-input.js';

/** What the text of columns is: every member given holds. */
export interface TextCondition {
  readonly text: string;
  readonly is?: readonly string[];
  readonly isNot?: readonly string[];
  readonly matches?: string;
  readonly empty?: boolean;
}

/** How numbers are written, and what they mean. */
interface NumberSpec extends NumberFormat {
  readonly scale?: number;
  readonly none?: readonly string[];
}

/** How a value is read from the columns of a row. */
export interface ValueSpec extends NumberSpec {
  readonly read: string;
  readonly pick?: string;
  readonly table?: string;
  readonly otherwise?: 'refuse' | 'keep';
  readonly as?: 'text' | 'id' | 'number' | 'decimal' | 'money' | 'day' | 'period' | 'list';
  readonly empty?: 'refuse' | 'omit' | 'leave-out';
  readonly currency?: string;
  readonly format?: readonly string[];
  readonly months?: readonly string[];
  readonly firstYear?: number;
  readonly separator?: string;
  readonly max?: number;
}

/** A field of a command: a constant, or text with values in braces. */
export type FieldSpec = string | number | boolean | readonly FieldSpec[] | { readonly [name: string]: FieldSpec };
type FieldSpecs = Readonly<Record<string, FieldSpec>>;

/** One command for each row. */
export interface CommandSpec {
  readonly step?: string;
  readonly stream: string;
  readonly command: string;
  readonly actor?: string;
  readonly when?: readonly TextCondition[];
  readonly once?: boolean;
  readonly fields?: FieldSpecs;
  readonly signed?: string;
  readonly negative?: { readonly command: string; readonly fields?: FieldSpecs };
  readonly revise?: {
    readonly command?: string;
    readonly fields?: FieldSpecs;
    readonly emptied?: 'list' | 'zero';
  };
}

/** The file's words, and ours. */
type CodeTable = Readonly<Record<string, string | number | boolean>>;

/** How a CSV file becomes commands: see {@link MAPPING_SCHEMA}. */
export interface Mapping {
  readonly source: string;
  readonly edition: string;
  readonly published?: string;
  readonly actor: string;
  readonly order?: 'stream' | 'file';
  readonly file?: {
    readonly encoding?: string;
    readonly delimiter?: string;
    readonly quote?: string;
    readonly headerLine?: number;
  };
  readonly numbers?: NumberSpec;
  readonly unpivot?: { readonly columns: string; readonly name: string; readonly value: string };
  readonly leaveOut?: readonly TextCondition[];
  readonly tables?: Readonly<Record<string, CodeTable>>;
  readonly values: Readonly<Record<string, string | ValueSpec>>;
  readonly key: readonly string[];
  readonly commands: readonly CommandSpec[];
}

/**
 * Values that each row has. The edition and its day may only be in fields that state when and on
 * what grounds.
 */
export const BUILT_IN = { source: 'source', edition: 'edition', published: 'published', event: 'event' } as const;
const OCCURRED_AT = 'occurredAt';
const COMMON_FIELDS = ['occurredAt', 'evidence', 'legalBasis'];

export const stepOf = ({ step, command }: CommandSpec): string => step ?? command;
export const kindOf = ({ stream }: Pick<CommandSpec, 'stream'>): string =>
  stream.slice(0, Math.max(0, stream.indexOf('/')));

/** A value of which any part may be missing: undefined is in the place of what has another form. */
type Draft<T> = T extends readonly (infer Item)[]
  ? readonly (Draft<Item> | undefined)[]
  : T extends object
    ? { readonly [Name in keyof T]?: Draft<T[Name]> | undefined }
    : T;

type DraftFields = Readonly<Record<string, Draft<FieldSpec> | undefined>>;

const specOf = (value: string | Draft<ValueSpec>): Draft<ValueSpec> =>
  typeof value === 'string' ? { read: value } : value;

/** Whether a member is there, in whatever form. */
const has = (members: object, name: string): boolean => Object.hasOwn(members, name);

/** The names in the texts of a field. */
export function namesIn(field: Draft<FieldSpec> | undefined): readonly string[] {
  if (typeof field === 'string') return new Template(field).names;
  if (field === undefined || typeof field !== 'object') return [];
  return Object.values(field as DraftFields).flatMap(namesIn);
}

/** What a field that every command has may take of the edition. */
const grounds = (field: string): readonly string[] =>
  field === OCCURRED_AT ? [BUILT_IN.published] : [BUILT_IN.published, BUILT_IN.edition];

/** Collects what is wrong, by path; what has another form was named before, and is passed by. */
class MappingCheck {
  readonly wrong: string[] = [];

  constructor(private readonly mapping: Draft<Mapping>) {}

  private try(path: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.wrong.push(`${path}: ${(error as Error).message}`);
    }
  }

  private regex(path: string, pattern: string | undefined): void {
    if (pattern !== undefined) this.try(path, () => new RegExp(pattern, 'u'));
  }

  condition(path: string, condition: Draft<TextCondition> | undefined): void {
    if (condition === undefined) return;
    const { text, matches } = condition;
    if (text !== undefined) this.try(`${path}.text`, () => new Template(text));
    this.regex(`${path}.matches`, matches);
    if (!['matches', 'is', 'isNot', 'empty'].some((name) => has(condition, name)))
      this.wrong.push(`${path}: names no condition: is, isNot, matches or empty`);
  }

  value(path: string, value: string | Draft<ValueSpec> | undefined): void {
    if (value === undefined) return;
    const spec = specOf(value);
    const { read, pick, table, as, currency, format = [] } = spec;
    if (read !== undefined) this.try(path, () => new Template(read));
    this.regex(`${path}.pick`, pick);
    if (pick !== undefined)
      this.try(`${path}.pick`, () => {
        if ((new RegExp(`${pick}|`, 'u').exec('')?.length ?? 0) < 2) throw new Error('has no group in parentheses');
      });
    const { tables = has(this.mapping, 'tables') ? null : {} } = this.mapping;
    if (table !== undefined && tables !== null && !has(tables, table))
      this.wrong.push(`${path}.table: there is no table ${table}`);
    if (as === 'money' && !has(spec, 'currency')) this.wrong.push(`${path}.currency: is missing: money has a currency`);
    if (currency !== undefined) this.currency(`${path}.currency`, currency);
    if (as === 'money' || as === 'number' || as === 'decimal') this.separators(path, spec);
    for (const one of format)
      if (one !== undefined && !isDayFormat(one))
        this.wrong.push(`${path}.format: "${one}" lacks a year, a month or a day, or has one twice`);
    if (!has(spec, 'firstYear') && format.some((one) => one !== undefined && hasShortYear(one)))
      this.wrong.push(`${path}.firstYear: is missing: YY is a year of the hundred from it on`);
  }

  /** The separators of numbers, which a value and the mapping name. */
  private separators(path: string, spec: Draft<ValueSpec>): void {
    const { decimal = '.', thousands } = { ...this.mapping.numbers, ...spec };
    const at = has(spec, 'decimal') || has(spec, 'thousands') ? path : 'numbers';
    if (decimal === thousands) this.wrong.push(`${at}.decimal: must be another sign than the thousands separator`);
  }

  /** The words of a code table, without regard to case and kinds of space. */
  table(path: string, table: Draft<CodeTable>): void {
    const words = new Map<string, string>();
    for (const [word, own] of Object.entries(table)) {
      const other = words.get(fold(word));
      if (other !== undefined && table[other] !== own)
        this.wrong.push(`${path}.${word}: is the same word as "${other}", which is another`);
      words.set(fold(word), other ?? word);
    }
  }

  private currency(path: string, currency: string): void {
    if (!currency.includes('{')) {
      if (!isCurrency(currency)) this.wrong.push(`${path}: ISO 4217 has no currency ${currency}`);
      else if (minorUnitDigits(currency) === null) this.wrong.push(`${path}: ${currency} has no minor unit`);
      return;
    }
    this.try(path, () => {
      const { only } = new Template(currency);
      if (only === undefined) throw new Error('takes a code, or one value in braces');
      this.known(path, [only], []);
    });
  }

  known(path: string, names: readonly (string | undefined)[], besides: readonly string[]): void {
    const { values } = this.mapping;
    if (values === undefined) return;
    for (const name of names) {
      if (name === BUILT_IN.published && besides.includes(name) && !has(this.mapping, name))
        this.wrong.push(`${name}: is missing: the day of the edition, which a field names`);
      if (name !== undefined && !has(values, name) && !besides.includes(name))
        this.wrong.push(`${path}: ${this.unknown(path, name)}`);
    }
  }

  private unknown(path: string, name: string): string {
    return name === BUILT_IN.edition && path.endsWith(`.${OCCURRED_AT}`)
      ? `an edition is a name: its day is {${BUILT_IN.published}}`
      : `there is no value ${name}`;
  }

  /** The names in a text with values in braces. */
  private template(path: string, text: string | undefined): void {
    if (text !== undefined) this.try(path, () => this.known(path, new Template(text).names, [BUILT_IN.source]));
  }

  /** The fields of a command; of one that the catalogue lacks, only the names in them. */
  private fields(
    path: string,
    fields: DraftFields,
    contract: CataloguedCommand | undefined,
    builtIn: readonly string[],
    more: readonly string[] = [],
  ): void {
    const { properties, required } = (contract === undefined ? { required: [] } : schemaOf(contract.body)) as {
      readonly properties?: Readonly<Record<string, unknown>>;
      readonly required: readonly string[];
    };
    for (const name of required)
      if (!has(fields, name)) this.wrong.push(`${path}.${name}: is missing: ${contract?.path} needs it`);
    for (const [name, field] of Object.entries(fields)) {
      const common = COMMON_FIELDS.includes(name);
      if (!common && properties !== undefined && !has(properties, name))
        this.wrong.push(`${path}.${name}: ${contract?.path} has no such field`);
      this.try(`${path}.${name}`, () =>
        this.known(`${path}.${name}`, namesIn(field), [...builtIn, ...(common ? grounds(name) : more)]),
      );
    }
  }

  /** The command of a kind; none if either is not known. */
  private contract(path: string, kind: string | null, command: string | undefined): CataloguedCommand | undefined {
    if (kind === null || command === undefined) return undefined;
    const found = commandAt(kind, command);
    if (found === undefined) this.wrong.push(`${path}: ${kind} has no command ${command}`);
    return found;
  }

  /** The kind of a command's stream; null if there is none. */
  private kind(path: string, stream: string | undefined): string | null {
    if (stream === undefined) return null;
    const kind = kindOf({ stream });
    if (CATALOGUE.some((one) => one.kind === kind)) return kind;
    this.wrong.push(`${path}: begins with one of ${CATALOGUE.map((one) => `${one.kind}/`).join(', ')}`);
    return null;
  }

  command(path: string, spec: Draft<CommandSpec> | undefined): void {
    if (spec === undefined) return;
    const { stream, command, actor, when = [], fields = {}, negative } = spec;
    const builtIn = [BUILT_IN.source];
    this.template(`${path}.stream`, stream);
    this.template(`${path}.actor`, actor);
    when.forEach((one, i) => this.condition(`${path}.when.${i}`, one));
    const kind = this.kind(`${path}.stream`, stream);
    const contract = this.contract(`${path}.command`, kind, command);
    this.fields(`${path}.fields`, fields, contract, builtIn);
    if (negative !== undefined) {
      const other = this.contract(`${path}.negative.command`, kind, negative.command);
      this.fields(`${path}.negative.fields`, { ...fields, ...negative.fields }, other, builtIn);
    }
    this.signed(path, spec);
    this.revision(path, spec, kind, contract);
  }

  private signed(path: string, spec: Draft<CommandSpec>): void {
    const { fields = {}, signed } = spec;
    if (has(spec, 'signed') !== has(spec, 'negative')) this.wrong.push(`${path}: signed and negative need each other`);
    const { values } = this.mapping;
    if (signed === undefined || values === undefined) return;
    const field = fields[signed];
    // A field or a value of another form was named.
    if (field === undefined && has(fields, signed)) return;
    this.try(`${path}.signed`, () => {
      const only = typeof field === 'string' ? new Template(field).only : undefined;
      const value = only === undefined ? '' : values[only];
      if (value === undefined && has(values, only ?? '')) return;
      const as = specOf(value ?? '').as;
      if (as !== 'money' && as !== 'number') throw new Error('is a field that is one value: money or a number');
    });
  }

  private revision(
    path: string,
    spec: Draft<CommandSpec>,
    kind: string | null,
    contract: CataloguedCommand | undefined,
  ): void {
    const { once, fields = {}, revise } = spec;
    if (revise === undefined) return;
    const own = has(revise, 'command');
    if (once === true) this.wrong.push(`${path}.revise: what is sent once is not revised`);
    if (own === has(spec, 'signed'))
      this.wrong.push(`${path}.revise.command: is needed without a signed field, and only then`);
    if (revise.emptied === 'zero' && !has(spec, 'signed'))
      this.wrong.push(`${path}.revise.emptied: only a signed field can be zero`);
    const by = own ? this.contract(`${path}.revise.command`, kind, revise.command) : contract;
    const all = own ? (revise.fields ?? {}) : { ...fields, ...revise.fields };
    this.fields(`${path}.revise.fields`, all, by, [BUILT_IN.source, BUILT_IN.event], [BUILT_IN.edition]);
  }

  actor(actor: string): void {
    const [organisation = '', ...parts] = actor.split(';');
    const named = new Map(parts.map((part) => part.split('=', 2) as [string, string | undefined]));
    const { errors } = actorOf(
      { organisation, role: named.get('role'), person: named.get('person'), for: named.get('for') },
      (part) => `actor (${part})`,
    );
    this.wrong.push(...errors.map(({ path, message }) => `${path}: ${message}`));
  }

  file({ encoding, delimiter = ',', quote }: Draft<NonNullable<Mapping['file']>>): void {
    if (encoding !== undefined) this.try('file.encoding', () => void decoderOf(encoding));
    if (delimiter === quote || /["\r\n]/.test(delimiter))
      this.wrong.push('file.delimiter: must be another sign than the quotation mark and line ends');
  }
}

/**
 * Everything in a mapping that cannot be used, by path: members of another form, and what those of
 * the right form name that is not there.
 */
export function mappingErrors(value: unknown): readonly string[] {
  const { errors, sound } = checkedBy(MAPPING_SCHEMA, value);
  if (sound === undefined) return errors;
  const mapping = sound as Draft<Mapping>;
  const check = new MappingCheck(mapping);
  const { actor, published, file = {}, unpivot, leaveOut = [], values = {}, key = [], commands = [] } = mapping;
  if (actor !== undefined) check.actor(actor);
  if (published !== undefined && !isDay(published)) check.wrong.push('published: is no day of the calendar');
  // A later one would make every true edition an older one.
  else if (published !== undefined && published > today())
    check.wrong.push('published: is a day to come: name the day on which the edition was published');
  check.file(file);
  if (unpivot?.columns !== undefined) check.condition('unpivot', { text: '', matches: unpivot.columns });
  leaveOut.forEach((one, i) => check.condition(`leaveOut.${i}`, one));
  for (const [name, one] of Object.entries(mapping.tables ?? {}))
    if (one !== undefined) check.table(`tables.${name}`, one);
  for (const [name, one] of Object.entries(values)) {
    check.value(`values.${name}`, one);
    if (/[{}]/.test(name) || has(BUILT_IN, name)) check.wrong.push(`values.${name}: must have another name`);
  }
  check.known('key', key, []);
  commands.forEach((one, i) => check.command(`commands.${i}`, one));
  const steps = commands.flatMap((one) => one?.step ?? one?.command ?? []);
  for (const step of new Set(steps.filter((one, i) => steps.indexOf(one) !== i)))
    check.wrong.push(`commands: "${step}" is there twice: name each by step`);
  return [...errors, ...new Set(check.wrong)];
}

/** What is named beside a mapping, and counts more. */
export interface MappingOptions {
  readonly edition?: string | undefined;
  /** The day of that edition. */
  readonly published?: string | undefined;
  readonly encoding?: string | undefined;
}

/** A mapping with what is named beside it. The day of its own edition is not that of another. */
function withOptions(mapping: Mapping, { edition, published, encoding }: MappingOptions): Mapping {
  const { published: own, ...others } = mapping;
  const day = published ?? (edition === undefined || edition === mapping.edition ? own : undefined);
  return {
    ...others,
    edition: edition ?? mapping.edition,
    ...(day === undefined ? {} : { published: day }),
    ...(encoding === undefined ? {} : { file: { ...mapping.file, encoding } }),
  };
}

/** What is wrong with what is named beside a mapping; what is named is no member of it. */
const optionErrors = (options: MappingOptions, wrong: readonly string[]): readonly string[] =>
  [
    ['--edition', 'edition', options.edition] as const,
    ['--published', 'published', options.published ?? options.edition] as const,
    ['--encoding', 'file.encoding', options.encoding] as const,
  ].flatMap(([option, path, value]) =>
    value === undefined
      ? []
      : wrong.filter((one) => one.startsWith(`${path}: `)).map((one) => `${option}${one.slice(path.length)}`),
  );

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UnusableInput(code === 'ENOENT' ? `${file} is not there` : `${file} cannot be read: ${code}`, {
      cause: error,
    });
  }
}

/** Reads a mapping; fails with everything in it, and named beside it, that cannot be used. */
export function readMapping(file: string, options: MappingOptions = {}): Mapping {
  const read = readJson(bytesOf(file), { what: 'the mapping', maxFields: Infinity });
  if ('unreadable' in read) throw new UnusableInput(`${file} is no JSON: ${read.cause?.message ?? read.unreadable}`);
  const { json: value, errors } = read;
  const inText = errors.map(({ path, message }) => `${path}: ${message}`);
  const inFile = [...inText, ...mappingErrors(value)];
  const mapping = withOptions((value ?? {}) as Mapping, options);
  const beside = optionErrors(options, mappingErrors(mapping));
  if (inFile.length + beside.length === 0) return mapping;
  const not = inFile.length === 0 ? '' : `${file} is not a mapping:\n${inFile.map((line) => `  ${line}`).join('\n')}`;
  throw new UnusableInput([not, ...beside].filter((one) => one !== '').join('\n'));
}
