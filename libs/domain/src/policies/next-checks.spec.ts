import { describe, expect, it } from '@jest/globals';
import type { EventPolicy, RecordedEvent } from '@entente/kernel';
import { itemStream } from '../equipment/item-facts.js';
import {
  endedItems,
  firstChecks,
  firstSampleChecks,
  nextChecks,
  notedChecks,
  transferredChecks,
} from './next-checks.js';

const follows = (policy: EventPolicy, stream: string, type: string, data: object) => {
  const metadata = { occurredAt: '2026-05-01T09:00:00.000Z' };
  const event = { stream, id: 'e-1', type, data, metadata } as unknown as RecordedEvent;
  return policy.reactions[type]?.(data as never, event as never, { opaque: (text) => text });
};
const performed = (data: object) =>
  follows(nextChecks, 'end-use-check/veritas.c1', 'EndUseCheckPerformed', {
    donor: 'norland',
    item: 'sight',
    on: '2026-05-20',
    type: 'enhanced',
    results: [
      { serial: 'S1', result: 'damaged' },
      { serial: 'S2', result: 'not-seen' },
    ],
    ...data,
  });
const check = { type: 'enhanced', due: '2027-05-20' };
const scheduled = {
  stream: { kind: 'end-use-check', id: 'entente.after-e-1' },
  command: { type: 'ScheduleEndUseCheck', data: check },
};

