import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { SqliteLogReader, SqliteRefusalLog } from '@entente/sqlite';
import {
  type StandaloneProcess,
  caughtUp,
  propose,
  runStandalone,
  startStandalone,
} from '../support/standalone-process.js';
import { program } from '../support/app-process.mjs';
import { all } from '../contracts/event-store.js';
import { entente } from '../support/run-cli.js';
import { createStandalone, serveStandalone } from '../support/deployment.js';

const PROGRAMMES = 300;
const base = mkdtempSync(join(tmpdir(), 'entente-damage-'));
const whole = join(base, 'whole');
let folder: string;
let made = 0;

const send = (url: string, id: string, command: string, body: object): Promise<Response> =>
  fetch(`${url}/v1/programme/norland.${id}/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'entente-actor': 'norland;role=donor', 'idempotency-key': command },
    body: JSON.stringify(body),
  });
beforeAll(async () => {
  const app = await serveStandalone(whole);
  const url = await app.getUrl();
  await Promise.all(Array.from({ length: PROGRAMMES }, (_, i) => propose(url, `p${i}`)));
  await caughtUp(url);
  await app.close();
});
afterAll(() => rmSync(base, { recursive: true }));
beforeEach(() => {
  folder = join(base, `folder-${(made += 1)}`);
  cpSync(whole, folder, { recursive: true });
});
afterEach(() => {
  chmodSync(folder, 0o755);
  for (const { process: deployment } of started.splice(0)) deployment.kill('SIGKILL');
});

const started: StandaloneProcess[] = [];
async function start(): Promise<StandaloneProcess> {
  const deployment = await startStandalone(folder, 'off');
  started.push(deployment);
  return deployment;
}

/** Overwrites the page in the middle of a table's rows with what is no page. */
function damage(file: string, table: string): void {
  const db = new Database(file, { readonly: true });
  const pages = db
    .prepare(`SELECT pageno FROM dbstat WHERE name LIKE ? AND pagetype = 'leaf' ORDER BY path`)
    .pluck()
    .all(table) as number[];
  const size = Number(db.pragma('page_size', { simple: true }));
  db.close();
  expect(pages.length).toBeGreaterThan(10);
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(size, 0x5a), 0, size, ((pages[Math.floor(pages.length / 2)] as number) - 1) * size);
  closeSync(fd);
}

const log = () => join(folder, 'log.sqlite');
const rows = () => join(folder, 'rows.sqlite');
const change = (file: string, sql: string): void => {
  const db = new Database(file);
  db.exec(sql);
  db.close();
};
const halve = (file: string): void => truncateSync(file, Math.floor(statSync(file).size / 2));
const RESTORE = 'restore a backup into an empty one (entente restore)';
const REMOVE = 'remove this file with those beside it that begin with its name, and start again';

/** Why the deployment cannot be built on the folder. */
const whyNot = async (): Promise<string> => {
  try {
    const app = await createStandalone(folder);
    await app.close();
    return 'it starts';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the standalone server does not start, and names the cause and a remedy,', () => {
  const cases: readonly (readonly [what: string, spoil: () => void, ...messages: string[]])[] = [
    ['on a log that was cut off', () => halve(log()), 'log.sqlite is damaged', RESTORE],
    ['on a log that was emptied', () => truncateSync(log()), 'log.sqlite is missing or empty', RESTORE],
    ['where the log is gone and its rows are there', () => rmSync(log()), 'log.sqlite is missing or empty', RESTORE],
    ['on a log that is no database', () => writeFileSync(log(), 'x'.repeat(9000)), 'log.sqlite is damaged', RESTORE],
    [
      "on another program's database",
      () => change(log(), 'PRAGMA application_id = 7'),
      "another program's database: choose another data folder",
    ],
    [
      'on the log of a newer version',
      () => change(log(), 'PRAGMA user_version = 99'),
      'written by a newer Entente (format 99): run that one',
    ],
    ['on rows that were cut off', () => halve(rows()), 'rows.sqlite is damaged', REMOVE],
    ['on rows that are no database', () => writeFileSync(rows(), 'x'.repeat(9000)), 'rows.sqlite is damaged', REMOVE],
    ["on another program's rows", () => change(rows(), 'DROP TABLE store_info'), "another program's database"],
    ['on the rows of a newer version', () => change(rows(), 'UPDATE store_info SET format = 99'), 'newer Entente'],
    ['on the rows of another log', () => change(rows(), `UPDATE store_info SET log = 'x'`), 'another log: remove it'],
    [
      'on refused commands that are no database',
      () => writeFileSync(join(folder, 'refusals.sqlite'), 'x'.repeat(9000)),
      'refusals.sqlite is damaged',
      REMOVE,
    ],
    [
      'on a key that was emptied',
      () => truncateSync(join(folder, 'pseudonym.key')),
      'pseudonym.key is damaged',
      'restore your copy',
    ],
  ];
  it.each(cases)('%s', async (_, spoil, ...messages) => {
    spoil();
    const why = await whyNot();
    for (const words of messages) expect(why).toContain(words);
  });

  it.each(cases.filter(([what]) => what.endsWith('cut off')))(
    '%s: in one line, with exit status 1',
    async (_, spoil) => {
      spoil();
      const { status, output: log } = await runStandalone(folder);
      expect([status, log]).toEqual([1, expect.stringMatching(/^Entente cannot start: .* is damaged .*\n$/)]);
    },
  );

  it('in a folder or on a log that its user may not write', async () => {
    // Root may write everything: the deployment runs as the user `nobody` then.
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    chmodSync(base, 0o755);
    chmodSync(folder, 0o555);
    const { status, output: log } = await runStandalone(folder, user);
    expect([status, log]).toEqual([1, expect.stringContaining(`${folder} cannot be written by this user: allow it`)]);
    chmodSync(folder, 0o777);
    for (const file of readdirSync(folder)) chmodSync(join(folder, file), file === 'log.sqlite' ? 0o444 : 0o666);
    const again = await runStandalone(folder, user);
    expect([again.status, again.output]).toEqual([
      1,
      expect.stringContaining('log.sqlite cannot be written by this user'),
    ]);
  });

  it('to verify a copy that its user may only read', () => {
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    chmodSync(base, 0o755);
    const run = (on: string) => {
      const args = [program('cli'), 'verify', '--data', on];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { ...user, cwd: '/', encoding: 'utf8' });
      return [status, stdout.split('\n')[0], stderr];
    };
    for (const file of readdirSync(folder)) chmodSync(join(folder, file), 0o444);
    chmodSync(folder, 0o555);
    expect(run(folder)).toEqual([
      1,
      '',
      expect.stringMatching(
        /^entente: .*log\.sqlite cannot be opened by this user, .*: copy the folder to another place/,
      ),
    ]);
    // The remedy.
    const copy = join(base, 'copy');
    cpSync(folder, copy, { recursive: true });
    chmodSync(copy, 0o777);
    expect(run(copy)).toEqual([0, expect.stringContaining(String(PROGRAMMES)), '']);
  });

  it('if another process writes to the folder, which continues', async () => {
    const first = await start();
    const { status, output: log } = await runStandalone(folder);
    expect([status, log]).toEqual([
      1,
      expect.stringContaining('is in use: another process writes to this data folder'),
    ]);
    expect((await propose(first.url, 'later')).status).toBe(201);
    first.process.kill('SIGTERM');
    await first.ended;
  });
});

describe('a corrupt page', () => {
  it('in the log is reported to its readers and in the health, and other streams are served', async () => {
    damage(log(), 'events');
    const { process: deployment, url, ended } = await start();
    const answers = await Promise.all(
      Array.from({ length: PROGRAMMES }, async (_, i) => {
        const answer = await send(url, `p${i}`, 'assign-gender-marker', { marker: 1 });
        return { status: answer.status, ...((await answer.json()) as { code?: string; title?: string }) };
      }),
    );
    const failed = answers.filter(({ status }) => status !== 201);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(PROGRAMMES / 10);
    for (const one of failed)
      expect(one).toMatchObject({ status: 500, code: 'damaged', title: expect.stringContaining(RESTORE) });
    expect((await propose(url, 'later')).status).toBe(201);
    const health = await fetch(`${url}/health/ready`);
    expect([health.status, await health.json()]).toMatchObject([503, { fault: expect.stringContaining(RESTORE) }]);
    expect((await fetch(`${url}/v1/read-models/programmes?limit=9`)).status).toBe(200);
    deployment.kill('SIGTERM');
    await ended;
    expect((await entente('verify', '--data', folder).catch((error: Error) => error)) as object).toMatchObject({
      message: expect.stringContaining(RESTORE),
    });
  });

  it('in the rows is reported to readers and in the health; without the file they are folded again', async () => {
    damage(rows(), 'programmes_v%');
    const read = async (url: string, name: string) => {
      const answer = await fetch(`${url}/v1/read-models/${name}?limit=1000`);
      return { status: answer.status, ...((await answer.json()) as { code?: string; rows?: unknown[] }) };
    };
    const first = await start();
    expect(await read(first.url, 'programmes')).toMatchObject({
      status: 500,
      code: 'damaged',
      title: expect.stringContaining(REMOVE),
    });
    expect(await read(first.url, 'journal')).toMatchObject({ status: 200 });
    expect((await propose(first.url, 'later')).status).toBe(201);
    const health = await fetch(`${first.url}/health/ready`);
    expect([health.status, await health.json()]).toMatchObject([503, { fault: expect.stringContaining(REMOVE) }]);
    first.process.kill('SIGTERM');
    await first.ended;
    for (const file of readdirSync(folder)) if (file.startsWith('rows.sqlite')) rmSync(join(folder, file));
    const again = await start();
    await caughtUp(again.url);
    expect((await read(again.url, 'programmes')).rows).toHaveLength(PROGRAMMES + 1);
    again.process.kill('SIGTERM');
    await again.ended;
    expect((await entente('compare', '--rebuilt', '--data', folder)).status).toBe(0);
  });

  it('in the refusal log is reported to those who list it', async () => {
    const file = join(folder, 'refusals.sqlite');
    rmSync(file);
    const first = new SqliteRefusalLog(folder);
    await first.close();
    // The page of the table itself: the file opens, and cannot be read.
    const fd = openSync(file, 'r+');
    writeSync(fd, Buffer.alloc(4096, 0x5a), 0, 4096, 4096);
    closeSync(fd);
    const refusals = new SqliteRefusalLog(folder);
    await expect(refusals.list({ limit: 9 })).rejects.toMatchObject({ code: 'damaged' });
    await refusals.close();
  });
});

it('an event with corrupt text is reported as corruption', async () => {
  change(log(), `UPDATE events SET data = substr(data, 1, 20) WHERE position = 5`);
  const reader = new SqliteLogReader(folder);
  await expect(all(reader.readLog(0n))).rejects.toMatchObject({ code: 'damaged' });
  await reader.close();
});
