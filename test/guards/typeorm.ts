import type { Guarded } from './guard.js';

const STORE = 'libs/typeorm/src/sqlite-read-model-store.spec.ts';
const DAMAGE = 'test/faults/damage.spec.ts';

export const TYPEORM: readonly Guarded[] = [
  {
    file: 'libs/typeorm/src/row-writer.ts',
    guards: [
      {
        guard: 'a checkpoint moves only from where it stands',
        code: 'if (this.checkpoint(model, partition) !== from) return false;',
        instead: '',
        spec: STORE,
        tests: 'moves a checkpoint only from where it stands',
      },
      {
        guard: 'a commit that was fenced is rolled back',
        code: `this.db.exec(kept ? 'COMMIT' : 'ROLLBACK');`,
        instead: `this.db.exec('COMMIT');`,
        spec: STORE,
        tests: 'keeps nothing of a batch that was folded on another one',
      },
      {
        guard: 'a batch that failed is rolled back',
        code: `if (this.db.inTransaction) this.db.exec('ROLLBACK');`,
        instead: `if (this.db.inTransaction) this.db.exec('COMMIT');`,
        spec: STORE,
        tests: 'keeps a batch whole or not at all',
      },
      {
        guard: 'a version is closed once, or the batch fails',
        code: 'if (close.run(until, stream, key).changes !== 1)',
        instead: 'if (close.run(until, stream, key).changes > 1)',
        spec: STORE,
        tests: 'keeps a batch whole or not at all',
      },
      {
        guard: 'no room for the rows of a rebuild is told as that',
        code: `(error as { code?: string }).code === 'SQLITE_FULL' ? new DiskFull('the rows') : error`,
        instead: 'error',
        spec: STORE,
        tests: 'for which there is no room',
      },
      {
        guard: 'who served tables are no more the ones that are served keeps nothing',
        code: 'const kept = stillServed() && batches.every((batch) => this.keep(batch));',
        instead: 'const kept = batches.every((batch) => this.keep(batch));',
        spec: STORE,
        tests: 'fence a store that has not seen yet that others are served',
      },
      {
        guard: 'clearing a parked stream moves the epoch',
        code: `this.db.prepare('UPDATE models SET epoch = epoch + 1 WHERE name = ?').run(model);`,
        instead: '',
        spec: STORE,
        tests: 'clears a parked stream',
      },
      {
        guard: 'clearing a parked stream moves the turn',
        code: 'moveTurn(this.db);',
        instead: 'void moveTurn;',
        spec: STORE,
        tests: 'clears a parked stream',
      },
    ],
  },
  {
    file: 'libs/typeorm/src/sqlite-rebuild.ts',
    guards: [
      {
        guard: 'what takes over is as far as what is served',
        code: 'if (!this.writer.reaches(new RowWriter(this.db, this.living()))) return false;',
        instead: '',
        spec: STORE,
        tests: 'lets a next version take over only when it is as far',
      },
      {
        guard: 'a rebuild that others began anew takes over nothing',
        code: `if (!this.stands()) throw new Error('another rebuild of the same read model took over: this one ends');`,
        instead: '',
        spec: STORE,
        tests: 'fences a rebuild whose next version was begun anew',
      },
      {
        guard: 'a rebuild that others began anew keeps nothing',
        code: 'this.writer.commit(batches, () => this.stands())',
        instead: 'this.writer.commit(batches, () => true)',
        spec: STORE,
        tests: 'fences a rebuild whose next version was begun anew',
      },
      {
        guard: 'a cut-over moves the turn',
        code: 'moveTurn(this.db);',
        instead: 'void moveTurn;',
        spec: STORE,
        tests: 'serves it from the cut-over on',
      },
    ],
  },
  {
    file: 'libs/typeorm/src/sqlite-read-model-store.ts',
    guards: [
      {
        guard: 'the rows of another turn are kept by nobody who has not seen it',
        code: 'now === this.served.turn && ',
        instead: '',
        spec: STORE,
        tests: 'fence a store that has not seen yet that others are served',
      },
      {
        guard: 'what was begun in another turn is kept by nobody, even who has seen this one',
        code: ' && now === (turn ?? now)',
        instead: '',
        spec: STORE,
        tests: 'keeps nothing that was begun before a parked stream was cleared',
      },
      {
        guard: 'an answer is of the turn that was seen',
        code: '(yield* rows.turn()) === this.served.turn ? { is: yield* steps } : null',
        instead: '{ is: yield* steps }',
        spec: STORE,
        tests: 'answer of what is served in the moment of the answer',
      },
      {
        guard: 'a store that others have moved takes up what is served',
        code: 'if (this.loading === null && this.turnNow() === this.served.turn) return;',
        instead: 'if (this.served.turn > 0) return;',
        spec: STORE,
        tests: 'fence a store that has not seen yet that others are served',
      },
      {
        guard: 'a table and its indexes are made together',
        code: `await runner.query('BEGIN IMMEDIATE');
  try {
    for (const { table } of models.values()) {
      const made = Table.create(dataSource.getMetadata(table), dataSource.driver);
      await runner.createTable(new Table({ ...made, columns: made.columns }), true, false, true);
    }
    await runner.query('COMMIT');`,
        instead: `try {
    for (const { table } of models.values()) {
      const made = Table.create(dataSource.getMetadata(table), dataSource.driver);
      await runner.createTable(new Table({ ...made, columns: made.columns }), true, false, true);
    }`,
        spec: STORE,
        tests: 'whose making was broken off',
      },
      {
        guard: 'rows in which a model is missing are not read',
        code: 'if (missing !== undefined)',
        instead: 'if (false)',
        spec: STORE,
        tests: 'are refused where this version of Entente was never started on them',
      },
    ],
  },
  {
    file: 'libs/typeorm/src/catalogue.ts',
    guards: [
      {
        guard: 'the rows of another log are refused',
        code: 'if (info.log !== storeId)',
        instead: 'if (false)',
        spec: STORE,
        tests: 'are refused for another log',
      },
      {
        guard: 'rows of a newer format are refused',
        code: 'if (info.format > FORMAT)',
        instead: 'if (false)',
        spec: DAMAGE,
        tests: 'on the rows of a newer version',
      },
      {
        guard: "another program's rows are refused",
        code: `if (tables.length > 0 && !tables.includes('house'))`,
        instead: 'if (false)',
        spec: DAMAGE,
        tests: "on another program's rows",
      },
      {
        guard: 'rows of an older format are folded anew',
        code: 'if (formatOf(db) < FORMAT) for (const table of tablesIn(db)) db.exec(`DROP TABLE "${table}"`);',
        instead: 'void formatOf;',
        spec: STORE,
        tests: 'of an older format are dropped',
      },
      {
        guard: 'rows ahead of the log are folded anew',
        code: 'if (head !== undefined) foldAnewWhatIsAhead(db, models, head);',
        instead: 'void foldAnewWhatIsAhead;',
        spec: STORE,
        tests: 'that are ahead of the log are folded anew',
      },
      {
        guard: 'a next version that is ahead of the log is begun anew',
        code: `if (ahead.get(table, head) !== 0) db.prepare('DELETE FROM nexts WHERE name = ?').run(name);`,
        instead: 'void [table, name];',
        spec: STORE,
        tests: 'being filled that are ahead of the log',
      },
      {
        guard: 'what is served anew has an epoch of its own',
        code: 'epoch = epoch + 1, columns = ?',
        instead: 'columns = ?',
        spec: STORE,
        tests: 'of an older version are served as they are',
      },
      {
        guard: 'no room in the rows is told as that',
        code: `if (code === 'SQLITE_FULL') return new DiskFull('the rows');`,
        instead: '',
        spec: STORE,
        tests: 'for which there is no room',
      },
      {
        guard: 'damaged rows are told as that',
        code: 'return new CorruptFile(file, REMEDY, error);',
        instead: 'void REMEDY;',
        spec: DAMAGE,
        tests: 'on rows that were cut off',
      },
    ],
  },
];
