import { FACT_COMMANDS, FACT_EVENTS } from './fact-answers.js';
import { type CommandOf, type EventOf, command, contract, event, fact } from './contract.js';
import {
  code,
  currency,
  day,
  eventId,
  flag,
  integer,
  minorUnits,
  nested,
  nestedList,
  oneOf,
  optional,
  organisation,
  streamId,
  word,
  words,
} from './fields.js';

/** How closely items are monitored: each serial, or a sample. */
export const CHECK_TYPES = ['enhanced', 'routine'] as const;
export type CheckType = (typeof CHECK_TYPES)[number];

/** How a check is made. Only one on the spot counts as an inspection. */
export const CHECK_MANNERS = ['on-site', 'remote', 'self-report'] as const;
export type CheckManner = (typeof CHECK_MANNERS)[number];

/** What a check found of one item. */
const CHECK_RESULTS = ['seen', 'not-seen', 'damaged', 'seal-broken'] as const;
export type CheckResult = (typeof CHECK_RESULTS)[number];

const MAX_SERIALS = 100;
const MAX_ITEMS = 1_000_000;
const reason = (example: string) => code('the code of the reason', example);
const dueDay = (example = '2026-08-18') => day('the last day for the check', example);
const manner = () => oneOf(CHECK_MANNERS, 'how it is made');
const discrepancy = () => word("the discrepancy's name in this check", 'gap-1');
const visit = () => integer('the number of the visit in this check, from 1', 1, 1, MAX_ITEMS);
const corrects = () => eventId('the visit that was recorded wrongly');
const knownDonor = () => organisation('the donor, if the items know the visit');
const knownItem = () => code("the donor's word for the type, if the items know the visit", 'thermal-sight');
const serial = () => word('the serial number', 'TS-0001');
const checkResult = (example: CheckResult = 'seen') => oneOf(CHECK_RESULTS, 'what the visit found', example);

export class ScheduleEndUseCheck {
  @oneOf(CHECK_TYPES, 'how closely the items are monitored') readonly type!: CheckType;
  @manner() readonly manner!: CheckManner;
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @organisation('the organisation that holds the items', 'estmark') readonly holder!: string;
  @optional() @streamId('programme', 'the programme of the items') readonly programme?: string;
  @optional() @streamId('assistance-case', 'the case under which they were delivered') readonly case?: string;
  @optional()
  @streamId('consignment', 'of a sample: the consignment that brought the items, if it is known')
  readonly consignment?: string;
  @code("the donor's word for the type of the items, as in case lines", 'thermal-sight') readonly item!: string;
  @optional() @code("the area of the holder's country, if it is known", 'north') readonly area?: string;
  @word('the place or the store', 'estmark.north-depot') readonly site!: string;
  @words('the serial numbers to check; of an enhanced type, all of them', ['TS-0001', 'TS-0002'], MAX_SERIALS)
  readonly serials!: readonly string[];
  @integer('the number of items to check, or of which a sample is checked', 2, 1, MAX_ITEMS) readonly quantity!: number;
  @dueDay() readonly due!: string;
}

const next = () =>
  nested(() => ScheduleEndUseCheck, 'the check that follows, if this one has ended: a policy schedules it');

/** The value is their part of that of the case's lines of the item, as far as they are in force. */
export class EndUseCheckScheduled extends ScheduleEndUseCheck {
  @optional() @minorUnits('the value of the items, rounded down', 25_000_00, 0) readonly value?: number;
  @optional() @currency("the case's currency") readonly currency?: string;
  @optional() @minorUnits("the value of the case's lines of the item", 37_500_00, 0) readonly orderedValue?: number;
  @optional()
  @integer("the quantity of the case's lines of the item, in the unit of those lines", 3, 1, Number.MAX_SAFE_INTEGER)
  readonly orderedQuantity?: number;
}

/**
 * R13: the duty to count the items moves with a transfer, and their check with it. It moves, too,
 * with items that their holder brings to another store.
 */
