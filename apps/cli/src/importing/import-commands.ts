import { type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pick } from '@entente/kernel';
import { type Output, progress } from '../output.js';
import { textOf } from './decode.js';
import type { CsvRow } from './csv-records.js';
import { type FileHead, FileRows, formatOf } from './file-rows.js';
import { DryRun, NO_LOG } from './dry-run.js';
import { ImportApi } from './import-api.js';
import type { BaseLog, ImportTarget } from './import-target.js';
import { type Mapping, readMapping } from './mapping.js';
import { MissingRows, missingFile } from './missing-rows.js';
import { type Edition, RecordedRows, correlationIdOf, rowKey } from './recorded.js';
import type { ReportFile } from './report-file.js';
import { RefusedFile } from './refused-file.js';
import { type EmptyPart, RowMapper, type RowPart, contentOfPart } from './row-mapper.js';
import { type RowOutcome, RowSender } from './row-sender.js';
import { TriedRows } from './tried-rows.js';
import { UnusableInput } from './unusable-input.js';

/** What an import did, by rows: `read` is the sum of the next four. */
export interface ImportCounts {
  read: number;
  /** Rows of which at least one command was accepted. */
  accepted: number;
  /** Rows that were recorded earlier, and are as they were. */
  alreadyThere: number;
  refused: number;
  /** Rows that are no data: blank ones, and those that the mapping leaves out. */
  leftOut: number;
  /** Accepted rows that changed what an earlier edition had recorded. */
  corrected: number;
  /** Accepted rows, or rows there already, that a newer edition has otherwise: they stay so. */
  overtaken: number;
  /** Rows with an empty cell, of which an earlier edition has recorded what the cell had. */
  emptied: number;
  /** Rows that earlier editions recorded and this one lacks. */
  missing: number;
}

export interface ImportFiles {
  /** Where the refused rows are; null if there are none. */
  readonly refusedFile: string | null;
  /** Where the events are of what the file lacks; null if it lacks nothing. */
  readonly missingFile: string | null;
  /** The newest edition that was published after this one, if one has been imported. */
  readonly newer: Edition | null;
  /** This edition, if it brought nothing: the log does not know that it was read. */
  readonly unrecorded: Edition | null;
}

