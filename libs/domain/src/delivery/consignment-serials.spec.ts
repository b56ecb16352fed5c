import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given, same, set } from '../../../../test/support/decider-specification.js';
import { endUseCheck } from '../monitoring/end-use-check.js';
import { item } from '../equipment/item.js';
import { itemType } from '../equipment/item-type.js';
import { storageSite } from '../equipment/storage-site.js';
import { assistanceCase } from './assistance-case.js';
import { consignment } from './consignment.js';

const ITS_CASE = { case: 'norland.case-1' };

const CASE = 'norland.case-1';
const STORE = 'estmark.north';
const ID = 'norland.consignment-1';
const parties = { donor: 'norland', recipient: 'estmark' };
const line = (name: string, item: string) =>
  act('CaseLineAdded', { line: name, item, unit: 'each', quantity: 9, value: 9, due: '2026-05-20' });
const offer = { offer: 'o-1', lines: ['001', '002'], currency: 'USD', initialDeposit: 0, validUntil: '2027-01-01' };
const running = [
  act('AssistanceRequested', { ...parties, asked: [] }),
  line('001', 'thermal-sight'),
  line('002', 'field-kitchen'),
  act('OfferPrepared', offer),
  act('OfferMade', { offer: 'o-1' }),
  act('OfferAccepted', { offer: 'o-1' }),
  act('CaseImplemented', {}),
];
const scheduled = (more: object = {}) =>
  act('DeliveryScheduled', {
    ...parties,
    case: CASE,
    lines: [
      { line: '001', quantity: 2 },
      { line: '002', quantity: 5 },
    ],
    due: '2026-05-20',
    ...more,
  });
const typed = act('ItemTypeRegistered', { donor: 'norland', name: 'Sight', unit: 'each', category: 'optics' });
const designated = act('EnhancedDesignationGiven', { reason: 'sensitive', reviewBy: '2036-06-30' });
const store = act('StorageSiteRegistered', { owner: 'estmark', place: 'north', category: 'arms' });
const certified = act('StorageCertified', { on: '2026-04-20', until: '2026-05-19', standard: 'level-2' });

const of = (opening: Event, ...past: Event[]) =>
  given(consignment, opening, ...past)
    .named(ID)
    .knowing(assistanceCase, CASE, ...running)
    .knowing(itemType, 'norland.thermal-sight', typed, designated)
    .knowing(storageSite, STORE, store, certified);
const donor = (...past: Event[]) => of(scheduled(), ...past).as('norland', 'donor');
const recipient = (...past: Event[]) => of(scheduled(), ...past).as('estmark', 'recipient');

const register = (serials: readonly string[], name = '001') => act('RegisterSerials', { line: name, serials });
const about = { item: 'thermal-sight', ...parties, case: CASE };
const registered = (...serials: string[]) => same(register(serials), 'SerialsRegistered', about);
const both = registered('TS-1', 'TS-2');
const shipped = act('ConsignmentShipped', { on: '2026-05-10', case: CASE });

