import { PROMISES, type PromiseFact } from './promises.js';
import {
  code,
  day,
  eventId,
  integer,
  nested,
  nestedList,
  oneOf,
  optional,
  organisation,
  streamId,
  word,
  words,
} from './fields.js';
import { ScheduleEndUseCheck } from './end-use-check.js';
import { ENDS, type VerifiedEnd } from './item.js';
import { type CommandOf, type EventOf, command, contract, event, fact } from './contract.js';

/**
 * The four facts of a delivery: `origin` shipped, `hub` arrived at a hub, `title` title
 * transferred, `receipt` confirmed by the recipient. They come in any order; every figure names the
 * fact that it counts.
 */
export const DELIVERY_POINTS = ['origin', 'hub', 'title', 'receipt'] as const;
/** One of {@link DELIVERY_POINTS}. */
export type DeliveryPoint = (typeof DELIVERY_POINTS)[number];

const MAX_QUANTITY = Number.MAX_SAFE_INTEGER;
const quantity = (description: string, example: number, min = 1) =>
  integer(`${description}, in the unit of the case's line`, example, min, MAX_QUANTITY);
const line = () => word("the name of the case's line", '001');
const carrier = () => code("the carrier's code", 'norland-airlift');
const corrects = () => eventId('the event that was wrong');
const reason = (example: string) => code('the code of the reason', example);
const discrepancy = () => word("the discrepancy report's name in this consignment", 'sdr-1');

/** A quantity of a line of the case. */
export class ConsignedLine {
  @line() readonly line!: string;
  @quantity('the quantity scheduled', 100) readonly quantity!: number;
}

export class ScheduleDelivery {
  @streamId('assistance-case', 'the case under which it is delivered') readonly case!: string;
  @nestedList(() => ConsignedLine, 'what is delivered of which lines', 50, 1) readonly lines!: readonly ConsignedLine[];
  @day('the day promised', '2026-05-15') readonly due!: string;
  @optional() @carrier() readonly carrier?: string;
  @optional()
  @streamId('security-unit', 'the unit that it is for, if that is known', 'estmark.brigade-1')
  readonly unit?: string;
}

/**
 * Programme, donor, recipient, the day of the request and the basis are those of the case: the
 * decision adds them.
 */
export class DeliveryScheduled extends ScheduleDelivery {
  @optional() @streamId('programme', 'the programme of the case') readonly programme?: string;
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @optional() @day('the day on which the case was requested', '2026-03-02') readonly requestedOn?: string;
  @optional()
  @oneOf(['reported'], 'given if the case repeats what another system decided')
  readonly basis?: 'reported';
}

export class RescheduleDelivery {
  @day('the day planned instead', '2026-05-22') readonly due!: string;
  @code('the code of the cause', 'late-export-licence') readonly cause!: string;
}

export class DeliveryBecameOverdue {
  @day('the planned day, which has passed', '2026-05-22') readonly due!: string;
}

export class ShipConsignment {
  @day('the day of shipment', '2026-05-11') readonly on!: string;
  @optional() @carrier() readonly carrier?: string;
  @optional()
  @streamId(
    'security-unit',
    'the unit that it is for; if left out, the one planned; none if that is not known yet',
    'estmark.brigade-1',
  )
  readonly unit?: string;
}

export class RecordArrivalAtHub {
  @day('the day of arrival', '2026-05-13') readonly on!: string;
  @code('the code of the hub', 'estmark-air-base') readonly hub!: string;
}

export class TransferTitle {
  @day('the day on which title passed', '2026-05-11') readonly on!: string;
  @code('the code of the place where title passed', 'port-of-exit') readonly point!: string;
}

const itsCase = () => streamId('assistance-case', 'the case of which it may count as delivered');

/** What may follow names the case: the decision adds it, unless another system recorded it. */
export class ConsignmentShipped extends ShipConsignment {
  @optional() @itsCase() readonly case?: string;
}

export class ConsignmentArrivedAtHub extends RecordArrivalAtHub {
  @optional() @itsCase() readonly case?: string;
}

