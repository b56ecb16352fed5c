import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given } from '../../../test/support/decider-specification.js';
import { consignment } from './delivery/consignment.js';
import { assistanceCase } from './delivery/assistance-case.js';
import { fundingAccount } from './planning/funding-account.js';
import { programme } from './planning/programme.js';
import { misuseCase } from './safeguards/misuse-case.js';

const parties = { donor: 'norland', recipient: 'estmark' };
const wrong = (n: number, more: object) => ({ corrects: given.id(n), reason: 'mistyped', ...more });

describe('a programme is corrected (R26)', () => {
  const proposed = act('ProgrammeProposed', {
    ...parties,
    title: 'Trianing',
    kind: 'bilateral',
    sector: '15210',
    starts: '2026-01-01',
    ends: '2028-12-31',
  });
  const adapted = act('ProgrammeAdapted', { reason: 'border-closed', ends: '2029-12-31' });
  const ended = act('ProgrammeTerminated', { reason: 'no-longer-required' });
  const donor = (...past: Event[]) => given(programme, proposed, ...past).as('norland', 'donor');
  const correct = (n: number, more: object) => act('CorrectProgramme', wrong(n, more));
  const corrected = (n: number, more: object) => act('ProgrammeCorrected', wrong(n, more));

  it('in its title, sector and days, also after its end', () => {
    const right = { title: 'Training', sector: '15230', starts: '2026-02-01', ends: '2028-11-30' };
    donor().decides(correct(0, right), corrected(0, right));
    donor(ended).decides(correct(0, right), corrected(0, right));
    given(programme, proposed).as('estmark', 'recipient').refuses(correct(0, right), 'not-the-donor');
  });
  it('to another value, in the order of its days', () => {
    donor().refuses(correct(0, { title: 'Trianing' }), 'nothing-corrected');
    donor().refuses(correct(0, {}), 'nothing-corrected');
    donor(corrected(0, { title: 'Training' })).refuses(correct(0, { title: 'Training' }), 'nothing-corrected');
    donor().refuses(correct(0, { ends: '2025-12-31' }), 'ends-before-start');
    donor(corrected(0, { starts: '2026-06-01' })).refuses(correct(0, { ends: '2026-05-31' }), 'ends-before-start');
  });
  it('at the event that stated the field last', () => {
    donor(adapted).refuses(correct(0, { ends: '2028-11-30' }), 'stated-by-another-event');
    donor(adapted).refuses(correct(1, { title: 'Training' }), 'stated-by-another-event');
    donor(adapted).decides(correct(1, { ends: '2029-11-30' }), corrected(1, { ends: '2029-11-30' }));
    donor(adapted).decides(correct(0, { title: 'Training' }), corrected(0, { title: 'Training' }));
  });
  it('in the days of its activation and its completion, by the rules of these (R2, R30)', () => {
    const notified = act('LegislatureNotified', { on: '2026-02-01', noticeDays: 15 });
    const approved = act('ProgrammeApproved', { authority: 'minister' });
    const past = [notified, approved, act('ProgrammeActivated', { on: '2026-03-01' })];
    donor(...past).decides(correct(3, { on: '2026-02-16' }), corrected(3, { on: '2026-02-16', fact: 'activation' }));
    donor(...past).refuses(correct(3, { on: '2026-02-15' }), 'notice-running');
    donor(...past).refuses(correct(3, { on: '2026-03-01' }), 'nothing-corrected');
    donor(...past).refuses(correct(3, { on: '2026-06-02' }), 'day-in-future');
    donor(...past).refuses(correct(3, { title: 'Training' }), 'stated-by-another-event');
    donor(...past).refuses(correct(0, { on: '2026-02-16' }), 'stated-by-another-event');
    const completed = [...past, act('ProgrammeCompleted', { on: '2026-05-01' })];
    const on = { on: '2026-04-30' };
    donor(...completed).decides(correct(4, on), corrected(4, { ...on, fact: 'completion' }));
    donor(...completed).refuses(correct(4, { on: '2025-12-31' }), 'before-start');
  });
  it('in the day and the period of its notice, which had run out at its activation (R2)', () => {
    const notified = act('LegislatureNotified', { on: '2026-02-01', noticeDays: 15 });
    const fixed = (on: string, noticeDays: number) => corrected(1, { on, noticeDays, fact: 'notice' });
    const past = [notified, act('ProgrammeApproved', { authority: 'minister' })];
    donor(...past).decides(correct(1, { on: '2026-02-03' }), fixed('2026-02-03', 15));
    donor(...past).decides(correct(1, { noticeDays: 30 }), fixed('2026-02-01', 30));
    donor(...past).refuses(correct(1, { on: '2026-06-02' }), 'day-in-future');
    donor(...past).refuses(correct(1, { title: 'Training' }), 'stated-by-another-event');
    const activate = (on: string) => act('ActivateProgramme', { on });
    donor(...past, fixed('2026-02-03', 15)).refuses(activate('2026-02-16'), 'notice-running');
    const active = [...past, act('ProgrammeActivated', { on: '2026-02-20' })];
    donor(...active).decides(correct(1, { on: '2026-02-05' }), fixed('2026-02-05', 15));
    donor(...active).refuses(correct(1, { on: '2026-02-06' }), 'notice-running');
  });
  it('in its recipient while nobody relies on it (R29)', () => {
    const right = { recipient: 'vestra' };
    donor().registered(['vestra'], 'recipient').decides(correct(0, right), corrected(0, right));
    donor().refuses(correct(0, right), 'party-not-registered');
    donor(act('ProgrammeApproved', { authority: 'minister' })).refuses(correct(0, right), 'parties-relied-on');
    donor(act('ConcurrenceGiven', { party: 'estmark', authority: 'minister' })).refuses(
      correct(0, right),
      'parties-relied-on',
    );
    donor().refuses(correct(0, { recipient: 'norland' }), 'donor-is-recipient');
  });
});

