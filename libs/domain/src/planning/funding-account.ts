import {
  type DecisionContext,
  type Decider,
  type Event,
  type StreamEvent,
  type Known,
  type Refusal,
  actsFor,
  alreadyThere,
  never,
  notThere,
  refuse,
} from '@entente/kernel';
import { programme } from './programme.js';

/** The stages that money passes through, in the order in which they can come. */
export const STAGES = ['pledged', 'committed', 'obligated', 'disbursed', 'spent'] as const;
export type Stage = (typeof STAGES)[number];

/** Where reported history stands in the system that made it: that system's name and the key columns of its row. */
export interface Reported {
  readonly source: string;
  readonly key: Readonly<Record<string, string>>;
}

/** One movement of money. `amount` is in minor units of the account's currency; `period` is the account's own word for a fiscal period. */
export interface Money {
  readonly amount: number;
  readonly period: string;
  /** Only in accounts whose basis is `reported`, and always there. */
  readonly reported?: Reported;
}

/** A movement back: with `corrects` it names the event that was wrong, and `reason` says why by a code. */
export interface Reversal extends Money {
  readonly corrects?: string;
  readonly reason: string;
}

// ---- Events ----

/** An account follows the money of one donor for one recipient, in one currency, by the stages that its own system has. */
export type FundingAccountOpened = Event<
  'FundingAccountOpened',
  {
    readonly donor: string;
    readonly recipient: string;
    readonly programme?: string;
    readonly case?: string;
    /** The source's name for the fund, such as `Foreign Military Financing`. */
    readonly fund: string;
    readonly currency: string;
    readonly stages: readonly Stage[];
    /** `reported`: the account repeats what another system decided. */
    readonly basis: 'own' | 'reported';
    /** Whether the money runs through the recipient's own budget. */
    readonly onBudget: boolean;
    readonly budgetLine?: string;
    /** The last day on which it may be committed or obligated. */
    readonly availableUntil?: string;
  }
>;
export type FundingAccountEvent =
  | FundingAccountOpened
  | Event<'FundsPledged', Money>
  | Event<'PledgeReduced', Reversal>
  | Event<'FundsCommitted', Money>
  | Event<'FundsDecommitted', Reversal>
  | Event<'FundsObligated', Money>
  | Event<'FundsDeobligated', Reversal>
  | Event<'DisbursementPlanned', Money & { readonly tranche: string; readonly due: string }>
  | Event<'FundsDisbursed', Money & { readonly tranche?: string }>
  | Event<'FundsReimbursed', Reversal>
  | Event<'ExpenditureReported', Money>
  | Event<'ExpenditureCorrected', Reversal>
  | Event<'FundsReallocatedOut', Money & { readonly stage: Stage; readonly to: string }>
  | Event<'FundsReallocatedIn', Money & { readonly stage: Stage; readonly from: string; readonly out: string }>
  | Event<'ContributionPooled', Money & { readonly contributor: string }>
  | Event<'ExchangeRateFixed', { readonly quote: string; readonly rate: string; readonly on: string }>
  | Event<'FundingAccountClosed', { readonly reason: string }>;

// ---- State ----

export interface FundingAccount extends Pick<
  FundingAccountOpened['data'],
  'donor' | 'recipient' | 'programme' | 'case' | 'currency' | 'stages' | 'basis' | 'availableUntil'
> {
  /** What stands at each stage, over all periods, in minor units. */
  readonly standing: Readonly<Record<Stage, number>>;
  readonly tranches: readonly string[];
  /** Money given to other accounts, by event id: what their taking in rests on. */
  readonly givenOut: Readonly<Record<string, { readonly amount: number; readonly stage: Stage; readonly to: string }>>;
  /** Outgoing reallocations that were taken in here. */
  readonly takenIn: readonly string[];
  readonly closed: boolean;
}

const NOTHING: Readonly<Record<Stage, number>> = { pledged: 0, committed: 0, obligated: 0, disbursed: 0, spent: 0 };

