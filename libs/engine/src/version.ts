import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The version of this program, from its package.json. That file is in a folder above the sources
 * and above the build.
 */
export const VERSION = versionAbove(import.meta.dirname);

function versionAbove(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file)) {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name === 'entente' && version !== undefined) return version;
  }
  const above = dirname(folder);
  if (above === folder) throw new Error('no folder above this program has the package.json of entente');
  return versionAbove(above);
}
