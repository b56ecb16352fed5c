import { afterAll, describe, jest } from '@jest/globals';
import { type Case, describeContract } from '../../../test/contracts/contract.js';
import { EVENT_STORE } from '../../../test/contracts/event-store.js';
import { EVENT_STORE_SERVER, NEEDS_STAND_IN } from '../../../test/contracts/event-store-server.js';
import { namedLogOn } from '../../../test/support/named-log.js';

jest.setTimeout(120_000);

// Each case has a separate log on the server, which may hold others.
const { ESDB_URL: named, SERVICES_ESDB_URL: standIn } = process.env;
const url = named ?? standIn;
if (url === undefined) throw new Error('name a server in ESDB_URL, or run this by `npm run test:integration`');

const tried: string[] = [];
/** The cases; each is noted once it was tried. */
const noting = <Port>(cases: readonly Case<Port>[]): readonly Case<Port>[] =>
  cases.map(({ name, verify }) => ({ name, verify: (port) => verify(port).finally(() => tried.push(`  ${name}`)) }));

describe(named === undefined ? 'on a stand-in process' : 'on the server of ESDB_URL', () => {
  describeContract('EventStore', noting(EVENT_STORE), async () => {
    const { port, end } = namedLogOn(url);
    return { port: { store: await port.open() }, end };
  });
  describeContract('EventStoreDB log', noting(EVENT_STORE_SERVER), () => Promise.resolve(namedLogOn(url)));
});

afterAll(() => {
  const where = named === undefined ? 'a stand-in process, since ESDB_URL names no server' : 'the server of ESDB_URL';
  if (tried.length === 0) return;
  process.stderr.write(
    `TRIED on ${where}: a log that\n${tried.join('\n')}\nNOT TRIED here, since it needs faults of the stand-in:\n${NEEDS_STAND_IN.map((one) => `  ${one}`).join('\n')}\n`,
  );
});
