import type { ImportTarget } from './import-target.js';
import type { RecordedRows } from './recorded.js';
import { ReportFile } from './report-file.js';

const HEADER = 'stream,event,recorded_at,data';
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * The file of what earlier editions have and the file that was read lacks. It fails before anything
 * is sent.
 */
export const missingFile = (path: string, imported: string): Promise<ReportFile> =>
  ReportFile.create(path, imported, { rows: 'missing', mark: HEADER });

/** What earlier editions have recorded and the file that was read lacks: rows, cells of rows. */
export class MissingRows {
  constructor(
    private readonly recorded: RecordedRows,
    private readonly api: ImportTarget,
    /** Whether the file is a part of an edition: rows that it lacks are not missing. */
    private readonly isPart: boolean,
  ) {}

  /** Counts the rows; lists the events of rows and of emptied cells in a file if there is one. */
  async report(
    file: ReportFile | null,
    emptied: number,
  ): Promise<{ readonly rows: number; readonly file: string | null }> {
    const rows = this.isPart ? 0 : this.recorded.countMissing();
    if (file === null) return { rows, file: null };
    const hasRows = rows + emptied > 0;
    if (hasRows) {
      await file.write(`${HEADER},emptied\n`);
      for await (const event of this.recorded.eventsIn(this.api)) {
        const { stream, type, metadata, data } = event;
        const what = this.recorded.emptiedOf(event);
        if (what === null && (this.isPart || !this.recorded.isOfMissingRow(event))) continue;
        const cells = [stream, type, metadata.recordedAt, quoted(JSON.stringify(data)), quoted(what ?? '')];
        await file.write(`${cells.join(',')}\n`);
      }
    }
    return { rows, file: await file.end(hasRows) };
  }
}
