import { isIP } from 'node:net';
import { DOOR, type Door } from './door.js';

/** Where a process is reached, what its door lets in, and for how long it may take to stop. */
export interface DoorSettings {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly door: Door;
  /** For how long, in seconds, stopping may take. */
  readonly stopSeconds: number;
}

/** Whether only this machine can reach it. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

const isWhole = (text: string, least: number, most: number): boolean =>
  /^[0-9]{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most;

/** The settings of a door, or every one that is wrong with what it takes. `mayTrust`: another address than a loopback one can be allowed by `ENTENTE_TRUST_NETWORK=on`. */
export function readDoor(
  env: Readonly<Record<string, string | undefined>>,
  defaultPort: number,
  mayTrust = false,
): DoorSettings | readonly string[] {
  const {
    HOST: host = '127.0.0.1',
    PORT: port = String(defaultPort),
    ENTENTE_TRUST_NETWORK: trust = 'off',
    ENTENTE_STOP_SECONDS: stop = '30',
    ENTENTE_CONNECTIONS: connections = String(DOOR.connections),
    ENTENTE_REQUEST_SECONDS: request = String(DOOR.requestSeconds),
  } = env;
  const wrong: string[] = [];
  if (mayTrust && trust !== 'on' && trust !== 'off') wrong.push(`ENTENTE_TRUST_NETWORK=${trust}: takes on or off`);
  if (!isLoopback(host) && !(mayTrust && trust === 'on' && (isIP(host) !== 0 || /^[\w.-]+$/.test(host))))
    wrong.push(
      `HOST=${host}: takes a loopback address only, since there is no access control yet${
        mayTrust ? '; where only those who may do everything reach another one, say ENTENTE_TRUST_NETWORK=on' : ''
      }`,
    );
  if (!isWhole(port, 0, 65535)) wrong.push(`PORT=${port}: takes a port from 0 to 65535; 0 picks a free one`);
  if (!isWhole(stop, 1, 3600)) wrong.push(`ENTENTE_STOP_SECONDS=${stop}: takes whole seconds from 1 to 3600`);
  if (!isWhole(connections, 16, 999_999))
    wrong.push(`ENTENTE_CONNECTIONS=${connections}: takes a number from 16 to 999999`);
  if (!isWhole(request, 1, 3600)) wrong.push(`ENTENTE_REQUEST_SECONDS=${request}: takes whole seconds from 1 to 3600`);
  if (wrong.length > 0) return wrong;
  const door = { connections: Number(connections), requestSeconds: Number(request) };
  return { host, port: Number(port), door, stopSeconds: Number(stop) };
}
