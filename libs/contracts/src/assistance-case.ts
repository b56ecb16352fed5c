import { FACT_COMMANDS, FACT_EVENTS } from './fact-answers.js';
import { DELIVERY_POINTS, type DeliveryPoint } from './consignment.js';
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
  text,
  word,
  words,
} from './fields.js';

const MAX_QUANTITY = Number.MAX_SAFE_INTEGER;
const quantity = (description: string, example: number, min = 1) =>
  integer(`${description}, in the line's unit`, example, min, MAX_QUANTITY);
const valueBy = (example: number) => minorUnits("the difference in the line's value", example, -MAX_QUANTITY);
const line = (example = '001') => word("the line's name in this case", example);
const offer = () => word("the offer's name in this case", 'basic');
const amendment = () => word("the amendment's name in this case", 'amendment-1');
const isoCurrency = () => currency('the ISO 4217 code of the currency');
const caseValue = (example: number) => minorUnits("the case's value from then on", example, 0);
const reason = (example: string) => code('the code of the reason', example);

/** What a recipient requests. */
export class AskedItem {
  @code("the code of the item's description", 'night-vision-device') readonly item!: string;
  @quantity('the quantity', 120) readonly quantity!: number;
  @code('the code of the unit', 'each') readonly unit!: string;
}

export class RequestAssistance {
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @optional() @streamId('programme', 'the programme under which it is given') readonly programme?: string;
  @nestedList(() => AskedItem, 'what the recipient asks for', 200, 1) readonly asked!: readonly AskedItem[];
  @optional()
  @text('the letter of request; a donor that records one names it', 'LOR 2026-014')
  readonly letter?: string;
  @optional()
  @oneOf(['reported'], 'given if it repeats what another system decided: its parties need not be registered')
  readonly basis?: 'reported';
}

/** The decision adds the framework, so that what names only the case finds its parameters. */
export class AssistanceRequested extends RequestAssistance {
  @optional()
  @streamId('legal-framework', 'the framework that the programme names at the request', 'norland.framework-1')
  readonly framework?: string;
}

export class ReturnRequest {
  @words('the codes of what is missing', ['end-use-statement'], 50, 1) readonly missing!: readonly string[];
}

export class SupplementRequest {
  @words('the codes of what was supplied', ['end-use-statement'], 50, 1) readonly supplied!: readonly string[];
}

/** A line drafted for the next offer or amendment. */
export class AddCaseLine extends AskedItem {
  @line() readonly line!: string;
  @minorUnits("the line's value", 480_000_00, 0) readonly value!: number;
  @day('the day first promised', '2026-08-31') readonly due!: string;
}

/** What a line states wrongly: each field here replaces it. */
export class CorrectCaseLine {
  @eventId('the event that added the line') readonly corrects!: string;
  @reason('mistyped') readonly reason!: string;
  @line() readonly line!: string;
  @optional() @code("the right code of the item's description", 'night-vision-device') readonly item?: string;
  @optional() @quantity('the right quantity', 100) readonly quantity?: number;
  @optional() @code('the right code of the unit', 'each') readonly unit?: string;
  @optional() @minorUnits('the right value', 400_000_00, 0) readonly value?: number;
  @optional() @day('the right day first promised', '2026-08-31') readonly due?: string;
}

export class PrepareOffer {
  @offer() readonly offer!: string;
  @words('the names of the lines that it consists of', ['001'], 200, 1) readonly lines!: readonly string[];
  @minorUnits("the offer's value", 500_000_00) readonly value!: number;
  @isoCurrency() readonly currency!: string;
  @minorUnits('what is paid before execution; 0 if nothing is', 100_000_00, 0) readonly initialDeposit!: number;
  @day('the last day on which it can be accepted', '2036-12-31') readonly validUntil!: string;
  @oneOf(DELIVERY_POINTS, 'where assistance counts as delivered', 'receipt') readonly deliveryPoint!: DeliveryPoint;
  @optional()
  @integer('the notice that the legislature has, if any, in days', 15, 15, 30, [15, 30])
  readonly noticeDays?: 15 | 30;
}

export class OfferNamed {
  @offer() readonly offer!: string;
}

export class NotifyLegislatureOfOffer extends OfferNamed {
  @day('the day on which the legislature was notified', '2026-03-02') readonly on!: string;
}

/** The end of the notice period follows from the offer: the decision adds it. */
export class LegislatureNotifiedOfOffer extends NotifyLegislatureOfOffer {
  @day('the first day on which the offer may be made', '2026-03-17') readonly until!: string;
}

