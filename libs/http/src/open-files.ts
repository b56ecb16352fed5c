import { readdirSync } from 'node:fs';

/**
 * The files that a process keeps for its log, its database, its threads and its backing services:
 * no connection takes them.
 */
const RESERVED_FILES = 64;
/** With fewer free files than these, the process raises an alarm. */
const LOW_FILES = RESERVED_FILES + 16;
/** The number of connections that are kept in any case: an operator can ask what is wrong. */
const MIN_CONNECTIONS = 8;
/** A count of the open files is used again for this time. */
const MAX_AGE_MS = 250;

/** The files of this process. */
export interface OpenFiles {
  readonly open: number;
  /** The most that it may open, by the operating system (`ulimit -n`); Infinity without a limit. */
  readonly limit: number;
}

function readLimit(): number {
  const { userLimits } = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } };
  };
  return Number(userLimits?.open_files?.soft) || Infinity;
}

let limitOnce: number | null = null;

/** The files that are open now; none where the system does not say. */
export function openFiles(): OpenFiles {
  limitOnce ??= readLimit();
  const limit = limitOnce;
  try {
    return { open: readdirSync('/dev/fd').length, limit };
  } catch (error) {
    // With no file left, the folder cannot be opened either.
    const isUsedUp = ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
    return { open: isUsedUp ? limit : 0, limit };
  }
}

/**
 * The number of connections that the free files allow, given those that are open: what is left by
 * the other files and by the reserve, and a few in any case.
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
