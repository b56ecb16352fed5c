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

/** How many times a command whose decider fails is decided before it becomes a dead letter. */
const MAX_ATTEMPTS = 3;

/**
 * Decides the commands that a feed delivers, by the same rules as every other. What shares a key is
 * decided in the order in which it came, and so is what shares a stream; all else side by side. A
 * command at which the rules themselves fail is given up after three times, and one whose events
 * are too large for the store is refused: any other fault is the store's, and then nothing of the
 * batch is answered.
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
      const of = [`stream ${streamName(command.stream)}`, ...(command.key === null ? [] : [`key ${command.key}`])];
      const mine = Promise.all(of.map((lane) => lanes.get(lane) ?? Promise.resolve())).then(() => this.one(command));
      for (const lane of of) lanes.set(lane, mine);
      return mine;
    });
    // Nothing is left under way behind a fault, or it might run beside its own repetition.
    const ends = await Promise.allSettled(decided);
    return ends.map((end) => {
      if (end.status === 'rejected') throw end.reason as Error;
      return end.value;
    });
  }

  private async one(command: SentCommand): Promise<Decided> {
    for (let time = 1; ; time += 1)
      try {
        return await this.ask(command);
      } catch (error) {
        if (error instanceof TooLarge) return { type: 'refused', code: error.code, title: error.message, more: {} };
        if (!(error instanceof DeciderFailed)) throw error;
        if (time < MAX_ATTEMPTS) continue;
        this.failed(command, error);
        const { cause } = error;
        return { type: 'failed', error: cause instanceof Error ? cause : error };
      }
  }

  private async ask(sent: SentCommand): Promise<Decided> {
    const outcome = await this.executor.execute(new ExecuteCommand(sent, this.now()));
    if (outcome.type === 'dry-run')
      throw new Error('a command on its way to the log was decided without being recorded');
    if (outcome.type === 'accepted')
      return { type: 'accepted', receipt: receiptOut(this.log, outcome.receipt), repeated: outcome.repeated };
    return { type: 'refused', ...problemFor(outcome) };
  }
}
