import type { DataOf } from '@entente/kernel';
import type { ProgrammeCommand, ProgrammeEvent } from '@entente/domain';
import { code, day, eventId, integer, oneOf, optional, organisation, streamId, text, word } from './old-fields.js';
import type { KindWire } from './wire.js';

type Body<Type extends ProgrammeCommand['type']> = DataOf<ProgrammeCommand, Type>;
type Said<Type extends ProgrammeEvent['type']> = DataOf<ProgrammeEvent, Type>;
const KINDS = ['bilateral', 'multilateral'] as const satisfies readonly Said<'ProgrammeProposed'>['kind'][];
type ApprovalRule = NonNullable<Said<'ProgrammeProposed'>['approvalRule']>;
const APPROVAL_RULES = ['unanimity', 'lead-nation'] as const satisfies readonly ApprovalRule[];

class ProposalBody {
  @text() title!: string;
  @organisation() donor!: string;
  @organisation() recipient!: string;
  @code() sector!: string;
  @day() starts!: string;
  @day() ends!: string;
  @optional() @oneOf(...APPROVAL_RULES) approvalRule?: ApprovalRule;
  @optional() @organisation() lead?: string;
  @optional() @streamId('legal-framework') framework?: string;
}
export class ProposeProgramme extends ProposalBody implements Body<'ProposeProgramme'> {
  @optional() @oneOf(...KINDS) kind?: (typeof KINDS)[number];
}
export class ProgrammeProposed extends ProposalBody implements Said<'ProgrammeProposed'> {
  @oneOf(...KINDS) kind!: (typeof KINDS)[number];
}
export class Participant implements Body<'InviteParticipant'> {
  @organisation() participant!: string;
}
export class WithdrawFromProgramme extends Participant implements Body<'WithdrawFromProgramme'> {
  @code() reason!: string;
}
export class GiveConcurrence implements Body<'GiveConcurrence'> {
  @organisation() party!: string;
  @code() authority!: string;
}
export class WithholdConcurrence extends GiveConcurrence implements Body<'WithholdConcurrence'> {
  @code() reason!: string;
}
export class DefineObjective implements Body<'DefineObjective'> {
  @word() objective!: string;
  @text() statement!: string;
}
export class AssignGenderMarker implements Body<'AssignGenderMarker'> {
  @integer(0, 2) marker!: 0 | 1 | 2;
}
export class NotifyLegislature implements Body<'NotifyLegislature'> {
  @day() on!: string;
  @optional() @integer(0, 365) noticeDays?: number;
}
export class LegislatureNotified implements Said<'LegislatureNotified'> {
  @day() on!: string;
  @integer(0, 365) noticeDays!: number;
}
export class ApproveProgramme implements Body<'ApproveProgramme'> {
  @code() authority!: string;
}
export class OnDay implements Body<'ActivateProgramme'> {
  @day() on!: string;
}
export class PlanMilestone implements Body<'PlanMilestone'> {
  @word() milestone!: string;
  @day() due!: string;
}
export class ReplanMilestone extends PlanMilestone implements Body<'ReplanMilestone'> {
  @code() cause!: string;
}
export class MilestoneOutcome implements Body<'MeetMilestone'> {
  @word() milestone!: string;
  @day() on!: string;
}
export class Reason implements Body<'ResumeProgramme'> {
  @code() reason!: string;
}
export class AdaptProgramme extends Reason implements Body<'AdaptProgramme'> {
  @optional() @day() ends?: string;
  @optional() @code() sector?: string;
  @optional() @code() modality?: string;
  @optional() @code() technology?: string;
}
export class CorrectMilestone extends Reason implements Body<'CorrectMilestone'> {
  @word() milestone!: string;
  @eventId() corrects!: string;
  @optional() @day() on?: string;
}
export class SuspendProgramme extends Reason implements Body<'SuspendProgramme'> {
  @optional() @streamId('misuse-case') misuseCase?: string;
}

const taking = { participant: 'vestra' };
const concurrence = { party: 'norland', authority: 'foreign-ministry' };
const milestone = { milestone: 'first-course', due: '2026-04-15' };

