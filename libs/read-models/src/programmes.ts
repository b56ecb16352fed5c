import type { ProgrammeEvent } from '@entente/contracts';
import { type Projection, addDays } from '@entente/kernel';
import { OWN_OR_REPORTED } from './codes.js';
import { count, countOrNull, day, dayOrNull, elapsedPercent, json, oneOf, text, textOrNull } from './columns.js';
import { BASIS, LEGAL_BASIS, earlier, implausible, implausibleFor } from './plausibility.js';
import { rowBy, unchanged } from './row-by.js';

/** A programme in its current state. */
export class ProgrammeRow {
  @text("the programme's id") programme!: string;
  @text('the title of the programme') title!: string;
  @oneOf(['bilateral', 'multilateral']) programme_kind!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient; of a multilateral programme, its beneficiary') recipient!: string;
  @text(BASIS, OWN_OR_REPORTED) basis!: string;
  @textOrNull(LEGAL_BASIS) legal_basis!: string | null;
  @oneOf(['proposed', 'approved', 'active', 'suspended', 'completed', 'terminated']) status!: string;
  @textOrNull('the code of the reason for its status, if one was given') reason!: string | null;
  @dayOrNull('while it is suspended: the day from which it is') suspended_on!: string | null;
  @textOrNull('the legal framework that it names, if it names one') framework!: string | null;
  @text("the sector's code") sector!: string;
  @day('its first day') starts!: string;
  @day('its last day') ends!: string;
  @day("the day on which it was proposed, by the sender's word") proposed_on!: string;
  @dayOrNull('the day on which it became active') activated_on!: string | null;
  @dayOrNull('the day on which it was completed') completed_on!: string | null;
  @implausibleFor('before-start') implausible!: string | null;
  @countOrNull('the DAC gender equality policy marker: 0 none, 1 significant, 2 principal')
  gender_marker!: number | null;
  @count('objectives defined') objectives!: number;
  @textOrNull('given or withheld: what the other authority decided last, if it did', ['given', 'withheld'])
  concurrence!: string | null;
  @dayOrNull('the day on which the legislature was notified last') notified_on!: string | null;
  @dayOrNull(
    'the first day on which it can be activated by the notice to the legislature, whose period ends then; null without a notice, and once it became active or was terminated',
  )
  activate_from!: string | null;
  @count('invitations to take part') invitations!: number;
  @count('organisations that joined, beside the donor') participants!: number;
  @count('accounts that pay for it, as noted when each was opened; none of reported history') accounts!: number;
  @count('milestones planned') milestones_planned!: number;
  @count('milestones met') milestones_met!: number;
  @count('milestones missed') milestones_missed!: number;
  @json('by milestone that has an outcome: met or missed') outcomes!: Readonly<Record<string, 'met' | 'missed'>>;
}

type Outcomes = ProgrammeRow['outcomes'];
const without = (outcomes: Outcomes, milestone: string): Outcomes =>
  Object.fromEntries(Object.entries(outcomes).filter(([name]) => name !== milestone));

function derived({ outcomes, starts, completed_on }: ProgrammeRow): Partial<ProgrammeRow> {
  const all = Object.values(outcomes);
  const met = all.filter((outcome) => outcome === 'met').length;
  const doubts = implausible({ 'before-start': earlier(starts, completed_on) });
  return { milestones_met: met, milestones_missed: all.length - met, implausible: doubts };
}

/** The column of each day that can be corrected. */
const DAYS = { activation: 'activated_on', completion: 'completed_on', notice: 'notified_on' } as const;

