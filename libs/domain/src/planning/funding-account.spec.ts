import { describe, it } from '@jest/globals';
import { act, given } from '../../../../test/support/decider-specification.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { fundingAccount } from './funding-account.js';
import { programme } from './programme.js';

const opening = {
  donor: 'norland',
  recipient: 'estmark',
  fund: 'Partner Fund',
  currency: 'USD',
  stages: ['pledged', 'committed', 'obligated', 'disbursed', 'spent'],
  basis: 'own',
  onBudget: true,
  availableUntil: '2026-12-31',
};
const opened = act('FundingAccountOpened', opening);
const reportedAccount = act('FundingAccountOpened', { ...opening, basis: 'reported', stages: ['obligated'] });
const money = (amount: number) => ({ amount, period: '2026' });
const back = (amount: number, corrects?: string) => ({
  ...money(amount),
  reason: 'entered-twice',
  ...(corrects ? { corrects } : {}),
});
const row = { source: 'greenbook', key: { fiscal_year: '1976.9' } };
const committed = act('FundsCommitted', money(100));
const obligated = act('FundsObligated', money(80));
const disbursed = act('FundsDisbursed', money(50));
const account = (...events: { type: string; data: unknown }[]) =>
  given(fundingAccount, opened, ...events).as('norland', 'donor');

describe('an account is opened', () => {
  const when = act('OpenFundingAccount', opening);
  it('by its donor, once', () => {
    given(fundingAccount)
      .as('norland', 'donor')
      .registered(['norland', 'estmark'], 'donor', 'recipient')
      .decides(when, opened);
    account().refuses(when, 'already-exists');
    given(fundingAccount).as('estmark', 'recipient').refuses(when, 'not-the-donor');
  });
  it.each([[['spent', 'obligated']], [['obligated', 'obligated']]])(
    'with stages in their order, each once: not %s',
    (stages) =>
      given(fundingAccount)
        .as('norland', 'donor')
        .refuses({ ...when, data: { ...opening, stages } }, 'stages-out-of-order'),
  );
  it('for a programme, by the operator if the donor has nobody to do it', () => {
    const data = { ...opening, programme: 'norland.p' };
    given(fundingAccount)
      .named('operator.account-1')
      .registered(['norland', 'estmark'], 'donor', 'recipient')
      .knowing(programme, 'norland.p', act('ProgrammeProposed', { donor: 'norland', recipient: 'estmark' }))
      .decides({ ...when, data }, { ...opened, data });
  });
  it('for the programme of its case, if it names none (R19)', () => {
    const data = { ...opening, case: 'norland.c' };
    given(fundingAccount)
      .as('norland', 'donor')
      .registered(['norland', 'estmark'], 'donor', 'recipient')
      .knowing(assistanceCase, 'norland.c', act('AssistanceRequested', { ...opening, programme: 'norland.p' }))
      .decides({ ...when, data }, { ...opened, data: { ...data, programme: 'norland.p' } });
  });
  it('for a programme that has been proposed', () =>
    given(fundingAccount)
      .as('norland', 'donor')
      .refuses({ ...when, data: { ...opening, programme: 'norland.p' } }, 'programme-not-found'));
  it('for a case that has been requested', () =>
    given(fundingAccount)
      .as('norland', 'donor')
      .refuses({ ...when, data: { ...opening, case: 'norland.c' } }, 'case-not-found'));
  it('before any movement of money', () => given(fundingAccount).refuses(act('PledgeFunds', money(1)), 'not-found'));
});

