import type { AssistanceCaseEvent } from '@entente/contracts';
import type { Projection, RecordedEvent } from '@entente/kernel';
import { OWN_OR_REPORTED } from './codes.js';
import { count, countOrNull, day, text, textOrNull } from './columns.js';
import { BASIS, earlier, implausible, implausibleFor } from './plausibility.js';
import { originOf, rowWith } from './row-by.js';

/** A delivery of a line of a case at its delivery point, or a correction of one. */
export class DeliveryFactRow {
  @text("the case's id") assistance_case!: string;
  @textOrNull('the programme of the case, if any') programme!: string | null;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text(BASIS, OWN_OR_REPORTED) basis!: string;
  @day('the day of the request of the case') requested_on!: string;
  @text('the id of the event') delivery!: string;
  @text("the line's name in the case") line!: string;
  @count("what was delivered, in the line's unit; of a correction, the difference") quantity!: number;
  @countOrNull("what is left of it, its corrections included, in the line's unit; null of a correction")
  quantity_left!: number | null;
  @count('what of it that is left rests on no consignment; 0 of a correction') apart!: number;
  @day('the day on which the delivery point was reached, as corrected; of a correction, the day of the correction')
  occurred_on!: string;
  @day('the day on which it was recorded') recorded_on!: string;
  @textOrNull('the id of the event that it corrects, if it corrects one') corrects!: string | null;
  @implausibleFor('before-the-request') implausible!: string | null;
}

const factWith = rowWith(DeliveryFactRow);

const onDay = (row: DeliveryFactRow, occurred_on: string): DeliveryFactRow => ({
  ...row,
  occurred_on,
  implausible: implausible({ 'before-the-request': row.basis === 'own' && earlier(row.requested_on, occurred_on) }),
});

function evolve(
  row: DeliveryFactRow | null,
  event: RecordedEvent<AssistanceCaseEvent>,
  key: string,
  head: DeliveryFactRow | null,
): DeliveryFactRow | null {
  const { id, day: today } = originOf(event);
  if (event.type === 'AssistanceRequested') {
    const { donor, recipient, programme, basis = 'own' } = event.data;
    return factWith({ assistance_case: id, donor, recipient, programme, basis, requested_on: today });
  }
  const recorded_on = event.metadata.recordedAt.slice(0, 10);
  if (event.type === 'AssistanceDelivered' && head !== null) {
    const { line, quantity, on, consignments } = event.data;
    const apart = consignments.reduce((left, share) => left - share.quantity, quantity);
    return onDay({ ...head, delivery: key, line, quantity, quantity_left: quantity, apart, recorded_on }, on);
  }
  if (event.type !== 'DeliveryCorrected' || head === null) return row;
  const { line, quantityBy: quantity, corrects, on, consignment } = event.data;
  if (key === event.id) return { ...head, delivery: key, line, quantity, corrects, occurred_on: today, recorded_on };
  if (row === null) return null;
  const apart = row.apart + (consignment === undefined ? quantity : 0);
  const after = { ...row, quantity_left: (row.quantity_left ?? 0) + quantity, apart };
  return on === undefined ? after : onDay(after, on);
}

/** The delivery or correction itself, and what it corrects; the request makes the head. */
function touches(event: RecordedEvent<AssistanceCaseEvent>): readonly string[] {
  switch (event.type) {
    case 'AssistanceRequested':
      return [''];
    case 'AssistanceDelivered':
      return [event.id];
    case 'DeliveryCorrected':
      return [event.id, event.data.corrects];
    default:
      return [];
  }
}

export const deliveryFacts: Projection<AssistanceCaseEvent, DeliveryFactRow> = {
  name: 'delivery-facts',
  topic: 'Recipients',
  version: 6,
  kinds: ['assistance-case'],
  about: 'a delivery of a line of a case, or its correction; `deliveries` adds item and unit',
  entity: DeliveryFactRow,
  totals: { counts: 'deliveries and corrections', by: [], sums: [] },
  head: true,
  touches,
  evolve,
};
