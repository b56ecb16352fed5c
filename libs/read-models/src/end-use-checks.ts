import type {
  CheckResultCorrected,
  CheckedItemsCorrected,
  CheckedItemsTransferred,
  CheckedLot,
  CheckedSerial,
  EndUseCheckEvent,
} from '@entente/contracts';
import { type Projection, isNewest, partOf } from '@entente/kernel';
import { CHECK_MANNERS, CHECK_TYPES } from './codes.js';
import {
  amountOrNull,
  count,
  countOrNull,
  day,
  dayOrNull,
  daysLate,
  flag,
  oneOf,
  overdue,
  text,
  textOrNull,
} from './columns.js';
import { itemsBy } from './items-by.js';
import { ANSWERS_UNCHANGED, type Origin, rowBy } from './row-by.js';

const STATUSES = ['scheduled', 'inspected', 'checked', 'access denied', 'waived', 'cancelled'];

/** A check of end use. */
export class EndUseCheckRow {
  @text("the check's id") end_use_check!: string;
  @text(
    'scheduled, inspected, checked (as scheduled, but not on the spot), access denied, waived or cancelled',
    STATUSES,
  )
  status!: string;
  @text('enhanced (each serial) or routine (a sample)', CHECK_TYPES) type!: string;
  @text('on-site, remote or self-report: how it was scheduled', CHECK_MANNERS) manner!: string;
  @text('the donor of the items') donor!: string;
  @text('the recipient') recipient!: string;
  @text('the organisation that has the duty to count the items') holder!: string;
  @textOrNull('the programme of the items, if there is one') programme!: string | null;
  @textOrNull('the case under which they were delivered, if it is known') assistance_case!: string | null;
  @text("the donor's word for the type of the items") item!: string;
  @textOrNull(
    "the area of the holder's country, as it was known when the check was planned, or came to this place; storage-sites has that of a store as corrected since",
  )
  area!: string | null;
  @text('the place or the store') site!: string;
  @count(
    'the items to check, or of which a sample is checked; not those that had ended, or were transferred, by its last day',
  )
  items!: number;
  @amountOrNull(
    "the value of the items: their part of that of the case's lines of the type when it was scheduled, in minor units, rounded down once; null if it is not known",
  )
  value!: number | null;
  @amountOrNull("the value of the case's lines of the type when it was scheduled, in minor units; null if not known")
  ordered_value!: number | null;
  @countOrNull("the quantity of the case's lines of the type when it was scheduled, in items; null if not known")
  ordered_items!: number | null;
  @count('of the items, those that the inspection did not see, results as corrected') items_not_seen!: number;
  @amountOrNull('the value of those, in minor units: that of the items, less that of the others; null if not known')
  value_not_seen!: number | null;
  @textOrNull("the ISO 4217 code of the case's currency") currency!: string | null;
  @day('its last day') due!: string;
  @text('the month of its last day, YYYY-MM') due_month!: string;
  @dayOrNull('the day of the inspection') inspected_on!: string | null;
  @dayOrNull('the day of the newest visit or report of any kind: the latest, of one day the one recorded later')
  visited_on!: string | null;
  @count('visits and reports of any kind') visits!: number;
  @flag('whether the results of that visit or report have a lower confidence (R20)') lower_confidence!: boolean;
  @count('discrepancies that are open') open_discrepancies!: number;
  @count('compliance visits that reviewed it') compliance_visits!: number;
  @dayOrNull('the day on which access was denied') denied_on!: string | null;
  @dayOrNull(
    'the day on which it ended: it was made as scheduled or on the spot, denied, waived or cancelled (recorded, if it was recorded as overdue)',
  )
  ended_on!: string | null;
  @textOrNull('the code of the authority that waived it') waived_by!: string | null;
  @textOrNull('the code of the reason for which it ended without a visit') end_reason!: string | null;
  @flag(
    'whether it was waived or cancelled after its last day, though it had items: it counts as due, and not inspected',
  )
  ended_late!: boolean;
  @flag('whether it was recorded that its present last day passed without an inspection') recorded_overdue!: boolean;
}

const DONE = {
  due: 'due',
  done: 'inspected_on',
  closed: { status: ['checked', 'access denied', 'waived', 'cancelled'] },
};

/** What is given up after it was recorded as overdue stays late: it ends no earlier than that. */
function givenUpOn({ recorded_overdue }: EndUseCheckRow, { day: stated, event }: Origin<EndUseCheckEvent>): string {
  const recorded = event.metadata.recordedAt.slice(0, 10);
  return recorded_overdue && recorded > stated ? recorded : stated;
}

