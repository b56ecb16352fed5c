import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given } from '../../../../test/support/decider-specification.js';
import { item } from '../equipment/item.js';
import { programme } from '../planning/programme.js';
import { assistanceCase } from './assistance-case.js';
import { consignment } from './consignment.js';

const OF = 'norland.programme-1';
const SHIP = 'norland.consignment-1';
const OWN = 'assistance-case/norland.it-1';

const request = {
  donor: 'norland',
  recipient: 'estmark',
  programme: OF,
  asked: [{ item: 'night-vision-device', quantity: 100, unit: 'each' }],
};
const requested = act('AssistanceRequested', request);
const returned = act('RequestReturnedIncomplete', { missing: ['end-use-statement'] });
const supplemented = act('RequestSupplemented', { supplied: ['end-use-statement'] });
const lineOf = (line: string) => ({
  line,
  item: 'night-vision-device',
  quantity: 100,
  unit: 'each',
  value: 400,
  due: '2026-05-15',
});
const lineAdded = (line = '001') => act('CaseLineAdded', lineOf(line));
const terms = {
  offer: 'basic',
  lines: ['001'],
  value: 500,
  currency: 'USD',
  initialDeposit: 100,
  validUntil: '2026-06-30',
  deliveryPoint: 'receipt',
};
const prepared = (more: object = {}) => act('OfferPrepared', { ...terms, ...more });
const notified = act('LegislatureNotifiedOfOffer', { offer: 'basic', on: '2026-05-20', until: '2026-06-04' });
const made = act('OfferMade', { offer: 'basic', validUntil: '2026-06-30' });
const accepted = act('OfferAccepted', { offer: 'basic', value: 500, currency: 'USD' });
const lapsed = act('OfferLapsed', { offer: 'basic', on: '2026-07-01' });
const deposited = act('InitialDepositReceived', { amount: 100, currency: 'USD' });
const implemented = act('CaseImplemented', { deposited: 100, currency: 'USD' });
const emergency = { authority: 'head-of-government', reason: 'armed-attack' };
const hurried = act('CaseImplemented', { deposited: 0, currency: 'USD', emergency });
const change = { line: '001', quantityBy: -20, valueBy: -80, due: '2026-09-30' };
const amendment = { amendment: 'amendment-1', changes: [change], adds: ['002'], reason: 'reduced-requirement' };
const amendmentOffered = act('AmendmentOffered', amendment);
const agreed = { amendment: 'amendment-1', changes: [change], adds: ['002'], value: 820 };
const amendmentAccepted = act('AmendmentAccepted', agreed);
const step = (on: string) => ({ line: '001', on });
const worksStarted = act('WorksStarted', step('2026-04-13'));
const worksCompleted = act('WorksCompleted', step('2026-05-11'));
const worksAccepted = act('WorksAccepted', step('2026-05-18'));
const share = (quantity: number, of = SHIP) => ({ consignment: of, quantity });
const delivery = { line: '001', quantity: 60, on: '2026-05-20', consignments: [share(60)], facts: [] };
const delivered = (more: object = {}) => act('AssistanceDelivered', { ...delivery, point: 'receipt', ...more });
const reconciled = act('CaseReconciled', { finalValue: 480, currency: 'USD' });
const closed = act('CaseClosed', { reason: 'all-delivered' });
const cancelled = act('CaseCancelled', { reason: 'no-longer-required' });

const offered = [requested, lineAdded(), prepared(), made];
const agreedCase = [...offered, accepted];
const running = [...agreedCase, deposited, implemented];
const all = delivered({ quantity: 100, consignments: [share(100)] });

const proposed = act('ProgrammeProposed', {
  title: 'Night vision',
  donor: 'norland',
  recipient: 'estmark',
  sector: '15210',
  starts: '2026-01-01',
  ends: '2028-12-31',
});
const suspended = act('ProgrammeSuspended', { reason: 'misuse-measure' });

const scheduled = (more: object = {}) =>
  act('DeliveryScheduled', {
    case: 'norland.it-1',
    programme: OF,
    donor: 'norland',
    recipient: 'estmark',
    lines: [{ line: '001', quantity: 100 }],
    due: '2026-05-15',
    ...more,
  });
const received = (quantity: number, on = '2026-05-20') =>
  act('ReceiptConfirmed', { on, lines: [{ line: '001', quantity }] });

const donor = (...past: Event[]) => given(assistanceCase, ...past).as('norland', 'donor');
const recipient = (...past: Event[]) => given(assistanceCase, ...past).as('estmark', 'recipient');

describe('no step of a case comes before those on which it rests (R30)', () => {
  const dayBefore = { occurredAt: '2026-04-30T09:00:00.000Z' };
  it.each([
    ['an acceptance before the offer', recipient(...offered), act('AcceptOffer', accepted.data)],
    ['execution before the acceptance', donor(...agreedCase, deposited), act('ImplementCase', {})],
  ])('%s', (_, of, command) => of.knowing(programme, OF, proposed).refuses(command, 'before-the-fact', dayBefore));
});

describe('a case is requested', () => {
  const parties = ['norland', 'estmark'];
  const when = act('RequestAssistance', request);
  it('by the recipient, within its programme', () =>
    recipient().registered(parties, 'donor', 'recipient').knowing(programme, OF, proposed).decides(when, requested));
  it('by a representative that speaks for it', () =>
    given(assistanceCase)
      .as('sudria', 'donor', { for: 'estmark' })
      .registered(parties, 'donor', 'recipient')
      .knowing(programme, OF, proposed)
      .decides(when, requested));
  it('by a letter that the donor records with its reference', () => {
    const letter = { ...request, letter: 'LOR 2026-014' };
    donor()
      .registered(parties, 'donor', 'recipient')
      .knowing(programme, OF, proposed)
      .decides(act('RequestAssistance', letter), act('AssistanceRequested', letter));
    donor().knowing(programme, OF, proposed).refuses(when, 'letter-not-named');
  });
  it('by nobody else', () =>
    given(assistanceCase)
      .as('ostra-training', 'implementer')
      .knowing(programme, OF, proposed)
      .refuses(when, 'not-a-party'));
  it('of another organisation', () =>
    recipient()
      .knowing(programme, OF, proposed)
      .refuses(act('RequestAssistance', { ...request, donor: 'estmark' }), 'donor-is-recipient'));
  it('within a programme that exists and has the same parties', () => {
    recipient().refuses(when, 'programme-not-found');
    const others = { ...proposed, data: { ...proposed.data, recipient: 'sudria' } };
    recipient().knowing(programme, OF, others).refuses(when, 'programme-of-others');
  });
  it('with the framework of its programme, which its event keeps', () => {
    const framework = 'norland.framework-1';
    recipient()
      .registered(parties, 'donor', 'recipient')
      .knowing(programme, OF, { ...proposed, data: { ...proposed.data, framework } })
      .decides(when, act('AssistanceRequested', { ...request, framework }));
  });
  it('outside of any programme too', () => {
    const alone = { donor: 'norland', recipient: 'estmark', asked: request.asked };
    recipient()
      .registered(parties, 'donor', 'recipient')
      .decides(act('RequestAssistance', alone), act('AssistanceRequested', alone));
  });
  it('once', () => recipient(requested).knowing(programme, OF, proposed).refuses(when, 'already-exists'));
  it('before any other command, which the refusal names', () =>
    donor().refusesWith(
      act('MakeOffer', { offer: 'basic' }),
      'not-found',
      {},
      'the command request was accepted for this assistance case',
    ));
});

