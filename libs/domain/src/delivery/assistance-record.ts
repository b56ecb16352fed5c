import { type Event, type StreamEvent, never } from '@entente/kernel';
import {
  type AssistanceDelivered,
  type DeliveryCorrected,
  withCorrection,
  withDelivery,
} from './assistance-delivery.js';
import type { Emergency, Works } from './assistance-execution.js';
import { type Amendment, type Modification, changed } from './assistance-offer.js';
import { type AssistanceCase, type CaseLine, type Offer, entry } from './facts.js';

// ---- Events ----

/** What a recipient asks for, by the code of an item's description. */
export interface Asked {
  readonly item: string;
  readonly quantity: number;
  readonly unit: string;
}

/** A recipient asked a donor for assistance. Who records a letter of request that it received names the letter. */
export type AssistanceRequested = Event<
  'AssistanceRequested',
  {
    readonly donor: string;
    readonly recipient: string;
    readonly programme?: string;
    readonly asked: readonly Asked[];
    readonly letter?: string;
  }
>;

/** A line drafted for the next offer or amendment. `due` is the first promise; `value` in minor units of the offer's currency. */
export type CaseLineAdded = Event<
  'CaseLineAdded',
  Asked & { readonly line: string; readonly value: number; readonly due: string }
>;

export type AssistanceCaseEvent =
  | AssistanceRequested
  | Event<'RequestReturnedIncomplete', { readonly missing: readonly string[] }>
  | Event<'RequestSupplemented', { readonly supplied: readonly string[] }>
  | CaseLineAdded
  | Event<'OfferPrepared', Offer>
  | Event<'LegislatureNotifiedOfOffer', { readonly offer: string; readonly on: string; readonly until: string }>
  | Event<'OfferMade', { readonly offer: string; readonly validUntil: string }>
  | Event<'OfferAccepted', { readonly offer: string; readonly value: number; readonly currency: string }>
  | Event<'OfferLapsed', { readonly offer: string; readonly on: string }>
  | Event<'InitialDepositReceived', { readonly amount: number; readonly currency: string }>
  | Event<'CaseImplemented', { readonly deposited: number; readonly currency: string; readonly emergency?: Emergency }>
  | Event<'AmendmentOffered', Amendment & { readonly reason: string }>
  | Event<'AmendmentAccepted', Amendment & { readonly value: number }>
  | Event<
      'CaseModified',
      { readonly changes: readonly Modification[]; readonly reason: string; readonly value: number }
    >
  | Event<'WorksStarted', Works>
  | Event<'WorksCompleted', Works>
  | Event<'WorksAccepted', Works>
  | AssistanceDelivered
  | DeliveryCorrected
  | Event<'CaseReconciled', { readonly finalValue: number; readonly currency: string }>
  | Event<'CaseClosed', { readonly reason: string }>
  | Event<'CaseCancelled', { readonly reason: string }>;

/** The data of one of its events. */
export type AssistanceCaseData<Type extends AssistanceCaseEvent['type']> = Extract<
  AssistanceCaseEvent,
  { type: Type }
>['data'];

// ---- State ----

const withLine = (state: AssistanceCase, name: string, change: (line: CaseLine) => CaseLine): AssistanceCase => {
  const line = entry(state.lines, name);
  return line === undefined ? state : { ...state, lines: { ...state.lines, [name]: change(line) } };
};

const STAGE = { WorksStarted: 'started', WorksCompleted: 'completed', WorksAccepted: 'accepted' } as const;

/** The case after one more event. */
export function evolveCase(
  state: AssistanceCase | null,
  event: StreamEvent<AssistanceCaseEvent>,
): AssistanceCase | null {
  if (event.type === 'AssistanceRequested') {
    const { donor, recipient, programme } = event.data;
    const parties = { donor, recipient, ...(programme === undefined ? {} : { programme }) };
    const nothing = { value: 0, deposited: 0, implemented: false, lines: {} };
    return { status: 'requested', ...parties, ...nothing, offer: null, noticeEnds: null, amendment: null };
  }
  if (state === null) return null;
  switch (event.type) {
    case 'RequestReturnedIncomplete':
      return { ...state, status: 'returned' };
    case 'RequestSupplemented':
      return { ...state, status: 'requested' };
    case 'CaseLineAdded': {
      const { line, item, unit, quantity, value, due } = event.data;
      const nothing = { inForce: false, delivered: 0, deliveries: {}, works: null };
      const added = { item, unit, quantity, value, promised: due, due, ...nothing };
      return { ...state, lines: { ...state.lines, [line]: added } };
    }
    case 'OfferPrepared':
      return { ...state, status: 'prepared', offer: event.data, noticeEnds: null, value: event.data.value };
    case 'LegislatureNotifiedOfOffer':
      return { ...state, noticeEnds: event.data.until };
    case 'OfferMade':
      return { ...state, status: 'offered' };
    case 'OfferAccepted':
      return { ...state, status: 'accepted', lines: changed(state.lines, [], state.offer?.lines ?? []) };
    case 'OfferLapsed':
      return { ...state, status: 'lapsed' };
    case 'InitialDepositReceived':
      return { ...state, deposited: state.deposited + event.data.amount };
    case 'CaseImplemented':
      return { ...state, implemented: true, lines: changed(state.lines, [], state.offer?.lines ?? []) };
    case 'AmendmentOffered':
      return { ...state, amendment: event.data };
    case 'AmendmentAccepted': {
      const { changes, adds, value } = event.data;
      return { ...state, amendment: null, value, lines: changed(state.lines, changes, adds) };
    }
    case 'CaseModified':
      return { ...state, value: event.data.value, lines: changed(state.lines, event.data.changes, []) };
    case 'WorksStarted':
    case 'WorksCompleted':
    case 'WorksAccepted': {
      const works = { stage: STAGE[event.type], on: event.data.on };
      return withLine(state, event.data.line, (line) => ({ ...line, works }));
    }
    case 'AssistanceDelivered':
      return withLine(state, event.data.line, (line) => withDelivery(line, event.id, event.data));
    case 'DeliveryCorrected': {
      // What was reconciled before the correction has to be reconciled again.
      const status = state.status === 'reconciled' ? 'accepted' : state.status;
      return { ...withLine(state, event.data.line, (line) => withCorrection(line, event.data)), status };
    }
    case 'CaseReconciled':
      return { ...state, status: 'reconciled' };
    case 'CaseClosed':
      return { ...state, status: 'closed' };
    case 'CaseCancelled':
      return { ...state, status: 'cancelled' };
    default:
      return never(event);
  }
}
