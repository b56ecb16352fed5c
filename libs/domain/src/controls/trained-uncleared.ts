import type { SecurityUnitEvent, TrainingActivityEvent } from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { AGREEMENT_KINDS, type Execution, isSetAside, readingExecutions } from './agreement-course.js';
import { ClearanceCourses } from './clearance-course.js';
import { type Breach, type Control, breach, dayOf, readingBy } from './control.js';

/** The unit and the person on whose clearance an enrolment rests. */
interface Cleared {
  readonly unit?: string;
  readonly person?: string;
}

/** The streams on whose clearance an enrolment rests. */
const restsOn = ({ unit, person }: Cleared): readonly string[] => [
  ...(unit === undefined ? [] : [`security-unit/${unit}`]),
  ...(person === undefined ? [] : [`vetted-person/${person}`]),
];

/** The stream of an enrolment that is not cleared on a day, and that no waiver lets pass. */
type Uncleared = (of: Cleared, on: string) => string | undefined;

const control = (
  about: Omit<Control, 'kinds' | 'byCorrectedFacts' | 'start'>,
  check: (uncleared: Uncleared) => (event: RecordedEvent) => readonly Breach[],
): Control => ({
  ...about,
  kinds: [...AGREEMENT_KINDS, 'security-unit', 'vetted-person'],
  byCorrectedFacts: true,
  start: () => {
    const courses = new ClearanceCourses();
    /** The step of a training at hand, with its agreement. */
    let execution: Execution | null = null;
    const note = (one: Execution) => {
      execution = one;
      return [];
    };
    const follow = readingExecutions(note, undefined, undefined, note);
    const isWaived = (stream: string, { unit }: Cleared, on: string): boolean => {
      if (execution === null) return false;
      const concerned = { ...execution, of: { ...execution.of, unit } };
      return isSetAside(concerned, 'R5') || (courses.isRefused(stream, on) && isSetAside(concerned, 'R8'));
    };
    const find = check((of, on) =>
      restsOn(of).find((stream) => !courses.isCleared(stream, on) && !isWaived(stream, of, on)),
    );
    return (event) => {
      execution = null;
      if (/^(security-unit|vetted-person)\//.test(event.stream))
        courses.read(event as RecordedEvent<SecurityUnitEvent>);
      else follow(event);
      return find(event);
    };
  },
});

/**
 * R5: a session was held, or a training began, on a day on which the unit or the person of an
 * enrolled trainee was not cleared, and no waiver or exception set the rule aside.
 */
export const trainedUncleared = control(
  {
    name: 'trained-uncleared',
    rule: 'R5',
    about: 'a training that was begun or held on a day on which an enrolled trainee was not cleared',
  },
  (uncleared) => {
    const enrolled = new Map<string, Map<string, Cleared>>();
    const leaves = (event: RecordedEvent, trainee: string) => void enrolled.get(idOf(event))?.delete(trainee);
    function held(event: RecordedEvent, on: string): readonly Breach[] {
      for (const [trainee, of] of enrolled.get(idOf(event)) ?? []) {
        const stream = uncleared(of, on);
        if (stream !== undefined)
          return breach(event, 'each trainee is cleared on that day, and so is the unit', { trainee, stream, on });
      }
      return [];
    }
    return readingBy<TrainingActivityEvent>({
      TraineeEnrolled: (event) => {
        const trainees = enrolled.get(idOf(event)) ?? new Map<string, Cleared>();
        enrolled.set(idOf(event), trainees.set(event.data.trainee, event.data));
      },
      EnrolmentHalted: (event) => leaves(event, event.data.trainee),
      EnrolmentRefused: (event) => leaves(event, event.data.trainee),
      TrainingStarted: (event) => held(event, event.data.on),
      TrainingSessionHeld: (event) => held(event, event.data.on),
    });
  },
);

/** R7: an enrolment rests on a clearance that was over, suspended or refused on that day. */
export const clearancesOutrun = control(
  {
    name: 'clearances-outrun',
    rule: 'R7',
    about: 'an enrolment on a day on which the unit or the person was not cleared',
  },
  (uncleared) =>
    readingBy<TrainingActivityEvent>({
      TraineeEnrolled: (event) => {
        const on = dayOf(event);
        const stream = uncleared(event.data, on);
        return stream === undefined
          ? []
          : breach(event, 'unit and person are cleared on that day', { trainee: event.data.trainee, stream, on });
      },
    }),
);

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
