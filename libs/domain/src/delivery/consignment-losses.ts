import type { ConsignmentCommand, ConsignmentEvent, GoodsLossReported } from '@entente/contracts';
import {
  type DataOf,
  type DecisionContext,
  type Refusal,
  type RelationCheck,
  actsFor,
  addDays,
  put,
  refuse,
} from '@entente/kernel';
import { factDay, inTheFuture, notOverdue } from '../days.js';
import { comesBefore } from '../fact-order.js';
import { lossReportDays } from '../equipment/check-terms.js';
import { beforeReceipt, beforeTransfer } from '../equipment/item-facts.js';
import { registeredSender } from '../equipment/senders.js';
import { type Consignment, type GoodsLoss, type Lot, lotOf, ownValue } from './facts.js';

// R12 on a consignment: losses of goods that are not monitored by their serials.

type LossCommand = Extract<ConsignmentCommand, { readonly data: { readonly loss: string } }>;
type LossData<Type extends LossCommand['type']> = DataOf<LossCommand, Type>;

// ---- State ----

/** The report of a loss under its name, changed. */
export const lossAfter = ({ losses }: Consignment, name: string, change: Partial<GoodsLoss>) => {
  const was = ownValue(losses, name);
  return { losses: was === undefined ? losses : put(losses, name, { ...was, ...change }) };
};

/** A loss as it was reported. */
export const lossReported = (
  { item, quantity, as, on, holder, verifyBy }: GoodsLossReported,
  reportedOn: string,
): GoodsLoss => ({ item, quantity, as, on, holder, verifyBy, reportedOn, status: 'open', overdue: false });

/** What a holder has after a loss that was verified. */
export const lotsLost = (
  { lots }: Consignment,
  { item, holder, left }: DataOf<ConsignmentEvent, 'GoodsLossVerified'>,
): Consignment['lots'] => {
  const held = lots[item] ?? {};
  return put(lots, item, put(held, holder, { ...(held[holder] as Lot), quantity: left }));
};

/** The days of the losses that were reported, and not rejected. */
export const daysOfLosses = ({ losses }: Consignment): readonly string[] =>
  Object.values(losses).flatMap(({ on, status }) => (status === 'rejected' ? [] : [on]));

// ---- Rules ----

/** R12: a holder loses no more than it has, with what else of it was reported and not decided. */
function moreThanHeld(item: string, holder: string, quantity: number, state: Consignment, but = ''): Refusal | null {
  const others = Object.entries(state.losses).filter(
    ([name, one]) => name !== but && one.status === 'open' && one.item === item && one.holder === holder,
  );
  const held = lotOf(state, item, holder)?.quantity ?? 0;
  const left = held - others.reduce((sum, [, one]) => sum + one.quantity, 0);
  return quantity <= left
    ? null
    : refuse('more-than-held', 'the sender holds at least that quantity of what the consignment brought', 'R12', {
        item,
        held: left,
      });
}

/** R30: goods are lost after their receipt, and after the transfer that brought them. */
const notWithHolder = (on: string, item: string, holder: string, state: Consignment, context: DecisionContext) =>
  inTheFuture(on, context) ??
  beforeReceipt(on, state.reached.receipt ?? null) ??
  beforeTransfer(on, lotOf(state, item, holder)?.transferredOn ?? null);

/** Whether a report had this name, also one that was withdrawn. */
const isNamed = (loss: string, { correctable }: Consignment): boolean =>
  [...correctable.values()].some(({ type, within }) => type === 'GoodsLossReported' && within === loss);

/**
 * R12: the holder reports, and a monitor verifies within the days of the framework, which run from
 * the recording.
 */
export function reportLoss(data: LossData<'ReportGoodsLoss'>, state: Consignment, context: DecisionContext) {
  const { loss, item, quantity, on } = data;
  const holder = actsFor(context.actor);
  const barred = isNamed(loss, state)
    ? refuse('loss-already-reported', 'no report has this name', null, { loss })
    : (moreThanHeld(item, holder, quantity, state) ?? notWithHolder(on, item, holder, state, context));
  const verifyBy = addDays(context.now, lossReportDays(state, context));
  return barred ?? [{ type: 'GoodsLossReported', data: { ...data, holder, verifyBy } } as const];
}

