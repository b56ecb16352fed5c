import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { replay } from '@entente/engine';
import Database from 'better-sqlite3';
import type { RecordedEvent } from '@entente/kernel';
import { MODELS, VIEWS } from '@entente/read-models';
import { SqliteLogReader } from '@entente/sqlite';
import { SqliteReadModelStore } from '@entente/typeorm';
import { type StandaloneProcess, startStandalone } from '../support/standalone-process.js';
import { rebuildFunding } from '../support/rebuild-process.js';
import { all } from '../contracts/event-store.js';
import { entente } from '../support/run-cli.js';
import { registerParties } from '../support/parties.mjs';

const PER_SECOND = 200;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const now = () => '2026-06-01T12:00:00.000Z';

let folder: string;
let built: StandaloneProcess;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entente-cut-over-'));
  built = await startStandalone(folder, 'off', [], { LOG_LEVEL: 'error' });
});
afterEach(async () => {
  built.process.kill('SIGKILL');
  await built.ended;
  rmSync(folder, { recursive: true });
});

const rebuilding = (dies?: { readonly step: number; readonly when: string }) =>
  rebuildFunding('kill-at-sqlite-step.mjs', {
    args: ['--data', folder],
    ...(dies === undefined ? {} : { dies: { at: String(dies.step), when: dies.when } }),
  });

/** How many indexes the tables of these rows have, served or not: the key's own, and three more. */
function indexes(): number[] {
  const db = new Database(join(folder, 'rows.sqlite'), { readonly: true });
  const counted = db.prepare(
    `SELECT COUNT(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name LIKE 'funding%' GROUP BY tbl_name`,
  );
  const all = counted.pluck().all() as number[];
  db.close();
  return [...new Set(all)];
}

/** The steps to die at: of those with the same SQL, the first and the last. */
function dyingSteps(steps: readonly string[]): number[] {
  const kinds = new Set(steps.map((sql) => sql.replaceAll(/_g[0-9]+/g, '')));
  const chosen = [...kinds].flatMap((kind) => {
    const alike = steps.flatMap((sql, i) => (sql.replaceAll(/_g[0-9]+/g, '') === kind ? [i] : []));
    return [alike[0] as number, alike.at(-1) as number];
  });
  return [...new Set(chosen)].sort((a, b) => a - b);
}

interface Answer {
  rows: Record<string, unknown>[];
  position: string;
  version: string;
  totals: { pledged: string; count: number }[];
  next: string | null;
}
interface Kept extends Answer {
  readonly limit: number;
}

