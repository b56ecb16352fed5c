import type { AssistanceCaseEvent } from '@entente/contracts';
import { type assistanceCase, consignment, programme } from '@entente/domain';
import type { RecordedEvent } from '@entente/kernel';
import { type Elsewhere, type Invariants, type Sentences, dayOf, idOf, sum, unlike, whole } from './invariant.js';

type AssistanceCase = NonNullable<(typeof assistanceCase)['initial']>;
type Line = AssistanceCase['lines'][string];

const inForce = ({ lines }: AssistanceCase): readonly Line[] => Object.values(lines).filter((line) => line.inForce);

/** What the deliveries of a line have counted of a consignment. */
const counted = ({ deliveries }: Line, id: string): number =>
  sum(Object.values(deliveries).map(({ consignments }) => consignments[id] ?? 0));

type Delivered = Extract<RecordedEvent<AssistanceCaseEvent>, { type: 'AssistanceDelivered' }>;

/** R16: what is delivered rests on what has come to the point that the case fixed, and counts none of it twice. */
function founded(event: Delivered, was: AssistanceCase, line: Line, elsewhere: Elsewhere): Sentences {
  const { point, on, quantity, consignments, facts, line: name } = event.data;
  const brought = consignments.every((share) => {
    const of = elsewhere.of(consignment, share.consignment);
    const reached = of?.reached[point];
    if (of === null || of.case !== idOf(event.stream) || reached === undefined || reached > on) return false;
    const came = point === 'receipt' ? (of.received[name]?.quantity ?? 0) : (of.lines[name] ?? 0);
    return counted(line, share.consignment) + share.quantity <= came;
  });
  const carried = sum(consignments.map((share) => share.quantity));
  return {
    'it is delivered at the point that the offer fixed': point === was.offer?.deliveryPoint,
    'each consignment brought it and it is counted once': brought,
    'facts and consignments carry the whole of it': facts.length > 0 ? carried <= quantity : carried === quantity,
    'the facts stand in the log': facts.every((fact) => elsewhere.past(fact.event)?.stream === fact.stream),
  };
}

/** Whether nothing but this may be said of a case that has ended. */
function mayBeSaid({ status }: AssistanceCase, type: AssistanceCaseEvent['type']): boolean {
  if (type === 'DeliveryCorrected') return true;
  if (status === 'reconciled') return type === 'CaseClosed';
  return status !== 'closed' && status !== 'cancelled';
}