/** Of a check that was given up: whether that was late by a corrected day. */
function isLateBy(due: string, { status, type, ended_on, ended_late }: EndUseCheckRow): boolean {
  // A sample that was cancelled in time can have been one of nothing.
  const isGivenUp = ended_late || status === 'waived' || (status === 'cancelled' && type === 'enhanced');
  return isGivenUp && ended_on !== null && ended_on > due;
}
/** Whether a transfer took items after their last day: they were due at the holder before. */
const isMissed = (on: string | undefined, { due }: EndUseCheckRow): boolean => on !== undefined && due < on;
const onDay = (due: string) => ({ due, due_month: due.slice(0, 7) });

/** What stays in a check after items have left it, or have come (negative), each worth the same. */
function without(row: EndUseCheckRow, left: number): Pick<EndUseCheckRow, 'items' | 'value'> {
  const { items: before, value, ordered_value: all, ordered_items: several } = row;
  const items = before - left;
  return { items, value: value === null ? null : partOf(all ?? value, items, several ?? before) };
}

/** The number of items was corrected, or some were transferred. */
function recounted({ quantity, was, on }: Omit<CheckedItemsCorrected, 'reason'>, row: EndUseCheckRow) {
  if (quantity === undefined || row.type === 'enhanced') return {};
  const left = (was ?? row.items) - quantity;
  return left > 0 && isMissed(on, row) ? {} : without(row, left);
}

/** The items that the inspection did not see, and their value. */
function withoutSight(row: EndUseCheckRow, items_not_seen: number) {
  const { value } = row;
  const { value: seen } = without(row, items_not_seen);
  return { items_not_seen, value_not_seen: value === null || seen === null ? null : value - seen };
}

const isNotSeen = (result: CheckedSerial['result'] | undefined): number => Number(result === 'not-seen');

/** A correction of the inspection, which is the last visit. */
const correctedSight = ({ visit, result, was }: CheckResultCorrected, row: EndUseCheckRow): Partial<EndUseCheckRow> =>
  row.status === 'inspected' && visit === row.visits && was !== undefined
    ? withoutSight(row, row.items_not_seen + isNotSeen(result) - isNotSeen(was))
    : {};

