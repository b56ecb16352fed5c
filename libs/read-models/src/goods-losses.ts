import type { ConsignmentEvent } from '@entente/contracts';
import { type Projection, actsFor } from '@entente/kernel';
import { count, countOrNull, day, dayOrNull, oneOf, overdue, text, textOrNull } from './columns.js';
import { ofConsignment } from './consignments.js';
import { itemsBy } from './items-by.js';
import { daysFrom } from './items.js';
import type { Origin } from './row-by.js';

/** A report that goods without monitored serials were lost, destroyed or expended. */
export class GoodsLossRow {
  @text('the consignment that brought them') consignment!: string;
  @text('the case under which they were delivered') assistance_case!: string;
  @textOrNull('the programme of the case, if any') programme!: string | null;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text("the report's name in the consignment") loss!: string;
  @text("the donor's word for the type of the goods") item!: string;
  @count("the quantity concerned, corrections included, in the unit of the case's line") quantity!: number;
  @text('the organisation that held them and reported it') holder!: string;
  @oneOf(['lost', 'destroyed', 'expended']) reported_as!: string;
  @day('the day on which it happened, or was discovered') lost_on!: string;
  @text('the code of the cause') cause!: string;
  @day('the day of the report') reported_on!: string;
  @day('the last day for its verification, counted from the day on which the report was recorded') verify_by!: string;
  @text('open, verified, rejected, or withdrawn (it was a mistake)', ['open', 'verified', 'rejected', 'withdrawn'])
  status!: string;
  @dayOrNull('the day on which a monitor verified or rejected it, or it was withdrawn') decided_on!: string | null;
  @textOrNull('the monitor that did') decided_by!: string | null;
  @textOrNull('the code of how it was verified, or of why it was rejected or withdrawn') outcome!: string | null;
  @countOrNull('days from the report to its verification or rejection') days!: number | null;
}

const ofLoss = ({ loss }: { readonly loss: string }): string => loss;

/** What a monitor decided of a report. */
const decided = (status: string, outcome: string, { reported_on }: GoodsLossRow, { day: on, event }: Origin) => ({
  status,
  outcome,
  decided_on: on,
  decided_by: actsFor(event.metadata.actor),
  days: daysFrom(reported_on, on),
});

export const goodsLosses: Projection<ConsignmentEvent, GoodsLossRow> = {
  name: 'goods-losses',
  topic: 'Equipment and end use',
  version: 1,
  kinds: ['consignment'],
  about:
    'a report that goods without monitored serials were lost, destroyed or expended, and its verification by a monitor (R12); `goods-loss-reports` adds the unit',
  totals: { counts: 'reports', by: ['status', 'reported_as', 'item'], sums: ['quantity'] },
  daily: {
    overdue: overdue('whether the last day for its verification is over', { due: 'verify_by', done: 'decided_on' }),
  },
  ...itemsBy<GoodsLossRow, ConsignmentEvent>(GoodsLossRow)('DeliveryScheduled', ofConsignment, {
    GoodsLossReported: {
      begins: true,
      keys: ofLoss,
      change: (
        { loss, item, quantity, holder, as: reported_as, on, cause, verifyBy },
        _,
        __,
        { day: reported_on },
      ) => ({
        loss,
        item,
        quantity,
        holder,
        reported_as,
        lost_on: on,
        cause,
        reported_on,
        verify_by: verifyBy,
        status: 'open',
      }),
    },
    GoodsLossVerified: {
      keys: ofLoss,
      change: ({ method }, row, _, origin) => decided('verified', method, row, origin),
    },
    GoodsLossRejected: {
      keys: ofLoss,
      change: ({ reason }, row, _, origin) => decided('rejected', reason, row, origin),
    },
    GoodsLossCorrected: {
      keys: ofLoss,
      change: ({ quantity, as, on, cause }, row) => ({
        quantity: quantity ?? row.quantity,
        reported_as: as ?? row.reported_as,
        lost_on: on ?? row.lost_on,
        cause: cause ?? row.cause,
      }),
    },
    GoodsLossWithdrawn: {
      keys: ofLoss,
      change: ({ reason: outcome }, _, __, { day: decided_on }) => ({ status: 'withdrawn', decided_on, outcome }),
    },
  }),
};
