import { type DecisionContext, type Known, type Refusal, refuse } from '@entente/kernel';
import { programme } from '../planning/programme.js';
import { type AssistanceCase, type Offer, entry } from './facts.js';

/** R16: who sets the order of acceptance, deposit and execution aside, and why, both by codes. */
export interface Emergency {
  readonly authority: string;
  readonly reason: string;
}

/** A step of the works on a line, and its day. */
export interface Works {
  readonly line: string;
  readonly on: string;
}

const notAccepted = ({ status }: AssistanceCase): Refusal =>
  refuse('not-accepted', 'the offer was made and accepted', 'R16', { status });

const otherCurrency = ({ currency }: Offer): Refusal =>
  refuse('other-currency', "the amount is in the case's currency", null, { currency });

/** Deposits are received for an accepted case until the initial deposit is complete. */
export function cannotReceive(state: AssistanceCase, amount: number, currency: string): Refusal | null {
  const { deposited, offer, value } = state;
  if (state.status !== 'accepted' || offer === null) return notAccepted(state);
  if (currency !== offer.currency) return otherCurrency(offer);
  if (deposited >= offer.initialDeposit)
    return refuse('deposit-complete', 'some of the initial deposit is missing', 'R16', { deposited });
  if (amount <= value - deposited) return null;
  return refuse('deposit-exceeds-value', "the deposit stays within the case's value", 'R16', { value, deposited });
}

/** R16: execution only after acceptance and the initial deposit, or by an emergency exception; R19: never while the programme is suspended. */
export function cannotImplement(state: AssistanceCase, emergency: Emergency | undefined, known: Known): Refusal | null {
  const { deposited, offer } = state;
  if (state.implemented) return refuse('already-implemented', 'the case is not being executed yet', 'R16');
  if (state.programme !== undefined && known.of(programme, state.programme)?.status === 'suspended')
    return refuse('programme-suspended', 'the programme is not suspended', 'R19', { programme: state.programme });
  if (offer === null) return notAccepted(state);
  if (emergency !== undefined) return null;
  if (state.status !== 'accepted') return notAccepted(state);
  if (deposited >= offer.initialDeposit) return null;
  const { initialDeposit } = offer;
  return refuse('deposit-missing', 'the initial deposit was received', 'R16', { initialDeposit, deposited });
}

/** The stage of works that each command makes, and the one that it follows. */
export const WORKS = {
  StartWorks: { event: 'WorksStarted', after: null },
  CompleteWorks: { event: 'WorksCompleted', after: 'started' },
  AcceptWorks: { event: 'WorksAccepted', after: 'completed' },
} as const;

/** Works go from started to completed to accepted, each no earlier than the one before, under an implemented case (R16). */
export function cannotWork(
  state: AssistanceCase,
  type: keyof typeof WORKS,
  { line: name, on }: Works,
  c: DecisionContext,
): Refusal | null {
  if (!state.implemented)
    return refuse('not-implemented', 'the case has been implemented', 'R16', { status: state.status });
  const line = entry(state.lines, name);
  if (line?.inForce !== true) return refuse('line-unknown', 'the line is part of the case', null, { line: name });
  const stage = line.works?.stage ?? null;
  if (stage !== WORKS[type].after)
    return refuse('works-out-of-order', 'works are started, completed, accepted, in that order and once', null, {
      line: name,
      stage,
    });
  if (line.works !== null && on < line.works.on)
    return refuse('before-the-fact', 'works come no earlier than the step before', null, { on: line.works.on });
  return on > c.now.slice(0, 10) ? refuse('day-in-future', 'the day has come', null, { on }) : null;
}

const linesWhere = (
  state: AssistanceCase,
  holds: (line: AssistanceCase['lines'][string]) => boolean,
): readonly string[] => Object.entries(state.lines).flatMap(([name, line]) => (holds(line) ? [name] : []));

/** All lines are delivered, or what is missing was cancelled by amendment, and no works are under way. */
export function cannotReconcile(state: AssistanceCase, finalValue: number, currency: string): Refusal | null {
  const { offer, value } = state;
  if (state.status !== 'accepted' || offer === null) return notAccepted(state);
  if (!state.implemented) return refuse('not-implemented', 'the case has been implemented', 'R16');
  const lines = linesWhere(
    state,
    (line) => line.inForce && (line.delivered < line.quantity || (line.works?.stage ?? 'accepted') !== 'accepted'),
  );
  if (lines.length > 0)
    return refuse('lines-outstanding', 'every line is delivered, or cancelled by amendment', null, { lines });
  if (currency !== offer.currency) return otherCurrency(offer);
  if (finalValue <= value) return null;
  return refuse('final-value-exceeds-case', 'the final value stays within the amended case', null, { value });
}

/** A case is cancelled before anything was built or delivered under it; afterwards it is amended, reconciled and closed. */
export function cannotCancel(state: AssistanceCase): Refusal | null {
  const lines = linesWhere(state, (line) => line.delivered > 0 || line.works !== null);
  return lines.length === 0 ? null : refuse('execution-begun', 'nothing was built or delivered yet', null, { lines });
}