describe('each stage stays within the one before it (R15)', () => {
  it.each([
    ['PledgeFunds', 'FundsPledged', 1_000, []],
    ['CommitFunds', 'FundsCommitted', 1_000, []],
    ['ObligateFunds', 'FundsObligated', 100, [committed]],
    ['DisburseFunds', 'FundsDisbursed', 80, [committed, obligated]],
    ['ReportExpenditure', 'ExpenditureReported', 50, [committed, obligated, disbursed]],
  ])('%s up to what there is', (type, event, amount, past) =>
    account(...past).decides({ type, data: money(amount) }, { type: event, data: money(amount) }),
  );
  it.each([
    ['ObligateFunds', 101, [committed]],
    ['DisburseFunds', 81, [committed, obligated]],
    ['ReportExpenditure', 51, [committed, obligated, disbursed]],
  ])('%s never beyond', (type, amount, past) =>
    account(...past).refuses({ type, data: money(amount) }, 'exceeds-stage-before'),
  );
  it.each([
    ['DecommitFunds', 'FundsDecommitted', 20, [committed, obligated]],
    ['DeobligateFunds', 'FundsDeobligated', 30, [committed, obligated, disbursed]],
    ['ReimburseFunds', 'FundsReimbursed', 50, [committed, obligated, disbursed]],
  ])('%s takes back what stands and no more', (type, event, amount, past) => {
    account(...past).decides({ type, data: back(amount) }, { type: event, data: back(amount) });
    account(...past).refuses({ type, data: back(amount + 1) }, 'exceeds-what-is-left');
  });
  it('over all periods: what is taken back counts in the period that states it, which may fall below zero', () => {
    const later = (amount: number) => ({ amount, period: '2027', reason: 'contract-ended' });
    const past = [committed, obligated, disbursed];
    // 80 were obligated in 2026, and 50 of them disbursed.
    account(...past).decides(act('DeobligateFunds', later(30)), act('FundsDeobligated', later(30)));
    account(...past).refuses(act('DeobligateFunds', later(31)), 'exceeds-what-is-left');
    account(...past, act('FundsDeobligated', later(30))).refuses(
      act('DeobligateFunds', back(1)),
      'exceeds-what-is-left',
    );
  });

  it('a recovery after misuse is reimbursed once, by any sender, and comes to what it is corrected to (R31)', () => {
    const recovery = given.id(99);
    const data = { ...money(40), reason: 'misuse-recovery', recovery };
    const came = act('FundsReimbursed', data);
    const paid = [committed, obligated, disbursed];
    const system = (...past: { type: string; data: unknown }[]) => account(...paid, ...past).as('entente', 'system');
    system().decides(act('ReimburseFunds', data), came);
    account(...paid, came).decides(act('ReimburseFunds', data), []);
    const correct = (amount: number) => act('CorrectReimbursement', { recovery, amount, reason: 'entered-twice' });
    const corrected = (amountBy: number) =>
      act('MovementCorrected', {
        corrects: given.id(4),
        reason: 'entered-twice',
        stage: 'disbursed',
        period: '2026',
        amountBy,
        on: '2026-05-01',
        lowers: true,
      });
    system(came).decides(correct(30), corrected(10));
    system(came).decides(correct(45), corrected(-5));
    system(came, corrected(10)).decides(correct(30), []);
    system(came).refuses(correct(51), 'exceeds-what-is-left');
    system().refuses(correct(30), 'recovery-not-recorded');
    account(...paid, came).refuses(correct(30), 'not-the-system');
  });
  it('a pledge is taken back as it was given', () => {
    const pledged = act('FundsPledged', money(10));
    account(pledged).decides(act('ReducePledge', back(10)), act('PledgeReduced', back(10)));
    account(pledged).refuses(act('ReducePledge', back(11)), 'exceeds-what-is-left');
  });
  it('an expenditure is corrected by naming its event (R26)', () => {
    const spent = act('ExpenditureReported', money(50));
    const past = [committed, obligated, disbursed, spent];
    account(...past).decides(
      act('CorrectExpenditure', back(5, given.id(4))),
      act('ExpenditureCorrected', { ...back(5, given.id(4)), on: '2026-05-01' }),
    );
    const corrected = act('ExpenditureCorrected', back(5, given.id(4)));
    account(...past, corrected).refuses(act('CorrectExpenditure', back(5, given.id(5))), 'corrects-unknown-event');
    account(...past).refuses(act('CorrectExpenditure', back(5, given.id(9))), 'corrects-unknown-event');
    account(...past).refuses(act('CorrectExpenditure', back(5, given.id(1))), 'corrects-unknown-event');
  });
  it('in stages that the account keeps, above zero, within what a row can hold', () => {
    given(fundingAccount, reportedAccount)
      .as('norland', 'donor')
      .refuses(act('CommitFunds', money(1)), 'stage-not-kept');
    account().refuses(act('CommitFunds', money(0)), 'amount-zero');
    account(committed).refuses(act('CommitFunds', money(Number.MAX_SAFE_INTEGER)), 'amount-beyond-range');
  });
  it('not committed or obligated after the last day of their availability, and disbursed after it all the same', () => {
    const expired = { now: '2027-01-01T00:00:00.000Z' };
    const data = money(1);
    account().refuses(act('CommitFunds', data), 'funds-expired', expired);
    account(committed).refuses(act('ObligateFunds', data), 'funds-expired', expired);
    account().decides(act('CommitFunds', data), act('FundsCommitted', data), { now: '2026-12-31T23:59:59.000Z' });
    account().decides(act('CommitFunds', data), act('FundsCommitted', data), {
      ...expired,
      occurredAt: '2026-12-31T09:00:00.000Z',
    });
    account(committed, obligated).decides(act('DisburseFunds', data), act('FundsDisbursed', data), expired);
    account(committed).decides(act('DecommitFunds', back(1)), act('FundsDecommitted', back(1)), expired);
  });
  it('bounded by the nearest stage that the account keeps, and by a pledge never', () => {
    const keeps = (...stages: string[]) =>
      given(fundingAccount, { ...opened, data: { ...opening, stages } }, obligated);
    keeps('pledged', 'obligated', 'spent')
      .as('norland', 'donor')
      .decides(act('ReportExpenditure', money(80)), act('ExpenditureReported', money(80)));
    keeps('pledged', 'obligated', 'spent')
      .as('norland', 'donor')
      .refuses(act('ReportExpenditure', money(81)), 'exceeds-stage-before');
    keeps('pledged', 'obligated')
      .as('norland', 'donor')
      .decides(act('ObligateFunds', money(1_000)), act('FundsObligated', money(1_000)));
  });
  it('moved by the donor, by somebody on its behalf, or by the operator; expenditure is reported by recipient and implementers too', () => {
    const past = [opened, committed, obligated, disbursed];
    const spend = act('ReportExpenditure', money(1));
    const spent = act('ExpenditureReported', money(1));
    given(fundingAccount, ...past)
      .as('estmark', 'recipient')
      .decides(spend, spent);
    given(fundingAccount, ...past)
      .as('ostra-training', 'implementer')
      .registered(['ostra-training'], 'implementer')
      .decides(spend, spent);
    given(fundingAccount, ...past)
      .as('ostra-training', 'monitor')
      .refuses(spend, 'not-the-donor');
    const pledge = act('PledgeFunds', money(1));
    given(fundingAccount, opened).as('estmark', 'recipient').refuses(pledge, 'not-the-donor');
    // The donor is an organisation, whatever role it states.
    given(fundingAccount, opened).as('estmark', 'donor').refuses(pledge, 'not-the-donor');
    given(fundingAccount, opened)
      .as('norland', 'recipient')
      .decides(pledge, act('FundsPledged', money(1)));
    given(fundingAccount, opened)
      .as('ostra-training', 'implementer', { for: 'norland' })
      .decides(pledge, act('FundsPledged', money(1)));
    given(fundingAccount, opened).decides(pledge, act('FundsPledged', money(1)));
  });
});