describe('the policies of checks (R10, R11)', () => {
  it('schedule the first check of an item after its receipt, once', () => {
    expect(follows(firstChecks, 'item/norland.sight.s1', 'ItemReceived', { check })).toEqual([scheduled]);
    expect(follows(firstChecks, 'item/norland.sight.s1', 'ItemReceived', {})).toEqual([]);
  });
  it('move the first check with the day of the receipt, and end it with the receipt', () => {
    const on = (type: string, data: object) => follows(firstChecks, 'item/norland.sight.s1', type, data);
    const corrected = { corrects: 'e-0', reason: 'wrong-day', checkBy: '2026-08-17' };
    const first = { kind: 'end-use-check', id: 'entente.after-e-0' };
    expect(on('ItemReceiptCorrected', { ...corrected, on: '2026-05-19' })).toEqual([
      { stream: first, command: { type: 'RescheduleEndUseCheck', data: { due: '2026-08-17', cause: 'wrong-day' } } },
    ]);
    const both = { checkBy: '2027-05-20', firstCheckBy: '2026-08-17' };
    expect(on('ItemReceiptCorrected', { ...corrected, ...both, on: '2026-05-19' })).toEqual([
      { stream: first, command: { type: 'RescheduleEndUseCheck', data: { due: '2026-08-17', cause: 'wrong-day' } } },
    ]);
    expect(on('ItemReceiptCorrected', { ...corrected, site: 'estmark.south' })).toEqual([
      { stream: first, command: { type: 'CorrectCheckedItems', data: { site: 'estmark.south', reason: 'wrong-day' } } },
    ]);
    expect(on('ItemReceiptCorrected', { ...corrected, site: 'estmark.south', newerOn: '2026-05-29' })).toEqual([]);
    expect(on('ItemReceiptWithdrawn', { reason: 'miscounted', receipt: 'e-0' })).toEqual([
      { stream: first, command: { type: 'CancelEndUseCheck', data: { reason: 'receipt-withdrawn' } } },
    ]);
    expect(on('ItemReceiptWithdrawn', { reason: 'miscounted' })).toEqual([]);
    const others = { receipt: 'e-0', checks: ['veritas.c1'], serial: 'S1' };
    expect(on('ItemReceiptWithdrawn', { reason: 'miscounted', ...others })).toEqual([
      { stream: first, command: { type: 'CancelEndUseCheck', data: { reason: 'receipt-withdrawn' } } },
      {
        stream: { kind: 'end-use-check', id: 'veritas.c1' },
        command: { type: 'CancelEndUseCheck', data: { reason: 'receipt-withdrawn', serial: 'S1' } },
      },
    ]);
    const checks = [{ item: 'tent', due: '2026-08-17' }];
    const day = { corrects: 'e-0', reason: 'wrong-day', fact: 'receipt', on: '2026-05-19' };
    const moved = (data: object) => follows(firstSampleChecks, 'consignment/norland.d1', 'DateCorrected', data);
    expect(moved({ ...day, checks })).toEqual([
      {
        stream: { kind: 'end-use-check', id: 'entente.after-e-0.tent' },
        command: { type: 'RescheduleEndUseCheck', data: { due: '2026-08-17', cause: 'wrong-day' } },
      },
    ]);
    expect(moved({ ...day, fact: 'origin' })).toEqual([]);
  });
  it('schedule the first check of each type of items that a receipt brings without serials (R11)', () => {
    const [kitchens, tents] = ['field-kitchen', 'tent'].map((item) => ({ ...check, item }));
    const received = (data: object) => follows(firstSampleChecks, 'consignment/norland.d1', 'ReceiptConfirmed', data);
    expect(received({ checks: [kitchens, tents] })).toEqual([
      {
        stream: { kind: 'end-use-check', id: 'entente.after-e-1.field-kitchen' },
        command: { type: 'ScheduleEndUseCheck', data: kitchens },
      },
      {
        stream: { kind: 'end-use-check', id: 'entente.after-e-1.tent' },
        command: { type: 'ScheduleEndUseCheck', data: tents },
      },
    ]);
    expect(received({ lines: [] })).toEqual([]);
  });
  it('schedule the next check of an item that was recovered, and end the one from before', () => {
    const recovered = (data: object) => follows(firstChecks, 'item/norland.sight.s1', 'ItemRecovered', data);
    expect(recovered({})).toEqual([]);
    const data = { reason: 'item-recovered', serial: 'S1' };
    expect(recovered({ check: { ...check, serials: ['S1'] }, checks: ['veritas.c1'] })).toEqual([
      { stream: { kind: 'end-use-check', id: 'veritas.c1' }, command: { type: 'CancelEndUseCheck', data } },
      { ...scheduled, command: { type: 'ScheduleEndUseCheck', data: { ...check, serials: ['S1'] } } },
    ]);
  });
  it('schedule no second check of an item that one of several items names: that one follows it', () => {
    const covered = { coveredBy: 'veritas.c1', serial: 'S1', holder: 'estmark', site: 'estmark.south' };
    const cancelled = { reason: 'item-recovered', serial: 'S1' };
    const moved = { serials: ['S1'], to: 'estmark', site: 'estmark.south' };
    expect(
      follows(firstChecks, 'item/norland.sight.s1', 'ItemRecovered', { ...covered, checks: ['veritas.c2'] }),
    ).toEqual([
      { stream: { kind: 'end-use-check', id: 'veritas.c2' }, command: { type: 'CancelEndUseCheck', data: cancelled } },
      { stream: { kind: 'end-use-check', id: 'veritas.c1' }, command: { type: 'TransferCheckedItems', data: moved } },
    ]);
  });
  it('correct what the check of a sample expects with the quantity of the receipt (R26)', () => {
    const on = (data: object) =>
      follows(firstSampleChecks, 'consignment/norland.d1', 'ReceiptCorrected', {
        corrects: 'e-1',
        reason: 'miscounted',
        ...data,
      });
    const stream = { kind: 'end-use-check', id: 'entente.after-e-1.tent' };
    expect(on({ sampled: { item: 'tent', quantity: 3 } })).toEqual([
      { stream, command: { type: 'CorrectCheckedItems', data: { quantity: 3, reason: 'miscounted' } } },
    ]);
    expect(on({ sampled: { item: 'tent', quantity: -1 } })).toEqual([
      { stream, command: { type: 'CorrectCheckedItems', data: { quantity: 0, reason: 'miscounted' } } },
    ]);
    const back = { ...stream, id: 'entente.after-e-5.tent' };
    expect(on({ sampled: { item: 'tent', quantity: 3, broughtBy: 'e-5' } })).toEqual([
      { stream: back, command: { type: 'CorrectCheckedItems', data: { quantity: 3, reason: 'miscounted' } } },
    ]);
    const site = 'estmark.south';
    expect(on({ store: site, stored: ['tent'] })).toEqual([
      { stream, command: { type: 'CorrectCheckedItems', data: { site, reason: 'miscounted' } } },
    ]);
    const tents = { ...check, item: 'tent' };
    expect(on({ check: tents })).toEqual([{ stream, command: { type: 'ScheduleEndUseCheck', data: tents } }]);
    expect(on({})).toEqual([]);
  });
  it('count what is left after a transfer, and what the new holder has (R11, R13)', () => {
    const on = (data: object) =>
      follows(firstSampleChecks, 'consignment/norland.d1', 'ReceivedGoodsTransferred', {
        item: 'tent',
        broughtBy: 'e-0',
        left: 3,
        ...data,
      });
    const counts = (event: string, quantity: number) => ({
      stream: { kind: 'end-use-check', id: `entente.after-${event}.tent` },
      command: { type: 'CorrectCheckedItems', data: { quantity, reason: 'transferred' } },
    });
    const stream = { kind: 'end-use-check', id: 'entente.after-e-1.tent' };
    const tents = { ...check, item: 'tent' };
    expect(on({ held: 2, check: tents })).toEqual([
      counts('e-0', 3),
      { stream, command: { type: 'ScheduleEndUseCheck', data: tents } },
    ]);
    expect(on({ held: 4, joins: 'e-9' })).toEqual([counts('e-0', 3), counts('e-9', 4)]);
    expect(on({ left: -1 })).toEqual([counts('e-0', 0)]);
  });
  it('count what is left after a loss was verified, from that day on (R12)', () =>
    expect(
      follows(firstSampleChecks, 'consignment/norland.d1', 'GoodsLossVerified', {
        item: 'tent',
        broughtBy: 'e-0',
        left: 3,
        as: 'lost',
      }),
    ).toEqual([
      {
        stream: { kind: 'end-use-check', id: 'entente.after-e-0.tent' },
        command: { type: 'CorrectCheckedItems', data: { quantity: 3, on: '2026-05-01', reason: 'lost' } },
      },
    ]));
  it('schedule the check that follows one that is done, and record it at the items that it has seen, or not (R12)', () =>
    expect(performed({ inspected: true, next: check })).toEqual([
      {
        stream: { kind: 'item', id: 'norland.sight.~s1' },
        command: { type: 'RecordItemCheck', data: { check: 'veritas.c1', on: '2026-05-20' } },
      },
      {
        stream: { kind: 'item', id: 'norland.sight.~s2' },
        command: { type: 'RecordUnseenItem', data: { check: 'veritas.c1', on: '2026-05-20' } },
      },
      scheduled,
    ]));
  it('correct the items and the next check with the result or the day of a visit (R26)', () => {
    const on = (type: string, data: object) => follows(nextChecks, 'end-use-check/veritas.c1', type, data);
    const of = (serial: string, day?: string) => ({
      stream: { kind: 'item', id: `norland.sight.~${serial.toLowerCase()}` },
      command: { type: 'CorrectItemCheck', data: { check: 'veritas.c1', ...(day && { on: day }) } },
    });
    const missing = (serial: string, day: string) => ({
      ...of(serial),
      command: { type: 'RecordUnseenItem', data: { check: 'veritas.c1', on: day } },
    });
    const known = { donor: 'norland', item: 'sight' };
    const result = { ...known, visitedOn: '2026-05-20', serial: 'S1' };
    expect(on('CheckResultCorrected', { ...result, result: 'not-seen' })).toEqual([
      of('S1'),
      missing('S1', '2026-05-20'),
    ]);
    expect(on('CheckResultCorrected', { ...result, result: 'damaged' })).toEqual([of('S1', '2026-05-20')]);
    expect(on('CheckResultCorrected', { serial: 'S1', result: 'not-seen' })).toEqual([]);
    const next = { next: 'entente.after-e-1', nextDue: '2027-05-18', reason: 'mistyped' };
    const moved = {
      stream: { kind: 'end-use-check', id: 'entente.after-e-1' },
      command: { type: 'RescheduleEndUseCheck', data: { due: '2027-05-18', cause: 'mistyped' } },
    };
    const day = { on: '2026-05-18', serials: ['S1', 'S2'] };
    expect(on('CheckDayCorrected', { ...day, ...known, seen: ['S1'], ...next })).toEqual([
      of('S1', '2026-05-18'),
      missing('S2', '2026-05-18'),
      moved,
    ]);
    expect(on('CheckDayCorrected', day)).toEqual([]);
    // What the visit did not see is next due with the check that follows.
    const note = { check: next.next, countedBy: 'estmark', due: next.nextDue };
    const noted = { stream: of('S2').stream, command: { type: 'NoteItemCheck', data: note } };
    const its = { ...day, ...known, seen: ['S1'], ...next, holder: 'estmark' };
    expect(on('CheckDayCorrected', its)).toEqual([of('S1', '2026-05-18'), missing('S2', '2026-05-18'), noted, moved]);
  });
  it('cancel the check that follows a denial, if access was not denied after all (R26)', () => {
    const next = 'entente.after-e-1';
    const data = {
      type: 'enhanced',
      donor: 'norland',
      item: 'sight',
      serials: ['S1'],
      holder: 'estmark',
      due: '2026-08-01',
    };
    const taken = (id: string, more: object = {}) =>
      follows(nextChecks, `end-use-check/${id}`, 'AccessDenialWithdrawn', { ...data, site: 'x.y', next, ...more });
    const cancels = {
      stream: { kind: 'end-use-check', id: next },
      command: { type: 'CancelEndUseCheck', data: { reason: 'access-not-denied' } },
    };
    const noted = (check: string, more: object = {}) => ({
      stream: itemStream('norland', 'sight', 'S1'),
      command: { type: 'NoteItemCheck', data: { check, countedBy: 'estmark', ...more, instead: next } },
    });
    expect(taken('veritas.c1')).toEqual([cancels, noted('veritas.c1')]);
    expect(taken('entente.c1')).toEqual([cancels, noted('entente.c1', { place: 'x.y', due: '2026-08-01' })]);
    expect(taken('veritas.c1', { type: 'routine' })).toEqual([cancels]);
    expect(taken('veritas.c1', { next: undefined })).toEqual([]);
  });
  it('schedule the check that follows one that ended without a visit, if anything is left', () => {
    for (const type of ['AccessDenied', 'EndUseCheckWaived']) {
      expect(follows(nextChecks, 'end-use-check/veritas.c1', type, { next: check })).toEqual([scheduled]);
      expect(follows(nextChecks, 'end-use-check/veritas.c1', type, { reason: 'operation' })).toEqual([]);
    }
  });
  it('pass what a receipt was corrected to on to the check that follows one that was made (R26)', () => {
    const data = { quantity: 38, reason: 'miscounted' };
    const corrected = (more: object) =>
      follows(nextChecks, 'end-use-check/veritas.c1', 'CheckedItemsCorrected', { ...data, ...more });
    expect(corrected({ passedTo: 'entente.after-e-1' })).toEqual([
      { ...scheduled, command: { type: 'CorrectCheckedItems', data } },
    ]);
    expect(corrected({})).toEqual([]);
    expect(corrected({ next: check })).toEqual([scheduled]);
  });
  it('do nothing after a remote check that leaves the visit due, and record no sample at items', () => {
    expect(performed({ inspected: false })).toEqual([]);
    expect(performed({ inspected: true, type: 'routine' })).toEqual([]);
  });
});

