import type {
  AgreeRemediationPlan,
  CorrectRecovery,
  DecideMeasure,
  Measure,
  MisuseCaseEvent,
  RecordAssurances,
  RecoverFunds,
} from '@entente/contracts';
import { type DecisionContext, type Refusal, type StreamRef, refuse } from '@entente/kernel';
import { factDay } from '../days.js';
import { fundingAccount } from '../planning/funding-account.js';
import { cannotGoBack } from '../planning/funding-movements.js';
import { notPut } from './misuse-inquiry.js';
import { type MisuseCase, nothingRecovered } from './misuse-record.js';
import { isReporter } from './misuse-permissions.js';

// ---- Measures ----

/** R18: one of these measures must have been decided before it is carried out. */
export const notDecided = ({ measures }: MisuseCase, ...any: readonly Measure[]): Refusal | null =>
  any.some((measure) => measures.includes(measure))
    ? null
    : refuse('measure-not-decided', `the measure ${any.join(' or ')} has been decided`, 'R18');

/** The fields that each measure needs. */
const NEEDS = {
  'no-action': 'justification',
  condition: 'conditions',
  refer: 'referredTo',
} as const satisfies Partial<Record<Measure, keyof DecideMeasure>>;

export function cannotDecide(data: DecideMeasure, state: MisuseCase): Refusal | null {
  const { measure } = data;
  const { measures } = state;
  const needs = measure in NEEDS ? NEEDS[measure as keyof typeof NEEDS] : undefined;
  if (needs !== undefined && (data[needs] === undefined || data[needs].length === 0))
    return refuse('measure-incomplete', `the measure ${measure} states its ${needs}`, 'R18', { needs });
  const unheard = measure === 'no-action' ? null : notPut(state);
  if (unheard !== null) return unheard;
  if (measures.includes(measure))
    return refuse('measure-already-decided', 'this measure has not been decided yet', null, { measures });
  if (measures.length > 0 && (measure === 'no-action' || measures.includes('no-action')))
    return refuse('no-action-stands-alone', 'no-action is the only measure', 'R18', { measures });
  return null;
}

/** What R18 still needs before the case closes. */
export function unfinished(state: MisuseCase): Refusal | null {
  const { measures, assistance } = state;
  if (state.status === 'substantiated' && measures.length === 0)
    return refuse('measure-missing', 'a measure has been decided, be it no action with its justification', 'R18');
  if (assistance === 'suspended') return refuse('assistance-suspended', 'assistance was resumed or terminated', 'R18');
  const left = measures.find(
    (measure) =>
      (measure === 'suspend' && assistance === 'running') ||
      (measure === 'terminate' && assistance !== 'terminated') ||
      (measure === 'condition' && assistance !== 'terminated' && !state.ceased) ||
      (measure === 'recover' && nothingRecovered(state)),
  );
  if (left !== undefined)
    return refuse('measure-not-carried-out', `the measure ${left} has been carried out`, 'R18', { measure: left });
  if (state.noticeRequired && !state.notified)
    return refuse('notice-missing', 'the legislature has been notified of the possible violation', 'R18');
  return null;
}

// ---- Remedy ----

export function cannotAgree(
  { due }: AgreeRemediationPlan,
  state: MisuseCase,
  context: DecisionContext,
): Refusal | null {
  const undecided = notDecided(state, 'suspend', 'condition');
  if (undecided !== null) return undecided;
  if (state.ceased) return refuse('violation-has-ceased', 'there is something left to remedy', 'R18');
  return due < factDay(context) ? refuse('day-in-past', 'the day for remedying is not over', null) : null;
}

export function cannotVerify(ceasedOn: string, state: MisuseCase, context: DecisionContext): Refusal | null {
  if (isReporter(state, context))
    return refuse('reporter-verifies', 'the verifier is not the organisation that reported', 'R18');
  if (!state.planned) return refuse('no-remediation-plan', 'a remediation plan has been agreed', 'R18');
  if (state.ceased) return refuse('violation-has-ceased', 'remediation has not been verified yet', 'R18');
  return ceasedOn > factDay(context) ? refuse('day-in-future', 'the violation has ceased already', 'R18') : null;
}

