import { FACT_COMMANDS, FACT_EVENTS } from './fact-answers.js';
import { type CommandOf, type EventOf, command, contract, event, fact } from './contract.js';
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
  words,
} from './fields.js';

/** Whose decision it is, or whether it repeats what another system decided. */
export const OWN_OR_REPORTED = ['own', 'reported'] as const;

/** The stages of money, in the order in which they can come. */
export const STAGES = ['pledged', 'committed', 'obligated', 'disbursed', 'spent'] as const;
/** One of {@link STAGES}. */
export type Stage = (typeof STAGES)[number];

const stage = () => oneOf(STAGES, 'the stage at which it moves', 'committed');
const tranche = () => word("the tranche's name in this account", 'tranche-1');
const reason = (example: string) => code('the code of the reason', example);
const correctedDay = () => day('the day on which what is corrected happened: it counts there', '2026-05-04');
const wholeOn = () => day('the day by which the whole of the tranche had been disbursed, if it had', '2026-06-30');
const lastPaidOn = () =>
  day('the last day on which something of the tranche was disbursed, if any is left', '2026-06-30');
const correctedContributor = () =>
  organisation('the other contributor, if the movement corrects pooled money', 'sudria');
const repeats = () =>
  nested(() => ReportedRow, 'the row that it repeats; always and only in accounts whose basis is `reported`');

/** The reference to reported history in the system that recorded it. */
export class ReportedRow {
  @text('the name of that system', 'greenbook') readonly source!: string;
  @textMap('the key columns of the row', { fiscal_year: '2026' }) readonly key!: Readonly<Record<string, string>>;
}

/** An account has the money of one donor for one recipient, in one currency. */
export class OpenFundingAccount {
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @optional() @streamId('programme', 'the programme that it pays for') readonly programme?: string;
  @optional() @streamId('assistance-case', 'the case that it pays for') readonly case?: string;
  @text("the source's name for the fund", 'Partner Capacity Fund') readonly fund!: string;
  @currency('the ISO 4217 code of its currency') readonly currency!: string;
  @listOf(STAGES, 'the stages that its own system has, in their order') readonly stages!: readonly Stage[];
  @oneOf(OWN_OR_REPORTED, '`reported` if it repeats what another system decided: its parties need not be registered')
  readonly basis!: (typeof OWN_OR_REPORTED)[number];
  @flag("whether the money runs through the recipient's own budget") readonly onBudget!: boolean;
  @optional() @text("the line of the recipient's budget", '07-210') readonly budgetLine?: string;
  @optional()
  @day('the last day on which it may be committed or obligated', '2036-09-30')
  readonly availableUntil?: string;
}

/** What the opening of an account stated wrongly of its fund and the recipient's budget. */
export class CorrectAccount {
  @eventId('the opening of the account') readonly corrects!: string;
  @reason('mistyped') readonly reason!: string;
  @optional()
  @text("the source's name for the fund, while no money has moved", 'Partner Capacity Fund II')
  readonly fund?: string;
  @optional() @flag("whether the money runs through the recipient's own budget", false) readonly onBudget?: boolean;
  @optional() @text("the line of the recipient's budget", '07-220') readonly budgetLine?: string;
  @optional()
  @day('the last day on which it may be committed or obligated', '2037-09-30')
  readonly availableUntil?: string;
}

/** The decision adds the periods in which money moved or is planned. */
export class AccountCorrected extends CorrectAccount {
  @words('the fiscal periods that the account has', ['2026'], 1000) readonly periods!: readonly string[];
}

/** A movement of money. */
export class Money {
  @minorUnits('the amount', 2_500_000_00, 0) readonly amount!: number;
  @period('the fiscal period in the form of the account') readonly period!: string;
  @optional() @repeats() readonly reported?: ReportedRow;
}

/** A movement back. */
export class Reversal extends Money {
  @optional() @eventId('the event that was wrong, if the movement corrects one') readonly corrects?: string;
  @reason('entered-twice') readonly reason!: string;
}

