import { catches } from './contract.js';
import { BrokenReadModelStore } from './broken-read-model-store.js';
import { READ_MODEL_STORE } from './read-model-store.js';

catches('ReadModelStore', READ_MODEL_STORE, () =>
  Promise.resolve({ port: new BrokenReadModelStore(), end: () => Promise.resolve() }),
);
