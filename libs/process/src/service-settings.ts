import { Matches } from 'class-validator';
import { Setting, Text } from './setting.js';
import { type ReadFile, type SettingsClass, codeOf, settingsPart, settingsPartAs } from './settings.js';

const ESCAPED = 'special characters of a password are written in % codes, such as %40 for @ and %3A for a colon';
const ESDB_TAKES = `the event store's connection string: esdb://user:password@host:2113, for a cluster with each of its hosts (esdb://user:password@a:2113,b:2113,c:2113), or esdb+discover:// with the one DNS name of all of them; ${ESCAPED}`;
/**
 * The known options of the connection string. If there is another one, the client would print the
 * whole string, with the password.
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

const trimmed = (text: string): string => text.trim();

/** The settings of the event store. The files that the connection string names must be readable. */
class EventStoreSettings implements SettingsClass {
  @Setting(
    {
      name: 'ESDB_URL',
      about: 'The connection string of EventStoreDB.',
      takes: ESDB_TAKES,
      required: true,
      secret: true,
    },
    trimmed,
  )
  readonly url!: string;

  @Text(/^[a-z][a-z0-9-]*$/, {
    name: 'ESDB_LOG',
    about: 'The name of the log, on a server that several deployments share.',
    takes: 'a name in kebab-case, as trials-2031',
  })
  readonly log?: string;

  check(readFile: ReadFile): readonly string[] {
    const { url } = this as Partial<EventStoreSettings>;
    return url === undefined ? [] : wrongInEsdb(url, readFile).map((line) => `ESDB_URL: ${line}`);
  }
}

function wrongInEsdb(url: string, readFile: ReadFile): readonly string[] {
  const { hosts = '', options = '' } = ESDB.exec(url)?.groups ?? {};
  if (!hosts.split(',').every(isHost)) return [`takes ${ESDB_TAKES}`];
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

const DATABASE_TAKES = `postgres://user:password@host:5432/database?sslmode=verify-full&sslrootcert=/path/of/ca.pem; ${ESCAPED}`;
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const SSL_FILES = ['sslrootcert', 'sslcert', 'sslkey'];

/** A name for a schema or a role that PostgreSQL and Entente do not use themselves. */
const OWN_NAME = /^(?!pg_|public$|entente$|information_schema$)[a-z][a-z0-9_]{0,62}$/;
const OWN_NAME_TAKES = 'a name of small letters, digits and underscores';

/** The settings of the database. The files that the connection string names must be readable. */
class DatabaseSettings implements SettingsClass {
  @Setting(
    {
      name: 'DATABASE_URL',
      about: 'The PostgreSQL database of the rows. Its locale must be C and its encoding UTF8.',
      takes: DATABASE_TAKES,
      required: true,
      secret: true,
    },
    trimmed,
  )
  readonly url!: string;

  @Text(OWN_NAME, {
    name: 'ANALYST_SCHEMA',
    about: 'The schema with a view of current rows for each read model, for analysts.',
    takes: `${OWN_NAME_TAKES}; not one that holds anything else`,
  })
  readonly analystSchema: string = 'analyst';

  @Text(OWN_NAME, {
    name: 'ANALYST_ROLE',
    about: 'The role that may read that schema and nothing else. It is made if the user may make roles.',
    takes: OWN_NAME_TAKES,
  })
  readonly analystRole: string = 'entente_analyst';

  check(readFile: ReadFile): readonly string[] {
    const { url } = this as Partial<DatabaseSettings>;
    return url === undefined ? [] : wrongInDatabase(url, readFile).map((line) => `DATABASE_URL: ${line}`);
  }
}

function wrongInDatabase(url: string, readFile: ReadFile): readonly string[] {
  const parsed = URL.parse(url);
  const named = parsed !== null && /^postgres(?:ql)?:$/.test(parsed.protocol) && parsed.hash === '';
  if (!named || parsed.hostname === '' || !/^\/[^/]+$/.test(parsed.pathname)) return [`takes ${DATABASE_TAKES}`];
  const mode = parsed.searchParams.get('sslmode');
  return [
    ...(mode === null || SSL_MODES.includes(mode) ? [] : [`its sslmode takes one of ${SSL_MODES.join(', ')}`]),
    ...SSL_FILES.flatMap((name) => {
      const path = parsed.searchParams.get(name);
      return path === null ? [] : unreadable(name, path, readFile);
    }),
  ];
}

/** The key with which the names of organisations that report misuse become pseudonyms. */
class PseudonymSettings {
  @Setting(
    {
      name: 'ENTENTE_PSEUDONYM_KEY',
      about: "The key of reporters' pseudonyms, the same in every `api`, `intake` and `steward`, and permanent.",
      takes: '64 hexadecimal digits, the same in every process (openssl rand -hex 32 makes such a key)',
      required: true,
      secret: true,
    },
    trimmed,
  )
  @Matches(/^[0-9a-f]{64}$/i)
  readonly key!: string;
}

export const EVENT_STORE = settingsPart(EventStoreSettings);
export const DATABASE = settingsPart(DatabaseSettings);
/** The key as bytes. */
export const PSEUDONYM_KEY = settingsPartAs(PseudonymSettings, ({ key }): Buffer => Buffer.from(key, 'hex'));
