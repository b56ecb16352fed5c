import type { AssistanceCaseEvent, ConsignmentEvent } from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { type Breach, type Control, breach, handlersBy } from './control.js';

/** What is ordered of a line of a case, and what comes of it. */
interface LineCourse {
  ordered: number;
  delivered: number;
  /** What was delivered and rests on no consignment. */
  apart: number;
  /** What each consignment is to bring of it, or has brought. */
  readonly brought: Map<string, number>;
}

type OrderedLines = Map<string, LineCourse>;

/** What is delivered, or what consignments and other deliveries bring, if that is more. */
const comingOf = ({ delivered, apart, brought }: LineCourse): number =>
  Math.max(
    delivered,
    [...brought.values()].reduce((sum, quantity) => sum + quantity, apart),
  );

function start(): (event: RecordedEvent) => readonly Breach[] {
  const cases = new Map<string, OrderedLines>();
  const caseOf = new Map<string, string>();
  const lineOf = (event: RecordedEvent, line: string): LineCourse | undefined => cases.get(idOf(event))?.get(line);
  /** The lines of the case of a consignment. */
  const linesOf = (event: RecordedEvent): OrderedLines =>
    cases.get(caseOf.get(idOf(event)) ?? '') ?? new Map<string, LineCourse>();

  function beyond(event: RecordedEvent, lines: OrderedLines, names: readonly string[]): readonly Breach[] {
    const line = names.find((name) => {
      const course = lines.get(name);
      return course !== undefined && comingOf(course) > course.ordered;
    });
    const course = line === undefined ? undefined : lines.get(line);
    if (line === undefined || course === undefined) return [];
    return breach(event, 'no more is delivered and in consignments than the line orders', {
      line,
      ordered: course.ordered,
      coming: comingOf(course),
    });
  }

  return handlersBy<AssistanceCaseEvent | ConsignmentEvent>({
    AssistanceRequested: (event) => void (event.data.basis === 'reported' || cases.set(idOf(event), new Map())),
    CaseLineAdded: (event) => {
      const { line, quantity } = event.data;
      cases.get(idOf(event))?.set(line, { ordered: quantity, delivered: 0, apart: 0, brought: new Map() });
    },
    CaseLineCorrected: (event) => {
      const line = lineOf(event, event.data.line);
      if (line !== undefined) line.ordered = event.data.quantity ?? line.ordered;
    },
    AmendmentAccepted: (event) => {
      const less: string[] = [];
      for (const { line: name, quantityBy } of event.data.changes) {
        const line = lineOf(event, name);
        if (line !== undefined) line.ordered += quantityBy;
        if (quantityBy < 0) less.push(name);
      }
      return beyond(event, cases.get(idOf(event)) ?? new Map<string, LineCourse>(), less);
    },
    AssistanceDelivered: (event) => {
      const { line: name, quantity, consignments } = event.data;
      const line = lineOf(event, name);
      if (line === undefined) return;
      line.delivered += quantity;
      line.apart += consignments.reduce((left, share) => left - share.quantity, quantity);
    },
    DeliveryCorrected: (event) => {
      const { line: name, quantityBy, consignment } = event.data;
      const line = lineOf(event, name);
      if (line === undefined) return;
      line.delivered += quantityBy;
      if (consignment === undefined) line.apart += quantityBy;
    },
    DeliveryScheduled: (event) => {
      const { case: of, lines: scheduled } = event.data;
      caseOf.set(idOf(event), of);
      for (const { line, quantity } of scheduled) linesOf(event).get(line)?.brought.set(idOf(event), quantity);
      return beyond(
        event,
        linesOf(event),
        scheduled.map(({ line }) => line),
      );
    },
    ConsignmentCancelled: (event) => {
      for (const { brought } of linesOf(event).values()) brought.delete(idOf(event));
    },
    ReceiptConfirmed: (event) => {
      for (const [name, { brought }] of linesOf(event)) {
        const received = event.data.lines.find(({ line }) => line === name)?.quantity ?? 0;
        if (brought.has(idOf(event))) brought.set(idOf(event), received);
      }
    },
    ReceiptCorrected: (event) => {
      const brought = linesOf(event).get(event.data.line)?.brought;
      brought?.set(idOf(event), (brought.get(idOf(event)) ?? 0) + event.data.quantityBy);
    },
  });
}

/** R16: what consignments bring of a line stays within what was accepted of it. */
export const scheduledBeyondLine: Control = {
  name: 'scheduled-beyond-line',
  rule: 'R16',
  about:
    'a delivery scheduled, or a line amended, after which more of the line is delivered and in consignments than it orders',
  kinds: ['assistance-case', 'consignment'],
  start,
};
