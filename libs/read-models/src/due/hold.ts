import type { AssistanceScope, HoldEvent } from '@entente/contracts';
import { actsFor } from '@entente/kernel';
import { type About, due, done, dutiesOf, passed } from './changes.js';

/** The programme or the case that a hold is on. */
const inScope = ({ kind, id }: AssistanceScope): About => ({
  programme: kind === 'programme' ? id : null,
  assistance_case: kind === 'case' ? id : null,
});

/** What is due of a hold, until when, and by whom. */
export const holdDuties = dutiesOf<HoldEvent>()(
  { 'hold-end': ['owner', 'the end of a hold that no policy placed'] },
  null,
  {
    // What a policy placed, ends with what it rests on.
    HoldPlaced: ({ hold, until, scope, donor = null }, { event }) =>
      event.metadata.actor.role === 'system'
        ? []
        : [
            ...(until === undefined ? [] : [due('hold-end', until, hold)]),
            {
              duty: 'hold-end',
              item: hold,
              about: { donor, organisation: actsFor(event.metadata.actor), ...inScope(scope) },
            },
          ],
    HoldRenewed: ({ hold, until }, { event }) =>
      event.metadata.actor.role === 'system' ? [] : [due('hold-end', until, hold)],
    HoldCorrected: ({ hold, until, donor }) => [
      ...(until === undefined ? [] : [due('hold-end', until, hold)]),
      ...(donor === undefined ? [] : [{ duty: 'hold-end', item: hold, about: { donor } } as const]),
    ],
    HoldReleased: ({ hold }) => [done('hold-end', hold)],
    HoldReleaseWithdrawn: ({ hold }) => [{ duty: 'hold-end', item: hold, reopens: true }],
    HoldLapsed: ({ hold }) => [passed('hold-end', hold)],
  },
);
