import type {
  ConsignmentEvent,
  CorrectCheckedItems,
  EndUseCheckEvent,
  ItemEvent,
  NoteItemCheck,
  ScheduleEndUseCheck,
} from '@entente/contracts';
import { type Consequence, type StreamRef, eventPolicy, parseStream } from '@entente/kernel';
import { factDay } from '../days.js';
import { countable } from '../delivery/consignment-checks.js';
import { itemStream } from '../equipment/item-facts.js';
import { TRANSFERRED, checkAfterId } from '../monitoring/check-facts.js';

/** The check that follows from an event, of one type of items if there can be several. */
const checkAfter = (event: string, item?: string) =>
  ({ kind: 'end-use-check', id: checkAfterId(event, item) }) as const;

/** Whether a policy has scheduled the check of this stream. */
const isPlanned = (stream: string): boolean => parseStream(stream)?.id.startsWith('entente.') === true;

/** A check that follows from an event: the system opens its stream. */
const schedules = (
  check: ScheduleEndUseCheck | undefined,
  { id }: { readonly id: string },
  item?: string,
): readonly Consequence[] =>
  check === undefined ? [] : [{ stream: checkAfter(id, item), command: { type: 'ScheduleEndUseCheck', data: check } }];

/** A check that was scheduled after an event is due on another day. */
const moves = (event: string, due: string, cause: string, item?: string): Consequence => ({
  stream: checkAfter(event, item),
  command: { type: 'RescheduleEndUseCheck', data: { due, cause } },
});

/** A check that was scheduled after an event expects other items, or another store. */
const expects = (stream: StreamRef, data: CorrectCheckedItems): Consequence => ({
  stream,
  command: { type: 'CorrectCheckedItems', data },
});

/** A check of an item alone ends with its recovery, followed by another, or with its receipt. */
const cancelsAlone = (id: string, serial: string, reason: string): Consequence => ({
  stream: { kind: 'end-use-check', id },
  command: { type: 'CancelEndUseCheck', data: { reason, serial } },
});

/** R10: the first check of an item follows from its receipt, and moves or ends with it. */
export const firstChecks = eventPolicy<ItemEvent>(
  {
    name: 'first-checks',
    kind: 'item',
    day: 'sending',
    about:
      'the receipt or recovery of an item that is monitored by its serial schedules its next check of end use, unless an open one of several items names it; the first check follows the corrected day and store and ends with the receipt, as others of that item alone do (R10)',
  },
  {
    ItemReceived: ({ check }, event) => schedules(check, event),
    ItemRecovered: ({ check, checks = [], coveredBy, serial = check?.serials[0], holder, site }, event) => [
      ...(serial === undefined ? [] : checks.map((id) => cancelsAlone(id, serial, 'item-recovered'))),
      ...(coveredBy === undefined || holder === undefined
        ? schedules(check, event)
        : follow([coveredBy], { to: holder, site, serial })),
    ],
    ItemReceiptCorrected: ({ corrects, on, site, newerOn, checkBy, firstCheckBy = checkBy, reason }) => [
      ...(on === undefined ? [] : [moves(corrects, firstCheckBy, reason)]),
      ...(site === undefined || newerOn !== undefined ? [] : [expects(checkAfter(corrects), { site, reason })]),
    ],
    ItemReceiptWithdrawn: ({ receipt, checks = [], serial }) =>
      receipt === undefined
        ? []
        : [
            {
              stream: checkAfter(receipt),
              command: { type: 'CancelEndUseCheck', data: { reason: 'receipt-withdrawn' } },
            },
            ...(serial === undefined ? [] : checks.map((id) => cancelsAlone(id, serial, 'receipt-withdrawn'))),
          ],
  },
);

/** R11: the first check of items that are not monitored by their serials follows from a receipt. */
export const firstSampleChecks = eventPolicy<ConsignmentEvent>(
  {
    name: 'first-samples',
    kind: 'consignment',
    day: 'sending',
    about:
      'the receipt of items that are not monitored by their serials, by their recipient or a later holder, schedules the first check of a sample, which follows the corrected day, quantity and store, and what is left after a transfer or a verified loss (R11, R12, R13)',
  },
  {
    ReceiptConfirmed: ({ checks = [] }, event) => checks.flatMap((check) => schedules(check, event, check.item)),
    ReceiptCorrected: ({ corrects, sampled, check, stored = [], store, reason }) => [
      ...(store === undefined
        ? []
        : stored.map((item) => expects(checkAfter(corrects, item), { site: store, reason }))),
      ...schedules(check, { id: corrects }, check?.item),
      ...(sampled === undefined
        ? []
        : [
            expects(checkAfter(sampled.broughtBy ?? corrects, sampled.item), {
              quantity: countable(sampled.quantity),
              reason,
            }),
          ]),
    ],
    ReceivedGoodsTransferred: ({ item, on, broughtBy, left, joins, held = 0, check }, event) => [
      expects(checkAfter(broughtBy, item), { quantity: countable(left), on, reason: TRANSFERRED }),
      ...(joins === undefined
        ? schedules(check, event, item)
        : [expects(checkAfter(joins, item), { quantity: countable(held), on, reason: TRANSFERRED })]),
    ],
    GoodsLossVerified: ({ item, left, broughtBy, as }, { metadata }) => [
      expects(checkAfter(broughtBy, item), { quantity: countable(left), on: factDay(metadata), reason: as }),
    ],
    DateCorrected: ({ corrects, checks = [], reason }) =>
      checks.map(({ item, due }) => moves(corrects, due, reason, item)),
  },
);