export class TitleTransferred extends TransferTitle {
  @optional() @itsCase() readonly case?: string;
}

const site = () => streamId('storage-site', 'the store that received them', 'estmark.north-depot');
/** The most serials of a list: each has a separate stream if its type is designated. */
const MAX_SERIALS = 5000;
const itemWord = () => code("the donor's word for the type of the items, as the line has it", 'thermal-sight');

export class RegisterSerials {
  @line() readonly line!: string;
  @words('the serial numbers', ['TS-0001', 'TS-0002'], MAX_SERIALS, 1) readonly serials!: readonly string[];
}

/** To what they belong: the decision adds it. */
export class SerialsRegistered extends RegisterSerials {
  @itemWord() readonly item!: string;
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @streamId('assistance-case', 'the case under which they are delivered') readonly case!: string;
  @optional() @streamId('programme', 'the programme of the case') readonly programme?: string;
}

export class CorrectSerials {
  @corrects() readonly corrects!: string;
  @line() readonly line!: string;
  @words('serial numbers that were left out', ['TS-0003'], MAX_SERIALS) readonly serialsAdded!: readonly string[];
  @words('serial numbers that were mistyped', ['TS-0002'], MAX_SERIALS) readonly serialsRemoved!: readonly string[];
  @reason('mistyped-serial') readonly reason!: string;
}

export class SerialsCorrected extends CorrectSerials {
  @itemWord() readonly item!: string;
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @streamId('assistance-case', 'the case under which they are delivered') readonly case!: string;
  @optional() @streamId('programme', 'the programme of the case') readonly programme?: string;
}

/** A line whose items are monitored by their serials. */
export class MonitoredLine {
  @line() readonly line!: string;
  @itemWord() readonly item!: string;
}

/** Serials of a type whose items are monitored by them. */
export class MonitoredSerials {
  @itemWord() readonly item!: string;
  @words('the serial numbers', ['TS-0001'], MAX_SERIALS) readonly serials!: readonly string[];
}

/** What the recipient counted of one line: by serials if the item has them, else by lots. */
export class ConfirmedLine {
  @line() readonly line!: string;
  @quantity('the quantity received', 100, 0) readonly quantity!: number;
  @optional()
  @words('the serial numbers received', ['NV-0001', 'NV-0002'], MAX_SERIALS)
  readonly serials?: readonly string[];
  @optional() @words('the lots received', ['LOT-7'], 200) readonly lots?: readonly string[];
}

export class ConfirmReceipt {
  @day('the day of receipt', '2026-05-20') readonly on!: string;
  @nestedList(() => ConfirmedLine, 'what was received of which lines', 50, 1) readonly lines!: readonly ConfirmedLine[];
  @optional() @site() readonly store?: string;
}

/**
 * The lines whose items are monitored, and their donor, and the first checks of the other lines:
 * the decision adds them.
 */
export class ReceiptConfirmed extends ConfirmReceipt {
  @optional() @itsCase() readonly case?: string;
  @optional() @organisation('the donor of the monitored items') readonly donor?: string;
  @optional()
  @nestedList(() => MonitoredLine, 'the lines whose items are monitored by their serials', 50)
  readonly monitored?: readonly MonitoredLine[];
  @optional()
  @nestedList(() => ScheduleEndUseCheck, 'the first check of each other type of items: a policy schedules it', 50)
  readonly checks?: readonly ScheduleEndUseCheck[];
}

/** A receipt is corrected one line at a time; its store is that of all lines. */
export class CorrectReceipt {
  @corrects() readonly corrects!: string;
  @line() readonly line!: string;
  @quantity('the difference; 0 if only serials or the store were wrong', -2, -MAX_QUANTITY)
  readonly quantityBy!: number;
  @optional() @words('serial numbers that were left out', []) readonly serialsAdded?: readonly string[];
  @optional()
  @words('serial numbers that were listed wrongly', ['NV-0002'])
  readonly serialsRemoved?: readonly string[];
  @optional() @site() readonly store?: string;
  @reason('miscounted') readonly reason!: string;
}

