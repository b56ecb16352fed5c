import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given, same } from '../../../../test/support/decider-specification.js';
import { programme } from '../planning/programme.js';
import { securityUnit } from '../vetting/clearance.js';
import { assistanceCase } from './assistance-case.js';
import { consignment } from './consignment.js';

const OF = 'norland.programme-1';
const CASE = 'norland.case-1';

const plan = { case: CASE, lines: [{ line: '001', quantity: 100 }], due: '2026-05-15', carrier: 'norland-airlift' };
const parties = { donor: 'norland', recipient: 'estmark' };
const requestedOn = '2026-05-01';
const scheduled = act('DeliveryScheduled', { ...plan, programme: OF, ...parties, requestedOn });
const rescheduled = act('DeliveryRescheduled', { due: '2026-05-22', cause: 'late-export-licence' });
const shipped = act('ConsignmentShipped', { on: '2026-05-11', case: CASE });
const atHub = act('ConsignmentArrivedAtHub', { on: '2026-05-13', hub: 'sudria-air-base', case: CASE });
const title = act('TitleTransferred', { on: '2026-05-11', point: 'port-of-exit', case: CASE });
const counted = { line: '001', quantity: 100, serials: ['NV-1', 'NV-2'], lots: ['L-7'] };
const received = act('ReceiptConfirmed', { on: '2026-05-20', lines: [counted], case: CASE });
const report = { discrepancy: 'sdr-1', line: '001', type: 'shortage', quantity: 2 };
const reported = act('DiscrepancyReported', report);
const resolved = act('DiscrepancyResolved', { discrepancy: 'sdr-1', outcome: 'replaced' });
const held = act('ShipmentHeld', { reason: 'clearance-suspended' });
const released = act('ShipmentReleased', { reason: 'clearance-restored' });
const cancelled = act('ConsignmentCancelled', { reason: 'consolidated', case: CASE });

const requested = act('AssistanceRequested', { donor: 'norland', recipient: 'estmark', programme: OF, asked: [] });
const line = { line: '001', item: 'night-vision-device', quantity: 120, unit: 'each', value: 400, due: '2026-05-15' };
const offer = {
  offer: 'basic',
  lines: ['001'],
  value: 500,
  currency: 'USD',
  initialDeposit: 0,
  validUntil: '2026-06-30',
  deliveryPoint: 'receipt',
};
const offered = [requested, act('CaseLineAdded', line), act('OfferPrepared', offer)];
const accepted = [...offered, act('OfferAccepted', { offer: 'basic', value: 500, currency: 'USD' })];
const implemented = act('CaseImplemented', { deposited: 0, currency: 'USD' });
const running = [...accepted, implemented];
const proposed = act('ProgrammeProposed', {
  title: 'Night vision',
  donor: 'norland',
  recipient: 'estmark',
  sector: '15210',
  starts: '2026-01-01',
  ends: '2028-12-31',
});
const suspended = act('ProgrammeSuspended', { reason: 'misuse-measure' });

const donor = (...past: Event[]) => given(consignment, ...past).as('norland', 'donor');
const recipient = (...past: Event[]) => given(consignment, ...past).as('estmark', 'recipient');
const implementer = (...past: Event[]) =>
  given(consignment, ...past)
    .as('ostra-training', 'implementer')
    .registered(['ostra-training'], 'implementer');

