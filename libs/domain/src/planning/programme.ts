import {
  type DecisionContext,
  type DataOf,
  type Decider,
  type Known,
  type Refusal,
  actsFor,
  alreadyThere,
  never,
  notThere,
  refuse,
} from '@entente/kernel';
import { stakeholder } from '../parties/stakeholder.js';
import {
  type Programme,
  type ProgrammeEvent,
  type Proposal,
  evolve,
  joined,
  milestoneOf,
  participationOf,
} from './programme-record.js';

// ---- Commands ----

/** Each command says what its event will; the decision adds only what was left out. */
const SAYS = {
  ProposeProgramme: 'ProgrammeProposed',
  InviteParticipant: 'ParticipantInvited',
  JoinProgramme: 'ParticipantJoined',
  WithdrawFromProgramme: 'ParticipantWithdrew',
  DefineObjective: 'ObjectiveDefined',
  AssignGenderMarker: 'GenderMarkerAssigned',
  GiveConcurrence: 'ConcurrenceGiven',
  WithholdConcurrence: 'ConcurrenceWithheld',
  NotifyLegislature: 'LegislatureNotified',
  ApproveProgramme: 'ProgrammeApproved',
  ActivateProgramme: 'ProgrammeActivated',
  AdaptProgramme: 'ProgrammeAdapted',
  PlanMilestone: 'MilestonePlanned',
  ReplanMilestone: 'MilestoneReplanned',
  MeetMilestone: 'MilestoneMet',
  MissMilestone: 'MilestoneMissed',
  CorrectMilestone: 'MilestoneCorrected',
  SuspendProgramme: 'ProgrammeSuspended',
  ResumeProgramme: 'ProgrammeResumed',
  CompleteProgramme: 'ProgrammeCompleted',
  TerminateProgramme: 'ProgrammeTerminated',
} as const satisfies Record<string, ProgrammeEvent['type']>;

/** What may be left out: the kind (`bilateral`), and the days of notice ({@link NOTICE_DAYS}). */
interface WithDefaults {
  readonly ProposeProgramme: Omit<Proposal, 'kind'> & Partial<Pick<Proposal, 'kind'>>;
  readonly NotifyLegislature: { readonly on: string; readonly noticeDays?: number };
}

export type ProgrammeCommand = {
  [Type in keyof typeof SAYS]: {
    readonly type: Type;
    readonly data: Type extends keyof WithDefaults ? WithDefaults[Type] : DataOf<ProgrammeEvent, (typeof SAYS)[Type]>;
  };
}[keyof typeof SAYS];
type Later = Exclude<ProgrammeCommand, { type: 'ProposeProgramme' }>;

/** R2: the days for which activation waits once the legislature was told, where nothing else is said. */
export const NOTICE_DAYS = 15;
/** As many as may be invited: an approval looks at each one's standing. */
export const MOST_PARTICIPANTS = 64;

// ---- Who may do what ----

/** The donor's own, unless said otherwise here. The operator stands in for anybody, except that a person never approves what it proposed. */
function barred(command: Later, state: Programme, c: DecisionContext): Refusal | null {
  const { role } = c.actor;
  const who = actsFor(c.actor);
  if (role === 'operator') return null;
  switch (command.type) {
    case 'JoinProgramme':
    case 'WithdrawFromProgramme':
      if (who === command.data.participant) return null;
      return refuse('not-the-participant', 'the participant itself joins and withdraws', 'R4');
    case 'GiveConcurrence':
    case 'WithholdConcurrence':
      if (who === command.data.party) return null;
      return refuse('not-the-party', 'the party itself says whether it concurs', 'R2');
    case 'ApproveProgramme':
      if (state.lead === undefined) break;
      if (who === state.lead) return null;
      return refuse('not-the-lead', 'the lead nation approves', 'R4', { lead: state.lead });
    case 'MissMilestone':
      if (role === 'system' || role === 'implementer') return null;
      break;
    case 'PlanMilestone':
    case 'ReplanMilestone':
    case 'MeetMilestone':
    case 'CorrectMilestone':
      if (role === 'implementer') return null;
      break;
    default:
  }
  if (who === state.donor) return null;
  return refuse('not-the-donor', 'the donor, or somebody on its behalf, decides on its programme', null, {
    donor: state.donor,
  });
}

