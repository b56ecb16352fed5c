import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inDays } from '../support/days.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { ApiClient } from '../support/api-client.js';
import { loadExample } from '../support/example-data.js';
import { until } from '../support/kafka.js';

const PROGRAMME = '/v1/programme/norland.border-training';

/** Answers keep to HTTP: methods, formats, tags, and one form of problem. */
export function httpAnswers(opens: DeploymentFactory): void {
  let deployment: Deployment;
  const { send, pledge } = new ApiClient(() => deployment.url);
  beforeAll(async () => {
    deployment = await opens();
    await loadExample(deployment.app);
  });
  afterAll(() => deployment.end());

  const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${deployment.url}${path}`, init);
  const codeOf = async (answer: Response): Promise<unknown> => {
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    return ((await answer.json()) as { code: string }).code;
  };
  /** What comes over a connection until its end, after these bytes were sent. */
  const exchange = async (...parts: readonly string[]): Promise<string> => {
    const { hostname, port } = new URL(deployment.url);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (bytes: Buffer) => (received += bytes.toString()));
    for (const part of parts) if (!socket.write(part)) await once(socket, 'drain');
    await once(socket, 'close');
    return received;
  };

  describe('an address over HTTP', () => {
    it.each([
      ['PUT', PROGRAMME + '/propose', 'OPTIONS, POST'],
      ['GET', PROGRAMME + '/propose', 'OPTIONS, POST'],
      ['POST', '/v1/read-models/funding', 'GET, HEAD, OPTIONS'],
      ['POST', '/v1/read-models/funding/live', 'GET, HEAD, OPTIONS'],
      ['DELETE', '/v1/history', 'GET, HEAD, OPTIONS'],
      ['POST', '/health/ready', 'GET, HEAD, OPTIONS'],
    ])('refuses %s %s, and names the methods that it takes', async (method, path, allow) => {
      const answer = await ask(path, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
      expect(await codeOf(answer)).toBe('method-not-allowed');
      const options = await ask(path, { method: 'OPTIONS' });
      expect([options.status, options.headers.get('allow')]).toEqual([204, allow]);
    });

    it.each([
      ['two hosts', 'GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b', 400, 'unreadable'],
      ['no host', 'GET /health/live HTTP/1.1', 400, 'unreadable'],
      [
        'a body that is compressed on its way',
        `POST ${PROGRAMME}/propose HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: gzip, chunked`,
        415,
        'wrong-content-type',
      ],
      ['a tunnel', 'CONNECT h:80 HTTP/1.1\r\nHost: h', 405, 'method-not-allowed'],
    ])('has an answer in the form of all: %s', async (_, head, status, code) => {
      const body = head.includes('chunked') ? '2\r\n{}\r\n0\r\n\r\n' : '';
      const answer = await exchange(`${head}\r\nConnection: close\r\n\r\n${body}`);
      expect(answer).toMatch(
        new RegExp(`^HTTP/1\\.1 ${status} [^]*content-type: application/problem\\+json[^]*"code":"${code}"`, 'i'),
      );
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    });

    it.each(['/nowhere', '/v1/treaty/a/b', '/docs/%00', '/docs/..', '/docs/..%2f..', '/docs/none'])(
      'is unknown to every method: %s',
      async (path) => {
        // Not by fetch, which resolves the dots.
        for (const method of ['GET', 'POST', 'OPTIONS'])
          expect(await exchange(`${method} ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`)).toMatch(
            /^HTTP\/1\.1 404 .*application\/problem\+json.*"code":"no-such-/s,
          );
      },
    );

    it('is named as invalid if it cannot be decoded, or has an id that is too long', async () => {
      expect(await codeOf(await ask('/v1/history/%ff/x'))).toBe('unreadable');
      const long = await ask(`/v1/programme/${'a'.repeat(9000)}/propose`, { method: 'POST', body: '{}' });
      expect(long.status).toBe(415);
      const headers = { 'content-type': 'application/json' };
      const named = await ask(`/v1/programme/${'a'.repeat(9000)}/propose`, { method: 'POST', body: '{}', headers });
      expect([named.status, await codeOf(named)]).toEqual([400, 'validation-failed']);
    });

    it.each([
      ['headers of 20 kB', `GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
      ['headers of 2 MB', `GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(2_000_000)}\r\n\r\n`, 431, 'headers-too-large'],
      ['no HTTP', 'hello\r\n\r\n', 400, 'unreadable'],
      ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'unreadable'],
      ['no host, at an address of the API', 'GET /v1/history HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'unreadable'],
      ['an expectation', 'GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-foo\r\n\r\n', 417, 'expectation-failed'],
    ])('has a problem for what is no request: %s', async (_what, text, status, code) => {
      const answer = await exchange(text);
      expect(answer).toContain(`HTTP/1.1 ${status} `);
      expect(answer).toContain('application/problem+json');
      expect(answer).toContain(`"code":"${code}"`);
    });
  });

  describe('the format of an answer', () => {
    it.each([
      ['read-models/funding', 'text/csv;q=0.1, application/json', 'application/json'],
      ['read-models/funding', 'text/csv', 'text/csv'],
      ['read-models/funding', 'text/html, */*;q=0.8', 'application/json'],
      ['read-models/funding?format=csv', 'application/json', 'text/csv'],
      ['read-models/funding?format=ndjson', '*/*', 'application/x-ndjson'],
      ['read-models/funding?format=json', 'text/csv', 'application/json'],
      ['history', 'application/x-ndjson;q=0.5, application/json;q=0.4', 'application/x-ndjson'],
      ['history?format=ndjson', '*/*', 'application/x-ndjson'],
    ])('of %s for `Accept: %s` is %s', async (path, accept, type) => {
      const answer = await ask(`/v1/${path}`, { headers: { accept } });
      expect(answer.headers.get('content-type')).toContain(type);
      expect(answer.headers.get('vary')).toContain('Accept');
      await answer.text();
    });

    it('is refused by name if there is none of this name', async () => {
      for (const path of [
        'read-models/funding?format=xml',
        'history?format=csv',
        'read-models/funding/live?format=csv',
      ])
        expect(await (await ask(`/v1/${path}`)).json()).toMatchObject({ status: 400, errors: [{ path: 'format' }] });
    });

    it('is a file if a link names it', async () => {
      const named = async (query = '') =>
        (await ask(`/v1/read-models/funding?format=csv${query}`)).headers.get('content-disposition');
      const today = inDays(0);
      expect(await named()).toMatch(new RegExp(`^attachment; filename="funding_${today}_position-[0-9]+\\.csv"$`));
      expect(await named('&occurred-by=2026-06-30')).toMatch(
        /"funding_2026-06-30_position-[0-9]+_occurred-by-2026-06-30\.csv"$/,
      );
    });
  });

  describe('a read over HTTP', () => {
    it.each([
      'read-models',
      'read-models/funding?account=norland.border-fund',
      'read-models/funding?format=csv',
      'history?limit=1',
      'history/programme/norland.border-training',
      'catalogue',
    ])('has a tag, by which a client that has it gets no body: %s', async (path) => {
      const first = await ask(`/v1/${path}`);
      const tag = first.headers.get('etag') as string;
      expect(tag).toMatch(/^"[^"]+"$/);
      await first.text();
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const again = await ask(`/v1/${path}`, { headers: { 'if-none-match': known } });
        expect([known, again.status, await again.text()]).toEqual([known, 304, '']);
        expect(again.headers.get('etag')).toBe(tag);
      }
      const other = await ask(`/v1/${path}`, { headers: { 'if-none-match': '"other"' } });
      expect([other.status, (await other.text()).length > 0]).toEqual([200, true]);
      const head = await ask(`/v1/${path}`, { method: 'HEAD' });
      expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, tag, '']);
    });

    it('has another tag when the answer changes; that of a stream is its revision', async () => {
      const path = '/v1/history/funding-account/sudria.signals-fund';
      const before = (await ask(path)).headers.get('etag') as string;
      const { revision } = await pledge(3);
      const after = await ask(path, { headers: { 'if-none-match': before } });
      expect([after.status, after.headers.get('etag')]).toEqual([200, `"${revision}"`]);
    });
  });

  describe('the condition of a command', () => {
    const answerTo = (headers: Record<string, string>, stream = 'sudria.signals-fund'): Promise<Response> =>
      ask(`/v1/funding-account/${stream}/pledge?dry-run`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'entente-actor': 'sudria;role=donor;person=s-1', ...headers },
        body: '{"amount":1,"period":"2026"}',
      });
    const command = async (...args: Parameters<typeof answerTo>): Promise<number> => (await answerTo(...args)).status;

    it('takes weak tags, lists and any revision in If-Match, and none in If-None-Match', async () => {
      const { revision } = (await pledge(1)) as unknown as { revision: number };
      for (const [tag, status] of [
        [`"${revision}"`, 200],
        [`W/"${revision}"`, 200],
        [`${revision}`, 200],
        [`"1", W/"${revision}"`, 200],
        ['*', 200],
        ['"1"', 412],
        ['"1", "2"', 412],
        ['x', 400],
        [`"${revision}`, 400],
        ['', 400],
        ['"-1"', 400],
      ] as const)
        expect([tag, await command({ 'if-match': tag })]).toEqual([tag, status]);
      expect(await command({ 'if-match': '*' }, 'sudria.none')).toBe(412);
      expect(await command({ 'if-none-match': '*' })).toBe(412);
      expect(await command({ 'if-none-match': '*' }, 'sudria.none')).toBe(404);
      for (const headers of [{ 'if-none-match': '"1"' }, { 'if-none-match': '*', 'if-match': '*' }])
        expect(await (await answerTo(headers)).json()).toMatchObject({
          status: 400,
          errors: [{ path: 'if-none-match', message: 'must be *, without If-Match' }],
        });
    });

    it('is the same command id with and without quotation marks', async () => {
      const keyed = (key: string) =>
        ask('/v1/funding-account/sudria.signals-fund/pledge', {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'entente-actor': 'sudria;role=donor;person=s-1',
            'idempotency-key': key,
          },
          body: '{"amount":2,"period":"2026"}',
        });
      const first = await (await keyed('"quoted-1"')).json();
      const again = await keyed('quoted-1');
      expect([again.headers.get('idempotency-replayed'), await again.json()]).toEqual(['true', first]);
      expect(first).toMatchObject({ commandId: 'quoted-1' });
    });
  });

  describe('a body that is too large', () => {
    it.each([
      ['with its length', (body: string) => `Content-Length: ${body.length}\r\n\r\n${body}`],
      [
        'in chunks',
        (body: string) => `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      ],
    ])('is read to its end, so that its sender reads the answer: %s', async (_how, bodyOf) => {
      const head = `POST ${PROGRAMME}/propose HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n`;
      const text = head + bodyOf(JSON.stringify({ title: 'x'.repeat(3_000_000) }));
      const parts = text.match(/[^]{1,60000}/g) ?? [];
      const { hostname, port } = new URL(deployment.url);
      for (let i = 0; i < 10; i += 1) {
        const socket = connect(Number(port), hostname);
        for (const part of parts) if (!socket.write(part)) await once(socket, 'drain');
        // The connection can still be used.
        socket.write('GET /health/live HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
        let received = '';
        for await (const bytes of socket) received += String(bytes);
        expect(received).toMatch(/^HTTP\/1\.1 413 .*"code":"body-too-large".*HTTP\/1\.1 200 .*"ok"/s);
      }
    });

    const CLOSE = 'Host: h\r\nConnection: close\r\nContent-Type: application/json\r\n';
    it.each([
      ['a body that is too large', `POST ${PROGRAMME}/propose HTTP/1.1\r\n${CLOSE}`, 413, 'body-too-large'],
      ['a client of HTTP/1.0', `POST ${PROGRAMME}/propose HTTP/1.0\r\n${CLOSE}`, 413, 'body-too-large'],
      ['an address that cannot be decoded', `POST /%ff HTTP/1.1\r\n${CLOSE}`, 400, 'unreadable'],
      ['no host', `POST /nowhere HTTP/1.1\r\n${CLOSE.replace('Host: h\r\n', '')}`, 400, 'unreadable'],
      ['another media type', `POST ${PROGRAMME}/propose HTTP/1.1\r\n${CLOSE.replace('/json', '/xml')}`, 415, 'wrong-c'],
      ['a body that no one reads', `GET /health/live HTTP/1.1\r\n${CLOSE}`, 200, 'ok'],
      ['an expectation', `POST /nowhere HTTP/1.1\r\nExpect: tea\r\n${CLOSE}`, 417, 'expectation-failed'],
    ])('is read to its end before the connection is closed, as the client asked: %s', async (_, head, status, code) => {
      const parts = JSON.stringify({ title: 'x'.repeat(3_000_000) }).match(/[^]{1,60000}/g) ?? [];
      const { hostname, port } = new URL(deployment.url);
      for (let i = 0; i < 3; i += 1) {
        const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
        let answer = '';
        let ended = false;
        socket.on('data', (bytes: Buffer) => (answer += bytes.toString())).on('end', () => (ended = true));
        const write = (text: string): Promise<void> =>
          new Promise((resolve, reject) => {
            socket.write(text, (error) => (error == null ? resolve() : reject(error)));
          });
        await write(`${head}Content-Length: ${parts.join('').length}\r\n\r\n`);
        await until(() => Promise.resolve(answer.endsWith('}')));
        await pause(50);
        for (const part of parts) {
          await write(part);
          expect(ended).toBe(part === parts.at(-1) ? ended : false);
        }
        const startedAt = performance.now();
        if (!ended) await once(socket, 'end');
        socket.destroy();
        expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*"(?:code|status)":"${code}[^]*\\}$`));
        expect(answer).toMatch(/\r\nconnection: close\r\n/i);
        expect(performance.now() - startedAt).toBeLessThan(1000);
      }
    });

    it('has one answer, also if the rest of it is not HTTP', async () => {
      const answer = await exchange(
        `POST ${PROGRAMME}/propose HTTP/1.1\r\n${CLOSE.replace('json', 'xml')}Transfer-Encoding: chunked\r\n\r\n5\r\n<a/>\n\r\n`,
        'no length\r\n',
      );
      expect(answer.match(/HTTP\/1\.1 [0-9]+/g)).toEqual(['HTTP/1.1 415']);
    }, 15_000);

    it('that never ends is not read without a bound', async () => {
      const startedAt = performance.now();
      await exchange(
        `POST ${PROGRAMME}/propose HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n{`,
      );
      expect(performance.now() - startedAt).toBeLessThan(8000);
    }, 15_000);
  });

  describe('CSV', () => {
    const csvOf = async (path: string): Promise<string> => (await ask(`/v1/read-models/${path}format=csv`)).text();

    it('has the unit of amounts in its first line', async () => {
      const [names] = (await csvOf('funding?')).split('\r\n');
      expect(names).toContain(',pledged (minor units),');
    });

    it.each(['=HYPERLINK("a")', '+1', '-1', '@x', ' =1+1', '＝1'])(
      'has no text that a spreadsheet runs: %s',
      async (title) => {
        const id = `sudria.formula-${Buffer.from(title).toString('hex')}`;
        const days = { starts: '2026-01-01', ends: '2027-01-01' };
        const body = { title, donor: 'sudria', recipient: 'estmark', sector: '15210', ...days };
        const { after } = await send(`programme/${id}/propose`, body);
        const text = await csvOf(`programmes?programme=${id}&after=${after}&`);
        const cell = `'${title}`.replaceAll('"', '""');
        expect(text).toContain(title.includes('"') ? `,"${cell}",` : `,${cell},`);
      },
    );
  });
}