/** The offer's last day is that of its preparation: the decision adds it. */
export class OfferMade extends OfferNamed {
  @day('the last day on which it can be accepted', '2036-12-31') readonly validUntil!: string;
}

export class AcceptOffer extends OfferNamed {
  @minorUnits('the value accepted', 500_000_00) readonly value!: number;
  @isoCurrency() readonly currency!: string;
}

/** The day follows from the offer: the decision adds it. */
export class OfferLapsed extends OfferNamed {
  @day("the day after the offer's last one", '2037-01-01') readonly on!: string;
}

export class ReceiveInitialDeposit {
  @minorUnits('the amount received', 100_000_00) readonly amount!: number;
  @isoCurrency() readonly currency!: string;
}

/** An amount that was recorded wrongly, or of which nothing was received. */
export class CorrectInitialDeposit {
  @eventId('the deposit that was wrong') readonly corrects!: string;
  @minorUnits('the difference: below zero, if less was received', -5_000_00, -MAX_QUANTITY)
  readonly difference!: number;
  @reason('mistyped') readonly reason!: string;
}

/** Who suspends the order of acceptance, deposit and execution, and why (R16). */
export class EmergencyException {
  @code('the code of the authority that decided it', 'head-of-government') readonly authority!: string;
  @reason('armed-attack') readonly reason!: string;
}

export class ImplementCase {
  @optional()
  @nested(() => EmergencyException, 'the exception by which acceptance or deposit is not waited for')
  readonly emergency?: EmergencyException;
}

/** A consignment has reached a point; at the case's delivery point its lines are delivered. */
export class CountDelivery {
  @streamId('consignment', 'the consignment') readonly consignment!: string;
  @oneOf(DELIVERY_POINTS, 'the point that it has reached', 'receipt') readonly point!: DeliveryPoint;
}

/** A consignment was scheduled, received or cancelled, or its receipt corrected. */
export class NoteSchedule {
  @streamId('consignment', 'the consignment') readonly consignment!: string;
}

/** What a consignment is to bring of a line, or has brought. */
export class BroughtLine {
  @line() readonly line!: string;
  @quantity('what was received, before that what is scheduled; 0 if it was cancelled', 100, 0)
  readonly quantity!: number;
}

/** What it brings of each of its lines: the decision adds it. */
export class ScheduleNoted extends NoteSchedule {
  @nestedList(() => BroughtLine, 'what it is to bring of each of its lines, or has brought', 50, 1)
  readonly lines!: readonly BroughtLine[];
}

/** The deposit is what was received so far, and what arrived: the decision adds both. */
export class CaseImplemented extends ImplementCase {
  @optional()
  @nestedList(() => CountDelivery, 'the consignments at the delivery point by then: a policy counts them', 200)
  readonly arrived?: readonly CountDelivery[];
  @minorUnits('the deposit received by then', 100_000_00, 0) readonly deposited!: number;
  @isoCurrency() readonly currency!: string;
}

/** What the donor alone may change: value and day of a line, never its quantity. */
export class LineModification {
  @line() readonly line!: string;
  @valueBy(5_000_00) readonly valueBy!: number;
  @optional() @day('the day planned instead', '2026-10-15') readonly due?: string;
}

/** What both sides may change of a line in force. */
export class LineAmendment extends LineModification {
  @valueBy(-80_000_00) override readonly valueBy!: number;
  @quantity('the difference in the quantity', -20, -MAX_QUANTITY) readonly quantityBy!: number;
}

export class AcceptAmendment {
  @amendment() readonly amendment!: string;
}

/** Changes of lines in force, and drafted lines that come into force. */
export class Amendment extends AcceptAmendment {
  @nestedList(() => LineAmendment, 'the changes of lines in force', 200) readonly changes!: readonly LineAmendment[];
  @words('the names of drafted lines that come into force', [], 200) readonly adds!: readonly string[];
}

export class OfferAmendment extends Amendment {
  @reason('reduced-requirement') readonly reason!: string;
}

/** What was offered, and the value that follows from it: the decision adds both. */
export class AmendmentAccepted extends Amendment {
  @caseValue(420_000_00) readonly value!: number;
}

export class ModifyCase {
  @nestedList(() => LineModification, 'the changes of lines in force', 200, 1)
  readonly changes!: readonly LineModification[];
  @reason('price-increase') readonly reason!: string;
}

