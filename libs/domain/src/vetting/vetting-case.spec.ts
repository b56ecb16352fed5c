import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given, set } from '../../../../test/support/decider-specification.js';
import { legalFramework } from '../framework/legal-framework.js';
import { programme } from '../planning/programme.js';
import { securityUnit, vettedPerson } from './clearance.js';
import { vettingCase } from './vetting-case.js';

const U = 'estmark.brigade-1';
const subject = { kind: 'security-unit', id: U };
const parties = { donor: 'norland', recipient: 'estmark' };
const requested = act('VettingRequested', { subject, ...parties, due: '2026-07-01' });
const checked = act('SourceChecked', { source: 's-1', on: '2026-05-04', found: true });
const info = { information: 'i-1', source: 's-1', allegation: 'arbitrary-detention' };
const found = act('DerogatoryInformationRecorded', { ...info, subject });
const assess = (credible: boolean) => act('AssessInformation', { information: 'i-1', credible, reason: 'two-sources' });
const assessed = (credible: boolean) =>
  act('InformationAssessed', { ...assess(credible).data, subject, standing: credible ? 1 : 0 });
const conclude = (outcome: string, until?: string) => act('ConcludeVetting', { outcome, ...(until && { until }) });
const concluded = (outcome: string, until?: string) =>
  act('VettingConcluded', { outcome, ...(until && { until }), subject });
const refused = [checked, found, assessed(true), concluded('refused')];
const steps = [{ step: 'prosecution', measure: 'prosecution', due: '2026-06-30' }];
const plan = act('OpenRemediation', { steps });
const planned = act('RemediationOpened', { steps });
const step = (on = '2026-06-01') => ({ step: 'prosecution', on });
const taken = act('RemediationStepTaken', step());

const by = (role: 'vetter' | 'donor' | 'recipient', ...past: Event[]) =>
  given(vettingCase, requested, ...past)
    .registered(['vetters'], 'vetter')
    .as({ vetter: 'vetters', donor: 'norland', recipient: 'estmark' }[role], role);
const vetter = (...past: Event[]) => by('vetter', ...past);

describe('no answer of a vetting comes before what it rests on (R30)', () => {
  it.each([
    ['an assessment before the information', vetter(checked, found), assess(false)],
    [
      'the end of a remediation before its last step',
      vetter(...refused, planned, taken),
      act('CompleteRemediation', { on: '2026-05-31', until: '2027-04-30' }),
    ],
  ])('%s', (_, of, command) => of.refuses(command, 'before-the-fact', { occurredAt: '2026-04-30T09:00:00.000Z' }));
});

describe('word of a refusal and its publication come no earlier than the refusal (R30)', () => {
  const early = { occurredAt: '2026-04-30T09:00:00.000Z' };
  const inform = (on: string) => act('InformRecipient', { on, note: 'note-1' });
  const publish = (on: string) => act('PublishIneligibility', { on, list: 'list-1' });
  const informed = (on: string) => act('RecipientInformed', inform(on).data);
  const published = (on: string) => act('IneligibilityPublished', publish(on).data);
  const correct = (n: number, on: string) =>
    act('CorrectVettingDay', { corrects: given.id(n), on, reason: 'mistyped' });
  const corrected = (n: number, on: string, fact: string) =>
    act('VettingDayCorrected', { ...correct(n, on).data, fact });
  it('by its conclusion, also if the day is corrected', () => {
    vetter(...refused).refuses(inform('2026-04-30'), 'before-the-fact', early);
    vetter(...refused).refuses(publish('2026-04-30'), 'before-the-fact', early);
    vetter(...refused).decides(inform('2026-05-01'), informed('2026-05-01'));
    const both = vetter(...refused, informed('2026-05-02'), published('2026-05-02'));
    both.refuses(correct(5, '2026-04-30'), 'before-the-fact');
    both.refuses(correct(6, '2026-04-30'), 'before-the-fact');
    both.decides(correct(5, '2026-05-01'), corrected(5, '2026-05-01', 'word'));
    both.decides(correct(6, '2026-05-01'), corrected(6, '2026-05-01', 'publication'));
    both.decides(correct(1, '2026-04-30'), corrected(1, '2026-04-30', 'source'));
    both.refuses(correct(1, '2027-04-30'), 'day-in-future');
  });
  it('by information after a clearance', () => {
    const since = [checked, concluded('cleared', '2027-04-30'), found, assessed(true)];
    vetter(...since).refuses(inform('2026-04-30'), 'before-the-fact');
    vetter(...since).decides(inform('2026-05-01'), informed('2026-05-01'));
  });
});

