import { describe, expect, it } from '@jest/globals';
import { type ControlLine as Line, factsFound, findings } from '../../../../test/support/control-findings.js';

const parties = { donor: 'norland', recipient: 'estmark' };
const P = 'programme/norland.p1';
const F = 'legal-framework/norland.f1';
const I = 'item/norland.sight.1';
const C = 'assistance-case/norland.c1';
const D = 'consignment/norland.d1';
/** The check that follows from the event at a position. */
const after = (position: number, item = ''): string => `end-use-check/entente.after-e-${position - 1}${item}`;

const registered: Line = [
  '2026-01-01',
  I,
  'SerialRegistered',
  { ...parties, item: 'sight', serial: '1', programme: 'norland.p1' },
];
const received: Line = ['2026-01-01', I, 'ItemReceived', { on: '2026-01-01', site: 'x' }];
const checked = (stream: string, due: string, more: object = {}): Line => [
  '2026-01-02',
  stream,
  'EndUseCheckScheduled',
  { ...parties, type: 'enhanced', manner: 'on-site', holder: 'estmark', item: 'sight', serials: ['1'], due, ...more },
];
const visited = (stream: string, on: string, manner = 'on-site'): Line => [
  on,
  stream,
  'EndUseCheckPerformed',
  { manner, on, results: [{ serial: '1', result: 'seen' }] },
];
/** Something that was recorded on a day, and to which no control looks. */
const later = (day: string): Line => [day, 'stakeholder/norland', 'RoleGranted', {}];

