import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CsvFormat } from './csv-records.js';
import { UnusableInput } from './unusable-input.js';

/** The columns that a file of refused rows has before the file's own. */
export const REFUSED_COLUMNS = ['entente_line', 'entente_code', 'entente_reason'] as const;

/** Whether a header is that of a file of refused rows. */
export const isRefusedHeader = (header: readonly string[]): boolean =>
  REFUSED_COLUMNS.every((name, i) => header[i]?.trim() === name);

const MAX_REASON_LENGTH = 500;

function sentenceFor(path: string, error: unknown): Error {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  const why =
    {
      ENOENT: 'its folder is missing',
      ENOTDIR: 'its folder is a file',
      EISDIR: 'it is a folder',
      ENOSPC: 'the disk is full',
    }[code] ?? (['EACCES', 'EPERM', 'EROFS'].includes(code) ? 'this user may not' : code);
  return new UnusableInput(`${path} cannot be written: ${why}`, { cause: error });
}

/** Whether a file there may be replaced: it is empty, or has refused rows. */
async function isReplaceable(path: string): Promise<boolean> {
  if (!existsSync(path)) return true;
  let start = '';
  for await (const text of createReadStream(path, { encoding: 'utf8', end: 1024 * 1024 })) start += text as string;
  return start === '' || start.includes(REFUSED_COLUMNS[0]);
}

/** The lines with which a file of refused rows begins. */
export const refusedHead = ({ delimiter }: CsvFormat, preamble: readonly string[], header: string): string =>
  `\ufeff${[...preamble, [...REFUSED_COLUMNS, header].join(delimiter)].map((line) => `${line}\n`).join('')}`;

/** A refused row: its line, a code and the reason, then its text as it is. */
export function refusedLine(
  { delimiter, quote }: CsvFormat,
  {
    line,
    code,
    why,
    raw,
  }: { readonly line: number; readonly code: string; readonly why: string; readonly raw: string },
): string {
  const reason = (why.length > MAX_REASON_LENGTH ? `${why.slice(0, MAX_REASON_LENGTH)}...` : why).replace(/\s+/gu, ' ');
  const quoted =
    quote === '' ? reason.replaceAll(delimiter, ' ') : `${quote}${reason.replaceAll(quote, quote + quote)}${quote}`;
  return `${[String(line), code, quoted, raw].join(delimiter)}\n`;
}

/**
 * The refused rows of an import, as they are in its file, each after its line, a code and the
 * reason: mended, it can be imported with the same mapping. It gets its name when it is complete,
 * in place of the one of an earlier run; without refused rows that one is removed. It is written in
 * UTF-8 with a byte order mark.
 */
export class RefusedFile {
  private rows = 0;
  private readonly pending: string[] = [];
  private length = 0;

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly format: CsvFormat,
  ) {}

  private get incomplete(): string {
    return `${this.path}.incomplete`;
  }

  /** Fails with a sentence if it cannot be written, is another file, or the one imported. */
  static async create(path: string, file: string, format: CsvFormat): Promise<RefusedFile> {
    if (resolve(path) === resolve(file))
      throw new UnusableInput(`${path} is the file that is imported: name another for refused rows by --refused`);
    try {
      if (await isReplaceable(path)) return new RefusedFile(path, await open(`${path}.incomplete`, 'w'), format);
    } catch (error) {
      throw sentenceFor(path, error);
    }
    throw new UnusableInput(`${path} is there and has no refused rows: name another file by --refused`);
  }

  /** Begins it with the lines before the header, and the header, as they are in the file. */
  async begin(preamble: readonly string[], header: string): Promise<void> {
    await this.write(refusedHead(this.format, preamble, header));
  }

  async add(line: number, code: string, why: string, raw: string): Promise<void> {
    this.rows += 1;
    await this.write(refusedLine(this.format, { line, code, why, raw }));
  }

  private async write(text: string): Promise<void> {
    this.pending.push(text);
    this.length += text.length;
    if (this.length > 64 * 1024) await this.flush();
  }

  private async flush(): Promise<void> {
    const text = this.pending.splice(0).join('');
    this.length = 0;
    try {
      await this.handle.writeFile(text);
    } catch (error) {
      throw sentenceFor(this.path, error);
    }
  }

  /** Completes it: its path, or null if there are no refused rows. */
  async end(): Promise<string | null> {
    await this.flush();
    try {
      await this.handle.close();
      if (this.rows === 0) {
        await rm(this.incomplete, { force: true });
        await rm(this.path, { force: true });
        return null;
      }
      await rename(this.incomplete, this.path);
      return this.path;
    } catch (error) {
      throw sentenceFor(this.path, error);
    }
  }

  /** Removes it after something else failed: the one of an earlier run stays. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await rm(this.incomplete, { force: true });
  }
}
