import { describe, expect, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given, same, set } from '../../../../test/support/decider-specification.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { programme } from '../planning/programme.js';
import { endUseCheck } from '../monitoring/end-use-check.js';
import { item } from './item.js';
import { itemId } from './item-facts.js';
import { itemType } from './item-type.js';
import { storageSite } from './storage-site.js';
import { thirdPartyTransfer } from './third-party-transfer.js';

const TYPE = 'norland.thermal-sight';
const ID = 'norland.thermal-sight.~ts-0001';
const STORE = 'estmark.north-depot';
const serial = {
  donor: 'norland',
  recipient: 'estmark',
  item: 'thermal-sight',
  serial: 'TS-0001',
  case: 'norland.case-1',
  consignment: 'norland.consignment-1',
};
const typed = act('ItemTypeRegistered', { donor: 'norland', name: 'Sight', unit: 'each', category: 'optics' });
const designated = act('EnhancedDesignationGiven', { reason: 'sensitive', reviewBy: '2036-06-30' });
const store = act('StorageSiteRegistered', { owner: 'estmark', place: 'north', category: 'arms' });
const certified = act('StorageCertified', { on: '2026-04-20', until: '2026-05-20', standard: 'level-2' });
const certifiedAgain = act('StorageCertified', { on: '2026-05-20', until: '2036-05-20', standard: 'level-2' });

const registration = act('SerialRegistered', serial);
const receipt = act('ItemReceived', {
  on: '2026-05-10',
  holder: 'estmark',
  site: STORE,
  consignment: 'norland.consignment-1',
  checkBy: '2026-08-08',
});
const lost = act('ItemReportedLost', { on: '2026-05-22', cause: 'theft', verifyBy: '2026-06-30' });
const verified = act('LossReportVerified', { method: 'seen', report: given.id(2), as: 'lost' });
const diverted = act('UnauthorisedTransferDetected', {
  on: '2026-05-28',
  place: 'market',
  donor: 'norland',
  recipient: 'estmark',
  holder: 'estmark',
  item: 'thermal-sight',
  case: 'norland.case-1',
  notifyBy: '2026-06-01',
});

/** An item with a past, of a designated type, before the recipient's certified store. */
const of = (...past: Event[]) =>
  given(item, ...past)
    .named(ID)
    .registered(['norland'], 'donor')
    .registered(['estmark'], 'recipient', 'monitor')
    .registered(['veritas', 'lumen'], 'monitor')
    .knowing(itemType, TYPE, typed, designated)
    .knowing(storageSite, STORE, store, certified, certifiedAgain);
const held = (...past: Event[]) => of(registration, receipt, ...past);
/** Its case, and the programmes that it can name. */
const requested = (more: object = {}) =>
  act('AssistanceRequested', { donor: 'norland', recipient: 'estmark', asked: [], ...more });
const proposed = act('ProgrammeProposed', { donor: 'norland', recipient: 'estmark', kind: 'bilateral' });
const donor = (...past: Event[]) =>
  of(...past)
    .as('norland', 'donor')
    .knowing(assistanceCase, 'norland.case-1', requested())
    .knowing(programme, 'norland.p-2', proposed);
const holder = (...past: Event[]) => held(...past).as('estmark', 'recipient');

describe('a waiver of R9 (R8)', () => {
  const within = act('SerialRegistered', { ...serial, consignment: undefined, programme: 'norland.p-2' });
  const waiver = act('WaiverGranted', { name: 'w', rules: ['R9'], from: '2026-05-01', until: '2026-05-31' });
  const under = (...terms: Event[]) =>
    of(within)
      .as('estmark', 'recipient')
      .knowing(storageSite, STORE, store)
      .under('norland.p-2', ...terms);
  const receive = (on: string) => act('RecordItemReceipt', { on, site: STORE });
  it('is for a direct receipt, on its days, and asks for a store of the recipient all the same', () => {
    under().refuses(receive('2026-05-10'), 'store-not-certified');
    const parties = { donor: 'norland', recipient: 'estmark', holder: 'estmark', case: 'norland.case-1' };
    const what = { type: 'enhanced', manner: 'on-site', item: 'thermal-sight', serials: ['TS-0001'], quantity: 1 };
    const check = { ...parties, ...what, programme: 'norland.p-2', site: STORE, due: '2026-08-08' };
    const received = { holder: 'estmark', checkBy: '2026-08-08', check };
    under(waiver).decides(receive('2026-05-10'), same(receive('2026-05-10'), 'ItemReceived', received));
    under(waiver).refuses(receive('2026-06-01'), 'store-not-certified');
    under(waiver).refuses(act('RecordItemReceipt', { on: '2026-05-10', site: 'vestra.depot' }), 'store-not-found');
  });
});
const monitor = (...past: Event[]) => held(...past).as('veritas', 'monitor');
const system = (...past: Event[]) => of(...past).as('entente', 'system');

/** An item under a programme whose framework sets its days. */
const P = 'norland.p-1';
const within = (parameters: Readonly<Record<string, number>>, ...past: Event[]) =>
  of(act('SerialRegistered', { ...serial, programme: P }), ...past).under(P, ...set(parameters));
const interval = act('CheckIntervalSet', { firstDays: 60, everyDays: 180, reason: 'theft' });

describe('the id of an item', () => {
  it('is another one for each serial, of the characters of an id', () => {
    const serials = ['TS-1', 'ts-1', 'Ts-1', 'tS-1', 'T/S', 'T_S', 'T~S', 'T.S', 'T_sS', 'T_SS', '1A', '1a', 'A1b'];
    const ids = serials.map((one) => itemId('norland', 'sight', one));
    expect(new Set(ids).size).toBe(serials.length);
    expect(ids.filter((id) => !/^[a-z0-9][a-z0-9._~-]*$/.test(id))).toEqual([]);
    expect(ids[0]).toBe('norland.sight.~ts-1');
  });
});

describe('a serial is registered (R9)', () => {
  const register = act('RegisterSerial', serial);
  const other = (more: object) => act('RegisterSerial', { ...serial, ...more });
  it('once, of a designated type, by the donor or the policy', () => {
    donor().decides(register, registration);
    system().decides(register, registration);
    of().as('estmark', 'recipient').refuses(register, 'not-the-donor');
    donor(registration).refuses(register, 'serial-already-registered');
    donor().knowing(itemType, TYPE, typed).refuses(register, 'type-not-designated');
    donor().knowing(itemType, TYPE).refuses(register, 'type-not-designated');
  });
  it('under the programme of its case, which is kept', () => {
    const ofCase = () => donor().knowing(assistanceCase, 'norland.case-1', requested({ programme: P }));
    ofCase().decides(register, act('SerialRegistered', { ...serial, programme: P }));
    const named = other({ programme: 'norland.p-2' });
    ofCase().decides(named, same(named, 'SerialRegistered'));
  });
  it('under a programme and a case that exist, unless a policy repeats them', () => {
    donor().refuses(other({ programme: 'norland.p-3' }), 'programme-not-found');
    donor().refuses(other({ case: 'norland.case-2' }), 'case-not-found');
    const unknown = other({ case: 'norland.case-2', programme: 'norland.p-3' });
    system().decides(unknown, same(unknown, 'SerialRegistered'));
  });
  it('again after it was taken back or returned', () => {
    donor(registration, act('RegistrationWithdrawn', { reason: 'mistyped' })).decides(register, registration);
    donor(registration, receipt, act('ItemReturned', { on: '2026-05-30', reason: 'loan' })).decides(
      register,
      registration,
    );
  });
  it('in the stream of its name, with registered parties (R29, R32)', () => {
    donor().refuses(other({ serial: 'TS-0002' }), 'id-of-another-serial');
    donor().refuses(other({ serial: 'T'.repeat(100) }), 'serial-too-long');
    donor().refuses(other({ recipient: 'norland' }), 'donor-is-recipient');
    donor().refuses(other({ recipient: 'vestra' }), 'party-not-registered');
  });
  it('and taken back before the receipt', () => {
    const withdraw = act('WithdrawRegistration', { reason: 'mistyped-serial' });
    donor(registration).decides(withdraw, same(withdraw, 'RegistrationWithdrawn'));
    const noted = act('ItemCheckNoted', { check: 'veritas.check-1', countedBy: 'estmark' });
    const left = { ...withdraw.data, checks: ['veritas.check-1'], serial: 'TS-0001' };
    donor(registration, noted).decides(withdraw, act('RegistrationWithdrawn', left));
    donor(registration, receipt).refuses(withdraw, 'wrong-item-status');
  });
});