describe('a refusal', () => {
  it('names the status as rows do: accepted, then implemented', () => {
    const close = act('CloseCase', { reason: 'all-delivered' });
    donor(...agreedCase).refusesWith(close, 'not-reconciled', { status: 'accepted' });
    donor(...running).refusesWith(close, 'not-reconciled', { status: 'implemented' });
    donor(...running).refusesWith(act('ReturnRequest', returned.data), 'not-requested', { status: 'implemented' });
  });
});

describe('an incomplete request is returned', () => {
  it('by the donor, and supplemented by the recipient', () => {
    donor(requested).decides(act('ReturnRequest', returned.data), returned);
    recipient(requested, returned).decides(act('SupplementRequest', supplemented.data), supplemented);
    donor(requested, returned, supplemented).decides(act('ReturnRequest', returned.data), returned);
  });
  it('by the donor only, and supplemented by the recipient only', () => {
    recipient(requested).refuses(act('ReturnRequest', returned.data), 'not-the-donor');
    donor(requested, returned).refuses(act('SupplementRequest', supplemented.data), 'not-the-recipient');
  });
  it('once, and waits for its supplement', () => {
    donor(requested, returned).refuses(act('ReturnRequest', returned.data), 'not-requested');
    recipient(requested).refuses(act('SupplementRequest', supplemented.data), 'not-returned');
    donor(requested, returned, lineAdded()).refuses(act('PrepareOffer', terms), 'not-requested');
  });
});

describe('an offer is prepared', () => {
  const prepare = (more: object = {}) => act('PrepareOffer', { ...terms, ...more });
  it('with drafted lines', () => {
    donor(requested).decides(act('AddCaseLine', lineOf('001')), lineAdded());
    donor(requested, lineAdded()).decides(prepare(), prepared());
  });
  it('with lines of different names', () =>
    donor(requested, lineAdded()).refuses(act('AddCaseLine', lineOf('001')), 'line-already-added'));
  it('with two hundred lines at most', () => {
    const past = Array.from({ length: 200 }, (_, n) => lineAdded(`n${n}`));
    donor(requested, ...past.slice(1)).decides(act('AddCaseLine', lineOf('n0')), lineAdded('n0'));
    donor(requested, ...past).refuses(act('AddCaseLine', lineOf('n200')), 'too-many-lines');
  });
  it('with lines of any name', () =>
    donor(requested).decides(act('AddCaseLine', lineOf('constructor')), lineAdded('constructor')));
  it('with lines that exist', () => {
    donor(requested).refuses(prepare(), 'line-unknown');
    donor(requested).refuses(prepare({ lines: ['constructor'] }), 'line-unknown');
  });
  it('at a value that covers its lines and its deposit', () => {
    donor(requested, lineAdded()).refuses(prepare({ value: 399 }), 'lines-exceed-value');
    donor(requested, lineAdded()).refuses(prepare({ initialDeposit: 501 }), 'deposit-exceeds-value');
  });
  it('to be valid from its day on', () =>
    donor(requested, lineAdded()).refuses(prepare({ validUntil: '2026-05-31' }), 'validity-passed'));
  it('by the donor', () => recipient(requested, lineAdded()).refuses(prepare(), 'not-the-donor'));
  it('again under another name, before it is made or after it lapsed', () => {
    donor(requested, lineAdded(), prepared()).refuses(prepare(), 'offer-already-prepared');
    donor(requested, lineAdded(), prepared()).decides(prepare({ offer: 'second' }), prepared({ offer: 'second' }));
    donor(...offered, lapsed).decides(prepare({ offer: 'second' }), prepared({ offer: 'second' }));
    donor(...offered).refuses(prepare({ offer: 'second' }), 'not-requested');
  });
  it('again after an emergency only with what is in force (R16)', () => {
    const past = [...offered, hurried, lapsed, lineAdded('002')];
    donor(...past).refuses(prepare({ offer: 'second', lines: ['002'] }), 'line-in-force');
    donor(...past).refuses(prepare({ offer: 'second', currency: 'EUR' }), 'terms-in-force');
    donor(...past).refuses(prepare({ offer: 'second', deliveryPoint: 'hub' }), 'terms-in-force');
  });
});

describe('the legislature is told of an offer that asks for it (R16)', () => {
  const past = [requested, lineAdded(), prepared({ noticeDays: 15 })];
  const notify = (on = '2026-05-20') => act('NotifyLegislatureOfOffer', { offer: 'basic', on });
  const make = act('MakeOffer', { offer: 'basic' });
  it('with the day from which the offer may be made', () => donor(...past).decides(notify(), notified));
  it('once, on a day that has come', () => {
    donor(...past, notified).refuses(notify(), 'already-notified');
    donor(...past).refuses(notify('2026-06-02'), 'day-in-future');
  });
  it('and of no other offer', () => {
    donor(requested, lineAdded(), prepared()).refuses(notify(), 'notice-not-required');
    donor(requested, lineAdded()).refuses(notify(), 'not-prepared');
  });
  it('R16: the offer waits for the notice', () => donor(...past).refuses(make, 'legislature-not-notified'));
  it('R16: the offer waits until the notice has run out', () => {
    donor(...past, notified).refuses(make, 'notice-running');
    donor(...past, notified).refuses(make, 'notice-running', { now: '2026-06-03T23:59:59.000Z' });
    donor(...past, notified).decides(make, made, { now: '2026-06-04T00:00:00.000Z' });
  });
  it('R16: again if another offer is prepared', () =>
    donor(...past, notified, prepared({ offer: 'second', noticeDays: 30 })).refuses(
      act('MakeOffer', { offer: 'second' }),
      'legislature-not-notified',
      { now: '2026-06-10T00:00:00.000Z' },
    ));
});

describe('an offer is made', () => {
  const make = act('MakeOffer', { offer: 'basic' });
  it('by the donor, if no notice is required', () => donor(requested, lineAdded(), prepared()).decides(make, made));
  it('once, by its name, while it is valid', () => {
    donor(...offered).refuses(make, 'not-prepared');
    donor(requested, lineAdded(), prepared()).refuses(act('MakeOffer', { offer: 'other' }), 'other-offer');
    donor(requested, lineAdded(), prepared()).refuses(make, 'validity-passed', { now: '2026-07-01T00:00:00.000Z' });
  });
});

