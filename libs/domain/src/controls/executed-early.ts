import type { AssistanceCaseEvent, ConsignmentEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type Breach, type Control, breach, idOf, readingBy } from './control.js';

/** What is known of a case. */
interface CaseCourse {
  accepted: boolean;
  implemented: boolean;
  /** What is missing of the initial deposit, in minor units; null before an offer. */
  missing: number | null;
  readonly reported: boolean;
}

function start(): (event: RecordedEvent) => readonly Breach[] {
  const cases = new Map<string, CaseCourse>();
  const caseOfConsignment = new Map<string, string>();
  return readingBy<AssistanceCaseEvent | ConsignmentEvent>({
    AssistanceRequested: (event) =>
      void cases.set(idOf(event), {
        accepted: false,
        implemented: false,
        missing: null,
        reported: event.data.basis === 'reported',
      }),
    OfferPrepared: (event) => {
      const course = cases.get(idOf(event));
      if (course !== undefined) course.missing = event.data.initialDeposit;
    },
    OfferAccepted: (event) => {
      const course = cases.get(idOf(event));
      if (course !== undefined) course.accepted = true;
    },
    InitialDepositReceived: (event) => {
      const course = cases.get(idOf(event));
      if (course !== undefined) course.missing = (course.missing ?? 0) - event.data.amount;
    },
    CaseImplemented: (event) => {
      const course = cases.get(idOf(event));
      if (course === undefined) return [];
      course.implemented = true;
      const { accepted, missing, reported } = course;
      if (reported || event.data.emergency !== undefined || (accepted && (missing ?? 0) <= 0)) return [];
      return breach(event, 'the offer was accepted and the initial deposit received, or there is an emergency', {
        accepted,
        missing,
      });
    },
    DeliveryScheduled: (event) => void caseOfConsignment.set(idOf(event), event.data.case),
    ConsignmentShipped: (event) => {
      const of = caseOfConsignment.get(idOf(event)) ?? '';
      const course = cases.get(of);
      if (course === undefined || course.implemented || course.reported) return [];
      return breach(event, 'the case is being executed', { case: of });
    },
  });
}

/** R16: execution comes after acceptance and the initial deposit, and shipment after that. */
export const executedEarly: Control = {
  name: 'executed-early',
  rule: 'R16',
  about:
    'a case implemented before its acceptance or deposit without an emergency, or a shipment under a case before it',
  kinds: ['assistance-case', 'consignment'],
  start,
};