describe('an item is received (R9)', () => {
  const receive = (on: string, more: object = {}) =>
    act('RecordItemReceipt', { on, site: STORE, consignment: 'norland.consignment-1', ...more });
  const recipient = (...past: Event[]) => of(registration, ...past).as('estmark', 'recipient');
  /** The first check of the item, which a policy schedules. */
  const check = (due: string) => ({
    type: 'enhanced',
    manner: 'on-site',
    donor: 'norland',
    recipient: 'estmark',
    holder: 'estmark',
    case: 'norland.case-1',
    item: 'thermal-sight',
    site: STORE,
    serials: ['TS-0001'],
    quantity: 1,
    due,
  });
  const received = (on: string, checkBy: string) =>
    same(receive(on), 'ItemReceived', { holder: 'estmark', checkBy, check: check(checkBy) });
  it('once, with its first check 90 days later (R10)', () => {
    recipient().decides(receive('2026-05-10'), received('2026-05-10', '2026-08-08'));
    recipient(receipt).refuses(receive('2026-05-11'), 'already-received');
    recipient().refuses(receive('2026-06-02'), 'day-in-future');
    of(registration).as('vestra', 'recipient').refuses(receive('2026-05-10'), 'not-the-recipient');
    recipient().refuses(receive('2026-05-10', { consignment: 'norland.consignment-2' }), 'other-consignment');
  });
  it('with its first check by its type, then by the framework of its programme (R10)', () => {
    const checkOf = (due: string) => ({ ...check(due), programme: P });
    const first = (checkBy: string) =>
      same(receive('2026-05-10'), 'ItemReceived', { holder: 'estmark', checkBy, check: checkOf(checkBy) });
    const set = { enhancedFirstCheckDays: 30 };
    within(set).as('estmark', 'recipient').decides(receive('2026-05-10'), first('2026-06-09'));
    within({}).as('estmark', 'recipient').decides(receive('2026-05-10'), first('2026-08-08'));
    within(set)
      .knowing(itemType, TYPE, typed, designated, interval)
      .as('estmark', 'recipient')
      .decides(receive('2026-05-10'), first('2026-07-09'));
  });
  it('with its first check in the area of the store (R20)', () => {
    const north = act('StorageSiteRegistered', { ...store.data, area: 'north' });
    const there = same(receive('2026-05-10'), 'ItemReceived', {
      holder: 'estmark',
      checkBy: '2026-08-08',
      check: { ...check('2026-08-08'), area: 'north' },
    });
    recipient().knowing(storageSite, STORE, north, certified, certifiedAgain).decides(receive('2026-05-10'), there);
  });
  it('into a store of the recipient that is certified on that day', () => {
    const once = () => recipient().knowing(storageSite, STORE, store, certified);
    once().decides(receive('2026-05-20'), received('2026-05-20', '2026-08-18'));
    once().decides(receive('2026-04-20'), received('2026-04-20', '2026-07-19'));
    once().refuses(receive('2026-05-21'), 'store-not-certified');
    once().refuses(receive('2026-04-19'), 'store-not-certified');
    recipient().knowing(storageSite, STORE).refuses(receive('2026-05-20'), 'store-not-found');
    const anothers = act('StorageSiteRegistered', { owner: 'vestra', place: 'x', category: 'y' });
    recipient().knowing(storageSite, STORE, anothers, certified).refuses(receive('2026-05-20'), 'store-of-another');
  });
  it('by the policy, which repeats the day of the consignment after its correction (R26)', () => {
    const policy = () => system(registration, receipt);
    policy().decides(receive('2026-05-10'), []);
    const corrected = {
      corrects: given.id(1),
      reason: 'consignment-corrected',
      on: '2026-05-09',
      checkBy: '2026-08-07',
    };
    policy().decides(receive('2026-05-09'), act('ItemReceiptCorrected', corrected));
    policy().refuses(receive('2026-05-09', { consignment: 'norland.consignment-2' }), 'already-received');
  });
  it('and its receipt corrected in day and store, or taken back (R26)', () => {
    const correct = (more: object) => act('CorrectItemReceipt', { corrects: given.id(1), reason: 'mistyped', ...more });
    const south = 'estmark.south';
    const moved = act('ItemMoved', { on: '2026-05-12', site: south });
    holder().decides(
      correct({ on: '2026-05-09' }),
      same(correct({ on: '2026-05-09' }), 'ItemReceiptCorrected', { checkBy: '2026-08-07' }),
    );
    holder()
      .knowing(storageSite, south, store, certified)
      .decides(
        correct({ site: south }),
        same(correct({ site: south }), 'ItemReceiptCorrected', { checkBy: '2026-08-08' }),
      );
    holder()
      .knowing(storageSite, south, store)
      .refuses(correct({ site: south }), 'store-not-certified');
    // What was moved since stays there, also back where it was received.
    const east = act('CorrectItemReceipt', { ...correct({ site: 'estmark.east' }).data });
    const back = act('ItemMoved', { on: '2026-05-14', site: STORE });
    const stays = (newerOn: string) => same(east, 'ItemReceiptCorrected', { checkBy: '2026-08-08', newerOn });
    const elsewhereIn = (...past: Event[]) =>
      holder(...past)
        .knowing(storageSite, 'estmark.east', store, certified)
        .knowing(storageSite, south, store, certified);
    elsewhereIn(moved).decides(east, stays('2026-05-12'));
    elsewhereIn(moved, back).decides(east, stays('2026-05-14'));
    elsewhereIn(moved, back, stays('2026-05-14')).decides(act('MoveItem', { on: '2026-05-15', site: STORE }), []);
    // The days that were decided stay, whatever the type and the framework ask now.
    const earlier = correct({ on: '2026-05-09' });
    const elsewhere = correct({ site: south });
    const later = () =>
      within({ enhancedFirstCheckDays: 10 }, receipt)
        .knowing(itemType, TYPE, typed, designated, interval)
        .knowing(storageSite, south, store, certified)
        .as('estmark', 'recipient');
    later().decides(earlier, same(earlier, 'ItemReceiptCorrected', { checkBy: '2026-08-07' }));
    later().decides(elsewhere, same(elsewhere, 'ItemReceiptCorrected', { checkBy: '2026-08-08' }));
    of(registration, same(receipt, 'ItemReceived', { checkBy: '2026-07-09' }))
      .as('estmark', 'recipient')
      .decides(earlier, same(earlier, 'ItemReceiptCorrected', { checkBy: '2026-07-08' }));
    const twice = correct({ on: '2026-05-12' });
    holder(same(earlier, 'ItemReceiptCorrected', { checkBy: '2026-08-07' })).decides(
      twice,
      same(twice, 'ItemReceiptCorrected', { checkBy: '2026-08-10' }),
    );
    holder().refuses(correct({ on: '2026-06-02' }), 'day-in-future');
    holder().refuses(correct({ on: '2026-05-10' }), 'nothing-corrected');
    const withdraw = act('WithdrawItemReceipt', { reason: 'not-in-the-crate' });
    holder().decides(withdraw, same(withdraw, 'ItemReceiptWithdrawn', { receipt: given.id(1) }));
    holder(lost).refuses(withdraw, 'wrong-item-status');
    const first = act('ItemCheckNoted', { check: `entente.after-${given.id(1)}`, countedBy: 'estmark' });
    const other = act('ItemCheckNoted', { check: 'veritas.c-1', countedBy: 'estmark' });
    const its = { receipt: given.id(1), checks: ['veritas.c-1'], serial: 'TS-0001' };
    holder(first, other).decides(withdraw, same(withdraw, 'ItemReceiptWithdrawn', its));
  });
  it('and its receipt corrected to a day on which its store was certified (R9)', () => {
    const correct = (on: string) => act('CorrectItemReceipt', { corrects: given.id(1), reason: 'wrong-day', on });
    const right = same(correct('2026-04-20'), 'ItemReceiptCorrected', { checkBy: '2026-07-19' });
    const elsewhere = act('ItemMoved', { on: '2026-05-25', site: 'estmark.south' });
    const closed = act('StorageSiteClosed', { reason: 'sold' });
    for (const since of [[], [elsewhere]]) {
      holder(...since).refuses(correct('2026-04-19'), 'store-not-certified');
      holder(...since).decides(correct('2026-04-20'), right);
    }
    holder().knowing(storageSite, STORE, store, certified, closed).decides(correct('2026-04-20'), right);
  });
  it('and its receipt corrected to no day after what happened to it since (R30)', () => {
    const correct = (on: string) => act('CorrectItemReceipt', { corrects: given.id(1), reason: 'wrong-day', on });
    const moved = act('ItemMoved', { on: '2026-05-15', site: 'estmark.south' });
    const seen = act('ItemChecked', { check: 'veritas.c-1', on: '2026-05-15', checkBy: '2027-05-15' });
    const gone = act('ItemReportedLost', { on: '2026-05-15', cause: 'theft', verifyBy: '2026-06-30' });
    const back = act('ItemReturned', { on: '2026-05-15', reason: 'loan-ended' });
    for (const later of [moved, seen, gone, back]) {
      holder(later).refusesWith(correct('2026-05-16'), 'after-later-facts', { first: '2026-05-15' });
      holder(later).decides(correct('2026-05-15'), {
        ...same(correct('2026-05-15'), 'ItemReceiptCorrected', { checkBy: '2026-08-13' }),
      });
    }
    const transfer = { transfer: 'estmark.t-1', on: '2026-05-15', to: 'vestra', from: 'estmark' };
    held(act('ItemTransferred', transfer))
      .as('vestra', 'recipient')
      .refuses(correct('2026-05-16'), 'after-later-facts');
  });
  it('and its receipt corrected after its recovery, from which its next check counts (R10, R26)', () => {
    const found = act('ItemRecovered', { on: '2026-05-30', site: STORE, checkBy: '2026-08-28' });
    const correct = act('CorrectItemReceipt', { corrects: given.id(1), reason: 'wrong-day', on: '2026-05-09' });
    const first = { checkBy: '2026-08-28', firstCheckBy: '2026-08-07' };
    const corrected = same(correct, 'ItemReceiptCorrected', first);
    for (const gone of [[lost, verified], [diverted]]) holder(...gone, found).decides(correct, corrected);
    const receive = act('RecordItemReceipt', { on: '2026-05-09', site: STORE, consignment: 'norland.consignment-1' });
    const { corrects, on } = correct.data as { corrects: string; on: string };
    const followed = { corrects, reason: 'consignment-corrected', on, ...first };
    system(registration, receipt, lost, verified, found).decides(receive, act('ItemReceiptCorrected', followed));
    // A check that did not see it after all leaves the day of the recovery.
    const seen = act('ItemChecked', { check: 'veritas.c-1', on: '2026-05-31', checkBy: '2027-05-31' });
    const unseen = act('CorrectItemCheck', { check: 'veritas.c-1' });
    const again = same(unseen, 'ItemCheckCorrected', { checkBy: '2026-08-28' });
    system(registration, receipt, lost, verified, found, corrected, seen).decides(unseen, again);
  });
  it('and its receipt not taken back after it was moved, transferred or seen: that rests on it (R26)', () => {
    const withdraw = act('WithdrawItemReceipt', { reason: 'not-in-the-crate' });
    const moved = act('ItemMoved', { on: '2026-05-12', site: 'estmark.south' });
    const transfer = { transfer: 'estmark.t-1', on: '2026-05-21', to: 'vestra', from: 'estmark' };
    const seen = act('ItemChecked', { check: 'veritas.c-1', on: '2026-05-21', checkBy: '2027-05-21' });
    const found = act('ItemRecovered', { on: '2026-05-28', site: STORE, checkBy: '2026-08-26' });
    for (const later of [[moved], [act('ItemTransferred', transfer)], [seen], [lost, verified, found]]) {
      holder(...later).refuses(withdraw, later[0]?.type === 'ItemTransferred' ? 'not-the-holder' : 'item-relied-on');
      system(registration, receipt, ...later).refuses(withdraw, 'item-relied-on');
    }
    const unseen = act('ItemCheckCorrected', { check: 'veritas.c-1', checkBy: '2026-08-08' });
    holder(seen, unseen).decides(withdraw, same(withdraw, 'ItemReceiptWithdrawn', { receipt: given.id(1) }));
  });
});

