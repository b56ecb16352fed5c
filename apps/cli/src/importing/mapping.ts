import { readFileSync } from 'node:fs';
import {
  CATALOGUE,
  type CataloguedCommand,
  actorOf,
  commandAt,
  isCurrency,
  minorUnitDigits,
  schemaOf,
} from '@entente/contracts';
import { decoderOf } from './decode.js';
import { type NumberFormat, isDayFormat } from './formats.js';
import { MAPPING_SCHEMA, schemaErrors } from './mapping-schema.js';
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
  readonly revise?: { readonly command?: string; readonly fields?: FieldSpecs };
}

/** How a CSV file becomes commands: see {@link MAPPING_SCHEMA}. */
export interface Mapping {
  readonly source: string;
  readonly edition: string;
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
  readonly tables?: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;
  readonly values: Readonly<Record<string, string | ValueSpec>>;
  readonly key: readonly string[];
  readonly commands: readonly CommandSpec[];
}

/**
 * Values that each row has. The edition may only be in fields that state when and on what grounds.
 */
export const BUILT_IN = { source: 'source', edition: 'edition', event: 'event' } as const;
const COMMON_FIELDS = ['occurredAt', 'evidence', 'legalBasis'];

export const stepOf = ({ step, command }: CommandSpec): string => step ?? command;
export const kindOf = ({ stream }: CommandSpec): string => stream.slice(0, Math.max(0, stream.indexOf('/')));

const specOf = (value: string | ValueSpec): ValueSpec => (typeof value === 'string' ? { read: value } : value);

/** The names in the texts of a field. */
export function namesIn(field: FieldSpec | undefined): readonly string[] {
  if (typeof field === 'string') return new Template(field).names;
  if (field === undefined || typeof field !== 'object') return [];
  return Object.values(field as Readonly<Record<string, FieldSpec>>).flatMap(namesIn);
}

/** Collects what is wrong, by path. */
class MappingCheck {
  readonly wrong: string[] = [];

  constructor(private readonly mapping: Mapping) {}

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

  condition(path: string, { text, matches, is, isNot, empty }: TextCondition): void {
    this.try(`${path}.text`, () => new Template(text));
    this.regex(`${path}.matches`, matches);
    if ([matches, is, isNot, empty].every((one) => one === undefined))
      this.wrong.push(`${path}: names no condition: is, isNot, matches or empty`);
  }

