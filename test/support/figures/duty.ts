import { type FigureRow, daysBetween } from './log.js';

/**
 * What an event does to a duty: gives it a last day (what has ended can stay so), opens it again,
 * ends it on a day, or records that the last day passed.
 */
export type Turn =
  | { readonly is: 'due'; readonly due: string; readonly on: string; readonly stays?: true }
  | { readonly is: 'opened' | 'overdue' }
  | End;
export interface End {
  /** Passed: it ends on its last day, as it was to. */
  readonly is: 'done' | 'passed' | 'withdrawn';
  readonly on: string;
}

/** What a duty is about, besides its days. */
interface DutyFigure {
  readonly stream: string;
  readonly duty: string;
  readonly item: string;
  /** Who does it. */
  readonly waitsFor: string;
  /** The owner or investigator, where it is neither donor nor recipient. */
  readonly organisation?: string | null;
  readonly donor?: string | null;
  readonly recipient?: string | null;
  readonly programme?: string | null;
  readonly assistance_case?: string | null;
  readonly planned?: number;
  readonly disbursed?: number;
  readonly currency?: string;
  readonly last_disbursed_on?: string | null;
}

/** Turns of a duty that counts from its recording: nothing of it is done before. */
export const onceKnown = (turns: readonly Turn[]): readonly Turn[] =>
  turns.map((turn, n) => {
    if (turn.is !== 'done') return turn;
    const before = turns.slice(0, n);
    const given = before.findLast((one) => one.is === 'due');
    if (given === undefined) return turn;
    const { setOn } = present(before, given.due);
    return setOn > turn.on ? { ...turn, on: setOn } : turn;
  });

/** The turns since a duty got its present last day, and those since it was opened last. */
function present(turns: readonly Turn[], due: string) {
  const other = turns.findLastIndex((turn) => turn.is === 'due' && turn.due !== due);
  const opened = turns.findLastIndex((turn) => (turn.is === 'due' && turn.stays !== true) || turn.is === 'opened');
  const given = turns.findIndex(({ is }, n) => n > other && is === 'due');
  const first = turns[given] as Extract<Turn, { is: 'due' }>;
  return { withThisDay: turns.slice(given), open: turns.slice(opened), setOn: first.on };
}

const ofRecipient: readonly string[] = ['recipient', 'owner'];

/** The row of a duty; none if it never had a last day. */
export function duty(about: DutyFigure, turns: readonly Turn[], day: string): readonly FigureRow[] {
  const given = turns.findLast((turn) => turn.is === 'due');
  if (given === undefined) return [];
  const { due } = given;
  const { withThisDay, open, setOn } = present(turns, due);
  const ends = open
    .filter((turn): turn is End => 'on' in turn && turn.is !== 'due')
    .map((turn) => (turn.is === 'passed' ? { is: 'done', on: due } : turn));
  const end = ends.find(({ is }) => is === 'done') ?? ends[0];
  const recorded = withThisDay.some(({ is }) => is === 'overdue');
  const isOverdue = end === undefined && day > due;
  const { stream, item, donor = null, recipient = null } = about;
  const { waitsFor } = about;
  const done = end?.is === 'done' ? daysBetween(due, end.on) : null;
  return [
    {
      stream,
      duty: about.duty,
      item,
      status: end?.is ?? (recorded ? 'overdue' : 'open'),
      due,
      set_on: setOn,
      waits_for: waitsFor,
      organisation:
        about.organisation ?? (waitsFor === 'donor' ? donor : ofRecipient.includes(waitsFor) ? recipient : null),
      donor,
      recipient,
      programme: about.programme ?? null,
      assistance_case: about.assistance_case ?? null,
      planned: about.planned ?? null,
      disbursed: about.disbursed ?? null,
      currency: about.currency ?? null,
      last_disbursed_on: about.last_disbursed_on ?? null,
      ended_on: end?.on ?? null,
      overdue_from: recorded ? dayAfter([due, setOn].sort()[1] as string) : null,
      overdue: isOverdue,
      days_late: isOverdue ? daysBetween(due, day) : done,
    },
  ];
}

const dayAfter = (day: string): string => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