describe('an item in its store', () => {
  it('is moved to another certified store of its holder', () => {
    const move = act('MoveItem', { on: '2026-05-21', site: 'estmark.south' });
    holder().knowing(storageSite, 'estmark.south', store, certifiedAgain).decides(move, same(move, 'ItemMoved'));
    holder().knowing(storageSite, 'estmark.south', store, certified).refuses(move, 'store-not-certified');
    held().as('norland', 'donor').refuses(move, 'not-the-holder');
    holder().refuses(act('MoveItem', { on: '2026-05-09', site: STORE }), 'before-receipt');
  });
  it('is inspected by its holder or a monitor, returned to the donor, and seen in checks (R10)', () => {
    const report = act('ReportServiceability', { on: '2026-05-21', serviceability: 'limited' });
    holder().decides(report, same(report, 'ServiceabilityReported'));
    monitor().decides(report, same(report, 'ServiceabilityReported'));
    of(registration).as('veritas', 'monitor').refuses(report, 'wrong-item-status');
    const back = act('ReturnItem', { on: '2026-05-31', reason: 'loan-ended' });
    donor(registration, receipt).decides(back, same(back, 'ItemReturned'));
    holder().refuses(back, 'not-the-donor');
    const noted = act('ItemCheckNoted', { check: 'veritas.c-1', countedBy: 'estmark' });
    const its = { checks: ['veritas.c-1'], serial: 'TS-0001' };
    donor(registration, receipt, noted).decides(back, same(back, 'ItemReturned', its));
    const check = (on: string) => act('RecordItemCheck', { check: 'veritas.check-1', on });
    const seen = same(check('2026-05-21'), 'ItemChecked', { checkBy: '2027-05-21' });
    system(registration, receipt).decides(check('2026-05-21'), seen);
    system(registration, receipt, seen).decides(check('2026-05-20'), []);
    const both = [noted, act('ItemCheckNoted', { check: 'veritas.check-1', countedBy: 'estmark' })];
    system(registration, receipt, ...both).decides(
      check('2026-05-21'),
      same(check('2026-05-21'), 'ItemChecked', { checkBy: '2027-05-21', ...its }),
    );
    holder().refuses(check('2026-05-21'), 'not-the-system');
    const next = (checkBy: string) => same(check('2026-05-21'), 'ItemChecked', { checkBy });
    const set = { enhancedCheckEveryDays: 100 };
    within(set, receipt).as('entente', 'system').decides(check('2026-05-21'), next('2026-08-29'));
    within(set, receipt)
      .knowing(itemType, TYPE, typed, designated, interval)
      .as('entente', 'system')
      .decides(check('2026-05-21'), next('2026-11-17'));
  });
});

