import type { MisuseCaseEvent } from '@entente/contracts';
import type { MisuseCase } from '@entente/domain';
import { type Invariants, unlike, whole } from './invariant.js';

const DECIDED = ['substantiated', 'inconclusive'] as const;
const LIVE = ['accepted', 'investigating', ...DECIDED] as const;

/** A misuse case: the reporter stays hidden, the accused is heard, and none closes unfinished. */
export const misuseCases: Invariants<MisuseCase, MisuseCaseEvent> = {
  opens: 'MisuseFlagged',
  holds: (is) => {
    const recoveries = Object.values(is.recoveries);
    const totals = Map.groupBy(recoveries, ({ currency }) => currency).values();
    return {
      'what is suspended is named': (is.assistance === 'suspended') === is.suspended.length > 0,
      'no precaution outlives its case':
        is.precaution === null || (LIVE as readonly MisuseCase['status'][]).includes(is.status),
      'no action excludes other measures': !is.measures.includes('no-action') || is.measures.length === 1,
      'each measure is there once': unlike(is.measures),
      'each reply is awaited once': unlike(is.awaited),
      'what came back is whole': recoveries.every(({ amount }) => whole(amount)),
      'totals are whole': [...totals].every((all) => whole(all.reduce((total, { amount }) => total + amount, 0))),
      'nothing is due of a closed case': is.status !== 'closed' || Object.values(is.due).every((day) => day === null),
      'what has ceased was planned': !is.ceased || is.planned,
    };
  },
};