/** How each movement changes what stands: the stage and the sign. */
const MOVES = {
  FundsPledged: ['pledged', 1],
  PledgeReduced: ['pledged', -1],
  FundsCommitted: ['committed', 1],
  FundsDecommitted: ['committed', -1],
  FundsObligated: ['obligated', 1],
  FundsDeobligated: ['obligated', -1],
  FundsDisbursed: ['disbursed', 1],
  FundsReimbursed: ['disbursed', -1],
  ExpenditureReported: ['spent', 1],
  ExpenditureCorrected: ['spent', -1],
  ContributionPooled: ['pledged', 1],
} as const satisfies Partial<Record<FundingAccountEvent['type'], readonly [Stage, 1 | -1]>>;

/** The stage that an event moves and by how much, in minor units; null where it moves none. */
export function movement(event: FundingAccountEvent): { stage: Stage; by: number } | null {
  if (event.type === 'FundsReallocatedOut') return { stage: event.data.stage, by: -event.data.amount };
  if (event.type === 'FundsReallocatedIn') return { stage: event.data.stage, by: event.data.amount };
  if (!(event.type in MOVES)) return null;
  const [stage, sign] = MOVES[event.type as keyof typeof MOVES];
  return { stage, by: sign * (event.data as Money).amount };
}

function evolve(state: FundingAccount | null, event: StreamEvent<FundingAccountEvent>): FundingAccount | null {
  if (event.type === 'FundingAccountOpened')
    return { ...event.data, standing: NOTHING, tranches: [], givenOut: {}, takenIn: [], closed: false };
  if (state === null) return null;
  const moved = movement(event);
  if (moved !== null) {
    const standing = { ...state.standing, [moved.stage]: state.standing[moved.stage] + moved.by };
    if (event.type === 'FundsReallocatedIn') return { ...state, standing, takenIn: [...state.takenIn, event.data.out] };
    if (event.type !== 'FundsReallocatedOut') return { ...state, standing };
    const { amount, stage, to } = event.data;
    return { ...state, standing, givenOut: { ...state.givenOut, [event.id]: { amount, stage, to } } };
  }
  if (event.type === 'DisbursementPlanned') return { ...state, tranches: [...state.tranches, event.data.tranche] };
  if (event.type === 'FundingAccountClosed') return { ...state, closed: true };
  return state;
}

// ---- Commands ----

export type FundingAccountCommand =
  | { readonly type: 'OpenFundingAccount'; readonly data: FundingAccountOpened['data'] }
  | { readonly type: 'PledgeFunds'; readonly data: Money }
  | { readonly type: 'ReducePledge'; readonly data: Reversal }
  | { readonly type: 'CommitFunds'; readonly data: Money }
  | { readonly type: 'DecommitFunds'; readonly data: Reversal }
  | { readonly type: 'ObligateFunds'; readonly data: Money }
  | { readonly type: 'DeobligateFunds'; readonly data: Reversal }
  | { readonly type: 'PlanDisbursement'; readonly data: Money & { readonly tranche: string; readonly due: string } }
  | { readonly type: 'DisburseFunds'; readonly data: Money & { readonly tranche?: string } }
  | { readonly type: 'ReimburseFunds'; readonly data: Reversal }
  | { readonly type: 'ReportExpenditure'; readonly data: Money }
  | { readonly type: 'CorrectExpenditure'; readonly data: Reversal }
  | { readonly type: 'ReallocateFundsOut'; readonly data: Money & { readonly stage: Stage; readonly to: string } }
  | {
      readonly type: 'ReallocateFundsIn';
      readonly data: Money & { readonly stage: Stage; readonly from: string; readonly out: string };
    }
  | { readonly type: 'PoolContribution'; readonly data: Money & { readonly contributor: string } }
  | {
      readonly type: 'FixExchangeRate';
      readonly data: { readonly quote: string; readonly rate: string; readonly on: string };
    }
  | { readonly type: 'CloseFundingAccount'; readonly data: { readonly reason: string } };

// ---- Decisions ----