describe('a check that a policy has planned is noted at its items (R10)', () => {
  const note = (due?: string, check = 'entente.c-2') =>
    act('NoteItemCheck', { check, countedBy: 'estmark', place: STORE, ...(due && { due }) });
  const noted = (command: Event, checkBy?: string) => {
    const { due: _, ...data } = command.data as { due?: string };
    return act('ItemCheckNoted', { ...data, ...(checkBy && { checkBy }) });
  };
  const planned = (due: string) =>
    act('EndUseCheckScheduled', { type: 'enhanced', serials: ['TS-0001'], quantity: 1, due });
  const after = (...past: Event[]) => system(registration, receipt, ...past).by('entente', 'system');
  it('and gives them the last day of their next one: after a visit that did not see them, a denial or a waiver', () => {
    after().decides(note('2026-08-08'), noted(note(), undefined));
    after().decides(note('2027-05-20'), noted(note(), '2027-05-20'));
    after().decides(note(), noted(note()));
    const first = noted(note(undefined, 'entente.c-1'));
    const open = after(first).knowing(endUseCheck, 'entente.c-1', planned('2026-08-08'));
    open.decides(note('2026-09-01'), noted(note()));
    const denied = act('AccessDenied', { on: '2026-05-20', reason: 'x' });
    const over = after(first).knowing(endUseCheck, 'entente.c-1', planned('2026-08-08'), denied);
    over.decides(note('2026-09-01'), noted(note(), '2026-09-01'));
    after(lost, verified).decides(note('2027-05-20'), same(noted(note()), 'ItemCheckNoted', { serial: 'TS-0001' }));
  });
  it('and its next one is what it was before, if the access was not denied after all (R26)', () => {
    const first = noted(note(undefined, 'entente.c-1'));
    const followed = noted(note(undefined, 'entente.c-2'), '2026-07-01');
    const back = (check: string, due?: string) => same(note(due, check), 'NoteItemCheck', { instead: 'entente.c-2' });
    const its = after(first, followed)
      .knowing(endUseCheck, 'entente.c-1', planned('2026-08-08'))
      .knowing(endUseCheck, 'entente.c-2', planned('2026-07-01'));
    its.decides(back('entente.c-1', '2026-08-08'), noted(note(undefined, 'entente.c-1'), '2026-08-08'));
    its.decides(back('veritas.c-3'), noted(note(undefined, 'veritas.c-3'), '2026-08-08'));
    const seen = act('ItemChecked', { check: 'veritas.c-0', on: '2026-05-20', checkBy: '2027-05-20' });
    after(seen, followed).decides(back('veritas.c-3'), noted(note(undefined, 'veritas.c-3'), '2027-05-20'));
    after(followed).decides(back('veritas.c-3'), noted(note(undefined, 'veritas.c-3'), '2026-08-08'));
  });
  it('and leaves it out if another visit has seen it since the one that it follows, or later on that day', () => {
    const visit = (on: string) =>
      act('EndUseCheckPerformed', { on, visit: 1, manner: 'on-site', done: true, results: [], next: {} });
    const seen = (check: string, on: string) => act('ItemChecked', { check, on, checkBy: '2027-05-20' });
    const moved = act('EndUseCheckRescheduled', { due: '2026-08-01', cause: 'x' });
    const follows = (...sightings: Event[]) =>
      after(...sightings)
        .knowing(endUseCheck, 'veritas.c-1', planned('2026-08-08'), moved, visit('2026-05-20'))
        .knowing(endUseCheck, 'veritas.c-2', planned('2026-08-08'));
    const next = note(undefined, `entente.after-${given.id(2)}`);
    const left = same(noted(next), 'ItemCheckNoted', { serial: 'TS-0001' });
    const own = seen('veritas.c-1', '2026-05-20');
    follows(own, seen('veritas.c-2', '2026-05-20')).decides(next, left);
    follows(own, seen('veritas.c-2', '2026-05-22')).decides(next, left);
    follows(seen('veritas.c-2', '2026-05-20'), own).decides(next, noted(next));
    follows(own).decides(next, noted(next));
  });
  it('again if it moves, and stays through a correction of the receipt', () => {
    const was = noted(note(), '2027-05-20');
    after(was)
      .knowing(endUseCheck, 'entente.c-2', planned('2027-05-18'))
      .decides(note('2027-05-18'), {
        ...noted(note(), '2027-05-18'),
      });
    after(was).knowing(endUseCheck, 'entente.c-2', planned('2027-05-20')).decides(note('2027-05-20'), []);
    const right = act('CorrectItemReceipt', { corrects: given.id(1), reason: 'wrong-day', on: '2026-05-09' });
    const next = { checkBy: '2027-05-20' };
    const kept = same(right, 'ItemReceiptCorrected', { ...next, firstCheckBy: '2026-08-07' });
    holder(was).decides(right, kept);
    const again = same(right, right.type, { on: '2026-05-08' });
    holder(was, kept).decides(again, same(again, 'ItemReceiptCorrected', { ...next, firstCheckBy: '2026-08-06' }));
  });
  it('and leaves it the day of its first one, if the receipt was corrected before that was noted', () => {
    const right = act('CorrectItemReceipt', { corrects: given.id(1), reason: 'wrong-day', on: '2026-05-09' });
    const corrected = same(right, 'ItemReceiptCorrected', { checkBy: '2026-08-07' });
    const first = note('2026-08-08', `entente.after-${given.id(1)}`);
    after(corrected).decides(first, noted(first));
  });
});

