import { type FieldError, PATTERNS, commandAt, readBody } from '@entente/contracts';
import { Unreadable } from './formats.js';
import {
  BUILT_IN,
  type CommandSpec,
  type TextCondition,
  type FieldSpec,
  type Mapping,
  kindOf,
  namesIn,
  stepOf,
} from './mapping.js';
import { DigestTable, digest64 } from './digest-table.js';
import { digestOf, fold, foldedJson, tidy } from './names.js';
import { Template } from './template.js';
import { UnusableInput } from './unusable-input.js';
import { LeftOut, type Value, type ValueContext, ValueReader } from './value.js';

/** What a body has besides the fields of its command. */
const COMMON_FIELDS = ['occurredAt', 'evidence', 'legalBasis'];

/** A command as it is sent. */
export interface CommandToSend {
  readonly id: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A command made of a row. */
export interface RowCommand extends CommandToSend {
  readonly step: string;
  readonly kind: string;
  readonly streamId: string;
  readonly actor: string;
  readonly once: boolean;
  /** The fields whose digest is `content`. */
  readonly contentFields: readonly string[];
  /** The digest of all fields but the signed one and those that every command has. */
  readonly content: bigint;
  /** The value of the signed field, with its sign. */
  readonly signed: number | null;
  /**
   * The command by which a later edition changes what was recorded: a signed field by the
   * difference. Null if the mapping has none.
   */
  readonly revise: ((difference: number, event: string) => Omit<CommandToSend, 'id'>) | null;
  /** The fields of `contentFields` that `revise` carries. */
  readonly revised: ReadonlySet<string>;
}

/** The commands of one row, or of one cell of a wide table. */
export interface RowPart {
  /** The digest of source and key: 32 hexadecimal digits. */
  readonly key: string;
  readonly commands: readonly RowCommand[];
}

/** What a row, or a cell of a wide table, does not send since it is empty. */
export interface EmptyPart {
  readonly key: string;
  /** Whether it sends other commands. */
  readonly isSent: boolean;
  readonly emptied: readonly EmptiedCommand[];
}

/** A command that a row does not send, since cells are empty. An earlier edition may have. */
export interface EmptiedCommand {
  /** The id of the row's command without regard to sign and revision. */
  readonly base: string;
  /** What is empty: columns in braces, or a value. */
  readonly what: string;
  readonly isSigned: boolean;
  /** What takes back all that was recorded; null if the row is to be looked at. */
  readonly zero: RowCommand | null;
}

/** A row by its mapping. */
export type MappedRow =
  | { readonly type: 'left-out'; readonly empty?: readonly EmptyPart[] }
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly why: string;
      /** The keys of its parts, as far as they can be read. */
      readonly keys?: readonly string[];
    }
  | { readonly type: 'commands'; readonly parts: readonly RowPart[]; readonly empty: readonly EmptyPart[] };

type Unpivot = NonNullable<Mapping['unpivot']>;

type RowColumns = Pick<ValueContext, 'column' | 'lines'>;

/** Finds the text of a column by the cells of a row. */
type ColumnReader = (cells: readonly string[]) => string;

interface ReadyCondition {
  readonly text: Template;
  readonly holds: (text: string) => boolean;
}

function readyCondition({ text, is, isNot, matches, empty }: TextCondition): ReadyCondition {
  const one = is && new Set(is.map(fold));
  const none = isNot && new Set(isNot.map(fold));
  const pattern = matches === undefined ? undefined : new RegExp(matches, 'u');
  const holds = (filled: string): boolean =>
    (one === undefined || one.has(fold(filled))) &&
    (none === undefined || !none.has(fold(filled))) &&
    (pattern === undefined || pattern.test(filled)) &&
    (empty === undefined || (filled === '') === empty);
  return { text: new Template(text), holds };
}

