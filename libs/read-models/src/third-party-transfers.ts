import type { ThirdPartyTransferEvent } from '@entente/contracts';
import { type Projection, actsFor } from '@entente/kernel';
import { count, countOrNull, day, dayOrNull, json, oneOf, overdue, text, textOrNull } from './columns.js';
import { rowBy, unchanged } from './row-by.js';
import { itemNamesOf, quantityOf } from './transferred-goods.js';

const STATUSES = ['requested', 'consented', 'refused', 'withdrawn', 'consent-withdrawn', 'lapsed', 'carried-out'];
const CONFIRMATIONS = ['unanswered', 'confirmed', 'disputed'];

/** A retransfer, change of end use or disposal, from its request to its end. */
export class ThirdPartyTransferRow {
  @text('the transfer, by its id') transfer!: string;
  @oneOf(['retransfer', 'change-of-end-use', 'disposal']) transfer_kind!: string;
  @text("the donor's id") donor!: string;
  @text('the organisation that holds the goods and asks for consent') holder!: string;
  @textOrNull('the new holder of a retransfer, corrections included') new_holder!: string | null;
  @textOrNull('the code of the new end use, corrections included') new_end_use!: string | null;
  @textOrNull('the programme of the goods, if any') programme!: string | null;
  @textOrNull('the case under which they were delivered, if any') assistance_case!: string | null;
  @json('the words for the types of the goods') goods!: readonly string[];
  @text('the same words, with commas between them') item_names!: string;
  @countOrNull('the quantity of goods of one type, in items or the unit of the type; null of several types') quantity!:
    number | null;
  @count('the items that are named by their serials') serials!: number;
  @text('the code of the reason of the request') reason!: string;
  @text('requested, consented, refused, withdrawn (by its holder), consent-withdrawn, lapsed or carried-out', STATUSES)
  status!: string;
  @day('the day of the request') requested_on!: string;
  @dayOrNull('the day of the consent or refusal') decided_on!: string | null;
  @dayOrNull('the last day of the consent') consent_until!: string | null;
  @json('the codes of the conditions of the consent') conditions!: readonly string[];
  @textOrNull('the code of the reason of a refusal or withdrawal') end_reason!: string | null;
  @dayOrNull('the day on which it was carried out') carried_out_on!: string | null;
  @json('the organisations that are informed of it: donor, old and new holder') informed!: readonly string[];
  @textOrNull(
    'unanswered, confirmed or disputed by the new holder; null until it is carried out, and without one',
    CONFIRMATIONS,
  )
  confirmation!: string | null;
}

export const thirdPartyTransfers: Projection<ThirdPartyTransferEvent, ThirdPartyTransferRow> = {
  name: 'third-party-transfers',
  topic: 'Equipment and end use',
  version: 3,
  kinds: ['third-party-transfer'],
  about: 'a retransfer, change of end use or disposal: whether the donor consented, and what was done (R13)',
  totals: { counts: 'transfers', by: ['transfer_kind', 'status', 'confirmation'], sums: [] },
  daily: {
    consent_over: overdue('whether the last day of the consent is over, and nothing was done or recorded since', {
      due: 'consent_until',
      done: 'carried_out_on',
      closed: { status: ['withdrawn', 'consent-withdrawn', 'lapsed'] },
    }),
  },
  ...rowBy<ThirdPartyTransferRow, ThirdPartyTransferEvent>(ThirdPartyTransferRow)(
    'ThirdPartyTransferRequested',
    (data, { id: transfer, day: requested_on }) => ({
      transfer,
      transfer_kind: data.kind,
      donor: data.donor,
      holder: data.holder,
      new_holder: data.to,
      new_end_use: data.endUse,
      programme: data.programme,
      assistance_case: data.case,
      goods: [...new Set(data.goods.map(({ item }) => item))],
      item_names: itemNamesOf(data.goods),
      quantity: quantityOf(data.goods),
      serials: data.goods.flatMap(({ serials = [] }) => serials).length,
      reason: data.reason,
      status: 'requested',
      requested_on,
      conditions: [],
      informed: [],
    }),
    {
      TransferRequestCorrected: ({ to, endUse }, row) => ({
        new_holder: to ?? row.new_holder,
        new_end_use: endUse ?? row.new_end_use,
      }),
      ThirdPartyTransferConsented: ({ until: consent_until, conditions }, _, { day: decided_on }) => ({
        status: 'consented',
        decided_on,
        consent_until,
        conditions,
      }),
      ThirdPartyTransferRefused: ({ reason: end_reason }, _, { day: decided_on }) => ({
        status: 'refused',
        decided_on,
        end_reason,
      }),
      TransferConsentWithdrawn: ({ reason: end_reason }) => ({ status: 'consent-withdrawn', end_reason }),
      TransferConsentLapsed: () => ({ status: 'lapsed' }),
      ThirdPartyTransferCarriedOut: ({ on: carried_out_on, informed, to }, _, { event }) => ({
        status: 'carried-out',
        carried_out_on,
        informed,
        confirmation: to === actsFor(event.metadata.actor) ? null : 'unanswered',
      }),
      FactConfirmed: () => ({ confirmation: 'confirmed' }),
      FactDisputed: () => ({ confirmation: 'disputed' }),
      DisputeWithdrawn: () => ({ confirmation: 'unanswered' }),
      DisputeAnswered: unchanged,
      ThirdPartyTransferWithdrawn: ({ reason: end_reason }) => ({ status: 'withdrawn', end_reason }),
    },
  ),
};
