import type { AssistanceCaseCommand, AssistanceCaseEvent, ConsignmentEvent, DeliveryPoint } from '@entente/contracts';
import { type Consequence, type RecordedEvent, eventPolicy, idOf } from '@entente/kernel';
import { isPromise } from '../delivery/facts.js';

/** The case decides whether this is its delivery point, and what it counts. */
const counts =
  (point: DeliveryPoint) =>
  ({ case: of }: { readonly case?: string }, event: Pick<RecordedEvent, 'stream'>): readonly Consequence[] => {
    if (of === undefined) return [];
    const command: AssistanceCaseCommand = { type: 'CountDelivery', data: { consignment: idOf(event), point } };
    return [{ stream: { kind: 'assistance-case', id: of }, command }];
  };

/** R16: what reached the agreed delivery point is delivered, though its sender reports nothing. */
export const countedDeliveries = eventPolicy<ConsignmentEvent>(
  {
    name: 'counted-deliveries',
    kind: 'consignment',
    day: 'cause',
    about:
      "a consignment at the case's delivery point counts as delivered, once per line, and as its facts are corrected, unless its sender has reported it",
  },
  {
    ConsignmentShipped: counts('origin'),
    ConsignmentArrivedAtHub: counts('hub'),
    TitleTransferred: counts('title'),
    ReceiptConfirmed: counts('receipt'),
    ReceiptCorrected: counts('receipt'),
    DateCorrected: (data, event) => (isPromise(data.fact) ? [] : counts(data.fact)(data, event)),
  },
);

/** The case notes what a consignment brings: no more is scheduled than its line has left. */
const notes = (
  { case: of, basis }: { readonly case?: string; readonly basis?: 'reported' },
  event: Pick<RecordedEvent, 'stream'>,
): readonly Consequence[] => {
  if (of === undefined || basis === 'reported') return [];
  const command: AssistanceCaseCommand = { type: 'NoteSchedule', data: { consignment: idOf(event) } };
  return [{ stream: { kind: 'assistance-case', id: of }, command }];
};

/** R16: a case knows what its consignments are to bring of each line. */
export const notedSchedules = eventPolicy<ConsignmentEvent>(
  {
    name: 'noted-schedules',
    kind: 'consignment',
    day: 'sending',
    about:
      'what a consignment is to bring of each line, or has brought, is noted at the case: no more is scheduled than the line has left',
  },
  { DeliveryScheduled: notes, ConsignmentCancelled: notes, ReceiptConfirmed: notes, ReceiptCorrected: notes },
);

/** R16: what arrived before its case was implemented counts from then on. */
export const earlyArrivals = eventPolicy<AssistanceCaseEvent>(
  {
    name: 'early-arrivals',
    kind: 'assistance-case',
    day: 'cause',
    about:
      'a consignment that was at the delivery point before its case was implemented counts as delivered then (R16)',
  },
  {
    CaseImplemented: ({ arrived = [] }, event) =>
      arrived.map((data) => ({
        stream: { kind: 'assistance-case', id: idOf(event) },
        command: { type: 'CountDelivery', data },
      })),
  },
);
