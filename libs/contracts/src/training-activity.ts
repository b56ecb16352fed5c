import { FACT_COMMANDS, FACT_EVENTS } from './fact-answers.js';
import { type CommandOf, type EventOf, command, contract, event, fact } from './contract.js';
import {
  code,
  currency,
  day,
  eventId,
  integer,
  minorUnits,
  nested,
  oneOf,
  optional,
  organisation,
  streamId,
  word,
  words,
} from './fields.js';

const MAX_PERSONS = 100_000;
const MAX_NOMINEES = 1000;
const persons = (description: string, example: number, min = 0) => integer(description, example, min, MAX_PERSONS);
const enrolled = () => persons('how many persons are enrolled in the training after it', 8);
const trainee = () => word("the nominee's name in this training: a code, never a person's name", 'n-1');
const reason = (example: string) => code('the code of the reason', example);
const unit = (description: string) => streamId('security-unit', description, 'estmark.brigade-1');
const person = (description: string) => streamId('vetted-person', description, 'estmark.person-1');

/** Persons by sex. */
export class NumbersBySex {
  @persons('the number of women, in persons', 4) readonly women!: number;
  @persons('the number of men, in persons', 8) readonly men!: number;
  @persons('the number of persons whose sex is not stated', 0) readonly notStated!: number;
}
const numbers = (what: string) => nested(() => NumbersBySex, what);

export class PlanTraining {
  @code('the code of its purpose', 'border-security') readonly purpose!: string;
  @code('the code of the course', 'patrol-medicine') readonly course!: string;
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @optional() @streamId('programme', 'the programme, if it belongs to one') readonly programme?: string;
  @optional() @streamId('assistance-case', 'the case, if it belongs to one') readonly case?: string;
  @code('the code of the place', 'estmark-training-centre') readonly place!: string;
  @persons('how many persons are to be trained', 12, 1) readonly planned!: number;
  @minorUnits('what it is to cost', 60_000_00, 0) readonly cost!: number;
  @currency('the currency of its costs') readonly currency!: string;
  @day('the first day of the training', '2036-06-01') readonly starts!: string;
  @day('the last day of the training', '2036-06-20') readonly ends!: string;
}

export class RescheduleTraining {
  @day('the new first day of the training', '2036-07-01') readonly starts!: string;
  @day('the new last day of the training', '2036-07-20') readonly ends!: string;
  @code('the code of the cause', 'instructors-late') readonly cause!: string;
}

/**
 * If its first day had passed: the units and persons on whose clearance enrolments rest. What ended
 * since that day had halted none of them. The decision adds both.
 */
export class TrainingRescheduled extends RescheduleTraining {
  @optional()
  @words('if its first day had passed: the units of those enrolled', ['estmark.brigade-1'], MAX_NOMINEES)
  readonly units?: readonly string[];
  @optional()
  @words('if its first day had passed: the persons who are enrolled', ['estmark.person-1'], MAX_NOMINEES)
  readonly persons?: readonly string[];
}

/**
 * A vetted person, or a number of persons: of a unit, or of one that is not known yet. The decision
 * adds the unit of a person.
 */
export class NominateTrainee {
  @trainee() readonly trainee!: string;
  @optional() @person('the person, who is vetted by a reference') readonly person?: string;
  @optional() @unit('the unit; that of the person if it is left out') readonly unit?: string;
  @persons('how many persons', 1, 1) readonly number!: number;
  @optional()
  @word(
    "without a unit, where the programme names no framework: the reference of the recipient's written agreement to bar listed units",
    'note-2026-3',
  )
  readonly agreement?: string;
}

export class EnrolTrainee {
  @trainee() readonly trainee!: string;
}

/** What it rests on: the decision adds it. */
export class TraineeEnrolled extends EnrolTrainee {
  @optional() @person('the person') readonly person?: string;
  @optional() @unit('the unit') readonly unit?: string;
  @persons('how many persons', 1, 1) readonly number!: number;
  @optional()
  @day('the day through which unit and person are both cleared', '2027-04-30')
  readonly clearedUntil?: string;
  @enrolled() readonly enrolled!: number;
}

export class RefuseEnrolment {
  @trainee() readonly trainee!: string;
  @reason('not-cleared') readonly reason!: string;
}

/** Every enrolment of a unit, or of a person, before the training begins. */
export class HaltEnrolments {
  @optional() @unit('the unit that is not cleared any more') readonly unit?: string;
  @optional() @person('the person who is not cleared any more') readonly person?: string;
  @reason('clearance-suspended') readonly reason!: string;
}