describe('the control of R10: the first check', () => {
  const first = (due: string, ...more: readonly Line[]) =>
    findings(registered, received, ...more, checked(after(3), due));
  it('is due within the days after the receipt, also if the system plans it', () => {
    expect(findings(registered, received, checked(after(2), '2026-04-01', { role: 'system' }))).toEqual([]);
    expect(findings(registered, received, checked(after(2), '2026-04-02', { role: 'system' }))).toEqual(['R10 3']);
  });
  it('is bounded by the type of the items, then by the framework that the programme names since a correction', () => {
    const proposed: Line = ['2026-01-01', P, 'ProgrammeProposed', { ...parties }];
    const corrected: Line = ['2026-01-01', P, 'ProgrammeCorrected', { framework: 'norland.f1' }];
    const set: Line = ['2026-01-01', F, 'ParameterSet', { parameter: 'enhancedFirstCheckDays', value: 30 }];
    const type: Line = ['2026-01-01', 'item-type/norland.sight', 'CheckIntervalSet', { firstDays: 10, everyDays: 20 }];
    const of = (due: string, ...terms: readonly Line[]) =>
      findings(...terms, registered, received, checked(after(terms.length + 2), due));
    expect(of('2026-01-31', proposed, corrected, set)).toEqual([]);
    expect(of('2026-02-01', proposed, corrected, set)).toEqual(['R10 6']);
    expect(of('2026-02-01', proposed, set)).toEqual([]);
    expect(of('2026-01-11', proposed, corrected, set, type)).toEqual([]);
    expect(of('2026-01-12', proposed, corrected, set, type)).toEqual(['R10 7']);
  });
  it('moves with a corrected receipt, before and after it was planned', () => {
    const corrected: Line = ['2026-01-03', I, 'ItemReceiptCorrected', { corrects: 'e-1', on: '2025-12-31' }];
    const moved = (due: string): Line => ['2026-01-03', after(2), 'EndUseCheckRescheduled', { due, role: 'system' }];
    const of = (...more: readonly Line[]) => findings(registered, received, ...more);
    expect(of(checked(after(2), '2026-04-01'), corrected, moved('2026-03-31'))).toEqual([]);
    expect(of(checked(after(2), '2026-04-01'), corrected, moved('2026-04-01'))).toEqual(['R10 5']);
    // A policy that lags plans the day that was decided, and then moves it.
    expect(of(corrected, checked(after(2), '2026-04-01'), moved('2026-03-31'))).toEqual([]);
    expect(of(corrected, checked(after(2), '2026-04-02'))).toEqual(['R10 4']);
  });
  it('is planned and moved by a policy that lags as each correction had it', () => {
    const corrected = (on: string): Line => ['2026-01-03', I, 'ItemReceiptCorrected', { corrects: 'e-1', on }];
    const moved = (due: string, role = 'system'): Line => [
      '2026-01-03',
      after(2),
      'EndUseCheckRescheduled',
      { due, role },
    ];
    const twice = [corrected('2025-12-31'), corrected('2025-12-30'), checked(after(2), '2026-04-01')];
    const of = (...more: readonly Line[]) => findings(registered, received, ...twice, ...more);
    expect(of(moved('2026-03-31'), moved('2026-03-30'))).toEqual([]);
    expect(of(moved('2026-03-31', 'monitor'))).toEqual(['R10 6']);
    expect(of(moved('2026-04-01'))).toEqual(['R10 6']);
  });
  it('follows the right day of the visit before it', () => {
    const K = 'end-use-check/veritas.k1';
    const corrected: Line = ['2026-03-01', K, 'CheckDayCorrected', { corrects: 'e-2', on: '2026-02-03' }];
    const moved = (due: string): Line => ['2026-03-01', after(3), 'EndUseCheckRescheduled', { due, role: 'system' }];
    const of = (...more: readonly Line[]) =>
      findings(registered, checked(K, '2026-12-01'), visited(K, '2026-02-01'), ...more);
    expect(of(checked(after(3), '2027-02-01'), corrected, moved('2027-02-03'))).toEqual([]);
    expect(of(checked(after(3), '2027-02-01'), corrected, moved('2027-02-04'))).toEqual(['R10 6']);
    expect(of(corrected, checked(after(3), '2027-02-01'), moved('2027-02-03'))).toEqual([]);
  });
  it('follows a visit, a denial and a waiver within the days of each', () => {
    const K = 'end-use-check/veritas.k1';
    const next = (event: Line, due: string) =>
      findings(registered, checked(K, '2026-12-01'), event, checked(after(3), due));
    expect(next(visited(K, '2026-02-01'), '2027-02-01')).toEqual([]);
    expect(next(visited(K, '2026-02-01'), '2027-02-02')).toEqual(['R10 4']);
    const denied: Line = ['2026-02-01', K, 'AccessDenied', { on: '2026-02-01', reason: 'x' }];
    expect(next(denied, '2026-05-02')).toEqual([]);
    expect(next(denied, '2026-05-03')).toEqual(['R10 4']);
    // It is still to be made, if access was not denied after all.
    const taken: Line = ['2026-02-02', K, 'AccessDenialWithdrawn', { corrects: 'e-2', next: after(3) }];
    const late: Line = ['2026-12-02', K, 'ComplianceVisitHeld', { on: '2026-12-02' }];
    expect(findings(registered, checked(K, '2026-12-01'), denied, taken)).toEqual([]);
    expect(findings(registered, checked(K, '2026-12-01'), denied, taken, late)).toEqual(['R10 4']);
    const waived: Line = ['2026-02-01', K, 'EndUseCheckWaived', { authority: 'x', reason: 'x' }];
    expect(next(waived, '2027-02-01')).toEqual([]);
    expect(next(waived, '2027-02-02')).toEqual(['R10 4']);
  });
  it('has no result for an item whose end was verified', () => {
    const K = 'end-use-check/veritas.k1';
    const none: Line = ['2026-02-01', K, 'EndUseCheckPerformed', { manner: 'on-site', on: '2026-02-01', results: [] }];
    const lost: Line = ['2026-01-10', I, 'ItemReportedLost', { verifyBy: '2026-02-09', organisation: 'estmark' }];
    const verified: Line = ['2026-01-20', I, 'LossReportVerified', { report: 'e-2', organisation: 'veritas' }];
    expect(findings(registered, checked(K, '2026-12-01'), none)).toEqual(['R10 3']);
    expect(findings(registered, checked(K, '2026-12-01'), lost, verified, none)).toEqual([]);
  });
  it('is divided when some of its items are transferred, with the same last day', () => {
    const K = 'end-use-check/veritas.k1';
    const two = checked(K, '2026-12-01', { serials: ['1', '2'], quantity: 2 });
    const moved: Line = ['2026-02-01', K, 'CheckedItemsTransferred', { serials: ['2'], to: 'vestra', next: {} }];
    const own = (due: string) => checked(after(3), due, { serials: ['2'] });
    expect(findings(registered, two, moved, own('2026-12-01'), visited(K, '2026-03-01'))).toEqual([]);
    expect(findings(registered, two, moved, own('2026-12-02'))).toEqual(['R10 4']);
    expect(findings(registered, two, moved, later('2026-12-02'))).toEqual(['R10 2', 'R10 3']);
  });
  it('is missed by the holder before the transfer, and the new holder has another (R13)', () => {
    const K = 'end-use-check/veritas.k1';
    const next = { serials: ['1'], on: '2026-02-01', to: 'vestra', next: {} };
    const moved: Line = ['2026-02-02', K, 'CheckedItemsTransferred', next];
    const cancelled: Line = ['2026-02-02', K, 'EndUseCheckCancelled', { on: '2026-02-01', reason: 'transferred' }];
    const found = (due: string, own: string) =>
      findings(registered, checked(K, due), moved, cancelled, checked(after(3), own));
    expect(found('2026-01-31', '2026-05-02')).toEqual(['R10 4']);
    expect(found('2026-01-31', '2026-05-03')).toEqual(['R10 4', 'R10 5']);
  });
  it('follows the recovery of an item within the days of a receipt', () => {
    const recovered: Line = ['2026-03-01', I, 'ItemRecovered', { on: '2026-03-01', site: 'x' }];
    expect(findings(registered, recovered, checked(after(2), '2026-05-30'))).toEqual([]);
    expect(findings(registered, recovered, checked(after(2), '2026-05-31'))).toEqual(['R10 3']);
  });
  it('is missing if no check names the item when its day has passed', () => {
    expect(first('2026-04-01')).toEqual([]);
    expect(findings(registered, received, later('2026-04-01'))).toEqual([]);
    expect(findings(registered, received, later('2026-04-02'))).toEqual(['R10 2']);
    expect(
      findings(registered, received, checked('end-use-check/veritas.k1', '2026-12-01'), later('2026-04-02')),
    ).toEqual([]);
    const returned: Line = ['2026-02-01', I, 'ItemReturned', { on: '2026-02-01', reason: 'x' }];
    expect(findings(registered, received, returned, later('2026-04-02'))).toEqual([]);
    const recovered: Line = ['2026-03-01', I, 'ItemRecovered', { on: '2026-03-01', site: 'x' }];
    expect(findings(registered, received, returned, recovered, later('2026-05-30'))).toEqual([]);
    expect(findings(registered, received, returned, recovered, later('2026-05-31'))).toEqual(['R10 4']);
    const visit = visited(after(2), '2026-02-01');
    expect(findings(registered, received, checked(after(2), '2026-04-01'), visit, later('2027-02-01'))).toEqual([]);
    expect(findings(registered, received, checked(after(2), '2026-04-01'), visit, later('2027-02-02'))).toEqual([
      'R10 4',
    ]);
  });
});

