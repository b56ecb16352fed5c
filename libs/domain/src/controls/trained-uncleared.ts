import type { SecurityUnitEvent, TrainingActivityEvent } from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { AGREEMENT_KINDS, type Execution, isSetAside, readingExecutions } from './agreement-course.js';
import { ClearanceCourses } from './clearance-course.js';
import { type Breach, type Control, breach, dayOf, readingBy } from './control.js';

const KINDS = ['security-unit', 'vetted-person', 'training-activity'];

/** The streams on whose clearance an enrolment rests. */
const restsOn = ({ unit, person }: { readonly unit?: string; readonly person?: string }): readonly string[] => [
  ...(unit === undefined ? [] : [`security-unit/${unit}`]),
  ...(person === undefined ? [] : [`vetted-person/${person}`]),
];

/** Reads clearances, and passes each other event to a check. */
function withClearances(check: (courses: ClearanceCourses) => (event: RecordedEvent) => readonly Breach[]) {
  const courses = new ClearanceCourses();
  const next = check(courses);
  return (event: RecordedEvent): readonly Breach[] => {
    if (event.stream.startsWith('training-activity/')) return next(event);
    courses.read(event as RecordedEvent<SecurityUnitEvent>);
    return [];
  };
}

/**
 * R5: a session was held, or a training began, on a day on which the unit or the person of an
 * enrolled trainee was not cleared.
 */
export const trainedUncleared: Control = {
  name: 'trained-uncleared',
  rule: 'R5',
  about: 'a training that was begun or held on a day on which an enrolled trainee was not cleared',
  kinds: KINDS,
  byCorrectedFacts: true,
  start: () =>
    withClearances((courses) => {
      const enrolled = new Map<string, Map<string, readonly string[]>>();
      const leaves = (event: RecordedEvent, trainee: string) => void enrolled.get(idOf(event))?.delete(trainee);
      function held(event: RecordedEvent, on: string): readonly Breach[] {
        for (const [trainee, streams] of enrolled.get(idOf(event)) ?? []) {
          const stream = streams.find((one) => !courses.isCleared(one, on));
          if (stream !== undefined)
            return breach(event, 'each trainee is cleared on that day, and so is the unit', { trainee, stream, on });
        }
        return [];
      }
      return readingBy<TrainingActivityEvent>({
        TraineeEnrolled: (event) => {
          const trainees = enrolled.get(idOf(event)) ?? new Map<string, readonly string[]>();
          enrolled.set(idOf(event), trainees.set(event.data.trainee, restsOn(event.data)));
        },
        EnrolmentHalted: (event) => leaves(event, event.data.trainee),
        EnrolmentRefused: (event) => leaves(event, event.data.trainee),
        TrainingStarted: (event) => held(event, event.data.on),
        TrainingSessionHeld: (event) => held(event, event.data.on),
      });
    }),
};

/** R7: an enrolment rests on a clearance that was over, suspended or refused on that day. */
export const clearancesOutrun: Control = {
  name: 'clearances-outrun',
  rule: 'R7',
  about: 'an enrolment on a day on which the unit or the person was not cleared',
  kinds: [...AGREEMENT_KINDS, 'security-unit', 'vetted-person'],
  byCorrectedFacts: true,
  start: () => {
    const courses = new ClearanceCourses();
    /** The enrolment at hand, with its agreement. */
    let execution: Execution | null = null;
    const follow = readingExecutions((one) => {
      execution = one;
      return [];
    });
    const isWaived = (stream: string, on: string): boolean =>
      execution !== null &&
      (isSetAside(execution, 'R5') || (courses.isRefused(stream, on) && isSetAside(execution, 'R8')));
    const find = readingBy<TrainingActivityEvent>({
      TraineeEnrolled: (event) => {
        const on = dayOf(event);
        const stream = restsOn(event.data).find((one) => !courses.isCleared(one, on) && !isWaived(one, on));
        return stream === undefined
          ? []
          : breach(event, 'unit and person are cleared on that day', { trainee: event.data.trainee, stream, on });
      },
    });
    return (event) => {
      execution = null;
      if (/^(security-unit|vetted-person)\//.test(event.stream))
        courses.read(event as RecordedEvent<SecurityUnitEvent>);
      else follow(event);
      return find(event);
    };
  },
};

/** R28: a training was completed without what its report states. */
export const trainingUnreported: Control = {
  name: 'training-unreported',
  rule: 'R28',
  about: 'a training that was completed without its numbers by sex or its cost',
  kinds: ['training-activity'],
  start: () =>
    readingBy<TrainingActivityEvent>({
      TrainingCompleted: (event) => {
        const { completed, cost } = event.data;
        if (completed !== undefined && cost !== undefined) return [];
        return breach(event, 'the numbers by sex and the cost are stated', {
          missing: completed === undefined ? 'completed' : 'cost',
        });
      },
    }),
};
