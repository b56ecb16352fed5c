/**
 * Makes clients of a running deployment from its OpenAPI document, as its users do, and compiles
 * them strictly: `node generate.mjs <url> <folder>`. Prints what the linter finds as JSON, a
 * problem a line, and fails where a client cannot be made or compiled.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import openapiTypes, { astToString } from 'openapi-typescript';

const [url, folder] = process.argv.slice(2);
const text = await (await fetch(`${url}/docs-json`)).text();

// There is no authentication scheme yet, and health and metrics have no error responses.
const rules = { 'security-defined': 'off', 'operation-4xx-response': 'off', 'no-unused-components': 'off' };
const config = await createConfig({ extends: ['recommended'], rules });
for (const { ruleId, severity, message, location } of await lintFromString({ source: text, config }))
  console.log(JSON.stringify({ ruleId, severity, message, at: location[0]?.pointer }));

writeFileSync(join(folder, 'openapi.json'), text);
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
writeFileSync(join(folder, 'schema.d.ts'), astToString(await openapiTypes(JSON.parse(text))));
await createClient({
  input: join(folder, 'openapi.json'),
  output: { path: join(folder, 'sdk') },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
  logs: { level: 'silent' },
});
const programs = ['by-types.ts', 'by-sdk.ts'];
for (const program of programs)
  copyFileSync(join(import.meta.dirname, 'programs', `${program}.txt`), join(folder, program));
const compilerOptions = {
  target: 'es2024',
  lib: ['es2024', 'dom', 'dom.iterable'],
  module: 'esnext',
  moduleResolution: 'bundler',
  strict: true,
  exactOptionalPropertyTypes: false,
  types: [],
  rootDir: folder,
  outDir: join(folder, 'out'),
};
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: programs }));
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '..', 'bin', 'tsc');
try {
  execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
} catch (error) {
  console.error(error.stdout);
  process.exit(1);
}
