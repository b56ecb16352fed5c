import { PROMISES, type PromiseFact } from './promises.js';
import { code, day, eventId, integer, oneOf, optional, organisation, streamId, text, word, words } from './fields.js';
import { type CommandOf, type EventOf, type RelationOf, command, contract, event, fact } from './contract.js';

/**
 * `bilateral`: one donor and one recipient; `multilateral`: the donor and its participants, for one
 * beneficiary.
 */
const PROGRAMME_KINDS = ['bilateral', 'multilateral'] as const;
export type ProgrammeKind = (typeof PROGRAMME_KINDS)[number];

/** How a multilateral programme is approved; fixed when it is proposed (R4). */
const APPROVAL_RULES = ['unanimity', 'lead-nation'] as const;
export type ApprovalRule = (typeof APPROVAL_RULES)[number];

/** The facts of a programme whose day can be corrected. */
const PROGRAMME_DAYS = ['activation', 'completion', 'notice'] as const;
type ProgrammeDayName = (typeof PROGRAMME_DAYS)[number];

const reason = (example: string) => code('the code of the reason', example);
const programmeKind = () => oneOf(PROGRAMME_KINDS, 'whether others take part with the donor', 'multilateral');
const milestone = () => word("the milestone's name in this programme", 'first-course');
const noticeDays = () => integer("the legislature's notice period, in days", 15, 0, 365);

/** The fields of a programme from its proposal on. */
class Proposal {
  @text('the title', 'Border police training') readonly title!: string;
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient; of a multilateral programme, its beneficiary', 'estmark') readonly recipient!: string;
  @code("the sector's code, such as the DAC purpose code", '15210') readonly sector!: string;
  @day('the first day of the programme', '2026-01-01') readonly starts!: string;
  @day('the last day of the programme', '2028-12-31') readonly ends!: string;
  @optional()
  @oneOf(APPROVAL_RULES, 'how it is approved; always and only of a multilateral programme', 'lead-nation')
  readonly approvalRule?: ApprovalRule;
  @optional()
  @organisation('the nation that approves, if the rule is `lead-nation`', 'vestra')
  readonly lead?: string;
  @optional() @streamId('legal-framework', 'the legal framework that applies to it') readonly framework?: string;
  @optional()
  @oneOf(['reported'], 'given if it repeats what another system decided: its parties need not be registered')
  readonly basis?: 'reported';
}

export class ProposeProgramme extends Proposal {
  @optional() @programmeKind() readonly kind?: ProgrammeKind;
}

export class ProgrammeProposed extends Proposal {
  @programmeKind() readonly kind!: ProgrammeKind;
}

export class Participant {
  @organisation('the participant', 'vestra') readonly participant!: string;
}

export class WithdrawFromProgramme extends Participant {
  @reason('budget-not-voted') readonly reason!: string;
}

/** Who gives it: an authority of a party, such as the donor's foreign ministry. */
export class GiveConcurrence {
  @organisation('the party that the authority belongs to') readonly party!: string;
  @code("the authority's code", 'foreign-ministry') readonly authority!: string;
}

export class WithholdConcurrence extends GiveConcurrence {
  @reason('rights-concerns') readonly reason!: string;
}

export class DefineObjective {
  @word("the objective's name in this programme", 'trained-officers') readonly objective!: string;
  @text('what is to be so', 'Two hundred officers hold the certificate') readonly statement!: string;
}

export class AssignGenderMarker {
  @integer('the DAC gender equality policy marker: 0 none, 1 significant, 2 principal', 1, 0, 2)
  readonly marker!: 0 | 1 | 2;
}

export class NotifyLegislature {
  @day('the day on which it was notified', '2026-02-01') readonly on!: string;
  @optional() @noticeDays() readonly noticeDays?: number;
}

export class LegislatureNotified {
  @day('the day on which it was notified', '2026-02-01') readonly on!: string;
  @noticeDays() readonly noticeDays!: number;
}

export class ApproveProgramme {
  @code('the code of the authority that approves', 'minister') readonly authority!: string;
}

export class ProgrammeDay {
  @day('the day on which it came true', '2026-03-01') readonly on!: string;
}

