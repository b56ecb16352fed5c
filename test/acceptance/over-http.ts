import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOGUE, readBody, schemaOf } from '@entente/contracts';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { registerParties } from '../support/parties.mjs';

interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Record<string, unknown>;
}

/** A command as the catalogue shows it. */
interface CatalogueExample {
  route: string;
  example: Record<string, unknown>;
  exampleId?: string;
  exampleActor?: string;
}

const norland = { 'entente-actor': 'norland;role=donor;person=p1' };
const proposal = {
  title: 'Training',
  donor: 'norland',
  recipient: 'estmark',
  sector: '15210',
  starts: '2026-01-01',
  ends: '2028-12-31',
};

const commands = CATALOGUE.flatMap(({ kind, commands: of }) =>
  Object.entries(of).map(([type, command]) => ({
    type,
    route: `/v1/${kind}/${kind === 'misuse-case' ? `sealed.${'6'.repeat(32)}` : 'hostile.stream-1'}/${command.path}`,
    ...command,
  })),
);

/** Commands over HTTP: each gets the documented answer, and an invalid one gets a 4xx status. */
export function overHttp(opens: DeploymentFactory): void {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await opens();
  });
  afterAll(() => deployment.end());
  const send = async (url: string, payload: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const isText = typeof payload === 'string' || payload instanceof Buffer;
    const answer = await deployment.app.inject({
      method: 'POST',
      url,
      payload: isText ? payload : JSON.stringify(payload),
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
  const get = async (url: string): Promise<Answer> => {
    const answer = await deployment.app.inject({ method: 'GET', url });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
  const pathsOf = ({ body }: Answer): readonly string[] =>
    (body['errors'] as { path: string }[]).map(({ path }) => path);

  beforeAll(async () => registerParties(deployment.url));
  describe('commands over HTTP', () => {
    it('propose, approve and activate a programme, which accepts no disbursement while suspended', async () => {
      const p = '/v1/programme/norland.p1';
      const a = '/v1/funding-account/norland.a1';
      const money = { amount: 100, period: '2026' };
      const account = {
        donor: 'norland',
        recipient: 'estmark',
        programme: 'norland.p1',
        fund: 'Partner Fund',
        currency: 'USD',
        stages: ['pledged', 'obligated', 'disbursed'],
        basis: 'own',
        onBudget: true,
      };
      const commands: [string, unknown, number][] = [
        [`${p}/propose`, proposal, 201],
        [`${p}/approve`, { authority: 'minister' }, 422],
        [`${a}/open`, account, 201],
        [`${a}/pledge`, { ...money, occurredAt: new Date(Date.now() - 3_600_000).toISOString() }, 201],
        [`${a}/obligate`, money, 201],
        [`${a}/disburse`, { ...money, amount: 40 }, 201],
        [`${a}/disburse`, { ...money, amount: 61 }, 422],
      ];
      for (const [url, body, status] of commands)
        expect({ url, status: (await send(url, body, norland)).status }).toEqual({ url, status });
      const other = { 'entente-actor': 'norland;role=donor;person=p2' };
      expect((await send(`${p}/approve`, { authority: 'minister' }, other)).status).toBe(201);
      expect((await send(`${p}/activate`, { on: '2026-03-01' }, norland)).status).toBe(201);
      expect((await send(`${p}/suspend`, { reason: 'misuse-measure' }, norland)).status).toBe(201);
      const refused = await send(`${a}/disburse`, { ...money, amount: 1 }, norland);
      expect(refused).toMatchObject({
        status: 422,
        body: { code: 'programme-suspended', rule: 'R19', unless: expect.any(String) },
      });
      expect(refused.headers['content-type']).toContain('application/problem+json');
      const history = (await get('/v1/history/funding-account/norland.a1')).body as {
        events: Record<string, unknown>[];
      };
      expect(history.events.map((e) => e['type'])).toEqual([
        'FundingAccountOpened',
        'FundsPledged',
        'FundsObligated',
        'FundsDisbursed',
      ]);
      expect(Object.keys(history.events[3]?.['metadata'] as object)).toEqual([
        'actor',
        'occurredAt',
        'recordedAt',
        'commandId',
        'correlationId',
        'causationId',
        'consulted',
        'evidence',
        'legalBasis',
        'marking',
      ]);
      expect(history.events[3]).toMatchObject({
        revision: 3,
        position: expect.stringMatching(/^[0-9]+$/),
        metadata: {
          actor: { organisation: 'norland', role: 'donor', person: 'p1' },
          consulted: [
            { stream: 'programme/norland.p1', revision: 0 },
            { stream: 'hold/programme.norland.p1', revision: -1 },
            { stream: 'hold/country.estmark', revision: -1 },
          ],
        },
      });
    });

    it('record the trace of their request, unless the sender is pseudonymous', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const traceOf = async (stream: string): Promise<unknown> => {
        const { events } = (await get(`/v1/history/${stream}`)).body as { events: { metadata: object }[] };
        return events.map(({ metadata }) => ('traceparent' in metadata ? metadata.traceparent : null));
      };
      await send('/v1/programme/norland.traced/propose', proposal, { ...norland, traceparent });
      expect(await traceOf('programme/norland.traced')).toEqual([traceparent]);
      await send('/v1/programme/norland.untraced/propose', proposal, { ...norland, traceparent: 'none' });
      expect(await traceOf('programme/norland.untraced')).toEqual([null]);
      const report = {
        allegation: 'unauthorised-transfer',
        recipient: 'estmark',
        accused: 'estmark',
        happened: { from: '2026-04-01', to: '2026-04-20' },
        scopes: [{ kind: 'programme', id: 'norland.traced' }],
      };
      const flagged = await send(`/v1/misuse-case/sealed.${'7'.repeat(32)}/flag`, report, { ...norland, traceparent });
      expect(flagged.status).toBe(201);
      expect(await traceOf(`misuse-case/sealed.${'7'.repeat(32)}`)).toEqual([null]);
    });

    it('return the same receipt for the same id, also after a restart, and refuse another body', async () => {
      const url = '/v1/programme/norland.p2/propose';
      const once = { ...norland, 'idempotency-key': 'propose-2' };
      const first = await send(url, proposal, once);
      expect(first).toMatchObject({ status: 201, headers: { etag: '"0"' } });
      expect((await send(url, proposal, once)).body).toEqual(first.body);
      await deployment.close();
      await deployment.open();
      expect((await send(url, proposal, once)).body).toEqual(first.body);
      expect(await send(url, { ...proposal, title: 'Other' }, once)).toMatchObject({
        status: 409,
        body: { code: 'command-id-reused' },
      });
      const found = await deployment.app.inject({
        method: 'GET',
        url: '/v1/commands/propose-2?stream=programme/norland.p2',
        headers: norland,
      });
      expect(found.json()).toEqual({ ...first.body, consequences: [] });
    });

    it('are refused with a stale If-Match, and recorded never in a dry run', async () => {
      const url = '/v1/programme/norland.p3';
      expect(await send(`${url}/propose?dry-run`, proposal, norland)).toMatchObject({
        status: 200,
        body: { revision: -1 },
      });
      expect((await get('/v1/history/programme/norland.p3')).status).toBe(404);
      await send(`${url}/propose`, proposal, norland);
      expect(await send(`${url}/suspend`, { reason: 'r' }, { ...norland, 'if-match': '"7"' })).toMatchObject({
        status: 412,
        body: { revision: 0 },
      });
    });

    it('report every invalid field at once, unknown ones too', async () => {
      const { status, body } = await send(
        '/v1/programme/norland.p4/propose',
        { title: '', donor: 'No!', starts: '2026-02-30', extra: 1 },
        { 'entente-actor': 'x;role=king' },
      );
      const paths = (body['errors'] as { path: string }[]).map(({ path }) => path);
      expect(status).toBe(400);
      expect(new Set(paths)).toEqual(
        new Set(['title', 'donor', 'recipient', 'sector', 'starts', 'ends', 'extra', 'Entente-Actor.role']),
      );
      expect(body['errors']).toContainEqual({ path: 'sector', message: 'sector is missing' });
      expect(body['errors']).toContainEqual({ path: 'extra', message: 'there is no such field' });
    });

    it.each([
      ['broken JSON', '{"title":', {}, 400, 'unreadable'],
      ['another content type', '<a/>', { 'content-type': 'text/xml' }, 415, 'wrong-content-type'],
      ['text', 'x', { 'content-type': 'text/plain' }, 415, 'wrong-content-type'],
      ['a form', 'title=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'wrong-content-type'],
      ['an oversized body', `{"title":"${'x'.repeat(1024 * 1024)}"}`, {}, 413, 'body-too-large'],
      ['another charset', '{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'wrong-content-type'],
      ['a compressed body', '{}', { 'content-encoding': 'gzip' }, 415, 'wrong-content-type'],
      ['bytes that are not UTF-8', Buffer.from('{"title":"\xff"}', 'latin1'), {}, 400, 'unreadable'],
      ['a field that is given twice', '{"title":"a","title":"b"}', {}, 400, 'validation-failed'],
      ['a list', '[]', {}, 400, 'validation-failed'],
      ['a prototype key', '{"__proto__":{"x":1}}', {}, 400, 'unreadable'],
    ])('have a separate problem code for each refusal: %s', async (_what, payload, headers, status, code) => {
      expect(await send('/v1/programme/norland.p5/propose', payload, headers)).toMatchObject({
        status,
        body: { code },
      });
    });

    it('are refused by their size before their contents: a body of many fields', async () => {
      const more = Object.fromEntries(Array.from({ length: 80_000 }, (_, i) => [`f${i}`, 1]));
      const answers = [
        { ...proposal, ...more },
        { ...proposal, reported: more },
      ].map((payload) => send('/v1/programme/norland.p5/propose', payload));
      const named = (await Promise.all(answers)).map(({ status, body }) => [status, body['errors']]);
      expect(named).toEqual([
        [400, [{ path: '', message: expect.stringMatching(/^must have no more than 1000 fields, and has 800\d\d$/) }]],
        [400, [{ path: 'reported', message: 'must have no more than 1000 fields, and has 80000' }]],
      ]);
    });

    it('are read as UTF-8 under each of its names, and with the content encoding identity', async () => {
      for (const charset of ['UTF-8', '"utf-8"', 'utf8'])
        expect(
          await send(`/v1/programme/norland.p6/propose?dry-run`, proposal, {
            ...norland,
            'content-type': `application/json; charset=${charset}`,
            'content-encoding': 'identity',
          }),
        ).toMatchObject({ status: 200 });
    });

    it.each([
      ['dryRun=yes', ['dryRun']],
      ['dry-runs', ['dry-runs']],
      ['dry-run=yes', ['dry-run']],
      ['dry-run&dry-run', ['dry-run']],
      ['dry-run=%ff', ['?']],
    ])('are refused with the query ?%s, and not recorded', async (query, paths) => {
      const answer = await send(`/v1/programme/norland.p7/propose?${query}`, proposal, norland);
      expect([answer.status, pathsOf(answer)]).toEqual([400, paths]);
      expect((await get('/v1/history/programme/norland.p7')).status).toBe(404);
    });

    it('and queries are refused with a header of Entente that does not exist', async () => {
      const misspelt = { 'entente-actors': 'norland;role=donor' };
      const answer = await send('/v1/programme/norland.p7/propose', proposal, misspelt);
      expect([answer.status, pathsOf(answer)]).toEqual([400, ['entente-actors']]);
      const query = await deployment.app.inject({ url: '/v1/read-models/funding', headers: misspelt });
      expect(query.statusCode).toBe(400);
    });

    it('have no receipt in a dry run, also under the id of a recorded command', async () => {
      const once = { ...norland, 'idempotency-key': 'propose-8' };
      await send('/v1/programme/norland.p8/propose', proposal, once);
      const again = await send('/v1/programme/norland.p8/propose?dry-run', proposal, once);
      expect(again).toMatchObject({ status: 200, body: { revision: 0, events: [], repeated: true } });
      expect(again.body).not.toHaveProperty('after');
    });

    it('have separate problem codes for an unknown route, command and receipt', async () => {
      expect(await get('/v1/commands/never-sent?stream=programme/norland.p5')).toMatchObject({
        status: 404,
        body: { code: 'no-such-receipt' },
      });
      expect(await get('/nowhere')).toMatchObject({ status: 404, body: { code: 'no-such-route' } });
      expect(await send('/v1/programme/norland.p5/explode', {})).toMatchObject({
        status: 404,
        body: { code: 'no-such-command' },
      });
      expect(await send('/v1/constructor/norland.p5/propose', {})).toMatchObject({
        status: 404,
        body: { code: 'no-such-command' },
      });
    });

    it('are listed in the history, page by page', async () => {
      const { body } = await get('/v1/history?limit=2&kind=programme');
      const { body: rest } = await get(`/v1/history?limit=1000&kind=programme&after=${String(body['next'])}`);
      const all = (await get('/v1/history?limit=1000&kind=programme')).body['events'] as unknown[];
      expect([...(body['events'] as unknown[]), ...(rest['events'] as unknown[])]).toEqual(all);
      expect(await get('/v1/history?limit=0&wat=1')).toMatchObject({
        status: 400,
        body: { errors: [{ path: 'wat' }, { path: 'limit' }] },
      });
    });
  });

  describe('a command of the catalogue over HTTP', () => {
    it.each(commands)('accepts its own example: $type', ({ body, example }) =>
      expect(readBody(body, example).errors).toEqual([]),
    );

    it('takes the example of the catalogue on its stream, and the id of that stream in each field, without a fault', async () => {
      const { body: kinds } = await get('/v1/catalogue');
      const examples = (kinds as unknown as { commands: CatalogueExample[] }[]).flatMap(({ commands: all }) => all);
      const faults: unknown[] = [];
      for (const { route, example, exampleId = 'norland.none', exampleActor = norland['entente-actor'] } of examples)
        for (const body of [example, ...Object.keys(example).map((name) => ({ ...example, [name]: exampleId }))]) {
          const path = `${route.replace('POST ', '').replace('{id}', exampleId)}?dry-run`;
          const { status, body: answer } = await send(path, body, { 'entente-actor': exampleActor });
          if (status >= 500) faults.push([path, body, answer]);
        }
      expect(faults).toEqual([]);
    });

    it.each(commands)('answers hostile input with a 4xx status, never 5xx: $type', async ({ route, example, body }) => {
      let deep: unknown = 'end';
      for (let i = 0; i < 5000; i += 1) deep = { deep };
      const values = [
        null,
        true,
        -1,
        1e308,
        '',
        '\u0000',
        '\ud800',
        '\u202e\u{1F9E8}',
        'x'.repeat(10_000),
        [],
        {},
        [[]],
        deep,
      ];
      const fields = Object.keys(schemaOf(body)['properties'] as object);
      const bodies: unknown[] = [
        null,
        7,
        'text',
        {},
        { constructor: 1 },
        { toString: 1 },
        { evidence: [{}] },
        { occurredAt: 5 },
      ];
      for (const name of fields) for (const value of values) bodies.push({ ...(example as object), [name]: value });
      for (const hostile of bodies) {
        const { status, body: answer } = await send(`${route}?dry-run`, hostile);
        // An empty list or a missing option may be right for some command: then it is decided,
        // and not by a fault.
        const outcome = { ours: status >= 500, answer, hostile: JSON.stringify(hostile).slice(0, 200) };
        expect(outcome).toMatchObject({ ours: false });
        if (hostile === null || typeof hostile !== 'object' || Object.keys(hostile).length < 2)
          expect(status).toBeGreaterThanOrEqual(400);
      }
    });
  });
}