describe('an offer is accepted', () => {
  const accept = act('AcceptOffer', accepted.data);
  it('by the recipient', () => recipient(...offered).decides(accept, accepted));
  it('not by the donor that made it', () => donor(...offered).refuses(accept, 'not-the-recipient'));
  it('only after it was made', () => recipient(requested, lineAdded(), prepared()).refuses(accept, 'not-offered'));
  it('R16: until its last day', () => {
    recipient(...offered).decides(accept, accepted, { now: '2026-06-30T23:59:59.000Z' });
    recipient(...offered).refuses(accept, 'offer-lapsed', { now: '2026-07-01T00:00:00.000Z' });
  });
  it('at the value and in the currency offered', () => {
    recipient(...offered).refuses(act('AcceptOffer', { ...accepted.data, value: 400 }), 'other-value');
    recipient(...offered).refuses(act('AcceptOffer', { ...accepted.data, currency: 'EUR' }), 'other-value');
  });
  it('R16: on a day before it lapsed, also if that is recorded later', () => {
    const late = (day: string) => ({ occurredAt: `${day}T12:00:00.000Z`, now: '2026-07-20T06:00:00.000Z' });
    recipient(...offered, lapsed).decides(accept, accepted, late('2026-06-30'));
    recipient(...offered, lapsed).refuses(accept, 'offer-lapsed', late('2026-07-01'));
    const second = [...offered, lapsed, prepared({ offer: 'second' })];
    recipient(...second).refuses(accept, 'not-offered', late('2026-06-30'));
  });
});

describe('an offer lapses', () => {
  const lapse = act('LapseOffer', { offer: 'basic' });
  const later = { now: '2026-07-20T06:00:00.000Z' };
  it('by the clock, on the day after its last, also when noticed later', () =>
    given(assistanceCase, ...offered)
      .as('entente', 'system')
      .decides(lapse, lapsed, later));
  it('not while it is valid', () => donor(...offered).refuses(lapse, 'offer-still-valid'));
  it('not when it was accepted or lapsed already', () => {
    donor(...agreedCase).refuses(lapse, 'not-offered', later);
    donor(...offered, lapsed).refuses(lapse, 'not-offered', later);
  });
  it('not by a command of the recipient', () => recipient(...offered).refuses(lapse, 'not-the-donor', later));
});

describe('the initial deposit is received', () => {
  const receive = (amount: number, currency = 'USD') => act('ReceiveInitialDeposit', { amount, currency });
  it('after acceptance', () => {
    donor(...agreedCase).decides(receive(100), deposited);
    donor(...offered).refuses(receive(100), 'not-accepted');
  });
  it("until it is complete, in the case's currency, within its value", () => {
    donor(...agreedCase, deposited).refuses(receive(1), 'deposit-complete');
    donor(...agreedCase).refuses(receive(100, 'EUR'), 'other-currency');
    donor(...agreedCase).refuses(receive(501), 'deposit-exceeds-value');
  });
  it('and corrected by the difference, also after the end of the case (R26, R31)', () => {
    const correct = (difference: number) =>
      act('CorrectInitialDeposit', { corrects: given.id(agreedCase.length), difference, reason: 'mistyped' });
    const corrected = (difference: number) => act('InitialDepositCorrected', correct(difference).data);
    const past = [...agreedCase, deposited];
    donor(...past).decides(correct(-40), corrected(-40));
    donor(...past).decides(correct(400), corrected(400));
    donor(...past).refuses(correct(401), 'deposit-exceeds-value');
    donor(...past).refuses(correct(-101), 'exceeds-what-is-left');
    donor(...past).refuses(correct(0), 'nothing-corrected');
    donor(...past, corrected(-100)).refuses(correct(-1), 'nothing-left-to-correct');
    donor(...past, corrected(-40)).decides(receive(40), act('InitialDepositReceived', receive(40).data));
    donor(...past, corrected(-40))
      .knowing(programme, OF, proposed)
      .refuses(act('ImplementCase', {}), 'deposit-missing');
    donor(...past, act('CaseCancelled', { reason: 'x' })).decides(correct(-100), corrected(-100));
    recipient(...past).refuses(correct(-40), 'not-the-donor');
  });
});

describe('a case is implemented', () => {
  const implement = act('ImplementCase', {});
  it('R16: after acceptance and initial deposit', () =>
    donor(...agreedCase, deposited)
      .knowing(programme, OF, proposed)
      .decides(implement, implemented));
  it('R16: not before acceptance', () =>
    donor(...offered)
      .knowing(programme, OF, proposed)
      .refuses(implement, 'not-accepted'));
  it('R16: not before the deposit is complete', () => {
    const half = act('InitialDepositReceived', { amount: 50, currency: 'USD' });
    donor(...agreedCase)
      .knowing(programme, OF, proposed)
      .refuses(implement, 'deposit-missing');
    donor(...agreedCase, half)
      .knowing(programme, OF, proposed)
      .refuses(implement, 'deposit-missing');
    donor(...agreedCase, half, half)
      .knowing(programme, OF, proposed)
      .decides(implement, implemented);
  });
  it('R16: before both by an emergency exception, which names its authority and reason', () =>
    donor(...offered)
      .knowing(programme, OF, proposed)
      .decides(act('ImplementCase', { emergency }), hurried));
  it('R16: never without an offer', () =>
    donor(requested).knowing(programme, OF, proposed).refuses(act('ImplementCase', { emergency }), 'not-accepted'));
  it('R19: not after the programme has ended, emergency or not; on its last day it was', () => {
    const implement = act('ImplementCase', {});
    const after = (...end: Event[]) => donor(...agreedCase, deposited).knowing(programme, OF, proposed, ...end);
    const terminated = act('ProgrammeTerminated', { reason: 'misuse' });
    const completed = (on: string) => act('ProgrammeCompleted', { on });
    after(terminated).refuses(implement, 'programme-terminated');
    after(completed('2026-05-31')).refuses(implement, 'programme-completed');
    after(completed('2026-05-31')).refuses(act('ImplementCase', { emergency }), 'programme-completed');
    after(completed('2026-06-01')).decides(implement, implemented);
  });
  it('R19: not while the programme is suspended, emergency or not', () => {
    const past = [...agreedCase, deposited];
    const stopped = [proposed, suspended];
    donor(...past)
      .knowing(programme, OF, ...stopped)
      .refuses(implement, 'programme-suspended');
    donor(...past)
      .knowing(programme, OF, ...stopped)
      .refuses(act('ImplementCase', { emergency }), 'programme-suspended');
  });
  it('once, by the donor', () => {
    donor(...running)
      .knowing(programme, OF, proposed)
      .refuses(implement, 'already-implemented');
    recipient(...agreedCase, deposited)
      .knowing(programme, OF, proposed)
      .refuses(implement, 'not-the-donor');
  });
});