export class PlanMilestone {
  @milestone() readonly milestone!: string;
  @day('the last day for the milestone', '2026-04-15') readonly due!: string;
}

export class ReplanMilestone extends PlanMilestone {
  @code('the code of the cause', 'late-supplier') readonly cause!: string;
}

export class MilestoneBecameOverdue {
  @milestone() readonly milestone!: string;
  @day('the last day for the milestone, which has passed', '2026-04-30') readonly due!: string;
}

export class MilestoneOutcome {
  @milestone() readonly milestone!: string;
  @day('the day on which it was met, or from which it counts as missed', '2026-05-04') readonly on!: string;
}

export class ProgrammeReason {
  @reason('misuse-measure') readonly reason!: string;
}

export class NoteAccount {
  @streamId('funding-account', 'an account that pays for it', 'norland.account-1') readonly account!: string;
}

/** What the end leaves open, and the accounts that pay for it: the decision adds both. */
export class ProgrammeTerminated extends ProgrammeReason {
  @optional()
  @words('the milestones that were neither met nor missed, and end with it', ['first-course'], 200)
  readonly open?: readonly string[];
  @optional()
  @words('the newest accounts that pay for it: their open tranches end with it', ['norland.account-1'], 100)
  readonly accounts?: readonly string[];
}

/** What changes from here on; at least one field. */
export class AdaptProgramme {
  @reason('border-closed') readonly reason!: string;
  @optional() @day('the last day of the programme from here on', '2029-06-30') readonly ends?: string;
  @optional() @code("the sector's code from here on", '15230') readonly sector?: string;
  @optional() @code('how the assistance is given', 'remote-mentoring') readonly modality?: string;
  @optional() @code('the technology adopted', 'satellite-imagery') readonly technology?: string;
}

/** What an event stated wrongly: each field here replaces it. */
export class CorrectProgramme {
  @eventId('the proposal, adaptation, notice, activation or completion that was wrong') readonly corrects!: string;
  @reason('misspelt') readonly reason!: string;
  @optional() @text('the right title', 'Border police training') readonly title?: string;
  @optional() @organisation('the right recipient', 'estmark') readonly recipient?: string;
  @optional() @code("the right sector's code", '15230') readonly sector?: string;
  @optional() @day('the right first day', '2026-02-01') readonly starts?: string;
  @optional() @day('the right last day', '2028-12-31') readonly ends?: string;
  @optional() @code('the right way in which the assistance is given', 'remote-mentoring') readonly modality?: string;
  @optional() @code('the right technology', 'satellite-imagery') readonly technology?: string;
  @optional() @streamId('legal-framework', 'the legal framework that applies to it') readonly framework?: string;
  @optional() @day('the right day of its notice, activation or completion', '2026-03-02') readonly on?: string;
  @optional() @noticeDays() readonly noticeDays?: number;
}

/** Which day was corrected, of a notice its day and period in full: the decision adds them. */
export class ProgrammeCorrected extends CorrectProgramme {
  @optional()
  @oneOf(PROGRAMME_DAYS, 'the fact of which the day is corrected, if one is', 'activation')
  readonly fact?: ProgrammeDayName;
}

/**
 * The right day, of a plan the day promised; of an outcome, without it there was no such outcome,
 * and the milestone is open again.
 */
export class CorrectMilestone {
  @reason('wrong-day') readonly reason!: string;
  @milestone() readonly milestone!: string;
  @eventId('the outcome or the plan that was wrong') readonly corrects!: string;
  @optional() @day('the right day', '2026-05-03') readonly on?: string;
}

/** The decision adds that it is a promise that was corrected, and the last day that it changes. */
export class MilestoneCorrected extends CorrectMilestone {
  @optional()
  @oneOf(PROMISES, 'the promise of which the day is corrected; an outcome if it is left out', 'first-promise')
  readonly fact?: PromiseFact;
  @optional()
  @day('the last day for the milestone from then on, if that is the day corrected', '2026-05-03')
  readonly due?: string;
}