const FORWARD = {
  PledgeFunds: 'FundsPledged',
  CommitFunds: 'FundsCommitted',
  ObligateFunds: 'FundsObligated',
  DisburseFunds: 'FundsDisbursed',
  ReportExpenditure: 'ExpenditureReported',
  PoolContribution: 'ContributionPooled',
} as const;

const BACK = {
  ReducePledge: 'PledgeReduced',
  DecommitFunds: 'FundsDecommitted',
  DeobligateFunds: 'FundsDeobligated',
  ReimburseFunds: 'FundsReimbursed',
  CorrectExpenditure: 'ExpenditureCorrected',
} as const;

/** The stage of this account that bounds another one: the nearest before it, a pledge never (R15). */
const before = (state: FundingAccount, stage: Stage): Stage | undefined =>
  STAGES.slice(0, STAGES.indexOf(stage)).findLast((s) => s !== 'pledged' && state.stages.includes(s));
const after = (state: FundingAccount, stage: Stage): Stage | undefined =>
  stage === 'pledged' ? undefined : STAGES.slice(STAGES.indexOf(stage) + 1).find((s) => state.stages.includes(s));

/** R15: what the stage before has left to give; null where nothing bounds it. */
function overdrawn(state: FundingAccount, stage: Stage, amount: number): Refusal | null {
  const bound = before(state, stage);
  if (state.basis === 'reported' || bound === undefined) return null;
  const left = state.standing[bound] - state.standing[stage];
  if (amount <= left) return null;
  return refuse('exceeds-stage-before', `${stage} stays within ${bound}`, 'R15', { amount, left, bound });
}

/** R15: a movement back never exceeds what stands and has not moved on to the next stage. Reported accounts repeat another system and have no bound. */
function exceedsStanding(state: FundingAccount, stage: Stage, amount: number): Refusal | null {
  if (state.basis === 'reported') return null;
  const next = after(state, stage);
  const stands = state.standing[stage] - (next === undefined ? 0 : state.standing[next]);
  if (amount <= stands) return null;
  return refuse('exceeds-what-stands', `at most what stands at ${stage} is taken back`, 'R15', { amount, stands });
}

/** R26: a movement back corrects one that raised the stage; one that lowered it too much is made good by a movement forward. */
const raised = (stage: Stage, type: string | undefined): boolean => {
  const move = type === undefined ? undefined : MOVES[type as keyof typeof MOVES];
  return move !== undefined && move[0] === stage && move[1] === 1;
};

/** What every movement needs, whatever its direction. */
function unfit(state: FundingAccount, stage: Stage, data: Money, by: number, c: DecisionContext): Refusal | null {
  if (!state.stages.includes(stage))
    return refuse('stage-not-kept', `the account keeps the stage ${stage}`, 'R15', { stages: state.stages });
  if (state.basis === 'reported' && data.reported === undefined)
    return refuse('source-row-missing', 'a reported account names the source and the key of its row');
  if (state.basis === 'own' && data.reported !== undefined)
    return refuse('not-a-reported-account', 'only accounts whose basis is `reported` repeat rows of another system');
  if (state.basis === 'own' && data.amount === 0) return refuse('amount-zero', 'the amount is above zero');
  if (!Number.isSafeInteger(state.standing[stage] + by))
    return refuse('amount-beyond-range', 'the total of the stage stays within what a row can hold');
  const expiring = by > 0 && (stage === 'committed' || stage === 'obligated');
  if (
    expiring &&
    state.basis === 'own' &&
    state.availableUntil !== undefined &&
    c.occurredAt.slice(0, 10) > state.availableUntil
  )
    return refuse('funds-expired', 'the funds are still available on that day', 'R15', { until: state.availableUntil });
  return null;
}

