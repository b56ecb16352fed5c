import type { ConsignmentEvent } from '@entente/contracts';
import type { Projection, RecordedEvent } from '@entente/kernel';
import { count, countOrNull, text, textOrNull } from './columns.js';

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

const partiesOf = (
  stream: string,
  data: Omit<Extract<ConsignmentEvent, { type: 'DeliveryScheduled' }>['data'], 'lines'>,
) => ({
  consignment: stream.slice(stream.indexOf('/') + 1),
  assistance_case: data.case,
  programme: data.programme ?? null,
  donor: data.donor,
  recipient: data.recipient,
});

export const consignmentLines: Projection<ConsignmentEvent, ConsignmentLineRow> = {
  name: 'consignment-lines',
  topic: 'Recipients',
  version: 1,
  kinds: ['consignment'],
  about:
    "a line of a consignment: the quantity scheduled and the quantity received of a case's line; `consigned-items` adds item and unit",
  entity: ConsignmentLineRow,
  totals: { counts: 'lines', by: [], sums: [] },
  head: true,
  touches(event: RecordedEvent<ConsignmentEvent>) {
    switch (event.type) {
      case 'DeliveryScheduled':
        return ['', ...new Set(event.data.lines.map(({ line }) => line))];
      case 'ReceiptConfirmed':
        return [...new Set(event.data.lines.map(({ line }) => line))];
      case 'ReceiptCorrected':
        return [event.data.line];
      default:
        return [];
    }
  },
  evolve(row, event, key, head) {
    if (event.type === 'DeliveryScheduled') {
      const { lines, ...data } = event.data;
      const scheduled = lines.filter(({ line }) => line === key).reduce((sum, { quantity }) => sum + quantity, 0);
      return { ...partiesOf(event.stream, data), line: key, scheduled, received: null };
    }
    // What was not scheduled can be received, too.
    const known = row ?? (head === null ? null : { ...head, line: key, scheduled: 0 });
    if (known === null) return null;
    if (event.type === 'ReceiptConfirmed') {
      const here = event.data.lines.filter(({ line }) => line === key);
      return { ...known, received: here.reduce((sum, { quantity }) => sum + quantity, 0) };
    }
    return event.type === 'ReceiptCorrected'
      ? { ...known, received: (known.received ?? 0) + event.data.quantityBy }
      : row;
  },
};
