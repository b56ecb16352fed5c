import { describe, expect, it } from '@jest/globals';
import {
  type ControlLine as Line,
  factsFound,
  findings,
  requirementsFound,
} from '../../../../test/support/control-findings.js';
import { CONTROLS } from './controls.js';

const parties = { donor: 'norland', recipient: 'estmark' };
const P = 'programme/norland.p1';
const A = 'funding-account/norland.a1';
const C = 'assistance-case/norland.c1';
const D = 'consignment/norland.d1';
const M = `misuse-case/sealed.${'5'.repeat(32)}`;
const HELD = 'hold/programme.norland.p1';

const opened: Line = [
  '2026-01-01',
  A,
  'FundingAccountOpened',
  { ...parties, programme: 'norland.p1', basis: 'own', currency: 'USD', stages: ['pledged', 'committed', 'disbursed'] },
];
const money = (day: string, type: string, amount: number): Line => [day, A, type, { amount, period: '2026' }];
const suspended: Line = ['2026-02-10', P, 'ProgrammeSuspended', { reason: 'review' }];
const resumed: Line = ['2026-02-20', P, 'ProgrammeResumed', { reason: 'reviewed' }];
const placed = (more: object = {}): Line => [
  '2026-02-10',
  HELD,
  'HoldPlaced',
  { scope: { kind: 'programme', id: 'norland.p1' }, hold: 'pause', basis: 'suspension', reason: 'review', ...more },
];

describe('the control of R15', () => {
  it('judges a correction of the period by both of its events', () => {
    const moves = (amountBy: number, period: string, command: string): Line => [
      '2026-03-01',
      A,
      'MovementCorrected',
      { corrects: 'x', reason: 'wrong-period', stage: 'disbursed', period, amountBy, command },
    ];
    const before = [
      opened,
      money('2026-01-02', 'FundsCommitted', 100),
      money('2026-01-03', 'FundsDisbursed', 100),
      money('2026-01-04', 'FundsDecommitted', 100),
    ];
    expect(findings(...before)).toEqual(['R15 4']);
    const both = [moves(-100, '2026', 'one'), moves(100, '2027', 'one')];
    expect(findings(...before, ...both)).toEqual(['R15 4', 'R15 6']);
    expect(findings(...before, moves(100, '2027', 'one'), moves(-100, '2026', 'one'))).toEqual(['R15 4', 'R15 6']);
    expect(findings(...before, moves(1, '2027', 'one'), moves(-101, '2026', 'two'))).toEqual(['R15 4', 'R15 5']);
  });
  it('finds a movement after which a stage has more than the one before it', () => {
    expect(
      findings(opened, money('2026-01-02', 'FundsCommitted', 10), money('2026-01-03', 'FundsDisbursed', 10)),
    ).toEqual([]);
    expect(
      findings(opened, money('2026-01-02', 'FundsCommitted', 10), money('2026-01-03', 'FundsDisbursed', 11)),
    ).toEqual(['R15 3']);
    expect(
      findings(
        opened,
        money('2026-01-02', 'FundsCommitted', 10),
        money('2026-01-03', 'FundsDisbursed', 10),
        money('2026-01-04', 'FundsDecommitted', 1),
      ),
    ).toEqual(['R15 4']);
  });
  it('lets a pledge bound nothing, and repeats what another system reports', () => {
    expect(findings(opened, money('2026-01-02', 'FundsCommitted', 10))).toEqual([]);
    const reported: Line = ['2026-01-01', A, 'FundingAccountOpened', { ...opened[3], basis: 'reported' }];
    expect(findings(reported, money('2026-01-03', 'FundsDisbursed', 11))).toEqual([]);
  });
});

describe('the control of R19', () => {
  const paid = (day: string): readonly Line[] => [
    money('2026-01-02', 'FundsCommitted', 100),
    money(day, 'FundsDisbursed', 1),
  ];
  it('finds a disbursement while the programme is suspended, from its day to the day of its resumption', () => {
    expect(findings(opened, suspended, resumed, ...paid('2026-02-09'))).toEqual([]);
    expect(findings(opened, suspended, ...paid('2026-02-10'))).toEqual(['R19 4']);
    expect(findings(opened, suspended, resumed, ...paid('2026-02-19'))).toEqual(['R19 5']);
    expect(findings(opened, suspended, resumed, ...paid('2026-02-20'))).toEqual([]);
  });
  it('finds assistance that names only its case, by the programme of the case', () => {
    const requested: Line = ['2026-01-01', C, 'AssistanceRequested', { ...parties, programme: 'norland.p1' }];
    const at = (stream: string, type: string, data: object): Line => ['2026-02-12', stream, type, data];
    const byCase = { donor: 'norland', recipient: 'estmark', case: 'norland.c1' };
    const of = (...lines: readonly Line[]) => findings(requested, suspended, ...lines);
    const { programme: _, ...account } = opened[3] as { programme?: string };
    const without: Line = ['2026-01-01', A, 'FundingAccountOpened', { ...account, case: 'norland.c1' }];
    expect(of(without, ...paid('2026-02-12'))).toEqual(['R19 5']);
    const T = 'training-activity/norland.t1';
    const X = 'technology-release/estmark.x1';
    const enrolled = { trainee: 'n-1', number: 1, enrolled: 1 };
    expect(of(at(T, 'TrainingPlanned', byCase), at(T, 'TraineeEnrolled', enrolled))).toEqual(['R19 4']);
    const asked = at(X, 'TechnologyReleaseRequested', byCase);
    expect(of(asked, at(X, 'TechnicalDataTransferred', { on: '2026-02-12' }))).toEqual(['R19 4']);
  });
  it('finds one before a stop that was recorded late, as known later', () => {
    const late = (...lines: readonly Line[]) => findings(opened, ...paid('2026-02-12'), ...lines);
    expect(late(suspended)).toEqual(['R19 3']);
    expect(late(suspended, resumed)).toEqual(['R19 3']);
    // In which order things were on the day of the stop is not known.
    expect(findings(opened, ...paid('2026-02-10'), suspended)).toEqual([]);
    const sooner: Line = ['2026-02-11', P, 'ProgrammeResumed', {}];
    expect(late(suspended, sooner)).toEqual([]);
    expect(requirementsFound(opened, ...paid('2026-02-12'), suspended)).toEqual([
      'assistance is not stopped in any scope concerned on that day, also by what was recorded later: known later',
    ]);
  });
  it('finds one while a hold is in force, through its last day, for the donor that it names', () => {
    expect(findings(opened, placed(), ...paid('2026-03-01'))).toEqual(['R19 4']);
    expect(findings(opened, placed({ until: '2026-03-01' }), ...paid('2026-03-01'))).toEqual(['R19 4']);
    expect(findings(opened, placed({ until: '2026-03-01' }), ...paid('2026-03-02'))).toEqual([]);
    expect(findings(opened, placed({ donor: 'norland' }), ...paid('2026-03-01'))).toEqual(['R19 4']);
    expect(findings(opened, placed({ donor: 'sudria' }), ...paid('2026-03-01'))).toEqual([]);
    const released: Line = ['2026-02-15', HELD, 'HoldReleased', { hold: 'pause', reason: 'reviewed' }];
    expect(findings(opened, placed(), released, ...paid('2026-02-15'))).toEqual([]);
    const mistake: Line = ['2026-02-16', HELD, 'HoldReleaseWithdrawn', { corrects: 'e-2', hold: 'pause' }];
    expect(findings(opened, placed(), released, mistake, ...paid('2026-02-15'))).toEqual(['R19 6']);
    const renewed: Line = ['2026-02-15', HELD, 'HoldRenewed', { hold: 'pause', until: '2026-04-01', reason: 'r' }];
    expect(findings(opened, placed({ until: '2026-03-01' }), renewed, ...paid('2026-03-15'))).toEqual(['R19 5']);
  });
  it('finds a shipment and the implementation of a case, by the case, the programme and the country', () => {
    const requested: Line = [
      '2026-01-01',
      C,
      'AssistanceRequested',
      { ...parties, programme: 'norland.p1', asked: [] },
    ];
    const scheduled: Line = [
      '2026-01-02',
      D,
      'DeliveryScheduled',
      { ...parties, case: 'norland.c1', lines: [], due: '2026-05-01' },
    ];
    const implemented = (day: string): Line => [day, C, 'CaseImplemented', { emergency: { authority: 'minister' } }];
    const shipped: Line = ['2026-06-01', D, 'ConsignmentShipped', { on: '2026-02-12' }];
    expect(findings(requested, suspended, implemented('2026-02-12'))).toEqual(['R19 3']);
    const held: Line = ['2026-02-10', C, 'CaseHeld', { reason: 'review' }];
    const freed: Line = ['2026-02-15', C, 'CaseReleased', { reason: 'reviewed' }];
    expect(findings(requested, implemented('2026-01-03'), scheduled, held, freed, shipped)).toEqual(['R19 6']);
    const embargo: Line = ['2026-02-01', 'hold/country.estmark', 'HoldPlaced', { hold: 'embargo', basis: 'embargo' }];
    expect(findings(requested, implemented('2026-01-03'), scheduled, embargo, shipped)).toEqual(['R19 5']);
  });
});

