import type { From, Query, RowsView } from './from.js';
import { CustodyRow } from './items.js';
import { StorageSiteRow } from './storage-sites.js';
import { day, integer, oneOf, sameAs, text } from './view-columns.js';

/** Steps with which an item comes, moves or goes, even if holder and store stay the same. */
const MOVES = ['registered', 'withdrawn', 'received', 'transferred', 'loss-verified', 'recovered'];
const ENDS = ['disposed', 'returned', 'diverted'];

const SAME = `c.holder = c.holder_before AND COALESCE(c.site, '') = COALESCE(c.site_before, '')`;

const OF_STEP = ['item', 'donor', 'recipient', 'item_type', 'serial', 'step', 'happened', 'happened_on', 'detail'];

function query(from: From): Query {
  const place = (alias: string): Query =>
    from(StorageSiteRow, alias).select(`${alias}.site`, 'site').addSelect(`${alias}.place`, 'place');
  const before = place('s');
  const after = place('t');
  const moves = [...MOVES, ...ENDS].map((one) => `'${one}'`).join(', ');
  const rows = from(CustodyRow, 'c')
    .leftJoin(`(${before.getQuery()})`, 'b', 'b.site = c.site_before')
    .leftJoin(`(${after.getQuery()})`, 'a', 'a.site = c.site')
    .setParameters({ ...before.getParameters(), ...after.getParameters() })
    .select('c.recorded_by', 'recorded_by')
    .where(`(c.happened IN (${moves}) OR NOT (${SAME}))`);
  for (const column of OF_STEP) rows.addSelect(`c.${column}`, column);
  return rows
    .addSelect('c.holder_before', 'from_holder')
    .addSelect('c.site_before', 'from_site')
    .addSelect('b.place', 'from_place')
    .addSelect('c.holder', 'to_holder')
    .addSelect('c.site', 'to_site')
    .addSelect(`CASE WHEN c.happened = 'diverted' THEN c.detail ELSE a.place END`, 'to_place')
    .addSelect('c.event_id', 'by_event');
}

const HAPPENED = [
  'registered',
  'withdrawn',
  'received',
  'receipt-corrected',
  'receipt-withdrawn',
  'moved',
  'transferred',
  'loss-verified',
  'recovered',
  'disposed',
  'returned',
  'diverted',
  'diversion-withdrawn',
];

/** Where each serial was, and by which event it came there. */
export const chainOfCustody: RowsView = {
  name: 'chain-of-custody',
  topic: 'Equipment and end use',
  version: 4,
  about: 'a movement of an item: from which holder, store and place to which, on which day, by which event',
  key: ['item', 'step'],
  columns: {
    ...sameAs(CustodyRow, 'item', 'serial', 'item_type'),
    step: integer('the number of the step on its way, from 0; steps that move nothing are left out'),
    happened_on: day('the day on which it happened, as its sender states it'),
    happened: oneOf(HAPPENED),
    from_holder: text('the organisation that held it before; null before its first registration'),
    from_site: text('the store that held it before, if any'),
    from_place: text('the code of the place of that store'),
    to_holder: text('the organisation that held it after, or last: the donor until its receipt, and after its return'),
    to_site: text('the store that held it after, if any'),
    to_place: text(
      'the code of the place of that store, or where an item that is diverted was found, as first recorded',
    ),
    detail: text('the code of the reason, cause, method or place, or the transfer, if there is one'),
    recorded_by: text('the organisation that recorded the step'),
    by_event: text('the id of the event'),
    ...sameAs(CustodyRow, 'donor', 'recipient'),
  },
  totals: { counts: 'movements', by: ['happened'], sums: [] },
  movedBy: {
    custody: { item: 'item' },
    'storage-sites': [{ from_site: 'site' }, { to_site: 'site' }],
  },
  madeOf: ({ item, step, from_site, to_site }) => ({
    custody: { item, step },
    'storage-sites': [from_site, to_site].flatMap((site) => (site === null ? [] : [{ site }])),
  }),
  query,
};