describe('a disbursement', () => {
  const opensFor = act('FundingAccountOpened', { ...opening, programme: 'norland.p' });
  const p = (...more: { type: string; data: unknown }[]) => [
    act('ProgrammeProposed', { donor: 'norland', recipient: 'estmark' }),
    act('ProgrammeActivated', { on: '2026-01-01' }),
    ...more,
  ];
  const when = act('DisburseFunds', money(10));
  const known = (...more: { type: string; data: unknown }[]) =>
    given(fundingAccount, opensFor, committed, obligated)
      .as('norland', 'donor')
      .knowing(programme, 'norland.p', ...p(...more));
  it('is refused while the programme is suspended (R19)', () => {
    known().decides(when, act('FundsDisbursed', money(10)));
    known(act('ProgrammeSuspended', { reason: 'r' })).refuses(when, 'programme-suspended');
  });
  it('is the only movement refused then: returns and reports are not (R19)', () => {
    const pause = act('ProgrammeSuspended', { reason: 'r' });
    const paused = () =>
      given(fundingAccount, opensFor, committed, obligated, disbursed)
        .as('norland', 'donor')
        .knowing(programme, 'norland.p', ...p(pause));
    paused().decides(act('ReimburseFunds', back(1)), act('FundsReimbursed', back(1)));
    paused().decides(act('ReportExpenditure', money(1)), act('ExpenditureReported', money(1)));
  });
  it('may name a tranche that was planned, each once', () => {
    const data = { ...money(10), tranche: 't1', due: '2026-07-01' };
    const planned = act('DisbursementPlanned', data);
    account().decides(act('PlanDisbursement', data), planned);
    account(planned).refuses(act('PlanDisbursement', data), 'tranche-already-planned');
    account(committed, obligated, planned).decides(
      act('DisburseFunds', { ...money(1), tranche: 't1' }),
      act('FundsDisbursed', { ...money(1), tranche: 't1', lastDisbursedOn: '2026-06-01' }),
    );
    given(fundingAccount, reportedAccount)
      .as('norland', 'donor')
      .refuses(act('PlanDisbursement', data), 'stage-not-kept');
    account().refuses(act('PlanDisbursement', { ...data, amount: 0 }), 'amount-zero');
    account().refuses(act('PlanDisbursement', { ...data, reported: row }), 'not-a-reported-account');
    account(committed, obligated, planned).refuses(
      act('DisburseFunds', { ...money(1), tranche: 't2' }),
      'tranche-not-planned',
    );
  });
  it('is left to pay what was entered wrongly, by either command that corrects it (R31)', () => {
    const of = { tranche: 't1', due: '2026-05-20' };
    const planned = act('DisbursementPlanned', { ...money(10), ...of });
    const paid = act('FundsDisbursed', { ...money(10), tranche: 't1' });
    const past = [committed, obligated, planned, paid];
    const wrong = back(4, given.id(4));
    const taken = act('FundsReimbursed', {
      ...wrong,
      tranche: 't1',
      on: '2026-05-01',
      lastDisbursedOn: '2026-05-01',
    });
    account(...past).decides(act('ReimburseFunds', wrong), taken);
    // What came back later is no correction: the tranche was paid.
    account(...past).decides(act('ReimburseFunds', back(4)), act('FundsReimbursed', back(4)));
    const overdue = act('RecordOverdueTranche', of);
    const system = (...events: { type: string; data: unknown }[]) =>
      account(...past, ...events).as('entente', 'system');
    system(taken).decides(overdue, act('TrancheBecameOverdue', of));
    system(act('FundsReimbursed', back(4))).refuses(overdue, 'tranche-disbursed');
  });
  it('has with each movement in a tranche the day by which it was whole, and the last one, by the days of the movements', () => {
    const of = { ...money(10), tranche: 't1' };
    const planned = act('DisbursementPlanned', { ...of, due: '2026-05-20' });
    const paid = (amount: number, more: object = {}) => act('FundsDisbursed', { ...of, amount, ...more });
    const early = '2026-04-20';
    const first = '2026-05-01';
    const late = '2026-05-10';
    const pay = (amount: number, occurredAt: string, past: readonly { type: string; data: unknown }[], days: object) =>
      account(committed, obligated, planned, ...past).decides(
        act('DisburseFunds', { ...of, amount }),
        paid(amount, days),
        { occurredAt: `${occurredAt}T09:00:00.000Z` },
      );
    pay(9, first, [], { lastDisbursedOn: first });
    pay(10, early, [], { disbursedOn: early, lastDisbursedOn: early });
    // What is recorded late counts on its day.
    pay(10, early, [paid(4)], { disbursedOn: early, lastDisbursedOn: first });
    pay(6, early, [paid(4)], { disbursedOn: first, lastDisbursedOn: first });
    pay(6, late, [paid(4)], { disbursedOn: late, lastDisbursedOn: late });
    const wrong = { corrects: given.id(4), reason: 'mistyped', tranche: 't1', stage: 'disbursed', on: first };
    const corrected = (amountBy: number, more: object) =>
      act('MovementCorrected', { ...wrong, period: '2026', amountBy, ...more });
    const nothing = corrected(-4, {});
    pay(10, early, [paid(4), nothing], { disbursedOn: early, lastDisbursedOn: early });
    const correct = (to: object) => act('CorrectMovement', { corrects: given.id(4), reason: 'mistyped', ...to });
    account(committed, obligated, planned, paid(4)).decides(correct({ amount: 0 }), nothing);
    account(committed, obligated, planned, paid(10)).decides(correct({ period: '2025' }), [
      corrected(-10, {}),
      corrected(10, { period: '2025', disbursedOn: first, lastDisbursedOn: first }),
    ]);
  });
  it('has a tranche of which amount and day are corrected (R26, R31)', () => {
    const of = { tranche: 't1', due: '2026-05-20' };
    const planned = act('DisbursementPlanned', { ...money(10), ...of });
    const paid = (amount: number) => act('FundsDisbursed', { ...money(amount), tranche: 't1' });
    const past = [committed, obligated, planned];
    const named = { corrects: given.id(3), reason: 'mistyped', tranche: 't1' };
    const correct = (to: object) => act('CorrectTranche', { ...named, ...to });
    const corrected = (amount: number, due: string, amountBy: number, more: object = {}) =>
      act('TrancheCorrected', { ...named, amount, due, period: '2026', amountBy, ...more });
    account(...past).decides(correct({ amount: 12 }), corrected(12, '2026-05-20', 2));
    account(...past).decides(correct({ due: '2026-06-20' }), corrected(10, '2026-06-20', 0));
    account(...past, corrected(12, '2026-05-20', 2)).decides(
      correct({ amount: 0, due: '2026-06-20' }),
      corrected(0, '2026-06-20', -12),
    );
    // What was disbursed may be the whole of the right amount: from the day on which it was.
    account(...past, paid(4), paid(4)).decides(
      correct({ amount: 8 }),
      corrected(8, '2026-05-20', -2, { disbursedOn: '2026-05-01' }),
    );
    account(...past).refuses(correct({}), 'nothing-corrected');
    account(...past).refuses(correct({ amount: 10 }), 'nothing-corrected');
    account(...past).refuses(correct({ amount: 12, corrects: given.id(1) }), 'corrects-unknown-event');
    account(...past).refuses(correct({ amount: 12, tranche: 't2' }), 'corrects-elsewhere');
    account(...past).refuses(correct({ amount: 12, reported: { source: 's', key: {} } }), 'not-a-reported-account');
    const system = (...events: { type: string; data: unknown }[]) =>
      account(...past, ...events).as('entente', 'system');
    const overdue = (due: string) => act('RecordOverdueTranche', { tranche: 't1', due });
    const moved = corrected(10, '2026-05-25', 0);
    system(moved).refuses(overdue('2026-05-20'), 'other-last-day');
    system(act('TrancheBecameOverdue', of), moved).decides(
      overdue('2026-05-25'),
      act('TrancheBecameOverdue', { ...of, due: '2026-05-25' }),
    );
  });
  it('plans no tranche of a programme that was ended early: it could not be disbursed (R19)', () => {
    const planning = act('PlanDisbursement', { ...money(10), tranche: 't1', due: '2026-07-01' });
    const of = { ...opening, programme: 'norland.p' };
    const within = (basis: string, end: { type: string; data: unknown }) =>
      given(fundingAccount, act('FundingAccountOpened', { ...of, basis }))
        .as('norland', 'donor')
        .knowing(programme, 'norland.p', act('ProgrammeProposed', { donor: 'norland', recipient: 'estmark' }), end);
    const terminated = act('ProgrammeTerminated', { reason: 'misuse' });
    within('own', terminated).refuses(planning, 'programme-terminated');
    const then = act('DisbursementPlanned', planning.data);
    // After its completion a programme is still paid.
    within('own', act('ProgrammeCompleted', { on: '2026-05-31' })).decides(planning, then);
    within('own', act('ProgrammeSuspended', { reason: 'review' })).decides(planning, then);
    const data = { ...planning.data, reported: row };
    within('reported', terminated).decides({ ...planning, data }, { ...then, data });
  });
  it('of which something is left ends with a programme that was ended early, once its day has passed (R19)', () => {
    const of = { tranche: 't1', due: '2026-05-20' };
    const planned = act('DisbursementPlanned', { ...money(10), ...of });
    const record = act('RecordOverdueTranche', of);
    const system = (...past: { type: string; data: unknown }[]) =>
      known(act('ProgrammeTerminated', { reason: 'r' }), ...past);
    function known(end: { type: string; data: unknown }, ...past: { type: string; data: unknown }[]) {
      return given(fundingAccount, opensFor, committed, obligated, ...past)
        .as('entente', 'system')
        .knowing(programme, 'norland.p', ...p(end));
    }
    const ended = act('TrancheWithdrawn', { ...of, reason: 'programme-terminated' });
    system(planned).decides(record, ended);
    system(planned, ended).decides(record, []);
    system(planned, act('FundsDisbursed', { ...money(10), tranche: 't1' })).refuses(record, 'tranche-disbursed');
    system(planned).refuses(record, 'not-over-yet', { now: '2026-05-20T12:00:00.000Z' });
    // What is to come ends with it at once.
    const withdraw = act('WithdrawTranches', { reason: 'r' });
    const on = (day: string) => ({ now: `${day}T12:00:00.000Z`, occurredAt: `${day}T12:00:00.000Z` });
    system(planned).decides(withdraw, ended, on('2026-05-20'));
    system(planned).decides(withdraw, [], on('2026-05-21'));
    system(planned, ended).decides(withdraw, [], on('2026-05-20'));
    system(planned, act('FundsDisbursed', { ...money(10), tranche: 't1' })).decides(withdraw, [], on('2026-05-20'));
    system(planned, act('FundingAccountClosed', { reason: 'r' })).decides(withdraw, [], on('2026-05-20'));
    known(act('ProgrammeCompleted', { on: '2026-05-01' }), planned).decides(withdraw, [], on('2026-05-20'));
    // After its completion a programme is still paid.
    known(act('ProgrammeCompleted', { on: '2026-05-01' }), planned).decides(record, act('TrancheBecameOverdue', of));
  });
  it('leaves a tranche overdue, until the whole of it was disbursed', () => {
    const of = { tranche: 't1', due: '2026-05-20' };
    const planned = act('DisbursementPlanned', { ...money(10), ...of });
    const paid = (amount: number) => act('FundsDisbursed', { ...money(amount), tranche: 't1' });
    const record = act('RecordOverdueTranche', of);
    const overdue = act('TrancheBecameOverdue', of);
    const system = (...past: object[]) => account(...(past as never[])).as('entente', 'system');
    system(committed, obligated, planned, paid(9)).decides(record, overdue);
    system(committed, obligated, planned, paid(9), overdue).decides(record, []);
    system(committed, obligated, planned, paid(10)).refuses(record, 'tranche-disbursed');
    system(planned).refuses(record, 'not-over-yet', { now: '2026-05-20T23:59:59.000Z' });
    system(planned).refuses({ ...record, data: { ...of, due: '2026-05-19' } }, 'other-last-day');
    system().refuses(record, 'tranche-not-planned');
    account(planned).refuses(record, 'not-the-system');
  });
});

