import type { SecurityUnitEvent, TrainingActivityEvent } from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { AGREEMENT_KINDS, type Execution, isSetAside, executionHandlers } from './agreement-course.js';
import { ClearanceCourses } from './clearance-course.js';
import { type Breach, type Control, breach, dayOf, handlersBy } from './control.js';
import { DeferredChecks } from './known-later.js';

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

/** Trainees, with what their enrolments rest on. */
type Trainees = readonly (readonly [trainee: string, of: Cleared])[];

/** Finds the first trainee who is not cleared on a day, and whom no waiver lets pass. */
type Judge = (event: RecordedEvent, trainees: Trainees, on: string, requirement: string) => readonly Breach[];

const control = (
  about: Omit<Control, 'kinds' | 'byCorrectedFacts' | 'start'>,
  check: (judge: Judge) => (event: RecordedEvent) => readonly Breach[],
): Control => ({
  ...about,
  kinds: [...AGREEMENT_KINDS, 'security-unit', 'vetted-person'],
  byCorrectedFacts: true,
  start: () => {
    const courses = new ClearanceCourses();
    const deferred = new DeferredChecks();
    /** The step of a training at hand, with its agreement. */
    let execution: Execution | null = null;
    const note = (one: Execution) => {
      execution = one;
      return [];
    };
    const follow = executionHandlers(note, undefined, undefined, note);
    const isWaived = (at: Execution | null, stream: string, { unit }: Cleared, on: string): boolean => {
      if (at === null) return false;
      const concerned = { ...at, of: { ...at.of, unit } };
      return isSetAside(concerned, 'R5', on) || (courses.isRefused(stream, on) && isSetAside(concerned, 'R8', on));
    };
    const find = check((event, trainees, on, requirement) => {
      const under = execution;
      return deferred.judge((at) => {
        for (const [trainee, of] of trainees) {
          const day = at(on);
          const stream = restsOn(of).find((one) => !courses.isCleared(one, day) && !isWaived(under, one, of, day));
          if (stream !== undefined) return breach(event, requirement, { trainee, stream, on });
        }
        return [];
      });
    });
    return deferred.run((event) => {
      execution = null;
      if (/^(security-unit|vetted-person)\//.test(event.stream))
        courses.read(event as RecordedEvent<SecurityUnitEvent>);
      else follow(event);
      return find(event);
    });
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
  (judge) => {
    const enrolled = new Map<string, Trainees>();
    const enrolledIn = (event: RecordedEvent): Trainees => enrolled.get(idOf(event)) ?? [];
    const leaves = (event: RecordedEvent, trainee: string): undefined => {
      const others = enrolledIn(event).filter(([one]) => one !== trainee);
      enrolled.set(idOf(event), others);
    };
    const held = (event: RecordedEvent, on: string): readonly Breach[] =>
      judge(event, enrolledIn(event), on, 'each trainee is cleared on that day, and so is the unit');
    return handlersBy<TrainingActivityEvent>({
      TraineeEnrolled: (event) => {
        leaves(event, event.data.trainee);
        enrolled.set(idOf(event), [...enrolledIn(event), [event.data.trainee, event.data]]);
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
  (judge) =>
    handlersBy<TrainingActivityEvent>({
      TraineeEnrolled: (event) =>
        judge(event, [[event.data.trainee, event.data]], dayOf(event), 'unit and person are cleared on that day'),
    }),
);

/** R28: a training was completed without what its report states. */
export const trainingUnreported: Control = {
  name: 'training-unreported',
  rule: 'R28',
  about: 'a training that was completed without its numbers by sex or its cost',
  kinds: ['training-activity'],
  start: () =>
    handlersBy<TrainingActivityEvent>({
      TrainingCompleted: (event) => {
        const { completed, cost } = event.data;
        if (completed !== undefined && cost !== undefined) return [];
        return breach(event, 'the numbers by sex and the cost are stated', {
          missing: completed === undefined ? 'completed' : 'cost',
        });
      },
    }),
};