export const endUseChecks: Projection<EndUseCheckEvent, EndUseCheckRow> = {
  name: 'end-use-checks',
  topic: 'Equipment and end use',
  version: 10,
  kinds: ['end-use-check'],
  about: 'a check of end use: its items and their value, its holder, its last day, and what became of it',
  totals: { counts: 'checks', by: ['status', 'overdue', 'currency'], sums: ['items', 'value'] },
  daily: {
    overdue: overdue('whether its last day is over, and it was neither made nor ended otherwise', DONE),
    days_late: daysLate(
      'days from its last day to the inspection, negative if early; while it is overdue, to the day of the answer',
      DONE,
    ),
  },
  ...rowBy<EndUseCheckRow, EndUseCheckEvent>(EndUseCheckRow)(
    'EndUseCheckScheduled',
    ({ type, manner, donor, recipient, holder, item, site, quantity, due, ...data }, { id }) => ({
      end_use_check: id,
      status: 'scheduled',
      type,
      manner,
      donor,
      recipient,
      holder,
      programme: data.programme,
      assistance_case: data.case,
      item,
      area: data.area,
      site,
      items: quantity,
      value: data.value,
      value_not_seen: data.value === undefined ? null : 0,
      ordered_value: data.orderedValue ?? data.value,
      ordered_items: data.orderedQuantity ?? (data.value === undefined ? null : quantity),
      currency: data.currency,
      ...onDay(due),
    }),
    {
      EndUseCheckRescheduled: ({ due }, row) => ({
        ...onDay(due),
        recorded_overdue: false,
        ended_late: isLateBy(due, row),
      }),
      // What was transferred after the last day was due, and was not checked.
      CheckedItemsTransferred: ({ serials, to: holder, on, place: site, area, next }, row) =>
        next === undefined ? { holder, site, area } : isMissed(on, row) ? {} : without(row, serials.length),
      // What ended later was due, and was not checked.
      CheckedItemsLeftOut: ({ serials, on, was = '9999' }, row) => {
        const left = Number(on <= row.due) - Number(was <= row.due);
        return left === 0 ? {} : without(row, left * serials.length);
      },
      EndUseCheckPerformed: ({ on, inspected, done, lowerConfidence, visit, results, lots = [] }, row) => ({
        status: inspected ? 'inspected' : done ? 'checked' : row.status,
        inspected_on: inspected ? on : row.inspected_on,
        ended_on: done ? on : row.ended_on,
        visits: visit,
        ...(inspected
          ? withoutSight(
              row,
              results.reduce((sum, { result }) => sum + isNotSeen(result), 0) +
                lots.reduce((sum, { notSeen }) => sum + notSeen, 0),
            )
          : {}),
        ...(isNewest(on, row.visited_on) ? { visited_on: on, lower_confidence: lowerConfidence } : {}),
      }),
      CheckResultCorrected: correctedSight,
      CheckDayCorrected: ({ on, inspected, done, visit, newestOn, lowerConfidence }, row) => ({
        ended_on: done ? on : row.ended_on,
        inspected_on: inspected ? on : row.inspected_on,
        visited_on: newestOn ?? (visit === row.visits ? on : row.visited_on),
        lower_confidence: lowerConfidence ?? row.lower_confidence,
      }),
      DiscrepancyFound: (_, row) => ({ open_discrepancies: row.open_discrepancies + 1 }),
      DiscrepancyCleared: (_, row) => ({ open_discrepancies: row.open_discrepancies - 1 }),
      AccessDenied: ({ on: denied_on, reason: end_reason }) => ({
        status: 'access denied',
        denied_on,
        ended_on: denied_on,
        end_reason,
      }),
      AccessDenialWithdrawn: () => ({ status: 'scheduled', denied_on: null, ended_on: null, end_reason: null }),
      EndUseCheckWaived: ({ authority: waived_by, reason: end_reason }, row, origin) => {
        const ended_on = givenUpOn(row, origin);
        return { status: 'waived', ended_on, ended_late: ended_on > row.due, waived_by, end_reason };
      },
      // What was corrected after the check had ended is expected by the next one.
      CheckedItemsCorrected: ({ site, area, ...data }, row) =>
        data.passedTo === undefined && data.next === undefined
          ? { ...recounted(data, row), ...(site === undefined ? {} : { site, area }) }
          : {},
      EndUseCheckCancelled: ({ reason: end_reason, on }, row, origin) => {
        const { event } = origin;
        const ended_on = on ?? givenUpOn(row, origin);
        // A policy that names no day has found that there was never anything to check.
        const isOfPolicy = event.metadata.actor.role === 'system' && end_reason !== 'item-recovered';
        const never = on === undefined && isOfPolicy;
        return { status: 'cancelled', ended_on, end_reason, ended_late: !never && ended_on > row.due };
      },
      EndUseCheckBecameOverdue: () => ({ recorded_overdue: true }),
      ...ANSWERS_UNCHANGED,
      ComplianceVisitHeld: (_, row) => ({ compliance_visits: row.compliance_visits + 1 }),
    },
  ),
};

/** What a visit found of one serial, or of one lot. */
export class CheckResultRow {
  @text('the check of end use') end_use_check!: string;
  @count('the number of the visit in this check, from 1') visit!: number;
  @textOrNull('the serial number; null of a lot') serial!: string | null;
  @textOrNull('the lot; null of a serial') lot!: string | null;
  @text('the donor of the items') donor!: string;
  @text('the recipient') recipient!: string;
  @text('the organisation that holds the items') holder!: string;
  @text("the donor's word for the type of the items") item!: string;
  @text('on-site, remote or self-report: how the visit was made', CHECK_MANNERS) manner!: string;
  @day('the day of the visit') visited_on!: string;
  @flag('whether the visit counts as an inspection') inspected!: boolean;
  @flag('whether the result has a lower confidence (R20)') lower_confidence!: boolean;
  @count('seen and in order, in items') seen!: number;
  @count('not seen, in items') not_seen!: number;
  @count('seen and damaged, in items') damaged!: number;
  @count('seen with a broken seal, in items') seal_broken!: number;
  @count('how often the result was corrected') corrections!: number;
}

const ofSerial = (visit: number, serial: string): string => `${visit}/serial/${serial}`;
const ofLot = (visit: number, lot: string): string => `${visit}/lot/${lot}`;

const found = (result: CheckedSerial['result']) => ({
  seen: result === 'seen' ? 1 : 0,
  not_seen: result === 'not-seen' ? 1 : 0,
  damaged: result === 'damaged' ? 1 : 0,
  seal_broken: result === 'seal-broken' ? 1 : 0,
});
const foundIn = ({ seen, notSeen, damaged }: CheckedLot) => ({ seen, not_seen: notSeen, damaged, seal_broken: 0 });