/** A command of the mapping, its texts parsed. */
class ReadyCommand {
  readonly step: string;
  readonly kind: string;
  readonly stream: Template;
  readonly actor: Template;
  readonly when: readonly ReadyCondition[];
  readonly names: readonly string[];
  /** The fields whose digest is the content of the row. */
  readonly contentFields: readonly string[];
  /** Those of them that a later edition can change. */
  readonly revised: ReadonlySet<string>;

  constructor(
    readonly spec: CommandSpec,
    mapping: Mapping,
  ) {
    this.step = stepOf(spec);
    this.kind = kindOf(spec);
    this.stream = new Template(spec.stream);
    this.actor = new Template(spec.actor ?? mapping.actor);
    this.when = (spec.when ?? []).map(readyCondition);
    const { fields = {}, negative, revise } = spec;
    this.names = [
      ...this.stream.names,
      ...this.actor.names,
      ...[fields, negative?.fields, revise?.fields].flatMap((one) => Object.values(one ?? {}).flatMap(namesIn)),
    ];
    this.contentFields = contentFieldsOf(spec);
    this.revised = new Set(this.contentFields.filter((name) => isRevised(spec, name, mapping.key)));
  }
}

/**
 * Whether the revising command carries a field: all values in it but those of the key, which are
 * the same in each edition; or, if none is in it, a field of that name.
 */
function isRevised({ fields = {}, revise }: CommandSpec, name: string, key: readonly string[]): boolean {
  const by = revise?.command === undefined ? {} : (revise.fields ?? {});
  const carried = new Set([...Object.values(by).flatMap(namesIn), ...key, BUILT_IN.source]);
  const names = namesIn(fields[name] ?? '');
  return names.every((one) => carried.has(one)) && (names.length > 0 || Object.hasOwn(by, name));
}

/** The fields of a command whose digest is the content of its row: not the signed one. */
export const contentFieldsOf = ({ fields = {}, signed }: CommandSpec): readonly string[] =>
  Object.keys(fields).filter((name) => name !== signed && !COMMON_FIELDS.includes(name));

/** A flag of an id that an earlier run has recorded with its name. */
const RECORDED = 1;

const nameKey = (value: string, id: string, name: string): string => `${value} ${id} ${fold(name)}`;

/** Where an event keeps the name that a value makes an id of. */
interface KeptName {
  readonly path: readonly string[];
  readonly value: string;
}

/** The fields, at any depth, that are the text of a column of which a value makes an id. */
function keptNames(fields: Readonly<Record<string, FieldSpec>>, { values }: Mapping): readonly KeptName[] {
  return Object.entries(fields).flatMap(([name, field]): readonly KeptName[] => {
    if (typeof field === 'object' && !Array.isArray(field))
      return keptNames(field as Readonly<Record<string, FieldSpec>>, { values } as Mapping).map((kept) => ({
        ...kept,
        path: [name, ...kept.path],
      }));
    const text = values[(typeof field === 'string' ? Template.of(field).only : undefined) ?? ''];
    if (text === undefined || (typeof text !== 'string' && (text.as ?? 'text') !== 'text')) return [];
    const read = typeof text === 'string' ? text : text.read;
    return Object.entries(values)
      .filter(([, id]) => typeof id === 'object' && id.as === 'id' && id.read === read && new Template(read).only)
      .map(([value]) => ({ path: [name], value }));
  });
}

/** The digest of some fields of a body, or of the event that it became. */
export const contentOf = (names: readonly string[], body: Readonly<Record<string, unknown>>): bigint =>
  digest64(foldedJson(Object.fromEntries(names.map((name) => [name, body[name]]))));

/**
 * Maps the rows of one file to commands: the same rows to the same commands, wherever and whenever
 * it runs. It sends nothing. Fails if the file lacks a column, or has one twice that is named.
 */
export class RowMapper {
  private readonly columns = new Map<string, ColumnReader>();
  private readonly values = new Map<string, ValueReader>();
  private readonly leaveOut: readonly ReadyCondition[];
  private readonly commands: readonly ReadyCommand[];
  /** The columns of a wide table, by number; of another file, one that it does not have. */
  private readonly wide: readonly number[];
  private readonly ids = new DigestTable();
  /** By step, the fields that keep a name as it was, and the value that makes an id of it. */
  private readonly names: ReadonlyMap<string, readonly KeptName[]>;

