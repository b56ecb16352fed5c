import { readdirSync } from 'node:fs';

/**
 * The number of files that are reserved for the log, the database, threads and backing services, so
 * that connections do not use them.
 */
const RESERVED_FILES = 64;
/** The number of free files below which the process raises an alarm. */
const LOW_FILES = RESERVED_FILES + 16;
/** The minimum number of connections, so that an operator can always query the process. */
const MIN_CONNECTIONS = 8;
/** The time for which a count of the open files is reused, in milliseconds. */
const MAX_AGE_MS = 250;

/** The files of this process. */
export interface OpenFiles {
  readonly open: number;
  /**
   * The maximum number that it may open, by the operating system (`ulimit -n`); Infinity without a
   * limit.
   */
  readonly limit: number;
}

function readLimit(): number {
  const { userLimits } = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } };
  };
  return Number(userLimits?.open_files?.soft) || Infinity;
}

let limitOnce: number | null = null;

/** Counts the open files; 0 if the operating system does not report them. */
export function openFiles(): OpenFiles {
  limitOnce ??= readLimit();
  const limit = limitOnce;
  try {
    return { open: readdirSync('/dev/fd').length, limit };
  } catch (error) {
    // If no file is left, the folder of descriptors cannot be opened either.
    const isUsedUp = ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
    return { open: isUsedUp ? limit : 0, limit };
  }
}

/**
 * Computes the number of connections that the file limit allows: the limit without other open files
 * and the reserve, but never less than a minimum.
 */
export class FilesForConnections {
  private allowedThen = 0;
  private countedAt = -Infinity;

  allowed(connections: number): number {
    if (performance.now() - this.countedAt <= MAX_AGE_MS) return this.allowedThen;
    const { open, limit } = openFiles();
    const others = Math.max(0, open - connections);
    this.allowedThen = Math.max(MIN_CONNECTIONS, limit - RESERVED_FILES - others);
    this.countedAt = performance.now();
    return this.allowedThen;
  }
}

/** An alarm if the process has nearly used up its files. */
export function openFilesAlarm({ open, limit: most } = openFiles()): readonly {
  readonly source: string;
  readonly alarm: string;
}[] {
  if (most - open >= LOW_FILES) return [];
  return [
    {
      source: 'open-files',
      alarm: `${open} of ${most} files are open: new connections are refused or replace idle ones; raise the limit (ulimit -n)`,
    },
  ];
}