describe('serials of a designated type (R9)', () => {
  it('are registered for their line, each once, no more than it has items', () => {
    donor().decides(register(['TS-1', 'TS-2']), both);
    donor(registered('TS-1')).decides(register(['TS-2']), registered('TS-2'));
    donor(registered('TS-1')).refusesWith(register(['TS-1']), 'serial-twice', { serial: 'TS-1', lines: ['001'] });
    donor(
      registered('TS-1'),
      same(register(['TS-9'], '002'), 'SerialsRegistered', { item: 'field-kitchen' }),
    ).refusesWith(register(['TS-9']), 'serial-twice', { serial: 'TS-9', lines: ['002', '001'] });
    donor(both).refuses(register(['TS-3']), 'serials-exceed-quantity');
    donor().refuses(register(['TS-1'], '002'), 'type-not-designated');
    donor().refuses(register(['TS-1'], '009'), 'line-unknown');
    recipient().refuses(register(['TS-1']), 'not-a-deliverer');
    donor(act('ReceiptConfirmed', { on: '2026-05-12', lines: [] })).refuses(register(['TS-1']), 'already-received');
  });
  it('are corrected by the difference (R26)', () => {
    const correct = (serialsAdded: string[], serialsRemoved: string[]) =>
      act('CorrectSerials', { corrects: given.id(1), line: '001', serialsAdded, serialsRemoved, reason: 'mistyped' });
    donor(both).decides(correct(['TS-3'], ['TS-2']), same(correct(['TS-3'], ['TS-2']), 'SerialsCorrected', about));
    donor(both).refuses(correct(['TS-3'], ['TS-4']), 'serial-unknown');
    donor(both).refuses(correct(['TS-3'], []), 'serials-exceed-quantity');
    donor(both).refuses(correct([], []), 'nothing-corrected');
  });
  it('are corrected after the receipt, each in the place of one that the receipt does not list (R26)', () => {
    const correct = (serialsAdded: string[], serialsRemoved: string[]) =>
      act('CorrectSerials', { corrects: given.id(1), line: '001', serialsAdded, serialsRemoved, reason: 'mistyped' });
    const corrected = (command: Event) => same(command, 'SerialsCorrected', about);
    const on = '2026-05-12';
    const monitored = [{ line: '001', item: 'thermal-sight' }];
    const lists = (...serials: string[]) =>
      act('ReceiptConfirmed', {
        on,
        monitored,
        store: STORE,
        lines: [{ line: '001', quantity: serials.length, serials }],
      });
    const takenOut = act('ReceiptCorrected', {
      corrects: given.id(2),
      line: '001',
      quantityBy: -1,
      serialsRemoved: ['TS-2'],
      reason: 'mistyped',
    });
    const right = correct(['TS-3'], ['TS-2']);
    donor(both, lists('TS-1', 'TS-2')).refusesWith(right, 'serial-received', { line: '001', serial: 'TS-2' });
    donor(both, lists('TS-1', 'TS-2'), takenOut).decides(right, corrected(right));
    donor(both, lists('TS-1')).decides(right, corrected(right));
    donor(both, lists('TS-1')).decides(correct([], ['TS-2']), corrected(correct([], ['TS-2'])));
    donor(both, lists('TS-1')).refuses(correct(['TS-3', 'TS-4'], ['TS-2']), 'already-received');
    donor(registered('TS-1'), lists('TS-1')).refuses(correct(['TS-3'], []), 'already-received');
    donor(both, lists('TS-1')).refuses(correct(['TS-1'], ['TS-2']), 'serial-twice');
    const back = same(takenOut, 'CorrectReceipt', { quantityBy: 1, serialsAdded: ['TS-3'], serialsRemoved: [] });
    recipient(both, lists('TS-1', 'TS-2'), takenOut).refuses(back, 'serial-not-registered');
    recipient(both, lists('TS-1', 'TS-2'), takenOut, corrected(right)).decides(
      back,
      same(back, 'ReceiptCorrected', { ...ITS_CASE, donor: 'norland', store: STORE, item: 'thermal-sight', on }),
    );
  });
  it('are registered before the shipment, one for each item', () => {
    const ship = act('ShipConsignment', { on: '2026-05-10' });
    donor(both).decides(ship, shipped);
    donor(registered('TS-1')).refusesWith(ship, 'serials-not-registered', { line: '001', quantity: 2, registered: 1 });
    donor().knowing(itemType, 'norland.thermal-sight', typed).decides(ship, shipped);
    of(scheduled({ basis: 'reported' }))
      .as('norland', 'donor')
      .decides(ship, same(shipped, 'ConsignmentShipped', { case: undefined }));
  });
});

/** The first check of items without serials. */
const sample = (quantity: number, due: string, more: object = {}) => ({
  type: 'routine',
  manner: 'on-site',
  ...parties,
  holder: 'estmark',
  case: CASE,
  consignment: ID,
  item: 'field-kitchen',
  site: 'estmark',
  serials: [],
  quantity,
  due,
  ...more,
});