  constructor(
    private readonly mapping: Mapping,
    private readonly header: readonly string[],
  ) {
    const { unpivot, values, commands, leaveOut = [] } = mapping;
    this.wide = unpivot === undefined ? [-1] : this.wideColumns(unpivot.columns);
    this.commands = commands.map((spec) => new ReadyCommand(spec, mapping));
    this.leaveOut = leaveOut.map(readyCondition);
    this.names = new Map(this.commands.map(({ step, spec }) => [step, keptNames(spec.fields ?? {}, mapping)]));
    const problems: string[] = [];
    for (const [name, value] of Object.entries(values)) {
      const spec = typeof value === 'string' ? { read: value } : { ...mapping.numbers, ...value };
      const template = new Template(spec.read);
      this.bind(template, problems);
      this.values.set(name, new ValueReader(name, spec, (column) => template.fill(column), mapping));
    }
    for (const { text } of [...this.leaveOut, ...this.commands.flatMap(({ when }) => when)]) this.bind(text, problems);
    if (problems.length > 0)
      throw new UnusableInput(`${[...new Set(problems)].join('; ')}. The columns are: ${header.map(tidy).join(', ')}`);
    if (unpivot !== undefined) this.checkWideKeys(unpivot);
  }

  /** Takes the names in an event that an earlier run recorded by a step: each has its id since. */
  noteNames(step: string, data: Readonly<Record<string, unknown>>): void {
    for (const { path, value } of this.names.get(step) ?? []) {
      const name = path.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], data);
      if (typeof name !== 'string') continue;
      const nameId = (id: string): void => {
        this.ids.flags[this.ids.add(digest64(`${value} ${id}`))] = RECORDED;
        this.ids.add(digest64(nameKey(value, id, name)));
      };
      try {
        this.values.get(value)?.read({ column: () => name, lines: () => name, value: () => undefined, nameId });
      } catch (error) {
        if (!(error instanceof Unreadable) && !(error instanceof LeftOut)) throw error;
      }
    }
  }

  /** Fails if two columns of a wide table give every row one key, and send the same command. */
  private checkWideKeys(unpivot: Unpivot): void {
    const seen = new Map<string, string>();
    for (const header of this.wide.map((wide) => tidy(this.header[wide] ?? '')))
      for (const key of this.keysOfColumn(unpivot, header)) {
        const other = seen.get(key);
        if (other !== undefined)
          throw new UnusableInput(
            `the columns "${other}" and "${header}" give every row the same key: leave one out in unpivot.columns, ` +
              `or add a value of {${unpivot.name}} to the key if both count`,
          );
        seen.set(key, header);
      }
  }

  /**
   * The keys that a column gives to every row, by its header alone, for each command. None if
   * they depend on the row.
   */
  private keysOfColumn({ name, value }: Unpivot, header: string): readonly string[] {
    const isKnown = ({ names }: Template): boolean => names.every((one) => one === name);
    const holds = (one: ReadyCondition): boolean => one.holds(tidy(one.text.fill(() => header)));
    if (this.leaveOut.some((one) => isKnown(one.text) && holds(one))) return [];
    const own: Value[] = [];
    for (const part of this.mapping.key) {
      const spec = this.mapping.values[part] ?? '';
      const read = new Template(typeof spec === 'string' ? spec : spec.read);
      if (!read.names.some((one) => one === name || one === value)) continue;
      if (!isKnown(read)) return [];
      try {
        const context = { column: () => header, lines: () => header, value: () => undefined, nameId: () => undefined };
        own.push(this.values.get(part)?.read(context));
      } catch (error) {
        if (error instanceof Unreadable || error instanceof LeftOut) return [];
        throw error;
      }
    }
    return this.commands
      .filter(({ spec, when }) => spec.once !== true && when.every((one) => !isKnown(one.text) || holds(one)))
      .map(({ step }) => foldedJson([step, own]));
  }

  private wideColumns(pattern: string): readonly number[] {
    const wide = new RegExp(`^(?:${pattern})$`, 'u');
    const found = this.header.flatMap((name, i) => (wide.test(tidy(name)) ? [i] : []));
    if (found.length > 0) return found;
    throw new UnusableInput(`no column matches ${pattern}. The columns are: ${this.header.map(tidy).join(', ')}`);
  }

  private bind(template: Template, problems: string[]): void {
    for (const name of template.names) {
      if (this.columns.has(name) || this.isUnpivoted(name)) continue;
      const numbered = /^#([1-9][0-9]{0,3})$/.exec(name)?.[1];
      const found =
        numbered === undefined
          ? this.header.flatMap((one, i) => (fold(one) === fold(name) ? [i] : []))
          : [Number(numbered) - 1].filter((i) => i < this.header.length);
      const [at] = found;
      if (at === undefined) problems.push(`there is no column "${name}"`);
      else if (found.length > 1)
        problems.push(
          `the column "${name}" is there twice: name the one that is meant by its number, ` +
            found.map((i) => `{#${i + 1}}`).join(' or '),
        );
      else this.columns.set(name, (cells) => cells[at] ?? '');
    }
  }

  /** The header of a cell of a wide table. */
  private headerOf({ column }: RowColumns): string {
    return column(this.mapping.unpivot?.name ?? '');
  }

  private isUnpivoted(name: string): boolean {
    const { unpivot } = this.mapping;
    return name === unpivot?.name || name === unpivot?.value;
  }

  private columnsOf(cells: readonly string[], wide: number): RowColumns {
    const { unpivot } = this.mapping;
    const lines = (name: string): string => {
      if (name === unpivot?.name) return this.header[wide] ?? '';
      if (name === unpivot?.value) return cells[wide] ?? '';
      return this.columns.get(name)?.(cells) ?? '';
    };
    return { lines, column: (name) => tidy(lines(name)) };
  }

  /** What the fields of a row at a line stand for. */
  map(cells: readonly string[], line: number): MappedRow {
    if (cells.every((cell) => tidy(cell) === '')) return { type: 'left-out' };
    const columns = this.wide.map((wide) => this.columnsOf(cells, wide));
    const kept = columns.filter(
      ({ column }) => !this.leaveOut.some(({ text, holds }) => holds(tidy(text.fill(column)))),
    );
    if (kept.length === 0) return { type: 'left-out' };
    if (cells.length !== this.header.length)
      return {
        type: 'refused',
        code: 'columns-miscounted',
        why: `${cells.length} fields where the header has ${this.header.length}`,
      };
    const parts: RowPart[] = [];
    const empty: EmptyPart[] = [];
    const failed: Unreadable[] = [];
    const keys: string[] = [];
    const columnOf = new Map<string, string>();
    for (const of of kept) {
      const mapper = new PartMapper(this.mapping, this.values, this.commands, this.ids, of, line);
      try {
        const part = mapper.map();
        // One for which no condition holds is no data either.
        if (part.commands.length > 0) parts.push(part);
        empty.push(...mapper.empty(part));
        for (const command of part.commands.filter(({ once }) => !once)) {
          const other = columnOf.get(baseOf(command));
          if (other !== undefined)
            throw new Unreadable('key-repeated', `the columns "${other}" and "${this.headerOf(of)}" have the same key`);
          columnOf.set(baseOf(command), this.headerOf(of));
        }
      } catch (error) {
        if (error instanceof LeftOut) empty.push(...mapper.leftOut(error));
        else if (error instanceof Unreadable) {
          failed.push(error);
          keys.push(...mapper.readableKey());
        } else throw error;
      }
    }
    const [first] = failed;
    if (first !== undefined)
      return {
        type: 'refused',
        code: first.code,
        why: [...new Set(failed.map(({ message }) => message))].join('; '),
        keys: [...keys, ...parts.map(({ key }) => key)],
      };
    if (parts.length > 0) return { type: 'commands', parts, empty };
    return { type: 'left-out', ...(empty.length === 0 ? {} : { empty }) };
  }
}

