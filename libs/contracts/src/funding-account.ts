import type { DataOf } from '@entente/kernel';
import type { FundingAccountCommand, FundingAccountEvent, Stage } from '@entente/domain';
import {
  code,
  currency,
  day,
  decimal,
  eventId,
  flag,
  listOf,
  minorUnits,
  nested,
  oneOf,
  optional,
  organisation,
  period,
  streamId,
  text,
  textMap,
  word,
} from './old-fields.js';
import type { KindWire } from './wire.js';

type Body<Type extends FundingAccountCommand['type']> = DataOf<FundingAccountCommand, Type>;
const STAGES = ['pledged', 'committed', 'obligated', 'disbursed', 'spent'] as const satisfies readonly Stage[];

export class ReportedRow {
  @text() source!: string;
  @textMap() key!: Record<string, string>;
}

export class OpenFundingAccount implements Body<'OpenFundingAccount'> {
  @organisation() donor!: string;
  @organisation() recipient!: string;
  @optional() @streamId('programme') programme?: string;
  @optional() @streamId('assistance-case') case?: string;
  @text() fund!: string;
  @currency() currency!: string;
  @listOf(STAGES) stages!: Stage[];
  @oneOf('own', 'reported') basis!: 'own' | 'reported';
  @flag() onBudget!: boolean;
  @optional() @text() budgetLine?: string;
  @optional() @day() availableUntil?: string;
}

/** A movement of money: also what the events of the forward movements hold. */
export class MoneyBody implements Body<'PledgeFunds'> {
  @minorUnits(0) amount!: number;
  @period() period!: string;
  @optional() @nested(() => ReportedRow) reported?: ReportedRow;
}

export class ReversalBody extends MoneyBody implements Body<'ReducePledge'> {
  @optional() @eventId() corrects?: string;
  @code() reason!: string;
}

export class PlanDisbursement extends MoneyBody implements Body<'PlanDisbursement'> {
  @word() tranche!: string;
  @day() due!: string;
}

export class DisburseFunds extends MoneyBody implements Body<'DisburseFunds'> {
  @optional() @word() tranche?: string;
}

export class ReallocateFundsOut extends MoneyBody implements Body<'ReallocateFundsOut'> {
  @oneOf(...STAGES) stage!: Stage;
  @streamId('funding-account') to!: string;
}

export class ReallocateFundsIn extends MoneyBody implements Body<'ReallocateFundsIn'> {
  @oneOf(...STAGES) stage!: Stage;
  @streamId('funding-account') from!: string;
  @eventId() out!: string;
}

export class PoolContribution extends MoneyBody implements Body<'PoolContribution'> {
  @organisation() contributor!: string;
}

export class FixExchangeRate implements Body<'FixExchangeRate'> {
  @currency() quote!: string;
  @decimal() rate!: string;
  @day() on!: string;
}

export class CloseFundingAccount implements Body<'CloseFundingAccount'> {
  @code() reason!: string;
}

const money = { amount: 2_500_000_00, period: '2026' };
const back = { amount: 100_000_00, period: '2026', reason: 'entered-twice' };

