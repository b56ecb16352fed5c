import type { NumbersBySex, TrainingActivityEvent } from '@entente/contracts';
import { type Projection, isNewest } from '@entente/kernel';
import {
  amount,
  amountOrNull,
  count,
  countOrNull,
  day,
  dayOrNull,
  json,
  overdue,
  text,
  textOrNull,
  personOrNull,
} from './columns.js';
import { itemsBy } from './items-by.js';
import { ANSWERS_UNCHANGED, type Origin, rowBy, unchanged } from './row-by.js';

const TRAINING_STATUSES = ['planned', 'started', 'completed', 'terminated', 'cancelled'];

/** A training, plan against actual: what is reported of it (22 USC 2416(b)). */
export class TrainingRow {
  @text("the training's id") training!: string;
  @text('the code of its purpose') purpose!: string;
  @text('the code of the course') course!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @textOrNull('the programme that it belongs to, if any') programme!: string | null;
  @textOrNull('the case that it belongs to, if any') assistance_case!: string | null;
  @text('the code of the place') place!: string;
  @text('planned, started, completed, terminated (ended early), or cancelled before it began', TRAINING_STATUSES)
  status!: string;
  @day("the day on which it was planned, by the sender's word") planned_on!: string;
  @day('the first day that was planned first') first_starts!: string;
  @day('its first day as planned now') starts!: string;
  @day('its last day as planned now') ends!: string;
  @dayOrNull('the day on which it began') started_on!: string | null;
  @dayOrNull('the day on which it was completed') completed_on!: string | null;
  @dayOrNull('the last day of a training that was terminated') terminated_on!: string | null;
  @dayOrNull('the day on which it was cancelled') cancelled_on!: string | null;
  @textOrNull('the code of the reason for which it was terminated or cancelled') end_reason!: string | null;
  @count('how many persons were to be trained') planned!: number;
  @count('how many persons were nominated') nominated!: number;
  @count('how many persons are enrolled, or were when it ended') enrolled!: number;
  @count('how often an enrolment was halted') halts!: number;
  @count('sessions that were held') sessions!: number;
  @countOrNull('how many persons completed it') completed!: number | null;
  @countOrNull('how many of them are women') completed_women!: number | null;
  @countOrNull('how many of them are men') completed_men!: number | null;
  @countOrNull('how many of them have no sex stated') completed_not_stated!: number | null;
  @countOrNull('how many persons took part in it before it was terminated') trained!: number | null;
  @countOrNull('how many of them are women') trained_women!: number | null;
  @countOrNull('how many of them are men') trained_men!: number | null;
  @countOrNull('how many of them have no sex stated') trained_not_stated!: number | null;
  @text('the ISO 4217 code of the currency of its costs') currency!: string;
  @amount('what it was to cost, in minor units') planned_cost!: number;
  @amountOrNull('what it cost, in minor units') actual_cost!: number | null;
  @amountOrNull('its cost for each person who completed it, rounded to whole minor units; null without such a person')
  cost_per_trainee!: number | null;
}

/** How many persons they are. */
export const allOf = ({ women, men, notStated }: NumbersBySex): number => women + men + notStated;
const completedBy = (numbers: NumbersBySex | undefined) =>
  numbers === undefined
    ? {}
    : {
        completed: allOf(numbers),
        completed_women: numbers.women,
        completed_men: numbers.men,
        completed_not_stated: numbers.notStated,
      };
const trainedIn = (numbers: NumbersBySex | undefined) =>
  numbers === undefined
    ? {}
    : {
        trained: allOf(numbers),
        trained_women: numbers.women,
        trained_men: numbers.men,
        trained_not_stated: numbers.notStated,
      };
const costing = (cost: number | undefined) => (cost === undefined ? {} : { actual_cost: cost });