describe('a vetting is asked for', () => {
  const request = act('RequestVetting', { subject, ...parties });
  const asking = (recipient = 'estmark') =>
    given(vettingCase)
      .registered(['norland', 'estmark', 'ostra'], 'donor', 'recipient')
      .knowing(securityUnit, U, act('UnitRegistered', { recipient, type: 'infantry' }))
      .as('norland', 'donor');
  it('by the donor or the recipient, of what is registered (R5, R29)', () => {
    asking().decides(request, requested);
    asking().as('estmark', 'recipient').decides(request, requested);
    asking().as('ostra', 'donor').refuses(request, 'not-a-party');
    asking('ostra').refuses(request, 'subject-of-another');
    asking()
      .knowing(
        securityUnit,
        U,
        act('UnitRegistered', { recipient: 'estmark', type: 'infantry' }),
        act('RegistrationEnded', { on: '2026-05-01', reason: 'unit-disbanded', trainings: [] }),
      )
      .refuses(request, 'registration-ended');
    const person = { kind: 'vetted-person', id: 'estmark.person-1' };
    asking().refuses(act('RequestVetting', { ...parties, subject: person }), 'subject-not-found');
    asking()
      .knowing(vettedPerson, 'estmark.person-1', act('PersonRegistered', { recipient: 'estmark', unit: U }))
      .decides(
        act('RequestVetting', { ...parties, subject: person }),
        act('VettingRequested', { ...parties, subject: person, due: '2026-07-01' }),
      );
    const under = (named: object) => act('RequestVetting', { subject, ...parties, ...named });
    asking().refuses(under({ programme: 'norland.p' }), 'programme-not-found');
    asking().refuses(under({ case: 'norland.c' }), 'case-not-found');
  });
  it('with an answer in 30 days, or by another day to come', () => {
    const needed = (neededBy: string) => ({ subject, ...parties, neededBy });
    asking().decides(
      act('RequestVetting', needed('2026-06-01')),
      act('VettingRequested', { ...needed('2026-06-01'), due: '2026-06-01' }),
    );
    asking().refuses(act('RequestVetting', needed('2026-05-31')), 'day-in-past');
    asking().decides(
      act('RequestVetting', needed('2026-05-31')),
      act('VettingRequested', { ...needed('2026-05-31'), due: '2026-05-31' }),
      { occurredAt: '2026-05-31T10:00:00.000Z' },
    );
  });
  it('with an answer in the days of the framework that its programme names', () => {
    const P = 'norland.programme-1';
    const named = { subject, ...parties, programme: P };
    asking()
      .under(P, ...set({ vettingAnswerDays: 45 }))
      .decides(act('RequestVetting', named), act('VettingRequested', { ...named, due: '2026-07-16' }));
  });
});

