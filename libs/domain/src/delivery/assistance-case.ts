import {
  type DecisionContext,
  type Decider,
  type Known,
  type Refusal,
  actsFor,
  addDays,
  alreadyThere,
  never,
  notThere,
  refuse,
} from '@entente/kernel';
import { programme } from '../planning/programme.js';
import { type Delivered, correctDelivery, deliver, restsOn } from './assistance-delivery.js';
import {
  WORKS,
  type Emergency,
  type Works,
  cannotCancel,
  cannotImplement,
  cannotReceive,
  cannotReconcile,
  cannotWork,
} from './assistance-execution.js';
import {
  type Modification,
  cannotAccept,
  cannotAcceptAmendment,
  cannotAdd,
  cannotLapse,
  cannotMake,
  cannotModify,
  cannotNotify,
  cannotOfferAmendment,
  cannotPrepare,
  valueAfter,
} from './assistance-offer.js';
import { type AssistanceCaseEvent, type AssistanceCaseData as DataOf, evolveCase } from './assistance-record.js';
import { type AssistanceCase, consignmentFacts } from './facts.js';
import { type CaseRelation as Sender, notSentBy } from './senders.js';

// ---- Commands ----

interface Offered {
  readonly offer: string;
}

/** What each command asks for; where nothing is added by the decision, it is the event's own data. */
interface Asks {
  RequestAssistance: DataOf<'AssistanceRequested'>;
  ReturnRequest: DataOf<'RequestReturnedIncomplete'>;
  SupplementRequest: DataOf<'RequestSupplemented'>;
  AddCaseLine: DataOf<'CaseLineAdded'>;
  PrepareOffer: DataOf<'OfferPrepared'>;
  NotifyLegislatureOfOffer: Offered & { readonly on: string };
  MakeOffer: Offered;
  AcceptOffer: DataOf<'OfferAccepted'>;
  LapseOffer: Offered;
  ReceiveInitialDeposit: DataOf<'InitialDepositReceived'>;
  ImplementCase: { readonly emergency?: Emergency };
  OfferAmendment: DataOf<'AmendmentOffered'>;
  AcceptAmendment: { readonly amendment: string };
  ModifyCase: { readonly changes: readonly Modification[]; readonly reason: string };
  StartWorks: Works;
  CompleteWorks: Works;
  AcceptWorks: Works;
  DeliverAssistance: Delivered;
  CorrectDelivery: DataOf<'DeliveryCorrected'>;
  ReconcileCase: DataOf<'CaseReconciled'>;
  CloseCase: DataOf<'CaseClosed'>;
  CancelCase: DataOf<'CaseCancelled'>;
}

export type AssistanceCaseCommand = {
  [Type in keyof Asks]: { readonly type: Type; readonly data: Asks[Type] };
}[keyof Asks];

// ---- Decisions ----

/** Who may send what: the recipient asks and accepts, the donor offers and implements, either cancels; implementers build and deliver. */
const SENDERS = {
  RequestAssistance: 'party',
  ReturnRequest: 'donor',
  SupplementRequest: 'recipient',
  AddCaseLine: 'donor',
  PrepareOffer: 'donor',
  NotifyLegislatureOfOffer: 'donor',
  MakeOffer: 'donor',
  AcceptOffer: 'recipient',
  LapseOffer: 'donor',
  ReceiveInitialDeposit: 'donor',
  ImplementCase: 'donor',
  OfferAmendment: 'donor',
  AcceptAmendment: 'recipient',
  ModifyCase: 'donor',
  StartWorks: 'deliverer',
  CompleteWorks: 'deliverer',
  AcceptWorks: 'recipient',
  DeliverAssistance: 'deliverer',
  CorrectDelivery: 'deliverer',
  ReconcileCase: 'donor',
  CloseCase: 'donor',
  CancelCase: 'party',
} as const satisfies Record<AssistanceCaseCommand['type'], Sender>;

function cannotRequest(data: Asks['RequestAssistance'], c: DecisionContext, known: Known): Refusal | null {
  const { donor, recipient, programme: id, letter } = data;
  if (donor === recipient) return refuse('donor-is-recipient', 'donor and recipient are two organisations');
  if (actsFor(c.actor) === donor && letter === undefined)
    return refuse('letter-not-named', 'the donor names the letter of request that it received', null, { recipient });
  if (id === undefined) return null;
  const of = known.of(programme, id);
  if (of === null)
    return refuse('programme-not-found', 'the programme named has been proposed', null, { programme: id });
  if (of.donor === donor && of.recipient === recipient) return null;
  return refuse('programme-of-others', 'the programme has the same donor and recipient', null, { programme: id });
}

