import type { Guarded } from './guard.js';

const STORE = 'libs/sqlite/src/sqlite-event-store.spec.ts';
const WRITER = 'libs/sqlite/src/log-writer.spec.ts';
const FEED = 'libs/engine/src/in-process-feed.spec.ts';
const REFUSALS = 'libs/sqlite/src/sqlite-refusal-log.spec.ts';
const UNKNOWN = 'test/faults/unknown-outcome.spec.ts';
const DAMAGE = 'test/faults/damage.spec.ts';
const CLOCK = 'test/faults/clock.spec.ts';
const NO_ROOM = 'test/faults/no-room.spec.ts';

export const SQLITE: readonly Guarded[] = [
  {
    file: 'libs/sqlite/src/log-writer.ts',
    guards: [
      {
        guard: 'each append is held against the revision that its stream has',
        code: 'if (!fits) return this.repeated(stream, expected, events) ?? { ok: false, actual };',
        instead: '',
        spec: STORE,
        tests: 'holds the expected revision exactly',
      },
      {
        guard: 'a conflict is an answer, and fails no neighbour',
        code: 'if (!fits) return this.repeated(stream, expected, events) ?? { ok: false, actual };',
        instead: `if (!fits) throw new Error('a conflict');`,
        spec: STORE,
        tests: 'fails no neighbour in the same commit',
      },
      {
        guard: 'a conflict that only the index shows is an answer, and fails no neighbour',
        code: 'return this.repeated(stream, expected, events) ?? { ok: false, actual: this.lastRevision(stream) };',
        instead: 'throw error;',
        spec: STORE,
        tests: 'is there, with the same id, when it is opened again',
      },
      {
        guard: 'the same events at the same place are answered as the first time',
        code: 'if (there.length !== events.length || there.some(({ id }, i) => id !== events[i]?.[0])) return null;',
        instead: 'return null;',
        spec: STORE,
        tests: 'answers the same events at the same place as the first time',
      },
      {
        guard: 'other events at the same place are a conflict',
        code: 'if (there.length !== events.length || there.some(({ id }, i) => id !== events[i]?.[0])) return null;',
        instead: '',
        spec: STORE,
        tests: 'holds the expected revision exactly',
      },
      {
        guard: 'the time of recording never goes back',
        code: 'stamp > this.lastRecorded ? stamp : this.lastRecorded',
        instead: 'stamp',
        spec: STORE,
        tests: 'records at the hour that its clock shows',
      },
      {
        guard: 'the time of recording never goes back under load, whatever the clock does',
        code: 'stamp > this.lastRecorded ? stamp : this.lastRecorded',
        instead: 'stamp',
        spec: CLOCK,
        tests: 'the time of recording never goes back',
      },
      {
        guard: 'the time of recording never goes back over a restart',
        code: `this.lastRecorded = readable(this.file, () => last.get() as string | undefined) ?? '';`,
        instead: `this.lastRecorded = '';`,
        spec: WRITER,
        tests: 'also after it was opened again',
      },
      {
        guard: 'a commit is synced before anybody is told',
        code: `fdatasyncSync(this.wal);
      return null;`,
        instead: 'return null;',
        spec: STORE,
        tests: 'whose disk fails under a sync',
      },
      {
        guard: 'a large commit is synced before anybody is told',
        code: 'fdatasync(this.wal, (error) => done(error === null ? null : unsynced(error)));',
        instead: 'setImmediate(() => done(null));',
        spec: STORE,
        tests: 'whose disk fails under a sync',
      },
      {
        guard: 'adopted events are synced before anybody is told',
        code: '(this.syncAtOnce() ?? positions)',
        instead: 'positions',
        spec: STORE,
        tests: 'under the sync of what it adopts',
      },
      {
        guard: 'a batch that failed is rolled back',
        code: `if (this.db.inTransaction) this.db.exec('ROLLBACK');`,
        instead: '',
        spec: WRITER,
        tests: 'remembers nothing of a batch that was rolled back',
      },
      {
        guard: 'what a batch wrote before it was rolled back is forgotten',
        code: 'this.written.clear();',
        instead: '',
        spec: WRITER,
        tests: 'remembers nothing of a batch that was rolled back',
      },
      {
        guard: 'a disk that fails leaves the outcome unknown',
        code: `if (code.startsWith('SQLITE_IOERR')) return { why: 'unknown', message, cause: error };`,
        instead: '',
        spec: UNKNOWN,
        tests: 'the deployment is told to end',
      },
      {
        guard: 'no room at a commit is told as that',
        code: `code === 'SQLITE_FULL' ? 'disk-full' : 'fault'`,
        instead: `'fault'`,
        spec: NO_ROOM,
        tests: 'under the log',
      },
      {
        guard: 'adopted events follow what is here',
        code: 'if (revision !== next) throw',
        instead: 'if (false) throw',
        spec: STORE,
        tests: 'adopts events of another log as they are',
      },
      {
        guard: 'adopted events were recorded after what is here',
        code: 'if (recordedAt < last) throw',
        instead: 'if (false) throw',
        spec: STORE,
        tests: 'adopts events of another log as they are',
      },
    ],
  },
  {
    file: 'libs/sqlite/src/sqlite-event-store.ts',
    guards: [
      {
        guard: 'a batch is synced before it is answered',
        code: 'else end(this.writer.syncAtOnce());',
        instead: 'else end(null);',
        spec: STORE,
        tests: 'whose disk fails under a sync',
      },
      {
        guard: 'a large batch is synced before it is answered and read',
        code: 'else if (batch.length > SYNCED_AT_ONCE) this.writer.sync(end);',
        instead: 'else if (batch.length > SYNCED_AT_ONCE) (this.writer.sync(() => undefined), end(null));',
        spec: STORE,
        tests: 'shows and acknowledges a commit when it is on the disk',
      },
      {
        guard: 'a failed sync is told to all of its batch',
        code: 'this.settle(batch, failed ?? placed);',
        instead: 'this.settle(batch, placed);',
        spec: STORE,
        tests: 'whose disk fails under a sync',
      },
      {
        guard: 'nothing more is taken once the outcome of a commit is unknown',
        code: `const fault = new OutcomeUnknown(cause);
    this.closed = true;`,
        instead: 'const fault = new OutcomeUnknown(cause);',
        spec: UNKNOWN,
        tests: 'takes nothing more',
      },
      {
        guard: 'what would wait beyond the bound is refused',
        code: 'return Promise.reject(new Overloaded(this.queue.length));',
        instead: 'void Overloaded;',
        spec: STORE,
        tests: 'refuses what would wait beyond the bound',
      },
      {
        guard: 'a reader reads no further than what is on the disk from the start',
        code: 'this.reader.committed(this.reader.lastWritten());',
        instead: '',
        spec: STORE,
        tests: 'shows and acknowledges a commit when it is on the disk',
      },
      {
        guard: 'closing waits for what is under way',
        code: 'if (this.flushing) await new Promise<void>((resolve) => this.idle.push(resolve));',
        instead: '',
        spec: STORE,
        tests: 'closes after what is under way',
      },
    ],
  },
  {
    file: 'libs/sqlite/src/sqlite-log-reader.ts',
    guards: [
      {
        guard: 'the log is read no further than what is on the disk',
        code: 'lowest(upTo ?? ALL, this.durable)',
        instead: '(upTo ?? ALL)',
        spec: STORE,
        tests: 'shows and acknowledges a commit when it is on the disk',
      },
      {
        guard: 'a stream is read no further than what is on the disk',
        code: 'page.all(stream, next, this.durable, Math.min(PAGE, left))',
        instead: 'page.all(stream, next, ALL, Math.min(PAGE, left))',
        spec: STORE,
        tests: 'shows and acknowledges a commit when it is on the disk',
      },
      {
        guard: 'the revision of a stream is told of what is on the disk',
        code: '(sql, stream, this.durable)',
        instead: '(sql, stream, ALL)',
        spec: STORE,
        tests: 'shows and acknowledges a commit when it is on the disk',
      },
      {
        guard: 'the head of the log is told of what is on the disk',
        code: 'resolve(lowest(this.lastWritten(), this.durable))',
        instead: 'resolve(this.lastWritten())',
        spec: STORE,
        tests: 'shows and acknowledges a commit when it is on the disk',
      },
      {
        guard: 'the position of an instant is told of what is on the disk',
        code: '(sql, instant, this.durable)',
        instead: '(sql, instant, ALL)',
        spec: STORE,
        tests: 'shows and acknowledges a commit when it is on the disk',
      },
      {
        guard: 'an append that was repeated takes nothing of the log away from its readers',
        code: 'if (this.durable === ALL || durable > this.durable) this.durable = durable;',
        instead: 'this.durable = durable;',
        spec: STORE,
        tests: 'answers the same events at the same place as the first time',
      },
      {
        guard: 'what is rare is looked for in stretches, between which others are served',
        code: 'if (scans) await new Promise(setImmediate);',
        instead: '',
        spec: STORE,
        tests: 'finds what is rare among many',
      },
    ],
  },
  {
    file: 'libs/sqlite/src/log-file.ts',
    guards: [
      {
        guard: 'one process writes to a folder',
        code: `opened(file, () => lock.exec('BEGIN EXCLUSIVE'));`,
        instead: '',
        spec: STORE,
        tests: 'refuses a second writer on the folder',
      },
      {
        guard: 'a lost log is never begun anew',
        code: 'if (empty) checkNotLost(folder);',
        instead: 'if (empty) void checkNotLost;',
        spec: DAMAGE,
        tests: 'where the log is gone and its rows are there',
      },
      {
        guard: 'a writer looks whose log it is',
        code: 'else checkFormat(db, file);',
        instead: '',
        spec: STORE,
        tests: "refuses another program's database",
      },
      {
        guard: "another program's database is refused",
        code: `if (readable(file, () => pragma('application_id')) !== APPLICATION_ID)`,
        instead: 'if (false)',
        spec: STORE,
        tests: "refuses another program's database",
      },
      {
        guard: 'the log of a newer version is refused',
        code: `if (pragma('user_version') > FORMAT)`,
        instead: 'if (false)',
        spec: DAMAGE,
        tests: 'on the log of a newer version',
      },
      {
        guard: 'no room at the start is told as that',
        code: `if (code === 'SQLITE_FULL') throw new DiskFull(file);`,
        instead: '',
        spec: WRITER,
        tests: 'says that there is no room where a file cannot be opened for want of it',
      },
      {
        guard: 'a damaged log is told as that',
        code: `error instanceof SyntaxError ||
    code.startsWith('SQLITE_CORRUPT') ||`,
        instead: '',
        spec: DAMAGE,
        tests: 'an event whose text was damaged',
      },
      {
        guard: 'a log that was cut off is told as damaged',
        code: 'return damage ? new CorruptFile(file, remedy, error) : null;',
        instead: 'return damage && error === null ? new CorruptFile(file, remedy, error) : null;',
        spec: DAMAGE,
        tests: 'on a log that was cut off',
      },
    ],
  },
  {
    file: 'libs/sqlite/src/sqlite-refusal-log.ts',
    guards: [
      {
        guard: 'refused commands that cannot be written fail nobody',
        code: `} catch {
      // Nothing of it was written: the next second tries again.`,
        instead: `} catch (error) {
      throw error;`,
        spec: REFUSALS,
        tests: 'wait for room where the disk is full',
      },
      {
        guard: 'refused commands that wait are bounded',
        code: `if (this.noted.length >= this.mostWaiting) this.leftOut += 1;
    else this.noted`,
        instead: 'this.noted',
        spec: REFUSALS,
        tests: 'is bounded',
      },
      {
        guard: 'refused commands that are kept are bounded',
        code: `this.db.prepare('DELETE FROM refusals WHERE number <= (SELECT MAX(number) FROM refusals) - ?').run(this.most);`,
        instead: '',
        spec: REFUSALS,
        tests: 'is bounded',
      },
    ],
  },
  {
    file: 'libs/engine/src/in-process-feed.ts',
    guards: [
      {
        guard: 'the feed is woken by a commit',
        code: 'const silence = this.store.onCommit(poke);',
        instead: 'const silence = () => void poke;',
        spec: FEED,
        tests: 'delivers what is there and what comes',
      },
      {
        guard: 'a commit that came while the feed read is not slept over',
        code: 'if (!woken && !stopping) await',
        instead: 'if (!stopping) await',
        spec: FEED,
        tests: 'sleeps over no commit that came while it delivered',
      },
      {
        guard: 'after a fault the feed pauses, longer each time',
        code: `fault = error instanceof Error ? error.message : String(error);
          await pause(wait, undefined, { signal: stopped.signal }).catch(() => undefined);`,
        instead: `fault = error instanceof Error ? error.message : String(error);
          await new Promise(setImmediate);`,
        spec: FEED,
        tests: 'pauses after a fault',
      },
      {
        guard: 'the pause after a fault doubles',
        code: 'wait = Math.min(wait * 2, this.firstPause * 30)',
        instead: 'wait = this.firstPause',
        spec: FEED,
        tests: 'pauses after a fault',
      },
      {
        guard: 'under load a batch gathers',
        code: `if (woken && next > performance.now())
          await pause(next - performance.now(), undefined, { signal: stopped.signal }).catch(() => undefined);`,
        instead: '',
        spec: FEED,
        tests: 'gathers under load',
      },
      {
        guard: 'what comes one by one is not gathered',
        code: 'if (woken && next > performance.now())',
        instead: 'if (next > performance.now())',
        spec: FEED,
        tests: 'gathers under load',
      },
      {
        guard: 'stopping waits for the batch at hand',
        code: `poke();
        await ended;`,
        instead: 'poke();',
        spec: FEED,
        tests: 'ends after the batch at hand',
      },
    ],
  },
];
