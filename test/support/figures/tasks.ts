import type { RecordedEvent } from '@entente/kernel';
import { CASES, caseRows } from './cases.js';
import { CHECKS } from './checks.js';
import { consignedBy, consignmentRows, discrepancyRows } from './consignments.js';
import { DUE_DATES } from './due-dates.js';
import { EQUIPMENT } from './equipment.js';
import { FRAMEWORKS } from './framework.js';
import { type FigureRow, type Figures, type QueryParameters, daysBetween, sum } from './log.js';
import { misuseRows } from './misuse.js';
import { recordedFactRows } from './recorded-facts.js';
import { PLANNING } from './planning.js';
import { VIEWS } from './views.js';

const rowsIn = (
  figures: Readonly<Record<string, Figures>>,
  name: string,
  log: readonly RecordedEvent[],
  asked: QueryParameters,
): readonly FigureRow[] => (figures[name] as Figures)(log, asked);

// ---- Plan against actual ----

interface PromiseFigure {
  readonly about: FigureRow;
  readonly kept: boolean;
  readonly overdue: boolean;
  readonly missed: boolean;
  readonly first: number | null;
  readonly plan: number | null;
}

function promises(log: readonly RecordedEvent[], asked: QueryParameters): readonly PromiseFigure[] {
  const { occurredBy: by } = asked;
  const deliveries = consignmentRows(by === null ? log : consignedBy(log, by), asked.day)
    .filter(({ status }) => status !== 'cancelled')
    .map((row): PromiseFigure => {
      const { donor, recipient, programme, last_cause: cause } = row;
      const about = { donor, recipient, programme, promise: 'delivery', cause };
      const { days_late_first: first, days_late_plan: plan } = row;
      return { about, kept: row.received_on !== null, overdue: row.overdue, missed: false, first, plan };
    });
  const milestones = rowsIn(PLANNING, 'milestones', log, asked)
    .filter((row) => row['status'] !== 'withdrawn')
    .map((row): PromiseFigure => ({
      about: {
        donor: row['donor'] ?? null,
        recipient: row['recipient'] ?? null,
        programme: row['programme'] ?? null,
        promise: 'milestone',
        cause: row['last_cause'] ?? null,
      },
      kept: row['status'] === 'met',
      overdue: row['overdue'] === true,
      missed: row['status'] === 'missed',
      first: lateBy(row, 'first', asked.day),
      plan: lateBy(row, 'plan', asked.day),
    }));
  const lines = rowsIn(VIEWS, 'deliverables', log, asked)
    .filter((row) => row['state'] === 'completed' || row['state'] === 'open')
    .map((row): PromiseFigure => ({
      about: {
        donor: row['donor'] ?? null,
        recipient: row['recipient'] ?? null,
        programme: row['programme'] ?? null,
        promise: 'line',
        cause: null,
      },
      kept: row['state'] === 'completed',
      overdue: row['overdue'] === true,
      missed: false,
      first: row['days_late_first'] as number | null,
      plan: row['days_late_plan'] as number | null,
    }));
  return [...deliveries, ...milestones, ...lines];
}

/** How late a milestone is: a missed one by the days since its day, once that is over. */
function lateBy(row: FigureRow, against: 'first' | 'plan', today: string): number | null {
  if (row['status'] !== 'missed') return row[`days_late_${against}`] as number | null;
  const late = daysBetween(row[against === 'first' ? 'first_due' : 'due'] as string, today);
  return late > 0 ? late : null;
}

/** A mean with one digit, rounded half away from zero. */
function mean(days: readonly number[]): number | null {
  if (days.length === 0) return null;
  const exact = sum(days) / days.length;
  return (Math.sign(exact) * Math.round(Math.abs(exact) * 10)) / 10;
}

