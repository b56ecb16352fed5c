import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileIn = (folder: string): string => join(folder, 'address');

/** Leaves the address of a running deployment in its data folder, for the command line to find. */
export const leaveAddress = (folder: string, url: string): void => writeFileSync(fileIn(folder), `${url}\n`);

/**
 * The address that a running deployment left; null where none did. It may be of one that was
 * killed: ask it.
 */
export const addressIn = (folder: string): string | null =>
  existsSync(fileIn(folder)) ? readFileSync(fileIn(folder), 'utf8').trim() : null;

/** Takes the address away, unless another deployment has left its own meanwhile. */
export const removeAddress = (folder: string, url: string): void => {
  if (addressIn(folder) === url) rmSync(fileIn(folder), { force: true });
};