/** Approver != proposer: a known person, and not the one who proposed; where that one was not named, another organisation or role. */
function isProposer(state: Programme, c: DecisionContext): Refusal | null {
  const { proposedBy } = state;
  const another =
    proposedBy.person === undefined
      ? actsFor(c.actor) !== actsFor(proposedBy) || c.actor.role !== proposedBy.role
      : c.actor.person !== proposedBy.person;
  if (c.actor.person !== undefined && another) return null;
  return refuse(
    'approver-is-proposer',
    'a named person other than the one who proposed it approves; where nobody was named then, in another role',
    'separation-of-duties',
  );
}

// ---- Decisions ----

/** R4: the approval rule of a multilateral programme is fixed here, and a bilateral one has none. */
function decidePropose(
  data: WithDefaults['ProposeProgramme'],
  c: DecisionContext,
): readonly ProgrammeEvent[] | Refusal {
  const { donor, recipient, starts, ends, kind = 'bilateral', approvalRule, lead } = data;
  if (actsFor(c.actor) !== donor && c.actor.role !== 'operator')
    return refuse('not-the-donor', 'the donor, or somebody on its behalf, proposes its programme', null, { donor });
  if (recipient === donor) return refuse('donor-is-recipient', 'the recipient is another organisation than the donor');
  if (ends < starts) return refuse('ends-before-start', 'the programme ends after it starts', null, { starts, ends });
  if (kind === 'multilateral' && approvalRule === undefined)
    return refuse('approval-rule-missing', 'a multilateral programme says how it will be approved', 'R4');
  if (kind === 'bilateral' && approvalRule !== undefined)
    return refuse('not-multilateral', 'only a multilateral programme has an approval rule', 'R4');
  if ((approvalRule === 'lead-nation') !== (lead !== undefined))
    return refuse('lead-does-not-fit-rule', 'the lead nation is named where, and only where, it approves', 'R4');
  if (lead === recipient) return refuse('beneficiary-cannot-lead', 'the lead is not the beneficiary', 'R4');
  return [{ type: 'ProgrammeProposed', data: { ...data, kind } }];
}

const today = (c: DecisionContext): string => c.now.slice(0, 10);
const inTheFuture = (on: string, c: DecisionContext): Refusal | null =>
  on > today(c) ? refuse('day-in-future', 'the day has come', null, { on }) : null;

function cannotInvite(participant: string, state: Programme, known: Known): Refusal | null {
  if (state.kind !== 'multilateral') return refuse('not-multilateral', 'the programme is multilateral', 'R4');
  if (participant === state.recipient)
    return refuse('beneficiary-cannot-take-part', 'the participant is not the beneficiary', 'R4');
  if (participationOf(state, participant) !== undefined)
    return refuse('already-invited', 'the organisation has not been invited yet, or has withdrawn since', 'R4');
  if (Object.keys(state.participants).length >= MOST_PARTICIPANTS)
    return refuse('too-many-participants', `at most ${MOST_PARTICIPANTS} are invited`, 'R4');
  return known.of(stakeholder, participant)?.suspended === false
    ? null
    : refuse('participant-not-in-standing', 'the participant is registered and not suspended', 'R4', { participant });
}

function cannotConcur(party: string, state: Programme): Refusal | null {
  if (state.status !== 'proposed' && state.status !== 'approved')
    return refuse('already-activated', 'the programme has not been activated yet', 'R2', { status: state.status });
  if (party === state.recipient || participationOf(state, party) === 'joined') return null;
  return refuse('not-a-party', 'the party is the donor, the recipient or has joined', 'R2', { party });
}

/** What approval and activation both rest on: nobody whose word counts withholds it (R2), and those who take part agree by the rule (R4). */
function notAgreed(state: Programme, known: Known): Refusal | null {
  const { approvalRule, lead } = state;
  const withheld = state.concurrences.find(
    (word) => word.withheld !== null && (lead === undefined || word.party === lead),
  );
  if (withheld !== undefined)
    return refuse('concurrence-withheld', 'no authority whose word counts withholds its concurrence', 'R2', {
      party: withheld.party,
      authority: withheld.authority,
    });
  if (state.kind !== 'multilateral') return null;
  const participants = joined(state);
  if (lead !== undefined && !participants.includes(lead))
    return refuse('lead-not-joined', 'the lead nation has joined', 'R4', { lead });
  const standing = participants.flatMap((id) => known.of(stakeholder, id) ?? []).filter(({ suspended }) => !suspended);
  if (standing.length < 3 && !standing.some(({ type }) => type === 'international-organisation'))
    return refuse('too-few-participants', 'three take part, or one international organisation', 'R4', {
      participants: standing.length,
    });
  const silent = participants.filter(
    (id) => id !== state.donor && !state.concurrences.some((word) => word.withheld === null && word.party === id),
  );
  if (approvalRule !== 'unanimity' || silent.length === 0) return null;
  return refuse('not-unanimous', 'every participant has given its concurrence', 'R4', { silent });
}

