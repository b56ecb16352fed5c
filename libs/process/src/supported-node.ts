/**
 * Loaded before everything else: an older Node.js would end in the middle of what comes next,
 * without a word.
 */
const LEAST = 24;
if (Number(process.versions.node.split('.')[0]) < LEAST) {
  process.stderr.write(
    `Entente cannot start: it takes Node.js ${LEAST} or newer, and this is ${process.versions.node} (${process.execPath})\n`,
  );
  process.exit(1);
}