/** The status to which it returns is that before the suspension: the decision adds it. */
export class ProgrammeResumed extends ProgrammeReason {
  @optional()
  @oneOf(['proposed', 'approved'], 'its status from then on, if it was not active before the suspension', 'approved')
  readonly to?: 'proposed' | 'approved';
}

export class SuspendProgramme extends ProgrammeReason {
  @optional()
  @streamId('misuse-case', 'the misuse case whose measure it is', `sealed.${'0'.repeat(32)}`)
  readonly misuseCase?: string;
}

const PLANNERS = ['donor', 'implementer'] as const;

/** A programme. By default its commands are the donor's. */
export const programmeContract = contract({
  kind: 'programme',
  about:
    "a donor's programme for a recipient, alone or with others: its approval, objectives, milestones, suspension and end",
  commands: {
    ProposeProgramme: command(
      'propose',
      ProposeProgramme,
      'donor',
      'Propose a programme: bilateral by default; a multilateral one states how it is approved',
      {
        kind: 'bilateral',
        title: 'Border police training',
        donor: 'norland',
        recipient: 'estmark',
        sector: '15210',
        starts: '2026-01-01',
        ends: '2028-12-31',
      },
    ),
    InviteParticipant: command('invite', Participant, 'donor', 'Invite an organisation to a multilateral programme'),
    JoinProgramme: command('join', Participant, 'participant', 'Join, as the one invited'),
    WithdrawFromProgramme: command(
      'withdraw',
      WithdrawFromProgramme,
      'participant',
      'Decline an invitation, or withdraw',
    ),
    DefineObjective: command('define-objective', DefineObjective, 'donor', 'Define an objective'),
    AssignGenderMarker: command('assign-gender-marker', AssignGenderMarker, 'donor', 'Assign the gender marker'),
    GiveConcurrence: command(
      'give-concurrence',
      GiveConcurrence,
      'concurring-party',
      "Give an authority's concurrence",
    ),
    WithholdConcurrence: command(
      'withhold-concurrence',
      WithholdConcurrence,
      'concurring-party',
      'Withhold it: approval and activation wait until it is given',
    ),
    NotifyLegislature: command(
      'notify-legislature',
      NotifyLegislature,
      'donor',
      'Record that the legislature was notified, and its notice period (by default 15 days)',
    ),
    ApproveProgramme: command(
      'approve',
      ApproveProgramme,
      'approver',
      'Approve it: a person other than the one who proposed it',
    ),
    ActivateProgramme: command('activate', ProgrammeDay, 'donor', 'Activate it when the notice period has run out'),
    AdaptProgramme: command(
      'adapt',
      AdaptProgramme,
      'donor',
      'Continue in another way: another end, sector, modality or technology',
      { reason: 'border-closed', modality: 'remote-mentoring', technology: 'satellite-imagery' },
    ),
    CorrectProgramme: command(
      'correct',
      CorrectProgramme,
      'donor',
      'Correct what its proposal or an adaptation stated wrongly (the recipient only while it is proposed), or the day of its notice, activation or completion',
      { corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1', reason: 'misspelt', title: 'Training of border police' },
    ),
    PlanMilestone: command('plan-milestone', PlanMilestone, PLANNERS, 'Plan a milestone'),
    ReplanMilestone: command('replan-milestone', ReplanMilestone, PLANNERS, 'Move a milestone, with its cause', {
      milestone: 'first-course',
      due: '2026-04-30',
      cause: 'late-supplier',
    }),
    MeetMilestone: command(
      'meet-milestone',
      MilestoneOutcome,
      PLANNERS,
      'Record the day on which a milestone was met, late ones too',
    ),
    RecordOverdueMilestone: command(
      'record-overdue-milestone',
      MilestoneBecameOverdue,
      'system',
      'Record that the last day of a milestone passed, and it was neither met nor missed',
      { milestone: 'first-course', due: '2026-04-30' },
    ),
    MissMilestone: command(
      'miss-milestone',
      MilestoneOutcome,
      [...PLANNERS, 'system'],
      'Record that the last day of a milestone passed without it',
      { milestone: 'first-course', on: '2026-04-30' },
    ),
    CorrectMilestone: command(
      'correct-milestone',
      CorrectMilestone,
      PLANNERS,
      "Correct the day of a milestone's outcome (open again if none is given), or the day promised by a plan",
    ),
    NoteAccount: command('note-account', NoteAccount, 'system', 'Note an account that pays for it'),
    SuspendProgramme: command(
      'suspend',
      SuspendProgramme,
      'donor',
      'Suspend it: enrolment, shipment and disbursement are refused meanwhile',
      { reason: 'misuse-measure' },
    ),
    ResumeProgramme: command(
      'resume',
      ProgrammeReason,
      'donor',
      'Resume it, once no misuse case for which it was suspended stops assistance',
      { reason: 'assurances-received' },
    ),
    CompleteProgramme: command('complete', ProgrammeDay, 'donor', 'Complete it', { on: '2026-05-04' }),
    TerminateProgramme: command('terminate', ProgrammeReason, 'donor', 'End it early'),
  },
  events: {
    ProgrammeProposed: event(ProgrammeProposed, 'A programme was proposed', { opens: 'the programme' }),
    ParticipantInvited: event(Participant, 'An organisation was invited', { opens: 'the invitation' }),
    ParticipantJoined: event(Participant, 'An organisation joined', {
      opens: 'the participation',
      closes: ['ParticipantInvited'],
    }),
    ParticipantWithdrew: event(WithdrawFromProgramme, 'An organisation declined or withdrew', {
      closes: ['ParticipantInvited', 'ParticipantJoined'],
    }),
    ObjectiveDefined: fact(DefineObjective, 'An objective was defined'),
    GenderMarkerAssigned: fact(AssignGenderMarker, 'The gender marker was assigned'),
    ConcurrenceGiven: event(GiveConcurrence, 'An authority gave its concurrence', { closes: ['ConcurrenceWithheld'] }),
    ConcurrenceWithheld: event(WithholdConcurrence, 'An authority withheld its concurrence', {
      opens: 'the wait for the concurrence',
    }),
    LegislatureNotified: event(LegislatureNotified, 'The legislature was notified', { opens: 'the notice period' }),
    ProgrammeApproved: event(ApproveProgramme, 'The programme was approved', { opens: 'the wait for activation' }),
    ProgrammeActivated: event(ProgrammeDay, 'The programme became active', {
      closes: ['LegislatureNotified', 'ProgrammeApproved'],
    }),
    ProgrammeAdapted: fact(AdaptProgramme, 'The programme continues in another way'),
    ProgrammeCorrected: fact(ProgrammeCorrected, 'What was stated wrongly was corrected'),
    MilestonePlanned: event(PlanMilestone, 'A milestone was planned', { opens: 'the milestone' }),
    MilestoneReplanned: fact(ReplanMilestone, 'A milestone was moved'),
    MilestoneMet: event(MilestoneOutcome, 'A milestone was met', { closes: ['MilestonePlanned'] }),
    MilestoneMissed: event(MilestoneOutcome, 'A milestone was missed', { closes: ['MilestonePlanned'] }),
    MilestoneBecameOverdue: fact(MilestoneBecameOverdue, 'The last day of a milestone passed without an outcome'),
    MilestoneCorrected: fact(MilestoneCorrected, "A milestone's outcome or promise was corrected"),
    AccountNoted: fact(NoteAccount, 'An account pays for the programme'),
    ProgrammeSuspended: event(SuspendProgramme, 'The programme was suspended', { opens: 'the suspension' }),
    ProgrammeResumed: event(ProgrammeResumed, 'The programme was resumed', { closes: ['ProgrammeSuspended'] }),
    ProgrammeCompleted: event(ProgrammeDay, 'The programme was completed', { closes: ['ProgrammeProposed'] }),
    ProgrammeTerminated: event(ProgrammeTerminated, 'The programme was ended early', {
      closes: ['ProgrammeProposed', 'ProgrammeApproved', 'ProgrammeSuspended', 'MilestonePlanned'],
    }),
  },
});

export type ProgrammeCommand = CommandOf<typeof programmeContract>;
export type ProgrammeEvent = EventOf<typeof programmeContract>;
export type ProgrammeRelation = RelationOf<typeof programmeContract>;