  value(path: string, value: string | ValueSpec): void {
    const { read, pick, table, as, currency, format = [] } = specOf(value);
    this.try(path, () => new Template(read));
    this.regex(`${path}.pick`, pick);
    if (pick !== undefined)
      this.try(`${path}.pick`, () => {
        if ((new RegExp(`${pick}|`, 'u').exec('')?.length ?? 0) < 2) throw new Error('has no group in parentheses');
      });
    if (table !== undefined && !Object.hasOwn(this.mapping.tables ?? {}, table))
      this.wrong.push(`${path}.table: there is no table ${table}`);
    if (as === 'money' && currency === undefined) this.wrong.push(`${path}.currency: is missing: money has a currency`);
    if (currency !== undefined) this.currency(`${path}.currency`, currency);
    for (const one of format)
      if (!isDayFormat(one))
        this.wrong.push(`${path}.format: "${one}" lacks a year, a month or a day, or has one twice`);
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

  known(path: string, names: readonly string[], besides: readonly string[]): void {
    for (const name of names)
      if (!Object.hasOwn(this.mapping.values, name) && !besides.includes(name))
        this.wrong.push(`${path}: there is no value ${name}`);
  }

  private fields(path: string, fields: FieldSpecs, contract: CataloguedCommand, builtIn: readonly string[]): void {
    const { properties, required } = schemaOf(contract.body) as {
      readonly properties: Readonly<Record<string, unknown>>;
      readonly required: readonly string[];
    };
    for (const name of required)
      if (!Object.hasOwn(fields, name)) this.wrong.push(`${path}.${name}: is missing: ${contract.path} needs it`);
    for (const [name, field] of Object.entries(fields)) {
      const common = COMMON_FIELDS.includes(name);
      if (!common && !Object.hasOwn(properties, name))
        this.wrong.push(`${path}.${name}: ${contract.path} has no such field`);
      this.try(`${path}.${name}`, () =>
        this.known(`${path}.${name}`, namesIn(field), common ? [...builtIn, BUILT_IN.edition] : builtIn),
      );
    }
  }

  private contract(path: string, kind: string, command: string): CataloguedCommand | undefined {
    const found = commandAt(kind, command);
    if (found === undefined) this.wrong.push(`${path}: ${kind} has no command ${command}`);
    return found;
  }

  command(path: string, spec: CommandSpec): void {
    const { stream, command, actor, when = [], once, fields = {}, signed, negative, revise } = spec;
    const kind = kindOf(spec);
    const builtIn = [BUILT_IN.source];
    this.try(`${path}.stream`, () => this.known(`${path}.stream`, new Template(stream).names, builtIn));
    if (actor !== undefined)
      this.try(`${path}.actor`, () => this.known(`${path}.actor`, new Template(actor).names, builtIn));
    when.forEach((one, i) => this.condition(`${path}.when.${i}`, one));
    if (!CATALOGUE.some((one) => one.kind === kind))
      return void this.wrong.push(
        `${path}.stream: begins with one of ${CATALOGUE.map((one) => `${one.kind}/`).join(', ')}`,
      );
    const contract = this.contract(`${path}.command`, kind, command);
    if (contract === undefined) return;
    this.fields(`${path}.fields`, fields, contract, builtIn);
    if (negative !== undefined) {
      const other = this.contract(`${path}.negative.command`, kind, negative.command);
      const all = { ...fields, ...negative.fields };
      if (other !== undefined) this.fields(`${path}.negative.fields`, all, other, builtIn);
    }
    if ((signed === undefined) !== (negative === undefined))
      this.wrong.push(`${path}: signed and negative need each other`);
    if (signed !== undefined) {
      const field = fields[signed];
      this.try(`${path}.signed`, () => {
        const only = typeof field === 'string' ? new Template(field).only : undefined;
        const as = only === undefined ? undefined : specOf(this.mapping.values[only] ?? '').as;
        if (as !== 'money' && as !== 'number') throw new Error('is a field that is one value: money or a number');
      });
    }
    if (revise === undefined) return;
    const inRevision = [...builtIn, BUILT_IN.edition, BUILT_IN.event];
    if (once === true) this.wrong.push(`${path}.revise: what is sent once is not revised`);
    if ((revise.command === undefined) !== (signed !== undefined))
      this.wrong.push(`${path}.revise.command: is needed without a signed field, and only then`);
    const by = revise.command === undefined ? contract : this.contract(`${path}.revise.command`, kind, revise.command);
    const all = revise.command === undefined ? { ...fields, ...revise.fields } : (revise.fields ?? {});
    if (by !== undefined) this.fields(`${path}.revise.fields`, all, by, inRevision);
  }

  actor(): void {
    const [organisation = '', ...parts] = this.mapping.actor.split(';');
    const named = new Map(parts.map((part) => part.split('=', 2) as [string, string | undefined]));
    const { errors } = actorOf(
      { organisation, role: named.get('role'), person: named.get('person'), for: named.get('for') },
      (part) => `actor (${part})`,
    );
    this.wrong.push(...errors.map(({ path, message }) => `${path}: ${message}`));
  }
}

/** Everything in a mapping that cannot be used, by path. */
export function mappingErrors(value: unknown): readonly string[] {
  const wrong = schemaErrors(MAPPING_SCHEMA, value);
  if (wrong.length > 0) return wrong;
  const mapping = value as Mapping;
  const check = new MappingCheck(mapping);
  const { file = {}, unpivot, leaveOut = [], values, key, commands } = mapping;
  check.actor();
  if (file.encoding !== undefined) {
    try {
      decoderOf(file.encoding);
    } catch (error) {
      check.wrong.push(`file.encoding: ${(error as Error).message}`);
    }
  }
  if (file.delimiter !== undefined && (file.delimiter === file.quote || /["\r\n]/.test(file.delimiter)))
    check.wrong.push('file.delimiter: must be another sign than the quotation mark and line ends');
  if (unpivot !== undefined) check.condition('unpivot', { text: '', matches: unpivot.columns });
  leaveOut.forEach((one, i) => check.condition(`leaveOut.${i}`, one));
  for (const [name, one] of Object.entries(values)) {
    check.value(`values.${name}`, one);
    if (/[{}]/.test(name) || Object.hasOwn(BUILT_IN, name)) check.wrong.push(`values.${name}: must have another name`);
  }
  check.known('key', key, []);
  commands.forEach((one, i) => check.command(`commands.${i}`, one));
  const steps = commands.map(stepOf);
  for (const step of new Set(steps.filter((one, i) => steps.indexOf(one) !== i)))
    check.wrong.push(`commands: "${step}" is there twice: name each by step`);
  return check.wrong;
}

/** Reads a mapping; fails with everything in it that cannot be used. */
export function readMapping(file: string): Mapping {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UnusableInput(`${file} is not there`, { cause: error });
    if (code !== undefined) throw new UnusableInput(`${file} cannot be read: ${code}`, { cause: error });
    throw new UnusableInput(`${file} is no JSON: ${message}`, { cause: error });
  }
  const wrong = mappingErrors(value);
  if (wrong.length === 0) return value as Mapping;
  throw new UnusableInput(`${file} is not a mapping:\n${wrong.map((line) => `  ${line}`).join('\n')}`);
}
