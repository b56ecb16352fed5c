import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { commandLine } from '../../apps/cli/src/commands.js';
import { tellExample } from '../../apps/standalone/src/example.js';
import { createStandaloneApp } from '../../apps/standalone/src/deployment.js';

const folder = mkdtempSync(join(tmpdir(), 'entente-readme-'));
const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const shell = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
);
let app: NestFastifyApplication;
let url: string;
beforeAll(async () => {
  app = await createStandaloneApp(folder, 'fatal');
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  await tellExample(url, new Date().toISOString().slice(0, 10));
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

describe('the tour of the README', () => {
  it.each(shell.filter((line) => line.startsWith('curl')))('%s', async (line) => {
    const address = /http:\/\/127\.0\.0\.1:3000([^\s']*)/.exec(line)?.[1] ?? '';
    const headers = Object.fromEntries(
      [...line.matchAll(/-H '([^:]+): ([^']*)'/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const body = /-d '([^']*)'/.exec(line)?.[1];
    const stop = new AbortController();
    const send = () =>
      fetch(`${url}${address}`, {
        headers,
        signal: stop.signal,
        ...(body === undefined ? {} : { method: 'POST', body }),
      });
    const answer = await send();
    expect(answer.status).toBe(body === undefined ? 200 : 201);
    if (body !== undefined) expect(await (await send()).json()).toEqual(await answer.json());
    stop.abort();
  });

  it.each(shell.filter((line) => line.startsWith('npm run entente -- ')))('%s', async (line) => {
    const said: string[] = [];
    let status: number | null = null;
    const output = (json: boolean) => ({ json, out: (text: string) => void said.push(text), err: () => undefined });
    const args = line.replace('npm run entente -- ', '').split(' ');
    await commandLine((code) => (status = code), output).parseAsync(['node', 'entente', ...args, '--data', folder]);
    expect([status, said.length > 0]).toEqual([0, true]);
  });

  it('names commands that there are', () => {
    const scripts = (
      JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { scripts: object }
    ).scripts;
    const quoted = [...readme.matchAll(/`(npm [^`]+)`/g)].map(([, line = '']) => line);
    const named = [...shell, ...quoted].flatMap((line) => /^npm (?:run )?([a-z:]+)/.exec(line)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(8);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  it('help of each command of the line has examples that are read as they stand', () => {
    for (const command of commandLine(() => undefined).commands) {
      let help = '';
      command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
      const examples = [...help.matchAll(/^ {2}\$ entente (.*)$/gm)].map(([, line = '']) => line.split(' '));
      expect(examples.length).toBeGreaterThan(0);
      expect(help).toContain('Exit status: 0 done, 1 fault, 2 refused rows or differences found');
      for (const [name, ...args] of examples) {
        expect(name).toBe(command.name());
        expect(command.parseOptions(args).unknown).toEqual([]);
      }
    }
  });
});
