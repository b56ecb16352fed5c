import { describe, expect, it } from '@jest/globals';
import { type ControlLine as Line, findings } from '../../../../test/support/control-findings.js';

const U = 'security-unit/estmark.brigade-1';
const V = 'vetting-case/norland.vetting-1';
const T = 'training-activity/norland.training-1';

const given: Line = ['2026-01-01', U, 'ClearanceGiven', { until: '2026-06-30' }];
const suspended: Line = ['2026-03-01', U, 'ClearanceSuspended', { reason: 'x', trainings: [] }];
const refused: Line = ['2026-03-02', U, 'ClearanceRefused', { reason: 'x', trainings: [] }];
const restored = (data: object = {}): Line => ['2026-04-01', U, 'ClearanceRestored', { reason: 'x', ...data }];
const enrolled = (day: string, more: object = { unit: 'estmark.brigade-1' }): Line => [
  day,
  T,
  'TraineeEnrolled',
  { trainee: 'n-1', number: 8, enrolled: 8, ...more },
];
const session = (on: string): Line => [on, T, 'TrainingSessionHeld', { session: 's-1', on, present: {} }];

describe('the control of R5', () => {
  it('finds a session with a trainee who was not cleared on that day', () => {
    expect(findings(given, enrolled('2026-02-01'), session('2026-06-30'))).toEqual([]);
    expect(findings(given, enrolled('2026-02-01'), session('2026-07-01'))).toEqual(['R5 3']);
    expect(findings(given, enrolled('2026-02-01'), suspended, session('2026-03-01'))).toEqual(['R5 4']);
    expect(findings(given, enrolled('2026-02-01'), suspended, restored(), session('2026-04-01'))).toEqual([]);
    expect(findings(given, enrolled('2026-02-01'), suspended, restored(), session('2026-03-31'))).toEqual(['R5 5']);
  });
  it('finds one before a suspension that was recorded later', () => {
    const before = [given, enrolled('2026-02-01'), session('2026-03-02')];
    const halted: Line = ['2026-03-03', T, 'EnrolmentHalted', { trainee: 'n-1', reason: 'x', enrolled: 0 }];
    expect(findings(...before, suspended, halted)).toEqual(['R5 3']);
    expect(findings(...before, suspended, restored())).toEqual(['R5 3']);
    expect(findings(given, enrolled('2026-02-01'), session('2026-03-01'), suspended)).toEqual([]);
    expect(findings(given, enrolled('2026-02-01'), session('2026-04-01'), suspended, restored())).toEqual([]);
  });
  it('finds a session after the registration of its unit ended', () => {
    const ended: Line = ['2026-03-05', U, 'RegistrationEnded', { on: '2026-03-01', reason: 'x', trainings: [] }];
    expect(findings(given, enrolled('2026-02-01'), ended, session('2026-02-28'))).toEqual([]);
    expect(findings(given, enrolled('2026-02-01'), ended, session('2026-03-01'))).toEqual(['R5 4']);
  });
  it('judges a start by its corrected day', () => {
    const started: Line = ['2026-07-01', T, 'TrainingStarted', { on: '2026-07-01' }];
    const corrected: Line = ['2026-07-02', T, 'TrainingCorrected', { corrects: 'e-2', on: '2026-06-30' }];
    expect(findings(given, enrolled('2026-02-01'), started)).toEqual(['R5 3']);
    expect(findings(given, enrolled('2026-02-01'), started, corrected)).toEqual([]);
  });
  it('passes what a waiver or an exception set aside on that day, for the unit that it concerns', () => {
    const P = 'programme/norland.p1';
    const F = 'legal-framework/norland.f1';
    const parties = { donor: 'norland', recipient: 'estmark' };
    const under = (rule: string, more: object = {}): readonly Line[] => [
      ['2026-01-01', F, 'AgreementDrafted', { ...parties, parameters: [] }],
      ['2026-01-01', F, 'AgreementEnteredIntoForce', { on: '2026-01-01', until: '2026-12-31', reports: [] }],
      ['2026-01-01', P, 'ProgrammeProposed', { ...parties, framework: 'norland.f1' }],
      [
        '2026-01-01',
        T,
        'TrainingPlanned',
        { ...parties, programme: 'norland.p1', starts: '2026-03-01', ends: '2027-01-01' },
      ],
      [
        '2026-01-01',
        F,
        'ExceptionInvoked',
        { name: 'w', rules: [rule], from: '2026-03-01', until: '2026-03-31', reportBy: '2027-01-16', ...more },
      ],
    ];
    const found = (waiver: readonly Line[], ...lines: readonly Line[]) =>
      findings(...waiver, given, ...lines).filter((one) => one.startsWith('R5'));
    const started: Line = ['2026-03-03', T, 'TrainingStarted', { on: '2026-03-03' }];
    const scoped = (id: string) => ({ scope: { kind: 'unit', id } });
    const held = [enrolled('2026-02-01'), suspended, refused, started];
    expect(found(under('R5'), ...held, session('2026-03-31'))).toEqual([]);
    expect(found(under('R5'), ...held, session('2026-04-01'))).toEqual(['R5 11']);
    expect(found(under('R5', scoped('estmark.brigade-1')), ...held, session('2026-03-31'))).toEqual([]);
    expect(found(under('R5', scoped('estmark.brigade-2')), ...held)).toEqual(['R5 10']);
    expect(found(under('R8'), ...held)).toEqual([]);
    expect(found(under('R8'), enrolled('2026-02-01'), suspended, started)).toEqual(['R5 9']);
    expect(found(under('R1'), ...held)).toEqual(['R5 10']);
  });
  it('looks at persons too, and not at who was halted', () => {
    const started: Line = ['2026-02-02', T, 'TrainingStarted', { on: '2026-02-02' }];
    expect(findings(enrolled('2026-02-01', { person: 'estmark.person-1' }), started)).toEqual(['R7 1', 'R5 2']);
    const halted: Line = ['2026-03-01', T, 'EnrolmentHalted', { trainee: 'n-1', reason: 'x', enrolled: 0 }];
    expect(findings(given, enrolled('2026-02-01'), suspended, halted, session('2026-03-02'))).toEqual([]);
  });
});

