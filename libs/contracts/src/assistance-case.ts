import { IsIn } from 'class-validator';
import type { DataOf } from '@entente/kernel';
import type { AssistanceCaseCommand, AssistanceCaseEvent } from '@entente/domain';
import type { DeliveryPoint } from './consignment.js';
import {
  code,
  currency,
  day,
  eventId,
  integer,
  minorUnits,
  nested,
  nestedList,
  oneOf,
  optional,
  organisation,
  streamId,
  text,
  word,
  words,
} from './old-fields.js';
import type { KindWire } from './wire.js';

type Body<Type extends AssistanceCaseCommand['type']> = DataOf<AssistanceCaseCommand, Type>;
type Data<Type extends AssistanceCaseEvent['type']> = DataOf<AssistanceCaseEvent, Type>;
const POINTS = ['origin', 'hub', 'title', 'receipt'] as const satisfies readonly DeliveryPoint[];
const MOST = Number.MAX_SAFE_INTEGER;
const quantity = () => integer(1, MOST, { description: "in the line's unit" });
const difference = (of: string) => integer(-MOST, MOST, { description: `the difference, ${of}` });

export class AskedItem {
  @code() item!: string;
  @quantity() quantity!: number;
  @code() unit!: string;
}

export class RequestAssistance implements Body<'RequestAssistance'> {
  @organisation() donor!: string;
  @organisation() recipient!: string;
  @optional() @streamId('programme') programme?: string;
  @nestedList(() => AskedItem, 200, 1) asked!: AskedItem[];
  @optional() @text() letter?: string;
}

export class ReturnRequest implements Body<'ReturnRequest'> {
  @words(50, 1) missing!: string[];
}

export class SupplementRequest implements Body<'SupplementRequest'> {
  @words(50, 1) supplied!: string[];
}

export class AddCaseLine extends AskedItem implements Body<'AddCaseLine'> {
  @word() line!: string;
  @minorUnits(0) value!: number;
  @day() due!: string;
}

export class PrepareOffer implements Body<'PrepareOffer'> {
  @word() offer!: string;
  @words(200, 1) lines!: string[];
  @minorUnits() value!: number;
  @currency() currency!: string;
  @minorUnits(0) initialDeposit!: number;
  @day() validUntil!: string;
  @oneOf(...POINTS) deliveryPoint!: DeliveryPoint;
  @optional() @IsIn([15, 30]) @integer(15, 30, { enum: [15, 30] }) noticeDays?: 15 | 30;
}

export class OfferNamed implements Body<'MakeOffer'> {
  @word() offer!: string;
}

export class NotifyLegislatureOfOffer extends OfferNamed implements Body<'NotifyLegislatureOfOffer'> {
  @day() on!: string;
}

export class OfferNotified extends NotifyLegislatureOfOffer implements Data<'LegislatureNotifiedOfOffer'> {
  @day() until!: string;
}

export class OfferMadeData extends OfferNamed implements Data<'OfferMade'> {
  @day() validUntil!: string;
}

export class AcceptOffer extends OfferNamed implements Body<'AcceptOffer'> {
  @minorUnits() value!: number;
  @currency() currency!: string;
}

export class OfferLapsedData extends OfferNamed implements Data<'OfferLapsed'> {
  @day() on!: string;
}

export class ReceiveInitialDeposit implements Body<'ReceiveInitialDeposit'> {
  @minorUnits() amount!: number;
  @currency() currency!: string;
}

export class EmergencyException {
  @code() authority!: string;
  @code() reason!: string;
}

export class ImplementCase implements Body<'ImplementCase'> {
  @optional() @nested(() => EmergencyException) emergency?: EmergencyException;
}

export class CaseImplementedData extends ImplementCase implements Data<'CaseImplemented'> {
  @minorUnits(0) deposited!: number;
  @currency() currency!: string;
}

export class LineModification {
  @word() line!: string;
  @difference('in minor units') valueBy!: number;
  @optional() @day() due?: string;
}

export class LineAmendment extends LineModification {
  @difference("in the line's unit") quantityBy!: number;
}

export class AcceptAmendment implements Body<'AcceptAmendment'> {
  @word() amendment!: string;
}

class AmendmentData extends AcceptAmendment {
  @nestedList(() => LineAmendment, 200) changes!: LineAmendment[];
  @words(200) adds!: string[];
}

export class OfferAmendment extends AmendmentData implements Body<'OfferAmendment'> {
  @code() reason!: string;
}

export class AmendmentAcceptedData extends AmendmentData implements Data<'AmendmentAccepted'> {
  @minorUnits(0) value!: number;
}

export class ModifyCase implements Body<'ModifyCase'> {
  @nestedList(() => LineModification, 200, 1) changes!: LineModification[];
  @code() reason!: string;
}

