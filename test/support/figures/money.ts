import type { FundingAccountEvent, Stage } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import {
  type FigureRow,
  type Figures,
  type Of,
  dayOfWhole,
  daysLate,
  distinct,
  idOf,
  last,
  occurredOn,
  only,
  recordedOn,
  streamsOf,
  sum,
} from './log.js';

type Events = readonly RecordedEvent<FundingAccountEvent>[];
const accounts = (log: readonly RecordedEvent[]): readonly Events[] =>
  streamsOf<FundingAccountEvent>(log, 'funding-account');
const openingOf = (events: Events) =>
  (last(events, 'FundingAccountOpened') as Of<FundingAccountEvent, 'FundingAccountOpened'>).data;

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

/** What every row of an account says of the account. */
function accountColumns(events: Events) {
  const { donor, recipient, programme, case: assistanceCase, fund, currency, basis } = openingOf(events);
  const account = idOf((events[0] as Events[number]).stream);
  const about = { account, donor, recipient, programme: programme ?? null, assistance_case: assistanceCase ?? null };
  return { about, fund, currency, basis };
}

function funding(events: Events): readonly FigureRow[] {
  const { about, fund, currency, basis } = accountColumns(events);
  const { stages, onBudget, budgetLine, availableUntil } = openingOf(events);
  const planned = only(events, 'DisbursementPlanned');
  const movements = movementsOf(events);
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
        disbursement_planned: sum(planned.flatMap(({ data }) => (data.period === period ? [data.amount] : []))),
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
  if (event.type === 'MovementCorrected') return 'corrected';
  return MOVES[event.type]?.[1] === 1 ? 'raised' : 'taken-back';
}

/** A field of an event's data, if it has it. */
const field = (event: Events[number], name: string): string | null =>
  (event.data as unknown as Readonly<Record<string, string | undefined>>)[name] ?? null;

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
    occurred_on: occurredOn(event),
    recorded_on: recordedOn(event),
    movement: wordOf(event),
    pooled: event.type === 'ContributionPooled',
    tranche: field(event, 'tranche'),
    other_account: field(event, 'to') ?? field(event, 'from'),
    contributor: field(event, 'contributor'),
    reason: field(event, 'reason'),
    corrects: field(event, 'corrects'),
  }));
}

function tranche(events: Events, planned: Of<FundingAccountEvent, 'DisbursementPlanned'>, day: string): FigureRow {
  const { about, currency } = accountColumns(events);
  const { tranche: name, amount, due, period } = planned.data;
  const paid = only(events, 'FundsDisbursed')
    .filter(({ data }) => data.tranche === name)
    .map((event) => ({ on: occurredOn(event), quantity: event.data.amount }));
  const disbursed = sum(paid.map(({ quantity }) => quantity));
  const whole = disbursed >= amount;
  const disbursedOn = dayOfWhole(paid, amount);
  return {
    item: `${planned.stream}#${name}`,
    ...about,
    tranche: name,
    period,
    currency,
    status: whole ? 'disbursed' : disbursed > 0 ? 'begun' : 'planned',
    planned: amount,
    disbursed,
    due,
    disbursed_on: disbursedOn,
    overdue: !whole && day > due,
    days_late: daysLate(due, disbursedOn, !whole, day),
  };
}

export const MONEY: Readonly<Record<string, Figures>> = {
  funding: (log) => accounts(log).flatMap(funding),
  movements: (log) => accounts(log).flatMap(movements),
  disbursements: (log, { day }) =>
    accounts(log).flatMap((events) => only(events, 'DisbursementPlanned').map((one) => tranche(events, one, day))),
};
