import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Appended,
  Busy,
  Closing,
  EventLog,
  EventStore,
  type Expected,
  type LogRange,
  type NewEvent,
  NoRoom,
  OutcomeUnknown,
  type StreamRange,
} from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import Database from 'better-sqlite3';

/** Names the file as Entente's log: "Entt". */
const APPLICATION_ID = 0x456e7474;
const FORMAT = 1;
const FILE = 'log.sqlite';

const SCHEMA = `
  CREATE TABLE log (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, made TEXT NOT NULL);
  CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
  CREATE INDEX events_by_time ON events (recorded_at);
`;

interface Stored {
  position: bigint;
  stream: string;
  revision: bigint;
  id: string;
  type: string;
  version: bigint;
  recorded_at: string;
  data: string;
  metadata: string;
}

interface Waiting {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly NewEvent[];
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

/** How the store is opened. */
export interface SqliteEventStoreOptions {
  /** The data folder; made where it is missing. */
  readonly folder: string;
  /** Reads old versions of events as the newest. */
  readonly upcast?: (event: RecordedEvent) => RecordedEvent;
  /** The store's clock, in milliseconds. */
  readonly clock?: () => number;
  /** Events that may wait for a commit; beyond them an append is `Busy`. */
  readonly maxWaiting?: number;
  /** Called after each commit: how many appends shared it, how many events they were, and how long it took in milliseconds. */
  readonly onCommitted?: (appends: number, events: number, ms: number) => void;
  /** Called when a commit failed and its outcome cannot be known: the process should end. */
  readonly onOutcomeUnknown?: (error: OutcomeUnknown) => void;
}

const PAGE = 500;
/** Streams whose last revision is kept at hand. */
const MOST_REMEMBERED = 100_000;

/**
 * The log in one SQLite file: write-ahead log, `synchronous=FULL`, one writer (an exclusive lock on a file of its own, held by the operating system and gone with the
 * process). Appends that wait are committed together; the next commit begins when the last has ended, without a timer. Readers have a connection of their own
 * and see committed events only.
 */
export class SqliteEventStore extends EventStore {
  readonly id: string;
  private readonly writer: Database.Database;
  private readonly reader: Database.Database;
  private readonly lock: Database.Database;
  private readonly queue: Waiting[] = [];
  private queuedEvents = 0;
  private flushing = false;
  private closed = false;
  private lastRecorded: string;
  private readonly listeners = new Set<() => void>();
  private readonly statements: ReturnType<SqliteEventStore['prepare']>;
  private readonly idle: (() => void)[] = [];
  /** The last revision of streams that were written lately: this writer is the only one, so what it committed is so. */
  private readonly revisions = new Map<string, number>();
  /** The same for what the batch at hand has written and not committed yet. */
  private readonly written = new Map<string, number>();

  constructor(private readonly options: SqliteEventStoreOptions) {
    super();
    mkdirSync(options.folder, { recursive: true });
    this.lock = lockFolder(options.folder);
    const file = join(options.folder, FILE);
    try {
      this.writer = openWriter(file);
      this.reader = openLogReader(options.folder);
    } catch (error) {
      this.lock.close();
      throw error;
    }
    this.statements = this.prepare();
    this.id = (this.writer.prepare('SELECT id FROM log').get() as { id: string }).id;
    const last = this.writer.prepare('SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1').get();
    this.lastRecorded = (last as { recorded_at: string } | undefined)?.recorded_at ?? '';
  }

  private prepare() {
    return {
      revision: this.writer
        .prepare('SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1')
        .pluck(),
      insert: this.writer.prepare(
        'INSERT INTO events (stream, revision, id, type, version, recorded_at, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ),
      repeated: this.writer.prepare(
        'SELECT id, position FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?',
      ),
    };
  }

  append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    if (this.closed) return Promise.reject(new Closing());
    if (events.length === 0) return Promise.reject(new Error('an append needs at least one event'));
    if (this.queuedEvents + events.length > (this.options.maxWaiting ?? 10_000) && this.queue.length > 0)
      return Promise.reject(new Busy(this.queue.length));
    return new Promise((resolve, reject) => {
      this.queue.push({ stream, expected, events, resolve, reject });
      this.queuedEvents += events.length;
      this.schedule();
    });
  }

