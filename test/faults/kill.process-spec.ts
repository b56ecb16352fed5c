import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { SqliteLogReader } from '@entente/sqlite';
import { commandLine } from '../../apps/cli/src/commands.js';
import { caughtUp, propose, startStandalone } from '../support/standalone-process.js';
import { preload } from '../support/preload.js';
import { all } from '../contracts/event-store.js';

it('a server killed four times under load keeps acknowledged events once, with their receipts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-kill-'));
  const acknowledged = new Map<string, unknown>();
  let sent = 0;
  for (let round = 0; round < 4; round += 1) {
    const server = await startStandalone(folder, 'off');
    const { url } = server;
    const last = [...acknowledged.keys()].at(-1);
    if (last !== undefined) expect(await (await propose(url, last)).json()).toEqual(acknowledged.get(last));
    let dead = false;
    const client = async (): Promise<void> => {
      while (!dead) {
        const id = `p${(sent += 1)}`;
        try {
          const answer = await propose(url, id);
          if (answer.status === 201) acknowledged.set(id, await answer.json());
        } catch {
          return;
        }
      }
    };
    const clients = Array.from({ length: 16 }, client);
    // However slow the machine is, each round acknowledges some.
    const enough = acknowledged.size + 30;
    while (acknowledged.size < enough) await pause(5);
    await pause(randomInt(250));
    await server.kill();
    dead = true;
    await Promise.all(clients);
  }
  const last = await startStandalone(folder, 'off');
  await caughtUp(last.url);
  const exits: number[] = [];
  const output = () => ({ json: true, out: () => undefined, err: () => undefined });
  for (const command of [['compare', '--rebuilt'], ['verify']])
    await commandLine((status) => void exits.push(status), output).parseAsync([
      'node',
      'entente',
      ...command,
      '--data',
      folder,
    ]);
  expect(exits).toEqual([0, 0]);
  expect(await last.stop()).toBe(0);
  const reader = new SqliteLogReader(folder);
  const log = await all(reader.readLog(0n));
  await reader.close();
  rmSync(folder, { recursive: true });
  const streams = log.map((event) => event.stream);
  expect(new Set(streams).size).toBe(streams.length);
  expect(acknowledged.size).toBeGreaterThan(100);
  const there = new Set(streams);
  expect([...acknowledged.keys()].filter((id) => !there.has(`programme/norland.${id}`))).toEqual([]);
});

it('a server killed while it writes its pseudonym key starts again with a complete key', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-key-'));
  const dies = preload('failing-files.mjs?dies=key');
  await expect(startStandalone(folder, 'off', [], {}, dies)).rejects.toThrow('ended with SIGKILL');
  const server = await startStandalone(folder, 'off');
  expect(readFileSync(join(folder, 'pseudonym.key'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  await server.kill();
  rmSync(folder, { recursive: true });
});
