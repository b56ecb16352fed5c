import { spawn } from 'node:child_process';
import { type RunningApp, program, startApp } from './app-process.mjs';

/** The built standalone server, running as a process. */
export type StandaloneProcess = RunningApp;

/**
 * Runs the built server on a folder on which it must fail to start, as another user if one is
 * named: its exit status and its output.
 */
export async function runStandalone(
  folder: string,
  user: { readonly uid?: number; readonly gid?: number } = {},
): Promise<{ readonly status: number | null; readonly output: string }> {
  const deployment = spawn(process.execPath, [program('standalone')], {
    ...user,
    cwd: '/',
    env: { ...process.env, ENTENTE_DATA: folder, PORT: '0', ENTENTE_EXAMPLE: 'off' },
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
 * `behind` is a program that runs it, such as strace, with its arguments; `loading` a module that
 * is loaded before it.
 */
export const startStandalone = (
  folder: string,
  example: 'on' | 'off',
  behind: readonly string[] = [],
  settings: Readonly<Record<string, string>> = {},
  loading?: string,
): Promise<StandaloneProcess> =>
  startApp('standalone', { ENTENTE_DATA: folder, ENTENTE_EXAMPLE: example, ...settings }, loading, behind);

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
      basis: 'reported',
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
