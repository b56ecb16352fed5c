import type { From, Query, RowsView } from './from.js';
import { HoldRow } from './holds.js';
import { LAST_DAY_OVER, MisuseSuspensionRow, SuspensionOrderRow } from './misuse-suspensions.js';
import { day, sameAs, text } from './view-columns.js';

const OWN = ['misuse_case', 'stop', 'scope_kind', 'scope', 'donor', 'status', 'stopped_on', 'last_day', 'ended_on'];

function query(from: From): Query {
  const orders = from(SuspensionOrderRow, 'o').select('o.stream', 'stream').addSelect('o.stop', 'stop');
  orders.addSelect('o.scope_kind', 'scope_kind').addSelect('o.scope', 'scope');
  orders.addSelect('o.ordered_by', 'ordered_by').addSelect('o.ordered_at', 'ordered_at');
  const holds = from(HoldRow, 'h')
    .innerJoin(
      `(${orders.getQuery()})`,
      'b',
      'b.ordered_by = h.cause AND b.scope_kind = h.scope_kind AND b.scope = h.scope',
    )
    .setParameters(orders.getParameters())
    .select('b.stream', 'stream')
    .addSelect('b.stop', 'stop')
    .addSelect('b.ordered_at', 'ordered_at')
    .addSelect('h.cause', 'cause')
    .addSelect('h.scope_kind', 'scope_kind')
    .addSelect('h.scope', 'scope')
    .addSelect('h.placed_on', 'placed_on')
    .addSelect('h.ended_on', 'hold_ended_on')
    .addSelect('h.last_day_over', 'hold_over');
  const suspensions = from(MisuseSuspensionRow, 's')
    .leftJoin(
      `(${holds.getQuery()})`,
      'k',
      // Mostly the first of the events; a later one if the hold was placed late, or lapsed before.
      `k.stream = s.stream AND k.stop = s.stop AND k.scope_kind = s.scope_kind AND k.scope = s.scope
        AND k.ordered_at >= s.ordered_at`,
    )
    .setParameters(holds.getParameters())
    .select('s.ordered_by', 'ordered_by');
  for (const column of OWN) suspensions.addSelect(`s.${column}`, column);
  return suspensions
    .addSelect(
      `CASE WHEN k.cause IS NULL THEN CASE WHEN s.ended_on IS NOT NULL OR s.last_day_over THEN 'ended' ELSE 'not in force yet' END
            WHEN k.hold_ended_on IS NOT NULL OR k.hold_over THEN 'ended'
            WHEN s.ended_on IS NOT NULL THEN 'not released yet' ELSE 'in force' END`,
      'hold',
    )
    .addSelect('k.cause', 'hold_cause')
    .addSelect('k.placed_on', 'in_force_since')
    .addSelect('k.hold_ended_on', 'hold_ended_on');
}

const STATES = ['in force', 'not in force yet', 'not released yet', 'ended'];

/** Whether what a misuse case stops is on hold yet: the policy that places the hold comes after. */
export const suspensions: RowsView = {
  name: 'suspensions',
  topic: 'Misuse and holds',
  version: 4,
  about: 'a scope in which a misuse case stops assistance, and whether the hold on it is in force yet',
  key: ['misuse_case', 'stop', 'scope_kind', 'scope'],
  columns: {
    ...sameAs(MisuseSuspensionRow, 'scope_kind', 'scope'),
    hold: text(
      'whether the hold is in force, not in force yet, not released yet, or ended, by the day of the answer',
      STATES,
    ),
    ...sameAs(MisuseSuspensionRow, 'status', 'stop', 'donor', 'stopped_on', 'last_day'),
    in_force_since: day(
      'the day of `hold_cause`, from which the hold counts, also if it was placed later; a renewal leaves it, unless the hold had ended before',
    ),
    ended_on: day('the day on which the suspension ended'),
    hold_ended_on: day('the day on which the hold ended'),
    ...sameAs(MisuseSuspensionRow, 'misuse_case', 'ordered_by'),
    hold_cause: text('the event for which the hold was placed: one that stopped it, renewed that or made it final'),
  },
  daily: LAST_DAY_OVER,
  totals: { counts: 'scopes stopped', by: ['hold', 'stop'], sums: [] },
  movedBy: {
    'misuse-suspensions': { misuse_case: 'misuse_case', stop: 'stop', scope_kind: 'scope_kind', scope: 'scope' },
    'suspension-orders': null,
    holds: { scope_kind: 'scope_kind', scope: 'scope' },
  },
  madeOf: ({ misuse_case, stop, scope_kind, scope, hold_cause: cause }) => ({
    'misuse-suspensions': { misuse_case, stop, scope_kind, scope },
    ...(cause === null ? {} : { holds: { scope_kind, scope, cause } }),
  }),
  query,
};