describe('reported history (R15)', () => {
  const reports = (...events: { type: string; data: unknown }[]) =>
    given(fundingAccount, reportedAccount, ...events).as('norland', 'donor');
  it('may be below zero, zero, and of any age', () => {
    const data = { ...back(500), reported: row };
    reports().decides(act('DeobligateFunds', data), act('FundsDeobligated', data), {
      occurredAt: '1976-09-30T00:00:00.000Z',
    });
    reports().decides(
      act('ObligateFunds', { ...money(0), reported: row }),
      act('FundsObligated', { ...money(0), reported: row }),
    );
  });
  it('stays below zero until it rises, and repeats amounts that no stage before bears', () => {
    const below = act('FundsDeobligated', { ...back(500), reported: row });
    const data = { ...money(20), reported: row };
    reports(below).decides(act('ObligateFunds', data), act('FundsObligated', data));
    const least = { ...back(Number.MAX_SAFE_INTEGER), reported: row };
    reports(below).refuses(act('DeobligateFunds', least), 'amount-beyond-range');
    given(fundingAccount, { ...opened, data: { ...opening, basis: 'reported' } })
      .as('norland', 'donor')
      .decides(act('ReportExpenditure', data), act('ExpenditureReported', data));
  });
  it('is corrected under the key of its row, by naming the event (R26)', () => {
    const wrong = act('FundsObligated', { ...money(20), reported: row });
    const data = { ...back(20, given.id(1)), reported: row };
    reports(wrong).decides(act('DeobligateFunds', data), act('FundsDeobligated', { ...data, on: '2026-05-01' }));
    reports(wrong).refuses(act('DeobligateFunds', { ...data, corrects: given.id(0) }), 'corrects-unknown-event');
  });
  it('has no expiry, and closes with any balance', () => {
    const data = { ...money(20), reported: row };
    reports().decides(act('ObligateFunds', data), act('FundsObligated', data), { now: '2027-06-01T00:00:00.000Z' });
    given(fundingAccount, { ...opened, data: { ...opening, basis: 'reported' } }, { ...committed, data })
      .as('norland', 'donor')
      .decides(act('CloseFundingAccount', { reason: 'done' }), act('FundingAccountClosed', { reason: 'done' }));
  });
  it('alone has no lower bound in time', () =>
    account().refuses(act('PledgeFunds', money(1)), 'occurred-too-long-ago', {
      occurredAt: '1976-09-30T00:00:00.000Z',
    }));
  it('names its source row, which own accounts never do', () => {
    reports().refuses(act('ObligateFunds', money(1)), 'source-row-missing');
    account().refuses(act('CommitFunds', { ...money(1), reported: row }), 'not-a-reported-account');
  });
});