const lateness: Figures = (log, asked) =>
  [...Map.groupBy(promises(log, asked), ({ about }) => JSON.stringify(about)).values()].map((rows) => {
    const days = (of: 'first' | 'plan') => rows.flatMap((row) => row[of] ?? []);
    const figuresOf = (of: 'first' | 'plan') => ({
      [`late_${of}`]: rows.filter((row) => row.missed || Number(row[of]) > 0).length,
      [`mean_days_late_${of}`]: mean(days(of)),
      [`most_days_late_${of}`]: days(of).length === 0 ? null : Math.max(...days(of)),
    });
    return {
      ...(rows[0] as PromiseFigure).about,
      promised: rows.length,
      kept: rows.filter(({ kept }) => kept).length,
      overdue: rows.filter(({ overdue }) => overdue).length,
      missed: rows.filter(({ missed }) => missed).length,
      ...figuresOf('first'),
      ...figuresOf('plan'),
    };
  });

// ---- Conditions ----

/** Columns of conditions that have ended, or may have. */
const ENDINGS = ['status', 'lifted_on', 'reason'];

const conditions: Figures = (log, asked) => {
  const inForce = rowsIn(FRAMEWORKS, 'agreements', log, asked).filter(({ status }) => status === 'in-force');
  return rowsIn(FRAMEWORKS, 'conditions', log, asked)
    .filter(({ status }) => status === 'attached')
    .flatMap((row) =>
      inForce
        .filter(({ agreement }) => agreement === row['agreement'])
        .map(({ title = null, in_force_from: from = null, last_day: until = null }) => ({
          ...Object.fromEntries(Object.entries(row).filter(([column]) => !ENDINGS.includes(column))),
          title,
          in_force_from: from,
          last_day: until,
          over: until !== null && (until as string) < asked.day,
          days_left: until === null ? null : daysBetween(asked.day, until as string),
        })),
    );
};

// ---- What a recipient has to do ----

const MONEY = { amount: null, currency: null, period: null };
const NOTHING = { item: null, quantity: null, unit: null, ...MONEY, due: null, part: null };
const partiesOf = (row: FigureRow): FigureRow => ({
  recipient: row['recipient'] ?? null,
  donor: row['donor'] ?? null,
  programme: row['programme'] ?? null,
  assistance_case: row['assistance_case'] ?? null,
});

function ofConsignments(log: readonly RecordedEvent[], asked: QueryParameters): readonly FigureRow[] {
  const reported = discrepancyRows(log);
  return rowsIn(VIEWS, 'consigned-items', log, asked).flatMap((row) => {
    const { consignment = null, line = null, item = null, unit = null } = row;
    const about = {
      ...NOTHING,
      ...partiesOf(row),
      stream: `consignment/${consignment as string}`,
      part: line,
      item,
      unit,
    };
    const scheduled = Number(row['scheduled']);
    if (row['status'] === 'under-way')
      return [{ ...about, task: 'confirm', what: 'receipt', quantity: scheduled, due: row['due'] ?? null }];
    const missing = scheduled - Number(row['received']);
    const what = missing > 0 ? 'shortage' : 'surplus';
    const disputed = reported
      .filter((one) => one['consignment'] === consignment && one['line'] === line)
      .filter(({ type }) => (what === 'shortage' ? ['shortage'] : ['surplus', 'overage']).includes(type as string))
      .map(({ quantity }) => quantity as number);
    const left = Math.abs(missing) - Math.min(sum(disputed), Number.MAX_SAFE_INTEGER);
    if (row['received_on'] === null || row['received'] === null || left <= 0) return [];
    return [{ ...about, task: 'dispute', what, quantity: left }];
  });
}

function reports(log: readonly RecordedEvent[], asked: QueryParameters): readonly FigureRow[] {
  const own = rowsIn(CHECKS, 'end-use-checks', log, asked)
    .filter((row) => row['status'] === 'scheduled' && row['manner'] === 'self-report')
    .map((row) => ({
      ...NOTHING,
      ...partiesOf(row),
      recipient: row['holder'] ?? null,
      task: 'report',
      what: 'self-report',
      stream: `end-use-check/${row['end_use_check'] as string}`,
      item: row['item'] ?? null,
      quantity: row['items'] ?? null,
      due: row['due'] ?? null,
    }));
  const dueOf = new Map(
    rowsIn(DUE_DATES, 'due-dates', log, asked)
      .filter((row) => row['duty'] === 'loss-report' && row['ended_on'] === null)
      .map((row) => [row['stream'], row['due']]),
  );
  const unseen = rowsIn(CHECKS, 'check-results', log, asked).filter((row) => row['not_seen'] === 1);
  const losses = rowsIn(EQUIPMENT, 'items', log, asked)
    .filter((row) => {
      const on = unseen
        .filter((one) => one['serial'] === row['serial'])
        .filter((one) => `${one['donor'] as string}.${one['item'] as string}` === row['item_type'])
        .map((one) => one['visited_on'] as string)
        .filter((day) => day >= (row['received_on'] as string) && day > ((row['last_checked_on'] ?? '') as string));
      return row['status'] === 'held' && on.length > 0;
    })
    .map((row) => ({
      ...NOTHING,
      ...partiesOf(row),
      recipient: row['holder'] ?? null,
      task: 'report',
      what: 'loss',
      stream: `item/${row['item'] as string}`,
      part: row['serial'] ?? null,
      item: row['item_type'] ?? null,
      quantity: 1,
      due: dueOf.get(`item/${row['item'] as string}`) ?? null,
    }));
  return [...own, ...losses];
}

