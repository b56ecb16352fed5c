import { createHash } from 'node:crypto';
import type { EventLog, EventStore } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { beginEra, fillFolder } from './cli.module.js';
import { EventsDigest, digestOfLog } from './events-digest.js';
import { NewFile, linesOf } from './files.js';
import { UnusableInput } from './importing/unusable-input.js';
import { type Output, progress } from './output.js';

const FORMAT = 1;
/** Maximum number of events in one import batch, and of their characters as text. */
const MAX_BATCH = 500;
const MAX_BATCH_LENGTH = 8_000_000;

/**
 * Writes the whole log as NDJSON. The first line names the log; one line follows for each event as
 * it is stored. The last line has the number of events, the SHA-256 of all lines before it, and the
 * digest of the events, which is equal in every store with these events. An interrupted export has
 * no last line.
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
      for (const event of batch) digest.add(event);
      written += batch.length;
      report(written);
    }
    const ending: Ending = { ...digest.end(), sha256: hash.digest('hex') };
    await to.write(`${JSON.stringify(ending)}\n`);
    return ending;
  });
  if (output.json) output.out(JSON.stringify({ file, position: String(head), ...end }));
  else output.out(`${file} has ${end.events} events up to position ${head}, with digest ${end.digest}`);
}

/** The last line of an exported log. */
interface Ending {
  readonly events: number;
  /** Of the lines before it: shows that the file is complete. */
  readonly sha256: string;
  /** Of the events ({@link EventsDigest}): shows that a store has the same. */
  readonly digest: string;
}

/** Checks an exported log and returns its last line. Fails if the file is incomplete or changed. */
async function checkWhole(file: string): Promise<Ending> {
  try {
    return await endingOf(file);
  } catch (error) {
    throw new UnusableInput((error as Error).message, { cause: error });
  }
}

async function endingOf(file: string): Promise<Ending> {
  const hash = createHash('sha256');
  let lines = 0;
  let last = '';
  for await (const line of linesOf(file)) {
    if (lines > 0) hash.update(`${last}\n`);
    else {
      const head = readLine(line, 1) as { entente?: unknown; format?: number };
      if (head.entente !== 'log') throw new Error(`${file} is not an exported log`);
      if ((head.format ?? 0) > FORMAT)
        throw new Error(`${file} was written by a newer Entente (format ${head.format})`);
    }
    last = line;
    lines += 1;
  }
  const end = lines < 2 ? {} : (readLine(last, lines) as Partial<Ending>);
  const { sha256, digest } = end;
  if (sha256 === undefined || digest === undefined)
    throw new Error(`${file} is incomplete: it has no last line with a digest; export again`);
  if (sha256 !== hash.digest('hex') || end.events !== lines - 2)
    throw new Error(`${file} does not match its last line: the digest or the number of events differs`);
  return { events: lines - 2, sha256, digest };
}

function readLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`line ${number} is not JSON`, { cause: error });
  }
}

/** The result of an import. */
export interface ImportedLog {
  readonly events: number;
  readonly digest: string;
}

const OTHERS = 'the store has other events than the file: choose an empty one';

/** The events of a store up to its present end, one by one. */
async function* eventsOf(store: EventStore): AsyncGenerator<RecordedEvent, void> {
  for await (const events of store.readLog(0n, { upTo: await store.head() })) yield* events;
}

/**
 * Imports an exported log into a store. Streams, revisions, ids, times and receipts stay, positions
 * are new; a file lists the old and the new position of each event. Afterwards the store is read
 * and must have the digest of the file. After an interruption, a second import continues the first
 * and writes no event twice. A store with other events is not changed.
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
      throw new Error(`the store has other events than the file: the digest is ${held.digest}, not ${digest}`);
    return { events, digest };
  });
}

/**
 * Imports an exported log into a data folder, as {@link importInto} does. The folder is filled
 * completely or not at all.
 */
export async function importLog(
  file: string,
  data: string,
  positions: string,
  openStore: (folder: string) => EventStore,
  output: Output,
): Promise<void> {
  // Checked before a folder is created for it.
  await checkWhole(file);
  let imported: ImportedLog | undefined;
  await fillFolder(data, async (making) => {
    const store = openStore(making);
    imported = await importInto(store, file, positions, output).finally(() => store.close());
    // Positions are new: clients with old ones must begin again.
    beginEra(making, 0n);
  });
  if (output.json) output.out(JSON.stringify({ data, ...imported, positions }));
  else
    output.out(
      `${data} has ${imported?.events} events with digest ${imported?.digest}; ${positions} lists old and new positions`,
    );
  output.err(
    `pseudonym.key is not part of a log: copy it from the old folder to ${data}; otherwise reporters get new pseudonyms`,
  );
}
