import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import type { EventLog, EventStore } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { fillWhole } from './folder.js';
import { type Output, progress } from './output.js';

const FORMAT = 1;
const BATCH = 500;

const write = (to: Writable, text: string): Promise<void> =>
  new Promise((resolve, reject) => to.write(text, (error) => (error ? reject(error) : resolve())));
const close = (to: Writable): Promise<void> =>
  new Promise((resolve, reject) => {
    to.once('error', reject);
    to.end(resolve);
  });

/**
 * Writes the whole log as NDJSON: a line that says whose it is, a line an event as it is stored, and a last line with the number of events and the SHA-256 of all lines
 * before it. A file that was broken off has no last line.
 */
export async function exportLog(log: EventLog, file: string, output: Output): Promise<void> {
  if (existsSync(file)) throw new Error(`${file} is there already`);
  const to = createWriteStream(file);
  const hash = createHash('sha256');
  const tell = progress(output, 'events written');
  const head = await log.head();
  let events = 0;
  const put = async (text: string): Promise<void> => {
    hash.update(text);
    await write(to, text);
  };
  await put(`${JSON.stringify({ entente: 'log', format: FORMAT, log: log.id })}\n`);
  for await (const batch of log.readLog(0n, { upTo: head })) {
    await put(batch.map((event) => `${JSON.stringify({ ...event, position: String(event.position) })}\n`).join(''));
    events += batch.length;
    tell(events);
  }
  const sha256 = hash.digest('hex');
  await write(to, `${JSON.stringify({ events, sha256 })}\n`);
  await close(to);
  if (output.json) output.out(JSON.stringify({ file, events, position: String(head), sha256 }));
  else output.out(`${file} holds ${events} events up to position ${head}; its digest is ${sha256}`);
}

/** The events of an exported log, once its digest was seen to be right; fails where it is not whole. */
async function checkWhole(file: string): Promise<number> {
  const hash = createHash('sha256');
  let [lines, last] = [0, ''];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (lines > 0) hash.update(`${last}\n`);
    else {
      const head = readLine(line, 1) as { entente?: unknown; format?: number };
      if (head.entente !== 'log') throw new Error(`${file} is no exported log`);
      if ((head.format ?? 0) > FORMAT)
        throw new Error(`${file} was written by a newer Entente (format ${head.format})`);
    }
    last = line;
    lines += 1;
  }
  const end = lines < 2 ? {} : (readLine(last, lines) as { events?: number; sha256?: string });
  if (end.sha256 === undefined)
    throw new Error(`${file} was broken off: it has no last line with its digest; export again`);
  if (end.sha256 !== hash.digest('hex') || end.events !== lines - 2)
    throw new Error(`${file} is not what its last line says: another digest, or another number of events`);
  return lines - 2;
}

function readLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`line ${number} is no JSON`, { cause: error });
  }
}

/**
 * Reads an exported log into a store that is made for it: streams, revisions, ids, times and receipts stay, positions are new. The old and the new position of each event
 * go into a file. The folder is filled whole or not at all.
 */
export async function importLog(
  file: string,
  data: string,
  positions: string,
  openStore: (folder: string) => EventStore,
  output: Output,
): Promise<void> {
  const events = await checkWhole(file);
  await fillWhole(data, async (making) => {
    const store = openStore(making);
    const noted = createWriteStream(positions);
    const tell = progress(output, 'events read');
    try {
      await write(noted, 'old,new\n');
      let [line, waiting] = [0, [] as RecordedEvent[]];
      const adopt = async (): Promise<void> => {
        const taken = await store.adopt(waiting);
        await write(noted, waiting.map(({ position }, i) => `${position},${taken[i]}\n`).join(''));
        waiting = [];
        tell(line, events);
      };
      for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
        line += 1;
        if (line === 1 || line > events + 1) continue;
        const event = readLine(text, line) as Omit<RecordedEvent, 'position'> & { position: string };
        waiting.push({ ...event, position: BigInt(event.position) });
        if (waiting.length === BATCH) await adopt();
      }
      if (waiting.length > 0) await adopt();
    } finally {
      await store.close();
      await close(noted);
    }
  });
  if (output.json) output.out(JSON.stringify({ data, events, positions }));
  else output.out(`${data} holds ${events} events; ${positions} says which position each had and has`);
  output.err(
    `seal.key is not part of a log: put the one of the old folder into ${data}, or reporters get new pseudonyms`,
  );
}
