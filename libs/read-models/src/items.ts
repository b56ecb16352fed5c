import type { ItemEvent, ItemLossReported } from '@entente/contracts';
import { type Projection, type RecordedEvent, actsFor, isNewest } from '@entente/kernel';
import { count, countOrNull, day, dayOrNull, inWords, oneOf, overdue, text, textOrNull } from './columns.js';
import { itemsBy } from './items-by.js';
import { type Origin, originOf, revisionKey, rowBy, unchanged } from './row-by.js';

const SERVICEABILITY = ['serviceable', 'limited', 'unserviceable'];

/** An item that is monitored by its serial, as it is now. */
export class ItemRow {
  @text('the item, by its id') item!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text('the type of the item') item_type!: string;
  @text('the serial number') serial!: string;
  @textOrNull('the programme of the case, if any') programme!: string | null;
  @textOrNull('the case under which it was delivered, if any') assistance_case!: string | null;
  @textOrNull('the consignment in which it was delivered, if any') consignment!: string | null;
  @textOrNull("the name of the case's line, if any") line!: string | null;
  @text(
    'registered, withdrawn (registered by mistake), held, reported (a loss waits for its verification), lost, destroyed, expended, diverted (found elsewhere without consent), returned or disposed',
    [
      'registered',
      'withdrawn',
      'held',
      'reported',
      'lost',
      'destroyed',
      'expended',
      'diverted',
      'returned',
      'disposed',
    ],
  )
  status!: string;
  @text('the organisation that has the duty to count it: the donor until its receipt, and after its return')
  holder!: string;
  @textOrNull('the store that holds it; none before its receipt, after its end, and while it is diverted') site!:
    string | null;
  @textOrNull('the code of the place where it was found without consent; none unless it is diverted') found_at!:
    string | null;
  @dayOrNull('the day of its receipt, corrections included') received_on!: string | null;
  @dayOrNull('the day of the last check that has seen it') last_checked_on!: string | null;
  @dayOrNull('the last day of its next check, as the rules plan it; none while it is not on the schedule') check_by!:
    string | null;
  @textOrNull('the check of end use that was the last to name it, if any') end_use_check!: string | null;
  @textOrNull('serviceable, limited or unserviceable, by the newest inspection', SERVICEABILITY)
  serviceability!: string | null;
  @dayOrNull('the day of the newest inspection: of two of one day, the one reported later') serviceability_on!:
    string | null;
  @day('the day on which the serial was registered') registered_on!: string;
}

const OFF_SCHEDULE = { site: null, check_by: null };

