import type { EventLog, Pseudonymizer } from '@entente/engine';
import type { CommandToSend, RowCommand } from './row-mapper.js';

/** The answer to a command. */
export type SendAnswer =
  { readonly type: 'accepted' | 'there' } | { readonly type: 'refused'; readonly code: string; readonly why: string };

/** An event of the log, as far as an import reads it. */
export interface HistoryEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: {
    readonly commandId: string;
    readonly correlationId: string;
    readonly recordedAt: string;
  };
}

/** The refusal of a command, with every field in error. */
export const refusedAnswer = (
  code: string,
  title: string | undefined,
  errors: readonly { readonly path: string; readonly message: string }[] = [],
): SendAnswer => {
  const fields = errors.map(({ path, message }) => `${path} ${message}`).join('; ');
  return { type: 'refused', code, why: [title, fields].filter((part) => part !== undefined && part !== '').join(': ') };
};

/** A command with its stream and sender. Its id is the same whenever the row is sent again. */
export interface AddressedCommand extends CommandToSend {
  readonly to: Pick<RowCommand, 'kind' | 'streamId' | 'actor'>;
}

/** Where an import sends commands, and finds what is recorded. */
export interface ImportTarget {
  /**
   * Sends the commands of a row in order, up to the first that is refused: the answers so far. None
   * is recorded then, as far as that can be known before.
   */
  sendAll(commands: readonly AddressedCommand[]): Promise<readonly SendAnswer[]>;
  /** The events that a command of an import left on a stream; none if there are none. */
  eventsOf(stream: string, actor: string, commandId: string): Promise<readonly HistoryEvent[]>;
  /** Every event of some kinds of stream, in the order of the log. */
  history(kinds: readonly string[]): AsyncIterable<HistoryEvent>;
}

/** The log on which a dry run rests. Nothing is written to it. */
export interface BaseLog extends Pick<EventLog, 'head' | 'readStream'>, Pick<ImportTarget, 'history'> {
  /** Who made its pseudonyms; null if only its server can do that. */
  readonly pseudonymizer: Pseudonymizer | null;
  /**
   * What its server would answer to one command by itself. Null if the log has all that a decision
   * needs. The API gives neither the hash of a command nor the sender of a pseudonymous one.
   */
  readonly ask: ((command: AddressedCommand) => Promise<SendAnswer>) | null;
}
