import type { HoldEvent } from '@entente/contracts';
import { type hold, holdId } from '@entente/domain';
import type { Invariants } from './invariant.js';

type HoldState = NonNullable<(typeof hold)['initial']>;

/** The holds on a scope: a bounded number, each with a last day that exists, if it has one. */
export const holds: Invariants<HoldState, HoldEvent> = {
  opens: 'HoldPlaced',
  opensAgain: true,
  holds: ({ scope, holds: placed }) => ({
    'at most a hundred are in force': Object.keys(placed).length <= 100,
    'the scope has an id': holdId(scope).length > scope.kind.length + 1,
    'each has a basis': Object.values(placed).every(({ basis }) => basis.length > 0),
  }),
};