describe('a case is amended by both sides', () => {
  const past = [...running, lineAdded('002')];
  const offer = (more: object) => act('OfferAmendment', { ...amendment, ...more });
  const accept = act('AcceptAmendment', { amendment: 'amendment-1' });
  it('offered by the donor', () => donor(...past).decides(offer({}), amendmentOffered));
  it('accepted by the recipient, never by the donor itself', () => {
    recipient(...past, amendmentOffered).decides(accept, amendmentAccepted);
    donor(...past, amendmentOffered).refuses(accept, 'not-the-recipient');
    recipient(...past).refuses(offer({}), 'not-the-donor');
  });
  it('one at a time: the next one offered takes its place', () => {
    donor(...past, amendmentOffered).refuses(offer({}), 'amendment-already-offered');
    const second = { ...amendment, amendment: 'amendment-2' };
    donor(...past, amendmentOffered).decides(offer(second), act('AmendmentOffered', second));
    recipient(...past, amendmentOffered, act('AmendmentOffered', second)).refuses(accept, 'amendment-not-offered');
    recipient(...past, amendmentOffered, amendmentAccepted).refuses(accept, 'amendment-not-offered');
  });
  it('only after the case was accepted', () => donor(...offered).refuses(offer({ adds: [] }), 'not-accepted'));
  it('if it changes lines of the case or adds drafted ones, each once', () => {
    donor(...past).refuses(offer({ changes: [], adds: [] }), 'changes-nothing');
    donor(...past).refuses(offer({ changes: [{ ...change, line: '002' }], adds: [] }), 'line-unknown');
    donor(...past).refuses(offer({ adds: ['001'], changes: [] }), 'line-not-drafted');
    donor(...past).refuses(offer({ adds: ['003'] }), 'line-not-drafted');
    donor(...past).refuses(offer({ changes: [change, change] }), 'line-twice');
  });
  it('never below the quantity delivered, also after a delivery in between', () => {
    const less = { changes: [{ ...change, quantityBy: -41 }], adds: [] };
    donor(...past, delivered()).refuses(offer(less), 'below-delivered');
    recipient(...past, act('AmendmentOffered', { ...amendment, ...less }), delivered()).refuses(
      accept,
      'below-delivered',
    );
  });
  it('within the safe range of amounts', () => {
    const by = (more: object) => offer({ changes: [{ ...change, ...more }], adds: [] });
    donor(...past).refuses(by({ quantityBy: Number.MAX_SAFE_INTEGER }), 'quantity-beyond-range');
    donor(...past).refuses(by({ valueBy: Number.MAX_SAFE_INTEGER }), 'amount-beyond-range');
    donor(...past).refuses(by({ valueBy: -401 }), 'amount-beyond-range');
    const dear = act('CaseLineAdded', { ...lineOf('002'), value: Number.MAX_SAFE_INTEGER });
    donor(...running, dear).refuses(offer({}), 'amount-beyond-range');
  });
  it('to deliver more or less', () => {
    const wider = { ...amendment, changes: [{ ...change, quantityBy: 20 }], adds: [] };
    const after = act('AmendmentAccepted', { ...wider, value: 420 });
    const facts = [{ stream: `programme/${OF}`, event: given.id(0) }];
    const when = act('DeliverAssistance', { ...delivery, quantity: 120, consignments: [], facts });
    donor(...running).refuses(when, 'exceeds-ordered');
    donor(...running, after)
      .knowing(programme, OF, proposed)
      .decides(when, delivered({ quantity: 120, consignments: [], facts }));
  });
});

describe('a case is modified by one side', () => {
  const changes = [{ line: '001', valueBy: 5, due: '2026-10-15' }];
  const modify = act('ModifyCase', { changes, reason: 'price-increase' });
  const modified = act('CaseModified', { changes, reason: 'price-increase', value: 505 });
  it('by the donor, leaving the quantities as they are', () => donor(...running).decides(modify, modified));
  it('not by the recipient, and not before it was accepted', () => {
    recipient(...running).refuses(modify, 'not-the-donor');
    donor(...offered).refuses(modify, 'not-accepted');
  });
  it('several times, each time from the current state', () =>
    donor(...running, modified).decides(modify, act('CaseModified', { ...modified.data, value: 510 })));
});

describe('works', () => {
  const start = act('StartWorks', step('2026-04-13'));
  const complete = act('CompleteWorks', step('2026-05-11'));
  const accept = act('AcceptWorks', step('2026-05-18'));
  it('are started and completed by an implementer, and accepted by the recipient', () => {
    given(assistanceCase, ...running)
      .as('ostra-training', 'implementer')
      .registered(['ostra-training'], 'implementer')
      .decides(start, worksStarted);
    donor(...running, worksStarted).decides(complete, worksCompleted);
    recipient(...running, worksStarted, worksCompleted).decides(accept, worksAccepted);
  });
  it('are built and accepted by different organisations', () => {
    donor(...running, worksStarted, worksCompleted).refuses(accept, 'not-the-recipient');
    recipient(...running).refuses(start, 'not-a-deliverer');
    given(assistanceCase, ...running)
      .as('estmark', 'implementer')
      .refuses(start, 'not-a-deliverer');
  });
  it('R16: start under an implemented case', () => donor(...agreedCase).refuses(start, 'not-implemented'));
  it('come in order, each once (R30)', () => {
    donor(...running).refuses(complete, 'works-out-of-order');
    donor(...running, worksStarted).refuses(start, 'works-out-of-order');
    recipient(...running, worksStarted).refuses(accept, 'works-out-of-order');
    donor(...running, worksStarted).refuses(act('CompleteWorks', step('2026-04-12')), 'before-the-fact');
    donor(...running).refuses(act('StartWorks', step('2026-06-02')), 'day-in-future');
    donor(...running).refuses(act('StartWorks', { ...step('2026-04-13'), line: '009' }), 'line-unknown');
  });
  it('are corrected in the days of their steps, in their order (R26, R30)', () => {
    const n = running.length;
    const correct = (at: number, on: string) => ({ corrects: given.id(n + at), reason: 'mistyped', ...step(on) });
    const corrects = (at: number, on: string) => act('CorrectWorksDay', correct(at, on));
    const corrected = (at: number, on: string, of: string) =>
      act('WorksDayCorrected', { ...correct(at, on), step: of });
    const all = [...running, worksStarted, worksCompleted, worksAccepted];
    donor(...all).decides(corrects(0, '2026-05-11'), corrected(0, '2026-05-11', 'started'));
    donor(...all).refuses(corrects(0, '2026-05-12'), 'before-the-fact');
    donor(...all).decides(corrects(1, '2026-04-13'), corrected(1, '2026-04-13', 'completed'));
    donor(...all).refuses(corrects(1, '2026-04-12'), 'before-the-fact');
    donor(...all).refuses(corrects(1, '2026-05-11'), 'nothing-corrected');
    donor(...all).refuses(corrects(2, '2026-05-19'), 'not-the-recipient');
    recipient(...all).refuses(corrects(1, '2026-05-12'), 'not-a-deliverer');
    recipient(...all).decides(corrects(2, '2026-05-19'), corrected(2, '2026-05-19', 'accepted'));
    recipient(...all).refuses(corrects(2, '2026-06-02'), 'day-in-future');
    const facts = [{ stream: 'assistance-case/norland.it-1', event: given.id(n + 2) }];
    const rests = act('AssistanceDelivered', { ...step('2026-05-20'), quantity: 1, consignments: [], facts });
    recipient(...all, rests).decides(corrects(2, '2026-05-20'), corrected(2, '2026-05-20', 'accepted'));
    recipient(...all, rests).refuses(corrects(2, '2026-05-21'), 'before-the-fact');
    donor(...all.slice(0, -2), corrected(0, '2026-05-12', 'started')).refuses(
      act('CompleteWorks', step('2026-05-11')),
      'before-the-fact',
    );
  });
  it('count as delivered once they are accepted', () => {
    const facts = [{ stream: 'assistance-case/norland.it-1', event: given.id(9) }];
    const when = act('DeliverAssistance', { ...delivery, consignments: [], facts });
    donor(...running, worksStarted, worksCompleted).refuses(when, 'works-not-accepted');
    donor(...running, worksStarted, worksCompleted, worksAccepted).decides(
      when,
      delivered({ consignments: [], facts }),
    );
  });
});

