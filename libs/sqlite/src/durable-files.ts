import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Syncs a file's contents, or a folder's entries, to the disk. */
export function syncToDisk(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Renames a file that was synced, and syncs the new name to the disk. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  syncToDisk(dirname(resolve(to)));
}

/** Creates a folder and its parents if they are missing, and syncs their names to the disk. */
export function createFolderDurably(folder: string): void {
  const topmost = mkdirSync(folder, { recursive: true });
  if (topmost === undefined) return;
  const end = dirname(resolve(topmost));
  for (let at = dirname(resolve(folder)); ; at = dirname(at)) {
    syncToDisk(at);
    if (at === end) return;
  }
}

/**
 * Writes a file atomically: after a crash of the process or the machine it is complete or absent.
 */
export function writeDurably(file: string, text: string, mode?: number): void {
  const incomplete = `${file}.incomplete`;
  writeFileSync(incomplete, text, { flush: true, ...(mode === undefined ? {} : { mode }) });
  renameDurably(incomplete, file);
}
