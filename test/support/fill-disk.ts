import { closeSync, openSync, writeSync } from 'node:fs';
import { expect } from '@jest/globals';

/** Takes all the room that a disk has left, by a file that grows. */
export function fillDisk(file: string): void {
  const some = Buffer.alloc(64 * 1024);
  const fd = openSync(file, 'a');
  try {
    for (;;) writeSync(fd, some);
  } catch (error) {
    expect((error as { code?: string }).code).toBe('ENOSPC');
  } finally {
    closeSync(fd);
  }
}
