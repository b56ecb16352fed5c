import type { CommandAnswer, ReceivedCommand } from '@entente/kernel';

/** A command as its sender published it. */
export interface SentCommand extends ReceivedCommand {
  /**
   * Commands with the same key are decided in the order in which they were sent. Null: the sender
   * needs no order beyond that of the stream.
   */
  readonly key: string | null;
}

/**
 * The result of a command: its answer, or the error if the rules themselves failed at it on each
 * attempt.
 */
export type Decided = CommandAnswer | { readonly type: 'failed'; readonly error: Error };

/** Processes the commands that a feed delivers. */
export interface CommandConsumer {
  /**
   * Decides commands of one partition; the answers have the order of the commands. Rejects if they
   * cannot be decided now, for example because the store is unreachable: then no sender gets an
   * answer, and the feed delivers all of them again after a pause.
   */
  decide(commands: readonly SentCommand[]): Promise<readonly Decided[]>;
}

/** A running delivery of commands. */
export interface CommandSubscription {
  /** Why commands wait: the last fault of the delivery; null while it runs. */
  fault(): string | null;
  /** Ends after the current commands, which are answered. */
  stop(): Promise<void>;
}

/**
 * Delivers the commands that others publish, in order within each partition, and publishes the
 * answers.
 *
 * - The answers to a batch of commands and the offset after it are committed together or not at
 *   all. So each message has one answer, even if a process dies in between. Until then a command
 *   may be delivered again; its id makes that harmless.
 * - A message of invalid form is answered without the consumer. A message that names no reply
 *   address, or at which the rules failed, goes to the dead-letter topic unchanged; the messages
 *   after it are processed.
 * - If several processes share a feed, each is assigned some of the partitions. The assignment may
 *   change at any time.
 */
export abstract class CommandFeed {
  abstract subscribe(consumer: CommandConsumer): CommandSubscription;
}
