import type { StakeholderEvent } from '@entente/contracts';
import type { stakeholder } from '@entente/domain';
import { type Invariants, unlike } from './invariant.js';

type Stakeholder = NonNullable<(typeof stakeholder)['initial']>;

/** An organisation: its roles, who speaks for it, its standing. */
export const stakeholders: Invariants<Stakeholder, StakeholderEvent> = {
  opens: 'StakeholderRegistered',
  holds: ({ roles, mandates }) => ({
    'each role is there once': unlike(roles),
    'each mandate is there once': unlike(mandates.map(({ to, role }) => `${to} ${role}`)),
    'each mandate rests on a role that it has': mandates.every(({ role }) => roles.includes(role)),
  }),
};
