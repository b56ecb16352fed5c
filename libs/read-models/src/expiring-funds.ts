import { AccountRow } from './accounts.js';
import { daysLeft, overdue } from './columns.js';
import type { From, Query, RowsView } from './from.js';
import { FundingRow } from './funding.js';
import { amount, sameAs, text } from './view-columns.js';

const OF_ACCOUNT = [
  'account',
  'donor',
  'recipient',
  'programme',
  'assistance_case',
  'fund',
  'currency',
  'available_until',
] as const;
const MONEY = ['pledged', 'committed', 'obligated'] as const;

/** The balance of each stage of an account over all periods: no more than a row can hold. */
function balances(from: From): Query {
  const rows = from(FundingRow, 'f').select('f.account', 'account').groupBy('f.account');
  for (const stage of MONEY) rows.addSelect(`CAST(SUM(f.${stage}) AS BIGINT)`, stage);
  return rows;
}

/** Whether an account has both stages before which money can expire. */
const HAS_BOTH = 'b.committed IS NOT NULL AND b.obligated IS NOT NULL';
/** A stage that an account does not have is null, and so is the difference. */
const REMAINING = `CASE WHEN ${HAS_BOTH} THEN b.committed - b.obligated ELSE b.pledged - COALESCE(b.obligated, b.committed) END`;

function query(from: From): Query {
  const money = balances(from);
  const rows = from(AccountRow, 'a')
    .innerJoin(`(${money.getQuery()})`, 'b', 'b.account = a.account')
    .setParameters(money.getParameters())
    .where(`a.status = 'open' AND a.basis = 'own' AND a.available_until IS NOT NULL`)
    .andWhere(`${REMAINING} > 0`)
    .select(REMAINING, 'remaining')
    .addSelect(`CASE WHEN ${HAS_BOTH} THEN 'committed' ELSE 'pledged' END`, 'stage');
  for (const column of OF_ACCOUNT) rows.addSelect(`a.${column}`, column);
  return rows;
}

const LAST_DAY = { due: 'available_until' };

/** Money that cannot be committed or obligated any more after a last day. */
export const expiringFunds: RowsView = {
  name: 'expiring-funds',
  topic: 'Donors',
  version: 1,
  about:
    'an open account with a last day by which its money is committed or obligated, and some that is not: what expires then; none that repeats what another system did',
  key: ['account'],
  columns: {
    ...sameAs(AccountRow, 'fund', 'available_until', 'currency'),
    remaining: amount(
      'what expires, in minor units: what is committed and not obligated; of an account that has only one of these stages, what is pledged and has not reached it',
    ),
    stage: text('the stage at which it is: pledged or committed', ['pledged', 'committed']),
    ...sameAs(AccountRow, 'donor', 'recipient', 'programme', 'assistance_case', 'account'),
  },
  daily: {
    expired: overdue('whether the last day is over', LAST_DAY),
    days_left: daysLeft('days from the day of the answer to the last day; negative once it is over', LAST_DAY),
  },
  totals: { counts: 'accounts', by: ['currency', 'expired'], sums: ['remaining'] },
  movedBy: { accounts: { account: 'account' }, funding: { account: 'account' } },
  query,
};
