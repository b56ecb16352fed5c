import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given } from '../../../../test/support/decider-specification.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { consignment } from '../delivery/consignment.js';
import { itemType } from '../equipment/item-type.js';
import { fundingAccount } from '../planning/funding-account.js';
import { programme } from '../planning/programme.js';
import { securityUnit } from '../vetting/clearance.js';
import { hold } from './hold.js';

const P = 'norland.programme-1';
const CASE = 'norland.case-1';
const parties = { donor: 'norland', recipient: 'estmark' };
const proposed = act('ProgrammeProposed', { ...parties, kind: 'bilateral', starts: '2026-01-01', ends: '2028-12-31' });
const running = [proposed, act('ProgrammeActivated', { on: '2026-03-01' })];

const onProgramme = { scope: { kind: 'programme', id: P }, hold: 'pause', basis: 'suspension', reason: 'review' };
const onCountry = {
  scope: { kind: 'country', id: 'estmark' },
  hold: 'embargo-2026',
  basis: 'embargo',
  reason: 'arms-embargo',
};
const place = (data: object = onProgramme) => act('PlaceHold', data);
const placed = (data: object = onProgramme) => act('HoldPlaced', data);
const june = { ...onProgramme, until: '2026-06-30' };
const july = { now: '2026-07-01T00:00:00.000Z' };

/** The holds on the programme, of which the donor speaks. */
const holds = (...past: Event[]) =>
  given(hold, ...past)
    .named(`programme.${P}`)
    .by('norland', 'donor')
    .as('norland', 'donor')
    .knowing(programme, P, ...running);
const onScope = (scope: string, ...past: Event[]) =>
  given(hold, ...past)
    .named(scope)
    .registered(['norland', 'sudria', 'peace-office', 'estmark'], 'donor', 'vetter', 'mediator');

it('a hold is released no earlier than it was placed (R30)', () => {
  const release = act('ReleaseHold', { hold: onProgramme.hold, reason: 'reason-ended' });
  holds(placed()).refuses(release, 'before-the-fact', { occurredAt: '2026-04-30T09:00:00.000Z' });
});

