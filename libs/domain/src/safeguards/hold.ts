import type { HoldCommand, HoldEvent, HoldRelation, PlaceHold } from '@entente/contracts';
import {
  type DataOf,
  type DecisionContext,
  type Refusal,
  type StreamEvent,
  type StreamRef,
  actsFor,
  authoriseBy,
  bySystem,
  decideBy,
  evolveBy,
  pick,
  put,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { factDay, inTheFuture, overBefore, today } from '../days.js';
import { correcting } from '../corrections.js';
import { comesBefore } from '../fact-order.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { ownValue } from '../delivery/facts.js';
import { itemTypeFacts, itemTypeId } from '../equipment/item-facts.js';
import { notRegistered, partyStreams } from '../parties/registration.js';
import { stakeholder } from '../parties/stakeholder.js';
import { programme } from '../planning/programme.js';
import { securityUnitFacts } from '../vetting/clearance-facts.js';
import { COUNTRY_REGISTERED, type ScopeHolds, type PlacedHold, holdId, isOver } from './holds.js';

/** The most holds in force on one scope: each shipment reads all of them. */
const MAX_HOLDS = 100;

// ---- State ----

const placed = (data: PlaceHold, event: StreamEvent) =>
  [
    data.hold,
    {
      ...pick(data, 'basis', 'reason', 'until', 'donor'),
      owner: ownerOf(event),
      event: event.id,
      on: factDay(event.metadata),
    },
  ] as const;

const without = (holds: ScopeHolds['holds'], name: string): ScopeHolds['holds'] =>
  Object.fromEntries(Object.entries(holds).filter(([hold]) => hold !== name));

const ownerOf = ({ metadata: { actor } }: { readonly metadata: Pick<DecisionContext, 'actor'> }): string | null =>
  actor.role === 'system' ? null : actsFor(actor);

const evolve = evolveBy<ScopeHolds, HoldEvent>()(
  'HoldPlaced',
  (data, event, before) => ({
    scope: data.scope,
    holds: put(before?.holds ?? {}, ...placed(data, event)),
    released: before?.released ?? {},
    correctable: before?.correctable ?? new Map(),
  }),
  {
    HoldRenewed: ({ hold, until }, { holds }) => {
      const was = holds[hold];
      return was === undefined ? {} : { holds: put(holds, hold, { ...was, until }) };
    },
    HoldCorrected: (data, { holds }) => {
      const was = holds[data.hold];
      if (was === undefined) return {};
      return { holds: put(holds, data.hold, { ...was, ...pick(data, 'basis', 'until', 'donor', 'on') }) };
    },
    HoldReleased: ({ hold }, { holds, released }, { id: by }) => {
      const was = holds[hold];
      return { holds: without(holds, hold), released: was === undefined ? released : put(released, hold, { by, was }) };
    },
    HoldReleaseWithdrawn: ({ hold }, { holds, released }) => {
      const of = released[hold];
      return of === undefined ? {} : { holds: put(holds, hold, of.was) };
    },
    HoldLapsed: ({ hold }, { holds }) => ({ holds: without(holds, hold) }),
  },
);

const holdIn = ({ holds }: ScopeHolds, name: string): PlacedHold | undefined =>
  Object.hasOwn(holds, name) ? holds[name] : undefined;

// ---- Senders ----

/** R19: the donor of what is in scope; R25: a mediator, for a ceasefire or an embargo. */
function notAnAuthority(_: ScopeHolds | null, context: DecisionContext, command: HoldCommand): Refusal | null {
  const { actor, known } = context;
  if (command.type !== 'PlaceHold') return null;
  const { scope, basis } = command.data;
  if (scope.kind === 'programme' || scope.kind === 'case') {
    const of = scope.kind === 'programme' ? known.of(programme, scope.id) : known.of(assistanceCase, scope.id);
    if (of === null || actsFor(actor) === of.donor) return null;
    return refuse('not-the-donor', 'the donor, or another on its behalf, places the hold', null, { donor: of.donor });
  }
  const { role } = actor;
  if (role === 'mediator' && basis !== 'ceasefire' && basis !== 'embargo')
    return refuse('basis-of-another', 'a mediator places a hold for a ceasefire or an embargo', 'R25', { basis });
  if (role === 'donor' || role === 'vetter' || role === 'mediator')
    return notRegistered([[actsFor(actor), role]], context);
  return refuse('not-an-authority', 'a donor, a vetter or a mediator places a hold on this scope', null, {
    scope: scope.kind,
  });
}

function notTheOwner(state: ScopeHolds | null, { actor }: DecisionContext, command: HoldCommand): Refusal | null {
  const { hold: name } = command.data;
  const found =
    state === null
      ? undefined
      : command.type === 'WithdrawHoldRelease'
        ? ownValue(state.released, name)?.was
        : holdIn(state, name);
  if (found === undefined || found.owner === actsFor(actor)) return null;
  return found.owner === null
    ? refuse('placed-by-policy', 'what the hold rests on has ended: then the policy that placed it releases it')
    : refuse('not-the-owner', 'the organisation that placed the hold ends or renews it', null, { owner: found.owner });
}

// ---- Rules ----

/**
 * The donor whose type of items is in scope: each donor has its own types. Undefined if the hold
 * binds everybody's.
 */
const donorOfType = ({ donor }: PlaceHold, actor: DecisionContext['actor']): string | undefined =>
  donor ?? (actor.role === 'donor' ? actsFor(actor) : undefined);

/**
 * R19: what is in scope exists, and the stream is that of its holds. A policy repeats the scopes of
 * a misuse case, which has looked at its units and types of items.
 */
function scopeUnknown(data: PlaceHold, { known, stream, actor }: DecisionContext): Refusal | null {
  const { scope } = data;
  if (stream.id !== holdId(scope))
    return refuse('id-of-another-scope', 'the id is the kind of the scope, a dot, and its id', null, {
      id: holdId(scope),
    });
  if (scope.kind === 'programme' && known.of(programme, scope.id) === null)
    return refuse('programme-not-found', 'the programme in scope has been proposed', null, { programme: scope.id });
  if (scope.kind === 'case' && known.of(assistanceCase, scope.id) === null)
    return refuse('case-not-found', 'the case in scope has been requested', null, { case: scope.id });
  if (scope.kind === 'country' && known.of(stakeholder, scope.id) === null)
    return refuse('country-not-found', COUNTRY_REGISTERED, null, { country: scope.id });
  if (actor.role === 'system') return null;
  if (scope.kind === 'unit' && known.of(securityUnitFacts, scope.id) === null)
    return refuse('unit-not-found', 'the unit in scope has been registered', 'R19', { unit: scope.id });
  const donor = donorOfType(data, actor);
  if (scope.kind !== 'item-type' || donor === undefined) return null;
  return known.of(itemTypeFacts, itemTypeId(donor, scope.id)) === null
    ? refuse('item-type-not-found', 'the donor has registered the type in scope, by the word of case lines', 'R19', {
        donor,
        item: scope.id,
      })
    : null;
}

/**
 * Donors bind their own assistance. The holds of a policy, of a vetter and of a mediator bind
 * everybody's if they name no donor.
 */
function boundDonor({ donor, scope }: PlaceHold, { actor }: DecisionContext): string | undefined | Refusal {
  if (actor.role !== 'donor') return donor;
  if (scope.kind === 'programme' || scope.kind === 'case') return donor;
  if (donor === undefined || donor === actsFor(actor)) return actsFor(actor);
  return refuse('other-donor', OTHER_DONOR, null, { donor });
}

/** A hold of a name is placed once, and again after it has ended. */
function place(data: PlaceHold, context: DecisionContext, state: ScopeHolds | null): readonly HoldEvent[] | Refusal {
  const unknown = scopeUnknown(data, context);
  if (unknown !== null) return unknown;
  const day = factDay(context);
  const over = data.until === undefined ? null : overBefore(data.until, context, 'R19');
  if (over !== null) return over;
  const donor = boundDonor(data, context);
  if (typeof donor === 'object') return donor;
  const bound = donor === undefined ? data : { ...data, donor };
  const was = state === null ? undefined : holdIn(state, data.hold);
  const event: HoldEvent = { type: 'HoldPlaced', data: bound };
  if (was?.until !== undefined && isOver(was, day))
    return [{ type: 'HoldLapsed', data: { hold: data.hold, until: was.until } }, event];
  if (was !== undefined) return placeAgain(was, bound);
  if (Object.keys(state?.holds ?? {}).length >= MAX_HOLDS) return tooMany();
  return [event];
}

/** A hold that is in force stays as it is, or gets the later last day. */
function placeAgain(was: PlacedHold, data: PlaceHold): readonly HoldEvent[] | Refusal {
  const { hold, basis, until, donor, reason } = data;
  if (was.basis !== basis || was.donor !== donor || was.reason !== reason)
    return refuse('hold-in-force', 'no other hold of this name is in force on the scope', 'R19', { hold });
  if (was.until === until) return [];
  if (was.until !== undefined && until !== undefined && until > was.until)
    return [{ type: 'HoldRenewed', data: { hold, until, reason } }];
  return refuse('not-later', 'the new last day is later than the present one', 'R19', { until: was.until ?? null });
}

/** R19, R26: a hold that was released by mistake is in force, unless it was placed again since. */
function cannotWithdraw(
  { hold, corrects }: DataOf<HoldCommand, 'WithdrawHoldRelease'>,
  { holds, released }: ScopeHolds,
): Refusal | null {
  if (Object.hasOwn(holds, hold))
    return refuse('hold-in-force', 'no other hold of this name is in force on the scope', 'R19', { hold });
  if (released[hold]?.by !== corrects)
    return refuse('outcome-replaced', 'the event corrected is the last release of the hold', 'R26', { corrects });
  return Object.keys(holds).length >= MAX_HOLDS ? tooMany() : null;
}

const tooMany = (): Refusal => refuse('too-many-holds', `at most ${MAX_HOLDS} holds are in force on a scope`);

const OTHER_DONOR = 'a donor puts only its own assistance on hold';
const notInForce = ({ hold }: { readonly hold: string }, state: ScopeHolds): Refusal | null =>
  holdIn(state, hold) === undefined
    ? refuse('hold-not-in-force', 'a hold of this name is in force on the scope', null, {
        holds: Object.keys(state.holds),
      })
    : null;

const decide = decideBy<ScopeHolds, HoldCommand, HoldEvent>()('PlaceHold', place, () => null, {
  RenewHold: {
    unless: (data, state, context) => {
      const missing = notInForce(data, state);
      if (missing !== null) return missing;
      const was = holdIn(state, data.hold) as PlacedHold;
      if (isOver(was, factDay(context)))
        return refuse('hold-lapsed', 'its last day is not over on that day; afterwards it is placed again', 'R19');
      return was.until === undefined || data.until <= was.until
        ? refuse('not-later', 'the new last day is later than the present one', 'R19', { until: was.until ?? null })
        : null;
    },
    then: 'HoldRenewed',
  },
  CorrectHold: {
    unless: (data, state, context) =>
      notInForce(data, state) ??
      (data.donor === undefined || data.donor === actsFor(context.actor) || context.actor.role !== 'donor'
        ? null
        : refuse('other-donor', OTHER_DONOR, null, { donor: data.donor })),
    then: 'HoldCorrected',
  },
  MoveHold: (data, state, context) => {
    const was = holdIn(state, data.hold);
    const barred = notInForce(data, state) ?? inTheFuture(data.on, context);
    if (was === undefined || barred !== null) return barred ?? [];
    return was.on === data.on ? [] : [{ type: 'HoldCorrected', data: { ...data, corrects: was.event } }];
  },
  ReleaseHold: {
    unless: (data, state, context) =>
      notInForce(data, state) ??
      (context.actor.role === 'system' ? null : comesBefore(factDay(context), holdIn(state, data.hold)?.on)),
    then: 'HoldReleased',
  },
  WithdrawHoldRelease: { unless: cannotWithdraw, then: 'HoldReleaseWithdrawn' },
  RecordLapsedHold: {
    unless: ({ hold, until }, state, context) => {
      const missing = notInForce({ hold }, state);
      if (missing !== null) return missing;
      const was = holdIn(state, hold) as PlacedHold;
      if (was.until !== until)
        return refuse('other-last-day', 'the day is the last day of the hold', null, { until: was.until ?? null });
      return isOver(was, today(context)) ? null : refuse('not-over-yet', 'its last day is over', 'R19', { until });
    },
    then: 'HoldLapsed',
  },
});

/** What a hold is placed on, and the sender's role. */
function consults(command: HoldCommand, actor: DecisionContext['actor']): readonly StreamRef[] {
  if (command.type !== 'PlaceHold') return [];
  const { data } = command;
  const { kind, id } = data.scope;
  if (kind === 'programme') return [{ kind: programme.kind, id }];
  if (kind === 'case') return [{ kind: assistanceCase.kind, id }];
  const sender = partyStreams([[actsFor(actor), null]]);
  if (kind === 'country') return [...sender, { kind: stakeholder.kind, id }];
  if (actor.role === 'system') return sender;
  if (kind === 'unit') return [...sender, { kind: securityUnitFacts.kind, id }];
  const donor = donorOfType(data, actor);
  return donor === undefined ? sender : [...sender, { kind: itemTypeFacts.kind, id: itemTypeId(donor, id) }];
}

/** The rules of the holds on a scope: R19, R25, R26, R29. */
export const hold: DeciderOf<'hold', ScopeHolds> = correcting({
  kind: 'hold',
  ids: 'derived',
  initial: null,
  opens: 'PlaceHold',
  opensAgain: true,
  evolve,
  consults: (command, _, __, sender) => consults(command, sender),
  authorise: authoriseBy<HoldCommand, ScopeHolds | null, HoldRelation>({
    'hold-authority': notAnAuthority,
    'hold-owner': notTheOwner,
    system: bySystem,
  }),
  decide,
});
