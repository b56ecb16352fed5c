import type {
  Amendment,
  ConsignmentEvent,
  DeliveryPoint,
  FactReference,
  PrepareOffer,
  PromiseFact,
  VerifiedEnd,
} from '@entente/contracts';
import type { DataOf } from '@entente/kernel';
import type { Correctable } from '../corrections.js';
import type { Answerable } from '../fact-answers.js';

/**
 * What a case and a consignment know of each other: their states, and a reference by which the case
 * consults a consignment, whose rules in turn rest on the case.
 */

/** What one delivery counted: its quantity, and how much of it rests on which consignment. */
export interface Delivery {
  readonly quantity: number;
  /** The day on which the delivery point was reached. */
  readonly on: string;
  readonly consignments: Readonly<Record<string, number>>;
  /** The other facts that it rests on. */
  readonly facts: readonly FactReference[];
  /** Whether it follows from the facts of its consignment, and no sender reported it. */
  readonly counted: boolean;
}

/** A line of a case: quantities in the line's unit, values in minor units of the case's money. */
export interface CaseLine {
  readonly item: string;
  readonly unit: string;
  /** The quantity ordered, amendments included. */
  readonly quantity: number;
  readonly value: number;
  /** The day planned now. */
  readonly due: string;
  /** Whether an accepted offer or amendment, or an emergency, has made it part of the case. */
  readonly inForce: boolean;
  /** The quantity delivered, corrections included. */
  readonly delivered: number;
  /**
   * What each consignment is to bring of it, or has brought, as noted: of one that is open what is
   * scheduled, then what was received, nothing of one that was cancelled.
   */
  readonly brought: Readonly<Record<string, number>>;
  /** The line's deliveries by the id of their event. */
  readonly deliveries: Readonly<Record<string, Delivery>>;
  /** The stage of works, its day, and the event that records it; null without works. */
  readonly works: {
    readonly stage: 'started' | 'completed' | 'accepted';
    readonly on: string;
    readonly event: string;
    /** The day of each step by its event, in their order. */
    readonly days: Readonly<Record<string, string>>;
  } | null;
}

/** The state of an assistance case. */
export interface AssistanceCase extends Correctable, Answerable {
  readonly status:
    'requested' | 'returned' | 'prepared' | 'offered' | 'lapsed' | 'accepted' | 'reconciled' | 'closed' | 'cancelled';
  readonly donor: string;
  readonly recipient: string;
  readonly programme?: string;
  /** The framework that the programme named at the request. */
  readonly framework?: string;
  /** The day of the request, as its sender states it. */
  readonly requestedOn: string;
  /** Whether it repeats what another system decided. */
  readonly reported: boolean;
  readonly offer: PrepareOffer | null;
  /** The first day on which the offer may be made, if the legislature was notified of it. */
  readonly noticeEnds: string | null;
  /** The case's value, changes included; minor units of the offer's currency. */
  readonly value: number;
  readonly deposited: number;
  readonly implemented: boolean;
  /** The reconciliation that holds; null before it, and after the case was taken up again. */
  readonly reconciledBy: string | null;
  /** The consignments that were at its delivery point before it was implemented. */
  readonly arrived: readonly string[];
  /** The reason's code while it is held (R19); else null. */
  readonly held: string | null;
  /** The misuse cases for which it was ever held: its release consults them. */
  readonly misuseCases: readonly string[];
  readonly lines: Readonly<Record<string, CaseLine>>;
  /** The amendment that waits for the recipient. */
  readonly amendment: Amendment | null;
}

/** The status as rows name it: an accepted case that is executed is implemented. */
export const statusOf = ({ status, implemented }: AssistanceCase): AssistanceCase['status'] | 'implemented' =>
  status === 'accepted' && implemented ? 'implemented' : status;

/** What the recipient confirmed of one line. */
export interface ReceivedLine {
  readonly quantity: number;
  readonly serials: readonly string[];
}