describe('the control of R7', () => {
  it('finds an enrolment on a clearance that was over', () => {
    const corrected: Line = ['2026-02-01', U, 'ClearanceCorrected', { corrects: 'e-0', until: '2026-01-31' }];
    expect(findings(given, enrolled('2026-06-30'))).toEqual([]);
    expect(findings(given, enrolled('2026-07-01'))).toEqual(['R7 2']);
    expect(findings(given, enrolled('2026-03-02'), suspended)).toEqual(['R7 2']);
    expect(findings(given, enrolled('2026-03-01'), suspended)).toEqual([]);
    expect(findings(given, corrected, enrolled('2026-02-02'))).toEqual(['R7 3']);
    expect(findings(given, enrolled('2026-01-31'), session('2026-02-01'), corrected)).toEqual(['R5 3']);
  });
});

describe('the control of R8', () => {
  const remedied: Line = [
    '2026-03-20',
    V,
    'RemediationCompleted',
    { on: '2026-03-20', until: '2026-12-31', subject: { kind: 'security-unit', id: 'estmark.brigade-1' } },
  ];
  it('finds a clearance after a refusal, without a remediation or an exception', () => {
    const waiver = { exception: { kind: 'waiver', authority: 'minister', basis: 'w-1' } };
    expect(findings(given, refused, restored())).toEqual(['R8 3']);
    expect(findings(given, refused, remedied, restored())).toEqual([]);
    expect(findings(given, refused, restored(waiver))).toEqual([]);
    expect(findings(given, remedied, refused, restored())).toEqual(['R8 4']);
    expect(findings(given, suspended, restored())).toEqual([]);
  });
  it('finds a clearance after one by exception, without either of its own', () => {
    const waiver = { exception: { kind: 'waiver', authority: 'minister', basis: 'w-1' } };
    const excepted = [given, refused, restored({ until: '2026-04-10', ...waiver })];
    const gave = (until: string, more: object = {}): Line => ['2026-04-11', U, 'ClearanceGiven', { until, ...more }];
    expect(findings(...excepted, gave('2026-12-31'))).toEqual(['R8 4']);
    expect(findings(...excepted, gave('2026-05-31', waiver), gave('2026-12-31'))).toEqual(['R8 5']);
    expect(findings(...excepted, gave('2026-12-31', waiver))).toEqual([]);
    expect(findings(...excepted, remedied, gave('2026-12-31'))).toEqual([]);
    expect(findings(...excepted, suspended, restored())).toEqual([]);
    expect(findings(...excepted, suspended, restored({ until: '2026-12-31' }))).toEqual(['R8 5']);
  });
  it('takes a refusal that was recorded after the remediation of its own case as remedied, without new information', () => {
    const late: Line = ['2026-03-21', U, 'ClearanceRefused', { reason: 'x', vettingCase: V.slice(13), trainings: [] }];
    const other: Line = ['2026-03-21', U, 'ClearanceRefused', { reason: 'x', vettingCase: 'n.v9', trainings: [] }];
    const subject = { kind: 'security-unit', id: 'estmark.brigade-1' };
    const information: Line = ['2026-03-21', V, 'DerogatoryInformationRecorded', { information: 'i-2', subject }];
    expect(findings(given, remedied, late, restored())).toEqual([]);
    expect(findings(given, remedied, other, restored())).toEqual(['R8 4']);
    expect(findings(given, remedied, information, late, restored())).toEqual(['R8 5']);
  });
});

