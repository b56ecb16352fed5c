/**
 * What runs before a change lands, and what can run besides: each suite with its npm script, its
 * duration in seconds on two cores, and the sources whose change requires it.
 */

/** Sources, as the beginnings of paths. */
const SQLITE = [
  'libs/sqlite/',
  'libs/typeorm/src/sqlite',
  'libs/typeorm/src/row',
  'libs/embedded/',
  'apps/standalone/',
];
const POSTGRES = ['libs/typeorm/'];
const KAFKA = ['libs/kafka/', 'libs/distributed/', 'apps/relay/', 'apps/intake/', 'apps/projector/'];
const EVENT_STORE = ['libs/eventstoredb/', 'test/doubles/'];
const LOOPS = ['libs/engine/', 'libs/workers/', 'libs/process/', 'libs/async/'];
const HTTP = ['libs/http/', 'libs/distributed/', 'apps/api/'];
const RULES = ['libs/contracts/', 'libs/domain/', 'libs/read-models/'];

const integration = (...specs) => ['test:integration', ...specs.map((name) => `/${name}\\.int-spec`)];
const processes = (...specs) => ['test:processes', ...specs.map((name) => `/${name}\\.process-spec`)];

/** Every landing. */
export const ALWAYS = [
  { name: 'unit, contract and acceptance tests on one machine', run: ['test'], seconds: 300 },
  { name: 'types, lint, formatting, dependency rules', run: ['check'], seconds: 130 },
  { name: 'deployment files', run: ['check:deploy'], seconds: 80 },
  {
    name: 'contract suites on the backing services, acceptance tests on the distributed deployment',
    run: integration(
      'eventstoredb-store',
      'kafka-event-feed',
      'analyst-views',
      'postgres-read-model-store',
      'postgres-refusal-log',
      'relay',
      'distributed',
    ),
    seconds: 260,
  },
];

/** If the change touches their sources. */
export const TOUCHED = [
  {
    name: 'restarts, and a cluster that loses nodes',
    run: integration('restart', 'cluster', 'recorded-answers'),
    touches: [...EVENT_STORE, 'libs/engine/src/relay', 'libs/engine/src/event-store'],
    seconds: 260,
  },
  {
    name: 'backing services that go away',
    run: integration('outage'),
    touches: [...EVENT_STORE, ...POSTGRES, ...KAFKA, ...LOOPS],
    seconds: 220,
  },
  {
    name: 'a database that goes away, and disks that are full',
    run: integration('postgres-outage', 'disk-full'),
    touches: [...EVENT_STORE, ...POSTGRES, ...KAFKA, ...LOOPS],
    seconds: 220,
  },
  {
    name: 'Kafka: delivery, rebalancing, zombies',
    run: integration('kafka-delivery', 'rebalancing', 'zombies'),
    touches: [...KAFKA, 'libs/engine/src/project', 'libs/engine/src/event-feed'],
    seconds: 150,
  },
  {
    name: 'Kafka: commands, topics that are lost, access',
    run: integration('topic-disorder', 'intake', 'secured', 'watching'),
    touches: [...KAFKA, 'libs/engine/src/project', 'libs/engine/src/event-feed'],
    seconds: 200,
  },
  {
    name: 'logs that are moved and restored, and services as they are checked before the first start',
    run: integration('log-import', 'restore', 'clock-skew', 'check-services'),
    touches: [
      ...EVENT_STORE,
      ...POSTGRES,
      'libs/kafka/',
      'apps/cli/',
      'libs/engine/src/eras',
      'libs/engine/src/service',
    ],
    seconds: 220,
  },
  {
    name: 'rows: rebuilds, parked streams',
    run: integration('rebuilding', 'parked', 'rollout-gate', 'postgres-secured'),
    touches: [...POSTGRES, ...LOOPS, 'libs/read-models/'],
    seconds: 200,
  },
  {
    name: 'rows: an upgrade under load',
    run: integration('upgrade'),
    touches: [...POSTGRES, ...LOOPS, 'libs/read-models/'],
    seconds: 180,
  },
  {
    name: 'several APIs, and how a deployment starts',
    run: integration('concurrent-apis', 'waiting', 'services-command'),
    touches: [...HTTP, ...LOOPS, 'deploy/services/'],
    seconds: 260,
  },
  {
    name: 'the distributed deployment under safeguards, and stewards that are killed',
    run: integration('distributed-safeguards', 'stewards'),
    touches: [...RULES, ...LOOPS, 'apps/steward/'],
    seconds: 150,
  },
  {
    name: 'the distributed deployment with a random history, control checks, and an import',
    run: integration('distributed-history'),
    touches: [...RULES, ...POSTGRES],
    seconds: 150,
  },
  {
    name: 'the distributed deployment with the questions of its audiences, and an imported log',
    run: integration('distributed-queries'),
    touches: [...RULES, ...POSTGRES, ...HTTP],
    seconds: 150,
  },
  {
    name: 'disks and files that fail',
    run: ['test:faults', '--testPathPatterns=/(disk-full|input-output|synced-files)'],
    touches: [...SQLITE, ...HTTP],
    seconds: 120,
    needs: 'strace',
  },
  {
    name: 'disks that fail while rows are rebuilt or upgraded',
    run: ['test:faults', '--testPathPatterns=/(rebuild|upgrade)'],
    touches: [...SQLITE, ...HTTP],
    seconds: 265,
    needs: 'strace',
  },
  {
    name: 'connections and readers that fail',
    run: ['test:faults', '--testPathPatterns=/(abusive-clients|dead-peers|live-readers|projection-thread|stopping)'],
    touches: [...SQLITE, ...HTTP],
    seconds: 200,
    needs: 'strace',
  },
  {
    name: 'the event store on a server: reading, writing, a cluster',
    run: processes(
      'event-store-server',
      'reading',
      'writing',
      'cluster',
      'faults',
      'cut-streams',
      'damaged-server',
      'log-continuity',
      'recorded-times',
      'log-of-clocks',
      'check-event-store',
      'command-outage',
      'relay-start',
      'recorded',
    ),
    touches: [...EVENT_STORE, 'libs/engine/src/event-store'],
    seconds: 180,
  },
  {
    name: 'the standalone process: killed, damaged, rebuilt, restored',
    run: processes('kill', 'steward-killed', 'damage', 'rebuild', 'backup', 'unknown-outcome', 'disk-full'),
    touches: [...SQLITE, ...LOOPS, 'libs/read-models/', 'apps/cli/'],
    seconds: 220,
  },
  {
    name: 'the standalone process: stopped, upgraded, overloaded, failing in each step',
    run: processes(
      'operations',
      'stopping',
      'socket-activation',
      'uncaught-errors',
      'open-files',
      'port-failures-apart',
      'port-failures',
      'settings',
      'rows-on-threads',
      'many-clients',
      'live-readers',
      'upgrade',
      'end-with-parent',
    ),
    touches: [...SQLITE, ...LOOPS, ...HTTP, 'libs/process/', 'deploy/services/'],
    seconds: 190,
  },
  {
    name: 'ten thousand damaged CSV files',
    run: ['test:fuzz'],
    touches: ['apps/cli/src/importing/'],
    seconds: 100,
  },
  {
    name: 'kills of the standalone process',
    run: ['test:kill', '--times', '10'],
    touches: [...SQLITE, ...LOOPS],
    seconds: 95,
  },
];

