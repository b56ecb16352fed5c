import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { syncToDisk } from './durable-files.js';
import { FILLING, lockFolder } from './log-file.js';

/** Matches the files of a data folder, with SQLite's additional files. */
const OWN = /^(?:(?:log|rows|refusals)\.sqlite(?:-wal|-shm|-journal)?|pseudonym\.key(?:\.incomplete)?)$/;
const LOCK = /^writer\.lock(?:-wal|-shm|-journal)?$/;
/** A folder in the root of every mounted ext4 disk. */
const OF_THE_DISK = 'lost+found';

/** The names of files that exist in a folder, except locks. */
const othersIn = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => !LOCK.test(name) && name !== OF_THE_DISK) : [];

/** Whether a folder exists and has files. */
export const inUse = (folder: string): boolean => othersIn(folder).length > 0;

/** Removes the files that an interrupted fill has left. */
function removeBrokenFill(folder: string): void {
  if (!existsSync(join(folder, FILLING))) return;
  for (const name of readdirSync(folder)) if (OWN.test(name)) rmSync(join(folder, name), { force: true });
  rmSync(join(folder, FILLING), { recursive: true, force: true });
}

/**
 * Fills an empty or missing data folder, completely or not at all. The folder itself is kept, with
 * its owner, mode and mount. The folder's lock is held throughout, so that no deployment starts in
 * it. `fill` writes into a temporary folder inside it. Each file is synced before it is moved to
 * its final name. After an interruption, the folder cannot be opened until it has been filled
 * again.
 *
 * Rejects if the folder is not empty, or if another process has it open.
 */
export async function fillFolder(folder: string, fill: (filling: string) => Promise<void>): Promise<void> {
  const isNew = !existsSync(folder);
  if (!isNew && othersIn(folder).some((name) => name !== FILLING && !existsSync(join(folder, FILLING))))
    throw new Error(`${folder} is not empty: name an empty folder, or a new one`);
  const lock = lockFolder(folder);
  const filling = join(folder, FILLING);
  let filled = false;
  try {
    removeBrokenFill(folder);
    if (inUse(folder)) throw new Error(`${folder} is not empty: name an empty folder, or a new one`);
    mkdirSync(filling);
    syncToDisk(folder);
    await fill(filling);
    const names = readdirSync(filling).filter((name) => !LOCK.test(name));
    for (const name of names) syncToDisk(join(filling, name));
    for (const name of names) renameSync(join(filling, name), join(folder, name));
    syncToDisk(folder);
    rmSync(filling, { recursive: true });
    syncToDisk(folder);
    if (isNew) syncToDisk(dirname(resolve(folder)));
    filled = true;
  } finally {
    if (!filled) removeBrokenFill(folder);
    lock.close();
    if (!filled && isNew) removeIfEmpty(folder);
  }
}

/** Removes a folder that was created for a failed fill. */
function removeIfEmpty(folder: string): void {
  for (const name of readdirSync(folder)) if (LOCK.test(name)) rmSync(join(folder, name), { force: true });
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