describe('assistance is delivered', () => {
  const when = act('DeliverAssistance', delivery);
  const and = (more: object) => act('DeliverAssistance', { ...delivery, ...more });
  it('at the point that the case fixed, resting on a consignment received', () =>
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .decides(when, delivered()));
  it('as an implementer may record, and nobody else', () => {
    given(assistanceCase, ...running)
      .as('ostra-training', 'implementer')
      .registered(['ostra-training'], 'implementer')
      .named('norland.it-1')
      .knowing(consignment, SHIP, scheduled(), received(60))
      .decides(when, delivered());
    recipient(...running)
      .knowing(consignment, SHIP)
      .refuses(when, 'not-a-deliverer');
  });
  it('R16: only under an implemented case', () =>
    donor(...agreedCase, deposited)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .refuses(when, 'not-implemented'));
  it('R16: under an emergency exception too', () =>
    donor(...offered, hurried)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .decides(when, delivered()));
  it('R19: also while the programme is suspended: what has arrived is a fact', () =>
    donor(...running)
      .knowing(programme, OF, proposed, suspended)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .decides(when, delivered()));
  it('of a line of the case, not tomorrow', () => {
    donor(...running, lineAdded('002'))
      .knowing(consignment, SHIP)
      .refuses(and({ line: '002' }), 'line-unknown');
    donor(...running)
      .knowing(consignment, SHIP)
      .refuses(and({ line: 'constructor' }), 'line-unknown');
    donor(...running).refuses(and({ on: '2026-06-02' }), 'day-in-future');
  });
  it('never more than was ordered', () => {
    donor(...running).refuses(and({ quantity: 101 }), 'exceeds-ordered');
    donor(...running, delivered()).refuses(and({ quantity: 41 }), 'exceeds-ordered');
  });
  it('by at least one consignment or fact', () =>
    donor(...running).refuses(and({ consignments: [] }), 'rests-on-nothing'));
  it('with shares that make up the quantity, each consignment once', () => {
    donor(...running).refuses(and({ consignments: [share(59)] }), 'shares-do-not-add-up');
    donor(...running).refuses(and({ consignments: [share(61)] }), 'shares-do-not-add-up');
    donor(...running).refuses(and({ consignments: [share(30), share(30)] }), 'consignment-twice');
  });
  it('by facts that the consignment has', () => {
    const fact = (stream: string) => ({ consignments: [], facts: [{ stream, event: given.id(99) }] });
    donor(...running).refuses(and(fact('assistance-case/norland.it-1')), 'fact-unknown');
    for (const stream of [`programme/${OF}`, 'training/norland.course-1', 'nowhere', 'constructor/x'])
      donor(...running)
        .knowing(programme, OF, proposed)
        .refuses(and(fact(stream)), 'fact-unknown');
    donor(...running).refuses(and(fact(`consignment/${SHIP}`)), 'consignment-as-fact');
  });
  it('by consignments of this case that have reached the point', () => {
    donor(...running).refuses(when, 'consignment-not-found');
    donor(...running)
      .knowing(consignment, SHIP, scheduled({ case: 'norland.case-2' }), received(60))
      .refuses(when, 'other-case');
    const shipped = act('ConsignmentShipped', { on: '2026-05-11' });
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), shipped)
      .refuses(when, 'point-not-reached');
    const atOrigin = [requested, lineAdded(), prepared({ deliveryPoint: 'origin' }), made, accepted, implemented];
    donor(...atOrigin)
      .knowing(consignment, SHIP, scheduled(), shipped)
      .decides(when, delivered({ point: 'origin' }));
  });
  it('on a day that has come', () => {
    const today = { on: '2026-06-01' };
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), received(60, '2026-06-01'))
      .decides(and(today), delivered(today));
  });
  it('not before the consignments reached the point (R30)', () =>
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), received(60, '2026-05-21'))
      .refuses(when, 'before-the-fact'));
  it('not before the other facts, which are of its line if they are works (R30)', () => {
    const its = (more: object = {}) =>
      and({ on: '2026-05-18', consignments: [], facts: [{ stream: OWN, event: WORKS }], ...more });
    const works = [worksStarted, worksCompleted, worksAccepted];
    const WORKS = given.id(running.length + 2);
    donor(...running, ...works).decides(its(), delivered({ ...its().data, point: 'receipt' }));
    donor(...running, ...works).refusesWith(its({ on: '2026-05-17' }), 'before-the-fact', {
      stream: OWN,
      event: WORKS,
      on: '2026-05-18',
    });
    const two = [
      requested,
      lineAdded(),
      lineAdded('002'),
      prepared({ lines: ['001', '002'] }),
      made,
      accepted,
      implemented,
    ];
    const second = { line: '002', facts: [{ stream: OWN, event: given.id(two.length + 2) }] };
    donor(...two, ...works).refuses(its(second), 'works-of-another-line');
    const started = { facts: [{ stream: OWN, event: given.id(running.length) }] };
    donor(...running, ...works).refuses(its(started), 'works-of-another-line');
    // Facts of other streams, on their days as corrected.
    const COURSE = 'item/norland.sight.~s-1';
    const elsewhere = its({ facts: [{ stream: COURSE, event: given.id(1) }] });
    const serial = act('SerialRegistered', { donor: 'norland', recipient: 'estmark', item: 'sight', serial: 'S-1' });
    const came = act('ItemReceived', { on: '2026-05-19', holder: 'estmark', site: 'x', checkBy: '2026-08-17' });
    const right = { corrects: given.id(1), on: '2026-05-18', checkBy: '2026-08-16', reason: 'wrong-day' };
    const of = (...events: Event[]) => donor(...running).knowing(item, 'norland.sight.~s-1', serial, ...events);
    of(came).refuses(elsewhere, 'before-the-fact');
    of(came, act('ItemReceiptCorrected', right)).decides(elsewhere, delivered({ ...elsewhere.data, point: 'receipt' }));
    // The correction of its day rests on the same facts.
    const was = delivered({ ...its().data, point: 'receipt' });
    const moved = (on: string) =>
      act('CorrectDelivery', {
        corrects: given.id(running.length + 3),
        line: '001',
        quantityBy: 0,
        on,
        reason: 'wrong-day',
      });
    donor(...running, ...works, was).refuses(moved('2026-05-17'), 'before-the-fact');
    donor(...running, ...works, was).decides(moved('2026-05-19'), act('DeliveryCorrected', moved('2026-05-19').data));
    const apart = delivered({ ...elsewhere.data, point: 'receipt' });
    const back = act('CorrectDelivery', { ...moved('2026-05-17').data, corrects: given.id(running.length) });
    donor(...running, apart)
      .knowing(item, 'norland.sight.~s-1', serial, came, act('ItemReceiptCorrected', right))
      .refuses(back, 'before-the-fact');
  });
  it('within what the consignments brought of the line, counted once', () => {
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), received(59))
      .refuses(when, 'consignment-short');
    const rest = and({ quantity: 40, consignments: [share(40)] });
    donor(...running, delivered())
      .knowing(consignment, SHIP, scheduled(), received(60))
      .refuses(rest, 'consignment-short');
    donor(...running, delivered())
      .knowing(consignment, SHIP, scheduled(), received(100))
      .decides(rest, delivered({ quantity: 40, consignments: [share(40)] }));
  });
  it('with several consignments at once', () => {
    const consignments = [share(40), share(20, 'norland.consignment-2')];
    donor(...running)
      .knowing(consignment, SHIP, scheduled(), received(40))
      .knowing(consignment, 'norland.consignment-2', scheduled(), received(20))
      .decides(and({ consignments }), delivered({ consignments }));
  });
});

