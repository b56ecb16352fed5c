import type { DataOf } from '@entente/kernel';
import type { ConsignmentCommand, ConsignmentEvent, DeliveryPoint } from '@entente/domain';
import {
  code,
  day,
  eventId,
  integer,
  nestedList,
  oneOf,
  optional,
  organisation,
  streamId,
  word,
  words,
} from './fields.js';
import type { KindWire } from './wire.js';

type Body<Type extends ConsignmentCommand['type']> = DataOf<ConsignmentCommand, Type>;
type Data<Type extends ConsignmentEvent['type']> = DataOf<ConsignmentEvent, Type>;
const POINTS = ['origin', 'hub', 'title', 'receipt'] as const satisfies readonly DeliveryPoint[];
const MOST = Number.MAX_SAFE_INTEGER;
const quantity = (min: number) => integer(min, MOST, { description: "in the unit of the case's line" });

export class ScheduledLine {
  @word() line!: string;
  @quantity(1) quantity!: number;
}

export class ScheduleDelivery implements Body<'ScheduleDelivery'> {
  @streamId('assistance-case') case!: string;
  @nestedList(() => ScheduledLine, 50, 1) lines!: ScheduledLine[];
  @day() due!: string;
  @optional() @code() carrier?: string;
}

export class DeliveryScheduledData extends ScheduleDelivery implements Data<'DeliveryScheduled'> {
  @optional() @streamId('programme') programme?: string;
  @organisation() donor!: string;
  @organisation() recipient!: string;
}

export class RescheduleDelivery implements Body<'RescheduleDelivery'> {
  @day() due!: string;
  @code() cause!: string;
}

export class ShipConsignment implements Body<'ShipConsignment'> {
  @day() on!: string;
  @optional() @code() carrier?: string;
}

export class RecordArrivalAtHub implements Body<'RecordArrivalAtHub'> {
  @day() on!: string;
  @code() hub!: string;
}

export class TransferTitle implements Body<'TransferTitle'> {
  @day() on!: string;
  @code() point!: string;
}

export class ReceivedLineBody {
  @word() line!: string;
  @quantity(0) quantity!: number;
  @optional() @words(1000) serials?: string[];
  @optional() @words(200) lots?: string[];
}

export class ConfirmReceipt implements Body<'ConfirmReceipt'> {
  @day() on!: string;
  @nestedList(() => ReceivedLineBody, 50, 1) lines!: ReceivedLineBody[];
}

export class CorrectReceipt implements Body<'CorrectReceipt'> {
  @eventId() corrects!: string;
  @word() line!: string;
  @integer(-MOST, MOST, { description: 'the difference' }) quantityBy!: number;
  @optional() @words(1000) serialsAdded?: string[];
  @optional() @words(1000) serialsRemoved?: string[];
  @code() reason!: string;
}

export class CorrectDate implements Body<'CorrectDate'> {
  @eventId() corrects!: string;
  @day() on!: string;
  @code() reason!: string;
}

export class DateCorrectedData extends CorrectDate implements Data<'DateCorrected'> {
  @oneOf(...POINTS) fact!: DeliveryPoint;
}

export class ReportDiscrepancy implements Body<'ReportDiscrepancy'> {
  @word() discrepancy!: string;
  @word() line!: string;
  @code() type!: string;
  @quantity(1) quantity!: number;
}

export class ResolveDiscrepancy implements Body<'ResolveDiscrepancy'> {
  @word() discrepancy!: string;
  @code() outcome!: string;
}

export class ConsignmentReason implements Body<'HoldShipment'> {
  @code() reason!: string;
}

const event = '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1';