describe('a check that has seen an item is corrected (R26)', () => {
  const checked = (on: string, checkBy: string, check = 'veritas.check-1') =>
    act('ItemChecked', { check, on, checkBy });
  const seen = checked('2026-05-21', '2027-05-21');
  const correct = (on?: string) => act('CorrectItemCheck', { check: 'veritas.check-1', ...(on && { on }) });
  const corrected = (on: string | undefined, checkedOn: string | undefined, checkBy: string | undefined) =>
    act('ItemCheckCorrected', {
      ...correct(on).data,
      ...(checkedOn && { checkedOn }),
      ...(checkBy && { checkBy }),
    });
  it('to none: then the check before, or the receipt, gives the last day of the next', () => {
    system(registration, receipt, seen).decides(correct(), corrected(undefined, undefined, '2026-08-08'));
    const before = checked('2026-05-15', '2027-05-15', 'veritas.check-0');
    system(registration, receipt, before, seen).decides(correct(), corrected(undefined, '2026-05-15', '2027-05-15'));
    const later = checked('2026-05-25', '2027-05-25', 'veritas.check-2');
    system(registration, receipt, seen, later).decides(correct(), corrected(undefined, '2026-05-25', '2027-05-25'));
    system(registration, receipt).decides(correct(), []);
    holder(seen).refuses(correct(), 'not-the-system');
  });
  it('to none: another that saw it on that day, or before, and was recorded later, counts (R10)', () => {
    const record = (on: string) => act('RecordItemCheck', { check: 'veritas.check-2', on });
    for (const [on, checkBy] of [
      ['2026-05-21', '2027-05-21'],
      ['2026-05-15', '2027-05-15'],
    ] as const) {
      const also = checked(on, checkBy, 'veritas.check-2');
      system(registration, receipt, seen).decides(record(on), also);
      system(registration, receipt, seen, also).decides(record(on), []);
      // The newer one gives the last day of the next.
      system(registration, receipt, seen, also).decides(
        correct('2026-05-22'),
        corrected('2026-05-22', '2026-05-22', '2027-05-22'),
      );
      system(registration, receipt, seen, also).decides(correct(), corrected(undefined, on, checkBy));
    }
  });
  it('to another day: the next one moves with it', () => {
    system(registration, receipt, seen).decides(
      correct('2026-05-19'),
      corrected('2026-05-19', '2026-05-19', '2027-05-19'),
    );
    system(registration, receipt, seen).decides(correct('2026-05-21'), []);
    system(registration, receipt, seen).refuses(correct('2026-05-09'), 'before-receipt');
    const none = corrected(undefined, undefined, '2026-08-08');
    system(registration, receipt, seen, none).decides(
      correct('2026-05-21'),
      corrected('2026-05-21', '2026-05-21', '2027-05-21'),
    );
  });
  it('to none: a check takes the place of one that had left it out for that (R10)', () => {
    const noted = act('ItemCheckNoted', { check: 'entente.c-1', countedBy: 'estmark' });
    const { consignment: _, serial: one, ...about } = serial;
    const what = { type: 'enhanced', manner: 'on-site', serials: [one], quantity: 1, due: '2026-08-08' };
    const next = { ...about, ...what, holder: 'estmark', site: STORE };
    const knows = (scheduled: object, ...after: Event[]) =>
      system(registration, receipt, noted, seen).knowing(
        endUseCheck,
        'entente.c-1',
        act('EndUseCheckScheduled', scheduled),
        ...after,
      );
    const none = corrected(undefined, undefined, '2026-08-08');
    const again = same(none, 'ItemCheckCorrected', { next });
    const ended = (on?: string) => act('EndUseCheckCancelled', { reason: 'seen-by-another-check', ...(on && { on }) });
    const left = act('CheckedItemsLeftOut', { serials: [one], on: '2026-05-21' });
    knows(next, ended('2026-05-21')).decides(correct(), again);
    knows({ ...next, serials: [one, 'TS-0002'], quantity: 2 }, left).decides(correct(), again);
    knows(next, ended('2026-05-20')).decides(correct(), none);
    knows(next, ended()).decides(correct(), none);
    knows(next).decides(correct(), none);
    // An open check by that day is its next one.
    const other = act('ItemCheckNoted', { check: 'veritas.c-2', countedBy: 'estmark' });
    const both = (due: string) =>
      system(registration, receipt, noted, other, seen)
        .knowing(endUseCheck, 'entente.c-1', act('EndUseCheckScheduled', next), ended('2026-05-21'))
        .knowing(endUseCheck, 'veritas.c-2', act('EndUseCheckScheduled', { ...next, due }));
    both('2026-08-08').decides(correct(), none);
    both('2026-08-09').decides(correct(), again);
  });
  it('to a day, if it was to none or to another: other checks leave it out as of that day (R10)', () => {
    const noted = act('ItemCheckNoted', { check: 'entente.c-1', countedBy: 'estmark' });
    const left = (on: string) =>
      same(corrected(on, on, `2027${on.slice(4)}`), 'ItemCheckCorrected', {
        checks: ['entente.c-1'],
        serial: 'TS-0001',
      });
    system(registration, receipt, noted).decides(correct('2026-05-21'), left('2026-05-21'));
    system(registration, receipt, noted, seen).decides(correct('2026-05-19'), left('2026-05-19'));
  });
  it('to none: a check that a policy has planned, and that names it, is its next one', () => {
    const noted = act('ItemCheckNoted', { check: 'entente.c-2', countedBy: 'estmark' });
    const planned = (due: string, ...after: Event[]) =>
      system(registration, receipt, seen, noted)
        .by('entente', 'system')
        .knowing(
          endUseCheck,
          'entente.c-2',
          act('EndUseCheckScheduled', { type: 'enhanced', serials: ['TS-0001', 'TS-0002'], quantity: 2, due }),
          ...after,
        );
    planned('2027-05-21').decides(correct(), corrected(undefined, undefined, '2027-05-21'));
    const ended = act('EndUseCheckWaived', { authority: 'x', reason: 'x' });
    planned('2027-05-21', ended).decides(correct(), corrected(undefined, undefined, '2026-08-08'));
  });
  it('and an item that has ended stays off the schedule', () =>
    system(registration, receipt, seen, lost, verified).decides(correct(), corrected(undefined, undefined, undefined)));
});

describe('a loss is reported and verified (R12)', () => {
  const report = act('ReportItemLost', { on: '2026-05-22', cause: 'theft' });
  const verify = act('VerifyLossReport', { method: 'seen' });
  const reject = act('RejectLossReport', { reason: 'item-found' });
  it('by the holder, with 30 days for the verification', () => {
    holder().decides(report, same(report, 'ItemReportedLost', { verifyBy: '2026-07-01' }));
    for (const end of ['Destroyed', 'Expended'])
      holder().decides(
        same(report, `ReportItem${end}`),
        same(report, `ItemReported${end}`, { verifyBy: '2026-07-01' }),
      );
    held().as('norland', 'donor').refuses(report, 'not-the-holder');
    holder(lost).refuses(report, 'wrong-item-status');
  });
  it('within the days that the framework of its programme sets, from then on', () => {
    const set = { lossReportDays: 45 };
    const by = (verifyBy: string) => same(report, 'ItemReportedLost', { verifyBy });
    within(set, receipt).as('estmark', 'recipient').decides(report, by('2026-07-16'));
    within({}, receipt).as('estmark', 'recipient').decides(report, by('2026-07-01'));
    // A loss that was reported before keeps its last day.
    const overdue = act('RecordOverdueItemStep', { step: 'verification', due: '2026-06-30' });
    const late = { now: '2026-07-01T00:00:00.000Z' };
    within(set, receipt, lost).as('entente', 'system').decides(overdue, same(overdue, 'ItemStepBecameOverdue'), late);
  });
  it('by a registered monitor that does not hold the item', () => {
    monitor(lost).decides(verify, verified);
    const noted = act('ItemCheckNoted', { check: 'veritas.c-1', countedBy: 'estmark' });
    const its = { report: given.id(3), checks: ['veritas.c-1'], serial: 'TS-0001' };
    monitor(noted, lost).decides(verify, same(verified, 'LossReportVerified', its));
    held(lost).as('vestra', 'monitor').refuses(verify, 'party-not-registered');
    held(lost).as('estmark', 'monitor').refuses(verify, 'reporter-verifies');
    held(lost).as('norland', 'donor').refuses(verify, 'not-a-monitor');
    monitor().refuses(verify, 'wrong-item-status');
  });
  it('no earlier than it was reported (R30)', () => {
    const dayBefore = { occurredAt: '2026-04-30T09:00:00.000Z' };
    monitor(lost).refuses(verify, 'before-the-fact', dayBefore);
    monitor(lost).refuses(reject, 'before-the-fact', dayBefore);
    monitor(lost).decides(verify, verified, { occurredAt: '2026-05-01T00:00:00.000Z' });
  });
  it('or rejected, and then the item is held again', () => {
    const rejected = same(reject, 'LossReportRejected', { report: given.id(2) });
    monitor(lost).decides(reject, rejected);
    holder(lost, rejected).decides(report, same(report, 'ItemReportedLost', { verifyBy: '2026-07-01' }));
    monitor(lost, verified).refuses(reject, 'wrong-item-status');
  });
  it('and the item stays on the schedule until then, and returns to it when it is recovered', () => {
    const check = act('RecordItemCheck', { check: 'veritas.check-1', on: '2026-05-25' });
    system(registration, receipt, lost).decides(check, same(check, 'ItemChecked', { checkBy: '2027-05-25' }));
    system(registration, receipt, lost, verified).refuses(check, 'wrong-item-status');
    const recover = act('RecoverItem', { on: '2026-05-30', site: STORE });
    const found = {
      type: 'enhanced',
      manner: 'on-site',
      donor: 'norland',
      recipient: 'estmark',
      holder: 'estmark',
      case: 'norland.case-1',
      item: 'thermal-sight',
      site: STORE,
      serials: ['TS-0001'],
      quantity: 1,
      due: '2026-08-28',
    };
    monitor(lost, verified).decides(recover, same(recover, 'ItemRecovered', { checkBy: '2026-08-28', check: found }));
    // R30: it is not found before it was lost.
    const early = act('RecoverItem', { on: '2026-05-21', site: STORE });
    monitor(lost, verified).refusesWith(early, 'before-loss', { lostOn: '2026-05-22' });
    const onTheDay = act('RecoverItem', { on: '2026-05-22', site: STORE });
    const due = { checkBy: '2026-08-20', check: { ...found, due: '2026-08-20' } };
    monitor(lost, verified).decides(onTheDay, same(onTheDay, 'ItemRecovered', due));
    // A check that named it before is named, to be followed by the new one.
    const noted = act('ItemCheckNoted', { check: 'veritas.c-1', countedBy: 'estmark' });
    monitor(noted, lost, verified).decides(
      recover,
      same(recover, 'ItemRecovered', { checkBy: '2026-08-28', check: found, checks: ['veritas.c-1'] }),
    );
    // An open check of several items that names it is its next one: it gets no other.
    const several = { ...found, serials: ['TS-0001', 'TS-0002'], quantity: 2, due: '2026-10-20' };
    const recovered = (scheduled: object, ...after: Event[]) =>
      monitor(noted, lost, verified).knowing(
        endUseCheck,
        'veritas.c-1',
        act('EndUseCheckScheduled', scheduled),
        ...after,
      );
    const covered = { coveredBy: 'veritas.c-1', serial: 'TS-0001', holder: 'estmark' };
    recovered(several).decides(recover, same(recover, 'ItemRecovered', { checkBy: '2026-10-20', ...covered }));
    const alone = same(recover, 'ItemRecovered', { checkBy: '2026-08-28', check: found, checks: ['veritas.c-1'] });
    recovered(found).decides(recover, alone);
    recovered({ ...several, serials: ['TS-0002', 'TS-0003'] }).decides(recover, alone);
    recovered(several, act('EndUseCheckCancelled', { reason: 'items-ended' })).decides(recover, alone);
    recovered(several, act('EndUseCheckWaived', { authority: 'a', reason: 'r' })).decides(recover, alone);
    // It moves with the item afterwards, as before.
    const moveTo = act('MoveItem', { on: '2026-05-31', site: 'estmark.south' });
    holder(noted, lost, verified, same(recover, 'ItemRecovered', { checkBy: '2026-10-20', ...covered }))
      .knowing(storageSite, 'estmark.south', store, certifiedAgain)
      .decides(moveTo, same(moveTo, 'ItemMoved', { checks: ['veritas.c-1'], serial: 'TS-0001', holder: 'estmark' }));
    monitor().refuses(recover, 'wrong-item-status');
  });
  it('and is overdue after the last day of its verification, which the system records', () => {
    const overdue = act('RecordOverdueItemStep', { step: 'verification', due: '2026-06-30' });
    const after = { now: '2026-07-01T00:00:00.000Z' };
    system(registration, receipt, lost).decides(overdue, same(overdue, 'ItemStepBecameOverdue'), after);
    system(registration, receipt, lost).refuses(overdue, 'not-over-yet', { now: '2026-06-30T23:59:59.000Z' });
    system(registration, receipt).refuses(overdue, 'other-last-day', after);
    system(registration, receipt, lost, same(overdue, 'ItemStepBecameOverdue')).decides(overdue, [], after);
  });
});

