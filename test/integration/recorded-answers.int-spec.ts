import { afterAll, describe, expect, it } from '@jest/globals';
import { EventStoreDouble } from '../doubles/eventstoredb/double.js';
import { ask, differences, recorded, recordedVersions } from '../doubles/eventstoredb/recorded/ask.mjs';

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const { ESDB_URL: real, SERVICES_ESDB_URL: standIn = '' } = process.env;

describe('the questions with recorded answers', () => {
  it.each(recordedVersions())('are answered by the stand-in as by a server of %s', async (version) => {
    const server = await EventStoreDouble.start();
    ends.push(() => server.stop());
    server.faults.version = version;
    expect(differences(recorded(version).answers, await ask(server.url, { quiet: 500 }))).toEqual([]);
  });

  it('are answered by the server of ESDB_URL, or by a stand-in process, as by a recorded server', async () => {
    const answered = await ask(real ?? standIn, { quiet: 1000 });
    const found = recordedVersions().map((version) => differences(recorded(version).answers, answered));
    expect(found.sort((a, b) => a.length - b.length)[0]).toEqual([]);
  });
});
