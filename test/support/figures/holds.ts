import type {
  AssistanceCaseEvent,
  AssistanceScope,
  ConsignmentEvent,
  HoldEvent,
  MisuseCaseEvent,
  ProgrammeEvent,
} from '@entente/contracts';
import type { Event, RecordedEvent } from '@entente/kernel';
import { heldBy as caseHeldBy } from './cases.js';
import { consignmentRows, heldBy as shipmentHeldBy } from './consignments.js';
import { type Figures, type Of, distinct, idOf, occurredOn, only, since, streamsOf } from './log.js';
import { suspended } from './planning.js';

type Events = readonly RecordedEvent<HoldEvent>[];

/** The events of the hold of a name on its scope, since it was placed last. */
function sincePlaced(events: Events, name: string): { readonly placed: Of<HoldEvent, 'HoldPlaced'>; later: Events } {
  const ofName = events.filter(({ data }) => data.hold === name);
  const placed = only(ofName, 'HoldPlaced').at(-1) as Of<HoldEvent, 'HoldPlaced'>;
  return { placed, later: since(ofName, placed) };
}

/** A field of a hold as placed last, and renewed or corrected since. */
function stated(events: Events, field: 'basis' | 'donor' | 'until' | 'on'): string | null {
  const given = only(events, 'HoldPlaced', 'HoldRenewed', 'HoldCorrected').flatMap(
    ({ data }) => (data as Partial<Record<typeof field, string>>)[field] ?? [],
  );
  return given.at(-1) ?? null;
}

const ENDED: Readonly<Record<string, string>> = { HoldReleased: 'released', HoldLapsed: 'lapsed' };

function hold(events: Events, name: string, day: string) {
  const { placed, later } = sincePlaced(events, name);
  const last = only(later, 'HoldReleased', 'HoldReleaseWithdrawn', 'HoldLapsed').at(-1);
  const end = last?.type === 'HoldReleaseWithdrawn' ? undefined : last;
  const { actor, causationId } = placed.metadata;
  const bySystem = actor.role === 'system';
  const lastDay = stated([placed, ...later], 'until');
  return {
    scope_kind: placed.data.scope.kind,
    scope: placed.data.scope.id,
    hold: name,
    status: ENDED[end?.type ?? ''] ?? 'in force',
    basis: stated([placed, ...later], 'basis'),
    reason: placed.data.reason,
    donor: stated([placed, ...later], 'donor'),
    placed_by: bySystem ? null : (actor.for ?? actor.organisation),
    placed_on: stated(later, 'on') ?? occurredOn(placed),
    last_day: lastDay,
    renewals: only(later, 'HoldRenewed').length,
    ended_on: end === undefined ? null : occurredOn(end),
    end_reason: end?.type === 'HoldReleased' ? end.data.reason : null,
    cause: bySystem ? causationId : null,
    last_day_over: end === undefined && lastDay !== null && day > lastDay,
  };
}

const holdRows = (log: readonly RecordedEvent[], day: string) =>
  streamsOf<HoldEvent>(log, 'hold').flatMap((events) =>
    distinct(events.map(({ data }) => data.hold)).map((name) => hold(events, name, day)),
  );

// ---- What a misuse case stops ----

type Misuse = RecordedEvent<MisuseCaseEvent>;
type Stop = 'measure' | 'precaution';

/** By event that stops, and by event that ends a stop: which stop it is, and in which scopes. */
const STOPS: Partial<Record<MisuseCaseEvent['type'], Stop>> = {
  AssistanceSuspended: 'measure',
  AssistanceTerminated: 'measure',
  PrecautionarySuspensionOrdered: 'precaution',
  PrecautionarySuspensionRenewed: 'precaution',
};
const ENDS: Partial<Record<MisuseCaseEvent['type'], readonly [stop: Stop, scopes: 'scopes' | 'released']>> = {
  AssistanceResumed: ['measure', 'scopes'],
  AssistanceTerminated: ['measure', 'released'],
  PrecautionarySuspensionLapsed: ['precaution', 'scopes'],
};

