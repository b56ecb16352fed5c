import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { given } from '../../../../test/given.js';
import { programme } from '../planning/programme.js';
import { assistanceCase } from './assistance-case.js';
import { consignment } from './consignment.js';

const OF = 'norland.programme-1';
const SHIP = 'norland.consignment-1';

const request = {
  donor: 'norland',
  recipient: 'estmark',
  programme: OF,
  asked: [{ item: 'night-vision-device', quantity: 100, unit: 'each' }],
};
const requested = { type: 'AssistanceRequested', data: request };
const returned = { type: 'RequestReturnedIncomplete', data: { missing: ['end-use-statement'] } };
const supplemented = { type: 'RequestSupplemented', data: { supplied: ['end-use-statement'] } };
const lineOf = (line: string) => ({
  line,
  item: 'night-vision-device',
  quantity: 100,
  unit: 'each',
  value: 400,
  due: '2026-05-15',
});
const lineAdded = (line = '001') => ({ type: 'CaseLineAdded', data: lineOf(line) });
const terms = {
  offer: 'basic',
  lines: ['001'],
  value: 500,
  currency: 'USD',
  initialDeposit: 100,
  validUntil: '2026-06-30',
  deliveryPoint: 'receipt',
};
const prepared = (more: object = {}) => ({ type: 'OfferPrepared', data: { ...terms, ...more } });
const notified = {
  type: 'LegislatureNotifiedOfOffer',
  data: { offer: 'basic', on: '2026-05-20', until: '2026-06-04' },
};
const made = { type: 'OfferMade', data: { offer: 'basic', validUntil: '2026-06-30' } };
const accepted = { type: 'OfferAccepted', data: { offer: 'basic', value: 500, currency: 'USD' } };
const lapsed = { type: 'OfferLapsed', data: { offer: 'basic', on: '2026-07-01' } };
const deposited = { type: 'InitialDepositReceived', data: { amount: 100, currency: 'USD' } };
const implemented = { type: 'CaseImplemented', data: { deposited: 100, currency: 'USD' } };
const emergency = { authority: 'head-of-government', reason: 'armed-attack' };
const hurried = { type: 'CaseImplemented', data: { deposited: 0, currency: 'USD', emergency } };
const change = { line: '001', quantityBy: -20, valueBy: -80, due: '2026-09-30' };
const amendment = { amendment: 'amendment-1', changes: [change], adds: ['002'], reason: 'reduced-requirement' };
const amendmentOffered = { type: 'AmendmentOffered', data: amendment };
const agreed = { amendment: 'amendment-1', changes: [change], adds: ['002'], value: 820 };
const amendmentAccepted = { type: 'AmendmentAccepted', data: agreed };
const step = (on: string) => ({ line: '001', on });
const worksStarted = { type: 'WorksStarted', data: step('2026-04-13') };
const worksCompleted = { type: 'WorksCompleted', data: step('2026-05-11') };
const worksAccepted = { type: 'WorksAccepted', data: step('2026-05-18') };
const share = (quantity: number, of = SHIP) => ({ consignment: of, quantity });
const delivery = { line: '001', quantity: 60, on: '2026-05-20', consignments: [share(60)], facts: [] };
const delivered = (more: object = {}) => ({
  type: 'AssistanceDelivered',
  data: { ...delivery, point: 'receipt', ...more },
});
const reconciled = { type: 'CaseReconciled', data: { finalValue: 480, currency: 'USD' } };
const closed = { type: 'CaseClosed', data: { reason: 'all-delivered' } };
const cancelled = { type: 'CaseCancelled', data: { reason: 'no-longer-required' } };

const offered = [requested, lineAdded(), prepared(), made];
const agreedCase = [...offered, accepted];
const running = [...agreedCase, deposited, implemented];
const all = delivered({ quantity: 100, consignments: [share(100)] });

const proposed = {
  type: 'ProgrammeProposed',
  data: {
    title: 'Night vision',
    donor: 'norland',
    recipient: 'estmark',
    sector: '15210',
    starts: '2026-01-01',
    ends: '2028-12-31',
  },
};
const suspended = { type: 'ProgrammeSuspended', data: { reason: 'misuse-measure' } };

