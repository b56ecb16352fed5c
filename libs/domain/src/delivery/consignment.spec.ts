import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { given } from '../../../../test/given.js';
import { programme } from '../planning/programme.js';
import { assistanceCase } from './assistance-case.js';
import { consignment } from './consignment.js';

const OF = 'norland.programme-1';
const CASE = 'norland.case-1';
const act = (type: string, data: object) => ({ type, data });

const plan = { case: CASE, lines: [{ line: '001', quantity: 100 }], due: '2026-05-15', carrier: 'norland-airlift' };
const scheduled = act('DeliveryScheduled', { ...plan, programme: OF, donor: 'norland', recipient: 'estmark' });
const rescheduled = act('DeliveryRescheduled', { due: '2026-05-22', cause: 'late-export-licence' });
const shipped = act('ConsignmentShipped', { on: '2026-05-11' });
const atHub = act('ConsignmentArrivedAtHub', { on: '2026-05-13', hub: 'sudria-air-base' });
const title = act('TitleTransferred', { on: '2026-05-11', point: 'port-of-exit' });
const counted = { line: '001', quantity: 100, serials: ['NV-1', 'NV-2'], lots: ['L-7'] };
const received = act('ReceiptConfirmed', { on: '2026-05-20', lines: [counted] });
const report = { discrepancy: 'sdr-1', line: '001', type: 'shortage', quantity: 2 };
const reported = act('DiscrepancyReported', report);
const resolved = act('DiscrepancyResolved', { discrepancy: 'sdr-1', outcome: 'replaced' });
const held = act('ShipmentHeld', { reason: 'clearance-suspended' });
const released = act('ShipmentReleased', { reason: 'clearance-restored' });
const cancelled = act('ConsignmentCancelled', { reason: 'consolidated' });

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
const implementer = (...past: Event[]) => given(consignment, ...past).as('ostra-training', 'implementer');

describe('a delivery is scheduled', () => {
  const when = act('ScheduleDelivery', plan);
  const of = (more: object) => act('ScheduleDelivery', { ...plan, ...more });
  it('by the donor or an implementer, under a case whose parties it takes', () => {
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .when(when)
      .then(scheduled);
    implementer()
      .knowing(assistanceCase, CASE, ...running)
      .when(when)
      .then(scheduled);
    recipient()
      .knowing(assistanceCase, CASE, ...running)
      .when(when)
      .refuses('not-a-deliverer');
  });
  it('once', () =>
    donor(scheduled)
      .knowing(assistanceCase, CASE, ...running)
      .when(when)
      .refuses('already-exists'));
  it('before anything else happens to it', () =>
    donor().when(act('ShipConsignment', shipped.data)).refuses('not-found'));
  it('R16: under a case that is accepted or implemented, and not over', () => {
    donor().when(when).refuses('case-not-found');
    donor()
      .knowing(assistanceCase, CASE, ...offered)
      .when(when)
      .refuses('case-not-accepted');
    donor()
      .knowing(assistanceCase, CASE, ...accepted)
      .when(when)
      .then(scheduled);
    donor()
      .knowing(assistanceCase, CASE, ...offered, implemented)
      .when(when)
      .then(scheduled);
    const over = act('CaseCancelled', { reason: 'no-longer-required' });
    donor()
      .knowing(assistanceCase, CASE, ...running, over)
      .when(when)
      .refuses('case-not-accepted');
  });
  it('of lines of the case, each once, within what is outstanding', () => {
    const lines = (name: string, quantity: number) => ({ lines: [{ line: name, quantity }] });
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .when(of(lines('009', 1)))
      .refuses('line-unknown');
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .when(of(lines('constructor', 1)))
      .refuses('line-unknown');
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .when(of(lines('001', 121)))
      .refuses('exceeds-line');
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
      .when(when)
      .refuses('exceeds-line');
    const twice = { lines: [...plan.lines, ...plan.lines] };
    donor()
      .knowing(assistanceCase, CASE, ...running)
      .when(of(twice))
      .refuses('line-twice');
  });
});

describe('a delivery is rescheduled', () => {
  const when = act('RescheduleDelivery', rescheduled.data);
  it('to another day, with its cause', () => donor(scheduled).when(when).then(rescheduled));
  it('to a day that differs from the plan, the first promise included', () => {
    donor(scheduled, rescheduled).when(when).refuses('same-due');
    const back = { due: '2026-05-15', cause: 'airlift-found' };
    donor(scheduled, rescheduled).when(act('RescheduleDelivery', back)).then(act('DeliveryRescheduled', back));
  });
  it('not after it was received, and not by the recipient', () => {
    donor(scheduled, received).when(when).refuses('already-received');
    recipient(scheduled).when(when).refuses('not-a-deliverer');
  });
});

