import { ScheduleEndUseCheck } from './end-use-check.js';
import { code, day, eventId, nested, oneOf, optional, organisation, streamId, word, words } from './fields.js';
import { type CommandOf, type EventOf, type RelationOf, command, contract, event, fact } from './contract.js';

/** How well an item serves its purpose, as its holder or a monitor sees it. */
const SERVICEABILITY = ['serviceable', 'limited', 'unserviceable'] as const;
export type Serviceability = (typeof SERVICEABILITY)[number];

/** What waits for a day on an item, besides its next check. */
const ITEM_STEPS = ['verification', 'notice', 'report'] as const;
export type ItemStep = (typeof ITEM_STEPS)[number];

const reason = (example: string) => code('the code of the reason', example);
const on = (what: string, example: string) => day(`the day of ${what}`, example);
const site = (description: string) => streamId('storage-site', description, 'estmark.north-depot');
/** Of a fact that was recorded late. */
const newerOn = () =>
  day('if it was recorded late: the day of the newer fact, which still gives the store', '2026-05-29');
const checkBy = (example: string) => day('the last day of its next check', example);
const leftChecks = () =>
  words('the checks of end use that name it: the open ones leave it out', ['veritas-monitor.check-1'], 20);
const leftSerial = () => word('the serial number, if checks leave it out', 'TS-0001');
const holder = () => organisation('the organisation that holds it from then on', 'estmark');

export class RegisterSerial {
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @code("the donor's word for the type of the item, as in case lines", 'thermal-sight') readonly item!: string;
  @word('the serial number', 'TS-0001') readonly serial!: string;
  @optional() @streamId('programme', 'the programme of the case') readonly programme?: string;
  @optional() @streamId('assistance-case', 'the case under which it is delivered') readonly case?: string;
  @optional() @streamId('consignment', 'the consignment in which it is delivered') readonly consignment?: string;
  @optional() @word("the name of the case's line", '001') readonly line?: string;
}

export class ItemReason {
  @reason('mistyped-serial') readonly reason!: string;
}

export class RecordItemReceipt {
  @on('receipt', '2026-05-20') readonly on!: string;
  @site('the store that holds it from then on') readonly site!: string;
  @optional() @streamId('consignment', 'the consignment in which it was received') readonly consignment?: string;
}

/** The holder is the recipient; the last day of the first check follows from the item's type. */
export class ItemReceived extends RecordItemReceipt {
  @holder() readonly holder!: string;
  @checkBy('2026-08-18') readonly checkBy!: string;
  @optional()
  @nested(() => ScheduleEndUseCheck, 'the first check of the item: a policy schedules it')
  readonly check?: ScheduleEndUseCheck;
}

/** A receipt was recorded wrongly: each field here replaces the receipt's. */
export class CorrectItemReceipt {
  @eventId('the event that was wrong') readonly corrects!: string;
  @reason('wrong-store') readonly reason!: string;
  @optional() @on('receipt', '2026-05-19') readonly on?: string;
  @optional() @site('the store that received it') readonly site?: string;
}

/** The last day of the first check moves with the day of receipt, whatever became of that check. */
export class ItemReceiptCorrected extends CorrectItemReceipt {
  @checkBy('2026-08-17') readonly checkBy!: string;
  @optional()
  @day('the last day of its first check, if another one is its next', '2026-08-17')
  readonly firstCheckBy?: string;
  @optional()
  @day('if the item was moved since: the day of the newest move, which still gives the store', '2026-05-29')
  readonly newerOn?: string;
}

/** The checks that name the item: the decision adds them. */
export class RegistrationWithdrawn extends ItemReason {
  @optional() @leftChecks() readonly checks?: readonly string[];
  @optional() @leftSerial() readonly serial?: string;
}

/** The receipt, and the other checks that name the item: the decision adds them. */
export class ItemReceiptWithdrawn extends ItemReason {
  @optional() @eventId('the event of the receipt') readonly receipt?: string;
  @optional() @leftChecks() readonly checks?: readonly string[];
  @optional() @leftSerial() readonly serial?: string;
}

