import { STAGES } from './codes.js';
import { codesOf } from './columns.js';
import type { Stage } from '@entente/contracts';
import type { ExactSums, ViewOptions } from '@entente/kernel';
import { CaseLineRow } from './case-lines.js';
import { ConsignmentRow } from './consignments.js';
import { openLines } from './deliverables.js';
import { type From, NOT_BY_DAY, type Query, type RowsView } from './from.js';
import { firstStop, onHoldMeaning, stopsOn } from './on-hold.js';
import { MisuseRow } from './misuse-register.js';
import { MovementRow, hasStage } from './movements.js';
import { ProgrammeRow } from './programmes.js';
import { RecoveryRow } from './recoveries.js';
import { amountSum, day, decimal, integer, text } from './view-columns.js';

const PARTIES = ['donor', 'recipient', 'programme', 'currency'] as const;

/** What is at one stage and not at a later one, where accounts have both. */
const NOT_YET = {
  uncommitted: { from: 'pledged', to: 'committed', without: null },
  unobligated: { from: 'committed', to: 'obligated', without: null },
  pledged_unobligated: { from: 'pledged', to: 'obligated', without: 'committed' },
  undisbursed: { from: 'obligated', to: 'disbursed', without: null },
} as const satisfies Record<string, { from: Stage; to: Stage; without: Stage | null }>;
const NOT_YETS = Object.keys(NOT_YET) as (keyof typeof NOT_YET)[];
const AMOUNTS = [...STAGES, 'pooled', ...NOT_YETS] as const;

/** The sum of an expression over movements of accounts that have these stages; null without any. */
const sumWith = (
  { sum }: ExactSums,
  stages: readonly Stage[],
  expression: string,
  without: Stage | null = null,
): string =>
  sum(
    `CASE WHEN ${stages.map((stage) => hasStage('f', stage)).join(' AND ')}${without === null ? '' : ` AND NOT (${hasStage('f', without)})`} THEN ${expression} END`,
  );

const at = (stage: Stage): string => `CASE WHEN f.stage = '${stage}' THEN f.amount ELSE 0 END`;

/** The money of each donor, recipient, programme and currency. */
function money(from: From, { sums }: ViewOptions): Query {
  const query = from(MovementRow, 'f').select([]);
  for (const column of PARTIES) query.addSelect(`f.${column}`, column).addGroupBy(`f.${column}`);
  for (const stage of STAGES) query.addSelect(sumWith(sums, [stage], at(stage)), stage);
  query.addSelect(sumWith(sums, ['pledged'], 'CASE WHEN f.pooled THEN f.amount ELSE 0 END'), 'pooled');
  for (const name of NOT_YETS) {
    const { from: earlier, to, without } = NOT_YET[name];
    query.addSelect(sumWith(sums, [earlier, to], `${at(earlier)} - ${at(to)}`, without), name);
  }
  return query;
}

/** The parties of a programme; of what is under none, its own. */
const PARTY = { donor: 'COALESCE(x.donor, w.donor)', recipient: 'COALESCE(x.recipient, w.recipient)' };

/** Money that came back in a currency in which no money moved. */
function recoveredAlone(from: From): Query {
  const programmes = from(ProgrammeRow, 'x').select('x.programme', 'programme');
  programmes.addSelect('x.donor', 'donor').addSelect('x.recipient', 'recipient');
  const moved = from(MovementRow, 'y').select('1').where('y.currency = w.currency');
  moved.andWhere(`${scope('y')} = ${scope('w')}`);
  const query = from(RecoveryRow, 'w').leftJoin(`(${programmes.getQuery()})`, 'x', 'x.programme = w.programme');
  query.select([]).groupBy(PARTY.donor).addGroupBy(PARTY.recipient).addGroupBy('w.programme').addGroupBy('w.currency');
  query.addSelect(PARTY.donor, 'donor').addSelect(PARTY.recipient, 'recipient');
  query.addSelect('w.programme', 'programme').addSelect('w.currency', 'currency');
  for (const column of AMOUNTS) query.addSelect('CAST(NULL AS BIGINT)', column);
  query.where(`${PARTY.donor} IS NOT NULL`).setParameters({ ...programmes.getParameters(), ...moved.getParameters() });
  return query.andWhere(`NOT EXISTS (${moved.getQuery()})`);
}

