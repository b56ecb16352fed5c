import type { RecordedEvent } from '@entente/kernel';
import { type Figures, daysBetween, happened, idOf, latest, sum } from './log.js';
import { caseLineRows, caseRows, deliveryDays, deliveryFacts, linesInForce } from './cases.js';
import {
  CONSIGNMENTS,
  consignedBy,
  consignmentLineRows,
  consignmentRows,
  discrepancyRows,
  receivedSerialRows,
} from './consignments.js';
import { holdOn } from './holds.js';
import { misuseRows } from './misuse.js';
import { MONEY } from './money.js';
import { requested } from './requests.js';

type CaseRow = ReturnType<typeof caseRows>[number];
type CaseLine = ReturnType<typeof caseLineRows>[number];
type Consignment = ReturnType<typeof consignmentRows>[number];
interface InLine {
  readonly assistance_case: string;
  readonly line: string;
}

const caseOf = (log: readonly RecordedEvent[], id: string): CaseRow | undefined =>
  caseRows(log).find((one) => one.assistance_case === id);
const lineOf = (lines: readonly CaseLine[], { assistance_case: id, line }: InLine): CaseLine | undefined =>
  lines.find((one) => one.assistance_case === id && one.line === line);

/** The day by which it is late, as days; null if it is not. */
const past = (promised: string | null, day: string): number | null =>
  promised !== null && day > promised ? daysBetween(promised, day) : null;

const ENDED: readonly string[] = ['reconciled', 'closed', 'cancelled'];

function stateOf(log: readonly RecordedEvent[], line: CaseLine, of: CaseRow): string {
  if (line.quantity > 0 && line.delivered >= line.quantity) return 'completed';
  if (ENDED.includes(of.status) || line.quantity === 0) return 'ended';
  return linesInForce(log, line.assistance_case).includes(line.line) ? 'open' : 'draft';
}

/** What is in consignments of a line: received, and on the way. */
function inConsignments(log: readonly RecordedEvent[], day: string, line: InLine) {
  const consignments = consignmentRows(log, day);
  const of = consignmentLineRows(log).filter(
    (one) => one.assistance_case === line.assistance_case && one.line === line.line,
  );
  const statusOf = (id: string) => consignments.find(({ consignment }) => consignment === id)?.status;
  const open = of.filter(({ consignment }) => !['received', 'cancelled'].includes(statusOf(consignment) ?? ''));
  return {
    received: sum(of.map(({ received }) => received ?? 0)),
    onTheWay: sum(open.map(({ scheduled }) => scheduled)),
  };
}

/** What was delivered of each line, and whether its case had ended, by a day. */
function seenBy(log: readonly RecordedEvent[], line: CaseLine, of: CaseRow, by: string) {
  const facts = deliveryFacts(log).flatMap(({ row }) =>
    row.assistance_case === line.assistance_case && row.line === line.line && row.occurred_on <= by ? [row] : [],
  );
  const own = facts.filter(({ corrects }) => corrects === null);
  const left = own.filter(({ quantity_left: of }) => (of ?? 0) > 0);
  const delivered = sum(left.map(({ quantity_left: of }) => of ?? 0));
  const isWhole = line.quantity > 0 && delivered >= line.quantity;
  const days = {
    last_delivered_on: latest(left.map(({ occurred_on: on }) => on)),
    completed_on: isWhole ? latest(left.map(({ occurred_on: on }) => on)) : null,
  };
  const hasEnded = of.ended_on !== null && of.ended_on <= by;
  return { line: { ...line, delivered }, of: hasEnded ? of : { ...of, status: '' }, days };
}

function deliverables(log: readonly RecordedEvent[], day: string, by: string | null = null) {
  const known = by === null ? log : consignedBy(log, by);
  const daysNow = deliveryDays(log);
  return happened(caseLineRows(log), 'added_on', by).map((now) => {
    const ofNow = caseOf(log, now.assistance_case) as CaseRow;
    const ownDays = daysNow.find(
      (one) => one.assistance_case === now.assistance_case && one.line === now.line,
    ) as (typeof daysNow)[number];
    const { line, of, days } = by === null ? { line: now, of: ofNow, days: ownDays } : seenBy(log, now, ofNow, by);
    const { received, onTheWay } = inConsignments(known, day, line);
    const apart = sum(
      deliveryFacts(log).flatMap(({ row }) =>
        row.assistance_case === line.assistance_case && row.line === line.line && (by === null || row.occurred_on <= by)
          ? [row.apart]
          : [],
      ),
    );
    const state = stateOf(log, line, of);
    const { last_delivered_on, completed_on } = days;
    const late = (promised: string): number | null =>
      completed_on !== null ? daysBetween(promised, completed_on) : state === 'open' ? past(promised, day) : null;
    return {
      recipient: line.recipient,
      donor: line.donor,
      programme: line.programme,
      assistance_case: line.assistance_case,
      line: line.line,
      state,
      item: line.item,
      unit: line.unit,
      quantity: line.quantity,
      delivered: line.delivered,
      received: String(received),
      on_the_way: String(onTheWay),
      unscheduled: Math.max(0, line.quantity - Math.max(line.delivered, received + onTheWay + apart)),
      first_due: line.first_due,
      due: line.due,
      last_delivered_on,
      completed_on,
      value: line.value,
      currency: of.currency,
      case_status: by === null ? of.status : null,
      overdue: state === 'open' && day > line.due,
      days_late_first: late(line.first_due),
      days_late_plan: late(line.due),
    };
  });
}

