import { correlationId } from '@entente/async';
import type { Params } from 'nestjs-pino';
import { type DestinationStream, destination, stdTimeFunctions } from 'pino';

/** Log levels, the most severe first. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The level names of pino, by those of Nest. */
const LEVELS: Readonly<Record<LogLevel, string>> = {
  fatal: 'fatal',
  error: 'error',
  warn: 'warn',
  log: 'info',
  debug: 'debug',
  verbose: 'trace',
};

/** The parts of a request in a log line. Headers are left out, because some name persons. */
interface LoggedRequest {
  readonly method: string;
  readonly url: string;
}

/** The fields that are added to each line. */
function presentFields(): { readonly correlationId?: string } {
  const id = correlationId();
  return id === undefined ? {} : { correlationId: id };
}

/**
 * Configures logging: lines of JSON on the standard error stream. A line within a request has its
 * correlation id, which is the id of the request. Requests themselves are logged at level `debug`.
 * Only then, a logger is created for each request.
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
