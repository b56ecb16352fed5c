#!/usr/bin/env node
/**
 * Creates the secrets that docker-compose.yml names, in files beside this one. Existing files stay
 * as they are: another password would not open the database, and another pseudonym key would give
 * every reporter of misuse another pseudonym. Needs only Node.js.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2] ?? fileURLToPath(new URL('./secrets', import.meta.url));
// Only the owner can open the folder. Containers get the files themselves under other user ids, so
// the files must be readable.
mkdirSync(folder, { recursive: true });
chmodSync(folder, 0o700);

const keep = (name, make) => {
  const file = join(folder, name);
  if (existsSync(file)) {
    process.stdout.write(`${file} is there, and stays\n`);
    return readFileSync(file, 'utf8').trim();
  }
  const value = make();
  // `wx`: another run at the same time does not overwrite it either.
  writeFileSync(file, `${value}\n`, { flag: 'wx', mode: 0o444 });
  chmodSync(file, 0o444);
  process.stdout.write(`${file} is made\n`);
  return value;
};

try {
  const urlIsThere = existsSync(join(folder, 'database-url'));
  if (urlIsThere && !existsSync(join(folder, 'postgres-password')))
    throw new Error(
      `${folder} has a database-url and no postgres-password: put the password that is in it into that file, or remove it where there is no database yet`,
    );
  const password = keep('postgres-password', () => randomBytes(32).toString('base64url'));
  const url = keep(
    'database-url',
    () => `postgres://entente:${encodeURIComponent(password)}@postgres:5432/entente?sslmode=disable`,
  );
  if (decodeURIComponent(new URL(url).password) !== password)
    throw new Error(
      `the password in ${join(folder, 'database-url')} is not that of postgres-password: mend one of them`,
    );
  keep('pseudonym-key', () => randomBytes(32).toString('hex'));
  process.stdout.write('Keep copies of pseudonym-key elsewhere: what it sealed is linked by nothing else.\n');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