  /** The next turn of the event loop commits whatever waits by then: no timer, and a lone append waits for nothing. */
  private schedule(): void {
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    const batch = this.queue.splice(0);
    this.queuedEvents = 0;
    const answers: (() => void)[] = [];
    const begun = performance.now();
    try {
      this.writer.exec('BEGIN IMMEDIATE');
      const recordedAt = this.stamp();
      for (const waiting of batch) {
        const appended = this.appendOne(waiting, recordedAt);
        answers.push(() => waiting.resolve(appended));
      }
      this.writer.exec('COMMIT');
      this.lastRecorded = recordedAt;
      this.remember();
      const events = batch.reduce((sum, waiting) => sum + waiting.events.length, 0);
      this.options.onCommitted?.(batch.length, events, performance.now() - begun);
    } catch (error) {
      const said = this.rolledBack(error);
      answers.splice(0, answers.length, ...batch.map((waiting) => () => waiting.reject(said)));
    }
    this.written.clear();
    this.flushing = false;
    for (const answer of answers) answer();
    for (const listener of this.listeners) listener();
    if (this.queue.length > 0) this.schedule();
    else for (const done of this.idle.splice(0)) done();
  }

  private appendOne({ stream, expected, events }: Waiting, recordedAt: string): Appended {
    let actual = this.written.get(stream) ?? this.revisions.get(stream);
    // A stream that is not known lately and should not exist is tried at once: the unique index says whether it does.
    const untried = actual === undefined && expected === 'none';
    actual ??= untried ? -1 : this.lastRevision(stream);
    const fits =
      expected === 'any' || (expected === 'exists' ? actual >= 0 : actual === (expected === 'none' ? -1 : expected));
    if (!fits) return this.repeated(stream, expected, events) ?? { ok: false, actual };
    let position = 0;
    for (const [i, { id, type, version, data, metadata }] of events.entries()) {
      const kept = JSON.stringify({ ...metadata, recordedAt });
      try {
        const revision = actual + 1 + i;
        position = this.insert(stream, revision, id, type, version, recordedAt, JSON.stringify(data), kept);
      } catch (error) {
        if (i > 0 || !untried || (error as { code?: string }).code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
        return this.repeated(stream, expected, events) ?? { ok: false, actual: this.lastRevision(stream) };
      }
    }
    this.written.set(stream, actual + events.length);
    return { ok: true, revision: actual + events.length, position: BigInt(position) };
  }

  adopt(events: readonly RecordedEvent[]): Promise<readonly bigint[]> {
    return new Promise((resolve) => {
      if (this.closed) throw new Closing();
      let last = this.lastRecorded;
      const positions = this.writer
        .transaction(() =>
          events.map(({ id, stream, revision, type, version, data, metadata }) => {
            const next = (this.written.get(stream) ?? this.revisions.get(stream) ?? this.lastRevision(stream)) + 1;
            if (revision !== next) throw new Error(`${stream}: revision ${revision} is not the next one, ${next}`);
            const { recordedAt } = metadata;
            if (recordedAt < last) throw new Error(`${stream}: recorded at ${recordedAt}, before ${last}`);
            last = recordedAt;
            this.written.set(stream, revision);
            const kept = [JSON.stringify(data), JSON.stringify(metadata)];
            return BigInt(this.insert(stream, revision, id, type, version, recordedAt, ...kept));
          }),
        )
        .immediate();
      this.lastRecorded = last;
      this.remember();
      resolve(positions);
    }).finally(() => this.written.clear()) as Promise<readonly bigint[]>;
  }

  private insert(...values: readonly (string | number)[]): number {
    return Number(this.statements.insert.run(...values).lastInsertRowid);
  }

  private lastRevision(stream: string): number {
    return (this.statements.revision.get(stream) as number | undefined) ?? -1;
  }

  /** What was committed is known from now on; the streams written longest ago are forgotten when there are too many. */
  private remember(): void {
    for (const [stream, revision] of this.written) {
      this.revisions.delete(stream);
      this.revisions.set(stream, revision);
    }
    for (const stream of this.revisions.keys()) {
      if (this.revisions.size <= MOST_REMEMBERED) return;
      this.revisions.delete(stream);
    }
  }

  /** The same events at the same place are answered as the first time. */
  private repeated(stream: string, expected: Expected, events: readonly NewEvent[]): Appended | null {
    if (typeof expected !== 'number' && expected !== 'none') return null;
    const first = expected === 'none' ? 0 : expected + 1;
    const there = this.statements.repeated.all(stream, first, events.length) as { id: string; position: number }[];
    if (there.length !== events.length || there.some(({ id }, i) => id !== events[i]?.id)) return null;
    return { ok: true, revision: first + events.length - 1, position: BigInt(there.at(-1)?.position ?? 0) };
  }

  private stamp(): string {
    const now = new Date((this.options.clock ?? Date.now)()).toISOString();
    return now > this.lastRecorded ? now : this.lastRecorded;
  }

  /** Nothing of the batch took effect, unless the disk failed under the commit itself: then nobody knows. */
  private rolledBack(error: unknown): unknown {
    const code = (error as { code?: string }).code ?? '';
    try {
      if (this.writer.inTransaction) this.writer.exec('ROLLBACK');
    } catch (failed) {
      return this.unknown(failed);
    }
    if (code.startsWith('SQLITE_IOERR')) return this.unknown(error);
    return code === 'SQLITE_FULL' ? new NoRoom('the log') : error;
  }

  private unknown(error: unknown): OutcomeUnknown {
    const fault = new OutcomeUnknown(error);
    this.closed = true;
    this.options.onOutcomeUnknown?.(fault);
    return fault;
  }

  async *readStream(stream: string, range: StreamRange = {}): AsyncIterable<readonly RecordedEvent[]> {
    yield* readStreamOf(this.reader, stream, range, this.options.upcast);
  }

  async *readLog(after: bigint, range: LogRange = {}): AsyncIterable<readonly RecordedEvent[]> {
    yield* readLogOf(this.reader, after, range, this.options.upcast);
  }

  revisionOf(stream: string): Promise<number> {
    return Promise.resolve(this.revisions.get(stream) ?? this.lastRevision(stream));
  }

  head(): Promise<bigint> {
    return Promise.resolve(headOf(this.reader));
  }

  positionAt(instant: string): Promise<bigint> {
    return Promise.resolve(positionAtOf(this.reader, instant));
  }

  waiting(): number {
    return this.queue.length;
  }

  /** Calls back after each commit; the in-process feed reads then. */
  onCommit(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.closed && !this.writer.open) return;
    this.closed = true;
    if (this.flushing) await new Promise<void>((resolve) => this.idle.push(resolve));
    this.reader.close();
    this.writer.close();
    this.lock.close();
  }
}

/** The log read beside a running house, or without one: everything but appending. */
export class SqliteLogReader extends EventLog {
  readonly id: string;
  private readonly reader: Database.Database;