export class TransferCheckedItems {
  @optional()
  @streamId('third-party-transfer', 'the transfer that moved the items; none to another store', 'estmark.transfer-1')
  readonly transfer?: string;
  @optional() @day('the day of the transfer', '2026-05-25') readonly on?: string;
  @words('the serial numbers of the items', ['TS-0001'], MAX_SERIALS) readonly serials!: readonly string[];
  @organisation('the organisation that has the duty to count them from then on', 'vestra') readonly to!: string;
  @optional()
  @streamId('storage-site', 'the store that holds them from then on, if it is known', 'vestra.central-depot')
  readonly site?: string;
}

/**
 * The holder before, the place, and the check of what was transferred if the rest stays, or if the
 * last day was before the transfer: the decision adds them. Without a known store, the place is the
 * id of the new holder.
 */
export class CheckedItemsTransferred extends TransferCheckedItems {
  @organisation('the organisation that held them before', 'estmark') readonly from!: string;
  @word('the place or the store of the items from then on', 'vestra') readonly place!: string;
  @optional() @code("the area of the new holder's country, if it is known", 'north') readonly area?: string;
  @optional()
  @nested(
    () => ScheduleEndUseCheck,
    'the check of what was transferred, if the rest or a miss stays: a policy schedules it',
  )
  readonly next?: ScheduleEndUseCheck;
}

export class RescheduleEndUseCheck {
  @dueDay('2026-08-10') readonly due!: string;
  @code('the code of the cause', 'site-closed') readonly cause!: string;
}

/** What was found of one serial. */
export class CheckedSerial {
  @serial() readonly serial!: string;
  @checkResult() readonly result!: CheckResult;
}

/** What was found of items without serials. */
export class CheckedLot {
  @word('the lot', 'LOT-7') readonly lot!: string;
  @integer('seen and in order, in items', 40, 0, MAX_ITEMS) readonly seen!: number;
  @integer('not seen, in items', 0, 0, MAX_ITEMS) readonly notSeen!: number;
  @integer('damaged, in items', 1, 0, MAX_ITEMS) readonly damaged!: number;
}

export class PerformEndUseCheck {
  @day('the day of the visit', '2026-05-28') readonly on!: string;
  @manner() readonly manner!: CheckManner;
  @optional()
  @streamId('country-situation', 'of a remote check: the situation in the area', 'norland.estmark-north')
  readonly situation?: string;
  @nestedList(() => CheckedSerial, 'what was found of which serials', MAX_SERIALS)
  readonly results!: readonly CheckedSerial[];
  @optional()
  @nestedList(() => CheckedLot, 'what was found of items without serials', 50)
  readonly lots?: readonly CheckedLot[];
}

/**
 * The number of the visit, whether it counts as an inspection and ends the check, whether its
 * results have a lower confidence (R20), whose items they are, and the check that follows: the
 * decision adds them.
 */
export class EndUseCheckPerformed extends PerformEndUseCheck {
  @visit() readonly visit!: number;
  @flag('whether it counts as an inspection: only on the spot') readonly inspected!: boolean;
  @flag('whether the check is done with it: on the spot, or as it was scheduled') readonly done!: boolean;
  @flag('whether the results have a lower confidence, as all have that are not of an inspection', false)
  readonly lowerConfidence!: boolean;
  @organisation('the donor') readonly donor!: string;
  @code("the donor's word for the type of the items", 'thermal-sight') readonly item!: string;
  @oneOf(CHECK_TYPES, 'how closely the items are monitored') readonly type!: CheckType;
  @optional() @next() readonly next?: ScheduleEndUseCheck;
}

export class CorrectCheckResult {
  @corrects() readonly corrects!: string;
  @serial() readonly serial!: string;
  @checkResult('damaged') readonly result!: CheckResult;
  @reason('second-look') readonly reason!: string;
}

/**
 * The visit, what it found before, and if its items know it, whose they are and its day: the
 * decision adds them.
 */
export class CheckResultCorrected extends CorrectCheckResult {
  @visit() readonly visit!: number;
  @optional() @knownDonor() readonly donor?: string;
  @optional() @knownItem() readonly item?: string;
  @optional() @day('the day of the visit, if its items know it', '2026-05-28') readonly visitedOn?: string;
  @optional()
  @oneOf(CHECK_RESULTS, 'the result of the serial before the correction', 'not-seen')
  readonly was?: CheckResult;
}

