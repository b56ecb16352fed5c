import type { EndUseCheckEvent } from '@entente/contracts';
import { due, done, dutiesOf, overdueNow, partiesOf, withdrawn } from './changes.js';

/** Until when a check of end use is made. */
export const endUseCheckDuties = dutiesOf<EndUseCheckEvent>()(
  { check: ['donor', 'of end use, on the spot or as it was scheduled'] },
  { type: 'EndUseCheckScheduled', of: partiesOf },
  {
    EndUseCheckScheduled: (data) => [due('check', data.due)],
    EndUseCheckRescheduled: (data) => [due('check', data.due)],
    EndUseCheckPerformed: (data) => (data.done ? [done('check', '', data.on)] : []),
    CheckDayCorrected: (data) => (data.done ? [{ duty: 'check', endedOn: data.on }] : []),
    AccessDenied: ({ on }) => [withdrawn('check', '', on)],
    EndUseCheckWaived: () => [withdrawn('check')],
    EndUseCheckCancelled: () => [withdrawn('check')],
    EndUseCheckBecameOverdue: () => [overdueNow('check')],
  },
);
