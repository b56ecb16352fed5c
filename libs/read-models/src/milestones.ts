import type { ProgrammeEvent } from '@entente/domain';
import { type Projection, type RecordedEvent, daysBetween } from '@entente/kernel';
import { Column } from 'typeorm';

/** A milestone, plan against actual. Days are YYYY-MM-DD; day counts are negative where it was early. */
export class MilestoneRow {
  @Column('text')
  programme!: string;

  @Column('text')
  donor!: string;

  @Column('text')
  recipient!: string;

  @Column('text')
  milestone!: string;

  /** `planned`, `met` or `missed`. */
  @Column('text')
  status!: string;

  /** The first promise, which no replanning changes. */
  @Column('text')
  first_due!: string;

  /** The current plan. */
  @Column('text')
  due!: string;

  @Column('integer')
  replans!: number;

  /** The cause's code of the last replanning. */
  @Column('text', { nullable: true })
  last_cause!: string | null;

  /** The day on which it was met, or from which it counts as missed. */
  @Column('text', { nullable: true })
  actual!: string | null;

  @Column('integer', { nullable: true })
  days_late_first!: number | null;

  @Column('integer', { nullable: true })
  days_late_plan!: number | null;
}

const open = { status: 'planned', actual: null, days_late_first: null, days_late_plan: null };

const ended = (row: MilestoneRow, status: string, on: string): MilestoneRow => {
  const late = status === 'met' ? [daysBetween(row.first_due, on), daysBetween(row.due, on)] : [null, null];
  return {
    ...row,
    status,
    actual: on,
    days_late_first: late[0] as number | null,
    days_late_plan: late[1] as number | null,
  };
};

function evolve(
  row: MilestoneRow | null,
  event: RecordedEvent<ProgrammeEvent>,
  key: string,
  head: MilestoneRow | null,
): MilestoneRow | null {
  if (event.type === 'ProgrammeProposed') {
    const { donor, recipient } = event.data;
    const programme = event.stream.slice(event.stream.indexOf('/') + 1);
    return {
      programme,
      donor,
      recipient,
      milestone: '',
      first_due: '',
      due: '',
      replans: 0,
      last_cause: null,
      ...open,
    };
  }
  if (event.type === 'MilestonePlanned' && head !== null)
    return { ...head, milestone: key, first_due: event.data.due, due: event.data.due };
  if (row === null) return null;
  switch (event.type) {
    case 'MilestoneReplanned':
      return { ...row, ...open, due: event.data.due, replans: row.replans + 1, last_cause: event.data.cause };
    case 'MilestoneMet':
      return ended(row, 'met', event.data.on);
    case 'MilestoneMissed':
      return ended(row, 'missed', event.data.on);
    case 'MilestoneCorrected':
      return event.data.on === undefined ? { ...row, ...open } : ended(row, row.status, event.data.on);
    default:
      return row;
  }
}

/** The milestone that an event is about; the programme's proposal makes the head. */
function touches(event: RecordedEvent<ProgrammeEvent>): readonly string[] {
  switch (event.type) {
    case 'ProgrammeProposed':
      return [''];
    case 'MilestonePlanned':
    case 'MilestoneReplanned':
    case 'MilestoneMet':
    case 'MilestoneMissed':
    case 'MilestoneCorrected':
      return [event.data.milestone];
    default:
      return [];
  }
}

export const milestones: Projection<ProgrammeEvent, MilestoneRow> = {
  name: 'milestones',
  version: 1,
  kinds: ['programme'],
  about: 'a milestone of a programme: the first promise, the current plan, and what came of it',
  entity: MilestoneRow,
  totals: { counts: 'milestones', by: ['status'], sums: [] },
  head: true,
  touches,
  evolve,
};
