import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { type Row, ApiClient } from '../support/api-client.js';
import { loadExample } from '../support/example-data.js';

/** A reader of server-sent events: what came, and a wait for what is to come. */
async function listen(url: string, path: string, lastEventId?: string) {
  const stop = new AbortController();
  const answer = await fetch(`${url}/v1/${path}`, {
    signal: stop.signal,
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
  });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const frames: { event: string; id: string | null; data: Row }[] = [];
  let ended = false;
  void (async () => {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const field = (name: string) =>
          part
            .split('\n')
            .find((line) => line.startsWith(`${name}: `))
            ?.slice(name.length + 2);
        const event = field('event');
        if (event !== undefined)
          frames.push({ event, id: field('id') ?? null, data: JSON.parse(field('data') ?? '{}') as Row });
      }
    }
  })()
    .catch(() => undefined)
    .finally(() => (ended = true));
  return {
    frames,
    ended: () => ended,
    stop: () => stop.abort(),
    async until(holds: (frames: { event: string; data: Row }[]) => boolean): Promise<void> {
      for (let i = 0; !holds(frames); i += 1) {
        if (i > 1000) throw new Error(`waited in vain; there were ${JSON.stringify(frames.slice(-3))}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

const caughtUp = (frames: readonly { event: string }[]): boolean => frames.some(({ event }) => event === 'caught-up');

/** A live stream sends each change of its rows to each reader. */
export function liveOverHttp(opens: DeploymentFactory): void {
  let deployment: Deployment;
  const { model, send, pledge, head } = new ApiClient(() => deployment.url);
  beforeAll(async () => {
    deployment = await opens();
    await loadExample(deployment.app);
  });
  afterAll(() => deployment.end());

  describe('a live stream over HTTP', () => {
    it('resumes without a gap, also after a restart, and sends a reset where it cannot', async () => {
      const first = await listen(deployment.url, 'read-models/funding/live?account=sudria.signals-fund');
      await first.until(caughtUp);
      const { id } = first.frames.find(({ event }) => event === 'caught-up') as { id: string };
      first.stop();
      await pledge(13);
      await pledge(17);
      await deployment.close();
      await deployment.open();
      const { after } = await pledge(19);
      const again = await listen(deployment.url, 'read-models/funding/live?account=sudria.signals-fund', id);
      const { rows } = await model(`funding?account=sudria.signals-fund&after=${after}`);
      await again.until((frames) =>
        frames.some(({ event, data }) => event === 'row' && data['pledged'] === rows[0]?.['pledged']),
      );
      expect(again.frames.some(({ event }) => event === 'reset')).toBe(false);
      again.stop();
      const other = await listen(
        deployment.url,
        'read-models/funding/live?account=sudria.signals-fund',
        'funding/9.9.9/1',
      );
      await other.until(caughtUp);
      expect(other.frames.map(({ event }) => event)).toEqual(['reset', 'row', 'caught-up']);
      other.stop();
    });

    it('sends the changes of one stream to a reader that is narrowed to it', async () => {
      const live = await listen(
        deployment.url,
        'read-models/funding/live?stream=funding-account/sudria.signals-fund&limit=10',
      );
      await live.until(caughtUp);
      const before = live.frames.length;
      await pledge(17);
      await live.until((frames) => frames.slice(before).some(({ event }) => event === 'row'));
      live.stop();
    });

    it('sends the changes that lie in a range and contain a text, and "removed" for what leaves it', async () => {
      const [row] = (await model(`funding?account=sudria.signals-fund&period=2026&after=${await head()}`)).rows;
      const pledged = Number(row?.['pledged']);
      const query = `account.contains=SIGNALS&pledged.max=${pledged + 5}`;
      const live = await listen(deployment.url, `read-models/funding/live?${query}`);
      await live.until(caughtUp);
      const before = live.frames.length;
      await pledge(5);
      await live.until((frames) =>
        frames.slice(before).some(({ event, data }) => event === 'row' && data['pledged'] === pledged + 5),
      );
      await pledge(1);
      await live.until((frames) => frames.some(({ event }) => event === 'removed'));
      live.stop();
    });

    it('names how many rows match beyond its limit, and sends their changes', async () => {
      const all = (await model(`funding?limit=1000&after=${await head()}`)).rows.length;
      for (const [limit, truncated] of [
        [1, all - 1],
        [1000, 0],
      ] as const) {
        const live = await listen(deployment.url, `read-models/funding/live?limit=${limit}`);
        await live.until(caughtUp);
        const end = live.frames.find(({ event }) => event === 'caught-up');
        expect([all > 1, live.frames.filter(({ event }) => event === 'row').length]).toEqual([true, all - truncated]);
        expect(end?.data['truncated']).toBe(truncated);
        const before = live.frames.length;
        await pledge(1);
        await live.until((frames) =>
          frames.slice(before).some(({ data }) => data['account'] === 'sudria.signals-fund'),
        );
        live.stop();
      }
    });

    it('sends "removed" for a row that no longer exists', async () => {
      await send('programme/sudria.empty/propose', {
        title: 'Empty',
        donor: 'sudria',
        recipient: 'estmark',
        sector: '15210',
        basis: 'reported',
        starts: '2026-01-01',
        ends: '2027-01-01',
      });
      await send('funding-account/sudria.empty-fund/open', {
        donor: 'sudria',
        recipient: 'estmark',
        programme: 'sudria.empty',
        fund: 'F',
        currency: 'EUR',
        stages: ['pledged'],
        basis: 'own',
        onBudget: false,
      });
      await model(`donor-portfolio?after=${await head()}`);
      const reader = await listen(deployment.url, 'read-models/donor-portfolio/live?programme=sudria.empty');
      await reader.until(caughtUp);
      await send('funding-account/sudria.empty-fund/pledge', { amount: 3, period: '2026' });
      await reader.until((frames) => frames.filter(({ event }) => event === 'row').length === 2);
      await reader.until((frames) => frames.some(({ event }) => event === 'removed'));
      expect(reader.frames.find(({ event }) => event === 'removed')?.data['row_id']).toBe(
        '["sudria","estmark","sudria.empty",null]',
      );
      reader.stop();
    });

    it("sends the history from the reader's position, then as it grows", async () => {
      const { position } = await pledge(1);
      await pledge(2);
      const reader = await listen(deployment.url, 'history/live?kind=funding-account', position);
      await pledge(3);
      const events = () => reader.frames.filter(({ event }) => event === 'event');
      await reader.until(() => events().length === 2);
      expect(events().map(({ data }) => (data['data'] as Row)['amount'])).toEqual([2, 3]);
      expect(reader.frames.every(({ id, data }) => id === data['position'])).toBe(true);
      reader.stop();
    });

    it('has an id before any event, so that a reader who saw nothing misses nothing', async () => {
      const reader = await listen(deployment.url, 'history/live?kind=funding-account');
      await reader.until((frames) => frames.length > 0);
      reader.stop();
      const { event, id } = reader.frames[0] as { event: string; id: string };
      expect(event).toBe('checkpoint');
      const { position } = await pledge(29);
      const again = await listen(deployment.url, 'history/live?kind=funding-account', id);
      await again.until((frames) => frames.some(({ data }) => data['position'] === position));
      expect(again.frames.some(({ event: of }) => of === 'reset')).toBe(false);
      again.stop();
    });

    it('moves the id past events that its filter excludes', async () => {
      const history = await listen(deployment.url, 'history/live?kind=consignment');
      await history.until((frames) => frames.length > 0);
      const rows = await listen(deployment.url, 'read-models/funding/live?account=norland.border-fund');
      await rows.until(caughtUp);
      const { position } = await pledge(31);
      const isThere = (frames: { event: string; data: Row }[]): boolean =>
        frames.some(
          ({ event, data }) =>
            event === 'checkpoint' && BigInt(data['position'] as string) >= BigInt(position as string),
        );
      await history.until(isThere);
      await rows.until(isThere);
      const { id } = rows.frames.at(-1) as { id: string };
      rows.stop();
      history.stop();
      const again = await listen(deployment.url, 'read-models/funding/live?account=norland.border-fund', id);
      await again.until(caughtUp);
      expect(again.frames.filter(({ event }) => event !== 'checkpoint').map(({ event }) => event)).toEqual([
        'caught-up',
      ]);
      again.stop();
    });

    it.each(['history/live', 'read-models/funding/live?account=sudria.signals-fund'])(
      'sends a reset to a reader whose id is not one of its own: %s',
      async (path) => {
        for (const id of ['x', '-1', '99999999999999999999', 'funding', 'journal/1/1']) {
          const reader = await listen(deployment.url, path, id);
          await reader.until((frames) => frames.length > 1);
          reader.stop();
          expect([id, reader.frames[0]?.event]).toEqual([id, 'reset']);
          const reason = id === '99999999999999999999' ? /beyond|is not one of/ : /is not one of/;
          expect([id, reader.frames[0]?.data['reason']]).toEqual([id, expect.stringMatching(reason)]);
        }
      },
    );

    it('sends a reset to a reader of the log whose id lies beyond its end', async () => {
      const reader = await listen(deployment.url, 'history/live', '9000000000000000');
      await reader.until((frames) => frames.length > 0);
      reader.stop();
      expect(reader.frames[0]).toMatchObject({
        event: 'reset',
        data: { reason: expect.stringMatching(/beyond the log/) },
      });
    });

    it.each(['history/live', 'read-models/funding/live'])(
      'ends at once for HEAD, and has no reader: %s',
      async (path) => {
        const readers = async () =>
          Number(/^entente_live_readers (\d+)$/m.exec(await (await fetch(`${deployment.url}/metrics`)).text())?.[1]);
        const before = await readers();
        const answer = await fetch(`${deployment.url}/v1/${path}`, {
          method: 'HEAD',
          signal: AbortSignal.timeout(2000),
        });
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          200,
          expect.stringContaining('text/event-stream'),
        ]);
        expect(await answer.text()).toBe('');
        expect(await readers()).toBeLessThanOrEqual(before);
      },
    );

    it('shows a pledge soon after its receipt', async () => {
      await model(`donor-portfolio?after=${await head()}`);
      const reader = await listen(deployment.url, 'read-models/donor-portfolio/live?programme=sudria.signals');
      await reader.until(caughtUp);
      const before = reader.frames[0]?.data['pledged'] as string;
      await pledge(11);
      const received = performance.now();
      await reader.until((frames) =>
        frames.some(({ event, data }) => event === 'row' && data['pledged'] === String(Number(before) + 11)),
      );
      expect(performance.now() - received).toBeLessThan(deployment.visibleWithinMs);
      reader.stop();
    });

    it('sends a thousand readers the same, and closes each with a reason when the deployment closes', async () => {
      const readers = await Promise.all(
        Array.from({ length: 1000 }, () =>
          listen(deployment.url, 'read-models/funding/live?account=sudria.signals-fund'),
        ),
      );
      await Promise.all(readers.map((reader) => reader.until(caughtUp)));
      const { after } = await pledge(23);
      const { rows } = await model(`funding?account=sudria.signals-fund&after=${after}`);
      const pledged = rows[0]?.['pledged'];
      await Promise.all(
        readers.map((r) =>
          r.until((frames) => frames.some(({ event, data }) => event === 'row' && data['pledged'] === pledged)),
        ),
      );
      await deployment.close();
      await readers[0]?.until((frames) => frames.some(({ event }) => event === 'closed'));
      expect(readers.filter(({ frames }) => frames.at(-1)?.event !== 'closed')).toEqual([]);
      await deployment.open();
    });
  });
}
