import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ANY, EventStoreDBClient, START, jsonEvent } from '@eventstore/db-client';
import { type RunningEventStore, startEventStore } from '../../../deploy/services/eventstore.mjs';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A double in a separate process, ended after the test. */
async function standing(folder: string, port?: number): Promise<RunningEventStore> {
  const server = await startEventStore({ folder, ...(port === undefined ? {} : { port }) });
  ends.push(() => server.kill());
  return server;
}

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'entente-double-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function clientOf({ url }: RunningEventStore) {
  const client = EventStoreDBClient.connectionString(`${url}&throwOnAppendFailure=true`);
  ends.push(() => client.dispose());
  const append = (n: number) =>
    client.appendToStream('note-1', jsonEvent({ type: 'Noted', data: { n, text: 'Kraków' } }), {
      expectedRevision: ANY,
    });
  const all = async () => {
    const found: string[] = [];
    for await (const { event } of client.readAll({ fromPosition: START }))
      found.push(
        `${event?.position.commit} ${event?.id} ${event?.created?.toISOString()} ${JSON.stringify(event?.data)}`,
      );
    return found;
  };
  return { append, all };
}

/** Tries until it succeeds. */
async function eventually(work: () => Promise<unknown>): Promise<void> {
  for (;;)
    try {
      await work();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

describe('the EventStoreDB double as a process', () => {
  it('keeps everything that it acknowledged when it is killed and restarted on its folder', async () => {
    const folder = aFolder();
    const first = await standing(folder);
    const { append, all } = clientOf(first);
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) await append(n);
    const before = await all();
    await append(9);
    await first.kill();

    const second = await standing(folder, first.port);
    expect(second.url).toBe(first.url);
    const again = clientOf(second);
    const after = await again.all();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.at(-1)).toContain('{"n":9,"text":"Kraków"}');
    expect(await again.append(10)).toMatchObject({ nextExpectedRevision: 9n });
  });

  it('drops a torn last line, and appends behind the complete ones', async () => {
    const folder = aFolder();
    const first = await standing(folder);
    await clientOf(first).append(1);
    await first.kill();
    const file = join(folder, 'data', 'log.jsonl');
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, whole.slice(0, -20));

    const second = await standing(folder);
    const { append, all } = clientOf(second);
    expect(readFileSync(file, 'utf8')).toBe(whole);
    expect(await append(2)).toMatchObject({ nextExpectedRevision: 1n });
    const before = await all();
    await second.kill();
    expect(await clientOf(await standing(folder)).all()).toEqual(before);
  });

  it('refuses to start on a log that is damaged further up', async () => {
    const folder = aFolder();
    const first = await standing(folder);
    await clientOf(first).append(1);
    await first.kill();
    const file = join(folder, 'data', 'log.jsonl');
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, `${whole.slice(2)}${whole}`);
    await expect(standing(folder)).rejects.toThrow('line 1 of');
  });

  it('injects the faults that are set from outside, and refuses unknown ones', async () => {
    const server = await standing(aFolder());
    const { append, all } = clientOf(server);
    await append(1);
    expect(await server.faults({ unavailable: 1 })).toMatchObject({ unavailable: 1, hang: 0, apart: '0' });
    await expect(append(2)).rejects.toThrow('Server Is Not Ready');
    await append(3);
    expect(await server.faults({})).toMatchObject({ unavailable: 0 });

    await server.faults({ listens: false });
    await expect(append(4)).rejects.toThrow();
    await server.faults({ listens: true });
    expect(await clientOf(server).all()).toHaveLength((await all()).length);

    await expect(server.faults({ hang: true, apart: -1, hung: 1, leader: 'another' })).rejects.toThrow(
      /^hang: takes a whole number from 0 on\napart: takes digits as text\nhung: is none of version, .*\nleader: takes null, or a host and a port$/,
    );
    await expect(server.faults({ skew: 0.5, slow: -1, hangReads: Infinity })).rejects.toThrow(
      /^skew: takes a whole number\nslow: takes a whole number from 0 on\nhangReads: takes a whole number from 0 on$/,
    );
    await server.faults({ skew: -60_000 });
    await append(5);
  });

  it('injects faults on every node of a cluster, whichever leads, and reports what is left', async () => {
    const server = await startEventStore({ folder: aFolder(), nodes: 3 });
    ends.push(() => server.kill());
    const { append } = clientOf(server);
    await append(1);
    await server.node(0, 'killed');
    await eventually(() => append(2));
    await server.faults({ maxAppendBytes: 1 });
    await expect(append(3)).rejects.toMatchObject({ type: 'maximum-append-size-exceeded' });
    await server.faults({ maxAppendBytes: 1_000_000, unavailable: 1 });
    await expect(append(4)).rejects.toThrow('Server Is Not Ready');
    expect(await server.faults({})).toMatchObject({ unavailable: 0 });
  });
});
