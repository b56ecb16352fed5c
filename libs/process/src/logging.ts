import { correlationId } from '@entente/async';
import type { Params } from 'nestjs-pino';
import { type DestinationStream, destination, stdTimeFunctions } from 'pino';

/** Log levels, the most severe first. */
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

/** The parts of a request in a log line: no header, since some name persons. */
interface LoggedRequest {
  readonly method: string;
  readonly url: string;
}

/** The fields of every line of this moment. */
function presentFields(): { readonly correlationId?: string } {
  const id = correlationId();
  return id === undefined ? {} : { correlationId: id };
}

/**
 * Logs as lines of JSON on the standard error stream. A line within a request has its correlation
 * id, which is the id of the request. Requests themselves are logged at level `debug`; only then is
 * a logger made for each.
 */
export function logging(level: LogLevel, stream: DestinationStream = destination({ dest: 2, sync: true })): Params {
  const logsRequests = level === 'debug' || level === 'verbose';
  return {
    forRoutes: logsRequests ? ['*path'] : [],
    pinoHttp: [
      {
        level: LEVELS[level],
        base: null,
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        ...(logsRequests ? {} : { mixin: presentFields }),
        quietReqLogger: true,
        customAttributeKeys: { reqId: 'correlationId' },
        useLevel: 'debug',
        serializers: {
          req: ({ method, url }: LoggedRequest) => ({ method, url }),
          res: ({ statusCode }: { readonly statusCode: number }) => ({ statusCode }),
        },
        autoLogging: logsRequests,
      },
      stream,
    ],
  };
}
