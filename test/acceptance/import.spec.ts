import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { openLog } from '../../apps/cli/src/cli.module.js';
import { commandLine } from '../../apps/cli/src/commands.js';
import { readMapping } from '../../apps/cli/src/importing/mapping.js';
import { type ExpectedDigest, verify } from '../../apps/cli/src/verify.js';
import { serveStandalone, standalone } from '../support/deployment.js';
import { tableOf } from '../support/older-rows.js';
import { CSV, MAPPING, importing } from './importing.js';

const quiet = { json: true, out: () => undefined, err: () => undefined };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-import-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command line as a person would; answers its exit status and what it printed. */
async function entente(...args: string[]): Promise<{ status: number | null; out: string[]; err: string[] }> {
  const printed = { status: null as number | null, out: [] as string[], err: [] as string[] };
  const output = (json: boolean) => ({
    json,
    out: (t: string) => void printed.out.push(t),
    err: (t: string) => void printed.err.push(t),
  });
  await commandLine((status) => (printed.status = status), output).parseAsync(['node', 'entente', ...args]);
  return printed;
}
const refusedFile = () => join(folder, 'refused.csv');
const imported = () =>
  entente('import', 'commands', CSV, '--mapping', MAPPING, '--data', folder, '--refused', refusedFile(), '--json');

