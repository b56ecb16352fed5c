import type { ConsignmentEvent, DeliveryPoint } from '@entente/contracts';
import { type RecordedEvent, actsFor } from '@entente/kernel';
import {
  type FigureRow,
  type Figures,
  type Of,
  begunBy,
  dayOf,
  daysBetween,
  daysLate,
  distinct,
  doubts,
  idOf,
  last,
  occurredOn,
  only,
  streamsOf,
  sum,
} from './log.js';

type Events = readonly RecordedEvent<ConsignmentEvent>[];
const consignments = (log: readonly RecordedEvent[]): readonly Events[] =>
  streamsOf<ConsignmentEvent>(log, 'consignment');

const POINTS = {
  origin: 'ConsignmentShipped',
  hub: 'ConsignmentArrivedAtHub',
  title: 'TitleTransferred',
  receipt: 'ReceiptConfirmed',
} as const satisfies Record<DeliveryPoint, string>;

/** The day of a fact, as corrected last; null if it is not recorded. */
export function dayOfFact(events: Events, point: DeliveryPoint): string | null {
  const corrected = only(events, 'DateCorrected').filter(({ data }) => data.fact === point);
  return corrected.at(-1)?.data.on ?? last(events, POINTS[point])?.data.on ?? null;
}

/** The day that a plan promised, as corrected last. */
const promisedBy = (events: Events, plan: Of<ConsignmentEvent, 'DeliveryScheduled' | 'DeliveryRescheduled'>): string =>
  only(events, 'DateCorrected').findLast(({ data }) => data.corrects === plan.id)?.data.on ?? plan.data.due;

/** The discrepancy reports that have no answer. */
const unanswered = (events: Events): number => {
  const answered = only(events, 'DiscrepancyResolved').map(({ data }) => data.discrepancy);
  return only(events, 'DiscrepancyReported').filter(({ data }) => !answered.includes(data.discrepancy)).length;
};

function statusOf(events: Events): string {
  if (last(events, 'ConsignmentCancelled') !== undefined) return 'cancelled';
  if (last(events, 'ReceiptConfirmed') !== undefined) return 'received';
  if (last(events, 'ShipmentHeld', 'ShipmentReleased')?.type === 'ShipmentHeld') return 'held';
  const moved = last(events, 'ConsignmentShipped', 'ConsignmentArrivedAtHub', 'TitleTransferred');
  return moved === undefined ? 'scheduled' : 'under-way';
}

/** The event from which a consignment is held; none if it is not. */
export const heldBy = (events: Events): Events[number] | undefined =>
  begunBy(events, ['ShipmentHeld'], ['ShipmentReleased', 'ReceiptConfirmed', 'ConsignmentCancelled']);

function awaitsOf(status: string, discrepancies: number): string | null {
  if (discrepancies > 0) return 'discrepancy';
  return status === 'under-way' ? 'receipt' : null;
}

const cancelledOn = (events: Events): string | null => {
  const cancelled = last(events, 'ConsignmentCancelled');
  return cancelled === undefined ? null : occurredOn(cancelled);
};

/** The columns of the consignment that each of its rows has. */
function aboutOf(events: Events) {
  const { stream, data } = last(events, 'DeliveryScheduled') as Of<ConsignmentEvent, 'DeliveryScheduled'>;
  const { case: assistanceCase, programme, donor, recipient } = data;
  return {
    consignment: idOf(stream),
    assistance_case: assistanceCase,
    programme: programme ?? null,
    donor,
    recipient,
  };
}

/** What of the days of a consignment contradicts the rest. */
function doubtsOf(events: Events): string | null {
  const scheduled = last(events, 'DeliveryScheduled') as Of<ConsignmentEvent, 'DeliveryScheduled'>;
  const own = scheduled.data.basis === undefined;
  const requested = scheduled.data.requestedOn ?? '';
  const days = (...points: readonly DeliveryPoint[]) => points.flatMap((point) => dayOfFact(events, point) ?? []);
  const route = days('origin', 'hub', 'receipt');
  return doubts(
    ['promised-in-the-past', own && promisedBy(events, scheduled) < occurredOn(scheduled)],
    ['before-the-request', own && days('origin', 'hub', 'title', 'receipt').some((on) => on < requested)],
    ['out-of-order', route.join() !== route.toSorted().join()],
  );
}