export class MoveItem {
  @on('the move', '2026-05-21') readonly on!: string;
  @site('the store that holds it from then on') readonly site!: string;
}

/** The checks that move with it, unless a newer fact has placed it: the decision adds them. */
export class ItemMoved extends MoveItem {
  @optional() @newerOn() readonly newerOn?: string;
  @optional()
  @words('the checks of end use that name it and move with it', ['veritas-monitor.check-1'], 20)
  readonly checks?: readonly string[];
  @optional() @word('the serial number, if checks move with it', 'TS-0001') readonly serial?: string;
  @optional()
  @organisation('the organisation that holds it, if checks move with it', 'estmark')
  readonly holder?: string;
}

export class ReportItemLoss {
  @on('the loss, or of its discovery', '2026-05-22') readonly on!: string;
  @code('the code of the cause', 'theft-from-vehicle') readonly cause!: string;
}

/** The last day of the verification follows from the day of the report: the decision adds it. */
export class ItemLossReported extends ReportItemLoss {
  @day('the last day for its verification', '2026-06-21') readonly verifyBy!: string;
}

export class VerifyLossReport {
  @code('the code of how it was verified', 'police-record-seen') readonly method!: string;
}

/** What becomes of an item, or of goods, whose end was verified. */
export const ENDS = ['lost', 'destroyed', 'expended'] as const;
export type VerifiedEnd = (typeof ENDS)[number];

/** The report that was open, and the checks that leave the item out: the decision adds both. */
export class LossReportVerified extends VerifyLossReport {
  @eventId('the event of the report') readonly report!: string;
  @oneOf(ENDS, 'what the item is from then on') readonly as!: VerifiedEnd;
  @optional() @leftChecks() readonly checks?: readonly string[];
  @optional() @leftSerial() readonly serial?: string;
}
export class LossReportRejected extends ItemReason {
  @eventId('the event of the report') readonly report!: string;
}

/** A report was recorded wrongly: each field here replaces the report's. */
export class CorrectLossReport {
  @eventId('the report that was wrong') readonly corrects!: string;
  @reason('mistyped') readonly reason!: string;
  @optional() @on('the loss, or of its discovery', '2026-05-21') readonly on?: string;
  @optional() @code('the code of the right cause', 'theft-from-store') readonly cause?: string;
}

export class WithdrawLossReport {
  @eventId('the report that was a mistake') readonly corrects!: string;
  @reason('another-item-meant') readonly reason!: string;
}

export class RecoverItem {
  @on('the recovery', '2026-05-30') readonly on!: string;
  @site('the store that holds it again') readonly site!: string;
}

/** The item is on the schedule of checks again: the decision adds the last day. */
export class ItemRecovered extends RecoverItem {
  @checkBy('2026-08-28') readonly checkBy!: string;
  @optional()
  @nested(() => ScheduleEndUseCheck, 'the next check of the item: a policy schedules it')
  readonly check?: ScheduleEndUseCheck;
  @optional()
  @words(
    'the checks that named it before its end: those of nothing else are cancelled',
    ['veritas-monitor.check-1'],
    20,
  )
  readonly checks?: readonly string[];
  @optional()
  @streamId(
    'end-use-check',
    'the open check of several items that names it: it gets no other',
    'veritas-monitor.check-1',
  )
  readonly coveredBy?: string;
  @optional() @word('the serial number, if a check names it already', 'TS-0001') readonly serial?: string;
  @optional()
  @organisation('the organisation that holds it, if a check names it already', 'estmark')
  readonly holder?: string;
}

export class ReportServiceability {
  @on('the inspection', '2026-05-21') readonly on!: string;
  @oneOf(SERVICEABILITY, 'how well it serves its purpose') readonly serviceability!: Serviceability;
}

/** R13: only after the transfer has the donor's consent. */
export class TransferItem {
  @streamId('third-party-transfer', 'the transfer to which the donor consented', 'estmark.transfer-1')
  readonly transfer!: string;
  @on('the transfer', '2026-05-25') readonly on!: string;
  @organisation('the organisation that has the duty to count it from then on', 'vestra') readonly to!: string;
  @optional() @site('the store that holds it from then on') readonly site?: string;
  @optional() @code('the code of its new end use', 'training') readonly endUse?: string;
}

