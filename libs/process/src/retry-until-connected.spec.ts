import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { type WaitOptions, retryUntilConnected } from './retry-until-connected.js';

class TooOld extends Error {}

/** Connects with short pauses, and keeps the logged lines. */
function trial<T>(dial: () => Promise<T>, options: Partial<WaitOptions<T>> = {}) {
  const logged: string[] = [];
  const stop = new AbortController();
  const waiting = retryUntilConnected('the store', dial, {
    log: (line) => logged.push(line),
    isFinal: (error) => error instanceof TooOld,
    signal: stop.signal,
    firstPause: 2,
    longestPause: 8,
    ...options,
  });
  return { ...waiting, logged, stop };
}

async function dialled(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

describe('retryUntilConnected', () => {
  it('retries until the service answers, reports each reason once, and has a status until then', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    let tries = 0;
    const { connected, status, logged } = trial(async () => {
      if ((tries += 1) === 5) await once(server.listen(port, '127.0.0.1'), 'listening');
      return dialled(port);
    });
    expect(status()).toBe('waits for the store');
    const seen = new Set<string | null>();
    const looking = setInterval(() => seen.add(status()), 1);
    const socket = await connected;
    clearInterval(looking);
    expect([...seen]).toContain(`waits for the store: connect ECONNREFUSED 127.0.0.1:${port}`);
    expect(status()).toBeNull();
    expect(logged).toEqual([`waits for the store: connect ECONNREFUSED 127.0.0.1:${port}`, 'the store answers']);
    socket.destroy();
    server.close();
  });

  it('reports nothing if the service answers at once', async () => {
    const { connected, logged } = trial(() => Promise.resolve(7));
    expect(await connected).toBe(7);
    expect(logged).toEqual([]);
  });

  it('doubles the pause after each attempt, up to its maximum', async () => {
    const at: number[] = [];
    const { connected } = trial(
      () => {
        at.push(performance.now());
        return at.length < 6 ? Promise.reject(new Error('away')) : Promise.resolve();
      },
      { firstPause: 20, longestPause: 80 },
    );
    await connected;
    const pauses = at.slice(1).map((each, i) => each - (at[i] ?? 0));
    for (const [i, least] of [20, 40, 80, 80, 80].entries()) expect(pauses[i]).toBeGreaterThan(least - 2);
    // The last would be 320 where nothing bounded it.
    expect(Math.max(...pauses)).toBeLessThan(300);
  });

  it('fails at once with an error that a retry cannot mend', async () => {
    let tries = 0;
    const { connected, logged } = trial(() => {
      tries += 1;
      return Promise.reject(tries === 1 ? new Error('away') : new TooOld('version 5'));
    });
    await expect(connected).rejects.toThrow('version 5');
    expect([tries, logged]).toEqual([2, ['waits for the store: away']]);
  });

  it('ends at once when aborted, in a pause or an attempt, and hands over a late connection', async () => {
    const pausing = trial(() => Promise.reject(new Error('away')), { firstPause: 60_000, longestPause: 60_000 });
    await new Promise((resolve) => setImmediate(resolve));
    pausing.stop.abort(new Error('the deployment closes'));
    await expect(pausing.connected).rejects.toThrow('the deployment closes');

    let answer: (made: string) => void = () => undefined;
    const late: string[] = [];
    const trying = trial(() => new Promise<string>((resolve) => (answer = resolve)), {
      late: (made) => late.push(made),
    });
    trying.stop.abort(new Error('the deployment closes'));
    await expect(trying.connected).rejects.toThrow('the deployment closes');
    answer('a connection');
    await new Promise((resolve) => setImmediate(resolve));
    expect(late).toEqual(['a connection']);
  });

  it('describes an AggregateError by its parts', async () => {
    let tries = 0;
    const both = new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('another')]);
    const { connected, logged } = trial(() => ((tries += 1) === 1 ? Promise.reject(both) : Promise.resolve()));
    await connected;
    expect(logged[0]).toBe('waits for the store: connect ECONNREFUSED ::1:1');
  });
});
