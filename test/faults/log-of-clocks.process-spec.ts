import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { exportLog, importInto } from '../../apps/cli/src/move.js';
import { verify } from '../../apps/cli/src/verify.js';
import { all, anEvent } from '../contracts/event-store.js';
import { aServer, aStore } from '../support/stores-on-double.js';

const quiet = { json: true, out: () => undefined, err: () => undefined };

it('a log of which the clock went back verifies, exports and imports, event for event', async () => {
  const from = await aServer();
  const to = await aServer();
  const old = await aStore({ url: from.url });
  for (let i = 0; i < 6; i += 1) {
    // A leader whose clock is seven seconds behind writes what did not see the events before it.
    const metadata = Buffer.from(JSON.stringify({ ...anEvent().metadata, entente: { version: 1 } }));
    const { id, type, data } = anEvent();
    const event = { id, type, contentType: 'application/json', data: Buffer.from(JSON.stringify(data)), metadata };
    from.log.write(`note/${i}`, [event], { at: Date.now() - (i % 2) * 7000 });
  }
  const written = from.log.records.filter(({ stream }) => stream.startsWith('note/')).map(({ created }) => created);
  expect(written).not.toEqual(written.toSorted((a, b) => Number(a - b)));
  const { events, findings, digest } = await verify(old, quiet);
  // These events are in no catalogue; their times are in order.
  const checks = ['ids', 'payloads'];
  expect([events, [...new Set(findings.map(({ check }) => check))]]).toEqual([6, checks]);
  const folder = mkdtempSync(join(tmpdir(), 'entente-clocks-'));
  try {
    await exportLog(old, join(folder, 'log.ndjson'), quiet);
    const fresh = await aStore({ url: to.url });
    const imported = await importInto(fresh, join(folder, 'log.ndjson'), join(folder, 'positions.csv'), quiet);
    expect(imported).toEqual({ events: 6, digest });
    const again = await verify(fresh, quiet);
    expect(again).toMatchObject({ events: 6, digest });
    expect([...new Set(again.findings.map(({ check }) => check))]).toEqual(checks);
    const times = (await all(fresh.readLog(0n))).map(({ metadata }) => metadata.recordedAt);
    expect(times).toEqual(times.toSorted());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