export class CaseModifiedData extends ModifyCase implements Data<'CaseModified'> {
  @minorUnits(0) value!: number;
}

export class WorksOnLine implements Body<'StartWorks'> {
  @word() line!: string;
  @day() on!: string;
}

export class ConsignmentShare {
  @streamId('consignment') consignment!: string;
  @quantity() quantity!: number;
}

export class FactReference {
  @word() stream!: string;
  @eventId() event!: string;
}

export class DeliverAssistance implements Body<'DeliverAssistance'> {
  @word() line!: string;
  @quantity() quantity!: number;
  @day() on!: string;
  @nestedList(() => ConsignmentShare, 5) consignments!: ConsignmentShare[];
  @nestedList(() => FactReference, 50) facts!: FactReference[];
}

export class AssistanceDeliveredData extends DeliverAssistance implements Data<'AssistanceDelivered'> {
  @oneOf(...POINTS) point!: DeliveryPoint;
}

export class CorrectDelivery implements Body<'CorrectDelivery'> {
  @eventId() corrects!: string;
  @word() line!: string;
  @difference("in the line's unit") quantityBy!: number;
  @optional() @streamId('consignment') consignment?: string;
  @code() reason!: string;
}

export class ReconcileCase implements Body<'ReconcileCase'> {
  @minorUnits(0) finalValue!: number;
  @currency() currency!: string;
}

export class CaseReason implements Body<'CloseCase'> {
  @code() reason!: string;
}

const event = '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1';
const offer = 'basic';
const amendment = 'amendment-1';

