import { statfsSync } from 'node:fs';

const FOLDER = '/dev/shm';
/** What tests fill at most. */
const BYTES = 4 * 2 ** 30;

/** Whether the machine has a file system in memory with room for what tests write. */
function hasRoom() {
  try {
    const { bavail, bsize } = statfsSync(FOLDER);
    return bavail * bsize >= BYTES;
  } catch {
    return false;
  }
}

/**
 * Puts temporary folders into memory, if the machine has it and TMPDIR names no other place: a test
 * waits for no disk. What is lost without one is tested by `npm run test:fsync`.
 */
export function temporaryFoldersInMemory() {
  if (hasRoom()) process.env.TMPDIR ??= FOLDER;
}