describe('the control of R16: a line that more consignments bring than it orders', () => {
  const requested: Line = ['2026-01-01', C, 'AssistanceRequested', { ...parties, asked: [] }];
  const added: Line = ['2026-01-01', C, 'CaseLineAdded', { line: '001', quantity: 100 }];
  const scheduled = (n: number, quantity: number): Line => [
    '2026-01-02',
    `consignment/norland.${n}`,
    'DeliveryScheduled',
    { ...parties, case: 'norland.c1', lines: [{ line: '001', quantity }] },
  ];
  const received = (n: number, quantity: number): Line => [
    '2026-01-05',
    `consignment/norland.${n}`,
    'ReceiptConfirmed',
    { on: '2026-01-05', lines: [{ line: '001', quantity }] },
  ];
  const delivered = (quantity: number, ...consignments: object[]): Line => [
    '2026-01-06',
    C,
    'AssistanceDelivered',
    { line: '001', quantity, on: '2026-01-05', consignments },
  ];
  const of = (...lines: readonly Line[]) => findings(requested, added, ...lines);
  it('finds the one with which they are more', () => {
    expect(of(scheduled(1, 60), scheduled(2, 40))).toEqual([]);
    expect(of(scheduled(1, 60), scheduled(2, 41))).toEqual(['R16 4']);
    expect(of(scheduled(1, 60), delivered(10), scheduled(2, 40))).toEqual(['R16 5']);
  });
  it('counts back what was cancelled, or received short', () => {
    const cancelled: Line = ['2026-01-03', 'consignment/norland.1', 'ConsignmentCancelled', { reason: 'merged' }];
    expect(of(scheduled(1, 60), cancelled, scheduled(2, 100))).toEqual([]);
    const share = { consignment: 'norland.1', quantity: 50 };
    expect(of(scheduled(1, 60), received(1, 50), delivered(50, share), scheduled(2, 50))).toEqual([]);
    expect(of(scheduled(1, 60), received(1, 50), delivered(50, share), scheduled(2, 51))).toEqual(['R16 6']);
  });
  it('finds an amendment that leaves less than they bring', () => {
    const amended = (quantityBy: number): Line => [
      '2026-01-07',
      C,
      'AmendmentAccepted',
      { amendment: 'a', changes: [{ line: '001', quantityBy, valueBy: 0 }], adds: [], value: 0 },
    ];
    expect(of(scheduled(1, 60), amended(-40))).toEqual([]);
    expect(of(scheduled(1, 60), amended(-41))).toEqual(['R16 4']);
  });
  it('leaves what another system decided', () => {
    const reported: Line = ['2026-01-01', C, 'AssistanceRequested', { ...parties, asked: [], basis: 'reported' }];
    expect(findings(reported, added, scheduled(1, 60), scheduled(2, 60))).toEqual([]);
  });
});

describe('the control of R19: a shipment of which the day is corrected', () => {
  const requested: Line = ['2026-01-01', C, 'AssistanceRequested', { ...parties, programme: 'norland.p1', asked: [] }];
  const implemented: Line = ['2026-01-03', C, 'CaseImplemented', { emergency: { authority: 'minister' } }];
  const scheduled: Line = [
    '2026-01-02',
    D,
    'DeliveryScheduled',
    { ...parties, programme: 'norland.p1', case: 'norland.c1', lines: [] },
  ];
  const of = (on: string, corrected: string) =>
    findings(
      requested,
      implemented,
      scheduled,
      suspended,
      resumed,
      ['2026-03-01', D, 'ConsignmentShipped', { on }],
      ['2026-03-02', D, 'DateCorrected', { corrects: 'e-5', fact: 'origin', on: corrected }],
    );
  it('judges it by the right day', () => {
    expect(of('2026-02-12', '2026-02-12')).toEqual(['R19 6']);
    expect(of('2026-02-12', '2026-02-20')).toEqual([]);
    expect(of('2026-02-20', '2026-02-12')).toEqual(['R19 6']);
  });
});

describe('the control of R19: a programme that ended', () => {
  const requested: Line = ['2026-01-01', C, 'AssistanceRequested', { ...parties, programme: 'norland.p1', asked: [] }];
  const implemented = (day: string): Line => [day, C, 'CaseImplemented', { emergency: { authority: 'minister' } }];
  const paid = (day: string): readonly Line[] => [
    money('2026-01-02', 'FundsCommitted', 100),
    money(day, 'FundsDisbursed', 1),
  ];
  it('finds all assistance from the day of its early end', () => {
    const terminated: Line = ['2026-02-10', P, 'ProgrammeTerminated', { reason: 'misuse' }];
    expect(findings(requested, terminated, implemented('2026-02-09'))).toEqual([]);
    expect(findings(requested, terminated, implemented('2026-02-10'))).toEqual(['R19 3']);
    expect(findings(opened, terminated, ...paid('2026-02-09'))).toEqual([]);
    expect(findings(opened, terminated, ...paid('2026-02-10'))).toEqual(['R19 4']);
    expect(findings(opened, suspended, terminated, resumed, ...paid('2026-03-01'))).toEqual(['R19 6']);
  });
  it('finds what began after the day of its completion, but no payment of what is left', () => {
    const completed: Line = ['2026-02-12', P, 'ProgrammeCompleted', { on: '2026-02-10' }];
    expect(findings(requested, completed, implemented('2026-02-10'))).toEqual([]);
    expect(findings(requested, completed, implemented('2026-02-11'))).toEqual(['R19 3']);
    const right: Line = ['2026-02-13', P, 'ProgrammeCorrected', { corrects: 'e-1', on: '2026-02-11' }];
    expect(findings(requested, completed, implemented('2026-02-11'), right)).toEqual([]);
    expect(findings(opened, completed, ...paid('2026-03-01'))).toEqual([]);
    expect(findings(opened, suspended, completed, ...paid('2026-03-01'))).toEqual(['R19 5']);
  });
});

describe('the control of R19: other scopes', () => {
  const before: readonly Line[] = [
    ['2026-01-01', C, 'AssistanceRequested', { ...parties, asked: [] }],
    ['2026-01-01', C, 'CaseLineAdded', { line: '001', item: 'radio' }],
    ['2026-01-02', C, 'CaseImplemented', { emergency: { authority: 'minister' } }],
    ['2026-01-02', D, 'DeliveryScheduled', { ...parties, case: 'norland.c1', lines: [{ line: '001', quantity: 1 }] }],
    ['2026-01-01', 'security-unit/estmark.b1', 'ClearanceGiven', { until: '2026-12-31' }],
  ];
  const hold = (scope: string, more: object = {}): Line => [
    '2026-02-10',
    `hold/${scope}`,
    'HoldPlaced',
    { hold: 'h', basis: 'misuse', reason: 'x', until: '2026-02-20', ...more },
  ];
  const shipped = (on: string): Line => ['2026-03-01', D, 'ConsignmentShipped', { on, unit: 'estmark.b1' }];
  const of = (...lines: readonly Line[]) => findings(...before, ...lines);
  it.each(['unit.estmark.b1', 'item-type.radio'])('finds a shipment while %s is on hold', (scope) => {
    expect(of(hold(scope), shipped('2026-02-20'))).toEqual(['R19 7']);
    expect(of(hold(scope), shipped('2026-02-21'))).toEqual([]);
    expect(of(hold(`${scope}-2`), shipped('2026-02-20'))).toEqual([]);
  });
  it('finds a shipment that was held, until the day of its release', () => {
    const held: Line = ['2026-02-10', D, 'ShipmentHeld', { reason: 'x' }];
    const freed: Line = ['2026-02-15', D, 'ShipmentReleased', { reason: 'x' }];
    expect(of(held, shipped('2026-02-10'))).toEqual(['R19 7']);
    expect(of(held, shipped('2026-02-09'))).toEqual([]);
    expect(of(held, freed, shipped('2026-02-14'))).toEqual(['R19 8']);
    expect(of(held, freed, shipped('2026-02-15'))).toEqual([]);
  });
  it('follows the donor of a corrected hold', () => {
    const corrected = (donor: string): Line => [
      '2026-02-11',
      'hold/country.estmark',
      'HoldCorrected',
      { hold: 'h', corrects: 'e-5', reason: 'x', donor },
    ];
    const placed = hold('country.estmark', { donor: 'sudria' });
    expect(of(placed, shipped('2026-02-12'))).toEqual([]);
    expect(of(placed, corrected('norland'), shipped('2026-02-12'))).toEqual(['R19 8']);
    expect(of(hold('country.estmark'), corrected('sudria'), shipped('2026-02-12'))).toEqual([]);
    expect(of(placed, shipped('2026-02-12'), corrected('norland'))).toEqual(['R19 7']);
  });
  it('follows the first day of a corrected hold', () => {
    const moved = (on: string): Line => [
      '2026-02-11',
      'hold/country.estmark',
      'HoldCorrected',
      { hold: 'h', corrects: 'e-5', reason: 'x', on },
    ];
    const placed = hold('country.estmark');
    expect(of(placed, moved('2026-02-08'), shipped('2026-02-08'))).toEqual(['R19 8']);
    expect(of(placed, moved('2026-02-08'), shipped('2026-02-07'))).toEqual([]);
    expect(of(placed, moved('2026-02-13'), shipped('2026-02-12'))).toEqual([]);
  });
  it('finds an enrolment and the start of a training', () => {
    const T = 'training-activity/norland.t1';
    const planned: Line = ['2026-01-01', T, 'TrainingPlanned', { ...parties, programme: 'norland.p1' }];
    const enrolled = (day: string): Line => [
      day,
      T,
      'TraineeEnrolled',
      { trainee: 'n-1', number: 1, enrolled: 1, unit: 'estmark.b1' },
    ];
    const started = (on: string): Line => ['2026-03-01', T, 'TrainingStarted', { on }];
    expect(of(planned, suspended, resumed, enrolled('2026-02-20'))).toEqual([]);
    expect(of(planned, suspended, enrolled('2026-02-10'))).toEqual(['R19 8']);
    expect(of(planned, hold('unit.estmark.b1'), enrolled('2026-02-20'))).toEqual(['R19 8']);
    expect(of(planned, hold('unit.estmark.b1'), enrolled('2026-02-21'))).toEqual([]);
    expect(of(planned, enrolled('2026-01-02'), hold('country.estmark'), started('2026-02-20'))).toEqual(['R19 9']);
    expect(of(planned, enrolled('2026-01-02'), hold('country.estmark'), started('2026-02-21'))).toEqual([]);
    const unit = hold('unit.estmark.b1');
    expect(of(planned, enrolled('2026-01-02'), unit, started('2026-02-20'))).toEqual(['R19 9']);
    const halted: Line = ['2026-02-01', T, 'EnrolmentHalted', { trainee: 'n-1', reason: 'x', enrolled: 0 }];
    expect(of(planned, enrolled('2026-01-02'), unit, halted, started('2026-02-20'))).toEqual([]);
    const held: Line = ['2026-03-01', T, 'TrainingSessionHeld', { session: 's', on: '2026-02-20', present: {} }];
    expect(of(planned, enrolled('2026-01-02'), held, unit)).toEqual(['R19 8']);
    expect(of(planned, enrolled('2026-01-02'), held, hold('unit.estmark.b2'))).toEqual([]);
  });
});

