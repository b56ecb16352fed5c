import type { EndUseCheckEvent } from '@entente/contracts';
import { due, done, dutiesOf, overdueNow, partiesOf, withdrawn } from './changes.js';

/** Until when a check of end use is made. */
export const endUseCheckDuties = dutiesOf<EndUseCheckEvent>()(
  { check: ['donor', 'of end use, on the spot or as it was scheduled'] },
  // The holder answers for the items, also after a transfer (R13).
  { type: 'EndUseCheckScheduled', of: (data) => ({ ...partiesOf(data), recipient: data.holder }) },
  {
    EndUseCheckScheduled: (data) => [due('check', data.due)],
    EndUseCheckRescheduled: (data) => [{ ...due('check', data.due), stays: true }],
    CheckedItemsTransferred: ({ to, next }) =>
      next === undefined ? [{ duty: 'check', about: { recipient: to } }] : [],
    EndUseCheckPerformed: (data) => (data.done ? [done('check', '', data.on)] : []),
    CheckDayCorrected: (data) => (data.done ? [{ duty: 'check', endedOn: data.on }] : []),
    AccessDenied: ({ on }) => [withdrawn('check', '', on)],
    AccessDenialWithdrawn: () => [{ duty: 'check', reopens: true }],
    EndUseCheckWaived: () => [withdrawn('check')],
    // A later one corrects its day.
    EndUseCheckCancelled: ({ on }) => [
      withdrawn('check', '', on),
      ...(on === undefined ? [] : [{ duty: 'check', endedOn: on } as const]),
    ],
    EndUseCheckBecameOverdue: () => [overdueNow('check')],
  },
);
