export { EventStoreDbStore, type EventStoreDbOptions } from './eventstoredb-store.js';
export { checkEventStore } from './check-event-store.js';
