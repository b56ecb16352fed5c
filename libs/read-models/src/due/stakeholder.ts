import type { StakeholderEvent } from '@entente/contracts';
import { due, done, dutiesOf } from './changes.js';

/** What is due of a stakeholder, until when, and by whom. */
export const stakeholderDuties = dutiesOf<StakeholderEvent>()(
  { 'mandate-end': ['owner', 'the end of a mandate'] },
  null,
  {
    MandateGiven: ({ to, role, until }) => [due('mandate-end', until, `${to}/${role}`)],
    MandateEnded: ({ to, role }) => [done('mandate-end', `${to}/${role}`)],
  },
);
