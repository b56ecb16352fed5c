export { ProjectionWorker } from './projection-worker.js';
export { Watch } from './watch.js';