/** The items of one type that a receipt brings, and of which a sample is checked. */
export class SampledItems {
  @itemWord() readonly item!: string;
  @quantity('what is left of all lines of the type; below zero if more was transferred', 98, -MAX_QUANTITY)
  readonly quantity!: number;
  @optional()
  @eventId('the event that brought them back, if all had been transferred: it names their check')
  readonly broughtBy?: string;
}

/**
 * Of a line whose items are monitored: to what the serials belong. Of another: what the check of a
 * sample expects from then on, or the first check if there is none yet; and the types of which the
 * first check follows to another store. The decision adds it.
 */
export class ReceiptCorrected extends CorrectReceipt {
  @optional() @itsCase() readonly case?: string;
  @optional() @nested(() => SampledItems, 'what the first check expects from then on') readonly sampled?: SampledItems;
  @optional()
  @nested(() => ScheduleEndUseCheck, 'the first check, if the receipt brought none of the type: a policy schedules it')
  readonly check?: ScheduleEndUseCheck;

  @optional() @organisation('the donor of the monitored items') readonly donor?: string;
  @optional() @itemWord() readonly item?: string;
  @optional() @day('the day of receipt', '2026-05-20') readonly on?: string;
  @optional()
  @words('the types of items of which the first check follows to the store', ['field-kitchen'], 50)
  readonly stored?: readonly string[];
}

export class CorrectDate {
  @corrects() readonly corrects!: string;
  @day('the right day', '2026-05-19') readonly on!: string;
  @reason('wrong-day') readonly reason!: string;
}

export class CorrectShipment {
  @corrects() readonly corrects!: string;
  @streamId('security-unit', 'the unit that the shipment was for', 'estmark.brigade-1') readonly unit!: string;
  @reason('wrong-unit') readonly reason!: string;
}

/**
 * The first check of items that are not monitored by their serials, and its day after a correction.
 */
export class MovedCheck {
  @itemWord() readonly item!: string;
  @day('the last day for the check', '2026-08-17') readonly due!: string;
}

/**
 * The fact is that of the corrected event, and the case may count it: the decision adds both; of a
 * promise the day planned now, if that is the day corrected.
 */
export class DateCorrected extends CorrectDate {
  @optional() @itsCase() readonly case?: string;
  @oneOf([...DELIVERY_POINTS, ...PROMISES], 'the fact or promise of which the day is corrected', 'receipt')
  readonly fact!: DeliveryPoint | PromiseFact;
  @optional() @day('of a promise: the day planned now, if that is corrected', '2026-05-19') readonly due?: string;
  @optional() @organisation('the donor, only if monitored items were received') readonly donor?: string;
  @optional() @site() readonly store?: string;
  @optional()
  @nestedList(() => MonitoredSerials, 'the monitored items, only if some were received', 50)
  readonly monitored?: readonly MonitoredSerials[];
  @optional()
  @nestedList(() => MovedCheck, 'of a receipt: the first checks that move with it', 50)
  readonly checks?: readonly MovedCheck[];
}

/** A transfer that was carried out took goods without monitored serials. */
export class TransferReceivedGoods {
  @streamId('third-party-transfer', 'the transfer that was carried out', 'estmark.transfer-7')
  readonly transfer!: string;
  @day('the day of the transfer', '2026-05-25') readonly on!: string;
  @code("the donor's word for the type of the goods, as the line has it", 'field-kitchen') readonly item!: string;
  @quantity('the quantity that was transferred', 2) readonly quantity!: number;
  @organisation('the organisation that held them before', 'estmark') readonly from!: string;
  @optional()
  @organisation('the organisation that holds them from then on; none after a disposal', 'vestra')
  readonly to?: string;
  @optional() @streamId('storage-site', 'the store that received them', 'vestra.central-depot') readonly store?: string;
}

/**
 * What is left, what the new holder has now, and the checks that expect it (R11): the decision adds
 * them. A check that is scheduled after an event is named by that event.
 */
