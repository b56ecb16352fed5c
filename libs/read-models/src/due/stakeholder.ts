import type { StakeholderEvent } from '@entente/contracts';
import { due, done, dutiesOf } from './changes.js';

/** What is due of a stakeholder, until when, and by whom. */
export const stakeholderDuties = dutiesOf<StakeholderEvent>()(
  { 'mandate-end': ['owner', 'the end of a mandate'] },
  null,
  {
    MandateGiven: ({ to, role, until }, { id: organisation }) => {
      const item = `${to}/${role}`;
      return [due('mandate-end', until, item), { duty: 'mandate-end', item, about: { organisation } }];
    },
    MandateEnded: ({ to, role }) => [done('mandate-end', `${to}/${role}`)],
  },
);