function cannotActivate(state: Programme, on: string, c: DecisionContext, known: Known): Refusal | null {
  if (state.status !== 'approved') return refuse('not-approved', 'the programme is approved and not yet active');
  if (state.noticeEnds !== null && on < state.noticeEnds)
    return refuse('notice-running', "the legislature's notice period has run out", 'R2', { until: state.noticeEnds });
  return notAgreed(state, known) ?? inTheFuture(on, c);
}

function cannotAdapt(data: DataOf<ProgrammeEvent, 'ProgrammeAdapted'>, state: Programme): Refusal | null {
  if (state.status === 'proposed') return refuse('not-approved', 'the programme has been approved');
  const aspects = ['ends', 'sector', 'modality', 'technology'] as const;
  if (!aspects.some((aspect) => data[aspect] !== undefined && data[aspect] !== state[aspect]))
    return refuse('nothing-adapted', 'the end, sector, modality or technology becomes another one');
  if (data.ends === undefined || data.ends >= state.starts) return null;
  return refuse('ends-before-start', 'the programme ends after it starts', null, { starts: state.starts });
}

const notOverdue = (due: string): Refusal => refuse('not-overdue-yet', 'its last day is over', null, { due });

function unfitMilestone(
  command: Extract<Later, { type: `${string}Milestone` }>,
  state: Programme,
  c: DecisionContext,
): Refusal | null {
  const stands = milestoneOf(state, command.data.milestone);
  if (command.type === 'PlanMilestone')
    return stands === undefined ? null : refuse('milestone-already-planned', 'no milestone has this name; replan it');
  if (stands === undefined) return refuse('milestone-not-planned', 'the milestone has been planned');
  if (command.type === 'CorrectMilestone') {
    const { corrects, on } = command.data;
    if (stands.saidBy !== corrects)
      return refuse('corrects-unknown-event', "the event corrected is that milestone's outcome", 'R26', { corrects });
    if (on === undefined) return null;
    if (on === stands.on) return refuse('nothing-corrected', 'the right day is another one', 'R26', { on });
    return stands.outcome === 'missed' && on < stands.due ? notOverdue(stands.due) : inTheFuture(on, c);
  }
  if (stands.outcome === 'met' || (stands.outcome === 'missed' && command.type === 'MissMilestone'))
    return refuse('milestone-settled', 'the milestone has no such outcome yet; correct it first', 'R26', {
      outcome: stands.outcome,
    });
  if (command.type === 'ReplanMilestone')
    return command.data.due === stands.due ? refuse('due-unchanged', 'the new day is another one') : null;
  const { on } = command.data;
  if (command.type === 'MissMilestone' && (on < stands.due || today(c) <= stands.due)) return notOverdue(stands.due);
  return inTheFuture(on, c);
}