function consignedItems(all: readonly RecordedEvent[], day: string, by: string | null = null) {
  const lines = caseLineRows(all);
  const log = by === null ? all : consignedBy(all, by);
  const consignments = consignmentRows(log, day);
  return consignmentLineRows(log).map((row) => {
    const of = consignments.find(({ consignment }) => consignment === row.consignment) as Consignment;
    const line = lineOf(lines, row);
    return {
      recipient: row.recipient,
      donor: row.donor,
      consignment: row.consignment,
      line: row.line,
      status: of.status,
      item: line?.item ?? null,
      unit: line?.unit ?? null,
      scheduled: of.status === 'cancelled' ? null : row.scheduled,
      cancelled: of.status === 'cancelled' ? row.scheduled : null,
      received: row.received,
      first_due: of.first_due,
      due: of.due,
      line_first_due: line?.first_due ?? null,
      line_due: line?.due ?? null,
      shipped_on: of.shipped_on,
      hub_on: of.hub_on,
      title_on: of.title_on,
      received_on: of.received_on,
      programme: row.programme,
      assistance_case: row.assistance_case,
      awaits: by === null ? of.awaits : null,
      overdue: of.overdue,
      days_late_first: of.days_late_first,
      days_late_plan: of.days_late_plan,
    };
  });
}

const deliveries: Figures = (log, { occurredBy }) => {
  const lines = caseLineRows(log);
  const all = deliveryFacts(log);
  // A correction counts on the day of what it corrects, as corrected.
  const dayOf = ({ row }: (typeof all)[number]): string =>
    (all.find(({ event }) => event === row.corrects) ?? { row }).row.occurred_on;
  const facts = all.map((one) => ({ ...one, row: { ...one.row, occurred_on: dayOf(one) } }));
  const known = facts.filter(({ row }) => occurredBy === null || row.occurred_on <= occurredBy);
  return known.map(({ row: { apart: _, ...row }, event }) => {
    const line = lineOf(lines, row);
    return {
      ...row,
      item: line?.item ?? null,
      unit: line?.unit ?? null,
      delivery_point: caseOf(log, row.assistance_case)?.delivery_point ?? null,
      delivery: event,
    };
  });
};

/** Each serial of one consignment that another one of the same item has, too. */
const receivedTwice: Figures = (log, { day }) => {
  const lines = caseLineRows(log);
  const consignments = consignmentRows(log, day);
  const received = receivedSerialRows(log).flatMap((row) => {
    const item = lineOf(lines, row)?.item;
    const of = consignments.find(({ consignment }) => consignment === row.consignment);
    return item === undefined ? [] : [{ ...row, item, received_on: of?.received_on ?? null }];
  });
  return received.flatMap((one) =>
    received
      .filter(({ serial, item, consignment }) => {
        return serial === one.serial && item === one.item && consignment !== one.consignment;
      })
      .map((other) => ({
        item: one.item,
        serial: one.serial,
        donor: one.donor,
        recipient: one.recipient,
        consignment: one.consignment,
        received_on: one.received_on,
        assistance_case: one.assistance_case,
        line: one.line,
        other_donor: other.donor,
        other_recipient: other.recipient,
        other_consignment: other.consignment,
        other_received_on: other.received_on,
        other_assistance_case: other.assistance_case,
        other_line: other.line,
      })),
  );
};

/** The columns of an item of the pipeline that do not apply to it. */
const NOTHING = {
  item: null,
  quantity: null,
  unit: null,
  amount: null,
  currency: null,
  first_due: null,
  part: null,
  line_first_due: null,
  line_due: null,
  asked_on: null,
};
type Item = Readonly<Record<string, string | number | null>> & {
  readonly due: string | null;
  readonly first_due: string | null;
  readonly line_due: string | null;
  readonly line_first_due: string | null;
  readonly asked_on: string | null;
};