/** Programmes without money: they are in the portfolio, too, and have no amounts. */
function unfunded(from: From): Query {
  const funded = from(MovementRow, 'g').select('g.programme').where('g.programme IS NOT NULL');
  const recoveries = from(RecoveryRow, 'h').select('h.programme').where('h.programme IS NOT NULL');
  const query = from(ProgrammeRow, 'u').select('u.donor', 'donor').addSelect('u.recipient', 'recipient');
  query.addSelect('u.programme', 'programme').addSelect('NULL', 'currency');
  for (const column of AMOUNTS) query.addSelect('NULL', column);
  // By what had occurred by a day, a later proposal has no day.
  query.where('u.proposed_on IS NOT NULL');
  query.andWhere(`u.programme NOT IN (${funded.getQuery()})`).andWhere(`u.programme NOT IN (${recoveries.getQuery()})`);
  return query.setParameters({ ...funded.getParameters(), ...recoveries.getParameters() });
}

/** Donor and recipient of goods and misuse without a programme and without money. */
function withoutProgramme(from: From): Query {
  const moved = from(MovementRow, 'mn').select('1').where('mn.programme IS NULL');
  moved.andWhere('mn.donor = n.donor AND mn.recipient = n.recipient');
  const back = from(RecoveryRow, 'rn').select('1').where('rn.programme IS NULL');
  back.andWhere('rn.donor = n.donor AND rn.recipient = n.recipient');
  const parts = [from(ConsignmentRow, 'cn'), from(MisuseRow, 'un'), from(CaseLineRow, 'ln')].map((part) => {
    const of = `${part.alias}.`;
    part.select(`${of}donor`, 'donor').addSelect(`${of}recipient`, 'recipient');
    return part.where(`${of}programme IS NULL`).andWhere(`${of}donor IS NOT NULL`);
  });
  const parties = `(${parts.map((part) => part.getQuery()).join(' UNION ')})`;
  const query = moved.connection.createQueryBuilder().from(parties, 'n');
  query
    .select('n.donor', 'donor')
    .addSelect('n.recipient', 'recipient')
    .addSelect('NULL', 'programme')
    .addSelect('NULL', 'currency');
  for (const column of AMOUNTS) query.addSelect('NULL', column);
  for (const part of [...parts, moved, back]) query.setParameters(part.getParameters());
  return query.where(`NOT EXISTS (${moved.getQuery()})`).andWhere(`NOT EXISTS (${back.getQuery()})`);
}

/**
 * What a row of the portfolio is about: a programme, or what donor and recipient do without one.
 */
const scope = (alias: string): string => `COALESCE(${alias}.programme, ${alias}.donor || ' ' || ${alias}.recipient)`;

/** Consignments, received or overdue, against the first promise and the current plan. */
const deliveries = (from: From): Query =>
  from(ConsignmentRow, 'c')
    .select(scope('c'), 'scope')
    .addSelect(`SUM(CASE WHEN c.received_on IS NOT NULL THEN 1 ELSE 0 END)`, 'received')
    .addSelect(`SUM(CASE WHEN c.overdue THEN 1 ELSE 0 END)`, 'overdue')
    .addSelect(`SUM(CASE WHEN c.days_late_first <= 0 THEN 1 ELSE 0 END)`, 'on_time')
    .addSelect('COUNT(c.days_late_first)', 'judged_first')
    .addSelect('SUM(c.days_late_first)', 'late_first')
    .addSelect('COUNT(c.days_late_plan)', 'judged_plan')
    .addSelect('SUM(c.days_late_plan)', 'late_plan')
    .groupBy(scope('c'));

/** Lines of cases past their day: also those of which nothing was ever scheduled. */
const overdueLines = (from: From): Query =>
  openLines(from)
    .andWhere('l.due < CAST(:today AS TEXT)')
    .select(scope('l'), 'scope')
    .addSelect('COUNT(*)', 'overdue')
    .groupBy(scope('l'));

const misuse = (from: From): Query =>
  from(MisuseRow, 'm')
    .select(scope('m'), 'scope')
    .addSelect(`SUM(CASE WHEN m.ended_on IS NULL THEN 1 ELSE 0 END)`, 'open_cases')
    .addSelect(`SUM(CASE WHEN m.overdue THEN 1 ELSE 0 END)`, 'overdue')
    .addSelect(
      `SUM(CASE WHEN m.assistance = 'suspended' AND m.suspended_scopes <> '[]' THEN 1 ELSE 0 END)`,
      'suspended',
    )
    .addSelect('MAX(m.precaution_until)', 'precaution_until')
    .groupBy(scope('m'));

const recovered = (from: From, { sums }: ViewOptions): Query =>
  from(RecoveryRow, 'b')
    .select(scope('b'), 'scope')
    .addSelect('b.currency', 'currency')
    .addSelect(sums.sum('b.amount'), 'amount')
    .groupBy(scope('b'))
    .addGroupBy('b.currency');

