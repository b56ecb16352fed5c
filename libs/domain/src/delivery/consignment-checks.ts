import type {
  ConfirmReceipt,
  ConsignmentEvent,
  CorrectDate,
  CorrectReceipt,
  MovedCheck,
  ReceiptCorrected,
  ScheduleEndUseCheck,
  TransferReceivedGoods,
} from '@entente/contracts';
import {
  type DecisionContext,
  type Refusal,
  type StreamRef,
  addDays,
  daysBetween,
  pick,
  refuse,
} from '@entente/kernel';
import { checkDays } from '../equipment/check-terms.js';
import { areaOf } from '../equipment/item-facts.js';
import { checkAfterId, checkFacts } from '../monitoring/check-facts.js';
import { monitoredLines, itemOfLine } from './consignment-serials.js';
import { afterCorrection } from './consignment-receipt.js';
import { type Consignment, assistanceCaseFacts, lotOf, ownValue } from './facts.js';

// R11 on a consignment: items that are not monitored by their serials are sampled.

/** The most items of which a check draws its sample. */
const MAX_ITEMS = 1_000_000;

/** The number of items of which a check draws its sample: within its bounds. */
export const countable = (quantity: number): number => Math.min(Math.max(quantity, 0), MAX_ITEMS);

/** R32: whether a row can hold a quantity, also after a correction of the receipt. */
const isHeld = (quantity: number): boolean => Math.abs(quantity) <= Number.MAX_SAFE_INTEGER - MAX_ITEMS;

/** The items of each type that a receipt brings, and that are not monitored by their serials. */
function sampled(data: ConfirmReceipt, state: Consignment, context: DecisionContext): ReadonlyMap<string, number> {
  const of = context.known.of(assistanceCaseFacts, state.case);
  const monitored = new Set(monitoredLines(data, state, context).map(({ line }) => line));
  const quantities = new Map<string, number>();
  for (const { line, quantity } of data.lines) {
    const item = itemOfLine(line, of);
    if (item === undefined || quantity === 0 || monitored.has(line)) continue;
    quantities.set(item, Math.min((quantities.get(item) ?? 0) + quantity, MAX_ITEMS));
  }
  return quantities;
}

/**
 * R11: the first check of each type of items that a receipt brings. One that repeats what another
 * system decided has none. The place is the store; the recipient, if the receipt names none.
 */
export function firstSamples(
  data: ConfirmReceipt,
  state: Consignment,
  context: DecisionContext,
): readonly ScheduleEndUseCheck[] {
  if (state.reported) return [];
  return [...sampled(data, state, context)].map(([item, quantity]) => sampleOf(data, item, quantity, state, context));
}

/** R11: the first check of items of one type, after their receipt. */
function sampleOf(
  { on, store }: Pick<ConfirmReceipt, 'on' | 'store'>,
  item: string,
  quantity: number,
  state: Consignment,
  context: DecisionContext,
  holder = state.recipient,
): ScheduleEndUseCheck {
  const area = store === undefined ? undefined : areaOf(store, holder, context);
  return {
    type: 'routine',
    manner: 'on-site',
    ...pick(state, 'donor', 'recipient'),
    holder,
    ...pick(state, 'programme', 'case'),
    consignment: context.stream.id,
    item,
    ...(area === undefined ? {} : { area }),
    site: store ?? holder,
    serials: [],
    quantity,
    due: addDays(on, checkDays('routine', 'firstDays', { ...pick(state, 'donor', 'programme'), item }, context)),
  };
}

/**
 * R11, R26: what the check of a sample expects after a correction of the receipt: the items of all
 * lines of the type, without those that were transferred since. If the receipt brought none before,
 * the first check of them.
 */
