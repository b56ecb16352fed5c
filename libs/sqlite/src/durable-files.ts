import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Syncs a file's contents, or the names in a folder, to the disk before it returns. */
export function syncToDisk(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Renames a file that is on the disk; the new name is on the disk before it returns. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  syncToDisk(dirname(resolve(to)));
}

/** Creates a file that is complete or absent, whenever the process or the machine ends. */
export function writeDurably(file: string, text: string, mode?: number): void {
  const incomplete = `${file}.incomplete`;
  writeFileSync(incomplete, text, { flush: true, ...(mode === undefined ? {} : { mode }) });
  renameDurably(incomplete, file);
}
