import type { VettingCaseEvent } from '@entente/contracts';
import type { Clearance, VettingCase } from '@entente/domain';
import type { Event } from '@entente/kernel';
import { type Invariants, unlike } from './invariant.js';

/** The clearance of a unit or a person. */
export const clearances = (opens: string): Invariants<Clearance, Event> => ({
  opens,
  holds: ({ until, statedBy, expired, endedOn, vettingCases, trainings, suspended, refused, exceptions, reports }) => ({
    'a last day is stated by an event': (until === null) === (statedBy === null),
    'what expired had a last day': !expired || until !== null,
    'each inquiry and each training is there once': unlike(vettingCases) && unlike(trainings),
    'inquiries bar what is suspended or refused': vettingCases.length === 0 || suspended || refused,
    'no training rests on what is not registered': endedOn === null || trainings.length === 0,
    'a hundred trainings are known at most': trainings.length <= 100,
    'each report that is due is of an exception': Object.keys(reports).length <= exceptions,
  }),
});

/** The inquiry: cleared without credible information, and remedied by steps that were taken. */
export const vettingCases: Invariants<VettingCase, VettingCaseEvent> = {
  opens: 'VettingRequested',
  holds: ({ outcome, information, steps, remedied, publication, informed, sources, withdrawn }) => {
    const all = Object.values(information);
    const taken = Object.values(steps ?? {});
    return {
      'what is concluded was looked into': outcome === null || sources > 0,
      'what is given up was not concluded, and nothing stands against it':
        !withdrawn || (outcome === null && all.every((is) => is === 'not-credible')),
      'what is cleared has no credible information': outcome !== 'cleared' || !all.includes('credible'),
      'what is refused has credible information': outcome !== 'refused' || all.includes('credible'),
      'only what is refused is published, communicated, or remedied':
        outcome === 'refused' || (publication === null && !informed && steps === null && !remedied),
      'what is remedied has taken its steps': !remedied || taken.every(({ on }) => on !== null),
    };
  },
};
