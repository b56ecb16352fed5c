import { STAGES } from './codes.js';
import type { From, Query, RowsView } from './from.js';
import { MovementRow, hasStage } from './movements.js';
import { amount, day, sameAs, text } from './view-columns.js';

const OF_ACCOUNT = [
  'account',
  'donor',
  'recipient',
  'programme',
  'assistance_case',
  'fund',
  'basis',
  'currency',
] as const;
const OF_DAY = [...OF_ACCOUNT, 'occurred_on'] as const;

/** The stages that another bounds (R15), each with those before it, the nearest first. */
const BOUNDED = {
  obligated: ['committed'],
  disbursed: ['obligated', 'committed'],
  spent: ['disbursed', 'obligated', 'committed'],
} as const;

/** By how much each stage of an account moved on each day; null if the account does not have it. */
function byDay(from: From): Query {
  const query = from(MovementRow, 'f').select('f.stream', 'stream').groupBy('f.stream').addGroupBy('f.account_stages');
  for (const column of OF_DAY) query.addSelect(`f.${column}`, column).addGroupBy(`f.${column}`);
  for (const stage of STAGES)
    query.addSelect(
      `CASE WHEN ${hasStage('f', stage)} THEN SUM(CASE WHEN f.stage = '${stage}' THEN f.amount ELSE 0 END) END`,
      stage,
    );
  return query;
}

/** The rows of a query under an alias, with no column selected. */
const over = (query: Query, alias: string): Query =>
  query.connection
    .createQueryBuilder()
    .from(`(${query.getQuery()})`, alias)
    .setParameters(query.getParameters())
    .select([]);

/** What each stage had come to by each day. */
function running(from: From): Query {
  const days = over(byDay(from), 'd');
  for (const column of OF_DAY) days.addSelect(`d.${column}`, column);
  // An account holds no more than a row can: the sums do not go beyond it.
  for (const stage of STAGES)
    days.addSelect(`CAST(SUM(d.${stage}) OVER (PARTITION BY d.stream ORDER BY d.occurred_on) AS BIGINT)`, stage);
  return days;
}

/** R30: the stages that are ahead of the one before them. Reported history is never marked. */
const AHEAD = Object.entries(BOUNDED)
  .map(
    ([stage, before]) =>
      `CASE WHEN r.${stage} > COALESCE(${before.map((one) => `r.${one}`).join(', ')}, r.${stage}) THEN ',${stage}-early' ELSE '' END`,
  )
  .join(' || ');

function query(from: From): Query {
  const rows = over(running(from), 'r');
  for (const column of [...OF_DAY, ...STAGES]) rows.addSelect(`r.${column}`, column);
  return rows.addSelect(`CASE WHEN r.basis = 'own' THEN NULLIF(SUBSTR(${AHEAD}, 2), '') END`, 'implausible');
}

const balanceAt = (stage: string) =>
  amount(`what was ${stage} by then, over all periods, in minor units; null if the account does not have this stage`);

/** What had happened to the money of an account by each day on which some of it moved. */
export const balances: RowsView = {
  name: 'balances',
  topic: 'Donors',
  version: 1,
  about: 'per account and day on which money moved: what each stage had come to by then, and what is out of order',
  key: ['account', 'occurred_on'],
  columns: {
    ...sameAs(MovementRow, ...OF_ACCOUNT),
    occurred_on: day("the day, by the sender's word; a correction counts on that of what was wrong"),
    ...Object.fromEntries(STAGES.map((stage) => [stage, balanceAt(stage)])),
    implausible: text(
      `what is implausible about the order, as codes with commas between them; null if nothing is, and in reported history: ${Object.keys(
        BOUNDED,
      )
        .map((stage) => `${stage}-early`)
        .join(
          ', ',
        )} (more was ${Object.keys(BOUNDED).join(', ')} by the end of the day than had come to the stage before it that the account has, a pledge apart)`,
    ),
  },
  totals: { counts: 'days of accounts', by: ['currency', 'implausible'], sums: [] },
  occurredBy: { movements: 'occurred_on' },
  // A movement that is recorded late is in the sums of all later days.
  movedBy: { movements: { account: 'account' } },
  madeOf: ({ account }) => ({ movements: { account } }),
  query,
};