function decide(
  command: AssistanceCaseCommand,
  state: AssistanceCase | null,
  c: DecisionContext,
  known: Known,
): readonly AssistanceCaseEvent[] | Refusal {
  if (command.type === 'RequestAssistance') {
    if (state !== null) return alreadyThere('assistance case');
    const bad = notSentBy(SENDERS[command.type], command.data, c) ?? cannotRequest(command.data, c, known);
    return bad ?? [{ type: 'AssistanceRequested', data: command.data }];
  }
  if (state === null) return notThere('assistance case');
  const bad = notSentBy(SENDERS[command.type], state, c);
  if (bad !== null) return bad;
  const { status } = state;
  const ended =
    status === 'closed' || status === 'cancelled' || (status === 'reconciled' && command.type !== 'CloseCase');
  // R26: a delivery stays correctable after the case's end.
  if (ended && command.type !== 'CorrectDelivery')
    return refuse('case-ended', 'the case is neither reconciled, closed nor cancelled', null, { status });
  switch (command.type) {
    case 'ReturnRequest':
      if (state.status !== 'requested')
        return refuse('not-requested', 'the request has not been answered yet', null, { status });
      return [{ type: 'RequestReturnedIncomplete', data: command.data }];
    case 'SupplementRequest':
      if (state.status !== 'returned')
        return refuse('not-returned', 'the request was returned as incomplete', null, { status });
      return [{ type: 'RequestSupplemented', data: command.data }];
    case 'AddCaseLine':
      return cannotAdd(state, command.data.line) ?? [{ type: 'CaseLineAdded', data: command.data }];
    case 'PrepareOffer':
      return cannotPrepare(state, command.data, c) ?? [{ type: 'OfferPrepared', data: command.data }];
    case 'NotifyLegislatureOfOffer': {
      const { offer, on } = command.data;
      const until = addDays(on, state.offer?.noticeDays ?? 0);
      return cannotNotify(state, offer, on, c) ?? [{ type: 'LegislatureNotifiedOfOffer', data: { offer, on, until } }];
    }
    case 'MakeOffer': {
      const { offer } = command.data;
      const validUntil = state.offer?.validUntil ?? '';
      return cannotMake(state, offer, c) ?? [{ type: 'OfferMade', data: { offer, validUntil } }];
    }
    case 'AcceptOffer':
      return cannotAccept(state, command.data, c) ?? [{ type: 'OfferAccepted', data: command.data }];
    case 'LapseOffer': {
      const { offer } = command.data;
      const on = () => addDays(state.offer?.validUntil ?? '', 1);
      return cannotLapse(state, offer, c) ?? [{ type: 'OfferLapsed', data: { offer, on: on() } }];
    }
    case 'ReceiveInitialDeposit': {
      const { amount, currency } = command.data;
      return cannotReceive(state, amount, currency) ?? [{ type: 'InitialDepositReceived', data: command.data }];
    }
    case 'ImplementCase': {
      const { deposited, offer } = state;
      const data = { deposited, currency: offer?.currency ?? '', ...command.data };
      return cannotImplement(state, command.data.emergency, known) ?? [{ type: 'CaseImplemented', data }];
    }
    case 'OfferAmendment':
      return cannotOfferAmendment(state, command.data) ?? [{ type: 'AmendmentOffered', data: command.data }];
    case 'AcceptAmendment': {
      const { amendment } = command.data;
      const { changes, adds } = state.amendment ?? { changes: [], adds: [] };
      const data = { amendment, changes, adds, value: valueAfter(state, changes, adds) };
      return cannotAcceptAmendment(state, amendment) ?? [{ type: 'AmendmentAccepted', data }];
    }
    case 'ModifyCase': {
      const data = { ...command.data, value: valueAfter(state, command.data.changes, []) };
      return cannotModify(state, command.data.changes) ?? [{ type: 'CaseModified', data }];
    }
    case 'StartWorks':
    case 'CompleteWorks':
    case 'AcceptWorks': {
      const { type, data } = command;
      return cannotWork(state, type, data, c) ?? [{ type: WORKS[type].event, data }];
    }
    case 'DeliverAssistance':
      return deliver(command.data, state, c, known);
    case 'CorrectDelivery':
      return correctDelivery(command.data, state, c, known);
    case 'ReconcileCase': {
      const { finalValue, currency } = command.data;
      return cannotReconcile(state, finalValue, currency) ?? [{ type: 'CaseReconciled', data: command.data }];
    }
    case 'CloseCase':
      if (state.status !== 'reconciled') return refuse('not-reconciled', 'the case was reconciled', null, { status });
      return [{ type: 'CaseClosed', data: command.data }];
    case 'CancelCase':
      return cannotCancel(state) ?? [{ type: 'CaseCancelled', data: command.data }];
    default:
      return never(command);
  }
}

/** The rules of an assistance case, from the request to the closing: R16, R19, R26. */
export const assistanceCase: Decider<
  'assistance-case',
  AssistanceCaseCommand,
  AssistanceCaseEvent,
  AssistanceCase | null
> = {
  kind: 'assistance-case',
  ids: 'prefixed',
  initial: null,
  evolve: evolveCase,
  consults: (command, state) => {
    const { kind } = consignmentFacts;
    if (command.type === 'DeliverAssistance') return restsOn(command.data);
    if (command.type === 'CorrectDelivery')
      return command.data.consignment === undefined ? [] : [{ kind, id: command.data.consignment }];
    const of = command.type === 'RequestAssistance' ? command.data.programme : state?.programme;
    const rests = command.type === 'RequestAssistance' || command.type === 'ImplementCase';
    return rests && of !== undefined ? [{ kind: 'programme', id: of }] : [];
  },
  opens: 'RequestAssistance',
  authorise: () => null,
  decide: (command, state, context) => decide(command, state, context, context.known),
};
