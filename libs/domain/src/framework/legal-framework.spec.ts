import { describe, expect, it } from '@jest/globals';
import { type Event, addDays } from '@entente/kernel';
import { act, given } from '../../../../test/support/decider-specification.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { consignment } from '../delivery/consignment.js';
import { programme } from '../planning/programme.js';
import { hold } from '../safeguards/hold.js';
import { securityUnit } from '../vetting/clearance.js';
import { legalFramework } from './legal-framework.js';
import { DEFAULT_PARAMETERS } from './parameters.js';

const F = 'norland.framework-1';
const P = 'norland.programme-1';
const CASE = 'norland.case-1';
const parties = { donor: 'norland', recipient: 'estmark' };
const draft = { ...parties, title: 'Agreement', instrument: 'exchange-of-notes' };
const parameters = Object.entries(DEFAULT_PARAMETERS).map(([parameter, { value, unit }]) => ({
  parameter,
  value,
  unit,
}));
const drafted = act('AgreementDrafted', { ...draft, parameters });
const signed = [
  act('AgreementSigned', { party: 'norland', on: '2026-01-10' }),
  act('AgreementSigned', { party: 'estmark', on: '2026-01-12' }),
];
const entered = act('AgreementEnteredIntoForce', {
  on: '2026-01-15',
  until: '2026-07-31',
  warnOn: '2026-05-02',
  reports: [
    { report: 'semi-annual', of: '2026-h1', due: '2026-07-30' },
    { report: 'annual', of: '2026', due: '2027-01-30' },
  ],
});
const inForce = [drafted, ...signed, entered];
const assurances = ['use', 'no-transfer', 'security', 'observation'];
const assured = assurances.map((assurance) => act('EndUseAssuranceGiven', { assurance, on: '2026-01-12' }));
const relief = {
  name: 'relief',
  rules: ['R1', 'R16'],
  authority: 'foreign-minister',
  basis: 'usc-10-362-c',
  reason: 'disaster-relief',
  from: '2026-05-01',
  until: '2026-08-31',
};
const waived = (more: object = {}) => act('WaiverGranted', { ...relief, reportBy: '2026-05-16', ...more });
const expired = act('AgreementExpired', { until: '2026-07-31' });
const on = (day: string) => ({ now: `${day}T12:00:00.000Z` });

const agreement = (...past: Event[]) =>
  given(legalFramework, ...past)
    .named(F)
    .as('norland', 'donor');
const byRecipient = (...past: Event[]) => agreement(...past).as('estmark', 'recipient');
const bySystem = (...past: Event[]) => agreement(...past).as('entente', 'system');

type Case = readonly [title: string, past: readonly Event[], command: Event, code: string];
const refusals = (as: (...past: Event[]) => ReturnType<typeof agreement>, ...cases: readonly Case[]) =>
  it.each(cases)('is refused: %s', (_, past, command, code) => as(...past).refuses(command, code));