describe('a movement of money is corrected (R26, R31)', () => {
  const opened = (basis = 'own') =>
    act('FundingAccountOpened', {
      ...parties,
      currency: 'USD',
      stages: ['pledged', 'committed', 'obligated', 'disbursed', 'spent'],
      basis,
    });
  const money = (type: string, amount: number, more: object = {}) => act(type, { amount, period: '2026', ...more });
  const donor = (...past: Event[]) => given(fundingAccount, opened(), ...past).as('norland', 'donor');
  const correct = (n: number, more: object) => act('CorrectMovement', wrong(n, more));
  /** The correction counts on the day of the movement. */
  const on = '2026-05-01';
  const corrected = (n: number, stage: string, amountBy: number, period = '2026') =>
    act('MovementCorrected', wrong(n, { stage, period, amountBy, on }));
  const past = [
    money('FundsPledged', 1_000),
    money('FundsCommitted', 100),
    money('FundsObligated', 80),
    money('FundsDisbursed', 60),
    money('ExpenditureReported', 40),
  ];

  it.each([
    [1, 'pledged', 1_000, 900],
    [2, 'committed', 100, 90],
    [3, 'obligated', 80, 70],
    [4, 'disbursed', 60, 50],
    [5, 'spent', 40, 0],
  ])('in its amount, at each stage: event %s, %s', (n, stage, was, right) =>
    donor(...past).decides(correct(n, { amount: right }), corrected(n, stage, right - was)),
  );
  it('in its period, by a difference in each of the two', () => {
    donor(...past).decides(correct(2, { period: '2027' }), [
      corrected(2, 'committed', -100),
      corrected(2, 'committed', 100, '2027'),
    ]);
    donor(...past).decides(correct(2, { period: '2027', amount: 90 }), [
      corrected(2, 'committed', -100),
      corrected(2, 'committed', 90, '2027'),
    ]);
  });
  it('naming the tranche or the contributor of the movement', () => {
    const more = [
      ...past,
      act('DisbursementPlanned', { amount: 9, period: '2026', tranche: 't-1', due: '2026-06-30' }),
      money('FundsDisbursed', 9, { tranche: 't-1' }),
      money('ContributionPooled', 30, { contributor: 'sudria' }),
    ];
    const named = (n: number, stage: string, amountBy: number, of: object) =>
      act('MovementCorrected', wrong(n, { stage, period: '2026', amountBy, ...of, on }));
    donor(...more).decides(
      correct(7, { amount: 4 }),
      named(7, 'disbursed', -5, { tranche: 't-1', lastDisbursedOn: on }),
    );
    donor(...more).decides(correct(8, { amount: 10 }), named(8, 'pledged', -20, { contributor: 'sudria' }));
  });
  it('and later taken back in its right period, at its right amount', () => {
    const moved = [...past, corrected(1, 'pledged', -1_000), corrected(1, 'pledged', 900, '2027')];
    const back = (amount: number, period: string) => ({ amount, period, ...wrong(1, {}) });
    donor(...moved).decides(act('ReducePledge', back(900, '2027')), act('PledgeReduced', { ...back(900, '2027'), on }));
    donor(...moved).refuses(act('ReducePledge', back(901, '2027')), 'exceeds-what-is-left');
    donor(...moved).refuses(act('ReducePledge', back(1, '2026')), 'nothing-left-to-correct');
  });
  it('also where it lowered a stage, and not where it corrects another itself', () => {
    const reduced = money('PledgeReduced', 400, { reason: 'budget-cut' });
    const raised = corrected(6, 'pledged', 360);
    donor(...past, reduced).decides(correct(6, { amount: 40 }), { ...raised, data: { ...raised.data, lowers: true } });
    const fix = money('PledgeReduced', 400, wrong(1, {}));
    donor(...past, fix).refuses(correct(6, { amount: 40 }), 'corrects-a-correction');
    donor(...past, fix).decides(correct(1, { amount: 960 }), corrected(1, 'pledged', 360));
  });
  it('within the stages before and after it (R15)', () => {
    donor(...past).refuses(correct(3, { amount: 101 }), 'exceeds-stage-before');
    donor(...past).refuses(correct(3, { amount: 59 }), 'exceeds-what-is-left');
    const twice = [...past, money('FundsCommitted', 5)];
    donor(...twice).refuses(correct(2, { amount: Number.MAX_SAFE_INTEGER }), 'amount-beyond-range');
  });
  it('to another amount or period, naming a movement of the account', () => {
    donor(...past).refuses(correct(1, {}), 'nothing-corrected');
    donor(...past).refuses(correct(1, { amount: 1_000, period: '2026' }), 'nothing-corrected');
    donor(...past).refuses(correct(0, { amount: 1 }), 'corrects-unknown-event');
    donor(...past).refuses(correct(9, { amount: 1 }), 'corrects-unknown-event');
  });
  it('in an account that repeats another system, under the key of its row', () => {
    const reported = { source: 'greenbook', key: { fiscal_year: '2026' } };
    const account = given(fundingAccount, opened('reported'), money('FundsObligated', 80, { reported })).as(
      'norland',
      'donor',
    );
    account.decides(
      correct(1, { amount: 70, reported }),
      act('MovementCorrected', wrong(1, { stage: 'obligated', period: '2026', amountBy: -10, reported, on })),
    );
    account.refuses(correct(1, { amount: 70 }), 'source-row-missing');
  });
});