describe('a vetting is concluded', () => {
  it('by a vetter, after a source was checked (R5)', () => {
    vetter(checked).decides(conclude('cleared', '2027-05-01'), concluded('cleared', '2027-05-01'));
    vetter().refuses(conclude('cleared', '2027-05-01'), 'no-source-checked');
    vetter(checked).refuses(conclude('cleared'), 'last-day-missing');
    by('donor', checked).refuses(conclude('cleared', '2027-05-01'), 'not-a-vetter');
  });
  it('no earlier than it was requested (R30)', () => {
    const dayBefore = { occurredAt: '2026-04-30T09:00:00.000Z' };
    vetter(checked).refuses(conclude('cleared', '2027-04-01'), 'before-the-fact', dayBefore);
    const dayOf = { occurredAt: '2026-05-01T00:00:00.000Z' };
    vetter(checked).decides(conclude('cleared', '2027-04-01'), concluded('cleared', '2027-04-01'), dayOf);
  });
  const unit = act('UnitRegistered', { recipient: 'estmark', type: 'infantry' });
  const suspendedBy = (...cases: string[]) =>
    cases.map((vettingCase) => act('ClearanceSuspended', { reason: 'derogatory-information', vettingCase }));
  const byHand = (type: string) => act(type, { reason: 'by-hand' });
  const clear = conclude('cleared', '2027-05-01');
  it('only if nothing else bars the unit: the clearance that follows would be refused (R5, R7, R8)', () => {
    const of = (...past: Event[]) => vetter(checked).knowing(securityUnit, U, unit, ...past);
    of().decides(clear, concluded('cleared', '2027-05-01'));
    of(...suspendedBy('norland.other')).refuses(clear, 'clearance-suspended');
    of(byHand('ClearanceSuspended')).refuses(clear, 'clearance-suspended');
    of(byHand('ClearanceRefused')).refuses(clear, 'clearance-refused');
    of(act('RegistrationEnded', { on: '2026-05-01', reason: 'disbanded', trainings: [] })).refuses(
      clear,
      'registration-ended',
    );
    vetter(checked).refuses(conclude('cleared', '2026-05-31'), 'day-in-past');
  });
  it('until a last day that counts from the conclusion, also if that is recorded late (R7)', () => {
    const late = { occurredAt: '2026-05-20T09:00:00.000Z', now: '2026-11-30T09:00:00.000Z' };
    const of = vetter(checked).knowing(securityUnit, U, unit);
    of.decides(conclude('cleared', '2026-10-31'), concluded('cleared', '2026-10-31'), late);
    of.decides(conclude('cleared', '2027-05-20'), concluded('cleared', '2027-05-20'), late);
    of.refuses(conclude('cleared', '2027-05-21'), 'beyond-validity', late);
    of.refuses(conclude('cleared', '2026-05-19'), 'day-in-past', late);
  });
  it('also while the unit is suspended for its own information alone, which is not credible (R7)', () => {
    const of = (...past: Event[]) => vetter(checked, found, assessed(false)).knowing(securityUnit, U, unit, ...past);
    of(...suspendedBy('vetters.it-1')).decides(clear, concluded('cleared', '2027-05-01'));
    of(...suspendedBy('vetters.it-1', 'norland.other')).refuses(clear, 'clearance-suspended');
    of(byHand('ClearanceSuspended'), ...suspendedBy('vetters.it-1')).refuses(clear, 'clearance-suspended');
  });
  it('for no longer than the framework of its programme has it on that day (R7)', () => {
    const P = 'norland.programme-1';
    const F = 'norland.framework-1';
    const within = (...past: Event[]) =>
      given(
        vettingCase,
        act('VettingRequested', { subject, ...parties, programme: P, due: '2026-07-01' }),
        checked,
        ...past,
      )
        .registered(['vetters'], 'vetter')
        .as('vetters', 'vetter')
        .knowing(programme, P, act('ProgrammeProposed', { ...parties, kind: 'bilateral', framework: F }));
    const drafted = act('AgreementDrafted', { ...parties, parameters: [] });
    const set = (value: number) =>
      act('ParameterSet', { parameter: 'clearanceValidityDays', value, unit: 'days', reason: 'x' });
    const until = (by: ReturnType<typeof within>, last: string, next: string) => {
      by.decides(conclude('cleared', last), concluded('cleared', last));
      by.refuses(conclude('cleared', next), 'beyond-validity');
    };
    until(within().knowing(legalFramework, F, drafted), '2027-06-01', '2027-06-02');
    until(within().knowing(legalFramework, F, drafted, set(30)), '2026-07-01', '2026-07-02');
    until(within().knowing(legalFramework, F, drafted, set(30), set(400)), '2027-07-06', '2027-07-07');
    vetter(checked).refuses(conclude('cleared', '2027-06-02'), 'beyond-validity');
    const back = (until: string) => act('CompleteRemediation', { on: '2026-06-01', until });
    const remedying = [found, assessed(true), concluded('refused'), planned, taken];
    const framed = within(...remedying).knowing(legalFramework, F, drafted, set(30));
    framed.decides(back('2026-07-01'), act('RemediationCompleted', { ...back('2026-07-01').data, subject }));
    framed.refuses(back('2026-07-02'), 'beyond-validity');
  });
  it('with all its information assessed: cleared without, refused for credible information (R7)', () => {
    vetter(checked, found).refuses(conclude('refused'), 'information-open');
    vetter(checked, found, assessed(true)).refuses(conclude('cleared', '2027-05-01'), 'credible-information');
    vetter(checked, found, assessed(true)).decides(conclude('refused'), concluded('refused'));
    vetter(checked, found, assessed(false)).decides(
      conclude('cleared', '2027-05-01'),
      concluded('cleared', '2027-05-01'),
    );
    vetter(checked, found, assessed(false)).refuses(conclude('refused'), 'nothing-credible');
  });
  it('once; afterwards no source is checked, but information is recorded and assessed', () => {
    const past = [checked, concluded('cleared', '2027-05-01')];
    vetter(...past).refuses(conclude('cleared', '2027-05-01'), 'already-concluded');
    vetter(...past).refuses(act('CheckSource', { source: 's-2', on: '2026-05-04', found: false }), 'already-concluded');
    vetter(...past).decides(act('RecordDerogatoryInformation', info), found);
    vetter(...past, found, assessed(true)).decides(plan, planned);
  });
});

