import type { AccountCorrected, FundingAccountEvent } from '@entente/contracts';
import { type Projection, type RecordedEvent, isNewest } from '@entente/kernel';
import { OWN_OR_REPORTED } from './codes.js';
import { count, day, dayOrNull, flag, oneOf, text, textOrNull } from './columns.js';
import { BASIS } from './plausibility.js';
import { originOf, rowWith } from './row-by.js';

/** A funding account from its opening to its closing; `funding` has its money. */
export class AccountRow {
  @text('the account') account!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @textOrNull('the programme that it pays for, if any') programme!: string | null;
  @textOrNull('the case that it pays for, if any') assistance_case!: string | null;
  @text("the source's name for the fund") fund!: string;
  @text("the ISO 4217 code of the account's currency") currency!: string;
  @text('the stages that it has, in their order, with commas between them') stages!: string;
  @text(BASIS, OWN_OR_REPORTED) basis!: string;
  @flag("whether the money runs through the recipient's own budget") on_budget!: boolean;
  @textOrNull("the line of the recipient's budget") budget_line!: string | null;
  @dayOrNull('the last day on which it may be committed or obligated') available_until!: string | null;
  @oneOf(['open', 'closed']) status!: string;
  @day('the day on which it was opened') opened_on!: string;
  @dayOrNull('the day on which it was closed') closed_on!: string | null;
  @textOrNull('the code of the reason for which it was closed') close_reason!: string | null;
  @count('exchange rates that were fixed') rates!: number;
  @textOrNull(
    'the ISO 4217 code of the other currency of the newest rate: that of the latest day, of one day the one fixed later',
  )
  rate_currency!: string | null;
  @textOrNull("how much of the other currency one unit of the account's is, by the newest rate: a decimal number")
  rate!: string | null;
  @dayOrNull('the day of the newest rate') rate_on!: string | null;
}

const accountWith = rowWith(AccountRow);

/** What a correction of its opening changes in the rows of an account. */
export const fundAfter = ({ fund, onBudget, budgetLine, availableUntil }: AccountCorrected) => ({
  ...(fund === undefined ? {} : { fund }),
  ...(onBudget === undefined ? {} : { on_budget: onBudget }),
  ...(budgetLine === undefined ? {} : { budget_line: budgetLine }),
  ...(availableUntil === undefined ? {} : { available_until: availableUntil }),
});

function evolve(row: AccountRow | null, event: RecordedEvent<FundingAccountEvent>): AccountRow | null {
  const { id: account, day: on } = originOf(event);
  if (event.type === 'FundingAccountOpened') {
    const { donor, recipient, programme, case: assistance_case, fund, currency, stages, basis, ...data } = event.data;
    const paid = { programme, assistance_case, fund, currency, stages: stages.join(','), basis };
    const budget = { on_budget: data.onBudget, budget_line: data.budgetLine, available_until: data.availableUntil };
    return accountWith({ account, donor, recipient, ...paid, ...budget, status: 'open', opened_on: on });
  }
  if (row === null) return null;
  switch (event.type) {
    case 'AccountCorrected':
      return { ...row, ...fundAfter(event.data) };
    case 'ExchangeRateFixed': {
      const { quote: rate_currency, rate, on: rate_on } = event.data;
      const rates = row.rates + 1;
      return isNewest(rate_on, row.rate_on) ? { ...row, rates, rate_currency, rate, rate_on } : { ...row, rates };
    }
    case 'ExchangeRateCorrected': {
      const { quote: rate_currency, rate, on: rate_on } = event.data.newest;
      return { ...row, rate_currency, rate, rate_on };
    }
    case 'FundingAccountClosed':
      return { ...row, status: 'closed', closed_on: on, close_reason: event.data.reason };
    default:
      return row;
  }
}

const CHANGING: readonly FundingAccountEvent['type'][] = [
  'FundingAccountOpened',
  'AccountCorrected',
  'ExchangeRateFixed',
  'ExchangeRateCorrected',
  'FundingAccountClosed',
];

export const accounts: Projection<FundingAccountEvent, AccountRow> = {
  name: 'accounts',
  topic: 'Donors',
  version: 4,
  kinds: ['funding-account'],
  about: 'a funding account: what it pays for, whether it is open, and its newest exchange rate',
  entity: AccountRow,
  totals: { counts: 'accounts', by: ['currency', 'status'], sums: [] },
  touches: ({ type }) => (CHANGING.includes(type) ? [''] : []),
  evolve,
};
