import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
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

/**
 * Creates a folder if it is missing, with those above it; their names are on the disk before it
 * returns.
 */
export function createFolderDurably(folder: string): void {
  const topmost = mkdirSync(folder, { recursive: true });
  if (topmost === undefined) return;
  const end = dirname(resolve(topmost));
  for (let at = dirname(resolve(folder)); ; at = dirname(at)) {
    syncToDisk(at);
    if (at === end) return;
  }
}

/** Creates a file that is complete or absent, whenever the process or the machine ends. */
export function writeDurably(file: string, text: string, mode?: number): void {
  const incomplete = `${file}.incomplete`;
  writeFileSync(incomplete, text, { flush: true, ...(mode === undefined ? {} : { mode }) });
  renameDurably(incomplete, file);
}