describe('a hold is placed', () => {
  it('on a programme by its donor, and by no other (R19)', () => {
    holds().decides(place(), placed());
    holds().as('sudria', 'donor').refuses(place(), 'not-the-donor');
    holds().as('entente', 'system').decides(place(), placed());
  });
  it('on a case by its donor (R19)', () => {
    const data = { ...onProgramme, scope: { kind: 'case', id: CASE } };
    const of = given(hold)
      .named(`case.${CASE}`)
      .knowing(assistanceCase, CASE, act('AssistanceRequested', { ...parties, asked: [] }));
    of.as('norland', 'donor').decides(place(data), placed(data));
    of.as('estmark', 'recipient').refuses(place(data), 'not-the-donor');
  });
  it('on what exists, in the stream of its scope', () => {
    given(hold).named(`programme.${P}`).as('norland', 'donor').refuses(place(), 'programme-not-found');
    holds().named('programme.norland.programme-2').refuses(place(), 'id-of-another-scope');
  });
  it('on a country by a registered donor, for its own assistance (R19, R29)', () => {
    const country = () => onScope('country.estmark');
    country()
      .as('norland', 'donor')
      .decides(place(onCountry), placed({ ...onCountry, donor: 'norland' }));
    country()
      .as('norland', 'donor')
      .refuses(place({ ...onCountry, donor: 'sudria' }), 'other-donor');
    country().as('vestra', 'donor').refuses(place(onCountry), 'party-not-registered');
    const misspelt = { ...onCountry, scope: { kind: 'country', id: 'estmrk' } };
    onScope('country.estmrk').as('norland', 'donor').refuses(place(misspelt), 'country-not-found');
    country().as('estmark', 'recipient').refuses(place(onCountry), 'not-an-authority');
  });
  it('on a country by a mediator, for everybody, for a ceasefire or an embargo (R25)', () => {
    const country = () => onScope('country.estmark').as('peace-office', 'mediator');
    country().decides(place(onCountry), placed(onCountry));
    country().refuses(place({ ...onCountry, basis: 'instability' }), 'basis-of-another');
  });
  it('on a unit that is registered, by a donor or a vetter (R19)', () => {
    const onUnit = { ...onProgramme, scope: { kind: 'unit', id: 'estmark.guard-1' } };
    const known = () =>
      onScope('unit.estmark.guard-1').knowing(
        securityUnit,
        'estmark.guard-1',
        act('UnitRegistered', { name: 'Guard' }),
      );
    known()
      .as('norland', 'donor')
      .decides(place(onUnit), placed({ ...onUnit, donor: 'norland' }));
    known().as('peace-office', 'vetter').decides(place(onUnit), placed(onUnit));
    onScope('unit.estmark.guard-1').as('norland', 'donor').refuses(place(onUnit), 'unit-not-found');
    // A policy repeats the scope of a misuse case.
    onScope('unit.estmark.guard-1').as('entente', 'system').decides(place(onUnit), placed(onUnit));
  });
  it('on a type of items that its donor has registered (R19)', () => {
    const onType = { ...onProgramme, scope: { kind: 'item-type', id: 'sight' } };
    const ours = { ...onType, donor: 'norland' };
    const registered = act('ItemTypeRegistered', { donor: 'norland', name: 'Sight', unit: 'each', category: 'optics' });
    const known = () => onScope('item-type.sight').knowing(itemType, 'norland.sight', registered);
    known().as('norland', 'donor').decides(place(onType), placed(ours));
    known().as('sudria', 'donor').refuses(place(onType), 'item-type-not-found');
    known().as('peace-office', 'vetter').decides(place(ours), placed(ours));
    known()
      .as('peace-office', 'vetter')
      .refuses(place({ ...onType, donor: 'sudria' }), 'item-type-not-found');
    const longer = { ...onType, scope: { kind: 'item-type', id: 'norland.sight' } };
    onScope('item-type.norland.sight')
      .knowing(itemType, 'norland.sight', registered)
      .as('norland', 'donor')
      .refuses(place(longer), 'item-type-not-found');
    // Without a donor it binds everybody's items of that word, which no stream names.
    onScope('item-type.sight').as('peace-office', 'vetter').decides(place(onType), placed(onType));
    onScope('item-type.sight').as('entente', 'system').decides(place(onType), placed(onType));
  });
  it('once under its name while it is in force', () => {
    holds(placed()).decides(place(), []);
    holds(placed()).refuses(place({ ...onProgramme, basis: 'instability' }), 'hold-in-force');
    holds(placed()).decides(place({ ...onProgramme, hold: 'second' }), placed({ ...onProgramme, hold: 'second' }));
  });
  it('again with a later last day, which renews it', () => {
    const later = { ...june, until: '2026-07-31' };
    const { hold: name, until, reason } = later;
    holds(placed(june)).decides(place(later), act('HoldRenewed', { hold: name, until, reason }));
    holds(placed(june)).refuses(place({ ...june, until: '2026-06-29' }), 'not-later');
  });
  it('again after its last day, recorded as lapsed or not', () => {
    const later = { ...june, until: '2026-08-31' };
    const lapsed = act('HoldLapsed', { hold: 'pause', until: '2026-06-30' });
    holds(placed(june)).decides(place(later), [lapsed, placed(later)], july);
    holds(placed(june), lapsed).decides(place(later), placed(later), july);
  });
  it('until a day that is not over on the day of the hold', () => {
    holds().refuses(place(june), 'day-in-past', july);
    holds().decides(place(june), placed(june), { ...july, occurredAt: '2026-06-20T09:00:00.000Z' });
  });
  it('beside at most 99 others on one scope', () => {
    const others = Array.from({ length: 100 }, (_, i) => placed({ ...onProgramme, hold: `hold-${i}` }));
    holds(...others).refuses(place(), 'too-many-holds');
  });
});

