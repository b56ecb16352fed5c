import type {
  CheckResult,
  EndUseCheckCommand,
  EndUseCheckEvent,
  PerformEndUseCheck,
  ScheduleEndUseCheck,
} from '@entente/contracts';
import {
  type ConsultedStreams,
  type DataOf,
  type DecisionContext,
  type Refusal,
  type StreamRef,
  actsFor,
  addDays,
  authoriseBy,
  bySystem,
  daysBetween,
  decideBy,
  evolveBy,
  isNewest,
  partOf,
  pick,
  put,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { factDay, inTheFuture, notOverdue, today } from '../days.js';
import { correcting, nothingCorrected } from '../corrections.js';
import { type Besides, answerable } from '../fact-answers.js';
import { checkDays, termStreams } from '../equipment/check-terms.js';
import { caseTermStreams, frameworkOf, frameworkOfCase } from '../framework/framework-facts.js';
import {
  type Item,
  areaOf,
  beforeReceipt,
  beforeTransfer,
  isGone,
  itemFacts,
  itemId,
  itemStream,
  storageSiteFacts,
} from '../equipment/item-facts.js';
import {
  type CheckVisit,
  type EndUseCheck,
  TRANSFERRED,
  checkAfterId,
  checkFacts,
  isStillOpen,
} from './check-facts.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { consignmentFacts, lotOf, ownValue } from '../delivery/facts.js';
import { assistanceNotFound, assistanceStreams, withProgramme } from '../delivery/named-assistance.js';
import { notRegistered, partiesOf, partyStreams } from '../parties/registration.js';
import { covers, instabilityIn, situationFacts } from '../situations/situation-facts.js';

type CheckData<Type extends EndUseCheckCommand['type']> = DataOf<EndUseCheckCommand, Type>;

// ---- State ----

const newerOf = (day: string | null, other: string): string => (day === null || day < other ? other : day);
const newestOf = (days: Readonly<Record<string, string>>): string | null =>
  Object.values(days).reduce<string | null>((newest, day) => newerOf(newest, day), null);
/** Why a check is cancelled whose items others have seen. */
const SEEN = 'seen-by-another-check';

const evolve = evolveBy<EndUseCheck, Besides<EndUseCheckEvent>>()(
  'EndUseCheckScheduled',
  (data, { metadata }) => ({
    ...pick(data, 'type', 'manner', 'donor', 'recipient', 'holder', 'programme', 'case'),
    ...pick(data, 'consignment', 'item', 'area', 'site', 'serials', 'quantity', 'due'),
    scheduledOn: factDay(metadata),
    leftOutOn: null,
    leftOut: {},
    supersededOn: null,
    latest: metadata.actor.role === 'system' ? data.due : null,
    overdue: false,
    visits: {},
    done: false,
    ended: null,
    emptied: false,
    next: null,
    nextDue: null,
    nextQuantity: null,
    discrepancies: {},
    complianceVisits: [],
    correctable: new Map(),
    facts: new Map(),
  }),
  {
    EndUseCheckRescheduled: ({ due }, _, { metadata }) => ({
      due,
      overdue: false,
      ...(metadata.actor.role === 'system' ? { latest: due } : {}),
    }),
    CheckedItemsTransferred: ({ serials, to, place, area, next }, state) => {
      const left = state.serials.filter((serial) => !serials.includes(serial));
      return next === undefined ? { holder: to, site: place, area } : { serials: left, quantity: left.length };
    },
    CheckedItemsLeftOut: ({ serials, on }, state) => {
      const left = state.serials.filter((serial) => !serials.includes(serial));
      const leftOut = serials.reduce((all, serial) => put(all, serial, on), state.leftOut);
      return { serials: left, quantity: left.length, leftOut, leftOutOn: newestOf(leftOut) };
    },
    EndUseCheckPerformed: ({ visit, on, manner, situation, done, results, lots = [], next }, state, { id }) => ({
      visits: put(state.visits, id, {
        visit,
        on,
        manner,
        ...(situation === undefined ? {} : { situation }),
        done,
        results: Object.fromEntries(results.map(({ serial, result }) => [serial, result])),
        lots: lots.map(({ lot }) => lot),
      }),
      done: state.done || done,
      ...(done ? { next: checkAfterId(id), nextDue: next?.due ?? null } : {}),
    }),
    CheckResultCorrected: ({ corrects, serial, result }, { visits }) => {
      const was = visits[corrects];
      return was === undefined
        ? {}
        : { visits: put(visits, corrects, { ...was, results: put(was.results, serial, result) }) };
    },
    CheckDayCorrected: ({ corrects, on, nextDue: moved }, { visits, nextDue }) => {
      const was = visits[corrects];
      return was === undefined ? {} : { visits: put(visits, corrects, { ...was, on }), nextDue: moved ?? nextDue };
    },
    DiscrepancyFound: ({ discrepancy, on }, { discrepancies }) => ({
      discrepancies: put(discrepancies, discrepancy, { on, open: true }),
    }),
    DiscrepancyCleared: ({ discrepancy, on }, { discrepancies }) => ({
      discrepancies: put(discrepancies, discrepancy, { on, open: false }),
    }),
    AccessDenied: ({ next }, _, { id }) => ({
      ended: 'access-denied',
      next: next === undefined ? null : checkAfterId(id),
      nextQuantity: next?.quantity ?? null,
    }),
    AccessDenialWithdrawn: () => ({ ended: null, next: null }),
    EndUseCheckWaived: ({ next }, _, { id }) => ({
      ended: 'waived',
      next: next === undefined ? null : checkAfterId(id),
    }),
    CheckedItemsCorrected: ({ quantity, site, area, passedTo, next }, state, { id }) => {
      if (next !== undefined) return { next: checkAfterId(id) };
      return passedTo === undefined
        ? { quantity: quantity ?? state.quantity, ...(site === undefined ? {} : { site, area }) }
        : {};
    },
    // The system cancels a sample only of nothing.
    EndUseCheckCancelled: ({ on, reason }, { type, leftOutOn }, { metadata }) => ({
      ended: 'cancelled',
      supersededOn: reason === SEEN ? (on ?? null) : null,
      // What was transferred is on the schedule of its new holder.
      leftOutOn: reason === TRANSFERRED ? leftOutOn : (on ?? leftOutOn),
      emptied: type === 'routine' && metadata.actor.role === 'system',
    }),
    EndUseCheckBecameOverdue: () => ({ overdue: true }),
    ComplianceVisitHeld: ({ on }, { complianceVisits }) => ({ complianceVisits: [...complianceVisits, on] }),
  },
);

type CheckFacts = Pick<EndUseCheck, 'type' | 'donor' | 'item' | 'programme'> & Partial<Pick<EndUseCheck, 'latest'>>;

// ---- Rules ----

/** The day of the decision, as its sender states it. */

/**
 * R10, R11: the last day is not later than the type of the check allows. A policy repeats the day
 * that was decided, whatever the days are now: what it planned does not move beyond that day.
 */
function dueTooLate(
  of: CheckFacts,
  due: string,
  context: DecisionContext,
  framework?: ReturnType<typeof frameworkOf>,
): Refusal | null {
  if (context.actor.role === 'system') return null;
  const { type } = of;
  const latest = of.latest ?? addDays(factDay(context), checkDays(type, 'everyDays', of, context, framework));
  if (due <= latest) return null;
  const rule = type === 'enhanced' ? 'R10' : 'R11';
  return refuse('check-due-too-late', 'the check is due within the days that its type allows', rule, { type, latest });
}

/** The case that a command names without a programme, once it is known. */
const caseAlone = ({ case: of, programme: named }: ScheduleEndUseCheck, known: ConsultedStreams) =>
  named === undefined && of !== undefined && known.has(assistanceCase, of) ? known.of(assistanceCase, of) : null;

/** The framework that sets the days of a check: that of its programme, or of its case. */
const termsOf = (data: ScheduleEndUseCheck, { known }: Pick<DecisionContext, 'known'>) =>
  data.programme === undefined ? frameworkOfCase(caseAlone(data, known), known) : frameworkOf(data.programme, known);

/** A place can be the id of a store: the id of its owner, a dot, and a word. */
const storeOf = ({ site }: Pick<ScheduleEndUseCheck, 'site'>): StreamRef | undefined =>
  /^[a-z0-9][a-z0-9_~-]*\.[a-z0-9._~-]+$/.test(site) ? { kind: storageSiteFacts.kind, id: site } : undefined;

/** The value of the items: their part of that of the lines of their case that are in force. */
function valueOf(data: ScheduleEndUseCheck, { known }: DecisionContext) {
  const of = data.case === undefined ? null : known.of(assistanceCase, data.case);
  const lines = Object.values(of?.lines ?? {}).filter(({ item, inForce }) => inForce && item === data.item);
  const orderedQuantity = lines.reduce((sum, line) => sum + line.quantity, 0);
  const orderedValue = lines.reduce((sum, line) => sum + line.value, 0);
  if (of?.offer == null || orderedQuantity === 0 || !Number.isSafeInteger(orderedValue)) return {};
  const value = partOf(orderedValue, data.quantity, orderedQuantity);
  return Number.isSafeInteger(value) ? { value, currency: of.offer.currency, orderedValue, orderedQuantity } : {};
}

const consignmentNotFound = ({ consignment }: ScheduleEndUseCheck, { known }: DecisionContext): Refusal | null =>
  consignment === undefined || known.of(consignmentFacts, consignment) !== null
    ? null
    : refuse('consignment-not-found', 'the consignment named has been scheduled', null, { consignment });

/**
 * R10: a check of an enhanced type names each serial. R29: its parties are registered. What a
 * policy schedules repeats a decision: an item that was received is checked, also if its programme
 * or case is not known, or the area of its store has changed.
 */
function schedule(data: ScheduleEndUseCheck, context: DecisionContext): readonly Besides<EndUseCheckEvent>[] | Refusal {
  const unknown =
    context.actor.role === 'system' ? null : (assistanceNotFound(data, context) ?? consignmentNotFound(data, context));
  if (unknown !== null) return unknown;
  const { type, serials, quantity } = data;
  if (type === 'enhanced' ? quantity !== serials.length : quantity < serials.length)
    return refuse('serials-miscounted', 'an enhanced check names each serial, and a routine one no more', 'R10', {
      quantity,
      serials: serials.length,
    });
  const area = storeOf(data) === undefined ? undefined : areaOf(data.site, data.holder, context);
  if (context.actor.role !== 'system' && area !== undefined && data.area !== undefined && data.area !== area)
    return refuse('other-area', 'the area is that of the store', 'R20', { site: data.site, area });
  const added = { ...(area === undefined ? {} : { area }), ...valueOf(data, context) };
  const parties = context.actor.role === 'system' ? [] : partiesOf(data);
  const barred = dueTooLate(data, data.due, context, termsOf(data, context)) ?? notRegistered(parties, context);
  return barred ?? [{ type: 'EndUseCheckScheduled', data: { ...withProgramme(data, context.known), ...added } }];
}

const ended = ({ ended: how }: EndUseCheck): Refusal | null =>
  how === null ? null : refuse('check-ended', 'the check was not denied, waived or cancelled', null, { ended: how });

const notOpen = (state: EndUseCheck): Refusal | null =>
  ended(state) ?? (state.done ? refuse('check-done', 'the check has not been made') : null);

/** The area of the items: that of their store, also if the check was scheduled before it. */
const areaAt = ({ site, holder, area }: EndUseCheck, context: Pick<DecisionContext, 'known'>): string | undefined =>
  (storeOf({ site }) === undefined ? undefined : areaOf(site, holder, context)) ?? area;

/**
 * R20: instability was in force in the area on that day. Only then a check is made remotely.
 */
function cannotBeRemote(
  { manner, situation, on }: Pick<PerformEndUseCheck, 'manner' | 'situation' | 'on'>,
  state: EndUseCheck,
  context: DecisionContext,
): Refusal | null {
  if (manner !== 'remote') return null;
  const { known } = context;
  const { holder } = state;
  const area = areaAt(state, context);
  const of = situation === undefined ? null : known.of(situationFacts, situation);
  const facts = { situation: situation ?? null, area: area ?? null, on };
  if (of !== null && of.country === holder && of.area !== undefined && area === undefined)
    return refuse(
      'area-not-known',
      "the area of the items is known, as that of the holder's store or of the check; else the situation is that of the whole country",
      'R20',
      { ...facts, area: of.area },
    );
  if (of === null || !covers(of, { country: holder, area }))
    return refuse(
      'situation-not-named',
      'the visit names the situation of the area of the items, or of the whole country of their holder',
      'R20',
      facts,
    );
  return instabilityIn(of, on) === null
    ? refuse('remote-without-instability', 'an instability is in force in the area on that day', 'R20', facts)
    : null;
}

/** An item of an enhanced check; null if it is not known, as those of a sample are not. */
const itemOf = ({ type, donor, item }: EndUseCheck, serial: string, { known }: DecisionContext): Item | null =>
  type === 'enhanced' ? known.of(itemFacts, itemId(donor, item, serial)) : null;

/** R12: the day on which an item ended; null while it has not. */
function endOf(serial: string, state: EndUseCheck, context: DecisionContext): string | null {
  const of = itemOf(state, serial, context);
  return of !== null && isGone(of) ? of.endedOn : null;
}

/**
 * R10: the first day on which another inspection saw an item after the day from which a check that
 * a policy scheduled counts; null if none did. One chain of checks is enough: the item is due again
 * after that. What another has planned itself stays.
 */
function seenElsewhere(serial: string, state: EndUseCheck, context: DecisionContext) {
  const { known, stream } = context;
  const { latest, scheduledOn } = state;
  const of = itemOf(state, serial, context);
  if (of === null || latest === null) return null;
  // The visit that this check follows does not meet it, whatever its day is now.
  const others = of.sightings.filter(({ check }) => check !== stream.id);
  const before = others.findIndex(({ check }) => known.of(checkFacts, check)?.next === stream.id);
  // Of two visits of one day, the one that was recorded later counts.
  if (before >= 0) return others.at(before + 1)?.on ?? null;
  const isFirst = of.receipt !== null && stream.id === checkAfterId(of.receipt);
  const from = (isFirst ? of.receivedOn : null) ?? scheduledOn;
  return others.find((one) => one.on > from)?.on ?? null;
}

/** R10: a visit has a result for each serial of an enhanced type; R11: a sample of the others. */
function miscounted(
  { results, lots = [] }: PerformEndUseCheck,
  state: EndUseCheck,
  context: DecisionContext,
): Refusal | null {
  const named = results.map(({ serial }) => serial);
  const strange = named.find((serial) => !state.serials.includes(serial));
  if (state.serials.length > 0 && strange !== undefined)
    return refuse('serial-not-in-check', 'each serial is one that the check names', null, { serial: strange });
  const lotNames = lots.map(({ lot }) => lot);
  if (new Set(named).size < named.length || new Set(lotNames).size < lotNames.length)
    return refuse('result-twice', 'each serial and each lot has one result');
  const missing = state.serials.filter((serial) => !named.includes(serial) && endOf(serial, state, context) === null);
  if (state.type === 'enhanced' && missing.length > 0)
    return refuse('serials-not-all-checked', 'an enhanced check has a result for each serial', 'R10', {
      missing: missing.slice(0, 10),
    });
  if (state.type === 'enhanced' && named.length === 0)
    return refuse('items-ended', 'an item of the check has not ended: a check of nothing is cancelled', 'R12', {
      serials: state.serials.length,
    });
  const counted = lots.reduce((sum, { seen, notSeen, damaged }) => sum + seen + notSeen + damaged, named.length);
  return counted >= 1 && counted <= state.quantity
    ? null
    : refuse('sample-miscounted', 'a sample has at least one item, and no more than there are', 'R11', {
        counted,
        quantity: state.quantity,
      });
}

/** R20: a recipient reports itself; others visit, or look remotely. */
function notInThisManner({ manner }: PerformEndUseCheck, state: EndUseCheck, { actor }: DecisionContext) {
  const own = actsFor(actor) === state.holder || actsFor(actor) === state.recipient;
  return own === (manner === 'self-report') || actor.role === 'operator'
    ? null
    : refuse('manner-of-another', 'the holder reports itself, and does not inspect itself', 'R20', { manner });
}

/**
 * R10, R11: the check that follows, of the same items or of what is left of them. What was made
 * remotely is made on the spot again.
 */
function nextCheck(state: EndUseCheck, serials: readonly string[], due: string) {
  const { type } = state;
  return {
    type,
    manner: state.manner === 'remote' ? 'on-site' : state.manner,
    ...pick(state, 'donor', 'recipient', 'holder', 'programme', 'case', 'consignment', 'item', 'area', 'site'),
    serials,
    quantity: type === 'enhanced' ? serials.length : state.quantity,
    due,
  } satisfies ScheduleEndUseCheck;
}

/** The last day of the check that follows one that was made, or waived, on a day. */
const nextDay = (on: string, state: EndUseCheck, context: DecisionContext): string =>
  addDays(on, checkDays(state.type, 'everyDays', state, context));

/**
 * R10, R11: what was not seen since access was denied, or by its last day before a transfer, is
 * checked again as soon as after a receipt, and no later than after a check.
 */
const dayAfterMiss = (on: string, state: EndUseCheck, context: DecisionContext): string => {
  const days = (['firstDays', 'everyDays'] as const).map((which) => checkDays(state.type, which, state, context));
  return addDays(on, Math.min(...days));
};

/**
 * R10, R11: a check that ended without its visit is followed by another one, of all the items. R12:
 * not of those whose end was verified.
 */
function nextWithoutVisit(state: EndUseCheck, due: string, context: DecisionContext) {
  const { type, serials } = state;
  const left = type === 'enhanced' ? serials.filter((serial) => endOf(serial, state, context) === null) : serials;
  const next = nextCheck(state, left, due);
  return next.quantity === 0 ? {} : { next };
}

/** R30: what bars each of these items from being seen on a day: it was not received yet. */
const notThereYet = (serials: readonly string[], on: string, state: EndUseCheck, context: DecisionContext) =>
  serials
    .map((serial) => beforeReceipt(on, itemOf(state, serial, context)?.receivedOn ?? null, { serial }))
    .filter((barred) => barred !== null);

/** R30: goods without monitored serials are there once their holder has received them, if known. */
function sampleNotThereYet(on: string, { consignment, item, holder }: EndUseCheck, { known }: DecisionContext) {
  const of = consignment === undefined ? null : known.of(consignmentFacts, consignment);
  if (of === null) return null;
  const { transferredOn = null } = lotOf(of, item, holder) ?? {};
  return beforeReceipt(on, of.reached.receipt ?? null) ?? beforeTransfer(on, transferredOn);
}

/** R30: a visit looks at items after their receipt. */
const beforeItsItems = (serials: readonly string[], on: string, state: EndUseCheck, context: DecisionContext) =>
  state.type === 'enhanced'
    ? (notThereYet(serials, on, state, context).at(0) ?? null)
    : sampleNotThereYet(on, state, context);

/** R30: access is denied to items of which one was received. */
function noneThereYet(on: string, state: EndUseCheck, context: DecisionContext): Refusal | null {
  const { type, serials } = state;
  if (type === 'routine') return sampleNotThereYet(on, state, context);
  const barred = notThereYet(serials, on, state, context);
  return barred.length < serials.length ? null : (barred.at(0) ?? null);
}

function perform(data: PerformEndUseCheck, state: EndUseCheck, context: DecisionContext) {
  const barred =
    notOpen(state) ??
    inTheFuture(data.on, context) ??
    notInThisManner(data, state, context) ??
    cannotBeRemote(data, state, context) ??
    miscounted(data, state, context) ??
    beforeItsItems(
      data.results.map(({ serial }) => serial),
      data.on,
      state,
      context,
    );
  if (barred !== null) return barred;
  const inspected = data.manner === 'on-site';
  const done = inspected || data.manner === state.manner;
  const { donor, item, type } = state;
  const visit = Object.keys(state.visits).length + 1;
  // The items that are left are those for which this visit had a result.
  const checked = type === 'enhanced' ? data.results.map(({ serial }) => serial) : state.serials;
  return [
    {
      type: 'EndUseCheckPerformed',
      data: {
        ...data,
        visit,
        inspected,
        done,
        lowerConfidence: !inspected,
        donor,
        item,
        type,
        ...(done ? { next: nextCheck(state, checked, nextDay(data.on, state, context)) } : {}),
      },
    } as const,
  ];
}

/**
 * R13: the duty to count moves to the new holder, and the check with it, on its last day; with a
 * move to another store, its place. Of a check that names other items too, only what moved goes to
 * a separate check. Nothing moves with what a check that has ended looked at: the check that
 * follows it moves instead.
 *
 * A last day before the transfer was missed by the holder before: what moved has left that check as
 * late as items that ended, and the new holder has a separate one, due in the days after a receipt.
 * So each row has one holder, and no month before the transfer is charged to the new one.
 */
function transferItems(data: CheckData<'TransferCheckedItems'>, state: EndUseCheck, context: DecisionContext) {
  const { to, on, site } = data;
  const serials = data.serials.filter((serial) => state.serials.includes(serial));
  const isMissed = on !== undefined && state.due < on && to !== state.holder;
  const stays = state.holder === to && (site === undefined || site === state.site);
  if (notOpen(state) !== null || stays || serials.length === 0) return [];
  const area = site === undefined ? undefined : areaOf(site, to, context);
  const where = { place: site ?? to, ...(area && { area }) };
  const isWhole = serials.length === state.serials.length;
  const { area: _, ...whole } = nextCheck(state, serials, isMissed ? dayAfterMiss(on, state, context) : state.due);
  const next = { ...whole, manner: state.manner, holder: to, site: where.place, ...(area && { area }) };
  const rest = isWhole && !isMissed ? {} : { next };
  return [
    { type: 'CheckedItemsTransferred', data: { ...data, serials, from: state.holder, ...where, ...rest } } as const,
    ...(isWhole && isMissed ? [cancelledOn(on, TRANSFERRED)] : []),
  ];
}

/** R26: an item whose receipt or registration was withdrawn was never received. */
function wasNeverReceived(serial: string, state: EndUseCheck, context: DecisionContext): boolean {
  const of = itemOf(state, serial, context);
  return of !== null && of.receivedOn === null && !isGone(of);
}

/**
 * R26: another check has seen what this one left out on another day, unless it has ended or was
 * found since.
 */
function seenAnotherDay(
  serial: string,
  state: EndUseCheck,
  context: DecisionContext,
): readonly Besides<EndUseCheckEvent>[] {
  const { supersededOn, leftOut, serials } = state;
  const isLast = serials.includes(serial);
  const was = isLast ? supersededOn : (ownValue(leftOut, serial) ?? null);
  const of = itemOf(state, serial, context);
  if (was === null || of === null || isGone(of) || of.recoveredCheck !== null) return [];
  const on = seenElsewhere(serial, state, context);
  if (on === null || on === was) return [];
  if (!isLast) return [{ type: 'CheckedItemsLeftOut', data: { serials: [serial], on, was } }];
  const newest = newerOf(newestOf(leftOut), on);
  return newest === was ? [] : [cancelledOn(newest, SEEN)];
}

/**
 * R10, R12: what has ended is not checked any more, nor what another inspection has seen since, and
 * what was never received was not to be checked on any day. Items that were recovered, or received
 * again, meanwhile stay. A check of nothing else is cancelled, from the newest of the days on which
 * they ended or were seen.
 */
function leaveOut(data: CheckData<'LeaveOutCheckedItems'>, state: EndUseCheck, context: DecisionContext) {
  const corrected = data.serials.flatMap((serial) => seenAnotherDay(serial, state, context));
  if (corrected.length > 0) return corrected;
  const isNothing = (serial: string): boolean => wasNeverReceived(serial, state, context);
  const first = state.due < state.scheduledOn ? state.due : state.scheduledOn;
  const dayOf = (serial: string): string | null =>
    endOf(serial, state, context) ?? seenElsewhere(serial, state, context) ?? (isNothing(serial) ? first : null);
  const serials = data.serials.filter((one) => state.serials.includes(one) && dayOf(one) !== null);
  if (notOpen(state) !== null || serials.length === 0) return [];
  const on = serials.map((serial) => dayOf(serial) ?? '').reduce(newerOf);
  if (serials.length < state.serials.length) return [{ type: 'CheckedItemsLeftOut', data: { serials, on } } as const];
  if (serials.every(isNothing)) {
    const isRegistered = serials.some((serial) => itemOf(state, serial, context)?.status === 'registered');
    return [cancelledOn(state.leftOutOn, isRegistered ? 'receipt-withdrawn' : 'registration-withdrawn')];
  }
  const isSeen = serials.some((serial) => endOf(serial, state, context) === null);
  return [cancelledOn(newerOf(state.leftOutOn, on), isSeen ? SEEN : 'items-ended')];
}

/** The newest day on which one of these items ended. */
const newestEnd = (serials: readonly string[], state: EndUseCheck, context: DecisionContext): string =>
  serials
    .map((serial) => endOf(serial, state, context) ?? '')
    .toSorted()
    .at(-1) ?? '';

const cancelledOn = (on: string | null, reason = 'items-ended') =>
  ({ type: 'EndUseCheckCancelled', data: { reason, ...(on !== null && { on }) } }) as const;

/**
 * R26: a number or a place that a monitor has stated itself is corrected by hand, of a check of
 * something; a check that a policy has scheduled follows the receipt.
 */
function notPlannedByHand(data: CheckData<'CorrectCheckedItems'>, state: EndUseCheck): Refusal | null {
  const { quantity = state.quantity, site, on } = data;
  if (state.latest !== null || on !== undefined)
    return refuse(
      'follows-its-receipt',
      'a monitor or the donor has scheduled the check, and no transfer took items',
      'R26',
    );
  if (quantity < Math.max(1, state.serials.length) || (state.type === 'enhanced' && quantity !== state.quantity))
    return refuse('serials-miscounted', 'an enhanced check names each serial, and a routine one no more', 'R10', {
      quantity,
      serials: state.serials.length,
    });
  return quantity === state.quantity && (site === undefined || site === state.site)
    ? refuse('nothing-corrected', 'the correction differs from what is recorded', 'R26')
    : null;
}

/**
 * R26: what a receipt brought was another number, or in another store, and the check follows it.
 * Once it was made, the count of its visit is not changed, and the check that follows it expects
 * them. A check of nothing is cancelled. R11: if there is something again, another takes its place.
 */
function correctItems(data: CheckData<'CorrectCheckedItems'>, state: EndUseCheck, context: DecisionContext) {
  const barred = context.actor.role === 'system' ? null : notPlannedByHand(data, state);
  if (barred !== null) return barred;
  const { site, on = null, reason } = data;
  const quantity = state.type === 'enhanced' ? state.quantity : (data.quantity ?? state.quantity);
  const same = quantity === state.quantity && (site === undefined || site === state.site);
  if (state.next !== null) return [{ type: 'CheckedItemsCorrected', data: { ...data, passedTo: state.next } } as const];
  if (state.emptied && data.quantity !== undefined && data.quantity > 0) {
    const again = site === undefined ? state : { ...state, site, area: areaOf(site, state.holder, context) };
    const next = nextCheck({ ...again, quantity }, state.serials, state.due);
    return [{ type: 'CheckedItemsCorrected', data: { ...data, next } } as const];
  }
  if (notOpen(state) !== null) return [];
  if (same) return [];
  if (quantity === 0) return [cancelledOn(on, reason)];
  const area = site === undefined ? undefined : areaOf(site, state.holder, context);
  const was = quantity === state.quantity ? {} : { was: state.quantity };
  return [{ type: 'CheckedItemsCorrected', data: { ...data, quantity, ...was, ...(area && { area }) } } as const];
}

/** R10: whether the items know a visit: an inspection of those that are monitored by serials. */
const isKnownToItems = ({ manner }: CheckVisit, { type }: EndUseCheck): boolean =>
  type === 'enhanced' && manner === 'on-site';

/** R26: the result of one serial was another one. */
function correctResult(data: CheckData<'CorrectCheckResult'>, state: EndUseCheck) {
  const of = state.visits[data.corrects] as CheckVisit;
  const { visit, results, on: visitedOn } = of;
  const { donor, item } = state;
  const was = ownValue(results, data.serial);
  if (was === undefined)
    return refuse('serial-not-in-check', 'each serial is one that the check names', null, { serial: data.serial });
  if (was === data.result) return nothingCorrected();
  const known = isKnownToItems(of, state) ? { donor, item, visitedOn } : {};
  return [{ type: 'CheckResultCorrected', data: { ...data, visit, was: was as CheckResult, ...known } } as const];
}

/**
 * R20, R26: a remote visit stays within the instability. R30: it stays after the receipt of its
 * items, unless they were received again since. The next check moves with a visit.
 */
function correctDay(data: CheckData<'CorrectCheckDay'>, state: EndUseCheck, context: DecisionContext) {
  const visit = state.visits[data.corrects] as CheckVisit;
  const wereThere = Object.keys(visit.results).filter(
    (serial) => beforeItsItems([serial], visit.on, state, context) === null,
  );
  const barred =
    inTheFuture(data.on, context) ??
    cannotBeRemote({ ...visit, on: data.on }, state, context) ??
    beforeItsItems(wereThere, data.on, state, context);
  const of = {
    visit: visit.visit,
    inspected: visit.manner === 'on-site',
    done: visit.done,
    serials: Object.keys(visit.results),
    lots: visit.lots,
    ...(isKnownToItems(visit, state) ? { donor: state.donor, item: state.item, seen: seenIn(visit) } : {}),
    ...(visit.done ? movedNext(visit, state, daysBetween(visit.on, data.on)) : {}),
    ...newestAmong({ ...state.visits, [data.corrects]: { ...visit, on: data.on } }),
  };
  return barred ?? [{ type: 'CheckDayCorrected', data: { ...data, ...of } } as const];
}

/** Of several visits, what the newest one is by its right day; nothing of the only one. */
function newestAmong(visits: EndUseCheck['visits']) {
  const [first, ...others] = Object.values(visits).toSorted((one, other) => one.visit - other.visit);
  if (first === undefined || others.length === 0) return {};
  const { on, manner } = others.reduce((newest, one) => (isNewest(one.on, newest.on) ? one : newest), first);
  return { newestOn: on, lowerConfidence: manner !== 'on-site' };
}

/** The serials of the items that a visit has seen. */
const seenIn = ({ results }: CheckVisit): readonly string[] =>
  Object.keys(results).filter((serial) => results[serial] !== 'not-seen');

/** The days that were decided stay: the check that follows moves by the days of its visit. */
function movedNext(visit: CheckVisit, state: EndUseCheck, by: number) {
  const { next, nextDue, type, donor, item, holder } = state;
  if (next === null || nextDue === null) return {};
  const isToBeSeen = !isKnownToItems(visit, state) || seenIn(visit).length < Object.keys(visit.results).length;
  const its = type === 'enhanced' && isToBeSeen ? { donor, item, holder } : {};
  return { next, nextDue: addDays(nextDue, by), ...its };
}

/**
 * R10, R11: a check that was not made by its last day stays late, and months that are over keep it:
 * another last day would take it from them, also if it is stated for an earlier day. The system
 * moves a check as the day moves from which it counts.
 */
function lastDayOver({ type, due, overdue }: EndUseCheck, context: DecisionContext): Refusal | null {
  if (context.actor.role === 'system' || (!overdue && today(context) <= due)) return null;
  const rule = type === 'enhanced' ? 'R10' : 'R11';
  return refuse('last-day-over', 'its last day is not over; a late check is made, waived or cancelled', rule, { due });
}

/** What was not found by a visit cannot be reviewed, or be wrong. */
const notVisited = ({ visits }: EndUseCheck): Refusal | null =>
  Object.keys(visits).length > 0 ? null : refuse('not-visited', 'a visit of this check was recorded');

/**
 * R26: access was not denied, and the check is to be made by its last day. The check that followed
 * is cancelled: nothing has become of it yet.
 */
function withdrawDenial(data: CheckData<'WithdrawAccessDenial'>, state: EndUseCheck, { known }: DecisionContext) {
  const { next: id } = state;
  const next = id === null ? null : known.of(checkFacts, id);
  const isUntouched =
    next === null ||
    (isStillOpen(next) &&
      Object.keys(next.visits).length === 0 &&
      next.holder === state.holder &&
      next.site === state.site &&
      next.quantity === state.nextQuantity);
  if (!isUntouched)
    return refuse(
      'next-check-begun',
      'nothing has become of the check that follows: no visit, no end, and it has all its items, where they were',
      'R26',
      { check: id },
    );
  const of = pick(state, 'donor', 'item', 'type', 'serials', 'holder', 'site', 'due');
  return [{ type: 'AccessDenialWithdrawn', data: { ...data, ...(id !== null && { next: id }), ...of } } as const];
}

/** R10, R12: a check of items that all ended by its last day is not overdue: it is cancelled. */
function recordOverdue(data: CheckData<'RecordOverdueCheck'>, state: EndUseCheck, context: DecisionContext) {
  const { due } = data;
  const barred = notOpen(state) ?? notOverdue(due, state.due, context);
  if (barred !== null) return barred;
  const isEnded = (serial: string): boolean => (endOf(serial, state, context) ?? '9999') <= due;
  if (state.type === 'enhanced' && state.serials.every(isEnded))
    return [cancelledOn(newerOf(state.leftOutOn, newestEnd(state.serials, state, context)))];
  return state.overdue ? [] : [{ type: 'EndUseCheckBecameOverdue', data } as const];
}

const decide = decideBy<EndUseCheck, Besides<EndUseCheckCommand>, Besides<EndUseCheckEvent>>()(
  'ScheduleEndUseCheck',
  schedule,
  () => null,
  {
    RescheduleEndUseCheck: {
      // R26: also once it was made, or has ended: the day from which it counts was another one.
      unless: ({ due }, state, context) =>
        (context.actor.role === 'system' ? null : notOpen(state)) ??
        (due === state.due
          ? refuse('same-due', 'the new day differs from the plan', null, { due })
          : (lastDayOver(state, context) ?? dueTooLate(state, due, context))),
      then: 'EndUseCheckRescheduled',
    },
    TransferCheckedItems: transferItems,
    PerformEndUseCheck: perform,
    CorrectCheckResult: correctResult,
    CorrectCheckDay: correctDay,
    FindDiscrepancy: {
      unless: ({ discrepancy, serial, quantity, on }, state, context) =>
        notVisited(state) ??
        (Object.hasOwn(state.discrepancies, discrepancy)
          ? refuse('discrepancy-already-found', 'no discrepancy has this name', null, { discrepancy })
          : serial !== undefined && !state.serials.includes(serial)
            ? refuse('serial-not-in-check', 'each serial is one that the check names', null, { serial })
            : quantity > state.quantity
              ? refuse('more-than-checked', 'no more items are concerned than the check has', 'R32', {
                  quantity: state.quantity,
                })
              : inTheFuture(on, context)),
      then: 'DiscrepancyFound',
    },
    ClearDiscrepancy: {
      unless: ({ discrepancy, on }, { discrepancies }, context) => {
        const found = ownValue(discrepancies, discrepancy);
        if (found?.open !== true)
          return refuse('discrepancy-not-open', 'a discrepancy of this name is open', null, { discrepancy });
        return on < found.on
          ? refuse('cleared-before-found', 'it is cleared on the day of its finding or later', 'R30', {
              found: found.on,
            })
          : inTheFuture(on, context);
      },
      then: 'DiscrepancyCleared',
    },
    RecordAccessDenied: (data, state, context) =>
      notOpen(state) ??
      inTheFuture(data.on, context) ??
      noneThereYet(data.on, state, context) ?? [
        {
          type: 'AccessDenied',
          data: { ...data, ...nextWithoutVisit(state, dayAfterMiss(data.on, state, context), context) },
        },
      ],
    WithdrawAccessDenial: withdrawDenial,
    WaiveEndUseCheck: (data, state, context) =>
      notOpen(state) ?? [
        {
          type: 'EndUseCheckWaived',
          data: { ...data, ...nextWithoutVisit(state, nextDay(factDay(context), state, context), context) },
        },
      ],
    CancelEndUseCheck: {
      unless: (_, state) => notOpen(state),
      already: ({ serial }, { serials }) => serial !== undefined && serials.some((one) => one !== serial),
      then: 'EndUseCheckCancelled',
    },
    LeaveOutCheckedItems: leaveOut,
    CorrectCheckedItems: correctItems,
    RecordOverdueCheck: recordOverdue,
    HoldComplianceVisit: {
      unless: ({ on }, state, context) =>
        notVisited(state) ??
        (state.complianceVisits.includes(on)
          ? refuse('visit-already-recorded', 'no compliance visit of that day is recorded', null, { on })
          : inTheFuture(on, context)),
      then: 'ComplianceVisitHeld',
    },
  },
);

// ---- Senders ----

/** The donor, or a registered monitor that does not hold the items. */
function notAChecker(state: Pick<EndUseCheck, 'donor' | 'holder' | 'recipient'>, context: DecisionContext) {
  const { actor } = context;
  const sender = actsFor(actor);
  if (sender === state.donor) return null;
  if (actor.role === 'monitor' && sender !== state.holder && sender !== state.recipient)
    return notRegistered([[sender, 'monitor']], context);
  return refuse('not-a-checker', 'the donor, or a monitor that does not hold the items, does this', null, {
    donor: state.donor,
  });
}

/** These items of an enhanced check. */
const itemsOf = ({ type, donor, item }: EndUseCheck, serials: readonly string[]): readonly StreamRef[] =>
  type === 'enhanced' ? serials.map((serial) => itemStream(donor, item, serial)) : [];

/** Items of an enhanced check: when they were received, and what became of them. */
const itemStreams = (state: EndUseCheck | null, which: (serial: string) => boolean): readonly StreamRef[] =>
  state === null ? [] : itemsOf(state, state.serials.filter(which));

/** The consignment that brought the items of a sample, if it is known. */
const consignmentStreams = ({ consignment }: Pick<EndUseCheck, 'consignment'>): readonly StreamRef[] =>
  consignment === undefined ? [] : [{ kind: consignmentFacts.kind, id: consignment }];

/** What is to be there for a visit. */
const visitedStreams = (state: EndUseCheck | null): readonly StreamRef[] =>
  state === null ? [] : [...itemStreams(state, () => true), ...consignmentStreams(state)];

/** The checks that have seen an item, once it is known. */
const sightingChecks = (id: string, known: ConsultedStreams): readonly StreamRef[] =>
  known.has(itemFacts, id)
    ? (known.of(itemFacts, id)?.sightings ?? []).map(({ check }) => ({ kind: checkFacts.kind, id: check }))
    : [];

function consults(
  command: Besides<EndUseCheckCommand>,
  state: EndUseCheck | null,
  known: ConsultedStreams,
): readonly StreamRef[] {
  switch (command.type) {
    case 'ScheduleEndUseCheck': {
      const { data } = command;
      return [
        ...partyStreams(partiesOf(data)),
        ...termStreams(data, known),
        ...[storeOf(data) ?? []].flat(),
        ...assistanceStreams({ case: data.case }),
        ...consignmentStreams(data),
        ...caseTermStreams(caseAlone(data, known)),
      ];
    }
    case 'PerformEndUseCheck': {
      const { situation } = command.data;
      return [
        ...visitedStreams(state),
        ...(state === null ? [] : termStreams(state, known)),
        ...(situation === undefined ? [] : [{ kind: situationFacts.kind, id: situation }]),
        ...(command.data.manner === 'remote' && state !== null ? [storeOf(state) ?? []].flat() : []),
      ];
    }
    case 'RecordAccessDenied':
    case 'WaiveEndUseCheck':
      return [...visitedStreams(state), ...(state === null ? [] : termStreams(state, known))];
    case 'WithdrawAccessDenial':
      return state === null || state.next === null ? [] : [{ kind: checkFacts.kind, id: state.next }];
    case 'LeaveOutCheckedItems': {
      const { serials } = command.data;
      const items = state === null ? [] : itemsOf(state, serials);
      return [...items, ...(state?.latest == null ? [] : items.flatMap(({ id }) => sightingChecks(id, known)))];
    }
    case 'RecordOverdueCheck':
      return itemStreams(state, () => true);
    case 'CorrectCheckedItems':
    case 'TransferCheckedItems': {
      const { site, on } = command.data;
      const isTransfer = command.type === 'TransferCheckedItems' && on !== undefined;
      return [
        ...(site === undefined ? [] : [{ kind: storageSiteFacts.kind, id: site }]),
        ...(isTransfer && state !== null ? termStreams(state, known) : []),
      ];
    }
    case 'RescheduleEndUseCheck':
      return state === null ? [] : termStreams(state, known);
    case 'CorrectCheckDay': {
      const visit = ownValue(state?.visits ?? {}, command.data.corrects);
      if (visit === undefined || state === null) return [];
      const { situation, results } = visit;
      return [
        ...itemsOf(state, Object.keys(results)),
        ...consignmentStreams(state),
        ...(situation === undefined
          ? []
          : [{ kind: situationFacts.kind, id: situation }, ...[storeOf(state) ?? []].flat()]),
      ];
    }
    default:
      return [];
  }
}

/** The rules of a check of end use: R10, R11, R13, R20, R26, R29, R30, R32. */
export const endUseCheck: DeciderOf<'end-use-check', EndUseCheck> = answerable(
  correcting({
    ...checkFacts,
    ids: 'prefixed',
    opens: 'ScheduleEndUseCheck',
    evolve,
    consults: (command, state, known, sender) => [
      ...consults(command, state, known),
      ...(sender.role === 'monitor' ? partyStreams([[actsFor(sender), null]]) : []),
    ],
    authorise: authoriseBy<
      Besides<EndUseCheckCommand>,
      EndUseCheck | null,
      'checker' | 'donor' | 'recipient' | 'system'
    >({
      checker: (state, context, command) =>
        notAChecker(state ?? (command as { readonly data: ScheduleEndUseCheck }).data, context),
      donor: (state, { actor }) =>
        actsFor(actor) === state?.donor
          ? null
          : refuse('not-the-donor', 'the donor, or another on its behalf, does this', null, {
              donor: state?.donor ?? null,
            }),
      recipient: (state, { actor }) =>
        [state?.holder, state?.recipient].includes(actsFor(actor))
          ? null
          : refuse('not-the-recipient', 'the recipient or the holder does this', null, {
              holder: state?.holder ?? null,
            }),
      system: bySystem,
    }),
    decide,
  }),
);