/** Money that came back. */
export class Reimbursement extends Reversal {
  @optional() @eventId('the recovery after misuse that it records, if it records one') readonly recovery?: string;
}

/** What a recovery comes to, after its correction. */
export class CorrectReimbursement {
  @eventId('the recovery after misuse') readonly recovery!: string;
  @minorUnits('what came back', 700_000_00, 0) readonly amount!: number;
  @reason('recovery-corrected') readonly reason!: string;
}

/** The decision adds the day of the pledge that was wrong, and the contributor of pooled money. */
export class PledgeReduced extends Reversal {
  @optional() @correctedContributor() readonly contributor?: string;
  @optional() @correctedDay() readonly on?: string;
}

/** The day of the commitment that was wrong: the decision adds it. */
export class FundsDecommitted extends Reversal {
  @optional() @correctedDay() readonly on?: string;
}

/** The day of the obligation that was wrong: the decision adds it. */
export class FundsDeobligated extends Reversal {
  @optional() @correctedDay() readonly on?: string;
}

/**
 * The day and the tranche of the disbursement that was wrong, and the days of the tranche from then
 * on: the decision adds them.
 */
export class FundsReimbursed extends Reimbursement {
  @optional() @tranche() readonly tranche?: string;
  @optional() @correctedDay() readonly on?: string;
  @optional() @wholeOn() readonly disbursedOn?: string;
  @optional() @lastPaidOn() readonly lastDisbursedOn?: string;
}

/** The day of the expenditure that was wrong: the decision adds it. */
export class ExpenditureCorrected extends Reversal {
  @optional() @correctedDay() readonly on?: string;
}

/** A movement that was entered wrongly. No money moves: it is not a movement back. */
export class CorrectMovement {
  @eventId('the movement that was wrong') readonly corrects!: string;
  @reason('wrong-period') readonly reason!: string;
  @optional()
  @minorUnits('the right amount, less what was taken back since; 0 if there was no such movement', 2_400_000_00, 0)
  readonly amount?: number;
  @optional() @period('the right fiscal period in the form of the account', '2027') readonly period?: string;
  @optional() @repeats() readonly reported?: ReportedRow;
}

/**
 * What a correction changes in one period: the decision adds stage, period and difference, and the
 * tranche, the contributor or the other account of the movement that was wrong, its day, and
 * whether it lowers the stage; of a tranche its days from then on.
 */
export class MovementCorrected {
  @eventId('the movement that was wrong') readonly corrects!: string;
  @reason('wrong-period') readonly reason!: string;
  @stage() readonly stage!: Stage;
  @period('the fiscal period in the form of the account') readonly period!: string;
  @minorUnits('the difference at the stage', -100_000_00, -Number.MAX_SAFE_INTEGER) readonly amountBy!: number;
  @optional() @nested(() => ReportedRow, 'the row that it repeats') readonly reported?: ReportedRow;
  @optional() @tranche() readonly tranche?: string;
  @optional() @wholeOn() readonly disbursedOn?: string;
  @optional() @lastPaidOn() readonly lastDisbursedOn?: string;
  @optional() @correctedContributor() readonly contributor?: string;
  @optional() @correctedDay() readonly on?: string;
  @optional() @streamId('funding-account', 'of a reallocation out, the account to which it goes') readonly to?: string;
  @optional() @streamId('funding-account', 'of a reallocation in, the account it comes from') readonly from?: string;
  @optional() @eventId('of a reallocation in, the event with which it left that account') readonly out?: string;
  @optional()
  @flag('whether the movement that was wrong lowers its stage; absent if it raises it')
  readonly lowers?: boolean;
}

export class PlanDisbursement extends Money {
  @tranche() readonly tranche!: string;
  @day('the day on which it is due', '2026-06-30') readonly due!: string;
}