describe('the control of R16', () => {
  const requested: Line = ['2026-01-01', C, 'AssistanceRequested', { ...parties, asked: [] }];
  const prepared: Line = ['2026-01-02', C, 'OfferPrepared', { initialDeposit: 100 }];
  const accepted: Line = ['2026-01-03', C, 'OfferAccepted', {}];
  const deposit = (amount: number): Line => ['2026-01-04', C, 'InitialDepositReceived', { amount }];
  const implemented = (data: object = {}): Line => ['2026-01-05', C, 'CaseImplemented', data];
  const scheduled: Line = [
    '2026-01-06',
    D,
    'DeliveryScheduled',
    { ...parties, case: 'norland.c1', lines: [], due: '2026-05-01' },
  ];
  const shipped: Line = ['2026-01-07', D, 'ConsignmentShipped', { on: '2026-01-07' }];
  it('finds a case implemented before its acceptance or its deposit, unless there is an emergency', () => {
    expect(findings(requested, prepared, accepted, deposit(100), implemented())).toEqual([]);
    expect(findings(requested, prepared, accepted, deposit(99), implemented())).toEqual(['R16 5']);
    expect(findings(requested, prepared, deposit(100), implemented())).toEqual(['R16 4']);
    expect(findings(requested, prepared, implemented({ emergency: { authority: 'minister' } }))).toEqual([]);
    // The amount of a deposit is judged as it was corrected: known later, if that came afterwards.
    const right = (corrects: string, difference: number): Line => [
      '2026-01-09',
      C,
      'InitialDepositCorrected',
      { corrects, difference },
    ];
    const past = [requested, prepared, accepted];
    expect(findings(...past, deposit(10), right('e-3', 90), implemented())).toEqual([]);
    expect(findings(...past, deposit(100), implemented(), right('e-3', -1))).toEqual(['R16 5']);
    expect(findings(...past, deposit(100), implemented(), deposit(1), right('e-3', -1))).toEqual(['R16 5']);
    expect(findings(...past, deposit(99), implemented(), right('e-3', 1))).toEqual(['R16 5']);
  });
  it("finds an offer before the legislature's notice of it has run out", () => {
    const named: Line = ['2026-01-01', C, 'AssistanceRequested', { ...parties, programme: 'norland.p1', asked: [] }];
    const framework: readonly Line[] = [
      ['2026-01-01', P, 'ProgrammeProposed', { ...parties, framework: 'norland.f1' }],
      ['2026-01-01', 'legal-framework/norland.f1', 'ParameterSet', { parameter: 'offerNoticeValue', value: 1000 }],
    ];
    const offer = (data: object): Line => ['2026-01-02', C, 'OfferPrepared', { initialDeposit: 0, ...data }];
    const notified: Line = ['2026-01-05', C, 'LegislatureNotifiedOfOffer', { on: '2026-01-05', until: '2026-01-06' }];
    const made = (day: string): Line => [day, C, 'OfferMade', {}];
    const asked = offer({ value: 10, noticeDays: 15 });
    expect(findings(requested, asked, notified, made('2026-01-20'))).toEqual([]);
    expect(findings(requested, asked, notified, made('2026-01-19'))).toEqual(['R16 4']);
    expect(findings(requested, asked, made('2026-01-20'))).toEqual(['R16 3']);
    expect(findings(requested, offer({ value: 10 }), made('2026-01-02'))).toEqual([]);
    const of = (value: number, ...more: readonly Line[]) => findings(...framework, named, offer({ value }), ...more);
    expect(of(999, made('2026-01-02'))).toEqual([]);
    expect(of(1000, made('2026-01-02'))).toEqual(['R16 5']);
    expect(of(1000, notified, made('2026-02-04'))).toEqual([]);
    expect(of(1000, notified, made('2026-02-03'))).toEqual(['R16 6']);
    const aside = (more: object): Line => [
      '2026-01-01',
      'legal-framework/norland.f1',
      'WaiverGranted',
      { name: 'w', rules: ['R16'], from: '2026-01-01', until: '2026-01-02', reportBy: '2026-12-31', ...more },
    ];
    const under = (waiver: Line) => findings(...framework, waiver, named, offer({ value: 1000 }), made('2026-01-02'));
    expect(under(aside({}))).toEqual([]);
    expect(under(aside({ until: '2026-01-01' }))).toEqual(['R16 6']);
    expect(under(aside({ scope: { kind: 'programme', id: 'other' } }))).toEqual(['R16 6']);
  });
  it('finds a shipment before the implementation', () => {
    expect(findings(requested, scheduled, shipped)).toEqual(['R16 3']);
    expect(findings(requested, prepared, accepted, deposit(100), implemented(), scheduled, shipped)).toEqual([]);
  });
});