export class EnrolmentHalted {
  @trainee() readonly trainee!: string;
  @enrolled() readonly enrolled!: number;
  @reason('clearance-suspended') readonly reason!: string;
}

export class StartTraining {
  @day('the day on which it began', '2026-05-04') readonly on!: string;
}

export class HoldSession {
  @word("the session's name in this training", 's-1') readonly session!: string;
  @day('the day of the session', '2026-05-05') readonly on!: string;
  @numbers('who was present') readonly present!: NumbersBySex;
}

export class CorrectSession {
  @eventId('the event that was wrong') readonly corrects!: string;
  @word("the session's name in this training", 's-1') readonly session!: string;
  @optional() @day('the right day of the session', '2026-05-06') readonly on?: string;
  @numbers('who was present') readonly present!: NumbersBySex;
  @reason('miscounted') readonly reason!: string;
}

/** What a report on the training states (22 USC 2416(b)). */
export class CompleteTraining {
  @day('the day on which it ended', '2026-05-08') readonly on!: string;
  @optional() @numbers('who completed it') readonly completed?: NumbersBySex;
  @optional() @minorUnits('what it cost', 58_500_00, 0) readonly cost?: number;
}

/** A training that has begun ends before its end, with what a report on it states until then. */
export class TerminateTraining {
  @day('the last day of the training', '2026-05-07') readonly on!: string;
  @reason('instructors-withdrawn') readonly reason!: string;
  @numbers('who took part up to then') readonly trained!: NumbersBySex;
  @minorUnits('what it cost', 21_500_00, 0) readonly cost!: number;
}

/** The decision adds whose nomination or enrolment ends with it. */
export class TrainingTerminated extends TerminateTraining {
  @words('the nominees of the training, without those that were refused', ['n-1', 'n-2'])
  readonly trainees!: readonly string[];
}

/**
 * Of its plan the number and the cost; of its start the day; of one that was completed `completed`,
 * of one terminated `trained`.
 */
export class CorrectTraining {
  @eventId('the event that was wrong') readonly corrects!: string;
  @optional() @numbers('who completed it') readonly completed?: NumbersBySex;
  @optional() @numbers('who took part up to its termination') readonly trained?: NumbersBySex;
  @optional() @persons('how many persons are to be trained', 14, 1) readonly planned?: number;
  @optional() @minorUnits('what it cost, or by its plan is to cost', 57_900_00, 0) readonly cost?: number;
  @optional() @day('the right day of its start or end', '2026-05-09') readonly on?: string;
  @reason('invoice-arrived-late') readonly reason!: string;
}

/**
 * The decision adds whose nomination or enrolment ended on another day, by its termination, and
 * whether the start or the plan was corrected.
 */
export class TrainingCorrected extends CorrectTraining {
  @optional() @oneOf(['start', 'plan'], 'what was corrected; its end if it is left out') readonly fact?:
    'start' | 'plan';
  @optional()
  @words('the nominees of a terminated training, without those that were refused', ['n-1', 'n-2'])
  readonly trainees?: readonly string[];
}

export class CancelTraining {
  @reason('no-instructors') readonly reason!: string;
}

export class AssessCompetence {
  @trainee() readonly trainee!: string;
  @code('the code of the competence', 'casualty-care') readonly competence!: string;
  @persons('how many persons of the enrolment have the competence', 1) readonly competent!: number;
  @day('the day of the assessment', '2026-05-08') readonly on!: string;
}

export class FollowUpGraduate {
  @trainee() readonly trainee!: string;
  @oneOf(['in-post', 'moved', 'left', 'unknown'], 'where the graduates are') readonly finding!:
    'in-post' | 'moved' | 'left' | 'unknown';
  @persons('how many persons of the enrolment the finding is of', 1, 1) readonly number!: number;
  @day('the day of the inquiry', '2026-05-09') readonly on!: string;
}

export class TrainingBecameOverdue {
  @oneOf(['training-start', 'training-end'], 'what did not happen') readonly duty!: 'training-start' | 'training-end';
  @day('the planned day, which is over', '2036-06-01') readonly due!: string;
}

