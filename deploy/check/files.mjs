/** Reads the deployment files as plain data. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The parser that the OpenAPI description is written with. */
const yaml = createRequire(createRequire(import.meta.url).resolve('@nestjs/swagger'))('js-yaml');

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const textOf = (path) => readFileSync(join(root, path), 'utf8');
export const jsonOf = (path) => JSON.parse(textOf(path));

/** All documents of a YAML file. Keys are merged (`<<`) as Docker Compose and Kubernetes do. */
export const yamlOf = (path) => {
  const schema = yaml.YAML11_SCHEMA ?? yaml.DEFAULT_SCHEMA;
  const read = yaml.loadAll(textOf(path), { schema });
  return Array.isArray(read) ? read : [read];
};

/** The NAME=value lines of a file. */
export const envOf = (path) =>
  Object.fromEntries(
    textOf(path)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** Whole seconds of `45s`, `2m`, `1m30s`. */
export const secondsOf = (text) =>
  [...String(text).matchAll(/([0-9]+)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * { ms: 0.001, s: 1, m: 60, h: 3600 }[unit],
    0,
  );