describe('the control of R18', () => {
  const later = '2026-12-31';
  const days = { acknowledgeBy: later, triageBy: later, openBy: later, concludeBy: later, replyBy: later };
  const on = (type: string, data: object = {}, day = '2026-01-01'): Line => [
    day,
    M,
    type,
    { ...days, measureBy: later, ...data },
  ];
  const flagged = on('MisuseFlagged', { accused: 'ostra' });
  const put = on('AllegationPutToRecipient', { to: [] });
  it('finds a finding before the allegation was put, and an accused investigator', () => {
    expect(findings(flagged, put, on('MisuseSubstantiated'))).toEqual([]);
    expect(findings(flagged, on('MisuseSubstantiated'))).toEqual(['R18 2']);
    expect(findings(flagged, on('InvestigatorAssigned', { investigator: 'lumen' }))).toEqual([]);
    expect(findings(flagged, on('InvestigatorAssigned', { investigator: 'ostra' }))).toEqual(['R18 2']);
  });
  it('finds a finding before each organisation has replied, or its days are over', () => {
    const to = ['estmark', 'ostra'];
    const limits = { open: 400, reply: 5, conclude: 400, measure: 400 };
    const asked = [
      flagged,
      on('MisuseTriaged', { limits }),
      on('AllegationPutToRecipient', { to, replyBy: '2026-01-06' }),
    ];
    const reply = (from: string, day?: string) => on('RecipientReplyReceived', { from }, day);
    const found = (day?: string) => on('MisuseSubstantiated', {}, day);
    expect(findings(...asked, reply('estmark'), reply('ostra'), found())).toEqual([]);
    expect(findings(...asked, reply('estmark'), found(), reply('ostra'))).toEqual(['R18 5']);
    expect(findings(...asked, reply('estmark'), reply('ostra', '2026-01-07'), found('2026-01-07'))).toEqual(['R18 5']);
  });
  it('finds a resumption without remedy or assurances, also after a reopening', () => {
    const remedied = [on('RemediationVerified'), on('AssurancesReceived')];
    expect(findings(flagged, ...remedied, on('AssistanceResumed'))).toEqual([]);
    expect(findings(flagged, on('RemediationVerified'), on('AssistanceResumed'))).toEqual(['R18 3']);
    expect(findings(flagged, ...remedied, on('MisuseCaseReopened'), on('AssistanceResumed'))).toEqual(['R18 5']);
  });
  it('finds a substantiated case that was closed without a measure', () => {
    const substantiated = [flagged, put, on('MisuseSubstantiated')];
    expect(findings(...substantiated, on('MeasureDecided'), on('MisuseCaseClosed'))).toEqual([]);
    expect(findings(...substantiated, on('MisuseCaseClosed'))).toEqual(['R18 4']);
    expect(findings(flagged, on('MisuseCaseClosed'))).toEqual([]);
    const recovers = [flagged, on('MeasureDecided', { measure: 'recover' })];
    const back = on('FundsRecovered', { amount: 5 });
    expect(findings(...recovers, on('MisuseCaseClosed'))).toEqual(['R18 3']);
    expect(findings(...recovers, back, on('MisuseCaseClosed'))).toEqual([]);
    const nothing = on('RecoveryCorrected', { corrects: 'e-2', difference: -5 });
    expect(findings(...recovers, back, on('MisuseCaseClosed'), nothing)).toEqual(['R18 5']);
    const again = [on('MisuseCaseReopened'), recovers[1] as Line];
    expect(findings(...recovers, back, ...again, nothing, on('MisuseCaseClosed'))).toEqual(['R18 7']);
    expect(findings(...recovers, back, ...again, back, nothing, on('MisuseCaseClosed'))).toEqual([]);
  });
  it('finds a case that was closed without the notice that its incident type asks for', () => {
    const limits = { notify: 400, open: 400, reply: 400, conclude: 400, measure: 400 };
    const triaged = on('MisuseTriaged', { noticeRequired: true, limits, notifyBy: later });
    const notified = on('LegislatureNotifiedOfPossibleViolation');
    expect(findings(flagged, triaged, on('MisuseCaseClosed'))).toEqual(['R18 3']);
    expect(findings(flagged, triaged, notified, on('MisuseCaseClosed'))).toEqual([]);
    expect(findings(flagged, notified, triaged, on('MisuseCaseClosed'))).toEqual([]);
  });
  it('finds a step and a notice after the last day, however that is stated, and each once', () => {
    const limits = { notify: 1, open: 7, reply: 15, conclude: 60, measure: 15 };
    const triaged = on('MisuseTriaged', { noticeRequired: true, limits, openBy: '2026-01-08', notifyBy: '2026-01-02' });
    const opened = (day: string) => on('InvestigationOpened', {}, day);
    const notified = (day: string) => on('LegislatureNotifiedOfPossibleViolation', {}, day);
    const lenient = on('MisuseTriaged', { noticeRequired: true, limits });
    expect(findings(flagged, triaged, notified('2026-01-02'), opened('2026-01-08'))).toEqual([]);
    expect(findings(flagged, triaged, notified('2026-01-03'), opened('2026-01-08'))).toEqual(['R18 3']);
    expect(findings(flagged, triaged, notified('2026-01-02'), opened('2026-01-09'))).toEqual(['R18 4']);
    expect(findings(flagged, lenient, notified('2026-01-03'), opened('2026-01-09'))).toEqual(['R18 3', 'R18 4']);
    const overdue = on('MisuseStepBecameOverdue', { step: 'notify', due: '2026-01-02' }, '2026-01-03');
    expect(findings(flagged, triaged, overdue, notified('2026-01-04'), opened('2026-01-08'))).toEqual(['R18 3']);
    // It is missing at the end of the log.
    expect(findings(flagged, triaged, opened('2026-01-08'))).toEqual(['R18 2']);
    // The terms of the right incident type count from the day of the triage.
    const right = (more: object) => on('TriageCorrected', { corrects: 'e-1', ...more }, '2026-01-02');
    const { notify: _, ...without } = limits;
    const none = right({ noticeRequired: false, limits: without, openBy: '2026-01-08' });
    expect(findings(flagged, triaged, overdue, none, opened('2026-01-08'))).toEqual([]);
    expect(findings(flagged, triaged, none, opened('2026-01-09'))).toEqual(['R18 4']);
    const asks = right({ noticeRequired: true, limits, openBy: '2026-01-08', notifyBy: '2026-01-02' });
    const ordinary = on('MisuseTriaged', { noticeRequired: false, limits: without, openBy: '2026-01-20' });
    expect(findings(flagged, ordinary, asks, notified('2026-01-03'), opened('2026-01-09'))).toEqual(['R18 4', 'R18 5']);
    expect(findings(flagged, triaged, opened('2026-01-02'))).toEqual([]);
  });
  it('finds a precautionary suspension that did not lapse after its last day, or was renewed then', () => {
    const ordered = on('PrecautionarySuspensionOrdered', { scopes: [], until: '2026-01-10' });
    const renewed = (day: string) => on('PrecautionarySuspensionRenewed', { scopes: [], until: '2026-02-10' }, day);
    const lapsed = on('PrecautionarySuspensionLapsed', { until: '2026-01-10', reason: 'x' }, '2026-01-11');
    const evidence = (day: string) => on('EvidenceAdded', {}, day);
    expect(findings(flagged, ordered, evidence('2026-01-10'))).toEqual([]);
    expect(findings(flagged, ordered, evidence('2026-01-11'))).toEqual(['R18 2']);
    expect(findings(flagged, ordered, lapsed, evidence('2026-01-12'))).toEqual([]);
    expect(findings(flagged, ordered, renewed('2026-01-10'), evidence('2026-02-10'))).toEqual([]);
    expect(findings(flagged, ordered, renewed('2026-01-11'), evidence('2026-02-10'))).toEqual(['R18 3']);
  });
});

describe('the controls of R10 and R11', () => {
  const K = 'end-use-check/veritas.k1';
  const check = (type: string, due: string, serials: readonly string[] = ['S-1', 'S-2']): Line => [
    '2026-01-01',
    K,
    'EndUseCheckScheduled',
    { ...parties, type, holder: 'estmark', area: 'north', serials, quantity: 2, due },
  ];
  const visit = (...serials: readonly string[]): Line => [
    '2026-02-01',
    K,
    'EndUseCheckPerformed',
    { manner: 'on-site', on: '2026-02-01', results: serials.map((serial) => ({ serial, result: 'seen' })) },
  ];
  it('find a last day that is too far ahead, also of a plan that moved', () => {
    expect(findings(check('enhanced', '2027-01-01'))).toEqual([]);
    expect(findings(check('enhanced', '2027-01-02'))).toEqual(['R10 1']);
    expect(findings(check('routine', '2026-04-01'))).toEqual([]);
    expect(findings(check('routine', '2026-04-02'))).toEqual(['R11 1']);
    const moved: Line = ['2026-01-01', K, 'EndUseCheckRescheduled', { due: '2027-06-01', cause: 'x' }];
    expect(findings(check('enhanced', '2026-04-01'), moved)).toEqual(['R10 2']);
  });
  it('bound it by the type of the items, then by the framework of the programme', () => {
    const type: Line = ['2026-01-01', 'item-type/norland.sight', 'CheckIntervalSet', { firstDays: 90, everyDays: 30 }];
    const framework: readonly Line[] = [
      ['2026-01-01', P, 'ProgrammeProposed', { ...parties, framework: 'norland.f1' }],
      [
        '2026-01-01',
        'legal-framework/norland.f1',
        'ParameterSet',
        { parameter: 'enhancedCheckEveryDays', value: 60, reason: 'x' },
      ],
    ];
    const due = (day: string): Line => {
      const [on, stream, event, data] = check('enhanced', day);
      return [on, stream, event, { ...data, item: 'sight', programme: 'norland.p1' }];
    };
    expect(findings(...framework, due('2026-03-02'))).toEqual([]);
    expect(findings(...framework, due('2026-03-03'))).toEqual(['R10 3']);
    expect(findings(...framework, type, due('2026-01-31'))).toEqual([]);
    expect(findings(...framework, type, due('2026-02-01'))).toEqual(['R10 4']);
  });
  it('find a visit without a serial of an enhanced type, and one without a sample', () => {
    expect(findings(check('enhanced', '2026-04-01'), visit('S-1', 'S-2'))).toEqual([]);
    expect(findings(check('enhanced', '2026-04-01'), visit('S-1'))).toEqual(['R10 2']);
    expect(findings(check('routine', '2026-04-01'), visit('S-1'))).toEqual([]);
    expect(findings(check('routine', '2026-04-01'), visit())).toEqual(['R11 2']);
    expect(findings(check('routine', '2026-04-01'), visit('S-1', 'S-2', 'S-3'))).toEqual(['R11 2']);
  });
});

