/**
 * The peer: installed for the benchmark alone, in a separate folder, and never with the product.
 */
import { fork, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { eventOf } from './measure.mjs';

const peers = fileURLToPath(new URL('./peers/', import.meta.url));

/**
 * Installs what is missing; its driver is compiled, with the headers that come with this Node.js.
 * Answers why it cannot be, or null.
 */
function install() {
  const driver = join(peers, 'node_modules', 'sqlite3');
  if (existsSync(join(driver, 'build', 'Release', 'node_sqlite3.node'))) return null;
  console.log('  installing emmett-sqlite for the bench, and compiling its driver: a minute or two ...');
  const run = (command, args, cwd, env = {}) =>
    spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env }, timeout: 600_000 });
  const installed = run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], peers);
  if (installed.status !== 0) return `npm ci failed in test/bench/peers: ${installed.stderr?.split('\n')[0] ?? ''}`;
  const nodedir = join(dirname(dirname(process.execPath)));
  const headers = existsSync(join(nodedir, 'include', 'node', 'node_api.h')) ? { npm_config_nodedir: nodedir } : {};
  const gyp = join(peers, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const compiled = run(process.execPath, [gyp, 'rebuild'], driver, headers);
  return compiled.status === 0 ? null : 'its driver cannot be compiled here (node-gyp needs a C++ compiler and Python)';
}

/**
 * Measures the peer in a separate process, since it prints to the console. Returns sequential
 * appends per second, with one connection or with its default, a connection per append.
 */
export async function emmett() {
  const why = install();
  if (why !== null) return { why };
  return {
    perSecond: (file, ms, oneConnection) =>
      new Promise((resolve, reject) => {
        const child = fork(fileURLToPath(import.meta.url), [file, String(ms), String(oneConnection)], { silent: true });
        child.once('message', resolve);
        child.once('exit', (code) => reject(new Error(`emmett-sqlite ended with ${code}`)));
      }),
  };
}

/**
 * Sequential appends per second. With a connection per append the peer returns SQLITE_BUSY now and
 * then; such an append is tried again.
 */
async function measure(fileName, ms, oneConnection) {
  const { resolve } = createRequire(join(peers, 'package.json'));
  const { SQLiteConnectionPool, getSQLiteEventStore, sqliteConnection } = await import(
    pathToFileURL(resolve('@event-driven-io/emmett-sqlite'))
  );
  const connection = sqliteConnection({ fileName });
  const pool = SQLiteConnectionPool({ fileName, connectionOptions: { singleton: true, connection } });
  const kept = getSQLiteEventStore({ fileName, pool });
  const asItComes = getSQLiteEventStore({ fileName, schema: { autoMigration: 'None' } });
  let n = 0;
  const append = async (store) => {
    const { type, data, metadata } = eventOf((n += 1));
    for (;;)
      try {
        return await store.appendToStream(`note/${n}`, [{ type, data, metadata }], {
          expectedStreamVersion: 'STREAM_DOES_NOT_EXIST',
        });
      } catch (error) {
        if (error.code !== 'SQLITE_BUSY') throw error;
      }
  };
  for (let i = 0; i < 20; i += 1) await append(kept);
  const store = oneConnection ? kept : asItComes;
  const begun = performance.now();
  const first = n;
  while (performance.now() - begun < ms) await append(store);
  process.send(((n - first) * 1000) / (performance.now() - begun), () => process.exit());
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await measure(process.argv[2], Number(process.argv[3]), process.argv[4] === 'true');
