import type { DataOf } from '@entente/kernel';
import type { ProgrammeCommand, ProgrammeEvent } from '@entente/domain';
import { code, day, eventId, integer, optional, organisation, streamId, text, word } from './fields.js';
import type { KindWire } from './wire.js';

type Body<Type extends ProgrammeCommand['type']> = DataOf<ProgrammeCommand, Type>;

export class ProposeProgramme implements Body<'ProposeProgramme'> {
  @text() title!: string;
  @organisation() donor!: string;
  @organisation() recipient!: string;
  @code() sector!: string;
  @day() starts!: string;
  @day() ends!: string;
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
export class CorrectMilestone extends Reason implements Body<'CorrectMilestone'> {
  @word() milestone!: string;
  @eventId() corrects!: string;
  @optional() @day() on?: string;
}
export class SuspendProgramme extends Reason implements Body<'SuspendProgramme'> {
  @optional() @streamId('misuse-case') misuseCase?: string;
}

const milestone = { milestone: 'first-course', due: '2026-09-30' };

/** Programmes on the wire. */
export const programmeWire: KindWire<ProgrammeCommand, ProgrammeEvent> = {
  kind: 'programme',
  about: "a donor's programme for a recipient: its objectives, milestones, suspension and end",
  exampleId: 'norland.programme-1',
  commands: {
    ProposeProgramme: {
      path: 'propose',
      body: ProposeProgramme,
      summary: 'Propose a programme',
      example: {
        title: 'Border police training',
        donor: 'norland',
        recipient: 'estmark',
        sector: '15210',
        starts: '2026-01-01',
        ends: '2028-12-31',
      },
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
    NotifyLegislature: {
      path: 'notify-legislature',
      body: NotifyLegislature,
      summary: 'Record that the legislature was told, and its notice period in days',
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
    PlanMilestone: { path: 'plan-milestone', body: PlanMilestone, summary: 'Plan a milestone', example: milestone },
    ReplanMilestone: {
      path: 'replan-milestone',
      body: ReplanMilestone,
      summary: 'Move a milestone, with its cause',
      example: { ...milestone, cause: 'late-supplier' },
    },
    MeetMilestone: {
      path: 'meet-milestone',
      body: MilestoneOutcome,
      summary: 'Record that a milestone was met',
      example: { milestone: 'first-course', on: '2026-05-04' },
    },
    MissMilestone: {
      path: 'miss-milestone',
      body: MilestoneOutcome,
      summary: 'Record that a milestone was missed',
      example: { milestone: 'first-course', on: '2026-05-04' },
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
      summary: 'Suspend it: disbursement is refused meanwhile',
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
    ProgrammeProposed: { version: 1, data: ProposeProgramme, summary: 'A programme was proposed' },
    ObjectiveDefined: { version: 1, data: DefineObjective, summary: 'An objective was defined' },
    GenderMarkerAssigned: { version: 1, data: AssignGenderMarker, summary: 'The gender marker was assigned' },
    LegislatureNotified: { version: 1, data: NotifyLegislature, summary: 'The legislature was told' },
    ProgrammeApproved: { version: 1, data: ApproveProgramme, summary: 'The programme was approved' },
    ProgrammeActivated: { version: 1, data: OnDay, summary: 'The programme became active' },
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
