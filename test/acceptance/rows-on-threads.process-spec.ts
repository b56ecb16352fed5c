import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StandaloneProcess, caughtUp, startStandalone } from '../support/standalone-process.js';
import { inDays as day } from '../support/days.js';

/** The other acceptance tests read rows in their own process; a server reads them on threads. */
describe('a server whose rows are read on threads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-threads-'));
  let server: StandaloneProcess;
  beforeAll(async () => {
    server = await startStandalone(folder, 'on');
    await caughtUp(server.url);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (query: string) => {
    const answer = await fetch(`${server.url}/v1/read-models/${query}`);
    return (await answer.json()) as { readonly rows: readonly object[]; readonly totals: readonly object[] };
  };

  it('leaves no thread that was only starting when the server closed', () => {
    const script = join(import.meta.dirname, '../support/close-while-starting.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, join(folder, 'closed')], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect([status, stdout.trim(), stderr]).toEqual([0, '["read","rows-away"]', '']);
  });
  it('totals what had occurred by a day, as the rows do', async () => {
    const { rows, totals } = await ask(`donor-portfolio?donor=norland&occurred-by=${day(-150)}`);
    expect([rows, totals]).toMatchObject([[{ disbursed: '0' }], [{ disbursed: '0' }, { disbursed: null }]]);
  });
  it('totals by the columns that the query names', async () => {
    const { totals } = await ask('programmes?by=donor');
    expect(totals).toMatchObject([
      { donor: 'norland', count: 1 },
      { donor: 'sudria', count: 1 },
    ]);
    expect(totals.some((total) => 'status' in total)).toBe(false);
  });
  it('returns a whole query in its order, as its pages do', async () => {
    const query = 'journal?sort=-type&kind=programme';
    const { rows } = await ask(`${query}&limit=1000`);
    const whole = await (await fetch(`${server.url}/v1/read-models/${query}&format=ndjson`)).text();
    expect(rows.length).toBeGreaterThan(2);
    expect(
      whole
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual(rows);
  });
  it('counts what was overdue on the day of the answer', async () => {
    const { rows, totals } = await ask(`due-dates?duty=tranche&item=tranche-1&as-of=${day(-156)}`);
    expect([rows, totals]).toMatchObject([[{ overdue: false }], [{ overdue: false, count: 1 }]]);
  });
});
