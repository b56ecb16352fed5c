import { commandLine, runCommandLine } from '../../apps/cli/src/commands.js';
import type { Output } from '../../apps/cli/src/output.js';

/** What a command of the command line did: its exit status, and the lines of its output. */
export interface CliResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function captured(
  work: (exit: (status: number) => void, outputTo: (json: boolean) => Output) => Promise<unknown>,
): Promise<CliResult> {
  const result = { status: 0, out: '', err: '' };
  const outputTo = (json: boolean): Output => ({
    json,
    out: (text) => void (result.out += result.out === '' ? text : `\n${text}`),
    err: (text) => void (result.err += result.err === '' ? text : `\n${text}`),
  });
  await work((status) => (result.status = status), outputTo);
  return result;
}

/**
 * Runs a command of the command line in this process: its exit status and its output. Rejects with
 * the error of a command that fails.
 */
export const entente = (...args: string[]): Promise<CliResult> =>
  captured((exit, outputTo) => commandLine(exit, outputTo).parseAsync(['node', 'entente', ...args]));

/** Runs a command as its process would: a failure is a sentence and an exit status. */
export const runEntente = (...args: readonly string[]): Promise<CliResult> =>
  captured((exit, outputTo) => runCommandLine(['node', 'entente', ...args], exit, outputTo));
