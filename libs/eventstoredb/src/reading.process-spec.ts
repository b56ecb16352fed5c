import { describe, expect, it } from '@jest/globals';
import type { LogRange } from '@entente/engine';
import { all, anEvent } from '../../../test/contracts/event-store.js';
import { aServer, aStore } from '../../../test/support/stores-on-double.js';
import { EventStoreDbStore } from './eventstoredb-store.js';

/** An event of another program. */
const theirs = (type: string) => {
  const data = new TextEncoder().encode('{"theirs":true}');
  const metadata = new Uint8Array();
  return { id: '77777777-0000-4000-8000-000000000000', type, contentType: 'application/json', data, metadata };
};

describe('the log on a server', () => {
  it("finds rare events by the server's filter, whether or not the server reports checkpoints", async () => {
    const server = await aServer();
    const store = await aStore({ url: server.url });
    const places = [3, 480, 499, 500, 501, 1700, 2399];
    const events = Array.from({ length: 2400 }, (_, i) =>
      anEvent(places.includes(i) ? 'Rare' : i % 400 === 7 ? 'RareToo' : 'Common'),
    );
    for (let i = 0; i < events.length; i += 200)
      await store.append('note/a', i === 0 ? 'none' : i - 1, events.slice(i, i + 200));
    await store.append('memo/a', 'none', [anEvent('Rare'), anEvent('Common')]);
    await store.append('note/a', 2399, [anEvent('RareToo')]);
    for (const version of ['22.6.0.0', '24.10.0.0']) {
      server.faults.version = version;
      const found = async (range: LogRange, after = 0n) =>
        (await all(store.readLog(after, range))).map(({ stream, revision }) => `${stream} ${revision}`);
      const rare = places.map((revision) => `note/a ${revision}`);
      const before = server.reads.sent;
      expect(await found({ types: ['Rare'] })).toEqual([...rare, 'memo/a 0']);
      expect(await found({ kinds: ['memo'] })).toEqual(['memo/a 0', 'memo/a 1']);
      expect(await found({ kinds: ['memo', 'note'], types: ['Rare'], limit: 3 })).toEqual(rare.slice(0, 3));
      expect(await found({ kinds: ['memo'], types: ['Rare'] })).toEqual(['memo/a 0']);
      expect(await found({ types: ['Unheard'] })).toEqual([]);
      expect(await found({ types: [] })).toEqual([]);
      // A first page each, and what the server itself found; the last page is read too if the
      // server does not report that this was all.
      expect(server.reads.sent - before).toBeLessThan(version === '22.6.0.0' ? 7500 : 6000);
      const [, , , fourth] = await all(store.readLog(0n, { types: ['Rare'] }));
      expect(await found({ types: ['Rare'] }, fourth?.position)).toEqual([...rare.slice(4), 'memo/a 0']);
      expect(await found({ types: ['Rare'], upTo: fourth?.position ?? 0n })).toEqual(rare.slice(0, 4));
    }
  });

  it('is read from its own beginning, whatever a shared server had before', async () => {
    const server = await aServer();
    const older = await aStore({ url: server.url, log: 'older' });
    for (let i = 0; i < 2000; i += 500)
      await older.append(
        'note/a',
        i === 0 ? 'none' : i - 1,
        Array.from({ length: 500 }, () => anEvent()),
      );
    await older.close();
    const before = server.reads.sent;
    const store = await aStore({ url: server.url, log: 'younger' });
    expect([await store.head(), await all(store.readLog(0n))]).toEqual([0n, []]);
    await store.append('note/a', 'none', [anEvent()]);
    expect((await all(store.readLog(0n))).map(({ stream, revision }) => [stream, revision])).toEqual([['note/a', 0]]);
    expect(await store.positionAt('2000-01-01T00:00:00.000Z')).toBe(0n);
    expect(server.reads.sent - before).toBeLessThan(1000);
  });

  it('is read to its end by the reader itself if the filtered subscription breaks off', async () => {
    const server = await aServer();
    const store = await aStore({ url: server.url });
    for (let i = 0; i < 12; i += 1) {
      const events = Array.from({ length: 100 }, (_, n) => anEvent(n % 10 === 0 ? 'Rare' : 'Common'));
      await store.append('note/a', i === 0 ? 'none' : i * 100 - 1, events);
    }
    server.faults.endSubscriptions = 7;
    const rare = await all(store.readLog(0n, { types: ['Rare'] }));
    expect(rare.map(({ revision }) => revision)).toEqual(Array.from({ length: 120 }, (_, i) => i * 10));
  });

  it('loses nothing for a slow reader', async () => {
    for (const rare of [1003, 1011]) {
      const server = await aServer();
      const store = await aStore({ url: server.url });
      const events = Array.from({ length: 2200 }, (_, i) => anEvent(i >= 600 && i < 600 + rare ? 'Rare' : 'Common'));
      for (let i = 0; i < events.length; i += 550)
        await store.append('note/a', i === 0 ? 'none' : i - 1, events.slice(i, i + 550));
      let read = 0;
      for await (const batch of store.readLog(0n, { types: ['Rare'] })) {
        read += batch.length;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      expect(read).toBe(rare);
    }
  });

  it('is read past transactions of another program, whose commit comes after them', async () => {
    for (const version of ['22.10.5', '23.10.6', '24.10.4']) {
      const server = await aServer();
      server.faults.version = version;
      const store = await aStore({ url: server.url });
      await store.append('note/a', 'none', [anEvent()]);
      const many = Array.from({ length: 1600 }, (_, i) => ({
        ...theirs('Theirs'),
        id: `77777777-0000-4000-8000-${String(i).padStart(12, '0')}`,
      }));
      server.log.write('theirs', many, { apart: 5n });
      // It begins at the end of the other log, and continues after it.
      const later = await aStore({ url: server.url });
      await later.append('note/a', 0, [anEvent(), anEvent()]);
      for (const reader of [store, later]) {
        const read = async (range: LogRange) => (await all(reader.readLog(0n, range))).map(({ revision }) => revision);
        expect([await read({}), await read({ kinds: ['note'] })]).toEqual([
          [0, 1, 2],
          [0, 1, 2],
        ]);
        expect((await reader.eventAt(await reader.head()))?.revision).toBe(2);
      }
    }
  });

  it('is asked for again if a node knows no leader, which is no answer about a position', async () => {
    const server = await aServer();
    const store = await aStore({ url: server.url, answerTimeout: 300 });
    await store.append('note/a', 'none', [anEvent(), anEvent()]);
    const [first] = await all(store.readLog(0n));
    const position = first?.position ?? 0n;
    server.faults.noLeaderInfo = 2;
    expect((await store.eventAt(position))?.id).toBe(first?.id);
    server.faults.noLeaderInfo = 2;
    expect(await all(store.readLog(position))).toHaveLength(1);
    server.faults.noLeaderInfo = 1000;
    await expect(store.eventAt(position)).rejects.toMatchObject({ code: 'event-store-no-leader' });
    await expect(all(store.readLog(position))).rejects.toMatchObject({ code: 'event-store-no-leader' });
    await expect(store.append('note/a', 1, [anEvent()])).rejects.toMatchObject({ code: 'event-store-no-leader' });
    server.faults.noLeaderInfo = 0;
  });

  it('is read at its end without a search of what others wrote after it', async () => {
    const server = await aServer();
    const store = await aStore({ url: server.url });
    const answer = await store.append('note/a', 'none', [anEvent()]);
    for (let i = 0; i < 40; i += 1)
      server.log.write(
        'orders-1',
        Array.from({ length: 500 }, () => theirs('OrderPlaced')),
      );
    const end = answer.ok ? answer.position : 0n;
    await store.head();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const searched = server.reads.searched;
    for (let polled = 0; polled < 20; polled += 1)
      expect(await all(store.readLog(end, polled % 2 === 0 ? {} : { kinds: ['note'] }))).toEqual([]);
    // The server reports its progress after each five thousand events.
    expect(server.reads.searched - searched).toBeLessThan(20 * 5001);
    const next = await store.append('note/a', 0, [anEvent()]);
    expect(next).toMatchObject({ position: (await all(store.readLog(end)))[0]?.position });
  });
});

describe('the time of recording on a server', () => {
  it("never goes back, whichever process writes, if the server's clock does", async () => {
    const server = await aServer();
    let now = Date.parse('2026-06-01T12:00:00.000Z');
    server.clock = () => now;
    const stores = [await aStore({ url: server.url }), await aStore({ url: server.url })];
    for (const [i, step] of [0, -3_600_000, 1000, 7_200_000, -60_000, -60_000].entries()) {
      now += step;
      for (const [n, store] of stores.entries()) {
        const answer = await store.append(`note/${i}-${n}`, 'none', [anEvent()]);
        const other = stores[1 - n];
        for (let tried = 0; tried < 100 && answer.ok && (await other?.head()) !== answer.position; tried += 1);
      }
      // The other store's events arrive here soon; a look at the log makes sure.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const times = (await all((stores[0] as EventStoreDbStore).readLog(0n))).map((e) => e.metadata.recordedAt);
    expect(times).toEqual([...times].sort());
    expect(new Set(times.map((time) => time.slice(11, 16)))).toEqual(new Set(['12:00', '13:00']));
    const again = await aStore({ url: server.url });
    now -= 3_600_000;
    await again.append('note/z', 'none', [anEvent()]);
    expect((await all(again.readStream('note/z')))[0]?.metadata.recordedAt).toBe(times.at(-1));
  });

  it('never goes back if the subscription has not yet delivered the last append', async () => {
    const server = await aServer();
    let now = Date.parse('2026-06-01T12:00:00.000Z');
    server.clock = () => now;
    const store = await aStore({ url: server.url, answerTimeout: 5000 });
    server.faults.muteSubscriptions = true;
    for (let i = 0; i < 3; i += 1) {
      await store.append('note/a', i === 0 ? 'none' : i - 1, [anEvent()]);
      now -= 3_600_000;
    }
    const times = (await all(store.readLog(0n))).map((e) => e.metadata.recordedAt);
    expect(new Set(times)).toEqual(new Set(['2026-06-01T12:00:00.000Z']));
  });

  it('leads to a position, over many pages and hours, and faster when it is asked again', async () => {
    const server = await aServer();
    let now = Date.parse('2026-06-01T00:00:00.000Z');
    server.clock = () => now;
    const store = await aStore({ url: server.url });
    const text = 'x'.repeat(500);
    for (let hour = 0; hour < 24; hour += 1) {
      const events = Array.from({ length: 100 }, () => anEvent('NoteTaken', { text }));
      await store.append('note/a', hour === 0 ? 'none' : hour * 100 - 1, events);
      now += 3_600_000;
    }
    const log = await all(store.readLog(0n));
    const at = (time: string) => store.positionAt(`2026-06-01T${time}:00.000Z`);
    const reread = await aStore({ url: server.url });
    expect(await reread.positionAt('2026-06-01T20:30:00.000Z')).toBe(log[2099]?.position);
    const sent = server.reads.sent;
    expect(await reread.positionAt('2026-06-01T20:30:00.000Z')).toBe(log[2099]?.position);
    expect(server.reads.sent - sent).toBeLessThan(1200);
    expect(await at('00:00')).toBe(log[99]?.position);
    expect(await at('07:59')).toBe(log[799]?.position);
    expect(await at('23:59')).toBe(log[2399]?.position);
    expect(await store.positionAt('2026-05-31T23:59:59.999Z')).toBe(0n);
  });
});