const scopesIn = (event: Misuse, field: 'scopes' | 'released'): readonly AssistanceScope[] =>
  (event.data as unknown as Readonly<Record<string, readonly AssistanceScope[] | undefined>>)[field] ?? [];
const inScope = (scopes: readonly AssistanceScope[], { kind, id }: AssistanceScope): boolean =>
  scopes.some((one) => one.kind === kind && one.id === id);

const isStop = (event: Misuse, stop: Stop, scope: AssistanceScope): boolean =>
  STOPS[event.type] === stop && inScope(scopesIn(event, 'scopes'), scope);
function isEnd(event: Misuse, stop: Stop, scope: AssistanceScope): boolean {
  const ends = ENDS[event.type];
  return ends !== undefined && ends[0] === stop && inScope(scopesIn(event, ends[1]), scope);
}

/** The stops of a scope since it was stopped last, and the end of that, if it has ended. */
function lastStop(events: readonly Misuse[], stop: Stop, scope: AssistanceScope) {
  const last = events.findLastIndex((event) => isStop(event, stop, scope));
  // A renewal that was recorded late takes the lapse before it back.
  const endBefore = events.findLastIndex(
    (event, n) =>
      n < last &&
      isEnd(event, stop, scope) &&
      events.slice(n).find((one) => isStop(one, stop, scope))?.type !== 'PrecautionarySuspensionRenewed',
  );
  const stops = events.filter((event, n) => n > endBefore && n <= last && isStop(event, stop, scope));
  return { stops, end: events.find((event, n) => n > last && isEnd(event, stop, scope)) };
}

/** Scopes that a misuse case has ever stopped in this way. */
function scopesOf(events: readonly Misuse[], stop: Stop): readonly AssistanceScope[] {
  const all = events.filter(({ type }) => STOPS[type] === stop).flatMap((event) => scopesIn(event, 'scopes'));
  return all.filter((scope, n) => !inScope(all.slice(0, n), scope));
}

function suspension(events: readonly Misuse[], stop: Stop, scope: AssistanceScope, day: string) {
  const { stops, end } = lastStop(events, stop, scope);
  const first = stops[0] as Misuse;
  const latest = stops.at(-1) as Misuse;
  const of = latest.data as { readonly donor?: string; readonly until?: string };
  return {
    misuse_case: idOf(first.stream),
    stop,
    scope_kind: scope.kind,
    scope: scope.id,
    donor: of.donor ?? null,
    status: end !== undefined ? 'ended' : latest.type === 'AssistanceTerminated' ? 'terminated' : 'suspended',
    stopped_on: occurredOn(first),
    last_day: of.until ?? null,
    ended_on: end === undefined ? null : occurredOn(end),
    last_day_over: end === undefined && of.until !== undefined && day > of.until,
    ordered_by: first.id,
    ordered_at: first.revision,
  };
}

/** Every event that ever stopped a scope. */
const suspensionOrders = (log: readonly RecordedEvent[]) =>
  streamsOf<MisuseCaseEvent>(log, 'misuse-case')
    .flat()
    .flatMap((event) =>
      scopesIn(event, 'scopes').flatMap(({ kind: scope_kind, id: scope }) => {
        const stop = STOPS[event.type];
        const by = { ordered_by: event.id, ordered_at: event.revision };
        return stop === undefined ? [] : [{ misuse_case: idOf(event.stream), stop, scope_kind, scope, ...by }];
      }),
    );

const suspensionsOf = (log: readonly RecordedEvent[], day: string) =>
  streamsOf<MisuseCaseEvent>(log, 'misuse-case').flatMap((events) =>
    (['measure', 'precaution'] as const).flatMap((stop) =>
      scopesOf(events, stop).map((scope) => suspension(events, stop, scope, day)),
    ),
  );

