import type { AssistanceCaseEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import {
  type Figures,
  type Of,
  begunBy,
  dayOf,
  dayOfWhole,
  distinct,
  doubts,
  idOf,
  last,
  latest,
  occurredOn,
  only,
  recordedOn,
  streamsOf,
  sum,
} from './log.js';
import { rightDay } from './situations.js';

type Events = readonly RecordedEvent<AssistanceCaseEvent>[];
type Added = Of<AssistanceCaseEvent, 'CaseLineAdded'>;
const cases = (log: readonly RecordedEvent[]): readonly Events[] =>
  streamsOf<AssistanceCaseEvent>(log, 'assistance-case');

const STATUS: Readonly<Record<string, string>> = {
  AssistanceRequested: 'requested',
  RequestReturnedIncomplete: 'returned',
  RequestSupplemented: 'requested',
  OfferPrepared: 'prepared',
  OfferMade: 'offered',
  OfferLapsed: 'lapsed',
  OfferAccepted: 'accepted',
  CaseImplemented: 'implemented',
  CaseReconciled: 'reconciled',
  CaseClosed: 'closed',
  CaseCancelled: 'cancelled',
};
/** A case of which a quantity is corrected after its reconciliation has to be reconciled again. */
const reconciled = (events: Events): Of<AssistanceCaseEvent, 'CaseReconciled'> | undefined => {
  const now = only(events, 'CaseReconciled', 'DeliveryCorrected').findLast(
    (one) => one.type === 'CaseReconciled' || one.data.quantityBy !== 0,
  );
  return now?.type === 'CaseReconciled' ? now : undefined;
};
/** The final value of the reconciliation that holds, after its last correction. */
function finalValueOf(events: Events): number | null {
  const holds = reconciled(events);
  if (holds === undefined) return null;
  const corrected = only(events, 'ReconciliationCorrected').filter(({ data }) => data.corrects === holds.id);
  return (corrected.at(-1) ?? holds).data.finalValue;
}
function statusOf(events: Events): string {
  const status = STATUS[events.findLast(({ type }) => type in STATUS)?.type ?? ''] as string;
  return status === 'reconciled' && reconciled(events) === undefined ? 'implemented' : status;
}

/** The day from which a case is reconciled, or else closed or cancelled. */
function endedOn(events: Events): string | null {
  const closed = last(events, 'CaseClosed', 'CaseCancelled');
  return dayOf(reconciled(events) ?? closed);
}

function awaitsOf(events: Events): string | null {
  if (['closed', 'cancelled'].includes(statusOf(events))) return null;
  if (statusOf(events) === 'returned') return 'supplement';
  const offer = last(events, 'OfferPrepared', 'OfferMade', 'OfferAccepted', 'OfferLapsed');
  if (offer === undefined || offer.type === 'OfferPrepared') return 'offer';
  if (offer.type === 'OfferMade') return 'acceptance';
  return last(events, 'AmendmentOffered', 'AmendmentAccepted')?.type === 'AmendmentOffered' ? 'amendment' : null;
}

/** The value to which both sides are bound, or by which a case is executed. */
function agreedValue(events: Events): number | null {
  if (statusOf(events) === 'cancelled') return null;
  const now = last(events, 'OfferAccepted', 'CaseImplemented', 'AmendmentAccepted', 'CaseModified');
  if (now === undefined) return null;
  if (now.type === 'AmendmentAccepted' || now.type === 'CaseModified' || now.type === 'OfferAccepted')
    return now.data.value;
  const before = events.filter(({ revision }) => revision < now.revision);
  return last(before, 'OfferPrepared', 'AmendmentAccepted', 'CaseModified')?.data.value ?? null;
}

/** The notice to the legislature of the offer prepared last. */
const noticeOf = (events: Events): Of<AssistanceCaseEvent, 'LegislatureNotifiedOfOffer'> | undefined => {
  const now = last(events, 'OfferPrepared', 'LegislatureNotifiedOfOffer');
  return now?.type === 'LegislatureNotifiedOfOffer' ? now : undefined;
};

/** The changes of a line that are in force. */
function changesOf(events: Events, line: string) {
  const amended = only(events, 'AmendmentAccepted').flatMap(({ data }) => data.changes);
  const modified = only(events, 'CaseModified').flatMap(({ data }) => data.changes);
  const inOrder = only(events, 'AmendmentAccepted', 'CaseModified').flatMap(({ data }) => [...data.changes]);
  const ofLine = <Change extends { readonly line: string }>(all: readonly Change[]) =>
    all.filter((one) => one.line === line);
  return { amended: ofLine(amended), modified: ofLine(modified), inOrder: ofLine(inOrder) };
}

/** The day of a delivery: the last one that a correction stated, if any did. */
const dayOfDelivery = (events: Events, { id, data }: Of<AssistanceCaseEvent, 'AssistanceDelivered'>): string =>
  only(events, 'DeliveryCorrected').findLast((one) => one.data.corrects === id && one.data.on !== undefined)?.data.on ??
  data.on;

/** What is left of a delivery after its corrections. */
const leftOf = (events: Events, { id, data }: Of<AssistanceCaseEvent, 'AssistanceDelivered'>): number =>
  data.quantity +
  sum(
    only(events, 'DeliveryCorrected')
      .filter((one) => one.data.corrects === id)
      .map((one) => one.data.quantityBy),
  );

/** The deliveries of a line, each with its day and quantity as corrected. */
const deliveredOf = (events: Events, line: string) =>
  only(events, 'AssistanceDelivered')
    .filter(({ data }) => data.line === line)
    .map((delivery) => ({ on: dayOfDelivery(events, delivery), quantity: leftOf(events, delivery) }));

const WORKS: Readonly<Record<string, string>> = {
  WorksStarted: 'started',
  WorksCompleted: 'completed',
  WorksAccepted: 'accepted',
};

/** The columns of the case that each of its rows has. */
function aboutOf(events: Events) {
  const { stream, data } = last(events, 'AssistanceRequested') as Of<AssistanceCaseEvent, 'AssistanceRequested'>;
  const { donor, recipient, programme } = data;
  return { assistance_case: idOf(stream), programme: programme ?? null, donor, recipient };
}
/** Whose decision a case is, and when it was asked for. */
function requestOf(events: Events) {
  const requested = last(events, 'AssistanceRequested') as Of<AssistanceCaseEvent, 'AssistanceRequested'>;
  return { basis: requested.data.basis ?? 'own', requested_on: occurredOn(requested) };
}
/** Whether a day lies before the request of a case that repeats nothing. */
const beforeRequest = (events: Events, on: string): boolean =>
  requestOf(events).basis === 'own' && on < requestOf(events).requested_on;

/** Which offer a line is part of: the one prepared last, if it names the line. */
const offerOf = (events: Events, line: string): string | null => {
  const prepared = last(events, 'OfferPrepared');
  return prepared?.data.lines.includes(line) ? prepared.data.offer : null;
};

/** A line as it was added, with what corrections replaced. */
function stated(events: Events, { data }: Added) {
  const corrected = only(events, 'CaseLineCorrected').filter((one) => one.data.line === data.line);
  const lastOf = <Field extends 'item' | 'unit' | 'quantity' | 'value' | 'due'>(field: Field): Added['data'][Field] =>
    (corrected.findLast((one) => one.data[field] !== undefined)?.data[field] ?? data[field]) as Added['data'][Field];
  return {
    name: data.line,
    item: lastOf('item'),
    unit: lastOf('unit'),
    added: lastOf('quantity'),
    worth: lastOf('value'),
    firstDue: lastOf('due'),
  };
}

function line(events: Events, line: Added) {
  const { name, item, unit, added, worth, firstDue } = stated(events, line);
  const { amended, modified, inOrder } = changesOf(events, name);
  const days = [firstDue, ...inOrder.flatMap(({ due }) => due ?? [])];
  const moved = days.filter((day, n) => n > 0 && day !== days[n - 1]);
  const deliveries = deliveredOf(events, name);
  const quantity = added + sum(amended.map(({ quantityBy }) => quantityBy));
  const works = only(events, 'WorksStarted', 'WorksCompleted', 'WorksAccepted').findLast(
    (one) => one.data.line === name,
  );
  const began = only(events, 'WorksStarted').find((one) => one.data.line === name);
  const started = began === undefined ? null : rightDay(events, began);
  return {
    ...aboutOf(events),
    ...requestOf(events),
    added_on: occurredOn(line),
    works_started_on: started,
    implausible: doubts(
      ['promised-in-the-past', requestOf(events).basis === 'own' && firstDue < occurredOn(line)],
      ['before-the-request', started !== null && beforeRequest(events, started)],
    ),
    line: name,
    item,
    unit,
    quantity,
    value: worth + sum([...amended, ...modified].map(({ valueBy }) => valueBy)),
    currency:
      only(events, 'OfferPrepared').findLast(
        ({ data, revision }) => data.lines.includes(name) || revision < line.revision,
      )?.data.currency ?? null,
    offer: offerOf(events, name),
    amended_in: only(events, 'AmendmentAccepted').some((one) => one.data.adds.includes(name)),
    first_due: firstDue,
    due: days.at(-1) as string,
    reschedules: moved.length,
    delivered: sum(deliveries.map((one) => one.quantity)),
    works: works === undefined ? null : (WORKS[works.type] as string),
  };
}

/** Of a line, the day of the last delivery, and that by which the whole was delivered. */
function daysOf(events: Events, { assistance_case, line: name, quantity }: ReturnType<typeof line>) {
  const deliveries = deliveredOf(events, name);
  const last_delivered_on = latest(deliveries.filter((one) => one.quantity > 0).map(({ on }) => on));
  return { assistance_case, line: name, last_delivered_on, completed_on: dayOfWhole(deliveries, quantity) };
}

const linesOf = (events: Events) => only(events, 'CaseLineAdded').map((added) => line(events, added));

const partOf = (events: Events, of: ReturnType<typeof line>) => {
  const { item, unit, quantity, delivered, first_due, due, works } = of;
  const offered = last(events, 'OfferPrepared')?.data.lines.includes(of.line) ?? false;
  const in_force = inForce(events).includes(of.line);
  return { item, unit, quantity, delivered, first_due, due, works, offered, in_force };
};

/** The lines in force: of an offer that was accepted or executed, or added by an amendment. */
function inForce(events: Events): readonly string[] {
  const byOffer = only(events, 'OfferAccepted', 'CaseImplemented').flatMap(
    (at) => only(events, 'OfferPrepared').findLast(({ revision }) => revision < at.revision)?.data.lines ?? [],
  );
  return [...byOffer, ...only(events, 'AmendmentAccepted').flatMap(({ data }) => data.adds)];
}

/** Why a case that has not ended is held, if it is. */
function heldFor(events: Events): string | null {
  if (['closed', 'cancelled'].includes(statusOf(events))) return null;
  const now = last(events, 'CaseHeld', 'CaseReleased');
  return now?.type === 'CaseHeld' ? now.data.reason : null;
}

/** The event from which a case is held; none if it is not. */
export const heldBy = (events: Events): Events[number] | undefined =>
  begunBy(events, ['CaseHeld'], ['CaseReleased', 'CaseClosed', 'CaseCancelled']);

function assistanceCase(events: Events) {
  const requested = last(events, 'AssistanceRequested') as Of<AssistanceCaseEvent, 'AssistanceRequested'>;
  const terms = last(events, 'OfferPrepared')?.data;
  const accepted = last(events, 'OfferAccepted');
  const lines = linesOf(events);
  const deliveries = only(events, 'AssistanceDelivered');
  const value = last(events, 'OfferPrepared', 'AmendmentAccepted', 'CaseModified')?.data.value ?? null;
  return {
    ...aboutOf(events),
    basis: requestOf(events).basis,
    legal_basis: requested.metadata.legalBasis,
    held_for: heldFor(events),
    held_on: dayOf(heldBy(events)),
    status: statusOf(events),
    awaits: awaitsOf(events),
    requested_on: occurredOn(requested),
    offer_valid_until: terms?.validUntil ?? null,
    offer_from: noticeOf(events)?.data.until ?? null,
    accepted_on: accepted === undefined ? null : occurredOn(accepted),
    ended_on: endedOn(events),
    delivery_point: terms?.deliveryPoint ?? null,
    currency: terms?.currency ?? null,
    value,
    agreed_value: agreedValue(events),
    final_value: finalValueOf(events),
    offer: last(events, 'OfferMade', 'OfferAccepted')?.data.offer ?? null,
    initial_deposit: terms?.initialDeposit ?? null,
    deposited:
      sum(only(events, 'InitialDepositReceived').map(({ data }) => data.amount)) +
      sum(only(events, 'InitialDepositCorrected').map(({ data }) => data.difference)),
    lines: lines.length,
    lines_delivered: lines.filter(({ quantity, delivered }) => quantity > 0 && delivered >= quantity).length,
    arrived_before: only(events, 'ArrivalNoted').length,
    schedules_noted: only(events, 'ScheduleNoted').length,
    deliveries: deliveries.length,
    lines_in_force: inForce(events).length === 0 ? null : distinct(inForce(events)).toSorted().join(','),
    by_line: Object.fromEntries(lines.map((one) => [one.line, partOf(events, one)])),
  };
}

/** What of a delivery rests on no consignment, as corrected. */
const apartOf = (events: Events, { id, data }: Of<AssistanceCaseEvent, 'AssistanceDelivered'>): number =>
  data.quantity -
  sum(data.consignments.map(({ quantity }) => quantity)) +
  sum(
    only(events, 'DeliveryCorrected').flatMap(({ data: by }) =>
      by.corrects === id && by.consignment === undefined ? [by.quantityBy] : [],
    ),
  );

/** Deliveries and their corrections, as they were recorded. */
function facts(events: Events) {
  return only(events, 'AssistanceDelivered', 'DeliveryCorrected').map((event) => {
    const delivered = event.type === 'AssistanceDelivered';
    return {
      row: {
        ...aboutOf(events),
        ...requestOf(events),
        implausible: doubts(['before-the-request', delivered && beforeRequest(events, dayOfDelivery(events, event))]),
        line: event.data.line,
        quantity: delivered ? event.data.quantity : event.data.quantityBy,
        quantity_left: delivered ? leftOf(events, event) : null,
        apart: delivered ? apartOf(events, event) : 0,
        delivery: event.id,
        occurred_on: delivered ? dayOfDelivery(events, event) : occurredOn(event),
        recorded_on: recordedOn(event),
        corrects: delivered ? null : event.data.corrects,
      },
      event: event.id,
    };
  });
}

export const caseRows = (log: readonly RecordedEvent[]) => cases(log).map(assistanceCase);
/** The days of the deliveries of each line. */
export const deliveryDays = (log: readonly RecordedEvent[]) =>
  cases(log).flatMap((events) => linesOf(events).map((one) => daysOf(events, one)));
export const caseLineRows = (log: readonly RecordedEvent[]) => cases(log).flatMap(linesOf);
/** The lines in force of each case, by its id. */
export const linesInForce = (log: readonly RecordedEvent[], id: string): readonly string[] =>
  cases(log).flatMap((events) => (aboutOf(events).assistance_case === id ? inForce(events) : []));
export const deliveryFacts = (log: readonly RecordedEvent[]) => cases(log).flatMap(facts);

export const CASES: Readonly<Record<string, Figures>> = {
  cases: caseRows,
  'case-lines': caseLineRows,
  'delivery-facts': (log) => deliveryFacts(log).map(({ row }) => row),
};