const scheduled = (more: object = {}) => ({
  type: 'DeliveryScheduled',
  data: {
    case: 'norland.it-1',
    programme: OF,
    donor: 'norland',
    recipient: 'estmark',
    lines: [{ line: '001', quantity: 100 }],
    due: '2026-05-15',
    ...more,
  },
});
const received = (quantity: number, on = '2026-05-20') => ({
  type: 'ReceiptConfirmed',
  data: { on, lines: [{ line: '001', quantity }] },
});

const act = (type: string, data: object) => ({ type, data });
const donor = (...past: Event[]) => given(assistanceCase, ...past).as('norland', 'donor');
const recipient = (...past: Event[]) => given(assistanceCase, ...past).as('estmark', 'recipient');

describe('assistance is requested', () => {
  const when = act('RequestAssistance', request);
  it('by the recipient, within its programme', () =>
    recipient().knowing(programme, OF, proposed).when(when).then(requested));
  it('by a representative that speaks for it', () =>
    given(assistanceCase)
      .as('sudria', 'donor', { for: 'estmark' })
      .knowing(programme, OF, proposed)
      .when(when)
      .then(requested));
  it('in a letter that the donor records by its reference', () => {
    const letter = { ...request, letter: 'LOR 2026-014' };
    donor()
      .knowing(programme, OF, proposed)
      .when(act('RequestAssistance', letter))
      .then(act('AssistanceRequested', letter));
    donor().knowing(programme, OF, proposed).when(when).refuses('letter-not-named');
  });
  it('by nobody else', () =>
    given(assistanceCase)
      .as('ostra-training', 'implementer')
      .knowing(programme, OF, proposed)
      .when(when)
      .refuses('not-a-party'));
  it('of another organisation', () =>
    recipient()
      .knowing(programme, OF, proposed)
      .when(act('RequestAssistance', { ...request, donor: 'estmark' }))
      .refuses('donor-is-recipient'));
  it('within a programme that exists and has the same parties', () => {
    recipient().when(when).refuses('programme-not-found');
    const others = { ...proposed, data: { ...proposed.data, recipient: 'sudria' } };
    recipient().knowing(programme, OF, others).when(when).refuses('programme-of-others');
  });
  it('or outside of any programme', () => {
    const alone = { donor: 'norland', recipient: 'estmark', asked: request.asked };
    recipient().when(act('RequestAssistance', alone)).then(act('AssistanceRequested', alone));
  });
  it('once', () => recipient(requested).knowing(programme, OF, proposed).when(when).refuses('already-exists'));
  it('before anything else happens to it', () =>
    donor()
      .when(act('MakeOffer', { offer: 'basic' }))
      .refuses('not-found'));
});

describe('an incomplete request is returned', () => {
  it('by the donor, and supplemented by the recipient', () => {
    donor(requested).when(act('ReturnRequest', returned.data)).then(returned);
    recipient(requested, returned).when(act('SupplementRequest', supplemented.data)).then(supplemented);
    donor(requested, returned, supplemented).when(act('ReturnRequest', returned.data)).then(returned);
  });
  it('by the donor only, and supplemented by the recipient only', () => {
    recipient(requested).when(act('ReturnRequest', returned.data)).refuses('not-the-donor');
    donor(requested, returned).when(act('SupplementRequest', supplemented.data)).refuses('not-the-recipient');
  });
  it('once, and waits for its supplement', () => {
    donor(requested, returned).when(act('ReturnRequest', returned.data)).refuses('not-requested');
    recipient(requested).when(act('SupplementRequest', supplemented.data)).refuses('not-returned');
    donor(requested, returned, lineAdded()).when(act('PrepareOffer', terms)).refuses('not-requested');
  });
});