export const training: Projection<TrainingActivityEvent, TrainingRow> = {
  name: 'training',
  topic: 'Vetting and training',
  version: 5,
  kinds: ['training-activity'],
  about: 'a training: purpose, place, days, numbers planned and by sex, cost planned and actual, and per trainee',
  totals: { counts: 'trainings', by: ['currency', 'status'], sums: ['planned_cost', 'actual_cost'] },
  occurred: {
    days: ['started_on', 'completed_on', 'terminated_on', 'cancelled_on'],
    words: {
      status: {
        by: {
          cancelled_on: 'cancelled',
          terminated_on: 'terminated',
          completed_on: 'completed',
          started_on: 'started',
        },
        otherwise: 'planned',
      },
    },
  },
  daily: {
    late_to_start: overdue('whether its planned first day is over, and it has not begun', {
      due: 'starts',
      done: 'started_on',
      closed: { status: ['cancelled'] },
    }),
    late_to_end: overdue('whether its planned last day is over, and it has not ended', {
      due: 'ends',
      done: 'completed_on',
      closed: { status: ['terminated', 'cancelled'] },
    }),
  },
  ...rowBy<TrainingRow, TrainingActivityEvent>(TrainingRow)(
    'TrainingPlanned',
    (
      { purpose, course, donor, recipient, programme, case: assistance_case, place, ...data },
      { id, day: planned_on },
    ) => ({
      training: id,
      purpose,
      course,
      donor,
      recipient,
      programme,
      assistance_case,
      place,
      status: 'planned',
      planned_on,
      first_starts: data.starts,
      starts: data.starts,
      ends: data.ends,
      planned: data.planned,
      currency: data.currency,
      planned_cost: data.cost,
    }),
    {
      TrainingRescheduled: ({ starts, ends }) => ({ starts, ends }),
      TraineeNominated: ({ number }, { nominated }) => ({ nominated: nominated + number }),
      TraineeEnrolled: ({ enrolled }) => ({ enrolled }),
      EnrolmentRefused: unchanged,
      EnrolmentHalted: ({ enrolled }, { halts }) => ({ enrolled, halts: halts + 1 }),
      TrainingStarted: ({ on }) => ({ status: 'started', started_on: on }),
      TrainingSessionHeld: (_, { sessions }) => ({ sessions: sessions + 1 }),
      SessionCorrected: unchanged,
      TrainingCompleted: ({ on, completed, cost }) => ({
        status: 'completed',
        completed_on: on,
        ...completedBy(completed),
        ...costing(cost),
      }),
      TrainingTerminated: ({ on: terminated_on, reason: end_reason, trained, cost }) => ({
        status: 'terminated',
        terminated_on,
        end_reason,
        ...trainedIn(trained),
        ...costing(cost),
      }),
      TrainingCorrected: ({ planned, completed, trained, cost, on, trainees, fact }, row) => ({
        ...(fact === 'plan'
          ? { planned: planned ?? row.planned, planned_cost: cost ?? row.planned_cost }
          : costing(cost)),
        ...(on !== undefined && {
          [fact === 'start' ? 'started_on' : trainees === undefined ? 'completed_on' : 'terminated_on']: on,
        }),
        ...completedBy(completed),
        ...trainedIn(trained),
      }),
      TrainingCancelled: ({ reason: end_reason }, _, { day: cancelled_on }) => ({
        status: 'cancelled',
        cancelled_on,
        end_reason,
      }),
      CompetenceAssessed: unchanged,
      GraduateFollowedUp: unchanged,
      ...ANSWERS_UNCHANGED,
      TrainingBecameOverdue: unchanged,
    },
    ({ actual_cost, completed }) => ({
      cost_per_trainee:
        actual_cost === null || completed === null || completed === 0 ? null : Math.round(actual_cost / completed),
    }),
  ),
};

const ENROLMENT_STATUSES = ['nominated', 'enrolled', 'halted', 'refused', 'ended'];

/** Who is enrolled: a person by a reference, or a number of a unit. */
export class EnrolmentRow {
  @text('the training') training!: string;
  @text("the nominee's name in the training: a code") trainee!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @textOrNull('the programme that the training belongs to, if any') programme!: string | null;
  @personOrNull('the person, by the id here, if it is one') person!: string | null;
  @textOrNull('the unit; none if it is not known') unit!: string | null;
  @textOrNull("without a unit: the reference of the recipient's agreement to bar listed units") agreement!:
    string | null;
  @count('how many persons') persons!: number;
  @text('nominated, enrolled, halted, refused, or ended with a training that was terminated', ENROLMENT_STATUSES)
  status!: string;
  @dayOrNull('the day through which unit and person were both cleared, when it was enrolled last') cleared_until!:
    string | null;
  @day('the day of the nomination') nominated_on!: string;
  @dayOrNull('the day on which it was enrolled last') enrolled_on!: string | null;
  @dayOrNull('the day on which it was halted or refused last, or ended') stopped_on!: string | null;
  @textOrNull('the code of the reason for that') reason!: string | null;
  @count('assessments of competences') assessments!: number;
  @textOrNull('the code of the competence that the newest assessment was of') competence!: string | null;
  @countOrNull('how many have it by that assessment') competent!: number | null;
  @dayOrNull('the day of the newest assessment: of two of one day, the one recorded later') assessed_on!: string | null;
  @textOrNull('in-post, moved, left or unknown, as the newest inquiry found', ['in-post', 'moved', 'left', 'unknown'])
  follow_up!: string | null;
  @dayOrNull('the day of the newest inquiry: of two of one day, the one recorded later') followed_up_on!: string | null;
  @json('the newest inquiry with each finding, the newest first: finding, number and day')
  findings!: readonly Finding[];
  @count('how many are in post, as last known: a newer finding counts first, and all findings at most its persons')
  found_in_post!: number;
  @count('how many have moved, as last known') found_moved!: number;
  @count('how many have left, as last known') found_left!: number;
  @count('of how many it is not known where they are, as last found') found_unknown!: number;
}

