import {
  type Circumstances,
  type Decider,
  type Event,
  type StreamEvent,
  type Known,
  type Refusal,
  alreadyThere,
  never,
  notThere,
  refuse,
} from '@entente/kernel';
import { programme } from '../planning/programme.js';
import { assistanceCase } from './assistance-case.js';
import {
  type ConfirmedLine,
  type ConsignedLine,
  type ReceiptCorrection,
  afterCorrection,
  cannotCorrectReceipt,
  lineUnknown,
  miscounted,
} from './consignment-receipt.js';
import { type Consignment, type DeliveryPoint, consignmentFacts, entry } from './facts.js';
import { type Sender, notSentBy } from './senders.js';

// ---- Events ----

/** A delivery was scheduled. `due` is the first promise; programme, donor and recipient are the case's. */
export type DeliveryScheduled = Event<
  'DeliveryScheduled',
  {
    readonly case: string;
    readonly programme?: string;
    readonly donor: string;
    readonly recipient: string;
    readonly lines: readonly ConsignedLine[];
    readonly due: string;
    /** The carrier's code, such as `defense-courier`. */
    readonly carrier?: string;
  }
>;

/** A day (YYYY-MM-DD) on which a fact came true; never later than now. */
interface OnDay {
  readonly on: string;
}

interface Reasoned {
  readonly reason: string;
}

/** The field's Supply Discrepancy Report, under a name of its own: `type` is a code such as `shortage` or `damage`. */
export interface Discrepancy {
  readonly discrepancy: string;
  readonly line: string;
  readonly type: string;
  readonly quantity: number;
}

export type ConsignmentEvent =
  | DeliveryScheduled
  | Event<'DeliveryRescheduled', { readonly due: string; readonly cause: string }>
  | Event<'ConsignmentShipped', OnDay & { readonly carrier?: string }>
  | Event<'ConsignmentArrivedAtHub', OnDay & { readonly hub: string }>
  | Event<'TitleTransferred', OnDay & { readonly point: string }>
  | Event<'ReceiptConfirmed', OnDay & { readonly lines: readonly ConfirmedLine[] }>
  | Event<'ReceiptCorrected', ReceiptCorrection>
  | Event<'DateCorrected', OnDay & Reasoned & { readonly corrects: string; readonly fact: DeliveryPoint }>
  | Event<'DiscrepancyReported', Discrepancy>
  | Event<'DiscrepancyResolved', { readonly discrepancy: string; readonly outcome: string }>
  | Event<'ShipmentHeld', Reasoned>
  | Event<'ShipmentReleased', Reasoned>
  | Event<'ConsignmentCancelled', Reasoned>;

type DataOf<Type extends ConsignmentEvent['type']> = Extract<ConsignmentEvent, { type: Type }>['data'];

// ---- State ----

/** The facts, each recorded once, by the event that records it. */
const FACTS = {
  ConsignmentShipped: 'origin',
  ConsignmentArrivedAtHub: 'hub',
  TitleTransferred: 'title',
  ReceiptConfirmed: 'receipt',
} as const satisfies Partial<Record<ConsignmentEvent['type'], DeliveryPoint>>;

const opened = ({ lines, due, ...data }: DeliveryScheduled['data']): Consignment => ({
  case: data.case,
  ...(data.programme === undefined ? {} : { programme: data.programme }),
  donor: data.donor,
  recipient: data.recipient,
  lines: Object.fromEntries(lines.map(({ line, quantity }) => [line, quantity])),
  promised: due,
  due,
  reached: {},
  received: {},
  discrepancies: {},
  held: null,
  cancelled: false,
});

