import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore } from '@entente/engine';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { type Page, type Row, ApiClient } from '../support/api-client.js';
import { loadExample } from '../support/example-data.js';

/** A cursor that was not given by this server. */
const forged = (parts: unknown): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

/**
 * Rows, history and health are read over HTTP: now, as of then, page by page, whole, and right
 * behind a write.
 */
export function reading(opens: DeploymentFactory): void {
  let deployment: Deployment;
  const { get, model, send, pledge, head, afterwards } = new ApiClient(() => deployment.url);
  beforeAll(async () => {
    deployment = await opens();
    await loadExample(deployment.app);
  });
  afterAll(() => deployment.end());

  describe('rows over HTTP', () => {
    it('show the example data: money by stage, deliveries and due dates, open tasks, misuse', async () => {
      const portfolio = await model('donor-portfolio?donor=norland');
      expect(portfolio.rows).toHaveLength(1);
      expect(portfolio.rows[0]).toMatchObject({
        programme: 'norland.border-training',
        recipient: 'estmark',
        currency: 'USD',
        status: 'active',
        pledged: '250000000',
        committed: '200000000',
        obligated: '138000000',
        disbursed: '60000000',
        spent: '41250000',
        unobligated: '62000000',
        consignments_received: 1,
        open_misuse: 1,
      });
      expect(portfolio.totals).toMatchObject([
        { currency: 'USD', count: 1, pledged: '250000000', open_misuse: null },
        { currency: null, count: 0, pledged: null, open_misuse: String(portfolio.rows[0]?.['open_misuse']) },
      ]);
      expect(
        (await model('recipient-pipeline?recipient=estmark&sort=due')).rows.map(({ stream, awaits }) => [
          stream,
          awaits,
        ]),
      ).toEqual([
        ['consignment/norland.night-vision-2', 'shipment'],
        ['funding-account/norland.border-fund', 'disbursement'],
        ['training-activity/norland.border-course-2', 'start'],
        ['consignment/norland.night-vision-1', 'answer'],
        ['third-party-transfer/estmark.cameras-to-sudria', 'consent'],
      ]);
      expect((await model('outdated-decisions')).rows).toEqual([]);
      expect((await model('milestones?status=met')).rows[0]).toMatchObject({
        days_late_first: 18,
        days_late_plan: 3,
        replans: 1,
      });
      const journal = await model('journal?recorded_late=true&limit=1');
      expect(journal.totals[0]).toMatchObject({ recorded_late: true, counts: 'events' });
      expect(JSON.stringify(await model('misuse-register'))).not.toContain('veritas-monitor');
    });

    it('include a write if they are read with its consistency token', async () => {
      const { after } = await pledge(1);
      const { rows } = await model(`funding?account=sudria.signals-fund&after=${after}`);
      expect(rows.map(({ pledged }) => pledged)).toContain(80000001);
    });

    it('are paged as of the first page, whatever is written meanwhile', async () => {
      const whole = await model(`journal?sort=-occurred_at&limit=1000&after=${await head()}`);
      const seen: Row[] = [];
      let next: string | null = null;
      do {
        const page: Page = await model(`journal?sort=-occurred_at&limit=7${next === null ? '' : `&cursor=${next}`}`);
        seen.push(...page.rows);
        next = page.next;
        expect(page.position).toBe(whole.position);
        await pledge(1);
      } while (next !== null);
      expect(seen).toEqual(whole.rows);
    });

    it('are found by a text that they contain, in any column of text or in one, in pages and as CSV', async () => {
      const programmes = async (query: string) =>
        (await model(`programmes?${query}`)).rows.map(({ programme }) => programme);
      expect(await programmes('contains=BORDER')).toEqual(['norland.border-training']);
      expect(await programmes('contains=sudria')).toEqual(['sudria.signals']);
      expect(await programmes('contains=estmark&title.contains=secure')).toEqual(['sudria.signals']);
      expect(await programmes('title.contains=estmark')).toEqual([]);
      const first = await model('journal?contains=programme/&sort=-recorded_at&limit=4');
      const { rows, totals } = await model(
        `journal?contains=programme/&sort=-recorded_at&limit=4&cursor=${first.next}`,
      );
      const all = await model('journal?kind=programme&sort=-recorded_at');
      expect([...first.rows, ...rows]).toEqual(all.rows.slice(0, 8));
      expect(totals).toEqual(all.totals);
      const csv = async (query: string) =>
        (await fetch(`${deployment.url}/v1/read-models/programmes?format=csv&sort=-programme&${query}`)).text();
      expect((await csv('contains=estmark')).split('\r\n').slice(1, 3)).toEqual([
        expect.stringContaining('sudria.signals'),
        expect.stringContaining('norland.border-training'),
      ]);
      const { body: list } = await get('read-models');
      for (const { name } of (list as unknown as { readModels: { name: string }[] }).readModels)
        expect([name, (await model(`${name}?contains=no such text`)).rows]).toEqual([name, []]);
      const wrong = async (query: string) => {
        const { status, body } = await get(`read-models/programmes${query}`);
        return [status, (body as unknown as { errors: { path: string }[] }).errors.map(({ path }) => path)];
      };
      expect(
        await wrong(`?contains=&title.contains=%00&starts.contains=2026&status.contains=${'x'.repeat(201)}`),
      ).toEqual([400, ['title.contains', 'starts.contains', 'status.contains', 'contains']]);
      expect(await wrong('/live?starts.contains=a')).toEqual([400, ['starts.contains']]);
    });

    it('are found by instants in any form, and by a day of them; what is no instant is refused by name', async () => {
      const ids = async (query: string) =>
        (await model(`journal?limit=1000&${query}`)).rows.map((row) => row['row_id']);
      const { rows } = await model('journal?sort=occurred_at&limit=1');
      const written = rows[0]?.['occurred_at'] as string;
      const day = written.slice(0, 10);
      const shifted = new Date(Date.parse(written) + 2 * 3_600_000).toISOString().replace('Z', '%2B02:00');
      const found = await ids(`occurred_at=${written}`);
      expect(found.length).toBeGreaterThan(0);
      expect(await ids(`occurred_at=${shifted}`)).toEqual(found);
      expect(await ids(`occurred_at.max=${shifted}`)).toEqual(found);
      const onDay = await ids(`occurred_at=${day}`);
      expect(onDay).toEqual(expect.arrayContaining(found));
      expect(await ids(`occurred_at.max=${day}`)).toEqual(onDay);
      expect(await ids(`occurred_at.min=${day}&occurred_at.max=${day}`)).toEqual(onDay);
      expect(await ids(`occurred_at.before=${day}`)).toEqual([]);
      for (const path of ['journal', 'journal/live', 'consultations', 'outdated-decisions']) {
        const { status, body } = await get(`read-models/${path}?recorded_at.min=garbage`);
        const { errors } = body as unknown as { errors: { path: string }[] };
        expect([status, errors.map((one) => one.path)]).toEqual([400, ['recorded_at.min']]);
      }
      const csv = await fetch(
        `${deployment.url}/v1/read-models/journal?format=csv&recorded_at=2026-01-01T00:00:00+02:00`,
      );
      expect([csv.status, await csv.text()]).toEqual([400, expect.stringContaining('%2B')]);
    });

    it('are given as of a position, a day or an instant, and never change afterwards', async () => {
      const { position, after } = await pledge(5);
      const now = await model(`donor-portfolio?donor=sudria&after=${after}`);
      const before = await model(`donor-portfolio?donor=sudria&as-of=${BigInt(position as string) - 1n}`);
      expect((now.rows[0]?.['pledged'] as number) - (before.rows[0]?.['pledged'] as number)).toBe(5);
      const earlier = new Date(Date.now() - 400 * 86_400_000).toISOString().slice(0, 10);
      expect(await model(`donor-portfolio?as-of=${earlier}`)).toMatchObject({ rows: [], totals: [], position: '0' });
      const instant = await afterwards();
      const then = await model(`donor-portfolio?donor=sudria&as-of=${instant}`);
      await pledge(7);
      expect(await model(`donor-portfolio?donor=sudria&as-of=${instant}`)).toEqual(then);
    });

    it('are the same again as of the position of their page', async () => {
      for (let i = 0; i < 20; i += 1) {
        const [{ after }] = await Promise.all([
          pledge(1),
          send(
            'funding-account/norland.border-fund/pledge',
            { amount: 1, period: '2026' },
            'norland;role=donor;person=n-1',
          ),
        ]);
        for (const query of [`funding?after=${after}`, 'funding?sort=-pledged', 'donor-portfolio?limit=5']) {
          const page = await model(query);
          const again = await model(`${query.replace(/after=.*/, 'limit=100')}&as-of=${page.position}`);
          expect([query, again.rows, again.totals]).toEqual([query, page.rows, page.totals]);
        }
      }
    });

    it('lead to the events that made them', async () => {
      const { rows } = await model('milestones?milestone=first-course');
      const { body } = await get(
        `read-models/milestones/events?row=${encodeURIComponent(rows[0]?.['row_id'] as string)}`,
      );
      expect((body as unknown as { events: Row[] }).events.map(({ type }) => type)).toEqual([
        'ProgrammeProposed',
        'MilestonePlanned',
        'MilestoneReplanned',
        'MilestoneMet',
      ]);
      const portfolio = await model('donor-portfolio?donor=norland');
      const behind = await get(
        `read-models/donor-portfolio/events?row=${encodeURIComponent(portfolio.rows[0]?.['row_id'] as string)}`,
      );
      const types = (behind.body as unknown as { events: Row[] }).events.map(({ type }) => type);
      expect(types).toEqual(
        expect.arrayContaining(['FundsPledged', 'ReceiptConfirmed', 'MisuseFlagged', 'ProgrammeActivated']),
      );
    });

    it.each([
      ['read-models/nothing', 404, 'no-such-read-model', []],
      [
        'read-models/funding?nope=1&limit=0&sort=what&pledged=much',
        400,
        'validation-failed',
        ['nope', 'pledged', 'sort', 'limit'],
      ],
      ['read-models?x=1', 400, 'validation-failed', ['x']],
      ['catalogue?kind=programme', 400, 'validation-failed', ['kind']],
      ['commands/a?stream=programme/norland.p&streams=b', 400, 'validation-failed', ['streams']],
      ['read-models/funding?donor=%FF', 400, 'validation-failed', ['?']],
      ['read-models/consignments?due=bad', 400, 'validation-failed', ['due']],
      ['read-models/consignments?due=2026-02-30&due=2026-02-28', 400, 'validation-failed', ['due']],
      ['read-models/recipient-pipeline?due.min=2026-5-1', 400, 'validation-failed', ['due.min']],
      ['read-models/funding?cursor=abc', 400, 'validation-failed', ['cursor']],
      ['read-models/funding?as-of=soon', 400, 'validation-failed', ['as-of']],
      [`read-models/funding?cursor=${forged(['x', '1.1.1', ['1'], [], 'k'])}`, 400, 'validation-failed', ['cursor']],
      [
        `read-models/funding?cursor=${forged([null, 1, ['9'.repeat(30)], [{}], []])}`,
        400,
        'validation-failed',
        ['cursor'],
      ],
      ['read-models/funding?as-of=2026-02-30', 400, 'validation-failed', ['as-of']],
      ['read-models/funding?as-of=2026-06-31', 400, 'validation-failed', ['as-of']],
      ['read-models/funding?as-of=2999-01-01', 400, 'validation-failed', ['as-of']],
      ['read-models/funding?as-of=2026-05-04T24:00:00Z', 400, 'validation-failed', ['as-of']],
      ['read-models/funding?limit=0x10', 400, 'validation-failed', ['limit']],
      ['read-models/funding?limit=1e2', 400, 'validation-failed', ['limit']],
      ['read-models/funding?limit=%2010', 400, 'validation-failed', ['limit']],
      ['read-models/funding/events?row=a&row=b', 400, 'validation-failed', ['row']],
      ['history?limit=1e2', 400, 'validation-failed', ['limit']],
      ['history/programme/norland.border-training?as-of=2026-02-30', 400, 'validation-failed', ['as-of']],
      ['history/programme/norland.border-training?as-of=2999-01-01', 400, 'validation-failed', ['as-of']],
      ['refusals?limit=0x10', 400, 'validation-failed', ['limit']],
      ['read-models/funding?as-of=999999999999999', 400, 'validation-failed', ['as-of']],
      ['read-models/funding?after=*', 400, 'validation-failed', ['after']],
      ['read-models/funding/events?row=none', 404, 'not-found', []],
      // A view's rows are known by JSON.
      ...['{}', '[{}]', '[null]', '[["a"],1]', '7', '"a"', '\0'].map((row): [string, number, string, string[]] => [
        `read-models/donor-portfolio/events?row=${encodeURIComponent(row)}`,
        404,
        'not-found',
        [],
      ]),
      ['read-models/funding/events', 400, 'validation-failed', ['row']],
      ['read-models/funding/live?pledged.min=x', 400, 'validation-failed', ['pledged.min']],
      ['read-models/programmes?status=actve&basis=own', 400, 'validation-failed', ['status']],
      ['read-models/deliverables/live?state=done', 400, 'validation-failed', ['state']],
      ['read-models/journal?type=FundsPleged&kind=funding', 400, 'validation-failed', ['type', 'kind']],
      ['history?limit=0&kind=*&x=1', 400, 'validation-failed', ['x', 'limit', 'kind']],
      ['history?kind=funding', 400, 'validation-failed', ['kind']],
      ['history?type=FundsPleged', 400, 'validation-failed', ['type']],
      ['history?type=FundsPledged&type=toString', 400, 'validation-failed', ['type']],
      ['history/live?type=zz&kind=zz', 400, 'validation-failed', ['type', 'kind']],
      ['refusals?stream=zzz', 400, 'validation-failed', ['stream']],
      ['refusals?stream=zzz/a&code=Z Z', 400, 'validation-failed', ['stream', 'code']],
      ['refusals?code=not-actve', 400, 'validation-failed', ['code']],
      ['history/programme/norland.border-training?revision=x&as-of=y', 400, 'validation-failed', ['revision', 'as-of']],
      ['history/programme/norland.border-training?revision=9999', 400, 'validation-failed', ['revision']],
    ])('%s is answered %i %s, and names the invalid parameter', async (path, status, code, wrong) => {
      const { status: answered, body } = await get(path);
      expect([answered, body.code]).toEqual([status, code]);
      expect((body.errors ?? []).map(({ path: at }) => at).sort()).toEqual([...wrong].sort());
    });
  });

  it('names what is missing in an order without a column', async () => {
    const { status, body } = await get('read-models/programmes?sort=-');
    expect([status, body.errors]).toEqual([
      400,
      [{ path: 'sort', message: 'has a minus sign without the column that it reverses' }],
    ]);
  });

  describe('the history over HTTP', () => {
    it('names the valid kinds, or the nearest types, for one that there is not', async () => {
      const { body } = await get('history?kind=funding&type=FundsPleged');
      const [kind, type] = (body as unknown as { errors: { message: string }[] }).errors.map(({ message }) => message);
      expect(kind).toContain('funding-account');
      expect(type).toContain('FundsPledged');
      expect((await get('history?type=CommandNoted&limit=1')).status).toBe(200);
    });

    it('names the nearest codes of refusals for one that there is not, and takes each that there is', async () => {
      const { body } = await get('refusals?code=offer-stil-valid');
      const [error] = (body as unknown as { errors: { message: string }[] }).errors;
      expect(error?.message).toContain('the nearest are offer-still-valid, ');
      for (const code of ['offer-still-valid', 'command-id-reused', 'revision-mismatch'])
        expect((await get(`refusals?code=${code}`)).status).toBe(200);
    });

    it('has a line for each event, and a stream with its state as of a revision or a day', async () => {
      const answer = await fetch(`${deployment.url}/v1/history?kind=programme`, {
        headers: { accept: 'application/x-ndjson' },
      });
      const lines = (await answer.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { stream: string });
      expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
      expect(lines.length).toBeGreaterThan(5);
      expect(lines.every(({ stream }) => stream.startsWith('programme/'))).toBe(true);
      const then = (await get('history/programme/norland.border-training?revision=0')).body as unknown as Record<
        string,
        Row
      >;
      expect(then['state']).toMatchObject({ status: 'proposed' });
      const today = new Date().toISOString().slice(0, 10);
      const now = (await get(`history/programme/norland.border-training?as-of=${today}`)).body as unknown as Record<
        string,
        Row
      >;
      expect(now['state']).toMatchObject({ status: 'active' });
      expect((await get('history/programme/norland.border-training?as-of=2020-01-01')).status).toBe(404);
    });
  });

  describe('an export of all rows', () => {
    const take = async (query: string, accept: string) => {
      const answer = await fetch(`${deployment.url}/v1/read-models/${query}`, { headers: { accept } });
      const text = await answer.text();
      const digest = `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;
      return { answer, text, digest, header: (name: string) => answer.headers.get(name) };
    };

    it('is CSV with its position and the digest of its text', async () => {
      await model(`programmes?after=${await head()}`);
      const { answer, text, digest, header } = await take('programmes?sort=-donor&status=proposed', 'text/csv');
      expect([answer.status, header('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
      const { rows, position, version } = await model('programmes?sort=-donor&status=proposed');
      const [names, first] = text.split('\r\n') as [string, string];
      expect(names.split(',').slice(0, 4)).toEqual(['row_id', 'programme', 'title', 'programme_kind']);
      expect(first.startsWith(`${String(rows[0]?.['row_id'])},${String(rows[0]?.['programme'])},`)).toBe(true);
      expect(text.split('\r\n')).toHaveLength(rows.length + 2);
      expect([header('content-digest'), header('entente-position'), header('entente-version')]).toEqual([
        digest,
        position,
        version,
      ]);
    });

    it('is NDJSON over many pages, and the same text for each query as of one position', async () => {
      const { after, position: written } = await pledge(1);
      const { text, digest, header } = await take(`journal?sort=recorded_at&after=${after}`, 'application/x-ndjson');
      const lines = text.trimEnd().split('\n');
      const position = header('entente-position') as string;
      expect(BigInt(position)).toBeGreaterThanOrEqual(BigInt(written as string));
      const { totals } = await model(`journal?limit=1&as-of=${position}`);
      expect(lines).toHaveLength(totals.reduce((n, one) => n + Number(one['count']), 0));
      expect(header('content-digest')).toBe(digest);
      await pledge(1);
      const again = await take(`journal?sort=recorded_at&as-of=${position}`, 'application/x-ndjson');
      expect([again.text === text, again.header('content-digest')]).toEqual([true, digest]);
    });

    it('quotes what CSV must quote, and has no paging', async () => {
      const title = 'Say "when", or not';
      const days = { starts: '2026-01-01', ends: '2027-01-01' };
      const { after } = await send(
        'programme/isolde.quoted/propose',
        {
          title,
          donor: 'isolde',
          recipient: 'estmark',
          sector: '1',
          basis: 'reported',
          ...days,
        },
        'isolde;role=donor',
      );
      const { text } = await take(`programmes?programme=isolde.quoted&after=${after}`, 'text/csv');
      expect(text).toContain(',"Say ""when"", or not",');
      const { answer, text: refused } = await take('programmes?limit=5&cursor=x', 'text/csv');
      expect([answer.status, JSON.parse(refused)]).toMatchObject([400, { code: 'validation-failed' }]);
    });
  });

  describe('the example data', () => {
    it('is loaded once into an empty log, completed after an interruption, and never loaded elsewhere', async () => {
      const other = await opens();
      const store = other.app.get(EventStore);
      const whole = store.importEvents.bind(store);
      store.importEvents = async (events) => {
        await whole(events.slice(0, 20));
        throw new Error('interrupted');
      };
      await expect(loadExample(other.app)).rejects.toThrow('interrupted');
      store.importEvents = whole;
      const end = async () =>
        ((await (await fetch(`${other.url}/v1/history?limit=1`)).json()) as { position: string }).position;
      // On another day, too: it continues with the days with which it began.
      const later = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
      expect(await loadExample(other.app, later)).toBeGreaterThan(30);
      const loaded = await end();
      expect(await loadExample(other.app)).toBe(0);
      expect(await end()).toBe(loaded);
      await other.end();
      const foreign = await opens();
      await fetch(`${foreign.url}/v1/stakeholder/isolde/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'entente-actor': 'operator;role=operator' },
        body: JSON.stringify({ name: 'Isolde', type: 'state', country: 'isolde' }),
      });
      expect(await loadExample(foreign.app)).toBeNull();
      await foreign.end();
    });

    it('was recorded over many days, so that as-of differs between them', async () => {
      const on = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
      const spent = async (asOf: string) => {
        const answer = await fetch(`${deployment.url}/v1/read-models/donor-portfolio?donor=norland&as-of=${asOf}`);
        const { rows } = (await answer.json()) as { rows: { pledged: string; disbursed: string; spent: string }[] };
        return rows.map((row) => [row.pledged, row.disbursed, row.spent]);
      };
      expect(await spent(on(-320))).toEqual([]);
      expect(await spent(on(-200))).toEqual([['250000000', '0', '0']]);
      // Spent on day -100, and reported on day -88.
      expect(await spent(on(-95))).toEqual([['250000000', '60000000', '0']]);
      expect(await spent(on(-80))).toEqual([['250000000', '60000000', '41250000']]);
    });
  });

  describe('the health endpoints', () => {
    it('report liveness, and the lag of each read model', async () => {
      expect(await (await fetch(`${deployment.url}/health/live`)).json()).toEqual({ status: 'ok' });
      const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
      const node = process.versions.node;
      expect(await (await fetch(`${deployment.url}/version`)).json()).toEqual({ version, node });
      const ready = await fetch(`${deployment.url}/health/ready`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({
        status: 'ok',
        waiting: 0,
        parked: 0,
        fault: null,
        models: expect.any(Array),
      });
    });
  });
}
