import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { propose, startStandalone } from '../support/standalone-process.js';
import { program } from '../support/app-process.mjs';
import { preload } from '../support/preload.js';

const UNCAUGHT = preload('uncaught-errors.mjs');

const LAST_RESORT = new URL('../../dist/libs/process/src/last-resort.js', `file://${import.meta.dirname}/`).href;

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'entente-uncaught-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** The lines of a log that report an uncaught error. */
const uncaughtIn = (log: string) =>
  log
    .split('\n')
    .filter((line) => line.includes('last-resort'))
    .map((line) => JSON.parse(line) as { level: string; msg: string; err: { message: string; stack: string } });

describe('an uncaught error', () => {
  it('is logged once with its cause, open requests are answered or closed, and the status is 70', async () => {
    const server = await startStandalone(folder, 'off', [], {}, UNCAUGHT);
    const { url } = server;
    const live = await fetch(`${url}/v1/history/live`);
    const received = live.text();
    const answers = Array.from({ length: 20 }, (_, i) => propose(url, `p${i}`).then(({ status }) => status));
    await Promise.race(answers);
    server.signal('SIGUSR2');
    const settled = await Promise.allSettled(answers);
    expect(await server.ended).toBe(70);
    expect(await received).toContain('the service is stopping');
    // An accepted connection is answered; a later one is refused.
    for (const answer of settled) if (answer.status === 'fulfilled') expect([201, 503]).toContain(answer.value);
    expect(settled[0]).toMatchObject({ status: 'fulfilled', value: 201 });
    expect(uncaughtIn(server.logged())).toEqual([
      expect.objectContaining({
        level: 'fatal',
        msg: expect.stringMatching(/^Entente met an uncaught error \(not caught\); .* status 70$/) as unknown,
        err: expect.objectContaining({
          message: 'not caught',
          stack: expect.stringContaining('uncaught-errors.mjs') as unknown,
        }) as unknown,
      }),
    ]);
  });

  it('ends the process with status 70 even if closing never completes', async () => {
    const program = `import { lastResort } from ${JSON.stringify(LAST_RESORT)};
      lastResort('it', () => new Promise(() => undefined));
      throw new Error('oh');`;
    const process_ = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
    expect((await once(process_, 'close'))[0]).toBe(70);
  });

  it.each([
    ['Object.create(null)', 'something that cannot be made text'],
    ["{ toString() { throw new Error('no') } }", 'something that cannot be made text'],
    ["Object.defineProperty(new Error('x'), 'message', { get() { throw 1 } })", 'something that cannot be made text'],
    ["Object.assign(new Error('x'), { message: 7n })", '7'],
    ["new Error('outer', { cause: new Error('inner') })", 'outer'],
  ])('closes the process with a message, whatever was thrown: %s', async (thrown, message) => {
    const program = `import { lastResort } from ${JSON.stringify(LAST_RESORT)};
      lastResort('it', () => Promise.resolve(console.log('closed')));
      throw ${thrown};`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    let out = '';
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    expect((await once(child, 'close'))[0]).toBe(70);
    expect(out).toBe('closed\n');
    const [line] = uncaughtIn(log) as unknown as [{ err: { message: string; cause?: { message: string } } }];
    expect(line.err.message).toBe(message);
    if (message === 'outer') expect(line.err.cause?.message).toBe('inner');
  });

  it('ends the command line with status 70 and one line', async () => {
    const cli = spawn(
      process.execPath,
      [
        '--import',
        `data:text/javascript,setImmediate(() => { throw new Error('oh') })`,
        program('cli'),
        'verify',
        '--data',
        folder,
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let log = '';
    cli.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const [status] = (await once(cli, 'close')) as [number | null];
    expect([status, uncaughtIn(log).map(({ msg }) => msg)]).toEqual([
      70,
      ['entente met an uncaught error (oh); it answers what is open and ends with status 70'],
    ]);
  });
});
