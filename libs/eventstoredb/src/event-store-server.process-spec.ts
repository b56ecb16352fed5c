import { describe, jest } from '@jest/globals';
import { describeContract } from '../../../test/contracts/contract.js';
import { EVENT_STORE_SERVER } from '../../../test/contracts/event-store-server.js';
import { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { namedLogOn } from '../../../test/support/named-log.js';

jest.setTimeout(60_000);

// Answers differ by version.
for (const version of ['22.10.5', '24.10.4'])
  describe(`on a stand-in that answers as ${version} does`, () => {
    describeContract('EventStoreDB log', EVENT_STORE_SERVER, async () => {
      const server = await EventStoreDouble.start();
      server.faults.version = version;
      const { port, end } = namedLogOn(server.url);
      return { port, end: () => end().finally(() => server.stop()) };
    });
  });