function consignment(events: Events, day: string) {
  const scheduled = last(events, 'DeliveryScheduled') as Of<ConsignmentEvent, 'DeliveryScheduled'>;
  const { requestedOn = null, basis = 'own' } = scheduled.data;
  const moved = only(events, 'DeliveryRescheduled');
  const firstDue = promisedBy(events, scheduled);
  const due = promisedBy(events, moved.at(-1) ?? scheduled);
  const status = statusOf(events);
  const discrepancies = unanswered(events);
  const receivedOn = dayOfFact(events, 'receipt');
  const open = status !== 'received' && status !== 'cancelled';
  return {
    ...aboutOf(events),
    status,
    awaits: awaitsOf(status, discrepancies),
    basis,
    requested_on: requestedOn,
    scheduled_on: occurredOn(scheduled),
    implausible: doubtsOf(events),
    first_due: firstDue,
    due,
    reschedules: moved.length,
    last_cause: moved.at(-1)?.data.cause ?? null,
    unit:
      last(events, 'ShipmentCorrected')?.data.unit ??
      last(events, 'ConsignmentShipped')?.data.unit ??
      scheduled.data.unit ??
      null,
    shipped_on: dayOfFact(events, 'origin'),
    hub_on: dayOfFact(events, 'hub'),
    title_on: dayOfFact(events, 'title'),
    received_on: receivedOn,
    cancelled_on: cancelledOn(events),
    serials_registered:
      sum(only(events, 'SerialsRegistered').map(({ data }) => data.serials.length)) +
      sum(only(events, 'SerialsCorrected').map(({ data }) => data.serialsAdded.length - data.serialsRemoved.length)),
    discrepancies_open: discrepancies,
    held_for: status === 'held' ? (last(events, 'ShipmentHeld')?.data.reason ?? null) : null,
    held_on: dayOf(heldBy(events)),
    held_unit: status === 'held' ? (last(events, 'ShipmentHeld')?.data.unit ?? null) : null,
    overdue: open && day > due,
    days_late_first: daysLate(firstDue, receivedOn, open, day),
    days_late_plan: daysLate(due, receivedOn, open, day),
  };
}

function lines(events: Events) {
  const { lines: scheduled } = (last(events, 'DeliveryScheduled') as Of<ConsignmentEvent, 'DeliveryScheduled'>).data;
  const receipt = last(events, 'ReceiptConfirmed');
  return distinct(scheduled.map(({ line }) => line)).map((line) => {
    const of = (all: readonly { readonly line: string; readonly quantity: number }[]): number =>
      sum(all.filter((one) => one.line === line).map(({ quantity }) => quantity));
    const corrected = only(events, 'ReceiptCorrected').filter(({ data }) => data.line === line);
    const by = sum(corrected.map(({ data }) => data.quantityBy));
    return {
      ...aboutOf(events),
      line,
      scheduled: of(scheduled),
      received: receipt === undefined ? null : of(receipt.data.lines) + by,
    };
  });
}

/** The serials confirmed in a consignment, each with its line, as corrected. */
function serials(events: Events) {
  const confirmed = last(events, 'ReceiptConfirmed')?.data.lines ?? [];
  const corrections = only(events, 'ReceiptCorrected').map(({ data }) => data);
  return distinct([...confirmed, ...corrections].map(({ line }) => line)).flatMap((line) => {
    const first = confirmed.find((one) => one.line === line)?.serials ?? [];
    const ofLine = corrections.filter((one) => one.line === line);
    return distinct([...first, ...ofLine.flatMap(({ serialsAdded = [] }) => serialsAdded)]).flatMap((serial) => {
      // A serial that is removed and added by one correction is there.
      const of = ofLine.findLast(({ serialsAdded = [], serialsRemoved = [] }) =>
        [...serialsAdded, ...serialsRemoved].includes(serial),
      );
      const there = of === undefined || of.serialsAdded?.includes(serial) === true;
      return there ? [{ ...aboutOf(events), line, serial }] : [];
    });
  });
}

