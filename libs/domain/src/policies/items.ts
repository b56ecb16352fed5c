import type {
  ConsignmentEvent,
  ItemCommand,
  ItemEvent,
  SerialsRegistered,
  ThirdPartyTransferEvent,
  TransferReceivedGoods,
} from '@entente/contracts';
import { type Consequence, eventPolicy, idOf, parseStream } from '@entente/kernel';
import { itemStream } from '../equipment/item-facts.js';

/** The same command for each of these items. */
const toEach = (
  donor: string,
  item: string,
  serials: readonly string[],
  commandFor: (serial: string) => ItemCommand,
): readonly Consequence[] =>
  serials.map((serial) => ({ stream: itemStream(donor, item, serial), command: commandFor(serial) }));

const registers = (
  { line, item, donor, recipient, case: of, programme }: Omit<SerialsRegistered, 'serials'>,
  serials: readonly string[],
  consignment: string,
): readonly Consequence[] =>
  toEach(donor, item, serials, (serial) => ({
    type: 'RegisterSerial',
    data: { donor, recipient, item, serial, case: of, consignment, line, ...(programme && { programme }) },
  }));

const receives = (on: string, site: string | undefined, consignment: string) => (): ItemCommand => ({
  type: 'RecordItemReceipt',
  data: { on, site: site ?? '', consignment },
});

/** R9: each serial of a designated type has a stream; it follows the facts of its consignment. */
export const itemsOfConsignments = eventPolicy<ConsignmentEvent>(
  {
    name: 'items-of-consignments',
    kind: 'consignment',
    day: 'cause',
    about: 'serials that are registered and received on a consignment open and move the items of designated types',
  },
  {
    SerialsRegistered: (data, event) => registers(data, data.serials, idOf(event)),
    SerialsCorrected: ({ serialsAdded, serialsRemoved, reason, ...data }, event) => [
      ...toEach(data.donor, data.item, serialsRemoved, () => ({ type: 'WithdrawRegistration', data: { reason } })),
      ...registers(data, serialsAdded, idOf(event)),
    ],
    ReceiptConfirmed: ({ on, lines, store, donor = '', monitored = [] }, event) =>
      monitored.flatMap(({ line, item }) => {
        const { serials = [] } = lines.find((one) => one.line === line) ?? {};
        return toEach(donor, item, serials, receives(on, store, idOf(event)));
      }),
    ReceiptCorrected: ({ item, donor = '', on = '', store, reason, ...data }, event) =>
      item === undefined
        ? []
        : [
            ...toEach(donor, item, data.serialsRemoved ?? [], () => ({
              type: 'WithdrawItemReceipt',
              data: { reason },
            })),
            ...toEach(donor, item, data.serialsAdded ?? [], receives(on, store, idOf(event))),
          ],
    DateCorrected: ({ on, store, donor = '', monitored = [] }, event) =>
      monitored.flatMap(({ item, serials }) => toEach(donor, item, serials, receives(on, store, idOf(event)))),
  },
);

/** The consignment that brought goods without serials counts them; another end use moves none. */
const takes = (consignment: string | undefined, data: TransferReceivedGoods): readonly Consequence[] =>
  consignment === undefined || data.to === data.from
    ? []
    : [{ stream: { kind: 'consignment', id: consignment }, command: { type: 'TransferReceivedGoods', data } }];

/** R13: the duty to count each item moves with a transfer that was carried out. */
export const itemsOfTransfers = eventPolicy<ThirdPartyTransferEvent>(
  {
    name: 'items-of-transfers',
    kind: 'third-party-transfer',
    day: 'cause',
    about:
      'a transfer that was carried out moves its items, and goods without serials, to the new holder, or ends them',
  },
  {
    ThirdPartyTransferCarriedOut: ({ kind, donor, holder: from, goods, on, to, site, endUse }, event) =>
      goods.flatMap(({ item, serials = [], consignment, quantity }) => [
        ...toEach(donor, item, serials, () =>
          kind === 'disposal'
            ? { type: 'DisposeItem', data: { transfer: idOf(event), on } }
            : {
                type: 'TransferItem',
                data: { transfer: idOf(event), on, to, ...(site && { site }), ...(endUse && { endUse }) },
              },
        ),
        ...takes(consignment, {
          transfer: idOf(event),
          on,
          item,
          quantity,
          from,
          ...(kind === 'disposal' ? {} : { to, ...(site && { store: site }) }),
        }),
      ]),
  },
);

/** R14: an unauthorised transfer is reported as possible misuse. */
export const unauthorisedTransfers = eventPolicy<ItemEvent>(
  {
    name: 'unauthorised-transfers',
    kind: 'item',
    day: 'cause',
    about: 'an item that was found elsewhere without consent flags a misuse case',
  },
  {
    UnauthorisedTransferDetected: ({ on, donor, recipient, holder, item, programme, case: of }, event, { opaque }) => {
      const stream = parseStream(event.stream);
      if (stream === null) return [];
      return [
        {
          stream: { kind: 'misuse-case', id: opaque(`unauthorised-transfer ${event.id}`, stream) },
          command: {
            type: 'FlagMisuse',
            data: {
              allegation: 'unauthorised-transfer',
              donor,
              recipient,
              accused: holder,
              happened: { from: on, to: on },
              scopes: [{ kind: 'item-type', id: item }],
              ...(programme && { programme }),
              ...(of && { case: of }),
            },
          },
        },
      ];
    },
  },
);
