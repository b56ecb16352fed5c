import { rm } from 'node:fs/promises';
import { NewFile } from '../files.js';
import type { ImportTarget } from './import-target.js';
import type { RecordedRows } from './recorded.js';

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The rows that earlier editions have recorded, and the file that was read has not. */
export class MissingRows {
  constructor(
    private readonly recorded: RecordedRows,
    private readonly api: ImportTarget,
  ) {}

  /**
   * Counts them, and lists their events in a file if one is named; one of an earlier run is
   * removed.
   */
  async report(path: string | null): Promise<{ readonly rows: number; readonly file: string | null }> {
    const rows = this.recorded.countMissing();
    if (path === null) return { rows, file: null };
    await rm(path, { force: true });
    if (rows === 0) return { rows, file: null };
    await NewFile.with(path, async (file) => {
      await file.write('stream,event,recorded_at,data\n');
      for await (const event of this.recorded.eventsIn(this.api)) {
        const { stream, type, metadata, data } = event;
        if (this.recorded.isOfMissingRow(event))
          await file.write(`${stream},${type},${metadata.recordedAt},${quoted(JSON.stringify(data))}\n`);
      }
    });
    return { rows, file: path };
  }
}
