export { Backoff } from './backoff.js';
export { correlated, correlationId } from './correlation.js';
export { KeyedQueue, SerialQueue } from './serial-queue.js';
export { pause, supervise } from './supervise.js';
export { endsWithin, withTimeout } from './with-timeout.js';
