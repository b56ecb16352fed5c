import {
  type DecisionContext,
  type DataOf,
  type Decider,
  type Event,
  type StreamEvent,
  type Known,
  type Refusal,
  type Role,
  alreadyThere,
  never,
  notThere,
  refuse,
} from '@entente/kernel';

/** What an organisation is. An `international-organisation` is the international body that R4 speaks of. */
export const STAKEHOLDER_TYPES = [
  'state',
  'international-organisation',
  'implementer',
  'civil-society',
  'oversight-body',
  'research-institution',
] as const;
export type StakeholderType = (typeof STAKEHOLDER_TYPES)[number];

/** The roles that the operator grants: nobody is granted the operator's own, the clock's or the public's. */
export const GRANTABLE_ROLES = [
  'donor',
  'recipient',
  'implementer',
  'monitor',
  'vetter',
  'investigator',
  'evaluator',
  'mediator',
  'auditor',
] as const satisfies readonly Role[];
export type GrantableRole = (typeof GRANTABLE_ROLES)[number];

/** Leave to speak for this organisation in one of its roles. */
export interface Mandate {
  /** The organisation that speaks. */
  readonly to: string;
  readonly role: GrantableRole;
  /** The last day of it. */
  readonly until: string;
}

// ---- Events ----

/** An organisation takes part from here on. Its stream's id is the organisation's own id. */
export type StakeholderRegistered = Event<
  'StakeholderRegistered',
  {
    readonly name: string;
    readonly type: StakeholderType;
    /** The country's code, where it belongs to one. */
    readonly country?: string;
  }
>;
interface Reasoned {
  readonly reason: string;
}
export type StakeholderEvent =
  | StakeholderRegistered
  | Event<
      'RegistrationCorrected',
      Partial<StakeholderRegistered['data']> & Reasoned & { /** The event that was wrong. */ readonly corrects: string }
    >
  | Event<'RoleGranted', { readonly role: GrantableRole }>
  | Event<'RoleRevoked', Reasoned & { readonly role: GrantableRole }>
  | Event<
      'FocalPointDesignated',
      {
        /** What the person answers for, such as `end-use-monitoring`. */
        readonly subject: string;
        /** A reference in the organisation's own register, never a name. */
        readonly person: string;
      }
    >
  | Event<'MandateGiven', Mandate>
  | Event<'MandateEnded', Reasoned & Pick<Mandate, 'to' | 'role'>>
  | Event<'StakeholderSuspended', Reasoned>
  | Event<'StakeholderReinstated', Reasoned>;

// ---- State ----

export interface Stakeholder {
  readonly name: string;
  readonly type: StakeholderType;
  readonly country: string | null;
  readonly roles: readonly GrantableRole[];
  /** The person's reference for each subject. */
  readonly focalPoints: Readonly<Record<string, string>>;
  /** Given and not ended; one whose last day has passed holds no more, whether or not somebody ended it. */
  readonly mandates: readonly Mandate[];
  readonly suspended: boolean;
}

const isFor =
  (one: Pick<Mandate, 'to' | 'role'>) =>
  (other: Mandate): boolean =>
    one.to === other.to && one.role === other.role;

function evolve(state: Stakeholder | null, event: StreamEvent<StakeholderEvent>): Stakeholder | null {
  if (event.type === 'StakeholderRegistered') {
    const { name, type, country = null } = event.data;
    return { name, type, country, roles: [], focalPoints: {}, mandates: [], suspended: false };
  }
  if (state === null) return null;
  switch (event.type) {
    case 'RegistrationCorrected': {
      const { name = state.name, type = state.type, country = state.country } = event.data;
      return { ...state, name, type, country };
    }
    case 'RoleGranted':
      return { ...state, roles: [...state.roles, event.data.role] };
    case 'RoleRevoked':
      return { ...state, roles: state.roles.filter((role) => role !== event.data.role) };
    case 'FocalPointDesignated':
      return { ...state, focalPoints: { ...state.focalPoints, [event.data.subject]: event.data.person } };
    case 'MandateGiven':
    case 'MandateEnded': {
      const others = state.mandates.filter((mandate) => !isFor(event.data)(mandate));
      return { ...state, mandates: event.type === 'MandateGiven' ? [...others, event.data] : others };
    }
    case 'StakeholderSuspended':
      return { ...state, suspended: true };
    case 'StakeholderReinstated':
      return { ...state, suspended: false };
    default:
      return never(event);
  }
}

// ---- Commands ----

export type StakeholderCommand =
  | { readonly type: 'RegisterStakeholder'; readonly data: StakeholderRegistered['data'] }
  | { readonly type: 'CorrectRegistration'; readonly data: DataOf<StakeholderEvent, 'RegistrationCorrected'> }
  | { readonly type: 'GrantRole'; readonly data: DataOf<StakeholderEvent, 'RoleGranted'> }
  | { readonly type: 'RevokeRole'; readonly data: DataOf<StakeholderEvent, 'RoleRevoked'> }
  | { readonly type: 'DesignateFocalPoint'; readonly data: DataOf<StakeholderEvent, 'FocalPointDesignated'> }
  | { readonly type: 'GiveMandate'; readonly data: Mandate }
  | { readonly type: 'EndMandate'; readonly data: DataOf<StakeholderEvent, 'MandateEnded'> }
  | { readonly type: 'SuspendStakeholder'; readonly data: Reasoned }
  | { readonly type: 'ReinstateStakeholder'; readonly data: Reasoned };

// ---- Decisions ----