describe('a consignment is shipped', () => {
  const when = act('ShipConsignment', shipped.data);
  const ready = (...past: Event[]) =>
    donor(...past)
      .knowing(assistanceCase, CASE, ...running)
      .knowing(programme, OF, proposed);
  it('under an implemented case', () => ready(scheduled).when(when).then(shipped));
  it('R16: not under a case that is not executed yet, or is over', () => {
    const to = donor(scheduled).knowing(programme, OF, proposed);
    to.knowing(assistanceCase, CASE, ...accepted)
      .when(when)
      .refuses('case-not-implemented');
    const over = act('CaseCancelled', { reason: 'no-longer-required' });
    to.knowing(assistanceCase, CASE, ...running, over)
      .when(when)
      .refuses('case-not-implemented');
  });
  it('R19: not while the programme is suspended', () =>
    donor(scheduled)
      .knowing(assistanceCase, CASE, ...running)
      .knowing(programme, OF, proposed, suspended)
      .when(when)
      .refuses('programme-suspended'));
  it('R19: not while it is held', () => {
    ready(scheduled, held).when(when).refuses('shipment-held');
    ready(scheduled, held, released).when(when).then(shipped);
  });
  it('once, not tomorrow, and also after title has passed', () => {
    ready(scheduled, shipped).when(when).refuses('already-recorded');
    ready(scheduled)
      .when(act('ShipConsignment', { on: '2026-06-02' }))
      .refuses('day-in-future');
    ready(scheduled, title).when(when).then(shipped);
  });
});

describe('its facts come in any order, each once', () => {
  const facts = [
    ['RecordArrivalAtHub', atHub],
    ['TransferTitle', title],
  ] as const;
  for (const [type, fact] of facts)
    it(`${fact.type}, before or after the others`, () => {
      donor(scheduled).when(act(type, fact.data)).then(fact);
      implementer(scheduled, received).when(act(type, fact.data)).then(fact);
      donor(scheduled, fact).when(act(type, fact.data)).refuses('already-recorded');
      donor(scheduled)
        .when(act(type, { ...fact.data, on: '2026-06-02' }))
        .refuses('day-in-future');
      recipient(scheduled).when(act(type, fact.data)).refuses('not-a-deliverer');
    });
});

describe('a receipt is confirmed', () => {
  const when = act('ConfirmReceipt', received.data);
  const lines = (...more: object[]) => act('ConfirmReceipt', { on: '2026-05-20', lines: more });
  it('by the recipient, whatever is known of the way', () => {
    recipient(scheduled).when(when).then(received);
    recipient(scheduled, title, shipped, atHub).when(when).then(received);
  });
  it('not by who delivered it, nor by an implementer', () => {
    donor(scheduled).when(when).refuses('not-the-recipient');
    implementer(scheduled).when(when).refuses('not-the-recipient');
  });
  it('also while the programme is suspended or the shipment held (R19)', () =>
    recipient(scheduled, held).when(when).then(received));
  it('once, not tomorrow', () => {
    recipient(scheduled, received).when(when).refuses('already-recorded');
    recipient(scheduled)
      .when(act('ConfirmReceipt', { ...received.data, on: '2026-06-02' }))
      .refuses('day-in-future');
  });
  it('of its own lines, each once, each serial once, no more serials than items', () => {
    recipient(scheduled)
      .when(lines({ line: '002', quantity: 1 }))
      .refuses('line-unknown');
    recipient(scheduled).when(lines(counted, counted)).refuses('line-twice');
    recipient(scheduled)
      .when(lines({ ...counted, serials: ['NV-1', 'NV-1'] }))
      .refuses('serial-twice');
    recipient(scheduled)
      .when(lines({ ...counted, quantity: 1 }))
      .refuses('serials-exceed-quantity');
  });
});

describe('a receipt is corrected by the difference (R26)', () => {
  const fix = { corrects: given.id(1), line: '001', quantityBy: -2, reason: 'miscounted' };
  const correct = (more: object = {}) => act('CorrectReceipt', { ...fix, ...more });
  const past = [scheduled, received];
  it('R26: in quantity and serials', () => {
    recipient(...past)
      .when(correct())
      .then(act('ReceiptCorrected', fix));
    const serials = { quantityBy: 0, serialsRemoved: ['NV-2'], serialsAdded: ['NV-3'] };
    recipient(...past)
      .when(correct(serials))
      .then(act('ReceiptCorrected', { ...fix, ...serials }));
    recipient(...past, act('ReceiptCorrected', { ...fix, ...serials }))
      .when(correct(serials))
      .refuses('serial-unknown');
  });
  it('R26: naming the receipt', () =>
    recipient(...past)
      .when(correct({ corrects: given.id(0) }))
      .refuses('corrects-unknown-event'));
  it('R26: so that something changes', () =>
    recipient(...past)
      .when(correct({ quantityBy: 0 }))
      .refuses('correction-changes-nothing'));
  it('R26: within what was received and can be', () => {
    recipient(...past)
      .when(correct({ line: '002' }))
      .refuses('line-unknown');
    recipient(...past)
      .when(correct({ quantityBy: -101 }))
      .refuses('below-zero');
    recipient(...past)
      .when(correct({ quantityBy: Number.MAX_SAFE_INTEGER }))
      .refuses('quantity-beyond-range');
    recipient(...past)
      .when(correct({ serialsAdded: ['NV-1'] }))
      .refuses('serial-twice');
    recipient(...past)
      .when(correct({ quantityBy: -99 }))
      .refuses('serials-exceed-quantity');
  });
  it('R26: by the recipient', () =>
    donor(...past)
      .when(correct())
      .refuses('not-the-recipient'));
});