  constructor(
    folder: string,
    private readonly upcast?: (event: RecordedEvent) => RecordedEvent,
  ) {
    super();
    this.reader = openLogReader(folder);
    this.id = this.reader.prepare('SELECT id FROM log').pluck().get() as string;
  }

  async *readStream(stream: string, range: StreamRange = {}): AsyncIterable<readonly RecordedEvent[]> {
    yield* readStreamOf(this.reader, stream, range, this.upcast);
  }
  async *readLog(after: bigint, range: LogRange = {}): AsyncIterable<readonly RecordedEvent[]> {
    yield* readLogOf(this.reader, after, range, this.upcast);
  }
  async revisionOf(stream: string): Promise<number> {
    for await (const batch of this.readStream(stream, { backwards: true, limit: 1 })) return batch[0]?.revision ?? -1;
    return -1;
  }
  head(): Promise<bigint> {
    return Promise.resolve(headOf(this.reader));
  }
  positionAt(instant: string): Promise<bigint> {
    return Promise.resolve(positionAtOf(this.reader, instant));
  }
  close(): Promise<void> {
    this.reader.close();
    return Promise.resolve();
  }
}

/** An exclusive lock on a file of its own: refuses another process and this one alike, and ends with the process however it ends. */
function lockFolder(folder: string): Database.Database {
  const lock = new Database(join(folder, 'writer.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new Error(
      `${folder} is in use: another process writes to this data folder; stop it, or choose another folder`,
      {
        cause: error,
      },
    );
  }
}

function openWriter(file: string): Database.Database {
  const fresh = !existsSync(file);
  const db = new Database(file);
  try {
    const empty = fresh || readable(file, () => db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()) === 0;
    if (!empty) checkFormat(db, file);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    if (empty)
      db.transaction(() => {
        db.exec(SCHEMA);
        db.pragma(`application_id = ${APPLICATION_ID}`);
        db.pragma(`user_version = ${FORMAT}`);
        db.prepare('INSERT INTO log (only, id, made) VALUES (1, ?, ?)').run(
          randomUUID(),
          new Date(Date.now()).toISOString(),
        );
      })();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function openLogReader(folder: string): Database.Database {
  const file = join(folder, FILE);
  if (!existsSync(file)) throw new Error(`${folder} holds no log: start Entente there first, or name its data folder`);
  const db = new Database(file, { readonly: true });
  checkFormat(db, file);
  return db.defaultSafeIntegers(true);
}

function checkFormat(db: Database.Database, file: string): void {
  const pragma = (name: string): number => Number(db.pragma(name, { simple: true }));
  if (readable(file, () => pragma('application_id')) !== APPLICATION_ID)
    throw new Error(`${file} is another program's database: choose another data folder`);
  if (pragma('user_version') > FORMAT)
    throw new Error(`${file} was written by a newer Entente (format ${pragma('user_version')}): run that one`);
}

function readable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${file} cannot be read as a database: restore it from a backup`, { cause: error });
  }
}

const recorded = (row: Stored, upcast?: (event: RecordedEvent) => RecordedEvent): RecordedEvent => {
  const event: RecordedEvent = {
    id: row.id,
    stream: row.stream,
    revision: Number(row.revision),
    position: row.position,
    type: row.type,
    version: Number(row.version),
    data: JSON.parse(row.data) as unknown,
    metadata: JSON.parse(row.metadata) as RecordedEvent['metadata'],
  };
  return upcast === undefined ? event : upcast(event);
};

function* readStreamOf(
  db: Database.Database,
  stream: string,
  { from, backwards = false, limit = Infinity }: StreamRange,
  upcast?: (event: RecordedEvent) => RecordedEvent,
): Iterable<readonly RecordedEvent[]> {
  const page = db.prepare(
    backwards
      ? 'SELECT * FROM events WHERE stream = ? AND revision <= ? ORDER BY revision DESC LIMIT ?'
      : 'SELECT * FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?',
  );
  let next = from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
  for (let left = limit; left > 0;) {
    const rows = page.all(stream, next, Math.min(PAGE, left)) as Stored[];
    if (rows.length === 0) return;
    yield rows.map((row) => recorded(row, upcast));
    left -= rows.length;
    next = Number((rows.at(-1) as Stored).revision) + (backwards ? -1 : 1);
    if (rows.length < PAGE) return;
  }
}

function* readLogOf(
  db: Database.Database,
  after: bigint,
  { upTo, kinds, types, limit = Infinity }: LogRange,
  upcast?: (event: RecordedEvent) => RecordedEvent,
): Iterable<readonly RecordedEvent[]> {
  const narrowed: string[] = ['position > ?'];
  const values: unknown[] = [];
  if (upTo !== undefined) {
    narrowed.push('position <= ?');
    values.push(upTo);
  }
  if (kinds !== undefined) {
    narrowed.push(`substr(stream, 1, instr(stream, '/') - 1) IN (${kinds.map(() => '?').join(',')})`);
    values.push(...kinds);
  }
  if (types !== undefined) {
    narrowed.push(`type IN (${types.map(() => '?').join(',')})`);
    values.push(...types);
  }
  const page = db.prepare(`SELECT * FROM events WHERE ${narrowed.join(' AND ')} ORDER BY position LIMIT ?`);
  let next = after;
  for (let left = limit; left > 0;) {
    const rows = page.all(next, ...values, Math.min(PAGE, left)) as Stored[];
    if (rows.length === 0) return;
    yield rows.map((row) => recorded(row, upcast));
    left -= rows.length;
    next = (rows.at(-1) as Stored).position;
    if (rows.length < PAGE) return;
  }
}

const headOf = (db: Database.Database): bigint =>
  (db.prepare('SELECT max(position) FROM events').pluck().get() as bigint | null) ?? 0n;

const positionAtOf = (db: Database.Database, instant: string): bigint =>
  (db
    .prepare('SELECT position FROM events WHERE recorded_at <= ? ORDER BY recorded_at DESC, position DESC LIMIT 1')
    .pluck()
    .get(instant) as bigint | undefined) ?? 0n;