/** What the recipient has of a type, as an event stated it, by the place of that event. */
interface Stated {
  readonly item: string;
  readonly quantity: number;
  readonly at: number;
  readonly on: string;
}

/** The goods of each sampled type, by holder: what was stated last, and the transfers since. */
function goodsHeld(events: Events): readonly FigureRow[] {
  const { recipient } = aboutOf(events) as { readonly recipient: string };
  const transfers = only(events, 'ReceivedGoodsTransferred');
  const stated = events.flatMap((event): readonly Stated[] => {
    if (event.type === 'ReceiptConfirmed')
      return (event.data.checks ?? []).map((check) => ({ ...check, at: events.indexOf(event), on: event.data.on }));
    if (event.type !== 'ReceiptCorrected') return [];
    const all: readonly Omit<Stated, 'at' | 'on'>[] = [event.data.check ?? [], event.data.sampled ?? []].flat();
    return all.map((one) => ({ ...one, at: events.indexOf(event), on: occurredOn(event) }));
  });
  return distinct([...stated, ...transfers.map(({ data }) => data)].map(({ item }) => item)).flatMap((item) => {
    const its = transfers.filter(({ data }) => data.item === item);
    const holders = distinct([recipient, ...its.flatMap(({ data }) => data.to ?? [])]);
    return holders.map((holder) => {
      const base = holder === recipient ? stated.findLast((one) => one.item === item) : undefined;
      const touching = its.filter(({ data }) => data.from === holder || data.to === holder);
      const later = touching.filter((one) => base === undefined || events.indexOf(one) > base.at);
      const changes = later.map(({ data }) => (data.to === holder ? data.quantity : -data.quantity));
      const lost = only(events, 'GoodsLossVerified').filter(
        (one) =>
          one.data.item === item && one.data.holder === holder && (base === undefined || events.indexOf(one) > base.at),
      );
      const changed = [
        ...later.map((one) => ({ one, on: one.data.on })),
        ...lost.map((one) => ({ one, on: occurredOn(one) })),
      ];
      const newest = changed.toSorted((a, b) => events.indexOf(a.one) - events.indexOf(b.one)).at(-1);
      const arrivals = events.flatMap((event): readonly string[] => {
        const { type, data } = event;
        if (type === 'ReceivedGoodsTransferred')
          return data.item === item && data.to === holder ? [data.store ?? holder] : [];
        if (holder !== recipient) return [];
        if (type === 'ReceiptCorrected' && data.store !== undefined)
          return [data.sampled?.item, data.check?.item, ...(data.stored ?? [])].includes(item) ? [data.store] : [];
        const checks = type === 'ReceiptConfirmed' ? data.checks : type === 'ReceiptCorrected' ? [data.check] : [];
        return (checks ?? []).flatMap((check) => (check?.item === item ? [check.site] : []));
      });
      return {
        ...aboutOf(events),
        item,
        holder,
        place: arrivals.at(-1) ?? null,
        quantity: (base?.quantity ?? 0) + sum(changes) - sum(lost.map(({ data }) => data.quantity)),
        changed_on: newest?.on ?? base?.on ?? null,
        transfer: touching.at(-1)?.data.transfer ?? null,
      };
    });
  });
}

const OUTCOMES: Readonly<Record<string, string>> = {
  GoodsLossVerified: 'verified',
  GoodsLossRejected: 'rejected',
  GoodsLossWithdrawn: 'withdrawn',
};