it('a rebuild killed at each step under load leaves every answer equal to a replay, and ends', async () => {
  let over = false;
  let sent = 0;
  let refused = 0;
  const post = async (account: string, command: string, body: object): Promise<void> => {
    const answer = await fetch(`${built.url}/v1/funding-account/norland.${account}/${command}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor' },
      body: JSON.stringify(body),
    });
    if (answer.status !== 201) refused += 1;
    await answer.arrayBuffer();
  };
  const opening = { donor: 'norland', recipient: 'estmark', fund: 'F', currency: 'USD', stages: ['pledged'] };
  await registerParties(built.url);
  for (let n = 0; n < 9; n += 1) await post(`a${n}`, 'open', { ...opening, basis: 'own', onBudget: false });
  const writing = (async () => {
    const begun = Date.now();
    const under = new Set<Promise<void>>();
    while (!over) {
      for (; sent < ((Date.now() - begun) * PER_SECOND) / 1000; sent += 1) {
        const one = post(`a${sent % 9}`, 'pledge', { amount: 1 + (sent % 7), period: String(2026 + (sent % 3)) });
        under.add(one);
        void one.finally(() => under.delete(one));
      }
      await pause(5);
    }
    await Promise.all(under);
  })();

  const answers: Kept[] = [];
  const wrong: unknown[] = [];
  const ask = async (query: string, limit: number): Promise<Answer | null> => {
    const answer = await fetch(`${built.url}/v1/read-models/funding?${query}&limit=${limit}`);
    const body = (await answer.json()) as Answer & { code?: string };
    if (answer.status !== 200) {
      if (body.code !== 'cursor-void') wrong.push([query, answer.status, body]);
      return null;
    }
    answers.push({ ...body, limit });
    return body;
  };
  const readers = [
    async () => void (await ask('sort=account,period', 30)),
    async () => {
      const seen = Number(answers.at(-1)?.position ?? 1);
      await ask(`as-of=${Math.max(1, seen - (seen % 97))}&sort=account,period`, 30);
    },
    async () => {
      const pages: Answer[] = [];
      let cursor = '';
      for (;;) {
        const page = await ask(`sort=account,period${cursor}`, 10);
        // Where others took over between two pages, the cursor is void and the reader begins again.
        if (page === null) return;
        pages.push(page);
        if (page.next === null) break;
        cursor = `&cursor=${page.next}`;
      }
      const [first] = pages as [Answer];
      const rows = pages.flatMap((page) => page.rows);
      if (pages.some(({ position, version }) => position !== first.position || version !== first.version))
        wrong.push('pages of several positions or versions');
      answers.push({ ...first, rows, limit: rows.length });
    },
  ].map(async (read) => {
    while (!over) {
      await read();
      await pause(5);
    }
  });

  await pause(500);
  const { code, steps } = await rebuilding();
  expect(code).toBe(0);
  const points = dyingSteps(steps);
  const died: (number | null)[] = [];
  for (const step of points) for (const when of ['before', 'after']) died.push((await rebuilding({ step, when })).code);
  // The rebuild interrupted last is resumed, and promoted.
  const before = (await ask('', 1)) as Answer;
  expect((await rebuilding()).code).toBe(0);
  const after = (await ask('', 1)) as Answer;
  over = true;
  await Promise.all([writing, ...readers]);
  expect(indexes()).toEqual([4]);
  expect(steps.join('\n')).toMatch(
    /UPDATE models[\s\S]*DELETE FROM pending_models[\s\S]*UPDATE store_info[\s\S]*COMMIT/,
  );
  expect(after.version).not.toBe(before.version);
  expect([refused, wrong]).toEqual([0, []]);

  const log = new SqliteLogReader(folder);
  const events = await all(log.readLog(0n));
  const pledgedAt = new Map<string, number>();
  let sum = 0;
  for (const { position, type, data } of events as readonly RecordedEvent[]) {
    if (type === 'FundsPledged') sum += (data as { amount: number }).amount;
    pledgedAt.set(String(position), sum);
  }
  const summed = ({ totals }: Answer) => totals.reduce((all, { pledged }) => all + Number(pledged), 0);
  expect(answers.filter((answer) => summed(answer) !== pledgedAt.get(answer.position))).toEqual([]);
  const whole = answers.filter(({ rows, totals, limit }) => limit > 10 && rows.length === totals[0]?.count);
  const shown = ({ rows }: Answer) => rows.reduce((all, { pledged }) => all + Number(pledged), 0);
  expect(whole.filter((answer) => shown(answer) !== pledgedAt.get(answer.position))).toEqual([]);

  const versions = [...new Set(answers.map(({ version }) => version))];
  for (let n = 0; n < 12; n += 1) {
    const one = whole[Math.floor((whole.length * n) / 12)] as Kept;
    const fresh = mkdtempSync(join(tmpdir(), 'entente-replayed-'));
    const rows = new SqliteReadModelStore({ folder: fresh, models: MODELS, views: VIEWS });
    await rows.open(log.id);
    await replay(log, MODELS, rows, BigInt(one.position), now);
    const sort = ['account', 'period'].map((column) => ({ column, descending: false }));
    const replayed = await rows.query('funding', { where: [], sort, limit: one.limit });
    expect(one.rows).toEqual(
      replayed.rows.map(({ key, columns, source }) => ({
        ...columns,
        row_id: key,
        stream: source?.stream,
        since: String(source?.since),
        event: source?.event,
      })),
    );
    const totals = await rows.totals('funding', [], replayed.positions);
    expect(one.totals).toEqual(totals.map(({ by, counts, count, sums }) => ({ ...by, counts, count, ...sums })));
    await rows.close();
    rmSync(fresh, { recursive: true });
  }
  await log.close();
  process.stdout.write(
    `${points.length} steps, each died at before and after: ${died.filter((end) => end === null).length} of ${died.length} died; ` +
      `${answers.length} answers, ${whole.length} of them whole, of ${versions.length} versions; ${events.length} events\n`,
  );
  expect(died.filter((end) => end === null).length).toBe(died.length);
  expect(versions.length).toBeGreaterThan(2);
  expect(await entente('compare', '--rebuilt', '--data', folder)).toMatchObject({ status: 0 });
}, 900_000);
