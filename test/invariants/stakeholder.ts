import type { StakeholderEvent } from '@entente/contracts';
import type { stakeholder } from '@entente/domain';
import { type Invariants, idOf, unlike } from './invariant.js';

type Stakeholder = NonNullable<(typeof stakeholder)['initial']>;

/** An organisation: its roles, who speaks for it, its standing. */
export const stakeholders: Invariants<Stakeholder, StakeholderEvent> = {
  opens: 'StakeholderRegistered',
  says: (event, was, elsewhere) => {
    if (was === null) return {};
    const standing = { 'it is not suspended': !was.suspended };
    switch (event.type) {
      case 'RegistrationCorrected':
        return { 'a correction names the registration': isRegistration(elsewhere.past(event.data.corrects), event) };
      case 'RoleGranted':
        return { ...standing, 'a role is granted that it has not': !was.roles.includes(event.data.role) };
      case 'RoleRevoked':
        return { 'a role is revoked that it has': was.roles.includes(event.data.role) };
      case 'FocalPointDesignated':
        return standing;
      case 'MandateGiven':
        return {
          ...standing,
          'a mandate is for a role that it has': was.roles.includes(event.data.role),
          'a mandate is for another': event.data.to !== idOf(event.stream),
        };
      case 'MandateEnded': {
        const { to, role } = event.data;
        return { 'a mandate ends that was given': was.mandates.some((one) => one.to === to && one.role === role) };
      }
      case 'StakeholderSuspended':
        return standing;
      case 'StakeholderReinstated':
        return { 'it was suspended': was.suspended };
      default:
        return {};
    }
  },
  holds: ({ roles, mandates }) => ({
    'each role is there once': unlike(roles),
    'each mandate is there once': unlike(mandates.map(({ to, role }) => `${to} ${role}`)),
    'each mandate rests on a role that it has': mandates.every(({ role }) => roles.includes(role)),
  }),
};

const isRegistration = (
  past: { readonly type: string; readonly stream: string } | undefined,
  { stream }: { readonly stream: string },
): boolean => past?.type === 'StakeholderRegistered' && past.stream === stream;
