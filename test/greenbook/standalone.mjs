#!/usr/bin/env node
/**
 * Imports the US Greenbook through the API, by the command line: interrupted at random, run again,
 * run once more. Then compares every total per recipient, account and year with the file: in the
 * served rows, by a replay and by plain SQL over the events' JSON. `npm run test:greenbook --
 * <csv>`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { parse } from 'csv-parse';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [csv] = process.argv.slice(2);
if (csv === undefined) {
  console.error('usage: npm run test:greenbook -- <us-greenbook-military.csv>');
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'entente-greenbook-'));
const cli = join(root, 'dist/apps/cli/src/main.js');
const importing = [
  cli,
  'import',
  'commands',
  csv,
  '--mapping',
  join(root, 'docs/how-to/imports/us-greenbook.mapping.json'),
];
importing.push('--data', folder, '--refused', join(folder, 'refused.csv'), '--json');
const fail = (message) => {
  throw new Error(message);
};
const same = (what, is, wanted) => {
  if (JSON.stringify(is) !== JSON.stringify(wanted))
    fail(`${what}: ${JSON.stringify(is)} where ${JSON.stringify(wanted)} is right`);
  console.log(`${what}: ${JSON.stringify(is)}`);
};
const run = (args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { maxBuffer: 1 << 30, encoding: 'utf8' });
  if (status !== 0) fail(`${args.slice(1).join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
};
const totals = () => new Map();
const add = (sums, recipient, fund, period, amount) => {
  const key = JSON.stringify([recipient, fund, period]);
  sums.set(key, (sums.get(key) ?? 0n) + amount);
};
const sum = (sums) => [...sums.values()].reduce((a, b) => a + b, 0n);
function equal(what, sums, wanted) {
  const wrong = [...new Set([...sums.keys(), ...wanted.keys()])].filter((key) => sums.get(key) !== wanted.get(key));
  if (wrong.length > 0) fail(`${what}: ${wrong.length} totals differ, the first ${wrong[0]}`);
  console.log(`${what}: ${sums.size} totals per recipient, account and year equal the file's`);
}

try {
  for (let i = 0; i < 3; i += 1) {
    const child = spawn(process.execPath, importing, { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    setTimeout(() => child.kill('SIGKILL'), 900 + Math.random() * 1500);
    await ended;
  }
  const first = JSON.parse(run(importing));
  same('read and refused', [first.read, first.refused], [14871, 0]);
  same('accepted or there already', first.accepted + first.alreadyThere, 14871);
  const db = new Database(join(folder, 'log.sqlite'), { readonly: true });
  const events = db.prepare('SELECT COUNT(*) FROM events').pluck().get();
  const again = { read: 14871, accepted: 0, alreadyThere: 14871, refused: 0, leftOut: 0, corrected: 0, missing: 0 };
  same('run once more', JSON.parse(run(importing)), { ...again, refusedFile: null, missingFile: null });
  same('events after that', db.prepare('SELECT COUNT(*) FROM events').pluck().get(), events);

  const slugs = new Map();
  const file = totals();
  for await (const row of createReadStream(csv).pipe(parse({ columns: true, bom: true })))
    add(file, row.country, row.funding_account_name, row.fiscal_year, BigInt(row.obligations_historical_usd) * 100n);
  const sql = totals();
  for (const { country, fund, period, amount } of db
    .prepare(
      `SELECT json_extract(e.data, '$.reported.key.country') AS country, json_extract(o.data, '$.fund') AS fund, json_extract(e.data, '$.period') AS period,
       SUM(CASE e.type WHEN 'FundsObligated' THEN 1 ELSE -1 END * json_extract(e.data, '$.amount')) AS amount
       FROM events e JOIN events o ON o.stream = e.stream AND o.revision = 0 WHERE e.revision > 0 GROUP BY 1, 2, 3`,
    )
    .all())
    add(sql, country, fund, period, BigInt(amount));
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
      { type: 'FundingAccountOpened', count: 1349 },
      { type: 'FundsDeobligated', count: 10 },
      { type: 'FundsObligated', count: 14861 },
    ],
  );
  same('recipients', slugs.size, 203);
  db.close();
  equal("the events' JSON by plain SQL", sql, file);

  const rows = new Database(join(folder, 'rows.sqlite'), { readonly: true });
  const served = totals();
  for (const { recipient, fund, period, obligated } of rows
    .prepare(`SELECT recipient, fund, period, obligated FROM funding_v1_g1 WHERE "until" IS NULL AND row_key <> ''`)
    .all())
    add(served, slugs.get(recipient), fund, period, BigInt(obligated));
  rows.close();
  equal('the served rows', served, file);

  const replayed = totals();
  for (const line of run([cli, 'replay', 'funding', '--data', folder, '--json']).trim().split('\n')) {
    const { recipient, fund, period, obligated } = JSON.parse(line);
    add(replayed, slugs.get(recipient), fund, period, BigInt(obligated));
  }
  equal('a replay', replayed, file);
  same('the whole, in USD', String(sum(replayed) / 100n), '434333691779');
  const portfolio = run([cli, 'replay', 'donor-portfolio', '--data', folder, '--json']).trim().split('\n');
  const whole = portfolio.reduce((total, line) => total + BigInt(JSON.parse(line).obligated), 0n);
  same('the whole by the portfolio, in USD', String(whole / 100n), '434333691779');
  console.log(run([cli, 'compare', '--rebuilt', '--data', folder]).trim());
  console.log(run([cli, 'verify', '--data', folder]).trim());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
