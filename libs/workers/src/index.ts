export { ProjectionWorker } from './projection-worker.js';
export { PROJECTION } from './projection.js';
export { Watch } from './watch.js';
export { Models, RebuildWorker } from './rebuild-worker.js';
export { SubmitHandler, kinds } from './deciding.js';
export { LOG_LEVELS, type LogLevel, logging } from './logging.js';
export { Intake } from './intake.js';
export { IntakeWorker } from './intake-worker.js';
