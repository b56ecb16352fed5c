import type {
  SecurityUnitEvent,
  TrainingActivityCommand,
  TrainingActivityEvent,
  VettedPersonEvent,
} from '@entente/contracts';
import { type Consequence, type RecordedEvent, eventPolicy, idOf } from '@entente/kernel';
import { securityUnitFacts, vettedPersonFacts } from '../vetting/clearance-facts.js';

/** A training is noted at these units and persons. */
function notes(
  units: readonly string[],
  persons: readonly string[],
  event: Pick<RecordedEvent, 'stream'>,
): readonly Consequence[] {
  const command = { type: 'NoteEnrolment', data: { training: idOf(event) } };
  return [
    ...units.map((id) => ({ stream: { kind: securityUnitFacts.kind, id }, command })),
    ...persons.map((id) => ({ stream: { kind: vettedPersonFacts.kind, id }, command })),
  ];
}

/** R7: a clearance knows the trainings that rest on it, so that its end can reach them. */
export const notedEnrolments = eventPolicy<TrainingActivityEvent>(
  {
    name: 'noted-enrolments',
    kind: 'training-activity',
    day: 'sending',
    about:
      'an enrolment is noted at the unit and the person on whose clearance it rests, and again if its training is put off after the planned day',
  },
  {
    TraineeEnrolled: ({ unit, person }, event) => notes([unit ?? []].flat(), [person ?? []].flat(), event),
    TrainingRescheduled: ({ units = [], persons = [] }, event) => notes(units, persons, event),
  },
);

const halts = (
  field: 'unit' | 'person',
  event: Pick<RecordedEvent, 'stream'>,
  trainings: readonly string[],
  reason: string,
): readonly Consequence[] =>
  trainings.map((id) => {
    const command: TrainingActivityCommand = {
      type: 'HaltEnrolments',
      data: { ...(field === 'unit' ? { unit: idOf(event) } : { person: idOf(event) }), reason },
    };
    return { stream: { kind: 'training-activity', id }, command };
  });

/** R7: enrolments that rest on a clearance are halted when it ends, and when it ended before. */
const halting = (field: 'unit' | 'person') =>
  ({
    ClearanceSuspended: ({ trainings }: WithTrainings, event: Its) =>
      halts(field, event, trainings, 'clearance-suspended'),
    ClearanceRefused: ({ trainings }: WithTrainings, event: Its) => halts(field, event, trainings, 'clearance-refused'),
    ClearanceExpired: ({ trainings }: WithTrainings, event: Its) => halts(field, event, trainings, 'clearance-expired'),
    RegistrationEnded: ({ trainings }: WithTrainings, event: Its) =>
      halts(field, event, trainings, 'registration-ended'),
    EnrolmentNoted: ({ training, cleared }: Noted, event: Its) =>
      cleared ? [] : halts(field, event, [training], 'not-cleared'),
  }) as const;
type Its = Pick<RecordedEvent, 'stream'>;
interface WithTrainings {
  readonly trainings: readonly string[];
}
interface Noted {
  readonly training: string;
  readonly cleared: boolean;
}

export const haltedByUnit = eventPolicy<SecurityUnitEvent>(
  {
    name: 'halted-by-unit',
    kind: 'security-unit',
    day: 'sending',
    about: "the end of a unit's clearance halts the enrolments that rest on it, in trainings that have not begun",
  },
  halting('unit'),
);

export const haltedByPerson = eventPolicy<VettedPersonEvent>(
  {
    name: 'halted-by-person',
    kind: 'vetted-person',
    day: 'sending',
    about: "the end of a person's clearance halts the enrolments that rest on it, in trainings that have not begun",
  },
  halting('person'),
);