function query(from: From, options: ViewOptions): Query {
  const parts = [money(from, options), recoveredAlone(from), unfunded(from), withoutProgramme(from)];
  const rows = from(ProgrammeRow, 'p');
  const joined = rows.connection
    .createQueryBuilder()
    .from(`(${parts.map((one) => one.getQuery()).join(' UNION ALL ')})`, 'k');
  for (const one of parts) joined.setParameters(one.getParameters());
  const join = (source: Query, alias: string, on: string): void => {
    joined.leftJoin(`(${source.getQuery()})`, alias, on).setParameters(source.getParameters());
  };
  /** What has no day on which it began and ended: not known by the day on which things occurred. */
  const ofNow = (expression: string): string =>
    options.occurredBy ? `CASE WHEN 1 = 0 THEN ${expression} END` : expression;
  const programmes = rows
    .select('p.programme', 'programme')
    .addSelect('p.title', 'title')
    .addSelect('p.status', 'status');
  join(programmes, 'p', 'p.programme = k.programme');
  join(deliveries(from), 'd', `d.scope = ${scope('k')}`);
  join(overdueLines(from), 'l', `l.scope = ${scope('k')}`);
  join(misuse(from), 'm', `m.scope = ${scope('k')}`);
  join(recovered(from, options), 'b', `b.scope = ${scope('k')} AND b.currency = k.currency`);
  joined.select([]);
  for (const column of [...PARTIES, ...AMOUNTS]) joined.addSelect(`k.${column}`, column);
  const hold = firstStop(from, { donor: 'k.donor', recipient: 'k.recipient', programme: 'k.programme' });
  joined.addSelect(ofNow(`(${hold.getQuery()})`), 'on_hold').setParameters(hold.getParameters());
  return joined
    .addSelect('p.title', 'title')
    .addSelect('p.status', 'status')
    .addSelect('b.amount', 'recovered')
    .addSelect('COALESCE(d.received, 0)', 'consignments_received')
    .addSelect('COALESCE(d.overdue, 0)', 'consignments_overdue')
    .addSelect('COALESCE(l.overdue, 0)', 'lines_overdue')
    .addSelect('ROUND(100.0 * d.on_time / NULLIF(d.judged_first, 0), 1)', 'on_time_percent')
    .addSelect('ROUND(1.0 * d.late_first / NULLIF(d.judged_first, 0), 1)', 'mean_days_late_first')
    .addSelect('ROUND(1.0 * d.late_plan / NULLIF(d.judged_plan, 0), 1)', 'mean_days_late_plan')
    .addSelect('COALESCE(m.open_cases, 0)', 'open_misuse')
    .addSelect(ofNow('COALESCE(m.overdue, 0)'), 'overdue_misuse')
    .addSelect(ofNow('COALESCE(m.suspended, 0)'), 'suspended_by_misuse')
    .addSelect(ofNow('m.precaution_until'), 'precaution_until');
}

/** Counts of a programme, or of what donor and recipient do without one: each currency has them. */
const OF_PROGRAMME = [
  'consignments_received',
  'consignments_overdue',
  'lines_overdue',
  'open_misuse',
  'overdue_misuse',
  'suspended_by_misuse',
] as const;
const SHARED =
  'of the programme, whatever the currency: the same in each of its rows, and once in the total without a currency';

const RECORDED = 'net of what was taken back, in minor units of the currency; null if no account has this stage';

/**
 * By donor, programme, recipient and currency; the row of each currency repeats what is counted of
 * the programme, and the total without a currency counts it once.
 */
