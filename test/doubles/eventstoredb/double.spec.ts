import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ANY,
  type AppendExpectedRevision,
  EventStoreDBClient,
  NO_STREAM,
  START,
  STREAM_EXISTS,
  eventTypeFilter,
  jsonEvent,
} from '@eventstore/db-client';
import { Empty, StreamIdentifier } from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsClient, StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import {
  AppendReq,
  BatchAppendReq,
  DeleteReq,
  ReadReq,
  type ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import { type Channel, Client, credentials } from '@grpc/grpc-js';
import { EventStoreDouble } from './double.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function clientOf(server: EventStoreDouble): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(`${server.url}&throwOnAppendFailure=true`);
  (client as unknown as { supports: () => Promise<boolean> }).supports = () => Promise.resolve(false);
  ends.push(
    () => server.stop(),
    () => client.dispose(),
  );
  return client;
}

/** Waits until something holds; the test's own time is its bound. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5);
}

let made = 0;
const anEvent = () =>
  jsonEvent({ id: `00000000-0000-4000-8000-${String((made += 1)).padStart(12, '0')}`, type: 'Noted', data: {} });

async function trial(way: 'one call an append' | 'all over one call') {
  const server = await EventStoreDouble.start();
  const client = EventStoreDBClient.connectionString(`${server.url}&throwOnAppendFailure=true`);
  if (way === 'one call an append')
    (client as unknown as { supports: () => Promise<boolean> }).supports = () => Promise.resolve(false);
  ends.push(
    () => server.stop(),
    () => client.dispose(),
  );
  const append = (events: ReturnType<typeof anEvent>[], expectedRevision: AppendExpectedRevision) =>
    client.appendToStream('note-1', events, { expectedRevision });
  return { server, client, append };
}

for (const way of ['one call an append', 'all over one call'] as const)
  describe(`the EventStoreDB double with ${way}`, () => {
    it('recognises a repeat at any expected revision while it has the ids in memory', async () => {
      const { append } = await trial(way);
      const a = anEvent();
      const b = anEvent();
      const first = await append([a, b], NO_STREAM);
      await append([anEvent()], 1n);
      for (const expected of [ANY, STREAM_EXISTS, NO_STREAM] as const)
        expect(await append([a, b], expected)).toEqual(first);
      expect(await append([b], ANY)).toEqual(first);
      expect(await append([b], 0n)).toEqual(first);
    });

    it('refuses a partial repeat and a wrong expected revision, with the actual revision', async () => {
      const { append } = await trial(way);
      const a = anEvent();
      const b = anEvent();
      await expect(append([a], STREAM_EXISTS)).rejects.toMatchObject({ actualVersion: 'no_stream' });
      await append([a, b], NO_STREAM);
      for (const [events, expected] of [
        [[a, anEvent()], ANY],
        [[a, anEvent()], NO_STREAM],
        [[a, b, anEvent()], NO_STREAM],
        [[anEvent()], 0n],
        [[anEvent()], 7n],
      ] as const)
        await expect(append([...events], expected)).rejects.toMatchObject({
          type: 'wrong-expected-version',
          actualVersion: 1n,
        });
      expect(await append([anEvent(), a], ANY)).toMatchObject({ nextExpectedRevision: 3n });
    });

    it('names the leader if it is not the leader', async () => {
      const { server, append } = await trial(way);
      server.faults.leader = { host: '127.0.0.1', port: 1 };
      await expect(append([anEvent()], ANY)).rejects.toMatchObject({
        type: 'not-leader',
        leader: { address: '127.0.0.1', port: 1 },
      });
    });
  });

describe('the EventStoreDB double', () => {
  it('checks the deadline of batched appends against its own clock, as the server does', async () => {
    const { server, append } = await trial('all over one call');
    server.faults.skew = 60_000;
    await expect(append([anEvent()], ANY)).rejects.toMatchObject({ type: 'deadline-exceeded' });
  });

  it('writes nothing of a request whose connection breaks, and continues', async () => {
    const { server, client, append } = await trial('one call an append');
    const sockets: Socket[] = [];
    const between = createServer((socket) => {
      const on = connect(Number(/:([0-9]+)/.exec(server.url.slice(7))?.[1]), '127.0.0.1');
      sockets.push(
        socket.on('error', () => undefined),
        on.on('error', () => undefined),
      );
      socket.pipe(on).pipe(socket);
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    ends.push(() => void between.close());
    const { port } = between.address() as { port: number };
    const streams = new StreamsClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const broken = new Promise((resolve) => {
      const call = streams.append(resolve);
      const stream = new StreamIdentifier().setStreamName(new TextEncoder().encode('note-1'));
      call.write(new AppendReq().setOptions(new AppendReq.Options().setStreamIdentifier(stream)));
    });
    await pause(200);
    for (const socket of sockets) socket.destroy();
    expect(await broken).toMatchObject({ code: 14 });
    streams.close();
    await append([anEvent()], NO_STREAM);
    const revisions: bigint[] = [];
    for await (const { event } of client.readStream('note-1')) revisions.push(event?.revision ?? -1n);
    expect(revisions).toEqual([0n]);
  });

  it('reads from a position, backwards from before it, and refuses one at which no event begins', async () => {
    const { client, append } = await trial('one call an append');
    const { position } = await append([anEvent()], ANY);
    await append([anEvent()], ANY);
    const { commit = 0n } = position ?? {};
    const positions = async (direction: 'forwards' | 'backwards', at: bigint) => {
      const found: bigint[] = [];
      for await (const { event } of client.readAll({ direction, fromPosition: { commit: at, prepare: at } }))
        found.push(event?.position.commit ?? 0n);
      return found;
    };
    expect((await positions('forwards', commit))[0]).toBe(commit);
    expect((await positions('backwards', commit)).every((found) => found < commit)).toBe(true);
    await expect(positions('forwards', commit + 1n)).rejects.toThrow('Unexpected ReadAllResult: Error');
  });

  it('forgets ids of "any" and "exists" at a restart, and keeps those at a revision', async () => {
    const { server, append } = await trial('one call an append');
    const a = anEvent();
    expect(await append([a], NO_STREAM)).toMatchObject({ nextExpectedRevision: 0n });
    expect(await append([a], ANY)).toMatchObject({ nextExpectedRevision: 0n });
    const again = await EventStoreDouble.start(server.log);
    const client = clientOf(again);
    const repeated = (expectedRevision: AppendExpectedRevision) =>
      client.appendToStream('note-1', [a], { expectedRevision });
    expect(await repeated(NO_STREAM)).toMatchObject({ nextExpectedRevision: 0n });
    expect(await repeated(ANY)).toMatchObject({ nextExpectedRevision: 1n });
    expect(await repeated(STREAM_EXISTS)).toMatchObject({ nextExpectedRevision: 1n });
  });

  it.each([
    ['22.10.5', 10],
    ['23.10.6', 10],
    ['24.10.4', null],
  ])('of version %s ends a subscription with more than 32 pending events with status %s', async (version, code) => {
    const { server, client, append } = await trial('one call an append');
    server.faults.version = version;
    const head = await append([anEvent()], ANY);
    const took: number[] = [];
    const subscription = client.subscribeToAll({ fromPosition: head.position ?? START });
    const confirmed = once(subscription, 'confirmation');
    const ended = once(subscription, 'error').then(([error]) => (error as { code: number }).code);
    subscription.on('data', ({ event }) => took.push(Number(event?.revision)));
    await confirmed;
    await append(Array.from({ length: 20 }, anEvent), ANY);
    await until(() => took.length >= 20);
    await append(Array.from({ length: 40 }, anEvent), ANY);
    let over: number | null = null;
    void ended.then((found) => (over = found));
    await until(() => took.length >= 60 || over !== null);
    expect(over).toBe(code);
    await subscription.unsubscribe().catch(() => undefined);
  });

  it('refuses appends at once during a shutdown, and ends subscriptions with status 13', async () => {
    const { server, client, append } = await trial('one call an append');
    await append([anEvent()], ANY);
    const subscription = client.subscribeToAll({ fromPosition: START });
    const ended = once(subscription, 'error').then(([error]) => (error as { code: number }).code);
    subscription.on('data', () => undefined);
    await once(subscription, 'confirmation');
    const down = server.shutDown();
    await expect(append([anEvent()], ANY)).rejects.toMatchObject({ type: 'unavailable' });
    expect(await ended).toBe(13);
    await down;
  });

  it('shows in its log what an administrator did to a stream', async () => {
    const { client, append } = await trial('one call an append');
    await append([anEvent(), anEvent(), anEvent()], NO_STREAM);
    await client.setStreamMetadata('note-1', { maxCount: 1 });
    await client.deleteStream('note-1');
    await client.tombstoneStream('note-1');
    const messages: string[] = [];
    for await (const { event } of client.readAll({ fromPosition: START }))
      if (event?.streamId.includes('note-1')) messages.push(`${event.streamId} ${event.revision} ${event.type}`);
    expect(messages).toEqual([
      'note-1 0 Noted',
      'note-1 1 Noted',
      'note-1 2 Noted',
      '$$note-1 0 $metadata',
      '$$note-1 1 $metadata',
      'note-1 9223372036854775807 $streamDeleted',
    ]);
  });

  it('accepts as many appends over one call as the server, and refuses each other one alone', async () => {
    const { append } = await trial('all over one call');
    const large = jsonEvent({ type: 'Noted', data: { text: 'x'.repeat(1_100_000) } });
    const answers = await Promise.allSettled([
      append([anEvent()], ANY),
      append([large], ANY),
      append([anEvent()], ANY),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { type: 'maximum-append-size-exceeded', maxAppendSize: 1_048_576 } });
  });

  it('reads with a filter, up to a count, forwards and backwards', async () => {
    const { server, client, append } = await trial('one call an append');
    for (let i = 0; i < 5; i += 1) {
      await append([anEvent()], ANY);
      await client.appendToStream(`memo-${i}`, anEvent());
    }
    const channel = await (client as unknown as { getChannel(): Promise<Channel> }).getChannel();
    const streams = new StreamsClient(`127.0.0.1:${server.port}`, credentials.createInsecure(), {
      channelOverride: channel,
    });
    const found = async (direction: 'FORWARDS' | 'BACKWARDS') => {
      const names: string[] = [];
      const filter = new ReadReq.Options.FilterOptions()
        .setMax(5000)
        .setCheckpointintervalmultiplier(1)
        .setStreamIdentifier(new ReadReq.Options.FilterOptions.Expression().setPrefixList(['memo-']));
      const all = new ReadReq.Options.AllOptions();
      if (direction === 'FORWARDS') all.setStart(new Empty());
      else all.setEnd(new Empty());
      const options = new ReadReq.Options()
        .setAll(all)
        .setFilter(filter)
        .setCount('3')
        .setReadDirection(ReadReq.Options.ReadDirection[direction])
        .setUuidOption(new ReadReq.Options.UUIDOption().setString(new Empty()));
      for await (const answer of streams.read(new ReadReq().setOptions(options)) as AsyncIterable<ReadResp>)
        names.push(
          Buffer.from(answer.getEvent()?.getEvent()?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString(),
        );
      return names;
    };
    expect(await found('FORWARDS')).toEqual(['memo-0', 'memo-1', 'memo-2']);
    expect(await found('BACKWARDS')).toEqual(['memo-4', 'memo-3', 'memo-2']);
  });

  it.each([0, 5])('answers when its log fails, also after %d ms, and continues', async (slow) => {
    const server = await EventStoreDouble.start();
    const client = clientOf(server);
    const { keep } = server.log;
    server.faults.slow = slow;
    server.log.keep = () => {
      throw new Error('no room');
    };
    await expect(client.appendToStream('note-1', anEvent())).rejects.toThrow('Exception was thrown: no room');
    server.log.keep = keep;
    await client.appendToStream('note-2', anEvent());
    // Nothing of the failed append is there, even after a retry.
    expect(server.log.of('note-1')).toEqual([]);
  });

  it('ignores stream metadata that is not valid', async () => {
    const server = await EventStoreDouble.start();
    const client = clientOf(server);
    await client.appendToStream('note-1', [anEvent(), anEvent()]);
    for (const metadata of ['{"$maxAge":"soon"}', '{"$maxCount":-1}', '{"$tb":1e400}', 'no JSON']) {
      const data = new TextEncoder().encode(metadata);
      const id = `99999999-0000-4000-9000-${String(metadata.length).padStart(12, '0')}`;
      server.log.write('$$note-1', [
        { id, type: '$metadata', contentType: 'application/json', data, metadata: new Uint8Array() },
      ]);
      const read: unknown[] = [];
      for await (const event of client.readStream('note-1')) read.push(event);
      expect(read).toHaveLength(2);
    }
  });

  it('accepts patterns with needless escapes', async () => {
    const server = await EventStoreDouble.start();
    const client = clientOf(server);
    await client.appendToStream('note-1', jsonEvent({ type: 'was-noted', data: {} }));
    const filter = eventTypeFilter({ regex: '^(?:was\\-noted)$' });
    const subscription = client.subscribeToAll({ fromPosition: START, filter });
    const first = await new Promise((resolve, reject) => {
      subscription.on('data', ({ event }) => resolve(event?.type));
      subscription.on('error', reject);
    });
    await subscription.unsubscribe();
    expect(first).toBe('was-noted');
  });

  it('survives any bytes that a client sends', async () => {
    const { server, append } = await trial('one call an append');
    await append([anEvent()], NO_STREAM);
    const raw = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
    ends.push(() => raw.close());
    const same = (bytes: Buffer): Buffer => bytes;
    const deadline = () => new Date(Date.now() + 300);
    const none = Buffer.alloc(0);
    const nonsense = [
      none,
      Buffer.from([0xff, 0xff, 0xff]),
      Buffer.from([0x0a, 0x00]),
      Buffer.from([0x0a, 0x02, 0x0a, 0x00]),
    ];
    for (let i = 0; i < 40; i += 1)
      nonsense.push(Buffer.from(Array.from({ length: 1 + (i % 13) }, (_, n) => (i * 37 + n * 101) % 256)));
    const odd = [
      new ReadReq().setOptions(
        new ReadReq.Options().setCount('18446744073709551615').setAll(new ReadReq.Options.AllOptions()),
      ),
      new ReadReq().setOptions(
        new ReadReq.Options()
          .setStream(new ReadReq.Options.StreamOptions().setRevision('18446744073709551615'))
          .setCount('3'),
      ),
      new ReadReq().setOptions(new ReadReq.Options().setSubscription(new ReadReq.Options.SubscriptionOptions())),
      new DeleteReq().setOptions(new DeleteReq.Options()),
      new AppendReq().setOptions(new AppendReq.Options().setRevision('18446744073709551615')),
      new AppendReq().setProposedMessage(new AppendReq.ProposedMessage()),
      new BatchAppendReq().setIsFinal(true),
      new BatchAppendReq().setOptions(new BatchAppendReq.Options()).setIsFinal(true),
    ].map((message) => Buffer.from(message.serializeBinary()));
    const calls: Promise<unknown>[] = [];
    for (const { path, requestStream, responseStream } of Object.values(StreamsService))
      for (const bytes of [...nonsense, ...odd])
        calls.push(
          new Promise((resolve) => {
            const options = { deadline: deadline() };
            const answered = (error: unknown): void => resolve(error);
            const call = requestStream
              ? responseStream
                ? raw.makeBidiStreamRequest(path, same, same, options)
                : raw.makeClientStreamRequest(path, same, same, options, answered)
              : responseStream
                ? raw.makeServerStreamRequest(path, same, same, bytes, options)
                : raw.makeUnaryRequest(path, same, same, bytes, options, answered);
            call.on('error', resolve);
            if (responseStream)
              (call as unknown as Readable).on('data', () => undefined).on('end', () => resolve(null));
            if (requestStream) {
              (call as unknown as Writable).write(bytes);
              (call as unknown as Writable).end();
            }
          }),
        );
    await Promise.all(calls);
    expect(calls.length).toBeGreaterThan(200);
    expect(await append([anEvent()], ANY)).toMatchObject({ success: true });
  });
});