describe('the controls of R10: a check that others have made unnecessary', () => {
  it('was missed, or not, by the right day on which its item was seen (R26)', () => {
    const of = (...days: readonly string[]) =>
      findings(
        registered,
        checked('end-use-check/veritas.k1', '2026-03-01', { quantity: 1 }),
        ...days.map((on): Line => {
          const data = { on, reason: 'seen-by-another-check', role: 'system' };
          return ['2026-03-05', 'end-use-check/veritas.k1', 'EndUseCheckCancelled', data];
        }),
      );
    expect(of('2026-03-02')).toEqual(['R10 3']);
    expect(of('2026-03-02', '2026-03-01')).toEqual([]);
    expect(of('2026-03-01', '2026-03-02')).toEqual(['R10 3']);
  });
});

describe('the controls of R10 and R11: the last day', () => {
  const K = 'end-use-check/veritas.k1';
  const of = (type: string, ...more: readonly Line[]) =>
    findings(registered, checked(K, '2026-03-01', { type, quantity: 1 }), ...more);
  const overdue: Line = ['2026-03-02', K, 'EndUseCheckBecameOverdue', { due: '2026-03-01' }];
  it.each([
    ['enhanced', 'R10'],
    ['routine', 'R11'],
  ])('of a check (%s) is found once if it passed without an inspection', (type, rule) => {
    expect(of(type, visited(K, '2026-03-01'))).toEqual([]);
    expect(of(type, visited(K, '2026-03-02'))).toEqual([`${rule} 3`]);
    expect(of(type, visited(K, '2026-02-27', 'self-report'), overdue)).toEqual([`${rule} 4`]);
    expect(of(type, overdue, visited(K, '2026-03-05'))).toEqual([`${rule} 3`]);
    expect(of(type, later('2026-03-01'))).toEqual([]);
    expect(of(type, later('2026-03-02'))).toEqual([`${rule} 2`]);
    const moved: Line = ['2026-02-01', K, 'EndUseCheckRescheduled', { due: '2026-03-20', cause: 'x' }];
    expect(of(type, moved, later('2026-03-20'))).toEqual([]);
    const cancelled: Line = ['2026-03-01', K, 'EndUseCheckCancelled', { reason: 'items-ended' }];
    expect(of(type, cancelled, later('2026-03-20'))).toEqual([]);
  });
  it('has a sample of the number of items that a correction states (R11)', () => {
    const corrected: Line = ['2026-02-01', K, 'CheckedItemsCorrected', { quantity: 3, reason: 'miscounted' }];
    const sample: Line = [
      '2026-03-01',
      K,
      'EndUseCheckPerformed',
      { manner: 'on-site', on: '2026-03-01', results: [], lots: [{ lot: 'x', seen: 3, notSeen: 0, damaged: 0 }] },
    ];
    expect(of('routine', sample)).toEqual(['R11 3']);
    expect(of('routine', corrected, sample)).toEqual([]);
  });
  it('is not of items that were all gone by then', () => {
    const returned = (on: string): Line => [on, I, 'ItemReturned', { on, reason: 'x' }];
    expect(of('enhanced', returned('2026-03-01'), later('2026-03-20'))).toEqual([]);
    expect(of('enhanced', returned('2026-03-02'), later('2026-03-20'))).toEqual(['R10 3']);
    const lost: Line = ['2026-01-10', I, 'ItemReportedLost', { verifyBy: '2026-02-09', organisation: 'estmark' }];
    const verified: Line = ['2026-01-20', I, 'LossReportVerified', { report: 'e-1', organisation: 'veritas' }];
    // It was scheduled after the end of its item.
    expect(findings(registered, lost, verified, checked(K, '2026-03-01'), later('2026-03-20'))).toEqual([]);
    expect(findings(registered, lost, checked(K, '2026-03-01'), later('2026-03-20'))).toContain('R10 3');
  });
  it('is not of an item that was left out, though it was recovered since', () => {
    const two = checked(K, '2026-03-01', { serials: ['1', '2'], quantity: 2 });
    const left: Line = ['2026-02-01', K, 'CheckedItemsLeftOut', { serials: ['1'], on: '2026-02-01' }];
    const other: Line = [
      '2026-02-20',
      K,
      'EndUseCheckPerformed',
      { manner: 'on-site', on: '2026-02-20', results: [{ serial: '2', result: 'seen' }] },
    ];
    expect(findings(registered, two, left, other)).toEqual([]);
    expect(findings(registered, two, other)).toEqual(['R10 3']);
  });
  it('is found also if the check is given up after it', () => {
    const waived = (on: string, more: object = {}): Line => [
      on,
      K,
      'EndUseCheckWaived',
      { authority: 'x', reason: 'x', ...more },
    ];
    expect(of('enhanced', waived('2026-03-01'))).toEqual([]);
    expect(of('enhanced', waived('2026-03-02'))).toEqual(['R10 3']);
    // A waiver that is stated for an earlier day does not undo that it was recorded as overdue.
    const overdue: Line = ['2026-03-02', K, 'EndUseCheckBecameOverdue', { due: '2026-03-01' }];
    const stated = waived('2026-03-01', { recorded: '2026-03-05' });
    expect(of('enhanced', overdue, stated)).toEqual(['R10 3']);
    expect(of('enhanced', stated)).toEqual([]);
    const cancelled = (day: string, more: object = {}): Line => [
      day,
      K,
      'EndUseCheckCancelled',
      { reason: 'x', ...more },
    ];
    expect(of('enhanced', cancelled('2026-03-01'))).toEqual([]);
    expect(of('enhanced', cancelled('2026-03-02'))).toEqual(['R10 3']);
    expect(of('enhanced', cancelled('2026-03-02', { on: '2026-03-01', role: 'system' }))).toEqual([]);
    expect(of('enhanced', cancelled('2026-03-02', { on: '2026-03-02', role: 'system' }))).toEqual(['R10 3']);
    // The receipt was taken back: there was never anything to check.
    expect(of('enhanced', cancelled('2026-03-02', { role: 'system' }))).toEqual([]);
    expect(of('enhanced', cancelled('2026-03-02', { role: 'system', reason: 'item-recovered' }))).toEqual(['R10 3']);
  });
});

