import { describe, expect, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given } from '../../../../test/support/decider-specification.js';
import { securityUnit, vettedPerson } from './clearance.js';
import { clearedLater, notCleared } from './clearance-facts.js';
import { legalFramework } from '../framework/legal-framework.js';
import { vettingCase } from './vetting-case.js';

const U = 'estmark.brigade-1';
const V = 'norland.vetting-1';
const unit = { recipient: 'estmark', type: 'infantry' };
const registered = act('UnitRegistered', unit);
const gave = (until: string, more: object = {}) => act('ClearanceGiven', { until, ...more });
const give = (until: string, more: object = {}) => act('GiveClearance', { until, ...more });
const suspended = act('ClearanceSuspended', { reason: 'information', vettingCase: V, trainings: [] });
const refused = act('ClearanceRefused', { reason: 'confirmed', vettingCase: V, trainings: [] });
const waiver = { exception: { kind: 'waiver', authority: 'minister', basis: 'waiver-1' } };
/** What an exception of today adds to the clearance that it gives. */
const due = { reportBy: '2026-06-16', reportOf: 'waiver-1' };
const restore = (more: object = {}) => act('RestoreClearance', { reason: 'assessed', ...more });
const restored = (more: object = {}) => act('ClearanceRestored', { reason: 'assessed', ...more });

/** The inquiry, with information that is as it is named, and a remediation that is completed. */
const inquiry = (is: 'open' | 'credible' | 'not-credible', remedied = false): Event[] => [
  act('VettingRequested', {
    subject: { kind: 'security-unit', id: U },
    donor: 'norland',
    recipient: 'estmark',
    due: '2026-06-30',
  }),
  act('DerogatoryInformationRecorded', { information: 'i-1' }),
  ...(is === 'open' ? [] : [act('InformationAssessed', { information: 'i-1', credible: is === 'credible' })]),
  ...(remedied ? [act('RemediationCompleted', { on: '2026-05-09', until: '2026-12-31' })] : []),
];

const vetter = (...past: Event[]) =>
  given(securityUnit, registered, ...past)
    .registered(['vetters', 'estmark'], 'vetter', 'recipient')
    .as('vetters', 'vetter');
const system = (...past: Event[]) => given(securityUnit, registered, ...past).as('entente', 'system');

describe('the registration of a unit is corrected (R26)', () => {
  const correct = (more: object) => act('CorrectUnit', { corrects: given.id(0), reason: 'wrong-type', ...more });
  const corrected = (more: object) => act('UnitCorrected', { ...correct(more).data });
  const of = (...past: Event[]) =>
    given(securityUnit, registered, ...past)
      .registered(['estmark', 'norland', 'ostra'], 'recipient', 'donor', 'vetter')
      .named(U)
      .as('estmark', 'recipient');
  it('by the recipient, a donor or a vetter, and its clearance stays', () => {
    of().decides(correct({ type: 'army' }), corrected({ type: 'army' }));
    of()
      .as('norland', 'donor')
      .decides(correct({ aliases: ['1-bde'] }), corrected({ aliases: ['1-bde'] }));
    of()
      .as('ostra', 'recipient')
      .refuses(correct({ type: 'army' }), 'not-the-recipient');
    of().refuses(correct({}), 'nothing-corrected');
    of(corrected({ type: 'army' })).refuses(correct({ type: 'army' }), 'nothing-corrected');
  });
  it('to a part of another unit of the same recipient, and not of itself', () => {
    const under = (parent: object) =>
      of().knowing(securityUnit, 'estmark.army', act('UnitRegistered', { ...unit, ...parent }));
    const named = { parent: 'estmark.army' };
    under({}).decides(correct(named), corrected(named));
    under({ recipient: 'ostra' }).refuses(correct(named), 'unit-of-another');
    of().refuses(correct(named), 'unit-not-found');
    of().refuses(correct({ parent: U }), 'unit-of-itself');
    under({ parent: U }).refuses(correct(named), 'unit-of-itself');
  });
});

