import type {
  ConfirmReceipt,
  ConsignmentEvent,
  CorrectReceipt,
  CorrectSerials,
  RegisterSerials,
} from '@entente/contracts';
import { type DecisionContext, type Refusal, type StreamRef, pick, refuse } from '@entente/kernel';
import { nothingCorrected } from '../corrections.js';
import { unfitStore } from '../equipment/certified-store.js';
import {
  daysSince,
  itemFacts,
  itemStream,
  itemTypeFacts,
  itemTypeId,
  reliedOn,
  storageSiteFacts,
} from '../equipment/item-facts.js';
import { lineUnknown, listedTwice } from './consignment-receipt.js';
import { type AssistanceCase, type Consignment, assistanceCaseFacts, ownValue } from './facts.js';

// R9 on a consignment. Its lines have words for their items, by which the donor's types are found.

/** The donor's word for the items of a line; undefined if the case has no such line. */
export const itemOfLine = (line: string, of: AssistanceCase | null): string | undefined =>
  ownValue(of?.lines ?? {}, line)?.item;

/** The streams of the types of these lines, once the case is known. */
export const typeStreams = (
  { donor }: Consignment,
  lines: readonly string[],
  of: AssistanceCase | null,
): readonly StreamRef[] =>
  [...new Set(lines.flatMap((line) => itemOfLine(line, of) ?? []))].map((word) => ({
    kind: itemTypeFacts.kind,
    id: itemTypeId(donor, word),
  }));

/** The store that a receipt names. */
export const storeStreams = ({ store }: Pick<ConfirmReceipt, 'store'>): readonly StreamRef[] =>
  store === undefined ? [] : [{ kind: storageSiteFacts.kind, id: store }];

/** The type of a line if its items are monitored by their serials; else undefined. */
function monitoredAs(line: string, state: Consignment, { known }: DecisionContext): string | undefined {
  const word = itemOfLine(line, known.of(assistanceCaseFacts, state.case));
  if (word === undefined) return undefined;
  return known.of(itemTypeFacts, itemTypeId(state.donor, word))?.designated == null ? undefined : word;
}

const registeredOf = ({ registered }: Consignment, line: string): readonly string[] => ownValue(registered, line) ?? [];

const about = (state: Consignment) => pick(state, 'donor', 'recipient', 'case', 'programme');

/** R9: the serials of a line are those of a designated type, each once, as many as it has items. */
function cannotRegister(
  state: Consignment,
  line: string,
  serials: readonly string[],
  word: string | undefined,
): Refusal | null {
  const unknown = lineUnknown(state, line);
  if (unknown !== null) return unknown;
  if (word === undefined)
    return refuse('type-not-designated', 'the items of the line are of a designated type', 'R9', { line });
  const elsewhere = Object.entries(state.registered).filter(([other]) => other !== line);
  const twice = listedTwice([...elsewhere.map(([other, all]) => ({ line: other, serials: all })), { line, serials }]);
  if (twice !== undefined) return refuse('serial-twice', 'each serial is registered once', 'R9', twice);
  const quantity = ownValue(state.lines, line) ?? 0;
  return serials.length > quantity
    ? refuse('serials-exceed-quantity', 'no more serials are registered than the line has items', 'R9', {
        line,
        quantity,
      })
    : null;
}

/** R9: registers serials of a line; a policy opens a stream for each. */
export function registerSerials(
  data: RegisterSerials,
  state: Consignment,
  context: DecisionContext,
): readonly ConsignmentEvent[] | Refusal {
  const word = monitoredAs(data.line, state, context);
  const serials = [...registeredOf(state, data.line), ...data.serials];
  const on = state.reached.receipt;
  const late =
    on === undefined ? null : refuse('already-received', 'the consignment has not been received yet', null, { on });
  const barred = late ?? cannotRegister(state, data.line, serials, word);
  return barred ?? [{ type: 'SerialsRegistered', data: { ...data, item: word ?? '', ...about(state) } }];
}

/**
 * R9, R26: after the receipt a serial comes only in the place of another, which the receipt does
 * not list, or no more. The recipient takes the wrong one from the receipt before, and adds the
 * right one after.
 */
function restsOnReceipt({ line, serialsAdded, serialsRemoved }: CorrectSerials, state: Consignment): Refusal | null {
  const on = state.reached.receipt;
  if (on === undefined) return null;
  const listed = ownValue(state.received, line)?.serials ?? [];
  const serial = serialsRemoved.find((removed) => listed.includes(removed));
  if (serial !== undefined)
    return refuse('serial-received', 'the receipt does not list the serial: it is corrected first', 'R26', {
      line,
      serial,
    });
  return serialsAdded.length <= serialsRemoved.length
    ? null
    : refuse('already-received', 'each serial added after the receipt comes in the place of another', 'R9', { on });
}

