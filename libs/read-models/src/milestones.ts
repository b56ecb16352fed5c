import type { MilestoneCorrected, ProgrammeEvent } from '@entente/contracts';
import type { Projection, RecordedEvent } from '@entente/kernel';
import { OWN_OR_REPORTED } from './codes.js';
import { count, day, dayOrNull, daysLate, overdue, text, textOrNull } from './columns.js';
import { BASIS, implausible, implausibleFor, promisedInThePast } from './plausibility.js';
import { originOf, rowWith } from './row-by.js';

const STATUSES = ['planned', 'met', 'missed', 'withdrawn'];

/** A milestone, plan against actual. */
export class MilestoneRow {
  @text("the programme's id") programme!: string;
  @text("the donor's id") donor!: string;
  @text("the recipient's id when the milestone was planned") recipient!: string;
  @text(BASIS, OWN_OR_REPORTED) basis!: string;
  @text("the milestone's name") milestone!: string;
  @text('planned, also when it is replanned; met, missed, or withdrawn: open when the programme ended', STATUSES)
  status!: string;
  @day("the day on which it was planned first, by the sender's word") planned_on!: string;
  @day('the day first promised, which no replanning changes') first_due!: string;
  @day('the day planned now') due!: string;
  @count('how often it was replanned') replans!: number;
  @textOrNull('the code of the cause of the last replanning') last_cause!: string | null;
  @dayOrNull('the day on which it was met, or from which it counts as missed') actual!: string | null;
  @dayOrNull('of one that is withdrawn, the day on which its programme ended') withdrawn_on!: string | null;
  @implausibleFor('promised-in-the-past') implausible!: string | null;
}

const open = { status: 'planned', actual: null, withdrawn_on: null };
/** Waited for, unless the programme has ended: its head has the status `withdrawn` then. */
const openIn = (head: MilestoneRow | null) => ({
  status: head?.status ?? open.status,
  actual: null,
  withdrawn_on: head?.withdrawn_on ?? null,
});

const ended = (row: MilestoneRow, status: string, on: string): MilestoneRow => ({
  ...row,
  status,
  actual: on,
  withdrawn_on: null,
});
const withdrawn = (row: MilestoneRow, event: RecordedEvent<ProgrammeEvent>): MilestoneRow => ({
  ...row,
  status: 'withdrawn',
  withdrawn_on: originOf(event).day,
});

/** With the day first promised, and what is implausible about it. */
const promised = (row: MilestoneRow, first_due: string): MilestoneRow => ({
  ...row,
  first_due,
  implausible: implausible({
    'promised-in-the-past': promisedInThePast(row.basis, { on: row.planned_on, due: first_due }),
  }),
});
const promiseCorrected = (row: MilestoneRow, { fact, on, due = row.due }: MilestoneCorrected): MilestoneRow =>
  promised({ ...row, due }, fact === 'first-promise' && on !== undefined ? on : row.first_due);

const MISSED = { closed: { status: ['planned', 'met', 'withdrawn'] } };
const MET = { done: 'actual', closed: { status: ['missed', 'withdrawn'] } };

const milestoneWith = rowWith(MilestoneRow);

function evolve(
  row: MilestoneRow | null,
  event: RecordedEvent<ProgrammeEvent>,
  key: string,
  head: MilestoneRow | null,
): MilestoneRow | null {
  if (event.type === 'ProgrammeProposed') {
    const { donor, recipient, basis = 'own' } = event.data;
    const { id: programme } = originOf(event);
    return milestoneWith({ programme, donor, recipient, basis, ...open });
  }
  if (event.type === 'ProgrammeCorrected')
    return head === null ? null : { ...head, recipient: event.data.recipient ?? head.recipient };
  if (key === '' && head !== null) return withdrawn(head, event);
  if (event.type === 'MilestonePlanned' && head !== null) {
    const { due } = event.data;
    const { day: planned_on } = originOf(event);
    return promised({ ...head, milestone: key, planned_on, due }, due);
  }
  if (row === null) return null;
  switch (event.type) {
    case 'MilestoneReplanned':
      return { ...row, ...open, due: event.data.due, replans: row.replans + 1, last_cause: event.data.cause };
    case 'MilestoneMet':
      return ended(row, 'met', event.data.on);
    case 'MilestoneMissed':
      return ended(row, 'missed', event.data.on);
    case 'MilestoneCorrected':
      if (event.data.fact !== undefined) return promiseCorrected(row, event.data);
      return event.data.on === undefined ? { ...row, ...openIn(head) } : ended(row, row.status, event.data.on);
    case 'ProgrammeTerminated':
      return withdrawn(row, event);
    default:
      return row;
  }
}

/** The milestone of an event; the programme's proposal makes the head. */
function touches(event: RecordedEvent<ProgrammeEvent>): readonly string[] {
  switch (event.type) {
    case 'ProgrammeProposed':
    case 'ProgrammeCorrected':
    case 'ProgrammeCompleted':
      return [''];
    case 'ProgrammeTerminated':
      return ['', ...(event.data.open ?? [])];
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
  topic: 'Donors',
  version: 8,
  kinds: ['programme'],
  about: 'a milestone of a programme: the first promise, the current plan, and the outcome',
  entity: MilestoneRow,
  totals: { counts: 'milestones', by: ['status', 'overdue'], sums: [] },
  daily: {
    overdue: overdue(
      'whether it is past the day planned now, neither met nor recorded as missed, and its programme has not ended',
      {
        due: 'due',
        ...MET,
      },
    ),
    days_late_first: daysLate(
      'days from the day first promised to the day met, negative if early; while it is overdue by that day, to the day of the answer; null if missed or withdrawn',
      { due: 'first_due', ...MET },
    ),
    days_late_plan: daysLate(
      'days from the day planned last to the day met, negative if early; while it is overdue, to the day of the answer; null if missed or withdrawn',
      { due: 'due', ...MET },
    ),
    days_missed_first: daysLate(
      'of a missed one, days from the day first promised to the day of the answer; null before it, and of others',
      { due: 'first_due', ...MISSED },
    ),
    days_missed_plan: daysLate(
      'of a missed one, days from the day planned last to the day of the answer; null before it, and of others',
      { due: 'due', ...MISSED },
    ),
  },
  occurred: {
    days: ['actual', 'withdrawn_on'],
    words: { status: { by: { actual: null, withdrawn_on: 'withdrawn' }, otherwise: 'planned' } },
  },
  head: true,
  touches,
  evolve,
};
