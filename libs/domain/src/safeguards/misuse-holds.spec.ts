import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given } from '../../../../test/support/decider-specification.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { consignment } from '../delivery/consignment.js';
import { fundingAccount } from '../planning/funding-account.js';
import { itemType } from '../equipment/item-type.js';
import { securityUnit } from '../vetting/clearance.js';
import { programme } from '../planning/programme.js';
import { INCIDENT_TYPES } from './incident-types.js';
import { misuseCase } from './misuse-case.js';

const P = 'norland.programme-1';
const CASE = 'norland.case-1';
const M = `sealed.${'5'.repeat(32)}`;
const OTHER = `sealed.${'6'.repeat(32)}`;
const parties = { donor: 'norland', recipient: 'estmark' };
const inProgramme = [{ kind: 'programme', id: P }];
const inCase = [{ kind: 'case', id: CASE }];

const proposed = act('ProgrammeProposed', { ...parties, kind: 'bilateral', starts: '2026-01-01', ends: '2028-12-31' });
const approved = act('ProgrammeApproved', { authority: 'minister' });
const active = act('ProgrammeActivated', { on: '2026-03-01' });
const running = [proposed, active];
const suspendedFor = (misuse: string) => act('ProgrammeSuspended', { reason: 'misuse-measure', misuseCase: misuse });
const resumed = act('ProgrammeResumed', { reason: 'remedied' });
const completed = act('ProgrammeCompleted', { on: '2026-05-04' });
const terminated = act('ProgrammeTerminated', { reason: 'misuse-measure' });

const requested = act('AssistanceRequested', { ...parties, asked: [] });
const heldFor = (misuse: string) => act('CaseHeld', { reason: 'misuse-measure', misuseCase: misuse });
const released = act('CaseReleased', { reason: 'remedied' });

const { noticeRequired, escalation, limits } = INCIDENT_TYPES['minor-violation']!;
const flagged = act('MisuseFlagged', {
  allegation: 'loss-or-theft',
  ...parties,
  accused: 'estmark',
  scopes: [],
  acknowledgeBy: '2026-05-08',
  triageBy: '2026-05-31',
});
const investigated = [
  flagged,
  act('MisuseTriaged', { incidentType: 'minor-violation', noticeRequired, escalation, limits, openBy: '2026-05-15' }),
  act('InvestigationOpened', { reason: 'credible-report', concludeBy: '2026-07-30' }),
];
const decided = (measure: string) => [
  ...investigated,
  act('AllegationPutToRecipient', { channel: 'note-verbale', to: ['estmark'], replyBy: '2026-06-01' }),
  act('MisuseSubstantiated', { ground: 'found', investigator: 'lumen-inquiry', measureBy: '2026-07-31' }),
  act('MeasureDecided', { measure }),
];
const precaution = (until: string, scopes: object = inProgramme) =>
  act('PrecautionarySuspensionOrdered', { scopes, until });
const suspends = (scopes: object = inProgramme) => [...decided('suspend'), act('AssistanceSuspended', { scopes })];

const misuse = (...past: Event[]) =>
  given(misuseCase, ...past)
    .as('norland', 'donor')
    .registered(['norland'], 'donor');

const guard = act('UnitRegistered', { recipient: 'estmark', type: 'guard' });

