export { ProjectionWorker } from './projection-worker.js';
