import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFolderDurably, writeDurably } from '@entente/sqlite';

/**
 * The key of reporters' pseudonyms: made once, stored beside the log and never in it, readable only
 * by its owner.
 */
export function pseudonymKey(folder: string): Buffer {
  createFolderDurably(folder);
  const file = join(folder, 'pseudonym.key');
  if (!existsSync(file)) {
    // It cannot be made again, so it is on the disk before the first pseudonym.
    writeDurably(file, randomBytes(32).toString('hex'), 0o600);
  }
  const key = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(key))
    throw new Error(
      `${file} is damaged: restore your copy of it; without a copy, remove the file, and reporters get new pseudonyms`,
    );
  return Buffer.from(key, 'hex');
}
