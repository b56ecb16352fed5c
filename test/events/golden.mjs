/**
 * `npm run golden`: writes the golden file of every stored event that has none, from the examples
 * of its fields, and changes none that exists, since stored events stay readable permanently. An
 * optional field that was added later gets a further file, named for the field.
 */
import 'reflect-metadata';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE, exampleOf } from '../../dist/libs/contracts/src/index.js';

const folder = process.argv[2] ?? import.meta.dirname;
let written = 0;
for (const { kind, events } of CATALOGUE)
  for (const [type, { version, data }] of Object.entries(events)) {
    const name = `${type}.v${version}`;
    mkdirSync(join(folder, kind), { recursive: true });
    const held = readdirSync(join(folder, kind))
      .filter((file) => file.startsWith(`${name}.`))
      .flatMap((file) => Object.keys(JSON.parse(readFileSync(join(folder, kind, file), 'utf8')).data));
    const exists = existsSync(join(folder, kind, `${name}.json`));
    const added = Object.keys(exampleOf(data)).find((field) => !held.includes(field));
    if (exists && added === undefined) continue;
    const file = join(folder, kind, exists ? `${name}.${added}.json` : `${name}.json`);
    writeFileSync(file, `${JSON.stringify({ type, version, data: exampleOf(data) }, null, 2)}\n`);
    written += 1;
    console.log(file);
  }
console.log(`${written} golden ${written === 1 ? 'file' : 'files'} written`);