describe('a vetting is given up', () => {
  const withdraw = act('WithdrawVetting', { reason: 'nomination-withdrawn' });
  const withdrawn = act('VettingWithdrawn', withdraw.data);
  it('by the donor or the recipient, before it is concluded', () => {
    by('recipient').decides(withdraw, withdrawn);
    by('donor', checked).decides(withdraw, withdrawn);
    vetter(checked).refuses(withdraw, 'not-a-party');
    by('donor', checked, concluded('cleared', '2027-05-01')).refuses(withdraw, 'already-concluded');
  });
  it('not while information waits for its assessment, or is credible (R7)', () => {
    by('donor', checked, found).refuses(withdraw, 'information-open');
    by('donor', checked, found, assessed(true)).refuses(withdraw, 'credible-information');
    by('donor', checked, found, assessed(false)).decides(withdraw, withdrawn);
  });
  it('for good: nothing is decided in it, and no answer is waited for', () => {
    vetter(checked, withdrawn).refuses(conclude('cleared', '2027-05-01'), 'vetting-withdrawn');
    vetter(checked, withdrawn).refuses(act('RecordDerogatoryInformation', info), 'vetting-withdrawn');
    by('donor', withdrawn).refuses(withdraw, 'vetting-withdrawn');
    given(vettingCase, requested, withdrawn)
      .as('entente', 'system')
      .refuses(act('RecordOverdueVetting', { due: '2026-07-01' }), 'vetting-withdrawn', {
        now: '2026-07-02T00:00:00.000Z',
      });
  });
});

describe('information', () => {
  it('is recorded under a name of its own, and assessed once (R7)', () => {
    vetter(checked).decides(act('RecordDerogatoryInformation', info), found);
    vetter(checked, found).refuses(act('RecordDerogatoryInformation', info), 'information-known');
    for (const credible of [true, false]) vetter(found).decides(assess(credible), assessed(credible));
    vetter(found, assessed(false)).refuses(assess(true), 'information-not-open');
  });
  it('comes from a source that was checked by today', () => {
    const check = (on: string) => act('CheckSource', { source: 's-1', on, found: true });
    vetter().decides(check('2026-06-01'), act('SourceChecked', check('2026-06-01').data));
    vetter().refuses(check('2026-06-02'), 'day-in-future');
  });
});