describe('the control of R20', () => {
  const S = 'country-situation/norland.s1';
  const K = 'end-use-check/veritas.k1';
  const followed = (area?: string): readonly Line[] => [
    ['2026-01-01', S, 'CountrySituationOpened', { country: 'estmark', area, donor: 'norland' }],
    [
      '2026-01-01',
      K,
      'EndUseCheckScheduled',
      { holder: 'estmark', area: 'north', type: 'routine', serials: [], due: '2026-03-01' },
    ],
    ['2026-02-01', S, 'InstabilityDeclared', { instability: 'unrest', on: '2026-02-01' }],
  ];
  const restored: Line = ['2026-02-10', S, 'StabilityRestored', { instability: 'unrest', on: '2026-02-10' }];
  const remote = (on: string): Line => [
    on,
    K,
    'EndUseCheckPerformed',
    { manner: 'remote', on, situation: 'norland.s1', results: [], lots: [{ seen: 0, notSeen: 0, damaged: 0 }] },
  ];
  const only20 = (...lines: readonly Line[]) => findings(...lines).filter((one) => one.startsWith('R20'));
  it('finds a remote check on a day without instability, from its first day to the day of stability', () => {
    expect(only20(...followed('north'), remote('2026-02-01'))).toEqual([]);
    expect(only20(...followed('north'), remote('2026-01-31'))).toEqual(['R20 4']);
    expect(only20(...followed('north'), restored, remote('2026-02-09'))).toEqual([]);
    expect(only20(...followed('north'), restored, remote('2026-02-10'))).toEqual(['R20 5']);
    expect(only20(...followed('north'), remote('2026-02-11'), restored)).toEqual(['R20 4']);
    expect(only20(...followed('north'), remote('2026-02-10'), restored)).toEqual([]);
  });
  it('finds one in another area, and remote monitoring without instability', () => {
    expect(only20(...followed(), remote('2026-02-01'))).toEqual([]);
    expect(only20(...followed('south'), remote('2026-02-01'))).toEqual(['R20 4']);
    const moved: Line = ['2026-01-31', K, 'CheckedItemsTransferred', { to: 'vestra', place: 'x', area: 'north' }];
    expect(only20(...followed('north'), moved, remote('2026-02-01'))).toEqual(['R20 5']);
    // The area of the store counts, as corrected since.
    const D = 'storage-site/estmark.depot';
    const stored: Line = ['2026-01-01', D, 'StorageSiteRegistered', { owner: 'estmark', area: 'east' }];
    const right: Line = ['2026-03-01', D, 'StorageSiteCorrected', { corrects: 'e-0', area: 'south' }];
    const there: Line = ['2026-01-31', K, 'CheckedItemsCorrected', { site: 'estmark.depot', reason: 'x' }];
    expect(only20(stored, ...followed('south'), there, remote('2026-02-01'))).toEqual(['R20 6']);
    expect(only20(stored, ...followed('south'), there, remote('2026-02-01'), right)).toEqual([]);
    const mode = (on: string): Line => [on, S, 'MonitoringModeChanged', { mode: 'remote', on, reason: 'x' }];
    expect(only20(...followed('north'), mode('2026-02-01'))).toEqual([]);
    expect(only20(...followed('north'), mode('2026-01-31'))).toEqual(['R20 4']);
  });
  it('counts days as they were corrected', () => {
    const corrected: Line = [
      '2026-02-20',
      S,
      'SituationDayCorrected',
      { corrects: 'e-2', fact: 'instability', item: 'unrest', on: '2026-01-20' },
    ];
    expect(only20(...followed('north'), corrected, remote('2026-01-20'))).toEqual([]);
    expect(only20(...followed('north'), corrected, remote('2026-01-19'))).toEqual(['R20 5']);
    const began = (on: string): Line => [corrected[0], S, corrected[2], { ...corrected[3], on }];
    expect(only20(...followed('north'), remote('2026-02-01'), began('2026-02-02'))).toEqual(['R20 4']);
    expect(only20(...followed('north'), remote('2026-02-02'), began('2026-02-02'))).toEqual([]);
    expect(only20(...followed('north').slice(0, 2), remote('2026-02-01'), ...followed('north').slice(2))).toEqual([]);
  });
  it('marks what a correction recorded later forbids: its sender could not know it', () => {
    const requirements = (...lines: readonly Line[]) =>
      requirementsFound(...lines).filter((one) => one.startsWith('an instability'));
    const mode: Line = ['2026-02-11', S, 'MonitoringModeChanged', { mode: 'remote', on: '2026-02-01', reason: 'x' }];
    const over = { corrects: 'e-3', fact: 'restoration', item: 'unrest', on: '2026-02-01' };
    const corrected: Line = ['2026-02-12', S, 'SituationDayCorrected', over];
    const early = expect.stringMatching(/known later$/);
    expect(requirements(...followed('north'), restored, mode, corrected)).toEqual([early]);
    expect(requirements(...followed('north'), restored, remote('2026-02-05'), corrected)).toEqual([early]);
    expect(requirements(...followed('north'), restored, corrected, mode)).toEqual([expect.not.stringMatching('known')]);
    const visited = { corrects: 'e-3', on: '2026-01-20' };
    expect(only20(...followed('north'), remote('2026-02-05'), ['2026-02-12', K, 'CheckDayCorrected', visited])).toEqual(
      ['R20 4'],
    );
  });
});

