import type { AssistanceCaseCommand, AssistanceCaseEvent, RequestAssistance } from '@entente/contracts';
import { type DecisionContext, type Refusal, actsFor, addDays, authoriseBy, decideBy, refuse } from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { correcting } from '../corrections.js';
import { inOrder } from '../fact-order.js';
import { type Besides, answerable } from '../fact-answers.js';
import { frameworkStreamsOf } from '../framework/framework-facts.js';
import { programme } from '../planning/programme.js';
import { consultingImplementers, notRegistered, partiesOf, partyStreams } from '../parties/registration.js';
import { holdStreams, scopesOf } from '../safeguards/holds.js';
import { misuseStreams } from '../safeguards/misuse-holds.js';
import {
  arrivedBefore,
  cannotCorrectDelivery,
  cannotDeliver,
  correctedBy,
  countedInRoom,
  deliveriesOf,
  restsOn,
  scheduleOf,
  waitingStreams,
} from './assistance-delivery.js';
import {
  bringing,
  cannotCancel,
  cannotCorrectDeposit,
  cannotHold,
  cannotImplement,
  cannotReceive,
  cannotCorrectReconciliation,
  cannotReconcile,
  cannotRelease,
  cannotWorkAfter,
  correctWorksDay,
} from './assistance-execution.js';
import {
  cannotAccept,
  cannotAcceptAmendment,
  cannotAdd,
  cannotCorrectLine,
  cannotLapse,
  cannotMake,
  cannotModify,
  cannotNotify,
  cannotOfferAmendment,
  cannotPrepare,
  valueAfter,
  withNotice,
} from './assistance-offer.js';
import { evolveCase } from './assistance-record.js';
import { type AssistanceCase, consignmentFacts, statusOf } from './facts.js';
import { relationsTo } from './senders.js';

function cannotRequest(data: RequestAssistance, context: DecisionContext): Refusal | null {
  const { actor, known } = context;
  const { donor, recipient, programme: id, letter } = data;
  if (donor === recipient) return refuse('donor-is-recipient', 'donor and recipient are two organisations');
  if (actsFor(actor) === donor && letter === undefined)
    return refuse('letter-not-named', 'the donor names the letter of request that it received', null, { recipient });
  const parties = partiesOf(data);
  if (id === undefined) return notRegistered(parties, context);
  const of = known.of(programme, id);
  if (of === null)
    return refuse('programme-not-found', 'the programme named has been proposed', null, { programme: id });
  if (of.donor === donor && of.recipient === recipient) return notRegistered(parties, context);
  return refuse('programme-of-others', 'the programme has the same donor and recipient', null, { programme: id });
}

/** R26: what stays correctable after the end of a case. */
const LASTING: readonly AssistanceCaseCommand['type'][] = [
  'CorrectDelivery',
  'CorrectWorksDay',
  'CorrectInitialDeposit',
  'CorrectReconciliation',
];

/**
 * R26: deposits, deliveries and works stay correctable after the case's end, also what the system
 * counted. A case that is reconciled can be taken up again: what its consignments bring is noted.
 */
function ended({ type }: { readonly type: AssistanceCaseCommand['type'] }, { status }: AssistanceCase): Refusal | null {
  const over = status === 'closed' || status === 'cancelled' || (status === 'reconciled' && type !== 'CloseCase');
  const corrects = LASTING.includes(type) || (type === 'CountDelivery' && status !== 'cancelled');
  return over && !corrects && type !== 'NoteSchedule'
    ? refuse('case-ended', 'the case is neither reconciled, closed nor cancelled', null, { status })
    : null;
}