describe('after a refusal', () => {
  it('the recipient is informed, once', () => {
    const inform = act('InformRecipient', { on: '2026-06-01', note: 'n-1' });
    const informed = act('RecipientInformed', inform.data);
    vetter(...refused).decides(inform, informed);
    by('donor', ...refused).decides(inform, informed);
    vetter(checked).refuses(inform, 'not-refused');
    vetter(...refused, informed).refuses(inform, 'already-informed');
  });
  it('the ineligibility is published, or withheld with an authority and a reason (R27)', () => {
    const publish = act('PublishIneligibility', { list: 'l-1', on: '2026-06-01' });
    const withhold = act('WithholdPublication', { authority: 'ministry', reason: 'protects-a-source' });
    vetter(...refused).decides(publish, act('IneligibilityPublished', publish.data));
    const withheld = act('PublicationWithheld', withhold.data);
    by('donor', ...refused).decides(withhold, withheld);
    by('donor').refuses(withhold, 'not-refused');
    vetter(...refused, withheld).refuses(publish, 'publication-decided');
  });
});

describe('a remediation (R8)', () => {
  const take = (of: object) => act('TakeRemediationStep', of);
  const complete = act('CompleteRemediation', { on: '2026-06-01', until: '2027-05-01' });
  const completed = act('RemediationCompleted', { ...complete.data, subject });
  it('is agreed after a refusal, one at a time', () => {
    vetter(...refused).decides(plan, planned);
    vetter(checked).refuses(plan, 'not-refused');
    vetter(...refused, planned).refuses(plan, 'remediation-open');
    vetter(...refused, planned, taken, completed).decides(plan, planned);
    vetter(...refused).refuses(act('OpenRemediation', { steps: [...steps, ...steps] }), 'step-twice');
  });
  it('is done by the recipient, step by step', () => {
    by('recipient', ...refused, planned).decides(take(step()), taken);
    by('recipient', ...refused, planned).refuses(take(step('2026-06-02')), 'day-in-future');
    by('recipient', ...refused, planned).refuses(take({ step: 'apology', on: '2026-06-01' }), 'step-unknown');
    by('recipient', ...refused, planned, taken).refuses(take(step()), 'step-taken');
    by('donor', ...refused, planned).refuses(take(step()), 'not-the-recipient');
  });
  it('has the day of a step corrected (R26)', () => {
    const correct = (on: string) =>
      act('CorrectRemediationStep', { corrects: given.id(6), reason: 'mistyped', ...step(on) });
    const past = [...refused, planned, taken];
    by('recipient', ...past).decides(
      correct('2026-05-31'),
      act('RemediationStepCorrected', correct('2026-05-31').data),
    );
    by('recipient', ...past).refuses(correct('2026-06-01'), 'nothing-corrected');
    by('recipient', ...past).refuses(correct('2026-06-02'), 'day-in-future');
  });
  it('is completed when each step was taken, and again after new information', () => {
    vetter(...refused, planned, taken).decides(complete, completed);
    vetter(...refused).refuses(complete, 'no-remediation');
    vetter(...refused, planned).refuses(complete, 'step-open');
    vetter(...refused, planned, taken, completed).refuses(complete, 'already-remedied');
    const more = act('DerogatoryInformationRecorded', { ...info, information: 'i-2', subject });
    vetter(...refused, planned, taken, completed, more).refuses(complete, 'no-remediation');
  });
  it('is not completed while other information is open, or was found credible after its steps were agreed (R7)', () => {
    const more = act('DerogatoryInformationRecorded', { ...info, information: 'i-2', subject });
    const found = (credible: boolean) =>
      act('InformationAssessed', {
        information: 'i-2',
        credible,
        reason: 'heard',
        subject,
        standing: credible ? 2 : 1,
      });
    const past = [...refused, planned, taken, more];
    vetter(...past).refuses(complete, 'information-open');
    vetter(...past, found(false)).decides(complete, completed);
    vetter(...past, found(true)).refuses(complete, 'credible-information');
    // It is recorded before the steps are agreed, and assessed after them.
    vetter(...refused, more, planned, taken, found(true)).refuses(complete, 'credible-information');
    // Another remediation has steps that answer it too.
    const ended = act('RemediationDiscontinued', { on: '2026-06-01', reason: 'more-information', open: [] });
    vetter(...past, found(true), ended, planned, taken).decides(complete, completed);
  });
});

