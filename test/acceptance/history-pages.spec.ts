import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStore, fairReads } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { all, anEvent } from '../contracts/event-store.js';
import { type Deployment, standalone } from '../support/deployment.js';

interface Page {
  readonly events: readonly { readonly id: string; readonly revision: number }[];
  readonly next: string | number | null;
}

/** Events so large that a thousand of them would need a gigabyte. */
const LARGE = 24;
const TEXT = 'x'.repeat(900_000);

describe('a page of large events', () => {
  let deployment: Deployment;
  const ids: string[] = [];
  beforeAll(async () => {
    deployment = await standalone();
    const store = deployment.app.get(EventStore);
    for (let n = 0; n < LARGE; n += 1) {
      const event = anEvent('NoteTaken', { text: TEXT });
      ids.push(event.id);
      expect(await store.append('note/large', n === 0 ? 'none' : n - 1, [event])).toMatchObject({ ok: true });
    }
  });
  afterAll(() => deployment.end());

  it.each([
    ['of the log', 'history?limit=1000', 'after'],
    ['of a stream', 'history/note/large?', 'from'],
  ])('%s ends at some megabytes, and the next ones have the rest', async (_, path, parameter) => {
    const read: string[] = [];
    let pages = 0;
    for (let next: string | number | null | undefined; next !== null;) {
      const answer = await fetch(`${deployment.url}/v1/${path}${next === undefined ? '' : `&${parameter}=${next}`}`);
      const text = await answer.text();
      expect(text.length).toBeLessThan(10 * 1024 * 1024);
      const page = JSON.parse(text) as Page;
      read.push(...page.events.map(({ id }) => id));
      next = page.next;
      pages += 1;
    }
    expect(read).toEqual(ids);
    expect(pages).toBeGreaterThan(2);
  });

  it('of the whole log, or followed from its beginning, takes its turn with other readers', async () => {
    const share = jest.spyOn(fairReads, 'share');
    try {
      await (await fetch(`${deployment.url}/v1/history?format=ndjson`)).text();
      expect(share).toHaveBeenCalledTimes(1);
      const stop = new AbortController();
      const headers = { 'last-event-id': '0' };
      const live = await fetch(`${deployment.url}/v1/history/live`, { headers, signal: stop.signal });
      await live.body?.getReader().read();
      expect(share.mock.calls.length).toBeGreaterThan(1);
      stop.abort();
    } finally {
      share.mockRestore();
    }
  });

  it('of a stream up to a revision has no next one, and none is beyond its end', async () => {
    const upTo = (from: number, revision: number) =>
      fetch(`${deployment.url}/v1/history/note/large?from=${from}&revision=${revision}`);
    for (const revision of [0, LARGE - 1]) {
      const page = (await (await upTo(revision, revision)).json()) as Page;
      expect([page.events.map((event) => event.revision), page.next]).toEqual([[revision], null]);
    }
    const beyond = await upTo(0, LARGE);
    const message = `lies beyond the stream, which ends at revision ${LARGE - 1}`;
    expect([beyond.status, await beyond.json()]).toMatchObject([400, { errors: [{ path: 'revision', message }] }]);
    expect((await fetch(`${deployment.url}/v1/history/note/large?from=${LARGE}`)).status).toBe(404);
  });

  it('of a stream as of an instant ends at the position that the log had then, whatever times its events state', async () => {
    const store = deployment.app.get(EventStore);
    const [first] = (await all(store.readStream('note/large', { limit: 1 }))) as [RecordedEvent];
    const { positionAt } = store;
    // As for writes that were held by a leader: they have come since, with an earlier time.
    store.positionAt = () => Promise.resolve(first.position);
    try {
      const answer = await fetch(`${deployment.url}/v1/history/note/large?as-of=${new Date().toISOString()}`);
      const { events } = (await answer.json()) as Page;
      expect(events.map(({ revision }) => revision)).toEqual([0]);
    } finally {
      store.positionAt = positionAt;
    }
  });
});
