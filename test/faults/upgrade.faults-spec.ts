import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@entente/kernel';
import { SqliteEventStore } from '@entente/sqlite';
import { type StandaloneProcess, startStandalone } from '../support/standalone-process.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../support/run-cli.js';
import { LiveReader } from '../support/live-reader.js';
import { open, pledge } from '../support/funding-account.js';
import { OLD_FUND, olderFunding, versionOf } from '../support/older-rows.js';
import { serveStandalone } from '../support/deployment.js';

const EVENTS = 120_000;
const ACCOUNTS = 40;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-upgrade-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Answer {
  rows: { fund: string; pledged: number }[];
  position: string;
  version: string;
  totals: { count: number }[];
}

/** A log of many pledges, made of what a deployment records of two commands; its last position. */
async function fill(): Promise<bigint> {
  const deployment = await serveStandalone(folder);
  const url = await deployment.getUrl();
  for (let n = 0; n < ACCOUNTS; n += 1) await open(url, `norland.a${n}`);
  await pledge(url, 'norland.a0');
  await deployment.close();
  const log = new SqliteEventStore({ folder });
  const lastEvent = (await all(log.readLog(0n))).at(-1) as RecordedEvent;
  for (let n = 0; n < EVENTS; n += 1000)
    await log.importEvents(
      Array.from({ length: 1000 }, (_, i) => {
        const account = (n + i) % ACCOUNTS;
        const round = Math.floor((n + i) / ACCOUNTS);
        const id = `00000000-0000-5000-8000-${String(n + i).padStart(12, '0')}`;
        const revision = 1 + round + (account === 0 ? 1 : 0);
        return { ...lastEvent, id, stream: `funding-account/norland.a${account}`, revision };
      }),
    );
  const head = await log.head();
  await log.close();
  const again = await startStandalone(folder, 'off');
  for (;;) {
    const { models } = (await (await fetch(`${again.url}/health/ready`)).json()) as { models: { position: string }[] };
    if (models.every(({ position }) => position === String(head))) break;
    await pause(20);
  }
  again.process.kill('SIGTERM');
  await again.ended;
  return head;
}

describe('an upgrade', () => {
  it('has no gap: old rows are served until the cut-over, and each answer names its version', async () => {
    const head = await fill();
    olderFunding(folder);
    const built: StandaloneProcess = await startStandalone(folder, 'off');
    const wrong: unknown[] = [];
    const versions: string[] = [];
    let over = false;
    const ask = async (query: string): Promise<void> => {
      while (!over) {
        const answer = await fetch(`${built.url}/v1/read-models/funding?${query}`);
        const { rows, version, position, totals } = (await answer.json()) as Answer;
        versions.push(version);
        const old = version.startsWith('0.');
        const right = rows.length === ACCOUNTS && rows.every(({ fund }) => fund === (old ? OLD_FUND : 'Now'));
        if (answer.status !== 200 || !right || totals[0]?.count !== ACCOUNTS)
          wrong.push([answer.status, version, position, rows.length, rows[0]?.fund, totals[0]?.count]);
      }
    };
    const live = await new LiveReader(built.url, 'read-models/funding/live').connect();
    const asking = [ask('as-of=20000'), ask('limit=100'), ask(`as-of=${head}&sort=-pledged`)];
    const begun = Date.now();
    while (!versions.includes(`${versionOf('funding')}.2.2`) && Date.now() - begun < 20_000) await pause(10);
    const lasted = Date.now() - begun;
    const after = await pledge(built.url, 'norland.a1');
    const grown = await fetch(`${built.url}/v1/read-models/funding?account=norland.a1&after=${after}`);
    expect(((await grown.json()) as Answer).rows.map(({ pledged }) => pledged)).toEqual([EVENTS / ACCOUNTS + 1]);
    over = true;
    await Promise.all(asking);
    await live.until(({ events }) => events.includes('reset'));
    await live.until(({ rows }) => [...rows.values()].every(({ columns }) => columns['fund'] === 'Now'));
    live.disconnect();
    built.process.kill('SIGTERM');
    await built.ended;
    expect(wrong).toEqual([]);
    expect([...new Set(versions)]).toEqual(['0.1.1', `${versionOf('funding')}.2.2`]);
    expect(versions.filter((version) => version === '0.1.1').length).toBeGreaterThan(10);
    expect(lasted).toBeGreaterThan(500);
    expect(await entente('compare', '--rebuilt', '--data', folder)).toMatchObject({ status: 0 });
  });
});