describe('an agreement', () => {
  it('is drafted by its donor between registered parties, with the parameters of the day (R29)', () => {
    const by = () => agreement().registered(['norland', 'estmark'], 'donor', 'recipient');
    by().decides(act('DraftAgreement', draft), drafted);
    by().as('sudria', 'donor').named('sudria.framework-1').refuses(act('DraftAgreement', draft), 'not-the-donor');
    by().refuses(act('DraftAgreement', { ...draft, recipient: 'norland' }), 'donor-is-recipient');
    agreement().refuses(act('DraftAgreement', draft), 'party-not-registered');
    agreement().decides(
      act('DraftAgreement', { ...draft, basis: 'reported' }),
      act('AgreementDrafted', { ...draft, basis: 'reported', parameters }),
    );
  });

  const sign = act('SignAgreement', { party: 'estmark', on: '2026-01-12' });
  it('is signed by each party for itself, and then enters into force (R1)', () => {
    byRecipient(drafted).decides(sign, signed[1] as Event);
    const enter = act('BringAgreementIntoForce', { on: '2026-01-15', until: '2026-07-31' });
    agreement(drafted, ...signed).decides(enter, entered);
  });
  const enter = (from: string, until: string) => act('BringAgreementIntoForce', { on: from, until });
  refusals(
    agreement,
    ['another signs for a party', [drafted], sign, 'not-the-party'],
    [
      'into force without a signature',
      [drafted, ...signed.slice(1)],
      enter('2026-01-15', '2026-07-31'),
      'not-signed-by-both',
    ],
    [
      'into force before it was signed (R30)',
      [drafted, ...signed],
      enter('2026-01-11', '2026-07-31'),
      'before-the-fact',
    ],
    ['into force after its end', [drafted, ...signed], enter('2026-01-15', '2026-01-14'), 'ends-before-start'],
    ['into force on a day to come', [drafted, ...signed], enter('2026-06-02', '2026-07-31'), 'day-in-future'],
    ['into force twice', inForce, enter('2026-01-15', '2026-07-31'), 'not-drafted'],
    ['signed after that', inForce, act('SignAgreement', { party: 'norland', on: '2026-02-01' }), 'not-drafted'],
    ['a draft is amended', [drafted], act('AmendAgreement', { amendment: 'a', on: '2026-02-10' }), 'not-in-force'],
    ['amended before it was in force (R30)', inForce, act('AmendAgreement', { on: '2026-01-14' }), 'before-the-fact'],
    ['ended before it began (R30)', inForce, act('TerminateAgreement', { on: '2026-01-14' }), 'before-the-fact'],
    ['an ended one is amended', [...inForce, expired], act('AmendAgreement', { on: '2026-05-01' }), 'agreement-ended'],
  );
  it('is signed once by each party', () => byRecipient(drafted, ...signed).refuses(sign, 'already-signed'));

  it('is extended by an amendment, which moves the day of the warning', () => {
    const amendment = { amendment: 'a-1', on: '2026-02-10', signedText: 'a'.repeat(64), reason: 'extension' };
    const until = '2027-12-31';
    agreement(...inForce).decides(
      act('AmendAgreement', { ...amendment, until }),
      act('AgreementAmended', { ...amendment, until, warnOn: addDays(until, -90) }),
    );
    agreement(...inForce).decides(act('AmendAgreement', amendment), act('AgreementAmended', amendment));
  });
  it('has its days corrected at the entry into force (R26), and has not expired on a wrong day', () => {
    const right = { corrects: given.id(3), reason: 'mistyped', until: '2027-07-31' };
    const corrected = act('AgreementCorrected', { ...right, warnOn: '2027-05-02' });
    agreement(...inForce, expired).decides(act('CorrectAgreement', right), corrected);
    agreement(...inForce).refuses(act('CorrectAgreement', { ...right, until: '2026-07-31' }), 'nothing-corrected');
    agreement(...inForce).refuses(act('CorrectAgreement', { ...right, until: '2026-01-14' }), 'ends-before-start');
    const set = act('SetParameter', { parameter: 'lossReportDays', value: 45, reason: 'directive' });
    agreement(...inForce, expired, corrected).decides(
      set,
      act('ParameterSet', { parameter: 'lossReportDays', value: 45, reason: 'directive', unit: 'days' }),
    );
    agreement(...inForce, expired).refuses(set, 'agreement-ended');
  });
  it('has its first day corrected to one after its signatures and before what happened since (R30)', () => {
    const right = (day: string) => act('CorrectAgreement', { corrects: given.id(3), reason: 'mistyped', on: day });
    const corrected = (day: string) => act('AgreementCorrected', right(day).data);
    const amended = (day: string) => act('AgreementAmended', { amendment: 'a', on: day, until: '2027-07-31' });
    const ended = act('AgreementTerminated', { on: '2026-02-01', reason: 'x' });
    agreement(...inForce).decides(right('2026-01-12'), corrected('2026-01-12'));
    agreement(...inForce).refuses(right('2026-01-11'), 'before-the-fact');
    for (const since of [[ended], [amended('2026-02-01'), amended('2026-03-01')]]) {
      agreement(...inForce, ...since).decides(right('2026-02-01'), corrected('2026-02-01'));
      agreement(...inForce, ...since).refusesWith(right('2026-02-02'), 'happened-earlier', { earliest: '2026-02-01' });
    }
  });
  it('that was in force earlier has the reports of those periods due, too (R8)', () => {
    const early = ['norland', 'estmark'].map((party) => act('AgreementSigned', { party, on: '2025-03-10' }));
    const right = (day: string) => ({ corrects: given.id(3), reason: 'mistyped', on: day });
    const half = (of: string, due: string) => ({ report: 'semi-annual', of, due });
    const year = { report: 'annual', of: '2025', due: '2026-01-30' };
    const corrects = (day: string, ...reports: object[]) =>
      agreement(drafted, ...early, entered).decides(
        act('CorrectAgreement', right(day)),
        act('AgreementCorrected', { ...right(day), ...(reports.length > 0 && { reports }) }),
      );
    corrects('2025-06-30', half('2025-h1', '2025-07-30'), half('2025-h2', '2026-01-30'), year);
    corrects('2025-12-31', half('2025-h2', '2026-01-30'), year);
    corrects('2026-01-01');
    const old = ['norland', 'estmark'].map((party) => act('AgreementSigned', { party, on: '1900-03-10' }));
    agreement(drafted, ...old, entered).refuses(act('CorrectAgreement', right('1950-01-01')), 'too-many-periods');
    const corrected = act('AgreementCorrected', { ...right('2025-12-31'), reports: [half('2025-h2', '2026-01-30')] });
    const submit = act('SubmitStatutoryReport', { report: 'semi-annual', of: '2025-h2', on: '2026-01-31', to: 'c' });
    agreement(drafted, ...early, entered, corrected).decides(submit, act('StatutoryReportSubmitted', submit.data));
  });
  it('that had not expired has its next reports due again, if the last ones are not waited for (R8)', () => {
    const right = { corrects: given.id(3), reason: 'mistyped', until: '2028-07-31' };
    const ended = act('AgreementExpired', { until: '2026-07-31' });
    const late = act('StatutoryReportBecameOverdue', { report: 'semi-annual', of: '2026-h1', due: '2026-07-30' });
    const reported = act('StatutoryReportSubmitted', { report: 'annual', of: '2026', on: '2027-01-10', to: 'c' });
    const half = { report: 'semi-annual', of: '2026-h2', due: '2027-01-30' };
    const year = { report: 'annual', of: '2027', due: '2028-01-30' };
    const corrected = (more: object = {}) => act('AgreementCorrected', { ...right, warnOn: '2028-05-02', ...more });
    const past = [...inForce, ended, late, reported];
    agreement(...past).decides(act('CorrectAgreement', right), corrected({ reports: [half, year] }));
    agreement(...inForce, ended, late).decides(act('CorrectAgreement', right), corrected({ reports: [half] }));
    bySystem(...past, corrected({ reports: [half, year] })).decides(
      act('RecordOverdueReport', half),
      act('StatutoryReportBecameOverdue', {
        ...half,
        next: { report: 'semi-annual', of: '2027-h1', due: '2027-07-30' },
      }),
      on('2027-01-31'),
    );
  });
  it('comes near to its end, and expires on the day after its last one, each once', () => {
    const near = act('RecordApproachingExpiry', { until: '2026-07-31' });
    const approached = act('AgreementExpiryApproached', { until: '2026-07-31' });
    bySystem(...inForce).decides(near, approached, on('2026-05-03'));
    bySystem(...inForce).refuses(near, 'not-over-yet', on('2026-05-02'));
    bySystem(...inForce, approached).decides(near, []);
    const over = act('RecordExpiredAgreement', { until: '2026-07-31' });
    bySystem(...inForce).decides(over, expired, on('2026-08-01'));
    bySystem(...inForce).refuses(over, 'not-over-yet', on('2026-07-31'));
    bySystem(...inForce, expired).refuses(over, 'not-in-force', on('2026-08-01'));
    bySystem(...inForce).refuses(act('RecordExpiredAgreement', { until: '2026-07-30' }), 'other-last-day');
    agreement(...inForce).refuses(over, 'not-the-system', on('2026-08-01'));
  });
  it('is terminated by either party', () => {
    const end = { on: '2026-05-01', reason: 'breach' };
    byRecipient(...inForce).decides(act('TerminateAgreement', end), act('AgreementTerminated', end));
    agreement(...inForce)
      .as('sudria', 'donor')
      .refuses(act('TerminateAgreement', end), 'not-a-party');
  });
});