/** A tranche that was entered wrongly: its amount, its day, or both. */
export class CorrectTranche {
  @eventId('the event that announced the tranche') readonly corrects!: string;
  @reason('mistyped') readonly reason!: string;
  @tranche() readonly tranche!: string;
  @optional()
  @minorUnits('the right amount; 0 if there is no such tranche', 2_400_000_00, 0)
  readonly amount?: number;
  @optional() @day('the right day on which it is due', '2026-07-31') readonly due?: string;
  @optional() @repeats() readonly reported?: ReportedRow;
}

/** What is right from then on: the decision adds the rest of it. */
export class TrancheCorrected {
  @eventId('the event that announced the tranche') readonly corrects!: string;
  @reason('mistyped') readonly reason!: string;
  @tranche() readonly tranche!: string;
  @minorUnits('the right amount', 2_400_000_00, 0) readonly amount!: number;
  @day('the right day on which it is due', '2026-07-31') readonly due!: string;
  @period('the fiscal period of the tranche') readonly period!: string;
  @minorUnits('the difference of the amount', -100_000_00, -Number.MAX_SAFE_INTEGER) readonly amountBy!: number;
  @optional()
  @day('the day by which the whole of the right amount had been disbursed, if it had', '2026-06-30')
  readonly disbursedOn?: string;
  @optional() @nested(() => ReportedRow, 'the row that it repeats') readonly reported?: ReportedRow;
}

export class TrancheBecameOverdue {
  @tranche() readonly tranche!: string;
  @day('the day on which it was due', '2026-06-30') readonly due!: string;
}

export class WithdrawTranches {
  @reason('programme-terminated') readonly reason!: string;
}

/** Nothing more is disbursed of it: the decision states why. */
export class TrancheWithdrawn extends TrancheBecameOverdue {
  @reason('programme-terminated') readonly reason!: string;
}

export class DisburseFunds extends Money {
  @optional() @tranche() readonly tranche?: string;
}

/** The decision adds whether the programme was completed before, and the days of the tranche. */
export class FundsDisbursed extends DisburseFunds {
  @optional()
  @flag('whether the programme that it pays for had been completed by then; absent if not')
  readonly afterCompletion?: boolean;
  @optional() @wholeOn() readonly disbursedOn?: string;
  @optional() @lastPaidOn() readonly lastDisbursedOn?: string;
}

export class ReallocateFundsOut extends Money {
  @stage() readonly stage!: Stage;
  @streamId('funding-account', 'the account to which it goes', 'norland.account-2') readonly to!: string;
}

export class ReallocateFundsIn extends Money {
  @stage() readonly stage!: Stage;
  @streamId('funding-account', 'the account from which it comes') readonly from!: string;
  @eventId('the event with which it left that account') readonly out!: string;
}

export class PoolContribution extends Money {
  @organisation('the other contributor', 'sudria') readonly contributor!: string;
}

export class FixExchangeRate {
  @currency('the ISO 4217 code of the other currency', 'EUR') readonly quote!: string;
  @decimal("how much of the other currency one unit of the account's is", '0.9132') readonly rate!: string;
  @day('the day of the rate', '2026-03-31') readonly on!: string;
}

/** What was entered wrongly: each field here replaces it. */
export class CorrectExchangeRate {
  @eventId('the event that fixed the rate') readonly corrects!: string;
  @reason('mistyped') readonly reason!: string;
  @optional() @currency('the ISO 4217 code of the right other currency', 'EUR') readonly quote?: string;
  @optional() @decimal("how much of the other currency one unit of the account's is", '0.9123') readonly rate?: string;
  @optional() @day('the right day of the rate', '2026-03-30') readonly on?: string;
}

/** The decision adds the rate of the newest day after it. */
export class ExchangeRateCorrected extends CorrectExchangeRate {
  @nested(() => FixExchangeRate, 'the rate of the newest day') readonly newest!: FixExchangeRate;
}

export class CloseFundingAccount {
  @reason('fully-spent') readonly reason!: string;
}

