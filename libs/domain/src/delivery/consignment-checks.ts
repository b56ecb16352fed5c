import type { ConfirmReceipt, MovedCheck, ScheduleEndUseCheck } from '@entente/contracts';
import { type DecisionContext, addDays, daysBetween } from '@entente/kernel';
import { checkDays } from '../equipment/check-terms.js';
import { areaOf } from '../equipment/item-facts.js';
import { monitoredLines, wordOf } from './consignment-serials.js';
import { type Consignment, consignmentCase } from './facts.js';

// R11 on a consignment: items that are not monitored by their serials are sampled.

/** The most items of which a check draws its sample. */
const MOST_ITEMS = 1_000_000;

/** The items of each type that a receipt brings, and that are not monitored by their serials. */
function sampled(data: ConfirmReceipt, state: Consignment, context: DecisionContext): ReadonlyMap<string, number> {
  const of = context.known.of(consignmentCase, state.case);
  const monitored = new Set(monitoredLines(data, state, context).map(({ line }) => line));
  const quantities = new Map<string, number>();
  for (const { line, quantity } of data.lines) {
    const item = wordOf(line, of);
    if (item === undefined || quantity === 0 || monitored.has(line)) continue;
    quantities.set(item, Math.min((quantities.get(item) ?? 0) + quantity, MOST_ITEMS));
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
  const { donor, recipient, programme, case: of } = state;
  const area = data.store === undefined ? undefined : areaOf(data.store, recipient, context);
  return [...sampled(data, state, context)].map(([item, quantity]) => ({
    type: 'routine',
    manner: 'on-site',
    donor,
    recipient,
    holder: recipient,
    ...(programme === undefined ? {} : { programme }),
    case: of,
    item,
    ...(area === undefined ? {} : { area }),
    site: data.store ?? recipient,
    serials: [],
    quantity,
    due: addDays(data.on, checkDays('routine', 'firstDays', { donor, item, programme }, context)),
  }));
}

/** R11, R26: the first checks move with the day of the receipt: the days that were decided stay. */
export const movedSamples = ({ checks, reached: { receipt } }: Consignment, on: string): readonly MovedCheck[] =>
  receipt === undefined
    ? []
    : Object.entries(checks).map(([item, due]) => ({ item, due: addDays(due, daysBetween(receipt, on)) }));
