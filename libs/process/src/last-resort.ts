import { writeSync } from 'node:fs';

/**
 * The exit status of a process whose state is uncertain, as after a commit with unknown outcome or
 * an uncaught error. A supervisor starts it again.
 */
export const EXIT_UNSURE = 70;

/** The time for what is open to be answered or closed, in milliseconds. */
const CLOSE_WITHIN_MS = 5000;

/** The standard error stream. */
const STDERR = 2;

/**
 * Handles an uncaught error, also a rejected promise: the process logs one
 * line with the cause, answers or closes what is open, and ends with {@link EXIT_UNSURE}. `close`
 * may be called at any time, also before anything is open.
 */
export function lastResort(name: string, close: () => Promise<unknown>): void {
  let ending = false;
  process.on('uncaughtException', (error: unknown) => {
    const again = ending;
    ending = true;
    // Also if nothing is left open before that.
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
 * An error as text that can be logged, with its causes. Anything may be thrown, also what cannot be
 * made text.
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

/** One line, in the form of every other line of the log. */
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
    // No reader is left.
  }
}
