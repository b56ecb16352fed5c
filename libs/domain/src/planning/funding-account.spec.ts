import { describe, it } from '@jest/globals';
import { given } from '../../../../test/given.js';
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
const opened = { type: 'FundingAccountOpened', data: opening };
const reportedAccount = {
  type: 'FundingAccountOpened',
  data: { ...opening, basis: 'reported', stages: ['obligated'] },
};
const money = (amount: number) => ({ amount, period: '2026' });
const back = (amount: number, corrects?: string) => ({
  ...money(amount),
  reason: 'entered-twice',
  ...(corrects ? { corrects } : {}),
});
const row = { source: 'greenbook', key: { fiscal_year: '1976.9' } };
const committed = { type: 'FundsCommitted', data: money(100) };
const obligated = { type: 'FundsObligated', data: money(80) };
const disbursed = { type: 'FundsDisbursed', data: money(50) };
const account = (...events: { type: string; data: unknown }[]) =>
  given(fundingAccount, opened, ...events).as('norland', 'donor');

describe('an account is opened', () => {
  const when = { type: 'OpenFundingAccount', data: opening };
  it('by its donor, once', () => {
    given(fundingAccount).as('norland', 'donor').when(when).then(opened);
    account().when(when).refuses('already-exists');
    given(fundingAccount).as('estmark', 'recipient').when(when).refuses('not-the-donor');
  });
  it.each([[['spent', 'obligated']], [['obligated', 'obligated']]])(
    'with stages in their order, each once: not %s',
    (stages) =>
      given(fundingAccount)
        .as('norland', 'donor')
        .when({ ...when, data: { ...opening, stages } })
        .refuses('stages-out-of-order'),
  );
  it('for a programme, by the operator where the donor has none of its own to do it', () => {
    const data = { ...opening, programme: 'norland.p' };
    given(fundingAccount)
      .named('operator.account-1')
      .knowing(programme, 'norland.p', { type: 'ProgrammeProposed', data: { donor: 'norland', recipient: 'estmark' } })
      .when({ ...when, data })
      .then({ ...opened, data });
  });
  it('for a programme that has been proposed', () =>
    given(fundingAccount)
      .as('norland', 'donor')
      .when({ ...when, data: { ...opening, programme: 'norland.p' } })
      .refuses('programme-not-found'));
  it('before money moves in it', () =>
    given(fundingAccount)
      .when({ type: 'PledgeFunds', data: money(1) })
      .refuses('not-found'));
});

