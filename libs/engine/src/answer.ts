import type { CommandProblem, CommandReceipt } from '@entente/kernel';
import { eraAt } from './eras.js';
import type { EventLog } from './event-store.js';
import type { CommandResult, Receipt } from './executor.js';
import { consistencyToken } from './read-your-writes.js';

/**
 * Converts a receipt for its sender: the position as text, and a consistency token with the log's
 * era.
 */
export const receiptOut = (
  log: EventLog,
  { commandId, stream, revision, position, events }: Receipt,
): CommandReceipt => ({
  commandId,
  stream,
  revision,
  position: String(position),
  after: consistencyToken(position, stream, eraAt(log, position)),
  events,
});

/** Converts a result that recorded nothing to a problem for the sender. */
export function problemFor(outcome: Exclude<CommandResult, { type: 'accepted' | 'dry-run' }>): CommandProblem {
  switch (outcome.type) {
    case 'id-reused':
      return {
        code: 'command-id-reused',
        title: 'this command id was used for another command on this stream',
        more: {},
      };
    case 'revision-mismatch':
      return {
        code: 'revision-mismatch',
        title: 'the stream has another revision than the command asks for',
        more: { revision: outcome.revision },
      };
    case 'refused': {
      // The public name of the requirement is `unless`. Golden files contain answers with it.
      const { code, requirement, rule, facts } = outcome.refusal;
      return { code, title: `refused unless ${requirement}`, more: { rule, unless: requirement, facts } };
    }
  }
}
