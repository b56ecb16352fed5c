import type { ConsignmentEvent, ScheduleEndUseCheck } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { count, day, text, textOrNull } from './columns.js';
import { ofConsignment } from './consignments.js';
import { itemsBy } from './items-by.js';

/** What an organisation holds of the goods of one type that a consignment brought. */
export class GoodsHeldRow {
  @text('the consignment that brought them') consignment!: string;
  @text('the case under which they were delivered') assistance_case!: string;
  @textOrNull('the programme of the case, if any') programme!: string | null;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text("the donor's word for the type of the goods") item!: string;
  @text('the organisation that holds them, or held them') holder!: string;
  @text('the store that received them; the holder, if none is known') place!: string;
  @count("the quantity that it holds, in the unit of the case's line; below zero if more was transferred")
  quantity!: number;
  @day(
    'the day of the receipt as it was confirmed, or of the last transfer, correction or verified loss of the quantity',
  )
  changed_on!: string;
  @textOrNull('the transfer that changed the quantity last, if any') transfer!: string | null;
}

/** The recipient's own row has no name in its key: a correction of the receipt does not name it. */
const keyOf = (item: string, holder: string, recipient: string): string =>
  `${item}#${holder === recipient ? '' : holder}`;

const ofRecipient = ({ item }: { readonly item: string }): string => keyOf(item, '', '');
const received = ({ item, holder, site: place, quantity }: ScheduleEndUseCheck) => ({ item, holder, place, quantity });

export const goodsHeld: Projection<ConsignmentEvent, GoodsHeldRow> = {
  name: 'goods-held',
  topic: 'Recipients',
  version: 2,
  kinds: ['consignment'],
  about:
    'goods of one type that a consignment brought, by their holder: what each holds after transfers and verified losses; none that are monitored by serials, or that another system reported; `goods-by-holder` adds the unit',
  totals: { counts: 'goods at holders', by: ['item'], sums: [] },
  ...itemsBy<GoodsHeldRow, ConsignmentEvent>(GoodsHeldRow)('DeliveryScheduled', ofConsignment, {
    ReceiptConfirmed: {
      begins: true,
      keys: ({ checks = [] }) => checks.map(ofRecipient),
      change: ({ checks = [], on: changed_on }, _, key) => {
        const of = checks.find((one) => ofRecipient(one) === key);
        return of === undefined ? {} : { ...received(of), changed_on };
      },
    },
    ReceiptCorrected: {
      begins: true,
      keys: ({ sampled, check, stored = [] }) => [
        ...new Set([
          ...[sampled ?? [], check ?? []].flat().map(ofRecipient),
          ...stored.map((item) => ofRecipient({ item })),
        ]),
      ],
      change: ({ sampled, check, store }, { place }, key, { day: changed_on }) => ({
        ...(check && ofRecipient(check) === key ? { ...received(check), changed_on } : {}),
        ...(sampled && ofRecipient(sampled) === key ? { quantity: sampled.quantity, changed_on } : {}),
        ...(place !== '' && store !== undefined ? { place: store } : {}),
      }),
    },
    ReceivedGoodsTransferred: {
      begins: true,
      keys: ({ item, from, to, recipient }) =>
        [from, ...(to === undefined ? [] : [to])].map((holder) => keyOf(item, holder, recipient)),
      change: ({ item, from, to, recipient, left, held = 0, store, transfer, on: changed_on }, _, key) =>
        key === keyOf(item, from, recipient)
          ? { quantity: left, transfer, changed_on }
          : { item, holder: to ?? '', quantity: held, place: store ?? to ?? '', transfer, changed_on },
    },
    GoodsLossVerified: {
      keys: ({ item, holder, recipient }) => keyOf(item, holder, recipient),
      change: ({ left: quantity }, _, __, { day: changed_on }) => ({ quantity, changed_on }),
    },
  }),
};
