import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { makeLog, openLog } from '../cli.module.js';
import { verify } from '../verify.js';
import { DueQueue } from '@entente/workers';
import { generateInFolder } from './generate.js';

const folder = mkdtempSync(join(tmpdir(), 'entente-generated-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SILENT = { json: false, out: () => undefined, err: () => undefined };
const EVENTS = 1_200;

const generate = (name: string, seed: number, events = EVENTS) =>
  generateInFolder(join(folder, name), events, seed, makeLog, SILENT);

describe('a generated history', () => {
  it('has the same events, with ids and times, for the same seed, and others for another one', async () => {
    const first = await generate('first', 1, 600);
    const again = await generate('again', 1, 600);
    const other = await generate('other', 2, 600);
    expect(again).toEqual(first);
    expect(other.digest).not.toBe(first.digest);
  });

  it('has exactly the events that were asked for, and nothing that verification finds wrong', async () => {
    const { events, streams, digest } = await generate('whole', 3);
    const log = openLog(join(folder, 'whole'));
    const verified = await verify(log, SILENT, null).finally(() => log.close());
    expect(verified).toMatchObject({ events: EVENTS, findings: [], digest });
    expect(events).toBe(EVENTS);
    expect(streams).toBe(verified.streams);
  });

  it('is recorded over years, by many kinds of streams, and by the steward too', async () => {
    const { refused } = await generate('wide', 4);
    const log = openLog(join(folder, 'wide'));
    const types = new Set<string>();
    const kinds = new Set<string>();
    const years = new Set<string>();
    const roles = new Set<string>();
    for await (const batch of log.readLog(0n))
      for (const { stream, type, metadata } of batch) {
        types.add(type);
        kinds.add(stream.slice(0, stream.indexOf('/')));
        years.add(metadata.recordedAt.slice(0, 4));
        roles.add(metadata.actor.role);
      }
    await log.close();
    expect(kinds).toEqual(
      new Set([...kinds, 'programme', 'consignment', 'item', 'end-use-check', 'training-activity', 'vetting-case']),
    );
    // Rules that its commands do not meet any more would stop most of it.
    expect([...types]).toEqual(expect.arrayContaining(['ItemReceived', 'EndUseCheckPerformed', 'TrainingCompleted']));
    expect([...refused.values()].reduce((sum, count) => sum + count, 0)).toBeLessThan(EVENTS / 20);
    expect(years.size).toBeGreaterThan(3);
    expect([...roles]).toEqual(expect.arrayContaining(['donor', 'recipient', 'monitor', 'vetter', 'system']));
  });

  it('is not written into a folder that has files, and leaves it as it was', async () => {
    await generate('taken', 5, 100);
    const before = readdirSync(join(folder, 'taken'));
    await expect(generate('taken', 5, 100)).rejects.toThrow('is not empty');
    expect(readdirSync(join(folder, 'taken'))).toEqual(before);
  });
});

describe('a due queue', () => {
  it('returns values by their time, and those of the same time in the order of their entry', () => {
    const queue = new DueQueue<string>();
    for (const [at, value] of [
      [5, 'e'],
      [1, 'a'],
      [3, 'c'],
      [1, 'b'],
      [4, 'd'],
      [9, 'f'],
    ] as const)
      queue.add(at, value);
    expect(queue.next).toBe(1);
    const taken: (string | undefined)[] = [];
    while (queue.size > 0) taken.push(queue.take());
    expect(taken.join('')).toBe('abcdef');
    expect([queue.take(), queue.next]).toEqual([undefined, Infinity]);
  });
});
