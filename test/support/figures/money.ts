import type { FundingAccountEvent, Stage } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import {
  type FigureRow,
  type Figures,
  type Of,
  daysBetween,
  daysLate,
  distinct,
  doubts,
  happened,
  idOf,
  last,
  latest,
  occurredOn,
  only,
  recordedOn,
  streamsOf,
  sum,
  newestOf,
} from './log.js';

type Events = readonly RecordedEvent<FundingAccountEvent>[];
const accounts = (log: readonly RecordedEvent[]): readonly Events[] =>
  streamsOf<FundingAccountEvent>(log, 'funding-account');
const openingOf = (events: Events) =>
  Object.assign({}, ...only(events, 'FundingAccountOpened', 'AccountCorrected').map(({ data }) => data)) as Of<
    FundingAccountEvent,
    'FundingAccountOpened'
  >['data'];

/** At which stage an event moves money, and which way. */
const MOVES: Readonly<Record<string, readonly [Stage, 1 | -1]>> = {
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
};

/** A movement of money. */
export interface Movement {
  readonly event: Events[number];
  readonly stage: Stage;
  readonly amount: number;
  readonly period: string;
}

export function movementsOf(events: Events): readonly Movement[] {
  return events.flatMap((event): Movement[] => {
    if (event.type === 'FundsReallocatedOut' || event.type === 'FundsReallocatedIn') {
      const { stage, amount, period } = event.data;
      return [{ event, stage, period, amount: event.type === 'FundsReallocatedOut' ? -amount : amount }];
    }
    if (event.type === 'MovementCorrected') {
      const { stage, amountBy, period } = event.data;
      return [{ event, stage, period, amount: amountBy }];
    }
    const move = MOVES[event.type];
    if (move === undefined) return [];
    const { amount, period } = event.data as { readonly amount: number; readonly period: string };
    return [{ event, stage: move[0], period, amount: move[1] * amount }];
  });
}

/** The columns of the account that each of its rows has. */
function accountColumns(events: Events) {
  const { donor, recipient, programme, case: assistanceCase, fund, currency, basis } = openingOf(events);
  const account = idOf((events[0] as Events[number]).stream);
  const about = { account, donor, recipient, programme: programme ?? null, assistance_case: assistanceCase ?? null };
  return { about, fund, currency, basis };
}

/** What was entered in a period, each entry with its corrections there, forward and back alike. */
function enteredIn(events: Events, period: string): number {
  const within = movementsOf(events).filter((one) => one.period === period);
  const entries = Map.groupBy(within, ({ event }) => field(event, 'corrects') ?? event.id);
  return sum([...entries.values()].map((parts) => Math.abs(sum(parts.map(({ amount }) => amount)))));
}

function funding(events: Events, by: string | null): readonly FigureRow[] {
  const { about, fund, currency, basis } = accountColumns(events);
  const { stages, onBudget, budgetLine, availableUntil } = openingOf(events);
  const inTime = (event: Events[number]): boolean => by === null || movedOn(events, event) <= by;
  const planned = only(events, 'DisbursementPlanned')
    .filter(inTime)
    .map((one) => ({ data: { ...one.data, ...statedOf(events, one) } }));
  const movements = movementsOf(events).filter(({ event }) => inTime(event));
  return distinct([...movements.map(({ period }) => period), ...planned.map(({ data }) => data.period)]).map(
    (period) => {
      const within = movements.filter((one) => one.period === period);
      const balance = (stage: Stage): number | null =>
        stages.includes(stage) ? sum(within.flatMap((one) => (one.stage === stage ? [one.amount] : []))) : null;
      return {
        ...about,
        fund,
        period,
        currency,
        basis,
        on_budget: onBudget,
        budget_line: budgetLine ?? null,
        available_until: availableUntil ?? null,
        pledged: balance('pledged'),
        committed: balance('committed'),
        obligated: balance('obligated'),
        disbursed: balance('disbursed'),
        spent: balance('spent'),
        below_zero: by === null ? stages.filter((stage) => (balance(stage) ?? 0) < 0).join(',') || null : null,
        disbursement_planned: sum(planned.flatMap(({ data }) => (data.period === period ? [data.amount] : []))),
        entered: by === null ? enteredIn(events, period) : null,
        movements: within.length,
      };
    },
  );
}

