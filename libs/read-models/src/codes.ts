import type { Stage } from '@entente/contracts';

/** Whose decision it is, or whether it repeats what another system decided. */
export const OWN_OR_REPORTED: readonly string[] = ['own', 'reported'];
export const SCOPE_KINDS: readonly string[] = ['unit', 'item-type', 'case', 'programme', 'country'];
export const SUBJECT_KINDS: readonly string[] = ['security-unit', 'vetted-person'];
export const CHECK_TYPES: readonly string[] = ['enhanced', 'routine'];
export const CHECK_MANNERS: readonly string[] = ['on-site', 'remote', 'self-report'];
export const DELIVERY_POINTS: readonly string[] = ['origin', 'hub', 'title', 'receipt'];
export const STAGES = ['pledged', 'committed', 'obligated', 'disbursed', 'spent'] as const satisfies readonly Stage[];