/** The report of this name, while it waits for its verification. */
const openLoss = ({ losses }: Consignment, name: string): GoodsLoss | Refusal => {
  const of = ownValue(losses, name);
  return of?.status === 'open'
    ? of
    : refuse('loss-not-open', 'a report of this name waits for its verification', 'R12', { loss: name });
};

/** R12: the goods leave the schedule of checks only with the verification. */
export function verifyLoss(data: LossData<'VerifyGoodsLoss'>, state: Consignment, context: DecisionContext) {
  const of = openLoss(state, data.loss);
  if ('code' in of) return of;
  const { item, quantity, holder } = of;
  const lot = lotOf(state, item, holder);
  const barred = comesBefore(factDay(context), of.reportedOn) ?? moreThanHeld(item, holder, quantity, state, data.loss);
  const left = (lot?.quantity ?? 0) - quantity;
  const { recipient } = state;
  const lost = { item, quantity, as: of.as, holder, recipient, left, broughtBy: lot?.event ?? '' };
  return barred ?? [{ type: 'GoodsLossVerified', data: { ...data, ...lost } } as const];
}

export function rejectLoss(data: LossData<'RejectGoodsLoss'>, state: Consignment, context: DecisionContext) {
  const of = openLoss(state, data.loss);
  if ('code' in of) return of;
  return comesBefore(factDay(context), of.reportedOn) ?? [{ type: 'GoodsLossRejected', data } as const];
}

/** R26: once it was decided, what was decided of stays: the quantity, and what became of it. */
export function correctLoss(data: LossData<'CorrectGoodsLoss'>, state: Consignment, context: DecisionContext) {
  const { loss, quantity, as, on } = data;
  const { item, holder } = ownValue(state.losses, loss) as GoodsLoss;
  const open = quantity === undefined && as === undefined ? null : openLoss(state, loss);
  if (open !== null && 'code' in open) return open;
  const barred =
    (quantity === undefined ? null : moreThanHeld(item, holder, quantity, state, loss)) ??
    (on === undefined ? null : notWithHolder(on, item, holder, state, context));
  return barred ?? [{ type: 'GoodsLossCorrected', data } as const];
}

export function withdrawLoss(data: LossData<'WithdrawGoodsLoss'>, state: Consignment) {
  const of = openLoss(state, data.loss);
  return 'code' in of ? of : [{ type: 'GoodsLossWithdrawn', data } as const];
}

export function recordOverdueLoss(
  data: LossData<'RecordOverdueGoodsLoss'>,
  state: Consignment,
  context: DecisionContext,
) {
  const of = openLoss(state, data.loss);
  if ('code' in of) return of;
  const barred = notOverdue(data.due, of.verifyBy, context);
  return barred ?? (of.overdue ? [] : [{ type: 'GoodsLossBecameOverdue', data } as const]);
}

// ---- Senders ----

/** The report that a command names; undefined before it is made. */
const lossOf = (state: Consignment | null, { data }: ConsignmentCommand): GoodsLoss | undefined =>
  'loss' in data ? ownValue(state?.losses ?? {}, data.loss) : undefined;

/** Who may report a loss, or decide of it. */
export const lossRelations: Readonly<
  Record<'holder' | 'monitor', RelationCheck<ConsignmentCommand, Consignment | null>>
> = {
  holder: (state, { actor }, command) => {
    const sender = actsFor(actor);
    const of = command.type === 'ReportGoodsLoss' ? undefined : lossOf(state, command);
    const holders = of === undefined ? Object.values(state?.lots ?? {}).flatMap(Object.keys) : [of.holder];
    return holders.includes(sender)
      ? null
      : refuse('not-the-holder', 'the organisation that holds the goods does this', null, { holders });
  },
  monitor: (state, context, command) => {
    const { actor } = context;
    if (actor.role !== 'monitor') return refuse('not-a-monitor', 'a monitor does this', 'R12');
    if (actsFor(actor) === lossOf(state, command)?.holder)
      return refuse('reporter-verifies', 'another organisation than the holder verifies', 'R12');
    return registeredSender('monitor', context);
  },
};
