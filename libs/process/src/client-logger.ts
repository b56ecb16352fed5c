import { Logger } from '@nestjs/common';

/**
 * Takes what a client has to say into the log, under its name. What it tells of its own course is
 * only for who looks closely.
 */
export function clientLogger(name: string) {
  const log = new Logger(name);
  return (level: 'error' | 'warn' | 'info', message: string, details: object): void => {
    // What the client itself complains of, it tries again; where that does not help, who rests on
    // it tells so, once.
    if (level === 'warn' && !('logger' in details)) log.warn({ ...details, message });
    else log.debug({ ...details, message });
  };
}