export const donorPortfolio: RowsView = {
  name: 'donor-portfolio',
  topic: 'Donors',
  version: 9,
  about: 'per donor, programme, recipient and currency: money by stage, deliveries against their promises, misuse',
  key: PARTIES,
  columns: {
    donor: text('the donor'),
    programme: text('the programme, if the money is for one'),
    title: text('the title of the programme'),
    status: text(`the status of the programme; ${NOT_BY_DAY}`, codesOf(ProgrammeRow, 'status')),
    recipient: text('the recipient'),
    currency: text('the currency of the amounts, ISO 4217; null if no money moved or came back'),
    pledged: amountSum(`pledged, pooled money included, ${RECORDED}`),
    committed: amountSum(`committed, ${RECORDED}`),
    obligated: amountSum(`obligated, ${RECORDED}`),
    disbursed: amountSum(`disbursed, ${RECORDED}`),
    spent: amountSum(`spent, ${RECORDED}`),
    pooled: amountSum(
      'of what is pledged, the money of other contributors, in minor units: it may stand at their own accounts too, so that a sum over donors counts it twice; null if no account has the stage pledged',
    ),
    uncommitted: amountSum(
      'pledged minus committed, over the accounts that have both stages, in minor units; null if none has both',
    ),
    unobligated: amountSum(
      'committed minus obligated, over the accounts that have both stages, in minor units; null if none has both',
    ),
    pledged_unobligated: amountSum(
      'pledged minus obligated, over the accounts that have both stages and not the stage committed, in minor units; null if none has both',
    ),
    undisbursed: amountSum(
      'obligated minus disbursed, over the accounts that have both stages, in minor units; null if none has both',
    ),
    recovered: amountSum('what came back after misuse in this currency, in minor units; null if nothing did'),
    consignments_received: integer(
      `consignments of the programme of which the recipient confirmed the receipt; with occurred-by, by that day; ${SHARED}`,
    ),
    consignments_overdue: integer(
      `consignments of the programme that are past the day planned now, and neither received nor cancelled, by the day of the answer; with occurred-by, of those scheduled by then, what was received or cancelled later counts as open, and the plan is the one known now; ${SHARED}`,
    ),
    lines_overdue: integer(
      `lines of cases of the programme that are in force, past the day planned now and not wholly delivered, whether anything of them is scheduled or not, while their case has not ended, by the day of the answer; with occurred-by, of those added by then, what was delivered or ended later counts as open, and the plan is the one known now; ${SHARED}`,
    ),
    on_time_percent: decimal(
      'consignments received by the day first promised, percent of those received and of those past that day by the day of the answer; null if there are none; with occurred-by, what was received later counts as open',
    ),
    mean_days_late_first: decimal(
      'mean days from the day first promised to the receipt, negative if early; of a consignment past that day, to the day of the answer; with occurred-by, what was received later counts as open',
    ),
    mean_days_late_plan: decimal(
      'mean days from the day planned last to the receipt, negative if early; of an overdue consignment, to the day of the answer; with occurred-by, what was received later counts as open, and the plan is the one known now',
    ),
    open_misuse: integer(
      `misuse cases of the programme that are neither closed, declined nor dismissed; with occurred-by, of those reported by then, what ended later counts as open, and so does what was reopened; ${SHARED}`,
    ),
    overdue_misuse: integer(
      `misuse cases of the programme whose next step is past its last day, by the day of the answer; ${SHARED}; ${NOT_BY_DAY}`,
    ),
    suspended_by_misuse: integer(
      `misuse cases of the programme by whose measure assistance is suspended, not those with a precaution alone; ${SHARED}; ${NOT_BY_DAY}`,
    ),
    precaution_until: day(
      `the last day of a precautionary suspension in the misuse cases of the programme; null without one, and ${NOT_BY_DAY}`,
    ),
    on_hold: text(`${onHoldMeaning('assistance of the programme or to the recipient')}, and ${NOT_BY_DAY}`),
  },
  totals: {
    counts: 'rows of donor, recipient, programme and currency',
    by: ['currency'],
    sums: [...AMOUNTS, 'recovered', ...OF_PROGRAMME],
    shared: { of: 'programme', otherwise: ['donor', 'recipient'], sums: OF_PROGRAMME },
  },
  occurredBy: {
    movements: 'occurred_on',
    // Its title, whenever the programme was proposed.
    programmes: null,
    consignments: 'scheduled_on',
    'case-lines': 'added_on',
    cases: null,
    'misuse-register': 'flagged_on',
    recoveries: 'occurred_on',
  },
  movedBy: {
    // Without the currency: a programme's first money replaces its row without one.
    movements: { donor: 'donor', recipient: 'recipient', programme: 'programme' },
    programmes: { programme: 'programme' },
    consignments: { programme: 'programme' },
    'case-lines': { programme: 'programme' },
    cases: { programme: 'programme' },
    'misuse-register': { programme: 'programme' },
    recoveries: { programme: 'programme' },
    holds: [{ recipient: 'scope' }, { programme: 'scope' }],
  },
  madeOf({ donor, recipient, programme, currency }) {
    const of = programme === null ? { donor, recipient, programme } : { programme };
    return {
      movements: { donor, recipient, programme, currency },
      consignments: of,
      'case-lines': of,
      cases: of,
      'misuse-register': of,
      recoveries: of,
      ...stopsOn({ recipient, programme }),
    };
  },
  query,
};
