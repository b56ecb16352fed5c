import { CaseRow } from './cases.js';
import { ConsignmentRow } from './consignments.js';
import { DisbursementRow } from './disbursements.js';
import type { From, Query, RowsView } from './from.js';

const COLUMNS = ['recipient', 'donor', 'programme', 'assistance_case', 'status', 'awaits'] as const;

/** Consignments that have not arrived, or with an open question. */
function coming(from: From): Query {
  const query = from(ConsignmentRow, 'c').select('c.stream', 'item').addSelect(`'consignment'`, 'item_kind');
  for (const column of COLUMNS) query.addSelect(`c.${column}`, column);
  return query
    .addSelect('c.first_due', 'first_due')
    .addSelect('c.due', 'due')
    .where(`c.status <> 'cancelled' AND (c.received_on IS NULL OR c.discrepancies_open > 0)`);
}

/** Money that was announced and has not, or not fully, arrived. */
function announced(from: From): Query {
  const query = from(DisbursementRow, 'd').select('d.item', 'item').addSelect(`'tranche'`, 'item_kind');
  for (const column of COLUMNS) query.addSelect(column === 'awaits' ? 'NULL' : `d.${column}`, column);
  return query.addSelect('d.due', 'first_due').addSelect('d.due', 'due').where(`d.status <> 'disbursed'`);
}

/** Cases that wait for an answer of the recipient. */
function waiting(from: From): Query {
  const query = from(CaseRow, 'a').select('a.stream', 'item').addSelect(`'case'`, 'item_kind');
  for (const column of COLUMNS) query.addSelect(`a.${column}`, column);
  return query
    .addSelect('a.offer_valid_until', 'first_due')
    .addSelect('a.offer_valid_until', 'due')
    .where('a.awaits IS NOT NULL');
}

function query(from: From): Query {
  const parts = [coming(from), announced(from), waiting(from)] as const;
  const all = parts[0].connection
    .createQueryBuilder()
    .from(`(${parts.map((part) => part.getQuery()).join(' UNION ALL ')})`, 'k')
    .select([]);
  for (const part of parts) all.setParameters(part.getParameters());
  for (const column of ['item', 'item_kind', ...COLUMNS, 'first_due', 'due']) all.addSelect(`k.${column}`, column);
  return all;
}

/**
 * What a recipient has to expect and to answer: by consignment and by tranche, and by case if an
 * offer, an amendment or a supplement waits.
 */
export const recipientPipeline: RowsView = {
  name: 'recipient-pipeline',
  version: 1,
  about: 'what is coming to a recipient and when, and what waits to be confirmed, disputed or accepted',
  key: ['item'],
  columns: {
    item: 'text',
    item_kind: 'text',
    recipient: 'text',
    donor: 'text',
    programme: 'text',
    assistance_case: 'text',
    status: 'text',
    awaits: 'text',
    first_due: 'text',
    due: 'text',
  },
  meanings: {
    item: 'the stream of the consignment or case; of a tranche, its account and name',
    item_kind: 'consignment, tranche or case',
    recipient: 'the recipient',
    donor: 'the donor',
    programme: 'the programme, if any',
    assistance_case: 'the case, if any',
    status: 'the status of the consignment, tranche or case',
    awaits: 'what is waited for: receipt, discrepancy, supplement, acceptance or amendment',
    first_due: 'the day first promised; of a case, the last day on which its offer can be accepted',
    due: 'the day planned now; of a case, the last day on which its offer can be accepted',
  },
  totals: { counts: 'items', by: ['awaits'], sums: [] },
  movedBy: { consignments: { item: 'stream' }, disbursements: { item: 'item' }, cases: { item: 'stream' } },
  query,
};
