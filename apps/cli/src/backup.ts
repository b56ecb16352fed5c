import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { EventLog, ReadModelStore } from '@entente/engine';
import { MODELS } from '@entente/read-models';
import { beginEra, copyDatabase, fillFolder, inUse, integrityCheck, syncToDisk } from './cli.module.js';
import { digestOfLog } from './events-digest.js';
import type { Output } from './output.js';

const MANIFEST = 'manifest.json';
const LOG = 'log.sqlite';
const ROWS = 'rows.sqlite';
const REFUSALS = 'refusals.sqlite';
const KEY = 'pseudonym.key';
const FORMAT = 1;

/** The manifest of a backup. */
export interface Manifest {
  readonly format: number;
  /** The log's own id. */
  readonly log: string;
  /** The position of its last event, and how many events it has. */
  readonly position: string;
  readonly events: number;
  /** The digest of its events; `entente verify` and `entente export` print the same one. */
  readonly digest: string;
  readonly made: string;
  /** The version of the Entente that made it, and that of each projection in it. */
  readonly entente: string;
  readonly projections: Readonly<Record<string, number>>;
  /**
   * The version of each read model in the rows, as answers have it. Empty if the backup has no
   * rows.
   */
  readonly served: Readonly<Record<string, string>>;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** What a backup includes besides the log. */
export interface BackupParts {
  readonly rows?: boolean;
  readonly pseudonymKey?: boolean;
}

/** How to open a backup for reading. */
export interface Openers {
  log(folder: string): EventLog;
  rows(folder: string, log: EventLog): Promise<ReadModelStore>;
}

/** The version of Entente in its package. */
function ownVersion(): string {
  for (let at = import.meta.dirname; ; at = join(at, '..')) {
    const file = join(at, 'package.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
    if (at === join(at, '..')) throw new Error('there is no package.json above the command line');
  }
}

/**
 * Copies a data folder into an empty one while the deployment runs. Rows are copied before the log,
 * so that they are never ahead of it; the refused commands are a separate file. The manifest is
 * written last: a folder without it is not a backup.
 */
export async function backUp(
  data: string,
  to: string,
  { rows = false, pseudonymKey = false }: BackupParts,
  open: Openers,
  output: Output,
): Promise<void> {
  if (existsSync(to) && !statSync(to).isDirectory())
    throw new Error(`${to} is a file: choose a new folder for each backup`);
  if (inUse(to)) throw new Error(`${to} is not empty: choose a new folder for each backup`);
  mkdirSync(to, { recursive: true });
  const refusals = existsSync(join(data, REFUSALS)) ? [REFUSALS] : [];
  const names = [...(rows ? [ROWS] : []), LOG, ...refusals, ...(pseudonymKey ? [KEY] : [])];
  for (const name of names) {
    const file = join(data, name);
    if (!existsSync(file)) throw new Error(`${data} has no ${name} to back up`);
    if (name === KEY) copyFileSync(file, join(to, name));
    else copyDatabase(file, join(to, name));
    syncToDisk(join(to, name));
  }
  const log = open.log(to);
  const position = String(await log.head());
  const { events, digest } = await digestOfLog(log);
  const served = rows ? await servedIn(to, log, open) : {};
  const { id } = log;
  await log.close();
  const files = [];
  for (const name of names) {
    const file = join(to, name);
    files.push({ name, bytes: statSync(file).size, sha256: await digestOf(file) });
  }
  const made = new Date().toISOString();
  const projections = Object.fromEntries(MODELS.map(({ name, version }) => [name, version]));
  const versions = { entente: ownVersion(), projections, served };
  const manifest: Manifest = { format: FORMAT, log: id, position, events, digest, made, ...versions, files };
  // The files are on the disk before the manifest that names them.
  syncToDisk(to);
  writeFileSync(join(to, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
  syncToDisk(to);
  syncToDisk(dirname(resolve(to)));
  if (output.json) output.out(JSON.stringify(manifest));
  else output.out(`${to} has ${events} events up to position ${position}, with digest ${digest}: ${names.join(', ')}`);
  if (!pseudonymKey && existsSync(join(data, KEY)))
    output.err(
      `${KEY} is not in this backup: it links reporters to their pseudonyms. Keep a copy elsewhere, or include it with --pseudonym-key`,
    );
}

/** The version of each read model in the copied rows. */
async function servedIn(folder: string, log: EventLog, open: Openers): Promise<Record<string, string>> {
  const rows = await open.rows(folder, log);
  try {
    const models = rows.names().filter(({ type }) => type === 'model');
    return Object.fromEntries(
      await Promise.all(models.map(async ({ name }) => [name, (await rows.positions(name)).version] as const)),
    );
  } finally {
    await rows.close();
  }
}

/**
 * Restores a backup into an empty data folder, after checking each file against the manifest. The
 * folder is filled completely or not at all.
 */
export async function restore(
  from: string,
  data: string,
  pseudonymKey: string | undefined,
  openLog: (folder: string) => EventLog,
  output: Output,
): Promise<void> {
  if (pseudonymKey !== undefined && !existsSync(pseudonymKey))
    throw new Error(`${pseudonymKey} is not there: --pseudonym-key names the file with the key`);
  const manifest = readManifest(from);
  const { position, events, digest } = manifest;
  const wrong: string[] = [];
  for (const { name, bytes, sha256 } of manifest.files) {
    const file = join(from, name);
    if (!existsSync(file)) wrong.push(`${name} is missing`);
    else if (statSync(file).size !== bytes) wrong.push(`${name} has ${statSync(file).size} bytes, not ${bytes}`);
    else if ((await digestOf(file)) !== sha256) wrong.push(`${name} has another digest`);
    else if (name.endsWith('.sqlite') && integrityCheck(file) !== null)
      wrong.push(`${name}: ${integrityCheck(file) ?? ''}`);
  }
  if (wrong.length > 0) throw new Error(`this backup does not match its manifest: ${wrong.join('; ')}`);
  await fillFolder(data, async (making) => {
    for (const { name } of manifest.files) copyFileSync(join(from, name), join(making, name));
    if (pseudonymKey !== undefined) copyFileSync(pseudonymKey, join(making, KEY));
    if (existsSync(join(making, KEY))) checkKey(join(making, KEY), pseudonymKey ?? join(from, KEY));
    const log = openLog(making);
    const head = await log.head();
    const held = (await digestOfLog(log)).digest;
    const { id } = log;
    await log.close();
    if (String(head) !== position || id !== manifest.log || held !== digest)
      throw new Error(
        `this backup ends at position ${head} with digest ${held}, but its manifest has ${position} and ${digest}`,
      );
    // Clients may hold positions of lost events: a new era makes them begin again.
    beginEra(making);
  });
  if (output.json) output.out(JSON.stringify({ restored: data, position, events, digest }));
  else output.out(`${data} has ${events} events up to position ${position} again, with digest ${digest}`);
  if (!existsSync(join(data, KEY)))
    output.err(
      `${KEY} was not in the backup: copy it to ${data} before the deployment starts; otherwise reporters get new pseudonyms`,
    );
}

/** Fails if a file is not a pseudonym key. */
function checkKey(file: string, source: string): void {
  chmodSync(file, 0o600);
  if (!/^[0-9a-f]{64}$/.test(readFileSync(file, 'utf8').trim()))
    throw new Error(`${source} is not a pseudonym key: it must have 64 hexadecimal digits`);
}

function readManifest(from: string): Manifest {
  const file = join(from, MANIFEST);
  if (!existsSync(file)) throw new Error(`${from} is not a backup: it has no ${MANIFEST}`);
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    if (manifest.format > FORMAT) throw new Error(`it was made by a newer Entente (format ${manifest.format})`);
    if (!manifest.files.some(({ name }) => name === LOG)) throw new Error('it names no log');
    const other = manifest.files.find(({ name }) => ![LOG, ROWS, REFUSALS, KEY].includes(name));
    if (other !== undefined) throw new Error(`it names ${JSON.stringify(other.name)}, which is not a file of a backup`);
    return manifest;
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