describe('a report of a loss is corrected or withdrawn (R12, R26)', () => {
  const of = { corrects: given.id(2), reason: 'mistyped' };
  const right = (more: object) => act('CorrectLossReport', { ...of, ...more });
  const withdraw = act('WithdrawLossReport', of);
  const withdrawn = same(withdraw, 'LossReportWithdrawn');
  const rejected = act('LossReportRejected', { reason: 'found', report: given.id(2) });
  it('in its day and cause, while it stands, also after its verification', () => {
    for (const past of [[lost], [lost, verified], [lost, diverted]]) {
      const command = right({ on: '2026-05-21', cause: 'fire' });
      holder(...past).decides(command, same(command, 'LossReportCorrected'));
    }
    holder(lost).refuses(right({ on: '2026-05-22', cause: 'theft' }), 'nothing-corrected');
    holder(lost).refuses(right({ on: '2026-05-09' }), 'before-receipt');
    holder(lost).refuses(right({ on: '2026-06-02' }), 'day-in-future');
    holder(lost, rejected).refuses(right({ cause: 'fire' }), 'outcome-replaced');
    monitor(lost).refuses(right({ cause: 'fire' }), 'not-the-holder');
    // It is found again no earlier than on the right day of its loss.
    const found = act('RecoverItem', { on: '2026-05-22', site: STORE });
    const moved = act('LossReportCorrected', { ...of, on: '2026-05-23' });
    holder(lost, verified, moved).refuses(found, 'before-loss');
  });
  it('as a mistake, while it waits for its verification: the item was held all the time', () => {
    holder(lost).decides(withdraw, withdrawn);
    holder(lost, verified).refuses(withdraw, 'wrong-item-status');
    holder(lost, withdrawn).refuses(withdraw, 'nothing-left-to-correct');
    monitor(lost).refuses(withdraw, 'not-the-holder');
    monitor(lost, withdrawn).refuses(act('VerifyLossReport', { method: 'x' }), 'wrong-item-status');
    const again = act('ItemReportedLost', { ...lost.data });
    holder(lost, withdrawn, again).refuses(withdraw, 'nothing-left-to-correct');
  });
  it('and what a check had not seen before it is missing again, with the same last day', () => {
    const unseen = act('ItemNotSeen', {
      check: 'veritas.c-1',
      on: '2026-05-20',
      reportBy: '2026-07-01',
      holder: 'estmark',
    });
    const take = act('WithdrawLossReport', { ...of, corrects: given.id(3) });
    const back = same(take, 'LossReportWithdrawn');
    holder(unseen, lost).decides(take, [back, unseen]);
    const seen = act('ItemChecked', { check: 'veritas.c-2', on: '2026-05-23', checkBy: '2027-05-23' });
    holder(unseen, lost, seen).decides(take, back);
  });
});

