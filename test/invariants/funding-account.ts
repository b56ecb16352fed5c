import type { FundingAccountEvent, Stage } from '@entente/contracts';
import { type FundingAccount, fundingAccount, programme } from '@entente/domain';
import type { RecordedEvent } from '@entente/kernel';
import { type Invariants, type Sentences, dayOf, idOf, unlike, whole } from './invariant.js';

/** The stage that each movement raises or lowers. */
const MOVES: Readonly<Partial<Record<FundingAccountEvent['type'], readonly [Stage, 1 | -1]>>> = {
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

/** The stage that an event moves and by how much, in minor units; null if it moves none. */
function movement(event: FundingAccountEvent): { stage: Stage; by: number } | null {
  if (event.type === 'FundsReallocatedOut') return { stage: event.data.stage, by: -event.data.amount };
  if (event.type === 'FundsReallocatedIn') return { stage: event.data.stage, by: event.data.amount };
  const move = MOVES[event.type];
  return move === undefined || !('amount' in event.data) ? null : { stage: move[0], by: move[1] * event.data.amount };
}

/** What holds of every movement of money. */
function moves(event: RecordedEvent<FundingAccountEvent>, was: FundingAccount): Sentences {
  const moved = movement(event);
  if (moved === null) return {};
  const { stage, by } = moved;
  const expires = by > 0 && (stage === 'committed' || stage === 'obligated') && was.basis === 'own';
  return {
    'the account keeps the stage': was.stages.includes(stage),
    'money is still available': !expires || was.availableUntil === undefined || dayOf(event) <= was.availableUntil,
    'own money that moves is some': was.basis === 'reported' || by !== 0,
    'reported money names its source': 'reported' in event.data === (was.basis === 'reported'),
  };
}

/** A movement back that corrects names an earlier one forward, at the same stage and account. */
function corrects(event: RecordedEvent<FundingAccountEvent>, past: (id: string) => RecordedEvent | undefined): boolean {
  const id = 'corrects' in event.data ? event.data.corrects : undefined;
  if (id === undefined) return true;
  const before = past(id) as RecordedEvent<FundingAccountEvent> | undefined;
  if (before?.stream !== event.stream) return false;
  const forth = movement(before);
  return forth !== null && forth.by > 0 && forth.stage === movement(event)?.stage;
}

/** A funding account: money is whole, and no stage but the pledge is overtaken by the next one. */
export const fundingAccounts: Invariants<FundingAccount, FundingAccountEvent> = {
  opens: 'FundingAccountOpened',
  says: (event, was, elsewhere) => {
    if (event.type === 'FundingAccountOpened') {
      const { programme: of } = event.data;
      return { 'its programme was proposed': of === undefined || elsewhere.of(programme, of) !== null };
    }
    if (was === null) return {};
    const common = {
      ...moves(event, was),
      'nothing is said of a closed account': !was.closed,
      'what is corrected went forward at the same stage': corrects(event, elsewhere.past),
    };
    switch (event.type) {
      case 'FundsDisbursed': {
        const { tranche } = event.data;
        const of = was.programme === undefined ? null : elsewhere.of(programme, was.programme);
        return {
          ...common,
          'nothing is disbursed while its programme is suspended': of?.status !== 'suspended',
          'the tranche was planned': tranche === undefined || was.tranches.includes(tranche),
        };
      }
      case 'FundsReallocatedOut': {
        const to = elsewhere.of(fundingAccount, event.data.to);
        return {
          ...common,
          'money goes where it can come in':
            to?.closed === false && to.currency === was.currency && to.stages.includes(event.data.stage),
          'money goes to another account': event.data.to !== idOf(event.stream),
        };
      }
      case 'FundsReallocatedIn': {
        const { amount, stage, from, out } = event.data;
        const went = elsewhere.past(out) as RecordedEvent<FundingAccountEvent> | undefined;
        return {
          ...common,
          'what comes in went out, to here, as much and at this stage':
            went?.type === 'FundsReallocatedOut' &&
            went.stream === `funding-account/${from}` &&
            went.data.to === idOf(event.stream) &&
            went.data.amount === amount &&
            went.data.stage === stage,
          'it comes in once': !was.takenIn.includes(out),
        };
      }
      case 'FundingAccountClosed': {
        const first = was.stages.find((stage) => stage !== 'pledged');
        const last = was.stages.at(-1);
        const still = first === undefined || last === undefined || was.standing[first] === was.standing[last];
        return { ...common, 'no money is on its way': was.basis === 'reported' || still };
      }
      default:
        return common;
    }
  },
  holds: ({ basis, stages, standing, tranches }) => {
    const bounded = stages.filter((stage) => stage !== 'pledged').map((stage) => standing[stage]);
    return {
      'amounts are whole': Object.values(standing).every(Number.isSafeInteger),
      'own amounts are not below zero': basis === 'reported' || Object.values(standing).every(whole),
      'no stage overtakes the one before': basis === 'reported' || bounded.every((n, i) => n <= (bounded[i - 1] ?? n)),
      'each tranche is planned once': unlike(tranches),
    };
  },
};
