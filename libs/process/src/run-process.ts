import type { INestApplication } from '@nestjs/common';
import { messageOf } from '@entente/async';
import { lastResort } from './last-resort.js';
import { openStartupServer } from './startup-server.js';

/** A process that serves on an address. */
export interface ServedProcess {
  /** Its name in messages to its operator: `Entente's relay`. */
  readonly name: string;
  readonly at: { readonly host: string; readonly port: number; readonly shutdownTimeoutSeconds: number };
  /** Builds the app when its services answer. `signal` is aborted when the process is to end. */
  readonly build: (signal: AbortSignal) => Promise<INestApplication>;
  /** What the process is waiting for, as text; null if nothing. */
  readonly waitsFor: () => string | null;
}

/** Ends the process with status 1 if it has not stopped within this time. */
export function stopWithin(seconds: number): void {
  setTimeout(() => {
    process.stderr.write(`Entente did not stop within ${seconds} s (ENTENTE_SHUTDOWN_TIMEOUT_SECONDS) and ends now\n`);
    process.exit(1);
  }, seconds * 1000).unref();
}

/**
 * Runs a process. It listens at its address from the start. At first it answers that it is waiting
 * for its services; then the app answers. It ends with status 0 on SIGTERM or SIGINT, with 1 and a
 * message if it cannot start, and with 70 after an uncaught error. Resolves with its URL when it
 * serves.
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
    // The signal may have arrived before the app's own listener was added.
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

/**
 * Ends a process that cannot start, with status 1. The message states the reason and the setting to
 * change.
 */
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
