import { isIP } from 'node:net';

/** What an operator sets, by environment variables. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  /** Whether an empty log is told the example story. */
  readonly example: boolean;
  readonly logLevel: LogLevel;
}

const LEVELS = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const;
export type LogLevel = (typeof LEVELS)[number];

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** The settings, or every one that is wrong with what it takes. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config | readonly string[] {
  const {
    HOST: host = '127.0.0.1',
    PORT: port = '3000',
    ENTENTE_DATA: data = './data',
    ENTENTE_EXAMPLE: example = 'on',
    LOG_LEVEL: level = 'warn',
  } = env;
  const wrong: string[] = [];
  if (!isLoopback(host))
    wrong.push(`HOST=${host}: takes a loopback address only, since there is no access control yet`);
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) > 65535)
    wrong.push(`PORT=${port}: takes a port from 0 to 65535; 0 picks a free one`);
  if (data.trim() === '') wrong.push('ENTENTE_DATA: takes the path of a folder');
  if (example !== 'on' && example !== 'off') wrong.push(`ENTENTE_EXAMPLE=${example}: takes on or off`);
  if (!LEVELS.includes(level as LogLevel)) wrong.push(`LOG_LEVEL=${level}: takes one of ${LEVELS.join(', ')}`);
  return wrong.length > 0
    ? wrong
    : { host, port: Number(port), data, example: example === 'on', logLevel: level as LogLevel };
}

/** The log levels to print: this one and the graver. */
export const levelsUpTo = (level: LogLevel): LogLevel[] => LEVELS.slice(0, LEVELS.indexOf(level) + 1);