export class CorrectCheckDay {
  @corrects() readonly corrects!: string;
  @day('the right day of the visit', '2026-05-27') readonly on!: string;
  @reason('mistyped') readonly reason!: string;
}

/**
 * The visit, what it counts as, what it looked at, the items that know it, and the check that
 * follows it: the decision adds them.
 */
export class CheckDayCorrected extends CorrectCheckDay {
  @visit() readonly visit!: number;
  @flag('whether the visit counts as an inspection') readonly inspected!: boolean;
  @flag('whether the check is done with it') readonly done!: boolean;
  @words('the serial numbers with a result', ['TS-0001'], MAX_SERIALS) readonly serials!: readonly string[];
  @words('the lots with a result', ['LOT-7'], 50) readonly lots!: readonly string[];
  @optional() @knownDonor() readonly donor?: string;
  @optional() @knownItem() readonly item?: string;
  @optional()
  @words('the serial numbers that it has seen, if their items know it', ['TS-0001'], MAX_SERIALS)
  readonly seen?: readonly string[];
  @optional()
  @streamId('end-use-check', 'the check that follows, if its last day moves', 'veritas-monitor.check-2')
  readonly next?: string;
  @optional() @day('the last day of the check that follows, if it moves', '2027-05-27') readonly nextDue?: string;
  @optional()
  @day('of several visits, the day of the newest one by its right day', '2026-05-27')
  readonly newestOn?: string;
  @optional()
  @flag('of several visits, whether the newest one has a lower confidence')
  readonly lowerConfidence?: boolean;
  @optional()
  @organisation('the organisation that holds the items, if there are some that it has not seen', 'estmark')
  readonly holder?: string;
}

export class FindDiscrepancy {
  @discrepancy() readonly discrepancy!: string;
  @code('the code of what is wrong', 'serial-missing') readonly type!: string;
  @optional() @serial() readonly serial?: string;
  @integer('the number of items concerned', 1, 1, MAX_ITEMS) readonly quantity!: number;
  @day('the day on which it was found', '2026-05-28') readonly on!: string;
}

export class ClearDiscrepancy {
  @discrepancy() readonly discrepancy!: string;
  @code('the code of the outcome', 'found-in-repair') readonly outcome!: string;
  @day('the day on which it was cleared', '2026-05-29') readonly on!: string;
}

export class RecordAccessDenied {
  @day('the day on which access was denied', '2026-05-28') readonly on!: string;
  @reason('military-operation') readonly reason!: string;
}

/** The check that follows, of what is left to check: the decision adds it. */
export class AccessDenied extends RecordAccessDenied {
  @optional() @next() readonly next?: ScheduleEndUseCheck;
}

export class WithdrawAccessDenial {
  @eventId('the denial that was a mistake') readonly corrects!: string;
  @reason('another-check-meant') readonly reason!: string;
}

/**
 * The check that followed, which a policy cancels, and what is to be checked as it was scheduled:
 * the decision adds them.
 */
export class AccessDenialWithdrawn extends WithdrawAccessDenial {
  @optional()
  @streamId('end-use-check', 'the check that followed: it is cancelled', 'entente.after-5f0c1c52')
  readonly next?: string;
  @organisation('the donor') readonly donor!: string;
  @code("the donor's word for the type of the items", 'thermal-sight') readonly item!: string;
  @oneOf(CHECK_TYPES, 'how closely the items are monitored') readonly type!: CheckType;
  @words('the serial numbers to check', ['TS-0001', 'TS-0002'], MAX_SERIALS) readonly serials!: readonly string[];
  @organisation('the organisation that holds the items', 'estmark') readonly holder!: string;
  @word('the place or the store', 'estmark.north-depot') readonly site!: string;
  @dueDay() readonly due!: string;
}

export class WaiveEndUseCheck {
  @code('the code of the authority', 'deputy-minister') readonly authority!: string;
  @reason('site-destroyed') readonly reason!: string;
}