/** The hold of a suspension: a policy placed it for one of the events that stop the scope. */
const suspensions: Figures = (log, { day }) => {
  const holds = holdRows(log, day);
  const cases = Map.groupBy(streamsOf<MisuseCaseEvent>(log, 'misuse-case').flat(), ({ stream }) => idOf(stream));
  return suspensionsOf(log, day).map(({ ordered_at, ...row }) => {
    const orders = (cases.get(row.misuse_case) ?? []).filter(
      ({ revision, type }) => revision >= ordered_at && STOPS[type] === row.stop,
    );
    const hold = holds.find(
      (one) =>
        one.scope_kind === row.scope_kind && one.scope === row.scope && orders.some(({ id }) => id === one.cause),
    );
    const isOver = row.status === 'ended';
    const none = isOver || row.last_day_over ? 'ended' : 'not in force yet';
    const inForce = isOver ? 'not released yet' : 'in force';
    const stops = hold?.status === 'in force' && !hold.last_day_over;
    return {
      ...row,
      hold: hold === undefined ? none : stops ? inForce : 'ended',
      hold_cause: hold?.cause ?? null,
      in_force_since: hold?.placed_on ?? null,
      hold_ended_on: hold?.ended_on ?? null,
    };
  });
};

// ---- What is on hold ----

/** A stream that is suspended or held by itself, from an event on, for the newest reason. */
const ownStop = (scope_kind: string, basis: string, events: readonly RecordedEvent[], from: RecordedEvent) => ({
  scope_kind,
  scope: idOf(from.stream),
  hold: null,
  basis,
  reason: (events.findLast(({ type }) => type === from.type) as RecordedEvent<Event & { data: { reason: string } }>)
    .data.reason,
  donor: (events[0]?.data as { readonly donor: string }).donor,
  since: occurredOn(from),
  last_day: null,
});

function stopped<E extends Event>(
  log: readonly RecordedEvent[],
  kind: string,
  as: readonly [scope: string, basis: string],
  from: (events: readonly RecordedEvent<E>[]) => RecordedEvent<E> | undefined,
) {
  return streamsOf<E>(log, kind).flatMap((events) => {
    const first = from(events);
    return first === undefined ? [] : [ownStop(...as, events, first)];
  });
}

const onHold = (log: readonly RecordedEvent[], day: string) => [
  ...holdRows(log, day)
    .filter(({ status, last_day_over: over }) => status === 'in force' && !over)
    .map((row) => ({
      scope_kind: row.scope_kind,
      scope: row.scope,
      hold: row.hold,
      basis: row.basis,
      reason: row.reason,
      donor: row.donor,
      since: row.placed_on,
      last_day: row.last_day,
    })),
  ...stopped<ProgrammeEvent>(log, 'programme', ['programme', 'suspension'], suspended),
  ...stopped<AssistanceCaseEvent>(log, 'assistance-case', ['case', 'held'], caseHeldBy),
  ...stopped<ConsignmentEvent>(log, 'consignment', ['consignment', 'held'], shipmentHeldBy).map((row) => {
    const waits = consignmentRows(log, day).some((one) => one.consignment === row.scope && one.held_unit !== null);
    return waits ? { ...row, basis: 'clearance' } : row;
  }),
];

export const HOLDS: Readonly<Record<string, Figures>> = {
  holds: (log, { day }) => holdRows(log, day),
  'misuse-suspensions': (log, { day }) => suspensionsOf(log, day),
  'suspension-orders': suspensionOrders,
  suspensions,
  'on-hold': (log, { day }) => onHold(log, day),
};

/** What stops assistance to what has these parties: the first by scope, and name or basis. */
export function holdOn(
  log: readonly RecordedEvent[],
  day: string,
  of: {
    readonly donor: string | null;
    readonly recipient: string | null;
    readonly programme: string | null;
    readonly case?: string | null;
    readonly stream?: string | null;
  },
): string | null {
  const scopes = [`country ${of.recipient}`, `programme ${of.programme}`, `case ${of.case ?? null}`];
  const own = (of.stream ?? '').replace('/', ' ');
  const found = onHold(log, day).filter(
    (row) =>
      (row.hold === null || row.donor === null || row.donor === of.donor) &&
      [...scopes, own].includes(`${row.scope_kind} ${row.scope}`),
  );
  return found.map((row) => `${row.scope_kind} ${row.hold ?? row.basis}`).sort()[0] ?? null;
}
