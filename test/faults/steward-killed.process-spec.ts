import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { type StandaloneProcess, startStandalone } from '../support/standalone-process.js';
import { stewardsKilled } from '../support/stewards-killed.js';

const folder = mkdtempSync(join(tmpdir(), 'entente-steward-'));
let server: StandaloneProcess;
const begin = async (): Promise<StandaloneProcess> => {
  server = await startStandalone(folder, 'off');
  return server;
};
beforeAll(begin);
afterAll(async () => {
  await server.kill();
  rmSync(folder, { recursive: true });
});

describe('stewards inside a server that is killed', () => {
  const steward = async (): Promise<StandaloneProcess> => {
    // One server at a time has the folder.
    await server.kill();
    return begin();
  };
  stewardsKilled({ url: () => server.url, steward }, 1);
});