describe('a delivery is scheduled', () => {
  const when = act('ScheduleDelivery', plan);
  const of = (more: object) => act('ScheduleDelivery', { ...plan, ...more });
  it('by the donor or an implementer, under a case whose parties it takes', () => {
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .decides(when, scheduled);
    implementer()
      .knowing(assistanceCase, CASE, ...running)
      .decides(when, scheduled);
    recipient()
      .knowing(assistanceCase, CASE, ...running)
      .refuses(when, 'not-a-deliverer');
  });
  it('once', () =>
    donor(scheduled)
      .knowing(assistanceCase, CASE, ...running)
      .refuses(when, 'already-exists'));
  it('before any other command', () => donor().refuses(act('ShipConsignment', shipped.data), 'not-found'));
  it('R16: under a case that is accepted or implemented, and not over', () => {
    donor().refuses(when, 'case-not-found');
    donor()
      .knowing(assistanceCase, CASE, ...offered)
      .refuses(when, 'case-not-accepted');
    donor()
      .knowing(assistanceCase, CASE, ...accepted)
      .decides(when, scheduled);
    donor()
      .knowing(assistanceCase, CASE, ...offered, implemented)
      .decides(when, scheduled);
    const over = act('CaseCancelled', { reason: 'no-longer-required' });
    donor()
      .knowing(assistanceCase, CASE, ...running, over)
      .refuses(when, 'case-not-accepted');
    donor()
      .knowing(assistanceCase, CASE, ...running, act('CaseClosed', { reason: 'complete' }))
      .refuses(when, 'case-not-accepted');
  });
  it('in a programme that has not ended: one that is suspended can be resumed (R19)', () => {
    const within = (...events: Event[]) =>
      donor()
        .knowing(assistanceCase, CASE, ...running)
        .knowing(programme, OF, proposed, ...events);
    within(act('ProgrammeTerminated', { reason: 'misuse' })).refuses(when, 'programme-terminated');
    const completed = act('ProgrammeCompleted', { on: '2026-05-31' });
    within(completed).refuses(when, 'programme-completed');
    within(completed).decides(when, scheduled, { occurredAt: '2026-05-31T10:00:00.000Z' });
    within(suspended).decides(when, scheduled);
  });
  it('under a case outside of any programme', () => {
    const outside = act('AssistanceRequested', { donor: 'norland', recipient: 'estmark', asked: [] });
    donor()
      .knowing(assistanceCase, CASE, outside, ...running.slice(1))
      .decides(when, act('DeliveryScheduled', { ...plan, ...parties, requestedOn }));
  });
  it('under a case that repeats what another system decided, which its event states', () => {
    const repeated = act('AssistanceRequested', { ...parties, asked: [], basis: 'reported' });
    donor()
      .knowing(assistanceCase, CASE, repeated, ...running.slice(1))
      .decides(when, act('DeliveryScheduled', { ...plan, ...parties, requestedOn, basis: 'reported' }));
  });
  it('years ago, as all facts of it, under such a case alone', () => {
    const years = { occurredAt: '2019-05-02T09:00:00.000Z' };
    const repeated = act('AssistanceRequested', { ...parties, asked: [], basis: 'reported' });
    const own = { ...parties, requestedOn };
    donor()
      .knowing(assistanceCase, CASE, repeated, ...running.slice(1))
      .decides(when, act('DeliveryScheduled', { ...plan, ...own, basis: 'reported' }), years);
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .refuses(when, 'occurred-too-long-ago', years);
    const hub = act('RecordArrivalAtHub', { on: '2019-05-13', hub: 'sudria-air-base' });
    const past = (basis: object) => act('DeliveryScheduled', { ...plan, ...own, ...basis });
    donor(past({ basis: 'reported' })).decides(hub, act('ConsignmentArrivedAtHub', hub.data), years);
    donor(past({})).refuses(hub, 'occurred-too-long-ago', years);
  });
  it('of lines of the case, each once, within what is outstanding', () => {
    const lines = (name: string, quantity: number) => ({ lines: [{ line: name, quantity }] });
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .refuses(of(lines('009', 1)), 'line-unknown');
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .refuses(of(lines('constructor', 1)), 'line-unknown');
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .refuses(of(lines('001', 121)), 'exceeds-line');
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .decides(of(lines('001', 120)), act('DeliveryScheduled', { ...scheduled.data, ...lines('001', 120) }));
    const some = act('AssistanceDelivered', {
      line: '001',
      quantity: 21,
      on: '2026-05-01',
      consignments: [],
      facts: [],
      point: 'receipt',
    });
    donor()
      .knowing(assistanceCase, CASE, ...running, some)
      .refuses(when, 'exceeds-line');
    const twice = { lines: [...plan.lines, ...plan.lines] };
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .refuses(of(twice), 'line-twice');
  });
  describe('R16: within the quantity of the line, over all consignments of the case', () => {
    const noted = (consignment: string, quantity: number) =>
      act('ScheduleNoted', { consignment, lines: [{ line: '001', quantity }] });
    const delivered = (quantity: number, consignments: readonly object[], more: object = {}) =>
      act('AssistanceDelivered', { line: '001', quantity, on: '2026-05-01', consignments, point: 'receipt', ...more });
    const under = (...past: Event[]) => donor().knowing(assistanceCase, CASE, ...running, ...past);
    const some = (quantity: number) => of({ lines: [{ line: '001', quantity }] });
    const decided = (quantity: number) =>
      act('DeliveryScheduled', { ...scheduled.data, lines: [{ line: '001', quantity }] });
    const at = (most: number, ...past: Event[]) => {
      if (most > 0) under(...past).decides(some(most), decided(most));
      under(...past).refusesWith(some(most + 1), 'exceeds-line', { line: '001', outstanding: most });
    };
    it('also while others are on their way', () => {
      at(20, noted('norland.c1', 100));
      at(0, noted('norland.c1', 100), noted('norland.c2', 20));
    });
    it('what was cancelled, or received short, counts back', () => {
      at(120, noted('norland.c1', 100), noted('norland.c1', 0));
      at(30, noted('norland.c1', 100), noted('norland.c1', 90));
    });
    it('what is delivered counts once, whatever it rests on', () => {
      const share = { consignment: 'norland.c1', quantity: 90 };
      at(30, noted('norland.c1', 100), noted('norland.c1', 90), delivered(90, [share]));
      at(10, noted('norland.c1', 90), delivered(110, [share]));
      at(15, noted('norland.c2', 5), delivered(100, [{ consignment: 'norland.c1', quantity: 100 }]));
      // Delivered at the origin, and short of ten at the receipt: the delivery is corrected first.
      at(20, noted('norland.c1', 90), delivered(100, [{ consignment: 'norland.c1', quantity: 100 }]));
    });
  });
});

