import { createHmac, hash } from 'node:crypto';
import { type Command, type Json, type StreamRef, streamName } from '@entente/kernel';

/** JSON with sorted keys, so that equal values have equal text. */
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
 * The SHA-256 hash of a command's type and body as received, before defaults are applied, in
 * hexadecimal digits. A golden file pins it.
 */
export const commandHash = (command: Command): string =>
  hash('sha256', canonicalJson({ type: command.type, body: command.data }), 'hex');

/**
 * The key of a command. A command id is unique for a sending organisation (or its pseudonym) and a
 * stream.
 */
export const commandKey = (organisation: string, stream: StreamRef, commandId: string): string =>
  `${organisation}\n${streamName(stream)}\n${commandId}`;

/** The namespace of event ids. It never changes. */
const NAMESPACE = Buffer.from('7d1f5c3e9a4b4f0e8c2d6b1a0e5f4c93', 'hex');

/**
 * The id of an event of a command, by its index: a UUID (version 5, RFC 9562). A retry derives the
 * same id. A golden file pins it.
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
   * The pseudonym of an organisation on a stream. Without the key, it cannot be linked to the
   * organisation or to its other pseudonyms.
   */
  pseudonym(organisation: string, stream: StreamRef): string {
    return this.mac(`${streamName(stream)}\n${organisation}`);
  }

  /**
   * The id under which a pseudonymous command is recorded. It does not identify the sender. Only a
   * sender that knows its own command id finds it.
   */
  commandId(organisation: string, stream: StreamRef, commandId: string): string {
    return this.mac(commandKey(organisation, stream, commandId));
  }

  /**
   * Replaces a text with a name that is meaningless without the key. It is the same for the same
   * text on the same stream.
   */
  opaque(text: string, stream: StreamRef): string {
    return this.mac(`${streamName(stream)}\n\n${text}`);
  }

  private mac(text: string): string {
    return `${PSEUDONYM_PREFIX}${createHmac('sha256', this.key).update(text).digest('hex').slice(0, 32)}`;
  }
}
