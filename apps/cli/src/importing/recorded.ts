import { DigestTable, digest64 } from './digest-table.js';
import type { HistoryEvent, ImportTarget } from './import-target.js';
import { type Mapping, kindOf, stepOf } from './mapping.js';
import { type EmptiedCommand, contentFieldsOf, contentOf, readCommandId } from './row-mapper.js';
import { UnusableInput } from './unusable-input.js';

/** Bits of {@link DigestTable.flags}. */
export const FLAG = {
  /** The log has it. */
  recorded: 1,
  /** The edition under way recorded or changed it. */
  thisEdition: 2,
  /** It is a row, not a command. */
  row: 4,
  /** The file has a row of this key that cannot be sent. */
  unsendable: 8,
  /** An edition before the one under way recorded or changed it. */
  earlier: 16,
} as const;

/** The name of an edition and its day, which it may lack. */
export type Edition = Pick<Mapping, 'edition' | 'published'>;

/** The correlation id of all that an edition of a source brings. */
export const correlationIdOf = ({ source, edition, published }: Edition & Pick<Mapping, 'source'>): string =>
  ['import', source, edition, ...(published === undefined ? [] : [published])].join(':');

/** The edition that brought what has a correlation id; null if none of the source did. */
function editionIn(correlationId: string, source: string): Edition | null {
  const [, edition = '', published] =
    /^import:[^:]*:([^:]+)(?::([0-9]{4}-[0-9]{2}-[0-9]{2}))?$/.exec(correlationId) ?? [];
  if (!correlationId.startsWith(`import:${source}:`) || edition === '') return null;
  return { edition, ...(published === undefined ? {} : { published }) };
}

/** The keys of the table: a command by its id without sign and revision, and a row by its key. */
export const commandKey = (base: string): bigint => digest64(`command ${base}`);
export const rowKey = (key: string): bigint => digest64(`row ${key}`);
export const streamDigest = (stream: string): number => Number(digest64(stream) & 0xffffffffn);

/**
 * What earlier runs have recorded of a source: for each command its contents, the sum of its signed
 * field and its revisions; for each row, by which edition it was last touched.
 */
export class RecordedRows {
  readonly table = new DigestTable();
  private readonly steps: ReadonlyMap<
    string,
    { readonly fields: readonly string[]; readonly signed: string | undefined }
  >;
  /** The newest edition that was published after the one under way; null if none was. */
  newer: Edition | null = null;
  /** Whether the log has something that the edition under way brought. */
  hasEdition = false;
  /** What is empty now, of commands that were sent: by {@link commandKey}. */
  private readonly emptied = new Map<bigint, string>();

  constructor(
    private readonly mapping: Mapping,
    /** Gets the step and the data of each command that was recorded. */
    private readonly onRecorded: (step: string, data: HistoryEvent['data']) => void = () => undefined,
  ) {
    this.steps = new Map(
      mapping.commands.map((spec) => [stepOf(spec), { fields: contentFieldsOf(spec), signed: spec.signed }]),
    );
  }

  /** The kinds of stream that the mapping writes to. */
  get kinds(): readonly string[] {
    return [...new Set(this.mapping.commands.map(kindOf))];
  }

  /**
   * Reads the log. Several events of one command are taken as one. Fails if the log has other
   * editions and this one has no day by which it could be compared with them.
   */
  async read(api: Pick<ImportTarget, 'history'>): Promise<void> {
    let last = null as HistoryEvent | null;
    for await (const event of this.eventsIn(api)) {
      if (last !== null && last.stream === event.stream && last.metadata.commandId === event.metadata.commandId) {
        last = { ...last, data: { ...event.data, ...last.data } };
        continue;
      }
      if (last !== null) this.take(last);
      last = event;
    }
    if (last !== null) this.take(last);
  }

  /** The events of the log that this source brought. */
  async *eventsIn(api: Pick<ImportTarget, 'history'>): AsyncGenerator<HistoryEvent, void> {
    const { source } = this.mapping;
    for await (const event of api.history(this.kinds))
      if (editionIn(event.metadata.correlationId, source) !== null && readCommandId(event.metadata.commandId) !== null)
        yield event;
  }