/** The value follows from the changes: the decision adds it. */
export class CaseModified extends ModifyCase {
  @caseValue(425_000_00) readonly value!: number;
}

/** A step of the works on a line. */
export class WorksOnLine {
  @line('002') readonly line!: string;
  @day('the day of the step', '2026-05-11') readonly on!: string;
}

/** The steps of works. */
const WORKS_STEPS = ['started', 'completed', 'accepted'] as const;

export class CorrectWorksDay {
  @eventId('the step of the works that was wrong') readonly corrects!: string;
  @line('002') readonly line!: string;
  @day('the right day of the step', '2026-05-12') readonly on!: string;
  @reason('mistyped') readonly reason!: string;
}

/** The step of the corrected event: the decision adds it. */
export class WorksDayCorrected extends CorrectWorksDay {
  @oneOf(WORKS_STEPS, 'the step of which the day is corrected', 'completed')
  readonly step!: (typeof WORKS_STEPS)[number];
}

/** The part of a delivery that a consignment brought. */
export class ConsignmentShare {
  @streamId('consignment', 'the consignment') readonly consignment!: string;
  @quantity('what it brought of the delivery', 100) readonly quantity!: number;
}

/** A fact other than a consignment, such as works accepted or a training completed. */
export class FactReference {
  @word('the name of the stream in which it is recorded', 'assistance-case/norland.case-1') readonly stream!: string;
  @eventId('the event that records it') readonly event!: string;
}

export class DeliverAssistance {
  @line() readonly line!: string;
  @quantity('the quantity delivered', 100) readonly quantity!: number;
  @day('the day on which the delivery point was reached', '2026-05-20') readonly on!: string;
  @nestedList(() => ConsignmentShare, 'the consignments that it rests on', 5)
  readonly consignments!: readonly ConsignmentShare[];
  @nestedList(() => FactReference, 'other facts that it rests on', 50) readonly facts!: readonly FactReference[];
}

/** The point is the one that the offer fixed: the decision adds it. */
export class AssistanceDelivered extends DeliverAssistance {
  @oneOf(DELIVERY_POINTS, "the case's delivery point", 'receipt') readonly point!: DeliveryPoint;
  @optional()
  @flag('whether it follows from the facts of its consignment, and no sender reported it', true)
  readonly counted?: boolean;
}

/** A delivery is corrected by the difference, and its day by the right one. */
export class CorrectDelivery {
  @eventId('the event that was wrong') readonly corrects!: string;
  @line() readonly line!: string;
  @quantity('the difference; 0 if only the day was wrong', -2, -MAX_QUANTITY) readonly quantityBy!: number;
  @optional() @day('the right day, if it was wrong', '2026-05-19') readonly on?: string;
  @optional()
  @streamId('consignment', 'the consignment whose share changes, if the delivery rests on any')
  readonly consignment?: string;
  @reason('miscounted') readonly reason!: string;
}

export class ReconcileCase {
  @minorUnits('the final value', 415_000_00, 0) readonly finalValue!: number;
  @isoCurrency() readonly currency!: string;
}

export class CorrectReconciliation {
  @eventId('the reconciliation that was wrong') readonly corrects!: string;
  @minorUnits('the right final value', 414_000_00, 0) readonly finalValue!: number;
  @reason('mistyped') readonly reason!: string;
}

export class CloseCase {
  @reason('all-delivered') readonly reason!: string;
}

export class HoldCase {
  @reason('misuse-measure') readonly reason!: string;
  @optional()
  @streamId('misuse-case', 'the misuse case whose measure it is', `sealed.${'0'.repeat(32)}`)
  readonly misuseCase?: string;
}

export class ReleaseCase {
  @reason('assurances-received') readonly reason!: string;
}

export class CancelCase {
  @reason('no-longer-required') readonly reason!: string;
}

/**
 * An assistance case: the recipient requests and accepts, the donor offers and implements.
 * Implementers build and deliver; either party cancels.
 */
