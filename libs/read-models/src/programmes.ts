import type { ProgrammeEvent } from '@entente/domain';
import { type Projection, type RecordedEvent, never } from '@entente/kernel';
import { Column } from 'typeorm';

/** A programme as it stands. Days are YYYY-MM-DD. */
export class ProgrammeRow {
  /** The programme's id. */
  @Column('text')
  programme!: string;

  @Column('text')
  title!: string;

  /** `bilateral` or `multilateral`. */
  @Column('text')
  programme_kind!: string;

  @Column('text')
  donor!: string;

  @Column('text')
  recipient!: string;

  /** `proposed`, `approved`, `active`, `suspended`, `completed` or `terminated`. */
  @Column('text')
  status!: string;

  /** Why it stands as it does, where a code was given. */
  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('text')
  sector!: string;

  @Column('text')
  starts!: string;

  @Column('text')
  ends!: string;

  /** 0, 1 or 2, as the DAC gender equality policy marker has it. */
  @Column('integer', { nullable: true })
  gender_marker!: number | null;

  @Column('integer')
  objectives!: number;

  /** Those who joined, beside the donor. */
  @Column('integer')
  participants!: number;

  @Column('integer')
  milestones_planned!: number;

  @Column('integer')
  milestones_met!: number;

  @Column('integer')
  milestones_missed!: number;

  /** The outcome of each milestone that has one: what a correction takes back. */
  @Column('simple-json')
  outcomes!: Readonly<Record<string, 'met' | 'missed'>>;
}

const tally = (row: ProgrammeRow, outcomes: ProgrammeRow['outcomes']): ProgrammeRow => {
  const all = Object.values(outcomes);
  const met = all.filter((outcome) => outcome === 'met').length;
  return { ...row, outcomes, milestones_met: met, milestones_missed: all.length - met };
};

const without = (outcomes: ProgrammeRow['outcomes'], milestone: string): ProgrammeRow['outcomes'] =>
  Object.fromEntries(Object.entries(outcomes).filter(([name]) => name !== milestone));

function evolve(row: ProgrammeRow | null, event: RecordedEvent<ProgrammeEvent>): ProgrammeRow | null {
  if (event.type === 'ProgrammeProposed') {
    const { kind, title, donor, recipient, sector, starts, ends } = event.data;
    const programme = event.stream.slice(event.stream.indexOf('/') + 1);
    const nothing = {
      objectives: 0,
      participants: 0,
      milestones_planned: 0,
      milestones_met: 0,
      milestones_missed: 0,
      outcomes: {},
    };
    const said = { programme, title, programme_kind: kind, donor, recipient, sector, starts, ends };
    return { ...said, ...nothing, status: 'proposed', reason: null, gender_marker: null };
  }
  if (row === null) return null;
  switch (event.type) {
    case 'ParticipantJoined':
      return { ...row, participants: row.participants + 1 };
    case 'ParticipantWithdrew':
      return { ...row, participants: Math.max(0, row.participants - 1) };
    case 'ObjectiveDefined':
      return { ...row, objectives: row.objectives + 1 };
    case 'GenderMarkerAssigned':
      return { ...row, gender_marker: event.data.marker };
    case 'ProgrammeApproved':
      return { ...row, status: 'approved', reason: null };
    case 'ProgrammeActivated':
      return { ...row, status: 'active', reason: null };
    case 'ProgrammeAdapted':
      return { ...row, ends: event.data.ends ?? row.ends, sector: event.data.sector ?? row.sector };
    case 'MilestonePlanned':
      return { ...row, milestones_planned: row.milestones_planned + 1 };
    case 'MilestoneReplanned':
      return event.data.milestone in row.outcomes ? tally(row, without(row.outcomes, event.data.milestone)) : row;
    case 'MilestoneMet':
      return tally(row, { ...row.outcomes, [event.data.milestone]: 'met' });
    case 'MilestoneMissed':
      return tally(row, { ...row.outcomes, [event.data.milestone]: 'missed' });
    case 'MilestoneCorrected':
      return event.data.on === undefined ? tally(row, without(row.outcomes, event.data.milestone)) : row;
    case 'ProgrammeSuspended':
      return { ...row, status: 'suspended', reason: event.data.reason };
    case 'ProgrammeResumed':
      return { ...row, status: 'active', reason: event.data.reason };
    case 'ProgrammeCompleted':
      return { ...row, status: 'completed', reason: null };
    case 'ProgrammeTerminated':
      return { ...row, status: 'terminated', reason: event.data.reason };
    case 'ParticipantInvited':
    case 'ConcurrenceGiven':
    case 'ConcurrenceWithheld':
    case 'LegislatureNotified':
      return row;
    default:
      return never(event);
  }
}

export const programmes: Projection<ProgrammeEvent, ProgrammeRow> = {
  name: 'programmes',
  version: 1,
  kinds: ['programme'],
  about: 'a programme: its parties, its standing, how many of its milestones were met and missed',
  entity: ProgrammeRow,
  totals: { counts: 'programmes', by: ['status'], sums: [] },
  touches: () => [''],
  evolve,
};