export interface ImportCommandsOptions {
  readonly mapping: string;
  /** The address of the deployment. Null in a dry run that has none. */
  readonly url: string | null;
  /** The log of a dry run that has no address; by default none was made yet. */
  readonly log?: BaseLog;
  readonly edition?: string;
  readonly published?: string;
  readonly encoding?: string;
  readonly refused?: string;
  readonly missing?: string;
  /** The file is a part of an edition: rows that it lacks are not missing. */
  readonly part?: boolean;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/** A row with empty cells, of which more was recorded, and what became of the rest of it. */
interface EmptiedRow {
  readonly row: CsvRow;
  readonly parts: readonly EmptyPart[];
  readonly outcome: Exclude<RowOutcome, { type: 'refused' }>;
}

/** What became of a row, and its parts with empty cells of which more was recorded. */
interface RowResult {
  readonly outcome: RowOutcome;
  readonly emptied?: readonly EmptyPart[];
}

/** Rows under way at once: enough for the log to commit many together. */
const AT_ONCE = 64;
/** A dry run shows this many commands. */
const MAX_SHOWN = 10;

/** The state of a file, which is read twice. */
async function stateOf(file: string): Promise<Stats> {
  try {
    const state = await stat(file);
    if (state.isFile()) return state;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UnusableInput(code === 'ENOENT' ? `${file} is not there` : `${file} cannot be read: ${code}`, {
      cause: error,
    });
  }
  throw new UnusableInput(`${file} is a folder or a pipe: an import reads a file twice`);
}

/** Decodes and splits the whole file once before anything is sent: a file is imported or is not. */
async function checkFile(file: string, mapping: Mapping): Promise<FileHead> {
  const rows = new FileRows(mapping, file);
  for await (const text of textOf(file, mapping.file?.encoding ?? 'utf-8')) drain(rows.push(text));
  drain(rows.push(null));
  return rows.head as FileHead;
}

function drain(rows: Iterable<CsvRow>): void {
  for (const row of rows) void row;
}

async function* rowsOf(file: string, mapping: Mapping): AsyncGenerator<CsvRow, void> {
  const rows = new FileRows(mapping, file);
  for await (const text of textOf(file, mapping.file?.encoding ?? 'utf-8')) yield* rows.push(text);
  yield* rows.push(null);
}

/**
 * Imports a CSV file by a mapping, through the API of a deployment. Every row is counted once: as
 * accepted, already there, refused or left out. Run again, or interrupted anywhere and run again,
 * nothing doubles. Rows are read, mapped and sent as a stream; of each, some bytes are kept.
 */
export async function importCommands(
  file: string,
  options: ImportCommandsOptions,
  output: Output,
): Promise<ImportCounts & ImportFiles> {
  const mapping = readMapping(options.mapping, options);
  const state = await stateOf(file);
  const head = await checkFile(file, mapping);
  const mapper = new RowMapper(mapping, head.header);
  const isPart = head.isRefused || options.part === true;
  const paths = {
    refused: pathOf(options, 'refused', file),
    missing: pathOf(options, 'missing', file),
  };
  if (paths.refused !== null && paths.missing !== null && paths.refused === paths.missing)
    throw new UnusableInput(`${paths.missing} is the file of refused rows: name another for missing rows by --missing`);
  const refused = paths.refused === null ? null : await RefusedFile.create(paths.refused, file, formatOf(mapping));
  let missing: ReportFile | null = null;
  try {
    if (paths.missing !== null) missing = await missingFile(paths.missing, file);
    await refused?.begin(head.preamble, head.rawHeader);
    const files = { refused, missing };
    const done = await withTarget(mapping, options, output, (target) =>
      new ImportRun(file, mapping, mapper, files, target, options, output).all(isPart),
    );
    const { size, mtimeMs } = await stateOf(file);
    if (size === state.size && mtimeMs === state.mtimeMs) return done;
    throw new Error(`${file} was changed while it was read: run the import again`);
  } catch (error) {
    await refused?.discard();
    await missing?.discard();
    throw error;
  }
}

/**
 * Where refused or missing rows go, by the full path: the working directory, unless a file is
 * named. A dry run writes a file only if it is named.
 */
function pathOf(options: ImportCommandsOptions, rows: 'refused' | 'missing', file: string): string | null {
  const path = options[rows] ?? (options.dryRun === true ? null : `${basename(file)}.${rows}.csv`);
  return path === null ? null : resolve(path);
}

/** Runs `work` with the deployment, or with a dry run that shows the first commands. */
async function withTarget<T>(
  mapping: Mapping,
  { url, log, dryRun = false }: ImportCommandsOptions,
  output: Output,
  work: (target: ImportTarget) => Promise<T>,
): Promise<T> {
  const correlationId = correlationIdOf(mapping);
  const api = url === null ? null : new ImportApi(url, correlationId);
  // A row of one command is whole by itself.
  const ofOne = mapping.commands.length === 1 && mapping.unpivot === undefined;
  if (!dryRun && api !== null && ofOne) return work(api);
  if (!dryRun && api !== null) {
    const tried = new TriedRows(api, correlationId);
    try {
      return await work(tried);
    } finally {
      tried.close();
    }
  }
  if (!dryRun) throw new Error('an import needs a deployment');
  let shown = 0;
  const show = (line: string): void => {
    if ((shown += 1) <= MAX_SHOWN) output.out(line);
  };
  return DryRun.with(api?.log ?? log ?? NO_LOG, correlationId, show, work);
}

const COUNTED = { 'left-out': 'leftOut', there: 'alreadyThere', accepted: 'accepted' } as const;

/** One run of an import, over a file that can be read. */
class ImportRun {
  private readonly counts: ImportCounts = {
    read: 0,
    accepted: 0,
    alreadyThere: 0,
    refused: 0,
    leftOut: 0,
    corrected: 0,
    overtaken: 0,
    emptied: 0,
    missing: 0,
  };
  private readonly recorded: RecordedRows;
  private readonly sender: RowSender;
  /** Rows that lack what is recorded: another row may still have it. */
  private readonly emptied: EmptiedRow[] = [];

  constructor(
    private readonly file: string,
    private readonly mapping: Mapping,
    private readonly mapper: RowMapper,
    private readonly files: { readonly refused: RefusedFile | null; readonly missing: ReportFile | null },
    private readonly target: ImportTarget,
    private readonly options: ImportCommandsOptions,
    private readonly output: Output,
  ) {
    this.recorded = new RecordedRows(mapping, (step, data) => mapper.noteNames(step, data));
    const inOrder = mapping.order === 'file' || options.dryRun === true;
    this.sender = new RowSender(target, this.recorded, inOrder);
  }

  async all(isPart: boolean): Promise<ImportCounts & ImportFiles> {
    await this.recorded.read(this.target);
    await this.sendRows();
    const refusedFile = (await this.files.refused?.end()) ?? null;
    const lacking = new MissingRows(this.recorded, this.target, isPart);
    const missing = await lacking.report(this.files.missing, this.counts.emptied);
    const { newer, hasEdition } = this.recorded;
    const isRecorded = hasEdition || this.counts.accepted > 0;
    const unrecorded = isRecorded ? null : pick(this.mapping, 'edition', 'published');
    return { ...this.counts, missing: missing.rows, refusedFile, missingFile: missing.file, newer, unrecorded };
  }