describe('the terms of an agreement', () => {
  const condition = { condition: 'border-posts', statement: 'Used at border posts' };
  const restriction = { restriction: 'no-optics', statement: 'No optics', basis: 'export-act' };
  const attached = act('UseConditionAttached', condition);
  const imposed = act('RestrictionImposed', restriction);
  const lift = (type: string, name: object) => act(type, { ...name, reason: 'over' });
  it('are added under a name and lifted by it', () => {
    agreement(drafted).decides(act('AttachUseCondition', condition), attached);
    agreement(drafted).decides(act('ImposeRestriction', restriction), imposed);
    const name = { condition: 'border-posts' };
    agreement(drafted, attached).decides(lift('LiftUseCondition', name), lift('UseConditionLifted', name));
    const other = { restriction: 'no-optics' };
    agreement(drafted, imposed).decides(lift('LiftRestriction', other), lift('RestrictionLifted', other));
  });
  const many = Array.from({ length: 200 }, (_, i) => act('UseConditionAttached', { condition: `c-${i}` }));
  refusals(
    agreement,
    ['a condition twice', [drafted, attached], act('AttachUseCondition', condition), 'already-attached'],
    ['a restriction twice', [drafted, imposed], act('ImposeRestriction', restriction), 'already-attached'],
    ['the 201st condition', [drafted, ...many], act('AttachUseCondition', condition), 'too-many-terms'],
    ['lifting what is not there', [drafted], lift('LiftUseCondition', { condition: 'x' }), 'not-attached'],
    ['lifting no restriction', [drafted], lift('LiftRestriction', { restriction: 'x' }), 'not-attached'],
  );

  const give = (day: string) => act('GiveEndUseAssurance', { assurance: 'use', on: day });
  const withdraw = (day: string) => act('WithdrawEndUseAssurance', { assurance: 'use', on: day, reason: 'new-law' });
  const given1 = act('EndUseAssuranceGiven', { assurance: 'use', on: '2026-01-12' });
  const withdrawn = act('EndUseAssuranceWithdrawn', { assurance: 'use', on: '2026-03-01', reason: 'new-law' });
  it('include the assurances of the recipient, given and withdrawn by it (R1)', () => {
    byRecipient(drafted).decides(give('2026-01-12'), given1);
    byRecipient(drafted, given1).decides(withdraw('2026-03-01'), withdrawn);
    byRecipient(drafted, given1, withdrawn).decides(
      give('2026-03-01'),
      act('EndUseAssuranceGiven', give('2026-03-01').data),
    );
    agreement(drafted).refuses(give('2026-01-12'), 'not-the-recipient');
  });
  refusals(
    byRecipient,
    ['an assurance twice', [drafted, given1], give('2026-02-01'), 'already-given'],
    ['given again before the withdrawal (R30)', [drafted, given1, withdrawn], give('2026-02-28'), 'before-the-fact'],
    ['given on a day to come', [drafted], give('2026-06-02'), 'day-in-future'],
    ['withdrawn, though not given', [drafted], withdraw('2026-03-01'), 'not-given'],
    ['withdrawn before it was given (R30)', [drafted, given1], withdraw('2026-01-11'), 'before-the-fact'],
    [
      'the agreement to bar units twice (R6)',
      [drafted, act('ListedUnitsBarred', { on: '2026-01-12' })],
      act('BarListedUnits', { on: '2026-02-01' }),
      'already-given',
    ],
    [
      'the agreement to bar units withdrawn without one (R6)',
      [drafted],
      act('WithdrawListedUnitsBar', { on: '2026-02-01' }),
      'not-given',
    ],
    [
      'it is withdrawn before it was given (R30)',
      [drafted, act('ListedUnitsBarred', { on: '2026-01-12' })],
      act('WithdrawListedUnitsBar', { on: '2026-01-11' }),
      'before-the-fact',
    ],
    ['to bar units from a day to come', [drafted], act('BarListedUnits', { on: '2026-06-02' }), 'day-in-future'],
  );
});