export const items: Projection<ItemEvent, ItemRow> = {
  name: 'items',
  topic: 'Equipment and end use',
  version: 8,
  kinds: ['item'],
  about: 'an item that is monitored by its serial: who holds it, where, what became of it, and its next check',
  totals: { counts: 'items', by: ['status', 'check_overdue'], sums: [] },
  daily: {
    check_overdue: overdue('whether the last day of its next check is over', { due: 'check_by' }),
  },
  ...rowBy<ItemRow, ItemEvent>(ItemRow)(
    'SerialRegistered',
    ({ donor, recipient, item, serial, ...data }, { id, day: registered_on }) => ({
      item: id,
      donor,
      recipient,
      item_type: `${donor}.${item}`,
      serial,
      programme: data.programme,
      assistance_case: data.case,
      consignment: data.consignment,
      line: data.line,
      status: 'registered',
      holder: donor,
      registered_on,
    }),
    {
      RegistrationWithdrawn: () => ({ status: 'withdrawn' }),
      ItemReceived: ({ on, holder, site, checkBy: check_by }) => ({
        status: 'held',
        holder,
        site,
        received_on: on,
        check_by,
      }),
      ItemReceiptCorrected: ({ on, site, newerOn, checkBy }, row) => ({
        received_on: on ?? row.received_on,
        site: row.site === null || newerOn !== undefined ? row.site : (site ?? row.site),
        check_by: row.check_by === null || row.last_checked_on !== null ? row.check_by : checkBy,
      }),
      ItemReceiptWithdrawn: (_, { donor: holder }) => ({
        ...OFF_SCHEDULE,
        status: 'registered',
        holder,
        received_on: null,
        last_checked_on: null,
      }),
      ItemMoved: ({ site, newerOn }) => (newerOn === undefined ? { site } : {}),
      ItemReportedLost: () => ({ status: 'reported' }),
      ItemReportedDestroyed: () => ({ status: 'reported' }),
      ItemReportedExpended: () => ({ status: 'reported' }),
      LossReportVerified: ({ as: status }) => ({ ...OFF_SCHEDULE, status }),
      LossReportRejected: () => ({ status: 'held' }),
      LossReportCorrected: unchanged,
      LossReportWithdrawn: () => ({ status: 'held' }),
      ItemRecovered: ({ site, checkBy: check_by }) => ({ status: 'held', site, found_at: null, check_by }),
      ServiceabilityReported: ({ serviceability, on }, { serviceability_on }) =>
        isNewest(on, serviceability_on) ? { serviceability, serviceability_on: on } : {},
      ItemTransferred: ({ to: holder, from, site, newerOn }, row) => ({
        holder,
        site: (newerOn === undefined ? site : undefined) ?? (holder === from ? row.site : null),
      }),
      ItemDisposed: () => ({ ...OFF_SCHEDULE, status: 'disposed' }),
      ItemReturned: (_, { donor: holder }) => ({ ...OFF_SCHEDULE, status: 'returned', holder }),
      ItemCheckNoted: ({ check: end_use_check, checkBy }, row) => ({
        end_use_check,
        check_by: checkBy ?? row.check_by,
      }),
      ItemChecked: ({ on, checkBy: check_by }, { last_checked_on }) =>
        isNewest(on, last_checked_on) ? { last_checked_on: on, check_by } : {},
      ItemCheckCorrected: ({ checkedOn, checkBy }) => ({ last_checked_on: checkedOn, check_by: checkBy }),
      UnauthorisedTransferDetected: ({ place: found_at }) => ({ status: 'diverted', site: null, found_at }),
      UnauthorisedTransferCorrected: ({ place }, { found_at }) => ({ found_at: place ?? found_at }),
      UnauthorisedTransferWithdrawn: ({ as: status, site }, { check_by }) => ({
        status,
        site,
        found_at: null,
        check_by: status === 'held' || status === 'reported' ? check_by : null,
      }),
      ItemNotSeen: unchanged,
      ItemSeenAgain: unchanged,
      LegislatureNotifiedOfTransfer: unchanged,
      ItemStepBecameOverdue: unchanged,
    },
  ),
};

// ---- Its chain of custody ----

/** The word for each step. */
const HAPPENED: Readonly<Record<Exclude<ItemEvent['type'], 'ItemCheckNoted'>, string>> = {
  SerialRegistered: 'registered',
  RegistrationWithdrawn: 'withdrawn',
  ItemReceived: 'received',
  ItemReceiptCorrected: 'receipt-corrected',
  ItemReceiptWithdrawn: 'receipt-withdrawn',
  ItemMoved: 'moved',
  ItemReportedLost: 'reported-lost',
  ItemReportedDestroyed: 'reported-destroyed',
  ItemReportedExpended: 'reported-expended',
  LossReportVerified: 'loss-verified',
  LossReportRejected: 'loss-rejected',
  LossReportCorrected: 'loss-corrected',
  LossReportWithdrawn: 'loss-withdrawn',
  ItemRecovered: 'recovered',
  ServiceabilityReported: 'serviceability',
  ItemTransferred: 'transferred',
  ItemDisposed: 'disposed',
  ItemReturned: 'returned',
  ItemChecked: 'checked',
  ItemCheckCorrected: 'check-corrected',
  ItemNotSeen: 'not-seen',
  ItemSeenAgain: 'seen-again',
  UnauthorisedTransferDetected: 'diverted',
  UnauthorisedTransferCorrected: 'diversion-corrected',
  UnauthorisedTransferWithdrawn: 'diversion-withdrawn',
  LegislatureNotifiedOfTransfer: 'legislature-notified',
  ItemStepBecameOverdue: 'overdue',
};
const STEPS = Object.values(HAPPENED);

