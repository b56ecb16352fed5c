import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built standalone server, running as a process. */
export interface StandaloneProcess {
  readonly process: ChildProcess;
  readonly url: string;
  readonly ended: Promise<void>;
  /** Its log so far. */
  logged(): string;
}

/** The program that `npm start` runs. */
export const MAIN = fileURLToPath(new URL('../../dist/apps/standalone/src/main.js', import.meta.url));

const environment = (folder: string, example: 'on' | 'off') => ({
  ...process.env,
  ENTENTE_DATA: folder,
  PORT: '0',
  ENTENTE_EXAMPLE: example,
});

/**
 * Runs the built server on a folder on which it must fail to start, as another user if one is
 * named: its exit status and its output.
 */
export async function runStandalone(
  folder: string,
  user: { readonly uid?: number; readonly gid?: number } = {},
): Promise<{ readonly status: number | null; readonly output: string }> {
  const deployment = spawn(process.execPath, [MAIN], {
    ...user,
    cwd: '/',
    env: environment(folder, 'off'),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  let output = '';
  for (const stream of [deployment.stdout, deployment.stderr])
    stream?.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => deployment.once('close', resolve));
  return { status, output };
}

/**
 * Starts the built server on a data folder and a free port, and waits until it prints its address.
 * `behind` is a program that runs it, such as strace, with its arguments.
 */
export async function startStandalone(
  folder: string,
  example: 'on' | 'off',
  behind: readonly string[] = [],
  settings: Readonly<Record<string, string>> = {},
): Promise<StandaloneProcess> {
  const command = [...behind, process.execPath, MAIN];
  const [program = process.execPath, ...args] = command;
  const deployment = spawn(program, args, {
    env: { ...environment(folder, example), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let logged = '';
  deployment.stderr.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk);
    logged = (logged + chunk.toString()).slice(-1_000_000);
  });
  const ended = new Promise<void>((resolve) => deployment.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    deployment.once('error', reject);
    deployment.once('exit', (code) => reject(new Error(`the deployment ended with ${code} before it listened`)));
    deployment.stdout.on('data', (chunk: Buffer) => {
      const found = /http:\/\/[0-9.]+:[0-9]+/.exec(chunk.toString());
      if (found !== null) resolve(found[0]);
    });
  });
  return { process: deployment, url, ended, logged: () => logged };
}

/** Proposes a programme. Its id is the command id too, so that a repeat changes nothing. */
export const propose = (url: string, id: string, more: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${url}/v1/programme/norland.${id}/propose`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'entente-actor': 'norland;role=donor',
      'idempotency-key': id,
      ...more,
    },
    body: JSON.stringify({
      title: 'Training',
      donor: 'norland',
      recipient: 'estmark',
      sector: '15210',
      starts: '2026-01-01',
      ends: '2028-12-31',
    }),
  });

/** Waits until every read model has folded the whole log. */
export async function caughtUp(url: string): Promise<void> {
  for (let behind = true; behind;) {
    const ready = (await (await fetch(`${url}/health/ready`)).json()) as { models: { lag: string }[] };
    behind = ready.models.length === 0 || ready.models.some(({ lag }) => lag !== '0');
  }
}