describe('an item that a check did not see (R12)', () => {
  const unseen = (on: string, check = 'veritas.c-1') => act('RecordUnseenItem', { check, on });
  const notSeen = (on: string, reportBy = '2026-07-01', check = 'veritas.c-1', holder = 'estmark') =>
    act('ItemNotSeen', { check, on, reportBy, holder });
  const seen = (on: string, check = 'veritas.c-2') => act('RecordItemCheck', { check, on });
  const checked = (on: string, checkBy: string) => same(seen(on), 'ItemChecked', { checkBy });
  const again = (on: string) => act('ItemSeenAgain', { on });
  const missing = (...past: Event[]) => system(registration, receipt, notSeen('2026-05-20'), ...past);
  const overdue = act('RecordOverdueItemStep', { step: 'report', due: '2026-07-01' });
  const july = { now: '2026-07-02T00:00:00.000Z' };

  it('is to be reported by its holder within the days of the framework, from the recording', () => {
    system(registration, receipt).decides(unseen('2026-05-20'), notSeen('2026-05-20'));
    within({ lossReportDays: 45 }, receipt)
      .as('entente', 'system')
      .decides(unseen('2026-05-20'), notSeen('2026-05-20', '2026-07-16'));
    system(registration, receipt).refuses(unseen('2026-05-09'), 'before-receipt');
    missing().decides(unseen('2026-05-20'), []);
    missing().decides(unseen('2026-05-19', 'veritas.c-2'), []);
    missing().decides(unseen('2026-05-25', 'veritas.c-2'), notSeen('2026-05-25', '2026-07-01', 'veritas.c-2'));
    system(registration, receipt, lost).decides(unseen('2026-05-20'), []);
  });
  it('is overdue after that day, once, unless its loss was reported', () => {
    const recorded = same(overdue, 'ItemStepBecameOverdue');
    missing().decides(overdue, recorded, july);
    missing(recorded).decides(overdue, [], july);
    missing().refuses(overdue, 'not-over-yet');
    missing(lost).refuses(overdue, 'other-last-day', july);
    system(registration, receipt).refuses(overdue, 'other-last-day', july);
  });
  it('is not missing once a check of that day or later has seen it', () => {
    missing().decides(seen('2026-05-20'), [checked('2026-05-20', '2027-05-20'), again('2026-05-20')]);
    missing().decides(seen('2026-05-19'), checked('2026-05-19', '2027-05-19'));
    missing(checked('2026-05-20', '2027-05-20'), again('2026-05-20')).refuses(overdue, 'other-last-day', july);
    system(registration, receipt, checked('2026-05-20', '2027-05-20')).decides(unseen('2026-05-20'), []);
    system(registration, receipt, checked('2026-05-19', '2027-05-19')).decides(
      unseen('2026-05-20'),
      notSeen('2026-05-20'),
    );
  });
  it('is missing, or not, by the right days and results of the checks, with the same last day (R26)', () => {
    const correct = (check: string, on?: string) => act('CorrectItemCheck', { check, ...(on && { on }) });
    const right = (check: string, on: string) =>
      same(correct(check, on), 'ItemCheckCorrected', { checkedOn: on, checkBy: `2027${on.slice(4)}` });
    missing().decides(correct('veritas.c-1', '2026-05-20'), [right('veritas.c-1', '2026-05-20'), again('2026-05-20')]);
    const found = [checked('2026-05-22', '2027-05-22'), again('2026-05-22')];
    missing(...found).decides(correct('veritas.c-2', '2026-05-19'), [
      right('veritas.c-2', '2026-05-19'),
      notSeen('2026-05-20'),
    ]);
    missing(...found).decides(unseen('2026-05-23'), notSeen('2026-05-23'));
    missing(...found).decides(unseen('2026-05-23', 'veritas.c-3'), notSeen('2026-05-23', '2026-07-01', 'veritas.c-3'));
    missing(checked('2026-05-18', '2027-05-18')).decides(unseen('2026-05-17'), again('2026-05-18'));
    missing(checked('2026-05-18', '2027-05-18')).decides(unseen('2026-05-19'), notSeen('2026-05-19'));
  });
});

describe('a check of end use that names an item (R13)', () => {
  const note = (more: object = {}) => act('NoteItemCheck', { check: 'veritas.c-1', countedBy: 'estmark', ...more });
  const noted = (more: object = {}) => act('ItemCheckNoted', { check: 'veritas.c-1', countedBy: 'estmark', ...more });
  const consent = [
    act('ThirdPartyTransferRequested', {
      kind: 'retransfer',
      donor: 'norland',
      holder: 'estmark',
      goods: [{ item: 'thermal-sight', quantity: 1, serials: ['TS-0001'] }],
      to: 'vestra',
      reason: 'unit-moved',
    }),
    act('ThirdPartyTransferConsented', { until: '2036-12-31', conditions: [] }),
  ];
  const moved = { transfer: 'estmark.t-1', on: '2026-06-01', to: 'vestra' };
  const handed = (more: object = {}) => act('ItemTransferred', { ...moved, from: 'estmark', ...more });
  const transfers = (...past: Event[]) =>
    system(registration, receipt, ...past).knowing(thirdPartyTransfer, 'estmark.t-1', ...consent);
  it('is noted by the system, once', () => {
    system(registration, receipt).decides(note(), noted());
    system(registration, receipt, noted()).decides(note(), []);
    // A check that was scheduled after its end leaves it out (R12).
    const back = act('ItemReturned', { on: '2026-05-31', reason: 'loan-ended' });
    system(registration, receipt, back).decides(note({ place: 'x.y' }), noted({ place: 'x.y', serial: 'TS-0001' }));
    system().refuses(note(), 'not-found');
    monitor().refuses(note(), 'not-the-system');
  });
  it('leaves it out, if another has seen it since its receipt before the first was scheduled (R10)', () => {
    const seen = act('ItemChecked', { check: 'veritas.c-0', on: '2026-05-15', checkBy: '2027-05-15' });
    const first = { check: `entente.after-${given.id(1)}`, place: STORE };
    system(registration, receipt, seen).decides(note(first), noted({ ...first, serial: 'TS-0001' }));
    system(registration, receipt).decides(note(first), noted(first));
    system(registration, receipt, seen).decides(note({ place: STORE }), noted({ place: STORE }));
  });
  it('is named by a move to another store, with which it moves', () => {
    const move = act('MoveItem', { on: '2026-05-21', site: 'estmark.south' });
    const south = (...past: Event[]) => holder(...past).knowing(storageSite, 'estmark.south', store, certifiedAgain);
    const its = { checks: ['veritas.c-1'], serial: 'TS-0001', holder: 'estmark' };
    south(noted()).decides(move, same(move, 'ItemMoved', its));
    south().decides(move, same(move, 'ItemMoved'));
    south(noted(), same(move, 'ItemMoved', its)).decides(move, []);
  });
  it('stays where a newer move has placed the item, if an older one is recorded late (R30)', () => {
    const newer = act('ItemMoved', { on: '2026-05-29', site: 'estmark.south' });
    const late = act('MoveItem', { on: '2026-05-20', site: 'estmark.east' });
    const toEast = (...past: Event[]) => holder(...past).knowing(storageSite, 'estmark.east', store, certifiedAgain);
    const older = same(late, 'ItemMoved', { newerOn: '2026-05-29' });
    toEast(newer, noted()).decides(late, older);
    const onTheDay = act('MoveItem', { on: '2026-05-29', site: 'estmark.east' });
    toEast(newer).decides(onTheDay, same(onTheDay, 'ItemMoved'));
    // It is in the store of the newer move all the same.
    const again = act('MoveItem', { on: '2026-05-30', site: 'estmark.south' });
    holder(newer, older).knowing(storageSite, 'estmark.south', store, certifiedAgain).decides(again, []);
    const between = act('MoveItem', { on: '2026-05-25', site: 'estmark.east' });
    toEast(newer, older).decides(between, same(between, 'ItemMoved', { newerOn: '2026-05-29' }));
    // A change of end use that names a store is such a fact, too.
    const own = { transfer: 'estmark.t-1', on: '2026-05-20', to: 'estmark', site: 'estmark.east' };
    const use = { kind: 'change-of-end-use', to: undefined, endUse: 'training' };
    const handedOver = act('ItemTransferred', { ...own, from: 'estmark', newerOn: '2026-05-29' });
    system(registration, receipt, newer, noted())
      .knowing(thirdPartyTransfer, 'estmark.t-1', same(consent[0] as Event, 'ThirdPartyTransferRequested', use), {
        ...(consent[1] as Event),
        metadata: { occurredAt: '2026-05-01T00:00:00.000Z' },
      } as Event)
      .decides(act('TransferItem', own), handedOver);
    holder(newer, handedOver).knowing(storageSite, 'estmark.south', store, certifiedAgain).decides(again, []);
  });
  it('moves at once, if a policy scheduled it for the store before', () => {
    const away = act('ItemMoved', { on: '2026-05-21', site: 'estmark.south' });
    const after = (...past: Event[]) => system(registration, receipt, ...past);
    const to = { to: 'estmark', serial: 'TS-0001', site: 'estmark.south' };
    after(away).decides(note({ place: STORE }), noted({ place: STORE, ...to }));
    after(away).decides(note({ place: 'estmark.south' }), noted({ place: 'estmark.south' }));
    after(away).decides(note(), noted());
    after().decides(note({ place: STORE }), noted({ place: STORE }));
  });
  it('moves with a transfer that changes its store alone', () => {
    const own = { ...moved, to: 'estmark', site: 'estmark.south' };
    const agreed = [
      same(consent[0] as Event, 'ThirdPartyTransferRequested', { kind: 'change-of-end-use', to: 'estmark' }),
      consent[1] as Event,
    ];
    system(registration, receipt, noted())
      .knowing(thirdPartyTransfer, 'estmark.t-1', ...agreed)
      .knowing(storageSite, 'estmark.south', store, certifiedAgain)
      .decides(
        act('TransferItem', own),
        act('ItemTransferred', { ...own, from: 'estmark', checks: ['veritas.c-1'], serial: 'TS-0001' }),
      );
  });
  it('is named by the transfer, with which it moves, unless it has seen the item', () => {
    transfers(noted()).decides(act('TransferItem', moved), handed({ checks: ['veritas.c-1'], serial: 'TS-0001' }));
    transfers().decides(act('TransferItem', moved), handed());
    const seen = act('ItemChecked', { check: 'veritas.c-1', on: '2026-05-20', checkBy: '2027-05-20' });
    transfers(noted(), seen).decides(act('TransferItem', moved), handed());
  });
  it('is of the holder of its day: what the new holder does with the item is after the transfer (R30)', () => {
    const came = handed({ on: '2026-05-25', site: 'vestra.depot' });
    const new_ = () =>
      held(came)
        .as('vestra', 'recipient')
        .knowing(
          storageSite,
          'vestra.east',
          act('StorageSiteRegistered', { owner: 'vestra', place: 'x', category: 'y' }),
          certified,
          certifiedAgain,
        );
    const loss = { cause: 'theft' };
    const reports = ['ReportItemLost', 'ReportItemDestroyed', 'ReportItemExpended'].map(
      (type) => [type, loss] as const,
    );
    for (const [type, data] of [
      ...reports,
      ['MoveItem', { site: 'vestra.east' }] as const,
      ['ReportServiceability', { serviceability: 'limited' }] as const,
      ['ReturnItem', { reason: 'loan-ended' }] as const,
    ]) {
      const before = act(type, { ...data, on: '2026-05-24' });
      (type === 'ReturnItem' ? new_().as('norland', 'donor') : new_()).refusesWith(before, 'before-transfer', {
        transferredOn: '2026-05-25',
      });
    }
    const move = act('MoveItem', { on: '2026-05-25', site: 'vestra.east' });
    new_().decides(move, same(move, 'ItemMoved'));
    // A check that saw it with the holder before is recorded late.
    const seenBefore = act('RecordItemCheck', { check: 'veritas.c-1', on: '2026-05-24' });
    held(came)
      .as('entente', 'system')
      .decides(seenBefore, same(seenBefore, 'ItemChecked', { checkBy: '2027-05-24' }));
    // A change of end use leaves it with its holder.
    const use = handed({ on: '2026-05-25', to: 'estmark' });
    const report = act('ReportItemLost', { ...loss, on: '2026-05-24' });
    holder(use).decides(report, same(report, 'ItemReportedLost', { verifyBy: '2026-07-01' }));
  });
  it('moves at once, if it was scheduled for the holder before', () => {
    const to = { transfer: 'estmark.t-1', on: '2026-06-01', to: 'vestra', serial: 'TS-0001' };
    system(registration, receipt, handed()).decides(note(), noted(to));
    const site = 'vestra.depot';
    system(registration, receipt, handed({ site })).decides(note(), noted({ ...to, site }));
    system(registration, receipt, handed()).decides(note({ countedBy: 'vestra' }), noted({ countedBy: 'vestra' }));
  });
});

