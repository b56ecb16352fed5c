export { EventStoreDbStore, type EventStoreDbOptions } from './eventstoredb-store.js';