describe('an offer is prepared', () => {
  const prepare = (more: object = {}) => act('PrepareOffer', { ...terms, ...more });
  it('of drafted lines', () => {
    donor(requested)
      .when(act('AddCaseLine', lineOf('001')))
      .then(lineAdded());
    donor(requested, lineAdded()).when(prepare()).then(prepared());
  });
  it('with lines of different names', () =>
    donor(requested, lineAdded())
      .when(act('AddCaseLine', lineOf('001')))
      .refuses('line-already-added'));
  it('a line may be called like anything', () =>
    donor(requested)
      .when(act('AddCaseLine', lineOf('constructor')))
      .then(lineAdded('constructor')));
  it('naming lines that exist', () => {
    donor(requested).when(prepare()).refuses('line-unknown');
    donor(requested)
      .when(prepare({ lines: ['constructor'] }))
      .refuses('line-unknown');
  });
  it('at a value that covers its lines and its deposit', () => {
    donor(requested, lineAdded())
      .when(prepare({ value: 399 }))
      .refuses('lines-exceed-value');
    donor(requested, lineAdded())
      .when(prepare({ initialDeposit: 501 }))
      .refuses('deposit-exceeds-value');
  });
  it('to be valid from its day on', () =>
    donor(requested, lineAdded())
      .when(prepare({ validUntil: '2026-05-31' }))
      .refuses('validity-passed'));
  it('by the donor', () => recipient(requested, lineAdded()).when(prepare()).refuses('not-the-donor'));
  it('again under another name, before it is made or after it lapsed', () => {
    donor(requested, lineAdded(), prepared()).when(prepare()).refuses('offer-already-prepared');
    donor(requested, lineAdded(), prepared())
      .when(prepare({ offer: 'second' }))
      .then(prepared({ offer: 'second' }));
    donor(...offered, lapsed)
      .when(prepare({ offer: 'second' }))
      .then(prepared({ offer: 'second' }));
    donor(...offered)
      .when(prepare({ offer: 'second' }))
      .refuses('not-requested');
  });
  it('again after an emergency only with what is in force (R16)', () => {
    const past = [...offered, hurried, lapsed, lineAdded('002')];
    donor(...past)
      .when(prepare({ offer: 'second', lines: ['002'] }))
      .refuses('line-in-force');
    donor(...past)
      .when(prepare({ offer: 'second', currency: 'EUR' }))
      .refuses('terms-in-force');
    donor(...past)
      .when(prepare({ offer: 'second', deliveryPoint: 'hub' }))
      .refuses('terms-in-force');
  });
});

describe('the legislature is told of an offer that asks for it (R16)', () => {
  const past = [requested, lineAdded(), prepared({ noticeDays: 15 })];
  const notify = (on = '2026-05-20') => act('NotifyLegislatureOfOffer', { offer: 'basic', on });
  const make = act('MakeOffer', { offer: 'basic' });
  it('which fixes when the offer may be made', () =>
    donor(...past)
      .when(notify())
      .then(notified));
  it('once, and not tomorrow', () => {
    donor(...past, notified)
      .when(notify())
      .refuses('already-notified');
    donor(...past)
      .when(notify('2026-06-02'))
      .refuses('day-in-future');
  });
  it('and of no other', () => {
    donor(requested, lineAdded(), prepared()).when(notify()).refuses('notice-not-required');
    donor(requested, lineAdded()).when(notify()).refuses('not-prepared');
  });
  it('R16: the offer waits for the notice', () =>
    donor(...past)
      .when(make)
      .refuses('legislature-not-notified'));
  it('R16: the offer waits until the notice has run out', () => {
    donor(...past, notified)
      .when(make)
      .refuses('notice-running');
    donor(...past, notified)
      .when(make, { now: '2026-06-03T23:59:59.000Z' })
      .refuses('notice-running');
    donor(...past, notified)
      .when(make, { now: '2026-06-04T00:00:00.000Z' })
      .then(made);
  });
  it('R16: an offer prepared anew is told anew', () =>
    donor(...past, notified, prepared({ offer: 'second', noticeDays: 30 }))
      .when(act('MakeOffer', { offer: 'second' }), { now: '2026-06-10T00:00:00.000Z' })
      .refuses('legislature-not-notified'));
});

describe('an offer is made', () => {
  const make = act('MakeOffer', { offer: 'basic' });
  it('by the donor, where no notice is asked for', () =>
    donor(requested, lineAdded(), prepared()).when(make).then(made));
  it('once, by its name, while it is valid', () => {
    donor(...offered)
      .when(make)
      .refuses('not-prepared');
    donor(requested, lineAdded(), prepared())
      .when(act('MakeOffer', { offer: 'other' }))
      .refuses('other-offer');
    donor(requested, lineAdded(), prepared())
      .when(make, { now: '2026-07-01T00:00:00.000Z' })
      .refuses('validity-passed');
  });
});