/** How money moved, in a word. */
function wordOf(event: Events[number]): string {
  if (event.type === 'FundsReallocatedOut') return 'reallocated-out';
  if (event.type === 'FundsReallocatedIn') return 'reallocated-in';
  if (event.type === 'ContributionPooled') return 'pooled';
  if (event.type === 'MovementCorrected' || (MOVES[event.type]?.[1] === -1 && field(event, 'corrects') !== null))
    return 'corrected';
  return MOVES[event.type]?.[1] === 1 ? 'raised' : 'taken-back';
}

/** A field of an event's data, if it has it. */
const field = (event: Events[number], name: string): string | null =>
  (event.data as unknown as Readonly<Record<string, string | undefined>>)[name] ?? null;

/** The movement that an event corrects, if it is known. */
const correctedBy = (events: Events, event: Events[number]): Events[number] | undefined =>
  events.find(({ id }) => id === field(event, 'corrects'));

/** A field that a correction has from the movement that it corrects. */
const own = (events: Events, event: Events[number], name: 'contributor' | 'tranche'): string | null => {
  const corrected = field(event, 'corrects') === null ? undefined : correctedBy(events, event);
  return (corrected === undefined ? null : field(corrected, name)) ?? field(event, name);
};

/** The day on which a movement counts: a correction counts when what it corrects happened. */
function movedOn(events: Events, event: Events[number]): string {
  if (field(event, 'corrects') === null) return occurredOn(event);
  const corrected = correctedBy(events, event);
  return corrected === undefined ? (field(event, 'on') ?? occurredOn(event)) : occurredOn(corrected);
}

/** The event with which the money of a reallocation left, of either half. */
const reallocationOf = (event: Events[number]): string | null =>
  event.type === 'FundsReallocatedOut'
    ? event.id
    : (field(event, 'out') ?? (field(event, 'to') === null ? null : field(event, 'corrects')));

function movements(events: Events): readonly FigureRow[] {
  const { about, fund, currency, basis } = accountColumns(events);
  const { stages } = openingOf(events);
  return movementsOf(events).map(({ event, stage, amount, period }) => ({
    ...about,
    fund,
    basis,
    account_stages: stages.join(','),
    period,
    currency,
    stage,
    amount,
    occurred_on: movedOn(events, event),
    recorded_on: recordedOn(event),
    movement: wordOf(event),
    pooled: own(events, event, 'contributor') !== null,
    after_completion: event.type === 'FundsDisbursed' && event.data.afterCompletion === true,
    tranche: own(events, event, 'tranche'),
    other_account: field(event, 'to') ?? field(event, 'from'),
    reallocation: reallocationOf(event),
    contributor: own(events, event, 'contributor'),
    reason: field(event, 'reason'),
    corrects: field(event, 'corrects'),
  }));
}

/** What each stage of an account had come to on each day on which money moved. */
function balances(events: Events, by: string | null): readonly FigureRow[] {
  const { about, fund, currency, basis } = accountColumns(events);
  const { stages } = openingOf(events);
  const moves = movementsOf(events).map((one) => ({ ...one, on: movedOn(events, one.event) }));
  const days = distinct(moves.map(({ on }) => on)).filter((on) => by === null || on <= by);
  return days.map((day) => {
    const at = (stage: Stage): number | null =>
      stages.includes(stage)
        ? sum(moves.flatMap((one) => (one.stage === stage && one.on <= day ? [one.amount] : [])))
        : null;
    const bounding = stages.filter((stage) => stage !== 'pledged');
    const early = bounding.filter((stage, n) => n > 0 && Number(at(stage)) > Number(at(bounding[n - 1] as Stage)));
    return {
      ...about,
      fund,
      basis,
      currency,
      occurred_on: day,
      pledged: at('pledged'),
      committed: at('committed'),
      obligated: at('obligated'),
      disbursed: at('disbursed'),
      spent: at('spent'),
      implausible: basis === 'own' ? early.map((stage) => `${stage}-early`).join(',') || null : null,
    };
  });
}

/** By how much a disbursement was entered wrongly. */
const correctionOf = (events: Events, { id }: Events[number]): number =>
  sum(events.flatMap((event) => (field(event, 'corrects') === id ? [correctedAmount(event)] : [])));
const correctedAmount = (event: Events[number]): number =>
  event.type === 'MovementCorrected' ? event.data.amountBy : event.type === 'FundsReimbursed' ? -event.data.amount : 0;

