import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { type StandaloneProcess, propose, startStandalone } from '../support/standalone-process.js';
import { preload } from '../support/preload.js';

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
let folder: string;
let built: StandaloneProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-thread-'));
});
afterEach(async () => {
  built.process.kill('SIGTERM');
  await built.ended;
  rmSync(folder, { recursive: true });
});

/** Proposes a programme; answers from when on a read has it. */
const proposed = async (id: string): Promise<string> => {
  const answer = await propose(built.url, id);
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { after: string }).after;
};
const count = async (after: string): Promise<number> => {
  const answer = await fetch(`${built.url}/v1/read-models/programmes?after=${after}`);
  return ((await answer.json()) as { totals: { count: number }[] }).totals[0]?.count ?? 0;
};
const ready = async (): Promise<[number, string]> => {
  const answer = await fetch(`${built.url}/health/ready`);
  return [answer.status, await answer.text()];
};

describe('the projection thread', () => {
  it('is restarted after it ended, and folds what was recorded meanwhile', async () => {
    built = await startStandalone(folder, 'off', [], {
      LOG_LEVEL: 'fatal',
      NODE_OPTIONS: `--import ${preload('end-threads-once.mjs')}`,
    });
    expect(await count(await proposed('p0'))).toBe(1);
    // Each of these ends the thread that folds it first: see `end-threads-once.mjs`.
    for (let n = 1; n <= 3; n += 1) {
      const begun = Date.now();
      let reported = false;
      const after = await proposed(`ends-${n}`);
      for (; Date.now() - begun < 4000 && !reported; await pause(5))
        reported = (await ready())[1].includes('its thread ended');
      expect(reported).toBe(true);
      expect(await count(after)).toBe(n + 1);
      while ((await ready())[0] !== 200) await pause(20);
    }
  });

  it('is reported as it is while twelve costly readers keep the thread of queries busy', async () => {
    built = await startStandalone(folder, 'off', [], {
      LOG_LEVEL: 'fatal',
      NODE_OPTIONS: `--import ${preload('slow-reads.mjs')}`,
    });
    await proposed('one');
    const begun = Date.now();
    const readers = Array.from({ length: 12 }, () => fetch(`${built.url}/v1/read-models/journal?limit=1`));
    let done = false;
    const all = Promise.all(readers).finally(() => (done = true));
    for (let n = 0; !done; n += 1, await pause(200)) {
      if (n % 10 === 0) await proposed(`more-${n}`);
      expect(await ready()).toEqual([200, expect.stringContaining('"alarms":[]')]);
    }
    await all;
    expect(Date.now() - begun).toBeGreaterThan(10_000);
  }, 120_000);

  it('that hangs raises an alarm within ten seconds, while requests are answered, and recovers', async () => {
    built = await startStandalone(folder, 'off', [], { LOG_LEVEL: 'fatal' });
    expect(await count(await proposed('one'))).toBe(1);
    const other = new Database(join(folder, 'rows.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    const begun = Date.now();
    const after = await proposed('two');
    let alarm = '';
    for (; Date.now() - begun < 10_000 && alarm === ''; await pause(100)) {
      const [status, text] = await ready();
      if (status === 503 && text.includes('stalled since')) alarm = text;
      expect((await fetch(`${built.url}/v1/read-models/programmes`)).status).toBe(200);
    }
    expect(alarm).toContain('"source":"programmes"');
    expect(await (await fetch(`${built.url}/metrics`)).text()).toContain('entente_alarm{source="programmes"} 1');
    await proposed('three');
    await pause(Math.max(0, begun + 12_000 - Date.now()));
    other.exec('ROLLBACK');
    other.close();
    while ((await ready())[0] !== 200) await pause(50);
    expect(await count(after)).toBe(3);
  });
});

describe('the query thread', () => {
  it('is restarted after it ended, and pending queries get an answer', async () => {
    built = await startStandalone(folder, 'off', [], {
      LOG_LEVEL: 'fatal',
      NODE_OPTIONS: `--import ${preload('end-threads-once.mjs')}`,
    });
    expect(await count(await proposed('one'))).toBe(1);
    const asked = (programme: string) => fetch(`${built.url}/v1/read-models/programmes?programme=${programme}`);
    // The thread ends at its first query: see `end-threads-once.mjs`.
    const answers = await Promise.all([asked('norland.ends-questions'), asked('norland.one')]);
    expect([answers[0]?.status, answers[0]?.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answers[0]?.json()).toMatchObject({ code: 'rows-away' });
    for (let tries = 0; tries < 100 && (await asked('norland.ends-questions')).status !== 200; tries += 1)
      await pause(20);
    expect((await asked('norland.ends-questions')).status).toBe(200);
    expect((await asked('norland.one')).status).toBe(200);
  });
});