/** One of these in each landing, in turn. */
export const IN_TURN = [
  { name: 'kills of the distributed processes', run: ['test:kill:distributed'], seconds: 220 },
  { name: 'the Greenbook, standalone', run: ['test:greenbook', '$GREENBOOK'], seconds: 90 },
  { name: 'the page in a browser', run: ['test:browser'], seconds: 60, needs: 'chromium' },
  { name: 'the benchmark, standalone', run: ['bench', '--quick'], seconds: 200 },
  { name: 'kills of the standalone process, thirty times', run: ['test:kill', '--times', '30'], seconds: 150 },
  { name: 'the Greenbook, distributed', run: ['test:greenbook:distributed', '$GREENBOOK'], seconds: 200 },
  {
    name: 'the Greenbook, distributed, by the commands of the guide',
    run: ['test:greenbook:here', '$GREENBOOK'],
    seconds: 240,
  },
  {
    name: 'clients in Java and Python, made of the OpenAPI document',
    run: ['test:clients'],
    seconds: 90,
    needs: 'mvn',
  },
  { name: 'syncs, counted', run: ['test:fsync'], seconds: 30, needs: 'strace' },
  { name: 'the benchmark, distributed', run: ['bench', '--services', '--quick'], seconds: 260 },
];

/** Takes ten minutes and more: only with everything. */
export const BY_HAND = [{ name: 'mutants', run: ['test:mutants'], seconds: 300 }];

/**
 * Estimated seconds of a landing's run, installing and building included, at most; `npm start`
 * takes half a minute more.
 */
export const BUDGET_SECONDS = 1160;

/**
 * The suites of a landing: all of {@link ALWAYS}, one of {@link IN_TURN} by the number of commits,
 * and those that the changed files call for, as many as the budget takes. Of every two landings one
 * takes the latter first, by tens of commits; and another of them is the first each time.
 */
export function chosen(changed, commits) {
  const turn = IN_TURN[commits % IN_TURN.length];
  const wanted = TOUCHED.filter(({ touches }) => changed.some((file) => touches.some((from) => file.startsWith(from))));
  // Counts the landings that take them first.
  const turns = Math.floor(commits / IN_TURN.length);
  const nth = Math.floor(turns / 2) * IN_TURN.length + (commits % IN_TURN.length);
  const first = wanted.length === 0 ? 0 : nth % wanted.length;
  const touched = [...wanted.slice(first), ...wanted.slice(0, first)];
  const run = [...ALWAYS];
  const left = [];
  let seconds = run.reduce((sum, suite) => sum + suite.seconds, 0);
  const isTurn = turns % 2 === 0;
  for (const suite of isTurn ? [turn, ...touched] : [...touched, turn]) {
    if (seconds + suite.seconds > BUDGET_SECONDS) left.push(suite);
    else {
      run.push(suite);
      seconds += suite.seconds;
    }
  }
  return { run, left, seconds };
}

/** Every suite that there is. */
export const everything = () => [...ALWAYS, ...TOUCHED, ...IN_TURN, ...BY_HAND];