function decideOpen(
  command: Extract<FundingAccountCommand, { type: 'OpenFundingAccount' }>,
  c: DecisionContext,
  known: Known,
) {
  const { donor, programme: id, stages } = command.data;
  if (actsFor(c.actor) !== donor && c.actor.role !== 'operator')
    return refuse('not-the-donor', 'the donor, or somebody on its behalf, opens the account');
  if (stages.some((stage, i) => i > 0 && STAGES.indexOf(stage) <= STAGES.indexOf(stages[i - 1] as Stage)))
    return refuse(
      'stages-out-of-order',
      'the stages stand in the order pledged, committed, obligated, disbursed, spent',
    );
  if (id !== undefined && known.of(programme, id) === null)
    return refuse('programme-not-found', 'the programme named has been proposed', null, { programme: id });
  return [{ type: 'FundingAccountOpened', data: command.data } as const];
}

function decide(
  command: FundingAccountCommand,
  state: FundingAccount | null,
  c: DecisionContext,
  known: Known,
): readonly FundingAccountEvent[] | Refusal {
  if (command.type === 'OpenFundingAccount')
    return state === null ? decideOpen(command, c, known) : alreadyThere('funding account');
  if (state === null) return notThere('funding account');
  if (actsFor(c.actor) !== state.donor && !mayReport(command.type, state, c) && c.actor.role !== 'operator')
    return refuse('not-the-donor', 'the donor, or somebody on its behalf, moves its money', null, {
      donor: state.donor,
    });
  if (state.closed) return refuse('account-closed', 'the account is open');
  switch (command.type) {
    case 'PledgeFunds':
    case 'CommitFunds':
    case 'ObligateFunds':
    case 'DisburseFunds':
    case 'ReportExpenditure':
    case 'PoolContribution': {
      const event = { type: FORWARD[command.type], data: command.data } as FundingAccountEvent;
      const [stage] = MOVES[FORWARD[command.type]];
      if (command.type === 'DisburseFunds') {
        if (state.programme !== undefined && known.of(programme, state.programme)?.status === 'suspended')
          return refuse('programme-suspended', 'the programme is not suspended', 'R19', { programme: state.programme });
        const { tranche } = command.data;
        if (tranche !== undefined && !state.tranches.includes(tranche))
          return refuse('tranche-not-planned', 'the tranche has been planned', null, { planned: state.tranches });
      }
      const { amount } = command.data;
      return unfit(state, stage, command.data, amount, c) ?? overdrawn(state, stage, amount) ?? [event];
    }
    case 'ReducePledge':
    case 'DecommitFunds':
    case 'DeobligateFunds':
    case 'ReimburseFunds':
    case 'CorrectExpenditure': {
      const { amount, corrects } = command.data;
      const event = { type: BACK[command.type], data: command.data } as FundingAccountEvent;
      const [stage] = MOVES[BACK[command.type]];
      if (corrects !== undefined && !raised(stage, known.past(corrects)))
        return refuse('corrects-unknown-event', 'the event corrected raised the same stage of this account', 'R26', {
          corrects,
        });
      return unfit(state, stage, command.data, -amount, c) ?? exceedsStanding(state, stage, amount) ?? [event];
    }
    case 'PlanDisbursement':
      if (state.tranches.includes(command.data.tranche))
        return refuse('tranche-already-planned', 'no tranche has this name', null, { planned: state.tranches });
      return unfit(state, 'disbursed', command.data, 0, c) ?? [{ type: 'DisbursementPlanned', data: command.data }];
    case 'ReallocateFundsOut': {
      const { stage, amount, to } = command.data;
      if (to === c.stream.id) return sameAccount;
      const bad =
        unfit(state, stage, command.data, -amount, c) ??
        exceedsStanding(state, stage, amount) ??
        cannotTakeIn(known.of(fundingAccount, to), state, command.data);
      return bad ?? [{ type: 'FundsReallocatedOut', data: command.data }];
    }
    case 'ReallocateFundsIn':
      return reallocateIn(command.data, state, c, known);
    case 'FixExchangeRate':
      if (command.data.quote === state.currency) return refuse('same-currency', 'the rate is against another currency');
      return [{ type: 'ExchangeRateFixed', data: command.data }];
    case 'CloseFundingAccount': {
      const last = state.stages.at(-1) as Stage;
      const first = state.stages.find((s) => s !== 'pledged') ?? last;
      if (state.basis === 'own' && state.standing[first] !== state.standing[last])
        return refuse('money-still-moving', `what stands at ${first} has reached ${last}`, 'R15', {
          ...state.standing,
        });
      return [{ type: 'FundingAccountClosed', data: command.data }];
    }
    default:
      return never(command);
  }
}