describe('a unit and a person are registered', () => {
  const register = act('RegisterUnit', unit);
  const opening = (recipient = 'estmark') =>
    given(securityUnit)
      .registered(['estmark', 'norland', 'vetters', 'ostra'], 'recipient', 'donor', 'vetter')
      .as(recipient, 'recipient');
  it('by the recipient, a donor or a vetter, each registered (R29)', () => {
    opening().decides(register, registered);
    opening().as('norland', 'donor').decides(register, registered);
    opening().as('vetters', 'vetter').decides(register, registered);
    opening('ostra').refuses(register, 'not-the-recipient');
    opening().as('norland', 'monitor').refuses(register, 'not-a-registrar');
    given(securityUnit).as('estmark', 'recipient').refuses(register, 'party-not-registered');
  });
  it('as a part of a unit that exists, of the same recipient', () => {
    const part = { ...unit, parent: 'estmark.army' };
    const of = (recipient: string) =>
      opening().knowing(securityUnit, 'estmark.army', act('UnitRegistered', { ...unit, recipient }));
    of('estmark').decides(act('RegisterUnit', part), act('UnitRegistered', part));
    of('ostra').refuses(act('RegisterUnit', part), 'unit-of-another');
    opening().refuses(act('RegisterUnit', part), 'unit-not-found');
    opening()
      .named(U)
      .refuses(act('RegisterUnit', { ...unit, parent: U }), 'unit-of-itself');
  });
  it('by a reference alone, with the unit (R5)', () => {
    const person = { recipient: 'estmark', unit: U, reference: 'r-1' };
    const of = () => given(vettedPerson).registered(['estmark'], 'recipient').as('estmark', 'recipient');
    of().knowing(securityUnit, U, registered).decides(act('RegisterPerson', person), act('PersonRegistered', person));
    of().refuses(act('RegisterPerson', person), 'unit-not-found');
  });
  it('and a person is cleared by the same rules as a unit', () => {
    const person = act('PersonRegistered', { recipient: 'estmark', unit: U, reference: 'r-1' });
    given(vettedPerson, person)
      .registered(['vetters'], 'vetter')
      .as('vetters', 'vetter')
      .decides(give('2026-12-31'), gave('2026-12-31'));
    given(vettedPerson, person, refused)
      .registered(['vetters'], 'vetter')
      .as('vetters', 'vetter')
      .refuses(give('2026-12-31'), 'clearance-refused');
  });
});

describe('a clearance', () => {
  it('is given by a vetter, registered as one (R29)', () => {
    vetter().decides(give('2026-12-31'), gave('2026-12-31'));
    vetter().as('norland', 'donor').refuses(give('2026-12-31'), 'not-a-vetter');
    given(securityUnit, registered).as('vetters', 'vetter').refuses(give('2026-12-31'), 'party-not-registered');
  });
  it('lasts at most its validity, 365 days, and ends on a day to come (R7)', () => {
    vetter().decides(give('2027-06-01'), gave('2027-06-01'));
    vetter().refuses(give('2027-06-02'), 'beyond-validity');
    // The vetting case has looked at the validity of its framework.
    system().decides(give('2027-06-02', { vettingCase: V }), gave('2027-06-02', { vettingCase: V }));
    // The conclusion of the only inquiry for which it is suspended.
    const byCase = { vettingCase: V };
    system(suspended).decides(give('2027-05-02', byCase), gave('2027-05-02', byCase));
    system(gave('2027-05-02'), suspended).decides(give('2027-05-02', byCase), gave('2027-05-02', byCase));
    system(suspended).refuses(give('2027-05-02', { vettingCase: 'norland.other' }), 'clearance-suspended');
    vetter().decides(give('2026-06-01'), gave('2026-06-01'));
    vetter().refuses(give('2026-05-31'), 'day-in-past');
  });
  it('is recorded late with its true last day, which counts from the day of the fact (R7)', () => {
    const late = (occurredAt: string) => ({ occurredAt, now: '2026-12-01T09:00:00.000Z' });
    vetter().decides(give('2026-10-31'), gave('2026-10-31'), late('2026-02-20T09:00:00.000Z'));
    vetter().refuses(give('2026-02-19'), 'day-in-past', late('2026-02-20T09:00:00.000Z'));
    vetter().decides(give('2027-02-20'), gave('2027-02-20'), late('2026-02-20T09:00:00.000Z'));
    vetter().refuses(give('2027-02-21'), 'beyond-validity', late('2026-02-20T09:00:00.000Z'));
    const lasting = gave('2027-04-30');
    vetter(lasting).refuses(give('2026-10-31'), 'displaces-a-clearance', late('2026-02-20T09:00:00.000Z'));
    vetter(gave('2026-11-30')).decides(give('2026-10-31'), gave('2026-10-31'), late('2026-02-20T09:00:00.000Z'));
  });
  it('is given once with the same last day, and renewed', () => {
    vetter(gave('2026-12-31')).decides(give('2026-12-31'), []);
    vetter(gave('2026-12-31')).decides(give('2027-01-31'), gave('2027-01-31'));
  });
  it('has its last day corrected, at the event that states it (R26)', () => {
    const correct = (until: string, n = 1) =>
      act('CorrectClearance', { corrects: given.id(n), until, reason: 'mistyped' });
    const corrected = act('ClearanceCorrected', correct('2026-11-30').data);
    vetter(gave('2026-12-31')).decides(correct('2026-11-30'), corrected);
    const ofCase = act('ClearanceGiven', { until: '2026-12-31', vettingCase: 'norland.vetting-1' });
    const noted = act('ClearanceCorrected', { ...corrected.data, vettingCase: 'norland.vetting-1' });
    vetter(ofCase).decides(correct('2026-11-30'), noted);
    vetter(gave('2026-12-31')).refuses(correct('2026-12-31'), 'nothing-corrected');
    vetter(gave('2026-12-31'), gave('2027-01-31')).refuses(correct('2026-11-30'), 'stated-by-another-event');
    vetter(gave('2026-12-31')).refuses(correct('2028-11-30'), 'beyond-validity');
    vetter(gave('2026-12-31'), refused).refuses(correct('2026-11-30'), 'clearance-refused');
  });
});