/** Assistance cases on the wire. */
export const assistanceCaseWire: KindWire<AssistanceCaseCommand, AssistanceCaseEvent> = {
  kind: 'assistance-case',
  about: 'one request for assistance: its offer, its lines, their execution and delivery, until it is closed',
  commands: {
    RequestAssistance: {
      path: 'request',
      body: RequestAssistance,
      summary: 'Ask a donor for assistance, or record the letter of request that it received',
      example: {
        donor: 'norland',
        recipient: 'estmark',
        programme: 'norland.programme-1',
        asked: [{ item: 'night-vision-device', quantity: 120, unit: 'each' }],
        letter: 'LOR 2026-014',
      },
    },
    ReturnRequest: {
      path: 'return-request',
      body: ReturnRequest,
      summary: 'Return a request as incomplete, naming what is missing',
      example: { missing: ['end-use-statement'] },
    },
    SupplementRequest: {
      path: 'supplement-request',
      body: SupplementRequest,
      summary: 'Supply what was missing',
      example: { supplied: ['end-use-statement'] },
    },
    AddCaseLine: {
      path: 'add-line',
      body: AddCaseLine,
      summary: 'Draft a line; an offer or an amendment that names it brings it into force',
      example: {
        line: '001',
        item: 'night-vision-device',
        quantity: 120,
        unit: 'each',
        value: 480_000_00,
        due: '2026-08-31',
      },
    },
    PrepareOffer: {
      path: 'prepare-offer',
      body: PrepareOffer,
      summary: 'Prepare an offer of drafted lines, and fix where they count as delivered',
      example: {
        offer,
        lines: ['001'],
        value: 500_000_00,
        currency: 'USD',
        initialDeposit: 100_000_00,
        validUntil: '2036-12-31',
        deliveryPoint: 'receipt',
        noticeDays: 15,
      },
    },
    NotifyLegislatureOfOffer: {
      path: 'notify-legislature',
      body: NotifyLegislatureOfOffer,
      summary: 'Tell the legislature of the offer: its notice period starts',
      example: { offer, on: '2026-03-02' },
    },
    MakeOffer: {
      path: 'make-offer',
      body: OfferNamed,
      summary: 'Make the offer, once the notice period has run out',
      example: { offer },
    },
    AcceptOffer: {
      path: 'accept-offer',
      body: AcceptOffer,
      summary: 'Accept the offer at its value while it is valid',
      example: { offer, value: 500_000_00, currency: 'USD' },
    },
    LapseOffer: {
      path: 'lapse-offer',
      body: OfferNamed,
      summary: 'Record that an offer lapsed unaccepted',
      example: { offer },
    },
    ReceiveInitialDeposit: {
      path: 'receive-deposit',
      body: ReceiveInitialDeposit,
      summary: 'Record the initial deposit, in one payment or several',
      example: { amount: 100_000_00, currency: 'USD' },
    },
    ImplementCase: {
      path: 'implement',
      body: ImplementCase,
      summary: 'Start execution, after acceptance and deposit or by an emergency exception',
      example: {},
    },
    OfferAmendment: {
      path: 'offer-amendment',
      body: OfferAmendment,
      summary: 'Offer a change of quantities, values, days or lines',
      example: {
        amendment,
        changes: [{ line: '001', quantityBy: -20, valueBy: -80_000_00, due: '2026-09-30' }],
        adds: [],
        reason: 'reduced-requirement',
      },
    },
    AcceptAmendment: {
      path: 'accept-amendment',
      body: AcceptAmendment,
      summary: 'Accept the amendment that waits',
      example: { amendment },
    },
    ModifyCase: {
      path: 'modify',
      body: ModifyCase,
      summary: 'Change values or days of lines alone, leaving the quantities as they are',
      example: { changes: [{ line: '001', valueBy: 5_000_00, due: '2026-10-15' }], reason: 'price-increase' },
    },
    StartWorks: {
      path: 'start-works',
      body: WorksOnLine,
      summary: 'Record that the works of a line were started',
      example: { line: '002', on: '2026-04-13' },
    },
    CompleteWorks: {
      path: 'complete-works',
      body: WorksOnLine,
      summary: 'Record that the works of a line were completed',
      example: { line: '002', on: '2026-05-11' },
    },
    AcceptWorks: {
      path: 'accept-works',
      body: WorksOnLine,
      summary: 'Accept completed works as their recipient',
      example: { line: '002', on: '2026-05-18' },
    },
    DeliverAssistance: {
      path: 'deliver',
      body: DeliverAssistance,
      summary: "Record that a quantity of a line reached the case's delivery point, and the facts this rests on",
      example: {
        line: '001',
        quantity: 100,
        on: '2026-05-20',
        consignments: [{ consignment: 'norland.consignment-1', quantity: 100 }],
        facts: [],
      },
    },
    CorrectDelivery: {
      path: 'correct-delivery',
      body: CorrectDelivery,
      summary: 'Correct the quantity of a delivery by the difference',
      example: {
        corrects: event,
        line: '001',
        quantityBy: -2,
        consignment: 'norland.consignment-1',
        reason: 'miscounted',
      },
    },
    ReconcileCase: {
      path: 'reconcile',
      body: ReconcileCase,
      summary: 'State the final value once every line is delivered or cancelled by amendment',
      example: { finalValue: 415_000_00, currency: 'USD' },
    },
    CloseCase: {
      path: 'close',
      body: CaseReason,
      summary: 'Close a reconciled case',
      example: { reason: 'all-delivered' },
    },
    CancelCase: {
      path: 'cancel',
      body: CaseReason,
      summary: 'Cancel a case under which nothing was built or delivered',
      example: { reason: 'no-longer-required' },
    },
  },
  events: {
    AssistanceRequested: { version: 1, data: RequestAssistance, summary: 'Assistance was requested' },
    RequestReturnedIncomplete: { version: 1, data: ReturnRequest, summary: 'The request was returned as incomplete' },
    RequestSupplemented: { version: 1, data: SupplementRequest, summary: 'What was missing was supplied' },
    CaseLineAdded: { version: 1, data: AddCaseLine, summary: 'A line was drafted' },
    OfferPrepared: { version: 1, data: PrepareOffer, summary: 'An offer was prepared' },
    LegislatureNotifiedOfOffer: { version: 1, data: OfferNotified, summary: 'The legislature was told of the offer' },
    OfferMade: { version: 1, data: OfferMadeData, summary: 'The offer was made' },
    OfferAccepted: { version: 1, data: AcceptOffer, summary: 'The offer was accepted' },
    OfferLapsed: { version: 1, data: OfferLapsedData, summary: 'The offer lapsed' },
    InitialDepositReceived: { version: 1, data: ReceiveInitialDeposit, summary: 'An initial deposit was received' },
    CaseImplemented: { version: 1, data: CaseImplementedData, summary: 'Execution started' },
    AmendmentOffered: { version: 1, data: OfferAmendment, summary: 'An amendment was offered' },
    AmendmentAccepted: { version: 1, data: AmendmentAcceptedData, summary: 'Both sides agreed on an amendment' },
    CaseModified: { version: 1, data: CaseModifiedData, summary: 'One side modified the case' },
    WorksStarted: { version: 1, data: WorksOnLine, summary: 'Works were started' },
    WorksCompleted: { version: 1, data: WorksOnLine, summary: 'Works were completed' },
    WorksAccepted: { version: 1, data: WorksOnLine, summary: 'Works were accepted' },
    AssistanceDelivered: {
      version: 1,
      data: AssistanceDeliveredData,
      summary: 'Assistance reached its delivery point',
    },
    DeliveryCorrected: { version: 1, data: CorrectDelivery, summary: 'The quantity of a delivery was corrected' },
    CaseReconciled: { version: 1, data: ReconcileCase, summary: 'The case was reconciled' },
    CaseClosed: { version: 1, data: CaseReason, summary: 'The case was closed' },
    CaseCancelled: { version: 1, data: CaseReason, summary: 'The case was cancelled' },
  },
};
