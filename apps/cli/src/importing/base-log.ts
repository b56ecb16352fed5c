import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pseudonymKey } from '@entente/embedded';
import { type EventLog, Pseudonymizer } from '@entente/engine';
import { openLog } from '../cli.module.js';
import { NO_LOG } from './dry-run.js';
import type { BaseLog, HistoryEvent } from './import-target.js';

/** A log whose events have all that a decision needs, as a dry run reads it. */
const baseOf = (log: EventLog, pseudonymizer: Pseudonymizer | null): BaseLog => ({
  pseudonymizer,
  ask: null,
  head: () => log.head(),
  readStream: (stream, range) => log.readStream(stream, range),
  async *history(kinds): AsyncGenerator<HistoryEvent, void> {
    for await (const batch of log.readLog(0n, { kinds, upTo: await log.head() }))
      yield* batch as readonly HistoryEvent[];
  },
});

/**
 * Runs `work` on the log of a folder, whether or not a server writes it. Nothing is changed there.
 * A folder that is missing or empty has no log yet.
 */
export async function withBaseLog<T>(folder: string, work: (log: BaseLog) => Promise<T>): Promise<T> {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return work(NO_LOG);
  const log = openLog(folder);
  try {
    const hasKey = existsSync(join(folder, 'pseudonym.key'));
    return await work(baseOf(log, hasKey ? new Pseudonymizer(pseudonymKey(folder)) : null));
  } finally {
    await log.close();
  }
}
