/**
 * Loaded before the standalone server, it opens files at SIGUSR2 until few are left, and closes
 * them at the next SIGUSR2.
 */
import { closeSync, openSync, readdirSync } from 'node:fs';

const LEFT = 32;
const limit = Number(process.report.getReport().userLimits.open_files.soft);
let held = [];
process.on('SIGUSR2', () => {
  if (held.length > 0) {
    held.forEach((fd) => closeSync(fd));
    held = [];
    return;
  }
  for (let free = limit - readdirSync('/dev/fd').length; free > LEFT; free -= 1) held.push(openSync('/dev/null'));
});
