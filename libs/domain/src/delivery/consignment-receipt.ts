import type { ConfirmedLine, CorrectReceipt } from '@entente/contracts';
import { type Refusal, refuse } from '@entente/kernel';
import { nothingCorrected } from '../corrections.js';
import { type Consignment, type ReceivedLine, ownValue } from './facts.js';

// ---- State ----

const NONE: ReceivedLine = { quantity: 0, serials: [] };

/** The line after its correction. */
export function afterCorrection(state: Consignment, data: CorrectReceipt): ReceivedLine {
  const before = ownValue(state.received, data.line) ?? NONE;
  const removed = new Set(data.serialsRemoved);
  const kept = before.serials.filter((serial) => !removed.has(serial));
  const serials = [...kept, ...(data.serialsAdded ?? [])];
  return { ...before, quantity: before.quantity + data.quantityBy, serials };
}

// ---- Decisions ----

/** The consignment must carry the line. */
export const lineUnknown = (state: Consignment, line: string): Refusal | null =>
  ownValue(state.lines, line) === undefined
    ? refuse('line-unknown', 'the line is part of the consignment', null, { line })
    : null;

/** A serial that is listed twice, and on which lines: the first found; undefined if none is. */
export function listedTwice(
  lines: readonly { readonly line: string; readonly serials?: readonly string[] }[],
): { readonly serial: string; readonly lines: readonly string[] } | undefined {
  const first = new Map<string, string>();
  for (const { line, serials = [] } of lines)
    for (const serial of serials) {
      const on = first.get(serial);
      if (on !== undefined) return { serial, lines: [...new Set([on, line])] };
      first.set(serial, line);
    }
  return undefined;
}

/** A receipt names each line once, and each serial once. */
export function miscounted(state: Consignment, lines: readonly ConfirmedLine[]): Refusal | null {
  if (new Set(lines.map(({ line }) => line)).size < lines.length)
    return refuse('line-twice', 'each line is named once');
  const twice = listedTwice(lines);
  if (twice !== undefined) return refuse('serial-twice', 'each serial is listed once', null, twice);
  for (const { line, quantity, serials: listed = [] } of lines) {
    const unknown = lineUnknown(state, line);
    if (unknown !== null) return unknown;
    if (listed.length > quantity)
      return refuse('serials-exceed-quantity', 'no more serials are listed than were received', 'R9', {
        line,
        quantity,
      });
  }
  return null;
}

/** R26: items that are monitored by their serials have a store each: that is corrected there. */
function cannotCorrectStore({ monitored, store: was }: Consignment, data: CorrectReceipt): Refusal | null {
  const { store, quantityBy, serialsAdded = [], serialsRemoved = [] } = data;
  if (store === undefined) return null;
  if (Object.keys(monitored).length > 0)
    return refuse('store-of-each-item', 'no item of the receipt is monitored by its serial', 'R26', {
      lines: Object.keys(monitored),
    });
  return store === was && quantityBy === 0 && serialsAdded.length + serialsRemoved.length === 0
    ? nothingCorrected({ store })
    : null;
}

/** R26: the receipt's event stays; its lines are corrected by the difference. */
export function cannotCorrectReceipt(state: Consignment, data: CorrectReceipt): Refusal | null {
  const { line, serialsAdded = [], serialsRemoved = [] } = data;
  const unknown = lineUnknown(state, line) ?? cannotCorrectStore(state, data);
  if (unknown !== null) return unknown;
  const before = ownValue(state.received, line) ?? NONE;
  const listed = new Set(before.serials);
  const strange = serialsRemoved.find((serial) => !listed.has(serial));
  if (strange !== undefined)
    return refuse('serial-unknown', 'the serial was listed on that line', 'R26', { serial: strange });
  const all = new Set(Object.values(state.received).flatMap((received) => received.serials));
  const twice = serialsAdded.find((serial) => all.has(serial));
  if (twice !== undefined) return refuse('serial-twice', 'the serial is not listed yet', 'R26', { serial: twice });
  const { quantity, serials } = afterCorrection(state, data);
  if (!Number.isSafeInteger(quantity))
    return refuse('quantity-beyond-range', 'the quantity stays within what a row can hold');
  if (serials.length <= quantity) return null;
  return refuse('serials-exceed-quantity', 'no more serials are listed than were received', 'R9', { line, quantity });
}
