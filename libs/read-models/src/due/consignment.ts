import type { ConsignmentEvent } from '@entente/contracts';
import { due, dueCorrected, done, overdueNow, partiesOf, dutiesOf } from './changes.js';

/** What is due of a consignment, until when, and by whom. */
export const consignmentDuties = dutiesOf<ConsignmentEvent>()(
  { delivery: ['donor', 'a delivery that is scheduled'] },
  { type: 'DeliveryScheduled', of: partiesOf },
  {
    DeliveryScheduled: (data) => [due('delivery', data.due)],
    DeliveryRescheduled: (data) => [due('delivery', data.due)],
    ReceiptConfirmed: ({ on }) => [done('delivery', '', on)],
    DateCorrected: ({ fact, on, due: last }) =>
      fact === 'receipt' ? [{ duty: 'delivery', endedOn: on }] : dueCorrected('delivery', last),
    DeliveryBecameOverdue: () => [overdueNow('delivery')],
  },
  {},
  ['ConsignmentCancelled'],
);
