import { createReadStream } from 'node:fs';
import { UnusableInput } from './unusable-input.js';

/** Byte order marks, and the encoding that each proves. */
const MARKS: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

const markOf = (bytes: Uint8Array): string | undefined =>
  MARKS.find(([mark]) => mark.every((byte, i) => bytes[i] === byte))?.[1];

/** A decoder that fails at bytes which are no text; fails if there is no such encoding. */
export function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    throw new UnusableInput(`there is no encoding "${encoding}": utf-8, windows-1252 and iso-8859-2 are some`, {
      cause: error,
    });
  }
}

/**
 * The kind of UTF-16 of bytes without a mark: a quarter of them is NUL, all at one side, and more
 * than a damaged byte.
 */
function markless16(bytes: Uint8Array): string | undefined {
  const at = [0, 0];
  bytes.forEach((byte, i) => (at[i % 2] = (at[i % 2] ?? 0) + (byte === 0 ? 1 : 0)));
  const [even = 0, odd = 0] = at;
  const most = Math.max(even, odd);
  if (most < 2 || most * 4 < bytes.length || Math.min(even, odd) > 0) return undefined;
  return odd > 0 ? 'utf-16le' : 'utf-16be';
}

/** The number of line ends before the first character that is none. */
const linesBefore = (bytes: Uint8Array, encoding: string): number =>
  (/^[^\ufffd]*/.exec(new TextDecoder(encoding).decode(bytes))?.[0].match(/\r\n|\n|\r/g) ?? []).length;

/** Encodings of several bytes for a letter, by the names that the standard gives them. */
const OF_SEVERAL_BYTES = /^(?:utf-|gb|big5|euc-|shift_jis|iso-2022-)/;

/**
 * Decodes a file piece by piece. A byte order mark counts more than the encoding named. Fails with
 * the line at bytes that are not of the encoding; and at the end of a file with letters beyond
 * ASCII that is UTF-8, if an encoding of one byte a letter is named.
 */
export class Decoder {
  private decoder: TextDecoder | null = null;
  private start: Uint8Array | null = new Uint8Array();
  private lines = 0;
  private beyondAscii = false;
  /** Reads what is named otherwise as UTF-8, as long as that is possible. */
  private utf8: TextDecoder | null = null;

  constructor(
    private encoding: string,
    private readonly file: string,
  ) {
    decoderOf(encoding);
  }

  /** The text of the next piece, as far as it is complete. */
  push(bytes: Uint8Array): string {
    if (this.start === null) return this.decode(bytes, true);
    this.start = Buffer.concat([this.start, bytes]);
    return this.start.length < 3 ? '' : this.begin(true);
  }

  end(): string {
    const text = this.start === null ? this.decode(new Uint8Array(), false) : this.begin(false);
    if (this.utf8 !== null && this.beyondAscii)
      throw new UnusableInput(
        `${this.file} is UTF-8, as all its bytes beyond ASCII show, and not ${this.encoding}: ` +
          'leave out --encoding, and the encoding in the mapping',
      );
    return text;
  }

  /** Tries the next piece as UTF-8. */
  private tryUtf8(bytes: Uint8Array, stream: boolean): void {
    try {
      this.utf8?.decode(bytes, { stream });
    } catch {
      this.utf8 = null;
    }
  }

  private begin(stream: boolean): string {
    const bytes = this.start ?? new Uint8Array();
    this.start = null;
    this.encoding = markOf(bytes) ?? this.encoding;
    const is16 = this.encoding.startsWith('utf-16') ? undefined : markless16(bytes);
    if (is16 !== undefined)
      throw new UnusableInput(`${this.file} is ${is16}, as its NUL bytes show: name it by --encoding ${is16}`);
    if (!OF_SEVERAL_BYTES.test(decoderOf(this.encoding).encoding)) this.utf8 = decoderOf('utf-8');
    return this.decode(bytes, stream);
  }

  private decode(bytes: Uint8Array, stream: boolean): string {
    this.decoder ??= decoderOf(this.encoding);
    try {
      const text = this.decoder.decode(bytes, { stream });
      this.beyondAscii ||= /[^\0-\x7f]/.test(text);
      this.tryUtf8(bytes, stream);
      this.lines += text.match(/\r\n|\n|\r/g)?.length ?? 0;
      return text;
    } catch (error) {
      const line = this.lines + linesBefore(bytes, this.encoding) + 1;
      throw new UnusableInput(
        `${this.file} has bytes that are not ${this.encoding}, first about line ${line}: ` +
          'name its encoding by --encoding, such as --encoding windows-1252',
        { cause: error },
      );
    }
  }
}

/** The text of a file, piece by piece. Each way in which it cannot be read has its own sentence. */
export async function* textOf(file: string, encoding: string): AsyncGenerator<string, void> {
  const decoder = new Decoder(encoding, file);
  try {
    for await (const bytes of createReadStream(file) as AsyncIterable<Buffer>) yield decoder.push(bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UnusableInput(`${file} is not there`, { cause: error });
    if (code === 'EISDIR') throw new UnusableInput(`${file} is a folder`, { cause: error });
    if (code === 'EACCES' || code === 'EPERM')
      throw new UnusableInput(`${file} cannot be read by this user`, { cause: error });
    throw error;
  }
  yield decoder.end();
}
