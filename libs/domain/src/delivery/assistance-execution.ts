import type {
  CorrectInitialDeposit,
  CorrectReconciliation,
  CorrectWorksDay,
  HoldCase,
  ImplementCase,
  ReceiveInitialDeposit,
  ReconcileCase,
  WorksOnLine,
} from '@entente/contracts';
import { type DecisionContext, type Refusal, refuse } from '@entente/kernel';
import { statedElsewhere } from '../corrections.js';
import { factDay, inTheFuture } from '../days.js';
import { frameworkOf, noAgreementInForce } from '../framework/framework-facts.js';
import { programmeStopped } from '../planning/programme-stopped.js';
import { cannotStopFor, stillStopped } from '../safeguards/misuse-holds.js';
import { onHold, scopesOf } from '../safeguards/holds.js';
import {
  type AssistanceCase,
  type CaseLine,
  assistanceCaseFacts,
  consignmentFacts,
  ownValue,
  statusOf,
} from './facts.js';
import { notSentBy } from './senders.js';

const notAccepted = (state: AssistanceCase): Refusal =>
  refuse('not-accepted', 'the offer was made and accepted', 'R16', { status: statusOf(state) });

const otherCurrency = ({ currency }: { readonly currency: string }): Refusal =>
  refuse('other-currency', "the amount is in the case's currency", null, { currency });

/** Deposits are received for an accepted case until the initial deposit is complete. */
export function cannotReceive({ amount, currency }: ReceiveInitialDeposit, state: AssistanceCase): Refusal | null {
  const { deposited, offer } = state;
  if (state.status !== 'accepted' || offer === null) return notAccepted(state);
  if (currency !== offer.currency) return otherCurrency(offer);
  if (deposited >= offer.initialDeposit)
    return refuse('deposit-complete', 'some of the initial deposit is missing', 'R16', { deposited });
  return beyondValue(amount, state);
}

const beyondValue = (more: number, { value, deposited }: AssistanceCase): Refusal | null =>
  more <= Math.max(0, value - deposited)
    ? null
    : refuse('deposit-exceeds-value', "the deposit stays within the case's value", 'R16', { value, deposited });

/**
 * R26: another amount was received, or nothing. A case that was implemented on it stays so: what is
 * missing of the deposit can be received, and `executed-early` finds what came before that.
 */
export const cannotCorrectDeposit = ({ difference }: CorrectInitialDeposit, state: AssistanceCase): Refusal | null =>
  beyondValue(difference, state);

const caseHeld = (id: string, { held }: AssistanceCase): Refusal | null =>
  held === null ? null : refuse('case-held', 'the case is released', 'R19', { case: id, reason: held });

/**
 * R19: under a held case nothing is implemented, shipped, paid, trained or released. Without a case
 * nothing is held.
 */
export function namedCaseHeld(id: string | undefined, { known }: Pick<DecisionContext, 'known'>): Refusal | null {
  const of = id === undefined ? null : known.of(assistanceCaseFacts, id);
  return id === undefined || of === null ? null : caseHeld(id, of);
}

/** A case is held once, and for each further misuse case. */
export function cannotHold({ misuseCase }: HoldCase, state: AssistanceCase, context: DecisionContext): Refusal | null {
  if (misuseCase !== undefined) return cannotStopFor(misuseCase, state, state.held !== null, context);
  return state.held === null ? null : refuse('already-held', 'the case is not held', 'R19', { reason: state.held });
}

export const cannotRelease = (_: unknown, state: AssistanceCase, context: DecisionContext): Refusal | null =>
  state.held === null
    ? refuse('not-held', 'the case is held', 'R19')
    : stillStopped(state.misuseCases, { kind: 'case', id: context.stream.id }, context);

/**
 * R16: execution only after acceptance and the initial deposit, or by an emergency exception.
 * R19: never while the programme is suspended, after its end, while the case is held, or a hold is
 * in force. R1: with an agreement in force, if the programme names one.
 */
export function cannotImplement(
  { emergency }: ImplementCase,
  state: AssistanceCase,
  context: DecisionContext,
): Refusal | null {
  const { known, stream } = context;
  const { deposited, offer } = state;
  if (state.implemented) return refuse('already-implemented', 'the case is not being executed yet', 'R16');
  const day = factDay(context);
  const ended = programmeStopped(state.programme, context, day);
  if (ended !== null) return ended;
  const scopes = scopesOf({ ...state, case: stream.id });
  const held = caseHeld(stream.id, state) ?? onHold(scopes, state.donor, context);
  const barred = held ?? noAgreementInForce(frameworkOf(state.programme, known), day, scopes);
  if (barred !== null) return barred;
  if (offer === null) return notAccepted(state);
  if (emergency !== undefined) return null;
  if (state.status !== 'accepted') return notAccepted(state);
  if (deposited >= offer.initialDeposit) return null;
  const { initialDeposit } = offer;
  return refuse('deposit-missing', 'the initial deposit was received', 'R16', { initialDeposit, deposited });
}

const beforeStep = (on: string): Refusal =>
  refuse('before-the-fact', 'works come no earlier than the step before', 'R30', { on });

