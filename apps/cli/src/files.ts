import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { renameDurably } from './cli.module.js';

type SystemError = Error & { readonly code?: string };

/** An error that names the remedy for a file that cannot be written; other errors unchanged. */
function sentenceFor(file: string, error: SystemError): Error {
  switch (error.code) {
    case 'EEXIST':
      return new Error(`${file} exists: choose another name`, { cause: error });
    case 'ENOENT':
      return new Error(`${file} cannot be created: its folder is missing`, { cause: error });
    case 'ENOSPC':
    case 'EDQUOT':
      return new Error(`${file} cannot be written: the disk is full`, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Error(`${file} cannot be written by this user`, { cause: error });
    case 'EISDIR':
    case 'ENOTDIR':
      return new Error(`${file} cannot be created: it is a folder, or a part of its path is a file`, { cause: error });
    default:
      return error;
  }
}

/**
 * A new file. It gets its name when it is complete and on the disk; until then it is called
 * `<name>.incomplete`, which the next try overwrites. An existing file is never overwritten.
 */
export class NewFile {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** Creates it. Fails, with the remedy, if it exists or cannot be created. */
  static async create(path: string): Promise<NewFile> {
    try {
      if (existsSync(path)) throw Object.assign(new Error(`${path} exists`), { code: 'EEXIST' });
      return new NewFile(path, await open(`${path}.incomplete`, 'w'));
    } catch (error) {
      throw sentenceFor(path, error as SystemError);
    }
  }

  async write(text: string): Promise<void> {
    try {
      await this.handle.writeFile(text);
    } catch (error) {
      throw sentenceFor(this.path, error as SystemError);
    }
  }

  /** Resolves when it is complete on the disk under its name. */
  async close(): Promise<void> {
    try {
      await this.handle.sync();
      await this.handle.close();
      renameDurably(`${this.path}.incomplete`, this.path);
    } catch (error) {
      throw sentenceFor(this.path, error as SystemError);
    }
  }

  /** Removes it after an error. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await rm(`${this.path}.incomplete`, { force: true });
  }

  /** Runs `work` on a new file, which is complete on the disk afterwards, or absent. */
  static async with<T>(path: string, work: (file: NewFile) => Promise<T>): Promise<T> {
    const file = await NewFile.create(path);
    try {
      const result = await work(file);
      await file.close();
      return result;
    } catch (error) {
      await file.discard();
      throw error;
    }
  }
}

const NEWLINE = 0x0a;

/**
 * The lines of a UTF-8 file. Only `\n` ends a line; U+2028 and U+2029 do not. Fails if the file
 * cannot be read or is not UTF-8.
 */
export async function* linesOf(file: string): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = 0;
  const decode = (bytes: Buffer): string => {
    number += 1;
    try {
      return decoder.decode(bytes);
    } catch (error) {
      throw new Error(`line ${number} of ${file} is not UTF-8`, { cause: error });
    }
  };
  let rest: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
        rest.push(chunk.subarray(from, to));
        yield decode(Buffer.concat(rest));
        rest = [];
        from = to + 1;
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
    }
  } catch (error) {
    if ((error as SystemError).code === 'ENOENT') throw new Error(`${file} does not exist`, { cause: error });
    if ((error as SystemError).code === 'EISDIR') throw new Error(`${file} is a folder`, { cause: error });
    throw error;
  }
  if (rest.length > 0) yield decode(Buffer.concat(rest));
}