function unfit(command: Later, state: Programme, c: DecisionContext, known: Known): Refusal | null {
  switch (command.type) {
    case 'InviteParticipant':
      return cannotInvite(command.data.participant, state, known);
    case 'JoinProgramme':
    case 'WithdrawFromProgramme':
      if (participationOf(state, command.data.participant) === undefined)
        return refuse('not-invited', 'the organisation has been invited, and has not withdrawn since', 'R4');
      return command.type === 'WithdrawFromProgramme' && command.data.participant === state.donor
        ? refuse('donor-cannot-withdraw', 'another participant withdraws; the donor terminates its programme', 'R4')
        : null;
    case 'DefineObjective':
      return state.objectives.includes(command.data.objective)
        ? refuse('objective-already-defined', 'no objective has this name', null, { objectives: state.objectives })
        : null;
    case 'AssignGenderMarker':
    case 'TerminateProgramme':
      return null;
    case 'GiveConcurrence':
    case 'WithholdConcurrence':
      return cannotConcur(command.data.party, state);
    case 'NotifyLegislature':
      if (state.noticeEnds !== null) return refuse('already-notified', 'the legislature has not been told yet', 'R2');
      if (state.status !== 'proposed' && state.status !== 'approved')
        return refuse('already-activated', 'the programme has not been activated yet', 'R2', { status: state.status });
      return inTheFuture(command.data.on, c);
    case 'ApproveProgramme':
      if (state.status !== 'proposed') return refuse('not-proposed', 'the programme waits for its approval');
      return isProposer(state, c) ?? notAgreed(state, known);
    case 'ActivateProgramme':
      return cannotActivate(state, command.data.on, c, known);
    case 'AdaptProgramme':
      return cannotAdapt(command.data, state);
    case 'PlanMilestone':
    case 'ReplanMilestone':
    case 'MeetMilestone':
    case 'MissMilestone':
    case 'CorrectMilestone':
      return unfitMilestone(command, state, c);
    case 'SuspendProgramme':
      return state.status === 'active' ? null : refuse('not-active', 'the programme is active', 'R19');
    case 'ResumeProgramme':
      return state.status === 'suspended' ? null : refuse('not-suspended', 'the programme is suspended', 'R19');
    case 'CompleteProgramme': {
      if (state.status !== 'active') return refuse('not-active', 'the programme is active', 'R19');
      const open = Object.keys(state.milestones).filter((name) => milestoneOf(state, name)?.outcome === 'open');
      if (open.length > 0) return refuse('milestones-open', 'each milestone was met or missed', null, { open });
      return inTheFuture(command.data.on, c);
    }
    default:
      return never(command);
  }
}

/** What stands already, to the letter. */
function isSo(command: Later, state: Programme): boolean {
  switch (command.type) {
    case 'JoinProgramme':
      return participationOf(state, command.data.participant) === 'joined';
    case 'AssignGenderMarker':
      return state.genderMarker === command.data.marker;
    case 'GiveConcurrence':
    case 'WithholdConcurrence': {
      const { party, authority } = command.data;
      const word = state.concurrences.find((one) => one.party === party && one.authority === authority);
      return word !== undefined && word.withheld === (command.type === 'GiveConcurrence' ? null : command.data.reason);
    }
    default:
      return false;
  }
}

function decide(
  command: ProgrammeCommand,
  state: Programme | null,
  c: DecisionContext,
  known: Known,
): readonly ProgrammeEvent[] | Refusal {
  if (command.type === 'ProposeProgramme')
    return state === null ? decidePropose(command.data, c) : alreadyThere('programme');
  if (state === null) return notThere('programme');
  const refusal = barred(command, state, c);
  if (refusal !== null) return refusal;
  const ended = state.status === 'completed' || state.status === 'terminated';
  if (ended && command.type !== 'CorrectMilestone')
    return refuse('programme-ended', 'the programme has not ended', null, { status: state.status });
  const bad = unfit(command, state, c, known);
  if (bad !== null) return bad;
  if (isSo(command, state)) return [];
  const data = command.type === 'NotifyLegislature' ? { noticeDays: NOTICE_DAYS, ...command.data } : command.data;
  return [{ type: SAYS[command.type], data } as ProgrammeEvent];
}

/** The rules of a programme: R2 (concurrence, notice), R4, R19, R26 and the separation of proposing from approving. */
export const programme: Decider<'programme', ProgrammeCommand, ProgrammeEvent, Programme | null> = {
  kind: 'programme',
  ids: 'prefixed',
  initial: null,
  evolve,
  consults: (command, state) => {
    if (state?.kind !== 'multilateral') return [];
    if (command.type === 'InviteParticipant') return [{ kind: 'stakeholder', id: command.data.participant }];
    if (command.type !== 'ApproveProgramme' && command.type !== 'ActivateProgramme') return [];
    return joined(state).map((id) => ({ kind: 'stakeholder', id }));
  },
  opens: 'ProposeProgramme',
  authorise: () => null,
  decide: (command, state, context) => decide(command, state, context, context.known),
};
export { type Programme, type ProgrammeEvent } from './programme-record.js';