describe('money goes from one account to another in two commands', () => {
  const out = { ...money(40), stage: 'committed', to: 'norland.it-1' };
  const wentOut = act('FundsReallocatedOut', out);
  const takeIn = { ...money(40), stage: 'committed', from: 'norland.other', out: given.id(2) };
  const other = (more = {}) =>
    account().knowing(
      fundingAccount,
      'norland.other',
      { ...opened, data: { ...opening, ...more } },
      committed,
      wentOut,
    );
  it('out: what stands, to another account', () => {
    const data = { ...out, to: 'norland.third' };
    const third = (more = {}) =>
      account(committed).knowing(fundingAccount, 'norland.third', { ...opened, data: { ...opening, ...more } });
    third().decides(act('ReallocateFundsOut', data), act('FundsReallocatedOut', data));
    account(committed).refuses(act('ReallocateFundsOut', out), 'same-account');
    account(committed).refuses(act('ReallocateFundsOut', data), 'account-not-found');
    third({ currency: 'EUR' }).refuses(act('ReallocateFundsOut', data), 'other-currency');
    third({ stages: ['pledged', 'spent'] }).refuses(act('ReallocateFundsOut', data), 'stage-not-kept');
    account(committed)
      .knowing(fundingAccount, 'norland.third', opened, act('FundingAccountClosed', { reason: 'unused' }))
      .refuses(act('ReallocateFundsOut', data), 'account-closed');
    account(committed, { ...obligated, data: money(61) }).refuses(
      act('ReallocateFundsOut', data),
      'exceeds-what-is-left',
    );
    account(committed).refuses(act('ReallocateFundsOut', { ...data, amount: 0 }), 'amount-zero');
  });
  it('in: at the stage at which it went out, within the stage before it, while the funds last (R15)', () => {
    other().refuses(act('ReallocateFundsIn', { ...takeIn, stage: 'pledged' }), 'other-stage');
    other().refuses(act('ReallocateFundsIn', takeIn), 'funds-expired', { now: '2027-01-01T00:00:00.000Z' });
    const obligations = { ...out, stage: 'obligated' };
    const from = [opened, committed, act('FundsReallocatedOut', obligations)];
    const data = { ...takeIn, stage: 'obligated' };
    account()
      .knowing(fundingAccount, 'norland.other', ...from)
      .refuses(act('ReallocateFundsIn', data), 'exceeds-stage-before');
    account({ ...committed, data: money(40) })
      .knowing(fundingAccount, 'norland.other', ...from)
      .decides(act('ReallocateFundsIn', data), act('FundsReallocatedIn', data));
  });
  it('in: not where the money went to another account, nor from one that does not exist', () => {
    account()
      .knowing(fundingAccount, 'norland.other', opened, committed, {
        ...wentOut,
        data: { ...out, to: 'norland.third' },
      })
      .refuses(act('ReallocateFundsIn', takeIn), 'no-such-reallocation');
    account().refuses(act('ReallocateFundsIn', takeIn), 'no-such-reallocation');
  });
  it('in: on the day on which it went out, or later (R30)', () => {
    const at = (day: string) => ({ occurredAt: `${day}T12:00:00.000Z` });
    other().refuses(act('ReallocateFundsIn', takeIn), 'before-the-fact', at('2026-04-30'));
    const taken = act('FundsReallocatedIn', takeIn);
    other().decides(act('ReallocateFundsIn', takeIn), taken, at('2026-05-01'));
  });
  it('and each half is corrected, first what went out (R26, R31)', () => {
    const wrong = (n: number, more: object) => ({ corrects: given.id(n), reason: 'mistyped', ...more });
    const correct = (n: number, amount: number) => act('CorrectMovement', wrong(n, { amount }));
    const on = '2026-05-01';
    const corrected = (n: number, amountBy: number, more: object) =>
      act('MovementCorrected', wrong(n, { stage: 'committed', period: '2026', amountBy, on, ...more }));
    const to = { to: 'norland.third', lowers: true };
    const leaving = account(committed, { ...wentOut, data: { ...out, to: to.to } });
    leaving.decides(correct(2, 10), corrected(2, 30, to));
    leaving.refuses(correct(2, 101), 'exceeds-what-is-left');
    const half = { from: 'norland.other', out: given.id(2) };
    const taken = (...more: object[]) =>
      account(act('FundsReallocatedIn', takeIn)).knowing(
        fundingAccount,
        'norland.other',
        opened,
        committed,
        wentOut,
        ...(more as { type: string; data: unknown }[]),
      );
    taken().refuses(correct(1, 10), 'other-amount');
    const now = corrected(2, 30, { to: 'norland.it-1' });
    taken(now).decides(correct(1, 10), corrected(1, -30, half));
    taken(now).refuses(correct(1, 40), 'nothing-corrected');
  });
  it('in: from another account only', () => {
    account(committed).refuses(act('ReallocateFundsIn', { ...takeIn, from: out.to }), 'same-account');
  });
  it('and moves the balance from one to the other', () => {
    account(committed, { ...wentOut, data: { ...out, to: 'norland.third' } }).refuses(
      act('ObligateFunds', money(61)),
      'exceeds-stage-before',
    );
    account(act('FundsReallocatedIn', takeIn)).decides(
      act('ObligateFunds', money(40)),
      act('FundsObligated', money(40)),
    );
  });
  it('in: what went out, once, in the same currency and amount', () => {
    other().decides(act('ReallocateFundsIn', takeIn), act('FundsReallocatedIn', takeIn));
    other().refuses(act('ReallocateFundsIn', { ...takeIn, out: given.id(9) }), 'no-such-reallocation');
    other().refuses(act('ReallocateFundsIn', { ...takeIn, amount: 41 }), 'other-amount');
    other({ currency: 'EUR' }).refuses(act('ReallocateFundsIn', takeIn), 'other-currency');
    account(act('FundsReallocatedIn', takeIn))
      .knowing(fundingAccount, 'norland.other', opened, committed, wentOut)
      .refuses(act('ReallocateFundsIn', takeIn), 'already-taken-in');
  });
});

