import { Logger } from '@nestjs/common';

/**
 * Creates a logger for the messages of a client. Reports of normal operation are logged at level
 * `debug`.
 */
export function clientLogger(name: string) {
  const log = new Logger(name);
  return (level: 'error' | 'warn' | 'info', message: string, details: object): void => {
    // The client retries after its own errors. If that fails, its caller logs the fault once.
    if (level === 'warn' && !('logger' in details)) log.warn({ ...details, message });
    else log.debug({ ...details, message });
  };
}

/** Logs each part of the log that cannot be read. */
export function damageLogger() {
  const log = new Logger('event-store');
  return ({ message }: Error): void => log.error(message);
}