describe('waivers, exceptions and reports (R8)', () => {
  it('set rules aside by an authority, with a report due in 15 days', () => {
    const reportBy = '2026-06-16';
    agreement(...inForce).decides(act('GrantWaiver', relief), act('WaiverGranted', { ...relief, reportBy }));
    agreement(...inForce).decides(act('InvokeException', relief), act('ExceptionInvoked', { ...relief, reportBy }));
    const longer = act('ParameterSet', { parameter: 'waiverReportDays', value: 30, reason: 'directive' });
    agreement(...inForce, longer).decides(
      act('GrantWaiver', relief),
      act('WaiverGranted', { ...relief, reportBy: '2026-07-01' }),
    );
  });
  const end = (day: string) => act('EndWaiver', { name: 'relief', on: day, reason: 'relief-over' });
  it('end before their last day', () =>
    agreement(...inForce, waived()).decides(end('2026-05-31'), act('WaiverEnded', end('2026-05-31').data)));
  const submit = (report: string, of: string, day = '2026-05-10') =>
    act('SubmitStatutoryReport', { report, of, on: day, to: 'committee' });
  it('are reported once; a report that recurs is due again for the next period', () => {
    const done = act('StatutoryReportSubmitted', submit('waiver', 'relief').data);
    agreement(...inForce, waived()).decides(submit('waiver', 'relief'), done);
    agreement(...inForce, waived(), done).refuses(submit('waiver', 'relief'), 'report-not-due');
    for (const [report, of, next, due] of [
      ['semi-annual', '2026-h1', '2026-h2', '2027-01-30'],
      ['annual', '2026', '2027', '2028-01-30'],
    ] as const)
      agreement(...inForce).decides(
        submit(report, of, '2027-01-10'),
        act('StatutoryReportSubmitted', { ...submit(report, of, '2027-01-10').data, next: { report, of: next, due } }),
        on('2027-01-15'),
      );
    agreement(...inForce, expired).decides(
      submit('annual', '2026', '2027-01-10'),
      act('StatutoryReportSubmitted', submit('annual', '2026', '2027-01-10').data),
      on('2027-01-15'),
    );
  });
  it('are due for the next period also if one is missed, which is due once', () => {
    const over = act('RecordOverdueReport', { report: 'semi-annual', of: '2026-h1', due: '2026-07-30' });
    const next = { report: 'semi-annual', of: '2026-h2', due: '2027-01-30' };
    const overdue = act('StatutoryReportBecameOverdue', { ...over.data, next });
    bySystem(...inForce).decides(over, overdue, on('2026-07-31'));
    bySystem(...inForce, expired).decides(over, act('StatutoryReportBecameOverdue', over.data), on('2026-08-01'));
    const late = submit('semi-annual', '2026-h1', '2026-08-10');
    const second = submit('semi-annual', '2026-h2', '2027-01-02');
    const submitted = act('StatutoryReportSubmitted', late.data);
    agreement(...inForce, overdue).decides(late, submitted, on('2026-08-10'));
    agreement(...inForce, overdue, submitted).decides(
      second,
      act('StatutoryReportSubmitted', {
        ...second.data,
        next: { report: 'semi-annual', of: '2027-h1', due: '2027-07-30' },
      }),
      on('2027-01-02'),
    );
  });
  it('are submitted after what they report (R30)', () => {
    const early = submit('annual', '2026', '2026-12-30');
    agreement(...inForce).refusesWith(early, 'before-the-fact', { on: '2026-12-31' });
    const half = submit('semi-annual', '2026-h1', '2026-06-29');
    agreement(...inForce).refusesWith(half, 'before-the-fact', { on: '2026-06-30' });
    agreement(...inForce, waived()).refusesWith(submit('waiver', 'relief', '2026-04-30'), 'before-the-fact', {
      on: '2026-05-01',
    });
  });
  it('have their days corrected, in their order (R26, R30)', () => {
    const n = inForce.length;
    const correct = (of: number, day: string) => ({ corrects: given.id(n + of), on: day, reason: 'mistyped' });
    const corrects = (of: number, day: string) => act('CorrectFrameworkDay', correct(of, day));
    const corrected = (of: number, day: string, more: object) =>
      act('FrameworkDayCorrected', { ...correct(of, day), ...more });
    const last = { fact: 'last-day', of: 'relief' };
    const done = act('StatutoryReportSubmitted', submit('waiver', 'relief').data);
    const ended = act('WaiverEnded', end('2026-05-31').data);
    const all = agreement(...inForce, waived(), done, ended);
    agreement(...inForce, waived()).decides(corrects(0, '2026-05-30'), corrected(0, '2026-05-30', last));
    all.decides(corrects(0, '2026-05-31'), corrected(0, '2026-05-31', last));
    all.refuses(corrects(0, '2026-05-30'), 'waiver-not-in-force');
    all.refuses(corrects(0, '2026-04-30'), 'ends-before-start');
    all.refuses(corrects(0, relief.until), 'nothing-corrected');
    all.decides(
      corrects(1, '2026-05-09'),
      corrected(1, '2026-05-09', { fact: 'report', report: 'waiver', of: 'relief' }),
    );
    all.refuses(corrects(1, '2026-04-30'), 'before-the-fact');
    all.refuses(corrects(1, '2026-06-02'), 'day-in-future');
    all.decides(corrects(2, '2026-05-30'), corrected(2, '2026-05-30', { fact: 'end', of: 'relief' }));
    all.refuses(corrects(2, '2026-04-30'), 'before-the-fact');
    agreement(...inForce, waived(), corrected(0, '2026-05-30', last)).refuses(end('2026-05-31'), 'waiver-not-in-force');
  });
  it('become overdue on the day after their last one, once', () => {
    const over = act('RecordOverdueReport', { report: 'waiver', of: 'relief', due: '2026-05-16' });
    const overdue = act('StatutoryReportBecameOverdue', over.data);
    bySystem(...inForce, waived()).decides(over, overdue, on('2026-05-17'));
    bySystem(...inForce, waived()).refuses(over, 'not-over-yet', on('2026-05-16'));
    bySystem(...inForce, waived(), overdue).decides(over, []);
    const other = act('RecordOverdueReport', { report: 'waiver', of: 'relief', due: '2026-05-15' });
    bySystem(...inForce, waived()).refuses(other, 'other-last-day');
    bySystem(...inForce).refuses(over, 'report-not-due');
    agreement(...inForce, waived(), overdue).decides(
      submit('waiver', 'relief'),
      act('StatutoryReportSubmitted', submit('waiver', 'relief').data),
    );
  });
  const many = Array.from({ length: 200 }, (_, i) => waived({ name: `w-${i}` }));
  refusals(
    agreement,
    ['a name twice', [...inForce, waived()], act('InvokeException', relief), 'name-taken'],
    ['the 201st', [...inForce, ...many], act('GrantWaiver', relief), 'too-many-waivers'],
    ['its last day first', inForce, act('GrantWaiver', { ...relief, until: '2026-04-30' }), 'ends-before-start'],
    ['ended, though unknown', inForce, end('2026-05-31'), 'waiver-not-in-force'],
    ['ended before it began (R30)', [...inForce, waived()], end('2026-04-30'), 'before-the-fact'],
    [
      'ended after its last day',
      [...inForce, waived({ until: '2026-05-20' })],
      end('2026-05-31'),
      'waiver-not-in-force',
    ],
  );
});