describe('a check that ended after its last day without a visit', () => {
  const K = 'end-use-check/veritas.k1';
  const due = '2026-03-01';
  const facts = (...more: readonly Line[]) => factsFound(registered, checked(K, due), ...more);
  const ended = { due, done: null, ended: '2026-03-05' };
  it('was not done on that day, whatever ended it', () => {
    const on = (type: string, data: object): Line => ['2026-03-05', K, type, data];
    expect(facts(visited(K, '2026-03-05'))).toEqual([{ due, done: '2026-03-05' }]);
    expect(facts(on('EndUseCheckCancelled', { reason: 'x' }))).toEqual([ended]);
    expect(facts(on('EndUseCheckWaived', { authority: 'x', reason: 'x' }))).toEqual([ended]);
    expect(facts(on('AccessDenied', { on: '2026-03-05', reason: 'x' }))).toEqual([ended]);
    expect(facts(['2026-03-05', I, 'ItemReturned', { on: '2026-03-05', reason: 'x' }])).toEqual([ended]);
  });
});

describe('the control of R11: the first sample', () => {
  const added: Line = ['2026-01-01', C, 'CaseLineAdded', { line: '001', item: 'radio' }];
  const scheduled: Line = [
    '2026-01-01',
    D,
    'DeliveryScheduled',
    { ...parties, case: 'norland.c1', lines: [{ line: '001', quantity: 5 }] },
  ];
  const receipt: Line = [
    '2026-01-10',
    D,
    'ReceiptConfirmed',
    { on: '2026-01-10', store: 'x', lines: [{ line: '001', quantity: 5 }] },
  ];
  const sample = (due: string): Line =>
    checked(after(3, '.radio'), due, { type: 'routine', item: 'radio', serials: [], quantity: 5, role: 'system' });
  const of = (...more: readonly Line[]) => findings(added, scheduled, receipt, ...more);
  it('is due within the days after the receipt, and moves with it', () => {
    expect(of(sample('2026-04-10'))).toEqual([]);
    expect(of(sample('2026-04-11'))).toEqual(['R11 4']);
    const corrected: Line = ['2026-01-12', D, 'DateCorrected', { corrects: 'e-2', fact: 'receipt', on: '2026-01-09' }];
    const moved = (due: string): Line => [
      '2026-01-12',
      after(3, '.radio'),
      'EndUseCheckRescheduled',
      { due, cause: 'x', role: 'system' },
    ];
    expect(of(sample('2026-04-10'), corrected, moved('2026-04-09'))).toEqual([]);
    expect(of(sample('2026-04-10'), corrected, moved('2026-04-10'))).toEqual(['R11 6']);
  });
  it('is missing if none is planned when its day has passed, unless the type is designated', () => {
    expect(of(later('2026-04-10'))).toEqual([]);
    expect(of(later('2026-04-11'))).toEqual(['R11 3']);
    expect(of(sample('2026-04-10'), later('2026-04-10'))).toEqual([]);
    const designated: Line = ['2026-01-01', 'item-type/norland.radio', 'EnhancedDesignationGiven', {}];
    const store: Line = ['2026-01-01', 'storage-site/x', 'StorageCertified', { on: '2026-01-01', until: '2026-12-31' }];
    expect(findings(designated, store, added, scheduled, receipt, later('2026-04-11'))).toEqual([]);
  });
});

