import type { CommandAnswer, ReceivedCommand } from '@entente/kernel';

/** A command as its sender published it. */
export interface SentCommand extends ReceivedCommand {
  /**
   * What shares a key is decided in the order in which it was sent; null if the sender asks for no
   * order but the stream's own.
   */
  readonly key: string | null;
}

/**
 * What became of a command: its answer; or, where the rules themselves failed at it each time, the
 * error.
 */
export type Decided = CommandAnswer | { readonly as: 'failed'; readonly error: Error };

/** Takes the commands that a feed delivers. */
export interface CommandConsumer {
  /**
   * Answers commands of one partition, each at its place. Rejects where they cannot be decided now,
   * as while the store is away: then nobody is answered, and all of them come again after a pause.
   */
  decide(commands: readonly SentCommand[]): Promise<readonly Decided[]>;
}

/** A running delivery of commands. */
export interface CommandSubscription {
  /** Why commands wait: the last fault of the delivery, null while it runs well. */
  fault(): string | null;
  /** Ends after the commands at hand, which are answered. */
  stop(): Promise<void>;
}

/**
 * Delivers the commands that others publish, in order within each partition, and carries the
 * answers back.
 *
 * - The answers to some commands, and the place behind them, take effect together or not at all:
 *   each message has one answer, whoever dies meanwhile. A command may be handed over again until
 *   then; its id makes that harmless.
 * - What is wrong in its shape is answered without asking the consumer. What nobody can be answered
 *   to, and what failed, is put aside untouched, and what comes behind it goes on.
 * - Where several processes share a feed, each is delivered some of the partitions, which may
 *   change at any time.
 */
export abstract class CommandFeed {
  abstract subscribe(consumer: CommandConsumer): CommandSubscription;
}