describe('the opening of an account is corrected (R26)', () => {
  const opened = act('FundingAccountOpened', {
    ...parties,
    fund: 'Partner Fnud',
    currency: 'USD',
    stages: ['pledged', 'committed'],
    basis: 'own',
    onBudget: false,
    availableUntil: '2026-05-31',
  });
  const pledged = (n: number) => act('FundsPledged', { amount: 1, period: `${2000 + n}` });
  const donor = (...past: Event[]) => given(fundingAccount, opened, ...past).as('norland', 'donor');
  const correct = (more: object) => act('CorrectAccount', wrong(0, more));
  const corrected = (more: object) => act('AccountCorrected', wrong(0, more));

  it("in the recipient's budget and its last day, at any time, in each of its periods", () => {
    const right = { onBudget: true, budgetLine: '07', availableUntil: '2026-12-31' };
    const closed = act('FundingAccountClosed', { reason: 'done' });
    donor(pledged(26), closed).decides(correct(right), corrected({ ...right, periods: ['2026'] }));
    donor().refuses(correct({ onBudget: false }), 'nothing-corrected');
    const commit = act('CommitFunds', { amount: 1, period: '2026' });
    donor().refuses(commit, 'funds-expired');
    donor(corrected({ ...right, periods: [] })).decides(commit, act('FundsCommitted', commit.data));
  });
  it('in the name of its fund before money moves', () => {
    const right = { fund: 'Partner Fund' };
    donor().decides(correct(right), corrected({ ...right, periods: [] }));
    donor(pledged(26)).refuses(correct(right), 'money-moved');
  });
  it('while it has at most a thousand periods (R32)', () => {
    const past = Array.from({ length: 1001 }, (_, n) => pledged(n));
    donor(...past.slice(1)).decides(correct({ onBudget: true }), [
      corrected({ onBudget: true, periods: past.slice(1).map(({ data }) => (data as { period: string }).period) }),
    ]);
    donor(...past).refuses(correct({ onBudget: true }), 'too-many-periods');
  });
});