/** A step of an item's way: who held it where, from its registration to its end. */
export class CustodyRow {
  @text('the item, by its id') item!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text('the type of the item') item_type!: string;
  @text('the serial number') serial!: string;
  @count('the number of the step, from 0') step!: number;
  @text(`what happened: ${inWords(STEPS)}`, STEPS) happened!: string;
  @day('the day on which it happened, as its sender states it') happened_on!: string;
  @text('the organisation that held it after the step: the donor until its receipt, and after its return')
  holder!: string;
  @textOrNull('the store that held it after the step, if any') site!: string | null;
  @textOrNull('the organisation that held it before the step; null before its first registration')
  holder_before!: string | null;
  @textOrNull('the store that held it before the step, if any') site_before!: string | null;
  @textOrNull('the code of the reason, cause, method, place or result, or the transfer, if there is one')
  detail!: string | null;
  @text('the organisation that recorded the step') recorded_by!: string;
}

/** After these no store has the item. */
const NOWHERE: readonly ItemEvent['type'][] = [
  'ItemReceiptWithdrawn',
  'LossReportVerified',
  'ItemDisposed',
  'ItemReturned',
  'UnauthorisedTransferDetected',
];

/** After these the donor holds the item. */
const WITH_DONOR: readonly ItemEvent['type'][] = ['ItemReceiptWithdrawn', 'ItemReturned'];

/** The fields of an event that its step shows. */
interface StepFields {
  readonly on?: string;
  readonly holder?: string;
  readonly to?: string;
  readonly transfer?: string;
  readonly site?: string;
  readonly newerOn?: string;
  readonly reason?: string;
  readonly cause?: string;
  readonly method?: string;
  readonly place?: string;
  readonly serviceability?: string;
  readonly authority?: string;
  readonly step?: string;
}

function stepAfter(head: CustodyRow | null, event: RecordedEvent<ItemEvent>): CustodyRow | null {
  if (event.type === 'ItemCheckNoted') return head;
  const { id, day: on } = originOf(event);
  const data = event.data as StepFields;
  const { actor } = event.metadata;
  const { reason, cause, method, place, serviceability, authority, step, transfer } = data;
  const happened = {
    step: event.revision,
    happened: HAPPENED[event.type],
    happened_on: data.on ?? on,
    detail: reason ?? cause ?? method ?? place ?? serviceability ?? authority ?? step ?? transfer ?? null,
    recorded_by: actsFor(actor),
    holder_before: head?.holder ?? null,
    site_before: head?.site ?? null,
  };
  if (event.type === 'SerialRegistered') {
    const { donor, recipient, item, serial } = event.data;
    const about = { item: id, donor, recipient, item_type: `${donor}.${item}`, serial };
    return { ...about, ...happened, holder: donor, site: null };
  }
  if (head === null) return null;
  const stays = event.type === 'ItemReceiptCorrected' && head.site === null;
  const isWithDonor = WITH_DONOR.includes(event.type);
  const holder = isWithDonor ? head.donor : (data.to ?? data.holder ?? head.holder);
  const kept = holder === head.holder ? head.site : null;
  // A fact that came late does not move the item back.
  const placed = data.newerOn === undefined ? data.site : undefined;
  const site = NOWHERE.includes(event.type) || stays ? null : (placed ?? kept);
  return { ...head, ...happened, holder, site };
}

export const custody: Projection<ItemEvent, CustodyRow> = {
  name: 'custody',
  topic: 'Equipment and end use',
  version: 7,
  kinds: ['item'],
  about: "a step of an item's way, from the registration of its serial to its end: who held it, and where",
  entity: CustodyRow,
  totals: { counts: 'steps', by: ['happened'], sums: [] },
  head: true,
  // A check that names the item is no step of its way.
  touches: (event) => (event.type === 'ItemCheckNoted' ? [] : ['', revisionKey(event)]),
  evolve: (_, event, __, head) => stepAfter(head, event),
};

// ---- Losses and their verification ----

const LOSS_STATUSES = ['open', 'verified', 'rejected', 'withdrawn', 'found-elsewhere'];

