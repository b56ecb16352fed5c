import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { syncToDisk } from './durable-files.js';
import { FILLING, lockFolder } from './log-file.js';

/** What a data folder holds, with the files that SQLite puts beside a database. */
const OWN = /^(?:(?:log|rows|refusals)\.sqlite(?:-wal|-shm|-journal)?|pseudonym\.key(?:\.incomplete)?)$/;
const LOCK = /^writer\.lock(?:-wal|-shm|-journal)?$/;
/** The root of a mounted disk has it. */
const OF_THE_DISK = 'lost+found';

/** The names in a folder that a fill must not touch. */
const othersIn = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => !LOCK.test(name) && name !== OF_THE_DISK) : [];

/** Whether a folder is there and holds something. */
export const inUse = (folder: string): boolean => othersIn(folder).length > 0;

/** Removes what a fill that was broken off has left; nothing if none was. */
function removeBrokenFill(folder: string): void {
  if (!existsSync(join(folder, FILLING))) return;
  for (const name of readdirSync(folder)) if (OWN.test(name)) rmSync(join(folder, name), { force: true });
  rmSync(join(folder, FILLING), { recursive: true, force: true });
}

/**
 * Fills a data folder that is empty or missing, whole or not at all, and in place: its owner, mode
 * and mount stay. The folder's lock is held from beginning to end, so that no deployment starts in
 * it meanwhile. `fill` writes into a folder inside; what it wrote is on the disk before it gets its
 * name. A fill that is broken off is known as one: nothing opens the folder until it has been
 * filled again.
 *
 * Fails if the folder holds anything, or if another process has it.
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

/** Removes a folder that was made for a fill that failed. */
function removeIfEmpty(folder: string): void {
  for (const name of readdirSync(folder)) if (LOCK.test(name)) rmSync(join(folder, name), { force: true });
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
