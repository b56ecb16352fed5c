import type { StakeholderEvent } from '@entente/contracts';
import { type DailyColumn, type Projection, type RecordedEvent } from '@entente/kernel';
import { count, day, dayOrNull, json, oneOf, person, text, textOrNull } from './columns.js';
import { originOf, rowBy, unchanged } from './row-by.js';

/** An organisation that takes part. */
class StakeholderRow {
  @text("the organisation's id") organisation!: string;
  @text('the name of the organisation') name!: string;
  @oneOf([
    'state',
    'international-organisation',
    'implementer',
    'civil-society',
    'oversight-body',
    'research-institution',
  ])
  type!: string;
  @textOrNull("the country's code, if it belongs to one") country!: string | null;
  @oneOf(['active', 'suspended']) status!: string;
  @textOrNull('the code of the reason for its suspension or reinstatement, if there was one') reason!: string | null;
  @json('the roles that it has, by name') roles!: readonly string[];
  @count('the roles that it has') role_count!: number;
  @day('the day on which it was registered') registered_on!: string;
}

const roles = (all: Iterable<string>) => ({ roles: [...all].sort() });

export const stakeholders: Projection<StakeholderEvent, StakeholderRow> = {
  name: 'stakeholders',
  topic: 'Auditors',
  version: 1,
  kinds: ['stakeholder'],
  about: 'an organisation that takes part: its name, type, roles and status',
  totals: { counts: 'organisations', by: ['type', 'status'], sums: [] },
  ...rowBy<StakeholderRow, StakeholderEvent>(StakeholderRow)(
    'StakeholderRegistered',
    ({ name, type, country }, { id, day: registered_on }) => ({
      organisation: id,
      name,
      type,
      country,
      status: 'active',
      roles: [],
      registered_on,
    }),
    {
      RegistrationCorrected: ({ name, type, country }, row) => ({
        name: name ?? row.name,
        type: type ?? row.type,
        country: country ?? row.country,
      }),
      RoleGranted: ({ role }, row) => roles(new Set([...row.roles, role])),
      RoleRevoked: ({ role }, row) => roles(row.roles.filter((one) => one !== role)),
      FocalPointDesignated: unchanged,
      MandateGiven: unchanged,
      MandateEnded: unchanged,
      StakeholderSuspended: ({ reason }) => ({ status: 'suspended', reason }),
      StakeholderReinstated: ({ reason }) => ({ status: 'active', reason }),
    },
    ({ roles: all }) => ({ role_count: all.length }),
  ),
};

/** A mandate: one organisation acts for another in one of its roles. */
class MandateRow {
  @text('the organisation for which the other one acts') organisation!: string;
  @text('the organisation that acts') acts!: string;
  @text('the role in which it acts') role!: string;
  @day('the day from which it holds') given_on!: string;
  @day('its last day') last_day!: string;
  @dayOrNull('the day on which it was ended') ended_on!: string | null;
  @textOrNull('the code of the reason for its end') reason!: string | null;
}

const LAPSED: DailyColumn = {
  kind: 'overdue',
  meaning: 'whether its last day has passed and its end was not recorded',
  due: 'last_day',
  done: 'ended_on',
};

export const mandates: Projection<StakeholderEvent, MandateRow> = {
  name: 'mandates',
  topic: 'Auditors',
  version: 1,
  kinds: ['stakeholder'],
  about: 'a mandate: which organisation acts for which other one, in which role and until when',
  entity: MandateRow,
  totals: { counts: 'mandates', by: [], sums: [] },
  daily: { lapsed: LAPSED },
  touches(event: RecordedEvent<StakeholderEvent>) {
    return event.type === 'MandateGiven' || event.type === 'MandateEnded'
      ? [`${event.data.role}/${event.data.to}`]
      : [];
  },
  evolve(row, event) {
    const { id: organisation, day: on } = originOf(event);
    if (event.type === 'MandateGiven') {
      const { to: acts, role, until } = event.data;
      return { organisation, acts, role, given_on: on, last_day: until, ended_on: null, reason: null };
    }
    return event.type === 'MandateEnded' && row !== null ? { ...row, ended_on: on, reason: event.data.reason } : row;
  },
};

/** Who answers for a subject at an organisation. */
class FocalPointRow {
  @text('the organisation') organisation!: string;
  @text('what the person answers for') subject!: string;
  @person("a reference to the person in the organisation's own register, never a name") person!: string;
  @day('the day from which the person answers for it') since_day!: string;
}

export const focalPoints: Projection<StakeholderEvent, FocalPointRow> = {
  name: 'focal-points',
  topic: 'Auditors',
  version: 1,
  kinds: ['stakeholder'],
  about: 'who answers for a subject at an organisation, by a reference in its own register',
  entity: FocalPointRow,
  totals: { counts: 'focal points', by: [], sums: [] },
  touches: (event: RecordedEvent<StakeholderEvent>) =>
    event.type === 'FocalPointDesignated' ? [event.data.subject] : [],
  evolve(row, event) {
    if (event.type !== 'FocalPointDesignated') return row;
    const { id: organisation, day: since_day } = originOf(event);
    return { organisation, subject: event.data.subject, person: event.data.person, since_day };
  },
};
