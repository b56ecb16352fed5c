import { CaseLineRow } from './case-lines.js';
import { ConsignmentRow } from './consignments.js';
import type { From, Query, RowsView } from './from.js';
import { ReceivedSerialRow } from './received-serials.js';
import { day, text } from './view-columns.js';

const OF_SERIAL = ['consignment', 'assistance_case', 'line', 'donor', 'recipient'] as const;

/** Received serials with the item of their line and the day of receipt. */
function received(from: From): Query {
  const lines = from(CaseLineRow, 'l').select('l.assistance_case', 'assistance_case').addSelect('l.line', 'line');
  lines.addSelect('l.item', 'item');
  const consignments = from(ConsignmentRow, 'c').select('c.stream', 'stream');
  consignments.addSelect('c.received_on', 'received_on');
  const serials = from(ReceivedSerialRow, 's')
    .innerJoin(`(${lines.getQuery()})`, 'i', 'i.assistance_case = s.assistance_case AND i.line = s.line')
    .innerJoin(`(${consignments.getQuery()})`, 'k', 'k.stream = s.stream')
    .setParameters({ ...lines.getParameters(), ...consignments.getParameters() })
    .select('s.serial', 'serial');
  for (const column of OF_SERIAL) serials.addSelect(`s.${column}`, column);
  return serials.addSelect('i.item', 'item').addSelect('k.received_on', 'received_on');
}

function query(from: From): Query {
  const other = received(from);
  const pairs = received(from);
  pairs
    .innerJoin(
      `(${other.getQuery()})`,
      'o',
      'o.serial = s.serial AND o.item = i.item AND o.consignment <> s.consignment',
    )
    .setParameters({ ...pairs.getParameters(), ...other.getParameters() });
  for (const column of [...OF_SERIAL, 'received_on']) pairs.addSelect(`o.${column}`, `other_${column}`);
  return pairs;
}

/**
 * The same thing cannot have been delivered twice, unless it came back in between: the rules cannot
 * know, so such serials are listed for donors and auditors.
 */
export const serialsReceivedTwice: RowsView = {
  name: 'serials-received-twice',
  topic: 'Equipment and end use',
  version: 1,
  about:
    'a serial number that was confirmed in a consignment and in another one of the same item: a row for each of the two, of any donors',
  key: ['serial', 'consignment', 'other_consignment'],
  columns: {
    item: text("the code of the item's description, which both lines have"),
    serial: text('the serial number'),
    donor: text("the donor's id"),
    recipient: text('the recipient'),
    consignment: text('the consignment'),
    received_on: day('the day of its receipt, as the recipient confirmed it'),
    assistance_case: text('the case under which it was delivered'),
    line: text("the name of the case's line"),
    other_donor: text('the donor of the other consignment'),
    other_recipient: text('the recipient of the other consignment'),
    other_consignment: text('the other consignment in which the serial was confirmed'),
    other_received_on: day('the day of the receipt of the other consignment'),
    other_assistance_case: text('the case of the other consignment'),
    other_line: text("the name of the other case's line"),
  },
  totals: { counts: 'serials in pairs of consignments', by: ['item'], sums: [] },
  movedBy: {
    'received-serials': [
      { serial: 'serial', consignment: 'consignment' },
      { serial: 'serial', other_consignment: 'consignment' },
    ],
    consignments: [{ consignment: 'consignment' }, { other_consignment: 'consignment' }],
    'case-lines': [
      { assistance_case: 'assistance_case', line: 'line' },
      { other_assistance_case: 'assistance_case', other_line: 'line' },
    ],
  },
  madeOf: (row) => {
    const both = ['', 'other_'].map((of) => ({
      consignment: row[`${of}consignment`] ?? null,
      line: row[`${of}line`] ?? null,
      assistance_case: row[`${of}assistance_case`] ?? null,
    }));
    return {
      'received-serials': both.map(({ consignment, line }) => ({ consignment, line, serial: row['serial'] ?? null })),
      consignments: both.map(({ consignment }) => ({ consignment })),
      'case-lines': both.map(({ assistance_case, line }) => ({ assistance_case, line })),
    };
  },
  query,
};