  private async sendRows(): Promise<void> {
    const report = progress(this.output, 'rows');
    const underWay: { readonly row: CsvRow; readonly result: Promise<RowResult> }[] = [];
    const settle = async (): Promise<void> => {
      const first = underWay.shift();
      if (first === undefined) return;
      const { row } = first;
      const { outcome, emptied = [] } = await first.result;
      if (outcome.type === 'refused' || emptied.length === 0) await this.count(row, outcome);
      else this.emptied.push({ row, parts: emptied, outcome });
    };
    try {
      for await (const row of rowsOf(this.file, this.mapping)) {
        if (this.options.signal?.aborted === true) throw new Error('interrupted');
        this.counts.read += 1;
        report(this.counts.read);
        const result = this.resultOf(row);
        result.catch(() => undefined);
        underWay.push({ row, result });
        if (underWay.length >= AT_ONCE) await settle();
      }
      while (underWay.length > 0) await settle();
      for (const { row, parts, outcome } of this.emptied)
        await this.count(row, await this.withoutCells(row, parts, outcome));
    } finally {
      await Promise.allSettled(underWay.map(({ result }) => result));
    }
  }

  private async resultOf({ fields, line, why }: CsvRow): Promise<RowResult> {
    if (fields === null) return { outcome: { type: 'refused', code: 'row-unreadable', why } };
    const mapped = this.mapper.map(fields, line);
    if (mapped.type === 'refused') {
      for (const key of mapped.keys ?? []) this.recorded.noteRefused(key);
      return { outcome: mapped };
    }
    const emptied = (mapped.empty ?? []).filter((part) => part.emptied.some((one) => this.recorded.isEmptied(one)));
    const outcome: RowOutcome =
      mapped.type === 'left-out'
        ? { type: mapped.type }
        : (this.duplicate(mapped.parts, line) ?? (await this.sender.send(mapped.parts)));
    if (outcome.type === 'refused') for (const { key } of emptied) this.recorded.noteRefused(key);
    return { outcome, emptied };
  }

  /**
   * What becomes of a row whose cells are empty where something was recorded. That is taken back if
   * the mapping has it so, the last command first.
   */
  private async withoutCells(
    { line }: CsvRow,
    parts: readonly EmptyPart[],
    { type, corrected = false, overtaken = false }: EmptiedRow['outcome'],
  ): Promise<RowOutcome> {
    const { table } = this.recorded;
    const became = { type, corrected, overtaken, emptied: false };
    for (const { key, isSent, emptied } of parts) {
      const slot = table.find(rowKey(key));
      // Another row has what this one lacks.
      if (!isSent && slot >= 0 && ![0, line].includes(table.line[slot] ?? 0)) continue;
      if (slot >= 0) table.line[slot] = line;
      const left = emptied.filter((one) => this.recorded.isEmptied(one));
      if (this.recorded.newer !== null) {
        became.overtaken ||= left.length > 0;
        continue;
      }
      for (const one of left.filter(({ zero }) => zero === null)) {
        this.recorded.noteEmptied(one, line);
        became.emptied = true;
      }
      const zeros = left.flatMap(({ zero }) => zero ?? []).reverse();
      if (zeros.length === 0) continue;
      const outcome = await this.sender.send([{ key, commands: zeros }]);
      if (outcome.type === 'refused') return outcome;
      if (outcome.type === 'accepted') became.type = 'accepted';
      became.corrected ||= outcome.corrected === true;
    }
    return became;
  }

  /** The refusal of a row whose key another row of the file has; notes the row if there is none. */
  private duplicate(parts: readonly RowPart[], line: number): RowOutcome | null {
    const { table } = this.recorded;
    for (const part of parts) {
      const slot = table.find(rowKey(part.key));
      const other = slot < 0 ? 0 : (table.line[slot] ?? 0);
      if (other === 0) continue;
      const same = table.content[slot] === contentOfPart(part);
      return same
        ? { type: 'refused', code: 'row-repeated', why: `line ${other} is the same` }
        : { type: 'refused', code: 'key-repeated', why: `line ${other} has the same key and is another row` };
    }
    for (const part of parts) {
      const slot = table.add(rowKey(part.key));
      table.line[slot] = line;
      table.content[slot] = contentOfPart(part);
    }
    return null;
  }

  private async count({ line, raw }: CsvRow, outcome: RowOutcome): Promise<void> {
    if (outcome.type !== 'refused') {
      this.counts[COUNTED[outcome.type]] += 1;
      for (const also of ['corrected', 'overtaken', 'emptied'] as const)
        if (outcome[also] === true) this.counts[also] += 1;
    } else {
      this.counts.refused += 1;
      await this.files.refused?.add(line, outcome.code, outcome.why, raw);
      if (this.files.refused !== null) return;
      if (this.counts.refused <= MAX_SHOWN)
        this.output.err(`line ${line} would be refused: ${outcome.code}: ${outcome.why}`);
      else if (this.counts.refused === MAX_SHOWN + 1)
        this.output.err('more rows would be refused: name a file for all of them by --refused');
    }
  }
}