describe('a line of a case is corrected (R26)', () => {
  const requested = act('AssistanceRequested', { ...parties, asked: [] });
  const added = act('CaseLineAdded', {
    line: '001',
    item: 'radio',
    quantity: 100,
    unit: 'each',
    value: 400,
    due: '2026-08-31',
  });
  const prepared = act('OfferPrepared', { offer: 'basic', lines: ['001'], value: 400, currency: 'USD' });
  const accepted = act('OfferAccepted', { offer: 'basic', value: 400, currency: 'USD' });
  const donor = (...past: Event[]) => given(assistanceCase, requested, added, ...past).as('norland', 'donor');
  const correct = (more: object) => act('CorrectCaseLine', wrong(1, { line: '001', ...more }));
  const corrected = (more: object) => act('CaseLineCorrected', wrong(1, { line: '001', ...more }));
  const all = { item: 'antenna', unit: 'set', quantity: 10, value: 300, due: '2026-09-30' };

  it('in every field while it is a draft', () => {
    donor().decides(correct(all), corrected(all));
    donor().refuses(correct({ item: 'radio' }), 'nothing-corrected');
    donor().refuses(correct({ ...all, line: '002' }), 'corrects-elsewhere');
    given(assistanceCase, requested, added).as('estmark', 'recipient').refuses(correct(all), 'not-the-donor');
  });
  it('in item and unit alone once it is offered or in force', () => {
    for (const past of [[prepared], [prepared, accepted]]) {
      donor(...past).decides(correct({ item: 'antenna' }), corrected({ item: 'antenna' }));
      for (const terms of [{ quantity: 10 }, { value: 300 }, { due: '2026-09-30' }])
        donor(...past).refuses(correct(terms), 'line-offered');
    }
  });
  it('in nothing once something of it was built', () =>
    donor(prepared, accepted, act('WorksStarted', { line: '001', on: '2026-05-01' })).refuses(
      correct({ item: 'antenna' }),
      'line-delivered',
    ));
  it('in neither item nor unit once a consignment brings something of it', () => {
    const noted = (line: string, quantity: number) =>
      act('ScheduleNoted', { consignment: 'norland.consignment-1', lines: [{ line, quantity }] });
    for (const past of [[], [prepared, accepted]]) {
      const brings = donor(...past, noted('001', 40));
      for (const change of [{ item: 'antenna' }, { unit: 'set' }])
        brings.refusesWith(correct(change), 'line-delivered', {
          line: '001',
          scheduled: 40,
          consignments: ['norland.consignment-1'],
        });
      // One that was cancelled brings nothing, nor does one of another line.
      for (const other of [noted('001', 0), noted('002', 40)])
        donor(...past, other).decides(correct({ item: 'antenna' }), corrected({ item: 'antenna' }));
    }
    donor(noted('001', 40)).decides(
      correct({ item: 'radio', quantity: 90 }),
      corrected({ item: 'radio', quantity: 90 }),
    );
  });
});