/** The item of a serial learns that a check did not see it, and its loss is to be reported. */
const missing = (donor: string, item: string, serial: string, check: string, on: string): Consequence => ({
  stream: itemStream(donor, item, serial),
  command: { type: 'RecordUnseenItem', data: { check, on } },
});

/** The items that an inspection has looked for: each knows the newest that saw it, or did not. */
const lookedFor = (
  { inspected, type, donor, item, on, results }: Extract<EndUseCheckEvent, { type: 'EndUseCheckPerformed' }>['data'],
  check: string,
): readonly Consequence[] =>
  inspected && type === 'enhanced'
    ? results.map(({ serial, result }) =>
        result === 'not-seen'
          ? missing(donor, item, serial, check, on)
          : {
              stream: itemStream(donor, item, serial),
              command: { type: 'RecordItemCheck', data: { check, on } },
            },
      )
    : [];

/** The item of a serial learns that a check did not see it, or on which day; each knows it then. */
const recheck = (donor: string, item: string, serial: string, check: string, on: string | undefined): Consequence => ({
  stream: itemStream(donor, item, serial),
  command: { type: 'CorrectItemCheck', data: { check, ...(on === undefined ? {} : { on }) } },
});

type PlannedNote = Pick<NoteItemCheck, 'check' | 'countedBy'> & {
  readonly [Field in 'place' | 'due' | 'instead']?: string | undefined;
};

/** A check is noted at an item that it names. */
const notes = (
  donor: string,
  item: string,
  serial: string,
  { check, countedBy, place, due, instead }: PlannedNote,
): Consequence => ({
  stream: itemStream(donor, item, serial),
  command: {
    type: 'NoteItemCheck',
    data: { check, countedBy, ...(place && { place }), ...(due && { due }), ...(instead && { instead }) },
  },
});

/** R10, R11: a check that has ended is followed by the next one, and noted at items that it saw. */
export const nextChecks = eventPolicy<EndUseCheckEvent>(
  {
    name: 'next-checks',
    kind: 'end-use-check',
    day: 'sending',
    about:
      'a check of end use that is done is recorded at its items, and those that it did not see are to be reported; the next one is scheduled, also after a denied access or a waiver, and cancelled if access was not denied after all, and for what was transferred of it; a corrected visit corrects its items and the day of the next one, which expects what its items were corrected to (R10, R11, R12, R26)',
  },
  {
    EndUseCheckPerformed: (data, event) => [
      ...lookedFor(data, parseStream(event.stream)?.id ?? ''),
      ...schedules(data.next, event),
    ],
    CheckResultCorrected: ({ donor, item, visitedOn, serial, result }, { stream }) =>
      donor === undefined || item === undefined
        ? []
        : [
            recheck(donor, item, serial, parseStream(stream)?.id ?? '', result === 'not-seen' ? undefined : visitedOn),
            ...(result === 'not-seen' && visitedOn !== undefined
              ? [missing(donor, item, serial, parseStream(stream)?.id ?? '', visitedOn)]
              : []),
          ],
    CheckDayCorrected: ({ donor, item, seen = [], serials, on, next, nextDue, reason, holder }, { stream }) => [
      ...(donor === undefined || item === undefined
        ? []
        : serials.map((serial) =>
            (seen.includes(serial) ? recheck : missing)(donor, item, serial, parseStream(stream)?.id ?? '', on),
          )),
      ...(donor === undefined || item === undefined || holder === undefined || next === undefined
        ? []
        : serials
            .filter((serial) => !seen.includes(serial))
            .map((serial) => notes(donor, item, serial, { check: next, countedBy: holder, due: nextDue }))),
      ...(next === undefined || nextDue === undefined
        ? []
        : [
            {
              stream: { kind: 'end-use-check', id: next },
              command: { type: 'RescheduleEndUseCheck', data: { due: nextDue, cause: reason } },
            } as const,
          ]),
    ],
    CheckedItemsTransferred: ({ next }, event) => schedules(next, event),
    CheckedItemsCorrected: ({ passedTo, quantity, site, on, reason, next }, event) =>
      passedTo === undefined
        ? schedules(next, event)
        : [
            expects(
              { kind: 'end-use-check', id: passedTo },
              { reason, ...(quantity !== undefined && { quantity }), ...(site && { site }), ...(on && { on }) },
            ),
          ],
    AccessDenied: ({ next }, event) => schedules(next, event),
    AccessDenialWithdrawn: ({ next, type, donor, item, serials, holder: countedBy, site: place, due }, { stream }) => {
      if (next === undefined) return [];
      const check = parseStream(stream)?.id ?? '';
      const of = { check, countedBy, instead: next, ...(isPlanned(stream) && { place, due }) };
      return [
        {
          stream: { kind: 'end-use-check', id: next },
          command: { type: 'CancelEndUseCheck', data: { reason: 'access-not-denied' } },
        },
        ...(type === 'enhanced' ? serials.map((serial) => notes(donor, item, serial, of)) : []),
      ];
    },
    EndUseCheckWaived: ({ next }, event) => schedules(next, event),
  },
);