/** A report that an item was lost, destroyed or expended. */
class LossReportRow {
  @text('the item, by its id') item!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text('the type of the item') item_type!: string;
  @text('the serial number') serial!: string;
  @text('the organisation that held it and reported it') holder!: string;
  @oneOf(['lost', 'destroyed', 'expended']) reported_as!: string;
  @day('the day on which it happened, or was discovered') lost_on!: string;
  @text('the code of the cause') cause!: string;
  @day('the day of the report') reported_on!: string;
  @day('the last day for its verification, counted from the day on which the report was recorded') verify_by!: string;
  @text(
    'open, verified, rejected, withdrawn (it was a mistake), or found-elsewhere (the item was found elsewhere without consent)',
    LOSS_STATUSES,
  )
  status!: string;
  @dayOrNull('the day on which a monitor verified or rejected it, it was withdrawn, or the item was found elsewhere')
  decided_on!: string | null;
  @textOrNull('the monitor that did') decided_by!: string | null;
  @textOrNull('the code of how it was verified, or of why it was rejected or withdrawn') outcome!: string | null;
  @countOrNull('days from the report to its verification or rejection') days!: number | null;
}

const DAY_MS = 86_400_000;
/** The days from one day to another. */
export const daysFrom = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

const reported = (reported_as: string) =>
  ({
    begins: true,
    keys: (_: unknown, { id }: RecordedEvent) => id,
    change: (
      { on: lost_on, cause, verifyBy: verify_by }: ItemLossReported,
      _: LossReportRow,
      __: string,
      { day: reported_on }: Origin,
    ) => ({ reported_as, lost_on, cause, reported_on, verify_by, status: 'open' }),
  }) as const;

/** What a monitor decided of a report. */
const decided = (status: string, outcome: string, { reported_on }: LossReportRow, { day: on, event }: Origin) => {
  const { actor } = event.metadata;
  const days = daysFrom(reported_on, on);
  return { status, outcome, decided_on: on, decided_by: actsFor(actor), days };
};

export const lossReports: Projection<ItemEvent, LossReportRow> = {
  name: 'loss-reports',
  topic: 'Equipment and end use',
  version: 2,
  kinds: ['item'],
  about: 'a report that an item was lost, destroyed or expended, and its verification by a monitor (R12)',
  totals: { counts: 'reports', by: ['status', 'reported_as', 'overdue'], sums: [] },
  daily: {
    overdue: overdue('whether the last day for its verification is over', { due: 'verify_by', done: 'decided_on' }),
  },
  ...itemsBy<LossReportRow, ItemEvent>(LossReportRow)(
    'SerialRegistered',
    ({ donor, recipient, item: type, serial }, { id: item }) => ({
      item,
      donor,
      recipient,
      item_type: `${donor}.${type}`,
      serial,
      holder: recipient,
    }),
    {
      ItemTransferred: { keys: () => '', change: ({ to: holder }) => ({ holder }) },
      ItemReportedLost: reported('lost'),
      ItemReportedDestroyed: reported('destroyed'),
      ItemReportedExpended: reported('expended'),
      LossReportVerified: {
        keys: ({ report }) => report,
        change: ({ method }, row, _, origin) => decided('verified', method, row, origin),
      },
      LossReportRejected: {
        keys: ({ report }) => report,
        change: ({ reason }, row, _, origin) => decided('rejected', reason, row, origin),
      },
      LossReportCorrected: {
        keys: ({ corrects }) => corrects,
        change: ({ on, cause }, row) => ({ lost_on: on ?? row.lost_on, cause: cause ?? row.cause }),
      },
      LossReportWithdrawn: {
        keys: ({ corrects }) => corrects,
        change: ({ reason: outcome }, _, __, { day: decided_on }) => ({ status: 'withdrawn', decided_on, outcome }),
      },
      UnauthorisedTransferDetected: {
        keys: ({ report = [] }) => report,
        change: (_, __, ___, { day: decided_on }) => ({ status: 'found-elsewhere', decided_on }),
      },
      UnauthorisedTransferWithdrawn: {
        keys: ({ report = [] }) => report,
        change: () => ({ status: 'open', decided_on: null }),
      },
    },
  ),
};