describe('what a consignment is to bring is noted by the system (R16)', () => {
  const system = (...past: Event[]) =>
    given(assistanceCase, ...past)
      .named('norland.it-1')
      .as('entente', 'system');
  const note = act('NoteSchedule', { consignment: SHIP });
  const noted = (quantity: number) => act('ScheduleNoted', { consignment: SHIP, lines: [{ line: '001', quantity }] });
  const after = (facts: readonly Event[], ...past: Event[]) =>
    system(...running, ...past).knowing(consignment, SHIP, scheduled(), ...facts);
  it('as it is scheduled, once', () => {
    after([]).decides(note, noted(100));
    after([], noted(100)).decides(note, []);
    after([act('ConsignmentShipped', { on: '2026-05-11' })], noted(100)).decides(note, []);
  });
  it('as it was received, and nothing of one that was cancelled', () => {
    const corrected = act('ReceiptCorrected', { corrects: 'e-1', line: '001', quantityBy: -5, reason: 'miscounted' });
    after([received(60)], noted(100)).decides(note, noted(60));
    after([received(60), corrected], noted(60)).decides(note, noted(55));
    after([act('ConsignmentCancelled', { reason: 'consolidated' })], noted(100)).decides(note, noted(0));
  });
  it('of the case alone, until its end', () => {
    system(...running)
      .knowing(consignment, SHIP, scheduled({ case: 'norland.case-2' }))
      .refuses(note, 'other-case');
    system(...running).refuses(note, 'other-case');
    donor(...running).refuses(note, 'not-the-system');
    after([], cancelled).decides(note, []);
    after([], all, reconciled, closed).decides(note, []);
    after([received(100)], noted(90), all, reconciled).decides(note, noted(100));
    const repeated = { ...requested, data: { ...requested.data, basis: 'reported' } };
    system(repeated, ...running.slice(1))
      .knowing(consignment, SHIP, scheduled())
      .decides(note, []);
  });
  it('bounds what an amendment takes back of the line', () => {
    const less = (quantityBy: number) =>
      act('OfferAmendment', {
        amendment: 'less',
        changes: [{ line: '001', quantityBy, valueBy: 0 }],
        adds: [],
        reason: 'reduced-requirement',
      });
    donor(...running, noted(60)).refuses(less(-41), 'below-scheduled');
    donor(...running, noted(60)).decides(less(-40), act('AmendmentOffered', less(-40).data));
  });
});