/** Amount and day of a tranche, as corrected. */
function statedOf(events: Events, { id, data }: Of<FundingAccountEvent, 'DisbursementPlanned'>) {
  const now = only(events, 'TrancheCorrected').findLast((one) => one.data.corrects === id)?.data ?? data;
  return { amount: now.amount, due: now.due };
}

/** The day by which disbursements have come to an amount; null while they have not. */
function dayOfAmount(paid: readonly { readonly on: string; readonly quantity: number }[], amount: number) {
  const days = distinct(paid.map(({ on }) => on)).toSorted();
  return days.find((day) => sum(paid.flatMap(({ on, quantity }) => (on <= day ? [quantity] : []))) >= amount) ?? null;
}

/** The record, since its day was corrected, that an open tranche ended with its programme. */
export function withdrawalOf(events: Events, name: string): Events[number] | undefined {
  if (last(events, 'TrancheWithdrawn') === undefined) return undefined;
  const steps = events.filter((event) => field(event, 'tranche') === name);
  const moved = steps.findLastIndex((event, n) => {
    const before = steps.slice(0, n).findLast((one) => field(one, 'due') !== null);
    return event.type === 'TrancheCorrected' && before !== undefined && field(before, 'due') !== event.data.due;
  });
  return last(steps.slice(moved + 1), 'TrancheWithdrawn');
}

/** What ends an open tranche: the end of its programme, else of its account. */
const endOf = (events: Events, name: string): Events[number] | undefined =>
  withdrawalOf(events, name) ?? last(events, 'FundingAccountClosed');

function tranche(
  events: Events,
  planned: Of<FundingAccountEvent, 'DisbursementPlanned'>,
  day: string,
  by: string | null,
): FigureRow {
  const { about, currency, basis } = accountColumns(events);
  const { tranche: name, period } = planned.data;
  const { amount, due } = statedOf(events, planned);
  const paid = only(events, 'FundsDisbursed')
    .filter(({ data }) => data.tranche === name)
    .map((event) => ({ on: occurredOn(event), quantity: event.data.amount + correctionOf(events, event) }))
    .filter(({ on, quantity }) => quantity > 0 && (by === null || on <= by));
  const disbursed = sum(paid.map(({ quantity }) => quantity));
  const whole = disbursed >= amount;
  const disbursedOn = dayOfAmount(paid, amount);
  const ended = endOf(events, name);
  const open = !whole && (ended === undefined || (by !== null && occurredOn(ended) > by));
  return {
    item: `${planned.stream}#${name}`,
    ...about,
    basis,
    planned_on: occurredOn(planned),
    implausible: doubts(['promised-in-the-past', basis === 'own' && due < occurredOn(planned)]),
    tranche: name,
    period,
    currency,
    status:
      whole && disbursed > 0 ? 'disbursed' : !open || amount === 0 ? 'withdrawn' : disbursed > 0 ? 'begun' : 'planned',
    planned: amount,
    disbursed,
    due,
    last_disbursed_on: latest(paid.map(({ on }) => on)),
    disbursed_on: disbursedOn,
    overdue: open && day > due,
    days_late: daysLate(due, disbursedOn, open, day),
  };
}

function account(events: Events): FigureRow {
  const { about, fund, currency, basis } = accountColumns(events);
  const { stages, onBudget, budgetLine, availableUntil } = openingOf(events);
  const closed = last(events, 'FundingAccountClosed');
  const rates = only(events, 'ExchangeRateFixed');
  const right = only(events, 'ExchangeRateCorrected');
  const rate = newestOf(
    rates.map((one) => {
      const changes = right.filter(({ data }) => data.corrects === one.id).map(({ data: { quote, rate: by, on } }) => ({ quote, rate: by, on })); // prettier-ignore
      const stated = changes.flatMap((change) => Object.entries(change).filter(([, value]) => value !== undefined));
      return { ...one, data: { ...one.data, ...Object.fromEntries(stated) } };
    }),
  )?.data;
  return {
    ...about,
    fund,
    currency,
    stages: stages.join(','),
    basis,
    on_budget: onBudget,
    budget_line: budgetLine ?? null,
    available_until: availableUntil ?? null,
    status: closed === undefined ? 'open' : 'closed',
    opened_on: occurredOn(events[0] as Events[number]),
    closed_on: closed === undefined ? null : occurredOn(closed),
    close_reason: closed?.data.reason ?? null,
    rates: rates.length,
    rate_currency: rate?.quote ?? null,
    rate: rate?.rate ?? null,
    rate_on: rate?.on ?? null,
  };
}

