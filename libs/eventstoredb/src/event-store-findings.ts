import { AccessDeniedError } from '@eventstore/db-client';
import {
  type ClockComparison,
  DamagedLog,
  Fault,
  type ServiceAnswer,
  type ServiceFinding,
  clockFinding,
  fails,
  fits,
  probeFindings,
  warns,
} from '@entente/engine';
import type {
  CallAnswers,
  ClusterMember,
  EventStoreAnswers,
  LogState,
  NodeAnswer,
  TailCounts,
} from './event-store-answers.js';
import type { Identity } from './identity.js';

/**
 * The oldest server that returns the position of each event, and the major versions that were
 * tested.
 */
const OLDEST_VERSION = [22, 6] as const;
const TRIED_VERSIONS = [22, 23, 24];

/**
 * The difference of the clocks, in milliseconds, from which appends may fail: their deadline is an
 * instant.
 */
const CLOCK_FAILS_MS = 60_000;

/** The gRPC status code for a wrong password. */
const UNAUTHENTICATED = 16;

/** The maximum number of damaged streams that are named. */
const MAX_FAULTS = 5;
const SLOW_SEARCH = 'the server is large or slow: the first start searches to the end, and may refuse it then';

const REMEDIES = {
  unreachable: 'start the server, or name it in ESDB_URL as it is reached from here',
  plain: 'add tls=false to ESDB_URL if the server has no certificate, or give it one',
  distrusted: "name the file with the authority's certificate in ESDB_URL, with tlsCAFile",
  otherHost: 'write a host in ESDB_URL that the certificate is for, or issue a certificate for this one',
};
const ADVERTISE =
  "set the node's AdvertiseHostToClientAs and AdvertiseHttpPortToClientAs to a host and a port that are reached from here, and over TLS to a host that its certificate is for";

/** Evaluates the answers of an event store. */
export function eventStoreFindings(answers: EventStoreAnswers): readonly ServiceFinding[] {
  const { settings, probed, nodes, advertised, connected, calls, askedAt } = answers;
  const found = [
    ...probed.flatMap((probe) => hostFindings(probe, answers)),
    ...advertised.flatMap((probe) =>
      probeFindings(probe, settings.overTls, { ...ADVERTISED, distrusted: REMEDIES.distrusted }, askedAt)
        .filter(({ result }) => result !== 'ok')
        .map((finding) => ({ ...finding, message: `a node advertises an address: ${finding.message}` })),
    ),
    ...settingsFindings(settings),
    ...versionFindings(nodes),
    ...clusterFindings(nodes, settings.discovers),
  ];
  if (connected === null) return found;
  const explained = found.some(({ result, check }) => result === 'failure' && check !== 'reachable');
  if (!connected.ok && !explained) found.push(connectionFinding(connected.error, answers));
  return calls === null ? found : [...found, ...callFindings(calls, answers)];
}

const ADVERTISED = { unreachable: ADVERTISE, plain: ADVERTISE, otherHost: ADVERTISE };

/** An unreachable host is only a warning if another host answers. */
function hostFindings(
  probe: EventStoreAnswers['probed'][number],
  { settings, probed, askedAt }: EventStoreAnswers,
): readonly ServiceFinding[] {
  const found = probeFindings(probe, settings.overTls, REMEDIES, askedAt);
  const others = probed.some(({ unreachable }) => unreachable === null);
  return others && probe.unreachable !== null ? found.map((one) => ({ ...one, result: 'warning' })) : found;
}

function settingsFindings({ overTls, hasUser, prefersLeader }: EventStoreAnswers['settings']): ServiceFinding[] {
  return [
    ...(hasUser && !overTls
      ? [
          warns(
            'user',
            'with tls=false the user and the password of ESDB_URL are not sent',
            'leave tls=false out if the server has users; else leave the user out',
          ),
        ]
      : []),
    ...(prefersLeader
      ? []
      : [
          fails(
            'leader',
            'nodePreference in ESDB_URL prefers nodes that do not lead, and only the leader takes appends',
            'leave nodePreference out',
          ),
        ]),
  ];
}

function versionFindings(nodes: readonly NodeAnswer[]): ServiceFinding[] {
  const isAnyThere = nodes.some(({ version }) => version.ok);
  return nodes.flatMap(({ host, port, version }) => {
    // If no host answers, the attempt to connect reports the reason.
    if (!version.ok && !isAnyThere) return [];
    if (!version.ok)
      return [
        warns(
          'reachable',
          `${host}:${port} accepts connections and does not answer (${version.error.message})`,
          'see that a node of the cluster runs there, and its logs',
        ),
      ];
    const [major = NaN, minor = NaN] = version.value.split('.').map(Number);
    const at = `${host}:${port} is of version ${version.value}`;
    const [oldest, oldestMinor] = OLDEST_VERSION;
    if (!(major > oldest || (major === oldest && minor >= oldestMinor)))
      return [fails('version', `${at}, and ${OLDEST_VERSION.join('.')} is the oldest that fits`, 'upgrade the server')];
    if (!TRIED_VERSIONS.includes(major))
      return [
        warns(
          'version',
          `${at}, which was not tried`,
          'try it with its own suite first: ESDB_URL=... npm run test:integration -- eventstoredb recorded',
        ),
      ];
    return [fits('version', at)];
  });
}

