export { ProjectionWorker } from './projection-worker.js';
export { Watch } from './watch.js';
export { Models, RebuildWorker } from './rebuild-worker.js';
