import {
  type CommandConsumer,
  type Decided,
  type EventLog,
  type Executor,
  DeciderFailed,
  type SentCommand,
  ExecuteCommand,
  TooLarge,
  problemFor,
  receiptOut,
} from '@entente/engine';
import { streamName } from '@entente/kernel';

/** The number of attempts after which a command whose decider fails becomes a dead letter. */
const MAX_ATTEMPTS = 3;

/**
 * Decides the commands of a feed, by the same rules as commands over HTTP. Commands with the same
 * key or on the same stream are decided in their order, all others concurrently. A command whose
 * decider fails three times becomes a dead letter. If the events of a command are too large for the
 * store, it is refused. Any other fault rejects the batch, and no command of it is answered.
 */
export class Intake implements CommandConsumer {
  constructor(
    private readonly executor: Executor,
    private readonly log: EventLog,
    /** Called for each command whose decider fails. */
    private readonly failed: (command: SentCommand, error: DeciderFailed) => void = () => undefined,
    private readonly now: () => string = () => new Date().toISOString(),
  ) {}

  async decide(commands: readonly SentCommand[]): Promise<readonly Decided[]> {
    const lanes = new Map<string, Promise<unknown>>();
    const decided = commands.map((command) => {
      const keys = [`stream ${streamName(command.stream)}`, ...(command.key === null ? [] : [`key ${command.key}`])];
      const decision = Promise.all(keys.map((lane) => lanes.get(lane) ?? Promise.resolve())).then(() =>
        this.decideWithRetries(command),
      );
      for (const lane of keys) lanes.set(lane, decision);
      return decision;
    });
    // Waits for all commands, even after a fault, so that a retry does not run concurrently with
    // the first attempt.
    const ends = await Promise.allSettled(decided);
    return ends.map((end) => {
      if (end.status === 'rejected') throw end.reason as Error;
      return end.value;
    });
  }

  private async decideWithRetries(command: SentCommand): Promise<Decided> {
    for (let attempt = 1; ; attempt += 1)
      try {
        return await this.execute(command);
      } catch (error) {
        if (error instanceof TooLarge) return { type: 'refused', code: error.code, title: error.message, more: {} };
        if (!(error instanceof DeciderFailed)) throw error;
        if (attempt < MAX_ATTEMPTS) continue;
        this.failed(command, error);
        const { cause } = error;
        return { type: 'failed', error: cause instanceof Error ? cause : error };
      }
  }

  private async execute(sent: SentCommand): Promise<Decided> {
    const outcome = await this.executor.execute(new ExecuteCommand(sent, this.now()));
    if (outcome.type === 'dry-run')
      throw new Error('a command on its way to the log was decided without being recorded');
    if (outcome.type === 'accepted')
      return { type: 'accepted', receipt: receiptOut(this.log, outcome.receipt), repeated: outcome.repeated };
    return { type: 'refused', ...problemFor(outcome) };
  }
}