describe('each stage stays within the one before it (R15)', () => {
  it.each([
    ['PledgeFunds', 'FundsPledged', 1_000, []],
    ['CommitFunds', 'FundsCommitted', 1_000, []],
    ['ObligateFunds', 'FundsObligated', 100, [committed]],
    ['DisburseFunds', 'FundsDisbursed', 80, [committed, obligated]],
    ['ReportExpenditure', 'ExpenditureReported', 50, [committed, obligated, disbursed]],
  ])('%s up to what there is', (type, event, amount, past) =>
    account(...past)
      .when({ type, data: money(amount) })
      .then({ type: event, data: money(amount) }),
  );
  it.each([
    ['ObligateFunds', 101, [committed]],
    ['DisburseFunds', 81, [committed, obligated]],
    ['ReportExpenditure', 51, [committed, obligated, disbursed]],
  ])('%s never beyond', (type, amount, past) =>
    account(...past)
      .when({ type, data: money(amount) })
      .refuses('exceeds-stage-before'),
  );
  it.each([
    ['DecommitFunds', 'FundsDecommitted', 20, [committed, obligated]],
    ['DeobligateFunds', 'FundsDeobligated', 30, [committed, obligated, disbursed]],
    ['ReimburseFunds', 'FundsReimbursed', 50, [committed, obligated, disbursed]],
  ])('%s takes back what stands and no more', (type, event, amount, past) => {
    account(...past)
      .when({ type, data: back(amount) })
      .then({ type: event, data: back(amount) });
    account(...past)
      .when({ type, data: back(amount + 1) })
      .refuses('exceeds-what-stands');
  });
  it('a pledge is taken back as it was given', () => {
    const pledged = { type: 'FundsPledged', data: money(10) };
    account(pledged)
      .when({ type: 'ReducePledge', data: back(10) })
      .then({ type: 'PledgeReduced', data: back(10) });
    account(pledged)
      .when({ type: 'ReducePledge', data: back(11) })
      .refuses('exceeds-what-stands');
  });
  it('an expenditure is corrected by naming its event (R26)', () => {
    const spent = { type: 'ExpenditureReported', data: money(50) };
    const past = [committed, obligated, disbursed, spent];
    account(...past)
      .when({ type: 'CorrectExpenditure', data: back(5, given.id(4)) })
      .then({ type: 'ExpenditureCorrected', data: back(5, given.id(4)) });
    const corrected = { type: 'ExpenditureCorrected', data: back(5, given.id(4)) };
    account(...past, corrected)
      .when({ type: 'CorrectExpenditure', data: back(5, given.id(5)) })
      .refuses('corrects-unknown-event');
    account(...past)
      .when({ type: 'CorrectExpenditure', data: back(5, given.id(9)) })
      .refuses('corrects-unknown-event');
    account(...past)
      .when({ type: 'CorrectExpenditure', data: back(5, given.id(1)) })
      .refuses('corrects-unknown-event');
  });
  it('in stages that the account keeps, above zero, within what a row can hold', () => {
    given(fundingAccount, reportedAccount)
      .as('norland', 'donor')
      .when({ type: 'CommitFunds', data: money(1) })
      .refuses('stage-not-kept');
    account()
      .when({ type: 'CommitFunds', data: money(0) })
      .refuses('amount-zero');
    account(committed)
      .when({ type: 'CommitFunds', data: money(Number.MAX_SAFE_INTEGER) })
      .refuses('amount-beyond-range');
  });
  it('not committed or obligated after the last day of their availability, and disbursed after it all the same', () => {
    const expired = { now: '2027-01-01T00:00:00.000Z' };
    const data = money(1);
    account().when({ type: 'CommitFunds', data }, expired).refuses('funds-expired');
    account(committed).when({ type: 'ObligateFunds', data }, expired).refuses('funds-expired');
    account()
      .when({ type: 'CommitFunds', data }, { now: '2026-12-31T23:59:59.000Z' })
      .then({ type: 'FundsCommitted', data });
    account()
      .when({ type: 'CommitFunds', data }, { ...expired, occurredAt: '2026-12-31T09:00:00.000Z' })
      .then({ type: 'FundsCommitted', data });
    account(committed, obligated).when({ type: 'DisburseFunds', data }, expired).then({ type: 'FundsDisbursed', data });
    account(committed)
      .when({ type: 'DecommitFunds', data: back(1) }, expired)
      .then({ type: 'FundsDecommitted', data: back(1) });
  });
  it('bounded by the nearest stage that the account keeps, and by a pledge never', () => {
    const keeps = (...stages: string[]) =>
      given(fundingAccount, { ...opened, data: { ...opening, stages } }, obligated);
    keeps('pledged', 'obligated', 'spent')
      .as('norland', 'donor')
      .when({ type: 'ReportExpenditure', data: money(80) })
      .then({ type: 'ExpenditureReported', data: money(80) });
    keeps('pledged', 'obligated', 'spent')
      .as('norland', 'donor')
      .when({ type: 'ReportExpenditure', data: money(81) })
      .refuses('exceeds-stage-before');
    keeps('pledged', 'obligated')
      .as('norland', 'donor')
      .when({ type: 'ObligateFunds', data: money(1_000) })
      .then({ type: 'FundsObligated', data: money(1_000) });
  });
  it('moved by the donor, by somebody on its behalf, or by the operator; expenditure is reported by recipient and implementers too', () => {
    const past = [opened, committed, obligated, disbursed];
    const spend = { type: 'ReportExpenditure', data: money(1) };
    const spent = { type: 'ExpenditureReported', data: money(1) };
    given(fundingAccount, ...past)
      .as('estmark', 'recipient')
      .when(spend)
      .then(spent);
    given(fundingAccount, ...past)
      .as('ostra-training', 'implementer')
      .when(spend)
      .then(spent);
    given(fundingAccount, ...past)
      .as('ostra-training', 'monitor')
      .when(spend)
      .refuses('not-the-donor');
    const pledge = { type: 'PledgeFunds', data: money(1) };
    given(fundingAccount, opened).as('estmark', 'recipient').when(pledge).refuses('not-the-donor');
    given(fundingAccount, opened)
      .as('ostra-training', 'implementer', { for: 'norland' })
      .when(pledge)
      .then({ type: 'FundsPledged', data: money(1) });
    given(fundingAccount, opened)
      .when(pledge)
      .then({ type: 'FundsPledged', data: money(1) });
  });
});