export const assistanceCaseContract = contract({
  kind: 'assistance-case',
  about: 'one request for assistance: its offer, its lines, their execution and delivery, until it is closed',
  commands: {
    RequestAssistance: command(
      'request',
      RequestAssistance,
      'party',
      'Ask a donor for assistance, or record the letter of request that it received',
    ),
    ReturnRequest: command(
      'return-request',
      ReturnRequest,
      'donor',
      'Return a request as incomplete, naming what is missing',
    ),
    SupplementRequest: command('supplement-request', SupplementRequest, 'recipient', 'Supply what was missing'),
    AddCaseLine: command(
      'add-line',
      AddCaseLine,
      'donor',
      'Draft a line; an offer or an amendment that names it brings it into force',
    ),
    CorrectCaseLine: command(
      'correct-line',
      CorrectCaseLine,
      'donor',
      'Correct a line: its item and unit until something is delivered, the rest until it is offered',
      {
        corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1',
        reason: 'mistyped',
        line: '001',
        item: 'night-vision-device',
      },
    ),
    PrepareOffer: command(
      'prepare-offer',
      PrepareOffer,
      'donor',
      'Prepare an offer of drafted lines, and fix where they count as delivered',
    ),
    NotifyLegislatureOfOffer: command(
      'notify-legislature',
      NotifyLegislatureOfOffer,
      'donor',
      'Notify the legislature of the offer: its notice period starts',
    ),
    MakeOffer: command('make-offer', OfferNamed, 'donor', 'Make the offer, once the notice period has run out'),
    AcceptOffer: command('accept-offer', AcceptOffer, 'recipient', 'Accept the offer at its value while it is valid'),
    LapseOffer: command('lapse-offer', OfferNamed, ['donor', 'system'], 'Record that an offer lapsed unaccepted'),
    ReceiveInitialDeposit: command(
      'receive-deposit',
      ReceiveInitialDeposit,
      'donor',
      'Record the initial deposit, in one payment or several',
    ),
    CorrectInitialDeposit: command(
      'correct-deposit',
      CorrectInitialDeposit,
      'donor',
      'Correct the amount of an initial deposit by the difference',
    ),
    ImplementCase: command(
      'implement',
      ImplementCase,
      'donor',
      'Start execution, after acceptance and deposit or by an emergency exception',
      {},
    ),
    OfferAmendment: command(
      'offer-amendment',
      OfferAmendment,
      'donor',
      'Offer a change of quantities, values, days or lines',
    ),
    AcceptAmendment: command('accept-amendment', AcceptAmendment, 'recipient', 'Accept the amendment that waits'),
    ModifyCase: command(
      'modify',
      ModifyCase,
      'donor',
      'Change values or days of lines alone, leaving the quantities as they are',
    ),
    StartWorks: command('start-works', WorksOnLine, 'deliverer', 'Record that the works of a line were started', {
      line: '002',
      on: '2026-04-13',
    }),
    CompleteWorks: command(
      'complete-works',
      WorksOnLine,
      'deliverer',
      'Record that the works of a line were completed',
    ),
    AcceptWorks: command('accept-works', WorksOnLine, 'recipient', 'Accept completed works as their recipient', {
      line: '002',
      on: '2026-05-18',
    }),
    CorrectWorksDay: command(
      'correct-works-day',
      CorrectWorksDay,
      ['deliverer', 'recipient'],
      'Correct the day of a step of works; that of the acceptance as the recipient',
    ),
    DeliverAssistance: command(
      'deliver',
      DeliverAssistance,
      'deliverer',
      "Record that a quantity of a line reached the case's delivery point, and the facts this rests on",
      {
        line: '001',
        quantity: 100,
        on: '2026-05-20',
        consignments: [{ consignment: 'norland.consignment-1', quantity: 100 }],
        facts: [],
      },
    ),
    CountDelivery: command(
      'count-delivery',
      CountDelivery,
      'system',
      'Count what a consignment brought to the delivery point, unless its sender has reported it; before the execution, note it',
    ),
    NoteSchedule: command(
      'note-schedule',
      NoteSchedule,
      'system',
      'Note what a consignment is to bring of each line, or has brought: no more is scheduled than a line has left',
    ),
    CorrectDelivery: command(
      'correct-delivery',
      CorrectDelivery,
      'deliverer',
      'Correct the quantity of a delivery by the difference, or its day',
    ),
    HoldCase: command(
      'hold',
      HoldCase,
      'donor',
      'Hold the case: implementation, shipment and disbursement are refused meanwhile',
      { reason: 'misuse-measure' },
    ),
    ReleaseCase: command(
      'release',
      ReleaseCase,
      'donor',
      'Release it, once no misuse case for which it was held stops assistance',
    ),
    ReconcileCase: command(
      'reconcile',
      ReconcileCase,
      'donor',
      'State the final value once every line is delivered or cancelled by amendment',
    ),
    CorrectReconciliation: command(
      'correct-reconciliation',
      CorrectReconciliation,
      'donor',
      'Correct the final value, also after the case was closed',
    ),
    CloseCase: command('close', CloseCase, 'donor', 'Close a reconciled case'),
    CancelCase: command('cancel', CancelCase, 'party', 'Cancel a case under which nothing was built or delivered'),
    ...FACT_COMMANDS,
  },
  events: {
    AssistanceRequested: event(AssistanceRequested, 'Assistance was requested', { opens: 'the case' }),
    RequestReturnedIncomplete: event(ReturnRequest, 'The request was returned as incomplete', {
      opens: 'the wait for what is missing',
    }),
    RequestSupplemented: event(SupplementRequest, 'What was missing was supplied', {
      closes: ['RequestReturnedIncomplete'],
    }),
    CaseLineAdded: event(AddCaseLine, 'A line was drafted', { opens: 'the line' }),
    CaseLineCorrected: fact(CorrectCaseLine, 'A line was corrected'),
    OfferPrepared: event(PrepareOffer, 'An offer was prepared', { opens: 'the draft of an offer' }),
    LegislatureNotifiedOfOffer: event(LegislatureNotifiedOfOffer, 'The legislature was notified of the offer', {
      opens: 'the notice period',
    }),
    OfferMade: event(OfferMade, 'The offer was made', {
      opens: 'the offer',
      closes: ['OfferPrepared', 'LegislatureNotifiedOfOffer'],
    }),
    OfferAccepted: event(AcceptOffer, 'The offer was accepted', {
      opens: 'the wait for the deposit',
      closes: ['OfferMade'],
    }),
    OfferLapsed: event(OfferLapsed, 'The offer lapsed', { closes: ['OfferMade'] }),
    InitialDepositReceived: fact(ReceiveInitialDeposit, 'An initial deposit was received'),
    InitialDepositCorrected: fact(CorrectInitialDeposit, 'The amount of an initial deposit was corrected'),
    ArrivalNoted: event(CountDelivery, 'A consignment is at the delivery point before execution started', {
      opens: 'the wait for the execution',
    }),
    CaseImplemented: event(CaseImplemented, 'Execution started', {
      opens: 'the execution',
      closes: ['OfferAccepted', 'ArrivalNoted'],
    }),
    AmendmentOffered: event(OfferAmendment, 'An amendment was offered', { opens: 'the amendment that waits' }),
    AmendmentAccepted: event(AmendmentAccepted, 'Both sides agreed on an amendment', { closes: ['AmendmentOffered'] }),
    CaseModified: fact(CaseModified, 'One side modified the case'),
    WorksStarted: event(WorksOnLine, 'Works were started', { opens: 'the works' }),
    WorksCompleted: event(WorksOnLine, 'Works were completed', {
      opens: 'the wait for acceptance',
      closes: ['WorksStarted'],
    }),
    WorksAccepted: event(WorksOnLine, 'Works were accepted', { closes: ['WorksCompleted'] }),
    WorksDayCorrected: fact(WorksDayCorrected, 'The day of a step of works was corrected'),
    AssistanceDelivered: event(AssistanceDelivered, 'Assistance reached its delivery point', {
      closes: ['CaseLineAdded'],
    }),
    ScheduleNoted: fact(ScheduleNoted, 'What a consignment is to bring, or has brought, was noted'),
    DeliveryCorrected: fact(CorrectDelivery, 'The quantity or the day of a delivery was corrected'),
    CaseHeld: event(HoldCase, 'The case was held', { opens: 'the hold of the case' }),
    CaseReleased: event(ReleaseCase, 'The case was released', { closes: ['CaseHeld'] }),
    ReconciliationCorrected: fact(CorrectReconciliation, 'The final value was corrected'),
    CaseReconciled: event(ReconcileCase, 'The case was reconciled', { closes: ['CaseImplemented'] }),
    CaseClosed: event(CloseCase, 'The case was closed', { closes: ['AssistanceRequested'] }),
    CaseCancelled: event(CancelCase, 'The case was cancelled', {
      closes: [
        'AssistanceRequested',
        'CaseLineAdded',
        'OfferPrepared',
        'OfferAccepted',
        'ArrivalNoted',
        'CaseImplemented',
      ],
    }),
    ...FACT_EVENTS,
  },
});

export type AssistanceCaseCommand = CommandOf<typeof assistanceCaseContract>;
export type AssistanceCaseEvent = EventOf<typeof assistanceCaseContract>;