export class ReceivedGoodsTransferred extends TransferReceivedGoods {
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @quantity('what is left with the organisation that held them; below zero if it had less', 96, -MAX_QUANTITY)
  readonly left!: number;
  @eventId('the event that brought the goods to that organisation') readonly broughtBy!: string;
  @optional() @quantity('what the new holder has from then on', 2, -MAX_QUANTITY) readonly held?: number;
  @optional() @eventId('the event that brought the new holder what it had before') readonly joins?: string;
  @optional()
  @nested(() => ScheduleEndUseCheck, 'the first check at the new holder, if it had none of them: a policy schedules it')
  readonly check?: ScheduleEndUseCheck;
}

const loss = () => word("the loss report's name in this consignment", 'loss-1');
const lostGoods = () => code("the donor's word for the type of the goods, as the line has it", 'field-kitchen');
const endOf = () => oneOf(ENDS, 'what became of them');
const lossHolder = () => organisation('the organisation that holds the goods and reported their loss', 'estmark');

/** Goods that are not monitored by serials were lost, destroyed or expended. */
export class ReportGoodsLoss {
  @loss() readonly loss!: string;
  @lostGoods() readonly item!: string;
  @quantity('the quantity lost, destroyed or expended', 1) readonly quantity!: number;
  @endOf() readonly as!: VerifiedEnd;
  @day('the day of the loss, or of its discovery', '2026-05-26') readonly on!: string;
  @code('the code of the cause', 'used-in-training') readonly cause!: string;
}

/** Who holds them, and the last day of the verification: the decision adds both. */
export class GoodsLossReported extends ReportGoodsLoss {
  @lossHolder() readonly holder!: string;
  @day('the last day for its verification', '2026-06-25') readonly verifyBy!: string;
}

export class VerifyGoodsLoss {
  @loss() readonly loss!: string;
  @code('the code of how it was verified', 'range-record-seen') readonly method!: string;
}

/** What was lost, and what is left: the decision adds it. */
export class GoodsLossVerified extends VerifyGoodsLoss {
  @lostGoods() readonly item!: string;
  @quantity('the quantity lost, destroyed or expended', 1) readonly quantity!: number;
  @endOf() readonly as!: VerifiedEnd;
  @lossHolder() readonly holder!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @quantity('what is left with the holder', 97, 0) readonly left!: number;
  @eventId('the event that brought the goods to the holder: it names their check') readonly broughtBy!: string;
}

export class RejectGoodsLoss {
  @loss() readonly loss!: string;
  @reason('goods-found') readonly reason!: string;
}

/** The given fields replace those of the report. */
export class CorrectGoodsLoss {
  @corrects() readonly corrects!: string;
  @loss() readonly loss!: string;
  @reason('miscounted') readonly reason!: string;
  @optional() @quantity('the right quantity', 2) readonly quantity?: number;
  @optional() @endOf() readonly as?: VerifiedEnd;
  @optional() @day('the right day of the loss, or of its discovery', '2026-05-25') readonly on?: string;
  @optional() @code('the code of the right cause', 'fire') readonly cause?: string;
}

export class WithdrawGoodsLoss {
  @corrects() readonly corrects!: string;
  @loss() readonly loss!: string;
  @reason('goods-found') readonly reason!: string;
}

export class GoodsLossBecameOverdue {
  @loss() readonly loss!: string;
  @day('the last day for its verification, which has passed', '2026-06-25') readonly due!: string;
}

export class ReportDiscrepancy {
  @discrepancy() readonly discrepancy!: string;
  @line() readonly line!: string;
  @code(
    'the code of what is wrong: shortage, if less came than was scheduled; surplus or overage, if more did; or another, such as damaged',
    'shortage',
  )
  readonly type!: string;
  @quantity('the quantity concerned', 2) readonly quantity!: number;
}

/** What a report stated wrongly: each field here replaces it. */
export class CorrectDiscrepancy {
  @corrects() readonly corrects!: string;
  @discrepancy() readonly discrepancy!: string;
  @reason('miscounted') readonly reason!: string;
  @optional() @line() readonly line?: string;
  @optional() @code('the right code of what is wrong', 'damaged') readonly type?: string;
  @optional() @quantity('the right quantity concerned', 3) readonly quantity?: number;
}

