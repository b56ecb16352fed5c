import type { FundingAccountEvent, FundsDisbursed } from '@entente/contracts';
import { type DueChange, overdueNow, partiesOf, dutiesOf, withdrawn } from './changes.js';

const disbursedOf = (
  { tranche, disbursedOn, lastDisbursedOn }: Pick<FundsDisbursed, 'tranche' | 'disbursedOn' | 'lastDisbursedOn'>,
  disbursed: number,
  paidOn?: string,
): readonly DueChange<'tranche'>[] => {
  const days = { ...(disbursedOn && { disbursedOn }), ...(lastDisbursedOn && { lastDisbursedOn }) };
  return tranche === undefined
    ? []
    : [{ duty: 'tranche', item: tranche, disbursed, ...(paidOn && { paidOn }), ...days }];
};

/** A tranche of nothing is not waited for. */
const nothingOf = (tranche: string, amount: number): readonly DueChange<'tranche'>[] =>
  amount === 0 ? [withdrawn('tranche', tranche)] : [];

/** What is due of a funding account, until when, and by whom. */
export const fundingAccountDuties = dutiesOf<FundingAccountEvent>()(
  { tranche: ['donor', 'a disbursement that is planned'] },
  { type: 'FundingAccountOpened', of: (data) => ({ ...partiesOf(data), currency: data.currency }) },
  {
    DisbursementPlanned: ({ tranche, amount, ...data }) => [
      { duty: 'tranche', item: tranche, due: data.due, planned: amount },
      ...nothingOf(tranche, amount),
    ],
    TrancheCorrected: ({ tranche, amount, due, disbursedOn = null }) => [
      { duty: 'tranche', item: tranche, due, planned: amount, disbursedOn },
      ...(disbursedOn === null ? nothingOf(tranche, amount) : []),
    ],
    FundsDisbursed: (data, origin) => disbursedOf(data, data.amount, origin.day),
    FundsReimbursed: (data) => disbursedOf(data, -data.amount),
    MovementCorrected: (data) => disbursedOf(data, data.amountBy),
    TrancheBecameOverdue: ({ tranche }) => [overdueNow('tranche', tranche)],
    TrancheWithdrawn: ({ tranche }) => [withdrawn('tranche', tranche)],
  },
  {},
  ['FundingAccountClosed'],
);