describe('an offer is accepted', () => {
  const accept = act('AcceptOffer', accepted.data);
  it('by the recipient', () =>
    recipient(...offered)
      .when(accept)
      .then(accepted));
  it('not by the donor that made it', () =>
    donor(...offered)
      .when(accept)
      .refuses('not-the-recipient'));
  it('after it was made', () => recipient(requested, lineAdded(), prepared()).when(accept).refuses('not-offered'));
  it('R16: until its last day', () => {
    recipient(...offered)
      .when(accept, { now: '2026-06-30T23:59:59.000Z' })
      .then(accepted);
    recipient(...offered)
      .when(accept, { now: '2026-07-01T00:00:00.000Z' })
      .refuses('offer-lapsed');
  });
  it('at the value and in the currency offered', () => {
    recipient(...offered)
      .when(act('AcceptOffer', { ...accepted.data, value: 400 }))
      .refuses('other-value');
    recipient(...offered)
      .when(act('AcceptOffer', { ...accepted.data, currency: 'EUR' }))
      .refuses('other-value');
  });
  it('never after it lapsed', () =>
    recipient(...offered, lapsed)
      .when(accept)
      .refuses('not-offered'));
});

describe('an offer lapses', () => {
  const lapse = act('LapseOffer', { offer: 'basic' });
  const later = { now: '2026-07-20T06:00:00.000Z' };
  it('by the clock, on the day after its last, also when noticed later', () =>
    given(assistanceCase, ...offered)
      .as('entente', 'system')
      .when(lapse, later)
      .then(lapsed));
  it('not while it is valid', () =>
    donor(...offered)
      .when(lapse)
      .refuses('offer-still-valid'));
  it('not when it was accepted or lapsed already', () => {
    donor(...agreedCase)
      .when(lapse, later)
      .refuses('not-offered');
    donor(...offered, lapsed)
      .when(lapse, later)
      .refuses('not-offered');
  });
  it("not by the recipient's word", () =>
    recipient(...offered)
      .when(lapse, later)
      .refuses('not-the-donor'));
});

describe('the initial deposit is received', () => {
  const receive = (amount: number, currency = 'USD') => act('ReceiveInitialDeposit', { amount, currency });
  it('after acceptance', () => {
    donor(...agreedCase)
      .when(receive(100))
      .then(deposited);
    donor(...offered)
      .when(receive(100))
      .refuses('not-accepted');
  });
  it("until it is complete, in the case's currency, within its value", () => {
    donor(...agreedCase, deposited)
      .when(receive(1))
      .refuses('deposit-complete');
    donor(...agreedCase)
      .when(receive(100, 'EUR'))
      .refuses('other-currency');
    donor(...agreedCase)
      .when(receive(501))
      .refuses('deposit-exceeds-value');
  });
});

describe('a case is implemented', () => {
  const implement = act('ImplementCase', {});
  it('R16: after acceptance and initial deposit', () =>
    donor(...agreedCase, deposited)
      .knowing(programme, OF, proposed)
      .when(implement)
      .then(implemented));
  it('R16: not before acceptance', () =>
    donor(...offered)
      .knowing(programme, OF, proposed)
      .when(implement)
      .refuses('not-accepted'));
  it('R16: not before the deposit is complete', () => {
    const half = act('InitialDepositReceived', { amount: 50, currency: 'USD' });
    donor(...agreedCase)
      .knowing(programme, OF, proposed)
      .when(implement)
      .refuses('deposit-missing');
    donor(...agreedCase, half)
      .knowing(programme, OF, proposed)
      .when(implement)
      .refuses('deposit-missing');
    donor(...agreedCase, half, half)
      .knowing(programme, OF, proposed)
      .when(implement)
      .then(implemented);
  });
  it('R16: before both by an emergency exception, which names its authority and reason', () =>
    donor(...offered)
      .knowing(programme, OF, proposed)
      .when(act('ImplementCase', { emergency }))
      .then(hurried));
  it('R16: but never without an offer', () =>
    donor(requested)
      .knowing(programme, OF, proposed)
      .when(act('ImplementCase', { emergency }))
      .refuses('not-accepted'));
  it('R19: not while the programme is suspended, emergency or not', () => {
    const past = [...agreedCase, deposited];
    const stopped = [proposed, suspended];
    donor(...past)
      .knowing(programme, OF, ...stopped)
      .when(implement)
      .refuses('programme-suspended');
    donor(...past)
      .knowing(programme, OF, ...stopped)
      .when(act('ImplementCase', { emergency }))
      .refuses('programme-suspended');
  });
  it('once, by the donor', () => {
    donor(...running)
      .knowing(programme, OF, proposed)
      .when(implement)
      .refuses('already-implemented');
    recipient(...agreedCase, deposited)
      .knowing(programme, OF, proposed)
      .when(implement)
      .refuses('not-the-donor');
  });
});