/** R26: the event stays; its serials are corrected by the difference. */
export function correctSerials(
  data: CorrectSerials,
  state: Consignment,
  context: DecisionContext,
): readonly ConsignmentEvent[] | Refusal {
  const { line, serialsAdded, serialsRemoved } = data;
  const word = monitoredAs(line, state, context);
  const before = registeredOf(state, line);
  const strange = serialsRemoved.find((serial) => !before.includes(serial));
  if (strange !== undefined)
    return refuse('serial-unknown', 'the serial was registered on that line', 'R26', { serial: strange });
  if (serialsAdded.length + serialsRemoved.length === 0) return nothingCorrected();
  const barred = restsOnReceipt(data, state) ?? cannotRegister(state, line, serialsAfter(state, data), word);
  return barred ?? [{ type: 'SerialsCorrected', data: { ...data, item: word ?? '', ...about(state) } }];
}

/** The serials of a line after their correction. */
export function serialsAfter(state: Consignment, data: CorrectSerials): readonly string[] {
  const removed = new Set(data.serialsRemoved);
  return [...registeredOf(state, data.line).filter((serial) => !removed.has(serial)), ...data.serialsAdded];
}

/** R9: before shipment, each item of a designated type has its serial registered. */
export function serialsMissing(state: Consignment, context: DecisionContext): Refusal | null {
  if (state.reported) return null;
  for (const [line, quantity] of Object.entries(state.lines)) {
    if (monitoredAs(line, state, context) === undefined) continue;
    const registered = registeredOf(state, line).length;
    if (registered < quantity)
      return refuse('serials-not-registered', 'the serial of each item of a designated type is registered', 'R9', {
        line,
        quantity,
        registered,
      });
  }
  return null;
}

/**
 * R9: items of designated types are received by their serials, those registered, into a certified
 * store of the recipient.
 */
export function cannotReceiveMonitored(
  data: ConfirmReceipt,
  state: Consignment,
  context: DecisionContext,
): Refusal | null {
  const lines = monitoredLines(data, state, context);
  if (lines.length === 0) return null;
  for (const { line } of lines) {
    const { quantity = 0, serials = [] } = data.lines.find((one) => one.line === line) ?? {};
    const barred = notRegisteredSerials(state, line, quantity, serials);
    if (barred !== null) return barred;
  }
  if (data.store === undefined)
    return refuse('store-not-named', 'the receipt names the store that receives the items', 'R9', {
      lines: lines.map(({ line }) => line),
    });
  const of = { ...state, items: lines.map(({ item }) => item) };
  return unfitStore(data.store, state.recipient, data.on, of, context);
}

/** R9: a receipt of a monitored line lists every item by a serial that was registered. */
export function notRegisteredSerials(
  state: Consignment,
  line: string,
  quantity: number,
  serials: readonly string[],
): Refusal | null {
  if (serials.length < quantity)
    return refuse('serials-not-listed', 'each item of a designated type is received by its serial', 'R9', {
      line,
      quantity,
      listed: serials.length,
    });
  const registered = new Set(registeredOf(state, line));
  const strange = serials.find((serial) => !registered.has(serial));
  return strange === undefined
    ? null
    : refuse('serial-not-registered', 'the serial was registered on that line of the consignment', 'R9', {
        line,
        serial: strange,
      });
}

/** The items that a correction takes from the receipt, if they are monitored by their serials. */
export const removedItems = (
  { donor, monitored }: Consignment,
  { line, serialsRemoved = [] }: CorrectReceipt,
): readonly StreamRef[] => {
  const word = ownValue(monitored, line);
  return word === undefined ? [] : serialsRemoved.map((serial) => itemStream(donor, word, serial));
};

/** R26: an item is taken from the receipt only before anything rests on that it was received. */
export function removedReliedOn(
  state: Consignment,
  data: CorrectReceipt,
  { known, stream }: DecisionContext,
): Refusal | null {
  for (const { id } of removedItems(state, data)) {
    const item = known.of(itemFacts, id);
    const barred = item === null || item.receipt === null || item.consignment !== stream.id ? null : reliedOn(item);
    if (barred !== null) return barred;
  }
  return null;
}

/** The items of a receipt that are monitored by their serials. */
export const receivedItems = ({ donor, monitored, received }: Consignment): readonly StreamRef[] =>
  Object.entries(monitored).flatMap(([line, word]) =>
    (ownValue(received, line)?.serials ?? []).map((serial) => itemStream(donor, word, serial)),
  );

/** R30: the days of what happened to them since, if the receipt is corrected to a later day. */
export const daysOfItems = (
  on: string,
  state: Consignment,
  { known, stream }: DecisionContext,
): readonly (string | null)[] =>
  on <= (state.reached.receipt ?? on)
    ? []
    : receivedItems(state).flatMap(({ id }) => {
        const item = known.of(itemFacts, id);
        return item?.consignment === stream.id && item.receipt !== null ? daysSince(item) : [];
      });

/** The lines of a receipt whose items are monitored, with their types. */
export const monitoredLines = (
  { lines }: Pick<ConfirmReceipt, 'lines'>,
  state: Consignment,
  context: DecisionContext,
): readonly { readonly line: string; readonly item: string }[] =>
  state.reported
    ? []
    : lines.flatMap(({ line }) => {
        const item = monitoredAs(line, state, context);
        return item === undefined ? [] : [{ line, item }];
      });

/** What the events of a received consignment say of its monitored items. */
export const ofMonitored = ({ donor, store }: Consignment) => ({
  donor,
  ...(store === null ? {} : { store }),
});