describe('a receipt of items that are not monitored by their serials (R11)', () => {
  const confirm = (lines: readonly object[], more: object = {}) =>
    act('ConfirmReceipt', { on: '2026-05-20', lines, ...more });
  const kitchens = (quantity: number) => ({ line: '002', quantity });
  const confirmed = (command: Event, ...checks: readonly object[]) =>
    same(command, 'ReceiptConfirmed', { checks, case: CASE });
  it('has the first check of each type, of all its items, within a quarter', () => {
    const some = confirm([kitchens(5)]);
    recipient().decides(some, confirmed(some, sample(5, '2026-08-18')));
    const stored = confirm([kitchens(5)], { store: STORE });
    recipient().decides(stored, confirmed(stored, sample(5, '2026-08-18', { site: STORE })));
    const area = (owner: string) => act('StorageSiteRegistered', { ...store.data, owner, area: 'north' });
    const there = confirmed(stored, sample(5, '2026-08-18', { site: STORE, area: 'north' }));
    recipient().knowing(storageSite, STORE, area('estmark')).decides(stored, there);
    const elsewhere = confirmed(stored, sample(5, '2026-08-18', { site: STORE }));
    recipient().knowing(storageSite, STORE, area('vestra')).decides(stored, elsewhere);
    const two = confirm([{ line: '001', quantity: 2 }, kitchens(1)]);
    recipient()
      .knowing(itemType, 'norland.thermal-sight', typed)
      .decides(two, confirmed(two, sample(2, '2026-08-18', { item: 'thermal-sight' }), sample(1, '2026-08-18')));
    const together = confirm([kitchens(3), { line: '003', quantity: 4 }]);
    const opening = scheduled({ lines: [kitchens(3), { line: '003', quantity: 4 }] });
    of(opening)
      .as('estmark', 'recipient')
      .knowing(assistanceCase, CASE, ...running, line('003', 'field-kitchen'))
      .decides(together, confirmed(together, sample(7, '2026-08-18')));
  });
  it('by the days of the framework of its programme, or sooner by those of the type', () => {
    const command = confirm([kitchens(5)]);
    const within = (value: number) =>
      of(scheduled({ programme: 'norland.p-1' }))
        .as('estmark', 'recipient')
        .under('norland.p-1', ...set({ routineCheckEveryDays: value }));
    const own = act('CheckIntervalSet', { firstDays: 40, everyDays: 180, reason: 'x' });
    const due = (day: string) => confirmed(command, sample(5, day, { programme: 'norland.p-1' }));
    within(30).decides(command, due('2026-06-19'));
    within(30).knowing(itemType, 'norland.field-kitchen', typed, own).decides(command, due('2026-06-19'));
    within(60).knowing(itemType, 'norland.field-kitchen', typed, own).decides(command, due('2026-06-29'));
  });
  it('has its first checks moved with its corrected day (R26)', () => {
    const received = confirmed(confirm([kitchens(5)]), sample(5, '2026-08-18'));
    const day = (on: string) => act('CorrectDate', { corrects: given.id(1), on, reason: 'wrong-day' });
    const moved = (on: string, due: string) =>
      same(day(on), 'DateCorrected', { ...ITS_CASE, fact: 'receipt', checks: [{ item: 'field-kitchen', due }] });
    recipient(received).decides(day('2026-05-19'), moved('2026-05-19', '2026-08-17'));
    recipient(received).decides(day('2026-06-01'), moved('2026-06-01', '2026-08-30'));
    recipient(received, moved('2026-05-19', '2026-08-17')).decides(
      day('2026-05-21'),
      moved('2026-05-21', '2026-08-19'),
    );
    const origin = act('CorrectDate', { corrects: given.id(2), on: '2026-05-09', reason: 'wrong-day' });
    donor(received, shipped).decides(origin, same(origin, 'DateCorrected', { ...ITS_CASE, fact: 'origin' }));
  });
  it('has a right day no later than the transfers of its goods (R30)', () => {
    const received = confirmed(confirm([kitchens(5)]), sample(5, '2026-08-18'));
    const taken = (to: object, on: string) =>
      act('ReceivedGoodsTransferred', {
        transfer: 'estmark.t-1',
        on,
        item: 'field-kitchen',
        quantity: 2,
        from: 'estmark',
        recipient: 'estmark',
        left: 3,
        broughtBy: given.id(1),
        ...to,
      });
    const day = (on: string) => act('CorrectDate', { corrects: given.id(1), on, reason: 'wrong-day' });
    const moved = same(day('2026-05-25'), 'DateCorrected', {
      ...ITS_CASE,
      fact: 'receipt',
      checks: [{ item: 'field-kitchen', due: '2026-08-23' }],
    });
    const there = { to: 'vestra', held: 2, check: sample(2, '2026-08-23', { holder: 'vestra' }) };
    for (const to of [there, {}]) {
      recipient(received, taken(to, '2026-05-25')).decides(day('2026-05-25'), moved);
      recipient(received, taken(to, '2026-05-25')).refusesWith(day('2026-05-26'), 'after-later-facts', {
        first: '2026-05-25',
      });
    }
  });
  it('of monitored items has a right day in the order of their facts, in a store certified then (R9, R30)', () => {
    const received = act('ReceiptConfirmed', {
      on: '2026-05-12',
      store: STORE,
      lines: [{ line: '001', quantity: 1, serials: ['TS-1'] }],
      monitored: [{ line: '001', item: 'thermal-sight' }],
    });
    const day = (on: string) => act('CorrectDate', { corrects: given.id(1), on, reason: 'wrong-day' });
    const moved = (on: string) =>
      same(day(on), 'DateCorrected', {
        ...ITS_CASE,
        fact: 'receipt',
        donor: 'norland',
        store: STORE,
        monitored: [{ item: 'thermal-sight', serials: ['TS-1'] }],
      });
    const its = (consignment: string) => [
      act('SerialRegistered', { ...parties, item: 'thermal-sight', serial: 'TS-1', consignment }),
      act('ItemReceived', { on: '2026-05-12', holder: 'estmark', site: STORE, consignment, checkBy: '2026-08-10' }),
      act('ItemReportedLost', { on: '2026-05-15', cause: 'theft', verifyBy: '2026-06-30' }),
    ];
    const of = (consignment = ID) =>
      recipient(received)
        .named(ID)
        .knowing(item, 'norland.thermal-sight.~ts-1', ...its(consignment));
    of().decides(day('2026-05-15'), moved('2026-05-15'));
    of().refusesWith(day('2026-05-16'), 'after-later-facts', { first: '2026-05-15' });
    of('norland.consignment-9').decides(day('2026-05-16'), moved('2026-05-16'));
    of().decides(day('2026-04-20'), moved('2026-04-20'));
    of().refuses(day('2026-04-19'), 'store-not-certified');
  });
  it('has a right day no later than the visits of its samples (R30)', () => {
    const received = confirmed(confirm([kitchens(5)]), sample(5, '2026-08-18'));
    const visit = act('EndUseCheckPerformed', {
      on: '2026-05-25',
      visit: 1,
      manner: 'on-site',
      done: true,
      results: [],
    });
    const day = (on: string) => act('CorrectDate', { corrects: given.id(1), on, reason: 'wrong-day' });
    const sampled = () =>
      recipient(received).knowing(
        endUseCheck,
        `entente.after-${given.id(1)}.field-kitchen`,
        act('EndUseCheckScheduled', sample(5, '2026-08-18')),
        visit,
      );
    sampled().refusesWith(day('2026-05-26'), 'after-later-facts', { first: '2026-05-25' });
    const checks = [{ item: 'field-kitchen', due: '2026-08-23' }];
    sampled().decides(
      day('2026-05-25'),
      same(day('2026-05-25'), 'DateCorrected', { ...ITS_CASE, fact: 'receipt', checks }),
    );
  });
  it('has its checks follow its corrected store (R26)', () => {
    const received = confirmed(confirm([kitchens(5)], { store: 'estmark.tents' }), sample(5, '2026-08-18'));
    const to = (store: string, quantityBy = 0) =>
      act('CorrectReceipt', { corrects: given.id(1), line: '002', quantityBy, store, reason: 'wrong-store' });
    const moved = same(to(STORE), 'ReceiptCorrected', { ...ITS_CASE, stored: ['field-kitchen'] });
    recipient(received).decides(to(STORE), moved);
    recipient(received).refuses(to('estmark.tents'), 'nothing-corrected');
    recipient(received, moved).refuses(to(STORE), 'nothing-corrected');
    const sampled = { sampled: { item: 'field-kitchen', quantity: 4 } };
    recipient(received, moved).decides(
      to(STORE, -1),
      same(to(STORE, -1), 'ReceiptCorrected', { ...ITS_CASE, ...sampled }),
    );
    const none = confirmed(confirm([kitchens(0)]));
    recipient(none).decides(to(STORE), same(to(STORE), 'ReceiptCorrected', ITS_CASE));
  });
  it('has what its check expects corrected with its quantity (R26)', () => {
    const received = confirmed(confirm([kitchens(5)]), sample(5, '2026-08-18'));
    const by = (quantityBy: number) =>
      act('CorrectReceipt', { corrects: given.id(1), line: '002', quantityBy, reason: 'miscounted' });
    const expects = (quantityBy: number, quantity: number) =>
      same(by(quantityBy), 'ReceiptCorrected', { ...ITS_CASE, sampled: { item: 'field-kitchen', quantity } });
    recipient(received).decides(by(-2), expects(-2, 3));
    recipient(received, expects(-2, 3)).decides(by(-3), expects(-3, 0));
    const first = same(by(2), 'ReceiptCorrected', { ...ITS_CASE, check: sample(2, '2026-08-18') });
    recipient(confirmed(confirm([kitchens(0)]))).decides(by(2), first);
    recipient(confirmed(confirm([kitchens(0)])), first).decides(by(1), expects(1, 3));
    of(scheduled({ basis: 'reported' }), confirmed(confirm([kitchens(5)])))
      .as('estmark', 'recipient')
      .decides(by(-2), same(by(-2), 'ReceiptCorrected'));
  });
  it('has its goods counted by holder, and their checks with them, after transfers (R11, R13)', () => {
    const received = confirmed(confirm([kitchens(5)]), sample(5, '2026-08-18'));
    const take = (quantity: number, more: object = { to: 'vestra' }) =>
      act('TransferReceivedGoods', {
        transfer: 'estmark.t-1',
        on: '2026-05-25',
        item: 'field-kitchen',
        quantity,
        from: 'estmark',
        ...more,
      });
    const taken = (command: Event, of: object) =>
      same(command, 'ReceivedGoodsTransferred', { recipient: 'estmark', ...of });
    const system = (...past: Event[]) => of(scheduled(), ...past).as('entente', 'system');
    const there = sample(2, '2026-08-23', { holder: 'vestra', site: 'vestra' });
    const first = taken(take(2), { left: 3, broughtBy: given.id(1), held: 2, check: there });
    system(received).decides(take(2), first);
    const second = taken(take(1), { left: 2, broughtBy: given.id(1), held: 3, joins: given.id(2) });
    system(received, first).decides(take(1), second);
    const on = take(2, { from: 'vestra', to: 'sudria' });
    const further = sample(2, '2026-08-23', { holder: 'sudria', site: 'sudria' });
    system(received, first).decides(on, taken(on, { left: 0, broughtBy: given.id(2), held: 2, check: further }));
    system(received, first, second).decides(
      on,
      taken(on, { left: 1, broughtBy: given.id(2), held: 2, check: further }),
    );
    const disposal = take(3, { to: undefined });
    system(received, first).decides(disposal, taken(disposal, { left: 0, broughtBy: given.id(1) }));
    system(received).decides(take(1, { from: 'vestra', to: 'sudria' }), []);
    recipient(received).refuses(take(2), 'not-the-system');
    system(received).refuses(take(Number.MAX_SAFE_INTEGER), 'quantity-beyond-range');
    // A correction of the receipt counts what is left there.
    const fewer = act('CorrectReceipt', { corrects: given.id(1), line: '002', quantityBy: -1, reason: 'miscounted' });
    const left = { sampled: { item: 'field-kitchen', quantity: 2 } };
    recipient(received, first).decides(fewer, same(fewer, 'ReceiptCorrected', { ...ITS_CASE, ...left }));
  });
  it('has less than nothing of its goods if more was transferred, and the same goods again after that (R26)', () => {
    const received = confirmed(confirm([kitchens(5)]), sample(5, '2026-08-18'));
    const take = (quantity: number, from: string, to: string) =>
      act('TransferReceivedGoods', {
        transfer: 'estmark.t-1',
        on: '2026-05-25',
        item: 'field-kitchen',
        quantity,
        from,
        to,
      });
    const taken = (command: Event, data: object) =>
      same(command, 'ReceivedGoodsTransferred', { recipient: 'estmark', ...data });
    const there = sample(4, '2026-08-23', { holder: 'vestra', site: 'vestra' });
    const four = taken(take(4, 'estmark', 'vestra'), { left: 1, broughtBy: given.id(1), held: 4, check: there });
    const by = (quantityBy: number) =>
      act('CorrectReceipt', { corrects: given.id(1), line: '002', quantityBy, reason: 'miscounted' });
    const expects = (quantityBy: number, quantity: number) =>
      same(by(quantityBy), 'ReceiptCorrected', { ...ITS_CASE, sampled: { item: 'field-kitchen', quantity } });
    recipient(received, four).decides(by(-2), expects(-2, -1));
    recipient(received, four, expects(-2, -1)).decides(by(2), expects(2, 1));
    // What comes back fills that up first.
    const back = (quantity: number) => take(quantity, 'vestra', 'estmark');
    const system = () => of(scheduled(), received, four, expects(-2, -1)).as('entente', 'system');
    const left = (quantity: number) => ({ left: 4 - quantity, broughtBy: given.id(2), held: quantity - 1 });
    const here = sample(2, '2026-08-23', { site: 'estmark' });
    system().decides(back(3), taken(back(3), { ...left(3), check: here }));
    system().decides(back(1), taken(back(1), { ...left(1), joins: given.id(1) }));
    // What came back has a separate check: a correction reaches that one.
    const again = taken(back(3), { ...left(3), check: here });
    const more = { item: 'field-kitchen', quantity: 3, broughtBy: given.id(4) };
    recipient(received, four, expects(-2, -1), again).decides(
      by(1),
      same(by(1), 'ReceiptCorrected', { ...ITS_CASE, sampled: more }),
    );
  });
  it('has none of items that did not come, or that another system delivered', () => {
    const none = confirm([kitchens(0)]);
    recipient().decides(none, same(none, 'ReceiptConfirmed', { case: CASE }));
    const some = confirm([kitchens(5)]);
    of(scheduled({ basis: 'reported' }))
      .as('estmark', 'recipient')
      .decides(some, same(some, 'ReceiptConfirmed'));
  });
});