/** What a fact is about: of a delivery, item and unit of the line. */
function itemOf(lines: readonly FigureRow[], fact: FigureRow): FigureRow {
  const line = lines.find((one) => one['line'] === fact['line'] && one['assistance_case'] === fact['assistance_case']);
  return { item: line?.['item'] ?? fact['item'] ?? null, unit: line?.['unit'] ?? null };
}

function answers(log: readonly RecordedEvent[], asked: QueryParameters): readonly FigureRow[] {
  const duties = rowsIn(DUE_DATES, 'due-dates', log, asked)
    .filter((row) => row['waits_for'] === 'recipient' && ['open', 'overdue'].includes(row['status'] as string))
    // A loss is reported as the item shows it.
    .filter((row) => row['duty'] !== 'loss-report')
    .map((row) => ({
      ...NOTHING,
      ...partiesOf(row),
      recipient: row['organisation'] ?? null,
      task: row['duty'] === 'acceptance' ? 'answer' : 'do',
      what: row['duty'] ?? null,
      stream: row['stream'] ?? null,
      part: row['item'] ?? null,
      due: row['due'] ?? null,
    }));
  const cases = caseRows(log)
    .filter(({ awaits }) => awaits === 'supplement' || awaits === 'amendment')
    .map((row) => ({
      ...NOTHING,
      ...partiesOf(row),
      task: 'answer',
      what: row.awaits,
      stream: `assistance-case/${row.assistance_case}`,
    }));
  const replies = misuseRows(log, asked.day).flatMap((row) =>
    (row.awaits_reply_of?.split(',') ?? []).map((organisation) => ({
      ...NOTHING,
      ...partiesOf(row),
      recipient: organisation,
      task: 'answer',
      what: 'reply',
      stream: `misuse-case/${row.misuse_case}`,
      item: row.allegation,
      due: row.reply_by,
    })),
  );
  const lines = rowsIn(CASES, 'case-lines', log, asked);
  const facts = recordedFactRows(log)
    .filter(({ status }) => status === 'unanswered')
    // Of money or a delivery that was corrected to nothing, nothing is left to confirm.
    .filter(({ amount, line, quantity }) => amount !== 0 && (line === null || quantity !== 0))
    .map((row) => ({
      ...NOTHING,
      ...itemOf(lines, row),
      amount: row['amount'] ?? null,
      currency: row['currency'] ?? null,
      period: row['period'] ?? null,
      quantity: row['quantity'] ?? null,
      ...partiesOf(row),
      recipient: row['concerned'] ?? null,
      task: 'confirm',
      what: row['fact'] ?? null,
      stream: row['stream'] ?? null,
      part: row['fact_event'] ?? null,
    }));
  return [...duties, ...cases, ...replies, ...facts];
}

const tasks: Figures = (log, asked) =>
  [ofConsignments, reports, answers].flatMap((of) =>
    of(log, asked).map((row) => {
      const due = (row['due'] ?? null) as string | null;
      const overdue = due !== null && asked.day > due;
      return { ...row, overdue, days_late: overdue ? daysBetween(due, asked.day) : null };
    }),
  );

export const TASKS: Readonly<Record<string, Figures>> = {
  lateness,
  'conditions-in-force': conditions,
  'recipient-tasks': tasks,
};
