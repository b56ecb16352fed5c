import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keeps } from '../../../test/contracts/contract.js';
import { EVENT_FEED } from '../../../test/contracts/event-feed.js';
import { anEvent } from '../../../test/contracts/event-store.js';
import { InProcessFeed } from './in-process-feed.js';
import { SqliteEventStore } from './sqlite-event-store.js';

keeps('EventFeed', EVENT_FEED, () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-feed-'));
  const store = new SqliteEventStore({ folder });
  const append = async (stream: string, count: number) => {
    await store.append(
      stream,
      'any',
      Array.from({ length: count }, () => anEvent()),
    );
  };
  const end = async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
  return Promise.resolve({ port: { feed: new InProcessFeed(store, 20), append, patience: 5000 }, end });
});