describe('a disbursement', () => {
  const opensFor = { type: 'FundingAccountOpened', data: { ...opening, programme: 'norland.p' } };
  const p = (...more: { type: string; data: unknown }[]) => [
    { type: 'ProgrammeProposed', data: { donor: 'norland', recipient: 'estmark' } },
    { type: 'ProgrammeActivated', data: { on: '2026-01-01' } },
    ...more,
  ];
  const when = { type: 'DisburseFunds', data: money(10) };
  const known = (...more: { type: string; data: unknown }[]) =>
    given(fundingAccount, opensFor, committed, obligated)
      .as('norland', 'donor')
      .knowing(programme, 'norland.p', ...p(...more));
  it('is refused while the programme is suspended (R19)', () => {
    known()
      .when(when)
      .then({ type: 'FundsDisbursed', data: money(10) });
    known({ type: 'ProgrammeSuspended', data: { reason: 'r' } })
      .when(when)
      .refuses('programme-suspended');
  });
  it('alone is refused then: money that comes back and reports of expenditure are not (R19)', () => {
    const pause = { type: 'ProgrammeSuspended', data: { reason: 'r' } };
    const paused = () =>
      given(fundingAccount, opensFor, committed, obligated, disbursed)
        .as('norland', 'donor')
        .knowing(programme, 'norland.p', ...p(pause));
    paused()
      .when({ type: 'ReimburseFunds', data: back(1) })
      .then({ type: 'FundsReimbursed', data: back(1) });
    paused()
      .when({ type: 'ReportExpenditure', data: money(1) })
      .then({ type: 'ExpenditureReported', data: money(1) });
  });
  it('may name a tranche that was planned, each once', () => {
    const data = { ...money(10), tranche: 't1', due: '2026-07-01' };
    const planned = { type: 'DisbursementPlanned', data };
    account().when({ type: 'PlanDisbursement', data }).then(planned);
    account(planned).when({ type: 'PlanDisbursement', data }).refuses('tranche-already-planned');
    account(committed, obligated, planned)
      .when({ type: 'DisburseFunds', data: { ...money(1), tranche: 't1' } })
      .then({ type: 'FundsDisbursed', data: { ...money(1), tranche: 't1' } });
    given(fundingAccount, reportedAccount)
      .as('norland', 'donor')
      .when({ type: 'PlanDisbursement', data })
      .refuses('stage-not-kept');
    account()
      .when({ type: 'PlanDisbursement', data: { ...data, amount: 0 } })
      .refuses('amount-zero');
    account()
      .when({ type: 'PlanDisbursement', data: { ...data, reported: row } })
      .refuses('not-a-reported-account');
    account(committed, obligated, planned)
      .when({ type: 'DisburseFunds', data: { ...money(1), tranche: 't2' } })
      .refuses('tranche-not-planned');
  });
});

