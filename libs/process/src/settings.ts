/** The environment, or a part of it: settings by their names. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Reads a file as text; fails with a message where it cannot. */
export type ReadFile = (path: string) => string;

/**
 * Settings as they were read; or every one that is wrong or missing, each a line that begins with
 * its name and says what it takes. A secret is in none of them.
 */
export type Read<T> = { readonly settings: T } | { readonly wrong: readonly string[] };

/** The parts that a process takes, each read by a function of its own. */
export type Parts<T> = { readonly [K in keyof T]: Read<T[K]> };

/**
 * A name and its value's file: `NAME_FILE` holds the path of a file that holds the value of `NAME`.
 */
const FILE = '_FILE';

/** Settings that may be given as `NAME_FILE` too. */
const NAMES = [
  'ESDB_URL',
  'ESDB_LOG',
  'DATABASE_URL',
  'ENTENTE_PSEUDONYM_KEY',
  'HOST',
  'PORT',
  'ENTENTE_TRUST_NETWORK',
  'LOG_LEVEL',
  'ENTENTE_SHUTDOWN_TIMEOUT_SECONDS',
  'ENTENTE_MAX_CONNECTIONS',
  'ENTENTE_REQUEST_TIMEOUT_SECONDS',
  'KAFKA_BROKERS',
  'KAFKA_SSL',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_TOPIC',
  'KAFKA_PARTITIONS',
  'KAFKA_REPLICAS',
  'KAFKA_GROUP',
  'KAFKA_COMMANDS_TOPIC',
  'KAFKA_REPLIES_TOPIC',
  'KAFKA_DEAD_LETTERS_TOPIC',
];
/** Settings that are paths of files themselves. */
const PATHS = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'];

/**
 * The environment with each `NAME_FILE` read, its last line break aside, and what was wrong with
 * them. An empty value is the same as none.
 */
export function withFiles(env: Env, readFile: ReadFile): { readonly env: Env; readonly wrong: readonly string[] } {
  const found: Record<string, string | undefined> = { ...env };
  const wrong: string[] = [];
  for (const name of NAMES) {
    const path = env[`${name}${FILE}`] ?? '';
    if (path === '') continue;
    if ((env[name] ?? '') !== '') {
      wrong.push(`${name}: is given, and so is ${name}${FILE}; give one of them`);
      continue;
    }
    try {
      found[name] = readFile(path).replace(/\r?\n$/, '');
      if (found[name] === '') wrong.push(`${name}${FILE}: ${path} is empty`);
    } catch (error) {
      wrong.push(`${name}${FILE}: ${path} cannot be read (${codeOf(error)})`);
    }
  }
  for (const name of PATHS)
    if ((env[`${name}${FILE}`] ?? '') !== '')
      wrong.push(`${name}${FILE}: is no setting, since ${name} takes the path of a file itself`);
  return { env: found, wrong };
}

/**
 * Reads all parts that a process takes, from the environment and the files that it names; where
 * some are wrong, every one of all parts is told, once.
 */
export function readSettings<T extends object>(env: Env, readFile: ReadFile, parts: (env: Env) => Parts<T>): Read<T> {
  const resolved = withFiles(env, readFile);
  const read = Object.entries<Read<unknown>>(parts(resolved.env));
  // A setting whose file is wrong is not told to be missing as well.
  const told = new Set(resolved.wrong.map(nameIn));
  const others = read.flatMap(([, part]) => ('wrong' in part ? part.wrong : []));
  const wrong = [...resolved.wrong, ...others.filter((line) => !told.has(nameIn(line)))];
  if (wrong.length > 0) return { wrong: [...new Set(wrong)] };
  return {
    settings: Object.fromEntries(read.map(([name, part]) => [name, 'wrong' in part ? null : part.settings])) as T,
  };
}

const nameIn = (line: string): string => (/^\w+/.exec(line)?.[0] ?? line).replace(/_FILE$/, '');

/** Why a file could not be read, without its content. */
export const codeOf = (error: unknown): string =>
  (error as { code?: string } | null)?.code ?? (error instanceof Error ? error.message : String(error));

/** Reads settings one after the other, and gathers what is wrong with them. */
export class SettingsReader {
  readonly wrong: string[] = [];

  constructor(private readonly env: Env) {}

  /** A value that was given; an empty one was not. */
  given(name: string): string | undefined {
    const value = this.env[name];
    return value === undefined || value === '' ? undefined : value;
  }

  /** A value that must be there. */
  required(name: string, takes: string): string | undefined {
    const value = this.given(name);
    if (value === undefined) this.wrong.push(`${name}: is missing; it takes ${takes}`);
    return value;
  }

  /** One of some words. */
  word<const Word extends string, Otherwise>(name: string, among: readonly Word[], otherwise: Otherwise) {
    const value = this.given(name);
    if (value === undefined || among.includes(value as Word)) return (value as Word | undefined) ?? otherwise;
    const last = among.length > 2 ? `one of ${among.join(', ')}` : among.join(' or ');
    this.wrong.push(`${name}=${value}: takes ${last}`);
    return otherwise;
  }

  /** A whole number in a range. */
  whole<Otherwise>(name: string, [from, to]: readonly [number, number], otherwise: Otherwise): number | Otherwise {
    const value = this.given(name);
    if (value === undefined) return otherwise;
    if (/^[0-9]{1,9}$/.test(value) && Number(value) >= from && Number(value) <= to) return Number(value);
    this.wrong.push(`${name}=${value}: takes a whole number from ${from} to ${to}`);
    return otherwise;
  }

  /** The settings, unless something was wrong. */
  are<T>(settings: T): Read<T> {
    return this.wrong.length > 0 ? { wrong: this.wrong } : { settings };
  }
}