export function cannotAssure({ from }: RecordAssurances, state: MisuseCase): Refusal | null {
  const undecided = notDecided(state, 'suspend', 'condition');
  if (undecided !== null || from === state.recipient || from === state.accused) return undecided;
  return refuse('assurances-from-another', 'the recipient or the accused gives the assurances', 'R18');
}

/**
 * R18: assistance resumes after the violation has ceased and assurances against its recurrence were
 * given.
 */
export function cannotResume({ assistance, ceased, assured }: MisuseCase): Refusal | null {
  if (assistance !== 'suspended') return refuse('not-suspended', 'assistance is suspended', 'R18');
  if (!ceased) return refuse('violation-not-ceased', 'it has been verified that the violation ceased', 'R18');
  return assured ? null : refuse('assurances-missing', 'assurances against its recurrence were received', 'R18');
}

// ---- Recovery ----

/** Recovered money of a currency, in its minor units, stays within what a row can hold. */
function beyondRange({ recoveries }: MisuseCase, currency: string, by: number): Refusal | null {
  const total = Object.values(recoveries).reduce((sum, one) => (one.currency === currency ? sum + one.amount : sum), 0);
  return Number.isSafeInteger(total + by)
    ? null
    : refuse('amount-beyond-range', 'the total recovered stays within what a row can hold');
}

/** The account to which money comes back. */
export const recoveryStreams = ({ account }: RecoverFunds): readonly StreamRef[] =>
  account === undefined ? [] : [{ kind: fundingAccount.kind, id: account }];

/** R15: the account can record the reimbursement that follows: open, and as much disbursed. */
function cannotReimburse({ account: id, ...data }: RecoverFunds, context: DecisionContext): Refusal | null {
  if (id === undefined) return null;
  const account = context.known.of(fundingAccount, id);
  if (account === null) return refuse('account-not-found', 'the account has been opened', 'R15', { account: id });
  if (account.closed) return refuse('account-closed', 'the account is open', 'R15', { account: id });
  if (account.currency !== data.currency)
    return refuse('other-currency', "the amount is in the account's currency", 'R15', { currency: account.currency });
  return cannotGoBack(account, 'disbursed', { period: '', ...data }, context);
}

export const cannotRecover = (data: RecoverFunds, state: MisuseCase, context: DecisionContext): Refusal | null =>
  notDecided(state, 'recover') ?? beyondRange(state, data.currency, data.amount) ?? cannotReimburse(data, context);

/** R18: a case that closed on a recovery is reopened before nothing is left of it. */
function closedOnIt({ corrects, difference }: CorrectRecovery, state: MisuseCase): Refusal | null {
  const { status, measures, recoveries } = state;
  if (status !== 'closed' || !measures.includes('recover')) return null;
  const was = recoveries[corrects];
  const after = was === undefined ? {} : { [corrects]: { ...was, amount: was.amount + difference } };
  return nothingRecovered({ recoveries: { ...recoveries, ...after } })
    ? refuse('recovery-outstanding', 'the case is reopened before the recovery on which it closed is nothing', 'R18')
    : null;
}

/** R26: the recovery's event stays; its amount is corrected by the difference. */
export function correctRecovery(data: CorrectRecovery, state: MisuseCase): readonly MisuseCaseEvent[] | Refusal {
  const { corrects, difference } = data;
  const was = state.recoveries[corrects];
  if (was === undefined) throw new Error(`no recovery ${corrects}`);
  const { currency, account, amount, earlier } = was;
  const to = { ...(account !== undefined && { account }), ...(earlier && { earlier }) };
  const refusal = beyondRange(state, currency, difference) ?? closedOnIt(data, state);
  const on = state.correctable.get(corrects)?.on;
  const corrected = { ...data, currency, amount: amount + difference, ...to, ...(on === undefined ? {} : { on }) };
  return refusal ?? [{ type: 'RecoveryCorrected', data: corrected }];
}
