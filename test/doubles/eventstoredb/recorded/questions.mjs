/**
 * Requests to a server of EventStoreDB's protocol. Each case has separate streams. `step` notes the
 * result of a call, or its error. The answers of real servers are in `answers-<version>.json`;
 * `ask.mjs` sends the requests.
 */

/** The time in which a call is answered, in milliseconds. */
const DEADLINE = { deadline: 45_000 };

const eventsOf = (esdb, ids, count) =>
  Array.from({ length: count }, (_, n) => esdb.jsonEvent({ id: ids(), type: 'Tried', data: { n } }));

const appended = ({ success, nextExpectedRevision, position }) => ({ success, nextExpectedRevision, position });
const typeOf = ({ event }) =>
  event && {
    id: event.id,
    streamId: event.streamId,
    revision: event.revision,
    type: event.type,
    data: event.data,
    metadata: event.metadata,
    isJson: event.isJson,
    position: event.position,
    created: event.created,
  };

async function collect(read, note = typeOf) {
  const found = [];
  for await (const one of read) found.push(note(one));
  return found;
}

const on =
  (name, events, expectedRevision, more = {}) =>
  ({ client }) =>
    client.appendToStream(name, events, { ...DEADLINE, expectedRevision, ...more }).then(appended);

/**
 * Subscribes to $all before `act`, and reads until no message comes. Notes the messages in order,
 * by name.
 */
async function follow({ client, quiet }, options, act = async () => undefined, want = () => true) {
  const noted = [];
  let last = performance.now();
  const note = (one) => {
    last = performance.now();
    noted.push(one);
  };
  const rest = async () => {
    last = performance.now();
    while (performance.now() - last < quiet) await new Promise((resolve) => setTimeout(resolve, quiet / 10));
  };
  const filter = options.filter?.((at) =>
    note({ checkpoint: at.commit === undefined ? 'without position' : 'at a position' }),
  );
  const subscription = client.subscribeToAll({ ...options, filter });
  subscription.on('confirmation', () => note('confirmed'));
  subscription.on('caughtUp', () => note('caught up'));
  subscription.on('fellBehind', () => note('fell behind'));
  subscription.on('data', ({ event }) => {
    if (event && want(event)) note({ event: event.streamId, revision: String(event.revision) });
  });
  subscription.on('error', (error) => note({ error: error?.constructor?.name, code: error?.code ?? null }));
  subscription.on('end', () => note('end'));
  await rest();
  await act();
  await rest();
  await subscription.unsubscribe().catch(() => undefined);
  return noted;
}