describe('the controls of R10 and R11: a visit of which the day is corrected', () => {
  const of = (type: string, on: string, corrected: string) =>
    findings(
      checked('end-use-check/x.1', '2026-02-01', { type, item: 'radio', quantity: 1 }),
      visited('end-use-check/x.1', on),
      ['2026-03-01', 'end-use-check/x.1', 'CheckDayCorrected', { corrects: 'e-1', on: corrected }],
    );
  it.each([
    ['enhanced', 'R10 2'],
    ['routine', 'R11 2'],
  ])('judge an %s check by the right day', (type, found) => {
    expect(of(type, '2026-02-02', '2026-02-02')).toContain(found);
    expect(of(type, '2026-02-02', '2026-02-01')).not.toContain(found);
    expect(of(type, '2026-02-01', '2026-02-02')).toContain(found);
  });
});

describe('the controls of R10 and R11: a check of which the last day is corrected after it', () => {
  const K = 'end-use-check/x.1';
  const of = (...more: readonly Line[]) => findings(checked(K, '2026-02-01'), ...more);
  const moved = (due: string): Line => ['2026-03-01', K, 'EndUseCheckRescheduled', { due, cause: 'x', role: 'system' }];
  const overdue: Line = ['2026-02-02', K, 'EndUseCheckBecameOverdue', { due: '2026-02-01' }];
  const waived: Line = ['2026-02-03', K, 'EndUseCheckWaived', { authority: 'x', reason: 'x' }];
  it('judge its visit and its end by the right one', () => {
    expect(of(visited(K, '2026-02-02'), moved('2026-02-02'))).toEqual([]);
    expect(of(overdue, visited(K, '2026-02-02'), moved('2026-02-02'))).toEqual([]);
    expect(of(visited(K, '2026-02-01'), moved('2026-01-31'))).toEqual(['R10 2']);
    expect(of(waived, moved('2026-02-03'))).toEqual([]);
    expect(of(waived, moved('2026-02-02'))).toEqual(['R10 2']);
  });
});

describe('the control of R10: a check that was recorded as overdue', () => {
  const overdue: Line = ['2026-02-02', 'end-use-check/x.1', 'EndUseCheckBecameOverdue', { due: '2026-02-01' }];
  const of = (...more: readonly Line[]) => findings(checked('end-use-check/x.1', '2026-02-01'), overdue, ...more);
  it('is missed unless a visit in time is recorded later, and found once', () => {
    expect(of()).toEqual(['R10 2']);
    expect(of(visited('end-use-check/x.1', '2026-02-02'))).toEqual(['R10 2']);
    expect(of(visited('end-use-check/x.1', '2026-02-01'))).toEqual([]);
  });
});
