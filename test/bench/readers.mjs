/**
 * What a command waits beside ten readers of the whole log: five that export it, line by line, and
 * five live ones from its beginning. Each begins again when it is at the end. They read in a
 * separate process, so that the time of a command is not theirs.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillLog } from './log.mjs';
import { ACCOUNT, PLEDGE, folder, note, quantile, quick } from './measure.mjs';
import { send, serve } from './servers.mjs';
import { registerParties } from '../support/parties.mjs';

const EVENTS = quick ? 2_000 : 200_000;
const COMMANDS = quick ? 20 : 300;
const READERS = 10;
/** A reader reports each time that it has read this many characters. */
const REPORTED = 64 * 1024;

/** Reads an address to its end, or to an event in it, again and again; sends what it has read. */
async function read(url, path, last) {
  let length = 0;
  for (;;)
    await new Promise((resolve, reject) => {
      const request = get(`${url}/v1/${path}`, (answer) => {
        if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode}`);
        answer.setEncoding('utf8');
        let tail = '';
        answer.on('data', (text) => {
          if (last !== null && `${tail}${text}`.includes(last)) request.destroy();
          tail = text.slice(-last?.length);
          length += text.length;
          if (length < REPORTED) return;
          process.send(length);
          length = 0;
        });
        answer.once('close', resolve);
      });
      request.once('error', (error) => (error.code === 'ECONNRESET' ? resolve() : reject(error)));
    });
}

/** Starts the readers; returns how many characters they have read, and what ends them. */
async function startReaders(url) {
  const child = fork(fileURLToPath(import.meta.url), [url, `id: ${EVENTS}\n`], { stdio: 'inherit' });
  let read = 0;
  child.on('message', (length) => (read += length));
  await once(child, 'message');
  return { read: () => read, end: () => child.kill('SIGKILL') };
}

/** Milliseconds from each command to its receipt, one after the other. */
async function commands(url, times) {
  const took = [];
  for (let i = 0; i < times; i += 1) {
    const begun = performance.now();
    const answer = await send(url, 'funding-account/norland.beside/pledge', PLEDGE);
    await answer.text();
    if (answer.status !== 201) throw new Error(`a command beside readers: ${answer.status}`);
    took.push(performance.now() - begun);
  }
  return took;
}

export async function besideReaders() {
  const data = join(folder, 'readers');
  await fillLog(data, EVENTS);
  const deployment = await serve('deployment', data);
  const { url } = deployment;
  await registerParties(url);
  await send(url, 'funding-account/norland.beside/open', ACCOUNT);
  // Until the rows are as far as the log, folding takes a core.
  while (!(await (await fetch(`${url}/health/ready`)).json()).models.every(({ lag }) => lag === '0'))
    await new Promise((resolve) => setTimeout(resolve, 200));
  const alone = await commands(url, COMMANDS);
  const readers = await startReaders(url);
  const before = readers.read();
  const begun = performance.now();
  const beside = await commands(url, COMMANDS);
  const rate = (readers.read() - before) / 1024 / 1024 / ((performance.now() - begun) / 1000);
  readers.end();
  await deployment.end();
  const size = EVENTS.toLocaleString('en');
  note(`a command beside ten readers of ${size} events, 99 of 100`, quantile(beside, 0.99), 'ms', 50, { atMost: true });
  const longer = quantile(beside, 0.99) - quantile(alone, 0.99);
  note('  longer than without readers, in the same run', longer, 'ms', 50, { atMost: true });
  note('  against the same without readers', quantile(beside, 0.99) / quantile(alone, 0.99), 'ratio');
  note('  median', quantile(beside, 0.5), 'ms');
  note('  median without readers', quantile(alone, 0.5), 'ms');
  note('  read by them meanwhile', rate, 'MiB/s');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , url, last] = process.argv;
  for (let n = 0; n < READERS; n += 1)
    void read(url, n % 2 === 0 ? 'history?format=ndjson' : 'history/live?after=0', n % 2 === 0 ? null : last);
}