/** Who held it before, and the checks that move with it: the decision adds both. */
export class ItemTransferred extends TransferItem {
  @organisation('the organisation that held it before', 'estmark') readonly from!: string;
  @optional() @newerOn() readonly newerOn?: string;
  @optional()
  @words('the checks of end use that name it and move to the new holder', ['veritas-monitor.check-1'], 20)
  readonly checks?: readonly string[];
  @optional() @word('the serial number, if checks move with it', 'TS-0001') readonly serial?: string;
}

export class DisposeItem {
  @streamId('third-party-transfer', 'the disposal to which the donor consented', 'estmark.transfer-1')
  readonly transfer!: string;
  @on('the disposal', '2026-05-25') readonly on!: string;
}

/** The checks that leave the item out: the decision adds them. */
export class ItemDisposed extends DisposeItem {
  @optional() @leftChecks() readonly checks?: readonly string[];
  @optional() @leftSerial() readonly serial?: string;
}

export class ReturnItem {
  @on('the return to the donor', '2026-05-31') readonly on!: string;
  @reason('loan-ended') readonly reason!: string;
}

/** The checks that leave the item out: the decision adds them. */
export class ItemReturned extends ReturnItem {
  @optional() @leftChecks() readonly checks?: readonly string[];
  @optional() @leftSerial() readonly serial?: string;
}

class NotedCheck {
  @streamId('end-use-check', 'the check of end use that names it', 'veritas-monitor.check-1') readonly check!: string;
  @organisation('the organisation that holds it as the check has it', 'estmark') readonly countedBy!: string;
  @optional()
  @word('the place of the check, if a policy scheduled it', 'estmark.north-depot')
  readonly place?: string;
}

export class NoteItemCheck extends NotedCheck {
  @optional()
  @streamId(
    'end-use-check',
    'the check that is cancelled, if access was not denied after all',
    'veritas-monitor.check-2',
  )
  readonly instead?: string;
  @optional()
  @day('the last day of the check, if a policy scheduled it', '2026-08-18')
  readonly due?: string;
}

/**
 * Where the check moves, if the item was transferred or moved before, and the serial alone if it
 * has ended, or another has seen it, and the check leaves it out; and the last day of its next
 * check, if that is another one with it: the decision adds them.
 */
export class ItemCheckNoted extends NotedCheck {
  @optional()
  @streamId('third-party-transfer', 'the transfer that moved the item', 'estmark.transfer-1')
  readonly transfer?: string;
  @optional() @on('the transfer', '2026-05-25') readonly on?: string;
  @optional() @organisation('the organisation that holds the item', 'vestra') readonly to?: string;
  @optional() @site('the store that holds the item, if it is known') readonly site?: string;
  @optional() @word('the serial number, if the check moves or leaves it out', 'TS-0001') readonly serial?: string;
  @optional() @checkBy('2027-05-21') readonly checkBy?: string;
}

export class RecordItemCheck {
  @streamId('end-use-check', 'the check in which it was seen', 'veritas-monitor.check-1') readonly check!: string;
  @on('the check', '2026-05-21') readonly on!: string;
}

/**
 * The last day of the next check follows from the item's type; other open checks that name the item
 * leave it out: the decision adds these.
 */
export class ItemChecked extends RecordItemCheck {
  @checkBy('2027-05-21') readonly checkBy!: string;
  @optional() @leftChecks() readonly checks?: readonly string[];
  @optional() @leftSerial() readonly serial?: string;
}

export class RecordUnseenItem {
  @streamId('end-use-check', 'the check that did not see it', 'veritas-monitor.check-1') readonly check!: string;
  @on('the check', '2026-05-21') readonly on!: string;
}

/** The last day for the report of its loss, and who reports: the decision adds both. */
export class ItemNotSeen extends RecordUnseenItem {
  @day('the last day for the report of its loss', '2026-06-21') readonly reportBy!: string;
  @organisation('the organisation that holds it, and reports', 'estmark') readonly holder!: string;
}

/** The day of the newest check that has seen it. */
export class ItemSeenAgain {
  @on('the check', '2026-05-28') readonly on!: string;
}

