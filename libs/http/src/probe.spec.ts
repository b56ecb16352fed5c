import { describe, expect, it } from '@jest/globals';
import { EventLog, Fault, type ReadModelStore, Watchdog } from '@entente/engine';
import { SystemReadiness } from './system-readiness.js';
import { probe } from './probe.js';

const never = <T>(): Promise<T> => new Promise(() => undefined);

describe('a backing service that does not answer', () => {
  it('is named within two seconds in the readiness, which then reports no lag', async () => {
    const log = { head: never, checkNotTakenBack: () => undefined, outage: () => null } as unknown as EventLog;
    const readiness = new SystemReadiness({
      log,
      rows: {} as ReadModelStore,
      watchdog: new Watchdog(log, [], Date.now),
      waiting: () => 3,
      fault: () => null,
      models: never,
    });
    const asked = performance.now();
    expect(await readiness.status()).toEqual({
      head: null,
      waiting: 3,
      models: [],
      parked: [],
      alarms: [],
      fault: 'the event store has not answered within 1.5 s',
      code: 'unanswered',
    });
    expect(performance.now() - asked).toBeLessThan(5000);
  });

  it('is named with the last reason that it gave, whichever other service is waited for', async () => {
    const outage = 'no node of the event store at a:2113,b:2113 leads';
    const parts = { watchdog: new Watchdog({} as EventLog, [], Date.now), waiting: () => 0, fault: () => null };
    for (const head of [never, () => Promise.resolve(1n)]) {
      const log = {
        head,
        outage: () => outage,
        readLog: never,
        checkNotTakenBack: () => undefined,
      } as unknown as EventLog;
      const rows = { parked: never } as unknown as ReadModelStore;
      const readiness = new SystemReadiness({ ...parts, log, rows, models: never });
      expect(await readiness.status()).toMatchObject({ fault: outage });
    }
  });

  it('is the event store, and not the store of the rows, if only the log does not answer', async () => {
    const log = { head: () => Promise.resolve(9n), outage: () => null, checkNotTakenBack: () => undefined };
    const silent = { ...log, readLog: () => ({ [Symbol.asyncIterator]: () => ({ next: never }) }) };
    const status = { model: 'funding', position: 3n, stopped: null, parked: 0 };
    const readiness = new SystemReadiness({
      log: silent as unknown as EventLog,
      rows: { parked: () => Promise.resolve([]) } as unknown as ReadModelStore,
      watchdog: new Watchdog({} as EventLog, [], Date.now),
      waiting: () => 0,
      fault: () => null,
      models: () => Promise.resolve([status]),
    });
    expect(await readiness.status()).toMatchObject({ fault: 'the event store has not answered within 1.5 s' });
  });

  it('is waited for no longer than its timeout; an answer or failure in time is used', async () => {
    await expect(probe(never(), 'the database', 10)).rejects.toEqual(
      new Fault('unanswered', 'the database has not answered within 0.01 s', 1),
    );
    expect(await probe(Promise.resolve(7), 'it', 10)).toBe(7);
    await expect(probe(Promise.reject(new Error('gone')), 'it', 10)).rejects.toThrow('gone');
  });
});
