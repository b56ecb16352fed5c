import type { Json } from '@entente/kernel';
import { eraAt } from './eras.js';
import type { EventLog } from './event-store.js';
import type { CommandResult, Receipt } from './execute.js';
import { afterToken } from './read-your-writes.js';

/** A receipt as it is told to whoever sent the command. */
export interface ReceiptOut {
  readonly commandId: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  /** The token that waits for what was recorded. */
  readonly after: string;
  readonly events: Receipt['events'];
}

/** Why a command was not taken, in the words of every way in. */
export interface NotTaken {
  /** A stable name in kebab-case. */
  readonly code: string;
  readonly title: string;
  /** What it rests on: rule, facts, wrong fields. */
  readonly more: { readonly [name: string]: Json };
}

/** What a command is answered, whichever way it came. */
export type CommandAnswer =
  | { readonly as: 'accepted'; readonly receipt: ReceiptOut; readonly repeated: boolean }
  | ({ readonly as: 'refused' } & NotTaken);

/** A receipt for its sender: the position as text, and the token of the log's era. */
export const receiptOut = (log: EventLog, { commandId, stream, revision, position, events }: Receipt): ReceiptOut => ({
  commandId,
  stream,
  revision,
  position: String(position),
  after: afterToken(position, stream, eraAt(log, position)),
  events,
});

/** The words for an outcome by which nothing was recorded. */
export function notTaken(outcome: Exclude<CommandResult, { as: 'accepted' | 'would' }>): NotTaken {
  switch (outcome.as) {
    case 'id-reused':
      return {
        code: 'command-id-reused',
        title: 'this command id was used for another command on this stream',
        more: {},
      };
    case 'stale':
      return {
        code: 'revision-mismatch',
        title: 'the stream has another revision than the command asks for',
        more: { revision: outcome.revision },
      };
    case 'refused': {
      const { code, unless, rule, facts } = outcome.refusal;
      return { code, title: `refused unless ${unless}`, more: { rule, unless, facts } };
    }
  }
}