/** Funding accounts on the wire. */
export const fundingAccountWire: KindWire<FundingAccountCommand, FundingAccountEvent> = {
  kind: 'funding-account',
  about: 'the money of one donor for one recipient, in one currency, stage by stage',
  commands: {
    OpenFundingAccount: {
      path: 'open',
      body: OpenFundingAccount,
      summary: 'Open an account with the stages that its own system has',
      example: {
        donor: 'norland',
        recipient: 'estmark',
        fund: 'Partner Capacity Fund',
        currency: 'USD',
        stages: ['pledged', 'committed', 'obligated', 'disbursed', 'spent'],
        basis: 'own',
        onBudget: true,
        budgetLine: '07-210',
        availableUntil: '2036-09-30',
      },
    },
    PledgeFunds: { path: 'pledge', body: MoneyBody, summary: 'Pledge money for a period', example: money },
    ReducePledge: {
      path: 'reduce-pledge',
      body: ReversalBody,
      summary: 'Take a pledge back in part or whole',
      example: back,
    },
    CommitFunds: { path: 'commit', body: MoneyBody, summary: 'Commit money', example: money },
    DecommitFunds: {
      path: 'decommit',
      body: ReversalBody,
      summary: 'Take back what is committed and not obligated',
      example: back,
    },
    ObligateFunds: {
      path: 'obligate',
      body: MoneyBody,
      summary: 'Obligate money within what is committed',
      example: money,
    },
    DeobligateFunds: {
      path: 'deobligate',
      body: ReversalBody,
      summary: 'Take back what is obligated and not disbursed',
      example: back,
    },
    PlanDisbursement: {
      path: 'plan-disbursement',
      body: PlanDisbursement,
      summary: 'Announce a tranche and its day',
      example: { ...money, tranche: 'tranche-1', due: '2026-06-30' },
    },
    DisburseFunds: {
      path: 'disburse',
      body: DisburseFunds,
      summary: 'Disburse within what is obligated; refused while the programme is suspended',
      example: { ...money, tranche: 'tranche-1' },
    },
    ReimburseFunds: { path: 'reimburse', body: ReversalBody, summary: 'Record money that came back', example: back },
    ReportExpenditure: {
      path: 'report-expenditure',
      body: MoneyBody,
      summary: 'Report what the recipient spent',
      example: money,
    },
    CorrectExpenditure: {
      path: 'correct-expenditure',
      body: ReversalBody,
      summary: 'Correct a reported expenditure downwards',
      example: back,
    },
    ReallocateFundsOut: {
      path: 'reallocate-out',
      body: ReallocateFundsOut,
      summary: 'Give money to another account: the first of two commands',
      example: { ...money, stage: 'committed', to: 'norland.account-2' },
    },
    ReallocateFundsIn: {
      path: 'reallocate-in',
      body: ReallocateFundsIn,
      summary: 'Take in what another account gave: the second of two commands',
      example: { ...money, stage: 'committed', from: 'norland.account-1', out: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1' },
    },
    PoolContribution: {
      path: 'pool-contribution',
      body: PoolContribution,
      summary: "Record another contributor's share of a pooled fund",
      example: { ...money, contributor: 'sudria' },
    },
    FixExchangeRate: {
      path: 'fix-exchange-rate',
      body: FixExchangeRate,
      summary: 'Fix the rate at which the account is read in another currency',
      example: { quote: 'EUR', rate: '0.9132', on: '2026-03-31' },
    },
    CloseFundingAccount: {
      path: 'close',
      body: CloseFundingAccount,
      summary: 'Close an account whose money has arrived',
      example: { reason: 'fully-spent' },
    },
  },
  events: {
    FundingAccountOpened: { version: 1, data: OpenFundingAccount, summary: 'An account was opened' },
    FundsPledged: { version: 1, data: MoneyBody, summary: 'Money was pledged' },
    PledgeReduced: { version: 1, data: ReversalBody, summary: 'A pledge was reduced' },
    FundsCommitted: { version: 1, data: MoneyBody, summary: 'Money was committed' },
    FundsDecommitted: { version: 1, data: ReversalBody, summary: 'A commitment was taken back' },
    FundsObligated: { version: 1, data: MoneyBody, summary: 'Money was obligated' },
    FundsDeobligated: { version: 1, data: ReversalBody, summary: 'An obligation was taken back' },
    DisbursementPlanned: { version: 1, data: PlanDisbursement, summary: 'A tranche was announced' },
    FundsDisbursed: { version: 1, data: DisburseFunds, summary: 'Money was disbursed' },
    FundsReimbursed: { version: 1, data: ReversalBody, summary: 'Money came back' },
    ExpenditureReported: { version: 1, data: MoneyBody, summary: 'An expenditure was reported' },
    ExpenditureCorrected: { version: 1, data: ReversalBody, summary: 'A reported expenditure was corrected downwards' },
    FundsReallocatedOut: { version: 1, data: ReallocateFundsOut, summary: 'Money went to another account' },
    FundsReallocatedIn: { version: 1, data: ReallocateFundsIn, summary: 'Money came from another account' },
    ContributionPooled: { version: 1, data: PoolContribution, summary: "Another contributor's money was pooled" },
    ExchangeRateFixed: { version: 1, data: FixExchangeRate, summary: 'An exchange rate was fixed' },
    FundingAccountClosed: { version: 1, data: CloseFundingAccount, summary: 'The account was closed' },
  },
};
