import type { ConsignmentEvent } from '@entente/contracts';
import { type Projection, type RecordedEvent } from '@entente/kernel';
import { count, day, dayOrNull, text, textOrNull } from './columns.js';
import { originOf } from './row-by.js';

/** A discrepancy report of a recipient, and the donor's answer. */
export class DiscrepancyRow {
  @text('the consignment') consignment!: string;
  @text('the case under which it was delivered') assistance_case!: string;
  @textOrNull('the programme of the case, if any') programme!: string | null;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text("the report's name in the consignment") discrepancy!: string;
  @text("the name of the case's line") line!: string;
  @text('the code of what is wrong') type!: string;
  @count("the quantity concerned, in the line's unit") quantity!: number;
  @day('the day of the report') reported_on!: string;
  @textOrNull('the code of the outcome; null while it waits for an answer') outcome!: string | null;
  @dayOrNull('the day of the answer') answered_on!: string | null;
}

export const discrepancies: Projection<ConsignmentEvent, DiscrepancyRow> = {
  name: 'discrepancies',
  topic: 'Recipients',
  version: 1,
  kinds: ['consignment'],
  about:
    'a discrepancy report on a consignment: what is wrong, how much of it, and what was answered; `discrepancy-reports` adds item and unit',
  entity: DiscrepancyRow,
  totals: { counts: 'discrepancy reports', by: ['outcome'], sums: [] },
  head: true,
  touches(event: RecordedEvent<ConsignmentEvent>) {
    if (event.type === 'DeliveryScheduled') return [''];
    return event.type === 'DiscrepancyReported' || event.type === 'DiscrepancyResolved' ? [event.data.discrepancy] : [];
  },
  evolve(row, event, key, head) {
    const { id, day: today } = originOf(event);
    switch (event.type) {
      case 'DeliveryScheduled':
        return {
          consignment: id,
          assistance_case: event.data.case,
          programme: event.data.programme ?? null,
          donor: event.data.donor,
          recipient: event.data.recipient,
          discrepancy: '',
          line: '',
          type: '',
          quantity: 0,
          reported_on: '',
          outcome: null,
          answered_on: null,
        };
      case 'DiscrepancyReported': {
        const { line, type, quantity } = event.data;
        return head === null ? null : { ...head, discrepancy: key, line, type, quantity, reported_on: today };
      }
      case 'DiscrepancyResolved':
        return row === null ? null : { ...row, outcome: event.data.outcome, answered_on: today };
      default:
        return row;
    }
  },
};
