import { createHmac, hash } from 'node:crypto';
import { type Command, type Json, type StreamRef, streamName } from '@entente/kernel';

/** JSON with the keys of every object sorted: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, Json | undefined>)[key];
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/**
 * SHA-256, in hexadecimal digits, over a command's type and its body as received, before any
 * default. Frozen by a golden file.
 */
export const commandHash = (command: Command): string =>
  hash('sha256', canonicalJson({ type: command.type, body: command.data }), 'hex');

/**
 * The scope in which a command id is unique: the organisation that sends (or its pseudonym) and the
 * stream.
 */
export const commandKey = (organisation: string, stream: StreamRef, commandId: string): string =>
  `${organisation}\n${streamName(stream)}\n${commandId}`;

/** The namespace of event ids: made once for Entente, frozen. */
const NAMESPACE = Buffer.from('7d1f5c3e9a4b4f0e8c2d6b1a0e5f4c93', 'hex');

/**
 * The id of the index-th event of a command: a UUID (version 5, RFC 9562), which a retry derives
 * again. Frozen by a golden file.
 */
export function eventId(key: string, bodyHash: string, index: number): string {
  const name = Buffer.from(`${key}\n${bodyHash}\n${index}`);
  const hex = hash('sha1', Buffer.concat([NAMESPACE, name]), 'hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The beginning of every pseudonym. */
export const PSEUDONYM_PREFIX = 'sealed.';

/**
 * Gives organisations pseudonyms, each valid for one stream, under a key that is kept outside the
 * log.
 */
export class Pseudonymizer {
  constructor(private readonly key: Buffer) {
    if (key.length < 32) throw new Error('the pseudonym key needs 32 bytes');
  }

  /**
   * The same organisation on the same stream gives the same pseudonym. Nothing else links the two.
   */
  pseudonym(organisation: string, stream: StreamRef): string {
    return this.mac(`${streamName(stream)}\n${organisation}`);
  }

  /**
   * The id under which a pseudonymous command is recorded. It names no sender, and only a sender
   * who knows its own id finds it.
   */
  commandId(organisation: string, stream: StreamRef, commandId: string): string {
    return this.mac(commandKey(organisation, stream, commandId));
  }

  /** A name that means nothing without the key, the same for the same text on the same stream. */
  opaque(text: string, stream: StreamRef): string {
    return this.mac(`${streamName(stream)}\n\n${text}`);
  }

  private mac(text: string): string {
    return `${PSEUDONYM_PREFIX}${createHmac('sha256', this.key).update(text).digest('hex').slice(0, 32)}`;
  }
}
