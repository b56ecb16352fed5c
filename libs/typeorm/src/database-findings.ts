import {
  type ServiceAnswer,
  type ServiceFinding,
  clockFinding,
  fails,
  fits,
  probeFindings,
  warns,
} from '@entente/engine';
import type { DatabaseAnswers, DatabaseCallAnswers, DatabaseFacts, FoundRows } from './database-answers.js';
import { CREATE_DATABASE, FORMAT } from './postgres-catalogue.js';
import { SCHEMA } from './postgres-connections.js';

/** The oldest major version whose SQL is sufficient, and the oldest that was tested. */
const OLDEST_VERSION = 12;
const OLDEST_TRIED = 15;

/**
 * The maximum number of connections of one api, one projector, one intake and one steward together.
 */
const CONNECTIONS = 76;

/** SQLSTATE: insufficient privilege. */
const DENIED = '42501';

const REMEDIES = {
  unreachable: 'start the server, or name it in DATABASE_URL as it is reached from here',
  plain: 'see sslmode in DATABASE_URL',
  distrusted: 'see sslrootcert in DATABASE_URL',
  otherHost: 'see the host in DATABASE_URL',
};

const codeOf = (error: Error): string => (error as { readonly code?: string }).code ?? '';

/** Evaluates the answers of a database. */
export function databaseFindings({ settings, probed, connected, answers }: DatabaseAnswers): readonly ServiceFinding[] {
  const found = [...probeFindings(probed, false, REMEDIES, 0)];
  if (connected?.ok === false) found.push(connectionFinding(connected.error, settings));
  return answers === null ? found : [...found, ...answerFindings(answers, settings)];
}

function connectionFinding(error: Error, { database, user }: DatabaseAnswers['settings']): ServiceFinding {
  const { message } = error;
  switch (codeOf(error)) {
    case '28P01':
      return fails('user', message, 'see the user and the password in DATABASE_URL');
    case '28000':
      return fails('user', message, 'see the user and sslmode in DATABASE_URL, and pg_hba.conf of the server');
    case '3D000':
      return fails('database', message, CREATE_DATABASE.replace('...', `"${database}"`));
    case DENIED:
      return fails('rights', message, `GRANT CONNECT ON DATABASE "${database}" TO "${user}"`);
    case '53300':
      return fails('connections', message, 'raise max_connections, or the limit of the user or of the database');
    case '08P01':
      return fails(
        'connection',
        message,
        'connect to the server itself: a pooler in between must let the parameter "options" and LISTEN through',
      );
  }
  if (/does not support SSL/i.test(message))
    return fails('tls', message, 'give the server a certificate, or leave sslmode out of DATABASE_URL');
  if (/certificate|altnames|self.signed|CERT|ENOENT/i.test(`${message} ${codeOf(error)}`))
    return fails(
      'tls',
      message,
      "name the authority's certificate in DATABASE_URL with sslrootcert, and the host as the server's certificate has it",
    );
  return fails('connection', message, 'see DATABASE_URL, and the logs of the server');
}

function answerFindings(answers: DatabaseCallAnswers, settings: DatabaseAnswers['settings']): ServiceFinding[] {
  const { facts, rows, creation, notified } = answers;
  return [
    ...(facts.ok ? factFindings(facts.value, settings) : [unanswered('facts', facts.error)]),
    ...(facts.ok && facts.value.readOnly
      ? []
      : [creationFinding(creation, settings), ...analystFindings(answers, settings)]),
    notifiedFinding(notified),
    ...(rows.ok ? rowFindings(rows.value, settings) : [unanswered('rows', rows.error)]),
  ];
}

const unanswered = (check: string, error: Error): ServiceFinding =>
  codeOf(error) === DENIED
    ? fails('rights', error.message, `let the user read and write the schema ${SCHEMA}, or own it`)
    : fails(check, error.message, 'see the logs of the server');

