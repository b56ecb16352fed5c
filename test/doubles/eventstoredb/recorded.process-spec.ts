import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStoreDouble } from './double.js';
import { type Answers, ask, differences, recorded, recordedVersions } from './recorded/ask.mjs';

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Steps that the stand-in answers otherwise on purpose, each with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {};

/** After this time without a message, in milliseconds, a subscription counts as complete. */
const QUIET_MS = 500;

const data = Buffer.from('{}');

/** The reference; the integration tests try the other versions too. */
const VERSIONS = ['23.10.6'];

describe('the EventStoreDB double and recorded answers', () => {
  it('are compared in every step of every recorded server', () => {
    expect(recordedVersions()).toEqual(['22.10.5', '23.10.6', '24.10.4', '24.2.0']);
    for (const version of recordedVersions()) expect(Object.values(recorded(version).answers).flat()).toHaveLength(169);
  });

  const answered = new Map<string, Promise<Answers>>();
  beforeAll(() => {
    // Concurrently: most of the time is spent waiting for subscriptions to be complete.
    for (const version of VERSIONS) {
      const asking = EventStoreDouble.start().then((server) => {
        ends.push(() => server.stop());
        server.faults.version = version;
        return ask(server.url, { quiet: QUIET_MS });
      });
      asking.catch(() => undefined);
      answered.set(version, asking);
    }
  });
  afterAll(() => Promise.allSettled(answered.values()));

  it.each(VERSIONS)('agree on every question to a server of %s', async (version) => {
    const found = differences(recorded(version).answers, (await answered.get(version)) ?? {});
    expect(found.filter((one) => !Object.keys(LEFT_OUT).some((step) => one.startsWith(`${step}\n`)))).toEqual([]);
  });

  it('agree on a server that others use', async () => {
    const server = await EventStoreDouble.start();
    ends.push(() => server.stop());
    const only = ['positions of one append and of several'];
    const { write } = server.log;
    // Another program writes before and after each append.
    server.log.write = (...asked) => {
      const theirs = () => ({
        id: randomUUID(),
        type: 'Theirs',
        contentType: 'application/json',
        data,
        metadata: data,
      });
      const written = [theirs(), theirs(), theirs()];
      write.call(server.log, 'theirs', written.slice(0, 1));
      const own = write.apply(server.log, asked);
      write.call(server.log, 'theirs', written.slice(1));
      return own;
    };
    const expected = { [only[0] as string]: recorded('23.10.6').answers[only[0] as string] ?? [] };
    expect(differences(expected, await ask(server.url, { only }))).toEqual([]);
  });

  it('are found to differ if the double is changed', async () => {
    const server = await EventStoreDouble.start();
    ends.push(() => server.stop());
    const only = ['an append of nothing'];
    const came = await ask(server.url, { only });
    const { [only[0] as string]: right = [] } = recorded('23.10.6').answers;
    const other = right.map((step, n) => (n === 2 ? { step: step.step, gives: 'something else' } : step));
    expect(differences({ 'an append of nothing': other }, came)).toEqual([
      expect.stringContaining('an append of nothing / one\n  recorded: '),
    ]);
    expect(differences({ 'another case': right }, came)).toHaveLength(right.length);
  });
});
