import type { Guarded } from './guard.js';

const EXECUTE = 'libs/engine/src/execute.spec.ts';
const PORTS = 'test/faults/ports.spec.ts';
const RACE = 'test/faults/race.spec.ts';
const PROJECTION = 'test/faults/projection.spec.ts';
const FOLDING = 'libs/engine/src/project.spec.ts';
const REBUILD = 'test/faults/rebuild.spec.ts';
const WATCHDOG = 'libs/engine/src/watchdog.spec.ts';
const READERS = 'test/faults/readers.spec.ts';
const LIVE_ROWS = 'libs/engine/src/live-rows.spec.ts';
const APART = 'test/faults/ports-apart.spec.ts';

export const ENGINE: readonly Guarded[] = [
  {
    file: 'libs/engine/src/execute.ts',
    guards: [
      {
        guard: 'consulted streams are looked at again just before the append',
        code: 'if (!(await this.stillSo(consulted))) continue;',
        instead: '',
        spec: EXECUTE,
        tests: 'decides again where a stream that it consulted has moved',
      },
      {
        guard: 'a consulted stream is taken from memory only at its newest revision',
        code: 'if (cached?.revision === revision) return { ...cached };',
        instead: 'if (cached !== undefined) return { ...cached };',
        spec: EXECUTE,
        tests: 'decides again where a stream that it consulted has moved',
      },
      {
        guard: 'a lost race is decided again',
        code: 'const ATTEMPTS = 5;',
        instead: 'const ATTEMPTS = 1;',
        spec: EXECUTE,
        tests: 'decides a lost race again',
      },
      {
        guard: 'a stream on which a race was lost is read on',
        code: 'this.cache.set(name, { ...(await this.read(decider, name, folded)) });',
        instead: '',
        spec: EXECUTE,
        tests: 'decides a lost race again',
      },
      {
        guard: 'commands on one stream take turns',
        code: 'const mine = before.then(work, work);',
        instead: 'const mine = work();',
        spec: EXECUTE,
        tests: 'decides 512 commands at once',
      },
      {
        guard: 'twins share one decision',
        code: `if (running !== undefined) return running.then((o) => (o.as === 'accepted' ? { ...o, repeated: true } : o));`,
        instead: '',
        spec: EXECUTE,
        tests: 'decides twins once',
      },
      {
        guard: 'what is remembered of streams is bounded by their events',
        code: 'maxSize: maxCachedEvents',
        instead: 'maxSize: Number.MAX_SAFE_INTEGER',
        spec: EXECUTE,
        tests: 'remembers no more events than it may',
      },
      {
        guard: 'after a fault of the store a stream is read anew',
        code: 'if (!(error instanceof Fault) || error.retryAfter === null) this.cache.delete(name);',
        instead: '',
        spec: PORTS,
        tests: 'after an append was written gives exactly one event',
      },
      {
        guard: 'a receipt is looked for at the newest revision',
        code: 'left(folded) === undefined && (await this.store.revisionOf(name)) !== folded.revision',
        instead: 'false',
        spec: EXECUTE,
        tests: 'gives the receipt of what another process has recorded',
      },
      {
        guard: 'a refusal rests on the newest revision',
        code: 'submit.dryRun) && (await this.store.revisionOf(name)) !== folded.revision',
        instead: 'submit.dryRun) && false',
        spec: RACE,
        tests: 'refuses nothing by what it remembers',
      },
      {
        guard: 'a dry run records nothing',
        code: `if (submit.dryRun) return { as: 'would', events: settled.events, revision: folded.revision };`,
        instead: '',
        spec: EXECUTE,
        tests: 'decides without recording',
      },
    ],
  },
  {
    file: 'libs/engine/src/handle-command.ts',
    guards: [
      {
        guard: 'a receipt comes before the revision that the client saw',
        code: `if (trace !== undefined) return trace.hash === hash ? { as: 'repeated', trace } : { as: 'id-reused' };
  if (ifMatch !== null && ifMatch !== folded.revision) return { as: 'stale', revision: folded.revision };`,
        instead: `if (ifMatch !== null && ifMatch !== folded.revision) return { as: 'stale', revision: folded.revision };
  if (trace !== undefined) return trace.hash === hash ? { as: 'repeated', trace } : { as: 'id-reused' };`,
        spec: EXECUTE,
        tests: 'after looking for an earlier receipt',
      },
      {
        guard: 'a receipt comes before the rules',
        code: `if (trace !== undefined) return trace.hash === hash ? { as: 'repeated', trace } : { as: 'id-reused' };
  if (ifMatch !== null && ifMatch !== folded.revision) return { as: 'stale', revision: folded.revision };
  const outOfTime = untimely(decider, command, folded.state, c);
  if (outOfTime !== null) return { as: 'refused', refusal: outOfTime };`,
        instead: `const outOfTime = untimely(decider, command, folded.state, c);
  if (outOfTime !== null) return { as: 'refused', refusal: outOfTime };
  if (trace !== undefined) return trace.hash === hash ? { as: 'repeated', trace } : { as: 'id-reused' };
  if (ifMatch !== null && ifMatch !== folded.revision) return { as: 'stale', revision: folded.revision };`,
        spec: PORTS,
        tests: 'where the rules would refuse the command by now',
      },
      {
        guard: 'the revision that the client saw is held',
        code: `if (ifMatch !== null && ifMatch !== folded.revision) return { as: 'stale', revision: folded.revision };`,
        instead: '',
        spec: EXECUTE,
        tests: 'holds the revision that the client saw',
      },
      {
        guard: 'the revision that the client saw comes before the rules',
        code: `if (ifMatch !== null && ifMatch !== folded.revision) return { as: 'stale', revision: folded.revision };
  const outOfTime = untimely(decider, command, folded.state, c);
  if (outOfTime !== null) return { as: 'refused', refusal: outOfTime };
  const said = decider.decide(command as never, folded.state, c);
  if (said instanceof Refusal) return { as: 'refused', refusal: said };`,
        instead: `const outOfTime = untimely(decider, command, folded.state, c);
  if (outOfTime !== null) return { as: 'refused', refusal: outOfTime };
  const said = decider.decide(command as never, folded.state, c);
  if (said instanceof Refusal) return { as: 'refused', refusal: said };
  if (ifMatch !== null && ifMatch !== folded.revision) return { as: 'stale', revision: folded.revision };`,
        spec: EXECUTE,
        tests: 'holds the revision that the client saw',
      },
      {
        guard: 'another body under a used id is told apart',
        code: `return trace.hash === hash ? { as: 'repeated', trace } : { as: 'id-reused' };`,
        instead: `return { as: 'repeated', trace };`,
        spec: EXECUTE,
        tests: 'tells another body under a used id',
      },
      {
        guard: 'a command that says nothing new is noted',
        code: 'const events = said.length > 0 ? said : [{ type: COMMAND_NOTED, data: {} }];',
        instead: 'const events = said;',
        spec: EXECUTE,
        tests: 'notes a command that says nothing new',
      },
    ],
  },
  {
    file: 'libs/engine/src/project.ts',
    guards: [
      {
        guard: 'a batch at or below the checkpoint is dropped',
        code: ' || through <= from',
        instead: '',
        spec: PROJECTION,
        tests: 'takes a batch that it took before',
      },
      {
        guard: 'an event at or below the checkpoint is dropped',
        code: 'e.position > from && ',
        instead: '',
        spec: PROJECTION,
        tests: 'takes a batch that it took before',
      },
      {
        guard: 'who was fenced goes on from where the rows stand',
        code: 'if (!(await this.store.commit(batches, turn)))',
        instead: 'if (!(await this.store.commit(batches, turn)) && false)',
        spec: PROJECTION,
        tests: 'is fenced by another worker',
      },
      {
        guard: 'who leaves a stream out that is parked no more keeps nothing',
        code: 'this.store.commit(batches, turn)',
        instead: 'this.store.commit(batches)',
        spec: PROJECTION,
        tests: 'are folded, and no further',
      },
      {
        guard: 'a parked stream stays parked after a restart',
        code: 'new Set([...known, ...streams.map(({ stream }) => stream)])',
        instead: 'new Set([...known, ...streams.slice(0, 0).map(({ stream }) => stream)])',
        spec: PROJECTION,
        tests: 'also after a restart',
      },
      {
        guard: 'a parked stream stays parked in the next batch',
        code: 'for (const { stream } of parked) streams.add(stream);',
        instead: 'void [parked, streams];',
        spec: PROJECTION,
        tests: 'also in the next batch',
      },
      {
        guard: 'a parked stream stays parked in the rest of its batch',
        code: 'stopped.has(stream) || ',
        instead: '',
        spec: FOLDING,
        tests: 'parks a stream',
      },
      {
        guard: 'a stream that was parked before is not folded',
        code: ' || isParked(stream)',
        instead: '',
        spec: FOLDING,
        tests: 'parks a stream',
      },
      {
        guard: 'a row that cannot be kept parks its stream',
        code: 'if (why !== null) throw new TypeError(`its row cannot be kept: ${why}`);',
        instead: '',
        spec: FOLDING,
        tests: 'parks a stream whose row cannot be kept',
      },
      {
        guard: 'a model of which too many streams are parked stops',
        code: 'if (parked > this.maxParked)',
        instead: 'if (false)',
        spec: PROJECTION,
        tests: 'stops a model of which too many streams are parked',
      },
    ],
  },
  {
    file: 'libs/engine/src/rebuild.ts',
    guards: [
      {
        guard: 'a rebuild that is behind folds on and asks again',
        code: 'while (!(await next.cutOver()));',
        instead: 'while (!(await next.cutOver()) && false);',
        spec: APART,
        tests: 'that is behind when it asks to take over',
      },
      {
        guard: 'clearing a parked stream folds only what the others have folded',
        code: ' && event.position <= checkpoint',
        instead: '',
        spec: PROJECTION,
        tests: 'are folded, and no further',
      },
      {
        guard: 'clearing a parked stream begins again where others folded meanwhile',
        code: 'if (!(await store.commit([batch], turn))) continue;',
        instead: 'await store.commit([batch], turn);',
        spec: PROJECTION,
        tests: 'were folded meanwhile, and no further',
      },
    ],
  },
  {
    file: 'libs/engine/src/watchdog.ts',
    guards: [
      {
        guard: 'patience is measured by a steady clock',
        code: 'const now = this.steady();',
        instead: 'const now = this.clock();',
        spec: WATCHDOG,
        tests: 'is patient by a time that nobody sets',
      },
      {
        guard: 'who does not say how far it has come is waited for no longer than a second',
        code: 'await Promise.race([position(), late])',
        instead: 'await position()',
        spec: WATCHDOG,
        tests: 'does not say how far it has come',
      },
      {
        guard: 'who is behind has its time before an alarm',
        code: 'if (now - since < this.patience) continue;',
        instead: '',
        spec: WATCHDOG,
        tests: 'the watchdog',
      },
      {
        guard: 'who takes a step raises no alarm',
        code: 'if (before?.at !== at) {',
        instead: 'if (before === undefined) {',
        spec: WATCHDOG,
        tests: 'comes on however slowly',
      },
      {
        guard: 'a position that cannot be read is an alarm',
        code: 'return [-1n, error instanceof Error ? error.message : String(error)];',
        instead: 'return [null, null];',
        spec: WATCHDOG,
        tests: 'a position that cannot be read',
      },
    ],
  },
  {
    file: 'libs/engine/src/live-rows.ts',
    guards: [
      {
        guard: 'the first rows that a reader is shown are of the version that it is told',
        code: `const { rows, totals, version: of } = await this.snapshot(watched, reader);
      if (of !== version) return null;`,
        instead: 'const { rows, totals } = await this.snapshot(watched, reader);',
        spec: READERS,
        tests: 'is told rows and version of one and the same tables',
      },
      {
        guard: 'the changes that a reader is told on its way are of the version that it is told',
        code: `if (of !== version) return null;
    if (tooMany)`,
        instead: 'if (tooMany)',
        spec: LIVE_ROWS,
        tests: 'no changes of other tables',
      },
      {
        guard: 'who is on its way is told nothing beside',
        code: 'if (!reader.level) continue;',
        instead: '',
        spec: READERS,
        tests: 'that is shown the rows of other tables is told nothing else before them',
      },
      {
        guard: 'who watches begins anew where other tables are served',
        code: 'const anew = tooMany || version !== watched.version;',
        instead: 'const anew = tooMany;',
        spec: REBUILD,
        tests: 'is told to those who watch live',
      },
      {
        guard: 'who comes back with a version that is served no more begins anew',
        code: 'at.version !== version ||',
        instead: '',
        spec: READERS,
        tests: 'that vanished comes back',
      },
      {
        guard: 'a reader whose rows cannot be read is told so',
        code: 'reader.lost(error);',
        instead: 'void error;',
        spec: READERS,
        tests: 'whose rows cannot be read when others are served',
      },
      {
        guard: 'what was read at one place is not shown at the next',
        code: 'watched.snapshots.clear();',
        instead: '',
        spec: LIVE_ROWS,
        tests: 'reads once for all who ask alike',
      },
      {
        guard: 'what is kept for readers that ask differently is bounded',
        code: 'if (read.size >= MOST_KEPT) read.clear();',
        instead: '',
        spec: LIVE_ROWS,
        tests: 'keeps what it read for no more than',
      },
      {
        guard: 'what could not be read is read again',
        code: 'begun.catch(() => read.delete(asked));',
        instead: 'begun.catch(() => undefined);',
        spec: LIVE_ROWS,
        tests: 'reads again what could not be read',
      },
    ],
  },
  {
    file: 'libs/engine/src/live-log.ts',
    guards: [
      {
        guard: 'a live history that could not begin begins with the next reader',
        code: `this.started = null;
      throw error;`,
        instead: 'throw error;',
        spec: READERS,
        tests: 'that could not begin',
      },
    ],
  },
];