describe('a hold ends', () => {
  const release = act('ReleaseHold', { hold: 'pause', reason: 'reviewed' });
  const released = act('HoldReleased', { hold: 'pause', reason: 'reviewed' });
  const lapse = act('RecordLapsedHold', { hold: 'pause', until: '2026-06-30' });
  it('not by a release that was a mistake: that is withdrawn by the same organisation, once (R26)', () => {
    const data = { corrects: given.id(1), hold: 'pause', reason: 'mistake' };
    const withdraw = act('WithdrawHoldRelease', data);
    const withdrawn = act('HoldReleaseWithdrawn', data);
    holds(placed(), released).decides(withdraw, withdrawn);
    holds(placed(), released).as('sudria', 'donor').refuses(withdraw, 'not-the-owner');
    holds(placed(), released, withdrawn).refuses(withdraw, 'nothing-left-to-correct');
    holds(placed(), released, withdrawn).decides(release, released);
    holds(placed(), released, placed()).refuses(withdraw, 'hold-in-force');
    holds(placed(), released, placed(), released).refuses(withdraw, 'outcome-replaced');
  });
  it('by a release of the organisation that placed it', () => {
    holds(placed()).decides(release, released);
    holds(placed()).as('sudria', 'donor').refuses(release, 'not-the-owner');
    holds(placed(), released).refuses(release, 'hold-not-in-force');
  });
  it('by the policy that placed it, and by nobody else', () => {
    const policys = () => holds(placed()).by('entente', 'system');
    given(hold, placed())
      .named(`programme.${P}`)
      .by('entente', 'system')
      .as('norland', 'donor')
      .refuses(release, 'placed-by-policy');
    policys()
      .as('entente', 'system')
      .refuses(act('ReleaseHold', { hold: 'other', reason: 'x' }), 'hold-not-in-force');
    given(hold, placed())
      .named(`programme.${P}`)
      .by('entente', 'system')
      .as('entente', 'system')
      .decides(release, released);
  });
  it('with its last day, which the system records', () => {
    const system = (...past: Event[]) => holds(...past).as('entente', 'system');
    system(placed(june)).decides(lapse, act('HoldLapsed', lapse.data), july);
    system(placed(june)).refuses(lapse, 'not-over-yet');
    system(placed({ ...june, until: '2026-07-31' })).refuses(lapse, 'other-last-day', july);
    system(placed()).refuses(lapse, 'other-last-day', july);
    holds(placed(june)).refuses(lapse, 'not-the-system', july);
  });
});

describe('a hold is renewed', () => {
  const renew = (until: string) => act('RenewHold', { hold: 'pause', until, reason: 'still-in-force' });
  it('to a later last day, before it has ended', () => {
    holds(placed(june)).decides(renew('2026-07-31'), act('HoldRenewed', renew('2026-07-31').data));
    holds(placed(june)).refuses(renew('2026-06-30'), 'not-later');
    holds(placed()).refuses(renew('2026-07-31'), 'not-later');
    holds(placed(june)).refuses(renew('2026-07-31'), 'hold-lapsed', july);
    const late = { ...july, occurredAt: '2026-06-30T12:00:00.000Z' };
    holds(placed(june)).decides(renew('2026-07-31'), act('HoldRenewed', renew('2026-07-31').data), late);
    const again = place({ ...onProgramme, until: '2026-07-31' });
    const renewed = act('HoldRenewed', { hold: 'pause', until: '2026-07-31', reason: 'review' });
    holds(placed(june)).decides(again, renewed, late);
  });
});

describe('a hold is corrected by naming the event that was wrong (R26)', () => {
  const correct = (more: object) =>
    act('CorrectHold', { corrects: given.id(0), hold: 'pause', reason: 'mistyped', ...more });
  it('to the right last day, also an earlier one', () => {
    const command = correct({ until: '2026-06-15' });
    const corrected = act('HoldCorrected', command.data);
    holds(placed(june)).decides(command, corrected);
    holds(placed(june), corrected)
      .as('entente', 'system')
      .decides(
        act('RecordLapsedHold', { hold: 'pause', until: '2026-06-15' }),
        act('HoldLapsed', { hold: 'pause', until: '2026-06-15' }),
        { now: '2026-06-16T00:00:00.000Z' },
      );
  });
  it('by the policy that placed it, to the first day of what it rests on', () => {
    const move = (on: string, name = 'pause') => act('MoveHold', { hold: name, on, reason: 'mistyped' });
    const moved = act('HoldCorrected', { ...move('2026-04-20').data, corrects: given.id(0) });
    const byPolicy = (...past: Event[]) => holds(...past).as('entente', 'system');
    byPolicy(placed(june)).decides(move('2026-04-20'), moved);
    byPolicy(placed(june), moved).decides(move('2026-04-20'), []);
    byPolicy(placed(june)).refuses(move('2026-06-02'), 'day-in-future');
    byPolicy(placed(june)).refuses(move('2026-04-20', 'other'), 'hold-not-in-force');
    holds(placed(june)).refuses(move('2026-04-20'), 'not-the-system');
  });
  it('never to what it says already, and never for another donor', () => {
    holds(placed(june)).refuses(correct({ until: '2026-06-30' }), 'nothing-corrected');
    holds(placed(june)).refuses(correct({ donor: 'sudria' }), 'other-donor');
  });
});