describe('parameters and types of incidents', () => {
  const set = (parameter: string, value: number) => act('SetParameter', { parameter, value, reason: 'directive' });
  it('are set with a reason; the same value again records nothing', () => {
    agreement(drafted).decides(
      set('offerNoticeDays', 15),
      act('ParameterSet', { ...set('offerNoticeDays', 15).data, unit: 'days' }),
    );
    agreement(drafted).decides(set('noticeDays', 15), []);
  });
  const type = {
    incidentType: 'loss-at-sea',
    noticeRequired: true,
    escalation: 'minister',
    limits: { notify: 3, open: 7, reply: 15, conclude: 60, measure: 15 },
    reason: 'directive',
  };
  it('are defined, and defined again', () => {
    const defined = act('IncidentTypeDefined', type);
    agreement(drafted).decides(act('DefineIncidentType', type), defined);
    const other = { ...type, escalation: 'ministry' };
    agreement(drafted, defined).decides(act('DefineIncidentType', other), act('IncidentTypeDefined', other));
  });
  const types = Array.from({ length: 200 }, (_, i) => act('IncidentTypeDefined', { ...type, incidentType: `t-${i}` }));
  refusals(
    agreement,
    ['no days', [drafted], set('noticeDays', 0), 'value-out-of-range'],
    ['a notice of other days than 15 or 30', [drafted], set('offerNoticeDays', 20), 'value-out-of-range'],
    [
      'a notice without its days',
      [drafted],
      act('DefineIncidentType', { ...type, noticeRequired: false }),
      'notice-limit-missing',
    ],
    ['the 201st type', [drafted, ...types], act('DefineIncidentType', type), 'too-many-types'],
  );
});