describe('a measure of a misuse case holds (R18, R19)', () => {
  const until = '2026-06-30';
  const order = act('OrderPrecautionarySuspension', { scopes: inProgramme, until });
  const suspend = act('SuspendAssistance', { scopes: inProgramme });

  it('by holds on its scopes, which exist', () => {
    for (const [past, when, then] of [
      [investigated, order, act('PrecautionarySuspensionOrdered', { ...order.data, donor: 'norland' })],
      [decided('suspend'), suspend, act('AssistanceSuspended', { scopes: inProgramme, donor: 'norland' })],
    ] as const) {
      misuse(...past)
        .knowing(programme, P, ...running)
        .decides(when, then);
      misuse(...past).refuses(when, 'programme-not-found');
    }
    const when = act('SuspendAssistance', { scopes: inCase });
    misuse(...decided('suspend'))
      .knowing(assistanceCase, CASE, requested)
      .decides(when, act('AssistanceSuspended', { scopes: inCase, donor: 'norland' }));
    misuse(...decided('suspend')).refuses(when, 'case-not-found');
  });
  it('on a country whose organisation is registered', () => {
    const when = (id: string) => act('SuspendAssistance', { scopes: [{ kind: 'country', id }] });
    misuse(...decided('suspend')).refuses(when('estmrk'), 'country-not-found');
    misuse(...decided('suspend'))
      .registered(['estmark'])
      .decides(when('estmark'), act('AssistanceSuspended', { ...when('estmark').data, donor: 'norland' }));
  });
  it('on scopes of every kind', () => {
    const units = [{ kind: 'unit', id: 'estmark.guard' }];
    const types = [{ kind: 'item-type', id: 'thermal-sight' }];
    const suspend = (scopes: readonly object[]) => act('SuspendAssistance', { scopes });
    const on = (scopes: readonly object[]) => act('AssistanceSuspended', { scopes, donor: 'norland' });
    misuse(...decided('suspend'))
      .knowing(securityUnit, 'estmark.guard', guard)
      .decides(suspend(units), on(units));
    misuse(...decided('suspend')).refuses(suspend(units), 'unit-not-found');
    const sight = act('ItemTypeRegistered', { donor: 'norland', name: 'Sight', unit: 'each', category: 'optics' });
    misuse(...decided('suspend'))
      .knowing(itemType, 'norland.thermal-sight', sight)
      .decides(suspend(types), on(types));
    misuse(...decided('suspend')).refuses(suspend(types), 'item-type-not-found');
    misuse(...decided('suspend'))
      .knowing(itemType, 'sudria.thermal-sight', sight)
      .refuses(suspend(types), 'item-type-not-found');
  });
  it('and a termination names the scopes that it releases', () => {
    const units = [{ kind: 'unit', id: 'estmark.guard' }];
    const when = act('TerminateAssistance', { scopes: units, reason: 'not-remedied' });
    const both = [...units, ...inProgramme];
    const past = [...decided('suspend'), act('MeasureDecided', { measure: 'terminate' })];
    misuse(...past, act('AssistanceSuspended', { scopes: both }))
      .knowing(securityUnit, 'estmark.guard', guard)
      .decides(when, act('AssistanceTerminated', { ...when.data, donor: 'norland', released: inProgramme }));
  });
  it('and a termination follows the end of the programme', () => {
    const when = act('TerminateAssistance', { scopes: inProgramme, reason: 'not-remedied' });
    const past = decided('terminate');
    misuse(...past)
      .knowing(programme, P, ...running, terminated)
      .decides(when, act('AssistanceTerminated', { ...when.data, donor: 'norland' }));
    misuse(...past)
      .knowing(programme, P, ...running, suspendedFor(M))
      .refuses(when, 'programme-not-ended');
  });
});

describe('a programme that was suspended for a misuse case (R18, R19)', () => {
  const resume = act('ResumeProgramme', { reason: 'remedied' });
  const stopped = (...past: Event[]) =>
    given(programme, ...running, suspendedFor(M), ...past)
      .as('norland', 'donor')
      .named(P);

  it('is not resumed while the measure is in force', () => {
    stopped()
      .knowing(misuseCase, M, ...suspends())
      .refuses(resume, 'misuse-measure-in-force');
    stopped()
      .knowing(misuseCase, M, ...investigated, precaution('2026-06-01'))
      .refuses(resume, 'misuse-measure-in-force');
  });
  it('is resumed once it is not, or never was', () => {
    for (const past of [
      [...suspends(), act('AssistanceResumed', { scopes: inProgramme, reason: 'remedied' })],
      [...investigated, precaution('2026-05-31')],
      suspends([{ kind: 'programme', id: 'norland.programme-2' }]),
      investigated,
    ])
      stopped()
        .knowing(misuseCase, M, ...past)
        .decides(resume, resumed);
  });
  it('can be suspended for several, of which each must have ended', () => {
    const both = stopped(suspendedFor(OTHER)).knowing(misuseCase, M, ...investigated);
    both.knowing(misuseCase, OTHER, ...suspends()).refuses(resume, 'misuse-measure-in-force');
    both.knowing(misuseCase, OTHER, ...investigated).decides(resume, resumed);
  });
  it('is suspended for a further one while it is suspended, and for the same again once it was resumed', () => {
    const when = act('SuspendProgramme', suspendedFor(OTHER).data);
    stopped()
      .knowing(misuseCase, OTHER, ...investigated)
      .decides(when, suspendedFor(OTHER));
    stopped(suspendedFor(OTHER))
      .knowing(misuseCase, OTHER, ...investigated)
      .refuses(when, 'already-stopped-for');
    stopped(suspendedFor(OTHER), resumed)
      .knowing(misuseCase, OTHER, ...investigated)
      .decides(when, suspendedFor(OTHER));
    stopped().refuses(when, 'misuse-case-not-found');
  });
  it('is suspended before it is active, too, and returns to its status', () => {
    const early = given(programme, proposed, approved).as('norland', 'donor').named(P);
    const when = act('SuspendProgramme', suspendedFor(M).data);
    early.knowing(misuseCase, M, ...investigated).decides(when, suspendedFor(M));
    given(programme, proposed, approved, suspendedFor(M))
      .as('norland', 'donor')
      .named(P)
      .knowing(misuseCase, M, ...investigated)
      .decides(resume, act('ProgrammeResumed', { reason: 'remedied', to: 'approved' }));
  });
  it('is suspended for 20 misuse cases at most', () => {
    const ids = Array.from({ length: 20 }, (_, n) => `sealed.${String(n).padStart(32, '0')}`);
    given(programme, ...running, ...ids.map(suspendedFor))
      .as('norland', 'donor')
      .knowing(misuseCase, M, ...investigated)
      .refuses(act('SuspendProgramme', suspendedFor(M).data), 'too-many-misuse-cases');
  });
});