/**
 * R30: works are started, completed, accepted, each no earlier than the step before. R16: under an
 * implemented case.
 */
export const cannotWorkAfter =
  (before: 'started' | 'completed' | null) =>
  ({ line: name, on }: WorksOnLine, state: AssistanceCase, context: DecisionContext): Refusal | null => {
    if (!state.implemented)
      return refuse('not-implemented', 'the case has been implemented', 'R16', { status: state.status });
    const line = ownValue(state.lines, name);
    if (line?.inForce !== true) return refuse('line-unknown', 'the line is part of the case', null, { line: name });
    const stage = line.works?.stage ?? null;
    if (stage !== before)
      return refuse('works-out-of-order', 'works are started, completed, accepted, in that order and once', 'R30', {
        line: name,
        stage,
      });
    if (line.works !== null && on < line.works.on) return beforeStep(line.works.on);
    return inTheFuture(on, context);
  };

const STEPS = { WorksStarted: 'started', WorksCompleted: 'completed', WorksAccepted: 'accepted' } as const;

/** R26, R30: a step of works was on another day, in their order and before what rests on it. */
export function correctWorksDay(data: CorrectWorksDay, state: AssistanceCase, context: DecisionContext) {
  const { corrects, line: name, on } = data;
  const type = context.known.typeOfEvent(corrects) as keyof typeof STEPS;
  const { works, deliveries } = state.lines[name] as CaseLine;
  const events = Object.keys(works?.days ?? {});
  const dayOf = (n: number): readonly string[] => [works?.days[events[n] ?? '']].filter((day) => day !== undefined);
  const at = events.indexOf(corrects);
  const resting = Object.values(deliveries).filter(({ facts }) => facts.some(({ event }) => event === corrects));
  const [before] = dayOf(at - 1);
  const [after] = [...dayOf(at + 1), ...resting.map((one) => one.on)].toSorted();
  return (
    notSentBy(type === 'WorksAccepted' ? 'recipient' : 'deliverer', state, context) ??
    (before !== undefined && on < before ? beforeStep(before) : null) ??
    (after !== undefined && after < on ? beforeStep(after) : null) ??
    inTheFuture(on, context) ?? [{ type: 'WorksDayCorrected', data: { ...data, step: STEPS[type] } } as const]
  );
}

const linesWhere = ({ lines }: AssistanceCase, holds: (line: CaseLine) => boolean): readonly string[] =>
  Object.entries(lines).flatMap(([name, line]) => (holds(line) ? [name] : []));

/** Every line is delivered, or cancelled by amendment, and no works are in progress. */
export function cannotReconcile({ finalValue, currency }: ReconcileCase, state: AssistanceCase): Refusal | null {
  const { offer, value } = state;
  if (state.status !== 'accepted' || offer === null) return notAccepted(state);
  if (!state.implemented) return refuse('not-implemented', 'the case has been implemented', 'R16');
  const lines = linesWhere(
    state,
    (line) => line.inForce && (line.delivered < line.quantity || (line.works?.stage ?? 'accepted') !== 'accepted'),
  );
  if (lines.length > 0)
    return refuse('lines-outstanding', 'every line is delivered, or cancelled by amendment', null, { lines });
  return currency === offer.currency ? exceedsCase(finalValue, value) : otherCurrency(offer);
}

const exceedsCase = (finalValue: number, value: number): Refusal | null =>
  finalValue <= value
    ? null
    : refuse('final-value-exceeds-case', 'the final value stays within the amended case', null, { value });

/** R26: the final value of the reconciliation that holds was another one. */
export const cannotCorrectReconciliation = (
  { corrects, finalValue }: CorrectReconciliation,
  { reconciledBy, value }: AssistanceCase,
): Refusal | null => (corrects === reconciledBy ? exceedsCase(finalValue, value) : statedElsewhere('finalValue'));

/** The consignments that are to bring something of a case, or have brought it, as noted. */
export const bringing = ({ lines }: AssistanceCase): readonly string[] => [
  ...new Set(
    Object.values(lines).flatMap(({ brought }) => Object.keys(brought).filter((id) => (brought[id] ?? 0) > 0)),
  ),
];

/**
 * A case is cancelled before anything was built or delivered under it, or is under way. After that
 * it is amended, reconciled and closed. A consignment that has not left cannot leave afterwards.
 * Of one that was scheduled a moment before, and is not noted yet, what is received later is no
 * delivery; `deliverables` shows it as received of an ended line.
 */
export function cannotCancel(state: AssistanceCase, { known }: DecisionContext): Refusal | null {
  const lines = linesWhere(state, (line) => line.delivered > 0 || line.works !== null);
  if (lines.length + state.arrived.length > 0)
    return refuse('execution-begun', 'nothing was built or delivered yet', null, { lines, arrived: state.arrived });
  for (const id of bringing(state)) {
    const { reached = {} } = known.of(consignmentFacts, id) ?? {};
    if (Object.keys(reached).length > 0)
      return refuse('already-under-way', 'no consignment of the case has reached a point yet', 'R16', {
        consignment: id,
        ...reached,
      });
  }
  return null;
}
