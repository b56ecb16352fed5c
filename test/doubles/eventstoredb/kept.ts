import { fstatSync, mkdirSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DoubleLog, type Stored } from './log.js';

/**
 * What a write has put into the log, as a line of the file has it: bytes in base64, numbers beyond
 * JSON's as text.
 */
type Line = readonly (Omit<Stored, 'data' | 'metadata' | 'created' | 'position' | 'prepare'> &
  Readonly<Record<'data' | 'metadata' | 'created' | 'position' | 'prepare', string>>)[];

const NEW_LINE = 10;

/**
 * A double's log that is kept in a folder, `log.jsonl`: a line a write, in the file before it is
 * answered, so it outlives the process however that ends; not the machine, since nothing is forced
 * to the disk. A last line that is torn is cut off; any other that cannot be read is an error.
 */
export function keptLog(folder: string, clock: () => number): DoubleLog {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'log.jsonl');
  const file = openSync(path, 'a+');
  const log = new DoubleLog(clock);
  let end = restored(path, log);
  truncateSync(path, end);
  log.keep = (written) => {
    if (fstatSync(file).size !== end) throw new Error(`${path} is written by another process: end one of the two`);
    const line = Buffer.from(`${JSON.stringify(lineOf(written))}\n`);
    writeFileSync(file, line);
    end += line.length;
  };
  return log;
}

/** Reads all whole lines, and answers where the last of them ends. */
function restored(path: string, log: DoubleLog): number {
  const bytes = readFileSync(path);
  let from = 0;
  let number = 1;
  for (let to = bytes.indexOf(NEW_LINE); to >= 0; to = bytes.indexOf(NEW_LINE, from)) {
    let line: Line;
    try {
      line = JSON.parse(bytes.toString('utf8', from, to)) as Line;
    } catch (error) {
      throw new Error(`line ${number} of ${path} is damaged: remove the folder, and begin with an empty log`, {
        cause: error,
      });
    }
    for (const stored of line) log.restore(storedOf(stored));
    from = to + 1;
    number += 1;
  }
  return from;
}

const lineOf = (written: readonly Stored[]): Line =>
  written.map((stored) => ({
    ...stored,
    data: Buffer.from(stored.data).toString('base64'),
    metadata: Buffer.from(stored.metadata).toString('base64'),
    created: String(stored.created),
    position: String(stored.position),
    prepare: String(stored.prepare),
  }));

const storedOf = (line: Line[number]): Stored => ({
  ...line,
  data: Buffer.from(line.data, 'base64'),
  metadata: Buffer.from(line.metadata, 'base64'),
  created: BigInt(line.created),
  position: BigInt(line.position),
  prepare: BigInt(line.prepare),
});
