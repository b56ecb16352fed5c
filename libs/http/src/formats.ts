import type { FieldError } from '@entente/contracts';
import { preferredType } from './accept.js';
import type { HttpReply } from './http-reply.js';

/** The media types of answers, by the values of `format`. */
export const MEDIA_TYPES = {
  json: 'application/json',
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
} as const;
export type Format = keyof typeof MEDIA_TYPES;

/**
 * The format of an answer, of those that its address has: by `?format=`, else by `Accept`; or the
 * error in the parameter. The answer is marked as one that depends on `Accept`.
 */
export function formatOf<Of extends Format>(
  formats: readonly [Of, ...Of[]],
  given: unknown,
  accept: string | undefined,
  reply: HttpReply,
): { readonly format: Of } | { readonly error: FieldError } {
  addVary(reply, 'Accept');
  if (given !== undefined) {
    const format = formats.find((one) => one === given);
    return format === undefined
      ? { error: { path: 'format', message: `must be one of ${formats.join(', ')}` } }
      : { format };
  }
  const types = formats.map((format) => MEDIA_TYPES[format]);
  const preferred = preferredType(accept, types);
  // The first is the answer to a client that accepts none of them.
  return { format: formats.find((format) => MEDIA_TYPES[format] === preferred) ?? formats[0] };
}

/** Adds a name to the headers of the request on which the answer depends. */
function addVary(reply: HttpReply, name: string): void {
  const before = reply.getHeader('vary');
  reply.header('vary', typeof before === 'string' && before !== '' ? `${before}, ${name}` : name);
}
