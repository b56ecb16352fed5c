import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';

/** Whether a folder is there and holds something. */
export const inUse = (folder: string): boolean => existsSync(folder) && readdirSync(folder).length > 0;

/**
 * Fills a folder that is empty or missing, whole or not at all: beside it first, then under its
 * name.
 */
export async function fillWhole(folder: string, fill: (making: string) => Promise<void>): Promise<void> {
  if (inUse(folder)) throw new Error(`${folder} is not empty: name an empty folder, or a new one`);
  const making = `${folder.replace(/\/+$/, '')}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  try {
    await fill(making);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(making, folder);
}
