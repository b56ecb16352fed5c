/**
 * `npm run golden`: writes the golden file of every stored event that has none, from the examples
 * of its fields, and changes none that exists, since stored events stay readable permanently. An
 * optional field that was added later gets a further file, named for the field.
 */
import 'reflect-metadata';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE, exampleOf, schemaOf } from '../../dist/libs/contracts/src/index.js';

const folder = process.argv[2] ?? import.meta.dirname;
/** The declared fields of a class, also within lists and objects, each by its path. */
const declaredIn = ({ properties = {} }, at = '') =>
  Object.entries(properties).flatMap(([name, one]) => [
    `${at}${name}`,
    ...declaredIn(one.items ?? one, `${at}${name}.`),
  ]);
/** The fields of a value, also within lists and objects, each by its path. */
const fieldsOf = (value, at = '') => {
  if (Array.isArray(value)) return value.flatMap((one) => fieldsOf(one, at));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => [`${at}${name}`, ...fieldsOf(one, `${at}${name}.`)]);
};
let written = 0;
for (const { kind, events } of CATALOGUE)
  for (const [type, { version, data }] of Object.entries(events)) {
    const name = `${type}.v${version}`;
    mkdirSync(join(folder, kind), { recursive: true });
    const held = readdirSync(join(folder, kind))
      .filter((file) => file.startsWith(`${name}.`))
      .flatMap((file) => fieldsOf(JSON.parse(readFileSync(join(folder, kind, file), 'utf8')).data));
    const exists = existsSync(join(folder, kind, `${name}.json`));
    const added = declaredIn(schemaOf(data)).find((field) => !held.includes(field));
    if (exists && added === undefined) continue;
    const file = join(folder, kind, exists ? `${name}.${added.split('.').at(-1)}.json` : `${name}.json`);
    writeFileSync(file, `${JSON.stringify({ type, version, data: exampleOf(data) }, null, 2)}\n`);
    written += 1;
    console.log(file);
  }
console.log(`${written} golden ${written === 1 ? 'file' : 'files'} written`);