/** Consignments on the wire. */
export const consignmentWire: KindWire<ConsignmentCommand, ConsignmentEvent> = {
  kind: 'consignment',
  about: 'one delivery under a case: its plan, and its facts in whatever order they come',
  commands: {
    ScheduleDelivery: {
      path: 'schedule',
      body: ScheduleDelivery,
      summary: 'Schedule a delivery of lines of a case; its day is the first promise',
      example: {
        case: 'norland.case-1',
        lines: [{ line: '001', quantity: 100 }],
        due: '2026-05-15',
        carrier: 'norland-airlift',
      },
    },
    RescheduleDelivery: {
      path: 'reschedule',
      body: RescheduleDelivery,
      summary: 'Plan another day, with its cause',
      example: { due: '2026-05-22', cause: 'late-export-licence' },
    },
    ShipConsignment: {
      path: 'ship',
      body: ShipConsignment,
      summary: 'Record the shipment; refused while it is held or the programme is suspended',
      example: { on: '2026-05-11', carrier: 'norland-airlift' },
    },
    RecordArrivalAtHub: {
      path: 'arrive-at-hub',
      body: RecordArrivalAtHub,
      summary: 'Record the arrival at a hub',
      example: { on: '2026-05-13', hub: 'sudria-air-base' },
    },
    TransferTitle: {
      path: 'transfer-title',
      body: TransferTitle,
      summary: 'Record where and when title passed',
      example: { on: '2026-05-11', point: 'port-of-exit' },
    },
    ConfirmReceipt: {
      path: 'confirm-receipt',
      body: ConfirmReceipt,
      summary: 'Confirm what was received, by serials or lots, as its recipient',
      example: {
        on: '2026-05-20',
        lines: [{ line: '001', quantity: 100, serials: ['NV-0001', 'NV-0002'] }],
      },
    },
    CorrectReceipt: {
      path: 'correct-receipt',
      body: CorrectReceipt,
      summary: 'Correct a line of the receipt by the difference',
      example: { corrects: event, line: '001', quantityBy: -2, serialsRemoved: ['NV-0002'], reason: 'miscounted' },
    },
    CorrectDate: {
      path: 'correct-date',
      body: CorrectDate,
      summary: 'Correct the day of a recorded fact',
      example: { corrects: event, on: '2026-05-19', reason: 'wrong-day' },
    },
    ReportDiscrepancy: {
      path: 'report-discrepancy',
      body: ReportDiscrepancy,
      summary: 'File a supply discrepancy report',
      example: { discrepancy: 'sdr-1', line: '001', type: 'shortage', quantity: 2 },
    },
    ResolveDiscrepancy: {
      path: 'resolve-discrepancy',
      body: ResolveDiscrepancy,
      summary: 'Answer a discrepancy report',
      example: { discrepancy: 'sdr-1', outcome: 'replaced' },
    },
    HoldShipment: {
      path: 'hold',
      body: ConsignmentReason,
      summary: 'Hold the shipment before it leaves',
      example: { reason: 'clearance-suspended' },
    },
    ReleaseShipment: {
      path: 'release',
      body: ConsignmentReason,
      summary: 'Release a held shipment',
      example: { reason: 'clearance-restored' },
    },
    CancelConsignment: {
      path: 'cancel',
      body: ConsignmentReason,
      summary: 'Cancel a consignment that has reached no point yet',
      example: { reason: 'consolidated' },
    },
  },
  events: {
    DeliveryScheduled: { version: 1, data: DeliveryScheduledData, summary: 'A delivery was scheduled' },
    DeliveryRescheduled: { version: 1, data: RescheduleDelivery, summary: 'The plan moved to another day' },
    ConsignmentShipped: { version: 1, data: ShipConsignment, summary: 'The consignment left its origin' },
    ConsignmentArrivedAtHub: { version: 1, data: RecordArrivalAtHub, summary: 'The consignment arrived at a hub' },
    TitleTransferred: { version: 1, data: TransferTitle, summary: 'Title passed to the recipient' },
    ReceiptConfirmed: { version: 1, data: ConfirmReceipt, summary: 'The recipient confirmed what it received' },
    ReceiptCorrected: { version: 1, data: CorrectReceipt, summary: 'A line of the receipt was corrected' },
    DateCorrected: { version: 1, data: DateCorrectedData, summary: 'The day of a fact was corrected' },
    DiscrepancyReported: { version: 1, data: ReportDiscrepancy, summary: 'A discrepancy was reported' },
    DiscrepancyResolved: { version: 1, data: ResolveDiscrepancy, summary: 'A discrepancy was resolved' },
    ShipmentHeld: { version: 1, data: ConsignmentReason, summary: 'The shipment was held' },
    ShipmentReleased: { version: 1, data: ConsignmentReason, summary: 'The shipment was released' },
    ConsignmentCancelled: { version: 1, data: ConsignmentReason, summary: 'The consignment was cancelled' },
  },
};
