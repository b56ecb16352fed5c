import { messageOf } from '@entente/async';

interface BrokerError {
  readonly type?: string;
  readonly errors?: readonly (Error & { readonly type?: string })[];
}

/** The `type` that kafkajs gives a broker's error; empty if it has none. */
export function typeOf(error: Error): string {
  const { type, errors } = error as BrokerError;
  return type ?? errors?.[0]?.type ?? '';
}

/** The message of the broker's error. */
export const reasonOf = (error: Error): string => messageOf((error as BrokerError).errors?.[0] ?? error);

/** Whether the broker refused a request because a right is missing. */
export const isDenied = (error: Error): boolean => typeOf(error).endsWith('AUTHORIZATION_FAILED');
