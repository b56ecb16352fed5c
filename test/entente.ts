import { commandLine } from '../apps/cli/src/commands.js';

/**
 * Runs a command of the line in this process: its exit status and what it printed. Rejects with the
 * fault of one that fails.
 */
export async function entente(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const told = { status: 0, out: '', err: '' };
  const output = (json: boolean) => ({
    json,
    out: (text: string) => void (told.out += text),
    err: (text: string) => void (told.err += text),
  });
  await commandLine((code) => (told.status = code), output).parseAsync(['node', 'entente', ...args]);
  return told;
}