describe('a delivery is rescheduled', () => {
  const when = act('RescheduleDelivery', rescheduled.data);
  it('to another day, with its cause', () => donor(scheduled).decides(when, rescheduled));
  it('to a day that differs from the plan, the first promise included', () => {
    donor(scheduled, rescheduled).refuses(when, 'same-due');
    const back = { due: '2026-05-15', cause: 'airlift-found' };
    donor(scheduled, rescheduled).decides(act('RescheduleDelivery', back), act('DeliveryRescheduled', back));
  });
  it('not after it was received, and not by the recipient', () => {
    donor(scheduled, received).refuses(when, 'already-received');
    recipient(scheduled).refuses(when, 'not-a-deliverer');
  });
});

describe('a delivery is recorded as overdue', () => {
  const record = (due: string) => act('RecordOverdueDelivery', { due });
  const overdue = (due: string) => act('DeliveryBecameOverdue', { due });
  const system = (...past: Event[]) => given(consignment, ...past).as('entente', 'system');
  it('by the system, once for each planned day that is over without a receipt', () => {
    system(scheduled).decides(record('2026-05-15'), overdue('2026-05-15'));
    system(scheduled).refuses(record('2026-05-15'), 'not-over-yet', { now: '2026-05-15T23:59:59.000Z' });
    system(scheduled).refuses(record('2026-05-14'), 'other-last-day');
    system(scheduled, overdue('2026-05-15')).decides(record('2026-05-15'), []);
    system(scheduled, received).refuses(record('2026-05-15'), 'already-received');
    donor(scheduled).refuses(record('2026-05-15'), 'not-the-system');
  });
  it('again after it was rescheduled', () => {
    const { due } = rescheduled.data as { readonly due: string };
    system(scheduled, overdue('2026-05-15'), rescheduled).decides(record(due), overdue(due), {
      now: '2026-12-01T00:00:00.000Z',
    });
  });
});

