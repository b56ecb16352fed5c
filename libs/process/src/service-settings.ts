import { type Env, type Read, type ReadFile, SettingsReader, codeOf } from './settings.js';

/** Where the log is kept. */
export interface EventStoreSettings {
  readonly url: string;
  readonly log?: string;
}

const ESDB_TAKES =
  "the event store's connection string: esdb://user:password@host:2113, for a cluster with each of its hosts (esdb://user:password@a:2113,b:2113,c:2113), or esdb+discover:// with the one DNS name of all of them";
/**
 * Options of the connection string. Of an unknown one the client would print the string, password
 * and all.
 */
const ESDB_OPTIONS = [
  'tls',
  'tlsCAFile',
  'userCertFile',
  'userKeyFile',
  'connectionName',
  'nodePreference',
  'defaultDeadline',
  'maxDiscoverAttempts',
  'discoveryInterval',
  'gossipTimeout',
  'keepAliveInterval',
  'keepAliveTimeout',
];
const ESDB_FILES = ['tlsCAFile', 'userCertFile', 'userKeyFile'];
/**
 * `scheme://user:password@host:port,host:port/?options`; in a user and a password, what has a
 * meaning here is written in % codes.
 */
const ESDB = /^esdb(?:\+discover)?:\/\/(?:[^:@/?#]+:[^:@/?#]+@)?(?<hosts>[^@/?#]+)\/*(?:\?(?<options>[^#]*))?$/;
const HOST_PORT = /^[a-z0-9._-]+(?::(?<port>[0-9]{1,5}))?$/i;
const ESCAPED = 'what is special in a password is written in % codes, as %40 for @ and %3A for a colon';

/** ESDB_URL and ESDB_LOG. The files that the connection string names are looked at. */
export function readEventStore(env: Env, readFile: ReadFile): Read<EventStoreSettings> {
  const reading = new SettingsReader(env);
  const url = reading.required('ESDB_URL', ESDB_TAKES)?.trim();
  if (url !== undefined) reading.wrong.push(...wrongInEsdb(url, readFile).map((says) => `ESDB_URL: ${says}`));
  const log = reading.given('ESDB_LOG');
  if (log !== undefined && !/^[a-z][a-z0-9-]*$/.test(log))
    reading.wrong.push(`ESDB_LOG=${log}: takes a name in kebab-case, as trials-2031`);
  return reading.are({ url: url ?? '', ...(log === undefined ? {} : { log }) });
}

function wrongInEsdb(url: string, readFile: ReadFile): readonly string[] {
  const { hosts = '', options = '' } = ESDB.exec(url)?.groups ?? {};
  if (!hosts.split(',').every(isHost)) return [`takes ${ESDB_TAKES}; ${ESCAPED}`];
  if (url.startsWith('esdb+discover:') && hosts.includes(','))
    return [
      `its esdb+discover:// takes one DNS name, and of several hosts the first alone is used: write esdb:// for several hosts`,
    ];
  return options.split('&').flatMap((option) => {
    if (option === '') return [];
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(option) ?? [];
    const plain = name.toLowerCase().replaceAll(/[_-]/g, '');
    if (!ESDB_OPTIONS.some((known) => known.toLowerCase() === plain))
      return [`takes the options ${ESDB_OPTIONS.join(', ')}, and has another`];
    if (value === '') return [`its ${name} has no value`];
    if (plain === 'tls' && value !== 'true' && value !== 'false') return ['its tls takes true or false'];
    return ESDB_FILES.some((known) => known.toLowerCase() === plain) ? unreadable(name, decoded(value), readFile) : [];
  });
}

function isHost(text: string): boolean {
  const port = HOST_PORT.exec(text)?.groups?.['port'] ?? '2113';
  return HOST_PORT.test(text) && Number(port) > 0 && Number(port) < 65536;
}

function unreadable(name: string, path: string, readFile: ReadFile): readonly string[] {
  try {
    readFile(path);
    return [];
  } catch (error) {
    return [`its ${name}, ${path}, cannot be read (${codeOf(error)})`];
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where the rows are kept. */
export interface DatabaseSettings {
  readonly url: string;
}

const DATABASE_TAKES = 'postgres://user:password@host:5432/database?sslmode=verify-full&sslrootcert=/path/of/ca.pem';
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const SSL_FILES = ['sslrootcert', 'sslcert', 'sslkey'];

/** DATABASE_URL. The files that it names are looked at. */
export function readDatabase(env: Env, readFile: ReadFile): Read<DatabaseSettings> {
  const reading = new SettingsReader(env);
  const url = reading.required('DATABASE_URL', DATABASE_TAKES)?.trim();
  if (url !== undefined) reading.wrong.push(...wrongInDatabase(url, readFile).map((says) => `DATABASE_URL: ${says}`));
  return reading.are({ url: url ?? '' });
}

function wrongInDatabase(url: string, readFile: ReadFile): readonly string[] {
  const parsed = URL.parse(url);
  const named = parsed !== null && /^postgres(?:ql)?:$/.test(parsed.protocol) && parsed.hash === '';
  if (!named || parsed.hostname === '' || !/^\/[^/]+$/.test(parsed.pathname))
    return [`takes ${DATABASE_TAKES}; ${ESCAPED}`];
  const mode = parsed.searchParams.get('sslmode');
  return [
    ...(mode === null || SSL_MODES.includes(mode) ? [] : [`its sslmode takes one of ${SSL_MODES.join(', ')}`]),
    ...SSL_FILES.flatMap((name) => {
      const path = parsed.searchParams.get(name);
      return path === null ? [] : unreadable(name, path, readFile);
    }),
  ];
}

/**
 * ENTENTE_PSEUDONYM_KEY, in bytes: what seals the names of those who report misuse, the same in
 * every process.
 */
export function readPseudonymKey(env: Env): Read<Buffer> {
  const reading = new SettingsReader(env);
  const takes = '64 hexadecimal digits, the same in every process (openssl rand -hex 32 makes such a key)';
  const key = reading.required('ENTENTE_PSEUDONYM_KEY', takes)?.trim();
  if (key !== undefined && !/^[0-9a-f]{64}$/i.test(key)) reading.wrong.push(`ENTENTE_PSEUDONYM_KEY: takes ${takes}`);
  return reading.are(Buffer.from(key ?? '', 'hex'));
}
