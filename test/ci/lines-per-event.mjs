#!/usr/bin/env node
/**
 * What an event costs: the hand-written lines of each part over the number of event types, and the
 * largest files. Golden files and the list of refusal codes are generated and not counted.
 * `node test/ci/lines-per-event.mjs`.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const isSpec = (file) => file.endsWith('.spec.ts');
const isGenerated = (file) => file.endsWith('/refusal-codes.ts');
const files = (...patterns) =>
  patterns.flatMap((pattern) => globSync(pattern, { cwd: root }).filter((file) => !isGenerated(file))).sort();
const lines = (file) => readFileSync(`${root}${file}`, 'utf8').trimEnd().split('\n').length;

const [contracts, domain, models] = ['contracts', 'domain', 'read-models'].map((name) =>
  files(`libs/${name}/src/**/*.ts`),
);
/** A contract of a kind is a file that declares events; the other files serve all kinds. */
const declaresEvents = (file) => /^ {2,4}[A-Z]\w+: (?:event|fact)\(/m.test(readFileSync(`${root}${file}`, 'utf8'));
const types = new Set(
  contracts.flatMap((file) =>
    [...readFileSync(`${root}${file}`, 'utf8').matchAll(/^ {2,4}([A-Z]\w+): (?:event|fact)\(/gm)].map(
      ([, type]) => type,
    ),
  ),
);
const isScenario = (file) => file.endsWith('/example-scenario.ts');
const isGeneral = (file) => !declaresEvents(file) && !isScenario(file) && !isSpec(file);

const PARTS = {
  'contracts: kinds': contracts.filter(declaresEvents),
  'contracts: scenario': contracts.filter(isScenario),
  'contracts: for all kinds': contracts.filter(isGeneral),
  'contracts: specs': contracts.filter(isSpec),
  domain: domain.filter((file) => !isSpec(file)),
  'domain: specs': domain.filter(isSpec),
  'read models': models.filter((file) => !isSpec(file)),
  'read models: specs': models.filter(isSpec),
  invariants: files('test/support/invariants/*.ts'),
};

let total = 0;
for (const [part, list] of Object.entries(PARTS)) {
  const sum = list.reduce((all, file) => all + lines(file), 0);
  total += sum;
  console.log(
    `${part.padEnd(26)} ${String(sum).padStart(6)} lines ${(sum / types.size).toFixed(1).padStart(6)} per event`,
  );
}
console.log(
  `${'all'.padEnd(26)} ${String(total).padStart(6)} lines ${(total / types.size).toFixed(1).padStart(6)} per event, of ${types.size}`,
);
const largest = Object.values(PARTS)
  .flat()
  .map((file) => [lines(file), file])
  .toSorted(([a], [b]) => b - a);
for (const [count, file] of largest.slice(0, 10)) console.log(`${String(count).padStart(5)}  ${file}`);