describe('a consignment has few types of items, so that the holds of each are looked at (R19)', () => {
  const named = (n: number) => ({ ...line, line: `00${n}`, item: `radio-${n}` });
  const names = (count: number) => Array.from({ length: count }, (_, n) => ({ line: `00${n + 1}`, quantity: 1 }));
  const lines = [1, 2, 3, 4].map((n) => act('CaseLineAdded', named(n)));
  const all = { ...offer, lines: ['001', '002', '003', '004'] };
  const of = (programme?: string) => [
    act('AssistanceRequested', { ...parties, ...(programme && { programme }), asked: [] }),
    ...lines,
    act('OfferPrepared', all),
    act('OfferAccepted', { offer: 'basic', value: 500, currency: 'USD' }),
    implemented,
  ];
  const schedule = (count: number) => act('ScheduleDelivery', { ...plan, lines: names(count) });
  const scheduledFor = (count: number, more: object = {}) =>
    act('DeliveryScheduled', { ...plan, lines: names(count), ...parties, requestedOn, ...more });
  it('two in a programme, three without one', () => {
    const within = donor().knowing(assistanceCase, CASE, ...of(OF));
    within.decides(schedule(2), scheduledFor(2, { programme: OF }));
    within.refusesWith(schedule(3), 'too-many-item-types', { types: 3, most: 2 });
    donor()
      .knowing(assistanceCase, CASE, ...of())
      .decides(schedule(3), scheduledFor(3));
    donor()
      .knowing(assistanceCase, CASE, ...of())
      .refusesWith(schedule(4), 'too-many-item-types', { types: 4, most: 3 });
  });
  it('one less if the shipment names its unit', () => {
    const ship = (unit?: string) => act('ShipConsignment', { on: '2026-05-11', ...(unit && { unit }) });
    const unit = 'estmark.brigade-1';
    const cleared = [
      act('UnitRegistered', { recipient: 'estmark', type: 'infantry' }),
      act('ClearanceGiven', { until: '2026-12-31' }),
    ];
    const ofTypes = (count: number) =>
      donor(scheduledFor(count))
        .knowing(assistanceCase, CASE, ...of())
        .knowing(securityUnit, unit, ...cleared);
    ofTypes(3).decides(ship(), shipped);
    ofTypes(3).refusesWith(ship(unit), 'too-many-item-types', { types: 3, most: 2 });
    ofTypes(2).decides(ship(unit), act('ConsignmentShipped', { on: '2026-05-11', unit, case: CASE }));
  });
});

describe('a consignment that is planned for a unit (R5, R7)', () => {
  const unit = 'estmark.brigade-1';
  const registeredUnit = act('UnitRegistered', { recipient: 'estmark', type: 'infantry' });
  const cleared = act('ClearanceGiven', { until: '2026-12-31' });
  const forUnit = act('DeliveryScheduled', { ...scheduled.data, unit });
  const ship = act('ShipConsignment', { on: '2026-05-11' });
  const itsUnit = (...past: Event[]) =>
    donor(forUnit)
      .knowing(assistanceCase, CASE, ...running)
      .knowing(programme, OF, proposed)
      .knowing(securityUnit, unit, registeredUnit, ...past);
  it('names one that is registered', () => {
    const schedule = act('ScheduleDelivery', { ...plan, unit });
    const opening = () =>
      donor()
        .knowing(assistanceCase, CASE, ...running)
        .knowing(programme, OF, proposed);
    opening().refuses(schedule, 'unit-not-found');
    opening().knowing(securityUnit, unit, registeredUnit).decides(schedule, forUnit);
  });
  it('is corrected at the shipment to another one that is registered, cleared or not (R26)', () => {
    const data = { corrects: given.id(1), unit, reason: 'wrong-unit' };
    const correct = act('CorrectShipment', data);
    const past = donor(scheduled, act('ConsignmentShipped', { ...shipped.data, unit: 'estmark.guard-1' }));
    past.refuses(correct, 'unit-not-found');
    past.knowing(securityUnit, unit, registeredUnit).decides(correct, act('ShipmentCorrected', data));
    donor(scheduled, act('ConsignmentShipped', { ...shipped.data, unit }))
      .knowing(securityUnit, unit, registeredUnit)
      .refuses(correct, 'nothing-corrected');
  });
  it('is not shipped while its clearance is not in force, unless it is for another one', () => {
    itsUnit(cleared).decides(ship, same(ship, 'ConsignmentShipped', { unit, case: CASE }));
    itsUnit().refuses(ship, 'not-vetted');
    itsUnit(act('ClearanceGiven', { until: '2026-05-10' })).refuses(ship, 'clearance-over');
    itsUnit(cleared, act('ClearanceSuspended', { reason: 'x', trainings: [] })).refuses(ship, 'clearance-suspended');
    const other = act('ShipConsignment', { on: '2026-05-11', unit: 'estmark.guard-1' });
    itsUnit()
      .knowing(securityUnit, 'estmark.guard-1', registeredUnit, cleared)
      .decides(other, same(other, 'ConsignmentShipped', { case: CASE }));
  });
});

