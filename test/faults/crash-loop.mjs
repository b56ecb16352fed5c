#!/usr/bin/env node
/**
 * Kills the built server at random moments under mixed load: commands (some of several events),
 * readers, live readers, rebuilds and backups, which are killed with it or continue. After each
 * kill it is started again and compared with what was acknowledged: by plain SQL over the files, by
 * a replay and by a repeated command. `npm run test:kill` kills ten times, `-- --times 200` two
 * hundred times. Ends with 1 at the first difference, and leaves the folder for inspection.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { program } from '../support/app-process.mjs';
import { startStandalone } from '../support/standalone-process.ts';

const { times } = parseArgs({ options: { times: { type: 'string', default: '10' } } }).values;
const base = mkdtempSync(join(tmpdir(), 'entente-killed-'));
const data = join(base, 'data');
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** What was acknowledged: by command id, the ids of its events. */
const acknowledged = new Map();
let sent = 0;
let url = '';
let down = false;
let deployment = null;
const OPERATOR = 'entente;role=operator';
const DONOR = 'norland;role=donor';

async function send(stream, command, actor, body, id = `k${(sent += 1)}`) {
  const answer = await fetch(`${url}/v1/${stream}/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'entente-actor': actor, 'idempotency-key': id },
    body: JSON.stringify(body),
  });
  const reply = await answer.json();
  if (answer.status === 201) acknowledged.set(`${stream} ${id}`, { actor, events: reply.events });
  else if (answer.status !== 503) throw new Error(`${stream} ${command}: ${answer.status} ${JSON.stringify(reply)}`);
  return { status: answer.status, reply };
}

/** Continues until the deployment is down; a kill shows as a lost connection here. */
const until = async (work) => {
  while (!down)
    try {
      await work();
    } catch (error) {
      if (error instanceof TypeError || error.name === 'AbortError') return;
      throw error;
    }
};

const account = (n) => `funding-account/norland.k${n}`;
const pledging = (n) =>
  until(() =>
    send(account(n), 'pledge', DONOR, { amount: 1 + randomInt(1_000_000), period: `20${20 + randomInt(9)}` }),
  );
/**
 * An organisation that gives three mandates and then loses the role: one command of four events.
 */
const mandating = () =>
  until(async () => {
    const id = `stakeholder/state-${(sent += 1)}`;
    await send(id, 'register', OPERATOR, { name: 'A state', type: 'state', country: id.slice(12) });
    await send(id, 'grant-role', OPERATOR, { role: 'donor' });
    for (const to of ['agent-1', 'agent-2', 'agent-3'])
      await send(id, 'give-mandate', `${id.slice(12)};role=donor`, { role: 'donor', to, until: '2090-12-31' });
    const { reply } = await send(id, 'revoke-role', OPERATOR, { role: 'donor', reason: 'left-the-arrangement' });
    if (reply.events !== undefined && reply.events.length !== 4)
      throw new Error(`${id}: ${reply.events.length} events`);
  });
const reading = (query) =>
  until(async () => {
    const answer = await fetch(`${url}/v1/read-models/${query}`);
    if (answer.status !== 200) throw new Error(`${query}: ${answer.status}`);
    await answer.arrayBuffer();
  });
const watching = (name) =>
  until(async () => {
    const live = await fetch(`${url}/v1/read-models/${name}/live`);
    for await (const bytes of live.body) void bytes;
  });

const children = new Set();
function entente(...args) {
  const child = spawn(process.execPath, [program('cli'), ...args, '--data', data], { stdio: 'ignore' });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
const exitOf = (child) => new Promise((done) => child.once('exit', done));

function fail(message) {
  console.error(`${message}\nthe folder is left at ${base}`);
  for (const child of [...children, deployment]) child?.kill('SIGKILL');
  process.exit(1);
}
const equal = (is, should, what) => {
  if (JSON.stringify(is) !== JSON.stringify(should))
    fail(`${what}\n  is     ${JSON.stringify(is)}\n  should ${JSON.stringify(should)}`);
};

/** Each acknowledged event is there once, at its revision; and no command is there by half. */
function checkLog() {
  const log = new Database(join(data, 'log.sqlite'), { readonly: true });
  const rows = log.prepare(
    `SELECT stream, revision, id, json_extract(metadata, '$.commandId') AS command, type FROM events ORDER BY position`,
  );
  const found = new Map();
  const revisions = new Map();
  const ids = new Set();
  for (const { stream, revision, id, command, type } of rows.iterate()) {
    if (revision !== (revisions.get(stream) ?? -1) + 1)
      fail(`${stream}: revision ${revision} follows ${revisions.get(stream)}`);
    revisions.set(stream, revision);
    if (ids.has(id)) fail(`${stream}: event ${id} is there twice`);
    ids.add(id);
    const key = `${stream} ${command}`;
    if (!found.has(key)) found.set(key, []);
    found.get(key).push({ id, type, revision });
  }
  log.close();
  for (const [key, { events }] of acknowledged) equal(found.get(key), events, `${key} was acknowledged`);
  for (const [key, events] of found)
    if (events[0].type === 'RoleRevoked' && events.length !== 4) fail(`${key}: ${events.length} of 4 events`);
  return ids.size;
}

/**
 * What was pledged to each account in each period: by SQL over the events' JSON, and by SQL over
 * the rows.
 */
function checkTotals() {
  const log = new Database(join(data, 'log.sqlite'), { readonly: true });
  const expected = log
    .prepare(
      `SELECT substr(stream, 17) AS account, json_extract(data, '$.period') AS period, SUM(json_extract(data, '$.amount')) AS pledged, COUNT(*) AS movements
       FROM events WHERE type = 'FundsPledged' GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    .all();
  log.close();
  const rows = new Database(join(data, 'rows.sqlite'), { readonly: true });
  const { version, generation } = rows.prepare(`SELECT version, generation FROM models WHERE name = 'funding'`).get();
  const kept = rows
    .prepare(
      `SELECT account, period, pledged, movements FROM funding_v${version}_g${generation} WHERE "until" IS NULL AND row_key <> '' ORDER BY 1, 2`,
    )
    .all();
  rows.close();
  equal(kept, expected, 'what was pledged');
}

async function caughtUp() {
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(10)) {
    const ready = await (await fetch(`${url}/health/ready`)).json();
    if (ready.models.length > 0 && ready.models.every(({ lag }) => lag === '0') && ready.position !== '0') return;
  }
  fail('the rows have not caught up within a minute');
}

