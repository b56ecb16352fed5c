import type {
  AssistanceScope,
  ConsignmentCommand,
  ConsignmentEvent,
  DeliveryPoint,
  ReceiptCorrected,
  ReceivedGoodsTransferred,
} from '@entente/contracts';
import {
  type DataOf,
  type DecisionContext,
  type Refusal,
  authoriseBy,
  decideBy,
  evolveBy,
  pick,
  put,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { factDay, inTheFuture, notOverdue, today } from '../days.js';
import { correcting } from '../corrections.js';
import { programmeStreams, termStreams } from '../equipment/check-terms.js';
import { unfitThen } from '../equipment/certified-store.js';
import { afterLaterFacts } from '../equipment/item-facts.js';
import {
  frameworkOf,
  frameworkStreamsOf,
  noAgreementInForce,
  restricted,
  setAside,
} from '../framework/framework-facts.js';
import { consultingImplementers } from '../parties/registration.js';
import { programmeEnded, programmeStopped } from '../planning/programme-stopped.js';
import { assistanceCase } from './assistance-case.js';
import { senderStreams } from '../equipment/senders.js';
import { comingOf } from './assistance-delivery.js';
import { namedCaseHeld } from './assistance-execution.js';
import { assistanceStreams } from './named-assistance.js';
import { afterCorrection, cannotCorrectReceipt, lineUnknown, miscounted } from './consignment-receipt.js';
import {
  correctedSample,
  firstSamples,
  movedSamples,
  sampleStreams,
  sampledOn,
  storedElsewhere,
  transferGoods,
} from './consignment-checks.js';
import {
  correctLoss,
  daysOfLosses,
  lossAfter,
  lossRelations,
  lossReported,
  lotsLost,
  recordOverdueLoss,
  rejectLoss,
  reportLoss,
  verifyLoss,
  withdrawLoss,
} from './consignment-losses.js';
import {
  cannotReceiveMonitored,
  correctSerials,
  daysOfItems,
  monitoredLines,
  notRegisteredSerials,
  ofMonitored,
  receivedItems,
  registerSerials,
  removedItems,
  removedReliedOn,
  serialsAfter,
  serialsMissing,
  storeStreams,
  typeStreams,
} from './consignment-serials.js';
import {
  forPlannedUnit,
  plannedUnitUnknown,
  receivingScope,
  receivingStreams,
  unitBarred,
  unitNotCleared,
} from './receiving-unit.js';
import { MAX_SCOPES, holdStreams, onHold, scopesOf } from '../safeguards/holds.js';
import {
  type AssistanceCase,
  type Consignment,
  consignmentFacts,
  lotOf,
  isPromise,
  ownValue,
  statusOf,
} from './facts.js';
import { notSentBy, relationsTo } from './senders.js';

type ConsignmentData<Type extends ConsignmentCommand['type']> = DataOf<ConsignmentCommand, Type>;

// ---- State ----

/** The promises, by the event that makes them. */
const PROMISES = { DeliveryScheduled: 'first-promise', DeliveryRescheduled: 'promise' } as const;

/** The facts, each recorded once, by the event that records it. */
const FACTS = {
  ConsignmentShipped: 'origin',
  ConsignmentArrivedAtHub: 'hub',
  TitleTransferred: 'title',
  ReceiptConfirmed: 'receipt',
} as const satisfies Partial<Record<ConsignmentEvent['type'], DeliveryPoint>>;

const reach =
  (point: DeliveryPoint) =>
  ({ on }: { readonly on: string }, { reached }: Consignment) => ({ reached: { ...reached, [point]: on } });

/** What the recipient holds after a correction of its receipt. */
function lotsAfter({ lots, recipient }: Consignment, { sampled, check, corrects }: ReceiptCorrected) {
  const of = sampled ?? check;
  if (of === undefined) return lots;
  const { quantity, item } = of;
  const { event = corrects, transferredOn = null } = ownValue(ownValue(lots, item) ?? {}, recipient) ?? {};
  return put(lots, item, { ...lots[item], [recipient]: { quantity, event, transferredOn } });
}

/** What each organisation holds after a transfer: what joins others counts from their day. */
function lotsTransferred(data: ReceivedGoodsTransferred, state: Consignment, event: string): Consignment['lots'] {
  const { item, on, from, to, left, held = 0, joins, broughtBy } = data;
  const { transferredOn = null } = lotOf(state, item, from) ?? {};
  const had = to === undefined ? undefined : lotOf(state, item, to);
  const since = had !== undefined && had.quantity > 0 ? had.transferredOn : on;
  return put(state.lots, item, {
    ...state.lots[item],
    [from]: { quantity: left, event: broughtBy, transferredOn },
    ...(to && { [to]: { quantity: held, event: joins ?? event, transferredOn: since } }),
  });
}

const evolve = evolveBy<Consignment, ConsignmentEvent>()(
  'DeliveryScheduled',
  (data, { id: plannedBy }) => ({
    ...pick(data, 'case', 'programme', 'donor', 'recipient', 'unit', 'due'),
    plannedBy,
    lines: Object.fromEntries(data.lines.map(({ line, quantity }) => [line, quantity])),
    overdue: false,
    reported: data.basis === 'reported',
    reached: {},
    received: {},
    registered: {},
    monitored: {},
    store: null,
    checks: {},
    lots: {},
    takenOn: null,
    discrepancies: {},
    losses: {},
    held: null,
    heldFor: null,
    cancelled: false,
    correctable: new Map(),
  }),
  {
    DeliveryRescheduled: ({ due }, _, { id: plannedBy }) => ({ due, plannedBy, overdue: false }),
    DeliveryBecameOverdue: () => ({ overdue: true }),
    SerialsRegistered: ({ line, serials }, { registered }) => ({
      registered: put(registered, line, [...(ownValue(registered, line) ?? []), ...serials]),
    }),
    SerialsCorrected: (data, state) => ({
      registered: put(state.registered, data.line, serialsAfter(state, data)),
    }),
    ConsignmentShipped: reach('origin'),
    ConsignmentArrivedAtHub: reach('hub'),
    TitleTransferred: reach('title'),
    ReceiptConfirmed: (data, state, { id: event }) => ({
      ...reach('receipt')(data, state),
      received: Object.fromEntries(data.lines.map(({ line, quantity, serials = [] }) => [line, { quantity, serials }])),
      monitored: Object.fromEntries((data.monitored ?? []).map(({ line, item }) => [line, item])),
      store: data.store ?? null,
      checks: Object.fromEntries((data.checks ?? []).map(({ item, due }) => [item, due])),
      lots: Object.fromEntries(
        (data.checks ?? []).map(({ item, holder, quantity }) => [
          item,
          { [holder]: { quantity, event, transferredOn: null } },
        ]),
      ),
    }),
    ReceiptCorrected: (data, state) => ({
      received: { ...state.received, [data.line]: afterCorrection(state, data) },
      store: data.store ?? state.store,
      ...(data.check && { checks: put(state.checks, data.check.item, data.check.due) }),
      lots: lotsAfter(state, data),
    }),
    DateCorrected: (data, state) =>
      isPromise(data.fact)
        ? data.due === undefined
          ? {}
          : { due: data.due, overdue: false }
        : {
            ...reach(data.fact)(data, state),
            ...(data.checks && { checks: Object.fromEntries(data.checks.map(({ item, due }) => [item, due])) }),
          },
    ShipmentCorrected: () => ({}),
    ReceivedGoodsTransferred: (data, state, { id }) => ({
      lots: lotsTransferred(data, state, id),
      takenOn: state.takenOn === null || data.on < state.takenOn ? data.on : state.takenOn,
    }),
    GoodsLossReported: (data, { losses }, { metadata }) => ({
      losses: put(losses, data.loss, lossReported(data, factDay(metadata))),
    }),
    GoodsLossVerified: (data, state) => ({
      ...lossAfter(state, data.loss, { status: 'verified' }),
      lots: lotsLost(state, data),
    }),
    GoodsLossRejected: ({ loss }, state) => lossAfter(state, loss, { status: 'rejected' }),
    GoodsLossCorrected: (data, state) => lossAfter(state, data.loss, pick(data, 'quantity', 'as', 'on')),
    GoodsLossWithdrawn: ({ loss }, { losses }) => ({
      losses: Object.fromEntries(Object.entries(losses).filter(([name]) => name !== loss)),
    }),
    GoodsLossBecameOverdue: ({ loss }, state) => lossAfter(state, loss, { overdue: true }),
    DiscrepancyReported: ({ discrepancy }, { discrepancies }) => ({
      discrepancies: { ...discrepancies, [discrepancy]: 'open' as const },
    }),
    DiscrepancyCorrected: () => ({}),
    DiscrepancyResolved: ({ discrepancy }, { discrepancies }) => ({
      discrepancies: { ...discrepancies, [discrepancy]: 'resolved' as const },
    }),
    ShipmentHeld: ({ reason, unit = null }) => ({ held: reason, heldFor: unit }),
    ShipmentReleased: () => ({ held: null, heldFor: null }),
    ConsignmentCancelled: () => ({ cancelled: true }),
  },
);

// ---- Rules ----

/** The words for the items of these lines, each once. */
const typesOf = (lines: readonly { readonly line: string }[], caseState: AssistanceCase | null): readonly string[] => [
  ...new Set(lines.flatMap(({ line }) => ownValue(caseState?.lines ?? {}, line)?.item ?? [])),
];

/** R19: the holds of all scopes of a shipment are consulted: its types of items are few. */
function tooManyTypes(
  lines: readonly { readonly line: string }[],
  others: readonly AssistanceScope[],
  caseState: AssistanceCase | null,
): Refusal | null {
  const types = typesOf(lines, caseState).length;
  const most = MAX_SCOPES - others.length;
  return types <= most
    ? null
    : refuse(
        'too-many-item-types',
        `at most ${most} types of items are in it; another consignment has the rest`,
        'R19',
        {
          types,
          most,
        },
      );
}

/**
 * R16: a delivery is scheduled for lines of an accepted or implemented case, within what is neither
 * delivered nor in another consignment. The case knows the others once they are noted. R19: in a
 * programme that has not ended.
 */
function schedule(data: ConsignmentData<'ScheduleDelivery'>, context: DecisionContext) {
  const caseState = context.known.of(assistanceCase, data.case);
  if (caseState === null)
    return refuse('case-not-found', 'the case named has been requested', null, { case: data.case });
  const { donor, recipient, requestedOn } = caseState;
  if (
    caseState.status === 'closed' ||
    caseState.status === 'cancelled' ||
    (caseState.status !== 'accepted' && !caseState.implemented)
  )
    return refuse('case-not-accepted', 'the case is accepted or implemented, and has not ended', 'R16', {
      status: statusOf(caseState),
    });
  const ended = programmeEnded(caseState.programme, context, factDay(context));
  if (ended !== null) return ended;
  if (new Set(data.lines.map(({ line }) => line)).size < data.lines.length)
    return refuse('line-twice', 'each line is named once');
  for (const { line: name, quantity } of data.lines) {
    const line = ownValue(caseState.lines, name);
    if (line?.inForce !== true) return refuse('line-unknown', 'the line is part of the case', null, { line: name });
    const outstanding = Math.max(line.quantity - comingOf(line), 0);
    if (quantity > outstanding)
      return refuse(
        'exceeds-line',
        'no more is scheduled than is neither delivered nor in another consignment of the case',
        'R16',
        { line: name, outstanding },
      );
  }
  const crowded = tooManyTypes(
    data.lines,
    [...scopesOf({ ...caseState, case: data.case }), ...receivingScope(data)],
    caseState,
  );
  const barred = crowded ?? plannedUnitUnknown(data, context);
  if (barred !== null) return barred;
  const within = pick(caseState, 'programme');
  const basis = caseState.reported ? { basis: 'reported' as const } : {};
  return [
    { type: 'DeliveryScheduled', data: { ...data, ...within, donor, recipient, requestedOn, ...basis } } as const,
  ];
}

/**
 * The scopes of a shipment: its case, programme and country, its unit, and the types of its items,
 * which the case knows.
 */
const shipped = (
  data: ConsignmentData<'ShipConsignment'>,
  state: Consignment,
  caseState: AssistanceCase | null,
): readonly AssistanceScope[] => [
  ...scopesOf(state),
  ...receivingScope(data),
  ...typesOf(
    Object.keys(state.lines).map((line) => ({ line })),
    caseState,
  ).map((id) => ({ kind: 'item-type', id }) as const),
];

/** Whether it is held for the clearance of a unit that it does not go to after all. */
const forAnotherUnit = ({ unit }: Pick<Consignment, 'unit'>, { heldFor }: Consignment): boolean =>
  heldFor !== null && unit !== undefined && unit !== heldFor;

/**
 * Whether it is held for a clearance that it did not lack: it goes to another unit, or left on a
 * day on which its unit was still cleared and is recorded after the hold.
 */
const neededNoClearance = (
  data: ConsignmentData<'ShipConsignment'>,
  state: Consignment,
  context: DecisionContext,
): boolean =>
  forAnotherUnit(data, state) ||
  (state.heldFor !== null && data.on < today(context) && plannedUnitBarred(state, context, data.on) === null);

/**
 * R16, R19: shipping is execution. It needs an implemented case that is not held, a programme that
 * is not suspended and has not ended, a shipment that is not held, and no hold on any of its
 * scopes. R1: it needs an agreement in force on the day of the shipment, if the programme names
 * one. R5, R6: its unit may receive it.
 */
function cannotShip(
  data: ConsignmentData<'ShipConsignment'>,
  state: Consignment,
  context: DecisionContext,
): Refusal | null {
  const { known } = context;
  if (state.held !== null && !neededNoClearance(data, state, context))
    return refuse('shipment-held', 'the shipment is released', 'R19', { reason: state.held });
  const ended = programmeStopped(state.programme, context, data.on);
  if (ended !== null) return ended;
  const caseState = known.of(assistanceCase, state.case);
  const scopes = shipped(data, state, caseState);
  const lines = Object.keys(state.lines).map((line) => ({ line }));
  const crowded =
    data.unit === undefined ? null : tooManyTypes(lines, [...scopesOf(state), ...receivingScope(data)], caseState);
  if (crowded !== null) return crowded;
  const framework = frameworkOf(state.programme, known);
  const held = namedCaseHeld(state.case, context) ?? onHold(scopes, state.donor, context);
  const barred =
    held ??
    noAgreementInForce(framework, data.on, scopes) ??
    restricted(framework, scopes) ??
    unitBarred(data, framework, scopes, context);
  const refused =
    barred ?? (setAside(framework, 'R9', data.on, scopes) === null ? serialsMissing(state, context) : null);
  if (refused !== null) return refused;
  if (caseState?.implemented === true && caseState.status !== 'closed' && caseState.status !== 'cancelled') return null;
  return refuse('case-not-implemented', 'the case is being executed', 'R16', {
    case: state.case,
    status: caseState === null ? null : statusOf(caseState),
  });
}

/** Each fact is recorded once, in any order; afterwards it is corrected. */
function cannotReach(state: Consignment, fact: DeliveryPoint, on: string, context: DecisionContext): Refusal | null {
  if (state.reached[fact] === undefined) return inTheFuture(on, context);
  return refuse('already-recorded', 'the fact is recorded once, and corrected afterwards', 'R26', {
    fact,
    on: state.reached[fact],
  });
}

/** The code of a discrepancy for what did not come of a line. */
const SHORTAGE = 'shortage';

/** R30: no more of a line can be missing than was scheduled. */
function missesTooMuch(line: string, quantity: number, { lines }: Consignment): Refusal | null {
  const most = ownValue(lines, line) ?? 0;
  return quantity <= most
    ? null
    : refuse('exceeds-scheduled', 'no more is missing of the line than was scheduled', 'R30', { line, most });
}

/** A report is about a line of the consignment, and R30: its shortage about what was scheduled. */
const wrongDiscrepancy = (
  { line, type, quantity }: Pick<ConsignmentData<'ReportDiscrepancy'>, 'line' | 'type' | 'quantity'>,
  state: Consignment,
): Refusal | null => lineUnknown(state, line) ?? (type === SHORTAGE ? missesTooMuch(line, quantity, state) : null);

/** What another system recorded counts as delivered only by that system's own report. */
const caseOf = ({ case: of, reported }: Consignment) => (reported ? {} : { case: of });

/** Whether a correction names the receipt of items that are monitored by their serials. */
const isOfReceipt = ({ corrects }: ConsignmentData<'CorrectDate'>, { correctable, monitored }: Consignment): boolean =>
  correctable.get(corrects)?.type === 'ReceiptConfirmed' && Object.keys(monitored).length > 0;

/** R9, R30: the store was certified on that day, and nothing happened to the goods before it. */
function receivedOtherwise(
  data: ConsignmentData<'CorrectDate'>,
  state: Consignment,
  context: DecisionContext,
): Refusal | null {
  const { on } = data;
  const items = Object.values(state.monitored);
  const unfit = items.length === 0 ? null : unfitThen(state.store ?? '', on, { ...state, items }, context);
  return (
    afterLaterFacts(on, [
      state.takenOn,
      ...daysOfLosses(state),
      ...daysOfItems(on, state, context),
      ...sampledOn(data, state, context),
    ]) ?? unfit
  );
}

/**
 * R26: the day of a recorded fact, or of a promise, was another one. The recipient corrects the
 * day of a receipt, the other side every other day.
 */
function correctDate(data: ConsignmentData<'CorrectDate'>, state: Consignment, context: DecisionContext) {
  const type = context.known.typeOfEvent(data.corrects);
  const barred = notSentBy(type === 'ReceiptConfirmed' ? 'recipient' : 'deliverer', state, context);
  if (barred !== null) return barred;
  const promise = PROMISES[type as keyof typeof PROMISES] as (typeof PROMISES)[keyof typeof PROMISES] | undefined;
  if (promise !== undefined) {
    const due = state.plannedBy === data.corrects ? { due: data.on } : {};
    return [{ type: 'DateCorrected', data: { ...data, fact: promise, ...due } } as const];
  }
  const fact = FACTS[type as keyof typeof FACTS];
  const monitored = Object.entries(state.monitored).map(([line, item]) => ({
    item,
    serials: ownValue(state.received, line)?.serials ?? [],
  }));
  const items = fact === 'receipt' && monitored.length > 0 ? { ...ofMonitored(state), monitored } : {};
  const moved = fact === 'receipt' ? movedSamples(state, data.on) : [];
  const checks = moved.length === 0 ? {} : { checks: moved };
  const late = fact === 'receipt' ? receivedOtherwise(data, state, context) : null;
  return (
    inTheFuture(data.on, context) ??
    late ?? [{ type: 'DateCorrected', data: { ...data, ...caseOf(state), fact, ...items, ...checks } } as const]
  );
}

/**
 * R9, R11: the receipt, which of its lines have items that are monitored by their serials, and the
 * first checks of the others.
 */
function confirmReceipt(data: ConsignmentData<'ConfirmReceipt'>, state: Consignment, context: DecisionContext) {
  const barred =
    cannotReach(state, 'receipt', data.on, context) ??
    miscounted(state, data.lines) ??
    cannotReceiveMonitored(data, state, context);
  if (barred !== null) return barred;
  const monitored = monitoredLines(data, state, context);
  const items = monitored.length === 0 ? {} : { donor: state.donor, monitored };
  const checks = firstSamples(data, state, context);
  const sampled = checks.length === 0 ? {} : { checks };
  return [{ type: 'ReceiptConfirmed', data: { ...data, ...caseOf(state), ...items, ...sampled } } as const];
}

/**
 * R9, R11, R26: a line of the receipt, to what its serials belong if they are monitored, and what
 * the check of a sample expects if they are not.
 */
function correctReceipt(data: ConsignmentData<'CorrectReceipt'>, state: Consignment, context: DecisionContext) {
  const item = ownValue(state.monitored, data.line);
  const { quantity, serials } = afterCorrection(state, data);
  const barred =
    cannotCorrectReceipt(state, data) ??
    (item === undefined ? null : notRegisteredSerials(state, data.line, quantity, serials)) ??
    removedReliedOn(state, data, context);
  const on = state.reached.receipt;
  const items = item === undefined ? {} : { ...ofMonitored(state), item, ...(on === undefined ? {} : { on }) };
  if (barred !== null) return barred;
  const checked = correctedSample(data, state, context);
  return [
    {
      type: 'ReceiptCorrected',
      data: { ...data, ...caseOf(state), ...items, ...checked, ...storedElsewhere(data, state) },
    } as const,
  ];
}

/** R5, R7, R8: why the unit that it is planned for receives nothing on a day; null if it may. */
function plannedUnitBarred(state: Consignment, context: DecisionContext, on = today(context)): Refusal | null {
  const { unit, programme } = state;
  if (unit === undefined) return null;
  const scopes = [...scopesOf(state), ...receivingScope(state)];
  return unitNotCleared({ unit, on }, frameworkOf(programme, context.known), scopes, context);
}

const released = (reason: string, { heldFor }: Pick<Consignment, 'heldFor'>) =>
  ({ type: 'ShipmentReleased', data: { reason, ...(heldFor === null ? {} : { unit: heldFor }) } }) as const;

/**
 * R7, R19: it is held by hand before it leaves, or by the system while its unit is not cleared. A
 * hold by hand takes the place of the system's, which comes back with its release.
 */
function hold(data: ConsignmentData<'HoldShipment'>, state: Consignment, context: DecisionContext) {
  const { reached, held, heldFor, unit } = state;
  const event = { type: 'ShipmentHeld', data: { ...data, ...(unit === undefined ? {} : { unit }) } } as const;
  const isSystem = context.actor.role === 'system';
  const on = reached.origin ?? reached.receipt ?? (isSystem ? Object.values(reached)[0] : undefined);
  if (on !== undefined) return refuse('already-shipped', 'the consignment has not been shipped', 'R19', { on });
  if (isSystem) {
    const waits = held === null || (heldFor !== null && held !== data.reason);
    return waits && plannedUnitBarred(state, context) !== null ? [event] : [];
  }
  return held !== null && heldFor === null
    ? refuse('already-held', 'the shipment is not held', 'R19', { reason: held })
    : [{ type: 'ShipmentHeld', data } as const];
}

/** R7, R19: what waits for the clearance of its unit is released with that. */
function release({ reason }: ConsignmentData<'ReleaseShipment'>, state: Consignment, context: DecisionContext) {
  const { held, heldFor, unit } = state;
  const barred = plannedUnitBarred(state, context);
  const isSystem = context.actor.role === 'system';
  if (held === null || (isSystem && heldFor === null)) return refuse('not-held', 'the shipment is held', 'R19');
  if (isSystem) return barred === null ? [released(reason, state)] : [];
  if (barred === null || unit === undefined) return [released(reason, state)];
  return heldFor === null
    ? [released(reason, state), { type: 'ShipmentHeld', data: { reason: barred.code, unit } } as const]
    : barred;
}

const decide = decideBy<Consignment, ConsignmentCommand, ConsignmentEvent>()(
  'ScheduleDelivery',
  schedule,
  (_, { cancelled }) => (cancelled ? refuse('consignment-cancelled', 'the consignment was not cancelled') : null),
  {
    RescheduleDelivery: {
      unless: ({ due }, { reached, due: planned }) =>
        reached.receipt !== undefined
          ? refuse('already-received', 'the consignment has not been received yet', null, { on: reached.receipt })
          : due === planned
            ? refuse('same-due', 'the new day differs from the plan', null, { due })
            : null,
      then: 'DeliveryRescheduled',
    },
    RecordOverdueDelivery: {
      unless: ({ due }, { reached, due: planned }, context) =>
        reached.receipt !== undefined
          ? refuse('already-received', 'the consignment has not been received yet', null, { on: reached.receipt })
          : notOverdue(due, planned, context),
      already: (_, { overdue }) => overdue,
      then: 'DeliveryBecameOverdue',
    },
    ShipConsignment: (sent, state, context) => {
      const data = forPlannedUnit(sent, state);
      const barred = cannotReach(state, 'origin', data.on, context) ?? cannotShip(data, state, context);
      if (barred !== null) return barred;
      const event = { type: 'ConsignmentShipped', data: { ...data, ...caseOf(state) } } as const;
      if (forAnotherUnit(data, state)) return [released('shipped-to-another-unit', state), event];
      return state.held === null ? [event] : [released('shipped-while-cleared', state), event];
    },
    RecordArrivalAtHub: (data, state, context) =>
      cannotReach(state, 'hub', data.on, context) ?? [
        { type: 'ConsignmentArrivedAtHub', data: { ...data, ...caseOf(state) } },
      ],
    TransferTitle: (data, state, context) =>
      cannotReach(state, 'title', data.on, context) ?? [
        { type: 'TitleTransferred', data: { ...data, ...caseOf(state) } },
      ],
    RegisterSerials: registerSerials,
    CorrectSerials: correctSerials,
    ConfirmReceipt: confirmReceipt,
    CorrectReceipt: correctReceipt,
    CorrectDate: correctDate,
    // A unit that was not cleared is found by its control: the goods are under way.
    CorrectShipment: { unless: (data, _, context) => plannedUnitUnknown(data, context), then: 'ShipmentCorrected' },
    TransferReceivedGoods: transferGoods,
    ReportGoodsLoss: reportLoss,
    VerifyGoodsLoss: verifyLoss,
    RejectGoodsLoss: rejectLoss,
    CorrectGoodsLoss: correctLoss,
    WithdrawGoodsLoss: withdrawLoss,
    RecordOverdueGoodsLoss: recordOverdueLoss,
    ReportDiscrepancy: {
      unless: (data, state) =>
        Object.hasOwn(state.discrepancies, data.discrepancy)
          ? refuse('discrepancy-already-reported', 'no report has this name', null, { discrepancy: data.discrepancy })
          : wrongDiscrepancy(data, state),
      then: 'DiscrepancyReported',
    },
    CorrectDiscrepancy: {
      unless: ({ corrects, ...right }, state) => {
        const stated = { ...state.correctable.get(corrects)?.values, ...right } as ConsignmentData<'ReportDiscrepancy'>;
        return wrongDiscrepancy(stated, state);
      },
      then: 'DiscrepancyCorrected',
    },
    ResolveDiscrepancy: {
      unless: ({ discrepancy }, { discrepancies }) =>
        ownValue(discrepancies, discrepancy) === 'open'
          ? null
          : refuse('discrepancy-not-open', 'a report of this name is open', null, { discrepancy }),
      then: 'DiscrepancyResolved',
    },
    HoldShipment: hold,
    ReleaseShipment: release,
    CancelConsignment: (data, state) =>
      Object.keys(state.reached).length > 0
        ? refuse('already-under-way', 'the consignment has reached no point yet', null, { ...state.reached })
        : [{ type: 'ConsignmentCancelled', data: { ...data, ...caseOf(state) } }],
  },
);

const RELATIONS = {
  ...relationsTo<ConsignmentCommand, Consignment | null>((state, { known }, command) =>
    command.type === 'ScheduleDelivery' ? known.of(assistanceCase, command.data.case) : state,
  ),
  ...lossRelations,
};

/** A consignment, its facts in any order: R5, R6, R9, R11 to R13, R16, R19, R26, R29, R30, R31. */
export const consignment: DeciderOf<'consignment', Consignment> = consultingImplementers(
  correcting({
    ...consignmentFacts,
    ids: 'prefixed',
    opens: 'ScheduleDelivery',
    evolve,
    consults: (command, state, known, sender) => {
      if (command.type === 'ScheduleDelivery') {
        const under = { kind: assistanceCase.kind, id: command.data.case };
        const within = known.has(assistanceCase, under.id) ? known.of(assistanceCase, under.id)?.programme : undefined;
        return [under, ...assistanceStreams({ programme: within }), ...receivingStreams(command.data)];
      }
      if (state === null) return [];
      const caseState = known.has(assistanceCase, state.case) ? known.of(assistanceCase, state.case) : null;
      const itsCase = { kind: 'assistance-case', id: state.case };
      if (command.type === 'RegisterSerials' || command.type === 'CorrectSerials')
        return [itsCase, ...typeStreams(state, [command.data.line], caseState)];
      if (command.type === 'CorrectReceipt')
        return [
          itsCase,
          ...storeStreams(
            command.data.store === undefined && state.store !== null ? { store: state.store } : command.data,
          ),
          ...typeStreams(state, [command.data.line], caseState),
          ...removedItems(state, command.data),
          ...(state.reported ? [] : programmeStreams(state.programme, known)),
        ];
      if (command.type === 'ConfirmReceipt') {
        const lines = command.data.lines.map(({ line }) => line);
        return [
          itsCase,
          ...storeStreams(command.data),
          ...typeStreams(state, lines, caseState),
          ...(state.reported ? [] : programmeStreams(state.programme, known)),
        ];
      }
      if (command.type === 'CorrectDate' && isOfReceipt(command.data, state))
        return [
          ...sampleStreams(command.data, state),
          ...storeStreams(ofMonitored(state)),
          ...(command.data.on > (state.reached.receipt ?? '') ? receivedItems(state) : []),
          ...programmeStreams(state.programme, known),
        ];
      if (command.type === 'TransferReceivedGoods')
        return [...storeStreams(command.data), ...termStreams({ ...state, item: command.data.item }, known)];
      if (command.type === 'CorrectDate') return sampleStreams(command.data, state);
      if (command.type === 'ReportGoodsLoss') return programmeStreams(state.programme, known);
      if (command.type === 'VerifyGoodsLoss' || command.type === 'RejectGoodsLoss')
        return senderStreams(sender, 'monitor');
      if (command.type === 'HoldShipment' || command.type === 'ReleaseShipment')
        return [...receivingStreams(state), ...programmeStreams(state.programme, known)];
      if (command.type === 'CorrectShipment') return receivingStreams(command.data);
      if (command.type !== 'ShipConsignment') return [];
      return [
        itsCase,
        ...typeStreams(state, Object.keys(state.lines), caseState),
        ...(state.programme === undefined ? [] : [{ kind: 'programme', id: state.programme }]),
        ...frameworkStreamsOf(state.programme, known),
        ...receivingStreams(forPlannedUnit(command.data, state)),
        ...holdStreams(shipped(forPlannedUnit(command.data, state), state, caseState)),
      ];
    },
    authorise: authoriseBy<ConsignmentCommand, Consignment | null, keyof typeof RELATIONS>(RELATIONS),
    decide,
    reportsHistory: (command, state, known) =>
      state?.reported === true ||
      (command.type === 'ScheduleDelivery' && known.of(assistanceCase, command.data.case)?.reported === true),
  }),
);
