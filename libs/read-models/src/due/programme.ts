import type { ProgrammeEvent } from '@entente/contracts';
import { due, dueCorrected, done, withdrawn, overdueNow, dutiesOf } from './changes.js';

/** What is due of a programme, until when, and by whom. */
export const programmeDuties = dutiesOf<ProgrammeEvent>()(
  { milestone: ['donor', 'a milestone of a programme'] },
  {
    type: 'ProgrammeProposed',
    of: ({ donor, recipient }, { id: programme }) => ({ donor, recipient, programme }),
  },
  {
    MilestonePlanned: (data) => [due('milestone', data.due, data.milestone)],
    MilestoneReplanned: (data) => [due('milestone', data.due, data.milestone)],
    MilestoneMet: ({ milestone, on }) => [done('milestone', milestone, on)],
    MilestoneMissed: ({ milestone, on }) => [withdrawn('milestone', milestone, on)],
    MilestoneCorrected: ({ milestone, on, fact, due: last }) =>
      fact !== undefined
        ? dueCorrected('milestone', last, milestone)
        : [
            on === undefined
              ? { duty: 'milestone', item: milestone, reopens: true }
              : { duty: 'milestone', item: milestone, endedOn: on },
          ],
    MilestoneBecameOverdue: ({ milestone }) => [overdueNow('milestone', milestone)],
  },
  { ProgrammeCorrected: ({ recipient }) => (recipient === undefined ? {} : { recipient }) },
  ['ProgrammeCompleted', 'ProgrammeTerminated'],
);
