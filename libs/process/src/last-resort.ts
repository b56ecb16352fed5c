import { writeSync } from 'node:fs';

/**
 * The exit status of a process whose state is uncertain, as after a commit with unknown outcome or
 * an uncaught error. A supervisor should restart it.
 */
export const EXIT_UNSURE = 70;

/** The time limit for open requests and resources to be answered and closed, in milliseconds. */
const CLOSE_WITHIN_MS = 5000;

/** The standard error stream. */
const STDERR = 2;

/**
 * Handles uncaught errors and unhandled rejections. The process logs one line with the cause,
 * answers open requests, closes its resources, and ends with {@link EXIT_UNSURE}. `close` may be
 * called at any time, even before anything is open.
 */
export function lastResort(name: string, close: () => Promise<unknown>): void {
  let ending = false;
  process.on('uncaughtException', (error: unknown) => {
    const again = ending;
    ending = true;
    // The process may end before the handler does, so the exit code is set first.
    process.exitCode = EXIT_UNSURE;
    log(name, error, again ? 'while it ends' : `it answers what is open and ends with status ${EXIT_UNSURE}`);
    if (again) return;
    const end = (): never => process.exit(EXIT_UNSURE);
    setTimeout(end, CLOSE_WITHIN_MS).unref();
    void Promise.resolve()
      .then(close)
      .catch((failed: unknown) => log(name, failed, 'while it ends'))
      .finally(end);
  });
}

/**
 * Describes an error and its causes for the log. Any value may be thrown, even one that cannot be
 * converted to text.
 */
function described(error: unknown, depth = 0): { type: string; message: string; stack?: string; cause?: unknown } {
  try {
    if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
    const { name, message, stack, cause } = error;
    return {
      type: String(name),
      message: String(message),
      ...(stack === undefined ? {} : { stack: String(stack) }),
      ...(cause === undefined || depth > 4 ? {} : { cause: described(cause, depth + 1) }),
    };
  } catch {
    return { type: typeof error, message: 'something that cannot be made text' };
  }
}

/** Writes one line in the format of the log. */
function log(name: string, error: unknown, then: string): void {
  try {
    const err = described(error);
    const line = {
      level: 'fatal',
      time: new Date().toISOString(),
      context: 'last-resort',
      err,
      msg: `${name} met an uncaught error (${err.message}); ${then}`,
    };
    writeSync(STDERR, `${JSON.stringify(line)}\n`);
  } catch {
    // Standard error is closed, so the line cannot be written.
  }
}
