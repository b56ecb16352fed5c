import type { FundingAccountEvent } from '@entente/contracts';
import type { FundingAccount } from '@entente/domain';
import { type Invariants, whole } from './invariant.js';

/** A funding account: money is whole, and no stage but the pledge is overtaken by the next one. */
export const fundingAccounts: Invariants<FundingAccount, FundingAccountEvent> = {
  opens: 'FundingAccountOpened',
  holds: ({ basis, stages, balances, tranches }) => {
    const bounded = stages.filter((stage) => stage !== 'pledged').map((stage) => balances[stage]);
    return {
      'amounts are whole': Object.values(balances).every(Number.isSafeInteger),
      'own amounts are not below zero': basis === 'reported' || Object.values(balances).every(whole),
      'no stage overtakes the one before': basis === 'reported' || bounded.every((n, i) => n <= (bounded[i - 1] ?? n)),
      'a tranche has what was disbursed under its name, never less than nothing': Object.values(tranches).every(
        ({ disbursed }) => disbursed >= 0,
      ),
    };
  },
};
