import type { ConsignmentEvent } from '@entente/contracts';
import type { Projection, RecordedEvent } from '@entente/kernel';
import { text, textOrNull } from './columns.js';
import { originOf } from './row-by.js';

/** A serial number that the recipient confirmed in a consignment. */
export class ReceivedSerialRow {
  @text('the consignment') consignment!: string;
  @text('the case under which it was delivered') assistance_case!: string;
  @textOrNull('the programme of the case, if any') programme!: string | null;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text("the name of the case's line") line!: string;
  @text('the serial number') serial!: string;
}

/** A consignment lists a serial once, so line and serial identify its rows. */
const keyOf = (line: string, serial: string): string => `${line}#${serial}`;

function keysOf(event: RecordedEvent<ConsignmentEvent>): readonly string[] {
  if (event.type === 'DeliveryScheduled') return [''];
  if (event.type === 'ReceiptConfirmed')
    return event.data.lines.flatMap(({ line, serials = [] }) => serials.map((serial) => keyOf(line, serial)));
  if (event.type !== 'ReceiptCorrected') return [];
  const { line, serialsAdded = [], serialsRemoved = [] } = event.data;
  return [...new Set([...serialsRemoved, ...serialsAdded])].map((serial) => keyOf(line, serial));
}

/** The row of a key that an event lists. */
function listed(head: ReceivedSerialRow, key: string): ReceivedSerialRow {
  const at = key.indexOf('#');
  return { ...head, line: key.slice(0, at), serial: key.slice(at + 1) };
}

function evolve(
  row: ReceivedSerialRow | null,
  event: RecordedEvent<ConsignmentEvent>,
  key: string,
  head: ReceivedSerialRow | null,
): ReceivedSerialRow | null {
  if (event.type === 'DeliveryScheduled') {
    const { case: assistance_case, programme = null, donor, recipient } = event.data;
    return { consignment: originOf(event).id, assistance_case, programme, donor, recipient, line: '', serial: '' };
  }
  if (head === null) return null;
  if (event.type === 'ReceiptConfirmed') return listed(head, key);
  if (event.type !== 'ReceiptCorrected') return row;
  const added = event.data.serialsAdded?.some((serial) => keyOf(event.data.line, serial) === key);
  return added === true ? listed(head, key) : null;
}

export const receivedSerials: Projection<ConsignmentEvent, ReceivedSerialRow> = {
  name: 'received-serials',
  topic: 'Recipients',
  version: 1,
  kinds: ['consignment'],
  about: 'a serial number that the recipient confirmed in a consignment, corrections included',
  entity: ReceivedSerialRow,
  totals: { counts: 'serials', by: [], sums: [] },
  head: true,
  touches: keysOf,
  evolve,
};
