import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * A request's correlation id: the sender's, or one that is made here. It is the id of the request
 * in log lines, and that of the events.
 */
export function correlationOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const sent = headers['correlation-id'];
  if (typeof sent === 'string') return sent;
  const made = randomUUID();
  headers['correlation-id'] = made;
  return made;
}
