import type {
  ItemCommand,
  ItemEvent,
  ItemReceiptCorrected,
  ItemRelation,
  ItemStep,
  RecordItemReceipt,
  RecordUnseenItem,
  RegisterSerial,
  ScheduleEndUseCheck,
  UnauthorisedTransferWithdrawn,
} from '@entente/contracts';
import {
  type ConsultedStreams,
  type DataOf,
  type DecisionContext,
  type Refusal,
  MAX_NEW_ID_LENGTH,
  type StreamRef,
  actsFor,
  addDays,
  authoriseBy,
  bySystem,
  daysBetween,
  decideBy,
  evolveBy,
  isNewest,
  pick,
  refuse,
  type StreamEvent,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { factDay, inTheFuture, notOverYet, today } from '../days.js';
import { comesBefore } from '../fact-order.js';
import { correcting } from '../corrections.js';
import { assistanceNotFound, assistanceStreams, withProgramme } from '../delivery/named-assistance.js';
import { checkAfterId, checkFacts, isStillOpen } from '../monitoring/check-facts.js';
import { notRegistered, partyStreams } from '../parties/registration.js';
import { unfitForRetransfer, unfitStore, unfitThen } from './certified-store.js';
import {
  type Item,
  type ItemStatus,
  type Sighting,
  LOSS_REPORTS,
  afterLaterFacts,
  areaOf,
  beforeReceipt,
  beforeTransfer,
  daysSince,
  isCounted,
  isGone,
  itemFacts,
  itemId,
  itemTypeFacts,
  itemTypeId,
  storageSiteFacts,
  outsideConsent,
  reliedOn,
  transferFacts,
} from './item-facts.js';
import { checkDays, lossReportDays, programmeStreams, termStreams, typeStream } from './check-terms.js';
import { only, registeredSender, senderStreams } from './senders.js';

// ---- State ----

const registered = (data: RegisterSerial, _: unknown, before: Item | null): Item => ({
  ...pick(data, 'donor', 'recipient', 'item', 'serial', 'programme', 'case', 'consignment'),
  status: 'registered',
  holder: data.recipient,
  ...NOT_RECEIVED,
  checks: [],
  transfer: null,
  loss: null,
  diversion: null,
  notice: null,
  correctable: before?.correctable ?? new Map(),
});
/** An item is in few checks at once: older ones have ended without having seen it. */
const MAX_CHECKS = 20;
/** An item that is off the schedule, and of which no loss is to be reported. */
const ENDED = { site: null, nextCheck: null, unseen: null };
const NOT_RECEIVED = {
  site: null,
  receivedOn: null,
  transferredOn: null,
  placedOn: null,
  lostOn: null,
  lostBy: null,
  endedOn: null,
  moved: false,
  receipt: null,
  firstCheck: null,
  nextCheck: null,
  recoveredCheck: null,
  checkedOn: null,
  sightings: [],
  unseen: null,
};

/** The checks that have seen an item, after one of them saw it, or another day, or not at all. */
const sightingsAfter = (sightings: readonly Sighting[], check: string, seen: Sighting | null): readonly Sighting[] =>
  [...sightings.filter((one) => one.check !== check), ...(seen === null ? [] : [seen])]
    .toSorted((a, b) => (a.on < b.on ? -1 : Number(a.on > b.on)))
    .slice(-MAX_CHECKS);

/** A check on its right day; null if it did not see the item. The days that were decided stay. */
function sightingOn({ sightings }: Item, check: string, on: string | undefined, otherwise: string | null) {
  const was = sightings.find((one) => one.check === check);
  if (on === undefined) return null;
  if (was === undefined) return { check, on, checkBy: otherwise };
  return { check, on, checkBy: was.checkBy === null ? null : addDays(was.checkBy, daysBetween(was.on, on)) };
}

/** Whether its next check follows one that has not seen it, or its recovery: not its receipt. */
const isPlannedAnew = ({ recoveredCheck, checkedOn, nextCheck, firstCheck }: Item): boolean =>
  recoveredCheck !== null || (checkedOn === null && nextCheck !== null && nextCheck !== firstCheck);

const reported =
  (type: keyof typeof LOSS_REPORTS) =>
  (
    { on, verifyBy }: { readonly on: string; readonly verifyBy: string },
    { unseen }: Item,
    { id: event, metadata }: Pick<StreamEvent<ItemEvent>, 'id' | 'metadata'>,
  ): Partial<Item> => ({
    status: 'reported',
    lostOn: on,
    lostBy: event,
    unseen: null,
    loss: { as: LOSS_REPORTS[type], verifyBy, reportedOn: factDay(metadata), event, overdue: false, unseen },
  });

/** What a check had not seen, until it is decided whether it is still missing. */
const closed = (unseen: Item['unseen'] | undefined): Item['unseen'] =>
  unseen == null ? null : { ...unseen, open: false };

const late = <Of extends object>(of: Of | null, isLate: boolean): Of | null =>
  of === null || !isLate ? of : { ...of, overdue: true };

/** What waits for a step: its last day, and whether it is overdue; null if nothing does. */
function waitingFor(step: ItemStep, { loss, notice, unseen }: Item) {
  if (step === 'verification') return loss && { last: loss.verifyBy, overdue: loss.overdue };
  if (step === 'notice') return notice && { last: notice.notifyBy, overdue: notice.overdue };
  return unseen?.open === true ? { last: unseen.reportBy, overdue: unseen.overdue } : null;
}

const evolve = evolveBy<Item, ItemEvent>()('SerialRegistered', registered, {
  RegistrationWithdrawn: () => ({ status: 'withdrawn' }),
  ItemReceived: ({ on, holder, site, checkBy }, _, { id }) => ({
    status: 'held',
    holder,
    site,
    receivedOn: on,
    placedOn: on,
    receipt: id,
    firstCheck: checkBy,
    nextCheck: checkBy,
  }),
  ItemReceiptCorrected: ({ on, site, checkBy, firstCheckBy, newerOn }, item) => ({
    receivedOn: on ?? item.receivedOn,
    placedOn: item.moved ? item.placedOn : (on ?? item.placedOn),
    site: item.site === null || newerOn !== undefined ? item.site : (site ?? item.site),
    firstCheck: firstCheckBy ?? (isPlannedAnew(item) ? item.firstCheck : checkBy),
    nextCheck: item.nextCheck === null || item.checkedOn !== null ? item.nextCheck : checkBy,
  }),
  ItemReceiptWithdrawn: () => ({ ...NOT_RECEIVED, status: 'registered' }),
  ItemMoved: ({ on, site, newerOn }) => (newerOn === undefined ? { site, placedOn: on, moved: true } : {}),
  ItemReportedLost: reported('ItemReportedLost'),
  ItemReportedDestroyed: reported('ItemReportedDestroyed'),
  ItemReportedExpended: reported('ItemReportedExpended'),
  LossReportVerified: ({ as: status }, _, { metadata }) => ({
    status,
    site: null,
    nextCheck: null,
    loss: null,
    endedOn: factDay(metadata),
  }),
  LossReportRejected: () => ({ status: 'held', lostOn: null, lostBy: null, loss: null }),
  LossReportCorrected: ({ on }, { lostOn }) => ({ lostOn: on ?? lostOn }),
  LossReportWithdrawn: (_, { loss }) => ({
    status: 'held',
    lostOn: null,
    lostBy: null,
    loss: null,
    unseen: closed(loss?.unseen),
  }),
  ItemRecovered: ({ on, site, checkBy, coveredBy }, { sightings }) => ({
    status: 'held',
    lostOn: null,
    lostBy: null,
    endedOn: null,
    diversion: null,
    site,
    placedOn: on,
    moved: true,
    nextCheck: checkBy,
    recoveredCheck: checkBy,
    unseen: null,
    sightings: sightings.map((one) => ({ ...one, checkBy: null })),
    checks: coveredBy === undefined ? [] : [coveredBy],
  }),
  ServiceabilityReported: () => ({}),
  ItemTransferred: ({ transfer, on, to, site, newerOn }, item) => ({
    ...(to === item.holder ? {} : { holder: to, transferredOn: on, placedOn: on, site: null }),
    ...(site === undefined || newerOn !== undefined ? {} : { site, placedOn: on }),
    moved: true,
    transfer,
  }),
  ItemDisposed: ({ transfer, on: endedOn }) => ({ ...ENDED, status: 'disposed', transfer, endedOn }),
  ItemReturned: ({ on: endedOn }) => ({ ...ENDED, status: 'returned', endedOn }),
  ItemCheckNoted: ({ check, checkBy }, { checks, nextCheck }) => ({
    checks: [...checks.filter((one) => one !== check), check].slice(-MAX_CHECKS),
    nextCheck: checkBy ?? nextCheck,
  }),
  ItemChecked: ({ check, on, checkBy }, { checks, sightings, checkedOn }) => ({
    ...(isNewest(on, checkedOn) ? { checkedOn: on, nextCheck: checkBy } : {}),
    checks: checks.filter((one) => one !== check),
    sightings: sightingsAfter(sightings, check, { check, on, checkBy }),
  }),
  ItemCheckCorrected: ({ check, on, checkedOn = null, checkBy = null }, item) => ({
    checkedOn,
    nextCheck: checkBy,
    ...(on === undefined ? {} : { checks: item.checks.filter((one) => one !== check) }),
    sightings: sightingsAfter(item.sightings, check, sightingOn(item, check, on, on === checkedOn ? checkBy : null)),
  }),
  ItemNotSeen: ({ check, on, reportBy }, { unseen }) => ({
    unseen: { check, on, reportBy, open: true, overdue: unseen?.reportBy === reportBy && unseen.overdue },
  }),
  ItemSeenAgain: (_, { unseen }) => ({ unseen: unseen === null ? null : { ...unseen, open: false } }),
  UnauthorisedTransferDetected: ({ notifyBy }, item, { id: event }) => ({
    status: 'diverted',
    diversion: { event, ...pick(item, 'status', 'site', 'unseen', 'endedOn', 'nextCheck', 'loss') },
    site: null,
    unseen: null,
    endedOn: null,
    loss: null,
    notice: { notifyBy, overdue: false },
  }),
  UnauthorisedTransferCorrected: () => ({}),
  UnauthorisedTransferWithdrawn: (_, { diversion, nextCheck }) => {
    const { event: __, unseen, nextCheck: was, ...before } = diversion as NonNullable<Item['diversion']>;
    // A check can have seen it meanwhile; one that had ended is on no schedule.
    return { ...before, unseen: closed(unseen), nextCheck: was && nextCheck, diversion: null, notice: null };
  },
  LegislatureNotifiedOfTransfer: () => ({ notice: null }),
  ItemStepBecameOverdue: ({ step }, { loss, notice, unseen }) => ({
    loss: late(loss, step === 'verification'),
    notice: late(notice, step === 'notice'),
    unseen: late(unseen, step === 'report'),
  }),
});

// ---- Rules ----

const READY: readonly ItemStatus[] = ['held'];
const COUNTED: readonly ItemStatus[] = ['held', 'reported', 'diverted'];
const RECEIVED: readonly ItemStatus[] = [...COUNTED, 'lost', 'destroyed', 'expended', 'returned', 'disposed'];
const ANY: readonly ItemStatus[] = ['registered', 'withdrawn', ...RECEIVED];

/** The state machine: what an item must be for each command. */
const STATUSES: Readonly<Record<Exclude<ItemCommand['type'], 'RegisterSerial'>, readonly ItemStatus[]>> = {
  WithdrawRegistration: ['registered'],
  RecordItemReceipt: ['registered', ...RECEIVED],
  CorrectItemReceipt: RECEIVED,
  WithdrawItemReceipt: READY,
  MoveItem: READY,
  ReportItemLost: READY,
  ReportItemDestroyed: READY,
  ReportItemExpended: READY,
  VerifyLossReport: ['reported'],
  RejectLossReport: ['reported'],
  CorrectLossReport: ANY,
  WithdrawLossReport: ['reported'],
  RecoverItem: ['lost', 'destroyed', 'expended', 'diverted'],
  ReportServiceability: ['held', 'reported'],
  TransferItem: READY,
  DisposeItem: ['held', 'disposed'],
  ReturnItem: READY,
  NoteItemCheck: ANY,
  RecordItemCheck: COUNTED,
  RecordUnseenItem: ANY,
  CorrectItemCheck: ANY,
  DetectUnauthorisedTransfer: ['held', 'reported', 'lost', 'destroyed', 'expended', 'disposed'],
  CorrectUnauthorisedTransfer: ['diverted'],
  WithdrawUnauthorisedTransfer: ['diverted'],
  NotifyLegislatureOfTransfer: ANY,
  RecordOverdueItemStep: ANY,
};

function wrongStatus({ type }: { readonly type: keyof typeof STATUSES }, { status }: Item): Refusal | null {
  const statuses = STATUSES[type];
  return statuses.includes(status)
    ? null
    : refuse('wrong-item-status', `the item is ${statuses.join(' or ')}`, null, { status });
}

/**
 * R9: a serial is registered once, of a designated type, in the stream that its name gives; again
 * only after it was taken back or returned.
 */
function register(data: RegisterSerial, context: DecisionContext, state: Item | null): readonly ItemEvent[] | Refusal {
  const { stream, known, actor } = context;
  const { donor, recipient, item, serial } = data;
  const id = itemId(donor, item, serial);
  if (id.length > MAX_NEW_ID_LENGTH)
    return refuse('serial-too-long', `the id of an item has at most ${MAX_NEW_ID_LENGTH} characters`, 'R32', { id });
  if (stream.id !== id)
    return refuse('id-of-another-serial', 'the id is that of the donor, type and serial', null, { id });
  if (donor === recipient) return refuse('donor-is-recipient', 'donor and recipient are two organisations');
  const type = known.of(itemTypeFacts, itemTypeId(donor, item));
  if (type === null || type.designated === null)
    return refuse('type-not-designated', 'the type of the item is registered and designated', 'R9', { donor, item });
  if (state !== null && state.status !== 'withdrawn' && state.status !== 'returned')
    return refuse('serial-already-registered', 'the serial is registered once', 'R9', {
      status: state.status,
      consignment: state.consignment ?? null,
    });
  const parties = [
    [donor, 'donor'],
    [recipient, 'recipient'],
  ] as const;
  // What a policy registers repeats a decision.
  const unknown =
    actor.role === 'system' ? null : (assistanceNotFound(data, context) ?? notRegistered(parties, context));
  return unknown ?? [{ type: 'SerialRegistered', data: withProgramme(data, context.known) }];
}

/** What a waiver of R9 for an item can be limited to. */
const storedAs = ({ recipient, programme, case: of, item }: Item) => ({
  recipient,
  programme,
  case: of,
  items: [item],
});

/** R10: the last day of the first check after a receipt or a recovery. */
const firstCheck = (item: Item, on: string, context: DecisionContext): string =>
  addDays(on, checkDays('enhanced', 'firstDays', item, context));

/**
 * R10: the first check moves with the day of the receipt: the days that were decided stay. A next
 * check that counts from a recovery, or from a check that has not seen the item, does not move.
 */
function movedCheck(item: Item, on: string): Pick<ItemReceiptCorrected, 'checkBy' | 'firstCheckBy'> {
  const { receivedOn, firstCheck: due, recoveredCheck, nextCheck } = item;
  const moved = receivedOn === null || due === null ? on : addDays(due, daysBetween(receivedOn, on));
  return isPlannedAnew(item) ? { checkBy: recoveredCheck ?? nextCheck ?? on, firstCheckBy: moved } : { checkBy: moved };
}

/** R10: the first check of an item, in the store that has received it, and in its area. */
function firstCheckOf(of: Item, site: string, due: string, context: DecisionContext): ScheduleEndUseCheck {
  const { holder, item, serial } = of;
  const area = areaOf(site, holder, context);
  const about = { ...pick(of, 'donor', 'recipient', 'holder', 'programme', 'case'), ...(area && { area }) };
  return { type: 'enhanced', manner: 'on-site', ...about, item, site, serials: [serial], quantity: 1, due };
}

/**
 * R9: an item is received once, in the consignment in which it was registered, into a certified
 * store. The policy repeats what the receipt of the consignment states after a correction.
 */
function receive(data: RecordItemReceipt, item: Item, context: DecisionContext): readonly ItemEvent[] | Refusal {
  const { on, site, consignment } = data;
  const system = context.actor.role === 'system';
  if (item.receipt !== null) {
    if (!system || consignment !== item.consignment)
      return refuse('already-received', 'a serial is received once', 'R9', {
        on: item.receivedOn,
        consignment: item.consignment ?? null,
      });
    if (on === item.receivedOn) return [];
    const corrected = { corrects: item.receipt, reason: 'consignment-corrected', on, ...movedCheck(item, on) };
    return [{ type: 'ItemReceiptCorrected', data: corrected }];
  }
  if (item.consignment !== consignment)
    return refuse('other-consignment', 'the item is received in the consignment in which it was registered', 'R9', {
      consignment: item.consignment ?? null,
    });
  const barred = system
    ? null
    : (inTheFuture(on, context) ?? unfitStore(site, item.recipient, on, storedAs(item), context));
  const checkBy = firstCheck(item, on, context);
  const received = {
    ...data,
    holder: item.recipient,
    checkBy,
    check: firstCheckOf({ ...item, holder: item.recipient }, site, checkBy, context),
  };
  return barred ?? [{ type: 'ItemReceived', data: received }];
}

/** The store that received an item, after corrections; undefined before its receipt. */
const receivedIn = ({ receipt, correctable }: Item): string | undefined =>
  correctable.get(receipt ?? '')?.values['site'] as string | undefined;

/** R26: the right day is past, and the store that received the item was certified on it. */
function correctReceipt(data: DataOf<ItemCommand, 'CorrectItemReceipt'>, item: Item, context: DecisionContext) {
  const on = data.on ?? item.receivedOn ?? '';
  const { site } = data;
  const barred =
    inTheFuture(on, context) ??
    (data.on === undefined ? null : afterLaterFacts(on, daysSince(item))) ??
    (site === undefined
      ? unfitThen(receivedIn(item) ?? '', on, storedAs(item), context)
      : unfitStore(site, item.recipient, on, storedAs(item), context));
  // What was moved since is where the newest move has placed it.
  const late = site !== undefined && item.moved && item.placedOn !== null ? { newerOn: item.placedOn } : {};
  const event = { ...data, ...movedCheck(item, on), ...late };
  return barred ?? [{ type: 'ItemReceiptCorrected', data: event } as const];
}

/** R10: the open check of several items that names an item and is due first; undefined without. */
function coveringCheck({ checks, serial }: Item, { known }: DecisionContext) {
  return checks
    .flatMap((id) => {
      const of = known.of(checkFacts, id);
      const names = of !== null && of.serials.length > 1 && of.serials.includes(serial);
      return names && isStillOpen(of) ? [{ id, due: of.due }] : [];
    })
    .toSorted((a, b) => (a.due < b.due ? -1 : 1))
    .at(0);
}

/**
 * R10: an item that was found has a next check again, as after a receipt. If an open check of
 * several items names it, that is its next check, and it gets no other.
 */
function recover(
  data: DataOf<ItemCommand, 'RecoverItem'>,
  item: Item,
  context: DecisionContext,
): readonly ItemEvent[] | Refusal {
  const barred =
    notSinceTransfer(data, item, context) ??
    beforeLoss(data.on, item) ??
    unfitStore(data.site, item.holder, data.on, storedAs(item), context);
  if (barred !== null) return barred;
  const { serial, holder } = item;
  const covering = coveringCheck(item, context);
  const others = item.checks.filter((id) => id !== covering?.id);
  const before = others.length === 0 ? {} : { checks: others };
  const checkBy = covering?.due ?? firstCheck(item, data.on, context);
  const next =
    covering === undefined
      ? { check: firstCheckOf(item, data.site, checkBy, context) }
      : { coveredBy: covering.id, serial, holder };
  return [{ type: 'ItemRecovered', data: { ...data, checkBy, ...next, ...before } }];
}

/**
 * R12: the holder reports, and a monitor verifies within the days of the framework. They run from
 * the recording: the monitor cannot know of the report before.
 */
const reports =
  <Type extends keyof typeof LOSS_REPORTS>(type: Type) =>
  (data: { readonly on: string; readonly cause: string }, item: Item, context: DecisionContext) =>
    notSinceTransfer(data, item, context) ?? [
      { type, data: { ...data, verifyBy: addDays(context.now, lossReportDays(item, context)) } } as Extract<
        ItemEvent,
        { readonly type: Type }
      >,
    ];

/** R30: an item is found again no earlier than it was lost. */
const beforeLoss = (on: string, { lostOn }: Item): Refusal | null =>
  lostOn !== null && on < lostOn
    ? refuse('before-loss', 'the day is not before that of the loss', 'R30', { lostOn })
    : null;

/** R30: a check sees an item after its receipt, also with a holder before the present one. */
const notSinceReceipt = ({ on }: { readonly on: string }, item: Item, context: DecisionContext): Refusal | null =>
  inTheFuture(on, context) ?? beforeReceipt(on, item.receivedOn);

/** R30: what its holder does with an item, or is held to account for, is after it came to it. */
const notSinceTransfer = (data: { readonly on: string }, item: Item, context: DecisionContext): Refusal | null =>
  notSinceReceipt(data, item, context) ?? beforeTransfer(data.on, item.transferredOn);

/** R30: an older fact that is recorded late gives no store: the newer one does. */
const newerThan = (on: string, { placedOn }: Item): { newerOn?: string } =>
  placedOn === null || isNewest(on, placedOn) ? {} : { newerOn: placedOn };

/** R14: the notice to the legislature is due at once. */
function detect(data: DataOf<ItemCommand, 'DetectUnauthorisedTransfer'>, state: Item, context: DecisionContext) {
  const about = pick(state, 'donor', 'recipient', 'holder', 'item', 'programme', 'case');
  const report = state.loss?.event;
  const event = { ...data, ...about, ...(report && { report }), notifyBy: today(context) };
  return notSinceTransfer(data, state, context) ?? [{ type: 'UnauthorisedTransferDetected', data: event } as const];
}

/** R26: the event corrected is what made the item what it is. */
const replaced = (corrects: string, present: string | null | undefined): Refusal | null =>
  corrects === present
    ? null
    : refuse('outcome-replaced', 'the event corrected is the newest report of its kind, and in force', 'R26', {
        corrects,
      });

/**
 * R26: the item was held all the time, and the duty to verify ends. R12: what a check had not seen
 * before the report is missing again.
 */
function withdrawLoss(data: DataOf<ItemCommand, 'WithdrawLossReport'>, item: Item) {
  const held: Item = { ...item, status: 'held', unseen: closed(item.loss?.unseen) };
  return (
    replaced(data.corrects, item.loss?.event) ?? [{ type: 'LossReportWithdrawn', data } as const, ...seenOrNot(held)]
  );
}

/**
 * R26: the item was never found elsewhere: it is what it was before, and a report of its loss waits
 * for its verification until its last day.
 */
function withdrawDetection(data: DataOf<ItemCommand, 'WithdrawUnauthorisedTransfer'>, item: Item) {
  const { status, site, loss, unseen } = item.diversion as NonNullable<Item['diversion']>;
  const before = {
    as: status as UnauthorisedTransferWithdrawn['as'],
    ...(site !== null && { site }),
    ...(loss !== null && { report: loss.event, verifyBy: loss.verifyBy }),
  };
  return (
    replaced(data.corrects, item.diversion?.event) ?? [
      { type: 'UnauthorisedTransferWithdrawn', data: { ...data, ...before } } as const,
      ...seenOrNot({ ...item, status, unseen: closed(unseen) }),
    ]
  );
}

/**
 * R13: an item is transferred or disposed of only under a transfer of its holder to which the donor
 * consented, which names it, and on a day within those of the consent.
 */
function withoutConsent(
  { transfer: id, on }: Pick<DataOf<ItemCommand, 'DisposeItem'>, 'transfer' | 'on'>,
  disposal: boolean,
  item: Item,
  { known }: DecisionContext,
): Refusal | null {
  const transfer = known.of(transferFacts, id);
  const consented = transfer !== null && ['consented', 'lapsed', 'carried-out'].includes(transfer.status);
  if (!consented)
    return refuse('transfer-without-consent', 'the donor consented to the transfer', 'R13', {
      transfer: id,
      status: transfer?.status ?? null,
    });
  const names = transfer.goods.some((one) => one.item === item.item && one.serials?.includes(item.serial) === true);
  const same = transfer.donor === item.donor && transfer.holder === item.holder;
  if (names && same && (transfer.kind === 'disposal') === disposal) return outsideConsent(transfer.consent, on);
  return refuse('item-not-in-transfer', 'the transfer is that of this item by its holder', 'R13', {
    transfer: id,
    kind: transfer.kind,
    holder: transfer.holder,
  });
}

/** R13: the duty to count moves to the new holder. */
function transferItem(
  data: DataOf<ItemCommand, 'TransferItem'>,
  item: Item,
  context: DecisionContext,
): readonly ItemEvent[] | Refusal {
  const { transfer: id, to, on, site } = data;
  if (item.transfer === id) return [];
  const barred = notSinceTransfer(data, item, context) ?? withoutConsent(data, false, item, context);
  if (barred !== null) return barred;
  const agreed = context.known.of(transferFacts, id)?.to ?? item.holder;
  if (to !== agreed)
    return refuse('other-holder', 'the new holder is the one to which the donor consented', 'R13', { to: agreed });
  // R9: the policy repeats what the transfer decided.
  const moves = to === item.holder ? [] : [item.item];
  const stored =
    context.actor.role === 'system'
      ? null
      : unfitForRetransfer(
          site,
          to,
          on,
          { ...storedAs(item), recipient: to, donor: item.donor, items: moves },
          context,
        );
  const late = to === item.holder && site !== undefined ? newerThan(on, item) : {};
  const stays = to === item.holder && (site === undefined || site === item.site || late.newerOn !== undefined);
  const checks = stays || item.checks.length === 0 ? {} : { checks: item.checks, serial: item.serial };
  const { unseen } = item;
  const transferred = { type: 'ItemTransferred', data: { ...data, from: item.holder, ...late, ...checks } } as const;
  // Who has the duty to count it reports its loss.
  const isMissing = unseen?.open === true && to !== item.holder;
  const missing = isMissing ? seenOrNot({ ...item, holder: to, unseen: { ...unseen, open: false } }) : [];
  return stored ?? [transferred, ...missing];
}

/** R13: the checks of an item move with it to another store, unless a newer move has placed it. */
function moveItem(data: DataOf<ItemCommand, 'MoveItem'>, item: Item, context: DecisionContext) {
  const barred =
    notSinceTransfer(data, item, context) ?? unfitStore(data.site, item.holder, data.on, storedAs(item), context);
  if (barred !== null) return barred;
  if (data.site === item.site) return [];
  const { checks, serial, holder } = item;
  const late = newerThan(data.on, item);
  if (late.newerOn !== undefined) return [{ type: 'ItemMoved', data: { ...data, ...late } } as const];
  const moved = checks.length === 0 ? {} : { checks, serial, holder };
  return [{ type: 'ItemMoved', data: { ...data, ...moved } } as const];
}

/** R10: the last days of the open checks that policies have planned for an item, but for one. */
const plannedDays = (
  { checks, serial }: Item,
  { known }: DecisionContext,
  ...but: readonly (string | undefined)[]
): readonly string[] =>
  checks.flatMap((id) => {
    const of = but.includes(id) ? null : known.of(checkFacts, id);
    return of !== null && of.latest !== null && isStillOpen(of) && of.serials.includes(serial) ? [of.due] : [];
  });

const earliest = (days: readonly string[]): string | undefined => days.toSorted().at(0);

/** The last day of the next check by what was done last: a visit, a recovery, the receipt. */
const lastPlanned = ({ sightings, recoveredCheck, firstCheck: first }: Item): string | undefined =>
  sightings.at(-1)?.checkBy ?? recoveredCheck ?? first ?? undefined;

/** Whether a check follows a visit that is not the last one to have seen the item. */
const followsOlder = (next: string, { sightings }: Item, { known }: DecisionContext): boolean =>
  sightings.slice(0, -1).some(({ check }) => known.of(checkFacts, check)?.next === next);

/**
 * R13: an item knows the checks that name it, so that they move with it; a check that was scheduled
 * for the holder before, or by a policy for the store before, moves at once. R12: one that was
 * scheduled for an item that had ended leaves it out. R10: so does the first check after its
 * receipt, or one after a visit, if another has seen it since. Its next check is the one that is
 * due first of those that policies have planned, also if a check has not seen it, or access was
 * denied.
 */
function noteCheck(
  { due: planned, instead, ...data }: DataOf<ItemCommand, 'NoteItemCheck'>,
  item: Item,
  context: DecisionContext,
): readonly ItemEvent[] {
  const { holder: to, site, transfer, transferredOn: on, serial } = item;
  const isTransferred = transfer !== null && to !== data.countedBy;
  const isMoved = to === data.countedBy && data.place !== undefined && site !== null && site !== data.place;
  const moves =
    isTransferred || isMoved
      ? { ...(isTransferred && { transfer, ...(on !== null && { on }) }), to, serial, ...(site !== null && { site }) }
      : {};
  const isFirst = item.receipt !== null && data.check === checkAfterId(item.receipt);
  // A correction of the receipt may have come since the check was planned.
  const due = isFirst && planned !== undefined ? (item.firstCheck ?? planned) : planned;
  const isSeen = isFirst ? item.sightings.length > 0 : followsOlder(data.check, item, context);
  const isLeft = isGone(item) || (isSeen && !isTransferred && !isMoved);
  const isNext = (due ?? instead) !== undefined && item.nextCheck !== null && isCounted(item) && !isLeft;
  const days = [...(due === undefined ? [] : [due]), ...plannedDays(item, context, data.check, instead)];
  const checkBy = isNext ? (earliest(days) ?? lastPlanned(item)) : undefined;
  const next = checkBy === undefined || checkBy === item.nextCheck ? {} : { checkBy };
  if (item.checks.includes(data.check) && Object.keys(next).length === 0) return [];
  return [{ type: 'ItemCheckNoted', data: { ...data, ...(isLeft ? { serial } : moves), ...next } }];
}

/**
 * R12: what a check did not see is missing until a later one, or another of that day, sees it, and
 * its holder reports the loss in the days of the framework. They run from the recording: the
 * holder cannot know of the visit before.
 */
function unseenBy(data: RecordUnseenItem, item: Item, context: DecisionContext): readonly ItemEvent[] | Refusal {
  const { unseen, status, checkedOn } = item;
  const barred = notSinceReceipt(data, item, context);
  if (barred !== null) return barred;
  const isSame = unseen?.check === data.check;
  if (status !== 'held' || (unseen !== null && !isSame && data.on <= unseen.on)) return [];
  const isOpen = unseen?.open === true;
  const reportBy = isOpen || isSame ? unseen.reportBy : addDays(context.now, lossReportDays(item, context));
  const isMoved = isOpen && unseen.on !== data.on && (checkedOn === null || checkedOn < data.on);
  const is = { ...data, reportBy, open: isOpen && !isMoved, overdue: false };
  return seenOrNot({ ...item, unseen: is });
}

/** R12: whether it is missing follows from the newest check that saw it, and that did not. */
function seenOrNot({ unseen, status, holder, checkedOn }: Item, seenOn = checkedOn): readonly ItemEvent[] {
  if (unseen === null || status !== 'held') return [];
  const { check, on, reportBy, open } = unseen;
  if (seenOn === null || seenOn < on)
    return open ? [] : [{ type: 'ItemNotSeen', data: { check, on, reportBy, holder } }];
  return open ? [{ type: 'ItemSeenAgain', data: { on: seenOn } }] : [];
}

/**
 * R26: a check did not see the item after all, or saw it on another day. The last one that did then
 * gives the last day of the next; if none has, the check that a policy has planned, the receipt or
 * the recovery.
 */
function correctCheck(data: DataOf<ItemCommand, 'CorrectItemCheck'>, item: Item, context: DecisionContext) {
  const { check, on } = data;
  const was = item.sightings.find((one) => one.check === check);
  if (item.receivedOn === null || was?.on === on) return [];
  const barred = on === undefined ? null : notSinceReceipt({ on }, item, context);
  const everyDays = checkDays('enhanced', 'everyDays', item, context);
  const right = sightingOn(item, check, on, on === undefined ? null : addDays(on, everyDays));
  const last = sightingsAfter(item.sightings, check, right).at(-1);
  const due = isCounted(item) ? (last?.checkBy ?? item.recoveredCheck ?? item.firstCheck) : null;
  const isLast = was !== undefined && (last === undefined || last.on < was.on);
  const again = on === undefined && isLast && due !== null ? openedAgain(item, was.on, due, context) : {};
  const planned = 'next' in again || due === null || last != null ? undefined : earliest(plannedDays(item, context));
  const checkBy = planned ?? due;
  const now = { ...(last && { checkedOn: last.on }), ...(checkBy !== null && { checkBy }) };
  const others = on === undefined ? {} : leavesChecks(item, check);
  const corrected = { type: 'ItemCheckCorrected', data: { ...data, ...now, ...again, ...others } } as const;
  return barred ?? [corrected, ...seenOrNot(item, last?.on ?? null)];
}

/**
 * R10: a check in place of one that had left the item out since it was seen on a day, if it was not
 * seen after all, and no open check names it by the last day of its next one.
 */
function openedAgain(item: Item, seenOn: string, checkBy: string, context: DecisionContext) {
  const { serial, site, holder } = item;
  const checks = item.checks.flatMap((id) => context.known.of(checkFacts, id) ?? []);
  const isLeft = checks.some(
    ({ leftOutOn, ended, serials }) =>
      leftOutOn !== null && leftOutOn >= seenOn && (ended === 'cancelled' || !serials.includes(serial)),
  );
  const isPlanned = checks.some((one) => isStillOpen(one) && one.serials.includes(serial) && one.due <= checkBy);
  return isLeft && !isPlanned ? { next: firstCheckOf(item, site ?? holder, checkBy, context) } : {};
}

/** R10, R12: checks leave an item out when it ends, was never received, or another has seen it. */
function leavesChecks({ checks, serial }: Item, seenBy?: string): { checks?: readonly string[]; serial?: string } {
  const others = checks.filter((one) => one !== seenBy);
  return others.length === 0 ? {} : { checks: others, serial };
}

const decide = decideBy<Item, ItemCommand, ItemEvent>()('RegisterSerial', register, wrongStatus, {
  WithdrawRegistration: (data, item) => [{ type: 'RegistrationWithdrawn', data: { ...data, ...leavesChecks(item) } }],
  RecordItemReceipt: receive,
  CorrectItemReceipt: correctReceipt,
  WithdrawItemReceipt: (data, item) => {
    const { receipt } = item;
    const its = receipt === null ? {} : { receipt, ...leavesChecks(item, checkAfterId(receipt)) };
    return reliedOn(item) ?? [{ type: 'ItemReceiptWithdrawn', data: { ...data, ...its } }];
  },
  MoveItem: moveItem,
  ReportItemLost: reports('ItemReportedLost'),
  ReportItemDestroyed: reports('ItemReportedDestroyed'),
  ReportItemExpended: reports('ItemReportedExpended'),
  VerifyLossReport: (data, item, context) => {
    const { event: report = '', as = 'lost' } = item.loss ?? {};
    const verified = { type: 'LossReportVerified', data: { ...data, report, as, ...leavesChecks(item) } } as const;
    return comesBefore(factDay(context), item.loss?.reportedOn) ?? [verified];
  },
  RejectLossReport: (data, { loss }, context) =>
    comesBefore(factDay(context), loss?.reportedOn) ?? [
      { type: 'LossReportRejected', data: { ...data, report: loss?.event ?? '' } },
    ],
  CorrectLossReport: {
    unless: (data, item, context) =>
      replaced(data.corrects, item.lostBy) ??
      (data.on === undefined ? null : notSinceTransfer({ on: data.on }, item, context)),
    then: 'LossReportCorrected',
  },
  WithdrawLossReport: withdrawLoss,
  RecoverItem: recover,
  ReportServiceability: { unless: notSinceTransfer, then: 'ServiceabilityReported' },
  TransferItem: transferItem,
  DisposeItem: (data, item, context) => {
    if (item.status === 'disposed') return [];
    const barred = notSinceTransfer(data, item, context) ?? withoutConsent(data, true, item, context);
    return barred ?? [{ type: 'ItemDisposed', data: { ...data, ...leavesChecks(item) } }];
  },
  ReturnItem: (data, item, context) =>
    notSinceTransfer(data, item, context) ?? [{ type: 'ItemReturned', data: { ...data, ...leavesChecks(item) } }],
  NoteItemCheck: noteCheck,
  RecordItemCheck: (data, item, context) => {
    // An older visit counts too: the newer one may be corrected.
    if (item.sightings.some(({ check, on }) => check === data.check && on >= data.on)) return [];
    const checkBy = addDays(data.on, checkDays('enhanced', 'everyDays', item, context));
    const others = leavesChecks(item, data.check);
    const checked = { type: 'ItemChecked', data: { ...data, checkBy, ...others } } as const;
    const newest = isNewest(data.on, item.checkedOn) ? data.on : item.checkedOn;
    return notSinceReceipt(data, item, context) ?? [checked, ...seenOrNot(item, newest)];
  },
  RecordUnseenItem: unseenBy,
  CorrectItemCheck: correctCheck,
  DetectUnauthorisedTransfer: detect,
  CorrectUnauthorisedTransfer: {
    unless: (data, item, context) =>
      replaced(data.corrects, item.diversion?.event) ??
      (data.on === undefined ? null : notSinceTransfer({ on: data.on }, item, context)),
    then: 'UnauthorisedTransferCorrected',
  },
  WithdrawUnauthorisedTransfer: withdrawDetection,
  NotifyLegislatureOfTransfer: {
    unless: ({ on }, { notice }, context) =>
      notice === null
        ? refuse('no-notice-due', 'an unauthorised transfer was detected and not notified yet', 'R14')
        : inTheFuture(on, context),
    then: 'LegislatureNotifiedOfTransfer',
  },
  RecordOverdueItemStep: {
    unless: ({ step, due }, item, context) => {
      const last = waitingFor(step, item)?.last ?? null;
      if (last !== due) return refuse('other-last-day', 'the day is the last day of the step', null, { last });
      return notOverYet(due, context);
    },
    already: ({ step }, item) => waitingFor(step, item)?.overdue === true,
    then: 'ItemStepBecameOverdue',
  },
});

/** R12: a monitor that does not hold the item verifies what its holder reported. */
function notAMonitor(state: Item | null, context: DecisionContext): Refusal | null {
  const { actor } = context;
  if (actor.role !== 'monitor') return refuse('not-a-monitor', 'a monitor does this', 'R12');
  if (actsFor(actor) === state?.holder)
    return refuse('reporter-verifies', 'another organisation than the holder verifies', 'R12');
  return registeredSender('monitor', context);
}

/** The commands that rest on the type and the framework, and on the framework alone. */
const BY_TERMS: readonly ItemCommand['type'][] = [
  'RecordItemReceipt',
  'RecordItemCheck',
  'CorrectItemCheck',
  'RecoverItem',
  'TransferItem',
];
/** The commands that rest on the checks that name the item. */
const BY_CHECKS: readonly ItemCommand['type'][] = ['RecoverItem', 'CorrectItemCheck', 'NoteItemCheck'];
const BY_FRAMEWORK: readonly ItemCommand['type'][] = [
  'ReportItemLost',
  'ReportItemDestroyed',
  'ReportItemExpended',
  'CorrectItemReceipt',
  'MoveItem',
  'RecordUnseenItem',
];

const siteIn = ({ site }: { readonly site?: string | undefined }): readonly StreamRef[] =>
  site === undefined ? [] : [{ kind: storageSiteFacts.kind, id: site }];

/**
 * The type and the framework, the store that is named, and the registration of who is named or
 * sends.
 */
function consults(
  command: ItemCommand,
  state: Item | null,
  known: ConsultedStreams,
  sender: DecisionContext['actor'],
): readonly StreamRef[] {
  if (command.type === 'RegisterSerial') {
    const { donor, recipient, case: of, programme } = command.data;
    if (sender.role === 'system')
      return [typeStream(command.data), ...assistanceStreams({ case: programme === undefined ? of : undefined })];
    const parties = partyStreams([
      [donor, null],
      [recipient, null],
    ]);
    return [typeStream(command.data), ...assistanceStreams(command.data), ...parties];
  }
  return [
    ...(state !== null && BY_TERMS.includes(command.type) ? termStreams(state, known) : []),
    ...(state !== null && BY_FRAMEWORK.includes(command.type) ? programmeStreams(state.programme, known) : []),
    ...(BY_CHECKS.includes(command.type) ? (state?.checks ?? []).map((id) => ({ kind: checkFacts.kind, id })) : []),
    ...(command.type === 'NoteItemCheck'
      ? (state?.sightings ?? []).slice(0, -1).map(({ check: id }) => ({ kind: checkFacts.kind, id }))
      : []),
    ...('site' in command.data ? siteIn(command.data) : []),
    ...(command.type === 'CorrectItemReceipt' && state !== null ? siteIn({ site: receivedIn(state) }) : []),
    ...(command.type === 'CorrectItemCheck' && state !== null ? siteIn({ site: state.site ?? state.holder }) : []),
    ...('transfer' in command.data ? [{ kind: transferFacts.kind, id: command.data.transfer }] : []),
    ...senderStreams(sender, 'monitor'),
  ];
}

/** The rules of one item: R9, R10, R12, R13, R14, R26, R29, R30, R32. */
export const item: DeciderOf<'item', Item> = correcting({
  ...itemFacts,
  ids: 'derived',
  opens: 'RegisterSerial',
  opensAgain: true,
  evolve,
  consults: (command, state, known, sender) => consults(command, state, known, sender),
  authorise: authoriseBy<ItemCommand, Item | null, ItemRelation>({
    donor: only('not-the-donor', 'the donor, or another on its behalf, does this', (state, command) =>
      command.type === 'RegisterSerial' ? command.data.donor : (state?.donor ?? null),
    ),
    recipient: only('not-the-recipient', 'the recipient does this', (state) => state?.recipient ?? null),
    holder: only('not-the-holder', 'the organisation that holds the item does this', (state) => state?.holder ?? null),
    monitor: notAMonitor,
    system: bySystem,
  }),
  decide,
});