describe('a case is amended by both sides', () => {
  const past = [...running, lineAdded('002')];
  const offer = (more: object) => act('OfferAmendment', { ...amendment, ...more });
  const accept = act('AcceptAmendment', { amendment: 'amendment-1' });
  it('offered by the donor', () =>
    donor(...past)
      .when(offer({}))
      .then(amendmentOffered));
  it('accepted by the recipient, never by the donor itself', () => {
    recipient(...past, amendmentOffered)
      .when(accept)
      .then(amendmentAccepted);
    donor(...past, amendmentOffered)
      .when(accept)
      .refuses('not-the-recipient');
    recipient(...past)
      .when(offer({}))
      .refuses('not-the-donor');
  });
  it('one at a time: the next one offered takes its place', () => {
    donor(...past, amendmentOffered)
      .when(offer({}))
      .refuses('amendment-already-offered');
    const second = { ...amendment, amendment: 'amendment-2' };
    donor(...past, amendmentOffered)
      .when(offer(second))
      .then(act('AmendmentOffered', second));
    recipient(...past, amendmentOffered, act('AmendmentOffered', second))
      .when(accept)
      .refuses('amendment-not-offered');
    recipient(...past, amendmentOffered, amendmentAccepted)
      .when(accept)
      .refuses('amendment-not-offered');
  });
  it('after it was accepted', () =>
    donor(...offered)
      .when(offer({ adds: [] }))
      .refuses('not-accepted'));
  it('where it changes lines of the case or adds drafted ones, each once', () => {
    donor(...past)
      .when(offer({ changes: [], adds: [] }))
      .refuses('changes-nothing');
    donor(...past)
      .when(offer({ changes: [{ ...change, line: '002' }], adds: [] }))
      .refuses('line-unknown');
    donor(...past)
      .when(offer({ adds: ['001'], changes: [] }))
      .refuses('line-not-drafted');
    donor(...past)
      .when(offer({ adds: ['003'] }))
      .refuses('line-not-drafted');
    donor(...past)
      .when(offer({ changes: [change, change] }))
      .refuses('line-twice');
  });
  it('never below what is delivered, also when that came in between', () => {
    const less = { changes: [{ ...change, quantityBy: -41 }], adds: [] };
    donor(...past, delivered())
      .when(offer(less))
      .refuses('below-delivered');
    recipient(...past, act('AmendmentOffered', { ...amendment, ...less }), delivered())
      .when(accept)
      .refuses('below-delivered');
  });
  it('within what a row can hold', () => {
    const by = (more: object) => offer({ changes: [{ ...change, ...more }], adds: [] });
    donor(...past)
      .when(by({ quantityBy: Number.MAX_SAFE_INTEGER }))
      .refuses('quantity-beyond-range');
    donor(...past)
      .when(by({ valueBy: Number.MAX_SAFE_INTEGER }))
      .refuses('amount-beyond-range');
    donor(...past)
      .when(by({ valueBy: -401 }))
      .refuses('amount-beyond-range');
    const dear = act('CaseLineAdded', { ...lineOf('002'), value: Number.MAX_SAFE_INTEGER });
    donor(...running, dear)
      .when(offer({}))
      .refuses('amount-beyond-range');
  });
  it('so that more, or less, is delivered', () => {
    const wider = { ...amendment, changes: [{ ...change, quantityBy: 20 }], adds: [] };
    const after = act('AmendmentAccepted', { ...wider, value: 420 });
    const facts = [{ stream: `programme/${OF}`, event: given.id(0) }];
    const when = act('DeliverAssistance', { ...delivery, quantity: 120, consignments: [], facts });
    donor(...running)
      .when(when)
      .refuses('exceeds-ordered');
    donor(...running, after)
      .knowing(programme, OF, proposed)
      .when(when)
      .then(delivered({ quantity: 120, consignments: [], facts }));
  });
});

describe('a case is modified by one side', () => {
  const changes = [{ line: '001', valueBy: 5, due: '2026-10-15' }];
  const modify = act('ModifyCase', { changes, reason: 'price-increase' });
  const modified = act('CaseModified', { changes, reason: 'price-increase', value: 505 });
  it('by the donor, leaving the quantities as they are', () =>
    donor(...running)
      .when(modify)
      .then(modified));
  it('not by the recipient, and not before it was accepted', () => {
    recipient(...running)
      .when(modify)
      .refuses('not-the-donor');
    donor(...offered)
      .when(modify)
      .refuses('not-accepted');
  });
  it('again and again, each time from where it stands', () =>
    donor(...running, modified)
      .when(modify)
      .then(act('CaseModified', { ...modified.data, value: 510 })));
});