/** An assistance case: from the request to its closing. */
export const assistanceCases: Invariants<AssistanceCase, AssistanceCaseEvent> = {
  opens: 'AssistanceRequested',
  says: (event, was, elsewhere) => {
    if (was === null) return {};
    const { status, offer, deposited, value } = was;
    const common = { 'nothing is said after the end but what corrects': mayBeSaid(was, event.type) };
    const line = 'line' in event.data ? was.lines[event.data.line] : undefined;
    const execution = { ...common, 'a line in force, under execution': was.implemented && line?.inForce === true };
    const accepted = { ...common, 'the offer was accepted': status === 'accepted' };
    switch (event.type) {
      case 'RequestReturnedIncomplete':
        return { 'the request was not answered yet': status === 'requested' };
      case 'RequestSupplemented':
        return { 'the request was returned': status === 'returned' };
      case 'CaseLineAdded':
        return { ...common, 'a line is added once': line === undefined };
      case 'OfferPrepared': {
        const { lines } = event.data;
        return {
          'a request, or an offer not made or lapsed': ['requested', 'prepared', 'lapsed'].includes(status),
          'the offer keeps the lines in force': Object.keys(was.lines).every(
            (name) => was.lines[name]?.inForce === false || lines.includes(name),
          ),
          'under execution its terms stay':
            !was.implemented ||
            (offer?.currency === event.data.currency && offer.deliveryPoint === event.data.deliveryPoint),
        };
      }
      case 'LegislatureNotifiedOfOffer':
        return {
          'the legislature is told once, of what was prepared': status === 'prepared' && was.noticeEnds === null,
        };
      case 'OfferMade':
        return {
          'it was prepared': status === 'prepared' && offer?.offer === event.data.offer,
          'it is still valid': offer !== null && dayOf(event) <= offer.validUntil,
          'the notice has run out':
            offer?.noticeDays === undefined || (was.noticeEnds !== null && dayOf(event) >= was.noticeEnds),
        };
      case 'OfferAccepted':
        return {
          'it was made': status === 'offered' && offer?.offer === event.data.offer,
          'it is still valid': offer !== null && dayOf(event) <= offer.validUntil,
          'as it was made': offer?.value === event.data.value && offer.currency === event.data.currency,
        };
      case 'OfferLapsed':
        return {
          'it was made': status === 'offered' && offer?.offer === event.data.offer,
          'its last day is over': offer !== null && dayOf(event) > offer.validUntil,
        };
      case 'InitialDepositReceived':
        return { ...accepted, 'deposits stay within the value': deposited + event.data.amount <= value };
      case 'CaseImplemented': {
        const of = was.programme === undefined ? null : elsewhere.of(programme, was.programme);
        const inOrder = status === 'accepted' && offer !== null && deposited >= offer.initialDeposit;
        return {
          ...common,
          'it begins once': !was.implemented,
          'after acceptance and deposit, or in an emergency': inOrder || event.data.emergency !== undefined,
          'not while its programme is suspended': of?.status !== 'suspended',
        };
      }
      case 'AmendmentOffered':
        return accepted;
      case 'AmendmentAccepted': {
        const { amendment, changes, adds } = event.data;
        return {
          ...accepted,
          'what is accepted was offered':
            JSON.stringify([was.amendment?.amendment, was.amendment?.changes, was.amendment?.adds]) ===
            JSON.stringify([amendment, changes, adds]),
        };
      }
      case 'CaseModified':
        return {
          ...accepted,
          'alone nobody changes a quantity': event.data.changes.every((one) => !('quantityBy' in one)),
        };
      case 'WorksStarted':
      case 'WorksCompleted':
      case 'WorksAccepted': {
        const before = { WorksStarted: undefined, WorksCompleted: 'started', WorksAccepted: 'completed' }[event.type];
        return {
          ...execution,
          'works go step by step': line?.works?.stage === before,
          'no earlier than the step before': (line?.works?.on ?? '') <= event.data.on,
        };
      }
      case 'AssistanceDelivered':
        return {
          ...execution,
          'its works were accepted': (line?.works?.stage ?? 'accepted') === 'accepted',
          ...(line === undefined ? {} : founded(event, was, line, elsewhere)),
        };
      case 'DeliveryCorrected':
        return { 'a delivery of this line is corrected': line?.deliveries[event.data.corrects] !== undefined };
      case 'CaseReconciled':
        return {
          ...accepted,
          'every line was delivered, and its works accepted': inForce(was).every(
            ({ delivered, quantity, works }) => delivered === quantity && (works?.stage ?? 'accepted') === 'accepted',
          ),
          'the final value stays within the case': event.data.finalValue <= value,
        };
      case 'CaseClosed':
        return { 'it was reconciled': status === 'reconciled' };
      case 'CaseCancelled':
        return {
          ...common,
          'nothing was built or delivered': Object.values(was.lines).every(
            ({ delivered, works }) => delivered === 0 && works === null,
          ),
        };
      default:
        return common;
    }
  },
  holds: (is) => {
    const lines = Object.values(is.lines);
    const deliveries = lines.flatMap((line) => Object.values(line.deliveries));
    return {
      'donor and recipient are two': is.donor !== is.recipient,
      'amounts are whole': [is.value, is.deposited, ...lines.map(({ value }) => value)].every(whole),
      'quantities are whole': lines.every(({ quantity, delivered }) => whole(quantity) && whole(delivered)),
      'no more is delivered than ordered': lines.every(({ delivered, quantity }) => delivered <= quantity),
      'what is delivered is the sum of its deliveries': lines.every(
        (line) => line.delivered === sum(Object.values(line.deliveries).map(({ quantity }) => quantity)),
      ),
      'no share of a delivery is below zero, or all above the delivery': deliveries.every(
        ({ quantity, consignments }) =>
          Object.values(consignments).every(whole) && sum(Object.values(consignments)) <= quantity,
      ),
      'only lines in force are built or delivered': lines.every(
        (line) => line.inForce || (line.works === null && Object.keys(line.deliveries).length === 0),
      ),
      'the value covers the lines in force': sum(inForce(is).map(({ value }) => value)) <= is.value,
      'an offer names each line once': is.offer === null || unlike(is.offer.lines),
    };
  },
};
