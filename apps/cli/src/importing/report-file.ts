import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UnusableInput } from './unusable-input.js';

/** A file that an import writes beside what it sends. */
export interface Report {
  /** The rows that it has, in a word, such as `refused`; also the option that names the file. */
  readonly rows: 'refused' | 'missing';
  /** What every such file has near its start: one of an earlier run may be replaced. */
  readonly mark: string;
}

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

/** Whether a file there may be replaced: it is empty, or such a file. */
async function isReplaceable(path: string, mark: string): Promise<boolean> {
  if (!existsSync(path)) return true;
  let start = '';
  for await (const text of createReadStream(path, { encoding: 'utf8', end: 1024 * 1024 })) start += text as string;
  return start === '' || start.includes(mark);
}

/**
 * A file with rows of an import. It is created before anything is sent, so that a place where it
 * cannot be is found in time. It gets its name when it is complete, in place of the one of an
 * earlier run; without rows that one is removed.
 */
export class ReportFile {
  private readonly pending: string[] = [];
  private length = 0;

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  private get incomplete(): string {
    return `${this.path}.incomplete`;
  }

  /** Fails with a sentence if it cannot be written, is another file, or the one imported. */
  static async create(path: string, imported: string, { rows, mark }: Report): Promise<ReportFile> {
    if (resolve(path) === resolve(imported))
      throw new UnusableInput(`${path} is the file that is imported: name another for ${rows} rows by --${rows}`);
    try {
      if (await isReplaceable(path, mark)) return new ReportFile(path, await open(`${path}.incomplete`, 'w'));
    } catch (error) {
      throw sentenceFor(path, error);
    }
    throw new UnusableInput(`${path} is there and has no ${rows} rows: name another file by --${rows}`);
  }

  async write(text: string): Promise<void> {
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

  /** Completes it: its path, or null if it has no rows. */
  async end(hasRows: boolean): Promise<string | null> {
    await this.flush();
    try {
      await this.handle.close();
      if (!hasRows) {
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

  /** Removes what was written after an error; the file of an earlier run stays. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await rm(this.incomplete, { force: true }).catch(() => undefined);
  }
}