function notScheduled(log: readonly RecordedEvent[], day: string): readonly Item[] {
  return deliverables(log, day)
    .filter(({ state, unscheduled }) => state === 'open' && unscheduled > 0)
    .map((one) => ({
      ...NOTHING,
      item_kind: 'case-line',
      item: one.item,
      quantity: one.unscheduled,
      unit: one.unit,
      due: one.due,
      status: 'not-scheduled',
      awaits: 'schedule',
      waits_for: 'donor',
      organisation: one.donor,
      first_due: one.first_due,
      line_first_due: one.first_due,
      line_due: one.due,
      stream: `assistance-case/${one.assistance_case}`,
      part: one.line,
      recipient: one.recipient,
      donor: one.donor,
      assistance_case: one.assistance_case,
      programme: one.programme,
    }));
}

const AWAITED: Readonly<Record<string, readonly [awaits: string, by: string]>> = {
  scheduled: ['shipment', 'donor'],
  held: ['release', 'donor'],
  'under-way': ['receipt', 'recipient'],
};

function coming(log: readonly RecordedEvent[], day: string): readonly Item[] {
  const uncleared = consignmentRows(log, day).flatMap((row) => (row.held_unit === null ? [] : row.consignment));
  return consignedItems(log, day)
    .filter(({ status }) => status in AWAITED)
    .map((one) => ({
      ...NOTHING,
      item_kind: 'consignment',
      item: one.item,
      quantity: one.scheduled,
      unit: one.unit,
      due: one.due,
      status: one.status,
      awaits: uncleared.includes(one.consignment) ? 'clearance' : (AWAITED[one.status] as readonly [string, string])[0],
      waits_for: (AWAITED[one.status] as readonly [string, string])[1],
      organisation: one.status === 'under-way' ? one.recipient : one.donor,
      first_due: one.first_due,
      line_first_due: one.line_first_due,
      line_due: one.line_due,
      stream: `consignment/${one.consignment}`,
      part: one.line,
      recipient: one.recipient,
      donor: one.donor,
      assistance_case: one.assistance_case,
      programme: one.programme,
    }));
}

function unanswered(log: readonly RecordedEvent[]): readonly Item[] {
  const lines = caseLineRows(log);
  return discrepancyRows(log)
    .filter(({ outcome }) => outcome === null)
    .map((one) => ({
      ...NOTHING,
      item_kind: 'discrepancy',
      item: one['type'] as string,
      quantity: one['quantity'] as number,
      unit: lineOf(lines, one as unknown as InLine)?.unit ?? null,
      due: null,
      status: 'reported',
      awaits: 'answer',
      waits_for: 'donor',
      organisation: one['donor'] as string,
      asked_on: one['reported_on'] as string,
      stream: `consignment/${one['consignment'] as string}`,
      part: one['discrepancy'] as string,
      recipient: one['recipient'] as string,
      donor: one['donor'] as string,
      assistance_case: one['assistance_case'] as string,
      programme: one['programme'] as string | null,
    }));
}

function tranches(log: readonly RecordedEvent[], day: string): readonly Item[] {
  const rows = (MONEY['disbursements'] as Figures)(log, { day, occurredBy: null });
  return rows
    .filter(({ status }) => status !== 'disbursed' && status !== 'withdrawn')
    .map((one) => ({
      ...NOTHING,
      item_kind: 'tranche',
      amount: (one['planned'] as number) - (one['disbursed'] as number),
      currency: one['currency'] as string,
      due: one['due'] as string,
      status: one['status'] as string,
      awaits: 'disbursement',
      waits_for: 'donor',
      organisation: one['donor'] as string,
      first_due: one['due'] as string,
      stream: `funding-account/${one['account'] as string}`,
      part: one['tranche'] as string,
      recipient: one['recipient'] as string,
      donor: one['donor'] as string,
      assistance_case: one['assistance_case'] as string | null,
      programme: one['programme'] as string | null,
    }));
}

const waitingCases = (log: readonly RecordedEvent[]): readonly Item[] =>
  caseRows(log)
    .filter(({ awaits }) => awaits !== null)
    .map((one) => ({
      ...NOTHING,
      item_kind: 'case',
      amount: one.value,
      currency: one.currency,
      due: one.awaits === 'acceptance' ? one.offer_valid_until : one.awaits === 'offer' ? one.offer_from : null,
      first_due: one.awaits === 'acceptance' ? one.offer_valid_until : one.awaits === 'offer' ? one.offer_from : null,
      status: one.status,
      awaits: one.awaits,
      waits_for: one.awaits === 'offer' ? 'donor' : 'recipient',
      organisation: one.awaits === 'offer' ? one.donor : one.recipient,
      asked_on: one.awaits === 'offer' ? one.requested_on : null,
      stream: `assistance-case/${one.assistance_case}`,
      recipient: one.recipient,
      donor: one.donor,
      assistance_case: one.assistance_case,
      programme: one.programme,
    }));