describe('a consignment is shipped', () => {
  const when = act('ShipConsignment', shipped.data);
  const ready = (...past: Event[]) =>
    donor(...past)
      .knowing(assistanceCase, CASE, ...running)
      .knowing(programme, OF, proposed);
  it('under an implemented case', () => ready(scheduled).decides(when, shipped));
  it('R16: not under a case that is not executed yet, or is over', () => {
    const to = donor(scheduled).knowing(programme, OF, proposed);
    to.knowing(assistanceCase, CASE, ...accepted).refuses(when, 'case-not-implemented');
    const over = act('CaseCancelled', { reason: 'no-longer-required' });
    to.knowing(assistanceCase, CASE, ...running, over).refuses(when, 'case-not-implemented');
  });
  it('R19: not after the programme was completed or ended early', () => {
    const ended = (end: Event) =>
      donor(scheduled)
        .knowing(assistanceCase, CASE, ...running)
        .knowing(programme, OF, proposed, end);
    const completed = (on: string) => act('ProgrammeCompleted', { on });
    ended(act('ProgrammeTerminated', { reason: 'misuse' })).refuses(when, 'programme-terminated');
    ended(completed('2026-05-10')).refuses(when, 'programme-completed');
    // What was shipped by the day of the completion is recorded, also after it.
    ended(completed('2026-05-11')).decides(when, shipped);
  });
  it('R19: not while the programme is suspended', () =>
    donor(scheduled)
      .knowing(assistanceCase, CASE, ...running)
      .knowing(programme, OF, proposed, suspended)
      .refuses(when, 'programme-suspended'));
  it('R19: not while it is held', () => {
    ready(scheduled, held).refuses(when, 'shipment-held');
    ready(scheduled, held, released).decides(when, shipped);
  });
  it('once, not tomorrow, and also after title has passed', () => {
    ready(scheduled, shipped).refuses(when, 'already-recorded');
    ready(scheduled).refuses(act('ShipConsignment', { on: '2026-06-02' }), 'day-in-future');
    ready(scheduled, title).decides(when, shipped);
  });
});

describe('the facts of a consignment come in any order, each once', () => {
  const facts = [
    ['RecordArrivalAtHub', atHub],
    ['TransferTitle', title],
  ] as const;
  for (const [type, fact] of facts)
    it(`${fact.type}, before or after the others`, () => {
      donor(scheduled).decides(act(type, fact.data), fact);
      implementer(scheduled, received).decides(act(type, fact.data), fact);
      donor(scheduled, fact).refuses(act(type, fact.data), 'already-recorded');
      donor(scheduled).refuses(act(type, { ...fact.data, on: '2026-06-02' }), 'day-in-future');
      recipient(scheduled).refuses(act(type, fact.data), 'not-a-deliverer');
    });
});

describe('a receipt is confirmed', () => {
  const when = act('ConfirmReceipt', received.data);
  const lines = (...more: object[]) => act('ConfirmReceipt', { on: '2026-05-20', lines: more });
  it('by the recipient, whatever other facts are recorded', () => {
    recipient(scheduled).decides(when, received);
    recipient(scheduled, title, shipped, atHub).decides(when, received);
  });
  it('not by the deliverer or an implementer', () => {
    donor(scheduled).refuses(when, 'not-the-recipient');
    implementer(scheduled).refuses(when, 'not-the-recipient');
  });
  it('also while the programme is suspended or the shipment held (R19)', () =>
    recipient(scheduled, held).decides(when, received));
  it('once, not tomorrow', () => {
    recipient(scheduled, received).refuses(when, 'already-recorded');
    recipient(scheduled).refuses(act('ConfirmReceipt', { ...received.data, on: '2026-06-02' }), 'day-in-future');
  });
  it('of its own lines, each once, each serial once, no more serials than items', () => {
    recipient(scheduled).refuses(lines({ line: '002', quantity: 1 }), 'line-unknown');
    recipient(scheduled).refuses(lines(counted, counted), 'line-twice');
    const serial = (...serials: string[]) => ({ ...counted, serials });
    recipient(scheduled).refusesWith(lines(serial('NV-1', 'NV-2', 'NV-2')), 'serial-twice', {
      serial: 'NV-2',
      lines: ['001'],
    });
    recipient(scheduled).refusesWith(
      lines(serial('NV-1', 'NV-2'), { ...serial('NV-2'), line: '002' }),
      'serial-twice',
      {
        serial: 'NV-2',
        lines: ['001', '002'],
      },
    );
    recipient(scheduled).refuses(lines({ ...counted, quantity: 1 }), 'serials-exceed-quantity');
  });
});

