import type { FundingAccountCommand, MisuseCaseEvent } from '@entente/contracts';
import { type Consequence, eventPolicy } from '@entente/kernel';

const onAccount = (id: string, command: FundingAccountCommand): readonly Consequence[] => [
  { stream: { kind: 'funding-account', id }, command },
];

/** R18: money that came back after misuse is reimbursed to the account that the recovery names. */
export const recoveredFunds = eventPolicy<MisuseCaseEvent>(
  {
    name: 'recovered-funds',
    kind: 'misuse-case',
    day: 'cause',
    about: 'money that came back after misuse is reimbursed to the account that its recovery names, once',
  },
  {
    FundsRecovered: ({ account, amount, period }, { id: recovery, metadata }) =>
      account === undefined
        ? []
        : onAccount(account, {
            type: 'ReimburseFunds',
            data: { amount, period: period ?? metadata.occurredAt.slice(0, 4), reason: 'misuse-recovery', recovery },
          }),
    RecoveryCorrected: ({ account, amount, corrects: recovery, reason }) =>
      account === undefined || amount === undefined
        ? []
        : onAccount(account, { type: 'CorrectReimbursement', data: { recovery, amount, reason } }),
  },
);