/** What the end leaves open: the decision adds it. */
export class FundingAccountClosed extends CloseFundingAccount {
  @optional()
  @words('the tranches that were not wholly disbursed, and end with it', ['t1'], 1000)
  readonly open?: readonly string[];
}

// The examples are those of an account with basis `own`, which repeats no other system.
const money = { amount: 2_500_000_00, period: '2026' };
const back = { amount: 100_000_00, period: '2026', reason: 'entered-twice' };
const moved = { ...money, stage: 'committed' as const };

/** A funding account: the donor moves its money, recipient and implementers report expenditure. */
export const fundingAccountContract = contract({
  kind: 'funding-account',
  about: 'the money of one donor for one recipient, in one currency, stage by stage',
  commands: {
    OpenFundingAccount: command(
      'open',
      OpenFundingAccount,
      'donor',
      'Open an account with the stages that its own system has',
    ),
    CorrectAccount: command(
      'correct',
      CorrectAccount,
      'donor',
      "Correct what the opening stated wrongly of its fund and the recipient's budget",
      { corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1', reason: 'mistyped', budgetLine: '07-220' },
    ),
    PledgeFunds: command('pledge', Money, 'donor', 'Pledge money for a period', money),
    ReducePledge: command('reduce-pledge', Reversal, 'donor', 'Take a pledge back in part or whole', back),
    CommitFunds: command('commit', Money, 'donor', 'Commit money', money),
    DecommitFunds: command('decommit', Reversal, 'donor', 'Take back what is committed and not obligated', back),
    ObligateFunds: command('obligate', Money, 'donor', 'Obligate money within what is committed', money),
    DeobligateFunds: command('deobligate', Reversal, 'donor', 'Take back what is obligated and not disbursed', back),
    PlanDisbursement: command('plan-disbursement', PlanDisbursement, 'donor', 'Announce a tranche and its day', {
      ...money,
      tranche: 'tranche-1',
      due: '2026-06-30',
    }),
    CorrectTranche: command(
      'correct-tranche',
      CorrectTranche,
      'donor',
      'Correct the amount or the day of a tranche that was entered wrongly',
      { corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1', reason: 'mistyped', tranche: 'tranche-1', due: '2026-07-31' },
    ),
    RecordOverdueTranche: command(
      'record-overdue-tranche',
      TrancheBecameOverdue,
      'system',
      'Record that the day of a tranche passed, and it was not wholly disbursed: it is overdue, or ended with its programme',
    ),
    WithdrawTranches: command(
      'withdraw-tranches',
      WithdrawTranches,
      'system',
      'Record that the tranches to come ended with a programme that was ended early',
    ),
    DisburseFunds: command(
      'disburse',
      DisburseFunds,
      'donor',
      'Disburse within what is obligated; refused while the programme is suspended or the case held',
      { ...money, tranche: 'tranche-1' },
    ),
    ReimburseFunds: command('reimburse', Reimbursement, ['donor', 'system'], 'Record money that came back', back),
    CorrectReimbursement: command(
      'correct-reimbursement',
      CorrectReimbursement,
      'system',
      'Correct what came back, after the recovery behind it was corrected',
    ),
    ReportExpenditure: command(
      'report-expenditure',
      Money,
      ['donor', 'recipient', 'implementer'],
      'Report what the recipient spent',
      money,
    ),
    CorrectExpenditure: command(
      'correct-expenditure',
      Reversal,
      ['donor', 'recipient', 'implementer'],
      'Correct a reported expenditure downwards',
      back,
    ),
    CorrectMovement: command(
      'correct-movement',
      CorrectMovement,
      'donor',
      'Correct the amount or the period of a movement that was entered wrongly, at any stage',
      { corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1', reason: 'wrong-period', period: '2027' },
    ),
    ReallocateFundsOut: command(
      'reallocate-out',
      ReallocateFundsOut,
      'donor',
      'Give money to another account: the first of two commands',
      { ...moved, to: 'norland.account-2' },
    ),
    ReallocateFundsIn: command(
      'reallocate-in',
      ReallocateFundsIn,
      'donor',
      'Take in what another account gave: the second of two commands',
      { ...moved, from: 'norland.account-1', out: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1' },
    ),
    PoolContribution: command(
      'pool-contribution',
      PoolContribution,
      'donor',
      "Record another contributor's share of a pooled fund",
      { ...money, contributor: 'sudria' },
    ),
    FixExchangeRate: command(
      'fix-exchange-rate',
      FixExchangeRate,
      'donor',
      'Fix the rate at which the account is read in another currency',
    ),
    CorrectExchangeRate: command(
      'correct-exchange-rate',
      CorrectExchangeRate,
      'donor',
      'Correct a rate that was fixed, its currency or its day',
    ),
    CloseFundingAccount: command('close', CloseFundingAccount, 'donor', 'Close an account whose money has arrived'),
    ...FACT_COMMANDS,
  },
  events: {
    FundingAccountOpened: event(OpenFundingAccount, 'An account was opened', { opens: 'the account' }),
    AccountCorrected: fact(
      AccountCorrected,
      "What its opening stated of its fund or the recipient's budget was corrected",
    ),
    FundsPledged: event(Money, 'Money was pledged', { opens: 'the pledge' }),
    PledgeReduced: event(PledgeReduced, 'A pledge was reduced', { closes: ['FundsPledged'] }),
    FundsCommitted: event(Money, 'Money was committed', { opens: 'the commitment', closes: ['FundsPledged'] }),
    FundsDecommitted: event(FundsDecommitted, 'A commitment was taken back', { closes: ['FundsCommitted'] }),
    FundsObligated: event(Money, 'Money was obligated', {
      opens: 'the obligation',
      closes: ['FundsPledged', 'FundsCommitted'],
    }),
    FundsDeobligated: event(FundsDeobligated, 'An obligation was taken back', { closes: ['FundsObligated'] }),
    DisbursementPlanned: event(PlanDisbursement, 'A tranche was announced', { opens: 'the tranche' }),
    TrancheCorrected: fact(TrancheCorrected, 'The amount or the day of a tranche was corrected'),
    TrancheBecameOverdue: fact(TrancheBecameOverdue, 'The day of a tranche passed, and it was not wholly disbursed'),
    TrancheWithdrawn: fact(
      TrancheWithdrawn,
      'The programme was ended early, and what was left of a tranche is not waited for',
    ),
    FundsDisbursed: event(FundsDisbursed, 'Money was disbursed', {
      opens: 'the money at the recipient',
      closes: ['FundsObligated', 'DisbursementPlanned'],
    }),
    FundsReimbursed: event(FundsReimbursed, 'Money came back', { closes: ['FundsDisbursed'] }),
    ExpenditureReported: event(Money, 'An expenditure was reported', { closes: ['FundsDisbursed'] }),
    ExpenditureCorrected: fact(ExpenditureCorrected, 'A reported expenditure was corrected downwards'),
    MovementCorrected: fact(MovementCorrected, 'A movement that was entered wrongly was corrected'),
    FundsReallocatedOut: fact(ReallocateFundsOut, 'Money went to another account'),
    FundsReallocatedIn: fact(ReallocateFundsIn, 'Money came from another account'),
    ContributionPooled: fact(PoolContribution, "Another contributor's money was pooled"),
    ExchangeRateFixed: fact(FixExchangeRate, 'An exchange rate was fixed'),
    ExchangeRateCorrected: fact(ExchangeRateCorrected, 'An exchange rate was corrected'),
    FundingAccountClosed: event(FundingAccountClosed, 'The account was closed', {
      closes: ['FundingAccountOpened', 'DisbursementPlanned'],
    }),
    ...FACT_EVENTS,
  },
});

export type FundingAccountCommand = CommandOf<typeof fundingAccountContract>;
export type FundingAccountEvent = EventOf<typeof fundingAccountContract>;
