import { DOOR, type Door } from '@entente/http';
import { LOG_LEVELS as LEVELS, type LogLevel, isLoopback } from '@entente/workers';

/** What an operator sets, by environment variables. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  /** Whether an empty log is told the example story. */
  readonly example: boolean;
  readonly logLevel: LogLevel;
  /** For how long, in seconds, stopping may take. */
  readonly stopSeconds: number;
  readonly door: Door;
}

/** The settings, or every one that is wrong with what it takes. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config | readonly string[] {
  const {
    HOST: host = '127.0.0.1',
    PORT: port = '3000',
    ENTENTE_DATA: data = './data',
    ENTENTE_EXAMPLE: example = 'on',
    LOG_LEVEL: level = 'warn',
    ENTENTE_STOP_SECONDS: stop = '30',
    ENTENTE_CONNECTIONS: connections = String(DOOR.connections),
    ENTENTE_REQUEST_SECONDS: request = String(DOOR.requestSeconds),
  } = env;
  const wrong: string[] = [];
  if (!isLoopback(host))
    wrong.push(`HOST=${host}: takes a loopback address only, since there is no access control yet`);
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) > 65535)
    wrong.push(`PORT=${port}: takes a port from 0 to 65535; 0 picks a free one`);
  if (data.trim() === '') wrong.push('ENTENTE_DATA: takes the path of a folder');
  if (example !== 'on' && example !== 'off') wrong.push(`ENTENTE_EXAMPLE=${example}: takes on or off`);
  if (!LEVELS.includes(level as LogLevel)) wrong.push(`LOG_LEVEL=${level}: takes one of ${LEVELS.join(', ')}`);
  if (!/^[0-9]{1,4}$/.test(stop) || Number(stop) < 1 || Number(stop) > 3600)
    wrong.push(`ENTENTE_STOP_SECONDS=${stop}: takes whole seconds from 1 to 3600`);
  if (!/^[0-9]{1,6}$/.test(connections) || Number(connections) < 16)
    wrong.push(`ENTENTE_CONNECTIONS=${connections}: takes a number from 16 to 999999`);
  if (!/^[0-9]{1,4}$/.test(request) || Number(request) < 1 || Number(request) > 3600)
    wrong.push(`ENTENTE_REQUEST_SECONDS=${request}: takes whole seconds from 1 to 3600`);
  if (wrong.length > 0) return wrong;
  const stopSeconds = Number(stop);
  const door = { connections: Number(connections), requestSeconds: Number(request) };
  return { host, port: Number(port), data, example: example === 'on', logLevel: level as LogLevel, stopSeconds, door };
}