describe('a remediation that leads nowhere (R8)', () => {
  const plus = [...steps, { step: 'apology', measure: 'apology', due: '2026-06-30' }];
  const past = [...refused, act('RemediationOpened', { steps: plus }), taken];
  const end = act('DiscontinueRemediation', { on: '2026-06-01', reason: 'no-prosecution' });
  const ended = act('RemediationDiscontinued', { ...end.data, open: ['apology'] });
  it('is ended by the vetter or the recipient while it is under way', () => {
    vetter(...past).decides(end, ended);
    by('recipient', ...past).decides(end, ended);
    by('donor', ...past).refuses(end, 'not-a-vetter');
    vetter(...refused).refuses(end, 'no-remediation');
    vetter(...past).refuses(act('DiscontinueRemediation', { on: '2026-06-02', reason: 'x' }), 'day-in-future');
    const completed = act('RemediationCompleted', { on: '2026-06-01', until: '2027-05-01', subject });
    vetter(...refused, planned, taken, completed).refuses(end, 'already-remedied');
  });
  it('leaves nothing to take, correct or complete, and another one can be agreed', () => {
    const correct = act('CorrectRemediationStep', { corrects: given.id(6), reason: 'mistyped', ...step('2026-05-31') });
    vetter(...past, ended).refuses(
      act('CompleteRemediation', { on: '2026-06-01', until: '2027-05-01' }),
      'no-remediation',
    );
    by('recipient', ...past, ended).refuses(act('TakeRemediationStep', step()), 'step-unknown');
    by('recipient', ...past, ended).refuses(correct, 'step-unknown');
    by('recipient', ...past, ended, planned).refuses(correct, 'step-open');
    vetter(...past, ended).decides(plan, planned);
    given(vettingCase, requested, ...past, ended)
      .as('entente', 'system')
      .refuses(act('RecordOverdueVetting', { due: '2026-06-30', step: 'apology' }), 'nothing-due', {
        now: '2026-07-02T00:00:00.000Z',
      });
  });
});

describe('the clearance that followed from a vetting (R26)', () => {
  const system = (...past: Event[]) => given(vettingCase, requested, ...past).as('entente', 'system');
  const note = (until: string) => act('NoteCorrectedClearance', { until });
  const noted = (until: string) => act('VettedClearanceCorrected', { until });
  it('has its right last day noted, once, if there is one', () => {
    const cleared = [checked, concluded('cleared', '2027-05-01')];
    system(...cleared).decides(note('2027-04-01'), noted('2027-04-01'));
    system(...cleared, noted('2027-04-01')).decides(note('2027-04-01'), []);
    system(...refused).decides(note('2027-04-01'), []);
  });
});

describe('a last day that passed is recorded', () => {
  const overdue = (due: string, more: object = {}) => act('RecordOverdueVetting', { due, ...more });
  const became = (due: string, more: object = {}) => act('VettingBecameOverdue', { due, ...more });
  const system = (...past: Event[]) => given(vettingCase, requested, ...past).as('entente', 'system');
  const july = { now: '2026-07-02T00:00:00.000Z' };
  it('of an answer that was not given', () => {
    system().decides(overdue('2026-07-01'), became('2026-07-01'), july);
    system(became('2026-07-01')).decides(overdue('2026-07-01'), [], july);
    system().refuses(overdue('2026-07-01'), 'not-over-yet', { now: '2026-07-01T23:59:59.000Z' });
    system().refuses(overdue('2026-06-30'), 'other-last-day', july);
    system(checked, concluded('cleared', '2027-05-01')).refuses(overdue('2026-07-01'), 'nothing-due', july);
  });
  it('of a step that was not taken', () => {
    const of = { step: 'prosecution' };
    system(...refused, planned).decides(overdue('2026-06-30', of), became('2026-06-30', of), july);
    system(...refused, planned, became('2026-06-30', of)).decides(overdue('2026-06-30', of), [], july);
    system(...refused, planned, taken).refuses(overdue('2026-06-30', of), 'nothing-due', july);
    system(...refused, planned).refuses(overdue('2026-06-30', { step: 'apology' }), 'nothing-due', july);
  });
});
