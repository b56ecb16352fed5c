import { afterEach, describe, expect, it } from '@jest/globals';
import { EventStoreDbStore } from '@entente/eventstoredb';
import { anEvent } from '../contracts/event-store.js';
import { EventStoreDouble } from '../doubles/eventstoredb/double.js';
import { type CliResult, runEntente } from '../support/run-cli.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Runs a command on the event store at a URL; the other services are not used. */
async function onServices(url: string, ...args: readonly string[]): Promise<CliResult> {
  const before = { ...process.env };
  Object.assign(process.env, {
    ENTENTE_DEPLOYMENT: 'distributed',
    ESDB_URL: url,
    KAFKA_BROKERS: '127.0.0.1:1',
    DATABASE_URL: 'postgres://ann@127.0.0.1:1/entente',
  });
  try {
    return await runEntente(...args);
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

describe('entente verify on an event store of which streams were cut', () => {
  it('reads the rest, and names every damaged stream with the remedy', async () => {
    const server = await EventStoreDouble.start();
    ends.push(() => server.stop());
    const store = await EventStoreDbStore.connect({ url: server.url });
    for (const stream of ['note/a', 'note/b', 'note/c'])
      for (let i = 0; i < 3; i += 1) await store.append(stream, i === 0 ? 'none' : i - 1, [anEvent()]);
    await store.close();
    server.log.delete('note/a');
    server.log.tombstone('note/b');

    const run = await onServices(server.url, 'verify', '--json');
    expect(run.status).toBe(2);
    const { findings } = JSON.parse(run.out) as { findings: { check: string; stream: string; message: string }[] };
    const damage = findings.filter(({ check }) => check === 'damage');
    expect(damage.map(({ stream }) => stream).toSorted()).toEqual(['note/a', 'note/b']);
    for (const { message } of damage) expect(message).toMatch(/is not whole: .* restore the server from a backup$/);
    // Any other command refuses such a log.
    const other = await onServices(server.url, 'timeline', 'note/c');
    expect([other.status, other.err]).toEqual([1, expect.stringMatching(/the stream note.[ab] is not whole/)]);
  });
});