export class ResolveDiscrepancy {
  @discrepancy() readonly discrepancy!: string;
  @code('the code of the outcome', 'replaced') readonly outcome!: string;
}

export class ConsignmentReason {
  @reason('clearance-suspended') readonly reason!: string;
}

/** A policy holds and releases it by the clearance of its unit: the decision adds the unit. */
export class ShipmentHeld extends ConsignmentReason {
  @optional()
  @streamId('security-unit', 'the unit whose clearance it waits for, if that is why', 'estmark.brigade-1')
  readonly unit?: string;
}

export class ConsignmentCancelled extends ConsignmentReason {
  @optional() @itsCase() readonly case?: string;
}

/**
 * A consignment: one delivery under a case. The recipient records what it received; the donor or an
 * implementer records the rest.
 */
export const consignmentContract = contract({
  kind: 'consignment',
  about: 'one delivery under a case: its plan, and its facts in whatever order they come',
  commands: {
    ScheduleDelivery: command('schedule', ScheduleDelivery, 'deliverer', 'Schedule a delivery of lines of a case'),
    RescheduleDelivery: command('reschedule', RescheduleDelivery, 'deliverer', 'Plan another day, with its cause'),
    RecordOverdueDelivery: command(
      'record-overdue',
      DeliveryBecameOverdue,
      'system',
      'Record that its last day passed',
    ),
    RegisterSerials: command('register-serials', RegisterSerials, 'deliverer', 'Register the serials of a line'),
    CorrectSerials: command('correct-serials', CorrectSerials, 'deliverer', 'Correct the serials of a line'),
    ShipConsignment: command('ship', ShipConsignment, 'deliverer', 'Record the shipment'),
    RecordArrivalAtHub: command('arrive-at-hub', RecordArrivalAtHub, 'deliverer', 'Record the arrival at a hub'),
    TransferTitle: command('transfer-title', TransferTitle, 'deliverer', 'Record where and when title passed'),
    ConfirmReceipt: command('confirm-receipt', ConfirmReceipt, 'recipient', 'Confirm what was received', {
      on: '2026-05-20',
      lines: [{ line: '001', quantity: 100, serials: ['NV-0001', 'NV-0002'] }],
    }),
    CorrectReceipt: command(
      'correct-receipt',
      CorrectReceipt,
      'recipient',
      'Correct a line of the receipt, or the store of a receipt without monitored items',
    ),
    CorrectDate: command(
      'correct-date',
      CorrectDate,
      ['deliverer', 'recipient'],
      'Correct the day of a fact or a promise',
    ),
    CorrectShipment: command('correct-shipment', CorrectShipment, 'deliverer', 'Correct the unit of a shipment'),
    TransferReceivedGoods: command(
      'transfer-goods',
      TransferReceivedGoods,
      'system',
      'Record what a transfer took of goods that are not monitored by serials',
    ),
    ReportGoodsLoss: command(
      'report-loss',
      ReportGoodsLoss,
      'holder',
      'Report a loss, destruction or expenditure of goods that are not monitored by serials',
    ),
    VerifyGoodsLoss: command('verify-loss', VerifyGoodsLoss, 'monitor', 'Verify what the holder of goods reported'),
    RejectGoodsLoss: command('reject-loss', RejectGoodsLoss, 'monitor', 'Reject what the holder of goods reported'),
    CorrectGoodsLoss: command(
      'correct-loss',
      CorrectGoodsLoss,
      'holder',
      'Correct the quantity, kind, day or cause of a loss report',
    ),
    WithdrawGoodsLoss: command(
      'withdraw-loss',
      WithdrawGoodsLoss,
      'holder',
      'Take back a loss report that was recorded by mistake and waits for its verification',
    ),
    RecordOverdueGoodsLoss: command(
      'record-overdue-loss',
      GoodsLossBecameOverdue,
      'system',
      'Record that the last day of a verification passed',
    ),
    ReportDiscrepancy: command('report-discrepancy', ReportDiscrepancy, 'recipient', 'File a discrepancy report'),
    CorrectDiscrepancy: command(
      'correct-discrepancy',
      CorrectDiscrepancy,
      'recipient',
      'Correct the line, the type or the quantity of a discrepancy report',
      {
        corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1',
        discrepancy: 'sdr-1',
        reason: 'miscounted',
        quantity: 1,
      },
    ),
    ResolveDiscrepancy: command('resolve-discrepancy', ResolveDiscrepancy, 'deliverer', 'Answer a discrepancy report'),
    HoldShipment: command('hold', ConsignmentReason, ['deliverer', 'system'], 'Hold the shipment before it leaves'),
    ReleaseShipment: command('release', ConsignmentReason, ['donor', 'system'], 'Release a held shipment'),
    CancelConsignment: command('cancel', ConsignmentReason, 'donor', 'Cancel before any point is reached'),
  },
  events: {
    DeliveryScheduled: event(DeliveryScheduled, 'A delivery was scheduled', { opens: 'the delivery' }),
    DeliveryRescheduled: fact(RescheduleDelivery, 'The plan moved to another day'),
    DeliveryBecameOverdue: fact(DeliveryBecameOverdue, 'The planned day passed without a receipt'),
    SerialsRegistered: fact(SerialsRegistered, 'Serials of a line were registered'),
    SerialsCorrected: fact(SerialsCorrected, 'Serials of a line were corrected'),
    ConsignmentShipped: event(ConsignmentShipped, 'The consignment left its origin', { opens: 'the transport' }),
    ConsignmentArrivedAtHub: fact(ConsignmentArrivedAtHub, 'The consignment arrived at a hub'),
    TitleTransferred: fact(TitleTransferred, 'Title passed to the recipient'),
    ReceiptConfirmed: event(ReceiptConfirmed, 'The recipient confirmed what it received', {
      closes: ['DeliveryScheduled', 'ConsignmentShipped'],
    }),
    ReceiptCorrected: fact(ReceiptCorrected, 'A line of the receipt was corrected'),
    ShipmentCorrected: fact(CorrectShipment, 'The unit of a shipment was corrected'),
    DateCorrected: fact(DateCorrected, 'The day of a fact was corrected'),
    ReceivedGoodsTransferred: fact(ReceivedGoodsTransferred, 'A part of what was received has another holder'),
    GoodsLossReported: event(GoodsLossReported, 'The holder of goods reported their loss', { opens: 'the report' }),
    GoodsLossVerified: event(GoodsLossVerified, 'A monitor verified the loss of goods', {
      closes: ['GoodsLossReported'],
    }),
    GoodsLossRejected: event(RejectGoodsLoss, 'A monitor rejected the report of a loss of goods', {
      closes: ['GoodsLossReported'],
    }),
    GoodsLossCorrected: fact(CorrectGoodsLoss, 'The quantity, kind, day or cause of a loss report was corrected'),
    GoodsLossWithdrawn: event(WithdrawGoodsLoss, 'The loss report was a mistake: the goods are held', {
      closes: ['GoodsLossReported'],
    }),
    GoodsLossBecameOverdue: fact(GoodsLossBecameOverdue, 'A loss of goods was not verified by its last day'),
    DiscrepancyReported: event(ReportDiscrepancy, 'A discrepancy was reported', { opens: 'the discrepancy' }),
    DiscrepancyCorrected: fact(CorrectDiscrepancy, 'A discrepancy report was corrected'),
    DiscrepancyResolved: event(ResolveDiscrepancy, 'A discrepancy was resolved', { closes: ['DiscrepancyReported'] }),
    ShipmentHeld: event(ShipmentHeld, 'The shipment was held', { opens: 'the hold of the shipment' }),
    ShipmentReleased: event(ShipmentHeld, 'The shipment was released', { closes: ['ShipmentHeld'] }),
    ConsignmentCancelled: event(ConsignmentCancelled, 'The consignment was cancelled', {
      closes: ['DeliveryScheduled'],
    }),
  },
});

export type ConsignmentCommand = CommandOf<typeof consignmentContract>;
export type ConsignmentEvent = EventOf<typeof consignmentContract>;
