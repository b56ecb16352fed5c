import { createHash } from 'node:crypto';
import type { EventLog, EventStore } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { beginEra, fillFolder } from './cli.module.js';
import { EventsDigest, digestOfLog } from './events-digest.js';
import { NewFile, linesOf } from './files.js';
import { type Output, progress } from './output.js';

const FORMAT = 1;
/** Events that are adopted at once, at most: so many, and of so many characters as text. */
const MAX_BATCH = 500;
const MAX_BATCH_LENGTH = 8_000_000;

/**
 * Writes the whole log as NDJSON: a line that says whose it is, a line an event as it is stored,
 * and a last line with the number of events, the SHA-256 of all lines before it, and the digest of
 * the events, which every store that holds them gives. A file that was broken off has no last line.
 */
export async function exportLog(log: EventLog, file: string, output: Output): Promise<void> {
  const head = await log.head();
  const end = await NewFile.with(file, async (to) => {
    const hash = createHash('sha256');
    const report = progress(output, 'events written');
    const digest = new EventsDigest();
    let written = 0;
    const put = async (text: string): Promise<void> => {
      hash.update(text);
      await to.write(text);
    };
    await put(`${JSON.stringify({ entente: 'log', format: FORMAT, log: log.id })}\n`);
    for await (const batch of log.readLog(0n, { upTo: head })) {
      await put(batch.map((event) => `${JSON.stringify({ ...event, position: String(event.position) })}\n`).join(''));
      for (const event of batch) digest.take(event);
      written += batch.length;
      report(written);
    }
    const ending: Ending = { ...digest.end(), sha256: hash.digest('hex') };
    await to.write(`${JSON.stringify(ending)}\n`);
    return ending;
  });
  if (output.json) output.out(JSON.stringify({ file, position: String(head), ...end }));
  else output.out(`${file} holds ${end.events} events up to position ${head}; their digest is ${end.digest}`);
}

/** The last line of an exported log. */
interface Ending {
  readonly events: number;
  /** Of the lines before it: that the file is whole. */
  readonly sha256: string;
  /** Of the events ({@link EventsDigest}): that a store holds the same. */
  readonly digest: string;
}

/**
 * The last line of an exported log, once it was seen to be right; fails where the file is not
 * whole.
 */
async function checkWhole(file: string): Promise<Ending> {
  const hash = createHash('sha256');
  let lines = 0;
  let last = '';
  for await (const line of linesOf(file)) {
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
  const end = lines < 2 ? {} : (readLine(last, lines) as Partial<Ending>);
  const { sha256, digest } = end;
  if (sha256 === undefined || digest === undefined)
    throw new Error(`${file} was broken off: it has no last line with its digest; export again`);
  if (sha256 !== hash.digest('hex') || end.events !== lines - 2)
    throw new Error(`${file} is not what its last line says: another digest, or another number of events`);
  return { events: lines - 2, sha256, digest };
}

function readLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`line ${number} is no JSON`, { cause: error });
  }
}

/** What was read into a store. */
export interface ImportedLog {
  readonly events: number;
  readonly digest: string;
}

const OTHERS = 'the store holds other events than the file: name an empty one';

/** The events that a store holds just now, one by one. */
async function* eventsOf(store: EventStore): AsyncGenerator<RecordedEvent, void> {
  for await (const events of store.readLog(0n, { upTo: await store.head() })) yield* events;
}

/**
 * Reads an exported log into a store, whatever database it is on: streams, revisions, ids, times
 * and receipts stay, positions are new. The old and the new position of each event go into a file.
 * What the store holds then is read once more and has the digest that the file names. Broken off,
 * it is called again, and what is there already is not written twice; a store that holds anything
 * else is left as it is.
 */
export async function importInto(
  store: EventStore,
  file: string,
  positions: string,
  output: Output,
): Promise<ImportedLog> {
  const { events, digest } = await checkWhole(file);
  return NewFile.with(positions, async (noted) => {
    const report = progress(output, 'events read');
    await noted.write('old,new\n');
    let line = 0;
    let read = 0;
    let length = 0;
    let waiting: RecordedEvent[] = [];
    const there = eventsOf(store);
    const importWaiting = async (): Promise<void> => {
      const imported = await store.importEvents(waiting);
      await noted.write(waiting.map(({ position }, i) => `${position},${imported[i]}\n`).join(''));
      waiting = [];
      length = 0;
      report(read, events);
    };
    for await (const text of linesOf(file)) {
      line += 1;
      if (line === 1 || line > events + 1) continue;
      const event = readLine(text, line) as Omit<RecordedEvent, 'position'> & { position: string };
      const held = await there.next();
      if (held.done !== true && held.value.id !== event.id) throw new Error(OTHERS);
      waiting.push({ ...event, position: BigInt(event.position) });
      read += 1;
      length += text.length;
      if (waiting.length === MAX_BATCH || length >= MAX_BATCH_LENGTH) await importWaiting();
    }
    if ((await there.next()).done !== true) throw new Error(OTHERS);
    if (waiting.length > 0) await importWaiting();
    const held = await digestOfLog(store);
    if (held.digest !== digest)
      throw new Error(`the store holds other events than the file: their digest is ${held.digest}, not ${digest}`);
    return { events, digest };
  });
}

/**
 * Reads an exported log into a data folder, as {@link importInto} does. The folder is filled whole
 * or not at all.
 */
export async function importLog(
  file: string,
  data: string,
  positions: string,
  openStore: (folder: string) => EventStore,
  output: Output,
): Promise<void> {
  // Before a folder is made for it.
  await checkWhole(file);
  let imported: ImportedLog | undefined;
  await fillFolder(data, async (making) => {
    const store = openStore(making);
    imported = await importInto(store, file, positions, output).finally(() => store.close());
    // Its positions are its own: who comes back with the old ones begins anew.
    beginEra(making, 0n);
  });
  if (output.json) output.out(JSON.stringify({ data, ...imported, positions }));
  else
    output.out(
      `${data} holds ${imported?.events} events, whose digest is ${imported?.digest}; ${positions} says which position each had and has`,
    );
  output.err(
    `pseudonym.key is not part of a log: put the one of the old folder into ${data}, or reporters get new pseudonyms`,
  );
}