const decide = decideBy<AssistanceCase, Besides<AssistanceCaseCommand>, Besides<AssistanceCaseEvent>>()(
  'RequestAssistance',
  (data, context) => {
    const framework = data.programme === undefined ? undefined : context.known.of(programme, data.programme)?.framework;
    const requested = { ...data, ...(framework === undefined ? {} : { framework }) };
    return cannotRequest(data, context) ?? [{ type: 'AssistanceRequested', data: requested }];
  },
  ended,
  {
    ReturnRequest: {
      unless: (_, state) =>
        state.status === 'requested'
          ? null
          : refuse('not-requested', 'the request has not been answered yet', null, { status: statusOf(state) }),
      then: 'RequestReturnedIncomplete',
    },
    SupplementRequest: {
      unless: (_, state) =>
        state.status === 'returned'
          ? null
          : refuse('not-returned', 'the request was returned as incomplete', null, { status: statusOf(state) }),
      then: 'RequestSupplemented',
    },
    AddCaseLine: { unless: cannotAdd, then: 'CaseLineAdded' },
    CorrectCaseLine: { unless: cannotCorrectLine, then: 'CaseLineCorrected' },
    PrepareOffer: (data, state, context) =>
      cannotPrepare(data, state, context) ?? [{ type: 'OfferPrepared', data: withNotice(data, state, context) }],
    NotifyLegislatureOfOffer: (data, state, context) => {
      const { offer, on } = data;
      const until = addDays(on, state.offer?.noticeDays ?? 0);
      return cannotNotify(data, state, context) ?? [{ type: 'LegislatureNotifiedOfOffer', data: { offer, on, until } }];
    },
    MakeOffer: (data, state, context) => {
      const validUntil = state.offer?.validUntil ?? '';
      return cannotMake(data, state, context) ?? [{ type: 'OfferMade', data: { offer: data.offer, validUntil } }];
    },
    AcceptOffer: { unless: cannotAccept, then: 'OfferAccepted' },
    LapseOffer: (data, state, context) => {
      const refusal = cannotLapse(data, state, context);
      const on = () => addDays(state.offer?.validUntil ?? '', 1);
      return refusal ?? [{ type: 'OfferLapsed', data: { offer: data.offer, on: on() } }];
    },
    ReceiveInitialDeposit: { unless: cannotReceive, then: 'InitialDepositReceived' },
    CorrectInitialDeposit: { unless: cannotCorrectDeposit, then: 'InitialDepositCorrected' },
    ImplementCase: (data, state, context) => {
      const { deposited, offer } = state;
      const implemented = { deposited, currency: offer?.currency ?? '', ...arrivedBefore(state), ...data };
      return cannotImplement(data, state, context) ?? [{ type: 'CaseImplemented', data: implemented }];
    },
    OfferAmendment: { unless: cannotOfferAmendment, then: 'AmendmentOffered' },
    AcceptAmendment: ({ amendment }, state, context) => {
      const { changes, adds } = state.amendment ?? { changes: [], adds: [] };
      const data = { amendment, changes, adds, value: valueAfter(state, changes, adds) };
      const counts = () => changes.flatMap((change) => countedInRoom(change.line, change.quantityBy, state, context));
      return cannotAcceptAmendment(amendment, state) ?? [{ type: 'AmendmentAccepted', data }, ...counts()];
    },
    ModifyCase: (data, state) => {
      const value = valueAfter(state, data.changes, []);
      return cannotModify(data, state) ?? [{ type: 'CaseModified', data: { ...data, value } }];
    },
    StartWorks: { unless: cannotWorkAfter(null), then: 'WorksStarted' },
    CompleteWorks: { unless: cannotWorkAfter('started'), then: 'WorksCompleted' },
    AcceptWorks: { unless: cannotWorkAfter('completed'), then: 'WorksAccepted' },
    CorrectWorksDay: correctWorksDay,
    DeliverAssistance: (data, state, context) => {
      const point = state.offer?.deliveryPoint ?? 'receipt';
      return cannotDeliver(data, state, context) ?? [{ type: 'AssistanceDelivered', data: { ...data, point } }];
    },
    CountDelivery: deliveriesOf,
    NoteSchedule: scheduleOf,
    CorrectDelivery: (data, state, context) => {
      const counts = () => countedInRoom(data.line, -data.quantityBy, state, context, data.consignment);
      return cannotCorrectDelivery(data, state, context) ?? [{ type: 'DeliveryCorrected', data }, ...counts()];
    },
    HoldCase: { unless: cannotHold, then: 'CaseHeld' },
    ReleaseCase: { unless: cannotRelease, then: 'CaseReleased' },
    CorrectReconciliation: { unless: cannotCorrectReconciliation, then: 'ReconciliationCorrected' },
    ReconcileCase: { unless: cannotReconcile, then: 'CaseReconciled' },
    CloseCase: {
      unless: (_, state) =>
        state.status === 'reconciled'
          ? null
          : refuse('not-reconciled', 'the case was reconciled', null, { status: statusOf(state) }),
      then: 'CaseClosed',
    },
    CancelCase: { unless: (_, state, context) => cannotCancel(state, context), then: 'CaseCancelled' },
  },
);

/** The rules of an assistance case, from the request to the closing: R16, R19, R26, R29, R31. */
export const assistanceCase: DeciderOf<'assistance-case', AssistanceCase> = answerable(
  consultingImplementers(
    inOrder(
      {
        AcceptOffer: ['OfferMade'],
        ImplementCase: ['OfferAccepted', 'InitialDepositReceived'],
      },
      correcting({
        kind: 'assistance-case',
        ids: 'prefixed',
        initial: null,
        opens: 'RequestAssistance',
        evolve: evolveCase,
        consults: (command, state, known, _, { id }) => {
          const { kind } = consignmentFacts;
          if (command.type === 'DeliverAssistance') return restsOn(command.data);
          if (command.type === 'NoteSchedule') return [{ kind, id: command.data.consignment }];
          if (command.type === 'CountDelivery')
            return [
              { kind, id: command.data.consignment },
              ...(state === null ? [] : waitingStreams(state, Object.keys(state.lines), command.data.consignment)),
            ];
          if (command.type === 'AcceptAmendment')
            return state === null ? [] : waitingStreams(state, state.amendment?.changes.map(({ line }) => line) ?? []);
          if (command.type === 'CancelCase')
            return (state === null ? [] : bringing(state)).map((one) => ({ kind, id: one }));
          if (command.type === 'CorrectDelivery') return correctedBy(command.data, state);
          if (command.type === 'HoldCase')
            return misuseStreams(command.data.misuseCase === undefined ? [] : [command.data.misuseCase]);
          if (command.type === 'ReleaseCase') return misuseStreams(state?.misuseCases ?? []);
          const opens = command.type === 'RequestAssistance';
          const of = opens ? command.data.programme : state?.programme;
          const within = of === undefined ? [] : [{ kind: 'programme', id: of }];
          if (opens) return [...within, ...partyStreams(partiesOf(command.data))];
          if (state === null) return [];
          if (command.type === 'PrepareOffer') return [...within, ...frameworkStreamsOf(of, known)];
          if (command.type !== 'ImplementCase') return [];
          return [...within, ...frameworkStreamsOf(of, known), ...holdStreams(scopesOf({ ...state, case: id }))];
        },
        authorise: authoriseBy(
          relationsTo((state, _, command) => (command.type === 'RequestAssistance' ? command.data : state)),
        ),
        decide,
        reportsHistory: (command, state) =>
          state?.reported === true || (command.type === 'RequestAssistance' && command.data.basis === 'reported'),
      }),
    ),
  ),
);