describe('a rate, a final value and a discrepancy report are corrected (R26)', () => {
  it('an exchange rate, of which the newest day gives the one that counts', () => {
    const opened = act('FundingAccountOpened', { ...parties, currency: 'USD', stages: ['pledged'], basis: 'own' });
    const rate = (on: string, is = '0.9') => ({ quote: 'EUR', rate: is, on });
    const fixed = (on: string) => act('ExchangeRateFixed', rate(on));
    const account = given(fundingAccount, opened, fixed('2026-03-31'), fixed('2026-04-30')).as('norland', 'donor');
    const correct = (n: number, more: object) => act('CorrectExchangeRate', wrong(n, more));
    const corrected = (n: number, more: object, newest: object) =>
      act('ExchangeRateCorrected', wrong(n, { ...more, newest }));
    account.decides(correct(2, { rate: '0.8' }), corrected(2, { rate: '0.8' }, rate('2026-04-30', '0.8')));
    account.decides(correct(1, { rate: '0.8' }), corrected(1, { rate: '0.8' }, rate('2026-04-30')));
    account.decides(correct(1, { on: '2026-05-31' }), corrected(1, { on: '2026-05-31' }, rate('2026-05-31')));
    account.decides(correct(2, { on: '2026-02-28' }), corrected(2, { on: '2026-02-28' }, rate('2026-03-31')));
    account.refuses(correct(1, { quote: 'USD' }), 'same-currency');
    account.refuses(correct(1, { rate: '0.9' }), 'nothing-corrected');
  });
  it('the final value of the reconciliation that holds, also after the case was closed', () => {
    const past = [
      act('AssistanceRequested', { ...parties, asked: [] }),
      act('CaseLineAdded', { line: '001', item: 'radio', quantity: 1, unit: 'each', value: 400, due: '2026-08-31' }),
      act('OfferPrepared', { offer: 'basic', lines: ['001'], value: 400, currency: 'USD' }),
      act('OfferAccepted', { offer: 'basic', value: 400, currency: 'USD' }),
      act('CaseImplemented', {}),
      act('AssistanceDelivered', { line: '001', quantity: 1, on: '2026-05-01', consignments: [], point: 'receipt' }),
      act('CaseReconciled', { finalValue: 390, currency: 'USD' }),
    ];
    const donor = (...more: Event[]) => given(assistanceCase, ...past, ...more).as('norland', 'donor');
    const correct = (finalValue: number) => act('CorrectReconciliation', wrong(6, { finalValue }));
    const corrected = act('ReconciliationCorrected', correct(380).data);
    donor().decides(correct(380), corrected);
    donor(act('CaseClosed', { reason: 'all-delivered' })).decides(correct(380), corrected);
    donor().refuses(correct(401), 'final-value-exceeds-case');
    donor().refuses(correct(390), 'nothing-corrected');
    const again = act('DeliveryCorrected', wrong(5, { line: '001', quantityBy: -1 }));
    donor(again).refuses(correct(380), 'stated-by-another-event');
  });
  it('a discrepancy report, within what was scheduled, also once it was answered', () => {
    const lines = [{ line: '001', quantity: 3 }];
    const report = { discrepancy: 'sdr-1', line: '001', type: 'shortage', quantity: 1 };
    const recipient = (...more: Event[]) =>
      given(
        consignment,
        act('DeliveryScheduled', { ...parties, case: 'norland.case-1', lines, due: '2026-05-15' }),
        act('DiscrepancyReported', report),
        ...more,
      ).as('estmark', 'recipient');
    const correct = (more: object) => act('CorrectDiscrepancy', wrong(1, { discrepancy: 'sdr-1', ...more }));
    const corrected = (more: object) => act('DiscrepancyCorrected', correct(more).data);
    recipient().decides(correct({ quantity: 3 }), corrected({ quantity: 3 }));
    recipient().refuses(correct({ quantity: 4 }), 'exceeds-scheduled');
    recipient().decides(correct({ quantity: 4, type: 'surplus' }), corrected({ quantity: 4, type: 'surplus' }));
    recipient().refuses(correct({ line: '009' }), 'line-unknown');
    recipient().refuses(correct({ quantity: 1 }), 'nothing-corrected');
    const answered = act('DiscrepancyResolved', { discrepancy: 'sdr-1', outcome: 'replaced' });
    recipient(answered).decides(correct({ quantity: 2 }), corrected({ quantity: 2 }));
  });
});

describe('the parties of a misuse report are corrected (R26)', () => {
  const flagged = act('MisuseFlagged', {
    ...parties,
    accused: 'estmark',
    allegation: 'loss-or-theft',
    scopes: [],
    acknowledgeBy: '2026-06-08',
    triageBy: '2026-07-01',
  });
  const right = { recipient: 'vestra', accused: 'vestra', donor: 'sudria' };
  const correct = act('CorrectMisuseReport', wrong(0, right));
  const corrected = act('MisuseReportCorrected', wrong(0, right));
  const declined = act('MisuseDeclined', { reason: 'outside-assistance' });
  it('before its triage', () => {
    given(misuseCase, flagged).decides(correct, corrected);
    given(misuseCase, flagged, declined).refuses(correct, 'parties-relied-on');
  });
  it('which then have their rights: the one accused by mistake may handle it, the right one not', () => {
    const triage = act('DeclineMisuse', { reason: 'outside-assistance' });
    const as = (organisation: string) =>
      given(misuseCase, flagged, corrected).as(organisation, 'monitor').registered([organisation], 'monitor');
    as('estmark').decides(triage, declined);
    as('vestra').refuses(triage, 'not-found');
  });
});
