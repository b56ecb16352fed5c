import type { AssistanceCaseEvent } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { count, day, text, textOrNull } from './columns.js';
import { factsBy } from './facts-by.js';
import { BASIS, earlier, implausible, implausibleFor } from './plausibility.js';

/** A delivery of a line of a case at its delivery point, or a correction of one. */
export class DeliveryFactRow {
  @text("the case's id") assistance_case!: string;
  @textOrNull('the programme of the case, if any') programme!: string | null;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text(BASIS) basis!: string;
  @day('the day of the request of the case') requested_on!: string;
  @text("the line's name in the case") line!: string;
  @count("what was delivered, in the line's unit; of a correction, the difference") quantity!: number;
  @day('the day on which the delivery point was reached; of a correction, the day of the correction')
  occurred_on!: string;
  @day('the day on which it was recorded') recorded_on!: string;
  @textOrNull('the id of the event that it corrects, if it corrects one') corrects!: string | null;
  @implausibleFor('before-the-request') implausible!: string | null;
}

export const deliveryFacts: Projection<AssistanceCaseEvent, DeliveryFactRow> = {
  name: 'delivery-facts',
  version: 2,
  kinds: ['assistance-case'],
  about: 'a delivery of a line of a case, or its correction, as it was recorded; `deliveries` adds item and unit',
  entity: DeliveryFactRow,
  totals: { counts: 'deliveries and corrections', by: [], sums: [] },
  ...factsBy<DeliveryFactRow, AssistanceCaseEvent>(DeliveryFactRow)(
    'AssistanceRequested',
    ({ donor, recipient, programme, basis = 'own' }, { id, day: requested_on }) => ({
      assistance_case: id,
      donor,
      recipient,
      programme: programme ?? null,
      basis,
      requested_on,
    }),
    {
      AssistanceDelivered: ({ line, quantity, on }, { event }, { basis, requested_on }) => ({
        line,
        quantity,
        occurred_on: on,
        recorded_on: event.metadata.recordedAt.slice(0, 10),
        implausible: implausible({ 'before-the-request': basis === 'own' && earlier(requested_on, on) }),
      }),
      DeliveryCorrected: ({ line, quantityBy, corrects }, { day: occurred_on, event }) => ({
        line,
        quantity: quantityBy,
        corrects,
        occurred_on,
        recorded_on: event.metadata.recordedAt.slice(0, 10),
      }),
    },
  ),
};