function factFindings(facts: DatabaseFacts, { isLocal }: DatabaseAnswers['settings']): ServiceFinding[] {
  const { name, locale, encoding, overTls, readOnly, freeConnections, clock } = facts;
  const major = Math.floor(facts.version / 10_000);
  const version = `PostgreSQL ${major}.${facts.version % 10_000}`;
  return [
    major < OLDEST_VERSION
      ? fails('version', `${version}, and ${OLDEST_VERSION} is the oldest that fits`, 'upgrade the server')
      : major < OLDEST_TRIED
        ? warns('version', `${version}, which was not tried`, `upgrade to ${OLDEST_TRIED} or newer`)
        : fits('version', version),
    ...(overTls
      ? [fits('tls', 'the connection is encrypted')]
      : isLocal
        ? []
        : [
            warns(
              'tls',
              'the connection is not encrypted',
              'add sslmode=verify-full and sslrootcert to DATABASE_URL, unless the network is trusted',
            ),
          ]),
    facts.fits
      ? fits('encoding', `the database ${name} has locale ${locale} and encoding ${encoding}`)
      : fails(
          'encoding',
          `the database ${name} has locale ${locale} and encoding ${encoding}, and needs locale C and encoding UTF8`,
          `create another one: ${CREATE_DATABASE}`,
        ),
    fits('extensions', 'none is needed'),
    ...(readOnly
      ? [
          fails(
            'rights',
            'the database takes no writes: it is a standby, or read-only by default',
            'name the primary in DATABASE_URL, or set default_transaction_read_only to off',
          ),
        ]
      : []),
    freeConnections < CONNECTIONS
      ? warns(
          'connections',
          `${freeConnections} connections are free, and one of each app may open ${CONNECTIONS}`,
          'raise max_connections, or the limit of the user or of the database',
        )
      : fits('connections', `${freeConnections} are free`),
    clockFinding(clock, Infinity, 'what analysts ask for "today" differs from what the apps show'),
  ];
}

function creationFinding(
  creation: ServiceAnswer<null>,
  { database, user }: DatabaseAnswers['settings'],
): ServiceFinding {
  if (creation.ok) return fits('rights', `may create the schema ${SCHEMA} and tables in it`);
  const { message } = creation.error;
  return fails(
    'rights',
    `cannot create tables in the schema ${SCHEMA} (${message})`,
    codeOf(creation.error) === DENIED
      ? `ALTER DATABASE "${database}" OWNER TO "${user}", or GRANT CREATE ON DATABASE "${database}" TO "${user}"; if the schema exists, ALTER SCHEMA ${SCHEMA} OWNER TO "${user}"`
      : 'see the logs of the server',
  );
}

function analystFindings(
  { creation, analystSchema: tried, analystRole: role }: DatabaseCallAnswers,
  { analystSchema, analystRole, user }: DatabaseAnswers['settings'],
): ServiceFinding[] {
  // Both need the same right, so one finding is enough.
  if (!creation.ok) return [];
  const found: ServiceFinding[] = [];
  if (!tried.ok)
    found.push(
      fails(
        'analysts',
        `cannot create a view in the schema ${analystSchema} (${tried.error.message})`,
        'name another one in ANALYST_SCHEMA',
      ),
    );
  else if (!tried.value.isOwn)
    found.push(
      fails('analysts', `the schema ${analystSchema} belongs to another user`, 'name another one in ANALYST_SCHEMA'),
    );
  else found.push(fits('analysts', `may create the schema ${analystSchema} and views in it`));
  if (role.ok && !role.value.exists && !role.value.mayBeMade)
    found.push(
      warns(
        'analysts',
        `the role ${analystRole} is missing, and ${user} may not make roles`,
        `if analysts read the rows: CREATE ROLE ${analystRole} NOLOGIN, before the projector starts`,
      ),
    );
  return found;
}

function notifiedFinding(notified: ServiceAnswer<boolean>): ServiceFinding {
  if (notified.ok && notified.value) return fits('notifications', 'come from one connection to another');
  return warns(
    'notifications',
    notified.ok ? 'do not come from one connection to another' : `cannot be tried (${notified.error.message})`,
    'connect to the server itself, or to a pooler in session mode: without them live readers see changes later',
  );
}

function rowFindings(rows: FoundRows | null, { partitions, user }: DatabaseAnswers['settings']): ServiceFinding[] {
  if (rows === null) return [fits('rows', 'there are none yet: the first projector creates their tables')];
  const found: ServiceFinding[] = [];
  if (rows.othersTables > 0)
    found.push(
      fails(
        'rights',
        `${rows.othersTables} tables of the schema ${SCHEMA} belong to another user`,
        `let ${user || 'the user of DATABASE_URL'} own them (REASSIGN OWNED), or name the other user in DATABASE_URL`,
      ),
    );
  if (rows.format !== FORMAT)
    found.push(
      fails(
        'rows',
        `they were written by ${rows.format < FORMAT ? 'an older' : 'a newer'} Entente (format ${rows.format}, not ${FORMAT})`,
        rows.format < FORMAT ? `drop the schema ${SCHEMA} to fold them again` : 'run the newer Entente',
      ),
    );
  if (rows.partitions !== partitions)
    found.push(
      fails(
        'rows',
        `they were folded in ${rows.partitions} partitions and KAFKA_PARTITIONS is ${partitions}`,
        `set KAFKA_PARTITIONS=${rows.partitions}, name another database, or drop the schema ${SCHEMA} to fold them again`,
      ),
    );
  if (found.length > 0) return found;
  return [fits('rows', `${rows.models} read models of the log ${rows.log}, in ${rows.partitions} partitions`)];
}
