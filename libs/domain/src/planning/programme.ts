import type {
  LegislatureNotified,
  ProgrammeCommand,
  ProgrammeEvent,
  ProgrammeRelation,
  WaivableRule,
} from '@entente/contracts';
import {
  addDays,
  type DataOf,
  type DecisionContext,
  type ConsultedStreams,
  type Refusal,
  actsFor,
  authoriseBy,
  bySystem,
  decideBy,
  pick,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { inTheFuture, notOverYet, today } from '../days.js';
import { correcting, statedElsewhere } from '../corrections.js';
import { inOrder } from '../fact-order.js';
import { frameworkFacts, frameworkIn, frameworkStreams, setAside } from '../framework/framework-facts.js';
import { parameterOf } from '../framework/parameters.js';
import {
  cannotImplementFor,
  consultingImplementers,
  notRegistered,
  partiesOf,
  partyStreams,
} from '../parties/registration.js';
import { stakeholder } from '../parties/stakeholder.js';
import { scopesOf } from '../safeguards/holds.js';
import { cannotStopFor, misuseStreams, stillStopped } from '../safeguards/misuse-holds.js';
import {
  type MilestoneState,
  type Programme,
  evolve,
  hasEnded,
  joined,
  milestoneOf,
  participationOf,
} from './programme-record.js';

type ProgrammeData<Type extends ProgrammeCommand['type']> = DataOf<ProgrammeCommand, Type>;

/** The maximum number of participants: an approval checks the status of each. */
export const MAX_PARTICIPANTS = 64;
/** A programme's row holds what became of each: more would make every version of it larger. */
const MAX_MILESTONES = 200;

// ---- Approval ----

/**
 * R33: the approver is a known person other than the proposer; if no person proposed it, another
 * organisation or role.
 */
function approvesItsOwn(state: Programme, context: DecisionContext): Refusal | null {
  const { proposedBy } = state;
  const another =
    proposedBy.person === undefined
      ? actsFor(context.actor) !== actsFor(proposedBy) || context.actor.role !== proposedBy.role
      : context.actor.person !== proposedBy.person;
  if (context.actor.person !== undefined && another) return null;
  return refuse(
    'approver-is-proposer',
    'a named person other than the proposer approves; if the proposer was not named, in another role',
    'R33',
  );
}

function cannotInvite(participant: string, state: Programme, known: ConsultedStreams): Refusal | null {
  if (state.kind !== 'multilateral') return refuse('not-multilateral', 'the programme is multilateral', 'R4');
  if (participant === state.recipient)
    return refuse('beneficiary-cannot-take-part', 'the participant is not the beneficiary', 'R4');
  if (participationOf(state, participant) !== undefined)
    return refuse('already-invited', 'the organisation has not been invited yet, or has withdrawn since', 'R4');
  if (Object.keys(state.participants).length >= MAX_PARTICIPANTS)
    return refuse('too-many-participants', `at most ${MAX_PARTICIPANTS} are invited`, 'R4');
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

/** R8: whether a waiver or an exception of the framework sets a rule aside for the programme. */
const isSetAside = (
  rule: WaivableRule,
  { framework, recipient }: Programme,
  day: string,
  { known, stream: { id } }: DecisionContext,
): boolean => setAside(frameworkIn(framework, known), rule, day, scopesOf({ programme: id, recipient })) !== null;

/**
 * What approval and activation both need: no authority with a say withholds its concurrence (R2),
 * and the participants agree by the rule (R4).
 */
function notAgreed(state: Programme, day: string, context: DecisionContext): Refusal | null {
  const { approvalRule, lead } = state;
  const { known } = context;
  const withheld = isSetAside('R2', state, day, context)
    ? undefined
    : state.concurrences.find((word) => word.withheld !== null && (lead === undefined || word.party === lead));
  if (withheld !== undefined)
    return refuse('concurrence-withheld', 'no authority with a say withholds its concurrence', 'R2', {
      party: withheld.party,
      authority: withheld.authority,
    });
  if (state.kind !== 'multilateral') return null;
  const participants = joined(state);
  if (lead !== undefined && !participants.includes(lead))
    return refuse('lead-not-joined', 'the lead nation has joined', 'R4', { lead });
  const eligible = participants.flatMap((id) => known.of(stakeholder, id) ?? []).filter(({ suspended }) => !suspended);
  if (eligible.length < 3 && !eligible.some(({ type }) => type === 'international-organisation'))
    return refuse('too-few-participants', 'three take part, or one international organisation', 'R4', {
      participants: eligible.length,
    });
  const silent = participants.filter(
    (id) => id !== state.donor && !state.concurrences.some((word) => word.withheld === null && word.party === id),
  );
  if (approvalRule !== 'unanimity' || silent.length === 0) return null;
  return refuse('not-unanimous', 'every participant has given its concurrence', 'R4', { silent });
}

// ---- Rules ----

/**
 * R4: the approval rule of a multilateral programme is fixed here, and a bilateral one has none.
 */
function propose(
  data: ProgrammeData<'ProposeProgramme'>,
  context: DecisionContext,
): readonly ProgrammeEvent[] | Refusal {
  const { donor, recipient, starts, ends, kind = 'bilateral', approvalRule, lead } = data;
  if (recipient === donor) return refuse('donor-is-recipient', 'the recipient is another organisation than the donor');
  if (ends < starts) return refuse('ends-before-start', 'the programme ends after it starts', null, { starts, ends });
  if (kind === 'multilateral' && approvalRule === undefined)
    return refuse('approval-rule-missing', 'a multilateral programme states how it will be approved', 'R4');
  if (kind === 'bilateral' && approvalRule !== undefined)
    return refuse('not-multilateral', 'only a multilateral programme has an approval rule', 'R4');
  if ((approvalRule === 'lead-nation') !== (lead !== undefined))
    return refuse('lead-does-not-fit-rule', 'the lead nation is named if, and only if, it approves', 'R4');
  if (lead === recipient) return refuse('beneficiary-cannot-lead', 'the lead is not the beneficiary', 'R4');
  return (
    notRegistered(partiesOf(data), context) ??
    frameworkOfOthers(data, context) ?? [{ type: 'ProgrammeProposed', data: { ...data, kind } }]
  );
}

/** R1: the framework that a programme names is that of its donor and recipient. */
function frameworkOfOthers(
  { framework: id, donor, recipient, basis }: Pick<Programme, 'framework' | 'donor' | 'recipient' | 'basis'>,
  { known }: DecisionContext,
): Refusal | null {
  if (id === undefined || basis === 'reported') return null;
  const framework = known.of(frameworkFacts, id);
  if (framework === null)
    return refuse('framework-not-found', 'the framework named has been drafted', 'R1', { framework: id });
  return framework.donor === donor && framework.recipient === recipient
    ? null
    : refuse('framework-of-others', 'the framework has the same donor and recipient', 'R1', { framework: id });
}

const notInvited = (participant: string, state: Programme): Refusal | null =>
  participationOf(state, participant) === undefined
    ? refuse('not-invited', 'the organisation has been invited, and has not withdrawn since', 'R4')
    : null;

const alreadyActivated = ({ status }: Programme): Refusal | null =>
  status === 'proposed' || status === 'approved'
    ? null
    : refuse('already-activated', 'the programme has not been activated yet', 'R2', { status });

const notActive = ({ status }: Programme): Refusal | null =>
  status === 'active' ? null : refuse('not-active', 'the programme is active', 'R19');

/** R2: the days between notice to the legislature and activation. */
const noticeDays = ({ framework }: Programme, { known }: DecisionContext): number =>
  parameterOf(frameworkIn(framework, known), 'noticeDays');

function notify(data: ProgrammeData<'NotifyLegislature'>, state: Programme, context: DecisionContext) {
  if (state.noticeEnds !== null) return refuse('already-notified', 'the legislature has not been notified yet', 'R2');
  return (
    alreadyActivated(state) ??
    inTheFuture(data.on, context) ??
    ([{ type: 'LegislatureNotified', data: { noticeDays: noticeDays(state, context), ...data } }] as const)
  );
}

function cannotActivate(
  { on }: ProgrammeData<'ActivateProgramme'>,
  state: Programme,
  context: DecisionContext,
): Refusal | null {
  if (state.status !== 'approved') return refuse('not-approved', 'the programme is approved and not yet active');
  return noticeRunning(on, state, context) ?? notAgreed(state, on, context) ?? inTheFuture(on, context);
}

/** R2: it is activated when the notice period has run out. */
const noticeRunning = (on: string, state: Programme, context: DecisionContext): Refusal | null =>
  state.noticeEnds !== null && on < state.noticeEnds && !isSetAside('R2', state, on, context)
    ? refuse('notice-running', "the legislature's notice period has run out", 'R2', { until: state.noticeEnds })
    : null;

/** R30: it is completed after it starts; history of another system may have it otherwise. */
const completedEarly = (on: string, { starts, basis }: Programme): Refusal | null =>
  on < starts && basis !== 'reported'
    ? refuse('before-start', 'a programme is completed after it starts', 'R30', { starts })
    : null;

/** The events whose day is corrected, and what each day is of. */
const DAYS = { ProgrammeActivated: 'activation', ProgrammeCompleted: 'completion' } as const;

/** R2: the day or the period of the notice was another one, and had run out at the activation. */
function correctNotice(data: ProgrammeData<'CorrectProgramme'>, state: Programme, context: DecisionContext) {
  const events = [...state.correctable.values()];
  const stated = state.correctable.get(data.corrects)?.values as unknown as LegislatureNotified;
  const { on, noticeDays: days } = { ...pick(stated, 'on', 'noticeDays'), ...pick(data, 'on', 'noticeDays') };
  const activated = events.find(({ type }) => type === 'ProgrammeActivated')?.values['on'] as string | undefined;
  const noticeEnds = addDays(on, days);
  return (
    inTheFuture(on, context) ??
    (activated === undefined ? null : noticeRunning(activated, { ...state, noticeEnds }, context)) ??
    ([{ type: 'ProgrammeCorrected', data: { ...data, on, noticeDays: days, fact: 'notice' } }] as const)
  );
}

/** R2, R26, R30: a field, or the day of its activation or completion, was another one. */
function correctProgramme(data: ProgrammeData<'CorrectProgramme'>, state: Programme, context: DecisionContext) {
  const { on } = data;
  const type = context.known.typeOfEvent(data.corrects);
  if (type === 'LegislatureNotified') return correctNotice(data, state, context);
  if (on === undefined)
    return cannotCorrectProgramme(data, state, context) ?? ([{ type: 'ProgrammeCorrected', data }] as const);
  const fact = DAYS[type as keyof typeof DAYS];
  return (
    inTheFuture(on, context) ??
    (fact === 'activation' ? noticeRunning(on, state, context) : completedEarly(on, state)) ??
    ([{ type: 'ProgrammeCorrected', data: { ...data, fact } }] as const)
  );
}

function cannotAdapt(data: ProgrammeData<'AdaptProgramme'>, state: Programme): Refusal | null {
  if (state.status === 'proposed') return refuse('not-approved', 'the programme has been approved');
  const aspects = ['ends', 'sector', 'modality', 'technology'] as const;
  if (!aspects.some((aspect) => data[aspect] !== undefined && data[aspect] !== state[aspect]))
    return refuse('nothing-adapted', 'the end, sector, modality or technology becomes another one');
  if (data.ends === undefined || data.ends >= state.starts) return null;
  return refuse('ends-before-start', 'the programme ends after it starts', null, { starts: state.starts });
}

/** The fields of a programme that can be corrected. */
const STATED = ['title', 'recipient', 'sector', 'starts', 'ends', 'modality', 'technology', 'framework'] as const;

type Framing = Pick<ProgrammeData<'CorrectProgramme'>, 'recipient' | 'framework'>;
const framesAnother = ({ recipient, framework }: Framing): boolean =>
  recipient !== undefined || framework !== undefined;
const namedIn = (data: Framing): Framing => pick(data, 'recipient', 'framework');

/**
 * R26: a field is corrected at the event that stated it last. R29: the recipient while nothing
 * rests on it.
 */
function cannotCorrectProgramme(
  data: ProgrammeData<'CorrectProgramme'>,
  state: Programme,
  context: DecisionContext,
): Refusal | null {
  const { corrects, recipient, starts = state.starts, ends = state.ends } = data;
  const elsewhere = STATED.find((field) => data[field] !== undefined && state.statedBy[field] !== corrects);
  if (elsewhere !== undefined) return statedElsewhere(elsewhere);
  if (ends < starts) return refuse('ends-before-start', 'the programme ends after it starts', null, { starts, ends });
  const other = framesAnother(data) ? frameworkOfOthers({ ...state, ...namedIn(data) }, context) : null;
  if (other !== null || recipient === undefined) return other;
  if (state.status !== 'proposed' || state.concurrences.length + Object.keys(state.participants).length > 0)
    return refuse('parties-relied-on', 'the programme is only proposed, without a concurrence or an invitation', 'R26');
  if (recipient === state.donor)
    return refuse('donor-is-recipient', 'the recipient is another organisation than the donor');
  return state.basis === 'reported' ? null : notRegistered([[recipient, 'recipient']], context);
}

/** The milestones that were neither met nor missed. */
const openMilestones = (state: Programme): readonly string[] =>
  Object.keys(state.milestones).filter((name) => milestoneOf(state, name)?.outcome === 'open');

function cannotComplete(
  { on }: ProgrammeData<'CompleteProgramme'>,
  state: Programme,
  context: DecisionContext,
): Refusal | null {
  const open = openMilestones(state);
  return (
    notActive(state) ??
    (open.length > 0 ? refuse('milestones-open', 'each milestone was met or missed', null, { open }) : null) ??
    inTheFuture(on, context) ??
    completedEarly(on, state)
  );
}

// ---- Suspension ----

/** A suspension for a misuse case holds at every stage, and can be one of several (R18). */
function cannotSuspend(
  { misuseCase }: ProgrammeData<'SuspendProgramme'>,
  state: Programme,
  context: DecisionContext,
): Refusal | null {
  if (misuseCase === undefined) return notActive(state);
  return cannotStopFor(misuseCase, state, state.status === 'suspended', context);
}

function resume(data: ProgrammeData<'ResumeProgramme'>, state: Programme, context: DecisionContext) {
  const { status, resumesTo, misuseCases } = state;
  if (status !== 'suspended') return refuse('not-suspended', 'the programme is suspended', 'R19');
  const resumed = resumesTo === 'active' ? data : { ...data, to: resumesTo };
  return (
    stillStopped(misuseCases, { kind: 'programme', id: context.stream.id }, context) ??
    ([{ type: 'ProgrammeResumed', data: resumed }] as const)
  );
}

// ---- Milestones ----

const beforeDue = (due: string): Refusal => refuse('not-over-yet', 'its last day is over', null, { due });

/** Passes a planned milestone to `unless`; any other is refused. */
const ofPlanned =
  <T extends { readonly milestone: string }>(
    bars: (data: T, milestone: MilestoneState, context: DecisionContext) => Refusal | null,
  ) =>
  (data: T, state: Programme, context: DecisionContext): Refusal | null => {
    const milestone = milestoneOf(state, data.milestone);
    if (milestone === undefined) return refuse('milestone-not-planned', 'the milestone has been planned');
    return bars(data, milestone, context);
  };

const settled = ({ outcome }: MilestoneState, ...outcomes: readonly string[]): Refusal | null =>
  outcomes.includes(outcome)
    ? refuse('milestone-settled', 'the milestone has no such outcome yet; correct it first', 'R26', { outcome })
    : null;

const cannotReplan = ofPlanned<ProgrammeData<'ReplanMilestone'>>(
  ({ due }, milestone) =>
    settled(milestone, 'met') ??
    (due === milestone.due ? refuse('same-due', 'the new day differs from the plan') : null),
);

const cannotMeet = ofPlanned<ProgrammeData<'MeetMilestone'>>(
  ({ on }, milestone, context) => settled(milestone, 'met') ?? inTheFuture(on, context),
);

const cannotMiss = ofPlanned<ProgrammeData<'MissMilestone'>>(
  ({ on }, milestone, context) =>
    settled(milestone, 'met', 'missed') ??
    (on < milestone.due ? beforeDue(milestone.due) : notOverYet(milestone.due, context)) ??
    inTheFuture(on, context),
);

const cannotBeOverdue = ofPlanned<ProgrammeData<'RecordOverdueMilestone'>>(({ due }, milestone, context) => {
  if (due !== milestone.due)
    return refuse('other-last-day', 'the day is the one planned now', null, { due: milestone.due });
  return settled(milestone, 'met', 'missed', 'ended') ?? notOverYet(due, context);
});

const cannotCorrectOutcome = ofPlanned<ProgrammeData<'CorrectMilestone'>>(({ corrects, on }, milestone, context) => {
  if (milestone.recordedBy !== corrects)
    return refuse('outcome-replaced', "the event corrected is that milestone's present outcome", 'R26', { corrects });
  if (on === undefined) return null;
  return milestone.outcome === 'missed' && on < milestone.due ? beforeDue(milestone.due) : inTheFuture(on, context);
});

/** The plans whose day is corrected, and what each is. */
const PROMISES = { MilestonePlanned: 'first-promise', MilestoneReplanned: 'promise' } as const;

/** R26: an outcome, or the day that a plan promised; that of the last plan is its last day. */
function correctMilestone(data: ProgrammeData<'CorrectMilestone'>, state: Programme, context: DecisionContext) {
  const { corrects, on } = data;
  const type = context.known.typeOfEvent(corrects) as keyof typeof PROMISES;
  if (!Object.hasOwn(PROMISES, type))
    return cannotCorrectOutcome(data, state, context) ?? ([{ type: 'MilestoneCorrected', data }] as const);
  const milestone = milestoneOf(state, data.milestone);
  const due = milestone?.plannedBy === corrects && on !== undefined ? { due: on } : {};
  return due.due !== undefined && milestone?.outcome === 'missed' && (milestone.on ?? due.due) < due.due
    ? beforeDue(due.due)
    : ([{ type: 'MilestoneCorrected', data: { ...data, fact: PROMISES[type], ...due } }] as const);
}

/** Whether this repeats the authority's last decision. */
const repeatsConcurrence = (
  data: ProgrammeData<'GiveConcurrence'>,
  { concurrences }: Programme,
  withheld: string | null,
): boolean =>
  concurrences.some(
    (word) => word.party === data.party && word.authority === data.authority && word.withheld === withheld,
  );

/** What is recorded about a programme that has ended, too. */
const AFTER_THE_END: readonly ProgrammeCommand['type'][] = [
  'NoteAccount',
  'CorrectMilestone',
  'CorrectProgramme',
  'RecordOverdueMilestone',
];

const decide = decideBy<Programme, ProgrammeCommand, ProgrammeEvent>()(
  'ProposeProgramme',
  propose,
  ({ type }, state) =>
    hasEnded(state) && !AFTER_THE_END.includes(type)
      ? refuse('programme-ended', 'the programme has not ended', null, { status: state.status })
      : null,
  {
    InviteParticipant: {
      unless: ({ participant }, state, { known }) => cannotInvite(participant, state, known),
      then: 'ParticipantInvited',
    },
    JoinProgramme: {
      unless: ({ participant }, state) => notInvited(participant, state),
      already: ({ participant }, state) => participationOf(state, participant) === 'joined',
      then: 'ParticipantJoined',
    },
    WithdrawFromProgramme: {
      unless: ({ participant }, state) =>
        notInvited(participant, state) ??
        (participant === state.donor
          ? refuse('donor-cannot-withdraw', 'another participant withdraws; the donor terminates its programme', 'R4')
          : null),
      then: 'ParticipantWithdrew',
    },
    DefineObjective: {
      unless: ({ objective }, { objectives }) =>
        objectives.includes(objective)
          ? refuse('objective-already-defined', 'no objective has this name', null, { objectives })
          : null,
      then: 'ObjectiveDefined',
    },
    AssignGenderMarker: {
      already: ({ marker }, { genderMarker }) => genderMarker === marker,
      then: 'GenderMarkerAssigned',
    },
    GiveConcurrence: {
      unless: ({ party }, state) => cannotConcur(party, state),
      already: (data, state) => repeatsConcurrence(data, state, null),
      then: 'ConcurrenceGiven',
    },
    WithholdConcurrence: {
      unless: ({ party }, state) => cannotConcur(party, state),
      already: (data, state) => repeatsConcurrence(data, state, data.reason),
      then: 'ConcurrenceWithheld',
    },
    NotifyLegislature: notify,
    ApproveProgramme: {
      unless: (_, state, context) =>
        state.status !== 'proposed'
          ? refuse('not-proposed', 'the programme waits for its approval')
          : (approvesItsOwn(state, context) ?? notAgreed(state, today(context), context)),
      then: 'ProgrammeApproved',
    },
    ActivateProgramme: { unless: cannotActivate, then: 'ProgrammeActivated' },
    AdaptProgramme: { unless: cannotAdapt, then: 'ProgrammeAdapted' },
    CorrectProgramme: correctProgramme,
    PlanMilestone: {
      unless: ({ milestone }, state) =>
        milestoneOf(state, milestone) !== undefined
          ? refuse('milestone-already-planned', 'no milestone has this name; replan it')
          : Object.keys(state.milestones).length >= MAX_MILESTONES
            ? refuse('too-many-milestones', `a programme has at most ${MAX_MILESTONES} milestones`)
            : null,
      then: 'MilestonePlanned',
    },
    ReplanMilestone: { unless: cannotReplan, then: 'MilestoneReplanned' },
    MeetMilestone: { unless: cannotMeet, then: 'MilestoneMet' },
    RecordOverdueMilestone: {
      unless: cannotBeOverdue,
      already: ({ milestone }, state) => milestoneOf(state, milestone)?.overdue === true,
      then: 'MilestoneBecameOverdue',
    },
    MissMilestone: { unless: cannotMiss, then: 'MilestoneMissed' },
    CorrectMilestone: correctMilestone,
    NoteAccount: {
      unless: () => null,
      already: ({ account }, state) => hasEnded(state) || state.accounts.includes(account),
      then: 'AccountNoted',
    },
    SuspendProgramme: { unless: cannotSuspend, then: 'ProgrammeSuspended' },
    ResumeProgramme: resume,
    CompleteProgramme: { unless: cannotComplete, then: 'ProgrammeCompleted' },
    TerminateProgramme: (data, state) => {
      const open = openMilestones(state);
      const { accounts } = state;
      const ends = { ...(open.length > 0 && { open }), ...(accounts.length > 0 && { accounts }) };
      return [{ type: 'ProgrammeTerminated', data: { ...data, ...ends } }];
    },
  },
);

// ---- Senders ----

const authorise = authoriseBy<ProgrammeCommand, Programme | null, ProgrammeRelation>({
  donor: (state, { actor }, command) => {
    if (command.type === 'ProposeProgramme') {
      const { donor } = command.data;
      if (actsFor(actor) === donor) return null;
      return refuse('not-the-donor', 'the donor, or another on its behalf, proposes its programme', null, { donor });
    }
    const donor = state?.donor ?? '';
    if (actsFor(actor) === donor) return null;
    return refuse('not-the-donor', 'the donor, or another on its behalf, decides on its programme', null, { donor });
  },
  participant: (_, { actor }, { data }) =>
    'participant' in data && actsFor(actor) === data.participant
      ? null
      : refuse('not-the-participant', 'the participant itself joins and withdraws', 'R4'),
  'concurring-party': (_, { actor }, { data }) =>
    'party' in data && actsFor(actor) === data.party
      ? null
      : refuse('not-the-party', 'the party itself states whether it concurs', 'R2'),
  approver: (state, { actor }) => {
    const donor = state?.donor ?? '';
    const lead = state?.lead;
    if (actsFor(actor) === (lead ?? donor)) return null;
    return lead === undefined
      ? refuse('not-the-donor', 'the donor, or another on its behalf, decides on its programme', null, { donor })
      : refuse('not-the-lead', 'the lead nation approves', 'R4', { lead });
  },
  implementer: (state, context) =>
    context.actor.role === 'implementer'
      ? cannotImplementFor(state?.basis === 'reported', context)
      : refuse('not-the-donor', 'the donor, or another on its behalf, decides on its programme', null, {
          donor: state?.donor ?? '',
        }),
  system: bySystem,
});

/**
 * The rules of a programme: R2 (concurrence, notice), R4, R19, R26, R29, R31, and that proposer and
 * approver differ.
 */
export const programme: DeciderOf<'programme', Programme> = consultingImplementers(
  inOrder(
    { ResumeProgramme: ['ProgrammeSuspended'] },
    correcting({
      kind: 'programme',
      ids: 'prefixed',
      opens: 'ProposeProgramme',
      initial: null,
      evolve,
      consults: (command, state) => {
        if (command.type === 'ProposeProgramme')
          return [...partyStreams(partiesOf(command.data)), ...frameworkStreams(command.data.framework)];
        if (command.type === 'CorrectProgramme') {
          const { recipient, on, noticeDays: days, framework = state?.framework } = command.data;
          const party = recipient === undefined ? [] : partyStreams([[recipient, 'recipient']]);
          return framesAnother(command.data) || on !== undefined || days !== undefined
            ? [...party, ...frameworkStreams(framework)]
            : party;
        }
        if (command.type === 'NotifyLegislature') return frameworkStreams(state?.framework);
        if (command.type === 'SuspendProgramme')
          return misuseStreams(command.data.misuseCase === undefined ? [] : [command.data.misuseCase]);
        if (command.type === 'ResumeProgramme') return misuseStreams(state?.misuseCases ?? []);
        const decided = command.type === 'ApproveProgramme' || command.type === 'ActivateProgramme';
        const framework = decided ? frameworkStreams(state?.framework) : [];
        if (state?.kind !== 'multilateral') return framework;
        if (command.type === 'InviteParticipant') return [{ kind: 'stakeholder', id: command.data.participant }];
        return decided ? [...framework, ...joined(state).map((id) => ({ kind: 'stakeholder', id }))] : [];
      },
      authorise,
      decide,
      reportsHistory: (command, state) =>
        state?.basis === 'reported' || (command.type === 'ProposeProgramme' && command.data.basis === 'reported'),
    }),
  ),
);
export type { Programme } from './programme-record.js';