describe('a waiver of R9', () => {
  const assurances = ['use', 'no-transfer', 'security', 'observation'];
  const agreement = [
    act('AgreementEnteredIntoForce', { on: '2026-01-15', until: '2027-12-31', warnOn: '2027-10-02', reports: [] }),
    ...assurances.map((assurance) => act('EndUseAssuranceGiven', { assurance, on: '2026-01-15' })),
    act('ListedUnitsBarred', { on: '2026-01-15' }),
  ];
  const aside = (more: object = {}) =>
    act('WaiverGranted', {
      name: 'relief',
      rules: ['R9'],
      from: '2026-05-21',
      until: '2026-05-25',
      reportBy: '2026-06-05',
      ...more,
    });
  const within = (waiver: Event, ...past: Event[]) =>
    of(scheduled({ programme: 'norland.p-1' }), ...past).under('norland.p-1', ...agreement, waiver);
  const optics = { scope: { kind: 'item-type', id: 'thermal-sight' } };
  const others = { scope: { kind: 'item-type', id: 'field-radio' } };
  it('lets items be shipped without their serials, from its first to its last day, in its scope', () => {
    const ship = (on: string) => act('ShipConsignment', { on });
    const by = (waiver: Event) => within(waiver).as('norland', 'donor');
    by(aside()).refuses(ship('2026-05-20'), 'serials-not-registered');
    for (const day of ['2026-05-21', '2026-05-25'])
      by(aside(optics)).decides(ship(day), same(ship(day), 'ConsignmentShipped', { case: CASE }));
    by(aside()).refuses(ship('2026-05-26'), 'serials-not-registered');
    by(aside(others)).refuses(ship('2026-05-21'), 'serials-not-registered');
    by(aside({ rules: ['R8'] })).refuses(ship('2026-05-21'), 'serials-not-registered');
  });
  it('lets items be received into a store without a certificate, which is still the own one', () => {
    const confirm = (on: string, at = STORE) =>
      act('ConfirmReceipt', { on, lines: [{ line: '001', quantity: 2, serials: ['TS-1', 'TS-2'] }], store: at });
    const by = (waiver: Event) => within(waiver, both).as('estmark', 'recipient');
    const monitored = { donor: 'norland', monitored: [{ line: '001', item: 'thermal-sight' }], case: CASE };
    by(aside()).refuses(confirm('2026-05-20'), 'store-not-certified');
    for (const day of ['2026-05-21', '2026-05-25'])
      by(aside(optics)).decides(confirm(day), same(confirm(day), 'ReceiptConfirmed', monitored));
    by(aside()).refuses(confirm('2026-05-26'), 'store-not-certified');
    by(aside(others)).refuses(confirm('2026-05-21'), 'store-not-certified');
    by(aside()).refuses(confirm('2026-05-21', 'estmark.south'), 'store-not-found');
  });
});

