#!/usr/bin/env node
/**
 * A part of `npm run check`: another file names each exported value, another library each name of a
 * library's index, and at least its own file each type. A name counts as used wherever it is a
 * word. The classes of contracts are left out: the index exports them as one.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE = /^(?:apps|libs)\/.*\.ts$/;
const INDEX = /^libs\/[^/]+\/src\/index\.ts$/;
const CONTRACTS = /^libs\/contracts\//;
const VALUES = /^export (?:abstract )?(?:const|function|class) (\w+)/gm;
const VALUES_OF_CONTRACTS = /^export (?:const|function) (\w+)/gm;
const TYPES = /^export (?:interface|type) (\w+)/gm;
const LISTS = /^export (?:type )?\{([^}]*)\}/gm;

const texts = new Map(
  globSync('{apps,libs,test,docs,deploy}/**/*.{ts,mjs}', { cwd: root, exclude: (path) => /node_modules/.test(path) })
    .toSorted()
    .map((file) => [file, readFileSync(`${root}${file}`, 'utf8')]),
);
/** The files that have each word, once for each time. */
const files = new Map();
for (const [file, text] of texts)
  for (const word of text.match(/\w+/g) ?? []) {
    const found = files.get(word);
    if (found === undefined) files.set(word, [file]);
    else found.push(file);
  }

/** The names that others should use. */
const forOthers = (file, text) =>
  INDEX.test(file)
    ? [...text.matchAll(LISTS)].flatMap(([, list]) => list.match(/\w+(?=\s*(?:,|$))/g) ?? [])
    : [...text.matchAll(CONTRACTS.test(file) ? VALUES_OF_CONTRACTS : VALUES)].map(([, name]) => name);

const unused = [];
for (const [file, text] of texts) {
  if (!SOURCE.test(file)) continue;
  const own = INDEX.test(file) ? file.replace('index.ts', '') : file;
  const found = [
    ...forOthers(file, text).filter((name) => files.get(name).every((user) => user.startsWith(own))),
    ...[...text.matchAll(TYPES)].map(([, name]) => name).filter((name) => files.get(name).length === 1),
  ];
  unused.push(...found.map((name) => `${file}: nothing else uses the export ${name}\n`));
}
process.stderr.write(unused.join(''));
process.exitCode = unused.length === 0 ? 0 : 1;