/** The check that follows, of what is left to check: the decision adds it. */
export class EndUseCheckWaived extends WaiveEndUseCheck {
  @optional() @next() readonly next?: ScheduleEndUseCheck;
}

export class CancelEndUseCheck {
  @reason('receipt-withdrawn') readonly reason!: string;
  @optional() @serial() readonly serial?: string;
}

/**
 * The day from which there was nothing to check, if its items have ended, were seen or transferred:
 * the decision adds it. Another one has the right day, if that of the visit that saw them was
 * corrected.
 */
export class EndUseCheckCancelled extends CancelEndUseCheck {
  @optional() @day('the day from which all its items had ended', '2026-05-29') readonly on?: string;
}

/**
 * R10, R12: items that ended, that another check has seen since, or that were never received, are
 * not checked any more.
 */
export class LeaveOutCheckedItems {
  @words('the serial numbers of the items', ['TS-0001'], MAX_SERIALS) readonly serials!: readonly string[];
}

/** The day follows from the items: the decision adds it. */
export class CheckedItemsLeftOut extends LeaveOutCheckedItems {
  @day(
    'the day on which they had ended, or another check had seen them; that of the planning, if they were never received',
    '2026-05-29',
  )
  readonly on!: string;
  @optional()
  @day('if they were left out before: the day from which they were, as recorded then', '2026-05-28')
  readonly was?: string;
}

/**
 * What the receipt of the items brought was corrected, or what a monitor had planned itself: each
 * field here replaces the check's.
 */
export class CorrectCheckedItems {
  @reason('miscounted') readonly reason!: string;
  @optional()
  @integer('the number of items to check, or of which a sample is checked', 38, 0, MAX_ITEMS)
  readonly quantity?: number;
  @optional() @streamId('storage-site', 'the store that received them', 'estmark.south-depot') readonly site?: string;
  @optional()
  @day('the day of the transfer that took or brought items, if that is why', '2026-05-25')
  readonly on?: string;
}

/**
 * The number before, the area of the store, the check that follows one that was made, or the check
 * of what a cancelled one had lost: the decision adds it.
 */
export class CheckedItemsCorrected extends CorrectCheckedItems {
  @optional()
  @streamId(
    'end-use-check',
    'the check that follows, if this one has ended: it expects them',
    'veritas-monitor.check-2',
  )
  readonly passedTo?: string;
  @optional()
  @integer('the number of items to check before the correction, if it is another', 40, 0, MAX_ITEMS)
  readonly was?: number;
  @optional() @code("the area of the holder's country, if it is known", 'south') readonly area?: string;
  @optional()
  @nested(() => ScheduleEndUseCheck, 'the check in place of this one, which had nothing left: a policy schedules it')
  readonly next?: ScheduleEndUseCheck;
}

export class RecordOverdueCheck {
  @dueDay('2026-08-10') readonly due!: string;
}

export class HoldComplianceVisit {
  @day('the day of the visit', '2026-05-30') readonly on!: string;
  @code('the rating', 'satisfactory') readonly rating!: string;
  @integer('the number of findings', 2, 0, 1000) readonly findings!: number;
}