describe('a programme that names a framework', () => {
  const proposal = { ...parties, title: 'P', sector: '15210', starts: '2026-01-01', ends: '2028-12-31', framework: F };
  const proposes = (...past: Event[]) =>
    given(programme)
      .named(P)
      .as('norland', 'donor')
      .registered(['norland', 'estmark', 'vestra'], 'donor', 'recipient')
      .knowing(legalFramework, F, ...past);
  it('names that of its own donor and recipient (R1)', () => {
    const command = act('ProposeProgramme', proposal);
    proposes(drafted).decides(command, act('ProgrammeProposed', { ...proposal, kind: 'bilateral' }));
    proposes().refuses(command, 'framework-not-found');
    proposes(drafted).refuses(act('ProposeProgramme', { ...proposal, recipient: 'vestra' }), 'framework-of-others');
  });
  it('has it corrected (R26), and waits for the notice that it asks for (R2)', () => {
    const proposed = act('ProgrammeProposed', { ...proposal, kind: 'bilateral' });
    const of = (...past: Event[]) =>
      given(programme, proposed)
        .named(P)
        .as('norland', 'donor')
        .knowing(legalFramework, F, ...past);
    const other = { corrects: given.id(0), reason: 'mistyped', framework: 'norland.framework-2' };
    of()
      .knowing(legalFramework, other.framework, drafted)
      .decides(act('CorrectProgramme', other), act('ProgrammeCorrected', other));
    of().refuses(act('CorrectProgramme', other), 'framework-not-found');
    const notice = { on: '2026-05-01' };
    const set = act('ParameterSet', { parameter: 'noticeDays', value: 20, reason: 'directive' });
    of(drafted).decides(act('NotifyLegislature', notice), act('LegislatureNotified', { noticeDays: 15, ...notice }));
    of(drafted, set).decides(
      act('NotifyLegislature', notice),
      act('LegislatureNotified', { noticeDays: 20, ...notice }),
    );
  });
});

describe('a waiver of R2', () => {
  const recipient = 'estmark';
  const past = (...more: Event[]) => [
    act('ProgrammeProposed', { donor: 'norland', recipient, kind: 'bilateral', framework: F }),
    ...more,
  ];
  const notice = act('LegislatureNotified', { on: '2026-05-10', noticeDays: 15 });
  const approved = act('ProgrammeApproved', { authority: 'minister' });
  const withheld = act('ConcurrenceWithheld', { party: 'norland', authority: 'ministry', reason: 'x' });
  const aside = (more: object = {}) => waived({ rules: ['R2'], from: '2026-05-11', until: '2026-05-20', ...more });
  const of = (programmes: readonly Event[], ...frameworks: Event[]) =>
    given(programme, ...programmes)
      .named(P)
      .as('norland', 'donor', { person: 'n-9' })
      .knowing(legalFramework, F, ...inForce, ...frameworks);
  const activate = (day: string) => act('ActivateProgramme', { on: day });
  const active = (day: string) => act('ProgrammeActivated', { on: day });
  it('sets the notice aside from its first to its last day, in its scope', () => {
    const running = past(notice, approved);
    of(running, aside()).refuses(activate('2026-05-10'), 'notice-running');
    of(running, aside()).decides(activate('2026-05-11'), active('2026-05-11'));
    of(running, aside()).decides(activate('2026-05-20'), active('2026-05-20'));
    of(running, aside()).refuses(activate('2026-05-21'), 'notice-running');
    of(running, aside({ rules: ['R3'] })).refuses(activate('2026-05-11'), 'notice-running');
    const elsewhere = { kind: 'programme', id: 'norland.programme-2' };
    of(running, aside({ scope: elsewhere })).refuses(activate('2026-05-11'), 'notice-running');
    of(running, aside({ scope: { kind: 'country', id: recipient } })).decides(
      activate('2026-05-11'),
      active('2026-05-11'),
    );
  });
  it('sets a concurrence that is withheld aside, for the approval and the activation', () => {
    const waiting = past(withheld, approved);
    of(waiting, aside()).refuses(activate('2026-05-10'), 'concurrence-withheld');
    of(waiting, aside()).decides(activate('2026-05-11'), active('2026-05-11'));
    const approve = act('ApproveProgramme', { authority: 'minister' });
    of(past(withheld), aside()).decides(approve, approved, on('2026-05-20'));
    of(past(withheld), aside()).refuses(approve, 'concurrence-withheld', on('2026-05-21'));
  });
});

