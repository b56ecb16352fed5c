import { CaseLineRow } from './case-lines.js';
import { columnsOf, overdue } from './columns.js';
import { DiscrepancyRow } from './discrepancies.js';
import type { From, Query, RowsView } from './from.js';
import { GoodsHeldRow } from './goods-held.js';
import { GoodsLossRow } from './goods-losses.js';
import { integer, sameAs, text } from './view-columns.js';

// Quantities whose rows do not know the case's line: these views add its item and its unit.

/** All columns of a model's rows, under an alias. */
function rowsOf(from: From, entity: new () => object, alias: string): Query {
  const rows = from(entity, alias).select([]);
  for (const name of columnsOf(entity).keys()) rows.addSelect(`${alias}.${name}`, name);
  return rows;
}

function reports(from: From): Query {
  const lines = from(CaseLineRow, 'l').select('l.assistance_case', 'assistance_case').addSelect('l.line', 'line');
  lines.addSelect('l.item', 'item').addSelect('l.unit', 'unit');
  return rowsOf(from, DiscrepancyRow, 'd')
    .leftJoin(`(${lines.getQuery()})`, 'i', 'i.assistance_case = d.assistance_case AND i.line = d.line')
    .setParameters(lines.getParameters())
    .addSelect('i.item', 'item')
    .addSelect('i.unit', 'unit');
}

/** Discrepancy reports with what they are of: open and answered ones. */
export const discrepancyReports: RowsView = {
  name: 'discrepancy-reports',
  topic: 'Recipients',
  version: 1,
  about: 'a discrepancy report on a consignment: what is wrong with which item, how much of it, and what was answered',
  key: ['consignment', 'discrepancy'],
  columns: {
    ...sameAs(DiscrepancyRow, 'recipient', 'donor', 'consignment', 'discrepancy', 'type'),
    item: text("the code of the item's description"),
    unit: text('the code of the unit of the quantity'),
    quantity: integer('the quantity concerned, in the unit'),
    ...sameAs(DiscrepancyRow, 'reported_on', 'outcome', 'answered_on', 'line', 'programme', 'assistance_case'),
  },
  totals: { counts: 'discrepancy reports', by: ['outcome', 'item', 'unit'], sums: ['quantity'] },
  movedBy: {
    discrepancies: { consignment: 'consignment', discrepancy: 'discrepancy' },
    'case-lines': { assistance_case: 'assistance_case', line: 'line' },
  },
  query: reports,
};

/** The unit of an item in a case: of lines with several units there is none. */
const unitsOf = (from: From): Query =>
  from(CaseLineRow, 'l')
    .select('l.assistance_case', 'assistance_case')
    .addSelect('l.item', 'item')
    .addSelect('CASE WHEN COUNT(DISTINCT l.unit) = 1 THEN MAX(l.unit) END', 'unit')
    .groupBy('l.assistance_case')
    .addGroupBy('l.item');

/** The rows of a model of goods, with their unit. */
const withUnit =
  (entity: new () => object) =>
  (from: From): Query => {
    const units = unitsOf(from);
    return rowsOf(from, entity, 'g')
      .leftJoin(`(${units.getQuery()})`, 'u', 'u.assistance_case = g.assistance_case AND u.item = g.item')
      .setParameters(units.getParameters())
      .addSelect('u.unit', 'unit');
  };

const UNIT = "the code of the unit of the case's lines of the item; null if they have several";

/** Goods by their holder, with their unit. */
export const goodsByHolder: RowsView = {
  name: 'goods-by-holder',
  topic: 'Recipients',
  version: 1,
  about:
    'goods of one type that a consignment brought, by their holder: how much each holds after transfers, and in which unit',
  key: ['consignment', 'item', 'holder'],
  columns: {
    ...sameAs(GoodsHeldRow, 'holder', 'place', 'item'),
    unit: text(UNIT),
    quantity: integer('the quantity that it holds, in the unit; below zero if more was transferred'),
    ...sameAs(GoodsHeldRow, 'changed_on', 'donor', 'recipient', 'consignment'),
    ...sameAs(GoodsHeldRow, 'transfer', 'programme', 'assistance_case'),
  },
  totals: { counts: 'goods at holders', by: ['item', 'unit'], sums: ['quantity'] },
  movedBy: {
    'goods-held': { consignment: 'consignment', item: 'item', holder: 'holder' },
    'case-lines': { assistance_case: 'assistance_case', item: 'item' },
  },
  query: withUnit(GoodsHeldRow),
};

/** Losses of goods without serials, with their unit. */
export const goodsLossReports: RowsView = {
  name: 'goods-loss-reports',
  topic: 'Equipment and end use',
  version: 1,
  about:
    'a report that goods which are not monitored by serials were lost, destroyed or expended: how much, in which unit, and what a monitor decided (R12)',
  key: ['consignment', 'loss'],
  columns: {
    ...sameAs(GoodsLossRow, 'holder', 'item', 'reported_as'),
    quantity: integer('the quantity concerned, corrections included, in the unit'),
    unit: text(UNIT),
    ...sameAs(GoodsLossRow, 'lost_on', 'cause', 'status', 'reported_on', 'verify_by', 'decided_on', 'decided_by'),
    ...sameAs(GoodsLossRow, 'outcome', 'days', 'donor', 'recipient', 'consignment', 'loss', 'programme'),
    ...sameAs(GoodsLossRow, 'assistance_case'),
  },
  daily: {
    overdue: overdue('whether the last day for its verification is over', { due: 'verify_by', done: 'decided_on' }),
  },
  totals: { counts: 'reports', by: ['status', 'reported_as', 'item', 'unit'], sums: ['quantity'] },
  movedBy: {
    'goods-losses': { consignment: 'consignment', loss: 'loss' },
    'case-lines': { assistance_case: 'assistance_case', item: 'item' },
  },
  query: withUnit(GoodsLossRow),
};
