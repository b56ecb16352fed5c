export { Backoff } from './backoff.js';
export { correlated, correlationId } from './correlation.js';
export { messageOf } from './message-of.js';
export { KeyedQueue, SerialQueue } from './serial-queue.js';
export { pause, supervise } from './supervise.js';
export { Wakeup } from './wakeup.js';
export { endsWithin, withTimeout } from './with-timeout.js';
