import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Params } from 'nestjs-pino';
import { destination, stdTimeFunctions } from 'pino';

/** What can be said, from the gravest on. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Nest's names of the levels, in pino's. */
const LEVELS: Readonly<Record<LogLevel, string>> = {
  fatal: 'fatal',
  error: 'error',
  warn: 'warn',
  log: 'info',
  debug: 'debug',
  verbose: 'trace',
};

/**
 * A request's correlation id: the sender's, or one that is made here and goes into the events too.
 */
function correlationOf({ headers }: IncomingMessage): string {
  const sent = headers['correlation-id'];
  if (typeof sent === 'string') return sent;
  const made = randomUUID();
  headers['correlation-id'] = made;
  return made;
}

/**
 * Logs as lines of JSON on the standard error stream: what is said within a request carries its
 * correlation id. Requests themselves are told at level `debug`.
 */
export const logging = (level: LogLevel): Params => ({
  pinoHttp: [
    {
      level: LEVELS[level],
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      genReqId: correlationOf,
      quietReqLogger: true,
      customAttributeKeys: { reqId: 'correlationId' },
      autoLogging: level === 'debug' || level === 'verbose',
    },
    destination({ dest: 2, sync: true }),
  ],
});