export class CorrectItemCheck {
  @streamId('end-use-check', 'the check whose visit was corrected', 'veritas-monitor.check-1') readonly check!: string;
  @optional() @day('the right day on which it saw the item; none if it did not', '2026-05-20') readonly on?: string;
}

/**
 * The last check that has seen the item, and the last day of the next. If none has seen it since
 * another check had left it out for that, a policy schedules it again. If it was seen after all,
 * or on another day, other checks leave it out, as of that day: the decision adds these.
 */
export class ItemCheckCorrected extends CorrectItemCheck {
  @optional()
  @day('the day of the last check that has seen it; none if none has', '2026-05-20')
  readonly checkedOn?: string;
  @optional()
  @day('the last day of the next check; none if it is not on the schedule', '2027-05-20')
  readonly checkBy?: string;
  @optional()
  @nested(() => ScheduleEndUseCheck, 'the check in place of one that had left it out: a policy schedules it')
  readonly next?: ScheduleEndUseCheck;
  @optional() @leftChecks() readonly checks?: readonly string[];
  @optional() @leftSerial() readonly serial?: string;
}

export class DetectUnauthorisedTransfer {
  @on('the discovery', '2026-05-28') readonly on!: string;
  @code('the code of the place where it was found', 'east-market') readonly place!: string;
  @optional() @organisation('the organisation that had it, if it is known', 'vestra') readonly with?: string;
}

/**
 * What it concerns, and the last day of the notice to the legislature, which is due at once: the
 * decision adds them.
 */
export class UnauthorisedTransferDetected extends DetectUnauthorisedTransfer {
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @holder() readonly holder!: string;
  @code("the donor's word for the type of the item", 'thermal-sight') readonly item!: string;
  @optional() @streamId('programme', 'the programme of the case') readonly programme?: string;
  @optional() @streamId('assistance-case', 'the case under which it was delivered') readonly case?: string;
  @day('the last day of the notice to the legislature', '2026-05-28') readonly notifyBy!: string;
  @optional() @eventId('the event of the loss report that it ends') readonly report?: string;
}

/** It was recorded wrongly: each field here replaces what was recorded. */
export class CorrectUnauthorisedTransfer {
  @eventId('the detection that was wrong') readonly corrects!: string;
  @reason('mistyped') readonly reason!: string;
  @optional() @on('the discovery', '2026-05-27') readonly on?: string;
  @optional() @code('the code of the right place', 'west-market') readonly place?: string;
  @optional() @organisation('the organisation that had it', 'ostra') readonly with?: string;
}

export class WithdrawUnauthorisedTransfer {
  @eventId('the detection that was a mistake') readonly corrects!: string;
  @reason('another-item-meant') readonly reason!: string;
}

/**
 * What the item is all the time, its store, and the report of its loss that waits for its
 * verification again: the decision adds them.
 */
export class UnauthorisedTransferWithdrawn extends WithdrawUnauthorisedTransfer {
  @oneOf(['held', 'reported', ...ENDS, 'disposed'], 'what the item is') readonly as!:
    'held' | 'reported' | VerifiedEnd | 'disposed';
  @optional() @site('the store that holds it, if one does') readonly site?: string;
  @optional() @eventId('the event of the loss report that is open again') readonly report?: string;
  @optional() @day('the last day for its verification, if it is open again', '2026-06-21') readonly verifyBy?: string;
}

export class NotifyLegislatureOfTransfer {
  @on('the notice', '2026-05-29') readonly on!: string;
  @code('the code of the authority that gives it', 'head-of-government') readonly authority!: string;
}

export class ItemStepBecameOverdue {
  @oneOf(ITEM_STEPS, 'what was not done') readonly step!: ItemStep;
  @day('the last day for the step, which has passed', '2026-06-21') readonly due!: string;
}

/**
 * One item of a designated type, by its serial: who holds it and where, and what became of it. The
 * id is the donor, a dot, the type's word, a dot, and the serial in lower case.
 */
