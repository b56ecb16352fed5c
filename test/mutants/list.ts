/** A safety check that is removed, so that its test is seen to fail. */
export interface Mutant {
  /** What the check keeps, in words. */
  readonly name: string;
  readonly file: string;
  /** The code of the check. It is in its file once. */
  readonly code: string;
  /** The code that replaces it. */
  readonly instead: string;
  /** The spec that must fail then, and which of its tests: a part of their titles. */
  readonly spec: string;
  readonly tests: string;
}

/**
 * The checks whose loss would be the worst: each is removed once, and its test must fail. Pure code
 * is mutated by `npm run test:mutation` instead, without a list.
 */
export const MUTANTS: readonly Mutant[] = [
  // Optimistic concurrency: expected revisions and consulted streams.
  {
    name: 'an append checks the expected revision',
    file: 'libs/sqlite/src/log-writer.ts',
    code: 'if (!fits) return this.repeated(stream, expected, events) ?? { ok: false, actual };',
    instead: '',
    spec: 'libs/sqlite/src/sqlite-event-store.spec.ts',
    tests: 'checks the expected revision',
  },
  {
    name: 'other events at an existing revision are a conflict',
    file: 'libs/sqlite/src/log-writer.ts',
    code: 'if (stored.length !== events.length || stored.some(({ id }, i) => id !== events[i]?.[0])) return null;',
    instead: '',
    spec: 'libs/sqlite/src/sqlite-event-store.spec.ts',
    tests: 'checks the expected revision',
  },
  {
    name: 'consulted streams are checked again before the append',
    file: 'libs/engine/src/executor.ts',
    code: 'if (!(await this.areUnchanged(consulted))) continue;',
    instead: '',
    spec: 'libs/engine/src/executor.spec.ts',
    tests: 'decides again if a consulted stream has moved',
  },
  {
    name: 'a cached consulted stream is used only at its newest revision',
    file: 'libs/engine/src/executor.ts',
    code: 'if (cached?.revision === revision) return cached;',
    instead: 'if (cached !== undefined) return cached;',
    spec: 'libs/engine/src/executor.spec.ts',
    tests: 'decides again if a consulted stream has moved',
  },
  {
    name: 'a command that lost a race is decided again',
    file: 'libs/engine/src/executor.ts',
    code: 'const MAX_ATTEMPTS = 5;',
    instead: 'const ATTEMPTS = 1;',
    spec: 'libs/engine/src/executor.spec.ts',
    tests: 'decides again after a lost race',
  },
  {
    name: 'a refusal rests on the newest revision of its stream',
    file: 'libs/engine/src/executor.ts',
    code: 'const newest = isFinal ? folded.revision : await this.newestRevision(name, folded.revision);',
    instead: 'const newest = folded.revision;',
    spec: 'test/faults/concurrent-writers.spec.ts',
    tests: 'with a stale cache refuses no command',
  },
  {
    name: 'the revision that the client names is checked',
    file: 'libs/engine/src/handle-command.ts',
    code: `if (ifMatch !== null && !meetsCondition(ifMatch, folded.revision))
    return { type: 'revision-mismatch', revision: folded.revision };`,
    instead: '',
    spec: 'libs/engine/src/executor.spec.ts',
    tests: 'checks the expected revision of the client',
  },
  {
    name: 'the time of recording never goes back',
    file: 'libs/sqlite/src/log-writer.ts',
    code: 'stamp > this.lastRecorded ? stamp : this.lastRecorded',
    instead: 'stamp',
    spec: 'libs/sqlite/src/sqlite-event-store.spec.ts',
    tests: 'records at the time of its clock',
  },

  // Idempotence.
  {
    name: 'a repeated append is answered like the first one',
    file: 'libs/sqlite/src/log-writer.ts',
    code: 'if (stored.length !== events.length || stored.some(({ id }, i) => id !== events[i]?.[0])) return null;',
    instead: 'return null;',
    spec: 'libs/sqlite/src/sqlite-event-store.spec.ts',
    tests: 'answers a repeat at the same revision',
  },
  {
    name: 'equal commands that run at once share one decision',
    file: 'libs/engine/src/executor.ts',
    code: `if (running !== undefined)
      return running.then((result) => (result.type === 'accepted' ? { ...result, repeated: true } : result));`,
    instead: '',
    spec: 'libs/engine/src/executor.spec.ts',
    tests: 'decides equal concurrent commands once',
  },
  {
    name: 'an earlier receipt is looked for at the newest revision',
    file: 'libs/engine/src/executor.ts',
    code: 'recordIn(folded) === undefined && revision !== folded.revision',
    instead: 'false',
    spec: 'libs/engine/src/executor.spec.ts',
    tests: 'finds the receipt that another process recorded',
  },
  {
    name: 'an earlier receipt comes before the revision that the client names',
    file: 'libs/engine/src/handle-command.ts',
    code: `if (record !== undefined) return record.hash === hash ? { type: 'repeated', record } : { type: 'id-reused' };
  if (ifMatch !== null && !meetsCondition(ifMatch, folded.revision))
    return { type: 'revision-mismatch', revision: folded.revision };`,
    instead: `if (ifMatch !== null && !meetsCondition(ifMatch, folded.revision))
    return { type: 'revision-mismatch', revision: folded.revision };
  if (record !== undefined) return record.hash === hash ? { type: 'repeated', record } : { type: 'id-reused' };`,
    spec: 'libs/engine/src/executor.spec.ts',
    tests: 'after looking for an earlier receipt',
  },
  {
    name: 'an earlier receipt comes before the rules',
    file: 'libs/engine/src/handle-command.ts',
    code: `if (record !== undefined) return record.hash === hash ? { type: 'repeated', record } : { type: 'id-reused' };
  if (ifMatch !== null && !meetsCondition(ifMatch, folded.revision))
    return { type: 'revision-mismatch', revision: folded.revision };
  const outOfTime = occurredAtOutOfRange(decider, command, folded.state, c);
  if (outOfTime !== null) return { type: 'refused', refusal: outOfTime };`,
    instead: `const outOfTime = occurredAtOutOfRange(decider, command, folded.state, c);
  if (outOfTime !== null) return { type: 'refused', refusal: outOfTime };
  if (record !== undefined) return record.hash === hash ? { type: 'repeated', record } : { type: 'id-reused' };
  if (ifMatch !== null && !meetsCondition(ifMatch, folded.revision))
    return { type: 'revision-mismatch', revision: folded.revision };`,
    spec: 'test/faults/port-failures.process-spec.ts',
    tests: 'even if the rules would now refuse it',
  },
  {
    name: 'another body under a used command id is refused',
    file: 'libs/engine/src/handle-command.ts',
    code: `return record.hash === hash ? { type: 'repeated', record } : { type: 'id-reused' };`,
    instead: `return { type: 'repeated', record };`,
    spec: 'libs/engine/src/executor.spec.ts',
    tests: 'refuses another body under a used command id',
  },
  {
    name: 'a batch at or below the checkpoint is dropped',
    file: 'libs/engine/src/projector.ts',
    code: ' || through <= from',
    instead: '',
    spec: 'test/faults/projection.spec.ts',
    tests: 'ignores a batch that it has folded before',
  },
  {
    name: 'an event at or below the checkpoint is dropped',
    file: 'libs/engine/src/projector.ts',
    code: 'e.position > from && ',
    instead: '',
    spec: 'test/faults/projection.spec.ts',
    tests: 'ignores a batch that it has folded before',
  },

  // Durability.
  {
    name: 'a commit is synced before it is acknowledged',
    file: 'libs/sqlite/src/log-writer.ts',
    code: `fdatasyncSync(this.walFd);
      return null;`,
    instead: 'return null;',
    spec: 'libs/sqlite/src/sqlite-event-store.spec.ts',
    tests: 'reports an unknown outcome if a sync fails',
  },
  {
    name: 'a new reader reads only what is synced',
    file: 'libs/sqlite/src/sqlite-event-store.ts',
    code: 'this.reader.committed(this.reader.lastWritten());',
    instead: '',
    spec: 'libs/sqlite/src/sqlite-event-store.spec.ts',
    tests: 'shows and acknowledges a commit only after it is synced',
  },
  {
    name: 'a reader of the log reads only what is synced',
    file: 'libs/sqlite/src/sqlite-log-reader.ts',
    code: 'lowest(upTo ?? ALL, this.durable)',
    instead: '(upTo ?? ALL)',
    spec: 'libs/sqlite/src/sqlite-event-store.spec.ts',
    tests: 'shows and acknowledges a commit only after it is synced',
  },
  {
    name: 'an append that failed is rolled back',
    file: 'libs/sqlite/src/log-writer.ts',
    code: `if (this.db.inTransaction) this.db.exec('ROLLBACK');`,
    instead: '',
    spec: 'libs/sqlite/src/log-writer.spec.ts',
    tests: 'forgets the revisions of a batch that was rolled back',
  },
  {
    name: 'no append is accepted after a commit with an unknown outcome',
    file: 'libs/sqlite/src/sqlite-event-store.ts',
    code: `const fault = new OutcomeUnknown(cause);
    this.closed = true;`,
    instead: 'const fault = new OutcomeUnknown(cause);',
    spec: 'test/faults/unknown-outcome.process-spec.ts',
    tests: 'which accepts nothing more',
  },

  // Fences and compare-and-swap.
  {
    name: 'only one process writes to a folder',
    file: 'libs/sqlite/src/log-file.ts',
    code: `opened(file, () => lock.exec('BEGIN EXCLUSIVE'));`,
    instead: '',
    spec: 'libs/sqlite/src/sqlite-event-store.spec.ts',
    tests: 'refuses a second writer on the folder',
  },
  {
    name: 'a checkpoint moves only from its stored position',
    file: 'libs/typeorm/src/row-writer.ts',
    code: 'if (this.checkpoint(model, partition) !== from) return false;',
    instead: '',
    spec: 'libs/typeorm/src/sqlite-read-model-store.spec.ts',
    tests: 'moves a checkpoint only from its stored position',
  },
  {
    name: 'a fenced commit is rolled back',
    file: 'libs/typeorm/src/row-writer.ts',
    code: `this.db.exec(committed ? 'COMMIT' : 'ROLLBACK');`,
    instead: `this.db.exec('COMMIT');`,
    spec: 'libs/typeorm/src/sqlite-read-model-store.spec.ts',
    tests: 'and else commits nothing of the batch',
  },
  {
    name: 'a row version is closed only once',
    file: 'libs/typeorm/src/row-writer.ts',
    code: 'if (close.run(until, stream, key).changes !== 1)',
    instead: 'if (close.run(until, stream, key).changes > 1)',
    spec: 'libs/typeorm/src/sqlite-read-model-store.spec.ts',
    tests: 'commits a batch completely or not at all',
  },
  {
    name: 'a worker of retired tables commits nothing',
    file: 'libs/typeorm/src/row-writer.ts',
    code: 'const committed = isActive() && batches.every((batch) => this.write(batch));',
    instead: 'const committed = batches.every((batch) => this.write(batch));',
    spec: 'libs/typeorm/src/sqlite-read-model-store.spec.ts',
    tests: 'is fenced until it has seen that other tables are active',
  },
  {
    name: 'a batch of an older catalog version is not committed',
    file: 'libs/typeorm/src/sqlite-read-model-store.ts',
    code: ' && current === (catalogVersion ?? current)',
    instead: '',
    spec: 'libs/typeorm/src/sqlite-read-model-store.spec.ts',
    tests: 'commits nothing that began before a catalog change',
  },
  {
    name: 'a fenced projector resumes from the stored checkpoint',
    file: 'libs/engine/src/projector.ts',
    code: 'if (!(await this.store.commit(batches, catalogVersion)))',
    instead: 'if (!(await this.store.commit(batches, catalogVersion)) && false)',
    spec: 'test/faults/projection.spec.ts',
    tests: 'is fenced by another',
  },
  {
    name: 'a commit names the catalog version that its partition began with',
    file: 'libs/engine/src/projector.ts',
    code: 'this.store.commit(batches, catalogVersion)',
    instead: 'this.store.commit(batches)',
    spec: 'test/faults/projection.spec.ts',
    tests: 'are folded, and no further',
  },
  {
    name: 'an answer is read from one catalog version',
    file: 'libs/typeorm/src/sqlite-read-model-store.ts',
    code: '(yield* rows.catalogVersion()) === this.catalog.version ? { result: yield* program } : null',
    instead: '{ result: yield* program }',
    spec: 'libs/typeorm/src/sqlite-read-model-store.spec.ts',
    tests: 'answers from the tables that are active',
  },
  {
    name: 'a pending table is promoted only when it has caught up',
    file: 'libs/typeorm/src/sqlite-rebuild.ts',
    code: 'if (!this.writer.reaches(new RowWriter(this.db, this.active()))) return false;',
    instead: '',
    spec: 'libs/typeorm/src/sqlite-read-model-store.spec.ts',
    tests: 'promotes a pending table only when it has caught up',
  },
  {
    name: 'a replaced rebuild commits nothing',
    file: 'libs/typeorm/src/sqlite-rebuild.ts',
    code: 'this.writer.commit(batches, () => this.isCurrent())',
    instead: 'this.writer.commit(batches, () => true)',
    spec: 'libs/typeorm/src/sqlite-read-model-store.spec.ts',
    tests: 'fences a rebuild whose pending table was restarted',
  },

  // Pseudonyms.
  {
    name: 'the sender of a pseudonymous command is recorded by a pseudonym',
    file: 'libs/engine/src/executor.ts',
    code: 'return pseudonymous?.includes(command.type) === true',
    instead: 'return pseudonymous?.includes(command.type) === undefined',
    spec: 'libs/engine/src/executor.spec.ts',
    tests: 'records the sender of a pseudonymous command by a pseudonym that is valid for one stream',
  },
  {
    name: 'a pseudonymous sender leaves only its role',
    file: 'libs/engine/src/handle-command.ts',
    code: 'c.recordedAs === c.actor.organisation ? c.actor : { organisation: c.recordedAs, role: c.actor.role }',
    instead: '({ ...c.actor, organisation: c.recordedAs })',
    spec: 'libs/engine/src/executor.spec.ts',
    tests: 'records the sender of a pseudonymous command by a pseudonym that is valid for one stream',
  },
  {
    name: 'a damaged pseudonym key is refused',
    file: 'libs/embedded/src/pseudonym-key.module.ts',
    code: 'if (!/^[0-9a-f]{64}$/.test(key))',
    instead: 'if (false)',
    spec: 'test/faults/damage.process-spec.ts',
    tests: 'on a key that was emptied',
  },

  // Limits.
  {
    name: 'the cache of folded streams is bounded',
    file: 'libs/engine/src/executor.ts',
    code: 'maxSize: maxCachedEvents',
    instead: 'maxSize: Number.MAX_SAFE_INTEGER',
    spec: 'libs/engine/src/executor.spec.ts',
    tests: 'caches no more events than its bound',
  },
  {
    name: 'an append beyond the bound of pending appends is refused',
    file: 'libs/sqlite/src/sqlite-event-store.ts',
    code: 'return Promise.reject(new Overloaded(this.queue.length));',
    instead: 'void Overloaded;',
    spec: 'libs/sqlite/src/sqlite-event-store.spec.ts',
    tests: 'refuses appends beyond its bound',
  },
  {
    name: 'the results that are kept for different queries of live readers are bounded',
    file: 'libs/engine/src/live-rows.ts',
    code: 'if (results.size >= MAX_SNAPSHOTS) results.clear();',
    instead: '',
    spec: 'libs/engine/src/live-rows.spec.ts',
    tests: 'keep the results of at most',
  },
  {
    name: 'the refused commands that wait to be written are bounded',
    file: 'libs/sqlite/src/sqlite-refusal-log.ts',
    code: `if (this.queued.length >= this.maxWaiting) this.leftOut += 1;
    else this.queued`,
    instead: 'this.queued',
    spec: 'libs/sqlite/src/sqlite-refusal-log.spec.ts',
    tests: 'is bounded',
  },
  {
    name: 'a read model with too many parked streams stops',
    file: 'libs/engine/src/projector.ts',
    code: 'if (parked > this.maxParked)',
    instead: 'if (false)',
    spec: 'test/faults/projection.spec.ts',
    tests: 'stops a model with too many parked streams',
  },
];
