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
 * The format of an answer, of those that its address supports: by `?format=`, else by `Accept`; or
 * the error in the parameter. The answer gets `Vary: Accept`.
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
  // A client that accepts none of the formats gets the first one.
  return { format: formats.find((format) => MEDIA_TYPES[format] === preferred) ?? formats[0] };
}

/** Adds a request header to `Vary`. */
function addVary(reply: HttpReply, name: string): void {
  const before = reply.getHeader('vary');
  reply.header('vary', typeof before === 'string' && before !== '' ? `${before}, ${name}` : name);
}