describe('a registration ends (R5)', () => {
  const end = (on = '2026-05-15') => act('EndRegistration', { on, reason: 'unit-disbanded' });
  const ended = (trainings: string[] = []) =>
    act('RegistrationEnded', { on: '2026-05-15', reason: 'unit-disbanded', trainings });
  const owner = (...past: Event[]) => vetter(...past).as('estmark', 'recipient');
  it('by those who register, with the trainings that rest on it', () => {
    const noted = act('EnrolmentNoted', { training: 't-1', cleared: true });
    owner(gave('2026-12-31'), noted).decides(end(), ended(['t-1']));
    vetter().decides(end(), ended());
    vetter().as('ostra', 'recipient').refuses(end(), 'not-the-recipient');
    owner().refuses(end('2026-06-02'), 'day-in-future');
  });
  it('and then it is not cleared again, and is no part of others', () => {
    for (const command of [give('2026-12-31'), restore(), end()])
      vetter(suspended, ended()).refuses(command, 'registration-ended');
    system(ended()).decides(
      act('NoteEnrolment', { training: 't-2' }),
      act('EnrolmentNoted', { training: 't-2', cleared: false }),
    );
    const over = [act('UnitRegistered', unit), ended()];
    given(vettedPerson)
      .registered(['estmark'], 'recipient')
      .as('estmark', 'recipient')
      .knowing(securityUnit, U, ...over)
      .refuses(act('RegisterPerson', { recipient: 'estmark', unit: U, reference: 'r-1' }), 'registration-ended');
  });
  it('and the report on an exception is still submitted', () => {
    const reported = act('SubmitExceptionReport', { report: 'report-1', on: '2026-05-20' });
    vetter(gave('2026-12-31', { ...waiver, reportBy: '2026-05-19' }), ended()).decides(
      reported,
      act('ExceptionReported', reported.data),
    );
  });
});

describe('is it cleared on a day (R5, R7, R8)', () => {
  const state = (of: object) => ({
    until: '2026-06-30',
    suspended: false,
    refused: false,
    endedOn: null,
    ...of,
  });
  it.each([
    ['through its last day', state({}), '2026-06-30', null, null],
    ['not after it', state({}), '2026-07-01', 'clearance-over', 'R7'],
    ['not while it is suspended', state({ suspended: true }), '2026-06-01', 'clearance-suspended', 'R7'],
    ['not when it was refused', state({ refused: true }), '2026-06-01', 'clearance-refused', 'R8'],
    ['not before it was vetted', state({ until: null }), '2026-06-01', 'not-vetted', 'R5'],
    ['on the day before its registration ends', state({ endedOn: '2026-06-02' }), '2026-06-01', null, null],
    ['not from the day on which it ended', state({ endedOn: '2026-06-02' }), '2026-06-02', 'registration-ended', 'R5'],
    ['not if it is unknown', null, '2026-06-01', 'not-vetted', 'R5'],
  ])('%s', (_, of, day, code, rule) => {
    const refusal = notCleared(of, day, { unit: U });
    expect([refusal?.code ?? null, refusal?.rule ?? null]).toEqual([code, rule]);
    if (refusal !== null) expect(refusal.facts).toMatchObject({ unit: U });
  });
});