/** A training: its plan, who is enrolled on which clearance, what was held, and what it came to. */
export const trainingActivityContract = contract({
  kind: 'training-activity',
  about: 'a training: its plan, who is enrolled on which clearance, its sessions, numbers by sex, and cost',
  commands: {
    PlanTraining: command('plan', PlanTraining, 'deliverer', 'Plan a training'),
    RescheduleTraining: command('reschedule', RescheduleTraining, 'deliverer', 'Plan other days, with the cause'),
    NominateTrainee: command('nominate', NominateTrainee, 'recipient', 'Nominate a person, or a number of a unit', {
      trainee: 'n-1',
      unit: 'estmark.brigade-1',
      number: 8,
    }),
    EnrolTrainee: command('enrol', EnrolTrainee, 'deliverer', 'Enrol a nominee who is cleared'),
    RefuseEnrolment: command('refuse', RefuseEnrolment, 'deliverer', 'Refuse a nominee'),
    HaltEnrolments: command('halt', HaltEnrolments, ['deliverer', 'system'], 'Halt enrolments of a unit or person', {
      unit: 'estmark.brigade-1',
      reason: 'clearance-suspended',
    }),
    StartTraining: command('start', StartTraining, 'deliverer', 'Record that it began'),
    HoldSession: command('hold-session', HoldSession, 'deliverer', 'Record a session and who was present'),
    CorrectSession: command(
      'correct-session',
      CorrectSession,
      'deliverer',
      'Correct who was present, or the day of the session',
    ),
    CompleteTraining: command('complete', CompleteTraining, 'deliverer', 'Record its end, numbers by sex, and cost'),
    TerminateTraining: command('terminate', TerminateTraining, 'deliverer', 'End it early, after it began'),
    CorrectTraining: command(
      'correct',
      CorrectTraining,
      'deliverer',
      'Correct its numbers, its cost, those of its plan, or the day of its start or end',
      {
        corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1',
        completed: { women: 3, men: 8, notStated: 0 },
        cost: 57_900_00,
        reason: 'invoice-arrived-late',
      },
    ),
    CancelTraining: command('cancel', CancelTraining, 'deliverer', 'Cancel it before it begins'),
    AssessCompetence: command('assess', AssessCompetence, 'deliverer', 'Record who can do what'),
    FollowUpGraduate: command('follow-up', FollowUpGraduate, ['deliverer', 'recipient'], 'Record where they are'),
    RecordOverdueTraining: command(
      'record-overdue',
      TrainingBecameOverdue,
      'system',
      'Record that its first or last planned day passed',
    ),
    ...FACT_COMMANDS,
  },
  events: {
    TrainingPlanned: event(PlanTraining, 'A training was planned', { opens: 'the training' }),
    TrainingRescheduled: fact(TrainingRescheduled, 'The plan moved to other days'),
    TraineeNominated: event(NominateTrainee, 'A person, or a number of a unit, was nominated', {
      opens: 'the nomination',
    }),
    TraineeEnrolled: event(TraineeEnrolled, 'A nominee was enrolled', {
      opens: 'the enrolment',
      closes: ['TraineeNominated', 'EnrolmentHalted'],
    }),
    EnrolmentRefused: event(RefuseEnrolment, 'A nominee was refused', {
      closes: ['TraineeNominated', 'EnrolmentHalted'],
    }),
    EnrolmentHalted: event(EnrolmentHalted, 'An enrolment was halted: the clearance ended', {
      opens: 'the wait for another clearance',
      closes: ['TraineeEnrolled'],
    }),
    TrainingStarted: event(StartTraining, 'The training began', { opens: 'the course' }),
    TrainingSessionHeld: fact(HoldSession, 'A session was held'),
    SessionCorrected: fact(CorrectSession, 'The attendance of a session was corrected'),
    TrainingCompleted: event(CompleteTraining, 'The training ended', {
      closes: ['TrainingPlanned', 'TrainingStarted', 'TraineeEnrolled'],
    }),
    TrainingTerminated: event(TrainingTerminated, 'The training ended early', {
      closes: ['TrainingPlanned', 'TrainingStarted', 'TraineeNominated', 'TraineeEnrolled', 'EnrolmentHalted'],
    }),
    TrainingCorrected: fact(TrainingCorrected, 'Its numbers, its cost or the day of its start or end were corrected'),
    TrainingCancelled: event(CancelTraining, 'The training was cancelled', {
      closes: ['TrainingPlanned', 'TraineeNominated', 'TraineeEnrolled'],
    }),
    CompetenceAssessed: fact(AssessCompetence, 'A competence was assessed'),
    GraduateFollowedUp: fact(FollowUpGraduate, 'Graduates were followed up'),
    TrainingBecameOverdue: fact(TrainingBecameOverdue, 'Its first or last planned day passed'),
    ...FACT_EVENTS,
  },
});

export type TrainingActivityCommand = CommandOf<typeof trainingActivityContract>;
export type TrainingActivityEvent = EventOf<typeof trainingActivityContract>;