describe('the policy of items that have ended, or were seen by another check (R10, R12)', () => {
  const ended = (type: string, data: object) => follows(endedItems, 'item/norland.sight.s1', type, data);
  const leaves = (id: string) => ({
    stream: { kind: 'end-use-check', id },
    command: { type: 'LeaveOutCheckedItems', data: { serials: ['S1'] } },
  });
  it.each([
    'ItemChecked',
    'LossReportVerified',
    'ItemReturned',
    'ItemDisposed',
    'ItemReceiptWithdrawn',
    'RegistrationWithdrawn',
  ])('leaves it out of its checks: %s', (type) => {
    expect(ended(type, { checks: ['veritas.c1', 'veritas.c2'], serial: 'S1' })).toEqual([
      leaves('veritas.c1'),
      leaves('veritas.c2'),
    ]);
    expect(ended(type, {})).toEqual([]);
  });
  it('leaves it out also if it was seen after all, and schedules a check if it was not', () => {
    expect(ended('ItemCheckCorrected', { checks: ['veritas.c1'], serial: 'S1' })).toEqual([leaves('veritas.c1')]);
    expect(ended('ItemCheckCorrected', {})).toEqual([]);
    expect(ended('ItemCheckCorrected', { next: { due: '2026-08-08' } })).toMatchObject([
      { command: { type: 'ScheduleEndUseCheck', data: { due: '2026-08-08' } } },
    ]);
  });
  it('leaves it out of a check that was scheduled after its end', () => {
    const noted = (data: object) => follows(transferredChecks, 'item/norland.sight.s1', 'ItemCheckNoted', data);
    expect(noted({ check: 'veritas.c1', serial: 'S1' })).toEqual([leaves('veritas.c1')]);
    expect(noted({ check: 'veritas.c1' })).toEqual([]);
  });
});

