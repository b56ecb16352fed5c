import type { AssistanceScope, MisuseCaseEvent } from '@entente/contracts';
import type { Projection, RecordedEvent } from '@entente/kernel';
import { SCOPE_KINDS } from './codes.js';
import { count, day, dayOrNull, overdue, text, textOrNull } from './columns.js';
import { originOf, revisionKey } from './row-by.js';

/** One scope in which a misuse case stops assistance, by a measure or as a precaution. */
export class MisuseSuspensionRow {
  @text('the misuse case') misuse_case!: string;
  @text('measure (a suspension or termination that was decided) or precaution', ['measure', 'precaution'])
  stop!: string;
  @text('what is stopped: a unit, an item-type, a case, a programme or a country', SCOPE_KINDS) scope_kind!: string;
  @text('the id of what is stopped; of a country, that of its organisation') scope!: string;
  @textOrNull("the donor whose assistance it is; every donor's if there is none") donor!: string | null;
  @text('suspended, terminated, or ended', ['suspended', 'terminated', 'ended']) status!: string;
  @day('the day from which it is stopped') stopped_on!: string;
  @dayOrNull('its last day; without one it lasts until assistance resumes') last_day!: string | null;
  @dayOrNull('the day on which it ended') ended_on!: string | null;
  @text('the event that stopped it') ordered_by!: string;
  @count('the place of that event in its stream, from 0') ordered_at!: number;
}

type StopKind = 'measure' | 'precaution';

/** What an event stops and what it ends, in these scopes. */
interface ScopeChange {
  readonly stop: StopKind;
  readonly scopes: readonly AssistanceScope[];
  readonly status: 'suspended' | 'terminated' | 'ended';
}

function changesOf(event: RecordedEvent<MisuseCaseEvent>): readonly ScopeChange[] {
  switch (event.type) {
    case 'PrecautionarySuspensionOrdered':
    case 'PrecautionarySuspensionRenewed':
      return [{ stop: 'precaution', scopes: event.data.scopes, status: 'suspended' }];
    case 'PrecautionarySuspensionLapsed':
      return [{ stop: 'precaution', scopes: event.data.scopes, status: 'ended' }];
    case 'AssistanceSuspended':
      return [{ stop: 'measure', scopes: event.data.scopes, status: 'suspended' }];
    case 'AssistanceResumed':
      return [{ stop: 'measure', scopes: event.data.scopes, status: 'ended' }];
    case 'AssistanceTerminated':
      return [
        { stop: 'measure', scopes: event.data.scopes, status: 'terminated' },
        { stop: 'measure', scopes: event.data.released ?? [], status: 'ended' },
      ];
    default:
      return [];
  }
}

const keyOf = (stop: StopKind, { kind, id }: AssistanceScope): string => `${stop}/${kind}/${id}`;

function evolve(
  row: MisuseSuspensionRow | null,
  event: RecordedEvent<MisuseCaseEvent>,
  key: string,
): MisuseSuspensionRow | null {
  const { id: misuse_case, day: on } = originOf(event);
  for (const { stop, scopes, status } of changesOf(event)) {
    const scope = scopes.find((one) => keyOf(stop, one) === key);
    if (scope === undefined) continue;
    if (status === 'ended') return row === null ? null : { ...row, status, ended_on: on };
    const { donor = null, until: last_day = null } = event.data as {
      readonly donor?: string;
      readonly until?: string;
    };
    // One that was renewed in time, and that recorded late, was recorded as lapsed before.
    if (row !== null && (row.ended_on === null || event.type === 'PrecautionarySuspensionRenewed'))
      return { ...row, status, last_day, ended_on: null };
    return {
      misuse_case,
      stop,
      scope_kind: scope.kind,
      scope: scope.id,
      donor,
      status,
      stopped_on: on,
      last_day,
      ended_on: null,
      ordered_by: event.id,
      ordered_at: event.revision,
    };
  }
  return row;
}

/** The columns of the day that a suspension has, as a row and in its view. */
export const LAST_DAY_OVER = {
  last_day_over: overdue('whether its last day is over and its end was not recorded: it stops nothing any more', {
    due: 'last_day',
    done: 'ended_on',
  }),
};

export const misuseSuspensions: Projection<MisuseCaseEvent, MisuseSuspensionRow> = {
  name: 'misuse-suspensions',
  topic: 'Misuse and holds',
  version: 5,
  kinds: ['misuse-case'],
  about: 'a scope in which a misuse case stops assistance: since when, until when, and whether it ended',
  entity: MisuseSuspensionRow,
  totals: { counts: 'scopes stopped', by: ['status', 'stop'], sums: [] },
  daily: LAST_DAY_OVER,
  touches: (event) => changesOf(event).flatMap(({ stop, scopes }) => scopes.map((scope) => keyOf(stop, scope))),
  evolve,
};

/** An event that stops assistance in a scope, renews that, or makes it final. */
export class SuspensionOrderRow {
  @text('the misuse case') misuse_case!: string;
  @text('measure (a suspension or termination that was decided) or precaution', ['measure', 'precaution'])
  stop!: string;
  @text('what is stopped: a unit, an item-type, a case, a programme or a country', SCOPE_KINDS) scope_kind!: string;
  @text('the id of what is stopped; of a country, that of its organisation') scope!: string;
  @text('the id of the event') ordered_by!: string;
  @count('the place of the event in its stream, from 0') ordered_at!: number;
}

/** What an event stops, each with its key. */
const ordersOf = (event: RecordedEvent<MisuseCaseEvent>) =>
  changesOf(event)
    .filter(({ status }) => status !== 'ended')
    .flatMap(({ stop, scopes }) =>
      scopes.map((scope) => ({ key: `${keyOf(stop, scope)}/${revisionKey(event)}`, stop, scope })),
    );

export const suspensionOrders: Projection<MisuseCaseEvent, SuspensionOrderRow> = {
  name: 'suspension-orders',
  topic: 'Misuse and holds',
  version: 2,
  kinds: ['misuse-case'],
  about: 'an event that stops assistance in a scope, renews that, or makes it final: a hold names it as its cause',
  entity: SuspensionOrderRow,
  totals: { counts: 'orders', by: ['stop'], sums: [] },
  appendOnly: true,
  touches: (event) => ordersOf(event).map(({ key }) => key),
  evolve(_, event, key) {
    const order = ordersOf(event).find((one) => one.key === key);
    if (order === undefined) return null;
    const { kind: scope_kind, id: scope } = order.scope;
    const { id: misuse_case } = originOf(event);
    return { misuse_case, stop: order.stop, scope_kind, scope, ordered_by: event.id, ordered_at: event.revision };
  },
};