function evolve(state: Consignment | null, event: StreamEvent<ConsignmentEvent>): Consignment | null {
  if (event.type === 'DeliveryScheduled') return opened(event.data);
  if (state === null) return null;
  switch (event.type) {
    case 'DeliveryRescheduled':
      return { ...state, due: event.data.due };
    case 'ConsignmentShipped':
    case 'ConsignmentArrivedAtHub':
    case 'TitleTransferred':
      return { ...state, reached: { ...state.reached, [FACTS[event.type]]: event.data.on } };
    case 'ReceiptConfirmed': {
      const { on, lines } = event.data;
      const received = lines.map(
        ({ line, quantity, serials, lots }) => [line, { quantity, serials: serials ?? [], lots: lots ?? [] }] as const,
      );
      return { ...state, reached: { ...state.reached, receipt: on }, received: Object.fromEntries(received) };
    }
    case 'ReceiptCorrected':
      return { ...state, received: { ...state.received, [event.data.line]: afterCorrection(state, event.data) } };
    case 'DateCorrected':
      return { ...state, reached: { ...state.reached, [event.data.fact]: event.data.on } };
    case 'DiscrepancyReported':
      return { ...state, discrepancies: { ...state.discrepancies, [event.data.discrepancy]: 'open' } };
    case 'DiscrepancyResolved':
      return { ...state, discrepancies: { ...state.discrepancies, [event.data.discrepancy]: 'resolved' } };
    case 'ShipmentHeld':
      return { ...state, held: event.data.reason };
    case 'ShipmentReleased':
      return { ...state, held: null };
    case 'ConsignmentCancelled':
      return { ...state, cancelled: true };
    default:
      return never(event);
  }
}

// ---- Commands ----

/** What each command asks for; where nothing is added by the decision, it is the event's own data. */
interface Asks {
  /** Programme, donor and recipient are taken from the case. */
  ScheduleDelivery: Omit<DataOf<'DeliveryScheduled'>, 'programme' | 'donor' | 'recipient'>;
  RescheduleDelivery: DataOf<'DeliveryRescheduled'>;
  ShipConsignment: DataOf<'ConsignmentShipped'>;
  RecordArrivalAtHub: DataOf<'ConsignmentArrivedAtHub'>;
  TransferTitle: DataOf<'TitleTransferred'>;
  ConfirmReceipt: DataOf<'ReceiptConfirmed'>;
  CorrectReceipt: DataOf<'ReceiptCorrected'>;
  /** The fact is the one that the event corrected records. */
  CorrectDate: Omit<DataOf<'DateCorrected'>, 'fact'>;
  ReportDiscrepancy: DataOf<'DiscrepancyReported'>;
  ResolveDiscrepancy: DataOf<'DiscrepancyResolved'>;
  HoldShipment: DataOf<'ShipmentHeld'>;
  ReleaseShipment: DataOf<'ShipmentReleased'>;
  CancelConsignment: DataOf<'ConsignmentCancelled'>;
}

export type ConsignmentCommand = {
  [Type in keyof Asks]: { readonly type: Type; readonly data: Asks[Type] };
}[keyof Asks];

// ---- Decisions ----

/** The recipient says what it received and what is wrong with it; the donor or an implementer says the rest. */
const SENDERS = {
  ScheduleDelivery: 'deliverer',
  RescheduleDelivery: 'deliverer',
  ShipConsignment: 'deliverer',
  RecordArrivalAtHub: 'deliverer',
  TransferTitle: 'deliverer',
  ConfirmReceipt: 'recipient',
  CorrectReceipt: 'recipient',
  CorrectDate: 'deliverer',
  ReportDiscrepancy: 'recipient',
  ResolveDiscrepancy: 'deliverer',
  HoldShipment: 'deliverer',
  ReleaseShipment: 'donor',
  CancelConsignment: 'donor',
} as const satisfies Record<ConsignmentCommand['type'], Sender>;

/** The day of a receipt is the recipient's to correct; a policy may hold a shipment. */
function senderOf(command: ConsignmentCommand, c: Circumstances, known: Known): Sender {
  if (command.type === 'CorrectDate' && known.past(command.data.corrects) === 'ReceiptConfirmed') return 'recipient';
  if (command.type === 'HoldShipment' && c.actor.role === 'system') return 'timer';
  return SENDERS[command.type];
}