/** Of how many persons an inquiry found where they are. */
interface Finding {
  readonly finding: 'in-post' | 'moved' | 'left' | 'unknown';
  readonly number: number;
  readonly on: string;
}

/**
 * The findings after one more: of each kind the newest, of two of one day the one recorded later.
 */
function withFinding(findings: readonly Finding[], { finding, number, on }: Finding): readonly Finding[] {
  const same = findings.find((one) => one.finding === finding);
  if (same !== undefined && !isNewest(on, same.on)) return findings;
  const others = findings.filter((one) => one !== same);
  const newer = others.filter((one) => one.on > on);
  return [...newer, { finding, number, on }, ...others.slice(newer.length)];
}

/** Where the persons are: who was found in one place is not counted in an earlier one. */
function found(findings: readonly Finding[], persons: number) {
  const counts: Record<Finding['finding'], number> = { 'in-post': 0, moved: 0, left: 0, unknown: 0 };
  let rest = persons;
  for (const { finding, number } of findings) {
    counts[finding] = Math.min(number, rest);
    rest -= counts[finding];
  }
  return {
    found_in_post: counts['in-post'],
    found_moved: counts.moved,
    found_left: counts.left,
    found_unknown: counts.unknown,
  };
}

const stopped = (status: string) => ({
  keys: ({ trainee }: { readonly trainee: string }) => trainee,
  change: ({ reason }: { readonly reason: string }, _: EnrolmentRow, __: string, { day: stopped_on }: Origin) => ({
    status,
    reason,
    stopped_on,
  }),
});

export const enrolments: Projection<TrainingActivityEvent, EnrolmentRow> = {
  name: 'enrolments',
  topic: 'Vetting and training',
  version: 5,
  kinds: ['training-activity'],
  about: 'a nominee of a training, a person by a reference or a number of a unit: the enrolment and its clearance',
  totals: {
    counts: 'nominees',
    by: ['status'],
    sums: ['persons', 'competent', 'found_in_post', 'found_moved', 'found_left', 'found_unknown'],
  },
  daily: {
    clearance_over: overdue('whether it is enrolled on a clearance of which the last day is over', {
      due: 'cleared_until',
      closed: { status: ['nominated', 'halted', 'refused', 'ended'] },
    }),
  },
  ...itemsBy<EnrolmentRow, TrainingActivityEvent>(EnrolmentRow)(
    'TrainingPlanned',
    ({ donor, recipient, programme }, { id: training }) => ({
      training,
      donor,
      recipient,
      programme,
      status: 'nominated',
      findings: [],
    }),
    {
      TraineeNominated: {
        begins: true,
        keys: ({ trainee }) => trainee,
        change: ({ trainee, person, unit, number: persons, agreement }, _, __, { day: nominated_on }) => ({
          trainee,
          person,
          unit,
          persons,
          agreement,
          nominated_on,
        }),
      },
      TraineeEnrolled: {
        keys: ({ trainee }) => trainee,
        change: ({ clearedUntil: cleared_until }, _, __, { day: enrolled_on }) => ({
          status: 'enrolled',
          cleared_until,
          enrolled_on,
        }),
      },
      EnrolmentHalted: stopped('halted'),
      EnrolmentRefused: stopped('refused'),
      TrainingTerminated: {
        keys: ({ trainees }) => trainees,
        change: ({ reason, on: stopped_on }) => ({ status: 'ended', reason, stopped_on }),
      },
      TrainingCorrected: {
        keys: ({ trainees = [] }) => trainees,
        change: ({ on }) => (on === undefined ? {} : { stopped_on: on }),
      },
      CompetenceAssessed: {
        keys: ({ trainee }) => trainee,
        change: ({ competence, competent, on: assessed_on }, row) => ({
          assessments: row.assessments + 1,
          ...(isNewest(assessed_on, row.assessed_on) ? { competence, competent, assessed_on } : {}),
        }),
      },
      GraduateFollowedUp: {
        keys: ({ trainee }) => trainee,
        change: ({ finding, number, on: followed_up_on }, row) => {
          const findings = withFinding(row.findings, { finding, number, on: followed_up_on });
          const newest = isNewest(followed_up_on, row.followed_up_on) ? { follow_up: finding, followed_up_on } : {};
          return { ...newest, findings, ...found(findings, row.persons) };
        },
      },
    },
  ),
};