/** A field in error in words: most messages begin with the field's name. */
const wordsOf = ({ path, message }: FieldError): string =>
  message.startsWith(path.replace(/^.*\./, '')) ? message : `${path} ${message}`;

/** Maps one row, or one cell of a wide table. */
class PartMapper {
  private readonly known = new Map<string, Value>();

  constructor(
    private readonly mapping: Mapping,
    private readonly readers: ReadonlyMap<string, ValueReader>,
    private readonly commands: readonly ReadyCommand[],
    private readonly ids: DigestTable,
    private readonly columns: RowColumns,
    private readonly line: number,
  ) {
    this.known.set(BUILT_IN.source, mapping.source);
    this.known.set(BUILT_IN.edition, mapping.edition);
    this.known.set(BUILT_IN.published, mapping.published);
  }

  /** Fails with {@link LeftOut}, or with everything that cannot be read. */
  map(): RowPart {
    const { key } = this.mapping;
    const sent = this.commands.filter((command) => this.isDue(command));
    this.readAll([...key, ...sent.flatMap(({ names }) => names)]);
    const row = this.key();
    return { key: row, commands: sent.map((command) => this.command(row, command)) };
  }

  private isDue({ when }: ReadyCommand): boolean {
    return when.every(({ text, holds }) => holds(tidy(text.fill(this.columns.column))));
  }