describe('an unauthorised transfer (R14)', () => {
  const detect = act('DetectUnauthorisedTransfer', { on: '2026-05-28', place: 'market' });
  const notify = act('NotifyLegislatureOfTransfer', { on: '2026-06-01', authority: 'head-of-government' });
  it('is detected by the donor or a monitor, and its notice is due at once', () => {
    monitor().decides(detect, diverted);
    donor(registration, receipt).decides(detect, diverted);
    holder().refuses(detect, 'not-the-donor');
    donor(registration).refuses(detect, 'wrong-item-status');
    monitor(lost).decides(detect, act('UnauthorisedTransferDetected', { ...diverted.data, report: given.id(2) }));
  });
  it('is corrected in its day, its place, and who had the item (R26)', () => {
    const of = { corrects: given.id(2), reason: 'mistyped' };
    const command = act('CorrectUnauthorisedTransfer', { ...of, on: '2026-05-27', place: 'port', with: 'ostra' });
    monitor(diverted).decides(command, same(command, 'UnauthorisedTransferCorrected'));
    monitor(diverted).refuses(act('CorrectUnauthorisedTransfer', { ...of, place: 'market' }), 'nothing-corrected');
    monitor(diverted).refuses(act('CorrectUnauthorisedTransfer', { ...of, on: '2026-05-09' }), 'before-receipt');
    holder(diverted).refuses(command, 'not-the-donor');
  });
  it('is withdrawn, if that was a mistake: the item is what it was before, and no notice is due (R26)', () => {
    const take = (n: number) =>
      act('WithdrawUnauthorisedTransfer', { corrects: given.id(n), reason: 'another-item-meant' });
    const taken = (n: number, more: object) => same(take(n), 'UnauthorisedTransferWithdrawn', more);
    const held = taken(2, { as: 'held', site: STORE });
    monitor(diverted).decides(take(2), held);
    donor(registration, receipt, diverted, held).refuses(notify, 'no-notice-due');
    monitor(diverted, held).refuses(take(2), 'nothing-left-to-correct');
    monitor(diverted, act('LegislatureNotifiedOfTransfer', { on: '2026-06-01' })).decides(take(2), held);
    const found = act('ItemRecovered', { on: '2026-05-30', site: STORE, checkBy: '2026-08-28' });
    monitor(diverted, found).refuses(take(2), 'wrong-item-status');
    holder(diverted).refuses(take(2), 'not-the-donor');
    // A loss that was reported before waits for its verification again; not one that was verified.
    const report = { report: given.id(2), verifyBy: '2026-06-30' };
    const waits = taken(3, { as: 'reported', site: STORE, ...report });
    monitor(lost, diverted).decides(take(3), waits);
    const verify = act('VerifyLossReport', { method: 'seen' });
    monitor(lost, diverted, waits).decides(verify, verified);
    monitor(lost, verified, diverted).decides(take(4), taken(4, { as: 'lost' }));
    // What a check had not seen before is missing again.
    const unseen = act('ItemNotSeen', {
      check: 'veritas.c-1',
      on: '2026-05-20',
      reportBy: '2026-07-01',
      holder: 'estmark',
    });
    monitor(unseen, diverted).decides(take(3), [taken(3, { as: 'held', site: STORE }), unseen]);
  });
  it('is notified once by the donor, and the notice is overdue after that day', () => {
    donor(registration, receipt, diverted).decides(notify, same(notify, 'LegislatureNotifiedOfTransfer'));
    donor(registration, receipt).refuses(notify, 'no-notice-due');
    donor(registration, receipt, diverted, same(notify, 'LegislatureNotifiedOfTransfer')).refuses(
      notify,
      'no-notice-due',
    );
    const overdue = act('RecordOverdueItemStep', { step: 'notice', due: '2026-06-01' });
    const after = { now: '2026-06-02T00:00:00.000Z' };
    system(registration, receipt, diverted).decides(overdue, same(overdue, 'ItemStepBecameOverdue'), after);
  });
});
