/** What all services need: free ports, and a child process with its start and end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A port of this machine's loopback interface that no process uses now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether a process accepts connections on a port of loopback. */
export const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (is) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });

/** The port for a server: the given one, which must be free, or a free one. */
export async function portFor(name, given) {
  if (given === undefined) return freePort();
  // Another process on the port would pass for the server that cannot start.
  if (await accepts(given)) throw new Error(`${name} cannot have port ${given}: something listens there already`);
  return given;
}

/** Runs a program to its end; fails with its output if its status is not 0. */
export async function run(program, args, options = {}) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const failed = new Promise((_resolve, reject) => child.once('error', reject));
  const [status] = await Promise.race([once(child, 'close'), failed]);
  if (status !== 0) throw new Error(`${program} ended with status ${status}:\n${output.slice(-4000)}`);
  return output;
}

let bySignals = false;
/**
 * A process that a signal ends does not notify its child processes. Here it ends as by `exit`,
 * unless another listener handles the signal.
 */
function endBySignals() {
  if (bySignals) return;
  bySignals = true;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(1);
    });
}

/**
 * Has the shell run a script when this process has ended, however it ended: its end of the pipe
 * closes by itself. Returns a function that cancels it.
 */
function afterUs(script, ...args) {
  const watcher = spawn('/bin/sh', ['-c', `read -r _; ${script}`, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  }).on('error', () => undefined);
  watcher.stdin?.on('error', () => undefined).unref();
  watcher.unref();
  return () => watcher.kill('SIGKILL');
}

/**
 * A folder that is removed when this process has ended, however it ended, after the processes that
 * write to it. Returns a function that cancels it.
 */
export const goesWithUs = (folder) => afterUs('sleep 3; rm -rf "$0"', folder);

/**
 * A server that runs beside this process and ends with it, even if this is killed. `answers` is
 * called until it returns true. A server that ends before that, or does not answer within a minute,
 * is an error with the end of its log.
 */
export async function serve(name, program, args, { log, answers, endBy = 'SIGTERM', ...options }) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  // Output that cannot be logged is lost; the server runs on.
  const file = createWriteStream(log, { flags: 'a' }).on('error', () => undefined);
  let tail = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      file.write(chunk);
      tail = (tail + chunk).slice(-4000);
    });
  let over = null;
  child.once('error', (error) => (over = error.message));
  const ended = new Promise((resolve) =>
    child.once('close', (status, signal) => {
      over ??= `ended with ${signal ?? status}`;
      file.end();
      resolve();
    }),
  );
  const last = () => child.kill('SIGKILL');
  endBySignals();
  process.once('exit', last);
  const letGo = afterUs('kill -KILL "$0"', String(child.pid));
  void ended.then(() => {
    process.removeListener('exit', last);
    letGo();
  });
  for (const end = Date.now() + 60_000; ; await pause(100)) {
    if (over !== null) throw new Error(`${name} ${over}; its log is ${log}:\n${tail}`);
    if (await answers()) break;
    if (Date.now() > end) {
      last();
      throw new Error(`${name} does not answer after a minute; its log is ${log}:\n${tail}`);
    }
  }
  const end = async (signal) => {
    child.kill(signal);
    await ended;
  };
  return {
    pid: child.pid,
    ended,
    stop: () => end(endBy),
    kill: () => end('SIGKILL'),
    signal: (signal) => child.kill(signal),
  };
}