/** The serials and lots of a visit, by their keys. */
const keysOf = (visit: number, serials: readonly string[], lots: readonly string[]): readonly string[] => [
  ...serials.map((serial) => ofSerial(visit, serial)),
  ...lots.map((lot) => ofLot(visit, lot)),
];

/** What all results and discrepancies of a check share. */
const opened = (
  { donor, recipient, holder, item }: Pick<CheckResultRow, 'donor' | 'recipient' | 'holder' | 'item'>,
  { id: end_use_check }: Pick<Origin, 'id'>,
) => ({ end_use_check, donor, recipient, holder, item });
/** The new holder, unless the rest of the items stays. */
const transferred = {
  keys: () => '',
  change: ({ to: holder, next }: CheckedItemsTransferred) => (next === undefined ? { holder } : {}),
};

export const checkResults: Projection<EndUseCheckEvent, CheckResultRow> = {
  name: 'check-results',
  topic: 'Equipment and end use',
  version: 2,
  kinds: ['end-use-check'],
  about: 'what a visit found of one serial or lot: seen, not seen, damaged, or with a broken seal',
  totals: { counts: 'results', by: ['lower_confidence'], sums: ['seen', 'not_seen', 'damaged', 'seal_broken'] },
  ...itemsBy<CheckResultRow, EndUseCheckEvent>(CheckResultRow)('EndUseCheckScheduled', opened, {
    CheckedItemsTransferred: transferred,
    EndUseCheckPerformed: {
      begins: true,
      keys: ({ visit, results, lots = [] }) =>
        keysOf(
          visit,
          results.map(({ serial }) => serial),
          lots.map(({ lot }) => lot),
        ),
      change: ({ visit, manner, on: visited_on, inspected, lowerConfidence, results, lots = [] }, _, key) => {
        const made = { visit, manner, visited_on, inspected, lower_confidence: lowerConfidence };
        const serial = results.find((one) => ofSerial(visit, one.serial) === key);
        if (serial !== undefined) return { ...made, serial: serial.serial, ...found(serial.result) };
        const lot = lots.find((one) => ofLot(visit, one.lot) === key);
        return lot === undefined ? {} : { ...made, lot: lot.lot, ...foundIn(lot) };
      },
    },
    CheckResultCorrected: {
      keys: ({ visit, serial }) => ofSerial(visit, serial),
      change: ({ result }, { corrections }) => ({ ...found(result), corrections: corrections + 1 }),
    },
    CheckDayCorrected: {
      keys: ({ visit, serials, lots }) => keysOf(visit, serials, lots),
      change: ({ on: visited_on }) => ({ visited_on }),
    },
  }),
};

/** A discrepancy that a check found. */
class CheckDiscrepancyRow {
  @text('the check of end use') end_use_check!: string;
  @text("the discrepancy's name in the check") discrepancy!: string;
  @oneOf(['open', 'cleared']) status!: string;
  @text('the code of what is wrong') type!: string;
  @textOrNull('the serial number, if it concerns one') serial!: string | null;
  @count('how many items of the type it concerns, in items') quantity!: number;
  @day('the day on which it was found') found_on!: string;
  @textOrNull('the code of the outcome') outcome!: string | null;
  @dayOrNull('the day on which it was cleared') cleared_on!: string | null;
  @text('the donor of the items') donor!: string;
  @text('the recipient') recipient!: string;
  @text('the organisation that holds the items') holder!: string;
  @text("the donor's word for the type of the items") item!: string;
}

export const checkDiscrepancies: Projection<EndUseCheckEvent, CheckDiscrepancyRow> = {
  name: 'check-discrepancies',
  topic: 'Equipment and end use',
  version: 2,
  kinds: ['end-use-check'],
  about: 'something that a check of end use found not to be as it was, and what explains it',
  totals: { counts: 'discrepancies', by: ['status'], sums: ['quantity'] },
  ...itemsBy<CheckDiscrepancyRow, EndUseCheckEvent>(CheckDiscrepancyRow)(
    'EndUseCheckScheduled',
    (data, origin) => ({ ...opened(data, origin), status: 'open' }),
    {
      CheckedItemsTransferred: transferred,
      DiscrepancyFound: {
        begins: true,
        keys: ({ discrepancy }) => discrepancy,
        change: ({ on: found_on, ...data }) => ({ ...data, found_on }),
      },
      DiscrepancyCleared: {
        keys: ({ discrepancy }) => discrepancy,
        change: ({ outcome, on: cleared_on }) => ({ status: 'cleared', outcome, cleared_on }),
      },
    },
  ),
};