describe('the control of R8: reports', () => {
  const exception = { kind: 'waiver', authority: 'minister', basis: 'w-1' };
  it.each([U, 'vetted-person/estmark.person-1'])(
    'finds an exception for %s that was not reported in time',
    (stream) => {
      const cleared: Line = [
        '2026-03-01',
        stream,
        'ClearanceGiven',
        { until: '2026-12-31', exception, reportBy: '2026-03-16' },
      ];
      const reported = (on: string): Line => ['2026-03-20', stream, 'ExceptionReported', { report: 'r', on }];
      const overdue: Line = ['2026-03-17', stream, 'ExceptionReportBecameOverdue', { due: '2026-03-16' }];
      expect(findings(cleared, reported('2026-03-16'))).toEqual([]);
      expect(findings(cleared, reported('2026-03-17'))).toEqual(['R8 2']);
      expect(findings(cleared, overdue, reported('2026-03-20'))).toEqual(['R8 2']);
      const refusedAgain: Line = ['2026-03-02', stream, 'ClearanceRefused', { reason: 'x', trainings: [] }];
      const back: Line = [
        '2026-03-03',
        stream,
        'ClearanceRestored',
        { reason: 'x', exception, reportBy: '2026-03-18' },
      ];
      expect(findings(cleared, reported('2026-03-16'), refusedAgain, back, reported('2026-03-19'))).toEqual(['R8 5']);
    },
  );
});

describe('the control of R28', () => {
  it('finds a training that was completed without its numbers or its cost', () => {
    const completed = (data: object): Line => ['2026-03-01', T, 'TrainingCompleted', { on: '2026-03-01', ...data }];
    expect(findings(completed({ completed: {}, cost: 0 }))).toEqual([]);
    expect(findings(completed({ completed: {} }))).toEqual(['R28 1']);
    expect(findings(completed({ cost: 0 }))).toEqual(['R28 1']);
  });
});

