import { type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
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
import { type MappedRow, RowMapper, contentOfPart } from './row-mapper.js';
import { type RowOutcome, RowSender } from './row-sender.js';
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
  /** Rows that earlier editions recorded and this one lacks. */
  missing: number;
}

export interface ImportFiles {
  /** Where the refused rows are; null if there are none. */
  readonly refusedFile: string | null;
  readonly missingFile: string | null;
  /** The newest edition that was published after this one, if one has been imported. */
  readonly newer: Edition | null;
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
    missing: isPart ? null : pathOf(options, 'missing', file),
  };
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

/** Where refused or missing rows go: a dry run writes a file only if it is named. */
const pathOf = (options: ImportCommandsOptions, rows: 'refused' | 'missing', file: string): string | null =>
  options[rows] ?? (options.dryRun === true ? null : `${basename(file)}.${rows}.csv`);

/** Runs `work` with the deployment, or with a dry run that shows the first commands. */
async function withTarget<T>(
  mapping: Mapping,
  { url, log, dryRun = false }: ImportCommandsOptions,
  output: Output,
  work: (target: ImportTarget) => Promise<T>,
): Promise<T> {
  const correlationId = correlationIdOf(mapping);
  const api = url === null ? null : new ImportApi(url, correlationId);
  if (!dryRun && api !== null) return work(api);
  if (!dryRun) throw new Error('an import needs a deployment');
  let shown = 0;
  const show = (line: string): void => {
    if ((shown += 1) <= MAX_SHOWN) output.out(line);
  };
  return DryRun.with(api?.log ?? log ?? NO_LOG, correlationId, show, work);
}

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
    missing: 0,
  };
  private readonly recorded: RecordedRows;
  private readonly sender: RowSender;

  constructor(
    private readonly file: string,
    private readonly mapping: Mapping,
    private readonly mapper: RowMapper,
    private readonly files: { readonly refused: RefusedFile | null; readonly missing: ReportFile | null },
    private readonly target: ImportTarget,
    private readonly options: ImportCommandsOptions,
    private readonly output: Output,
  ) {
    this.recorded = new RecordedRows(mapping);
    const inOrder = mapping.order === 'file' || options.dryRun === true;
    this.sender = new RowSender(target, this.recorded, inOrder);
  }

  async all(isPart: boolean): Promise<ImportCounts & ImportFiles> {
    await this.recorded.read(this.target);
    await this.sendRows();
    const refusedFile = (await this.files.refused?.end()) ?? null;
    const missing = isPart
      ? { rows: 0, file: null }
      : await new MissingRows(this.recorded, this.target).report(this.files.missing);
    const { newer } = this.recorded;
    return { ...this.counts, missing: missing.rows, refusedFile, missingFile: missing.file, newer };
  }

  private async sendRows(): Promise<void> {
    const tell = progress(this.output, 'rows');
    const underWay: { readonly row: CsvRow; readonly outcome: Promise<RowOutcome> }[] = [];
    const settle = async (): Promise<void> => {
      const first = underWay.shift();
      if (first !== undefined) await this.count(first.row, await first.outcome);
    };
    try {
      for await (const row of rowsOf(this.file, this.mapping)) {
        if (this.options.signal?.aborted === true) throw new Error('interrupted');
        this.counts.read += 1;
        tell(this.counts.read);
        const outcome = this.outcomeOf(row);
        outcome.catch(() => undefined);
        underWay.push({ row, outcome });
        if (underWay.length >= AT_ONCE) await settle();
      }
      while (underWay.length > 0) await settle();
    } finally {
      await Promise.allSettled(underWay.map(({ outcome }) => outcome));
    }
  }

  private async outcomeOf({ fields, line, why }: CsvRow): Promise<RowOutcome> {
    if (fields === null) return { type: 'refused', code: 'row-unreadable', why };
    const mapped = this.mapper.map(fields, line);
    if (mapped.type === 'refused') for (const key of mapped.keys ?? []) this.recorded.noteRefused(key);
    if (mapped.type !== 'commands') return mapped;
    const twice = this.duplicate(mapped, line);
    return twice ?? this.sender.send(mapped.parts);
  }

  /** The refusal of a row whose key another row of the file has; notes the row if there is none. */
  private duplicate({ parts }: Extract<MappedRow, { type: 'commands' }>, line: number): RowOutcome | null {
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
    if (outcome.type === 'left-out') this.counts.leftOut += 1;
    else if (outcome.type !== 'refused') {
      this.counts[outcome.type === 'accepted' ? 'accepted' : 'alreadyThere'] += 1;
      if (outcome.corrected) this.counts.corrected += 1;
      if (outcome.overtaken) this.counts.overtaken += 1;
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