/** What left one account for another, and what of it that one has taken in. */
function reallocations(log: readonly RecordedEvent[], by: string | null): readonly FigureRow[] {
  const halves = accounts(log)
    .flatMap((events) => movements(events))
    .filter((row) => row['reallocation'] !== null && (by === null || (row['occurred_on'] as string) <= by));
  return halves
    .filter(({ movement }) => movement === 'reallocated-out')
    .map((out): FigureRow => {
      const { reallocation = null, account = null, other_account = null, occurred_on = null } = out;
      const parts = halves.filter((half) => half['reallocation'] === reallocation);
      const at = (other: unknown) =>
        sum(parts.filter((one) => one['account'] === other).map((one) => Number(one['amount'])));
      const takenIn = parts.find(({ movement }) => movement === 'reallocated-in');
      const of = ['donor', 'recipient', 'programme', 'assistance_case', 'currency', 'stage'];
      return {
        ...Object.fromEntries(of.map((column) => [column, out[column] ?? null])),
        reallocation,
        account,
        other_account,
        went_out_on: occurred_on,
        taken_in_on: takenIn?.['occurred_on'] ?? null,
        went_out: -at(account),
        taken_in: at(other_account),
        in_transit: -at(account) - at(other_account),
      };
    });
}

const disbursements = (log: readonly RecordedEvent[], day: string, by: string | null): readonly FigureRow[] =>
  accounts(log).flatMap((events) =>
    only(events, 'DisbursementPlanned')
      .filter((one) => by === null || occurredOn(one) <= by)
      .map((one) => tranche(events, one, day, by)),
  );

/** The plan of a tranche, and what was disbursed, without the days of that. */
function plan(events: Events, planned: Of<FundingAccountEvent, 'DisbursementPlanned'>): FigureRow {
  const row = tranche(events, planned, '', null);
  const { last_disbursed_on: _, disbursed_on: __, overdue: ___, days_late: ____, ...is } = row;
  const ended = endOf(events, planned.data.tranche);
  if (ended === undefined) return { ...is, withdrawn_on: null };
  // It was open when that came, or since.
  const wasOpen = events.slice(events.indexOf(ended)).some((event) => {
    const then = tranche(events.slice(0, events.indexOf(event) + 1), planned, '', null);
    return Number(then['disbursed']) < Number(then['planned']);
  });
  return { ...is, withdrawn_on: wasOpen ? occurredOn(ended) : null };
}

/** What an account may still commit or obligate up to its last day. */
function expiring(events: Events, day: string): readonly FigureRow[] {
  const { stages, basis, availableUntil } = openingOf(events);
  const isOpen = last(events, 'FundingAccountClosed') === undefined;
  if (!isOpen || basis !== 'own' || availableUntil === undefined) return [];
  const ends = (['committed', 'obligated'] as const).filter((stage) => stages.includes(stage));
  const [stage, next] = ends.length === 2 ? ends : (['pledged', ends[0]] as const);
  if (next === undefined || stage === undefined || !stages.includes(stage)) return [];
  const at = (of: Stage) => sum(movementsOf(events).flatMap((one) => (one.stage === of ? [one.amount] : [])));
  const remaining = at(stage) - at(next);
  if (remaining <= 0) return [];
  const { about, fund, currency } = accountColumns(events);
  const days = { expired: day > availableUntil, days_left: daysBetween(day, availableUntil) };
  return [{ ...about, fund, currency, available_until: availableUntil, stage, remaining, ...days }];
}

export const MONEY: Readonly<Record<string, Figures>> = {
  accounts: (log) => accounts(log).map(account),
  funding: (log, { occurredBy }) => accounts(log).flatMap((events) => funding(events, occurredBy)),
  balances: (log, { occurredBy }) => accounts(log).flatMap((events) => balances(events, occurredBy)),
  'expiring-funds': (log, { day }) => accounts(log).flatMap((events) => expiring(events, day)),
  movements: (log, { occurredBy }) => happened(accounts(log).flatMap(movements), 'occurred_on', occurredBy),
  tranches: (log) =>
    accounts(log).flatMap((events) => only(events, 'DisbursementPlanned').map((one) => plan(events, one))),
  reallocations: (log, { occurredBy }) => reallocations(log, occurredBy),
  disbursements: (log, { day, occurredBy }) => disbursements(log, day, occurredBy),
};