const addressOf = ({ host, port }: { readonly host: string; readonly port: number }): string => `${host}:${port}`;

function clusterFindings(nodes: readonly NodeAnswer[], discovers: boolean): ServiceFinding[] {
  const known = nodes.flatMap(({ members }) => (members.ok ? [members.value] : []));
  // A node that is partitioned from the others knows fewer leaders.
  const members = known.toSorted((a, b) => leadersOf(b).length - leadersOf(a).length)[0];
  if (members === undefined) return [];
  const [leader] = leadersOf(members);
  const away = members.filter(({ alive }) => !alive);
  const found: ServiceFinding[] = [];
  if (leader === undefined)
    found.push(
      fails(
        'leader',
        `no node leads (${members.length - away.length} of ${members.length} nodes are alive)`,
        'a cluster needs more than half of its nodes: see that they run and reach each other',
      ),
    );
  else if (members.length === 1) found.push(fits('leader', 'one node, which leads'));
  else found.push(fits('leader', `${addressOf(leader)} leads ${members.length} nodes`));
  if (leader !== undefined && away.length > 0)
    found.push(
      warns('nodes', `not alive: ${away.map(addressOf).join(', ')}`, 'start them: the cluster survives fewer losses'),
    );
  if (members.length > 1 && members.length % 2 === 0)
    found.push(
      warns(
        'nodes',
        `the cluster has ${members.length} nodes`,
        'an odd number survives as many losses with one node less',
      ),
    );
  if (members.length > 1 && !discovers)
    found.push(
      warns(
        'nodes',
        'ESDB_URL names one node of a cluster: if it is down, apps do not find the others',
        `name each: ${members.map(addressOf).join(',')}`,
      ),
    );
  return found;
}

const leadersOf = (members: readonly ClusterMember[]): readonly ClusterMember[] =>
  members.filter(({ state, alive }) => state === 'leader' && alive);

function connectionFinding(error: Error, { probed, settings }: EventStoreAnswers): ServiceFinding {
  if (error instanceof Fault && error.code === 'event-store-no-leader')
    return fails('leader', error.message, 'see that more than half of the nodes run and reach each other');
  if (/ServerName to an IP address/.test(error.message))
    return fails(
      'tls',
      `over TLS an address is used where the host name of the certificate is needed (${probed.map(({ host }) => host).join(', ')})`,
      settings.discovers ? ADVERTISE : 'write the host name of the certificate in ESDB_URL',
    );
  return fails(
    'connection',
    error.message,
    settings.overTls
      ? 'see the logs of the server'
      : 'leave tls=false out of ESDB_URL if the server has a certificate; else see the logs of the server',
  );
}

function callFindings(calls: CallAnswers, { settings, nodes }: EventStoreAnswers): ServiceFinding[] {
  const { logName, hasUser } = settings;
  const prefix = logName === null ? 'all streams' : `the streams that begin with ${logName}:`;
  const { append, appendLimit, metadata, removal, tail, log, state } = calls;
  const denied = (right: string, error: Error, remedy: string): ServiceFinding => {
    if (isRefusal(error)) return faultFinding(error);
    const cause = error instanceof Fault ? error.cause : error;
    if (!(cause instanceof AccessDeniedError))
      return fails('connection', `cannot ${right}: ${error.message}`, 'see the logs of the server');
    if ((cause as { code?: unknown }).code === UNAUTHENTICATED)
      return fails('user', 'the server rejects this user and password', 'see the user and the password in ESDB_URL');
    const who = hasUser ? 'the user of ESDB_URL' : 'a client without a user';
    return fails('rights', `${who} has no right to ${right}: ${withoutRemedy(error)}`, remedy);
  };
  const tried = <T>(answer: ServiceAnswer<T>, right: string, remedy: string): ServiceFinding =>
    answer.ok ? fits('rights', `may ${right}`) : denied(right, answer.error, remedy);
  // If the server answers other calls, it is still searching. The first start waits longer.
  const searched = <T>(answer: ServiceAnswer<T>, what: string): ServiceFinding =>
    answer.ok || answer.error instanceof Fault || !tail.ok
      ? tried(answer, `read ${prefix}`, `let it read ${prefix}`)
      : warns('log', `it was not found in time ${what} (${answer.error.message})`, SLOW_SEARCH);
  const found = [
    tried(append, `append to ${prefix}`, `let it write ${prefix}, by the server's access control lists`),
    tried(tail, 'read $all', 'let it read $all: make it a member of $admins, or set $all in the stream $settings'),
    searched(log, 'whether the server holds a log'),
    ...(state?.ok === false ? [searched(state, 'whether streams of the log were cut or deleted')] : []),
  ];
  // A rejected password fails each call in the same way.
  const distinct = found.filter(({ message }, i) => found.findIndex((one) => one.message === message) === i);
  return [
    ...distinct,
    ...(append.ok ? afterAppend({ appendLimit, metadata, removal }) : []),
    ...(append.ok ? [clockOf(append.value, nodes)] : []),
    ...(log.ok ? logFindings(log.value, state?.ok === true ? state.value : null, logName) : []),
    ...(tail.ok ? [othersFinding(tail.value, log.ok && log.value === null && logName === null)] : []),
  ];
}