describe('works', () => {
  const start = act('StartWorks', step('2026-04-13'));
  const complete = act('CompleteWorks', step('2026-05-11'));
  const accept = act('AcceptWorks', step('2026-05-18'));
  it('are started and completed by an implementer, and accepted by the recipient', () => {
    given(assistanceCase, ...running)
      .as('ostra-training', 'implementer')
      .when(start)
      .then(worksStarted);
    donor(...running, worksStarted)
      .when(complete)
      .then(worksCompleted);
    recipient(...running, worksStarted, worksCompleted)
      .when(accept)
      .then(worksAccepted);
  });
  it('are not accepted by whoever built them, nor built by whoever accepts them', () => {
    donor(...running, worksStarted, worksCompleted)
      .when(accept)
      .refuses('not-the-recipient');
    recipient(...running)
      .when(start)
      .refuses('not-a-deliverer');
    given(assistanceCase, ...running)
      .as('estmark', 'implementer')
      .when(start)
      .refuses('not-a-deliverer');
  });
  it('R16: start under an implemented case', () =>
    donor(...agreedCase)
      .when(start)
      .refuses('not-implemented'));
  it('come in order, each once', () => {
    donor(...running)
      .when(complete)
      .refuses('works-out-of-order');
    donor(...running, worksStarted)
      .when(start)
      .refuses('works-out-of-order');
    recipient(...running, worksStarted)
      .when(accept)
      .refuses('works-out-of-order');
    donor(...running, worksStarted)
      .when(act('CompleteWorks', step('2026-04-12')))
      .refuses('before-the-fact');
    donor(...running)
      .when(act('StartWorks', step('2026-06-02')))
      .refuses('day-in-future');
    donor(...running)
      .when(act('StartWorks', { ...step('2026-04-13'), line: '009' }))
      .refuses('line-unknown');
  });
  it('count as delivered once they are accepted', () => {
    const facts = [{ stream: 'assistance-case/norland.it-1', event: given.id(9) }];
    const when = act('DeliverAssistance', { ...delivery, consignments: [], facts });
    donor(...running, worksStarted, worksCompleted)
      .when(when)
      .refuses('works-not-accepted');
    donor(...running, worksStarted, worksCompleted, worksAccepted)
      .when(when)
      .then(delivered({ consignments: [], facts }));
  });
});