describe('a decision rests on a clearance that has begun (R5)', () => {
  const state = { since: '2026-03-01', earlier: [['2025-01-01', '2025-12-31']] as const };
  it.each([
    ['from its first day', state, '2026-03-01', null],
    ['not the day before', state, '2026-02-28', 'not-vetted'],
    ['on a day of the clearance before', state, '2025-12-31', null],
    ['and waits for none', null, '2026-02-28', null],
  ])('%s', (_, of, day, code) => expect(clearedLater(of, day, { unit: U })?.code ?? null).toBe(code));
});

describe('derogatory information suspends a clearance (R7)', () => {
  const suspend = act('SuspendClearance', { reason: 'information', vettingCase: V });
  const noted = (training: string) => act('EnrolmentNoted', { training, cleared: true });
  const barred = (type: string, trainings: string[], more: object = {}) =>
    act(type, { reason: 'information', vettingCase: V, ...more, trainings });
  it('and tells the trainings that rest on it, once', () => {
    const past = [gave('2026-12-31'), noted('t-1'), noted('t-2'), noted('t-1')];
    system(...past).decides(suspend, barred('ClearanceSuspended', ['t-2', 't-1']));
    system(...past, suspended).decides(suspend, []);
    system(...past, suspended).decides(
      act('SuspendClearance', { reason: 'information', vettingCase: 'v-2' }),
      barred('ClearanceSuspended', [], { vettingCase: 'v-2' }),
    );
  });
  it('a refused one stays refused', () => {
    system(refused).decides(suspend, []);
    vetter(refused).refuses(suspend, 'already-refused');
    system(suspended).decides(
      act('RefuseClearance', { reason: 'confirmed', vettingCase: V }),
      barred('ClearanceRefused', [], { reason: 'confirmed' }),
    );
    system(refused).decides(act('RefuseClearance', { reason: 'confirmed', vettingCase: V }), []);
  });
  it('a refused one too, if another inquiry has it: the remediation of the first waits for it', () => {
    const other = { vettingCase: 'v-2' };
    system(refused).decides(
      act('SuspendClearance', { reason: 'information', ...other }),
      barred('ClearanceSuspended', [], other),
    );
    const both = [gave('2026-12-31'), refused, barred('ClearanceSuspended', [], other)];
    const until = { until: '2026-12-31' };
    const remedied = (is: 'open' | 'credible' | 'not-credible') =>
      system(...both)
        .knowing(vettingCase, V, ...inquiry('credible', true))
        .knowing(vettingCase, 'v-2', ...inquiry(is));
    remedied('open').refusesWith(restore({ vettingCase: V, ...until }), 'information-stands', other);
    remedied('credible').refuses(restore({ vettingCase: V, ...until }), 'information-stands');
    // The policy states no day after the assessment: the remediation has stated it.
    remedied('not-credible').decides(restore(other), restored({ ...other, ...until }));
    system(...both).decides(act('SuspendClearance', { reason: 'information', ...other }), []);
  });
  it('and what a vetter barred by hand, no inquiry restores: a vetter does', () => {
    const hand = (type: string) => act(type, { reason: 'hand', trainings: [] });
    const dismissed = inquiry('not-credible');
    const suspend = act('SuspendClearance', { reason: 'hand' });
    for (const past of [
      [hand('ClearanceSuspended'), suspended],
      [suspended, hand('ClearanceSuspended')],
    ]) {
      system(...past)
        .knowing(vettingCase, V, ...dismissed)
        .refuses(restore({ vettingCase: V }), 'barred-by-hand');
      vetter(...past)
        .knowing(vettingCase, V, ...dismissed)
        .decides(restore(), restored());
      vetter(...past)
        .knowing(vettingCase, V, ...inquiry('open'))
        .refuses(restore(), 'information-stands');
      // Nor does the conclusion of the inquiry clear it.
      system(...past).refuses(give('2026-12-31', { vettingCase: V }), 'clearance-suspended');
    }
    vetter(suspended).decides(suspend, hand('ClearanceSuspended'));
    vetter(suspended, hand('ClearanceSuspended')).decides(suspend, []);
    const back = { until: '2026-12-31' };
    const refusedToo = [refused, hand('ClearanceRefused')];
    vetter(refused).decides(act('RefuseClearance', { reason: 'hand' }), hand('ClearanceRefused'));
    system(...refusedToo)
      .knowing(vettingCase, V, ...inquiry('credible', true))
      .refuses(restore(back), 'barred-by-hand');
    vetter(...refusedToo)
      .knowing(vettingCase, V, ...inquiry('credible', true))
      .decides(restore(back), restored(back));
    // What bars it after it was restored is another bar.
    system(hand('ClearanceSuspended'), restored(), suspended)
      .knowing(vettingCase, V, ...dismissed)
      .decides(restore(), restored());
  });
  it('and while it is, none is given', () => vetter(suspended).refuses(give('2026-12-31'), 'clearance-suspended'));
  it('until no inquiry has information that is credible or not assessed', () => {
    const of = (...info: Event[]) => system(gave('2026-12-31'), suspended).knowing(vettingCase, V, ...info);
    of(...inquiry('not-credible')).decides(restore({ vettingCase: V }), restored({ vettingCase: V }));
    of(...inquiry('open')).refuses(restore(), 'information-stands');
    of(...inquiry('credible')).refuses(restore(), 'information-stands');
    vetter(gave('2026-12-31')).refuses(restore(), 'not-barred');
  });
  it('and a training that comes to rest on it learns that it is not cleared', () => {
    const note = act('NoteEnrolment', { training: 't-1' });
    system(gave('2026-12-31')).decides(note, act('EnrolmentNoted', { training: 't-1', cleared: true }));
    system(gave('2026-12-31'), suspended).decides(note, act('EnrolmentNoted', { training: 't-1', cleared: false }));
    vetter().refuses(note, 'not-the-system');
  });
});