describe('reported history (R15)', () => {
  const reports = (...events: { type: string; data: unknown }[]) =>
    given(fundingAccount, reportedAccount, ...events).as('norland', 'donor');
  it('may go below zero, may be zero, and may be as old as it is', () => {
    const data = { ...back(500), reported: row };
    reports()
      .when({ type: 'DeobligateFunds', data }, { occurredAt: '1976-09-30T00:00:00.000Z' })
      .then({ type: 'FundsDeobligated', data });
    reports()
      .when({ type: 'ObligateFunds', data: { ...money(0), reported: row } })
      .then({ type: 'FundsObligated', data: { ...money(0), reported: row } });
  });
  it('stays below zero until it rises, and repeats amounts that no stage before bears', () => {
    const below = { type: 'FundsDeobligated', data: { ...back(500), reported: row } };
    const data = { ...money(20), reported: row };
    reports(below).when({ type: 'ObligateFunds', data }).then({ type: 'FundsObligated', data });
    const least = { ...back(Number.MAX_SAFE_INTEGER), reported: row };
    reports(below).when({ type: 'DeobligateFunds', data: least }).refuses('amount-beyond-range');
    given(fundingAccount, { ...opened, data: { ...opening, basis: 'reported' } })
      .as('norland', 'donor')
      .when({ type: 'ReportExpenditure', data })
      .then({ type: 'ExpenditureReported', data });
  });
  it('is corrected under the key of its row, by naming the event (R26)', () => {
    const wrong = { type: 'FundsObligated', data: { ...money(20), reported: row } };
    const data = { ...back(30, given.id(1)), reported: row };
    reports(wrong).when({ type: 'DeobligateFunds', data }).then({ type: 'FundsDeobligated', data });
    reports(wrong)
      .when({ type: 'DeobligateFunds', data: { ...data, corrects: given.id(0) } })
      .refuses('corrects-unknown-event');
  });
  it('knows no expiry, and closes as it stands', () => {
    const data = { ...money(20), reported: row };
    reports()
      .when({ type: 'ObligateFunds', data }, { now: '2027-06-01T00:00:00.000Z' })
      .then({ type: 'FundsObligated', data });
    given(fundingAccount, { ...opened, data: { ...opening, basis: 'reported' } }, { ...committed, data })
      .as('norland', 'donor')
      .when({ type: 'CloseFundingAccount', data: { reason: 'done' } })
      .then({ type: 'FundingAccountClosed', data: { reason: 'done' } });
  });
  it('alone has no lower bound in time', () =>
    account()
      .when({ type: 'PledgeFunds', data: money(1) }, { occurredAt: '1976-09-30T00:00:00.000Z' })
      .refuses('occurred-too-long-ago'));
  it('names its source row, which own accounts never do', () => {
    reports()
      .when({ type: 'ObligateFunds', data: money(1) })
      .refuses('source-row-missing');
    account()
      .when({ type: 'CommitFunds', data: { ...money(1), reported: row } })
      .refuses('not-a-reported-account');
  });
});

