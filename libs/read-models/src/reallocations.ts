import { STAGES } from './codes.js';
import { type From, NULL_IF_LATER, type Query, type RowsView } from './from.js';
import { MovementRow } from './movements.js';
import { amount, day, text } from './view-columns.js';

const OF_ACCOUNT = ['account', 'donor', 'recipient', 'programme', 'assistance_case', 'currency', 'stage'] as const;

/** What a reallocation moved at each of its two accounts: no more than a row can hold. */
const moved = (from: From): Query =>
  from(MovementRow, 'm')
    .where('m.reallocation IS NOT NULL')
    .select('m.reallocation', 'reallocation')
    .addSelect('m.account', 'account')
    .addSelect('CAST(SUM(m.amount) AS BIGINT)', 'amount')
    .addSelect(`MIN(CASE WHEN m.movement = 'reallocated-in' THEN m.occurred_on END)`, 'taken_in_on')
    .groupBy('m.reallocation')
    .addGroupBy('m.account');

function query(from: From): Query {
  const left = moved(from);
  const arrived = moved(from);
  const at = (alias: string, account: string): string =>
    `${alias}.reallocation = o.reallocation AND ${alias}.account = ${account}`;
  const rows = from(MovementRow, 'o')
    .leftJoin(`(${left.getQuery()})`, 'l', at('l', 'o.account'))
    .leftJoin(`(${arrived.getQuery()})`, 'a', at('a', 'o.other_account'))
    .setParameters({ ...left.getParameters(), ...arrived.getParameters() })
    .where(`o.movement = 'reallocated-out'`)
    .select('o.reallocation', 'reallocation');
  for (const column of OF_ACCOUNT) rows.addSelect(`o.${column}`, column);
  return rows
    .addSelect('o.other_account', 'other_account')
    .addSelect('o.occurred_on', 'went_out_on')
    .addSelect('a.taken_in_on', 'taken_in_on')
    .addSelect('-l.amount', 'went_out')
    .addSelect('COALESCE(a.amount, 0)', 'taken_in')
    .addSelect('-l.amount - COALESCE(a.amount, 0)', 'in_transit');
}

/** Money between two accounts: it is at no stage of either until the second one takes it in. */
export const reallocations: RowsView = {
  name: 'reallocations',
  topic: 'Donors',
  version: 1,
  about: 'money that went from one account to another: when it left, and what of it has not been taken in',
  key: ['reallocation'],
  columns: {
    reallocation: text('the id of the event with which the money left'),
    account: text('the account that it left'),
    donor: text('the donor of that account'),
    recipient: text('the recipient of that account'),
    programme: text('the programme that that account pays for, if any'),
    assistance_case: text('the case that that account pays for, if any'),
    other_account: text('the account to which it goes'),
    currency: text('the ISO 4217 code of the currency, which both accounts have'),
    stage: text('the stage at which it leaves the one account, and comes to the other', STAGES),
    went_out_on: day('the day on which it left'),
    taken_in_on: day(`the day on which the other account took it in; null while it has not${NULL_IF_LATER}`),
    went_out: amount('what left, in minor units'),
    taken_in: amount('what the other account took in, in minor units; with occurred-by, by that day'),
    in_transit: amount(
      'went_out minus taken_in, in minor units: added to what all accounts have at the stage, it makes the whole',
    ),
  },
  totals: {
    counts: 'reallocations',
    by: ['currency', 'stage'],
    sums: ['went_out', 'taken_in', 'in_transit'],
  },
  occurredBy: { movements: 'occurred_on' },
  movedBy: { movements: { reallocation: 'reallocation' } },
  query,
};
