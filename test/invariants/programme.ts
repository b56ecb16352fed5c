import type { ProgrammeEvent } from '@entente/contracts';
import { type Programme, stakeholder } from '@entente/domain';
import { type RecordedEvent, actsFor } from '@entente/kernel';
import { type Elsewhere, type Invariants, type Sentences, unlike } from './invariant.js';

const joined = ({ donor, participants }: Programme): readonly string[] => [
  donor,
  ...Object.keys(participants).filter((id) => participants[id] === 'joined'),
];

/** R2, R4: what approval and activation both rest on. */
function agreed(was: Programme, elsewhere: Elsewhere): Sentences {
  const { concurrences, lead, approvalRule } = was;
  const counts = concurrences.filter(({ party }) => lead === undefined || party === lead);
  const parts = joined(was);
  const concurs = (id: string) => concurrences.some(({ party, withheld }) => party === id && withheld === null);
  const many = was.kind === 'multilateral';
  const here = many ? parts.flatMap((id) => elsewhere.of(stakeholder, id) ?? []).filter((one) => !one.suspended) : [];
  return {
    'nobody whose word counts withholds it': counts.every(({ withheld }) => withheld === null),
    'the lead has joined': lead === undefined || parts.includes(lead),
    'all agree where all must': approvalRule !== 'unanimity' || parts.every((id) => id === was.donor || concurs(id)),
    'three take part, or one international organisation':
      !many || here.length >= 3 || here.some(({ type }) => type === 'international-organisation'),
  };
}

function another({ metadata: { actor } }: RecordedEvent, { proposedBy }: Programme): boolean {
  if (actor.person === undefined) return false;
  if (proposedBy.person !== undefined) return actor.person !== proposedBy.person;
  return actsFor(actor) !== actsFor(proposedBy) || actor.role !== proposedBy.role;
}

/** A programme: from its proposal to its end. */
export const programmes: Invariants<Programme, ProgrammeEvent> = {
  opens: 'ProgrammeProposed',
  says: (event, was, elsewhere) => {
    if (was === null) return {};
    const { status } = was;
    const ended = status === 'completed' || status === 'terminated';
    const before = status === 'proposed' || status === 'approved';
    const common = { 'nothing is said after the end but what corrects': !ended || event.type === 'MilestoneCorrected' };
    const milestone = 'milestone' in event.data ? was.milestones[event.data.milestone] : undefined;
    const planned = { ...common, 'the milestone was planned': milestone !== undefined };
    const open = { ...planned, 'the milestone was not met yet': milestone?.outcome !== 'met' };
    switch (event.type) {
      case 'ParticipantInvited':
        return {
          ...common,
          'who is invited takes no part yet':
            was.participants[event.data.participant] === undefined && event.data.participant !== was.donor,
        };
      case 'ParticipantJoined':
        return { ...common, 'who joins was invited': was.participants[event.data.participant] === 'invited' };
      case 'ParticipantWithdrew':
        return { ...common, 'who withdraws took part': was.participants[event.data.participant] !== undefined };
      case 'ConcurrenceGiven':
      case 'ConcurrenceWithheld':
        return { ...common, 'it is not active yet': before };
      case 'LegislatureNotified':
        return { ...common, 'it is not active yet': before, 'the legislature is told once': was.noticeEnds === null };
      case 'ProgrammeApproved':
        return {
          ...agreed(was, elsewhere),
          'it was proposed': status === 'proposed',
          'another one approves than proposed': another(event, was),
        };
      case 'ProgrammeActivated':
        return {
          ...agreed(was, elsewhere),
          'it was approved': status === 'approved',
          'the notice has run out': was.noticeEnds === null || event.data.on >= was.noticeEnds,
        };
      case 'ProgrammeAdapted':
        return { ...common, 'it was approved': status !== 'proposed' };
      case 'MilestonePlanned':
        return { ...common, 'a milestone is planned once': milestone === undefined };
      case 'MilestoneReplanned':
      case 'MilestoneMet':
        return open;
      case 'MilestoneMissed':
        return { ...open, 'the milestone was not missed yet': milestone?.outcome !== 'missed' };
      case 'MilestoneCorrected':
        return { ...planned, 'what is corrected is its outcome': milestone?.saidBy === event.data.corrects };
      case 'ProgrammeSuspended':
        return { 'it was active': status === 'active' };
      case 'ProgrammeResumed':
        return { 'it was suspended': status === 'suspended' };
      case 'ProgrammeCompleted':
        return {
          'it was active': status === 'active',
          'each milestone was met or missed': Object.values(was.milestones).every(({ outcome }) => outcome !== 'open'),
        };
      default:
        return common;
    }
  },
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
        ({ outcome, on, saidBy }) => (outcome === 'open') === (on === null) && (on === null) === (saidBy === null),
      ),
      'what was missed was due': milestones.every(({ outcome, on, due }) => outcome !== 'missed' || (on ?? '') >= due),
    };
  },
};
