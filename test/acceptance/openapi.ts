import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CATALOGUE } from '@entente/contracts';
import { NOT_THE_CLOCK } from '../support/days.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { loadExample } from '../support/example-data.js';

interface Answer {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface Operation {
  readonly tags: readonly string[];
  readonly parameters: readonly { in: string; name: string; example?: string; schema?: { pattern?: string } }[];
  readonly responses: Readonly<Record<string, Answer>>;
  readonly requestBody?: { content: { 'application/json': { examples: Record<string, Example> } } };
}
interface EventSummary {
  readonly stream: string;
  readonly type: string;
}
interface Ready {
  readonly models: readonly { readonly lag: string }[];
}
interface Example {
  readonly summary: string;
  readonly value: Record<string, unknown>;
  readonly 'x-step': number;
  readonly 'x-id': string;
  readonly 'x-actor': string;
  readonly 'x-days-later': number;
  readonly 'x-events': Record<string, number>;
  readonly 'x-may-exist': boolean;
}

/** Puts a value at a path such as `facts.0.event`. */
function fill(body: Record<string, unknown>, path: string, value: string): void {
  const names = path.split('.');
  const last = names.pop() as string;
  const holder = names.reduce<Record<string, unknown>>((at, name) => at[name] as Record<string, unknown>, body);
  holder[last] = value;
}

/** The document at /docs is correct: each example in it is sent to the server. */
export function openapi(opens: DeploymentFactory): void {
  let deployment: Deployment;
  let document: { readonly paths: Record<string, { get?: Operation; post?: Operation }> };
  let paths: [string, { get?: Operation; post?: Operation }][];
  let schemas: Ajv2020;
  beforeAll(async () => {
    deployment = await opens();
    await loadExample(deployment.app);
    document = (await (await fetch(`${deployment.url}/docs-json`)).json()) as typeof document;
    paths = Object.entries(document.paths);
    // Formats, and what is in the document beyond JSON Schema, are not looked at here.
    schemas = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    schemas.addSchema(document, 'openapi');
  });
  afterAll(() => deployment.end());

  /** The address and headers that an operation's examples make. */
  const exampleOf = (path: string, { parameters }: Operation): { address: string; headers: Record<string, string> } => {
    const given = parameters.filter(({ example }) => example !== undefined);
    const of = (where: string) =>
      given.filter((parameter) => parameter.in === where) as { name: string; example: string }[];
    const filled = of('path').reduce((at, { name, example }) => at.replace(`{${name}}`, example), path);
    const query = new URLSearchParams(of('query').map(({ name, example }) => [name, example]));
    return {
      address: `${deployment.url}${filled}?${query.toString()}`,
      headers: Object.fromEntries(of('header').map(({ name, example }) => [name, example])),
    };
  };

  /** What an answer has, or lacks, against its description in the document. */
  const undeclared = (path: string, { responses }: Operation, answer: Response, body: unknown): unknown[] => {
    const { headers = {}, content = {} } = responses[answer.status] ?? {};
    const named = Object.keys(headers).map((name) => name.toLowerCase());
    const own = [...answer.headers.keys()].filter((name) =>
      /^(etag|entente-.*|.*-id|retry-after|.*-digest)$/.test(name),
    );
    const type = Object.keys(content).find((one) => answer.headers.get('content-type')?.startsWith(one));
    if (type === undefined) return [path, answer.status, answer.headers.get('content-type')];
    const at = ['paths', path, 'get', 'responses', String(answer.status), 'content', type, 'schema'];
    const pointer = at.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const isValid = body === undefined || schemas.validate(`openapi#/${pointer}`, body);
    const missing = [...own.filter((name) => !named.includes(name)), ...(isValid ? [] : (schemas.errors ?? []))];
    return missing.length === 0 ? [] : [path, ...missing];
  };

  describe('the OpenAPI document', () => {
    it('is shown at /docs, and lists every command and every read model', async () => {
      const page = await fetch(`${deployment.url}/docs`);
      expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
      // The page has a field that narrows the list by a word.
      const settings = await (await fetch(`${deployment.url}/docs/swagger-ui-init.js`)).text();
      expect(settings).toMatch(/"filter": true/);
      const catalogue = (await (await fetch(`${deployment.url}/v1/catalogue`)).json()) as {
        commands: { route: string }[];
      }[];
      const routes = catalogue.flatMap(({ commands }) => commands.map(({ route }) => route.replace('POST ', '')));
      expect(
        paths
          .filter(([, { post }]) => post !== undefined)
          .map(([path]) => path)
          .sort(),
      ).toEqual(routes.sort());
      const { readModels } = (await (await fetch(`${deployment.url}/v1/read-models`)).json()) as {
        readModels: { name: string }[];
      };
      for (const { name } of readModels) expect(paths.map(([path]) => path)).toContain(`/v1/read-models/${name}/live`);
    });

    it('has no text in angle brackets, which a page would take as markup', async () => {
      const text = await (await fetch(`${deployment.url}/docs-json`)).text();
      const described = [...text.matchAll(/"(?:description|summary)":"((?:[^"\\]|\\.)*)"/g)].map(([, of = '']) => of);
      expect(described.length).toBeGreaterThan(500);
      expect(described.filter((of) => /<[a-z]/.test(of.replaceAll(/`[^`]*`/g, '')))).toEqual([]);
    });

    it('gives each object a name, so that generators of clients invent none', () => {
      const unnamed: string[] = [];
      const look = (value: unknown, at: string): void => {
        if (value === null || typeof value !== 'object') return;
        const isNamed = /^#\/components\/schemas\/[^/]+$/.test(at);
        if ('properties' in value && (value as Record<string, unknown>)['type'] === 'object' && !isNamed)
          unnamed.push(at);
        for (const [key, part] of Object.entries(value))
          if (key !== 'example' && key !== 'examples') look(part, `${at}/${key}`);
      };
      look(document, '#');
      expect(unnamed).toEqual([]);
    });

    it('has an example that works for each query', async () => {
      const rows = new Map<string, string>();
      let tried = 0;
      for (const [path, { get }] of paths) {
        if (get === undefined) continue;
        const { address, headers } = exampleOf(path, get);
        const name = /^\/v1\/read-models\/([a-z-]+)\/events$/.exec(path)?.[1];
        const row = name === undefined ? null : rows.get(name);
        if (row === undefined) continue;
        const stop = new AbortController();
        const url = row === null ? address : `${address}&row=${encodeURIComponent(row)}`;
        const answer = await fetch(url, { headers, signal: stop.signal });
        expect([path, answer.status]).toEqual([path, 200]);
        tried += 1;
        if (path.endsWith('/live')) {
          stop.abort();
          continue;
        }
        const isJson = answer.headers.get('content-type')?.includes('json') === true;
        const body = isJson ? ((await answer.json()) as { rows?: { row_id: string }[] }) : undefined;
        expect(undeclared(path, get, answer, body)).toEqual([]);
        if (body?.rows?.[0] !== undefined) rows.set(path.split('/').at(-1) as string, body.rows[0].row_id);
        const tag = answer.headers.get('etag');
        if (tag === null) continue;
        const again = await fetch(url, { headers: { ...headers, 'if-none-match': tag } });
        expect([path, again.status, get.responses[304] !== undefined]).toEqual([path, 304, true]);
      }
      expect(rows.size).toBeGreaterThan(8);
      expect(tried).toBeGreaterThan(35);
    });

    it.each([
      ['into an empty store', () => opens()],
      ['after the example data', () => Promise.resolve(deployment)],
    ])('has command examples that form one scenario: each is accepted in order, %s', async (_where, at) => {
      const where = await at();
      const examples = paths
        .flatMap(([path, { post }]) =>
          Object.values(post?.requestBody?.content['application/json'].examples ?? {}).map((example) => ({
            path,
            ...example,
          })),
        )
        .sort((a, b) => a['x-step'] - b['x-step']);
      expect(new Set(examples.map(({ path }) => path)).size).toBe(paths.filter(([, { post }]) => post).length);
      const lastEvent = new Map<number, string>();
      let now = Date.now();
      jest.useFakeTimers({ now, doNotFake: NOT_THE_CLOCK });
      try {
        for (const { path, value, ...example } of examples) {
          now += example['x-days-later'] * 86_400_000;
          jest.setSystemTime(now);
          const body = structuredClone(value);
          for (const [field, step] of Object.entries(example['x-events']))
            fill(body, field, lastEvent.get(step) as string);
          const answer = await where.app.inject({
            method: 'POST',
            url: path.replace('{id}', example['x-id']),
            headers: { 'content-type': 'application/json', 'entente-actor': example['x-actor'] },
            payload: JSON.stringify(body),
          });
          const reply = answer.json<{ code?: string; events?: { id: string }[] }>();
          if (example['x-may-exist'] && reply.code === 'already-exists') continue;
          expect([example['x-step'], path, answer.statusCode, answer.statusCode === 201 ? null : reply]).toEqual([
            example['x-step'],
            path,
            201,
            null,
          ]);
          lastEvent.set(example['x-step'], reply.events?.at(-1)?.id as string);
        }
        const { events } = (await where.app.inject({ url: '/v1/history?limit=1000' })).json<{
          events: EventSummary[];
        }>();
        const recordedTypes = new Set(events.map(({ stream, type }) => `${stream.split('/')[0] as string}: ${type}`));
        const all = CATALOGUE.flatMap(({ kind, events: of }) => Object.keys(of).map((type) => `${kind}: ${type}`));
        expect(all.filter((type) => !recordedTypes.has(type))).toEqual([]);
        const ready = async () => (await where.app.inject({ url: '/health/ready' })).json<Ready>();
        while ((await ready()).models.some(({ lag }) => lag !== '0')) await new Promise((done) => setTimeout(done, 10));
        expect(await ready()).toMatchObject({ status: 'ok', parked: 0, fault: null });
      } finally {
        jest.useRealTimers();
        if (where !== deployment) await where.end();
      }
    });

    it('gives the parameters of the first example as those of its command', () => {
      for (const [path, { post }] of paths) {
        if (post === undefined) continue;
        const [first] = Object.values(post.requestBody?.content['application/json'].examples ?? {});
        const { headers } = exampleOf(path, post);
        const id = post.parameters.find(({ name }) => name === 'id')?.example;
        expect([path, id, headers['Entente-Actor']]).toEqual([path, first?.['x-id'], first?.['x-actor']]);
        const actor = post.parameters.find(({ name }) => name === 'Entente-Actor')?.schema;
        expect(headers['Entente-Actor']).toMatch(new RegExp(actor?.pattern as string));
      }
    });
  });
}
