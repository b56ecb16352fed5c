import type {
  CorrectAccount,
  CorrectExchangeRate,
  CorrectMovement,
  CorrectReimbursement,
  CorrectTranche,
  FixExchangeRate,
  DisburseFunds,
  FundingAccountCommand,
  FundingAccountEvent,
  Money,
  OpenFundingAccount,
  ReallocateFundsIn,
  ReallocateFundsOut,
  Reversal,
  Stage,
  TrancheBecameOverdue,
} from '@entente/contracts';
import {
  type Actor,
  type ConsultedStreams,
  type DecisionContext,
  type Refusal,
  type RelationCheck,
  type StreamRef,
  actsFor,
  append,
  authoriseBy,
  bySystem,
  decideBy,
  evolveBy,
  pick,
  put,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { factDay, notOverYet } from '../days.js';
import { CORRECTIONS, type CorrectableEvent, carriedBy, correcting, nothingCorrected } from '../corrections.js';
import { type Besides, answerable } from '../fact-answers.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { namedCaseHeld } from '../delivery/assistance-execution.js';
import { assistanceNotFound, assistanceStreams, withProgramme } from '../delivery/named-assistance.js';
import { holdStreams, onHold, scopesOf } from '../safeguards/holds.js';
import {
  cannotImplementFor,
  consultingImplementers,
  notRegistered,
  partiesOf,
  partyStreams,
} from '../parties/registration.js';
import { misuseStreams, recoveryOutstanding } from '../safeguards/misuse-holds.js';
import {
  type FundingAccount,
  type Tranche,
  MOVES,
  NOTHING,
  STAGES,
  beyondRange,
  cannotGoBack,
  cannotGoForward,
  cannotCorrectTo,
  cannotMove,
} from './funding-movements.js';
import { programme } from './programme.js';

// ---- State ----

const moved = ({ balances, turnover }: FundingAccount, stage: Stage, by: number) => ({
  balances: { ...balances, [stage]: balances[stage] + by },
  turnover: { ...turnover, [stage]: turnover[stage] + Math.abs(by) },
});

const move = (type: keyof typeof MOVES) => {
  const [stage, sign] = MOVES[type];
  return ({ amount }: Money, state: FundingAccount) => moved(state, stage, sign * amount);
};

const MAX_OPEN_TRANCHES = 1000;

const trancheIn = (tranches: FundingAccount['tranches'], name: string): Tranche | undefined =>
  Object.hasOwn(tranches, name) ? tranches[name] : undefined;

/** The tranches after a change of one; a movement need not name any. */
function withTranche(
  tranches: FundingAccount['tranches'],
  name: string | undefined,
  change: (tranche: Tranche) => Partial<Tranche>,
): FundingAccount['tranches'] {
  const tranche = name === undefined ? undefined : trancheIn(tranches, name);
  return name === undefined || tranche === undefined
    ? tranches
    : put(tranches, name, { ...tranche, ...change(tranche) });
}

/** More, or less, of a tranche was disbursed on a day. */
const paidOn =
  (on: string, by: number) =>
  ({ disbursed, paid }: Tranche): Partial<Tranche> => ({
    disbursed: disbursed + by,
    paid: put(paid, on, (Object.hasOwn(paid, on) ? (paid[on] as number) : 0) + by),
  });

/** The day by which an amount of a tranche had been disbursed; undefined if it has not been. */
function dayOfWhole({ paid, disbursed }: Tranche, amount: number): string | undefined {
  let sum = 0;
  return disbursed < amount
    ? undefined
    : Object.keys(paid)
        .sort()
        .find((on) => (sum += paid[on] as number) >= amount);
}

/**
 * The days of a tranche after a movement in it: by which it was whole, and the last of what is
 * left.
 */
function trancheDays(
  { tranches }: FundingAccount,
  name: string | undefined,
  on: string,
  by: number,
): { readonly disbursedOn?: string; readonly lastDisbursedOn?: string } {
  const tranche = name === undefined ? undefined : trancheIn(tranches, name);
  if (tranche === undefined) return {};
  // A copy: the state changes its own in place.
  const is = { ...tranche, ...paidOn(on, by)({ ...tranche, paid: { ...tranche.paid } }) };
  const disbursedOn = dayOfWhole(is, is.planned);
  const lastDisbursedOn = Object.keys(is.paid)
    .filter((day) => (is.paid[day] as number) > 0)
    .sort()
    .at(-1);
  return { ...(disbursedOn && { disbursedOn }), ...(lastDisbursedOn && { lastDisbursedOn }) };
}

/** What left for other accounts, after a correction of a movement that raises its stage by this. */
function leftAfter(
  reallocated: FundingAccount['reallocatedOut'],
  corrects: string,
  by: number,
): FundingAccount['reallocatedOut'] {
  const out = reallocated[corrects];
  return out === undefined ? reallocated : put(reallocated, corrects, { ...out, amount: out.amount - by });
}

const evolve = evolveBy<FundingAccount, Besides<FundingAccountEvent>>()(
  'FundingAccountOpened',
  // No rule looks at these, and they are corrected.
  ({ fund: _, onBudget: __, budgetLine: ___, ...data }) => ({
    ...data,
    balances: NOTHING,
    turnover: { ...NOTHING, planned: 0 },
    tranches: {},
    reallocatedOut: {},
    reallocatedIn: [],
    recovered: {},
    closed: false,
    correctable: new Map(),
    facts: new Map(),
  }),
  {
    AccountCorrected: ({ availableUntil }) => (availableUntil === undefined ? {} : { availableUntil }),
    FundsPledged: move('FundsPledged'),
    PledgeReduced: move('PledgeReduced'),
    FundsCommitted: move('FundsCommitted'),
    FundsDecommitted: move('FundsDecommitted'),
    FundsObligated: move('FundsObligated'),
    FundsDeobligated: move('FundsDeobligated'),
    TrancheBecameOverdue: ({ tranche }, { tranches }) => ({
      tranches: withTranche(tranches, tranche, () => ({ overdue: true })),
    }),
    // What became of its day is recorded.
    TrancheWithdrawn: ({ tranche }, { tranches }) => ({
      tranches: withTranche(tranches, tranche, () => ({ overdue: true })),
    }),
    FundsDisbursed: (data, state, { metadata }) => ({
      ...moved(state, 'disbursed', data.amount),
      tranches: withTranche(state.tranches, data.tranche, paidOn(factDay(metadata), data.amount)),
    }),
    FundsReimbursed: (data, state, { id, metadata }) => ({
      ...move('FundsReimbursed')(data, state),
      tranches: withTranche(state.tranches, data.tranche, paidOn(data.on ?? factDay(metadata), -data.amount)),
      ...(data.recovery === undefined ? {} : { recovered: put(state.recovered, data.recovery, id) }),
    }),
    ExpenditureReported: move('ExpenditureReported'),
    ExpenditureCorrected: move('ExpenditureCorrected'),
    ContributionPooled: move('ContributionPooled'),
    MovementCorrected: ({ corrects, stage, amountBy, tranche, on }, state, { metadata }) => ({
      ...moved(state, stage, amountBy),
      reallocatedOut: leftAfter(state.reallocatedOut, corrects, amountBy),
      tranches: withTranche(state.tranches, tranche, paidOn(on ?? factDay(metadata), amountBy)),
    }),
    FundsReallocatedOut: ({ amount, stage, to }, state, { id, metadata }) => ({
      ...moved(state, stage, -amount),
      reallocatedOut: put(state.reallocatedOut, id, { amount, stage, to, on: factDay(metadata) }),
    }),
    FundsReallocatedIn: ({ amount, stage, out }, state) => ({
      ...moved(state, stage, amount),
      reallocatedIn: append(state.reallocatedIn, out),
    }),
    DisbursementPlanned: ({ tranche, amount, due }, { tranches, turnover }) => ({
      tranches: put(tranches, tranche, { due, planned: amount, disbursed: 0, paid: {}, overdue: false }),
      turnover: { ...turnover, planned: turnover.planned + amount },
    }),
    TrancheCorrected: ({ tranche, amount, due, amountBy }, { tranches, turnover }) => ({
      tranches: withTranche(tranches, tranche, (was) => ({
        planned: amount,
        due,
        overdue: was.overdue && due === was.due,
      })),
      turnover: { ...turnover, planned: turnover.planned + Math.abs(amountBy) },
    }),
    ExchangeRateFixed: () => ({}),
    ExchangeRateCorrected: () => ({}),
    FundingAccountClosed: () => ({ closed: true }),
  },
);

// ---- Senders ----

/** A relation to an account; other senders are refused as not its donor. */
const relation =
  (
    holds: (account: { readonly donor: string; readonly recipient: string }, actor: Actor) => boolean,
  ): RelationCheck<Besides<FundingAccountCommand>, FundingAccount | null> =>
  (state, { actor }, command) => {
    if (command.type === 'OpenFundingAccount')
      return holds(command.data, actor)
        ? null
        : refuse('not-the-donor', 'the donor, or another on its behalf, opens the account');
    if (state === null || holds(state, actor)) return null;
    const { donor } = state;
    return refuse('not-the-donor', 'the donor, or another on its behalf, moves its money', null, { donor });
  };

const implementer = relation((_, { role }) => role === 'implementer');

// ---- Rules ----

/** What an opening rests on: the programme, the case, and the parties. */
const opensOn = (data: OpenFundingAccount): readonly StreamRef[] => [
  ...assistanceStreams(data),
  ...partyStreams(partiesOf(data)),
];

function cannotOpen(data: OpenFundingAccount, context: DecisionContext): Refusal | null {
  const { stages } = data;
  if (stages.some((stage, i) => i > 0 && STAGES.indexOf(stage) <= STAGES.indexOf(stages[i - 1] as Stage)))
    return refuse('stages-out-of-order', 'the stages are in the order pledged, committed, obligated, disbursed, spent');
  return assistanceNotFound(data, context) ?? notRegistered(partiesOf(data), context);
}

/** A movement forward. */
const forward = <const Type extends keyof typeof MOVES>(then: Type) => ({
  unless: (data: Money, state: FundingAccount, context: DecisionContext) =>
    cannotGoForward(state, MOVES[then][0], data, context),
  then,
});

type MovesBack = keyof typeof MOVES_BACK;

/** A movement back, and the command for it. */
const MOVES_BACK = {
  PledgeReduced: 'ReducePledge',
  FundsDecommitted: 'DecommitFunds',
  FundsDeobligated: 'DeobligateFunds',
  FundsReimbursed: 'ReimburseFunds',
  ExpenditureCorrected: 'CorrectExpenditure',
} as const;

/**
 * A movement back. If it names what was wrong, no money moves: it counts on the day of that, and in
 * its tranche.
 */
const back =
  <const Type extends MovesBack>(then: Type) =>
  <Data extends Reversal>(data: Data, state: FundingAccount, context: DecisionContext) => {
    const wrong = data.corrects === undefined ? undefined : state.correctable.get(data.corrects);
    const carried = carriedBy(CORRECTED[MOVES_BACK[then]], wrong);
    const counts =
      wrong === undefined
        ? {}
        : { ...carried, on: wrong.on, ...trancheDays(state, carried['tranche'], wrong.on, -data.amount) };
    return cannotGoBack(state, MOVES[then][0], data, context) ?? [{ type: then, data: { ...data, ...counts } }];
  };

/**
 * R19: no disbursement while the programme is suspended, after its termination, while the case is
 * held, or while a hold is in force on any of its scopes.
 */
function stopped(account: FundingAccount, context: DecisionContext): Refusal | null {
  const { programme: id, case: of } = account;
  const { known } = context;
  const state = id === undefined ? null : known.of(programme, id);
  if (state?.status === 'suspended')
    return refuse(
      'programme-suspended',
      'the programme is not suspended: what happened before that is recorded once it resumed',
      'R19',
      { programme: id ?? null },
    );
  const ended = endedEarly(account, context, factDay(context));
  if (ended !== null) return ended;
  return (
    namedCaseHeld(of, context) ??
    accountOnHold(account, context) ??
    recoveryOutstanding(state?.misuseCases ?? [], context)
  );
}

/**
 * R19: a programme that was ended early pays nothing more, and plans nothing. What was paid before
 * the day on which it was stopped can be recorded later. After its completion it is still paid. An
 * account with reported history repeats what another system did.
 */
function endedEarly(
  { programme: id, basis }: FundingAccount,
  { known }: DecisionContext,
  day: string | null = null,
): Refusal | null {
  const state = id === undefined || basis === 'reported' ? null : known.of(programme, id);
  if (state?.status !== 'terminated') return null;
  const { stoppedOn } = state;
  return day !== null && stoppedOn !== null && day < stoppedOn
    ? null
    : refuse('programme-terminated', 'the programme was not ended early by that day', 'R19', {
        programme: id ?? null,
        stoppedOn,
      });
}

/** R19. An account with reported history repeats what another system did in spite of a hold. */
const accountOnHold = (account: FundingAccount, context: DecisionContext): Refusal | null =>
  account.basis === 'reported' ? null : onHold(scopesOf(account), account.donor, context);

/** A disbursement after the programme's completion pays what is left of it: the event marks it. */
function disburse(data: DisburseFunds, state: FundingAccount, context: DecisionContext) {
  const { known, occurredAt } = context;
  const on = state.programme === undefined ? null : (known.of(programme, state.programme)?.completedOn ?? null);
  const late = on !== null && occurredAt.slice(0, 10) > on;
  const days = trancheDays(state, data.tranche, factDay(context), data.amount);
  const disbursed = { ...data, ...(late && { afterCompletion: true }), ...days };
  return cannotDisburse(data, state, context) ?? ([{ type: 'FundsDisbursed', data: disbursed }] as const);
}

/** A tranche is planned before. */
function cannotDisburse(data: DisburseFunds, state: FundingAccount, context: DecisionContext): Refusal | null {
  const refusal = stopped(state, context);
  if (refusal !== null) return refusal;
  if (data.tranche !== undefined && trancheIn(state.tranches, data.tranche) === undefined)
    return refuse('tranche-not-planned', 'the tranche has been planned', null, {
      planned: Object.keys(state.tranches),
    });
  return cannotGoForward(state, 'disbursed', data, context);
}

/** The tranches of which something was not disbursed: the end of the account lists them. */
const openTranches = ({ tranches }: Pick<FundingAccount, 'tranches'>): readonly string[] =>
  Object.keys(tranches).filter((name) => {
    const { planned, disbursed } = tranches[name] as Tranche;
    return disbursed < planned;
  });

/** R32: the event that closes an account lists its open tranches. */
const tooManyTranches = (state: FundingAccount): Refusal | null =>
  Object.keys(state.tranches).length < MAX_OPEN_TRANCHES || openTranches(state).length < MAX_OPEN_TRANCHES
    ? null
    : refuse('too-many-tranches', `at most ${MAX_OPEN_TRANCHES} tranches of an account are open`, 'R32');

/** A tranche is overdue if its day has passed, and something of it was not disbursed. */
function cannotBeOverdue(
  { tranche: name, due }: TrancheBecameOverdue,
  state: FundingAccount,
  context: DecisionContext,
) {
  const tranche = trancheIn(state.tranches, name);
  if (tranche === undefined)
    return refuse('tranche-not-planned', 'the tranche has been planned', null, {
      planned: Object.keys(state.tranches),
    });
  const { planned, disbursed } = tranche;
  if (due !== tranche.due)
    return refuse('other-last-day', 'the day is that of the tranche', null, { due: tranche.due });
  if (disbursed >= planned)
    return refuse('tranche-disbursed', 'something of the tranche was not disbursed', null, { planned, disbursed });
  return notOverYet(due, context);
}

/** R19: after its day, what is left of a tranche ended with a programme that was ended early. */
function recordOverdue(data: TrancheBecameOverdue, state: FundingAccount, context: DecisionContext) {
  const refusal = cannotBeOverdue(data, state, context);
  if (refusal !== null) return refusal;
  if (trancheIn(state.tranches, data.tranche)?.overdue === true) return [];
  const ended = endedEarly(state, context);
  if (ended === null) return [{ type: 'TrancheBecameOverdue', data }] as const;
  return [{ type: 'TrancheWithdrawn', data: { ...data, reason: ended.code } }] as const;
}

/**
 * R19: what is left of the tranches to come ends with a programme that was ended early. One whose
 * day had passed before is late.
 */
function withdrawTranches(_: object, state: FundingAccount, context: DecisionContext) {
  const ended = state.closed ? null : endedEarly(state, context);
  if (ended === null) return [];
  return openTranches(state).flatMap((tranche) => {
    const { due, overdue } = state.tranches[tranche] as Tranche;
    const isToCome = !overdue && due >= factDay(context);
    return isToCome ? [{ type: 'TrancheWithdrawn', data: { tranche, due, reason: ended.code } } as const] : [];
  });
}

const CORRECTED = CORRECTIONS['funding-account'];

/** The stage of a movement, and whether it raises it. */
function moveOf({ type, values }: CorrectableEvent): readonly [Stage, 1 | -1] {
  if (type === 'FundsReallocatedOut') return [values['stage'] as Stage, -1];
  if (type === 'FundsReallocatedIn') return [values['stage'] as Stage, 1];
  return MOVES[type as keyof typeof MOVES];
}

/** R15: what came in is what went out, as that is known now: the first account corrects first. */
function notAsItWentOut({ values }: CorrectableEvent, amount: number, { known }: DecisionContext): Refusal | null {
  if (values['out'] === undefined) return null;
  const out = known.of(fundingAccount, values['from'] as string)?.reallocatedOut[values['out'] as string]?.amount;
  return out === undefined || out === amount ? null : otherAmount(out);
}

/** R31: a movement that was entered wrongly gets its right amount and period; no money moves. */
function correctMovement(data: CorrectMovement, state: FundingAccount, context: DecisionContext) {
  const { corrects, reason, reported } = data;
  const event = state.correctable.get(corrects);
  if (event === undefined) throw new Error(`no movement ${corrects}`);
  if (event.corrects)
    return refuse('corrects-a-correction', 'the event corrected corrects no other; correct that one', 'R31', {
      corrects,
    });
  const [stage, sign] = moveOf(event);
  const [was, left] = [...event.left].find(([, of]) => of !== 0) ?? [event.within ?? '', 0];
  const { period = was, amount = left } = data;
  if (period === was && amount === left) return nothingCorrected();
  const changes =
    period === was
      ? [[period, amount - left] as const]
      : [[was, -left] as const, [period, amount] as const].filter(([, by]) => by !== 0);
  const differences = changes.map(([at, by]) => ({ stage, period: at, amountBy: sign * by }));
  const carried = carriedBy(CORRECTED.CorrectMovement, event);
  let moves = 0;
  const more = {
    ...(reported === undefined ? {} : { reported }),
    ...carried,
    on: event.on,
    ...(sign < 0 && { lowers: true }),
  };
  return (
    notAsItWentOut(event, amount, context) ??
    cannotCorrectTo(state, stage, differences, data, context) ??
    differences.map((difference) => {
      const days = trancheDays(state, carried['tranche'], event.on, (moves += difference.amountBy));
      return { type: 'MovementCorrected', data: { corrects, reason, ...difference, ...more, ...days } } as const;
    })
  );
}

/** The most fiscal periods of an account: a correction of its opening lists them. */
const MAX_PERIODS = 1000;

/** R26: each period repeats the fund and the budget; each movement repeats the fund, and stays. */
function correctAccount(data: CorrectAccount, { correctable }: FundingAccount) {
  const all = [...correctable.values()].flatMap(({ left, values }) => [...left.keys(), values['period'] ?? []].flat());
  const periods = [...new Set(all as readonly string[])];
  if (data.fund !== undefined && periods.length > 0)
    return refuse('money-moved', 'the name of the fund is corrected before money is planned or moves', 'R26');
  return periods.length > MAX_PERIODS
    ? refuse('too-many-periods', `an account that is corrected has at most ${MAX_PERIODS} periods`, 'R32')
    : ([{ type: 'AccountCorrected', data: { ...data, periods } }] as const);
}

const sameCurrency = (): Refusal => refuse('same-currency', 'the rate is against another currency');

/** R26: a rate is fixed against another currency, and the newest day gives the one that counts. */
function correctRate({ corrects, ...right }: CorrectExchangeRate, { correctable, currency }: FundingAccount) {
  if (right.quote === currency) return sameCurrency();
  const rates = [...correctable].flatMap(([id, { type, values }]) =>
    type === 'ExchangeRateFixed'
      ? [{ ...values, ...(id === corrects ? right : {}) } as unknown as FixExchangeRate]
      : [],
  );
  const newest = rates.reduce((last, one) => (one.on < last.on ? last : one));
  const { quote, rate, on } = newest;
  return [{ type: 'ExchangeRateCorrected', data: { corrects, ...right, newest: { quote, rate, on } } } as const];
}

/** R31: a tranche that was entered wrongly gets its right amount and day. */
function correctTranche(data: CorrectTranche, state: FundingAccount, context: DecisionContext) {
  const was = trancheIn(state.tranches, data.tranche);
  if (was === undefined) throw new Error(`no tranche ${data.tranche}`);
  const { amount = was.planned, due = was.due } = data;
  const amountBy = amount - was.planned;
  const { period = '' } = carriedBy(CORRECTED.CorrectTranche, state.correctable.get(data.corrects));
  const disbursedOn = dayOfWhole(was, amount);
  const whole = disbursedOn === undefined ? {} : { disbursedOn };
  return (
    // The amount of a movement is above zero; that of a tranche may come to nothing.
    cannotMove(state, 'disbursed', { amount: 1, period, ...pick(data, 'reported') }, 0, context) ??
    beyondRange(state, 'planned', Math.abs(amountBy)) ??
    ([{ type: 'TrancheCorrected', data: { ...data, amount, due, period, amountBy, ...whole } }] as const)
  );
}

/** R31: a reimbursement comes to what the recovery behind it comes to. */
function correctReimbursement(data: CorrectReimbursement, state: FundingAccount, context: DecisionContext) {
  const { recovery, amount, reason } = data;
  const corrects = Object.hasOwn(state.recovered, recovery) ? state.recovered[recovery] : undefined;
  if (corrects === undefined)
    return refuse('recovery-not-recorded', 'the recovery has been recorded as a reimbursement', 'R31', { recovery });
  const left = [...(state.correctable.get(corrects)?.left.values() ?? [])].reduce((sum, of) => sum + of, 0);
  return left === amount ? [] : correctMovement({ corrects, reason, amount }, state, context);
}

const otherAmount = (out: number): Refusal => refuse('other-amount', 'what comes in is what went out', 'R15', { out });
const sameAccount = refuse('same-account', 'the money moves between two accounts');

/** Money leaves only for an account that can receive it: nothing else would bring it back. */
function cannotReallocateOut(
  data: ReallocateFundsOut,
  state: FundingAccount,
  context: DecisionContext,
): Refusal | null {
  const { to, stage } = data;
  if (to === context.stream.id) return sameAccount;
  const bad = cannotGoBack(state, stage, data, context);
  if (bad !== null) return bad;
  const target = context.known.of(fundingAccount, to);
  if (target === null) return refuse('account-not-found', 'the other account has been opened', 'R15', { to });
  if (target.closed) return refuse('account-closed', 'the other account is open', 'R15', { to });
  if (target.currency !== state.currency)
    return refuse('other-currency', 'both accounts have the same currency', 'R15', { currency: target.currency });
  if (target.stages.includes(stage)) return null;
  return refuse('stage-not-kept', `the other account keeps the stage ${stage}`, 'R15', { stages: target.stages });
}

/** The second half of a reallocation rests on the first: the other account's event, once. */
function cannotReallocateIn(data: ReallocateFundsIn, state: FundingAccount, context: DecisionContext): Refusal | null {
  if (data.from === context.stream.id) return sameAccount;
  const source = context.known.of(fundingAccount, data.from);
  const out = source?.reallocatedOut[data.out];
  if (source === null || out?.to !== context.stream.id)
    return refuse('no-such-reallocation', 'the other account has reallocated to this one', 'R15', { from: data.from });
  if (source.currency !== state.currency)
    return refuse('other-currency', 'both accounts have the same currency', 'R15', { currency: source.currency });
  if (out.amount !== data.amount) return otherAmount(out.amount);
  if (out.stage !== data.stage)
    return refuse('other-stage', 'it comes in at the stage at which it went out', 'R15', { out: out.stage });
  if (state.reallocatedIn.includes(data.out))
    return refuse('already-taken-in', 'the reallocation has not been taken in yet', 'R15');
  if (factDay(context) < out.on)
    return refuse('before-the-fact', 'it is taken in after it went out', 'R30', { on: out.on });
  return cannotGoForward(state, data.stage, data, context);
}

/** R15: all money of an account with basis `own` has reached its last stage. */
function cannotClose({ basis, stages, balances }: FundingAccount): Refusal | null {
  const last = stages.at(-1) as Stage;
  const first = stages.find((s) => s !== 'pledged') ?? last;
  return basis === 'own' && balances[first] !== balances[last]
    ? refuse('money-still-moving', `the balance at ${first} has reached ${last}`, 'R15', { ...balances })
    : null;
}

/**
 * A disbursement rests on the programme, the misuse cases that stopped it, the case, and the holds
 * on them and on the recipient's country.
 */
function restsOn(account: FundingAccount, known: ConsultedStreams): readonly StreamRef[] {
  const { programme: id, case: of } = account;
  const paid = [
    ...(of === undefined ? [] : [{ kind: assistanceCase.kind, id: of }]),
    ...holdStreams(scopesOf(account)),
  ];
  if (id === undefined) return paid;
  const misuseCases = known.has(programme, id) ? (known.of(programme, id)?.misuseCases ?? []) : [];
  return [{ kind: programme.kind, id }, ...paid, ...misuseStreams(misuseCases)];
}

/** What is recorded about an account that was closed, too: what it had recorded wrongly (R26). */
const isAboutThePast = ({ type, data }: FundingAccountCommand): boolean =>
  type === 'CorrectReimbursement' || type === 'WithdrawTranches' || ('corrects' in data && data.corrects !== undefined);

const decide = decideBy<FundingAccount, Besides<FundingAccountCommand>, Besides<FundingAccountEvent>>()(
  'OpenFundingAccount',
  (data, context) =>
    cannotOpen(data, context) ?? [{ type: 'FundingAccountOpened', data: withProgramme(data, context.known) }],
  (command, { closed }) =>
    closed && !isAboutThePast(command) ? refuse('account-closed', 'the account is open') : null,
  {
    CorrectAccount: correctAccount,
    PledgeFunds: forward('FundsPledged'),
    ReducePledge: back('PledgeReduced'),
    CommitFunds: forward('FundsCommitted'),
    DecommitFunds: back('FundsDecommitted'),
    ObligateFunds: forward('FundsObligated'),
    DeobligateFunds: back('FundsDeobligated'),
    PlanDisbursement: {
      unless: (data, state, context) =>
        endedEarly(state, context) ??
        (trancheIn(state.tranches, data.tranche) !== undefined
          ? refuse('tranche-already-planned', 'no tranche has this name', null, {
              planned: Object.keys(state.tranches),
            })
          : (tooManyTranches(state) ??
            cannotMove(state, 'disbursed', data, 0, context) ??
            beyondRange(state, 'planned', data.amount))),
      then: 'DisbursementPlanned',
    },
    CorrectTranche: correctTranche,
    RecordOverdueTranche: recordOverdue,
    WithdrawTranches: withdrawTranches,
    DisburseFunds: disburse,
    // A recovery comes back once: the donor or the steward has recorded it.
    ReimburseFunds: (data, state, context) =>
      data.recovery !== undefined && Object.hasOwn(state.recovered, data.recovery)
        ? []
        : back('FundsReimbursed')(data, state, context),
    CorrectReimbursement: correctReimbursement,
    ReportExpenditure: forward('ExpenditureReported'),
    CorrectExpenditure: back('ExpenditureCorrected'),
    CorrectMovement: correctMovement,
    ReallocateFundsOut: { unless: cannotReallocateOut, then: 'FundsReallocatedOut' },
    ReallocateFundsIn: { unless: cannotReallocateIn, then: 'FundsReallocatedIn' },
    PoolContribution: forward('ContributionPooled'),
    FixExchangeRate: {
      unless: ({ quote }, { currency }) => (quote === currency ? sameCurrency() : null),
      then: 'ExchangeRateFixed',
    },
    CorrectExchangeRate: correctRate,
    CloseFundingAccount: (data, state) => {
      const open = openTranches(state);
      const closed = { ...data, ...(open.length > 0 && { open }) };
      return cannotClose(state) ?? [{ type: 'FundingAccountClosed', data: closed }];
    },
  },
);

/** The rules of a funding account: R15, R19, R26, R29, R30, R31. */
export const fundingAccount: DeciderOf<'funding-account', FundingAccount> = answerable(
  consultingImplementers(
    correcting({
      kind: 'funding-account',
      ids: 'prefixed',
      initial: null,
      opens: 'OpenFundingAccount',
      evolve,
      consults: (command, state, known) => {
        if (command.type === 'OpenFundingAccount') return opensOn(command.data);
        if (['PlanDisbursement', 'RecordOverdueTranche', 'WithdrawTranches'].includes(command.type))
          return assistanceStreams({ programme: state?.programme });
        if (command.type === 'DisburseFunds') return state === null ? [] : restsOn(state, known);
        if (command.type === 'ReallocateFundsOut') return [{ kind: 'funding-account', id: command.data.to }];
        if (command.type === 'CorrectMovement') {
          const from = state?.correctable.get(command.data.corrects)?.values['from'];
          return typeof from === 'string' ? [{ kind: 'funding-account', id: from }] : [];
        }
        if (command.type === 'ReallocateFundsIn') return [{ kind: 'funding-account', id: command.data.from }];
        return [];
      },
      authorise: authoriseBy({
        donor: relation(({ donor }, actor) => actsFor(actor) === donor),
        recipient: relation(({ recipient }, actor) => actsFor(actor) === recipient),
        implementer: (state, context, command) =>
          implementer(state, context, command) ?? cannotImplementFor(state?.basis === 'reported', context),
        system: bySystem,
      }),
      decide,
      reportsHistory: (command, state) =>
        state?.basis === 'reported' || (command.type === 'OpenFundingAccount' && command.data.basis === 'reported'),
    }),
  ),
);
