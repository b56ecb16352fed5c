import { AgreementRow, ConditionRow } from './agreements.js';
import { daysLeft, overdue } from './columns.js';
import type { From, Query, RowsView } from './from.js';
import { day, sameAs, text } from './view-columns.js';

const OF_CONDITION = [
  'agreement',
  'donor',
  'recipient',
  'type',
  'name',
  'statement',
  'basis',
  'scope_kind',
  'scope',
  'attached_on',
];

function query(from: From): Query {
  const agreements = from(AgreementRow, 'g')
    .select('g.agreement', 'agreement')
    .addSelect('g.title', 'title')
    .addSelect('g.in_force_from', 'in_force_from')
    .addSelect('g.last_day', 'last_day')
    .where(`g.status = 'in-force'`);
  const rows = from(ConditionRow, 'c')
    .innerJoin(`(${agreements.getQuery()})`, 'a', 'a.agreement = c.agreement')
    .setParameters(agreements.getParameters())
    .select('a.title', 'title')
    .where(`c.status = 'attached'`);
  for (const column of OF_CONDITION) rows.addSelect(`c.${column}`, column);
  return rows.addSelect('a.in_force_from', 'in_force_from').addSelect('a.last_day', 'last_day');
}

/** What a recipient has to keep, in plain words. */
export const conditionsInForce: RowsView = {
  name: 'conditions-in-force',
  topic: 'Agreements',
  version: 1,
  about: 'a condition of use or a restriction in force, in plain words, of an agreement in force, and until when',
  key: ['agreement', 'type', 'name'],
  columns: {
    ...sameAs(ConditionRow, 'recipient', 'donor', 'statement', 'type', 'scope_kind', 'scope', 'basis'),
    ...sameAs(ConditionRow, 'attached_on', 'agreement'),
    title: text('the title of the agreement'),
    in_force_from: day('the first day in force of the agreement'),
    last_day: day('the last day in force of the agreement, as amended and corrected'),
    ...sameAs(ConditionRow, 'name'),
  },
  daily: {
    over: overdue(
      'whether the last day of the agreement is over, though its end was not recorded: it applies no more',
      {
        due: 'last_day',
      },
    ),
    days_left: daysLeft('days from the day of the answer to the last day of the agreement', { due: 'last_day' }),
  },
  totals: { counts: 'conditions and restrictions', by: ['type'], sums: [] },
  movedBy: {
    conditions: { agreement: 'agreement', type: 'type', name: 'name' },
    agreements: { agreement: 'agreement' },
  },
  query,
};