describe('an agreement in force (R1)', () => {
  const proposed = act('ProgrammeProposed', { ...parties, kind: 'bilateral', framework: F });
  const ofCase = [
    act('AssistanceRequested', { ...parties, programme: P, asked: [] }),
    act('OfferPrepared', { offer: 'o', lines: [], value: 1, currency: 'USD', initialDeposit: 0 }),
    act('OfferMade', { offer: 'o' }),
    act('OfferAccepted', { offer: 'o', value: 1, currency: 'USD' }),
  ];
  const scheduled = act('DeliveryScheduled', { ...parties, case: CASE, programme: P, lines: [], due: '2026-09-01' });
  const ship = (day: string) => act('ShipConsignment', { on: day });
  const consignments = (...past: Event[]) =>
    given(consignment, scheduled)
      .as('norland', 'donor')
      .knowing(programme, P, proposed)
      .knowing(assistanceCase, CASE, ...ofCase, act('CaseImplemented', { deposited: 0, currency: 'USD' }))
      .knowing(legalFramework, F, ...past);
  const ships = (day: string, ...past: Event[]) =>
    consignments(...past).decides(ship(day), act('ConsignmentShipped', { on: day, case: CASE }), on('2026-09-01'));
  const stays = (code: string, day: string, ...past: Event[]) =>
    consignments(...past).refuses(ship(day), code, on('2026-09-01'));
  const bars = (day: string) => act('ListedUnitsBarred', { on: day });
  const whole = [...inForce, ...assured, bars('2026-01-14')];

  it('is needed on the day of a shipment: its first and its last day, not the days beside them (R1)', () => {
    ships('2026-01-15', ...whole);
    ships('2026-07-31', ...whole, expired);
    stays('no-agreement-in-force', '2026-01-14', ...whole);
    stays('no-agreement-in-force', '2026-08-01', ...whole);
    stays('no-agreement-in-force', '2026-05-01', drafted, ...signed, ...assured);
    const terminated = act('AgreementTerminated', { on: '2026-05-01', reason: 'breach' });
    ships('2026-04-30', ...whole, terminated);
    stays('no-agreement-in-force', '2026-05-01', ...whole, terminated);
    stays('no-agreement-in-force', '2026-05-01');
  });
  it('has all four assurances on that day, and the refusal names those that are missing (R1)', () => {
    const withdrawn = act('EndUseAssuranceWithdrawn', { assurance: 'security', on: '2026-04-01', reason: 'x' });
    ships('2026-03-31', ...whole, withdrawn);
    stays('assurances-not-given', '2026-04-01', ...whole, withdrawn);
    consignments(...inForce, ...assured.slice(1)).refusesWith(ship('2026-05-01'), 'assurances-not-given', {
      missing: ['use'],
    });
  });
  it('is with the agreement to bar units that are not cleared, if the shipment names none (R6)', () => {
    const without = [...inForce, ...assured];
    stays('units-not-barred', '2026-05-01', ...without);
    stays('units-not-barred', '2026-05-01', ...without, bars('2026-05-02'));
    ships('2026-05-01', ...without, bars('2026-05-01'));
    const withdrawn = act('ListedUnitsBarWithdrawn', { on: '2026-05-03', reason: 'change-of-government' });
    ships('2026-05-02', ...without, bars('2026-05-01'), withdrawn);
    stays('units-not-barred', '2026-05-03', ...without, bars('2026-05-01'), withdrawn);
    ships('2026-05-04', ...without, bars('2026-05-01'), withdrawn, bars('2026-05-04'));
    ships('2026-05-01', ...without, waived({ rules: ['R6'], from: '2026-05-01' }));
    stays('units-not-barred', '2026-05-01', ...without, waived({ rules: ['R5'], from: '2026-05-01' }));
  });
  it('lets a unit that is named receive a shipment while it is cleared and not on hold (R5)', () => {
    const unit = 'estmark.brigade-1';
    const shipFor = (day: string) => act('ShipConsignment', { on: day, unit });
    const without = [...inForce, ...assured];
    const registered = act('UnitRegistered', { recipient: 'estmark', type: 'infantry' });
    const cleared = [registered, act('ClearanceGiven', { until: '2026-06-30' })];
    const forUnit = (...events: Event[]) => consignments(...without).knowing(securityUnit, unit, ...events);
    const shipped = (day: string) => act('ConsignmentShipped', { on: day, unit, case: CASE });
    forUnit(...cleared).decides(shipFor('2026-06-30'), shipped('2026-06-30'), on('2026-09-01'));
    forUnit(...cleared).refuses(shipFor('2026-07-01'), 'clearance-over', on('2026-09-01'));
    forUnit(registered).refuses(shipFor('2026-06-30'), 'not-vetted', on('2026-09-01'));
    forUnit(...cleared, act('ClearanceSuspended', { reason: 'x' })).refuses(
      shipFor('2026-06-30'),
      'clearance-suspended',
      on('2026-09-01'),
    );
    const held = act('HoldPlaced', { scope: { kind: 'unit', id: unit }, hold: 'h', basis: 'other', reason: 'x' });
    forUnit(...cleared)
      .knowing(hold, `unit.${unit}`, held)
      .refuses(shipFor('2026-06-30'), 'on-hold', on('2026-09-01'));
    consignments(...without, waived({ rules: ['R5'], from: '2026-05-01' }))
      .knowing(securityUnit, unit, registered)
      .decides(shipFor('2026-06-30'), shipped('2026-06-30'), on('2026-09-01'));
  });
  it('lets a refused unit receive a shipment while a waiver sets R8 aside, and no suspended one', () => {
    const unit = 'estmark.brigade-1';
    const shipFor = (day: string) => act('ShipConsignment', { on: day, unit });
    const registered = act('UnitRegistered', { recipient: 'estmark', type: 'infantry' });
    const barred = (type: string) => [registered, act('ClearanceGiven', { until: '2026-12-31' }), act(type)];
    const aside = (more: object = {}) =>
      waived({ rules: ['R8'], from: '2026-05-01', until: '2026-05-31', scope: { kind: 'unit', id: unit }, ...more });
    const of = (type: string, ...waivers: Event[]) =>
      consignments(...inForce, ...assured, ...waivers).knowing(securityUnit, unit, ...barred(type));
    const shipped = (day: string) => act('ConsignmentShipped', { on: day, unit, case: CASE });
    for (const day of ['2026-05-01', '2026-05-31'])
      of('ClearanceRefused', aside()).decides(shipFor(day), shipped(day), on('2026-09-01'));
    for (const day of ['2026-04-30', '2026-06-01'])
      of('ClearanceRefused', aside()).refuses(shipFor(day), 'clearance-refused', on('2026-09-01'));
    const other = { kind: 'unit', id: 'estmark.brigade-9' };
    of('ClearanceRefused', aside({ scope: other })).refuses(
      shipFor('2026-05-01'),
      'clearance-refused',
      on('2026-09-01'),
    );
    of('ClearanceSuspended', aside()).refuses(shipFor('2026-05-01'), 'clearance-suspended', on('2026-09-01'));
  });
  it('has no restriction in force on the type of the items, or on the unit (R1)', () => {
    const unit = 'estmark.brigade-1';
    const sights = { line: '001', item: 'thermal-sight', quantity: 1, unit: 'each', value: 1, due: '2026-09-01' };
    const lines = [{ line: '001', quantity: 1 }];
    const impose = (scope?: object) =>
      act('RestrictionImposed', { restriction: 'no-optics', statement: 'No optics', basis: 'export-act', scope });
    const lifted = act('RestrictionLifted', { restriction: 'no-optics', reason: 'over' });
    const of = (...past: Event[]) =>
      given(consignment, act('DeliveryScheduled', { ...scheduled.data, lines }))
        .as('norland', 'donor')
        .knowing(programme, P, proposed)
        .knowing(
          assistanceCase,
          CASE,
          ...ofCase,
          act('CaseLineAdded', sights),
          act('CaseImplemented', { deposited: 0, currency: 'USD' }),
        )
        .knowing(securityUnit, unit, act('UnitRegistered', { recipient: 'estmark', type: 'infantry' }))
        .knowing(legalFramework, F, ...whole, waived({ rules: ['R5'], from: '2026-05-01' }), ...past);
    const ships = (data: object, ...past: Event[]) =>
      of(...past).decides(
        act('ShipConsignment', { on: '2026-05-01', ...data }),
        act('ConsignmentShipped', { on: '2026-05-01', ...data, case: CASE }),
        on('2026-09-01'),
      );
    const stays = (data: object, ...past: Event[]) =>
      of(...past).refuses(act('ShipConsignment', { on: '2026-05-01', ...data }), 'restricted', on('2026-09-01'));
    const type = (id: string) => impose({ kind: 'item-type', id });
    stays({}, type('thermal-sight'));
    ships({}, type('field-radio'));
    ships({}, type('thermal-sight'), lifted);
    ships({}, impose());
    stays({ unit }, impose({ kind: 'unit', id: unit }));
    ships({}, impose({ kind: 'unit', id: unit }));
  });
  it('is not waited for where a waiver sets the rule aside, from its first to its last day (R8)', () => {
    ships('2026-08-01', ...whole, waived());
    ships('2026-08-31', ...whole, waived());
    stays('no-agreement-in-force', '2026-09-01', ...whole, waived());
    const elsewhere = { kind: 'programme', id: 'norland.programme-2' };
    stays('no-agreement-in-force', '2026-08-01', ...whole, waived({ scope: elsewhere }));
    ships('2026-08-01', ...whole, waived({ scope: { kind: 'programme', id: P } }));
    const ended = act('WaiverEnded', { name: 'relief', on: '2026-08-01', reason: 'x' });
    stays('no-agreement-in-force', '2026-08-01', ...whole, waived(), ended);
    stays('no-agreement-in-force', '2026-08-01', ...whole, waived({ rules: ['R8'] }));
  });

  const implementation = (...past: Event[]) =>
    given(assistanceCase, ...ofCase)
      .named(CASE)
      .as('norland', 'donor')
      .knowing(programme, P, proposed)
      .knowing(legalFramework, F, ...past);
  it('is needed on the day on which a case is implemented (R1)', () => {
    const implemented = act('CaseImplemented', { deposited: 0, currency: 'USD' });
    implementation(...whole).decides(act('ImplementCase'), implemented, on('2026-07-31'));
    implementation(...whole).refuses(act('ImplementCase'), 'no-agreement-in-force', on('2026-08-01'));
  });

  it('asks for notice of an offer above its value, of the days that it sets (R16)', () => {
    const added = act('CaseLineAdded', { line: '001', item: 'radio', quantity: 1, unit: 'each', value: 1 });
    const offer = { offer: 'o', lines: ['001'], currency: 'USD', initialDeposit: 0, validUntil: '2036-12-31' };
    const prepares = (value: number, noticeDays: number | null, past: readonly Event[], asked: object = {}) =>
      given(assistanceCase, ofCase[0] as Event, added)
        .named(CASE)
        .as('norland', 'donor')
        .knowing(programme, P, proposed)
        .knowing(legalFramework, F, ...past)
        .decides(
          act('PrepareOffer', { ...offer, ...asked, value }),
          act('OfferPrepared', { ...offer, ...asked, value, ...(noticeDays === null ? {} : { noticeDays }) }),
        );
    const set = (parameter: string, value: number) => act('ParameterSet', { parameter, value, reason: 'directive' });
    prepares(50_000_000_00, 30, inForce);
    prepares(49_999_999_99, null, inForce);
    prepares(100, 15, [...inForce, set('offerNoticeValue', 100), set('offerNoticeDays', 15)]);
    prepares(100, 30, [...inForce, set('offerNoticeValue', 100), set('offerNoticeDays', 15)], { noticeDays: 30 });
    prepares(50_000_000_00, null, [...inForce, waived()]);
  });
});

it('the defaults are whole numbers, each with its unit', () => {
  for (const { value, unit, only } of Object.values(DEFAULT_PARAMETERS)) {
    expect(Number.isSafeInteger(value) && unit.length > 0).toBe(true);
    expect(only?.includes(value) ?? true).toBe(true);
  }
});
