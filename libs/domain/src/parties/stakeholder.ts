import type {
  GiveMandate,
  GrantableRole,
  StakeholderCommand,
  StakeholderEvent,
  StakeholderRelation,
  StakeholderType,
} from '@entente/contracts';
import {
  type DataOf,
  type DecisionContext,
  type Refusal,
  authoriseBy,
  bySystem,
  decideBy,
  evolveBy,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { factDay, today } from '../days.js';
import { type Correctable, correcting } from '../corrections.js';

type StakeholderData<Type extends StakeholderCommand['type']> = DataOf<StakeholderCommand, Type>;

// ---- State ----

export interface Stakeholder extends Correctable {
  readonly name: string;
  readonly type: StakeholderType;
  readonly country: string | null;
  readonly roles: readonly GrantableRole[];
  /** The person's reference for each subject. */
  readonly focalPoints: Readonly<Record<string, string>>;
  /**
   * Given and not ended. A mandate whose last day has passed is not valid, whether or not it was
   * ended.
   */
  readonly mandates: readonly GiveMandate[];
  readonly suspended: boolean;
}

type MandateName = Pick<GiveMandate, 'to' | 'role'>;
const isFor =
  (one: MandateName) =>
  (other: GiveMandate): boolean =>
    one.to === other.to && one.role === other.role;
const without = ({ mandates }: Stakeholder, ended: MandateName): readonly GiveMandate[] =>
  mandates.filter((mandate) => !isFor(ended)(mandate));

const evolve = evolveBy<Stakeholder, StakeholderEvent>()(
  'StakeholderRegistered',
  ({ name, type, country = null }) => ({
    name,
    type,
    country,
    roles: [],
    focalPoints: {},
    mandates: [],
    suspended: false,
    correctable: new Map(),
  }),
  {
    RegistrationCorrected: (data, state) => {
      const { name = state.name, type = state.type, country = state.country } = data;
      return { name, type, country };
    },
    RoleGranted: ({ role }, { roles }) => ({ roles: [...roles, role] }),
    RoleRevoked: ({ role }, { roles }) => ({ roles: roles.filter((one) => one !== role) }),
    FocalPointDesignated: ({ subject, person }, { focalPoints }) => ({
      focalPoints: { ...focalPoints, [subject]: person },
    }),
    MandateGiven: (mandate, state) => ({ mandates: [...without(state, mandate), mandate] }),
    MandateEnded: (mandate, state) => ({ mandates: without(state, mandate) }),
    StakeholderSuspended: () => ({ suspended: true }),
    StakeholderReinstated: () => ({ suspended: false }),
  },
);

// ---- Rules ----

const suspended = ({ suspended: is }: Stakeholder): Refusal | null =>
  is ? refuse('stakeholder-suspended', 'the organisation is not suspended') : null;

const roleNotHeld = (role: GrantableRole, { roles }: Stakeholder): Refusal | null =>
  roles.includes(role) ? null : refuse('role-not-held', 'the organisation holds the role', null, { roles });

function cannotGiveMandate(
  data: StakeholderData<'GiveMandate'>,
  state: Stakeholder,
  context: DecisionContext,
): Refusal | null {
  if (state.suspended) return suspended(state);
  if (data.to === context.stream.id) return refuse('mandate-to-itself', 'another organisation speaks for this one');
  const held = roleNotHeld(data.role, state);
  if (held !== null) return held;
  if (data.until < factDay(context))
    return refuse('mandate-over-already', 'the last day has not passed on the day of the fact', null, {
      until: data.until,
    });
  const speaker = context.known.of(stakeholder, data.to);
  if (speaker !== null && !speaker.suspended) return null;
  return refuse('speaker-not-in-standing', 'the organisation that is to act is registered and not suspended', null, {
    to: data.to,
  });
}

function cannotEndMandate(
  data: StakeholderData<'EndMandate'>,
  state: Stakeholder,
  context: DecisionContext,
): Refusal | null {
  const mandate = state.mandates.find(isFor(data));
  if (mandate === undefined)
    return refuse('no-such-mandate', 'the organisation has given that mandate and it has not ended');
  if (context.actor.role === 'system' && today(context) <= mandate.until)
    return refuse('not-over-yet', 'its last day is over', null, { until: mandate.until });
  return null;
}

/** The mandates that rest on a role end with it. */
function revokeRole(data: StakeholderData<'RevokeRole'>, state: Stakeholder): readonly StakeholderEvent[] | Refusal {
  const { role } = data;
  const resting = state.mandates.filter((mandate) => mandate.role === role);
  return (
    roleNotHeld(role, state) ?? [
      { type: 'RoleRevoked', data },
      ...resting.map(({ to }) => ({ type: 'MandateEnded', data: { to, role, reason: 'role-revoked' } }) as const),
    ]
  );
}

const decide = decideBy<Stakeholder, StakeholderCommand, StakeholderEvent>()(
  'RegisterStakeholder',
  (data) => [{ type: 'StakeholderRegistered', data }],
  () => null,
  {
    CorrectRegistration: { then: 'RegistrationCorrected' },
    GrantRole: {
      unless: (_, state) => suspended(state),
      already: ({ role }, { roles }) => roles.includes(role),
      then: 'RoleGranted',
    },
    RevokeRole: revokeRole,
    DesignateFocalPoint: {
      unless: (_, state) => suspended(state),
      already: ({ subject, person }, { focalPoints }) =>
        Object.hasOwn(focalPoints, subject) && focalPoints[subject] === person,
      then: 'FocalPointDesignated',
    },
    GiveMandate: {
      unless: cannotGiveMandate,
      already: (data, { mandates }) => mandates.find(isFor(data))?.until === data.until,
      then: 'MandateGiven',
    },
    EndMandate: { unless: cannotEndMandate, then: 'MandateEnded' },
    SuspendStakeholder: { unless: (_, state) => suspended(state), then: 'StakeholderSuspended' },
    ReinstateStakeholder: {
      unless: (_, state) => (state.suspended ? null : refuse('not-suspended', 'the organisation is suspended')),
      then: 'StakeholderReinstated',
    },
  },
);

/** The organisation acts itself: its representatives may not pass on their mandate. */
const isItself = ({ actor, stream }: DecisionContext): boolean =>
  actor.organisation === stream.id && (actor.for ?? stream.id) === stream.id;

/**
 * The rules of an organisation that takes part: its roles, its representatives, its status; R26,
 * R31.
 */
export const stakeholder: DeciderOf<'stakeholder', Stakeholder> = correcting({
  kind: 'stakeholder',
  ids: 'organisation',
  opens: 'RegisterStakeholder',
  initial: null,
  evolve,
  consults: (command, state) =>
    command.type === 'GiveMandate' && state !== null ? [{ kind: 'stakeholder', id: command.data.to }] : [],
  authorise: authoriseBy<StakeholderCommand, Stakeholder | null, StakeholderRelation>({
    operator: () => refuse('not-the-operator', 'the operator registers organisations and grants their roles'),
    organisation: (_, context) =>
      isItself(context) ? null : refuse('not-the-organisation', 'the organisation itself settles who speaks for it'),
    'mandate-party': (_, context, { data }) =>
      isItself(context) || ('to' in data && context.actor.organisation === data.to)
        ? null
        : refuse('not-a-party-to-the-mandate', 'the organisation, or the one that speaks for it, ends the mandate'),
    system: bySystem,
  }),
  decide,
});