  /** What a row does not send since columns are empty. */
  empty({ key, commands }: RowPart): readonly EmptyPart[] {
    const emptied = this.commands.flatMap((command) => this.emptied(key, command, this.emptyColumns(command)));
    return emptied.length === 0 ? [] : [{ key, isSent: commands.length > 0, emptied }];
  }

  /** What a row does not send since a value is empty; nothing if its key cannot be read. */
  leftOut({ message: value }: LeftOut): readonly EmptyPart[] {
    return this.readableKey().map((key) => ({
      key,
      isSent: false,
      emptied: this.commands.flatMap((command) =>
        this.emptied(key, command, this.isDue(command) ? value : this.emptyColumns(command)),
      ),
    }));
  }

  /** The columns whose emptiness keeps a command from being sent; null if none does. */
  private emptyColumns({ when }: ReadyCommand): string | null {
    const none = new Set(['', ...(this.mapping.numbers?.none ?? []).map(fold)]);
    const empty = when.filter(({ text, holds }) => {
      const filled = tidy(text.fill(this.columns.column));
      return !holds(filled) && none.has(fold(filled));
    });
    return empty.length === 0 ? null : empty.map(({ text }) => text.text).join(', ');
  }

  private emptied(row: string, command: ReadyCommand, what: string | null): readonly EmptiedCommand[] {
    const { once, signed, revise } = command.spec;
    if (once === true || what === null) return [];
    const { unpivot } = this.mapping;
    return [
      {
        base: idOfRow(row, command.step),
        what: unpivot === undefined ? what : `${this.columns.column(unpivot.name)}: ${what}`,
        isSigned: signed !== undefined,
        zero: revise?.emptied === 'zero' ? this.zero(row, command) : null,
      },
    ];
  }

  /** A command as if its signed field were zero; null if it lacks more than that. */
  private zero(row: string, command: ReadyCommand): RowCommand | null {
    const { fields = {}, signed = '' } = command.spec;
    const field = fields[signed];
    const value = (typeof field === 'string' ? Template.of(field).only : undefined) ?? '';
    const { mapping, readers, commands, ids, columns, line } = this;
    const zeroed = new PartMapper(mapping, readers, commands, ids, columns, line);
    zeroed.known.set(value, 0);
    try {
      zeroed.readAll([...mapping.key, ...command.names]);
      return zeroed.command(row, command);
    } catch (error) {
      if (error instanceof Unreadable || error instanceof LeftOut) return null;
      throw error;
    }
  }

