/**
 * The built programs, running as processes: the command line, the distributed apps, the standalone
 * server.
 */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The path of a built program. */
export const program = (name) => fileURLToPath(new URL(`../../dist/apps/${name}/src/main.js`, import.meta.url));

/**
 * The command line, with a distributed deployment: what it prints; fails where it ends with another
 * status than 0.
 */
export async function entente(settings, ...args) {
  const child = spawn(process.execPath, [program('cli'), ...args], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`entente ${args.join(' ')} ended with ${status}: ${out}${err}`);
  return out.trim();
}

/**
 * Starts an app on a free port. Gives its `url` as soon as it has one, which may be before its
 * services answer; `ready()`, which waits until it is ready; `logged()`; and `signal`, `stop` and
 * `kill`, of which the last two wait for its end. `loading` is a module that is loaded before it;
 * `behind` a program that runs it, such as strace, with its arguments.
 */
export async function startApp(name, settings, loading, behind = []) {
  const before = loading === undefined ? [] : ['--import', loading];
  const flags = ['--disable-warning=TimeoutNegativeWarning', ...before];
  const args = [...behind, process.execPath, ...flags, program(name)];
  const child = spawn(args[0], args.slice(1), {
    env: { ...process.env, PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let logged = '';
  child.stderr.on('data', (chunk) => (logged = (logged + chunk).slice(-1_000_000)));
  let status = null;
  const ended = new Promise((resolve) =>
    child.once('close', (code, signal) => {
      status = signal ?? code;
      resolve(status);
    }),
  );
  const last = () => child.kill('SIGKILL');
  process.once('exit', last);
  void ended.then(() => process.removeListener('exit', last));
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      const found = /http:\/\/[0-9.]+:[0-9]+/.exec(String(chunk));
      if (found !== null) resolve(found[0]);
    });
    void ended.then(() => reject(new Error(`${name} ended with ${status} before it had an address: ${logged}`)));
  });
  const health = async () => {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(15_000) });
    return { ...(await answer.json()), status: answer.status };
  };
  const ready = async (ms = 60_000) => {
    for (const end = Date.now() + ms; ; await pause(100)) {
      const now = await health().catch((error) => ({ status: 0, fault: error.message }));
      if (now.status === 200) return now;
      if (status !== null) throw new Error(`${name} ended with ${status}: ${logged}`);
      if (Date.now() > end) throw new Error(`${name} is not ready after ${ms} ms: ${JSON.stringify(now)} ${logged}`);
    }
  };
  const end = async (signal) => {
    child.kill(signal);
    return ended;
  };
  return {
    name,
    process: child,
    url,
    ready,
    health,
    ended,
    pid: child.pid,
    logged: () => logged,
    signal: (signal) => child.kill(signal),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
