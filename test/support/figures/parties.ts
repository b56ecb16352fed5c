import type { StakeholderEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import {
  type FigureRow,
  type Figures,
  type Of,
  distinct,
  idOf,
  last,
  occurredOn,
  only,
  since,
  streamsOf,
} from './log.js';

type Events = readonly RecordedEvent<StakeholderEvent>[];
const organisations = (log: readonly RecordedEvent[]): readonly Events[] =>
  streamsOf<StakeholderEvent>(log, 'stakeholder');

/** A field of the registration, as corrected last. */
function registered(events: Events, field: 'name' | 'type' | 'country'): string | null {
  const given = only(events, 'StakeholderRegistered', 'RegistrationCorrected').flatMap(({ data }) => data[field] ?? []);
  return given.at(-1) ?? null;
}

/** The roles granted and not revoked after that. */
const rolesOf = (events: Events): readonly string[] =>
  distinct(only(events, 'RoleGranted').map(({ data }) => data.role)).filter((role) => {
    const of = only(events, 'RoleGranted', 'RoleRevoked').filter(({ data }) => data.role === role);
    return of.at(-1)?.type === 'RoleGranted';
  });

function stakeholder(events: Events): FigureRow {
  const [first] = events as [Events[number]];
  const turned = last(events, 'StakeholderSuspended', 'StakeholderReinstated');
  const roles = rolesOf(events);
  return {
    organisation: idOf(first.stream),
    name: registered(events, 'name'),
    type: registered(events, 'type'),
    country: registered(events, 'country'),
    status: turned?.type === 'StakeholderSuspended' ? 'suspended' : 'active',
    reason: turned?.data.reason ?? null,
    roles: roles.toSorted(),
    role_count: roles.length,
    registered_on: occurredOn(first),
  };
}

type Mandate = Of<StakeholderEvent, 'MandateGiven'>;
const isOf = (given: Mandate, other: { readonly data: { readonly to: string; readonly role: string } }): boolean =>
  other.data.to === given.data.to && other.data.role === given.data.role;

function mandate(events: Events, given: Mandate, day: string): FigureRow {
  const ended = only(since(events, given), 'MandateEnded').find((one) => isOf(given, one));
  const endedOn = ended === undefined ? null : occurredOn(ended);
  return {
    organisation: idOf(given.stream),
    acts: given.data.to,
    role: given.data.role,
    given_on: occurredOn(given),
    last_day: given.data.until,
    ended_on: endedOn,
    reason: ended?.data.reason ?? null,
    lapsed: endedOn === null && given.data.until < day,
  };
}

/** The mandate in force, or the last one, of each organisation that acts in a role. */
function mandates(events: Events, day: string): readonly FigureRow[] {
  const given = only(events, 'MandateGiven');
  return given
    .filter((one) => !since(given, one).some((later) => isOf(one, later)))
    .map((one) => mandate(events, one, day));
}

function focalPoints(events: Events): readonly FigureRow[] {
  const all = only(events, 'FocalPointDesignated');
  return distinct(all.map(({ data }) => data.subject)).map((subject) => {
    const now = all.findLast(({ data }) => data.subject === subject) as (typeof all)[number];
    return { organisation: idOf(now.stream), subject, person: now.data.person, since_day: occurredOn(now) };
  });
}

export const PARTIES: Readonly<Record<string, Figures>> = {
  stakeholders: (log) => organisations(log).map(stakeholder),
  mandates: (log, { day }) => organisations(log).flatMap((events) => mandates(events, day)),
  'focal-points': (log) => organisations(log).flatMap(focalPoints),
};
