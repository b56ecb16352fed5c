import type { TrainingActivityEvent } from '@entente/contracts';
import type { TrainingActivity } from '@entente/domain';
import type { Invariants } from './invariant.js';

/** A training: it began with enrolled trainees, on a unit's clearance or an agreement. */
export const trainings: Invariants<TrainingActivity, TrainingActivityEvent> = {
  opens: 'TrainingPlanned',
  holds: ({ status, startedOn, endedOn, nominees, sessions, starts, ends }) => {
    const all = Object.values(nominees);
    const enrolled = all.filter((one) => one.status === 'enrolled');
    return {
      'its days are in order': starts <= ends,
      'what began has a day': (startedOn === null) === (status === 'planned' || status === 'cancelled'),
      'what ended has a day, not before that': endedOn === null || endedOn >= (startedOn ?? ''),
      'somebody is enrolled in what began': startedOn === null || enrolled.length > 0,
      'sessions are held in what began': startedOn !== null || Object.keys(sessions).length === 0,
      'who is enrolled has a unit that is cleared, or an agreement': enrolled.every(
        ({ unit, clearedUntil, agreement }) =>
          unit === undefined ? agreement !== undefined : clearedUntil !== undefined,
      ),
      'a person is alone': all.every(({ person, number }) => person === undefined || number === 1),
    };
  },
};
