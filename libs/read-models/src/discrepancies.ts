import type { ConsignmentEvent } from '@entente/contracts';
import { type Projection, pick } from '@entente/kernel';
import { count, day, dayOrNull, text, textOrNull } from './columns.js';
import { ofConsignment } from './consignments.js';
import { itemsBy } from './items-by.js';

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
  version: 2,
  kinds: ['consignment'],
  about:
    'a discrepancy report on a consignment: what is wrong, how much of it, and what was answered; `discrepancy-reports` adds item and unit',
  totals: { counts: 'discrepancy reports', by: ['outcome'], sums: [] },
  ...itemsBy<DiscrepancyRow, ConsignmentEvent>(DiscrepancyRow)('DeliveryScheduled', ofConsignment, {
    DiscrepancyReported: {
      begins: true,
      keys: ({ discrepancy }) => discrepancy,
      change: ({ discrepancy, line, type, quantity }, _, __, { day: reported_on }) => ({
        discrepancy,
        line,
        type,
        quantity,
        reported_on,
      }),
    },
    DiscrepancyCorrected: {
      keys: ({ discrepancy }) => discrepancy,
      change: (data) => pick(data, 'line', 'type', 'quantity'),
    },
    DiscrepancyResolved: {
      keys: ({ discrepancy }) => discrepancy,
      change: ({ outcome }, _, __, { day: answered_on }) => ({ outcome, answered_on }),
    },
  }),
};
