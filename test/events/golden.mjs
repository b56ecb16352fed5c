/**
 * `npm run golden`: writes the golden file of every stored event that has none, from the examples
 * of its fields, and changes none that is there: what was stored once is read for ever.
 */
import 'reflect-metadata';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE, exampleOf } from '../../dist/libs/contracts/src/index.js';

const folder = process.argv[2] ?? import.meta.dirname;
let written = 0;
for (const { kind, events } of CATALOGUE)
  for (const [type, { version, data }] of Object.entries(events)) {
    const file = join(folder, kind, `${type}.v${version}.json`);
    if (existsSync(file)) continue;
    mkdirSync(join(folder, kind), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ type, version, data: exampleOf(data) }, null, 2)}\n`);
    written += 1;
    console.log(file);
  }
console.log(`${written} golden ${written === 1 ? 'file' : 'files'} written`);
