import { type Socket, connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ANY,
  type AppendExpectedRevision,
  EventStoreDBClient,
  NO_STREAM,
  STREAM_EXISTS,
  jsonEvent,
} from '@eventstore/db-client';
import { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { AppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import { credentials } from '@grpc/grpc-js';
import { EventStoreDouble } from './double.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

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
  describe(`the double of a server, with ${way},`, () => {
    it('takes a repeat of any kind for the first time, while it has the ids at hand', async () => {
      const { append } = await trial(way);
      const [a, b] = [anEvent(), anEvent()];
      const first = await append([a, b], NO_STREAM);
      await append([anEvent()], 1n);
      for (const expected of [ANY, STREAM_EXISTS, NO_STREAM] as const)
        expect(await append([a, b], expected)).toEqual(first);
      expect(await append([b], ANY)).toEqual(first);
      expect(await append([b], 0n)).toEqual(first);
    });

    it('refuses what repeats in part, and what expects another revision, with the one that is there', async () => {
      const { append } = await trial(way);
      const [a, b] = [anEvent(), anEvent()];
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

    it('names the leader where it is none', async () => {
      const { server, append } = await trial(way);
      server.faults.leader = { host: '127.0.0.1', port: 1 };
      await expect(append([anEvent()], ANY)).rejects.toMatchObject({
        type: 'not-leader',
        leader: { address: '127.0.0.1', port: 1 },
      });
    });
  });

describe('the double of a server', () => {
  it('holds the deadline of appends over one call against its own clock, as the server does', async () => {
    const { server, append } = await trial('all over one call');
    server.faults.skew = 60_000;
    await expect(append([anEvent()], ANY)).rejects.toMatchObject({ type: 'deadline-exceeded' });
  });

  it('writes nothing of a request whose connection breaks off, as when its sender is killed, and goes on', async () => {
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

  it('reads from a position on, backwards from before it, and from nowhere that no event begins', async () => {
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
    await expect(positions('forwards', commit + 1n)).rejects.toThrow('invalid position');
  });
});