export function correctedSample(
  data: CorrectReceipt,
  state: Consignment,
  context: DecisionContext,
): Pick<ReceiptCorrected, 'sampled' | 'check'> {
  const { receipt: on } = state.reached;
  const of = context.known.of(assistanceCaseFacts, state.case);
  const item = itemOfLine(data.line, of);
  const isMonitored = ownValue(state.monitored, data.line) !== undefined;
  if (state.reported || on === undefined || item === undefined || isMonitored || data.quantityBy === 0) return {};
  const lines = Object.keys({ ...state.received, [data.line]: 0 }).filter(
    (line) => itemOfLine(line, of) === item && ownValue(state.monitored, line) === undefined,
  );
  const all = (received: Consignment['received']) =>
    lines.reduce((sum, line) => sum + (received[line]?.quantity ?? 0), 0);
  const { quantity: has = 0, event = data.corrects } = lotOf(state, item, state.recipient) ?? {};
  const gone = Object.hasOwn(state.lots, item) ? Math.min(all(state.received), MAX_ITEMS) - has : 0;
  const now = all({ ...state.received, [data.line]: afterCorrection(state, data) });
  // Below zero if more was transferred: what is received later fills that up first.
  const quantity = Math.min(now - gone, MAX_ITEMS);
  if (ownValue(state.checks, item) !== undefined)
    return { sampled: { item, quantity, ...(event === data.corrects ? {} : { broughtBy: event }) } };
  const named = data.store ?? state.store;
  const store = named === null ? {} : { store: named };
  return quantity <= 0 ? {} : { check: sampleOf({ on, ...store }, item, quantity, state, context) };
}

/**
 * R11, R13: a transfer that was carried out took goods: their holder counts what is left, the new
 * one what was taken. Of goods that were not received here nothing is recorded.
 */
export function transferGoods(
  data: TransferReceivedGoods,
  state: Consignment,
  context: DecisionContext,
): readonly ConsignmentEvent[] | Refusal {
  const { item, quantity, from, to } = data;
  const lot = lotOf(state, item, from);
  if (lot === undefined) return [];
  const had = to === undefined ? undefined : lotOf(state, item, to);
  const now = (had?.quantity ?? 0) + quantity;
  if (![now, lot.quantity - quantity].every(isHeld))
    return refuse('quantity-beyond-range', 'the quantity stays within what a row can hold', 'R32');
  const check = () => sampleOf(data, item, Math.min(now, MAX_ITEMS), state, context, to);
  const counts = had !== undefined && (had.quantity > 0 || now <= 0) ? { joins: had.event } : { check: check() };
  const counted = to === undefined ? {} : counts;
  const held = to === undefined ? {} : { held: now };
  const left = lot.quantity - quantity;
  const of = { recipient: state.recipient, left, broughtBy: lot.event, ...held, ...counted };
  return [{ type: 'ReceivedGoodsTransferred', data: { ...data, ...of } }];
}

/** R11, R26: the types of items of which the first check follows to the right store. */
export const storedElsewhere = (
  { store }: CorrectReceipt,
  { checks, store: was }: Consignment,
): Pick<ReceiptCorrected, 'stored'> =>
  store === undefined || store === was || Object.keys(checks).length === 0 ? {} : { stored: Object.keys(checks) };

/** R11, R26: the first checks move with the day of the receipt: the days that were decided stay. */
export const movedSamples = ({ checks, reached: { receipt } }: Consignment, on: string): readonly MovedCheck[] =>
  receipt === undefined
    ? []
    : Object.entries(checks).map(([item, due]) => ({ item, due: addDays(due, daysBetween(receipt, on)) }));

/** The first checks of samples, which follow from the receipt. */
export const sampleStreams = (
  { corrects: receipt }: Pick<CorrectDate, 'corrects'>,
  { checks }: Consignment,
): readonly StreamRef[] =>
  Object.keys(checks).map((item) => ({ kind: checkFacts.kind, id: checkAfterId(receipt, item) }));

/** The days of their visits. */
export const sampledOn = (data: CorrectDate, state: Consignment, { known }: DecisionContext): readonly string[] =>
  sampleStreams(data, state).flatMap(({ id }) =>
    Object.values(known.of(checkFacts, id)?.visits ?? {}).map(({ on }) => on),
  );