/** Programmes on the wire. */
export const programmeWire: KindWire<ProgrammeCommand, ProgrammeEvent> = {
  kind: 'programme',
  about:
    "a donor's programme for a recipient, alone or with others: its approval, objectives, milestones, suspension and end",
  commands: {
    ProposeProgramme: {
      path: 'propose',
      body: ProposeProgramme,
      summary: 'Propose a programme: bilateral unless it says otherwise; a multilateral one says how it is approved',
      example: {
        kind: 'bilateral',
        title: 'Border police training',
        donor: 'norland',
        recipient: 'estmark',
        sector: '15210',
        starts: '2026-01-01',
        ends: '2028-12-31',
      },
    },
    InviteParticipant: {
      path: 'invite',
      body: Participant,
      summary: 'Invite an organisation to take part in a multilateral programme',
      example: taking,
    },
    JoinProgramme: { path: 'join', body: Participant, summary: 'Join, as the one invited', example: taking },
    WithdrawFromProgramme: {
      path: 'withdraw',
      body: WithdrawFromProgramme,
      summary: 'Decline an invitation, or withdraw',
      example: { ...taking, reason: 'budget-not-voted' },
    },
    DefineObjective: {
      path: 'define-objective',
      body: DefineObjective,
      summary: 'Define an objective',
      example: { objective: 'trained-officers', statement: 'Two hundred officers hold the certificate' },
    },
    AssignGenderMarker: {
      path: 'assign-gender-marker',
      body: AssignGenderMarker,
      summary: 'Assign the gender marker: 0 none, 1 significant, 2 principal',
      example: { marker: 1 },
    },
    GiveConcurrence: {
      path: 'give-concurrence',
      body: GiveConcurrence,
      summary: "Give an authority's concurrence, as the party that it belongs to",
      example: concurrence,
    },
    WithholdConcurrence: {
      path: 'withhold-concurrence',
      body: WithholdConcurrence,
      summary: 'Withhold it: approval and activation wait until it is given',
      example: { ...concurrence, reason: 'rights-concerns' },
    },
    NotifyLegislature: {
      path: 'notify-legislature',
      body: NotifyLegislature,
      summary: 'Record that the legislature was told, and its notice period in days (15 unless told)',
      example: { on: '2026-02-01', noticeDays: 15 },
    },
    ApproveProgramme: {
      path: 'approve',
      body: ApproveProgramme,
      summary: 'Approve it: a person other than the one who proposed it',
      example: { authority: 'minister' },
    },
    ActivateProgramme: {
      path: 'activate',
      body: OnDay,
      summary: 'Activate it when the notice period has run out',
      example: { on: '2026-03-01' },
    },
    AdaptProgramme: {
      path: 'adapt',
      body: AdaptProgramme,
      summary: 'Go on in another way: another end, sector, modality or technology',
      example: { reason: 'border-closed', modality: 'remote-mentoring', technology: 'satellite-imagery' },
    },
    PlanMilestone: { path: 'plan-milestone', body: PlanMilestone, summary: 'Plan a milestone', example: milestone },
    ReplanMilestone: {
      path: 'replan-milestone',
      body: ReplanMilestone,
      summary: 'Move a milestone, with its cause',
      example: { ...milestone, due: '2026-04-30', cause: 'late-supplier' },
    },
    MeetMilestone: {
      path: 'meet-milestone',
      body: MilestoneOutcome,
      summary: 'Record the day on which a milestone was met, late ones too',
      example: { milestone: 'first-course', on: '2026-05-04' },
    },
    MissMilestone: {
      path: 'miss-milestone',
      body: MilestoneOutcome,
      summary: 'Record that the last day of a milestone passed without it',
      example: { milestone: 'first-course', on: '2026-04-30' },
    },
    CorrectMilestone: {
      path: 'correct-milestone',
      body: CorrectMilestone,
      summary: "Correct a milestone's outcome: another day, or open again where none is given",
      example: {
        milestone: 'first-course',
        corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1',
        reason: 'wrong-day',
        on: '2026-05-03',
      },
    },
    SuspendProgramme: {
      path: 'suspend',
      body: SuspendProgramme,
      summary: 'Suspend it: enrolment, shipment and disbursement are refused meanwhile',
      example: { reason: 'misuse-measure' },
    },
    ResumeProgramme: { path: 'resume', body: Reason, summary: 'Resume it', example: { reason: 'assurances-received' } },
    CompleteProgramme: { path: 'complete', body: OnDay, summary: 'Complete it', example: { on: '2026-05-04' } },
    TerminateProgramme: {
      path: 'terminate',
      body: Reason,
      summary: 'End it early',
      example: { reason: 'misuse-measure' },
    },
  },
  events: {
    ProgrammeProposed: { version: 1, data: ProgrammeProposed, summary: 'A programme was proposed' },
    ParticipantInvited: { version: 1, data: Participant, summary: 'An organisation was invited' },
    ParticipantJoined: { version: 1, data: Participant, summary: 'An organisation joined' },
    ParticipantWithdrew: { version: 1, data: WithdrawFromProgramme, summary: 'An organisation declined or withdrew' },
    ObjectiveDefined: { version: 1, data: DefineObjective, summary: 'An objective was defined' },
    GenderMarkerAssigned: { version: 1, data: AssignGenderMarker, summary: 'The gender marker was assigned' },
    ConcurrenceGiven: { version: 1, data: GiveConcurrence, summary: 'An authority gave its concurrence' },
    ConcurrenceWithheld: { version: 1, data: WithholdConcurrence, summary: 'An authority withheld its concurrence' },
    LegislatureNotified: { version: 1, data: LegislatureNotified, summary: 'The legislature was told' },
    ProgrammeApproved: { version: 1, data: ApproveProgramme, summary: 'The programme was approved' },
    ProgrammeActivated: { version: 1, data: OnDay, summary: 'The programme became active' },
    ProgrammeAdapted: { version: 1, data: AdaptProgramme, summary: 'The programme goes on in another way' },
    MilestonePlanned: { version: 1, data: PlanMilestone, summary: 'A milestone was planned' },
    MilestoneReplanned: { version: 1, data: ReplanMilestone, summary: 'A milestone was moved' },
    MilestoneMet: { version: 1, data: MilestoneOutcome, summary: 'A milestone was met' },
    MilestoneMissed: { version: 1, data: MilestoneOutcome, summary: 'A milestone was missed' },
    MilestoneCorrected: { version: 1, data: CorrectMilestone, summary: "A milestone's outcome was corrected" },
    ProgrammeSuspended: { version: 1, data: SuspendProgramme, summary: 'The programme was suspended' },
    ProgrammeResumed: { version: 1, data: Reason, summary: 'The programme was resumed' },
    ProgrammeCompleted: { version: 1, data: OnDay, summary: 'The programme was completed' },
    ProgrammeTerminated: { version: 1, data: Reason, summary: 'The programme was ended early' },
  },
};