describe('the policies of checks of items that are transferred (R13)', () => {
  const itsItem = { kind: 'item', id: 'norland.sight.~s1' };
  const itsCheck = { kind: 'end-use-check', id: 'veritas.c1' };
  it('note a check at each item that it names, and no sample', () => {
    const noted = (type: string) =>
      follows(notedChecks, 'end-use-check/veritas.c1', 'EndUseCheckScheduled', {
        type,
        donor: 'norland',
        item: 'sight',
        serials: ['S1'],
        holder: 'estmark',
      });
    expect(noted('enhanced')).toEqual([
      { stream: itsItem, command: { type: 'NoteItemCheck', data: { check: 'veritas.c1', countedBy: 'estmark' } } },
    ]);
    expect(noted('routine')).toEqual([]);
  });
  it('move the open check with the item, also one that was scheduled late', () => {
    const where = { transfer: 'estmark.t1', on: '2026-05-25', to: 'vestra', site: 'vestra.depot', serial: 'S1' };
    const { serial, ...to } = where;
    const moved = [{ stream: itsCheck, command: { type: 'TransferCheckedItems', data: { ...to, serials: [serial] } } }];
    const on = (type: string, data: object) => follows(transferredChecks, 'item/norland.sight.~s1', type, data);
    expect(on('ItemTransferred', { ...where, checks: ['veritas.c1'] })).toEqual(moved);
    expect(on('ItemTransferred', { ...where, serial: undefined })).toEqual([]);
    expect(on('ItemCheckNoted', { check: 'veritas.c1', ...where })).toEqual(moved);
    expect(on('ItemCheckNoted', { check: 'veritas.c1', countedBy: 'estmark' })).toEqual([]);
  });
  it('move the open check with the item to another store, also one that a policy scheduled late', () => {
    const where = { site: 'estmark.south', serial: 'S1' };
    const data = { serials: ['S1'], to: 'estmark', site: 'estmark.south' };
    const moved = [{ stream: itsCheck, command: { type: 'TransferCheckedItems', data } }];
    const on = (type: string, more: object) =>
      follows(transferredChecks, 'item/norland.sight.~s1', type, { ...where, ...more });
    expect(on('ItemMoved', { on: '2026-05-21', holder: 'estmark', checks: ['veritas.c1'] })).toEqual(moved);
    expect(on('ItemMoved', { on: '2026-05-21', serial: undefined })).toEqual([]);
    expect(on('ItemCheckNoted', { check: 'veritas.c1', to: 'estmark' })).toEqual(moved);
    const scheduledAs = (stream: string) =>
      follows(notedChecks, stream, 'EndUseCheckScheduled', {
        type: 'enhanced',
        donor: 'norland',
        item: 'sight',
        serials: ['S1'],
        holder: 'estmark',
        site: 'estmark.north',
      })?.map(({ command }) => (command.data as { readonly place?: string }).place);
    expect(scheduledAs('end-use-check/entente.after-e-1')).toEqual(['estmark.north']);
    expect(scheduledAs('end-use-check/veritas.c1')).toEqual([undefined]);
    const planned = { type: 'enhanced', donor: 'norland', item: 'sight', serials: ['S1'], holder: 'estmark' };
    const [note] =
      follows(notedChecks, 'end-use-check/entente.after-e-1', 'EndUseCheckScheduled', {
        ...planned,
        site: 'estmark.north',
        due: '2027-05-20',
      }) ?? [];
    expect(note?.command.data).toMatchObject({ place: 'estmark.north', due: '2027-05-20' });
  });
  it('schedule a check of what was transferred of a check', () =>
    expect(follows(nextChecks, 'end-use-check/veritas.c1', 'CheckedItemsTransferred', { next: check })).toEqual([
      scheduled,
    ]));
});