describe('a unit knows the shipments that are planned for it (R7)', () => {
  const note = act('NoteShipment', { consignment: 'c-1' });
  const noted = act('ShipmentNoted', { consignment: 'c-1', cleared: true });
  it('once, and whether it is cleared', () => {
    system(gave('2026-12-31')).decides(note, noted);
    system(suspended).decides(note, act('ShipmentNoted', { consignment: 'c-1', cleared: false }));
    vetter().refuses(note, 'not-the-system');
  });
  it('and names them whenever its clearance ends or is given', () => {
    const past = [gave('2026-12-31'), noted, noted];
    const shipments = ['c-1'];
    const bar = { reason: 'reported', trainings: [], shipments };
    vetter(...past).decides(act('SuspendClearance', { reason: 'reported' }), act('ClearanceSuspended', bar));
    vetter(...past).decides(act('RefuseClearance', { reason: 'reported' }), act('ClearanceRefused', bar));
    vetter(...past, act('ClearanceSuspended', bar)).decides(restore(), restored({ shipments }));
    vetter(...past).decides(give('2027-03-31'), gave('2027-03-31'));
    vetter(noted).decides(give('2027-03-31'), gave('2027-03-31', { shipments }));
    system(gave('2026-05-31'), noted).decides(
      act('RecordExpiredClearance', { until: '2026-05-31' }),
      act('ClearanceExpired', { until: '2026-05-31', trainings: [], shipments }),
    );
    const corrected = { corrects: given.id(1), until: '2026-11-30', reason: 'mistyped' };
    vetter(gave('2026-05-31'), noted).decides(
      act('CorrectClearance', corrected),
      act('ClearanceCorrected', { ...corrected, shipments }),
    );
    vetter(...past)
      .registered(['vetters'], 'vetter')
      .decides(
        act('EndRegistration', { on: '2026-05-30', reason: 'disbanded' }),
        act('RegistrationEnded', { on: '2026-05-30', reason: 'disbanded', trainings: [], shipments }),
      );
  });
});