describe('a case that is held (R19)', () => {
  const hold = (more: object = {}) => act('HoldCase', { reason: 'misuse-measure', ...more });
  const release = act('ReleaseCase', { reason: 'remedied' });
  const held = act('CaseHeld', { reason: 'misuse-measure' });
  const donor = (...past: Event[]) =>
    given(assistanceCase, requested, ...past)
      .as('norland', 'donor')
      .named(CASE);

  it('is held by the donor, once, and for each misuse case', () => {
    donor().decides(hold(), held);
    donor(held).refuses(hold(), 'already-held');
    donor(held)
      .knowing(misuseCase, M, ...investigated)
      .decides(hold({ misuseCase: M }), heldFor(M));
    donor(heldFor(M))
      .knowing(misuseCase, M, ...investigated)
      .refuses(hold({ misuseCase: M }), 'already-stopped-for');
    given(assistanceCase, requested).as('estmark', 'recipient').refuses(hold(), 'not-the-donor');
  });
  it('is released once no misuse case stops it', () => {
    donor().refuses(release, 'not-held');
    donor(held).decides(release, released);
    donor(heldFor(M))
      .knowing(misuseCase, M, ...suspends(inCase))
      .refuses(release, 'misuse-measure-in-force');
    donor(heldFor(M))
      .knowing(misuseCase, M, ...investigated)
      .decides(release, released);
  });
  it('is not implemented', () => donor(held).refuses(act('ImplementCase'), 'case-held'));
  it('has nothing shipped under it', () => {
    const scheduled = act('DeliveryScheduled', { case: CASE, ...parties, lines: [], due: '2026-05-15' });
    const ship = act('ShipConsignment', { on: '2026-05-11' });
    const accepted = act('OfferAccepted', { offer: 'basic', value: 1, currency: 'USD' });
    const implemented = act('CaseImplemented', { deposited: 0, currency: 'USD' });
    const shipping = given(consignment, scheduled).as('norland', 'donor');
    shipping.knowing(assistanceCase, CASE, requested, accepted, implemented, held).refuses(ship, 'case-held');
    shipping
      .knowing(assistanceCase, CASE, requested, accepted, implemented, held, released)
      .decides(ship, act('ConsignmentShipped', { on: '2026-05-11', case: CASE }));
  });
});

describe('a disbursement', () => {
  const opened = (more: object) =>
    act('FundingAccountOpened', { ...parties, currency: 'USD', stages: ['disbursed'], basis: 'own', ...more });
  const money = { amount: 10, period: '2026' };
  const disburse = act('DisburseFunds', money);
  const disbursed = act('FundsDisbursed', money);
  const donor = (more: object) => given(fundingAccount, opened(more)).as('norland', 'donor');

  it('is refused while the case is held (R19)', () => {
    const account = donor({ case: CASE });
    account.knowing(assistanceCase, CASE, requested, heldFor(M)).refuses(disburse, 'case-held');
    account.knowing(assistanceCase, CASE, requested).decides(disburse, disbursed);
  });
  it('is refused after the termination of the programme (R19)', () =>
    donor({ programme: P })
      .knowing(programme, P, ...running, terminated)
      .refuses(disburse, 'programme-terminated'));
  it('is recorded after the termination if it happened before the programme was stopped (R19)', () => {
    const before = { occurredAt: '2026-04-30T12:00:00.000Z' };
    const onTheDay = { occurredAt: '2026-05-01T12:00:00.000Z' };
    const account = donor({ programme: P }).knowing(programme, P, ...running, terminated);
    account.decides(disburse, disbursed, before);
    account.refuses(disburse, 'programme-terminated', onTheDay);
    donor({ programme: P })
      .knowing(programme, P, ...running, act('ProgrammeSuspended', { reason: 'review' }), terminated)
      .decides(disburse, disbursed, before);
  });
  it('is marked after the completion of the programme, by the day on which it happened', () => {
    const account = donor({ programme: P }).knowing(programme, P, ...running, completed);
    account.decides(disburse, act('FundsDisbursed', { ...money, afterCompletion: true }));
    account.decides(disburse, disbursed, { occurredAt: '2026-05-04T12:00:00.000Z' });
  });
  it('is refused while money is to come back for which the programme was suspended (R18)', () => {
    const account = donor({ programme: P }).knowing(programme, P, ...running, suspendedFor(M), resumed);
    const came = act('FundsRecovered', { amount: 5, currency: 'USD' });
    account.knowing(misuseCase, M, ...decided('recover')).refuses(disburse, 'recovery-outstanding');
    account.knowing(misuseCase, M, ...decided('recover'), came).decides(disburse, disbursed);
    account
      .knowing(misuseCase, M, ...decided('recover'), act('MisuseCaseClosed', { reason: 'done' }))
      .decides(disburse, disbursed);
  });
});
