#!/usr/bin/env node
/**
 * Imports the US Greenbook through the API, by the command line: interrupted at random, run again,
 * run once more. Then compares every total per recipient, account and year with the file: in the
 * served rows, by a replay and by plain SQL over the events' JSON. `npm run test:greenbook --
 * <csv>`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { program } from '../support/app-process.mjs';
import { ACCOUNTS, MAPPING, ROWS, Totals, currentFunding, fail, rowsOf, same, sameSum } from './greenbook.mjs';

const [csv] = process.argv.slice(2);
if (csv === undefined) {
  console.error('usage: npm run test:greenbook -- <us-greenbook-military.csv>');
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'entente-greenbook-'));
const cli = program('cli');
const importing = [cli, 'import', 'commands', csv, '--mapping', MAPPING];
importing.push('--data', folder, '--refused', join(folder, 'refused.csv'), '--json');
const run = (args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { maxBuffer: 1 << 30, encoding: 'utf8' });
  if (status !== 0) fail(`${args.slice(1).join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
};

try {
  for (let i = 0; i < 3; i += 1) {
    const child = spawn(process.execPath, importing, { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    setTimeout(() => child.kill('SIGKILL'), 900 + Math.random() * 1500);
    await ended;
  }
  const first = JSON.parse(run(importing));
  same('read and refused', [first.read, first.refused], [ROWS, 0]);
  same('accepted or there already', first.accepted + first.alreadyThere, ROWS);
  const db = new Database(join(folder, 'log.sqlite'), { readonly: true });
  const events = db.prepare('SELECT COUNT(*) FROM events').pluck().get();
  const again = {
    read: ROWS,
    accepted: 0,
    alreadyThere: ROWS,
    refused: 0,
    leftOut: 0,
    corrected: 0,
    overtaken: 0,
    emptied: 0,
    missing: 0,
  };
  const none = { refusedFile: null, missingFile: null, newer: null, unrecorded: null };
  same('run once more', JSON.parse(run(importing)), { ...again, ...none });
  same('events after that', db.prepare('SELECT COUNT(*) FROM events').pluck().get(), events);

  const slugs = new Map();
  const file = new Totals();
  for await (const row of rowsOf(csv)) file.addRow(row);
  const sql = new Totals();
  for (const { country, fund, period, amount } of db
    .prepare(
      `SELECT json_extract(e.data, '$.reported.key.country') AS country, json_extract(o.data, '$.fund') AS fund, json_extract(e.data, '$.period') AS period,
       SUM(CASE e.type WHEN 'FundsObligated' THEN 1 ELSE -1 END * json_extract(e.data, '$.amount')) AS amount
       FROM events e JOIN events o ON o.stream = e.stream AND o.revision = 0 WHERE e.revision > 0 GROUP BY 1, 2, 3`,
    )
    .all())
    sql.add(country, fund, period, amount);
  for (const { id, country } of db
    .prepare(
      `SELECT DISTINCT json_extract(o.data, '$.recipient') AS id, json_extract(e.data, '$.reported.key.country') AS country
       FROM events e JOIN events o ON o.stream = e.stream AND o.revision = 0 WHERE e.revision > 0`,
    )
    .all()) {
    if (slugs.has(id)) fail(`${country} and ${slugs.get(id)} are both ${id}`);
    slugs.set(id, country);
  }
  same(
    'events of each type',
    db.prepare('SELECT type, COUNT(*) AS count FROM events GROUP BY type ORDER BY type').all(),
    [
      { type: 'FundingAccountOpened', count: ACCOUNTS },
      { type: 'FundsDeobligated', count: 10 },
      { type: 'FundsObligated', count: 14861 },
    ],
  );
  same('recipients', slugs.size, 203);
  db.close();
  sql.compare("the events' JSON by plain SQL", file);

  const rows = new Database(join(folder, 'rows.sqlite'), { readonly: true });
  const served = new Totals();
  for (const { recipient, fund, period, obligated } of await currentFunding((sql) => rows.prepare(sql).all()))
    served.add(slugs.get(recipient), fund, period, obligated);
  rows.close();
  served.compare('the served rows', file);

  const replayed = new Totals();
  for (const line of run([cli, 'replay', 'funding', '--data', folder, '--json']).trim().split('\n')) {
    const { recipient, fund, period, obligated } = JSON.parse(line);
    replayed.add(slugs.get(recipient), fund, period, obligated);
  }
  replayed.compare('a replay', file);
  sameSum('all obligations', replayed.sum());
  const portfolio = run([cli, 'replay', 'donor-portfolio', '--data', folder, '--json']).trim().split('\n');
  const shown = portfolio.reduce((total, line) => total + BigInt(JSON.parse(line).obligated), 0n);
  sameSum('all obligations by the portfolio', shown);
  console.log(run([cli, 'compare', '--rebuilt', '--data', folder]).trim());
  console.log(run([cli, 'verify', '--data', folder]).trim());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