let backups = 0;
let rebuilds = 0;
/**
 * A backup that ended has all that was acknowledged before it began, and at most the events of the
 * log.
 */
async function backingUp(round) {
  const copy = join(base, `copy-${round}`);
  const before = [...acknowledged.keys()];
  const code = await exitOf(entente('backup', copy, ...(round % 2 === 0 ? ['--rows'] : [])));
  if (code === null) return rmSync(copy, { recursive: true, force: true });
  if (code !== 0) fail(`the backup ended with ${code}`);
  const log = new Database(join(copy, 'log.sqlite'), { readonly: true });
  const there = new Set(
    log.prepare(`SELECT DISTINCT stream || ' ' || json_extract(metadata, '$.commandId') FROM events`).pluck().all(),
  );
  log.close();
  const missing = before.filter((key) => !there.has(key));
  if (missing.length > 0) fail(`the backup lacks ${missing[0]}, acknowledged before it began`);
  rmSync(copy, { recursive: true, force: true });
  backups += 1;
}
async function rebuilding(round) {
  const names = [['funding'], ['journal', 'programmes'], ['funding', 'journal']][round % 3];
  const code = await exitOf(entente('rebuild', ...names, ...(round % 4 === 0 ? ['--from-scratch'] : [])));
  if (code === 0) rebuilds += 1;
  else if (code !== null) fail(`the rebuild ended with ${code}`);
}

async function round(n) {
  const started = await startStandalone(data, 'off');
  deployment = started.process;
  ({ url } = started);
  down = false;
  if (n === 0) {
    for (const agent of ['agent-1', 'agent-2', 'agent-3']) {
      await send(`stakeholder/${agent}`, 'register', OPERATOR, { name: 'An agent', type: 'state', country: agent });
      await send(`stakeholder/${agent}`, 'grant-role', OPERATOR, { role: 'implementer' });
    }
    for (const [id, role] of [
      ['norland', 'donor'],
      ['estmark', 'recipient'],
    ]) {
      await send(`stakeholder/${id}`, 'register', OPERATOR, { name: 'A party', type: 'state', country: id });
      await send(`stakeholder/${id}`, 'grant-role', OPERATOR, { role });
    }
    for (let i = 0; i < 8; i += 1)
      await send(account(i), 'open', DONOR, {
        donor: 'norland',
        recipient: 'estmark',
        fund: 'Killed',
        currency: 'USD',
        stages: ['pledged'],
        basis: 'own',
        onBudget: false,
      });
  }
  await caughtUp();
  const events = checkLog();
  checkTotals();
  const [key, { actor, events: acknowledgedEvents }] = [...acknowledged].at(-1);
  const [stream, id] = key.split(' ');
  const again = await (
    await fetch(`${url}/v1/commands/${id}?stream=${stream}`, { headers: { 'entente-actor': actor } })
  ).json();
  equal(again.events, acknowledgedEvents, `the receipt of ${key}`);
  if (n % 5 === 0) {
    const { status, stderr } = spawnSync(process.execPath, [program('cli'), 'compare', '--rebuilt', '--data', data], {
      encoding: 'utf8',
    });
    if (status !== 0) fail(`rows and replay differ: ${stderr}`);
    const verified = spawnSync(process.execPath, [program('cli'), 'verify', '--data', data], { encoding: 'utf8' });
    if (verified.status !== 0) fail(`the log: ${verified.stdout}${verified.stderr}`);
  }
  if (n === Number(times)) {
    await started.stop();
    return events;
  }
  const load = Promise.all([
    ...[0, 1, 2, 3, 4, 5, 6, 7, 0, 1].map(pledging),
    ...[0, 1, 2].map(mandating),
    ...['funding', 'donor-portfolio', 'journal?limit=5', 'programmes'].map(reading),
    ...['funding', 'journal'].map(watching),
  ]);
  const beside = n % 2 === 0 ? rebuilding(n) : backingUp(n);
  await pause(30 + randomInt(n % 3 === 0 ? 1500 : 500));
  down = true;
  await started.kill();
  await load;
  // The processes next to the server are killed too, at another moment, or end by themselves.
  if (n % 3 !== 0) {
    await pause(randomInt(300));
    for (const child of children) child.kill('SIGKILL');
  }
  await beside;
  return events;
}

try {
  for (let n = 0; n <= Number(times); n += 1) {
    const events = await round(n);
    if (process.stdout.isTTY || n % 10 === 0 || n === Number(times))
      console.log(
        `killed ${n} times: ${events} events, ${acknowledged.size} commands acknowledged, each there once; ${backups} backups, ${rebuilds} rebuilds ended`,
      );
  }
  rmSync(base, { recursive: true, force: true });
} catch (error) {
  fail(error.stack);
}