describe('the controls of items', () => {
  const T = 'item-type/norland.sight';
  const S = 'storage-site/estmark.north';
  const I = 'item/norland.sight.1';
  const X = 'third-party-transfer/estmark.t1';
  const load = [
    ['2026-01-01', T, 'EnhancedDesignationGiven', {}],
    ['2026-01-01', S, 'StorageCertified', { on: '2026-01-01', until: '2026-02-28' }],
    ['2026-01-01', C, 'AssistanceRequested', { ...parties, asked: [] }],
    ['2026-01-01', C, 'CaseLineAdded', { line: '001', item: 'sight' }],
    ['2026-01-01', C, 'CaseImplemented', { emergency: { authority: 'minister' } }],
    ['2026-01-02', D, 'DeliveryScheduled', { ...parties, case: 'norland.c1', lines: [{ line: '001', quantity: 1 }] }],
  ] as const;
  const registered: Line = ['2026-01-03', D, 'SerialsRegistered', { line: '001', serials: ['1'] }];
  const shipped: Line = ['2026-01-04', D, 'ConsignmentShipped', { on: '2026-01-04' }];
  const received = (on: string): Line => [
    '2026-03-05',
    D,
    'ReceiptConfirmed',
    { on, store: 'estmark.north', lines: [{ line: '001', quantity: 1, serials: ['1'] }] },
  ];
  it('find a shipment without serials, and a receipt into a store that is not certified (R9)', () => {
    expect(findings(...load, registered, shipped, received('2026-02-28'))).toEqual([]);
    expect(findings(...load, shipped)).toEqual(['R9 7']);
    expect(findings(...load, registered, shipped, received('2026-03-01'))).toEqual(['R9 9']);
    const ended: Line = ['2026-01-10', S, 'StorageDecertified', { on: '2026-01-10' }];
    expect(findings(...load, registered, shipped, ended, received('2026-01-10'))).toEqual(['R9 10']);
    expect(findings(...load, registered, shipped, received('2026-01-11'), ended)).toEqual(['R9 9']);
    expect(findings(...load, registered, shipped, received('2026-01-10'), ended)).toEqual([]);
    expect(findings(['2026-01-01', T, 'DesignationRemoved', {}], ...load.slice(1), shipped)).toEqual([]);
  });
  it('find a retransfer, move, receipt or recovery into a store that is not certified (R9)', () => {
    const of = { donor: 'norland', recipient: 'estmark', item: 'sight', serial: '1' };
    const own = [...load.slice(0, 2), ['2026-01-02', I, 'SerialRegistered', of]] as const;
    const goods = [{ item: 'sight', quantity: 1, serials: ['1'] }];
    const carried = (on: string, site?: string): Line => [
      '2026-03-05',
      X,
      'ThirdPartyTransferCarriedOut',
      { kind: 'retransfer', donor: 'norland', holder: 'estmark', to: 'vestra', goods, on, ...(site && { site }) },
    ];
    const ofNine = (...lines: readonly Line[]) => findings(...own, ...lines).filter((one) => one.startsWith('R9'));
    expect(ofNine(carried('2026-02-28', 'estmark.north'))).toEqual([]);
    expect(ofNine(carried('2026-03-01', 'estmark.north'))).toEqual(['R9 4']);
    expect(ofNine(carried('2026-02-28'))).toEqual(['R9 4']);
    const until = (last: string): Line => ['2026-03-06', S, 'CertificateCorrected', { corrects: 'e-1', until: last }];
    expect(ofNine(carried('2026-02-28', 'estmark.north'), until('2026-02-27'))).toEqual(['R9 4']);
    expect(ofNine(carried('2026-03-01', 'estmark.north'), until('2026-03-01'))).toEqual([]);
    for (const type of ['ItemReceived', 'ItemMoved', 'ItemRecovered', 'ItemTransferred']) {
      const stored = (on: string): Line => ['2026-03-05', I, type, { on, site: 'estmark.north', to: 'b', from: 'a' }];
      expect(ofNine(stored('2026-02-28'))).toEqual([]);
      expect(ofNine(stored('2026-03-01'))).toEqual(['R9 4']);
    }
  });
  it('find a store that was closed while items were in it, and how many (R9)', () => {
    const item = (n: number, type: string, data: object = {}): Line => ['2026-01-05', `item/n.s.${n}`, type, data];
    const closed: Line = ['2026-01-06', 'storage-site/e.depot', 'StorageSiteClosed', { reason: 'moved' }];
    const here = { on: '2026-01-05', site: 'e.depot' };
    const there = { on: '2026-01-05', site: 'e.south' };
    const facts = (...lines: readonly Line[]) => factsFound(...lines, closed);
    const received = [1, 2].map((n) => item(n, 'ItemReceived', here));
    expect(facts(...received)).toEqual([{ items: 2 }]);
    expect(facts(...received, item(1, 'ItemMoved', there))).toEqual([{ items: 1 }]);
    expect(facts(...received, item(1, 'ItemMoved', { ...there, newerOn: '2026-01-06' }))).toEqual([{ items: 2 }]);
    const carried = item(1, 'ItemTransferred', { transfer: 't', on: '2026-01-05', from: 'e', to: 'v' });
    const gone = ['ItemReturned', 'ItemDisposed', 'LossReportVerified'].map((type) => item(2, type, { on: here.on }));
    for (const end of gone)
      expect(findings(...received, item(1, 'ItemMoved', there), end, closed).filter((one) => /R9/.test(one))).toEqual(
        [],
      );
    expect(findings(...received, carried, closed)).toContain('R9 4');
    expect(facts(...received, item(1, 'ItemReceiptCorrected', { corrects: 'e-0', site: 'e.south' }))).toEqual([
      { items: 1 },
    ]);
  });
  it('find nothing of R9 on the days for which a waiver sets it aside', () => {
    const P9 = 'programme/norland.p9';
    const F9 = 'legal-framework/norland.f9';
    const within = [
      ['2026-01-01', F9, 'AgreementDrafted', { ...parties, parameters: [] }],
      ['2026-01-01', P9, 'ProgrammeProposed', { ...parties, framework: 'norland.f9' }],
      ...load.map(([day, stream, type, data]): Line =>
        type === 'AssistanceRequested'
          ? [day, stream, type, { ...data, programme: 'norland.p9' }]
          : [day, stream, type, data],
      ),
    ] as const satisfies readonly Line[];
    const aside = (from: string, until: string): Line => [
      '2026-01-01',
      F9,
      'WaiverGranted',
      { name: 'w', rules: ['R9', 'R1', 'R6'], from, until, reportBy: '2036-01-16' },
    ];
    const ofNine = (...lines: readonly Line[]) => findings(...within, ...lines).filter((one) => one.startsWith('R9'));
    expect(ofNine(aside('2026-01-04', '2026-01-04'), shipped)).toEqual([]);
    expect(ofNine(aside('2026-01-05', '2026-01-05'), shipped)).toEqual(['R9 10']);
    expect(ofNine(aside('2026-03-01', '2026-03-01'), registered, shipped, received('2026-03-01'))).toEqual([]);
    expect(ofNine(aside('2026-03-02', '2026-03-02'), registered, shipped, received('2026-03-01'))).toEqual(['R9 12']);
  });
  it('find a loss that its reporter verified, or that was verified late (R12)', () => {
    const by = (n: number, day: string, type: string, organisation: string, data: object): Line => [
      day,
      I,
      type,
      { ...data, organisation, n },
    ];
    const lost = by(0, '2026-01-01', 'ItemReportedLost', 'estmark', { verifyBy: '2026-01-31' });
    const verified = (day: string, organisation = 'veritas') =>
      by(1, day, 'LossReportVerified', organisation, { report: 'e-0' });
    expect(findings(lost, verified('2026-01-31'))).toEqual([]);
    expect(findings(lost, verified('2026-02-01'))).toEqual(['R12 2']);
    expect(findings(lost, verified('2026-01-31', 'estmark'))).toEqual(['R12 2']);
    const lenient = by(0, '2026-01-01', 'ItemReportedLost', 'estmark', { verifyBy: '2026-12-31' });
    expect(findings(lenient, verified('2026-01-31'))).toEqual([]);
    expect(findings(lenient, verified('2026-02-01'))).toEqual(['R12 2']);
  });
  it('find a loss that no monitor answered, once (R12)', () => {
    const lost: Line = ['2026-01-01', I, 'ItemReportedLost', { verifyBy: '2026-01-31', organisation: 'estmark' }];
    const overdue: Line = ['2026-02-01', I, 'ItemStepBecameOverdue', { step: 'verification', due: '2026-01-31' }];
    const rejected = (day: string): Line => [day, I, 'LossReportRejected', { report: 'e-0', reason: 'x' }];
    const later = (day: string): Line => [day, I, 'ServiceabilityReported', {}];
    expect(findings(lost, rejected('2026-01-31'))).toEqual([]);
    expect(findings(lost, overdue, rejected('2026-02-02'))).toEqual(['R12 2']);
    expect(findings(lost, later('2026-01-31'))).toEqual([]);
    expect(findings(lost, later('2026-02-01'))).toEqual(['R12 1']);
  });
  it('find a loss of goods that its reporter verified, or that no monitor answered (R12)', () => {
    const goods = (day: string, type: string, more: object = {}): Line => [day, D, type, { loss: 'l-1', ...more }];
    const lost = goods('2026-01-01', 'GoodsLossReported', { verifyBy: '2026-01-31', organisation: 'estmark' });
    const answered = (day: string, type = 'GoodsLossVerified', organisation = 'veritas') =>
      goods(day, type, { organisation });
    const overdue = goods('2026-02-01', 'GoodsLossBecameOverdue', { due: '2026-01-31' });
    const later: Line = ['2026-02-03', D, 'DiscrepancyReported', {}];
    expect(findings(lost, answered('2026-01-31'), later)).toEqual([]);
    expect(findings(lost, answered('2026-01-31', 'GoodsLossRejected'), later)).toEqual([]);
    expect(findings(lost, answered('2026-01-31', 'GoodsLossVerified', 'estmark'))).toEqual(['R12 2']);
    expect(findings(lost, answered('2026-02-01'))).toEqual(['R12 2']);
    expect(findings(lost, overdue, answered('2026-02-02', 'GoodsLossRejected'))).toEqual(['R12 2']);
    expect(findings(lost, goods('2026-01-30', 'GoodsLossWithdrawn'), later)).toEqual([]);
    expect(findings(lost, later)).toEqual(['R12 1']);
    expect(findings(goods('2026-01-01', 'GoodsLossVerified'))).toEqual(['R12 1']);
    const lenient = goods('2026-01-01', 'GoodsLossReported', { verifyBy: '2026-12-31', organisation: 'estmark' });
    const within: Line = ['2026-01-01', D, 'DeliveryScheduled', { ...parties, programme: 'norland.p1', lines: [] }];
    expect(findings(within, lenient, answered('2026-02-01'))).toEqual(['R12 3']);
  });
  it('find a loss that the holder did not report, once (R12)', () => {
    const unseen: Line = ['2026-01-01', I, 'ItemNotSeen', { reportBy: '2026-01-31', holder: 'estmark' }];
    const lenient: Line = ['2026-01-01', I, 'ItemNotSeen', { reportBy: '2026-12-31', holder: 'estmark' }];
    const overdue: Line = ['2026-02-01', I, 'ItemStepBecameOverdue', { step: 'report', due: '2026-01-31' }];
    const reported = (day: string): Line => [day, I, 'ItemReportedLost', { verifyBy: '2026-12-31' }];
    const seen = (on: string): Line => [on, I, 'ItemSeenAgain', { on }];
    const later = (day: string): Line => [day, I, 'ServiceabilityReported', {}];
    expect(findings(unseen, reported('2026-01-31'))).toEqual([]);
    expect(findings(unseen, overdue, reported('2026-02-02'))).toEqual(['R12 2']);
    expect(findings(lenient, reported('2026-02-01'))).toEqual(['R12 2']);
    expect(findings(unseen, seen('2026-01-31'), later('2026-03-01'))).toEqual([]);
    expect(findings(unseen, unseen, later('2026-01-31'))).toEqual([]);
    expect(findings(unseen, unseen, later('2026-02-01'))).toEqual(['R12 1']);
  });
  it('say that a loss was not answered if its item was found elsewhere, or remediation if assistance was ended', () => {
    const lost: Line = ['2026-01-01', I, 'ItemReportedLost', { verifyBy: '2026-01-31', organisation: 'estmark' }];
    const found: Line = ['2026-02-02', I, 'UnauthorisedTransferDetected', { notifyBy: '2026-02-02' }];
    expect(factsFound(lost, found)).toEqual([{ due: '2026-01-31', done: null, ended: '2026-02-02' }]);
    const M = 'misuse-case/sealed.1';
    const agreed: Line = ['2026-01-01', M, 'RemediationPlanAgreed', { due: '2026-01-31' }];
    const ended: Line = ['2026-02-02', M, 'AssistanceTerminated', {}];
    expect(factsFound(agreed, ended)).toContainEqual({
      step: 'remediate',
      due: '2026-01-31',
      done: null,
      ended: '2026-02-02',
    });
  });
  it('ask for nothing of what was withdrawn, and again for what was open before (R12, R14, R26)', () => {
    const lost: Line = ['2026-01-01', I, 'ItemReportedLost', { verifyBy: '2026-01-31' }];
    const mistake: Line = ['2026-02-02', I, 'LossReportWithdrawn', { corrects: 'e-0' }];
    const later: Line = ['2026-03-01', I, 'ServiceabilityReported', {}];
    expect(findings(lost, mistake, later)).toEqual([]);
    const unseen: Line = ['2026-01-01', I, 'ItemNotSeen', { reportBy: '2026-01-31', holder: 'estmark' }];
    expect(findings(unseen, lost, mistake, unseen, later)).toEqual(['R12 4']);
    const detected: Line = ['2026-01-02', I, 'UnauthorisedTransferDetected', { notifyBy: '2026-01-02' }];
    const back = (more: object): Line => ['2026-01-10', I, 'UnauthorisedTransferWithdrawn', { as: 'held', ...more }];
    expect(findings(detected, back({}), later)).toEqual([]);
    expect(findings(lost, detected, back({ as: 'reported', verifyBy: '2026-01-31' }), later)).toEqual(['R12 3']);
  });
  it('find a notice that was never given, once (R14)', () => {
    const detected: Line = ['2026-01-01', I, 'UnauthorisedTransferDetected', { notifyBy: '2026-01-01' }];
    const lenient: Line = ['2026-01-01', I, 'UnauthorisedTransferDetected', { notifyBy: '2026-02-01' }];
    const notified = (on: string): Line => [on, I, 'LegislatureNotifiedOfTransfer', { on }];
    const overdue: Line = ['2026-01-02', I, 'ItemStepBecameOverdue', { step: 'notice', due: '2026-01-01' }];
    const later: Line = ['2026-01-02', I, 'ServiceabilityReported', {}];
    expect(findings(detected, overdue, notified('2026-01-03'))).toEqual(['R14 2']);
    expect(findings(detected, later)).toEqual(['R14 1']);
    expect(findings(detected)).toEqual([]);
    expect(findings(lenient, notified('2026-01-02'))).toEqual(['R14 2']);
  });
  it('find a transfer and a disposal without consent in force (R13)', () => {
    const consented: Line = ['2026-01-01', X, 'ThirdPartyTransferConsented', { until: '2026-01-31' }];
    const done = (on: string): Line => ['2026-03-01', X, 'ThirdPartyTransferCarriedOut', { on }];
    const disposed: Line = ['2026-03-01', I, 'ItemDisposed', { transfer: 'estmark.t1', on: '2026-01-15' }];
    const moved: Line = ['2026-03-01', I, 'ItemTransferred', { transfer: 'estmark.t2', on: '2026-01-15' }];
    expect(findings(consented, done('2026-01-31'), disposed)).toEqual([]);
    expect(findings(consented, done('2026-02-01'), moved)).toEqual(['R13 2', 'R13 3']);
    const back: Line = ['2026-01-15', X, 'TransferConsentWithdrawn', {}];
    expect(findings(consented, back, disposed)).toEqual(['R13 3']);
    expect(findings(consented, done('2026-01-16'), back)).toEqual(['R13 2']);
  });
  it('find a second transfer of what its holder had transferred or disposed of (R13)', () => {
    const goods = [{ item: 'sight', quantity: 1, serials: ['S-1'] }];
    const registered: Line = ['2026-01-01', I, 'SerialRegistered', { ...parties, item: 'sight', serial: 'S-1' }];
    const by = (id: string, holder: string, to: string, kind = 'retransfer'): readonly Line[] => [
      ['2026-01-02', `third-party-transfer/${id}`, 'ThirdPartyTransferConsented', { until: '2026-01-31' }],
      [
        '2026-01-03',
        `third-party-transfer/${id}`,
        'ThirdPartyTransferCarriedOut',
        { on: '2026-01-03', kind, donor: 'norland', holder, to, goods },
      ],
    ];
    const first = [registered, ...by('estmark.t1', 'estmark', 'sudria')];
    const again = by('estmark.t2', 'estmark', 'ostra');
    expect(findings(...first, ...by('sudria.t1', 'sudria', 'ostra'))).toEqual([]);
    expect(findings(...first, ...again)).toEqual(['R13 5']);
    expect(findings(...first, ...by('estmark.t2', 'estmark', 'estmark', 'disposal'))).toEqual(['R13 5']);
    expect(findings(registered, ...by('estmark.t1', 'estmark', 'estmark', 'disposal'), ...again)).toEqual(['R13 5']);
    expect(findings(registered, ...by('estmark.t1', 'estmark', 'estmark', 'change-of-end-use'), ...again)).toEqual([]);
    const found: Line = ['2026-01-04', I, 'ItemRecovered', { on: '2026-01-04', site: 'estmark.north' }];
    expect(findings(...first, found, ...again)).toEqual([]);
    // Without a stream of the item, its type is not monitored: a serial is only a name.
    expect(findings(...first.slice(1), ...again)).toEqual([]);
  });
  it('find a transfer of more goods than their holder had of a consignment (R13)', () => {
    const took = (quantity: number, left: number): Line => [
      '2026-01-03',
      D,
      'ReceivedGoodsTransferred',
      { transfer: 'estmark.t1', item: 'kitchen', from: 'estmark', on: '2026-01-03', quantity, left },
    ];
    expect(findings(took(5, 0))).toEqual([]);
    expect(findings(took(5, -1))).toEqual(['R13 1']);
  });
  it('find a notice that came after the day of the detection (R14)', () => {
    const detected: Line = ['2026-01-01', I, 'UnauthorisedTransferDetected', { notifyBy: '2026-01-01' }];
    const notified = (on: string): Line => [on, I, 'LegislatureNotifiedOfTransfer', { on }];
    expect(findings(detected, notified('2026-01-01'))).toEqual([]);
    expect(findings(detected, notified('2026-01-02'))).toEqual(['R14 2']);
  });
});

