import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { SqliteLogReader } from '@entente/sqlite';
import { commandLine } from '../../apps/cli/src/commands.js';
import { startStandalone } from '../support/standalone-process.js';
import { preload } from '../support/preload.js';
import { all } from '../contracts/event-store.js';

const proposal = {
  title: 'Training',
  donor: 'norland',
  recipient: 'estmark',
  sector: '15210',
  starts: '2026-01-01',
  ends: '2028-12-31',
};

const propose = (url: string, id: string): Promise<Response> =>
  fetch(`${url}/v1/programme/norland.${id}/propose`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': id, 'entente-actor': 'norland;role=donor' },
    body: JSON.stringify(proposal),
  });

it('a server killed four times under load keeps acknowledged events once, with their receipts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-kill-'));
  const acknowledged = new Map<string, unknown>();
  let sent = 0;
  for (let round = 0; round < 4; round += 1) {
    const { process: deployment, url } = await startStandalone(folder, 'off');
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
    await new Promise((resolve) => setTimeout(resolve, 50 + randomInt(250)));
    const gone = new Promise((resolve) => deployment.once('exit', resolve));
    deployment.kill('SIGKILL');
    await gone;
    dead = true;
    await Promise.all(clients);
  }
  const last = await startStandalone(folder, 'off');
  for (let lag = true; lag;) {
    const ready = (await (await fetch(`${last.url}/health/ready`)).json()) as { models: { lag: string }[] };
    lag = ready.models.some((model) => model.lag !== '0');
  }
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
  const ended = new Promise((resolve) => last.process.once('exit', resolve));
  last.process.kill('SIGTERM');
  expect(await ended).toBe(0);
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
  const { process: deployment, ended } = await startStandalone(folder, 'off');
  expect(readFileSync(join(folder, 'pseudonym.key'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  deployment.kill('SIGKILL');
  await ended;
  rmSync(folder, { recursive: true });
});
