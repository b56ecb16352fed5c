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

/** The number of line ends before the first character that is none. */
const linesBefore = (bytes: Uint8Array, encoding: string): number =>
  (/^[^\ufffd]*/.exec(new TextDecoder(encoding).decode(bytes))?.[0].match(/\r\n|\n|\r/g) ?? []).length;

/**
 * Decodes a file piece by piece. A byte order mark counts more than the encoding named. Fails with
 * the line at bytes that are not of the encoding.
 */
export class Decoder {
  private decoder: TextDecoder | null = null;
  private start: Uint8Array | null = new Uint8Array();
  private lines = 0;

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
    return this.start === null ? this.decode(new Uint8Array(), false) : this.begin(false);
  }

  private begin(stream: boolean): string {
    const bytes = this.start ?? new Uint8Array();
    this.start = null;
    this.encoding = markOf(bytes) ?? this.encoding;
    return this.decode(bytes, stream);
  }

  private decode(bytes: Uint8Array, stream: boolean): string {
    this.decoder ??= decoderOf(this.encoding);
    try {
      const text = this.decoder.decode(bytes, { stream });
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