describe('assistance is delivered', () => {
  const when = act('DeliverAssistance', delivery);
  const and = (more: object) => act('DeliverAssistance', { ...delivery, ...more });
  it('at the point that the case fixed, resting on a consignment received', () =>
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .when(when)
      .then(delivered()));
  it('as an implementer may record, and nobody else', () => {
    given(assistanceCase, ...running)
      .as('ostra-training', 'implementer')
      .named('norland.it-1')
      .knowing(consignment, SHIP, scheduled(), received(60))
      .when(when)
      .then(delivered());
    recipient(...running)
      .knowing(consignment, SHIP)
      .when(when)
      .refuses('not-a-deliverer');
  });
  it('R16: only under an implemented case', () =>
    donor(...agreedCase, deposited)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .when(when)
      .refuses('not-implemented'));
  it('R16: or under an emergency exception', () =>
    donor(...offered, hurried)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .when(when)
      .then(delivered()));
  it('R19: also while the programme is suspended: what has arrived is a fact', () =>
    donor(...running)
      .knowing(programme, OF, proposed, suspended)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .when(when)
      .then(delivered()));
  it('of a line of the case, not tomorrow', () => {
    donor(...running, lineAdded('002'))
      .knowing(consignment, SHIP)
      .when(and({ line: '002' }))
      .refuses('line-unknown');
    donor(...running)
      .knowing(consignment, SHIP)
      .when(and({ line: 'constructor' }))
      .refuses('line-unknown');
    donor(...running)
      .when(and({ on: '2026-06-02' }))
      .refuses('day-in-future');
  });
  it('never more than was ordered', () => {
    donor(...running)
      .when(and({ quantity: 101 }))
      .refuses('exceeds-ordered');
    donor(...running, delivered())
      .when(and({ quantity: 41 }))
      .refuses('exceeds-ordered');
  });
  it('resting on something', () =>
    donor(...running)
      .when(and({ consignments: [] }))
      .refuses('rests-on-nothing'));
  it('with shares that make up the quantity, each consignment once', () => {
    donor(...running)
      .when(and({ consignments: [share(59)] }))
      .refuses('shares-do-not-add-up');
    donor(...running)
      .when(and({ consignments: [share(61)] }))
      .refuses('shares-do-not-add-up');
    donor(...running)
      .when(and({ consignments: [share(30), share(30)] }))
      .refuses('consignment-twice');
  });
  it('by facts that stand where they are said to stand', () => {
    const fact = (stream: string) => ({ consignments: [], facts: [{ stream, event: given.id(99) }] });
    donor(...running)
      .when(and(fact('assistance-case/norland.it-1')))
      .refuses('fact-unknown');
    for (const stream of [`programme/${OF}`, 'training/norland.course-1', 'nowhere', 'constructor/x'])
      donor(...running)
        .knowing(programme, OF, proposed)
        .when(and(fact(stream)))
        .refuses('fact-unknown');
    donor(...running)
      .when(and(fact(`consignment/${SHIP}`)))
      .refuses('consignment-as-fact');
  });
  it('by consignments of this case that have reached the point', () => {
    donor(...running)
      .when(when)
      .refuses('consignment-not-found');
    donor(...running)
      .knowing(consignment, SHIP, scheduled({ case: 'norland.case-2' }), received(60))
      .when(when)
      .refuses('other-case');
    const shipped = act('ConsignmentShipped', { on: '2026-05-11' });
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), shipped)
      .when(when)
      .refuses('point-not-reached');
    const atOrigin = [requested, lineAdded(), prepared({ deliveryPoint: 'origin' }), made, accepted, implemented];
    donor(...atOrigin)
      .knowing(consignment, SHIP, scheduled(), shipped)
      .when(when)
      .then(delivered({ point: 'origin' }));
  });
  it('today at the latest', () => {
    const today = { on: '2026-06-01' };
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), received(60, '2026-06-01'))
      .when(and(today))
      .then(delivered(today));
  });
  it('not before they reached it', () =>
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), received(60, '2026-05-21'))
      .when(when)
      .refuses('before-the-fact'));
  it('with what they brought of the line, counted once', () => {
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), received(59))
      .when(when)
      .refuses('consignment-short');
    const rest = and({ quantity: 40, consignments: [share(40)] });
    donor(...running, delivered())
      .knowing(consignment, SHIP, scheduled(), received(60))
      .when(rest)
      .refuses('consignment-short');
    donor(...running, delivered())
      .knowing(consignment, SHIP, scheduled(), received(100))
      .when(rest)
      .then(delivered({ quantity: 40, consignments: [share(40)] }));
  });
  it('with several consignments at once', () => {
    const consignments = [share(40), share(20, 'norland.consignment-2')];
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), received(40))
      .knowing(consignment, 'norland.consignment-2', scheduled(), received(20))
      .when(and({ consignments }))
      .then(delivered({ consignments }));
  });
});

describe('a delivery is corrected by the difference (R26)', () => {
  const fix = { corrects: given.id(7), line: '001', quantityBy: -2, consignment: SHIP, reason: 'miscounted' };
  const correct = (more: object = {}) => act('CorrectDelivery', { ...fix, ...more });
  const corrected = act('DeliveryCorrected', fix);
  const past = [...running, delivered()];
  it('R26: downwards', () =>
    donor(...past)
      .knowing(consignment, SHIP)
      .when(correct())
      .then(corrected));
  it('R26: and upwards, where the consignment brought more', () => {
    donor(...past)
      .knowing(consignment, SHIP, scheduled(), received(61))
      .when(correct({ quantityBy: 1 }))
      .then(act('DeliveryCorrected', { ...fix, quantityBy: 1 }));
    donor(...past)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .when(correct({ quantityBy: 1 }))
      .refuses('consignment-short');
  });
  it('R26: naming a delivery of that line', () => {
    donor(...past)
      .when(correct({ corrects: given.id(0) }))
      .refuses('corrects-unknown-event');
    donor(...past)
      .when(correct({ corrects: given.id(99) }))
      .refuses('corrects-unknown-event');
    donor(...past, lineAdded('002'))
      .when(correct({ line: '002' }))
      .refuses('corrects-unknown-event');
  });
  it('R26: by something, never below nothing, never beyond what was ordered', () => {
    donor(...past)
      .when(correct({ quantityBy: 0 }))
      .refuses('correction-changes-nothing');
    donor(...past)
      .when(correct({ quantityBy: -61 }))
      .refuses('below-zero');
    donor(...past)
      .when(correct({ quantityBy: 41 }))
      .refuses('exceeds-ordered');
    donor(...past, corrected)
      .when(correct({ quantityBy: -59 }))
      .refuses('below-zero');
  });
  it('R26: in the share of a consignment that it rests on', () => {
    const without = { corrects: given.id(7), line: '001', quantityBy: -2, reason: 'miscounted' };
    donor(...past)
      .when(act('CorrectDelivery', without))
      .refuses('share-not-named');
    donor(...past)
      .when(correct({ consignment: 'norland.consignment-2' }))
      .refuses('share-not-named');
    const two = delivered({ consignments: [share(59), share(1, 'norland.consignment-2')] });
    donor(...running, two)
      .when(correct({ consignment: 'norland.consignment-2' }))
      .refuses('below-zero');
  });
  it('R26: also after the case was closed', () =>
    donor(...running, all, reconciled, closed)
      .when(correct())
      .then(corrected));
  it('so that what was counted of the consignment is free again', () =>
    donor(...past, corrected)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .when(act('DeliverAssistance', { ...delivery, quantity: 2, consignments: [share(2)] }))
      .then(delivered({ quantity: 2, consignments: [share(2)] })));
});

