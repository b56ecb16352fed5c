import type { ImportTarget } from './import-target.js';
import type { RecordedRows } from './recorded.js';
import { ReportFile } from './report-file.js';

const HEADER = 'stream,event,recorded_at,data';
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The file of rows that only earlier editions have. It fails before anything is sent. */
export const missingFile = (path: string, imported: string): Promise<ReportFile> =>
  ReportFile.create(path, imported, { rows: 'missing', mark: HEADER });

/** The rows that earlier editions have recorded, and the file that was read has not. */
export class MissingRows {
  constructor(
    private readonly recorded: RecordedRows,
    private readonly api: ImportTarget,
  ) {}

  /** Counts them, and lists their events in a file if there is one. */
  async report(file: ReportFile | null): Promise<{ readonly rows: number; readonly file: string | null }> {
    const rows = this.recorded.countMissing();
    if (file === null) return { rows, file: null };
    if (rows > 0) {
      await file.write(`${HEADER}\n`);
      for await (const event of this.recorded.eventsIn(this.api)) {
        const { stream, type, metadata, data } = event;
        if (this.recorded.isOfMissingRow(event))
          await file.write(`${stream},${type},${metadata.recordedAt},${quoted(JSON.stringify(data))}\n`);
      }
    }
    return { rows, file: await file.end(rows > 0) };
  }
}
