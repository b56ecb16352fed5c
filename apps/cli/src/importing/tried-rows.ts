import { DryRun } from './dry-run.js';
import type { ImportApi } from './import-api.js';
import type { AddressedCommand, HistoryEvent, ImportTarget, SendAnswer } from './import-target.js';

/**
 * A deployment to which rows of several commands go: all commands of a row are decided here, on its
 * log, before the first is sent. So a refused row leaves nothing there.
 */
export class TriedRows implements ImportTarget {
  private trial: DryRun | null = null;
  private trying: Promise<unknown> = Promise.resolve();
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly api: ImportApi,
    private readonly correlationId: string,
  ) {}

  async sendAll(commands: readonly AddressedCommand[]): Promise<readonly SendAnswer[]> {
    const tried = this.trying.then(() => this.tried(commands));
    const sent = tried.then((answers) => (isRefused(answers) ? answers : this.api.sendAll(commands)));
    const ended = sent.catch(() => undefined);
    this.trying = tried.then(
      () => void this.underWay.add(ended),
      () => undefined,
    );
    try {
      return await sent;
    } finally {
      this.underWay.delete(ended);
    }
  }

  /**
   * Decides the commands on the log as it was, with what the import has sent since. Others may have
   * recorded more: so a refusal counts on the log as it is now.
   */
  private async tried(commands: readonly AddressedCommand[]): Promise<readonly SendAnswer[]> {
    const before = await this.trial?.sendAll(commands);
    if (before !== undefined && !isRefused(before)) return before;
    await Promise.all(this.underWay);
    this.close();
    this.trial = await DryRun.on(this.api.log, this.correlationId, () => undefined);
    return this.trial.sendAll(commands);
  }

  eventsOf(stream: string, actor: string, commandId: string): Promise<readonly HistoryEvent[]> {
    return this.api.eventsOf(stream, actor, commandId);
  }

  history(kinds: readonly string[]): AsyncIterable<HistoryEvent> {
    return this.api.history(kinds);
  }

  close(): void {
    this.trial?.close();
    this.trial = null;
  }
}

const isRefused = (answers: readonly SendAnswer[]): boolean => answers.at(-1)?.type === 'refused';