describe('the controls of reports (R8)', () => {
  const F = 'legal-framework/norland.framework-1';
  const first = [{ report: 'annual', of: '2025', due: '2026-01-30' }];
  const entered: Line = [
    '2025-02-01',
    F,
    'AgreementEnteredIntoForce',
    { on: '2025-02-01', until: 'x', reports: first },
  ];
  const next = { report: 'annual', of: '2026', due: '2027-01-30' };
  const submitted = (of: string, on: string, more: object = {}): Line => [
    on,
    F,
    'StatutoryReportSubmitted',
    { report: 'annual', of, on, to: 'x', ...more },
  ];
  const overdue = (more: object = {}): Line => [
    '2026-01-31',
    F,
    'StatutoryReportBecameOverdue',
    { ...first[0], ...more },
  ];
  const later = (day: string): Line => [day, F, 'UseConditionLifted', {}];
  it('find a periodic report that was late, or missing after its last day', () => {
    expect(findings(entered, submitted('2025', '2026-01-30', { next }))).toEqual([]);
    expect(findings(entered, submitted('2025', '2026-01-31', { next }))).toEqual(['R8 2']);
    expect(findings(entered, later('2026-01-31'))).toEqual(['R8 1']);
    expect(findings(entered, overdue({ next }), submitted('2025', '2026-02-10'))).toEqual(['R8 2']);
  });
  it('find the report of a period before the wrong first day, and the next one once', () => {
    const reports = [{ report: 'annual', of: '2024', due: '2025-01-30' }];
    const corrected: Line = ['2025-03-01', F, 'AgreementCorrected', { corrects: 'e-0', on: '2024-12-31', reports }];
    const reported = submitted('2025', '2026-01-30', { next });
    expect(findings(entered, corrected, submitted('2024', '2025-01-30'), reported)).toEqual([]);
    expect(findings(entered, corrected, reported)).toEqual(['R8 2']);
  });
  it('find the one after it, also if history names no next one, while the agreement is in force', () => {
    expect(findings(entered, overdue({ next }), later('2027-01-31'))).toEqual(['R8 2', 'R8 2']);
    expect(findings(entered, overdue(), later('2027-01-31'))).toEqual(['R8 2', 'R8 2']);
    expect(findings(entered, overdue(), submitted('2025', '2026-02-10'), submitted('2026', '2027-01-30'))).toEqual([
      'R8 2',
    ]);
    const ended: Line = ['2026-01-30', F, 'AgreementExpired', { until: '2026-01-29' }];
    expect(findings(entered, ended, overdue(), later('2027-01-31'))).toEqual(['R8 3']);
  });
  it('find the report of each exception on a unit', () => {
    const excepted = (reportOf: string, reportBy: string): Line => [
      '2026-01-01',
      U,
      'ClearanceGiven',
      { until: '2027-01-01', reportBy, reportOf },
    ];
    const of = (name: string): Line => [
      '2026-01-05',
      U,
      'ExceptionReported',
      { report: 'x', on: '2026-01-05', of: name },
    ];
    const both = [excepted('waiver-1', '2026-01-16'), excepted('waiver-2', '2026-01-20')] as const;
    expect(findings(...both, of('waiver-2'), later('2026-02-01'))).toEqual(['R8 1']);
    expect(findings(...both, of('waiver-2'), of('waiver-1'), later('2026-02-01'))).toEqual([]);
  });
});

describe('the control of R30', () => {
  const day = '2026-03-02';
  const concluded = (outcome: string): Line => [day, V, 'VettingConcluded', { outcome, subject: {} }];
  const word = (on: string): Line => ['2026-03-09', V, 'RecipientInformed', { on, note: 'n-1' }];
  const publication = (on: string): Line => ['2026-03-09', V, 'IneligibilityPublished', { on, list: 'l-1' }];
  it('finds word of a refusal, and its publication, that are dated before the refusal', () => {
    for (const made of [word, publication]) {
      expect(findings(concluded('refused'), made(day))).toEqual([]);
      expect(findings(concluded('refused'), made('2026-03-01'))).toEqual(['R30 2']);
    }
  });
  it('finds those before the information that made a clearance a refusal', () => {
    const assessed: Line = [
      '2026-03-04',
      V,
      'InformationAssessed',
      { information: 'i-1', credible: true, standing: 1 },
    ];
    expect(findings(concluded('cleared'), assessed, word('2026-03-04'))).toEqual([]);
    expect(findings(concluded('cleared'), assessed, word('2026-03-03'))).toEqual(['R30 3']);
    // Information before the conclusion is no refusal, nor a later one another.
    expect(findings(assessed, [day, V, 'VettingConcluded', { outcome: 'cleared' }])).toEqual(['R30 2']);
    expect(findings(concluded('refused'), assessed, word('2026-03-03'))).toEqual([]);
  });
  it('judges by the corrected day', () => {
    const right: Line = ['2026-03-10', V, 'VettingDayCorrected', { corrects: 'e-1', on: day, fact: 'word' }];
    expect(findings(concluded('refused'), word('2026-03-01'), right)).toEqual([]);
  });
});
