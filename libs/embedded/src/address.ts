import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileIn = (folder: string): string => join(folder, 'address');

/** Writes the address of a running deployment to its data folder, for the command line. */
export const leaveAddress = (folder: string, url: string): void => writeFileSync(fileIn(folder), `${url}\n`);

/**
 * The address of a running deployment; null if there is none. The deployment may have been killed:
 * send it a request.
 */
export const addressIn = (folder: string): string | null =>
  existsSync(fileIn(folder)) ? readFileSync(fileIn(folder), 'utf8').trim() : null;

/** Removes the address, unless another deployment has written its own in between. */
export const removeAddress = (folder: string, url: string): void => {
  if (addressIn(folder) === url) rmSync(fileIn(folder), { force: true });
};
