import { describe, expect, it } from '@jest/globals';
import type { EventLog } from './event-store.js';
import { Watchdog } from './watchdog.js';

const NOON = Date.parse('2026-06-01T12:00:00.000Z');

describe('the watchdog', () => {
  let head = 5n;
  let now = 0;
  const log = { head: () => Promise.resolve(head) } as EventLog;
  const over = (position: () => Promise<bigint | null>) =>
    new Watchdog(
      log,
      [{ name: 'it', position }],
      () => 0,
      5000,
      () => now,
    );
  const looks = async (dog: Watchdog, ms: number) => {
    for (const end = now + ms; now < end; now += 1000) await dog.look();
    return [...dog.alarms().values()];
  };

  it('raises no alarm for a consumer that is level, has not started, or progresses slowly', async () => {
    let at = 0n;
    expect(
      await looks(
        over(() => Promise.resolve(head)),
        20_000,
      ),
    ).toEqual([]);
    expect(
      await looks(
        over(() => Promise.resolve(null)),
        20_000,
      ),
    ).toEqual([]);
    head = 1000n;
    expect(
      await looks(
        over(() => Promise.resolve((at += 1n))),
        20_000,
      ),
    ).toEqual([]);
  });

  it('raises an alarm within ten seconds for a consumer without progress, until it moves', async () => {
    let at = 3n;
    const dog = over(() => Promise.resolve(at));
    expect(await looks(dog, 4000)).toEqual([]);
    expect(await looks(dog, 6000)).toEqual([expect.stringContaining('at position 3 of 1000')]);
    head = 2000n;
    expect(await looks(dog, 1000)).toHaveLength(1);
    at = 4n;
    expect(await looks(dog, 1000)).toEqual([]);
  });

  it('raises an alarm with the reason if a position cannot be read', async () => {
    const dog = over(() => Promise.reject(new Error('the database is away')));
    expect(await looks(dog, 7000)).toEqual([expect.stringContaining('the database is away')]);
  });

  it('raises an alarm for a consumer that does not answer, and waits at most a second for it', async () => {
    const dog = over(() => new Promise(() => undefined));
    for (let looked = 0; looked < 6; looked += 1) {
      now += 2000;
      await dog.look();
    }
    expect([...dog.alarms().values()]).toEqual([expect.stringContaining('did not return its position')]);
  });

  it('measures its timeout by a monotonic clock: setting the wall clock raises and delays nothing', async () => {
    let clock = NOON;
    const stuck = () => Promise.resolve(3n);
    const dog = new Watchdog(
      log,
      [{ name: 'it', position: stuck }],
      () => clock,
      5000,
      () => now,
    );
    await looks(dog, 2000);
    clock += 365 * 86_400_000;
    expect(await looks(dog, 2000)).toEqual([]);
    clock = NOON - 3_600_000;
    expect(await looks(dog, 4000)).toHaveLength(1);
  });

  it('compares a consumer of another source with the end of that source', async () => {
    const other = { of: 'command', end: () => 7n };
    const nobody = {
      head: () => Promise.reject(new Error('nobody asks for the end of the log')),
    } as unknown as EventLog;
    let at = 6n;
    const dog = new Watchdog(
      nobody,
      [{ name: 'it', other, position: () => Promise.resolve(at) }],
      () => 0,
      5000,
      () => now,
    );
    expect(await looks(dog, 7000)).toEqual([expect.stringContaining('at command 6 of 7')]);
    at = 7n;
    expect(await looks(dog, 7000)).toEqual([]);
  });
});
