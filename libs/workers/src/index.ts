export { ProjectionWorker } from './projection-worker.js';
export { PROJECTION } from './projection.js';
export { WaitForOlderProjectors, RolloutGate } from './rollout-gate.js';
export { RelayWorker } from './relay-worker.js';
export { WatchdogWorker } from './watchdog-worker.js';
export { Models, RebuildWorker } from './rebuild-worker.js';
export { ExecuteCommandHandler, kinds } from './execute-command.handler.js';
export { Intake } from './intake.js';
export { IntakeWorker } from './intake-worker.js';