/** A visit that checks the use of items of one type at one site, with a result for each serial. */
export const endUseCheckContract = contract({
  kind: 'end-use-check',
  about: 'a check of the end use of items at one site: its last day, its visits, and a result for each serial',
  commands: {
    ScheduleEndUseCheck: command('schedule', ScheduleEndUseCheck, ['checker', 'system'], 'Schedule a check'),
    RescheduleEndUseCheck: command(
      'reschedule',
      RescheduleEndUseCheck,
      ['checker', 'system'],
      'Give a check another last day, with the cause',
    ),
    TransferCheckedItems: command(
      'transfer-items',
      TransferCheckedItems,
      'system',
      'Move a check, or a part of it, with items that were transferred',
    ),
    PerformEndUseCheck: command(
      'perform',
      PerformEndUseCheck,
      ['checker', 'recipient'],
      'Record a visit, or what the recipient reports itself',
    ),
    CorrectCheckResult: command('correct-result', CorrectCheckResult, 'checker', 'Correct the result of one serial'),
    CorrectCheckDay: command('correct-day', CorrectCheckDay, 'checker', 'Correct the day of a visit'),
    FindDiscrepancy: command('find-discrepancy', FindDiscrepancy, 'checker', 'Record that something is not as it was'),
    ClearDiscrepancy: command('clear-discrepancy', ClearDiscrepancy, 'checker', 'Record what explains a discrepancy'),
    RecordAccessDenied: command('deny-access', RecordAccessDenied, 'checker', 'Record that access was denied'),
    WithdrawAccessDenial: command(
      'withdraw-denial',
      WithdrawAccessDenial,
      'checker',
      'Take back a denial that was recorded by mistake: the check is still to be made',
    ),
    WaiveEndUseCheck: command('waive', WaiveEndUseCheck, 'donor', 'Waive a check, by an authority and with a reason'),
    CancelEndUseCheck: command('cancel', CancelEndUseCheck, ['donor', 'system'], 'Cancel a check of nothing', {
      reason: 'receipt-withdrawn',
    }),
    LeaveOutCheckedItems: command(
      'leave-out-items',
      LeaveOutCheckedItems,
      'system',
      'Leave items out whose end was recorded, or cancel a check of nothing else',
    ),
    CorrectCheckedItems: command(
      'correct-items',
      CorrectCheckedItems,
      ['checker', 'system'],
      'Correct the number of items or their store: of a check that a policy scheduled, with the receipt',
    ),
    RecordOverdueCheck: command(
      'record-overdue',
      RecordOverdueCheck,
      'system',
      'Record that the last day has passed without an inspection',
    ),
    HoldComplianceVisit: command(
      'hold-compliance-visit',
      HoldComplianceVisit,
      'checker',
      'Record a visit that reviewed how the check was made',
    ),
    ...FACT_COMMANDS,
  },
  events: {
    EndUseCheckScheduled: event(EndUseCheckScheduled, 'The check was scheduled', { opens: 'the check' }),
    EndUseCheckRescheduled: fact(RescheduleEndUseCheck, 'The check has another last day'),
    CheckedItemsTransferred: fact(CheckedItemsTransferred, 'Items were transferred, and their check with them'),
    EndUseCheckPerformed: event(EndUseCheckPerformed, 'A visit was recorded', {
      closes: ['EndUseCheckScheduled', 'AccessDenied'],
    }),
    CheckResultCorrected: fact(CheckResultCorrected, 'The result of one serial was corrected'),
    CheckDayCorrected: fact(CheckDayCorrected, 'The day of a visit was corrected'),
    DiscrepancyFound: event(FindDiscrepancy, 'A discrepancy was found', { opens: 'the discrepancy' }),
    DiscrepancyCleared: event(ClearDiscrepancy, 'A discrepancy was explained', { closes: ['DiscrepancyFound'] }),
    AccessDenied: event(AccessDenied, 'Access was denied', { opens: 'the visit that was not possible' }),
    AccessDenialWithdrawn: event(AccessDenialWithdrawn, 'Access was not denied: that was a mistake', {
      closes: ['AccessDenied'],
    }),
    EndUseCheckWaived: event(EndUseCheckWaived, 'The check was waived', {
      closes: ['EndUseCheckScheduled', 'AccessDenied'],
    }),
    EndUseCheckCancelled: event(EndUseCheckCancelled, 'The check was cancelled: there is nothing to check', {
      closes: ['EndUseCheckScheduled'],
    }),
    CheckedItemsLeftOut: fact(CheckedItemsLeftOut, 'Items were left out of the check: they have ended'),
    CheckedItemsCorrected: fact(CheckedItemsCorrected, 'The number of items, or their store, was corrected'),
    EndUseCheckBecameOverdue: fact(RecordOverdueCheck, 'The last day has passed without an inspection'),
    ComplianceVisitHeld: fact(HoldComplianceVisit, 'A visit reviewed how the check was made'),
    ...FACT_EVENTS,
  },
});

export type EndUseCheckCommand = CommandOf<typeof endUseCheckContract>;
export type EndUseCheckEvent = EventOf<typeof endUseCheckContract>;
