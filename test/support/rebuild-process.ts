import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Settings, program } from './app-process.mjs';
import { preload } from './preload.js';

/** How a rebuild ended, and the steps that it took. */
export interface RebuildEnd {
  /** The exit status; null if it was killed. */
  readonly code: number | null;
  /** Empty if it was to die. */
  readonly steps: readonly string[];
}

/**
 * Rebuilds `funding` in a separate process, which `module`, loaded before it, kills at a step:
 * `dies` names the step in its own terms. Without `dies` it records its steps.
 */
export async function rebuildFunding(
  module: string,
  { dies, args = [], settings = {} }: { dies?: Settings; args?: readonly string[]; settings?: Settings },
): Promise<RebuildEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'entente-steps-'));
  const to = join(folder, 'steps.json');
  try {
    const loading = `${preload(module)}?${String(new URLSearchParams(dies ?? { to }))}`;
    const child = spawn(process.execPath, ['--import', loading, program('cli'), 'rebuild', 'funding', ...args], {
      env: { ...process.env, ...settings },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, steps: dies === undefined ? (JSON.parse(readFileSync(to, 'utf8')) as string[]) : [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