describe('what a consignment brought is counted by the system (R16)', () => {
  const system = (...past: Event[]) =>
    given(assistanceCase, ...past)
      .named('norland.it-1')
      .as('entente', 'system');
  const count = (point = 'receipt') => act('CountDelivery', { consignment: SHIP, point });
  const counted = (more: object = {}) => delivered({ ...more, counted: true });
  const by = (...facts: Event[]) => system(...running).knowing(consignment, SHIP, scheduled(), ...facts);
  it('at the delivery point of the case, and at no other', () => {
    by(received(60)).decides(count(), counted());
    by(received(60)).decides(count('origin'), []);
    by(act('ConsignmentShipped', { on: '2026-05-11' })).refuses(count(), 'point-not-reached');
    system(...running).refuses(count(), 'other-case');
    system(...running)
      .knowing(consignment, SHIP, scheduled({ case: 'norland.case-2' }), received(60))
      .refuses(count(), 'other-case');
    donor(...running).refuses(count(), 'not-the-system');
  });
  it('once: what its sender has reported of the line stays the word of the sender', () => {
    const after = (...past: Event[]) =>
      system(...running, ...past).knowing(consignment, SHIP, scheduled(), received(60));
    after(delivered()).decides(count(), []);
    after(delivered({ quantity: 40, consignments: [share(40)] })).decides(count(), []);
    donor(...running, delivered())
      .knowing(consignment, SHIP, scheduled(), received(60))
      .refuses(act('DeliverAssistance', { ...delivery, quantity: 40, consignments: [share(40)] }), 'consignment-short');
  });
  it('as its receipt is corrected (R26)', () => {
    const corrected = (quantityBy: number) =>
      act('ReceiptCorrected', { corrects: 'e-1', line: '001', quantityBy, reason: 'miscounted' });
    const after = (by: number, ...past: Event[]) =>
      system(...running, ...past).knowing(consignment, SHIP, scheduled(), received(60), corrected(by));
    const first = counted();
    const difference = (quantityBy: number) => {
      const data = {
        corrects: given.id(running.length),
        line: '001',
        quantityBy,
        consignment: SHIP,
        reason: 'receipt-corrected',
      };
      return act('DeliveryCorrected', data);
    };
    after(-5, first).decides(count(), difference(-5));
    after(-5, first, difference(-5)).decides(count(), []);
    after(7, first).decides(count(), difference(7));
    // The line orders a hundred.
    after(70, first).decides(count(), difference(40));
    after(-5, delivered()).decides(count(), []);
  });
  it('as the day of its fact is corrected (R26), also after the end of the case', () => {
    const at = (day: string, ...past: Event[]) =>
      system(...running, ...past).knowing(consignment, SHIP, scheduled(), received(60, day));
    const moved = act('DeliveryCorrected', {
      corrects: given.id(running.length),
      line: '001',
      quantityBy: 0,
      consignment: SHIP,
      on: '2026-05-18',
      reason: 'date-corrected',
    });
    at('2026-05-18', counted()).decides(count(), moved);
    at('2026-05-18', counted(), moved).decides(count(), []);
    at('2026-05-20', counted()).decides(count(), []);
    at('2026-05-18', delivered()).decides(count(), []);
    const rest = delivered({ quantity: 40, consignments: [share(40, 'norland.consignment-2')] });
    at('2026-05-18', counted(), rest, reconciled).decides(count(), moved);
    at('2026-05-18', counted(), rest, reconciled, closed).decides(count(), moved);
    // A day is no reason to reconcile the case again; nothing is counted after its end.
    donor(...running, counted(), rest, reconciled, moved).decides(act('CloseCase', closed.data), closed);
    at('2026-05-20', all, reconciled, closed).decides(count(), []);
    at('2026-05-20', cancelled).refuses(count(), 'case-ended');
  });
  it('within what the line orders, and after the acceptance of its works', () => {
    const other = delivered({ quantity: 70, consignments: [share(70, 'norland.consignment-2')] });
    system(...running, other)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .decides(count(), counted({ quantity: 30, consignments: [share(30)] }));
    const full = delivered({ quantity: 100, consignments: [share(100, 'norland.consignment-2')] });
    system(...running, full)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .decides(count(), []);
    system(...running, worksStarted)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .decides(count(), []);
    system(...running, worksStarted, worksCompleted, worksAccepted)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .decides(count(), counted());
  });
  it('of a case that has been implemented: what arrived before is noted once, and counts then', () => {
    const waiting = (...past: Event[]) =>
      system(requested, lineAdded(), prepared(), made, accepted, ...past).knowing(
        consignment,
        SHIP,
        scheduled(),
        received(60),
      );
    const noted = act('ArrivalNoted', { consignment: SHIP, point: 'receipt' });
    waiting().decides(count(), noted);
    waiting(noted).decides(count(), []);
    waiting().decides(count('title'), []);
    const implement = act('ImplementCase', {});
    const arrived = { arrived: [{ consignment: SHIP, point: 'receipt' }] };
    donor(...agreedCase, deposited, noted).decides(
      implement,
      act('CaseImplemented', { ...implemented.data, ...arrived }),
    );
    waiting(noted, deposited, act('CaseImplemented', { ...implemented.data, ...arrived })).decides(count(), counted());
    system(requested, lineAdded())
      .knowing(consignment, SHIP, scheduled(), received(60))
      .refuses(count(), 'not-implemented');
    waiting(noted, cancelled).refuses(count(), 'case-ended');
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
      .decides(correct(), corrected));
  it('R26: upwards, if the consignment brought more', () => {
    donor(...past)
      .knowing(consignment, SHIP, scheduled(), received(61))
      .decides(correct({ quantityBy: 1 }), act('DeliveryCorrected', { ...fix, quantityBy: 1 }));
    donor(...past)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .refuses(correct({ quantityBy: 1 }), 'consignment-short');
  });
  it('R26: naming a delivery of that line', () => {
    donor(...past).refuses(correct({ corrects: given.id(0) }), 'corrects-unknown-event');
    donor(...past).refuses(correct({ corrects: given.id(99) }), 'corrects-unknown-event');
    donor(...past, lineAdded('002')).refuses(correct({ line: '002' }), 'corrects-elsewhere');
  });
  it('R26: not by zero, below zero, or beyond the quantity ordered', () => {
    donor(...past).refuses(correct({ quantityBy: 0 }), 'nothing-corrected');
    donor(...past).refuses(correct({ quantityBy: -61 }), 'exceeds-what-is-left');
    donor(...past).refuses(correct({ quantityBy: 41 }), 'exceeds-ordered');
    donor(...past, corrected).refuses(correct({ quantityBy: -59 }), 'exceeds-what-is-left');
  });
  it('R26: in the share of a consignment that it rests on', () => {
    const without = { corrects: given.id(7), line: '001', quantityBy: -2, reason: 'miscounted' };
    donor(...past).refuses(act('CorrectDelivery', without), 'share-not-named');
    donor(...past).refuses(correct({ consignment: 'norland.consignment-2' }), 'share-not-named');
    const two = delivered({ consignments: [share(59), share(1, 'norland.consignment-2')] });
    donor(...running, two).refuses(correct({ consignment: 'norland.consignment-2' }), 'exceeds-what-is-left');
  });
  it('R26: in its day, which has come and is not before the facts that it rests on (R30)', () => {
    const day = (on: string) => correct({ quantityBy: 0, on });
    const on = (reached: string) => donor(...past).knowing(consignment, SHIP, scheduled(), received(60, reached));
    on('2026-05-19').decides(day('2026-05-19'), act('DeliveryCorrected', day('2026-05-19').data));
    on('2026-05-20').refuses(day('2026-05-19'), 'before-the-fact');
    on('2026-05-20').refuses(day('2026-05-20'), 'nothing-corrected');
    on('2026-05-20').refuses(day('2026-06-02'), 'day-in-future');
    on('2026-05-18').refuses(
      correct({ quantityBy: 0, on: '2026-05-19', consignment: 'norland.consignment-2' }),
      'share-not-named',
    );
    on('2026-05-20').decides(day('2026-06-01'), act('DeliveryCorrected', day('2026-06-01').data));
  });
  it('R26: also after the case was closed', () =>
    donor(...running, all, reconciled, closed).decides(correct(), corrected));
  it('R26: not below what was received, if the system counted it: the receipt is corrected, and it follows', () => {
    const first = delivered({ counted: true });
    const followed = act('DeliveryCorrected', { ...fix, quantityBy: -5, reason: 'receipt-corrected' });
    const less = act('ReceiptCorrected', { corrects: 'e-1', line: '001', quantityBy: -5, reason: 'miscounted' });
    const after = (facts: readonly Event[], ...then: Event[]) =>
      donor(...running, ...then).knowing(consignment, SHIP, scheduled(), ...facts);
    after([received(60), less], first, followed).refuses(correct({ quantityBy: -5 }), 'counted-from-receipt');
    after([received(60)], first).refuses(correct({ quantityBy: -1 }), 'counted-from-receipt');
    after([received(60)], delivered()).decides(correct(), corrected);
    // A share that the sender reported beside it is not followed: what is too much is taken back.
    const beside = delivered({ quantity: 5, consignments: [share(5)] });
    after([received(60)], first, beside).refuses(correct({ quantityBy: -6 }), 'counted-from-receipt');
    after([received(60)], first, beside).decides(correct(), corrected);
  });
  it('R26: as what was shipped or handed over at another point shows, which nothing else corrects', () => {
    const shippedCase = [...offered.slice(0, 2), prepared({ deliveryPoint: 'origin' }), made, accepted];
    donor(...shippedCase, deposited, implemented, delivered({ counted: true, point: 'origin' }))
      .named('norland.it-1')
      .knowing(consignment, SHIP, scheduled(), act('ConsignmentShipped', { on: '2026-05-11' }))
      .decides(correct(), corrected);
  });
  it('and frees what it counted of the consignment', () =>
    donor(...past, corrected)
      .knowing(consignment, SHIP, scheduled(), received(60))
      .decides(
        act('DeliverAssistance', { ...delivery, quantity: 2, consignments: [share(2)] }),
        delivered({ quantity: 2, consignments: [share(2)] }),
      ));
});

describe('what found no room in the line is counted once there is some (R16, R26)', () => {
  const OTHER = 'norland.consignment-2';
  const noted = (quantity: number, of = SHIP) =>
    act('ScheduleNoted', { consignment: of, lines: [{ line: '001', quantity }] });
  const facts = [{ stream: 'assistance-case/norland.it-1', event: given.id(6) }];
  const apart = (quantity: number) => delivered({ quantity, consignments: [], facts });
  const counted = (quantity: number, of = SHIP) =>
    delivered({ quantity, consignments: [share(quantity, of)], counted: true });
  const fix = (at: number, quantityBy: number, more: object = {}) => ({
    corrects: given.id(running.length + at),
    line: '001',
    quantityBy,
    reason: 'miscounted',
    ...more,
  });
  const more = (at: number, quantityBy: number, of = SHIP) =>
    act('DeliveryCorrected', fix(at, quantityBy, { consignment: of, reason: 'receipt-corrected' }));
  const correct = (...of: Parameters<typeof fix>) => act('CorrectDelivery', fix(...of));
  const corrected = (...of: Parameters<typeof fix>) => act('DeliveryCorrected', fix(...of));
  const by = (...past: Event[]) =>
    donor(...running, ...past)
      .named('norland.it-1')
      .knowing(consignment, SHIP, scheduled(), received(100));
  it('R26: when a delivery apart is corrected downwards, as much as it leaves', () => {
    by(apart(100), noted(100)).decides(correct(0, -100), [corrected(0, -100), counted(100)]);
    by(apart(100), noted(100)).decides(correct(0, -30), [corrected(0, -30), counted(30)]);
    by(apart(40), counted(60), noted(100)).decides(correct(0, -40), [corrected(0, -40), more(1, 40)]);
  });
  it('and not upwards, in its day, or of a line that was not full: that is the word of its sender', () => {
    by(apart(40), counted(50), noted(100)).decides(correct(0, -10), corrected(0, -10));
    by(apart(100), noted(100)).decides(correct(0, 0, { on: '2026-05-21' }), corrected(0, 0, { on: '2026-05-21' }));
    by(apart(40), delivered(), noted(100)).decides(correct(0, -40), corrected(0, -40));
    by(apart(100), noted(100), worksStarted).decides(correct(0, -10), corrected(0, -10));
  });
  it('of each consignment in turn, of those that reached the delivery point', () => {
    const two = () => by(apart(100), noted(60), noted(60, OTHER)).knowing(consignment, SHIP, scheduled(), received(60));
    two()
      .knowing(consignment, OTHER, scheduled(), received(60))
      .decides(correct(0, -100), [corrected(0, -100), counted(60), counted(40, OTHER)]);
    two()
      .knowing(consignment, OTHER, scheduled())
      .decides(correct(0, -100), [corrected(0, -100), counted(60)]);
  });
  it('after its end only as what was counted grows, and not of a case that was cancelled', () => {
    by(apart(100), noted(100), reconciled).decides(correct(0, -10), [corrected(0, -10), counted(10)]);
    by(apart(100), noted(100), reconciled, closed).decides(correct(0, -10), corrected(0, -10));
    by(apart(40), counted(60), noted(100), reconciled, closed).decides(correct(0, -10), [
      corrected(0, -10),
      more(1, 10),
    ]);
    by(apart(100), noted(100), cancelled).decides(correct(0, -10), corrected(0, -10));
  });
  it('when the receipt of another consignment is corrected downwards', () => {
    const less = act('ReceiptCorrected', { corrects: 'e-1', line: '001', quantityBy: -20, reason: 'miscounted' });
    given(assistanceCase, ...running, counted(60, OTHER), counted(40), noted(40, OTHER), noted(100))
      .named('norland.it-1')
      .as('entente', 'system')
      .knowing(consignment, OTHER, scheduled(), received(60), less)
      .knowing(consignment, SHIP, scheduled(), received(100))
      .decides(act('CountDelivery', { consignment: OTHER, point: 'receipt' }), [more(0, -20, OTHER), more(1, 20)]);
  });
  it('when an amendment orders more', () => {
    const wider = { line: '001', quantityBy: 20, valueBy: 80 };
    const offer = { amendment: 'amendment-1', changes: [wider], adds: [], reason: 'increased-requirement' };
    recipient(...running, counted(100), noted(130), act('AmendmentOffered', offer))
      .named('norland.it-1')
      .knowing(consignment, SHIP, scheduled(), received(130))
      .decides(act('AcceptAmendment', { amendment: 'amendment-1' }), [
        act('AmendmentAccepted', { amendment: 'amendment-1', changes: [wider], adds: [], value: 580 }),
        more(0, 20),
      ]);
  });
});

describe('a case is reconciled', () => {
  const reconcile = (more: object = {}) => act('ReconcileCase', { finalValue: 480, currency: 'USD', ...more });
  it('when every line is delivered', () => {
    donor(...running, all).decides(reconcile(), reconciled);
    donor(...running, delivered()).refuses(reconcile(), 'lines-outstanding');
  });
  it('when the rest is cancelled by amendment', () => {
    const less = { ...amendment, changes: [{ ...change, quantityBy: -40 }], adds: [], value: 420 };
    donor(...running, delivered(), act('AmendmentAccepted', less)).decides(
      reconcile({ finalValue: 420 }),
      act('CaseReconciled', { finalValue: 420, currency: 'USD' }),
    );
  });
  it('R16: after acceptance and implementation', () => {
    donor(...agreedCase).refuses(reconcile(), 'not-implemented');
    donor(...offered, hurried, all).refuses(reconcile(), 'not-accepted');
  });
  it('within its value, in its currency, by the donor', () => {
    donor(...running, all).refuses(reconcile({ finalValue: 501 }), 'final-value-exceeds-case');
    donor(...running, all).refuses(reconcile({ currency: 'EUR' }), 'other-currency');
    recipient(...running, all).refuses(reconcile(), 'not-the-donor');
  });
  it('again after a delivery was corrected', () => {
    const fix = { corrects: given.id(7), line: '001', quantityBy: -2, consignment: SHIP, reason: 'miscounted' };
    const past = [...running, all, reconciled, act('DeliveryCorrected', fix)];
    donor(...past).refuses(act('CloseCase', closed.data), 'not-reconciled');
  });
});

describe('a case is closed', () => {
  const close = act('CloseCase', closed.data);
  it('after its reconciliation', () => {
    donor(...running, all, reconciled).decides(close, closed);
    donor(...running, all).refuses(close, 'not-reconciled');
  });
  it('and takes no command afterwards', () => {
    donor(...running, all, reconciled, closed).refuses(close, 'case-ended');
    donor(...running, all, reconciled).refuses(act('AddCaseLine', lineOf('002')), 'case-ended');
  });
});

describe('a case is cancelled', () => {
  const cancel = act('CancelCase', cancelled.data);
  it('by either side', () => {
    donor(...offered).decides(cancel, cancelled);
    recipient(...running).decides(cancel, cancelled);
    given(assistanceCase, ...offered)
      .as('ostra-training', 'implementer')
      .refuses(cancel, 'not-a-party');
  });
  it('not while a consignment is under way, only with one that has not left (R16)', () => {
    const noted = (quantity: number) => act('ScheduleNoted', { consignment: SHIP, lines: [{ line: '001', quantity }] });
    const left = act('ConsignmentShipped', { on: '2026-05-11', case: 'norland.it-1' });
    const holding = (quantity: number, ...facts: Event[]) =>
      recipient(...running, noted(quantity))
        .named('norland.it-1')
        .knowing(consignment, SHIP, scheduled(), ...facts);
    holding(100).decides(cancel, cancelled);
    holding(100, left).refusesWith(cancel, 'already-under-way', { consignment: SHIP, origin: '2026-05-11' });
    holding(100, act('TitleTransferred', { on: '2026-05-12', point: 'port' })).refuses(cancel, 'already-under-way');
    // What came with nothing in it is noted so.
    holding(0, left, received(0)).decides(cancel, cancelled);
  });
  it('and what a consignment brings that was not known of then is no delivery', () => {
    recipient(...running).decides(cancel, cancelled);
    given(assistanceCase, ...running, cancelled)
      .as('entente', 'system')
      .knowing(consignment, SHIP, scheduled(), received(60))
      .refuses(act('CountDelivery', { consignment: SHIP, point: 'receipt' }), 'case-ended');
  });
  it('once, and not after works or deliveries', () => {
    donor(...offered, cancelled).refuses(cancel, 'case-ended');
    donor(...running, delivered()).refuses(cancel, 'execution-begun');
    donor(...running, worksStarted).refuses(cancel, 'execution-begun');
    const arrived = act('ArrivalNoted', { consignment: SHIP, point: 'receipt' });
    donor(...agreedCase, arrived).refusesWith(cancel, 'execution-begun', { arrived: [SHIP] });
  });
});