export const cases = {
  'an append at no stream, and the same again': async (t) => {
    const { esdb, ids, stream, step } = t;
    const events = eventsOf(esdb, ids, 2);
    await step('first', () => on(stream(), events, esdb.NO_STREAM)(t));
    await step('again, the same ids', () => on(stream(), events, esdb.NO_STREAM)(t));
    await step('again, other ids', () => on(stream(), eventsOf(esdb, ids, 2), esdb.NO_STREAM)(t));
    await step('the first of the two alone', () => on(stream(), [events[0]], esdb.NO_STREAM)(t));
    await step('the second of the two alone', () => on(stream(), [events[1]], esdb.NO_STREAM)(t));
    await step('both, and one more', () => on(stream(), [...events, ...eventsOf(esdb, ids, 1)], esdb.NO_STREAM)(t));
    await step('the second alone, at 0', () => on(stream(), [events[1]], 0n)(t));
    await step('what is there', () => collect(t.client.readStream(stream(), DEADLINE)));
  },
  'an append at a revision, and repeats of it': async (t) => {
    const { esdb, ids, stream, step } = t;
    const a = eventsOf(esdb, ids, 1);
    const b = eventsOf(esdb, ids, 2);
    const c = eventsOf(esdb, ids, 1);
    await step('a', () => on(stream(), a, esdb.NO_STREAM)(t));
    await step('b at 0', () => on(stream(), b, 0n)(t));
    await step('c at 2', () => on(stream(), c, 2n)(t));
    await step('b at 0 again', () => on(stream(), b, 0n)(t));
    await step('b backwards at 0', () => on(stream(), [...b].reverse(), 0n)(t));
    await step('b at 1', () => on(stream(), b, 1n)(t));
    await step('other at 0', () => on(stream(), eventsOf(esdb, ids, 1), 0n)(t));
    await step('other at 7', () => on(stream(), eventsOf(esdb, ids, 1), 7n)(t));
    await step('b and c at 0', () => on(stream(), [...b, ...c], 0n)(t));
    await step('b and other at 0', () => on(stream(), [...b, ...eventsOf(esdb, ids, 1)], 0n)(t));
    await step('at 3, with an id of the same stream', () => on(stream(), a, 3n)(t));
    await step('what is there', () => collect(t.client.readStream(stream(), DEADLINE)));
  },
  'any, and stream exists': async (t) => {
    const { esdb, ids, stream, step } = t;
    const a = eventsOf(esdb, ids, 1);
    const b = eventsOf(esdb, ids, 1);
    await step('exists, where none is', () => on(stream(), a, esdb.STREAM_EXISTS)(t));
    await step('any, where none is', () => on(stream(), a, esdb.ANY)(t));
    await step('any, the same', () => on(stream(), a, esdb.ANY)(t));
    await step('exists, another', () => on(stream(), b, esdb.STREAM_EXISTS)(t));
    await step('exists, the same', () => on(stream(), b, esdb.STREAM_EXISTS)(t));
    await step('any, the first again', () => on(stream(), a, esdb.ANY)(t));
    await step('what is there', () => collect(t.client.readStream(stream(), DEADLINE)));
  },
  'the same id twice in one append, and in two streams': async (t) => {
    const { esdb, ids, stream, step } = t;
    const [a] = eventsOf(esdb, ids, 1);
    await step('twice in one', () => on(stream('one'), [a, a], esdb.NO_STREAM)(t));
    await step('in another stream', () => on(stream('two'), [a], esdb.NO_STREAM)(t));
    await step('what is there', () => collect(t.client.readStream(stream('one'), DEADLINE)));
  },
  'an append of nothing': async (t) => {
    const { esdb, ids, stream, step } = t;
    await step('where none is, at no stream', () => on(stream(), [], esdb.NO_STREAM)(t));
    await step('read', () => collect(t.client.readStream(stream(), DEADLINE)));
    await step('one', () => on(stream(), eventsOf(esdb, ids, 1), esdb.NO_STREAM)(t));
    await step('nothing at 0', () => on(stream(), [], 0n)(t));
    await step('nothing at 5', () => on(stream(), [], 5n)(t));
  },
  'a conflict without a throw': async (t) => {
    const { esdb, ids, stream, step } = t;
    await step('one', () => on(stream(), eventsOf(esdb, ids, 1), esdb.NO_STREAM)(t));
    await step('another at no stream', () =>
      on(stream(), eventsOf(esdb, ids, 1), esdb.NO_STREAM, { throwOnAppendFailure: false })(t),
    );
    await step('another at 4', () => on(stream(), eventsOf(esdb, ids, 1), 4n, { throwOnAppendFailure: false })(t));
    await step('at 4 of no stream', () =>
      on(stream('none'), eventsOf(esdb, ids, 1), 4n, { throwOnAppendFailure: false })(t),
    );
    await step('at 4 of no stream, with a throw', () => on(stream('none'), eventsOf(esdb, ids, 1), 4n)(t));
  },
  'a stream read from its ends and past them': async (t) => {
    const { client, esdb, ids, stream, step } = t;
    const { START, END, FORWARDS, BACKWARDS } = esdb;
    const read = (direction, fromRevision, maxCount) => () =>
      collect(client.readStream(stream(), { ...DEADLINE, direction, fromRevision, maxCount }), ({ event }) =>
        String(event.revision),
      );
    await step('none', read(FORWARDS, START));
    await step('none, backwards', read(BACKWARDS, END));
    await step('five', () => on(stream(), eventsOf(esdb, ids, 5), esdb.NO_STREAM)(t));
    await step('forwards', read(FORWARDS, START));
    await step('forwards from 2, two', read(FORWARDS, 2n, 2));
    await step('forwards from 9', read(FORWARDS, 9n));
    await step('forwards from 5', read(FORWARDS, 5n));
    await step('backwards', read(BACKWARDS, END));
    await step('backwards, one', read(BACKWARDS, END, 1));
    await step('backwards from 2', read(BACKWARDS, 2n));
    await step('backwards from 9', read(BACKWARDS, 9n));
    await step('backwards from 9, two', read(BACKWARDS, 9n, 2));
    await step('backwards from 9, seven', read(BACKWARDS, 9n, 7));
    await step('backwards from the start', read(BACKWARDS, START));
    await step('forwards from the end', read(FORWARDS, END));
    await step('none at all', read(FORWARDS, START, 0));
  },
  'positions of one append and of several': async (t) => {
    const { esdb, ids, stream, step, client } = t;
    const first = await step('three at once', () => on(stream(), eventsOf(esdb, ids, 3), esdb.NO_STREAM)(t));
    const again = await step('one', () => on(stream('two'), eventsOf(esdb, ids, 1), esdb.NO_STREAM)(t));
    await step('each event tells its own', () =>
      collect(client.readStream(stream(), DEADLINE), ({ event }) => ({
        revision: event.revision,
        commit: event.position?.commit,
        prepare: event.position?.prepare,
      })),
    );
    const isMine = (event) => event?.streamId.startsWith(stream(''));
    // Others may use the server: of a thousand events, the first `most` of this case are noted.
    const all = (options, most = Infinity) =>
      collect(client.readAll({ ...DEADLINE, maxCount: 1000, ...options }), ({ event }) => event).then((events) =>
        events
          .filter(isMine)
          .slice(0, most)
          .map(({ streamId, revision, position }) => ({ streamId, revision, position })),
      );
    const at = (position) => ({ commit: position.commit, prepare: position.prepare });
    await step('all, from the answer of the first', () =>
      all({ fromPosition: at(first.position), direction: 'forwards' }),
    );
    await step('all, from the answer of the second', () =>
      all({ fromPosition: at(again.position), direction: 'forwards' }),
    );
    await step('all, backwards from the answer of the second', () =>
      all({ fromPosition: at(again.position), direction: 'backwards' }, 3),
    );
    await step('all, backwards from the end', () => all({ fromPosition: 'end', direction: 'backwards' }, 4));
    await step('all, from one byte behind the first', () =>
      all({
        fromPosition: { commit: first.position.commit + 1n, prepare: first.position.prepare + 1n },
        direction: 'forwards',
      }),
    );
    await step('all, from far behind the end', () =>
      all({
        fromPosition: { commit: again.position.commit + 100_000n, prepare: again.position.prepare + 100_000n },
        direction: 'forwards',
      }),
    );
    await step('all, backwards from far behind the end', () =>
      all({
        fromPosition: { commit: again.position.commit + 100_000n, prepare: again.position.prepare + 100_000n },
        direction: 'backwards',
        maxCount: 3,
      }),
    );
    await step('all, with a prepare behind the commit', () =>
      all({
        fromPosition: { commit: first.position.commit, prepare: first.position.prepare + 1n },
        direction: 'forwards',
        maxCount: 10,
      }),
    );
  },
  'a deleted stream': async (t) => {
    const { client, esdb, ids, stream, step } = t;
    await step('three', () => on(stream(), eventsOf(esdb, ids, 3), esdb.NO_STREAM)(t));
    await step('deleted', () =>
      client.deleteStream(stream(), DEADLINE).then((d) => ({ position: d.position ?? null })),
    );
    await step('read', () => collect(client.readStream(stream(), DEADLINE)));
    await step('read backwards', () =>
      collect(client.readStream(stream(), { ...DEADLINE, direction: 'backwards', fromRevision: 'end', maxCount: 1 })),
    );
    await step('append at 2', () => on(stream(), eventsOf(esdb, ids, 1), 2n)(t));
    await step('read', () => collect(client.readStream(stream(), DEADLINE), ({ event }) => String(event.revision)));
    await step('deleted again', () =>
      client.deleteStream(stream(), DEADLINE).then((d) => ({ position: d.position ?? null })),
    );
    await step('append at no stream', () => on(stream(), eventsOf(esdb, ids, 2), esdb.NO_STREAM)(t));
    await step('read', () => collect(client.readStream(stream(), DEADLINE), ({ event }) => String(event.revision)));
    await step('deleted, of none', () =>
      client.deleteStream(stream('none'), DEADLINE).then((d) => ({ position: d.position ?? null })),
    );
  },
  'a tombstoned stream': async (t) => {
    const { client, esdb, ids, stream, step } = t;
    await step('three', () => on(stream(), eventsOf(esdb, ids, 3), esdb.NO_STREAM)(t));
    await step('tombstoned', () =>
      client.tombstoneStream(stream(), DEADLINE).then((d) => ({ position: d.position ?? null })),
    );
    await step('read', () => collect(client.readStream(stream(), DEADLINE)));
    await step('read backwards', () =>
      collect(client.readStream(stream(), { ...DEADLINE, direction: 'backwards', fromRevision: 'end', maxCount: 1 })),
    );
    await step('append at 2', () => on(stream(), eventsOf(esdb, ids, 1), 2n)(t));
    await step('append at no stream', () => on(stream(), eventsOf(esdb, ids, 1), esdb.NO_STREAM)(t));
    await step('append at any', () => on(stream(), eventsOf(esdb, ids, 1), esdb.ANY)(t));
  },
  'a stream that an administrator cuts': async (t) => {
    const { client, esdb, ids, stream, step } = t;
    const read =
      (options = {}) =>
      () =>
        collect(client.readStream(stream(), { ...DEADLINE, ...options }), ({ event }) => String(event.revision));
    await step('five', () => on(stream(), eventsOf(esdb, ids, 5), esdb.NO_STREAM)(t));
    await step('metadata: at most two', () =>
      client.setStreamMetadata(stream(), { maxCount: 2 }, DEADLINE).then(appended),
    );
    await step('read', read());
    await step('read, one from the start', read({ maxCount: 1, fromRevision: 'start' }));
    await step('read backwards', read({ direction: 'backwards', fromRevision: 'end' }));
    await step('append at 4', () => on(stream(), eventsOf(esdb, ids, 1), 4n)(t));
    await step('read', read());
    await step('metadata: truncated before 100', () =>
      client.setStreamMetadata(stream(), { truncateBefore: 100 }, DEADLINE).then(appended),
    );
    await step('read', read());
    await step('read backwards, one', read({ direction: 'backwards', fromRevision: 'end', maxCount: 1 }));
    await step('append at 5', () => on(stream(), eventsOf(esdb, ids, 1), 5n)(t));
    await step('append at 6', () => on(stream(), eventsOf(esdb, ids, 1), 6n)(t));
    await step('append at no stream', () => on(stream(), eventsOf(esdb, ids, 1), esdb.NO_STREAM)(t));
    await step('read', read());
  },
  sizes: async (t) => {
    const { client, esdb, ids, stream, step } = t;
    const sized = (bytes) => esdb.jsonEvent({ id: ids(), type: 'Sized', data: { text: 'x'.repeat(bytes) } });
    await step('a million bytes', () => on(stream('a'), [sized(1_000_000)], esdb.NO_STREAM)(t));
    await step('1,048,500 bytes', () => on(stream('b'), [sized(1_048_500)], esdb.NO_STREAM)(t));
    await step('1,048,576 bytes', () => on(stream('c'), [sized(1_048_576)], esdb.NO_STREAM)(t));
    await step('five million bytes', () => on(stream('d'), [sized(5_000_000)], esdb.NO_STREAM)(t));
    await step('twenty million bytes', () => on(stream('d2'), [sized(20_000_000)], esdb.NO_STREAM)(t));
    await step('two of 600,000 bytes', () => on(stream('e'), [sized(600_000), sized(600_000)], esdb.NO_STREAM)(t));
    await step('a thousand small ones', () =>
      on(
        stream('f'),
        eventsOf(esdb, ids, 1000),
        esdb.NO_STREAM,
      )(t).then(({ success, nextExpectedRevision }) => ({ success, nextExpectedRevision })),
    );
    await step('ten thousand small ones', () =>
      on(
        stream('g'),
        eventsOf(esdb, ids, 10_000),
        esdb.NO_STREAM,
      )(t).then(({ success, nextExpectedRevision }) => ({ success, nextExpectedRevision })),
    );
    await step('metadata of a million bytes, no data', () =>
      on(
        stream('h'),
        [esdb.jsonEvent({ id: ids(), type: 'Sized', data: {}, metadata: { text: 'x'.repeat(1_100_000) } })],
        esdb.NO_STREAM,
      )(t),
    );
    for (const name of 'abcdefgh')
      await step(`${name} has`, () =>
        collect(
          client.readStream(stream(name), { ...DEADLINE, direction: 'backwards', fromRevision: 'end', maxCount: 1 }),
          ({ event }) => String(event.revision),
        ),
      );
  },
  'names and contents of every kind': async (t) => {
    const { client, esdb, ids, stream, step } = t;
    const names = [
      'with space',
      'ünïcode',
      'emoji-😀',
      'a/b/c',
      'a:b',
      'a%2Fb',
      'line\nbreak',
      'quote\'"',
      '$inside',
      'x'.repeat(1000),
      'zero\0byte',
    ];
    for (const name of names) {
      const label = name.length > 100 ? 'a thousand x' : JSON.stringify(name);
      await step(`a stream named ${label}`, () =>
        on(stream(name), eventsOf(esdb, ids, 1), esdb.NO_STREAM)(t).then(({ success }) => ({ success })),
      );
      await step('read', () =>
        collect(client.readStream(stream(name), DEADLINE), ({ event }) => event.streamId.length),
      );
    }
    for (const type of ['With Space', 'Ünïcode', '$OfTheSystem', 'x'.repeat(1000), ''])
      await step(`a type named ${type.length > 100 ? 'a thousand x' : JSON.stringify(type)}`, () =>
        on(
          stream(`t-${type.length}-${type[0] ?? ''}`),
          [esdb.jsonEvent({ id: ids(), type, data: {} })],
          esdb.NO_STREAM,
        )(t).then(({ success }) => ({ success })),
      );
    for (const [label, data] of Object.entries({
      text: 'text',
      number: 7,
      null: null,
      list: [1, 2],
      deep: { a: { b: [{ c: null }] } },
      unicode: { text: 'ünï😀\u2028\u0000' },
      large: { n: 9007199254740993 },
    })) {
      await step(`data: ${label}`, () =>
        on(
          stream(`d-${label}`),
          [esdb.jsonEvent({ id: ids(), type: 'Tried', data })],
          esdb.NO_STREAM,
        )(t).then(({ success }) => ({ success })),
      );
      await step('read', () => collect(client.readStream(stream(`d-${label}`), DEADLINE), ({ event }) => event.data));
    }
    await step('binary', () =>
      on(
        stream('bin'),
        [esdb.binaryEvent({ id: ids(), type: 'Tried', data: Buffer.from([0, 255, 1]) })],
        esdb.NO_STREAM,
      )(t).then(({ success }) => ({ success })),
    );
    await step('read', () =>
      collect(client.readStream(stream('bin'), DEADLINE), ({ event }) => ({ data: event.data, isJson: event.isJson })),
    );
  },
  'a follower of all, without a filter': async (t) => {
    const { client, esdb, ids, stream, step } = t;
    const head = await client.appendToStream(stream('0'), eventsOf(esdb, ids, 1), { expectedRevision: 'no_stream' });
    const own = ({ streamId }) => streamId.startsWith(stream(''));
    await step('from a position: what stands behind it, then what comes', () =>
      follow(
        t,
        { fromPosition: head.position },
        () => client.appendToStream(stream('1'), eventsOf(esdb, ids, 2), { expectedRevision: 'no_stream' }),
        own,
      ),
    );
    await step('from the end', () =>
      follow(
        t,
        { fromPosition: 'end' },
        () => client.appendToStream(stream('2'), eventsOf(esdb, ids, 1), { expectedRevision: 'no_stream' }),
        own,
      ),
    );
    await step('from a position that lies between', () =>
      follow(
        t,
        { fromPosition: { commit: head.position.commit + 1n, prepare: head.position.prepare + 1n } },
        undefined,
        own,
      ),
    );
    await step('from a position behind the end', () =>
      follow(
        t,
        { fromPosition: { commit: head.position.commit + 10_000_000n, prepare: head.position.prepare + 10_000_000n } },
        undefined,
        own,
      ),
    );
  },
  'a follower of all, with filters': async (t) => {
    const { client, esdb, ids, stream, step } = t;
    const before = await client.appendToStream(stream('0'), eventsOf(esdb, ids, 1), { expectedRevision: 'no_stream' });
    for (let n = 1; n <= 3; n += 1)
      await client.appendToStream(stream(`a${n}`), eventsOf(esdb, ids, 300), { expectedRevision: 'no_stream' });
    await client.appendToStream(stream('b'), eventsOf(esdb, ids, 2), { expectedRevision: 'no_stream' });
    await step('by a prefix that two events have, a checkpoint each 500', () =>
      follow(t, {
        fromPosition: before.position,
        filter: (checkpointReached) =>
          esdb.streamNameFilter({
            prefixes: [stream('b')],
            checkpointInterval: 1,
            maxSearchWindow: 500,
            checkpointReached: (_, at) => checkpointReached(at),
          }),
      }),
    );
    await step('by a prefix that none has', () =>
      follow(t, {
        fromPosition: before.position,
        filter: (checkpointReached) =>
          esdb.streamNameFilter({
            prefixes: [stream('zzz')],
            checkpointInterval: 1,
            maxSearchWindow: 500,
            checkpointReached: (_, at) => checkpointReached(at),
          }),
      }),
    );
    await step('by a type, as an expression', () =>
      follow(t, {
        fromPosition: before.position,
        filter: (checkpointReached) =>
          esdb.eventTypeFilter({
            regex: '^(?:None|Neither)$',
            checkpointInterval: 1,
            maxSearchWindow: 500,
            checkpointReached: (_, at) => checkpointReached(at),
          }),
      }),
    );
    await step('by an expression that is none', () =>
      follow(t, {
        fromPosition: before.position,
        filter: (checkpointReached) =>
          esdb.eventTypeFilter({ regex: '(', checkpointReached: (_, at) => checkpointReached(at) }),
      }),
    );
  },
  'a follower of a stream': async (t) => {
    const { client, esdb, ids, stream, step, quiet } = t;
    await step('of one that is not there yet', async () => {
      const noted = [];
      const subscription = client.subscribeToStream(stream(), { fromRevision: 'start' });
      for (const name of ['confirmation', 'caughtUp', 'end']) subscription.on(name, () => noted.push(name));
      subscription.on('data', ({ event }) => noted.push(String(event?.revision)));
      subscription.on('error', (error) => noted.push(error.constructor.name));
      await new Promise((resolve) => setTimeout(resolve, quiet));
      await client.appendToStream(stream(), eventsOf(esdb, ids, 2), { expectedRevision: 'no_stream' });
      await new Promise((resolve) => setTimeout(resolve, quiet));
      await subscription.unsubscribe();
      return noted;
    });
  },
  'times of one append': async (t) => {
    const { client, esdb, ids, stream, step } = t;
    await step('five', () => on(stream(), eventsOf(esdb, ids, 5), esdb.NO_STREAM)(t));
    await step('how many different times they have', () =>
      collect(client.readStream(stream(), DEADLINE), ({ event }) => event.created.getTime()).then((times) => ({
        different: new Set(times).size,
        rising: times.every((one, n) => n === 0 || one >= times[n - 1]),
      })),
    );
  },
};