describe('what a hold stops (R19)', () => {
  const disburse = act('DisburseFunds', { amount: 100, period: '2026' });
  const account = act('FundingAccountOpened', {
    ...parties,
    programme: P,
    currency: 'USD',
    stages: ['disbursed'],
    basis: 'own',
  });
  const paying = (...past: Event[]) =>
    given(fundingAccount, account)
      .as('norland', 'donor')
      .knowing(programme, P, ...running)
      .knowing(hold, `programme.${P}`, ...past);
  const disbursed = act('FundsDisbursed', disburse.data);
  it('is a disbursement within its scope, which names the hold', () => {
    paying().decides(disburse, disbursed);
    paying(placed()).refusesWith(disburse, 'on-hold', {
      scope: 'programme',
      id: P,
      hold: 'pause',
      basis: 'suspension',
    });
    paying(placed(), act('HoldReleased', { hold: 'pause', reason: 'reviewed' })).decides(disburse, disbursed);
  });
  it('lasts through its last day, also while nobody records its end', () => {
    paying(placed(june)).refuses(disburse, 'on-hold', { now: '2026-06-30T23:59:59.000Z' });
    paying(placed(june)).decides(disburse, disbursed, july);
  });
  it('is the assistance of the donor that it names', () => {
    const country = (donor: string) => paying().knowing(hold, 'country.estmark', placed({ ...onCountry, donor }));
    country('norland').refuses(disburse, 'on-hold');
    country('sudria').decides(disburse, disbursed);
    paying().knowing(hold, 'country.estmark', placed(onCountry)).refuses(disburse, 'on-hold');
  });
  it('is a shipment of its items, of its programme and case, and into its country', () => {
    const ship = act('ShipConsignment', { on: '2026-05-10', carrier: 'sea-lines' });
    const scheduled = act('DeliveryScheduled', {
      ...parties,
      programme: P,
      case: CASE,
      lines: [{ line: '001', quantity: 2 }],
      due: '2026-05-20',
    });
    const line = { line: '001', item: 'night-vision', unit: 'piece', quantity: 2, value: 10, due: '2026-05-20' };
    const implemented = [
      act('AssistanceRequested', { ...parties, programme: P, asked: [] }),
      act('CaseLineAdded', line),
      act('OfferPrepared', {
        offer: 'o-1',
        lines: ['001'],
        currency: 'USD',
        initialDeposit: 0,
        validUntil: '2027-01-01',
      }),
      act('OfferMade', { offer: 'o-1' }),
      act('OfferAccepted', { offer: 'o-1' }),
      act('CaseImplemented', {}),
    ];
    const shipping = () =>
      given(consignment, scheduled)
        .as('norland', 'donor')
        .knowing(programme, P, ...running)
        .knowing(assistanceCase, CASE, ...implemented);
    shipping().decides(ship, act('ConsignmentShipped', { ...ship.data, case: CASE }));
    for (const [kind, id] of [
      ['item-type', 'night-vision'],
      ['programme', P],
      ['case', CASE],
      ['country', 'estmark'],
    ] as const)
      shipping()
        .knowing(hold, `${kind}.${id}`, placed({ ...onCountry, scope: { kind, id } }))
        .refusesWith(ship, 'on-hold', { scope: kind, id });
  });
});