const inTheFuture = (on: string, c: Circumstances): Refusal | null =>
  on > c.now.slice(0, 10) ? refuse('day-in-future', 'the day has come', null, { on }) : null;

/** R16: a delivery is scheduled for lines of an accepted or implemented case, within what is outstanding on them. */
function decideSchedule(data: Asks['ScheduleDelivery'], c: Circumstances, known: Known) {
  const of = known.of(assistanceCase, data.case);
  if (of === null) return refuse('case-not-found', 'the case named has been requested', null, { case: data.case });
  const { donor, recipient } = of;
  const bad = notSentBy(SENDERS.ScheduleDelivery, of, c);
  if (bad !== null) return bad;
  if (of.status === 'closed' || of.status === 'cancelled' || (of.status !== 'accepted' && !of.implemented))
    return refuse('case-not-accepted', 'the case is accepted or implemented, and has not ended', 'R16', {
      status: of.status,
    });
  if (new Set(data.lines.map(({ line }) => line)).size < data.lines.length)
    return refuse('line-twice', 'each line is named once');
  for (const { line: name, quantity } of data.lines) {
    const line = entry(of.lines, name);
    if (line?.inForce !== true) return refuse('line-unknown', 'the line is part of the case', null, { line: name });
    const outstanding = line.quantity - line.delivered;
    if (quantity > outstanding)
      return refuse('exceeds-line', 'no more is scheduled than the line has outstanding', null, {
        line: name,
        outstanding,
      });
  }
  const parties = { ...(of.programme === undefined ? {} : { programme: of.programme }), donor, recipient };
  return [{ type: 'DeliveryScheduled', data: { ...data, ...parties } } as const];
}

/** R16, R19: shipping is execution: under an implemented case, not while the programme is suspended, not while it is held. */
function cannotShip(state: Consignment, known: Known): Refusal | null {
  if (state.held !== null) return refuse('shipment-held', 'the shipment is released', 'R19', { reason: state.held });
  if (state.programme !== undefined && known.of(programme, state.programme)?.status === 'suspended')
    return refuse('programme-suspended', 'the programme is not suspended', 'R19', { programme: state.programme });
  const of = known.of(assistanceCase, state.case);
  if (of?.implemented === true && of.status !== 'closed' && of.status !== 'cancelled') return null;
  return refuse('case-not-implemented', 'the case is being executed', 'R16', {
    case: state.case,
    status: of?.status ?? null,
  });
}

/** Each fact is recorded once, in whatever order; afterwards it is corrected. */
function cannotReach(state: Consignment, fact: DeliveryPoint, on: string, c: Circumstances): Refusal | null {
  if (state.reached[fact] === undefined) return inTheFuture(on, c);
  return refuse('already-recorded', 'the fact is recorded once, and corrected afterwards', 'R26', {
    fact,
    on: state.reached[fact],
  });
}

/** R26: the day of a recorded fact was another one. */
function correctDate(state: Consignment, data: Asks['CorrectDate'], c: Circumstances, known: Known) {
  const type = known.past(data.corrects);
  const fact = type === undefined ? undefined : entry<DeliveryPoint>(FACTS, type);
  if (fact === undefined)
    return refuse('corrects-unknown-event', 'the event corrected records a fact of this consignment', 'R26', {
      corrects: data.corrects,
    });
  if (state.reached[fact] === data.on) return refuse('correction-changes-nothing', 'the day is another one', 'R26');
  return inTheFuture(data.on, c) ?? [{ type: 'DateCorrected', data: { ...data, fact } } as const];
}

