import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Deployment, standalone } from '../support/deployment.js';
import { registerParties } from '../support/parties.mjs';

const run = promisify(execFile);
let deployment: Deployment;
let folder: string;
let lint: string;
beforeAll(async () => {
  deployment = await standalone();
  await registerParties(deployment.url);
  folder = mkdtempSync(join(tmpdir(), 'entente-clients-'));
  const generate = join(import.meta.dirname, 'generate.mjs');
  ({ stdout: lint } = await run(process.execPath, [generate, deployment.url, folder]));
});
afterAll(async () => {
  await deployment.end();
  rmSync(folder, { recursive: true, force: true });
});

describe('the OpenAPI document', () => {
  it('passes a linter', () => expect(lint).toBe(''));

  it.each([
    ['openapi-typescript', 'by-types.js'],
    ['@hey-api/openapi-ts', 'by-sdk.js'],
  ])('generates a client with %s, which sends three commands and a query', async (_, program) => {
    const loader = join(import.meta.dirname, 'extensions.mjs');
    const args = ['--no-warnings', '--import', loader, join(folder, 'out', program), deployment.url];
    const { stdout } = await run(process.execPath, args);
    expect(stdout).toBe('3000000000 USD 3000000000\n');
  });
});
