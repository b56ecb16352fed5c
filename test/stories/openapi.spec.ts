import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { tellExample } from '../../apps/standalone/src/example.js';
import { buildHouse } from '../../apps/standalone/src/house.js';

interface Operation {
  readonly tags: readonly string[];
  readonly parameters: readonly { in: string; name: string; example?: string }[];
  readonly requestBody?: { content: { 'application/json': { example: Record<string, unknown> } } };
}

const folder = mkdtempSync(join(tmpdir(), 'entente-openapi-'));
let app: NestFastifyApplication;
let url: string;
let paths: [string, { get?: Operation; post?: Operation }][];
beforeAll(async () => {
  app = await buildHouse(folder, 'fatal');
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  await tellExample(url, new Date().toISOString().slice(0, 10));
  const document = (await (await fetch(`${url}/docs-json`)).json()) as { paths: Record<string, (typeof paths)[0][1]> };
  paths = Object.entries(document.paths);
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

/** The address and headers that an operation's examples make. */
function exampleOf(path: string, { parameters }: Operation): { address: string; headers: Record<string, string> } {
  const given = parameters.filter(({ example }) => example !== undefined);
  const of = (where: string) =>
    given.filter((parameter) => parameter.in === where) as { name: string; example: string }[];
  const filled = of('path').reduce((at, { name, example }) => at.replace(`{${name}}`, example), path);
  const query = new URLSearchParams(of('query').map(({ name, example }) => [name, example]));
  return {
    address: `${url}${filled}?${query.toString()}`,
    headers: Object.fromEntries(of('header').map(({ name, example }) => [name, example])),
  };
}

describe('the OpenAPI document', () => {
  it('is shown at /docs, and lists every command and every read model', async () => {
    const page = await fetch(`${url}/docs`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    const catalogue = (await (await fetch(`${url}/v1/catalogue`)).json()) as { commands: { route: string }[] }[];
    const routes = catalogue.flatMap(({ commands }) => commands.map(({ route }) => route.replace('POST ', '')));
    expect(
      paths
        .filter(([, { post }]) => post !== undefined)
        .map(([path]) => path)
        .sort(),
    ).toEqual(routes.sort());
    const { readModels } = (await (await fetch(`${url}/v1/read-models`)).json()) as { readModels: { name: string }[] };
    for (const { name } of readModels) expect(paths.map(([path]) => path)).toContain(`/v1/read-models/${name}/live`);
  });

  it('has a query example for each that works', async () => {
    const rows = new Map<string, string>();
    let tried = 0;
    for (const [path, { get }] of paths) {
      if (get === undefined) continue;
      const { address, headers } = exampleOf(path, get);
      const name = /^\/v1\/read-models\/([a-z-]+)\/events$/.exec(path)?.[1];
      const row = name === undefined ? null : rows.get(name);
      if (row === undefined) continue;
      const stop = new AbortController();
      const answer = await fetch(row === null ? address : `${address}&row=${encodeURIComponent(row)}`, {
        headers,
        signal: stop.signal,
      });
      expect([path, answer.status]).toEqual([path, 200]);
      tried += 1;
      if (path.endsWith('/live')) stop.abort();
      else {
        const body = (await answer.json()) as { rows?: { row_id: string }[] };
        if (body.rows?.[0] !== undefined) rows.set(path.split('/').at(-1) as string, body.rows[0].row_id);
      }
    }
    expect(rows.size).toBeGreaterThan(8);
    expect(tried).toBeGreaterThan(35);
  });

  it('has a command example for each that is understood: recorded, or refused by a rule, never by its shape', async () => {
    const answers: Record<string, number> = {};
    for (const [path, { post }] of paths) {
      if (post === undefined) continue;
      const { address, headers } = exampleOf(path, post);
      const body = JSON.stringify(post.requestBody?.content['application/json'].example);
      const answer = await fetch(address, {
        method: 'POST',
        body,
        headers: { ...headers, 'content-type': 'application/json' },
      });
      expect([path, [201, 404, 422].includes(answer.status)]).toEqual([path, true]);
      answers[answer.status] = (answers[answer.status] ?? 0) + 1;
    }
    expect(answers[201]).toBeGreaterThan(5);
  });
});