/** R13: an item knows the checks that name it, so that a transfer can reach them. */
export const notedChecks = eventPolicy<EndUseCheckEvent>(
  {
    name: 'noted-checks',
    kind: 'end-use-check',
    day: 'sending',
    about:
      'a check of items that are monitored by their serials is noted at each of them, and one that a policy scheduled with its last day (R10, R13)',
  },
  {
    EndUseCheckScheduled: ({ type, donor, item, serials, holder: countedBy, site: place, due }, event) =>
      type === 'enhanced'
        ? serials.map((serial) => {
            const of = { check: parseStream(event.stream)?.id ?? '', countedBy };
            // Where and until when a monitor plans a visit is the word of the monitor.
            return notes(donor, item, serial, isPlanned(event.stream) ? { ...of, place, due } : of);
          })
        : [],
  },
);

const leaveOut = (checks: readonly string[], serial: string | undefined): readonly Consequence[] =>
  serial === undefined
    ? []
    : checks.map((id) => ({
        stream: { kind: 'end-use-check', id },
        command: { type: 'LeaveOutCheckedItems', data: { serials: [serial] } },
      }));

/** R10, R12: an item leaves checks when it ends, was never received, or another has seen it. */
export const endedItems = eventPolicy<ItemEvent>(
  {
    name: 'ended-items',
    kind: 'item',
    day: 'sending',
    about:
      'the open checks that name an item leave it out when its loss is verified, when it is returned or disposed of, when its receipt or registration is withdrawn, or, if a policy scheduled them, when another check has seen it since the day from which they count; a check of nothing else is cancelled, and another takes its place if it was not seen after all (R10, R12, R26)',
  },
  {
    ItemChecked: ({ checks = [], serial }) => leaveOut(checks, serial),
    ItemCheckCorrected: ({ checks = [], serial, next }, event) => [
      ...leaveOut(checks, serial),
      ...schedules(next, event),
    ],
    LossReportVerified: ({ checks = [], serial }) => leaveOut(checks, serial),
    ItemReturned: ({ checks = [], serial }) => leaveOut(checks, serial),
    ItemDisposed: ({ checks = [], serial }) => leaveOut(checks, serial),
    ItemReceiptWithdrawn: ({ checks = [], serial }) => leaveOut(checks, serial),
    RegistrationWithdrawn: ({ checks = [], serial }) => leaveOut(checks, serial),
  },
);

/** Where items go, and which of them. */
interface Move {
  readonly transfer?: string | undefined;
  /** The day of the transfer. */
  readonly on?: string | undefined;
  readonly to: string;
  readonly site?: string | undefined;
  readonly serial?: string | undefined;
}

const follow = (checks: readonly string[], { transfer, on, to, site, serial }: Move): readonly Consequence[] =>
  serial === undefined
    ? []
    : checks.map((id) => ({
        stream: { kind: 'end-use-check', id },
        command: {
          type: 'TransferCheckedItems',
          data: { ...(transfer && { transfer }), ...(on && { on }), serials: [serial], to, ...(site && { site }) },
        },
      }));

/**
 * R13: the schedule of checks moves with an item that is monitored by its serial. Goods without
 * serials are counted by their consignment, and their checks follow from that.
 */
export const transferredChecks = eventPolicy<ItemEvent>(
  {
    name: 'transferred-checks',
    kind: 'item',
    day: 'sending',
    about:
      'the open check of an item moves with it to the new holder or another store, also if it was scheduled late; one that was late before the transfer ends for the holder before, and the new holder has another (R13); one that was scheduled after the end of the item, or after another has seen it, leaves it out (R10, R12)',
  },
  {
    ItemMoved: ({ checks = [], holder: to, site, serial }) =>
      to === undefined ? [] : follow(checks, { to, site, serial }),
    ItemTransferred: ({ checks = [], ...move }) => follow(checks, move),
    ItemCheckNoted: ({ check, to, ...where }) =>
      to === undefined ? leaveOut([check], where.serial) : follow([check], { to, ...where }),
  },
);