export const itemContract = contract({
  kind: 'item',
  about: 'one item that is monitored by its serial: its whole chain of custody, losses and their verification',
  commands: {
    RegisterSerial: command('register', RegisterSerial, ['donor', 'system'], 'Register a serial before its shipment'),
    WithdrawRegistration: command('withdraw', ItemReason, ['donor', 'system'], 'Take a registration back'),
    RecordItemReceipt: command('receive', RecordItemReceipt, ['recipient', 'system'], 'Record the receipt of an item'),
    CorrectItemReceipt: command('correct-receipt', CorrectItemReceipt, 'holder', 'Correct the day or store of receipt'),
    WithdrawItemReceipt: command('withdraw-receipt', ItemReason, ['holder', 'system'], 'Take a receipt back'),
    MoveItem: command('move', MoveItem, 'holder', 'Record the move to another store of the holder'),
    ReportItemLost: command('report-lost', ReportItemLoss, 'holder', 'Report an item as lost'),
    ReportItemDestroyed: command('report-destroyed', ReportItemLoss, 'holder', 'Report an item as destroyed'),
    ReportItemExpended: command('report-expended', ReportItemLoss, 'holder', 'Report an item as expended', {
      on: '2026-05-22',
      cause: 'used-in-training',
    }),
    VerifyLossReport: command('verify-loss', VerifyLossReport, 'monitor', 'Verify what the holder reported'),
    RejectLossReport: command('reject-loss', ItemReason, 'monitor', 'Reject what the holder reported', {
      reason: 'item-found',
    }),
    CorrectLossReport: command(
      'correct-loss',
      CorrectLossReport,
      'holder',
      'Correct the day or cause of a loss report',
    ),
    WithdrawLossReport: command(
      'withdraw-loss',
      WithdrawLossReport,
      'holder',
      'Take back a loss report that was recorded by mistake and waits for its verification',
    ),
    RecoverItem: command('recover', RecoverItem, ['holder', 'monitor'], 'Record that the item is in its store again'),
    ReportServiceability: command(
      'report-serviceability',
      ReportServiceability,
      ['holder', 'monitor'],
      'Report how well the item serves its purpose',
    ),
    TransferItem: command('transfer', TransferItem, ['holder', 'system'], 'Record a transfer with consent'),
    DisposeItem: command('dispose', DisposeItem, ['holder', 'system'], 'Record a disposal with consent'),
    ReturnItem: command('return', ReturnItem, 'donor', 'Record the return of an item to the donor'),
    NoteItemCheck: command('note-check', NoteItemCheck, 'system', 'Note a check of end use that names the item'),
    RecordItemCheck: command('record-check', RecordItemCheck, 'system', 'Record that a check has seen the item'),
    RecordUnseenItem: command('record-unseen', RecordUnseenItem, 'system', 'Record that a check did not see the item'),
    CorrectItemCheck: command(
      'correct-check',
      CorrectItemCheck,
      'system',
      'Record that a check did not see the item, or on another day',
    ),
    DetectUnauthorisedTransfer: command(
      'detect-unauthorised-transfer',
      DetectUnauthorisedTransfer,
      ['donor', 'monitor'],
      'Record that the item was found elsewhere without consent',
    ),
    CorrectUnauthorisedTransfer: command(
      'correct-unauthorised-transfer',
      CorrectUnauthorisedTransfer,
      ['donor', 'monitor'],
      'Correct the day or place of the discovery, or who had the item; the report of the misuse case is corrected there',
    ),
    WithdrawUnauthorisedTransfer: command(
      'withdraw-unauthorised-transfer',
      WithdrawUnauthorisedTransfer,
      ['donor', 'monitor'],
      'Take back what was recorded by mistake; the misuse case that it flagged is kept, and its intake declines it',
    ),
    NotifyLegislatureOfTransfer: command(
      'notify-legislature',
      NotifyLegislatureOfTransfer,
      'donor',
      'Record the notice of an unauthorised transfer',
    ),
    RecordOverdueItemStep: command(
      'record-overdue-step',
      ItemStepBecameOverdue,
      'system',
      'Record that a last day passed',
    ),
  },
  events: {
    SerialRegistered: event(RegisterSerial, 'The serial was registered', { opens: 'the item' }),
    RegistrationWithdrawn: event(RegistrationWithdrawn, 'The registration was taken back', {
      closes: ['SerialRegistered'],
    }),
    ItemReceived: event(ItemReceived, 'The item was received in a store', { opens: 'the duty to count the item' }),
    ItemReceiptCorrected: fact(ItemReceiptCorrected, 'The day or store of receipt was corrected'),
    ItemReceiptWithdrawn: event(ItemReceiptWithdrawn, 'The receipt was taken back', { closes: ['ItemReceived'] }),
    ItemMoved: fact(ItemMoved, 'The item was moved to another store'),
    ItemReportedLost: event(ItemLossReported, 'The holder reported the item as lost', {
      opens: 'the report',
      closes: ['ItemNotSeen'],
    }),
    ItemReportedDestroyed: event(ItemLossReported, 'The holder reported the item as destroyed', {
      opens: 'the report',
      closes: ['ItemNotSeen'],
    }),
    ItemReportedExpended: event(ItemLossReported, 'The holder reported the item as expended', {
      opens: 'the report',
      closes: ['ItemNotSeen'],
    }),
    LossReportVerified: event(LossReportVerified, 'A monitor verified the report', {
      closes: ['SerialRegistered', 'ItemReceived', 'ItemReportedLost', 'ItemReportedDestroyed', 'ItemReportedExpended'],
    }),
    LossReportRejected: event(LossReportRejected, 'A monitor rejected the report', {
      closes: ['ItemReportedLost', 'ItemReportedDestroyed', 'ItemReportedExpended'],
    }),
    LossReportCorrected: fact(CorrectLossReport, 'The day or cause of a loss report was corrected'),
    LossReportWithdrawn: event(WithdrawLossReport, 'The loss report was a mistake: the item is held', {
      closes: ['ItemReportedLost', 'ItemReportedDestroyed', 'ItemReportedExpended'],
    }),
    ItemRecovered: event(ItemRecovered, 'The item is in a store of its holder again', { closes: ['ItemReportedLost'] }),
    ServiceabilityReported: fact(ReportServiceability, 'It was reported how well the item serves its purpose'),
    ItemTransferred: fact(ItemTransferred, 'Another organisation has the duty to count the item, or another use'),
    ItemDisposed: event(ItemDisposed, 'The item was disposed of', { closes: ['SerialRegistered', 'ItemReceived'] }),
    ItemReturned: event(ItemReturned, 'The item was returned to the donor', {
      closes: ['SerialRegistered', 'ItemReceived'],
    }),
    ItemCheckNoted: fact(ItemCheckNoted, 'A check of end use names the item'),
    ItemChecked: fact(ItemChecked, 'A check has seen the item'),
    ItemNotSeen: event(ItemNotSeen, 'A check did not see the item, and its loss is to be reported', {
      opens: 'the duty to report its loss',
    }),
    ItemSeenAgain: event(ItemSeenAgain, 'A check has seen an item that another had not seen', {
      closes: ['ItemNotSeen'],
    }),
    ItemCheckCorrected: fact(ItemCheckCorrected, 'A check did not see the item, or on another day'),
    UnauthorisedTransferDetected: event(UnauthorisedTransferDetected, 'The item was found elsewhere without consent', {
      opens: 'the notice that is due',
    }),
    UnauthorisedTransferCorrected: fact(
      CorrectUnauthorisedTransfer,
      'The day or place of the discovery, or who had the item, was corrected',
    ),
    UnauthorisedTransferWithdrawn: event(
      UnauthorisedTransferWithdrawn,
      'The item was not found elsewhere: that was a mistake',
      { closes: ['UnauthorisedTransferDetected'] },
    ),
    LegislatureNotifiedOfTransfer: event(NotifyLegislatureOfTransfer, 'The legislature was notified of the transfer', {
      closes: ['UnauthorisedTransferDetected'],
    }),
    ItemStepBecameOverdue: fact(ItemStepBecameOverdue, 'A step was not done by its last day'),
  },
});

export type ItemCommand = CommandOf<typeof itemContract>;
export type ItemEvent = EventOf<typeof itemContract>;
export type ItemRelation = RelationOf<typeof itemContract>;