function goodsLosses(events: Events, day: string): readonly FigureRow[] {
  return only(events, 'GoodsLossReported').map((reported) => {
    const { loss, item, holder, verifyBy } = reported.data;
    const corrections = only(events, 'GoodsLossCorrected').filter(({ data }) => data.corrects === reported.id);
    const stated = [reported, ...corrections].toReversed().map(({ data }) => data);
    const right = <Field extends 'quantity' | 'as' | 'on' | 'cause'>(field: Field) =>
      stated.find((data) => data[field] !== undefined)?.[field] ?? null;
    const end = only(events, 'GoodsLossVerified', 'GoodsLossRejected', 'GoodsLossWithdrawn').find(
      ({ data }) => data.loss === loss,
    );
    const isDecided = end !== undefined && end.type !== 'GoodsLossWithdrawn';
    return {
      ...aboutOf(events),
      loss,
      item,
      quantity: right('quantity'),
      holder,
      reported_as: right('as'),
      lost_on: right('on'),
      cause: right('cause'),
      reported_on: occurredOn(reported),
      verify_by: verifyBy,
      status: OUTCOMES[end?.type ?? ''] ?? 'open',
      decided_on: end === undefined ? null : occurredOn(end),
      decided_by: isDecided ? actsFor(end.metadata.actor) : null,
      outcome: end === undefined ? null : 'method' in end.data ? end.data.method : end.data.reason,
      days: isDecided ? daysBetween(occurredOn(reported), occurredOn(end)) : null,
      overdue: end === undefined && day > verifyBy,
    };
  });
}

export const goodsLossRows = (log: readonly RecordedEvent[], day: string) =>
  consignments(log).flatMap((events) => goodsLosses(events, day));

function discrepancies(events: Events): readonly FigureRow[] {
  return only(events, 'DiscrepancyReported').map((reported) => {
    const { discrepancy, ...stated } = reported.data;
    const { line, type, quantity } = only(events, 'DiscrepancyCorrected')
      .filter(({ data }) => data.corrects === reported.id)
      .reduce((is, { data }) => ({ line: data.line ?? is.line, type: data.type ?? is.type, quantity: data.quantity ?? is.quantity }), stated); // prettier-ignore
    const answer = only(events, 'DiscrepancyResolved').find(({ data }) => data.discrepancy === discrepancy);
    return {
      ...aboutOf(events),
      discrepancy,
      line,
      type,
      quantity,
      reported_on: occurredOn(reported),
      outcome: answer?.data.outcome ?? null,
      answered_on: answer === undefined ? null : occurredOn(answer),
    };
  });
}

export const consignmentRows = (log: readonly RecordedEvent[], day: string) =>
  consignments(log).map((events) => consignment(events, day));
export const consignmentLineRows = (log: readonly RecordedEvent[]) => consignments(log).flatMap(lines);
export const discrepancyRows = (log: readonly RecordedEvent[]) => consignments(log).flatMap(discrepancies);

export const receivedSerialRows = (log: readonly RecordedEvent[]) => consignments(log).flatMap(serials);

const COLUMN = { origin: 'shipped_on', hub: 'hub_on', title: 'title_on', receipt: 'received_on' } as const;
const POINT_OF: Readonly<Record<string, DeliveryPoint>> = Object.fromEntries(
  Object.entries(POINTS).map(([point, type]) => [type, point as DeliveryPoint]),
);

/**
 * The log without the consignments, their facts and cancellations of later days, and without holds,
 * which have no day: what is left of a consignment is what had occurred.
 */
export function consignedBy(log: readonly RecordedEvent[], by: string): readonly RecordedEvent[] {
  const known = new Map(consignmentRows(log, by).map((row) => [`consignment/${row.consignment}`, row]));
  return log.filter((event) => {
    const row = known.get(event.stream);
    if (row === undefined) return true;
    const hasCome = (on: string | null): boolean => on !== null && on <= by;
    const { type, data } = event as unknown as Events[number];
    const fact = type === 'DateCorrected' ? data.fact : POINT_OF[type];
    const point = fact === 'first-promise' || fact === 'promise' ? undefined : fact;
    if (row.scheduled_on > by || type === 'ShipmentHeld') return false;
    if (point !== undefined) return hasCome(row[COLUMN[point]]);
    return type !== 'ConsignmentCancelled' || hasCome(row.cancelled_on);
  });
}

export const CONSIGNMENTS: Readonly<Record<string, Figures>> = {
  consignments: (log, { day }) => consignmentRows(log, day),
  'consignment-lines': consignmentLineRows,
  'received-serials': receivedSerialRows,
  'goods-losses': (log, { day }) => goodsLossRows(log, day),
  'goods-held': (log) => consignments(log).flatMap(goodsHeld),
  discrepancies: discrepancyRows,
};
