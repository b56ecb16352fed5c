import type { INestApplication } from '@nestjs/common';
import { messageOf } from '@entente/async';
import { lastResort } from './last-resort.js';
import { openStartupServer } from './startup-server.js';

/** A process that serves on an address, from its start to its end. */
export interface ServedProcess {
  /** What it is called, to its operator: `Entente's relay`. */
  readonly name: string;
  readonly at: { readonly host: string; readonly port: number; readonly shutdownTimeoutSeconds: number };
  /** Builds the app when its services answer. `signal` is aborted if the process is to end. */
  readonly build: (signal: AbortSignal) => Promise<INestApplication>;
  /** What it waits for meanwhile. */
  readonly waitsFor: () => string | null;
}

/** Stopping has its bound: its supervisor is not kept waiting. */
export function stopWithin(seconds: number): void {
  setTimeout(() => {
    process.stderr.write(`Entente did not stop within ${seconds} s (ENTENTE_SHUTDOWN_TIMEOUT_SECONDS) and ends now\n`);
    process.exit(1);
  }, seconds * 1000).unref();
}

/**
 * Runs a process. It answers at its address from the start: first that it waits for its services,
 * then as the app. It ends with status 0 on SIGTERM or SIGINT, with 1 and a message if it cannot
 * start, and with 70 after an uncaught error. Resolves with its address once it serves; null if it
 * was ended before.
 */
export async function runProcess({ name, at, build, waitsFor }: ServedProcess): Promise<string | null> {
  const ending = new AbortController();
  const { signal } = ending;
  let close = (): Promise<unknown> => Promise.resolve();
  lastResort(name, () => close());
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      ending.abort();
      stopWithin(at.shutdownTimeoutSeconds);
    });
  try {
    const startupServer = await openStartupServer(at, waitsFor);
    const port = startupServer.port;
    close = () => startupServer.close();
    process.stdout.write(`${name} is on http://${at.host}:${port}, and waits for its services\n`);
    const app = await build(signal).finally(() => startupServer.close());
    close = () => app.close();
    app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
    await app.listen(port, at.host);
    // The signal may have come before another listener was added.
    if (signal.aborted) {
      await app.close();
      process.exit(0);
    }
    const url = await app.getUrl();
    process.stdout.write(`${name} serves; its status: ${url}/health/ready\n`);
    return url;
  } catch (error) {
    if (signal.aborted) process.exit(0);
    cannotStart(name, error);
  }
}

/** Ends a process that cannot start: with status 1, the reason, and the setting to change. */
export function cannotStart(name: string, error: unknown): never {
  const reason = messageOf(error);
  const taken = (error as { code?: string } | null)?.code === 'EADDRINUSE';
  process.stderr.write(`${name} cannot start: ${reason}${taken ? '; PORT names another (0: a free one)' : ''}\n`);
  process.exit(1);
}

/** The settings of a process. If some are wrong, logs all errors and ends the process. */
export function settingsOr<T>(read: { readonly settings: T } | { readonly wrong: readonly string[] }, name: string): T {
  if ('settings' in read) return read.settings;
  const lines = read.wrong.map((line) => `  ${line}\n`).join('');
  process.stderr.write(`${name} cannot start:\n${lines}`);
  process.exit(1);
}
