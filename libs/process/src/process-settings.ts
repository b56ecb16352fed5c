import { isIP } from 'node:net';
import { LOG_LEVELS, type LogLevel } from './logging.js';
import { type Env, type Read, SettingsReader } from './settings.js';

/** What a process's door lets in, and for how long, in seconds, it waits for a request. */
export interface ServerLimitSettings {
  readonly connections: number;
  readonly requestTimeoutSeconds: number;
}

/** How a process is reached, what it says, and for how long, in seconds, stopping may take. */
export interface ProcessSettings {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly shutdownTimeoutSeconds: number;
  readonly door: ServerLimitSettings;
}

/** What of a process is its own, unless it is set. */
export interface OwnProcess {
  readonly port: number;
  readonly door: ServerLimitSettings;
  /** Whether it may be reached from elsewhere, where the network is trusted. */
  readonly reachable: boolean;
}

/** Whether only this machine can reach it. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/**
 * HOST, PORT, LOG_LEVEL, ENTENTE_SHUTDOWN_TIMEOUT_SECONDS, ENTENTE_MAX_CONNECTIONS,
 * ENTENTE_REQUEST_TIMEOUT_SECONDS and, for a process that may be reached from elsewhere,
 * ENTENTE_TRUST_NETWORK: an address that others can reach is taken only where the network is
 * trusted.
 */
export function readProcess(env: Env, own: OwnProcess): Read<ProcessSettings> {
  const reading = new SettingsReader(env);
  const host = reading.given('HOST') ?? '127.0.0.1';
  const trust = own.reachable ? reading.word('ENTENTE_TRUST_NETWORK', ['off', 'on'], 'off') : 'off';
  if (!/^[a-z0-9.:_-]+$/i.test(host)) reading.wrong.push(`HOST=${host}: takes an address, or a name of one`);
  else if (!isLoopback(host) && trust === 'off')
    reading.wrong.push(
      own.reachable
        ? `HOST=${host}: can be reached by others, and there is no access control yet; where the network lets only those in who may do anything, set ENTENTE_TRUST_NETWORK=on`
        : `HOST=${host}: takes a loopback address only, since there is no access control yet`,
    );
  const port = reading.whole('PORT', [0, 65535], own.port);
  const logLevel = reading.word('LOG_LEVEL', LOG_LEVELS, 'warn');
  const shutdownTimeoutSeconds = reading.whole('ENTENTE_SHUTDOWN_TIMEOUT_SECONDS', [1, 3600], 30);
  const connections = reading.whole('ENTENTE_MAX_CONNECTIONS', [16, 999_999], own.door.connections);
  const requestTimeoutSeconds = reading.whole(
    'ENTENTE_REQUEST_TIMEOUT_SECONDS',
    [1, 3600],
    own.door.requestTimeoutSeconds,
  );
  return reading.are({ host, port, logLevel, shutdownTimeoutSeconds, door: { connections, requestTimeoutSeconds } });
}