describe('an account', () => {
  it('pools, fixes rates against other currencies, and closes when its money has arrived', () => {
    const pool = { ...money(5), contributor: 'sudria' };
    account().decides(act('PoolContribution', pool), act('ContributionPooled', pool));
    const rate = { quote: 'EUR', rate: '0.91', on: '2026-03-31' };
    account().decides(act('FixExchangeRate', rate), act('ExchangeRateFixed', rate));
    account().refuses(act('FixExchangeRate', { ...rate, quote: 'USD' }), 'same-currency');
    const closed = act('FundingAccountClosed', { reason: 'done' });
    account().decides(act('CloseFundingAccount', closed.data), closed);
    account(committed).refuses(act('CloseFundingAccount', closed.data), 'money-still-moving');
    account(closed).refuses(act('PledgeFunds', money(1)), 'account-closed');
  });
  it('is corrected after its end, too (R26)', () => {
    const closed = act('FundingAccountClosed', { reason: 'done' });
    const pledged = act('FundsPledged', money(100));
    const wrong = { corrects: given.id(1), reason: 'mistyped' };
    const difference = { stage: 'pledged', period: '2026', amountBy: -90, on: '2026-05-01' };
    account(pledged, closed).decides(
      act('CorrectMovement', { ...wrong, amount: 10 }),
      act('MovementCorrected', { ...wrong, ...difference }),
    );
    account(pledged, closed).decides(
      act('ReducePledge', { ...money(90), ...wrong }),
      act('PledgeReduced', { ...money(90), ...wrong, on: '2026-05-01' }),
    );
    account(pledged, closed).refuses(act('ReducePledge', back(90)), 'account-closed');
  });
  it('closes with its open tranches, none of which becomes overdue afterwards', () => {
    const planned = act('DisbursementPlanned', { ...money(10), tranche: 't1', due: '2026-05-20' });
    const closed = act('FundingAccountClosed', { reason: 'done', open: ['t1'] });
    const overdue = act('RecordOverdueTranche', { tranche: 't1', due: '2026-05-20' });
    account(planned).decides(act('CloseFundingAccount', { reason: 'done' }), closed);
    account(planned, closed).as('entente', 'system').refuses(overdue, 'account-closed');
    account(planned).as('entente', 'system').decides(overdue, act('TrancheBecameOverdue', overdue.data));
  });
  it('has at most a thousand open tranches (R32)', () => {
    const named = (n: number, amount = 1) => ({ ...money(amount), tranche: `t${n}`, due: '2026-05-20' });
    const plans = Array.from({ length: 1000 }, (_, n) => act('DisbursementPlanned', named(n)));
    account(...plans).refuses(act('PlanDisbursement', named(1000)), 'too-many-tranches');
    const paid = act('FundsDisbursed', { ...money(1), tranche: 't7' });
    account(...plans, paid).decides(act('PlanDisbursement', named(1000)), act('DisbursementPlanned', named(1000)));
  });
});
