import type { ProgrammeEvent } from '@entente/contracts';
import type { Programme } from '@entente/domain';
import { type Invariants, unlike } from './invariant.js';

const joined = ({ donor, participants }: Programme): readonly string[] => [
  donor,
  ...Object.keys(participants).filter((id) => participants[id] === 'joined'),
];

/** A programme: from its proposal to its end. */
export const programmes: Invariants<Programme, ProgrammeEvent> = {
  opens: 'ProgrammeProposed',
  holds: (is) => {
    const participants = Object.keys(is.participants);
    const milestones = Object.values(is.milestones);
    return {
      'donor and recipient are two': is.donor !== is.recipient,
      'it ends after it starts': is.starts <= is.ends,
      'only a multilateral one has an approval rule': (is.kind === 'multilateral') === (is.approvalRule !== undefined),
      'a lead is named where it approves': (is.approvalRule === 'lead-nation') === (is.lead !== undefined),
      'others take part in a multilateral one only': is.kind === 'multilateral' || participants.length === 0,
      'the beneficiary takes no part': !participants.includes(is.recipient),
      'each objective is there once': unlike(is.objectives),
      'each authority has one word': unlike(is.concurrences.map(({ party, authority }) => `${party} ${authority}`)),
      'only parties have a word': is.concurrences.every(
        ({ party }) => party === is.recipient || joined(is).includes(party),
      ),
      'an outcome has its day and its event': milestones.every(
        ({ outcome, on, recordedBy }) =>
          ['open', 'ended'].includes(outcome) === (on === null) && (on === null) === (recordedBy === null),
      ),
      'what was missed was due': milestones.every(({ outcome, on, due }) => outcome !== 'missed' || (on ?? '') >= due),
    };
  },
};