describe('a case is reconciled', () => {
  const reconcile = (more: object = {}) => act('ReconcileCase', { finalValue: 480, currency: 'USD', ...more });
  it('when every line is delivered', () => {
    donor(...running, all)
      .when(reconcile())
      .then(reconciled);
    donor(...running, delivered())
      .when(reconcile())
      .refuses('lines-outstanding');
  });
  it('or cancelled by amendment', () => {
    const less = { ...amendment, changes: [{ ...change, quantityBy: -40 }], adds: [], value: 420 };
    donor(...running, delivered(), act('AmendmentAccepted', less))
      .when(reconcile({ finalValue: 420 }))
      .then(act('CaseReconciled', { finalValue: 420, currency: 'USD' }));
  });
  it('R16: after acceptance and implementation', () => {
    donor(...agreedCase)
      .when(reconcile())
      .refuses('not-implemented');
    donor(...offered, hurried, all)
      .when(reconcile())
      .refuses('not-accepted');
  });
  it("within its value, in its currency, by the donor's word", () => {
    donor(...running, all)
      .when(reconcile({ finalValue: 501 }))
      .refuses('final-value-exceeds-case');
    donor(...running, all)
      .when(reconcile({ currency: 'EUR' }))
      .refuses('other-currency');
    recipient(...running, all)
      .when(reconcile())
      .refuses('not-the-donor');
  });
  it('again after a delivery was corrected', () => {
    const fix = { corrects: given.id(7), line: '001', quantityBy: -2, consignment: SHIP, reason: 'miscounted' };
    const past = [...running, all, reconciled, act('DeliveryCorrected', fix)];
    donor(...past)
      .when(act('CloseCase', closed.data))
      .refuses('not-reconciled');
  });
});

describe('a case is closed', () => {
  const close = act('CloseCase', closed.data);
  it('after its reconciliation', () => {
    donor(...running, all, reconciled)
      .when(close)
      .then(closed);
    donor(...running, all)
      .when(close)
      .refuses('not-reconciled');
  });
  it('and is then at its end', () => {
    donor(...running, all, reconciled, closed)
      .when(close)
      .refuses('case-ended');
    donor(...running, all, reconciled)
      .when(act('AddCaseLine', lineOf('002')))
      .refuses('case-ended');
  });
});

describe('a case is cancelled', () => {
  const cancel = act('CancelCase', cancelled.data);
  it('by either side', () => {
    donor(...offered)
      .when(cancel)
      .then(cancelled);
    recipient(...running)
      .when(cancel)
      .then(cancelled);
    given(assistanceCase, ...offered)
      .as('ostra-training', 'implementer')
      .when(cancel)
      .refuses('not-a-party');
  });
  it('once, and not after something was built or delivered', () => {
    donor(...offered, cancelled)
      .when(cancel)
      .refuses('case-ended');
    donor(...running, delivered())
      .when(cancel)
      .refuses('execution-begun');
    donor(...running, worksStarted)
      .when(cancel)
      .refuses('execution-begun');
  });
});