/** The obligated balance by recipient, fund and period, computed only from the events' JSON. */
function totalsBySql(): unknown[] {
  const db = new Database(join(folder, 'log.sqlite'), { readonly: true });
  const rows = db
    .prepare(
      `SELECT json_extract(o.data, '$.recipient') AS recipient, json_extract(o.data, '$.fund') AS fund, json_extract(e.data, '$.period') AS period,
       SUM(CASE e.type WHEN 'FundsObligated' THEN 1 ELSE -1 END * json_extract(e.data, '$.amount')) AS obligated
       FROM events e JOIN events o ON o.stream = e.stream AND o.revision = 0
       WHERE e.type IN ('FundsObligated', 'FundsDeobligated') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    )
    .all();
  db.close();
  return rows;
}

importing(standalone);

describe('entente import commands', () => {
  it('changes nothing in a second run: the rows served equal a replay, and the log verifies', async () => {
    await imported();
    const before = totalsBySql();
    const log = openLog(folder);
    const head = await log.head();
    expect(JSON.parse((await imported()).out[0] as string)).toEqual({
      read: 16,
      accepted: 0,
      alreadyThere: 8,
      refused: 8,
      leftOut: 0,
      corrected: 0,
      overtaken: 0,
      emptied: 0,
      missing: 0,
      refusedFile: refusedFile(),
      missingFile: null,
      newer: null,
      unrecorded: null,
    });
    expect(await log.head()).toBe(head);
    await log.close();
    expect(totalsBySql()).toEqual(before);
    const compared = await entente('compare', '--rebuilt', '--data', folder);
    expect([compared.status, compared.out.at(-1)]).toEqual([0, expect.stringContaining('0 differences')]);
    expect((await entente('verify', '--data', folder)).status).toBe(0);
    const replayed = await entente('replay', 'funding', '--data', folder, '--json');
    const rows = replayed.out.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows.map(({ recipient, fund, period, obligated }) => ({ recipient, fund, period, obligated }))).toEqual(
      expect.arrayContaining(before),
    );
    expect(rows).toHaveLength(before.length);
  });

  it("writes into its own folder's log, also if another server has the address that was left there", async () => {
    await (await serveStandalone(folder)).close();
    const other = join(folder, 'other');
    const server = await serveStandalone(other);
    writeFileSync(join(folder, 'address'), `${await server.getUrl()}\n`);
    expect(JSON.parse((await imported()).out[0] as string)).toMatchObject({ read: 16 });
    const { events } = (await (await fetch(`${await server.getUrl()}/v1/history`)).json()) as { events: unknown[] };
    expect(events).toEqual([]);
    await server.close();
    expect(totalsBySql().length).toBeGreaterThan(0);
  });

  it('names a missing column before it sends anything', async () => {
    const file = join(folder, 'mapping.json');
    const mapping = readMapping(MAPPING);
    writeFileSync(file, JSON.stringify({ ...mapping, values: { ...mapping.values, year: '{year}' } }));
    const args = ['import', 'commands', CSV, '--mapping', file, '--data', join(folder, 'deployment')];
    await expect(entente(...args)).rejects.toThrow('there is no column "year". The columns are: fiscal_year, region');
    expect(await openLog(join(folder, 'deployment')).head()).toBe(0n);
  });
});

describe('entente verify', () => {
  /** Tampers with a copy of the log: the checks that find it, with a digest kept elsewhere. */
  const found = async (sql: string, expected: ExpectedDigest | null = null): Promise<string[]> => {
    const copy = join(folder, 'copy');
    rmSync(copy, { recursive: true, force: true });
    const from = new Database(join(folder, 'log.sqlite'));
    from.pragma('wal_checkpoint(TRUNCATE)');
    from.close();
    mkdirSync(copy);
    copyFileSync(join(folder, 'log.sqlite'), join(copy, 'log.sqlite'));
    const db = new Database(join(copy, 'log.sqlite'));
    db.exec(sql);
    db.close();
    const log = openLog(copy);
    const { findings } = await verify(log, quiet, expected);
    await log.close();
    return [...new Set(findings.map(({ check }) => check))].sort();
  };

  it('finds nothing in an untouched log, and each change that was made to it afterwards', async () => {
    await imported();
    expect(await found('SELECT 1')).toEqual([]);
    expect(await found('DELETE FROM events WHERE position = 2')).toContain('revisions');
    expect(
      await found(`UPDATE events SET data = json_set(data, '$.amount', 'much') WHERE type = 'FundsObligated'`),
    ).toEqual(['payloads']);
    // Fields that every object has by nature, at each depth, and an hour that no clock shows.
    for (const at of ['$.toString', '$.valueOf', '$.reported.constructor'])
      expect([
        at,
        await found(`UPDATE events SET data = json_set(data, '${at}', 'x') WHERE type = 'FundsObligated'`),
      ]).toEqual([at, ['payloads']]);
    expect(
      await found(
        `UPDATE events SET metadata = json_set(metadata, '$.occurredAt', '2026-05-04T24:00:00Z') WHERE position = 3`,
      ),
    ).toEqual(['time']);
    expect(await found(`UPDATE events SET type = 'FundsInvented' WHERE position = 2`)).toEqual(['payloads']);
    expect(await found(`UPDATE events SET id = '00000000-0000-5000-8000-000000000000' WHERE position = 2`)).toEqual([
      'ids',
    ]);
    expect(
      await found(
        `UPDATE events SET metadata = json_set(metadata, '$.recordedAt', '2001-01-01T00:00:00.000Z') WHERE position = 3`,
      ),
    ).toEqual(['time']);
    expect(
      await found(
        `UPDATE events SET metadata = json_set(metadata, '$.consulted', json('[{"stream":"programme/norland.p","revision":4}]')) WHERE position = 2`,
      ),
    ).toEqual(['consulted']);
    expect(
      await found(`INSERT INTO events (stream, revision, id, type, version, recorded_at, data, metadata)
        SELECT stream, (SELECT MAX(revision) + 1 FROM events x WHERE x.stream = e.stream), id, type, version, recorded_at, data,
        json_set(metadata, '$.recordedAt', '2999-01-01T00:00:00.000Z') FROM events e WHERE type = 'FundsObligated' AND stream LIKE '%norland.training%'`),
    ).toContain('receipts');
  });

  it('sees a valid edit and a removed last event only with a digest kept elsewhere', async () => {
    await imported();
    const log = openLog(folder);
    const { position, digest } = await verify(log, quiet);
    await log.close();
    const kept = { position: BigInt(position), digest };
    for (const sql of [
      `UPDATE events SET data = json_set(data, '$.amount', 7) WHERE position = (SELECT max(position) FROM events WHERE type = 'FundsObligated')`,
      'DELETE FROM events WHERE position = (SELECT max(position) FROM events)',
    ])
      expect([sql, await found(sql), await found(sql, kept)]).toEqual([sql, [], ['expected']]);
    expect(await found('SELECT 1', kept)).toEqual([]);
  });
});

describe('entente compare', () => {
  it('names each row and column that differs from a replay', async () => {
    await imported();
    const db = new Database(join(folder, 'rows.sqlite'));
    db.exec(
      `UPDATE ${tableOf('funding')} SET obligated = 1 WHERE period = '2020'; DELETE FROM ${tableOf('funding')} WHERE period = '2002'`,
    );
    db.close();
    const { status, out } = await entente('compare', 'funding', '--rebuilt', '--data', folder, '--json');
    expect(status).toBe(2);
    const { differences, count } = JSON.parse(out[0] as string) as {
      differences: Record<string, unknown>[];
      count: number;
    };
    expect(count).toBe(2);
    expect(differences.map(({ column, left, right }) => [column, left === null ? null : left, right !== null])).toEqual(
      expect.arrayContaining([
        ['obligated', 1, true],
        ['(row)', null, true],
      ]),
    );
  });
});
