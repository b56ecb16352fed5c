import type { CheckedLot, EndUseCheckEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import {
  type FigureRow,
  type Figures,
  type Of,
  daysLate,
  idOf,
  last,
  occurredOn,
  only,
  recordedOn,
  streamsOf,
  sum,
} from './log.js';
import { rightDay } from './situations.js';

type Check = readonly RecordedEvent<EndUseCheckEvent>[];
type CheckVisit = Of<EndUseCheckEvent, 'EndUseCheckPerformed'>;

const scheduled = (events: Check) =>
  (last(events, 'EndUseCheckScheduled') as Of<EndUseCheckEvent, 'EndUseCheckScheduled'>).data;

/** The day on which a check was given up: of the recording, if it was recorded as late before. */
function givenUpOn(events: Check, event: Check[number]): string {
  const before = events.slice(0, events.indexOf(event));
  const planned = before.findLastIndex(({ type }) => type === 'EndUseCheckRescheduled');
  const isOverdue = only(before.slice(planned + 1), 'EndUseCheckBecameOverdue').length > 0;
  return isOverdue && recordedOn(event) > occurredOn(event) ? recordedOn(event) : occurredOn(event);
}

function ended(events: Check): Readonly<Record<'denied' | 'on' | 'by' | 'reason', string | null>> & { status: string } {
  const taken = only(events, 'AccessDenialWithdrawn').map(({ data }) => data.corrects);
  const denied = only(events, 'AccessDenied').findLast(({ id }) => !taken.includes(id));
  const waived = last(events, 'EndUseCheckWaived');
  const cancelled = last(events, 'EndUseCheckCancelled');
  const withdrawn = waived ?? cancelled;
  return {
    status: denied ? 'access denied' : waived ? 'waived' : cancelled ? 'cancelled' : 'scheduled',
    denied: denied?.data.on ?? null,
    on: denied?.data.on ?? cancelled?.data.on ?? (withdrawn === undefined ? null : givenUpOn(events, withdrawn)),
    by: waived?.data.authority ?? null,
    reason: (denied ?? waived ?? cancelled)?.data.reason ?? null,
  };
}

type Moved = Of<EndUseCheckEvent, 'CheckedItemsTransferred'>;

/** The last transfer of all of these items, if there was one. */
const handedOver = (events: Check): Moved['data'] | undefined =>
  only(events, 'CheckedItemsTransferred').findLast(({ data }) => data.next === undefined)?.data;

/** How many items have left the check by its last day, to one of their own. */
const leftFor = (events: Check): number =>
  sum(
    only(events, 'CheckedItemsTransferred').map((event) => {
      const { next, on, serials } = event.data;
      return next === undefined || isAfterLastDay(events, event, on) ? 0 : serials.length;
    }),
  );

const isAfterLastDay = (events: Check, event: Check[number], on: string | undefined): boolean =>
  on !== undefined && lastDay(events.slice(0, events.indexOf(event))) < on;

/** How many items had ended by the last day that the check had then. */
const endedBefore = (events: Check): number =>
  sum(
    only(events, 'CheckedItemsLeftOut').map((event) => {
      const due = lastDay(events.slice(0, events.indexOf(event)));
      const { on, was, serials } = event.data;
      const isTakenBack = was !== undefined && was <= due;
      return (on <= due ? serials.length : 0) - (isTakenBack ? serials.length : 0);
    }),
  );

const lastDay = (events: Check): string =>
  (only(events, 'EndUseCheckScheduled', 'EndUseCheckRescheduled').at(-1) as { data: { due: string } }).data.due;

/** Whether it was given up after its last day, though there had been something to check. */
function givenUpLate(events: Check): boolean {
  const due = lastDay(events);
  const isSample = scheduled(events).type === 'routine';
  return (
    only(events, 'EndUseCheckWaived').some((event) => givenUpOn(events, event) > due) ||
    // The last one has the right day.
    only(events, 'EndUseCheckCancelled')
      .slice(-1)
      .some((event) => {
        const { on = givenUpOn(events, event), reason } = event.data;
        const { role } = event.metadata.actor;
        if (event.data.on === undefined && role === 'system' && reason !== 'item-recovered') return false;
        // A sample that was cancelled in time stays so, whatever its last day was corrected to.
        const since = events.slice(events.indexOf(event));
        const days = [
          lastDay(events.slice(0, events.indexOf(event))),
          ...only(since, 'EndUseCheckRescheduled').map(({ data }) => data.due),
        ];
        return on > due && (!isSample || days.every((day) => on > day));
      })
  );
}

/** Of a sample: what it expected at first and since, less what transfers took by its last day. */
function expectedIn(events: Check): number {
  const { quantity: first, type } = scheduled(events);
  if (type === 'enhanced') return first;
  const counts = only(events, 'CheckedItemsCorrected').filter(
    ({ data }) => data.passedTo === undefined && data.next === undefined && data.quantity !== undefined,
  );
  const now = counts.at(-1)?.data.quantity ?? first;
  const takenLate = counts.map((event, index) => {
    const before = counts[index - 1]?.data.quantity ?? first;
    const gone = before - (event.data.quantity ?? before);
    return gone > 0 && isAfterLastDay(events, event, event.data.on) ? gone : 0;
  });
  return now + sum(takenLate);
}

/** Where the items are, as a transfer or a correction stated it last. */
function placeOf(events: Check): { readonly area: string | null; readonly site: string } {
  const stated = only(events, 'EndUseCheckScheduled', 'CheckedItemsTransferred', 'CheckedItemsCorrected').findLast(
    ({ type, data }) =>
      type === 'CheckedItemsTransferred'
        ? data.next === undefined
        : (data as { readonly site?: string }).site !== undefined && !('passedTo' in data) && !('next' in data),
  ) as Check[number];
  const { area = null, site, place } = stated.data as Readonly<Record<'area' | 'site' | 'place', string | undefined>>;
  return { area, site: place ?? site ?? '' };
}

function check(events: Check, day: string) {
  const of = scheduled(events);
  const visits = only(events, 'EndUseCheckPerformed');
  const inspection = visits.find(({ data }) => data.manner === 'on-site');
  const asScheduled = visits.some(({ data }) => data.manner === of.manner);
  const end = ended(events);
  const status = inspection !== undefined ? 'inspected' : asScheduled ? 'checked' : end.status;
  const planned = events.findLastIndex(
    ({ type }) => type === 'EndUseCheckScheduled' || type === 'EndUseCheckRescheduled',
  );
  const { due } = (events[planned] as RecordedEvent<EndUseCheckEvent>).data as { readonly due: string };
  const newest = visits
    .toSorted((one, other) => Date.parse(rightDay(events, one)) - Date.parse(rightDay(events, other)))
    .at(-1);
  const inspected = inspection === undefined ? null : rightDay(events, inspection);
  const made = visits.find(({ data }) => data.manner === 'on-site' || data.manner === of.manner);
  const moved = handedOver(events);
  const left = expectedIn(events) - leftFor(events) - endedBefore(events);
  const place = placeOf(events);
  const ordered = { value: of.orderedValue ?? of.value ?? 0, quantity: of.orderedQuantity ?? of.quantity };
  const worth = (items: number): number =>
    (ordered.value * items - ((ordered.value * items) % ordered.quantity)) / ordered.quantity;
  const notSeen = notSeenBy(events, inspection);
  return {
    end_use_check: idOf((events[0] as Check[number]).stream),
    status,
    type: of.type,
    manner: of.manner,
    donor: of.donor,
    recipient: of.recipient,
    holder: moved?.to ?? of.holder,
    programme: of.programme ?? null,
    assistance_case: of.case ?? null,
    item: of.item,
    ...place,
    items: left,
    value: of.value === undefined ? null : worth(left),
    items_not_seen: notSeen,
    value_not_seen: of.value === undefined ? null : worth(left) - worth(left - notSeen),
    ordered_value: of.value === undefined ? null : ordered.value,
    ordered_items: of.value === undefined ? null : ordered.quantity,
    currency: of.currency ?? null,
    due,
    due_month: due.slice(0, 7),
    inspected_on: inspected,
    visited_on: newest === undefined ? null : rightDay(events, newest),
    visits: visits.length,
    lower_confidence: newest !== undefined && newest.data.manner !== 'on-site',
    open_discrepancies: only(events, 'DiscrepancyFound').length - only(events, 'DiscrepancyCleared').length,
    compliance_visits: only(events, 'ComplianceVisitHeld').length,
    denied_on: end.denied,
    ended_on: made === undefined ? end.on : rightDay(events, made),
    waived_by: end.by,
    end_reason: end.reason,
    ended_late: givenUpLate(events),
    recorded_overdue: only(events.slice(planned), 'EndUseCheckBecameOverdue').length > 0,
    overdue: status === 'scheduled' && day > due,
    days_late: daysLate(due, inspected, status === 'scheduled', day),
  };
}

/** How many items the inspection did not see, by its results as corrected last. */
function notSeenBy(events: Check, inspection: CheckVisit | undefined): number {
  if (inspection === undefined) return 0;
  const { results: serials, lots = [] } = inspection.data;
  const corrections = only(events, 'CheckResultCorrected').filter(({ data }) => data.corrects === inspection.id);
  const right = serials.map(
    ({ serial, result }) => corrections.findLast(({ data }) => data.serial === serial)?.data.result ?? result,
  );
  return right.filter((result) => result === 'not-seen').length + sum(lots.map(({ notSeen }) => notSeen));
}

const checks = (log: readonly RecordedEvent[], day: string) =>
  streamsOf<EndUseCheckEvent>(log, 'end-use-check').map((events) => check(events, day));

/** Who held the items when an event was recorded. */
const holderAt = (events: Check, event: Check[number]): string =>
  handedOver(events.slice(0, events.indexOf(event)))?.to ?? scheduled(events).holder;

const results: Figures = (log) =>
  streamsOf<EndUseCheckEvent>(log, 'end-use-check').flatMap((events) => {
    const { donor, recipient, item } = scheduled(events);
    return only(events, 'EndUseCheckPerformed').flatMap((visit: CheckVisit) => {
      const corrections = only(events, 'CheckResultCorrected').filter(({ data }) => data.corrects === visit.id);
      const made = {
        end_use_check: idOf(visit.stream),
        visit: visit.data.visit,
        donor,
        recipient,
        holder: holderAt(events, visit),
        item,
        manner: visit.data.manner,
        visited_on: rightDay(events, visit),
        inspected: visit.data.manner === 'on-site',
        lower_confidence: visit.data.manner !== 'on-site',
      };
      const bySerial = visit.data.results.map(({ serial, result }): FigureRow => {
        const of = corrections.filter(({ data }) => data.serial === serial);
        const right = of.at(-1)?.data.result ?? result;
        const as = (one: string): number => Number(right === one);
        const counts = { seen: as('seen'), not_seen: as('not-seen'), damaged: as('damaged') };
        return { ...made, serial, lot: null, ...counts, seal_broken: as('seal-broken'), corrections: of.length };
      });
      const byLot = (visit.data.lots ?? []).map(({ lot, seen, notSeen, damaged }: CheckedLot): FigureRow => ({
        ...made,
        serial: null,
        lot,
        seen,
        not_seen: notSeen,
        damaged,
        seal_broken: 0,
        corrections: 0,
      }));
      return [...bySerial, ...byLot];
    });
  });

const discrepancies: Figures = (log) =>
  streamsOf<EndUseCheckEvent>(log, 'end-use-check').flatMap((events) =>
    only(events, 'DiscrepancyFound').map((found) => {
      const { stream, data } = found;
      const { donor, recipient, item } = scheduled(events);
      const holder = holderAt(events, found);
      const cleared = only(events, 'DiscrepancyCleared').find((one) => one.data.discrepancy === data.discrepancy);
      return {
        end_use_check: idOf(stream),
        discrepancy: data.discrepancy,
        status: cleared === undefined ? 'open' : 'cleared',
        type: data.type,
        serial: data.serial ?? null,
        quantity: data.quantity,
        found_on: data.on,
        outcome: cleared?.data.outcome ?? null,
        cleared_on: cleared?.data.on ?? null,
        donor,
        recipient,
        holder,
        item,
      };
    }),
  );

// ---- Sums ----

type CheckFigure = ReturnType<typeof check>;

/** What was due, in groups. */
const dueBy = (log: readonly RecordedEvent[], day: string, columns: readonly (keyof CheckFigure)[]) => {
  const due = checks(log, day).filter(({ status, overdue, ended_on: end, due: by, ended_late: late }) => {
    if (status === 'scheduled') return overdue;
    return (status !== 'waived' && status !== 'cancelled') || (late && by < (end ?? ''));
  });
  return [...Map.groupBy(due, (row) => JSON.stringify(columns.map((column) => row[column]))).values()].map((rows) => ({
    first: rows[0] as CheckFigure,
    rows,
    inTime: rows.filter(({ inspected_on: on, due: by }) => on !== null && on <= by),
    overdue: rows.filter((row) => row.overdue),
  }));
};

const share = (part: number, whole: number): number => Math.round((part * 1000) / whole) / 10;
const percentOf = (part: readonly unknown[], whole: readonly unknown[]): number => share(part.length, whole.length);
const seenIn = (rows: readonly CheckFigure[]): number => sum(rows.map((row) => row.items - row.items_not_seen));
const itemsOf = (rows: readonly CheckFigure[]): string => String(sum(rows.map(({ items }) => items)));

const compliance: Figures = (log, { day }) =>
  dueBy(log, day, ['donor', 'recipient', 'holder', 'programme', 'item', 'type', 'currency']).map(
    ({ first, rows, inTime, overdue }) => {
      const { donor, recipient, holder, programme, item, type, currency } = first;
      const valueOf = (part: readonly CheckFigure[]): number => sum(part.map(({ value }) => Number(value)));
      const valueSeen = (part: readonly CheckFigure[]): number =>
        sum(part.map((row) => Number(row.value) - Number(row.value_not_seen)));
      const worth = (part: readonly CheckFigure[]): string | null => (currency === null ? null : String(valueOf(part)));
      return {
        donor,
        recipient,
        holder,
        programme,
        item,
        type,
        due: rows.length,
        in_time: inTime.length,
        late: rows.filter(({ inspected_on: on, due: by }) => on !== null && on > by).length,
        not_inspected: rows.filter(({ inspected_on: on, overdue: open }) => on === null && !open).length,
        overdue: overdue.length,
        in_time_percent: percentOf(inTime, rows),
        most_days_late: overdue.length === 0 ? null : Math.max(...overdue.map((row) => Number(row.days_late))),
        items_due: itemsOf(rows),
        items_in_time: String(seenIn(inTime)),
        items_not_seen: String(sum(rows.map((row) => row.items_not_seen))),
        items_overdue: itemsOf(overdue),
        items_in_time_percent: share(seenIn(inTime), Number(itemsOf(rows))),
        currency,
        value_due: worth(rows),
        value_in_time: currency === null ? null : String(valueSeen(inTime)),
        value_not_seen: currency === null ? null : String(sum(rows.map((row) => Number(row.value_not_seen)))),
        value_overdue: worth(overdue),
        value_in_time_percent:
          currency === null || valueOf(rows) === 0 ? null : share(valueSeen(inTime), valueOf(rows)),
      };
    },
  );

const delinquency: Figures = (log, { day }) =>
  dueBy(log, day, ['donor', 'recipient', 'holder', 'type', 'due_month']).map(({ first, rows, inTime, overdue }) => {
    const delinquent = rows.filter((row) => !inTime.includes(row));
    return {
      month: first.due_month,
      donor: first.donor,
      recipient: first.recipient,
      holder: first.holder,
      type: first.type,
      due: rows.length,
      in_time: inTime.length,
      delinquent: delinquent.length,
      overdue: overdue.length,
      in_time_percent: percentOf(inTime, rows),
      items_due: itemsOf(rows),
      items_delinquent: String(Number(itemsOf(rows)) - seenIn(inTime)),
    };
  });

/** The months from one to before another. */
function monthsFrom(first: string, before: string): readonly string[] {
  const months: string[] = [];
  const at = new Date(`${first}-01T00:00:00Z`);
  for (let month = first; month < before; month = at.toISOString().slice(0, 7)) {
    months.push(month);
    at.setUTCMonth(at.getUTCMonth() + 1);
  }
  return months;
}

const overdueByMonth: Figures = (log, { day }) => {
  const open = checks(log, day).flatMap((row) => {
    const end = row.ended_on !== null && row.ended_on < day ? row.ended_on : day;
    return monthsFrom(row.due_month, end.slice(0, 7)).map((month) => ({ month, row }));
  });
  const groups = Map.groupBy(open, ({ month, row: { donor, recipient, holder, type, currency } }) =>
    JSON.stringify([month, donor, recipient, holder, type, currency]),
  );
  return [...groups.values()].map((group) => {
    const [{ month, row }] = group as [(typeof group)[number]];
    const { donor, recipient, holder, type, currency } = row;
    const rows = group.map((one) => one.row);
    return {
      month,
      donor,
      recipient,
      holder,
      type,
      overdue: rows.length,
      newly_overdue: rows.filter(({ due_month: due }) => due === month).length,
      items: itemsOf(rows),
      currency,
      value: currency === null ? null : String(sum(rows.map(({ value }) => Number(value)))),
    };
  });
};

export const CHECKS: Readonly<Record<string, Figures>> = {
  'end-use-checks': (log, { day }) => checks(log, day),
  'check-results': results,
  'check-discrepancies': discrepancies,
  'end-use-compliance': compliance,
  'check-delinquency': delinquency,
  'overdue-by-month': overdueByMonth,
};