describe('a receipt is corrected by the difference (R26)', () => {
  const fix = { corrects: given.id(1), line: '001', quantityBy: -2, reason: 'miscounted' };
  const correct = (more: object = {}) => act('CorrectReceipt', { ...fix, ...more });
  const corrected = (more: object = {}) => act('ReceiptCorrected', { ...fix, ...more, case: 'norland.case-1' });
  const past = [scheduled, received];
  it('R26: in quantity and serials', () => {
    recipient(...past).decides(correct(), corrected());
    const serials = { quantityBy: 0, serialsRemoved: ['NV-2'], serialsAdded: ['NV-3'] };
    recipient(...past).decides(correct(serials), corrected(serials));
    recipient(...past, act('ReceiptCorrected', { ...fix, ...serials })).refuses(correct(serials), 'serial-unknown');
  });
  it('R26: by naming the receipt', () =>
    recipient(...past).refuses(correct({ corrects: given.id(0) }), 'corrects-unknown-event'));
  it('R26: by something other than zero', () =>
    recipient(...past).refuses(correct({ quantityBy: 0 }), 'nothing-corrected'));
  it('R26: within what was received and can be', () => {
    recipient(...past).refuses(correct({ line: '002', quantityBy: 1 }), 'line-unknown');
    recipient(...past).refuses(correct({ quantityBy: -101 }), 'exceeds-what-is-left');
    recipient(...past).refuses(correct({ quantityBy: Number.MAX_SAFE_INTEGER }), 'quantity-beyond-range');
    recipient(...past).refuses(correct({ serialsAdded: ['NV-1'] }), 'serial-twice');
    recipient(...past).refuses(correct({ quantityBy: -99 }), 'serials-exceed-quantity');
  });
  it('R26: by the recipient', () => donor(...past).refuses(correct(), 'not-the-recipient'));
});

describe('the day of a fact is corrected (R26)', () => {
  it('and that of a promise, the first and the present one', () => {
    const correct = (n: number, on: string) => ({ corrects: given.id(n), on, reason: 'mistyped' });
    const corrects = (n: number, on: string) => act('CorrectDate', correct(n, on));
    const corrected = (n: number, on: string, more: object) => act('DateCorrected', { ...correct(n, on), ...more });
    const first = { fact: 'first-promise' };
    const due = { due: '2026-05-30' };
    donor(scheduled).decides(corrects(0, '2026-05-30'), corrected(0, '2026-05-30', { ...first, ...due }));
    donor(scheduled, rescheduled).decides(corrects(0, '2026-05-30'), corrected(0, '2026-05-30', first));
    donor(scheduled, rescheduled).decides(
      corrects(1, '2026-05-30'),
      corrected(1, '2026-05-30', { fact: 'promise', ...due }),
    );
    donor(scheduled, rescheduled).refuses(corrects(1, '2026-05-22'), 'nothing-corrected');
    const overdue = act('DeliveryBecameOverdue', { due: '2026-05-22' });
    donor(scheduled, rescheduled, overdue, corrected(1, '2026-05-30', { fact: 'promise', ...due }))
      .as('entente', 'system')
      .decides(act('RecordOverdueDelivery', due), act('DeliveryBecameOverdue', due));
  });
  const fix = (n: number, on: string) => act('CorrectDate', { corrects: given.id(n), on, reason: 'wrong-day' });
  const fixed = (n: number, on: string, fact: string) =>
    act('DateCorrected', { corrects: given.id(n), on, reason: 'wrong-day', case: 'norland.case-1', fact });
  const past = [scheduled, shipped, atHub, title, received];
  it('R26: of each of the four facts', () => {
    donor(...past).decides(fix(1, '2026-05-10'), fixed(1, '2026-05-10', 'origin'));
    donor(...past).decides(fix(2, '2026-05-14'), fixed(2, '2026-05-14', 'hub'));
    donor(...past).decides(fix(3, '2026-05-12'), fixed(3, '2026-05-12', 'title'));
    recipient(...past).decides(fix(4, '2026-05-19'), fixed(4, '2026-05-19', 'receipt'));
  });
  it('R26: of a receipt by the recipient, of the others by the deliverer', () => {
    donor(...past).refuses(fix(4, '2026-05-19'), 'not-the-recipient');
    recipient(...past).refuses(fix(1, '2026-05-10'), 'not-a-deliverer');
  });
  it('R26: by naming the fact, to another day that has come', () => {
    donor(...past, reported).refuses(fix(5, '2026-05-10'), 'corrects-unknown-event');
    donor(...past).refuses(fix(99, '2026-05-10'), 'corrects-unknown-event');
    donor(...past).refuses(fix(1, '2026-05-11'), 'nothing-corrected');
    donor(...past, fixed(1, '2026-05-10', 'origin')).decides(fix(1, '2026-05-11'), fixed(1, '2026-05-11', 'origin'));
    donor(...past).refuses(fix(1, '2026-06-02'), 'day-in-future');
  });
});

