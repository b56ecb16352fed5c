import { isIP } from 'node:net';
import { LOG_LEVELS, type LogLevel } from './logging.js';
import { type Env, type Read, Reading } from './settings.js';

/** How a process is reached, what it says, and for how long, in seconds, stopping may take. */
export interface ProcessSettings {
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly stopSeconds: number;
}

/** Whether only this machine can reach it. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** HOST, PORT, ENTENTE_TRUST_NETWORK, LOG_LEVEL and ENTENTE_STOP_SECONDS, with the port that is this process's own. An address that others can reach is taken only where the network is trusted. */
export function readProcess(env: Env, ownPort: number): Read<ProcessSettings> {
  const reading = new Reading(env);
  const host = reading.given('HOST') ?? '127.0.0.1';
  const trust = reading.word('ENTENTE_TRUST_NETWORK', ['off', 'on'], 'off');
  if (!/^[a-z0-9.:_-]+$/i.test(host)) reading.wrong.push(`HOST=${host}: takes an address, or a name of one`);
  else if (!isLoopback(host) && trust === 'off')
    reading.wrong.push(
      `HOST=${host}: can be reached by others, and there is no access control yet; where the network lets only those in who may do anything, set ENTENTE_TRUST_NETWORK=on`,
    );
  const port = reading.whole('PORT', [0, 65535], ownPort);
  const logLevel = reading.word('LOG_LEVEL', LOG_LEVELS, 'warn');
  const stopSeconds = reading.whole('ENTENTE_STOP_SECONDS', [1, 3600], 30);
  return reading.are({ host, port, logLevel, stopSeconds });
}
