import { describe, expect, it } from '@jest/globals';
import type { Consequence, EventPolicy, RecordedEvent } from '@entente/kernel';
import { itemsOfConsignments, itemsOfTransfers, unauthorisedTransfers } from './items.js';

const CONSIGNMENT = 'consignment/norland.consignment-1';
const opaque = (text: string, { id }: { readonly id: string }): string => `opaque ${text} ${id}`;
function follows(policy: EventPolicy, stream: string, type: string, data: object): readonly Consequence[] {
  const event = { stream, id: 'e-1', type, data } as unknown as RecordedEvent;
  return policy.reactions[type]?.(data as never, event as never, { opaque }) ?? [];
}
const commands = (all: readonly Consequence[]) =>
  all.map(({ stream, command }) => [stream.id, command.type, command.data]);

const ID = 'norland.thermal-sight.~ts-';
const about = { line: '001', item: 'thermal-sight', donor: 'norland', recipient: 'estmark', case: 'norland.case-1' };

describe('the policy of items on consignments (R9)', () => {
  const on = (type: string, data: object) => commands(follows(itemsOfConsignments, CONSIGNMENT, type, data));
  const receive = (day: string) => ({ on: day, site: 'estmark.north', consignment: 'norland.consignment-1' });
  it('opens a stream for each serial, and withdraws those that were mistyped', () => {
    const serial = (name: string) => ({ ...about, serial: name, consignment: 'norland.consignment-1' });
    expect(on('SerialsRegistered', { ...about, serials: ['TS-1', 'TS-2'] })).toEqual([
      [`${ID}1`, 'RegisterSerial', serial('TS-1')],
      [`${ID}2`, 'RegisterSerial', serial('TS-2')],
    ]);
    expect(
      on('SerialsCorrected', { ...about, serialsAdded: ['TS-3'], serialsRemoved: ['TS-2'], reason: 'mistyped' }),
    ).toEqual([
      [`${ID}2`, 'WithdrawRegistration', { reason: 'mistyped' }],
      [`${ID}3`, 'RegisterSerial', serial('TS-3')],
    ]);
  });
  it('receives the items of monitored lines only, and follows corrections of the receipt', () => {
    const lines = [
      { line: '001', quantity: 1, serials: ['TS-1'] },
      { line: '002', quantity: 1, serials: ['K-1'] },
    ];
    const monitored = [{ line: '001', item: 'thermal-sight' }];
    const its = { donor: 'norland', store: 'estmark.north' };
    expect(on('ReceiptConfirmed', { ...its, on: '2026-05-19', lines, monitored })).toEqual([
      [`${ID}1`, 'RecordItemReceipt', receive('2026-05-19')],
    ]);
    const corrected = { ...its, item: 'thermal-sight', on: '2026-05-19', reason: 'miscounted' };
    expect(on('ReceiptCorrected', { ...corrected, serialsAdded: ['TS-3'], serialsRemoved: ['TS-1'] })).toEqual([
      [`${ID}1`, 'WithdrawItemReceipt', { reason: 'miscounted' }],
      [`${ID}3`, 'RecordItemReceipt', receive('2026-05-19')],
    ]);
    expect(on('ReceiptCorrected', { reason: 'miscounted', serialsAdded: ['K-2'] })).toEqual([]);
    const serials = [{ item: 'thermal-sight', serials: ['TS-1'] }];
    expect(on('DateCorrected', { ...its, fact: 'receipt', on: '2026-05-18', monitored: serials })).toEqual([
      [`${ID}1`, 'RecordItemReceipt', receive('2026-05-18')],
    ]);
    expect(on('DateCorrected', { fact: 'origin', on: '2026-05-18' })).toEqual([]);
  });
});

describe('the policy of items in transfers (R13)', () => {
  const done = {
    donor: 'norland',
    on: '2026-05-25',
    to: 'vestra',
    goods: [{ item: 'thermal-sight', quantity: 1, serials: ['TS-1'] }],
  };
  const on = (data: object) =>
    commands(follows(itemsOfTransfers, 'third-party-transfer/estmark.t-1', 'ThirdPartyTransferCarriedOut', data));
  it('moves each item to the new holder, or ends it', () => {
    expect(on({ ...done, kind: 'retransfer' })).toEqual([
      [`${ID}1`, 'TransferItem', { transfer: 'estmark.t-1', on: '2026-05-25', to: 'vestra' }],
    ]);
    expect(on({ ...done, kind: 'disposal' })).toEqual([
      [`${ID}1`, 'DisposeItem', { transfer: 'estmark.t-1', on: '2026-05-25' }],
    ]);
    const kitchens = {
      ...done,
      holder: 'estmark',
      goods: [{ item: 'kitchen', quantity: 2, consignment: 'norland.d-1' }],
    };
    const taken = { transfer: 'estmark.t-1', on: '2026-05-25', item: 'kitchen', quantity: 2, from: 'estmark' };
    expect(on({ ...kitchens, kind: 'retransfer', site: 'vestra.depot' })).toEqual([
      ['norland.d-1', 'TransferReceivedGoods', { ...taken, to: 'vestra', store: 'vestra.depot' }],
    ]);
    expect(on({ ...kitchens, kind: 'disposal' })).toEqual([['norland.d-1', 'TransferReceivedGoods', taken]]);
    expect(on({ ...kitchens, kind: 'change-of-end-use', to: 'estmark' })).toEqual([]);
  });
});

describe('the policy of unauthorised transfers (R14)', () => {
  it('flags a misuse case against the holder, under a name that nobody can trace', () => {
    const detected = { ...about, line: undefined, on: '2026-05-28', holder: 'vestra' };
    const stream = 'item/norland.thermal-sight.~ts-1';
    expect(commands(follows(unauthorisedTransfers, stream, 'UnauthorisedTransferDetected', detected))).toEqual([
      [
        'opaque unauthorised-transfer e-1 norland.thermal-sight.~ts-1',
        'FlagMisuse',
        {
          allegation: 'unauthorised-transfer',
          donor: 'norland',
          recipient: 'estmark',
          accused: 'vestra',
          happened: { from: '2026-05-28', to: '2026-05-28' },
          scopes: [{ kind: 'item-type', id: 'thermal-sight' }],
          case: 'norland.case-1',
        },
      ],
    ]);
  });
});
