/**
 * The environment variables of each app of the image, in one place: the deployment files are
 * checked against it, and it against the code that reads them.
 */

const PROCESS = ['HOST', 'PORT', 'LOG_LEVEL', 'ENTENTE_SHUTDOWN_TIMEOUT_SECONDS'];
const DOOR = ['ENTENTE_MAX_CONNECTIONS', 'ENTENTE_REQUEST_TIMEOUT_SECONDS'];
const COMMANDS = ['ENTENTE_COMMAND_TIMEOUT_SECONDS'];
const ANSWERS = ['ENTENTE_CORS_ORIGINS', 'ENTENTE_CSV_FORMULAS'];
const NETWORK = [...PROCESS, 'ENTENTE_TRUST_NETWORK'];
const EVENT_STORE = ['ESDB_URL', 'ESDB_LOG'];
const KAFKA = [
  'KAFKA_BROKERS',
  'KAFKA_SSL',
  'KAFKA_SSL_CA',
  'KAFKA_SSL_CERT',
  'KAFKA_SSL_KEY',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_TOPIC',
  'KAFKA_PARTITIONS',
  'KAFKA_REPLICAS',
];
const OTHER_TOPICS = ['KAFKA_GROUP', 'KAFKA_COMMANDS_TOPIC', 'KAFKA_REPLIES_TOPIC', 'KAFKA_DEAD_LETTERS_TOPIC'];
const DATABASE = ['DATABASE_URL', 'ANALYST_SCHEMA', 'ANALYST_ROLE'];
const SCHEMAS = ['ENTENTE_PUBLIC_URL'];
const RELAYING = [...NETWORK, ...DOOR, ...EVENT_STORE, ...KAFKA];
const DISTRIBUTED = [...RELAYING, ...OTHER_TOPICS];

/** By app: the settings that it accepts, and those that it needs to start. */
export const APPS = {
  api: {
    takes: [...DISTRIBUTED, ...COMMANDS, ...ANSWERS, ...DATABASE, 'ENTENTE_PSEUDONYM_KEY'],
    requires: ['ESDB_URL', 'KAFKA_BROKERS', 'DATABASE_URL', 'ENTENTE_PSEUDONYM_KEY'],
  },
  relay: { takes: [...RELAYING, ...SCHEMAS], requires: ['ESDB_URL', 'KAFKA_BROKERS'] },
  projector: { takes: [...DISTRIBUTED, ...DATABASE], requires: ['ESDB_URL', 'KAFKA_BROKERS', 'DATABASE_URL'] },
  intake: {
    takes: [...DISTRIBUTED, ...COMMANDS, ...DATABASE, 'ENTENTE_PSEUDONYM_KEY'],
    requires: ['ESDB_URL', 'KAFKA_BROKERS', 'DATABASE_URL', 'ENTENTE_PSEUDONYM_KEY'],
  },
  steward: {
    takes: [...DISTRIBUTED, ...COMMANDS, ...DATABASE, 'ENTENTE_PSEUDONYM_KEY'],
    requires: ['ESDB_URL', 'KAFKA_BROKERS', 'DATABASE_URL', 'ENTENTE_PSEUDONYM_KEY'],
  },
  standalone: {
    takes: [...PROCESS, ...DOOR, ...COMMANDS, ...ANSWERS, 'ENTENTE_DATA', 'ENTENTE_EXAMPLE', 'ENTENTE_POLICIES'],
    requires: [],
  },
  cli: {
    takes: [
      'ENTENTE_DATA',
      ...EVENT_STORE,
      ...KAFKA,
      ...SCHEMAS,
      ...OTHER_TOPICS,
      ...DATABASE,
      'ENTENTE_PSEUDONYM_KEY',
    ],
    requires: [],
  },
};

/** Settings that are paths themselves, and have no NAME_FILE. */
const PATHS = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'];

/** Settings that must not be in a file of the repository. ESDB_URL is one if it has a password. */
export const SECRETS = ['DATABASE_URL', 'ENTENTE_PSEUDONYM_KEY', 'KAFKA_SASL_PASSWORD', 'POSTGRES_PASSWORD'];

/** The setting of a variable, directly or as NAME_FILE; null if the app has no such setting. */
export function settingOf(app, variable) {
  const { takes } = APPS[app];
  if (takes.includes(variable)) return variable;
  const name = variable.endsWith('_FILE') ? variable.slice(0, -'_FILE'.length) : '';
  return takes.includes(name) && !PATHS.includes(name) && app !== 'standalone' && app !== 'cli' ? name : null;
}

/**
 * The errors in the variables of an app: unknown, duplicate, missing, secret, or a network that is
 * not trusted.
 */
export function wrongSettings(where, app, variables) {
  if (!Object.hasOwn(APPS, app)) return [`${where}: there is no app ${app}`];
  const wrong = [];
  const given = new Set();
  for (const [variable, value] of Object.entries(variables)) {
    const name = settingOf(app, variable);
    if (name === null) wrong.push(`${where}: ${app} reads no ${variable}`);
    else if (given.has(name)) wrong.push(`${where}: ${name} is given twice`);
    given.add(name);
    if (name !== variable && !String(value).startsWith('/run/secrets/'))
      wrong.push(`${where}: ${variable} is no path below /run/secrets`);
    if (SECRETS.includes(variable)) wrong.push(`${where}: ${variable} is there in plain text`);
    if (/:\/\/[^/]*@/.test(String(value))) wrong.push(`${where}: ${variable} holds a user or a password`);
  }
  for (const name of APPS[app].requires) if (!given.has(name)) wrong.push(`${where}: ${app} is given no ${name}`);
  if (variables.HOST !== undefined && !/^(?:127\.|::1$|localhost$)/.test(variables.HOST))
    if (variables.ENTENTE_TRUST_NETWORK !== 'on')
      wrong.push(`${where}: HOST=${variables.HOST} is refused without ENTENTE_TRUST_NETWORK=on`);
  return wrong;
}
