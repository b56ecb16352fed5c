import { ConsignmentRow } from './consignments.js';
import type { From, Query, RowsView } from './from.js';
import { FundingRow } from './funding.js';
import { MisuseRow } from './misuse-register.js';
import { ProgrammeRow } from './programmes.js';

const STAGES = ['pledged', 'committed', 'obligated', 'disbursed', 'spent'] as const;
const PARTIES = ['donor', 'recipient', 'programme', 'currency'] as const;

/**
 * The money of each donor, programme, recipient and currency, summed before anything is joined to
 * it.
 */
function money(from: From): Query {
  const query = from(FundingRow, 'f').select([]);
  for (const column of PARTIES) query.addSelect(`f.${column}`, column).addGroupBy(`f.${column}`);
  for (const stage of STAGES) query.addSelect(`SUM(f.${stage})`, stage);
  return query;
}

/** Programmes without money: they are in the portfolio, too. */
function unfunded(from: From): Query {
  const funded = from(FundingRow, 'g').select('g.programme').where('g.programme IS NOT NULL');
  const query = from(ProgrammeRow, 'u').select('u.donor', 'donor').addSelect('u.recipient', 'recipient');
  query.addSelect('u.programme', 'programme').addSelect('NULL', 'currency');
  for (const stage of STAGES) query.addSelect('0', stage);
  return query.where(`u.programme NOT IN (${funded.getQuery()})`).setParameters(funded.getParameters());
}

/**
 * What was received for a programme, and how late against the first promise and the current plan.
 */
const deliveries = (from: From): Query =>
  from(ConsignmentRow, 'c')
    .select('c.programme', 'programme')
    .addSelect('COUNT(*)', 'deliveries')
    .addSelect('SUM(CASE WHEN c.days_late_first <= 0 THEN 1 ELSE 0 END)', 'on_time')
    .addSelect('SUM(c.days_late_first)', 'late_first')
    .addSelect('SUM(c.days_late_plan)', 'late_plan')
    .where('c.received_on IS NOT NULL')
    .groupBy('c.programme');

const openMisuse = (from: From): Query =>
  from(MisuseRow, 'm')
    .select('m.programme', 'programme')
    .addSelect('COUNT(*)', 'cases')
    .where(`m.status NOT IN ('closed', 'declined', 'dismissed')`)
    .groupBy('m.programme');

function query(from: From): Query {
  const first = money(from);
  const second = unfunded(from);
  const rows = from(ProgrammeRow, 'p');
  const joined = rows.connection
    .createQueryBuilder()
    .from(`(${first.getQuery()} UNION ALL ${second.getQuery()})`, 'k')
    .setParameters({ ...first.getParameters(), ...second.getParameters() });
  const join = (source: Query, alias: string): void => {
    joined
      .leftJoin(`(${source.getQuery()})`, alias, `${alias}.programme = k.programme`)
      .setParameters(source.getParameters());
  };
  join(rows.select('p.programme', 'programme').addSelect('p.title', 'title').addSelect('p.status', 'status'), 'p');
  join(deliveries(from), 'd');
  join(openMisuse(from), 'm');
  joined.select([]);
  for (const column of [...PARTIES, ...STAGES]) joined.addSelect(`k.${column}`, column);
  return joined
    .addSelect('p.title', 'title')
    .addSelect('p.status', 'status')
    .addSelect(
      'CASE WHEN k.committed > 0 THEN k.committed - k.obligated WHEN k.pledged > 0 THEN k.pledged - k.obligated END',
      'unobligated',
    )
    .addSelect('COALESCE(d.deliveries, 0)', 'deliveries')
    .addSelect('ROUND(100.0 * d.on_time / d.deliveries, 1)', 'on_time_percent')
    .addSelect('ROUND(1.0 * d.late_first / d.deliveries, 1)', 'mean_days_late_first')
    .addSelect('ROUND(1.0 * d.late_plan / d.deliveries, 1)', 'mean_days_late_plan')
    .addSelect('COALESCE(m.cases, 0)', 'open_misuse');
}

/**
 * By donor, programme, recipient and currency. `unobligated` is what was committed (or pledged, if
 * nothing was committed) and is not obligated yet; 0 if neither was recorded. Deliveries count
 * consignments with a confirmed receipt; on time is by the first promise.
 */
export const donorPortfolio: RowsView = {
  name: 'donor-portfolio',
  version: 1,
  about: 'per donor, programme, recipient and currency: money by stage, deliveries against their promises, open misuse',
  key: PARTIES,
  columns: {
    donor: 'text',
    programme: 'text',
    title: 'text',
    status: 'text',
    recipient: 'text',
    currency: 'text',
    pledged: 'amount',
    committed: 'amount',
    obligated: 'amount',
    disbursed: 'amount',
    spent: 'amount',
    unobligated: 'amount',
    deliveries: 'integer',
    on_time_percent: 'decimal',
    mean_days_late_first: 'decimal',
    mean_days_late_plan: 'decimal',
    open_misuse: 'integer',
  },
  meanings: {
    donor: 'the donor',
    programme: 'the programme, if the money is for one',
    title: 'the title of the programme',
    status: 'the status of the programme',
    recipient: 'the recipient',
    currency: 'the currency of the amounts, ISO 4217; null without money',
    pledged: 'pledged, in minor units of the currency',
    committed: 'committed, in minor units of the currency',
    obligated: 'obligated, in minor units of the currency',
    disbursed: 'disbursed, in minor units of the currency',
    spent: 'spent, in minor units of the currency',
    unobligated:
      'committed and not obligated, in minor units of the currency; pledged and not obligated, if nothing was committed; null if neither was recorded',
    deliveries: 'consignments of the programme of which the recipient confirmed the receipt',
    on_time_percent: 'deliveries received by the day first promised, percent of all; null if there were none',
    mean_days_late_first: 'mean days from the day first promised to receipt; negative if early',
    mean_days_late_plan: 'mean days from the day planned last to receipt; negative if early',
    open_misuse: 'misuse cases of the programme that are neither closed, declined nor dismissed',
  },
  totals: { counts: 'programmes', distinct: 'programme', by: ['currency'], sums: [...STAGES, 'unobligated'] },
  movedBy: {
    // Without the currency: a programme's first money replaces its row without one.
    funding: { donor: 'donor', recipient: 'recipient', programme: 'programme' },
    programmes: { programme: 'programme' },
    consignments: { programme: 'programme' },
    'misuse-register': { programme: 'programme' },
  },
  query,
};
