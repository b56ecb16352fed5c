/**
 * The oldest supported version of Node.js. This module is loaded first, because an older Node.js
 * would fail in later modules without a clear message.
 */
const LEAST = 24;
if (Number(process.versions.node.split('.')[0]) < LEAST) {
  process.stderr.write(
    `Entente cannot start: it takes Node.js ${LEAST} or newer, and this is ${process.versions.node} (${process.execPath})\n`,
  );
  process.exit(1);
}
