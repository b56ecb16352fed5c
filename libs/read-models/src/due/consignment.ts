import type { ConsignmentEvent } from '@entente/contracts';
import {
  due,
  dueCorrected,
  dueOnceKnown,
  done,
  doneOnceKnown,
  overdueNow,
  partiesOf,
  dutiesOf,
  withdrawn,
} from './changes.js';

/** What is due of a consignment, until when, and by whom. */
export const consignmentDuties = dutiesOf<ConsignmentEvent>()(
  {
    delivery: ['donor', 'a delivery that is scheduled'],
    'loss-verification': ['monitor', 'the verification of a reported loss'],
  },
  { type: 'DeliveryScheduled', of: partiesOf },
  {
    DeliveryScheduled: (data) => [due('delivery', data.due)],
    DeliveryRescheduled: (data) => [due('delivery', data.due)],
    ReceiptConfirmed: ({ on }) => [done('delivery', '', on)],
    DateCorrected: ({ fact, on, due: last }) =>
      fact === 'receipt' ? [{ duty: 'delivery', endedOn: on }] : dueCorrected('delivery', last),
    DeliveryBecameOverdue: () => [overdueNow('delivery')],
    GoodsLossReported: ({ loss, verifyBy }) => [dueOnceKnown('loss-verification', verifyBy, loss)],
    GoodsLossVerified: ({ loss }) => [doneOnceKnown('loss-verification', undefined, loss)],
    GoodsLossRejected: ({ loss }) => [doneOnceKnown('loss-verification', undefined, loss)],
    GoodsLossWithdrawn: ({ loss }) => [withdrawn('loss-verification', loss)],
    GoodsLossBecameOverdue: ({ loss }) => [overdueNow('loss-verification', loss)],
  },
  {},
  ['ConsignmentCancelled'],
);
