import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * The correlation id of a request: the sender's, or a new one. It is the id of the request in log
 * lines, and that of its events.
 */
export function correlationOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const sent = headers['correlation-id'];
  if (typeof sent === 'string') return sent;
  const made = randomUUID();
  headers['correlation-id'] = made;
  return made;
}