describe('a receipt of items of a designated type (R9)', () => {
  const confirm = (on: string, serials: readonly string[], more: object = {}) =>
    act('ConfirmReceipt', { on, lines: [{ line: '001', quantity: 2, serials }], store: STORE, ...more });
  const monitored = { donor: 'norland', case: CASE, monitored: [{ line: '001', item: 'thermal-sight' }] };
  const received = same(confirm('2026-05-19', ['TS-1', 'TS-2']), 'ReceiptConfirmed', monitored);
  it('names a store that is certified on that day', () => {
    recipient(both, shipped).decides(confirm('2026-05-19', ['TS-1', 'TS-2']), received);
    recipient(both, shipped).refuses(confirm('2026-05-20', ['TS-1', 'TS-2']), 'store-not-certified');
    recipient(both, shipped).refuses(confirm('2026-05-19', ['TS-1', 'TS-2'], { store: undefined }), 'store-not-named');
    const others = { lines: [{ line: '002', quantity: 5 }], store: undefined };
    recipient(both).decides(
      confirm('2026-05-20', [], others),
      same(confirm('2026-05-20', [], others), 'ReceiptConfirmed', { checks: [sample(5, '2026-08-18')], case: CASE }),
    );
  });
  it('lists each item by a serial that was registered', () => {
    recipient(both, shipped).refuses(confirm('2026-05-19', ['TS-1']), 'serials-not-listed');
    recipient(both, shipped).refuses(confirm('2026-05-19', ['TS-1', 'TS-9']), 'serial-not-registered');
  });
  it('is corrected with what its items need to follow (R26)', () => {
    const less = act('CorrectReceipt', {
      corrects: given.id(2),
      line: '001',
      quantityBy: -1,
      serialsRemoved: ['TS-2'],
      reason: 'miscounted',
    });
    const its = { donor: 'norland', store: STORE };
    recipient(both, received).decides(
      less,
      same(less, 'ReceiptCorrected', { ...ITS_CASE, ...its, item: 'thermal-sight', on: '2026-05-19' }),
    );
    const id = 'norland.thermal-sight.~ts-2';
    const registration = act('SerialRegistered', {
      ...parties,
      item: 'thermal-sight',
      serial: 'TS-2',
      consignment: ID,
    });
    const receipt = { on: '2026-05-19', holder: 'estmark', site: STORE, checkBy: '2026-08-17' };
    const came = (consignment: string) => act('ItemReceived', { ...receipt, consignment });
    const after = (...events: Event[]) =>
      recipient(both, received)
        .named(ID)
        .knowing(item, id, ...events);
    const corrected = same(less, 'ReceiptCorrected', {
      ...ITS_CASE,
      ...its,
      item: 'thermal-sight',
      on: '2026-05-19',
    });
    after(registration).decides(less, corrected);
    after(registration, came(ID)).decides(less, corrected);
    const moved = act('ItemTransferred', { transfer: 't', on: '2026-05-21', to: 'vestra', from: 'estmark' });
    const seen = act('ItemChecked', { check: 'veritas.c-1', on: '2026-05-21', checkBy: '2027-05-21' });
    const lost = act('ItemReportedLost', { on: '2026-05-22', cause: 'theft', verifyBy: '2026-06-30' });
    const returned = act('ItemReturned', { on: '2026-05-31', reason: 'loan-ended' });
    for (const later of [moved, seen, lost, returned])
      after(registration, came(ID), later).refuses(less, 'item-relied-on');
    after(registration, came(ID), moved).refusesWith(less, 'item-relied-on', {
      serial: 'TS-2',
      holder: 'vestra',
      checkedOn: null,
    });
    // It was returned, and came again in another consignment: that receipt is not this one.
    const again = { ...registration.data, consignment: 'norland.other' };
    const others = [act('SerialRegistered', again), came('norland.other'), seen];
    after(registration, came(ID), returned, ...others).decides(less, corrected);
    const elsewhere = same(less, less.type, { quantityBy: 0, serialsRemoved: [], store: 'estmark.south' });
    recipient(both, received).refuses(elsewhere, 'store-of-each-item');
    const fewer = same(less, less.type, { quantityBy: 1, serialsRemoved: [] });
    recipient(both, received).refuses(fewer, 'serials-not-listed');
    const day = act('CorrectDate', { corrects: given.id(2), on: '2026-05-18', reason: 'wrong-day' });
    const items = { ...its, monitored: [{ item: 'thermal-sight', serials: ['TS-1', 'TS-2'] }] };
    recipient(both, received).decides(day, same(day, 'DateCorrected', { ...ITS_CASE, fact: 'receipt', ...items }));
  });
});
