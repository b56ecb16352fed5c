import type { INestApplication } from '@nestjs/common';
import { lastResort } from './last-resort.js';
import { openStartupServer } from './startup-server.js';

/** A process that serves on an address, from its start to its end. */
export interface ServedProcess {
  /** What it is called, to its operator: `Entente's relay`. */
  readonly name: string;
  readonly at: { readonly host: string; readonly port: number; readonly shutdownTimeoutSeconds: number };
  /**
   * Makes it, as soon as what it needs is there: `signal` says that nobody waits for it any more.
   */
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
 * Lives: answers at its address from the start on, at first that it waits for its services, then by
 * itself; ends with status 0 when it is told to (SIGTERM, SIGINT), with 1, and a sentence, where it
 * cannot begin, and with 70 after an error that nobody caught. Answers its address once it serves;
 * null where it was told to end before.
 */
export async function runProcess({ name, at, build, waitsFor }: ServedProcess): Promise<string | null> {
  const ending = new AbortController();
  const { signal } = ending;
  let close = (): Promise<unknown> => Promise.resolve();
  lastResort(name, () => close());
  for (const told of ['SIGTERM', 'SIGINT'] as const)
    process.once(told, () => {
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
    // It may have been told to end while nobody but this listened.
    if (signal.aborted) {
      await app.close();
      process.exit(0);
    }
    const url = await app.getUrl();
    process.stdout.write(`${name} serves: ${url}/health/ready says how it stands\n`);
    return url;
  } catch (error) {
    if (signal.aborted) process.exit(0);
    const says = error instanceof Error ? error.message : String(error);
    const taken = (error as { code?: string }).code === 'EADDRINUSE' ? '; PORT names another (0: a free one)' : '';
    process.stderr.write(`${name} cannot start: ${says}${taken}\n`);
    process.exit(1);
  }
}

/** The settings of a process; where some are wrong, says which and what they take, and ends. */
export function settingsOr<T>(read: { readonly settings: T } | { readonly wrong: readonly string[] }, name: string): T {
  if ('settings' in read) return read.settings;
  const lines = read.wrong.map((line) => `  ${line}\n`).join('');
  process.stderr.write(`${name} cannot start:\n${lines}`);
  process.exit(1);
}
