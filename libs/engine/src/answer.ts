import type { CommandProblem, CommandReceipt } from '@entente/kernel';
import { eraAt } from './eras.js';
import type { EventLog } from './event-store.js';
import type { CommandResult, Receipt } from './executor.js';
import { consistencyToken } from './read-your-writes.js';

/**
 * A receipt as its sender gets it: the position as text, and a consistency token of the log's era.
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

/** Why nothing was recorded, as a problem for the sender. */
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
      // Senders know the requirement as `unless`, and golden files hold answers to that name.
      const { code, requirement, rule, facts } = outcome.refusal;
      return { code, title: `refused unless ${requirement}`, more: { rule, unless: requirement, facts } };
    }
  }
}