/** What an organisation settles about itself, by itself: who speaks for it may not pass that on. The rest is the operator's. */
function mayAct(command: StakeholderCommand, c: DecisionContext): Refusal | null {
  if (c.actor.role === 'operator') return null;
  const itself = c.actor.organisation === c.stream.id && (c.actor.for ?? c.stream.id) === c.stream.id;
  switch (command.type) {
    case 'DesignateFocalPoint':
    case 'GiveMandate':
      return itself ? null : refuse('not-the-organisation', 'the organisation itself settles who speaks for it');
    case 'EndMandate':
      return itself || c.actor.organisation === command.data.to || c.actor.role === 'system'
        ? null
        : refuse('not-a-party-to-the-mandate', 'the organisation, or the one that speaks for it, ends the mandate');
    default:
      return refuse('not-the-operator', 'the operator registers organisations and grants their roles');
  }
}

function giveMandate(
  data: Mandate,
  state: Stakeholder,
  c: DecisionContext,
  known: Known,
): readonly StakeholderEvent[] | Refusal {
  if (state.suspended) return refuse('stakeholder-suspended', 'the organisation is not suspended');
  if (data.to === c.stream.id) return refuse('mandate-to-itself', 'another organisation speaks for this one');
  if (!state.roles.includes(data.role))
    return refuse('role-not-held', 'the organisation holds the role', null, { roles: state.roles });
  if (data.until < c.now.slice(0, 10))
    return refuse('mandate-over-already', 'the last day has not passed', null, { until: data.until });
  const speaker = known.of(stakeholder, data.to);
  if (speaker === null || speaker.suspended)
    return refuse(
      'speaker-not-in-standing',
      'the organisation that is to speak is registered and not suspended',
      null,
      {
        to: data.to,
      },
    );
  const same = state.mandates.find(isFor(data));
  return same?.until === data.until ? [] : [{ type: 'MandateGiven', data }];
}

function correct(
  data: DataOf<StakeholderEvent, 'RegistrationCorrected'>,
  state: Stakeholder,
  known: Known,
): readonly StakeholderEvent[] | Refusal {
  if (known.past(data.corrects) !== 'StakeholderRegistered')
    return refuse('corrects-unknown-event', 'the event corrected is the registration', 'R26', {
      corrects: data.corrects,
    });
  const { name = state.name, type = state.type, country = state.country } = data;
  if (name === state.name && type === state.type && country === state.country)
    return refuse('nothing-corrected', 'the correction says something else than what stands', 'R26');
  return [{ type: 'RegistrationCorrected', data }];
}

function decide(
  command: StakeholderCommand,
  state: Stakeholder | null,
  c: DecisionContext,
  known: Known,
): readonly StakeholderEvent[] | Refusal {
  const barred = mayAct(command, c);
  if (command.type === 'RegisterStakeholder')
    return state !== null
      ? alreadyThere('stakeholder')
      : (barred ?? [{ type: 'StakeholderRegistered', data: command.data }]);
  if (state === null) return notThere('stakeholder');
  if (barred !== null) return barred;
  switch (command.type) {
    case 'CorrectRegistration':
      return correct(command.data, state, known);
    case 'GrantRole':
      if (state.suspended) return refuse('stakeholder-suspended', 'the organisation is not suspended');
      return state.roles.includes(command.data.role) ? [] : [{ type: 'RoleGranted', data: command.data }];
    case 'RevokeRole': {
      const { role } = command.data;
      if (!state.roles.includes(role))
        return refuse('role-not-held', 'the organisation holds the role', null, { roles: state.roles });
      const resting = state.mandates.filter((mandate) => mandate.role === role);
      return [
        { type: 'RoleRevoked', data: command.data },
        ...resting.map(({ to }) => ({ type: 'MandateEnded', data: { to, role, reason: 'role-revoked' } }) as const),
      ];
    }
    case 'DesignateFocalPoint': {
      if (state.suspended) return refuse('stakeholder-suspended', 'the organisation is not suspended');
      const { subject, person } = command.data;
      const stands = Object.hasOwn(state.focalPoints, subject) && state.focalPoints[subject] === person;
      return stands ? [] : [{ type: 'FocalPointDesignated', data: command.data }];
    }
    case 'GiveMandate':
      return giveMandate(command.data, state, c, known);
    case 'EndMandate': {
      const mandate = state.mandates.find(isFor(command.data));
      if (mandate === undefined)
        return refuse('no-such-mandate', 'the organisation has given that mandate and it has not ended');
      if (c.actor.role === 'system' && c.now.slice(0, 10) <= mandate.until)
        return refuse('mandate-still-running', 'its last day is over', null, { until: mandate.until });
      return [{ type: 'MandateEnded', data: command.data }];
    }
    case 'SuspendStakeholder':
      if (state.suspended) return refuse('stakeholder-suspended', 'the organisation is not suspended');
      return [{ type: 'StakeholderSuspended', data: command.data }];
    case 'ReinstateStakeholder':
      if (!state.suspended) return refuse('not-suspended', 'the organisation is suspended');
      return [{ type: 'StakeholderReinstated', data: command.data }];
    default:
      return never(command);
  }
}

/** The rules of an organisation that takes part: its roles, who speaks for it, its standing; R26. */
export const stakeholder: Decider<'stakeholder', StakeholderCommand, StakeholderEvent, Stakeholder | null> = {
  kind: 'stakeholder',
  ids: 'organisation',
  initial: null,
  evolve,
  consults: (command, state) =>
    command.type === 'GiveMandate' && state !== null ? [{ kind: 'stakeholder', id: command.data.to }] : [],
  opens: 'RegisterStakeholder',
  authorise: () => null,
  decide: (command, state, context) => decide(command, state, context, context.known),
};