describe('the control of R1', () => {
  const F = 'legal-framework/norland.f1';
  const on = (type: string, data: object): Line => ['2026-01-01', F, type, data];
  const agreed = [
    on('AgreementDrafted', { ...parties, parameters: [] }),
    on('AgreementEnteredIntoForce', { on: '2026-02-01', until: '2026-03-31', reports: [] }),
    ...['use', 'no-transfer', 'security', 'observation'].map((assurance) =>
      on('EndUseAssuranceGiven', { assurance, on: '2026-01-20' }),
    ),
    on('ListedUnitsBarred', { on: '2026-01-20' }),
    ['2026-01-01', P, 'ProgrammeProposed', { ...parties, framework: 'norland.f1' }],
    ['2026-01-01', C, 'AssistanceRequested', { ...parties, programme: 'norland.p1', asked: [] }],
    ['2026-02-01', C, 'CaseImplemented', { emergency: { authority: 'minister' } }],
    ['2026-02-01', D, 'DeliveryScheduled', { ...parties, case: 'norland.c1', lines: [], due: '2026-05-01' }],
  ] as const satisfies readonly Line[];
  const shipped = (day: string): Line => ['2026-06-01', D, 'ConsignmentShipped', { on: day }];
  const found = (...lines: readonly Line[]) => findings(...agreed, ...lines).length;
  it('finds a shipment and an implemented case before the first and after the last day of the agreement', () => {
    expect(findings(...agreed, shipped('2026-03-31'))).toEqual([]);
    expect(findings(...agreed, shipped('2026-04-01'))).toEqual(['R1 12']);
    expect(findings(...agreed, shipped('2026-01-31'))).toEqual(['R1 12']);
    expect(findings(...agreed, ['2026-04-01', C, 'CaseImplemented', { emergency: {} }])).toEqual(['R1 12']);
    expect(found(on('AgreementAmended', { until: '2026-04-01' }), shipped('2026-04-01'))).toBe(0);
    expect(found(on('AgreementCorrected', { corrects: 'e-1', on: '2026-01-31' }), shipped('2026-01-31'))).toBe(0);
    const last = (until: string) => on('AgreementCorrected', { corrects: 'e-1', until });
    expect(found(shipped('2026-03-31'), last('2026-03-30'))).toBe(1);
    expect(found(shipped('2026-04-01'), last('2026-04-01'))).toBe(0);
    const amended = on('AgreementAmended', { until: '2026-04-30' });
    expect(found(amended, shipped('2026-04-02'), last('2026-04-01'))).toBe(1);
    expect(found(last('2026-03-30'), amended, shipped('2026-04-30'))).toBe(0);
    expect(found(on('AgreementTerminated', { on: '2026-03-01' }), shipped('2026-03-01'))).toBe(1);
    expect(found(on('AgreementTerminated', { on: '2026-03-01' }), shipped('2026-02-28'))).toBe(0);
    // Recorded after the shipment: known later.
    expect(found(shipped('2026-03-02'), on('AgreementTerminated', { on: '2026-03-01' }))).toBe(1);
    expect(found(shipped('2026-03-01'), on('AgreementTerminated', { on: '2026-03-01' }))).toBe(0);
  });
  it('finds one without an assurance, unless a waiver sets the rule aside', () => {
    const withdrawn = on('EndUseAssuranceWithdrawn', { assurance: 'use', on: '2026-03-01' });
    const again = on('EndUseAssuranceGiven', { assurance: 'use', on: '2026-03-10' });
    expect(found(withdrawn, shipped('2026-02-28'))).toBe(0);
    expect(found(withdrawn, shipped('2026-03-01'))).toBe(1);
    expect(found(withdrawn, again, shipped('2026-03-10'))).toBe(0);
    const waived = (more: object = {}) =>
      on('WaiverGranted', {
        name: 'w',
        rules: ['R1'],
        from: '2026-03-01',
        until: '2026-03-05',
        reportBy: '2026-12-20',
        ...more,
      });
    expect(found(withdrawn, waived(), shipped('2026-03-05'))).toBe(0);
    expect(found(withdrawn, waived(), shipped('2026-03-06'))).toBe(1);
    expect(found(withdrawn, waived({ rules: ['R8'] }), shipped('2026-03-05'))).toBe(1);
    expect(found(withdrawn, waived({ scope: { kind: 'programme', id: 'other' } }), shipped('2026-03-05'))).toBe(1);
    expect(found(withdrawn, waived(), on('WaiverEnded', { name: 'w', on: '2026-03-03' }), shipped('2026-03-03'))).toBe(
      1,
    );
  });
  it('finds an enrolment and the start of a training outside the days of the agreement', () => {
    const T = 'training-activity/norland.t1';
    const planned: Line = ['2026-01-05', T, 'TrainingPlanned', { ...parties, programme: 'norland.p1' }];
    const its = (...lines: readonly Line[]) =>
      findings(...agreed, planned, ...lines).filter((finding) => finding.startsWith('R1 '));
    const enrolled = (day: string): Line => [day, T, 'TraineeEnrolled', { trainee: 'n', number: 1, enrolled: 1 }];
    const begun = (on: string): Line => ['2026-06-01', T, 'TrainingStarted', { on }];
    expect(its(enrolled('2026-02-01'), begun('2026-03-31'))).toEqual([]);
    expect(its(enrolled('2026-01-31'))).toEqual(['R1 13']);
    expect(its(begun('2026-04-01'))).toEqual(['R1 13']);
    const other: Line = ['2026-01-05', T, 'TrainingPlanned', { ...parties, programme: 'norland.p9' }];
    expect(findings(...agreed, other, begun('2026-04-01')).filter((one) => one.startsWith('R1 '))).toEqual([]);
  });
  it('finds a nomination of no known unit before the recipient agreed to bar units', () => {
    const T = 'training-activity/norland.t1';
    const planned: Line = ['2026-01-05', T, 'TrainingPlanned', { ...parties, programme: 'norland.p1' }];
    const nominated = (day: string, more: object = {}): Line => [
      day,
      T,
      'TraineeNominated',
      { trainee: 'n', number: 1, ...more },
    ];
    expect(findings(...agreed, planned, nominated('2026-01-20'))).toEqual([]);
    expect(findings(...agreed, planned, nominated('2026-01-19'))).toEqual(['R6 13']);
    expect(findings(...agreed, planned, nominated('2026-01-19', { unit: 'estmark.brigade-1' }))).toEqual([]);
  });
  it('finds a shipment to no known unit before the recipient agreed to bar units, unless R6 is set aside', () => {
    const bars = (day: string) => on('ListedUnitsBarred', { on: day });
    const without = agreed.filter(([, , type]) => type !== 'ListedUnitsBarred');
    const of = (...lines: readonly Line[]) => findings(...without, ...lines);
    expect(of(shipped('2026-02-01'))).toEqual(['R6 11']);
    expect(of(bars('2026-02-02'), shipped('2026-02-01'))).toEqual(['R6 12']);
    expect(of(bars('2026-02-01'), shipped('2026-02-01'))).toEqual([]);
    const withdrawn = on('ListedUnitsBarWithdrawn', { on: '2026-02-02' });
    expect(of(bars('2026-02-01'), withdrawn, shipped('2026-02-01'))).toEqual([]);
    expect(of(bars('2026-02-01'), withdrawn, shipped('2026-02-02'))).toEqual(['R6 13']);
    expect(of(bars('2026-02-01'), shipped('2026-02-03'), withdrawn)).toEqual(['R6 12']);
    const named: Line = ['2026-06-01', D, 'ConsignmentShipped', { on: '2026-02-01', unit: 'estmark.brigade-1' }];
    const cleared: Line = [
      '2026-01-01',
      'security-unit/estmark.brigade-1',
      'ClearanceGiven',
      { until: '2026-02-01', trainings: [] },
    ];
    expect(of(cleared, named)).toEqual([]);
    expect(of(named)).toEqual(['R5 11']);
    const right: Line = ['2026-06-02', D, 'ShipmentCorrected', { corrects: 'e-11', unit: 'estmark.brigade-1' }];
    const wrong: Line = [named[0], D, named[2], { on: '2026-02-01', unit: 'estmark.brigade-2' }];
    expect(of(cleared, wrong)).toEqual(['R5 12']);
    expect(of(cleared, wrong, right)).toEqual([]);
    const aside = { name: 'w', from: '2026-02-01', until: '2026-02-01', reportBy: '2026-12-20' };
    expect(of(on('WaiverGranted', { ...aside, rules: ['R6'] }), shipped('2026-02-01'))).toEqual([]);
    expect(of(on('WaiverGranted', { ...aside, rules: ['R5'] }), named)).toEqual([]);
    const refused: Line = ['2026-01-02', cleared[1], 'ClearanceRefused', { reason: 'x', trainings: [] }];
    const relief = on('WaiverGranted', { ...aside, rules: ['R8'] });
    expect(of(relief, cleared, refused, named)).toEqual([]);
    expect(of(cleared, named, refused)).toEqual(['R5 12']);
    expect(of(on('WaiverGranted', { ...aside, from: '2026-02-02', rules: ['R8'] }), cleared, refused, named)).toEqual([
      'R5 14',
    ]);
    expect(of(relief, named)).toEqual(['R5 12']);
    expect(of(on('WaiverGranted', { ...aside, rules: ['R5'] }), shipped('2026-02-01'))).toEqual(['R6 12']);
  });
  it('asks nothing of a programme that names no framework', () => {
    const requested: Line = [
      '2026-01-01',
      C,
      'AssistanceRequested',
      { ...parties, programme: 'norland.p2', asked: [] },
    ];
    expect(findings(requested, ['2026-04-01', C, 'CaseImplemented', { emergency: {} }])).toEqual([]);
  });
});