/** What an organisation holds of goods without monitored serials. */
export interface Lot {
  readonly quantity: number;
  /** The day of the transfer with which the first of them came to it; null: with the receipt. */
  readonly transferredOn: string | null;
  /** The event that brought the goods to it: their check is named by that event. */
  readonly event: string;
}

/** The report of a loss of goods that are not monitored by their serials (R12). */
export interface GoodsLoss {
  readonly item: string;
  readonly quantity: number;
  readonly as: VerifiedEnd;
  readonly on: string;
  readonly holder: string;
  readonly verifyBy: string;
  /** The day of the report. */
  readonly reportedOn: string;
  readonly status: 'open' | 'verified' | 'rejected';
  readonly overdue: boolean;
}

/** The state of a consignment. Days are YYYY-MM-DD, quantities in the unit of the case's line. */
export interface Consignment extends Correctable {
  readonly case: string;
  readonly programme?: string;
  readonly donor: string;
  readonly recipient: string;
  /** The unit that it is planned for; undefined if that was not known. */
  readonly unit?: string;
  /** The quantity of each line that was scheduled. */
  readonly lines: Readonly<Record<string, number>>;
  /** The day planned now, and the event that planned it. */
  readonly due: string;
  readonly plannedBy: string;
  /** Whether it was recorded that the planned day passed. */
  readonly overdue: boolean;
  /** Whether its case repeats what another system decided. */
  readonly reported: boolean;
  /** The day of each fact that is known. */
  readonly reached: Readonly<Partial<Record<DeliveryPoint, string>>>;
  readonly received: Readonly<Record<string, ReceivedLine>>;
  /** The serials of each line that were registered before shipment. */
  readonly registered: Readonly<Record<string, readonly string[]>>;
  /** Of a receipt: the type of each line whose items are monitored, and the store. */
  readonly monitored: Readonly<Record<string, string>>;
  readonly store: string | null;
  /** Of a receipt: the last day of the first check of each other type of items. */
  readonly checks: Readonly<Record<string, string>>;
  /** The same goods by their type and holder, transfers included. */
  readonly lots: Readonly<Record<string, Readonly<Record<string, Lot>>>>;
  /** The first day on which a transfer took some of them; null without one. */
  readonly takenOn: string | null;
  readonly discrepancies: Readonly<Record<string, 'open' | 'resolved'>>;
  /** The losses of goods that were reported, and not withdrawn, by their names. */
  readonly losses: Readonly<Record<string, GoodsLoss>>;
  /** The reason's code while it is held; else null. */
  readonly held: string | null;
  /** The unit whose clearance it is held for; null if it is held by hand, or not at all. */
  readonly heldFor: string | null;
  readonly cancelled: boolean;
}

/** Whether what is corrected is a promise, and no fact. */
export const isPromise = (fact: DataOf<ConsignmentEvent, 'DateCorrected'>['fact']): fact is PromiseFact =>
  fact === 'first-promise' || fact === 'promise';

/** A reference to a consignment for deciders that consult it. */
export const consignmentFacts: { readonly kind: 'consignment'; readonly initial: Consignment | null } = {
  kind: 'consignment',
  initial: null,
};

/** What an organisation holds of goods of a type that a consignment brought. */
export const lotOf = ({ lots }: Consignment, item: string, holder: string): Lot | undefined =>
  ownValue(ownValue(lots, item) ?? {}, holder);

/** A reference to a case, for deciders that consult it. */
export const assistanceCaseFacts: { readonly kind: 'assistance-case'; readonly initial: AssistanceCase | null } = {
  kind: 'assistance-case',
  initial: null,
};

/**
 * The quantity of a line that a consignment has brought to a point: what was received at `receipt`,
 * before that what was scheduled.
 */
export const quantityAt = (consignment: Consignment, point: DeliveryPoint, line: string): number =>
  point === 'receipt'
    ? (ownValue(consignment.received, line)?.quantity ?? 0)
    : (ownValue(consignment.lines, line) ?? 0);

/**
 * The value under a name that a sender chose; undefined if the record itself has none
 * (`constructor` is a name like any other).
 */
export const ownValue = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