describe('money goes from one account to another in two commands', () => {
  const out = { ...money(40), stage: 'committed', to: 'norland.it-1' };
  const wentOut = { type: 'FundsReallocatedOut', data: out };
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
    third().when({ type: 'ReallocateFundsOut', data }).then({ type: 'FundsReallocatedOut', data });
    account(committed).when({ type: 'ReallocateFundsOut', data: out }).refuses('same-account');
    account(committed).when({ type: 'ReallocateFundsOut', data }).refuses('account-not-found');
    third({ currency: 'EUR' }).when({ type: 'ReallocateFundsOut', data }).refuses('other-currency');
    third({ stages: ['pledged', 'spent'] })
      .when({ type: 'ReallocateFundsOut', data })
      .refuses('stage-not-kept');
    account(committed)
      .knowing(fundingAccount, 'norland.third', opened, { type: 'FundingAccountClosed', data: { reason: 'unused' } })
      .when({ type: 'ReallocateFundsOut', data })
      .refuses('account-closed');
    account(committed, { ...obligated, data: money(61) })
      .when({ type: 'ReallocateFundsOut', data })
      .refuses('exceeds-what-stands');
    account(committed)
      .when({ type: 'ReallocateFundsOut', data: { ...data, amount: 0 } })
      .refuses('amount-zero');
  });
  it('in: at the stage at which it went out, within the stage before it, while the funds last (R15)', () => {
    other()
      .when({ type: 'ReallocateFundsIn', data: { ...takeIn, stage: 'pledged' } })
      .refuses('other-stage');
    other()
      .when({ type: 'ReallocateFundsIn', data: takeIn }, { now: '2027-01-01T00:00:00.000Z' })
      .refuses('funds-expired');
    const obligations = { ...out, stage: 'obligated' };
    const from = [opened, committed, { type: 'FundsReallocatedOut', data: obligations }];
    const data = { ...takeIn, stage: 'obligated' };
    account()
      .knowing(fundingAccount, 'norland.other', ...from)
      .when({ type: 'ReallocateFundsIn', data })
      .refuses('exceeds-stage-before');
    account({ ...committed, data: money(40) })
      .knowing(fundingAccount, 'norland.other', ...from)
      .when({ type: 'ReallocateFundsIn', data })
      .then({ type: 'FundsReallocatedIn', data });
  });
  it('in: not where the money went to another account, nor from one that does not exist', () => {
    account()
      .knowing(fundingAccount, 'norland.other', opened, committed, {
        ...wentOut,
        data: { ...out, to: 'norland.third' },
      })
      .when({ type: 'ReallocateFundsIn', data: takeIn })
      .refuses('no-such-reallocation');
    account().when({ type: 'ReallocateFundsIn', data: takeIn }).refuses('no-such-reallocation');
  });
  it('in: from another account only', () => {
    account(committed)
      .when({ type: 'ReallocateFundsIn', data: { ...takeIn, from: out.to } })
      .refuses('same-account');
  });
  it('so that what went out no longer stands, and what came in does', () => {
    account(committed, { ...wentOut, data: { ...out, to: 'norland.third' } })
      .when({ type: 'ObligateFunds', data: money(61) })
      .refuses('exceeds-stage-before');
    account({ type: 'FundsReallocatedIn', data: takeIn })
      .when({ type: 'ObligateFunds', data: money(40) })
      .then({ type: 'FundsObligated', data: money(40) });
  });
  it('in: what went out, once, in the same currency and amount', () => {
    other().when({ type: 'ReallocateFundsIn', data: takeIn }).then({ type: 'FundsReallocatedIn', data: takeIn });
    other()
      .when({ type: 'ReallocateFundsIn', data: { ...takeIn, out: given.id(9) } })
      .refuses('no-such-reallocation');
    other()
      .when({ type: 'ReallocateFundsIn', data: { ...takeIn, amount: 41 } })
      .refuses('other-amount');
    other({ currency: 'EUR' }).when({ type: 'ReallocateFundsIn', data: takeIn }).refuses('other-currency');
    account({ type: 'FundsReallocatedIn', data: takeIn })
      .knowing(fundingAccount, 'norland.other', opened, committed, wentOut)
      .when({ type: 'ReallocateFundsIn', data: takeIn })
      .refuses('already-taken-in');
  });
});

describe('an account', () => {
  it('pools, fixes rates against other currencies, and closes when its money has arrived', () => {
    const pool = { ...money(5), contributor: 'sudria' };
    account().when({ type: 'PoolContribution', data: pool }).then({ type: 'ContributionPooled', data: pool });
    const rate = { quote: 'EUR', rate: '0.91', on: '2026-03-31' };
    account().when({ type: 'FixExchangeRate', data: rate }).then({ type: 'ExchangeRateFixed', data: rate });
    account()
      .when({ type: 'FixExchangeRate', data: { ...rate, quote: 'USD' } })
      .refuses('same-currency');
    const closed = { type: 'FundingAccountClosed', data: { reason: 'done' } };
    account().when({ type: 'CloseFundingAccount', data: closed.data }).then(closed);
    account(committed).when({ type: 'CloseFundingAccount', data: closed.data }).refuses('money-still-moving');
    account(closed)
      .when({ type: 'PledgeFunds', data: money(1) })
      .refuses('account-closed');
  });
});
