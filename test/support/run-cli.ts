import { commandLine } from '../../apps/cli/src/commands.js';

/**
 * Runs a command of the command line in this process: its exit status and its output. Rejects with
 * the error of a command that fails.
 */
export async function entente(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const result = { status: 0, out: '', err: '' };
  const output = (json: boolean) => ({
    json,
    out: (text: string) => void (result.out += result.out === '' ? text : `\n${text}`),
    err: (text: string) => void (result.err += result.err === '' ? text : `\n${text}`),
  });
  await commandLine((code) => (result.status = code), output).parseAsync(['node', 'entente', ...args]);
  return result;
}