describe('the control of R8', () => {
  const on = (type: string, data: object): Line => ['2026-03-01', 'legal-framework/norland.f1', type, data];
  const granted = on('WaiverGranted', {
    name: 'w',
    rules: ['R8'],
    from: '2026-03-01',
    until: '2026-12-31',
    reportBy: '2026-03-16',
  });
  const submitted = (day: string) =>
    on('StatutoryReportSubmitted', { report: 'waiver', of: 'w', on: day, to: 'committee' });
  const overdue = on('StatutoryReportBecameOverdue', { report: 'waiver', of: 'w', due: '2026-03-16' });
  it('finds a waiver whose report was late or is missing, once', () => {
    expect(findings(granted, submitted('2026-03-16'))).toEqual([]);
    expect(findings(granted, submitted('2026-03-17'))).toEqual(['R8 2']);
    expect(findings(granted, overdue, submitted('2026-03-20'))).toEqual(['R8 2']);
    const right = on('FrameworkDayCorrected', { corrects: 'e-1', on: '2026-03-16', fact: 'report' });
    expect(findings(granted, submitted('2026-03-17'), right)).toEqual([]);
    const later: Line = ['2026-03-17', P, 'ObjectiveDefined', {}];
    expect(findings(granted, later)).toEqual(['R8 1']);
    expect(findings(granted, ['2026-03-16', P, 'ObjectiveDefined', {}])).toEqual([]);
    expect(findings(on('StatutoryReportBecameOverdue', { report: 'annual', of: '2026', due: '2027-01-30' }))).toEqual(
      [],
    );
  });
});

describe('the control of the reports of each period', () => {
  const on = (type: string, data: object, day = '2026-01-15'): Line => [
    day,
    'legal-framework/norland.f1',
    type,
    { ...data },
  ];
  const half = (of: string, due: string) => ({ report: 'semi-annual', of, due });
  it('asks for the next one again, once a wrong expiry was corrected', () => {
    const past = [
      on('AgreementEnteredIntoForce', {
        on: '2026-01-15',
        until: '2026-06-30',
        reports: [half('2026-h1', '2026-07-30')],
      }),
      on('AgreementExpired', { until: '2026-06-30' }),
      on('StatutoryReportSubmitted', { report: 'semi-annual', of: '2026-h1', on: '2026-07-01', to: 'c' }),
    ];
    const much: Line = ['2027-03-01', P, 'ObjectiveDefined', {}];
    const corrected = on('AgreementCorrected', { until: '2027-12-31', reports: [half('2026-h2', '2027-01-30')] });
    expect(findings(...past, much)).toEqual([]);
    expect(findings(...past, corrected, much)).toEqual(['R8 4']);
  });
});

describe('each control', () => {
  it('has a name, a rule and the kinds that it looks at', () => {
    expect(new Set(CONTROLS.map(({ name }) => name)).size).toBe(CONTROLS.length);
    for (const { rule, kinds, about } of CONTROLS)
      expect([/^R[0-9]+$/.test(rule), kinds.length > 0, about.length > 20]).toEqual([true, true, true]);
  });
});