export const programmes: Projection<ProgrammeEvent, ProgrammeRow> = {
  name: 'programmes',
  topic: 'Donors',
  version: 11,
  kinds: ['programme'],
  about: 'a programme: its parties, its status, how many of its milestones were met and missed',
  occurred: { days: ['proposed_on'], undated: ['status'] },
  totals: { counts: 'programmes', by: ['status'], sums: [] },
  daily: {
    elapsed_percent: elapsedPercent(
      'percent of the days from its first to its last day that have passed by the day of the answer: 0 before, 100 after',
      'starts',
      'ends',
    ),
  },
  ...rowBy<ProgrammeRow, ProgrammeEvent>(ProgrammeRow)(
    'ProgrammeProposed',
    (
      { kind, title, donor, recipient, sector, starts, ends, framework, basis = 'own' },
      { id, event, day: proposed_on },
    ) => ({
      programme: id,
      title,
      programme_kind: kind,
      donor,
      recipient,
      framework,
      sector,
      starts,
      ends,
      proposed_on,
      basis,
      legal_basis: event.metadata.legalBasis,
      status: 'proposed',
      outcomes: {},
    }),
    {
      ParticipantInvited: (_, { invitations }) => ({ invitations: invitations + 1 }),
      ParticipantJoined: (_, { participants }) => ({ participants: participants + 1 }),
      ParticipantWithdrew: (_, { participants }) => ({ participants: Math.max(0, participants - 1) }),
      ObjectiveDefined: (_, { objectives }) => ({ objectives: objectives + 1 }),
      GenderMarkerAssigned: ({ marker }) => ({ gender_marker: marker }),
      ConcurrenceGiven: () => ({ concurrence: 'given' }),
      ConcurrenceWithheld: () => ({ concurrence: 'withheld' }),
      LegislatureNotified: ({ on, noticeDays }) => ({ notified_on: on, activate_from: addDays(on, noticeDays) }),
      ProgrammeApproved: () => ({ status: 'approved', reason: null }),
      ProgrammeActivated: ({ on }) => ({
        status: 'active',
        reason: null,
        activated_on: on,
        activate_from: null,
      }),
      ProgrammeAdapted: ({ ends, sector }, row) => ({ ends: ends ?? row.ends, sector: sector ?? row.sector }),
      ProgrammeCorrected: ({ title, recipient, sector, starts, ends, framework, on, fact, noticeDays }, row) => ({
        ...(on !== undefined && noticeDays !== undefined && row.activate_from !== null
          ? { activate_from: addDays(on, noticeDays) }
          : {}),
        ...(on !== undefined && { [DAYS[fact ?? 'completion']]: on }),
        framework: framework ?? row.framework,
        title: title ?? row.title,
        recipient: recipient ?? row.recipient,
        sector: sector ?? row.sector,
        starts: starts ?? row.starts,
        ends: ends ?? row.ends,
      }),
      MilestonePlanned: (_, row) => ({ milestones_planned: row.milestones_planned + 1 }),
      MilestoneReplanned: ({ milestone }, { outcomes }) =>
        Object.hasOwn(outcomes, milestone) ? { outcomes: without(outcomes, milestone) } : {},
      MilestoneMet: ({ milestone }, { outcomes }) => ({ outcomes: { ...outcomes, [milestone]: 'met' as const } }),
      MilestoneMissed: ({ milestone }, { outcomes }) => ({ outcomes: { ...outcomes, [milestone]: 'missed' as const } }),
      MilestoneBecameOverdue: unchanged,
      AccountNoted: (_, { accounts }) => ({ accounts: accounts + 1 }),
      MilestoneCorrected: ({ milestone, on, fact }, { outcomes }) =>
        on === undefined && fact === undefined ? { outcomes: without(outcomes, milestone) } : {},
      // Suspended again for a further misuse case, it is suspended from the first day.
      ProgrammeSuspended: ({ reason }, { suspended_on }, { day: on }) => ({
        status: 'suspended',
        reason,
        suspended_on: suspended_on ?? on,
      }),
      ProgrammeResumed: ({ reason, to = 'active' }) => ({ status: to, reason, suspended_on: null }),
      ProgrammeCompleted: ({ on }) => ({ status: 'completed', reason: null, completed_on: on, suspended_on: null }),
      ProgrammeTerminated: ({ reason }) => ({ status: 'terminated', reason, suspended_on: null, activate_from: null }),
    },
    derived,
  ),
};