describe('a discrepancy', () => {
  const say = act('ReportDiscrepancy', report);
  const answer = act('ResolveDiscrepancy', resolved.data);
  it('is reported by the recipient and resolved by the deliverer', () => {
    recipient(scheduled, received).decides(say, reported);
    donor(scheduled, received, reported).decides(answer, resolved);
    donor(scheduled, received).refuses(say, 'not-the-recipient');
    recipient(scheduled, received, reported).refuses(answer, 'not-a-deliverer');
  });
  it('is reported once under its name, of a line of the consignment', () => {
    recipient(scheduled, reported).refuses(say, 'discrepancy-already-reported');
    recipient(scheduled).refuses(act('ReportDiscrepancy', { ...report, line: '002' }), 'line-unknown');
  });
  it('is a shortage of at most what was scheduled, or of another type (R30)', () => {
    const [{ quantity: most } = { quantity: 0 }] = plan.lines;
    const missing = (quantity: number, type = 'shortage') => act('ReportDiscrepancy', { ...report, quantity, type });
    recipient(scheduled).decides(missing(most), act('DiscrepancyReported', { ...report, quantity: most }));
    recipient(scheduled).refusesWith(missing(most + 1), 'exceeds-scheduled', { line: '001', most });
    const over = { ...report, quantity: most + 1, type: 'overage' };
    recipient(scheduled).decides(act('ReportDiscrepancy', over), act('DiscrepancyReported', over));
  });
  it('is resolved once, after it was reported', () => {
    donor(scheduled).refuses(answer, 'discrepancy-not-open');
    donor(scheduled, reported, resolved).refuses(answer, 'discrepancy-not-open');
  });
});