function decide(
  command: ConsignmentCommand,
  state: Consignment | null,
  c: Circumstances,
  known: Known,
): readonly ConsignmentEvent[] | Refusal {
  if (command.type === 'ScheduleDelivery')
    return state === null ? decideSchedule(command.data, c, known) : alreadyThere('consignment');
  if (state === null) return notThere('consignment');
  const bad = notSentBy(senderOf(command, c, known), state, c);
  if (bad !== null) return bad;
  if (state.cancelled) return refuse('consignment-cancelled', 'the consignment was not cancelled');
  switch (command.type) {
    case 'RescheduleDelivery':
      if (state.reached.receipt !== undefined)
        return refuse('already-received', 'the consignment has not been received yet', null, {
          on: state.reached.receipt,
        });
      if (command.data.due === state.due)
        return refuse('same-due', 'the new day differs from the plan', null, { due: state.due });
      return [{ type: 'DeliveryRescheduled', data: command.data }];
    case 'ShipConsignment': {
      const refused = cannotReach(state, 'origin', command.data.on, c) ?? cannotShip(state, known);
      return refused ?? [{ type: 'ConsignmentShipped', data: command.data }];
    }
    case 'RecordArrivalAtHub': {
      const { data } = command;
      return cannotReach(state, 'hub', data.on, c) ?? [{ type: 'ConsignmentArrivedAtHub', data }];
    }
    case 'TransferTitle': {
      const { data } = command;
      return cannotReach(state, 'title', data.on, c) ?? [{ type: 'TitleTransferred', data }];
    }
    case 'ConfirmReceipt': {
      const refused = cannotReach(state, 'receipt', command.data.on, c) ?? miscounted(state, command.data.lines);
      return refused ?? [{ type: 'ReceiptConfirmed', data: command.data }];
    }
    case 'CorrectReceipt':
      return cannotCorrectReceipt(state, command.data, known) ?? [{ type: 'ReceiptCorrected', data: command.data }];
    case 'CorrectDate':
      return correctDate(state, command.data, c, known);
    case 'ReportDiscrepancy': {
      const { discrepancy, line } = command.data;
      if (Object.hasOwn(state.discrepancies, discrepancy))
        return refuse('discrepancy-already-reported', 'no report has this name', null, { discrepancy });
      return lineUnknown(state, line) ?? [{ type: 'DiscrepancyReported', data: command.data }];
    }
    case 'ResolveDiscrepancy': {
      const { discrepancy } = command.data;
      if (entry(state.discrepancies, discrepancy) !== 'open')
        return refuse('discrepancy-not-open', 'a report of this name is open', null, { discrepancy });
      return [{ type: 'DiscrepancyResolved', data: command.data }];
    }
    case 'HoldShipment':
      if (state.reached.origin !== undefined)
        return refuse('already-shipped', 'the consignment has not been shipped', 'R19', { on: state.reached.origin });
      if (state.held !== null) return refuse('already-held', 'the shipment is not held', 'R19', { reason: state.held });
      return [{ type: 'ShipmentHeld', data: command.data }];
    case 'ReleaseShipment':
      if (state.held === null) return refuse('not-held', 'the shipment is held', 'R19');
      return [{ type: 'ShipmentReleased', data: command.data }];
    case 'CancelConsignment':
      if (Object.keys(state.reached).length > 0)
        return refuse('already-under-way', 'the consignment has reached no point yet', null, { ...state.reached });
      return [{ type: 'ConsignmentCancelled', data: command.data }];
    default:
      return never(command);
  }
}

/** The rules of a consignment, whose facts come in any order: R9 (serials), R16, R19, R26. */
export const consignment: Decider<'consignment', ConsignmentCommand, ConsignmentEvent, Consignment | null> = {
  ...consignmentFacts,
  ids: 'prefixed',
  evolve,
  consults: (command, state) => {
    if (command.type === 'ScheduleDelivery') return [{ kind: 'assistance-case', id: command.data.case }];
    if (command.type !== 'ShipConsignment' || state === null) return [];
    const of = { kind: 'assistance-case', id: state.case };
    return state.programme === undefined ? [of] : [of, { kind: 'programme', id: state.programme }];
  },
  decide,
};
