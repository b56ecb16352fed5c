import { describeContractDetectsFaults } from './contract.js';
import { BrokenEventFeed } from './broken-event-feed.js';
import { BrokenEventStore } from './broken-event-store.js';
import { BrokenReadModelStore } from './broken-read-model-store.js';
import { BrokenRefusalLog } from './broken-refusal-log.js';
import { EVENT_FEED } from './event-feed.js';
import { EVENT_STORE, EVENT_STORE_CLOCK, NOON } from './event-store.js';
import { READ_MODEL_STORE } from './read-model-store.js';
import { REFUSAL_LOG } from './refusal-log.js';

const end = () => Promise.resolve();

describeContractDetectsFaults('EventStore', [...EVENT_STORE, ...EVENT_STORE_CLOCK], () =>
  Promise.resolve({ port: { store: new BrokenEventStore(), clock: { now: NOON } }, end }),
);
describeContractDetectsFaults('EventFeed', EVENT_FEED, () =>
  Promise.resolve({ port: { feed: new BrokenEventFeed(), append: end, timeoutMs: 20 }, end }),
);
describeContractDetectsFaults('ReadModelStore', READ_MODEL_STORE, () =>
  Promise.resolve({ port: new BrokenReadModelStore(), end }),
);
describeContractDetectsFaults('RefusalLog', REFUSAL_LOG, () =>
  Promise.resolve({ port: { open: () => Promise.resolve(new BrokenRefusalLog()) }, end }),
);
