/**
 * Starts the app that the container's command names, in this same process: there is no shell
 * between it and the signals for it. `entente` is the command line, with all arguments after it.
 */
import { readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const apps = readdirSync(new URL('./dist/apps', import.meta.url));
const [node, , named = '', ...rest] = process.argv;
const app = named === 'entente' ? 'cli' : named;
if (!apps.includes(app)) {
  const known = apps.map((name) => (name === 'cli' ? 'entente' : name)).join(', ');
  process.stderr.write(`this image has no app named '${named}': name one of ${known}\n`);
  process.exit(1);
}

// A signal without a listener does not end the first process of a container. Until the app listens,
// and for an app that never does, this listener ends it.
for (const signal of ['SIGTERM', 'SIGINT']) {
  const end = () => process.exit(128 + constants.signals[signal]);
  process.on(signal, end);
  process.on('newListener', (event, listener) => {
    if (event === signal && listener !== end) process.off(signal, end);
  });
}

const main = new URL(`./dist/apps/${app}/src/main.js`, import.meta.url);
process.argv = [node, fileURLToPath(main), ...rest];
await import(main.href);