  private key(): string {
    const { source, key } = this.mapping;
    return digestOf(foldedJson([source, ...key.map((name) => this.known.get(name) ?? '')])).slice(0, 32);
  }

  /** The key of a row that cannot be sent; none if the key cannot be read either. */
  readableKey(): readonly string[] {
    try {
      this.readAll(this.mapping.key);
      return [this.key()];
    } catch (error) {
      if (error instanceof Unreadable || error instanceof LeftOut) return [];
      throw error;
    }
  }

  private readAll(names: readonly string[]): void {
    const failed: Unreadable[] = [];
    for (const name of new Set(names)) {
      try {
        this.value(name);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        failed.push(error);
      }
    }
    const [first] = failed;
    if (first !== undefined) throw new Unreadable(first.code, failed.map(({ message }) => message).join('; '));
  }

  private value(name: string): Value {
    const { columns, readers } = this;
    const reader = readers.get(name);
    if (this.known.has(name) || reader === undefined) return this.known.get(name);
    const value = reader.read({
      ...columns,
      value: (other) => this.value(other),
      nameId: (id, filled) => this.nameId(name, id, filled),
    });
    this.known.set(name, value);
    return value;
  }

  private nameId(value: string, id: string, name: string): void {
    const slot = this.ids.add(digest64(`${value} ${id}`));
    if (this.ids.flags[slot] === RECORDED && this.ids.find(digest64(nameKey(value, id, name))) < 0)
      throw new Unreadable(
        'name-ambiguous',
        `"${name}" gives the id ${id}, and so did another name of this source, which is recorded: ` +
          'a table can read it as that name, or give another id',
      );
    const own = digest64(fold(name));
    const { line, content } = this.ids;
    if (line[slot] === 0) {
      line[slot] = this.line;
      content[slot] = own;
    } else if (content[slot] !== own)
      throw new Unreadable(
        'name-ambiguous',
        `"${name}" gives the id ${id}, and so does another name in line ${line[slot]}: a table can give them different ids`,
      );
  }

  /** A field's value; undefined if a value in it is omitted. */
  private field(spec: FieldSpec): unknown {
    if (typeof spec === 'string') {
      const template = Template.of(spec);
      const { only } = template;
      if (only !== undefined) return this.known.get(only);
      return template.names.some((name) => this.known.get(name) === undefined) ? undefined : this.fill(template);
    }
    if (Array.isArray(spec))
      return (spec as readonly FieldSpec[]).map((item) => this.field(item)).filter((item) => item !== undefined);
    return typeof spec === 'object' ? this.fields(spec as Readonly<Record<string, FieldSpec>>) : spec;
  }

