#!/usr/bin/env node
/**
 * `serve.mjs <folder> <port>[,<port>...] <control port>`: the stand-in for an EventStoreDB as a
 * process of its own, with a node on each port, straight from its sources. Node.js strips types
 * itself, but not parameter properties.
 */
import { readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const here = new URL('./', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) => {
    const own = context.parentURL?.startsWith(here) && specifier.startsWith('./');
    return next(own ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
  load: (url, context, next) => {
    if (!url.startsWith(here) || !url.endsWith('.ts')) return next(url, context);
    const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), {
      filename: fileURLToPath(url),
      swcrc: false,
      sourceMaps: 'inline',
      // The client's protocol files name what they export when they run: an import of them by name
      // would not find it.
      module: { type: 'commonjs' },
      jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
    });
    return { format: 'commonjs', source: code, shortCircuit: true };
  },
});

const [folder, ports, control] = process.argv.slice(2);
const { stand } = createRequire(import.meta.url)('./standing.ts');
stand(folder, ports.split(',').map(Number), Number(control)).catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
