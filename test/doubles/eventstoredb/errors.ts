import { Metadata, type ServiceError, status } from '@grpc/grpc-js';

/** An error as the server ends a call with it: a status, a sentence, and trailers that say which exception it was. */
export function rpcError(code: status, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return Object.assign(new Error(`${code} ${status[code]}: ${details}`), { code, details, metadata });
}

// Each follows the method of its name in src/EventStore.Core/Services/Transport/Grpc/RpcExceptions.cs.

/** Another node leads, and is there and there. */
export const leaderInfo = ({ host, port }: { readonly host: string; readonly port: number }): ServiceError =>
  rpcError(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });

export const serverNotReady = (): ServiceError => rpcError(status.UNAVAILABLE, 'Server Is Not Ready');

export const invalidPosition = (): ServiceError =>
  rpcError(status.INVALID_ARGUMENT, 'Trying to read from an invalid position.');

export const accessDenied = (): ServiceError =>
  rpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

/** The server answers with HTTP's 401, which a client takes for this. */
export const unauthenticated = (): ServiceError => rpcError(status.UNAUTHENTICATED, 'HTTP response code 401');