describe('the day of a fact is corrected (R26)', () => {
  const fix = (n: number, on: string) => act('CorrectDate', { corrects: given.id(n), on, reason: 'wrong-day' });
  const fixed = (n: number, on: string, fact: string) =>
    act('DateCorrected', { corrects: given.id(n), on, reason: 'wrong-day', fact });
  const past = [scheduled, shipped, atHub, title, received];
  it('R26: of each of the four facts', () => {
    donor(...past)
      .when(fix(1, '2026-05-10'))
      .then(fixed(1, '2026-05-10', 'origin'));
    donor(...past)
      .when(fix(2, '2026-05-14'))
      .then(fixed(2, '2026-05-14', 'hub'));
    donor(...past)
      .when(fix(3, '2026-05-12'))
      .then(fixed(3, '2026-05-12', 'title'));
    recipient(...past)
      .when(fix(4, '2026-05-19'))
      .then(fixed(4, '2026-05-19', 'receipt'));
  });
  it("R26: the receipt's by the recipient, the others by who delivers", () => {
    donor(...past)
      .when(fix(4, '2026-05-19'))
      .refuses('not-the-recipient');
    recipient(...past)
      .when(fix(1, '2026-05-10'))
      .refuses('not-a-deliverer');
  });
  it('R26: naming such a fact, to another day that has come', () => {
    donor(...past)
      .when(fix(0, '2026-05-10'))
      .refuses('corrects-unknown-event');
    donor(...past)
      .when(fix(99, '2026-05-10'))
      .refuses('corrects-unknown-event');
    donor(...past)
      .when(fix(1, '2026-05-11'))
      .refuses('correction-changes-nothing');
    donor(...past, fixed(1, '2026-05-10', 'origin'))
      .when(fix(1, '2026-05-11'))
      .then(fixed(1, '2026-05-11', 'origin'));
    donor(...past)
      .when(fix(1, '2026-06-02'))
      .refuses('day-in-future');
  });
});

describe('a discrepancy', () => {
  const say = act('ReportDiscrepancy', report);
  const answer = act('ResolveDiscrepancy', resolved.data);
  it('is reported by the recipient and resolved by who delivers', () => {
    recipient(scheduled, received).when(say).then(reported);
    donor(scheduled, received, reported).when(answer).then(resolved);
    donor(scheduled, received).when(say).refuses('not-the-recipient');
    recipient(scheduled, received, reported).when(answer).refuses('not-a-deliverer');
  });
  it('is reported once under its name, of a line of the consignment', () => {
    recipient(scheduled, reported).when(say).refuses('discrepancy-already-reported');
    recipient(scheduled)
      .when(act('ReportDiscrepancy', { ...report, line: '002' }))
      .refuses('line-unknown');
  });
  it('is resolved once, after it was reported', () => {
    donor(scheduled).when(answer).refuses('discrepancy-not-open');
    donor(scheduled, reported, resolved).when(answer).refuses('discrepancy-not-open');
  });
});

describe('a shipment is held', () => {
  const hold = act('HoldShipment', held.data);
  const release = act('ReleaseShipment', released.data);
  it('by who delivers it, or by a standing rule (R19)', () => {
    donor(scheduled).when(hold).then(held);
    implementer(scheduled).when(hold).then(held);
    given(consignment, scheduled).as('entente', 'system').when(hold).then(held);
    recipient(scheduled).when(hold).refuses('not-a-deliverer');
  });
  it('once, before it is shipped (R19)', () => {
    donor(scheduled, held).when(hold).refuses('already-held');
    donor(scheduled, shipped).when(hold).refuses('already-shipped');
  });
  it('and released by the donor, where it is held (R19)', () => {
    donor(scheduled, held).when(release).then(released);
    donor(scheduled).when(release).refuses('not-held');
    implementer(scheduled, held).when(release).refuses('not-the-donor');
  });
});

describe('a consignment is cancelled', () => {
  const when = act('CancelConsignment', cancelled.data);
  it('by the donor, before it has reached any point', () => {
    donor(scheduled).when(when).then(cancelled);
    implementer(scheduled).when(when).refuses('not-the-donor');
    donor(scheduled, title).when(when).refuses('already-under-way');
  });
  it('and then nothing more is said of it', () => {
    donor(scheduled, cancelled).when(when).refuses('consignment-cancelled');
    recipient(scheduled, cancelled).when(act('ConfirmReceipt', received.data)).refuses('consignment-cancelled');
  });
});
