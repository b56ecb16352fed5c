import { describe } from '@jest/globals';
import { describeContract } from '../../../test/contracts/contract.js';
import { EVENT_STORE, EVENT_STORE_CLOCK, NOON } from '../../../test/contracts/event-store.js';
import { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

// Answers differ by version: 23.10 is the strictest; from 24 on the refusal of a position has
// another text.
for (const version of ['23.10.6', '24.10.4'])
  describe(`on a server that answers as ${version} does`, () => {
    const fixture = async (double: EventStoreDouble, clock: { now: number }) => {
      double.faults.version = version;
      const store = await EventStoreDbStore.connect({ url: double.url, answerTimeout: 2000 });
      const end = async () => {
        await store.close();
        double.stop();
      };
      return { port: { store, clock }, end };
    };
    describeContract('EventStore', EVENT_STORE, async () =>
      fixture(await EventStoreDouble.start(), { now: Date.now() }),
    );
    describeContract('EventStore', EVENT_STORE_CLOCK, async () => {
      const double = await EventStoreDouble.start();
      const clock = { now: NOON };
      double.clock = () => clock.now;
      return fixture(double, clock);
    });
  });
