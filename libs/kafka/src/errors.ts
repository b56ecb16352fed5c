import { messageOf } from '@entente/async';

/**
 * Adds a hint to an error of the client if no broker answers, or if client and broker disagree
 * about TLS.
 */
export function withHint(error: unknown): unknown {
  const message = messageOf(error);
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|Connection timeout/.test(message))
    return new Error(`no broker of Kafka answers (${message}): does one that KAFKA_BROKERS names run?`, {
      cause: error,
    });
  if (
    !/^(?:Closed connection|Connection error: Client network socket disconnected)|wrong version number|packet length/i.test(
      message,
    )
  )
    return error;
  return new Error(`${message} (if it never answers: do both use TLS, or neither?)`, { cause: error });
}
