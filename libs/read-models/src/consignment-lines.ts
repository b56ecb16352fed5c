import type { ConsignmentEvent } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { count, countOrNull, text, textOrNull } from './columns.js';
import { ofConsignment } from './consignments.js';
import { itemsBy } from './items-by.js';

/** A line of a consignment: what was scheduled and what was received of a line of the case. */
export class ConsignmentLineRow {
  @text('the consignment') consignment!: string;
  @text('the case under which it is delivered') assistance_case!: string;
  @textOrNull('the programme of the case, if any') programme!: string | null;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text("the name of the case's line") line!: string;
  @count("the quantity scheduled, in the line's unit") scheduled!: number;
  @countOrNull("the quantity received, corrections included, in the line's unit; null before a receipt")
  received!: number | null;
}

/** Quantities by line; a line may be named more than once. */
type Quantities = readonly { readonly line: string; readonly quantity: number }[];

const linesOf = ({ lines }: { readonly lines: Quantities }): readonly string[] => [
  ...new Set(lines.map(({ line }) => line)),
];
const sumOf = (lines: Quantities, of: string): number =>
  lines.reduce((sum, { line, quantity }) => (line === of ? sum + quantity : sum), 0);

export const consignmentLines: Projection<ConsignmentEvent, ConsignmentLineRow> = {
  name: 'consignment-lines',
  topic: 'Recipients',
  version: 1,
  kinds: ['consignment'],
  about:
    "a line of a consignment: the quantity scheduled and the quantity received of a case's line; `consigned-items` adds item and unit",
  totals: { counts: 'lines', by: [], sums: [] },
  ...itemsBy<ConsignmentLineRow, ConsignmentEvent>(ConsignmentLineRow)('DeliveryScheduled', ofConsignment, {
    DeliveryScheduled: {
      begins: true,
      keys: linesOf,
      change: ({ lines }, _, line) => ({ line, scheduled: sumOf(lines, line) }),
    },
    // What was not scheduled can be received, too.
    ReceiptConfirmed: {
      begins: true,
      keys: linesOf,
      change: ({ lines }, _, line) => ({ line, received: sumOf(lines, line) }),
    },
    ReceiptCorrected: {
      begins: true,
      keys: ({ line }) => line,
      change: ({ line, quantityBy }, { received }) => ({ line, received: (received ?? 0) + quantityBy }),
    },
  }),
};