  private take({ stream, data, metadata }: HistoryEvent): void {
    const id = readCommandId(metadata.commandId);
    const step = id === null ? undefined : this.steps.get(id.step);
    if (id === null) return;
    const by = this.flagOf(metadata.correlationId);
    this.onRecorded(id.step, data);
    if (!id.once) this.mark(this.table.add(rowKey(id.key)), FLAG.row | by);
    if (step === undefined) return;
    const { table } = this;
    const slot = table.add(commandKey(id.base));
    this.mark(slot, by);
    table.stream[slot] = streamDigest(stream);
    table.content[slot] = id.content ?? contentOf(step.fields, data);
    table.revisions[slot] = Math.max(table.revisions[slot] ?? 0, id.revision);
    const amount = step.signed === undefined ? undefined : data[step.signed];
    if (typeof amount === 'number') table.sum[slot] = (table.sum[slot] ?? 0n) + BigInt(id.negative ? -amount : amount);
  }

  private mark(slot: number, flags: number): void {
    this.table.flags[slot] = (this.table.flags[slot] ?? 0) | FLAG.recorded | flags;
  }

  /** Notes the edition that brought an event: its flag, or none if it is newer. */
  private flagOf(correlationId: string): number {
    const { source, edition, published } = this.mapping;
    const other = editionIn(correlationId, source);
    if (other === null || other.edition === edition) {
      this.hasEdition = true;
      return FLAG.thisEdition;
    }
    if (published === undefined)
      throw new UnusableInput(
        `the source ${source} has other editions, such as ${other.edition}: name the day of this one, by "published" ` +
          'in the mapping or --published, so that an older edition does not change what a newer one states',
      );
    // A log of an older version has no days of editions.
    if (other.published === undefined || other.published <= published) return FLAG.earlier;
    if (other.published > (this.newer?.published ?? '')) this.newer = other;
    return 0;
  }

  /** Whether a row was recorded, and this edition is older than one that has been imported. */
  isOvertaken(key: string): boolean {
    const slot = this.newer === null ? -1 : this.table.find(rowKey(key));
    return slot >= 0 && ((this.table.flags[slot] ?? 0) & FLAG.recorded) !== 0;
  }

  /** The file has a row of this key, which cannot be sent: it is refused, and not missing. */
  noteRefused(key: string): void {
    const slot = this.table.find(rowKey(key));
    if (slot >= 0) this.table.flags[slot] = (this.table.flags[slot] ?? 0) | FLAG.unsendable;
  }

  /** Whether a command was recorded that the file has only empty cells for. */
  isEmptied({ base, isSigned }: EmptiedCommand): boolean {
    const { table } = this;
    const slot = table.find(commandKey(base));
    if (slot < 0 || ((table.flags[slot] ?? 0) & FLAG.recorded) === 0) return false;
    return !isSigned || table.sum[slot] !== 0n;
  }

  /** Notes what is empty in a line of the file. */
  noteEmptied({ base, what }: EmptiedCommand, line: number): void {
    this.emptied.set(commandKey(base), `line ${line}${what.includes(': ') ? ', ' : ': '}${what}`);
  }

  /** What is empty now, of the command that recorded an event; null if nothing is. */
  emptiedOf({ metadata }: HistoryEvent): string | null {
    const id = readCommandId(metadata.commandId);
    return id === null ? null : (this.emptied.get(commandKey(id.base)) ?? null);
  }

  /** Whether a row was recorded by earlier editions alone, and the file has not had it. */
  private isMissing(slot: number): boolean {
    const { flags, line } = this.table;
    return line[slot] === 0 && flags[slot] === (FLAG.recorded | FLAG.row | FLAG.earlier);
  }

  /** The number of rows that earlier editions recorded and the file has not had. */
  countMissing(): number {
    return this.table.flags.reduce((count, _, slot) => count + (this.isMissing(slot) ? 1 : 0), 0);
  }

  /** Whether an event belongs to such a row. */
  isOfMissingRow({ metadata }: HistoryEvent): boolean {
    const id = readCommandId(metadata.commandId);
    const slot = id === null || id.once ? -1 : this.table.find(rowKey(id.key));
    return slot >= 0 && this.isMissing(slot);
  }
}