describe('a refused unit returns (R8)', () => {
  it('by a completed remediation', () => {
    const of = (...info: Event[]) => system(refused).knowing(vettingCase, V, ...info);
    of(...inquiry('credible', true)).decides(restore({ until: '2026-12-31' }), restored({ until: '2026-12-31' }));
    // The policy states no day after the information of another inquiry is found not credible.
    of(...inquiry('credible', true)).decides(restore(), restored({ until: '2026-12-31' }));
    vetter(refused)
      .knowing(vettingCase, V, ...inquiry('credible', true))
      .refuses(restore(), 'last-day-missing');
    of(...inquiry('credible')).refuses(restore({ until: '2026-12-31' }), 'information-stands');
    of(...inquiry('not-credible')).refuses(restore({ until: '2026-12-31' }), 'not-remedied');
    vetter(refused).refuses(give('2026-12-31'), 'clearance-refused');
  });
  it('after a refusal by hand, by the remediation of a vetting case with which it is repeated', () => {
    const back = act('RestoreClearance', { reason: 'remedied', until: '2026-12-31' });
    const again = act('RefuseClearance', { reason: 'information', vettingCase: V });
    const repeated = act('ClearanceRefused', { ...again.data, trainings: [] });
    const byHand = act('ClearanceRefused', { reason: 'information', trainings: [] });
    const remedied = (...past: Event[]) => vetter(...past).knowing(vettingCase, V, ...inquiry('credible', true));
    remedied(byHand).refuses(back, 'not-remedied');
    remedied(byHand).decides(again, repeated);
    remedied(byHand, repeated).decides(back, act('ClearanceRestored', back.data));
  });
  it('by an exception or waiver, with its authority, and a report due in 15 days', () => {
    const of = () => vetter(refused).knowing(vettingCase, V, ...inquiry('credible'));
    const until = '2026-12-31';
    of().decides(restore({ until, ...waiver }), restored({ until, ...waiver, ...due }));
    of().decides(give(until, waiver), gave(until, { ...waiver, ...due }));
  });
  it('and a clearance after that one has an exception of its own, or a remediation (R8)', () => {
    const excepted = [refused, gave('2026-05-31', { ...waiver, ...due })];
    const until = '2026-12-31';
    const next = { ...waiver, reportBy: '2026-06-16', reportOf: 'waiver-2' };
    const expired = act('ClearanceExpired', { until: '2026-05-31', trainings: [] });
    for (const past of [excepted, [...excepted, expired]]) {
      vetter(...past).refuses(give(until), 'clearance-refused');
      vetter(...past).decides(give(until, waiver), gave(until, next));
      system(...past).refuses(give(until, { vettingCase: V }), 'clearance-refused');
      const known = (remedied: boolean) => system(...past).knowing(vettingCase, V, ...inquiry('credible', remedied));
      known(true).decides(restore({ until }), restored({ until }));
      known(false).refuses(restore({ until }), 'information-stands');
    }
    vetter(...excepted, restored({ until })).decides(give('2027-01-31'), gave('2027-01-31'));
    vetter(...excepted, restored({ until, ...waiver })).refuses(give('2027-01-31'), 'clearance-refused');
  });
  it('and the clearance by exception is given back after a suspension, with no new last day (R8)', () => {
    const W = 'norland.vetting-2';
    const of = (remedied = false) =>
      vetter(refused, gave('2026-05-31', waiver), act('ClearanceSuspended', { vettingCase: W, trainings: [] }))
        .knowing(vettingCase, W, ...inquiry('not-credible'))
        .knowing(vettingCase, V, ...inquiry('credible', remedied));
    of().decides(restore(), restored());
    of().refuses(restore({ until: '2026-12-31' }), 'information-stands');
    of(true).decides(restore({ until: '2026-12-31' }), restored({ until: '2026-12-31' }));
  });
  it('and the report is due in the days of the framework named, from the exception (R8)', () => {
    const F = 'norland.framework-1';
    const framework = [
      act('AgreementDrafted', {
        title: 'Terms',
        instrument: 'letters',
        donor: 'norland',
        recipient: 'estmark',
        parameters: [{ parameter: 'waiverReportDays', value: 30, unit: 'days' }],
      }),
    ];
    const until = '2026-12-31';
    const under = { exception: { ...waiver.exception, framework: F } };
    const late = { occurredAt: '2026-05-20T09:00:00.000Z' };
    vetter(refused)
      .knowing(legalFramework, F, ...framework)
      .decides(give(until, under), gave(until, { ...under, ...due, reportBy: '2026-06-19' }), late);
    vetter(refused).decides(give(until, waiver), gave(until, { ...waiver, ...due, reportBy: '2026-06-04' }), late);
    vetter(refused).refuses(give(until, under), 'framework-not-found');
    const ofOthers = [{ ...framework[0], data: { ...(framework[0]?.data as object), recipient: 'vestra' } } as Event];
    vetter(refused)
      .knowing(legalFramework, F, ...ofOthers)
      .refuses(give(until, under), 'framework-of-others');
  });
  it('and each of two exceptions has its report (R8)', () => {
    const first = gave('2026-10-31', { ...waiver, ...due });
    const second = gave('2026-12-31', { ...waiver, reportBy: '2026-06-20', reportOf: 'waiver-2' });
    vetter(first).decides(
      give('2026-12-31', waiver),
      gave('2026-12-31', { ...waiver, reportBy: '2026-06-16', reportOf: 'waiver-2' }),
    );
    const submit = (of?: string) =>
      act('SubmitExceptionReport', { report: 'r-1', on: '2026-06-01', ...(of === undefined ? {} : { of }) });
    const reported = (of: string) => act('ExceptionReported', submit(of).data);
    vetter(first, second).decides(submit('waiver-1'), reported('waiver-1'));
    vetter(first, second).refusesWith(submit(), 'exception-not-named', { due: ['waiver-1', 'waiver-2'] });
    vetter(first, second).refuses(submit('waiver-3'), 'no-report-due');
    const many = Array.from({ length: 100 }, (_, n) => gave('2026-10-31', { ...due, reportOf: `waiver-${n + 1}` }));
    vetter(...many).refuses(give('2026-12-31', waiver), 'too-many-reports-due');
    vetter(first, second, reported('waiver-1')).decides(submit(), reported('waiver-2'));
    const passed = (of: string) => act('RecordOverdueExceptionReport', { due: '2026-06-16', of });
    const now = { now: '2026-06-17T00:00:00.000Z' };
    system(first, second).decides(
      passed('waiver-1'),
      act('ExceptionReportBecameOverdue', passed('waiver-1').data),
      now,
    );
    system(first, second).refuses(passed('waiver-2'), 'other-last-day', now);
  });
  it('and the report is submitted, or becomes overdue after its last day', () => {
    const excepted = restored({ until: '2026-12-31', ...waiver, reportBy: '2026-06-16' });
    const submit = (on: string) => act('SubmitExceptionReport', { report: 'r-1', on });
    const overdue = act('RecordOverdueExceptionReport', { due: '2026-06-16' });
    const reported = act('ExceptionReported', { report: 'r-1', on: '2026-06-01' });
    vetter(refused, excepted).decides(submit('2026-06-01'), reported);
    vetter(refused, excepted).refuses(submit('2026-06-02'), 'day-in-future');
    vetter(refused, excepted, reported).refuses(submit('2026-06-01'), 'no-report-due');
    vetter(refused, excepted).refusesWith(submit('2026-04-30'), 'before-the-fact', { on: '2026-05-01' });
    const late = { now: '2026-06-17T00:00:00.000Z' };
    const became = act('ExceptionReportBecameOverdue', { due: '2026-06-16' });
    system(refused, excepted).decides(overdue, became, late);
    system(refused, excepted, became).decides(overdue, [], late);
    system(refused, excepted).refuses(overdue, 'not-over-yet', { now: '2026-06-16T23:59:59.000Z' });
    system(refused, excepted).refuses(
      act('RecordOverdueExceptionReport', { due: '2026-06-15' }),
      'other-last-day',
      late,
    );
  });
});

describe('a clearance ends with its last day, which the system records (R7)', () => {
  const expire = act('RecordExpiredClearance', { until: '2026-06-30' });
  const expired = act('ClearanceExpired', { until: '2026-06-30', trainings: ['t-1'] });
  const past = [gave('2026-06-30'), act('EnrolmentNoted', { training: 't-1', cleared: true })];
  const july = { now: '2026-07-01T00:00:00.000Z' };
  it('once, after it', () => {
    system(...past).decides(expire, expired, july);
    system(...past, expired).decides(expire, [], july);
    system(...past).refuses(expire, 'not-over-yet', { now: '2026-06-30T23:59:59.000Z' });
    system(...past, gave('2026-07-31')).refuses(expire, 'other-last-day', july);
    system(...past, refused).refuses(expire, 'clearance-refused', july);
  });
});