const replies = (log: readonly RecordedEvent[], day: string): readonly Item[] =>
  misuseRows(log, day)
    .filter(({ reply_by: due }) => due !== null)
    .map((one) => ({
      ...NOTHING,
      item_kind: 'misuse-case',
      item: one.allegation,
      due: one.reply_by,
      first_due: one.reply_by,
      status: one.status,
      awaits: 'reply',
      waits_for: 'recipient',
      organisation: one.awaits_reply_of,
      stream: `misuse-case/${one.misuse_case}`,
      recipient: one.recipient,
      donor: one.donor,
      assistance_case: one.assistance_case,
      programme: one.programme,
    }));

const holdOnItem = (log: readonly RecordedEvent[], day: string, one: Item): string | null =>
  holdOn(log, day, {
    donor: one['donor'] as string | null,
    recipient: one['recipient'] as string | null,
    programme: one['programme'] as string | null,
    case: one['assistance_case'] as string | null,
    stream: one['stream'] as string | null,
  });

const NEVER_OWED: readonly unknown[] = ['offer', 'acceptance', 'supplement', 'start'];
/** What is still owed of a programme that ended waits for the end of the promise. */
const ONCE_ENDED = new Map<unknown, string>([
  ['schedule', 'amendment'],
  ['shipment', 'cancellation'],
  ['release', 'cancellation'],
  ['clearance', 'cancellation'],
]);
const NOT_UNDER_WAY: readonly unknown[] = [...NEVER_OWED, ...ONCE_ENDED.keys(), 'amendment'];
/** The steps that nothing on hold takes. */
const STOPPED: readonly unknown[] = ['shipment', 'release', 'clearance', 'disbursement', 'start'];

const pipeline: Figures = (log, { day }) => {
  const endedBy = (...types: readonly string[]): ReadonlySet<unknown> =>
    new Set(log.flatMap(({ type, stream }) => (types.includes(type) ? [idOf(stream)] : [])));
  const over = endedBy('ProgrammeCompleted', 'ProgrammeTerminated');
  const terminated = endedBy('ProgrammeTerminated');
  const cancelled = endedBy('CaseCancelled');
  const items: readonly Item[] = [
    ...notScheduled(log, day),
    ...coming(log, day),
    ...unanswered(log),
    ...tranches(log, day),
    ...waitingCases(log),
    ...replies(log, day),
    ...requested(log, day),
  ];
  const isOver = ({ awaits, programme, assistance_case: of }: Item): boolean =>
    awaits === 'disbursement'
      ? terminated.has(programme) || cancelled.has(of)
      : (NEVER_OWED.includes(awaits) && over.has(programme)) || (NOT_UNDER_WAY.includes(awaits) && cancelled.has(of));
  return items
    .filter((one) => !isOver(one))
    .map(
      (one) =>
        [
          one,
          (over.has(one['programme']) ? ONCE_ENDED.get(one['awaits']) : undefined) ?? (one['awaits'] as string),
        ] as const,
    ) // prettier-ignore
    .map(([one, awaits]) => ({
      ...one,
      awaits,
      on_hold: STOPPED.includes(awaits) ? holdOnItem(log, day, one) : null,
      overdue: one.due !== null && day > one.due,
      days_late_plan: past(one.due, day),
      days_late_first: past(one.first_due, day),
      days_late_line_plan: past(one.line_due, day),
      days_late_line_first: past(one.line_first_due, day),
      days_waiting: past(one.asked_on, day),
    }));
};

/** Rows of goods, with the unit of the lines of their case. */
const withUnits =
  (name: string): Figures =>
  (log, asked) => {
    const lines = caseLineRows(log);
    return (CONSIGNMENTS[name] as Figures)(log, asked).map((row) => {
      const units = lines.flatMap(({ assistance_case, item, unit }) =>
        assistance_case === row['assistance_case'] && item === row['item'] ? [unit] : [],
      );
      return { ...row, unit: new Set(units).size === 1 ? (units[0] as string) : null };
    });
  };

export const VIEWS: Readonly<Record<string, Figures>> = {
  deliverables: (log, { day, occurredBy }) => deliverables(log, day, occurredBy),
  'consigned-items': (log, { day, occurredBy }) => consignedItems(log, day, occurredBy),
  deliveries,
  'discrepancy-reports': (log) => {
    const lines = caseLineRows(log);
    return discrepancyRows(log).map((row) => {
      const line = lineOf(lines, row as unknown as InLine);
      return { ...row, item: line?.item ?? null, unit: line?.unit ?? null };
    });
  },
  'goods-by-holder': withUnits('goods-held'),
  'goods-loss-reports': withUnits('goods-losses'),
  'serials-received-twice': receivedTwice,
  'recipient-pipeline': pipeline,
};