/** Whether a start would refuse this log, or the streams of other programs. */
const isRefusal = (error: Error): error is Fault =>
  error instanceof DamagedLog || (error instanceof Fault && error.code === 'foreign-event');

/** The cause and the remedy. The message of a fault has both, in this order. */
const partsOf = ({ message }: Error): readonly string[] => /^(.*?); (.*)$/s.exec(message)?.slice(1) ?? [message, ''];
const withoutRemedy = (error: Error): string => partsOf(error)[0] ?? '';

function faultFinding(error: Fault): ServiceFinding {
  const [message = '', remedy = ''] = partsOf(error);
  return fails('log', message, remedy);
}

function afterAppend({
  appendLimit,
  metadata,
  removal,
}: Pick<CallAnswers, 'appendLimit' | 'metadata' | 'removal'>): ServiceFinding[] {
  return [
    sizeFinding(appendLimit),
    metadata.ok
      ? fits('rights', 'may read the metadata of its streams')
      : warns(
          'rights',
          `cannot read the metadata of its streams (${metadata.error.message})`,
          'let it: without that, a stream that was cut on the server is noticed later',
        ),
    ...(removal.ok
      ? []
      : [
          warns(
            'rights',
            `the scratch stream of this check cannot be deleted (${removal.error.message})`,
            'delete the streams entente-check-...; the apps delete nothing',
          ),
        ]),
  ];
}

/** Only the leader writes events, so only its clock is known. */
function clockOf(clock: ClockComparison, nodes: readonly NodeAnswer[]): ServiceFinding {
  const found = clockFinding(clock, CLOCK_FAILS_MS, 'the recording times of events are of the server');
  const isCluster = nodes.some(({ members }) => members.ok && members.value.length > 1);
  return isCluster ? { ...found, message: `of the leader, and of no other node: ${found.message}` } : found;
}

function sizeFinding(limit: CallAnswers['appendLimit']): ServiceFinding {
  if (limit.ok && limit.value === null) return fits('size', 'one append may have 1 MiB');
  if (limit.ok)
    return fails(
      'size',
      `one append may have ${limit.value} bytes, and the largest commands need 1 MiB`,
      'set MaxAppendSize of the server to 1048576',
    );
  return fails(
    'size',
    `an append of almost 1 MiB is not answered (${limit.error.message})`,
    'see whether something between here and the server limits the size of messages',
  );
}

function logFindings(log: Identity | null, state: LogState | null, logName: string | null): ServiceFinding[] {
  const which = logName === null ? '' : ` named ${logName}`;
  if (log === null) return [fits('log', `the server has no log${which} yet: the first app begins one`)];
  const newest = typeof state?.newest !== 'bigint' ? '' : `, its newest event at position ${state.newest}`;
  const eras = log.eras.length === 0 ? '' : ` in ${log.eras.length + 1} eras`;
  const faults = state?.faults ?? [];
  const more = faults.length - MAX_FAULTS;
  return [
    fits('log', `the server has the log ${log.id}${which}${eras}, from position ${log.position}${newest}`),
    ...faults.slice(0, MAX_FAULTS).map(faultFinding),
    ...(more > 0 ? [fails('log', `${more} more of its streams are damaged`, 'see all with entente verify')] : []),
  ];
}

function othersFinding({ events, whole, own, foreign }: TailCounts, mayBeNamed: boolean): ServiceFinding {
  const of = whole ? `all ${events} events` : `the newest ${events} events`;
  if (events === 0) return fits('others', 'the server has no events yet');
  if (foreign === 0) return fits('others', `${of} are the log's or the server's own`);
  const shared = `${foreign} of ${of} belong to other programs, ${own} to the log`;
  return mayBeNamed
    ? warns('others', shared, 'name the log with ESDB_LOG before the first start, so that no stream is mistaken')
    : fits('others', shared);
}