  private fields(specs: Readonly<Record<string, FieldSpec>>): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      Object.entries(specs)
        .map(([name, spec]) => [name, this.field(spec)] as const)
        .filter(([, value]) => value !== undefined),
    );
  }

  private fill(template: Template): string {
    return template.fill((name) => String(this.known.get(name) ?? ''));
  }

  private command(row: string, { spec, step, kind, stream, actor, contentFields, revised }: ReadyCommand): RowCommand {
    const { source } = this.mapping;
    const streamId = this.fill(stream).slice(kind.length + 1);
    if (!PATTERNS.streamId.pattern.test(streamId))
      throw new Unreadable('stream-unreadable', `${step}: "${streamId}" ${PATTERNS.streamId.must}`);
    const once = spec.once === true;
    const base = once
      ? `once-${digestOf(JSON.stringify([source, kind, streamId])).slice(0, 32)}.${step}`
      : idOfRow(row, step);
    const { signed, revise, fields = {} } = spec;
    const body = this.fields(fields);
    const value = signed === undefined ? undefined : body[signed];
    const number = typeof value === 'number' ? value : null;
    const sent = number === null ? this.checked(kind, spec.command, body) : this.moved(kind, spec, number, {});
    return {
      id: `${base}${number !== null && number < 0 ? NEGATIVE : ''}`,
      path: sent.path,
      body: sent.body,
      step,
      kind,
      streamId,
      actor: this.fill(actor),
      once,
      contentFields,
      content: contentOf(contentFields, body),
      signed: number,
      revised,
      revise:
        revise === undefined
          ? null
          : (difference, event) => {
              this.known.set(BUILT_IN.event, event);
              const others = this.fields(revise.fields ?? {});
              if (revise.command !== undefined) return this.checked(kind, revise.command, others);
              return this.moved(kind, spec, difference, others);
            },
    };
  }

  /** A movement of the signed field: the command, or the one for values below zero. */
  private moved(
    kind: string,
    { command, fields = {}, signed = '', negative }: CommandSpec,
    by: number,
    others: Readonly<Record<string, unknown>>,
  ): Omit<CommandToSend, 'id'> {
    const body = { ...this.fields(fields), [signed]: Math.abs(by), ...others };
    if (by >= 0 || negative === undefined) return this.checked(kind, command, body);
    return this.checked(kind, negative.command, { ...body, ...this.fields(negative.fields ?? {}) });
  }

  /** A body that the contract accepts. */
  private checked(kind: string, path: string, body: Readonly<Record<string, unknown>>): Omit<CommandToSend, 'id'> {
    const contract = commandAt(kind, path);
    const errors = contract === undefined ? [] : readBody(contract.body, body).errors;
    if (errors.length > 0) throw new Unreadable('validation-failed', `${path}: ${errors.map(wordsOf).join('; ')}`);
    return { path, body };
  }
}

/** The id of a row's command by the key of the row. */
const idOfRow = (row: string, step: string): string => `row-${row}.${step}`;
/** The end of the id of a command that was sent for a value below zero. */
const NEGATIVE = '.minus';
/** The ids of commands that were sent for rows: what they are made of. */
const COMMAND_ID =
  /^(?<base>(?<of>row|once)-(?<key>[0-9a-f]{32})\.(?<step>[a-z0-9-]{1,30}))(?:\.r(?<revision>[1-9][0-9]{0,4})\.(?<content>[0-9a-f]{16}))?(?<minus>\.minus)?$/;

/** The parts of a recorded command id; null if it was not sent for a row. */
export interface RecordedCommandId {
  readonly base: string;
  readonly once: boolean;
  readonly key: string;
  readonly step: string;
  readonly revision: number;
  readonly content: bigint | null;
  readonly negative: boolean;
}

/** Reads the id of a command that an import sent; null if it is none. */
export function readCommandId(id: string): RecordedCommandId | null {
  const { base, of, key, step, revision, content, minus } = COMMAND_ID.exec(id)?.groups ?? {};
  if (base === undefined || key === undefined || step === undefined) return null;
  return {
    base,
    once: of === 'once',
    key,
    step,
    revision: Number(revision ?? 0),
    content: content === undefined ? null : BigInt(`0x${content}`),
    negative: minus !== undefined,
  };
}

/** The id with which the command of a negative value was sent. */
export const negativeId = (base: string): string => `${base}${NEGATIVE}`;

/** The digest of everything that a row sends. */
export const contentOfPart = ({ commands }: RowPart): bigint =>
  digest64(foldedJson(commands.map(({ id, path, body }) => [id, path, body])));

/** The id of a row's command without regard to sign and revision. */
export const baseOf = ({ id }: CommandToSend): string => (id.endsWith(NEGATIVE) ? id.slice(0, -NEGATIVE.length) : id);

/** The id of the command by which an edition changes a row. */
export const revisionId = (base: string, revision: number, content: bigint, negative: boolean): string =>
  `${base}.r${revision}.${content.toString(16).padStart(16, '0')}${negative ? NEGATIVE : ''}`;
