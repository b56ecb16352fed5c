import type { LegislatureNotified, ProgrammeEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import {
  type FigureRow,
  type Figures,
  type Of,
  begunBy,
  daysBetween,
  dayOf,
  daysLate,
  distinct,
  doubts,
  happened,
  idOf,
  last,
  occurredOn,
  only,
  streamsOf,
} from './log.js';

type Events = readonly RecordedEvent<ProgrammeEvent>[];

const STATUS: Readonly<Record<string, string>> = {
  ProgrammeProposed: 'proposed',
  ProgrammeApproved: 'approved',
  ProgrammeActivated: 'active',
  ProgrammeSuspended: 'suspended',
  ProgrammeCompleted: 'completed',
  ProgrammeTerminated: 'terminated',
};

/** The status that the last event which changes it gave, and the reason that it states. */
function statusOf(events: Events): { readonly status: string; readonly reason: string | null } {
  const turned = events.findLast(({ type }) => type in STATUS || type === 'ProgrammeResumed') as Events[number];
  const reason = 'reason' in turned.data ? turned.data.reason : null;
  if (turned.type === 'ProgrammeResumed') return { status: turned.data.to ?? 'active', reason };
  return { status: STATUS[turned.type] as string, reason };
}

/** What the proposal, or an adaptation or correction after it, states last. */
export function statedLast(
  events: Events,
  field: 'title' | 'recipient' | 'sector' | 'starts' | 'ends' | 'framework',
): string {
  const stated = only(events, 'ProgrammeProposed', 'ProgrammeAdapted', 'ProgrammeCorrected').flatMap(
    ({ data }) => (data as Partial<Record<typeof field, string>>)[field] ?? [],
  );
  return stated.at(-1) as string;
}

/** Percent of a time that has passed by a day, with one digit. */
function elapsed(starts: string, ends: string, day: string): number {
  if (day <= starts) return 0;
  return day >= ends ? 100 : Math.round((1000 * daysBetween(starts, day)) / daysBetween(starts, ends)) / 10;
}

/** Those whose last step is that they joined. */
const participants = (events: Events): readonly string[] => {
  const steps = only(events, 'ParticipantJoined', 'ParticipantWithdrew');
  return distinct(steps.map(({ data }) => data.participant)).filter(
    (one) => steps.findLast(({ data }) => data.participant === one)?.type === 'ParticipantJoined',
  );
};

/** What was decided last on the concurrence; null if nothing was. */
function concurrenceOf(events: Events): string | null {
  const decided = last(events, 'ConcurrenceGiven', 'ConcurrenceWithheld');
  return decided === undefined ? null : decided.type === 'ConcurrenceGiven' ? 'given' : 'withheld';
}

/** A milestone as its events have it. */
interface Milestone {
  readonly name: string;
  readonly planned: Of<ProgrammeEvent, 'MilestonePlanned'>;
  readonly replanned: readonly Of<ProgrammeEvent, 'MilestoneReplanned'>[];
  /** The days first promised and planned now, as corrected. */
  readonly firstDue: string;
  readonly due: string;
  readonly outcome: 'met' | 'missed' | null;
  readonly actual: string | null;
}

function milestoneOf(events: Events, planned: Of<ProgrammeEvent, 'MilestonePlanned'>): Milestone {
  const name = planned.data.milestone;
  const corrections = only(events, 'MilestoneCorrected');
  const steps = only(events, 'MilestoneMet', 'MilestoneMissed', 'MilestoneCorrected', 'MilestoneReplanned').filter(
    ({ type, data }) => data.milestone === name && !(type === 'MilestoneCorrected' && 'fact' in data),
  );
  const promisedBy = (plan: { readonly id: string; readonly data: { readonly due: string } }): string =>
    corrections.findLast(({ data }) => data.corrects === plan.id)?.data.on ?? plan.data.due;
  const replanned = only(events, 'MilestoneReplanned').filter(({ data }) => data.milestone === name);
  const now = steps.at(-1);
  const days = { firstDue: promisedBy(planned), due: promisedBy(replanned.at(-1) ?? planned) };
  const common = { name, planned, replanned, ...days };
  // Replanned, or corrected without a day, it is open.
  if (now === undefined || now.type === 'MilestoneReplanned' || now.data.on === undefined)
    return { ...common, outcome: null, actual: null };
  // A correction with a day corrects the day of the outcome that it names.
  const of = now.type === 'MilestoneCorrected' ? steps.find(({ id }) => id === now.data.corrects) : now;
  return { ...common, outcome: of?.type === 'MilestoneMet' ? 'met' : 'missed', actual: now.data.on };
}

const milestonesOf = (events: Events): readonly Milestone[] =>
  only(events, 'MilestonePlanned').map((planned) => milestoneOf(events, planned));

/** The suspension that lasts, from its first event; none if it has ended. */
export const suspended = (events: Events): Events[number] | undefined =>
  begunBy(events, ['ProgrammeSuspended'], ['ProgrammeResumed', 'ProgrammeCompleted', 'ProgrammeTerminated']);

/** A milestone by what had occurred by a day: a later outcome is none. */
const seenBy = (one: Milestone, by: string | null): Milestone =>
  by === null || one.actual === null || one.actual <= by ? one : { ...one, outcome: null, actual: null };

/** The end of the notice's period, while the activation can wait for it. */
function activateFrom(events: Events): string | null {
  const corrected = only(events, 'ProgrammeCorrected').findLast(({ data }) => data.fact === 'notice');
  const notice = (corrected ?? last(events, 'LegislatureNotified'))?.data as LegislatureNotified | undefined;
  const began = events.some(({ type }) => type === 'ProgrammeActivated' || type === 'ProgrammeTerminated');
  if (notice === undefined || began) return null;
  return new Date(Date.parse(notice.on) + notice.noticeDays * 86_400_000).toISOString().slice(0, 10);
}

function programme(events: Events, day: string): FigureRow {
  const proposed = last(events, 'ProgrammeProposed') as Of<ProgrammeEvent, 'ProgrammeProposed'>;
  const milestones = milestonesOf(events);
  const dayOfFact = (fact: string, recorded: string | undefined): string | null =>
    only(events, 'ProgrammeCorrected').findLast(({ data }) => data.fact === fact)?.data.on ?? recorded ?? null;
  const completedOn = dayOfFact('completion', last(events, 'ProgrammeCompleted')?.data.on);
  const { status, reason } = statusOf(events);
  const starts = statedLast(events, 'starts');
  const ends = statedLast(events, 'ends');
  const count = (outcome: string): number => milestones.filter((one) => one.outcome === outcome).length;
  return {
    programme: idOf(proposed.stream),
    title: statedLast(events, 'title'),
    programme_kind: proposed.data.kind,
    donor: proposed.data.donor,
    recipient: statedLast(events, 'recipient'),
    framework:
      only(events, 'ProgrammeProposed', 'ProgrammeCorrected')
        .flatMap((stated) => stated.data.framework ?? [])
        .at(-1) ?? null,
    basis: proposed.data.basis ?? 'own',
    legal_basis: proposed.metadata.legalBasis,
    proposed_on: occurredOn(proposed),
    activated_on: dayOfFact('activation', last(events, 'ProgrammeActivated')?.data.on),
    completed_on: completedOn,
    implausible: doubts(['before-start', completedOn !== null && completedOn < statedLast(events, 'starts')]),
    status,
    reason,
    suspended_on: dayOf(suspended(events)),
    sector: statedLast(events, 'sector'),
    starts,
    ends,
    elapsed_percent: elapsed(starts, ends, day),
    gender_marker: last(events, 'GenderMarkerAssigned')?.data.marker ?? null,
    objectives: distinct(only(events, 'ObjectiveDefined').map(({ data }) => data.objective)).length,
    concurrence: concurrenceOf(events),
    notified_on: dayOfFact('notice', last(events, 'LegislatureNotified')?.data.on),
    activate_from: activateFrom(events),
    invitations: only(events, 'ParticipantInvited').length,
    participants: participants(events).length,
    milestones_planned: milestones.length,
    accounts: only(events, 'AccountNoted').length,
    milestones_met: count('met'),
    milestones_missed: count('missed'),
    outcomes: Object.fromEntries(
      milestones.flatMap(({ name, outcome }) => (outcome === null ? [] : [[name, outcome]])),
    ),
  };
}

function milestone(events: Events, now: Milestone, day: string, by: string | null): FigureRow {
  const { data: proposed } = last(events, 'ProgrammeProposed') as Of<ProgrammeEvent, 'ProgrammeProposed'>;
  const one = seenBy(now, by);
  const { planned, replanned, outcome, actual, due, firstDue } = one;
  const endedOn = now.outcome === null ? dayOf(last(events, 'ProgrammeCompleted', 'ProgrammeTerminated')) : null;
  const ended = endedOn !== null && (by === null || endedOn <= by);
  const open = outcome === null && !ended;
  const met = outcome === 'met' ? actual : null;
  return {
    programme: idOf(planned.stream),
    donor: proposed.donor,
    recipient: statedLast(events.slice(0, events.indexOf(planned)), 'recipient'),
    basis: proposed.basis ?? 'own',
    planned_on: occurredOn(planned),
    implausible: doubts(['promised-in-the-past', proposed.basis === undefined && firstDue < occurredOn(planned)]),
    milestone: one.name,
    status: outcome ?? (ended ? 'withdrawn' : 'planned'),
    first_due: firstDue,
    due,
    replans: replanned.length,
    last_cause: replanned.at(-1)?.data.cause ?? null,
    actual,
    withdrawn_on: ended ? endedOn : null,
    overdue: open && day > due,
    days_late_first: daysLate(firstDue, met, open, day),
    days_late_plan: daysLate(due, met, open, day),
    days_missed_first: daysLate(firstDue, null, outcome === 'missed', day),
    days_missed_plan: daysLate(due, null, outcome === 'missed', day),
  };
}

const programmes = (log: readonly RecordedEvent[]): readonly Events[] => streamsOf<ProgrammeEvent>(log, 'programme');

export const PLANNING: Readonly<Record<string, Figures>> = {
  programmes: (log, { day }) => programmes(log).map((events) => programme(events, day)),
  milestones: (log, { day, occurredBy }) =>
    happened(
      programmes(log).flatMap((events) => milestonesOf(events).map((one) => milestone(events, one, day, occurredBy))),
      'planned_on',
      occurredBy,
    ),
};
