/**
 * Loaded before the standalone server. With `?dies=key` the process ends by SIGKILL when half of
 * its key is written. With `?fails=sync` every sync fails while a file `bad-disk` is next to the
 * log.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const asked = new URL(import.meta.url).searchParams;
const { fdatasyncSync, writeFileSync } = fs;
if (asked.get('dies') === 'key')
  fs.writeFileSync = (file, data, ...more) => {
    if (!String(file).includes('pseudonym.key')) return writeFileSync(file, data, ...more);
    writeFileSync(file, data.slice(0, data.length / 2), ...more);
    process.kill(process.pid, 'SIGKILL');
  };
if (asked.get('fails') === 'sync')
  fs.fdatasyncSync = (fd) => {
    if (fs.existsSync(join(process.env.ENTENTE_DATA, 'bad-disk'))) throw new Error('EIO: i/o error, fdatasync');
    fdatasyncSync(fd);
  };
syncBuiltinESMExports();
