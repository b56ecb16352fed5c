import type { EndUseCheckEvent } from '@entente/contracts';
import { type Consequence, eventPolicy } from '@entente/kernel';

/** The stream of a check that follows from an event: the system opens it. */
const checkAfter = (event: { readonly id: string }) => ({ kind: 'end-use-check', id: `entente.after-${event.id}` });

/** R10, R11: a check that is done is followed by the next one of the same items. */
export const nextChecks = eventPolicy<EndUseCheckEvent>(
  {
    name: 'next-checks',
    kind: 'end-use-check',
    about: 'a check of end use that is done is followed by the next one, within the days that its type allows',
  },
  {
    EndUseCheckPerformed: ({ next }, event): readonly Consequence[] =>
      next === undefined ? [] : [{ stream: checkAfter(event), command: { type: 'ScheduleEndUseCheck', data: next } }],
  },
);