/** The recipient and implementers report what was spent. */
const mayReport = (type: FundingAccountCommand['type'], state: FundingAccount, c: DecisionContext): boolean =>
  (type === 'ReportExpenditure' || type === 'CorrectExpenditure') &&
  (actsFor(c.actor) === state.recipient || c.actor.role === 'implementer');

const sameAccount = refuse('same-account', 'the money moves between two accounts');

/** Money goes out only where it can come in: nothing else would bring it back. */
function cannotTakeIn(
  target: FundingAccount | null,
  { currency }: FundingAccount,
  { to, stage }: { readonly to: string; readonly stage: Stage },
): Refusal | null {
  if (target === null) return refuse('account-not-found', 'the other account has been opened', 'R15', { to });
  if (target.closed) return refuse('account-closed', 'the other account is open', 'R15', { to });
  if (target.currency !== currency)
    return refuse('other-currency', 'both accounts have the same currency', 'R15', { currency: target.currency });
  if (target.stages.includes(stage)) return null;
  return refuse('stage-not-kept', `the other account keeps the stage ${stage}`, 'R15', { stages: target.stages });
}

/** The second half of a reallocation rests on the first: the other account's event, taken in once. */
function reallocateIn(
  data: Extract<FundingAccountCommand, { type: 'ReallocateFundsIn' }>['data'],
  state: FundingAccount,
  c: DecisionContext,
  known: Known,
): readonly FundingAccountEvent[] | Refusal {
  if (data.from === c.stream.id) return sameAccount;
  const source = known.of(fundingAccount, data.from);
  const out = source?.givenOut[data.out];
  if (source === null || out?.to !== c.stream.id)
    return refuse('no-such-reallocation', 'the other account has reallocated to this one', 'R15', { from: data.from });
  if (source.currency !== state.currency)
    return refuse('other-currency', 'both accounts have the same currency', 'R15', { currency: source.currency });
  if (out.amount !== data.amount)
    return refuse('other-amount', 'what comes in is what went out', 'R15', { out: out.amount });
  if (out.stage !== data.stage)
    return refuse('other-stage', 'it comes in at the stage at which it went out', 'R15', { out: out.stage });
  if (state.takenIn.includes(data.out))
    return refuse('already-taken-in', 'the reallocation has not been taken in yet', 'R15');
  const bad = unfit(state, data.stage, data, data.amount, c) ?? overdrawn(state, data.stage, data.amount);
  return bad ?? [{ type: 'FundsReallocatedIn', data }];
}

/** The rules of a funding account: R15, R19, R26. */
export const fundingAccount: Decider<
  'funding-account',
  FundingAccountCommand,
  FundingAccountEvent,
  FundingAccount | null
> = {
  kind: 'funding-account',
  ids: 'prefixed',
  initial: null,
  evolve,
  consults: (command, state) => {
    if (command.type === 'OpenFundingAccount' && command.data.programme !== undefined)
      return [{ kind: 'programme', id: command.data.programme }];
    if (command.type === 'DisburseFunds' && state?.programme !== undefined)
      return [{ kind: 'programme', id: state.programme }];
    if (command.type === 'ReallocateFundsOut') return [{ kind: 'funding-account', id: command.data.to }];
    if (command.type === 'ReallocateFundsIn') return [{ kind: 'funding-account', id: command.data.from }];
    return [];
  },
  opens: 'OpenFundingAccount',
  authorise: () => null,
  decide: (command, state, context) => decide(command, state, context, context.known),
  reportsHistory: (command, state) =>
    state?.basis === 'reported' || (command.type === 'OpenFundingAccount' && command.data.basis === 'reported'),
};