describe('a shipment is held', () => {
  const UNIT = 'estmark.brigade-1';
  const clearance = (until: string) => [
    act('UnitRegistered', { recipient: 'estmark', type: 'infantry' }),
    act('ClearanceGiven', { until }),
  ];
  const hold = act('HoldShipment', held.data);
  const release = act('ReleaseShipment', released.data);
  it('by the deliverer, or by the system (R19)', () => {
    donor(scheduled).decides(hold, held);
    implementer(scheduled).decides(hold, held);
    given(consignment, scheduled).as('entente', 'system').decides(hold, []);
    recipient(scheduled).refuses(hold, 'not-a-deliverer');
  });
  it('once, before it is shipped (R19)', () => {
    donor(scheduled, held).refuses(hold, 'already-held');
    donor(scheduled, shipped).refuses(hold, 'already-shipped');
    donor(scheduled, received).refuses(hold, 'already-shipped');
  });
  const planned = act('DeliveryScheduled', { ...scheduled.data, unit: UNIT });
  const waits = act('ShipmentHeld', { reason: 'clearance-expired', unit: UNIT });
  const expired = act('HoldShipment', { reason: 'clearance-expired' });
  const freed = (reason: string) => act('ShipmentReleased', { reason, unit: UNIT });
  const renew = act('ReleaseShipment', { reason: 'clearance-given' });
  const of = (isCleared: boolean, ...past: Event[]) =>
    given(consignment, planned, ...past)
      .knowing(programme, OF, proposed)
      .knowing(securityUnit, UNIT, ...clearance(isCleared ? '2026-12-31' : '2026-05-31'));
  const system = (isCleared: boolean, ...past: Event[]) => of(isCleared, ...past).as('entente', 'system');
  const sender = (isCleared: boolean, ...past: Event[]) => of(isCleared, ...past).as('norland', 'donor');
  it('for the unit that it is planned for, while that is not cleared (R5, R7)', () => {
    system(false).decides(expired, waits);
    system(false, waits).decides(expired, []);
    system(false, waits).decides(hold, act('ShipmentHeld', { ...held.data, unit: UNIT }));
    system(false, waits).decides(renew, []);
    system(true).decides(expired, []);
    system(true, waits).decides(renew, freed('clearance-given'));
    system(true).refuses(renew, 'not-held');
    system(false, received).refuses(expired, 'already-shipped');
    sender(true, waits).refusesWith(act('ShipConsignment', { on: '2026-06-01' }), 'shipment-held', {
      reason: 'clearance-expired',
    });
  });
  it('by hand in place of that, and for that again when it is released by hand (R7, R19)', () => {
    sender(false, waits).decides(hold, held);
    sender(false, waits).refuses(release, 'clearance-over');
    sender(true, waits).decides(release, freed('clearance-restored'));
    system(false, waits, held).decides(expired, []);
    system(true, waits, held).refuses(renew, 'not-held');
    sender(true, waits, held).decides(release, released);
    sender(false, waits, held).decides(release, [
      released,
      act('ShipmentHeld', { reason: 'clearance-over', unit: UNIT }),
    ]);
  });
  it('and is released by a shipment of a day on which its unit was cleared, recorded after that (R5)', () => {
    const left = (on: string) => act('ShipConsignment', { on });
    const past = () => sender(false, waits).knowing(assistanceCase, CASE, ...running);
    const shippedOn = act('ConsignmentShipped', { on: '2026-05-31', unit: UNIT, case: CASE });
    past().decides(left('2026-05-31'), [freed('shipped-while-cleared'), shippedOn]);
    past().refuses(left('2026-06-01'), 'shipment-held');
    sender(false, waits, held)
      .knowing(assistanceCase, CASE, ...running)
      .refuses(left('2026-05-31'), 'shipment-held');
  });
  it('and is released when it is shipped for another unit (R5)', () => {
    const GUARD = 'estmark.guard-1';
    const past = [planned, waits, act('DeliveryRescheduled', { due: '2026-06-30', cause: 'other-unit' })];
    const ship = act('ShipConsignment', { on: '2026-06-01', unit: GUARD });
    donor(...past)
      .knowing(assistanceCase, CASE, ...running)
      .knowing(programme, OF, proposed)
      .knowing(securityUnit, GUARD, ...clearance('2026-12-31'))
      .decides(ship, [freed('shipped-to-another-unit'), act('ConsignmentShipped', { ...ship.data, case: CASE })]);
    donor(...past)
      .knowing(assistanceCase, CASE, ...running)
      .knowing(programme, OF, proposed)
      .knowing(securityUnit, GUARD, ...clearance('2026-05-31'))
      .refuses(ship, 'clearance-over');
  });
  it('and released by the donor, if it is held (R19)', () => {
    donor(scheduled, held).decides(release, released);
    donor(scheduled).refuses(release, 'not-held');
    implementer(scheduled, held).refuses(release, 'not-the-donor');
  });
});

describe('a consignment is cancelled', () => {
  const when = act('CancelConsignment', cancelled.data);
  it('by the donor, before it has reached any point', () => {
    donor(scheduled).decides(when, cancelled);
    implementer(scheduled).refuses(when, 'not-the-donor');
    donor(scheduled, title).refuses(when, 'already-under-way');
  });
  it('and takes no command afterwards', () => {
    donor(scheduled, cancelled).refuses(when, 'consignment-cancelled');
    recipient(scheduled, cancelled).refuses(act('ConfirmReceipt', received.data), 'consignment-cancelled');
  });
});
