import { Metadata, type ServiceError, status } from '@grpc/grpc-js';

/**
 * An error as the server ends a call with it: a status, a message, and trailers that name the
 * exception.
 */
export function rpcError(code: status, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return Object.assign(new Error(`${code} ${status[code]}: ${details}`), { code, details, metadata });
}

// Each follows the method of its name in
// src/EventStore.Core/Services/Transport/Grpc/RpcExceptions.cs; the codes are those that real
// servers answered (recorded/).

/** Another node leads, and is there and there. */
export const leaderInfo = ({ host, port }: { readonly host: string; readonly port: number }): ServiceError =>
  rpcError(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });

/** Another node leads, and this one does not know where. */
export const noLeaderInfo = (): ServiceError => rpcError(status.UNKNOWN, 'No leader info available in response');

export const serverNotReady = (): ServiceError => rpcError(status.UNAVAILABLE, 'Server Is Not Ready');

/** No event begins at the position of a read. Servers of 24 name the result. */
export const invalidPosition = (major: number): ServiceError =>
  rpcError(status.UNKNOWN, `Unexpected ReadAllResult: ${major < 24 ? 'Error' : 'InvalidPosition'}`);

/** The same for a subscription of 24, which has been confirmed by then. */
export const invalidSubscriptionPosition = (): ServiceError =>
  rpcError(status.INVALID_ARGUMENT, 'Trying to read from an invalid position.');

/** A live subscription has more events waiting than the server keeps for it. */
export const consumerTooSlow = (): ServiceError => rpcError(status.ABORTED, 'Operation timed out: Consumer too slow');

export const shuttingDown = (): ServiceError => rpcError(status.INTERNAL, 'Bad gRPC response. The server shut down');

/** A question that the server's own code fails at. */
export const failedAt = (what: string): ServiceError => rpcError(status.UNKNOWN, `Exception was thrown: ${what}`);

export const accessDenied = (): ServiceError =>
  rpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

/** The server answers with HTTP's 401, which a client takes for this. */
export const unauthenticated = (): ServiceError => rpcError(status.UNAUTHENTICATED, 'HTTP response code 401');

export const streamDeleted = (stream: string): ServiceError =>
  rpcError(status.FAILED_PRECONDITION, 'Event stream is deleted.', {
    exception: 'stream-deleted',
    'stream-name': inTrailer(stream),
  });

export const wrongExpectedVersion = (stream: string, expected: number, actual: number): ServiceError =>
  rpcError(status.FAILED_PRECONDITION, 'Append failed due to WrongExpectedVersion.', {
    exception: 'wrong-expected-version',
    'stream-name': inTrailer(stream),
    'expected-version': String(expected),
    'actual-version': String(actual),
  });

export const maximumAppendSizeExceeded = (most: number): ServiceError =>
  rpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${most} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(most),
  });

/** A trailer takes printable ASCII alone. */
const inTrailer = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?');
