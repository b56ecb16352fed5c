import { describeContract } from '../../../test/contracts/contract.js';
import { EVENT_STORE, EVENT_STORE_CLOCK, NOON } from '../../../test/contracts/event-store.js';
import { EventStoreDouble } from '../../../test/doubles/eventstoredb/double.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

describeContract('EventStore', [...EVENT_STORE, ...EVENT_STORE_CLOCK], async () => {
  const double = await EventStoreDouble.start();
  const clock = { now: NOON };
  double.clock = () => clock.now;
  const store = await EventStoreDbStore.connect({ url: double.url, patience: 2000 });
  const end = async () => {
    await store.close();
    double.stop();
  };
  return { port: { store, clock }, end };
});
