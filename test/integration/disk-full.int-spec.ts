import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { startPostgres } from '../../deploy/services/postgres.mjs';
import { fillDisk } from '../support/fill-disk.js';
import { loadOn } from '../support/load.mjs';
import { distributedProcesses } from '../support/distributed-processes.mjs';
import { verifySystem } from '../support/system-verification.mjs';

const { SERVICES_ESDB_URL: esdb = '', SERVICES_KAFKA_BROKERS: kafka = '' } = process.env;

/** How a database without room shows: by its own word, by ending, or by silence. */
const REASON = /no space left|does not answer just now|has not answered/;

it('a full disk under PostgreSQL is reported while commands are recorded, and rows catch up later', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-full-'));
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  // PostgreSQL may have to run as another user.
  chmodSync(folder, 0o755);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200m,mode=755', 'tmpfs', disk]);
  const own = { folder: join(disk, 'postgres') };
  let server = await startPostgres({ ...own, settings: { max_wal_size: '48MB', min_wal_size: '32MB' } });
  const deployment = distributedProcesses({ esdb, kafka, database: server.url }, 3);
  const load = loadOn(deployment, { rate: 60 });
  try {
    await deployment.open({ api: 1, relay: 1, projector: 2, intake: 1 });
    await load.open();
    load.begin();
    await pause(1000);
    const filler = join(disk, 'filler');
    fillDisk(filler);
    let fault = '';
    const since = performance.now();
    while (!REASON.test(fault) && performance.now() - since < 60_000) {
      fillDisk(filler);
      const healths = await Promise.all(deployment.named('projector').map((app) => app.health().catch(() => null)));
      fault = JSON.stringify(healths.map((one) => one?.['fault']));
      await pause(100);
    }
    expect(fault).toMatch(REASON);
    const before = load.receipts.size;
    await pause(2000);
    expect(load.receipts.size).toBeGreaterThan(before);
    rmSync(filler);
    execFileSync('mount', ['-o', 'remount,size=800m', disk]);
    // If it could not write its log either, it ended, and its supervisor starts it again.
    const { port } = server;
    await Promise.race([server.ended, pause(1000)]);
    await server.stop().catch(() => undefined);
    server = await startPostgres({ ...own, port });
    await pause(1000);
    await load.end();
    const { deadLetters } = await verifySystem(deployment, load);
    expect(deadLetters).toBe(0);
  } finally {
    await load.close();
    await deployment.end();
    await server.kill();
    execFileSync('umount', ['-l', disk]);
    rmSync(folder, { recursive: true, force: true });
  }
});
