import type { AssistanceScope, NumbersBySex, TrainingActivityCommand, TrainingActivityEvent } from '@entente/contracts';
import {
  type ConsultedStreams,
  type DataOf,
  type DecisionContext,
  type Refusal,
  type StreamRef,
  authoriseBy,
  decideBy,
  evolveBy,
  pick,
  put,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { factDay, inTheFuture, notOverdue, today } from '../days.js';
import { type Correctable, correcting } from '../corrections.js';
import { type Answerable, type Besides, answerable } from '../fact-answers.js';
import { ownValue } from '../delivery/facts.js';
import { namedCaseHeld } from '../delivery/assistance-execution.js';
import { assistanceNotFound, assistanceStreams, withProgramme } from '../delivery/named-assistance.js';
import { unlessWaived } from '../delivery/receiving-unit.js';
import { relationsTo } from '../delivery/senders.js';
import { consultingImplementers, notRegistered, partiesOf, partyStreams } from '../parties/registration.js';
import {
  barsUnits,
  frameworkOf,
  frameworkStreamsOf,
  noAgreementInForce,
  setAside,
} from '../framework/framework-facts.js';
import { programme } from '../planning/programme.js';
import { programmeEnded, programmeStopped } from '../planning/programme-stopped.js';
import { MAX_SCOPES, holdStreams, onHold, scopesOf } from '../safeguards/holds.js';
import { clearedLater, notCleared, securityUnitFacts, unitScope, vettedPersonFacts } from './clearance-facts.js';

type TrainingData<Type extends TrainingActivityCommand['type']> = DataOf<TrainingActivityCommand, Type>;

/** Whose clearance it is. */
interface Subject {
  readonly unit?: string | undefined;
  readonly person?: string | undefined;
}

// ---- State ----

interface Nominee {
  readonly status: 'nominated' | 'enrolled' | 'refused' | 'halted';
  readonly person?: string;
  readonly unit?: string;
  readonly agreement?: string;
  readonly number: number;
  readonly clearedUntil?: string;
  /** The day from which it is enrolled without a break. */
  readonly enrolledOn?: string;
}

/** The most nominees of a training: its end names them. */
const MAX_NOMINEES = 1000;

/** The state of a training. Days are YYYY-MM-DD, numbers are persons. */
export interface TrainingActivity extends Correctable, Answerable {
  readonly donor: string;
  readonly recipient: string;
  readonly programme?: string;
  readonly case?: string;
  readonly status: 'planned' | 'started' | 'completed' | 'terminated' | 'cancelled';
  readonly starts: string;
  readonly ends: string;
  readonly startedOn: string | null;
  /** The day on which it was completed or terminated. */
  readonly endedOn: string | null;
  /** The first day on which a competence was assessed. */
  readonly assessedOn: string | null;
  /** The first day on which it was asked where its graduates are. */
  readonly followedUpOn: string | null;
  readonly nominees: Readonly<Record<string, Nominee>>;
  /** The day of each session. */
  readonly sessions: Readonly<Record<string, string>>;
  /** The planned day of which it was recorded that it passed, by duty. */
  readonly overdue: Readonly<Record<string, string>>;
}

const evolve = evolveBy<TrainingActivity, Besides<TrainingActivityEvent>>()(
  'TrainingPlanned',
  (data) => ({
    ...pick(data, 'donor', 'recipient', 'programme', 'case', 'starts', 'ends'),
    status: 'planned',
    startedOn: null,
    endedOn: null,
    assessedOn: null,
    followedUpOn: null,
    nominees: {},
    sessions: {},
    overdue: {},
    correctable: new Map(),
    facts: new Map(),
  }),
  {
    TrainingRescheduled: ({ starts, ends }) => ({ starts, ends }),
    TraineeNominated: ({ trainee, ...of }, { nominees }) => ({
      nominees: put(nominees, trainee, { ...of, status: 'nominated' }),
    }),
    TraineeEnrolled: (data, { nominees }, { metadata }) => {
      const was = nominees[data.trainee];
      const on = pick(data, 'person', 'unit', 'number', 'clearedUntil');
      const { enrolledOn = factDay(metadata) } = was?.status === 'enrolled' ? was : {};
      return { nominees: put(nominees, data.trainee, { ...was, ...on, enrolledOn, status: 'enrolled' }) };
    },
    EnrolmentRefused: ({ trainee }, state) => withStatus(state, trainee, 'refused'),
    EnrolmentHalted: ({ trainee }, state) => withStatus(state, trainee, 'halted'),
    TrainingStarted: ({ on }) => ({ status: 'started', startedOn: on }),
    TrainingSessionHeld: ({ session, on }, { sessions }) => ({ sessions: put(sessions, session, on) }),
    SessionCorrected: ({ session, on }, { sessions }) =>
      on === undefined ? {} : { sessions: put(sessions, session, on) },
    TrainingCompleted: ({ on }) => ({ status: 'completed', endedOn: on }),
    TrainingTerminated: ({ on }) => ({ status: 'terminated', endedOn: on }),
    TrainingCorrected: ({ on, fact }) =>
      on === undefined ? {} : fact === 'start' ? { startedOn: on } : { endedOn: on },
    TrainingCancelled: () => ({ status: 'cancelled' }),
    CompetenceAssessed: ({ on }, { assessedOn: first }) => (first === null || on < first ? { assessedOn: on } : {}),
    GraduateFollowedUp: ({ on }, { followedUpOn: first }) => (first === null || on < first ? { followedUpOn: on } : {}),
    TrainingBecameOverdue: ({ duty, due }, { overdue }) => ({ overdue: { ...overdue, [duty]: due } }),
  },
);

function withStatus({ nominees }: TrainingActivity, trainee: string, status: Nominee['status']) {
  const was = ownValue(nominees, trainee);
  return was === undefined ? {} : { nominees: put(nominees, trainee, { ...was, status }) };
}

const enrolledIn = ({ nominees }: TrainingActivity): readonly (readonly [string, Nominee])[] =>
  Object.entries(nominees).filter(([, { status }]) => status === 'enrolled');

const sumOf = ({ women, men, notStated }: NumbersBySex): number => women + men + notStated;
const enrolledNumber = (state: TrainingActivity): number =>
  enrolledIn(state).reduce((sum, [, { number }]) => sum + number, 0);

// ---- Rules ----

const endsBeforeStart = ({ starts, ends }: { readonly starts: string; readonly ends: string }): Refusal | null =>
  ends < starts ? refuse('ends-before-start', 'the last day is not before the first', null, { starts, ends }) : null;

/** R30: what comes after another fact is not before it. */
const beforeEarlierFact = (on: string, first: string | null): Refusal | null =>
  first !== null && on < first
    ? refuse('before-start', 'the day is not before the one it follows', 'R30', { on, first })
    : null;

const notIn = (state: TrainingActivity, ...statuses: readonly TrainingActivity['status'][]): Refusal | null =>
  statuses.includes(state.status)
    ? null
    : refuse('training-at-another-stage', `the training is ${statuses.join(' or ')}`, null, { status: state.status });

/**
 * R6, 22 USC 2378d(c)(1): of a unit that is not known, the recipient has agreed to bar units that
 * are not cleared: by the agreement of the programme; where it names none, by a reference. A waiver
 * or an exception sets the rule aside.
 */
function unitNotKnown(
  { agreement }: TrainingData<'NominateTrainee'>,
  state: TrainingActivity,
  context: DecisionContext,
): Refusal | null {
  const framework = frameworkOf(state.programme, context.known);
  if (framework === undefined)
    return agreement === undefined
      ? refuse('agreement-missing', 'the recipient agreed in writing to bar listed units', 'R6')
      : null;
  const day = factDay(context);
  if (setAside(framework, 'R6', day, scopes(state, undefined)) !== null || barsUnits(framework, day)) return null;
  const requirement = 'the nominee has a unit, or the recipient has agreed to bar units that are not cleared';
  return refuse('units-not-barred', requirement, 'R6', { day, from: framework?.unitsBarred.at(-1)?.from ?? null });
}

/** R5, R6: a person has a unit; without a unit, the recipient bars units that are not cleared. */
function nominate(data: TrainingData<'NominateTrainee'>, state: TrainingActivity, context: DecisionContext) {
  const { known } = context;
  const { trainee, person } = data;
  const refusal = notIn(state, 'planned');
  if (refusal !== null) return refusal;
  if (Object.hasOwn(state.nominees, trainee))
    return refuse('already-nominated', 'no nominee has this name', null, { trainee });
  if (Object.keys(state.nominees).length >= MAX_NOMINEES)
    return refuse('too-many-nominees', 'a training has at most as many nominees', 'R32', { most: MAX_NOMINEES });
  const of = person === undefined ? null : known.of(vettedPersonFacts, person);
  if (person !== undefined && of === null)
    return refuse('person-not-found', 'the person has been registered', 'R5', { person });
  if (person !== undefined && data.number !== 1)
    return refuse('one-person', 'a person is nominated alone', null, { number: data.number });
  if (of?.unit != null && data.unit !== undefined && data.unit !== of.unit)
    return refuse('person-of-another-unit', 'the unit is that of the person', 'R5', { unit: of.unit });
  const unit = of?.unit ?? data.unit;
  const notKnown = unit === undefined ? unitNotKnown(data, state, context) : null;
  if (notKnown !== null) return notKnown;
  const recipient = of?.recipient ?? (unit === undefined ? null : known.of(securityUnitFacts, unit)?.recipient);
  if (recipient === undefined)
    return refuse('unit-not-found', 'the unit named has been registered', 'R5', { unit: unit ?? null });
  if (recipient !== null && recipient !== state.recipient)
    return refuse('unit-of-another', 'the unit or person is of the recipient', 'R5', { recipient });
  return [{ type: 'TraineeNominated', data: { ...data, ...(unit === undefined ? {} : { unit }) } } as const];
}

/** The scopes of an enrolment: its unit, case, programme and country: at most five. */
const scopes = (state: TrainingActivity, nominee: Nominee | undefined): readonly AssistanceScope[] => [
  ...(nominee?.unit === undefined ? [] : [unitScope(nominee.unit)]),
  ...scopesOf(state),
];

/** The units of the enrolled, as many as a decision consults the holds of with its other scopes. */
const unitScopes = (state: TrainingActivity): readonly AssistanceScope[] =>
  [...new Set(enrolledIn(state).flatMap(([, { unit }]) => unit ?? []))]
    .slice(0, MAX_SCOPES - scopesOf(state).length)
    .map(unitScope);

/**
 * R19: its programme is not suspended and has not ended, its case is not held, and nothing
 * concerned is on hold. R1: an agreement with its assurances is in force on the day, if the
 * programme names one.
 */
function stopped(
  state: TrainingActivity,
  nominee: Nominee | undefined,
  day: string,
  context: DecisionContext,
): Refusal | null {
  const { programme: within } = state;
  const concerned = scopes(state, nominee);
  return (
    programmeStopped(within, context, day) ??
    namedCaseHeld(state.case, context) ??
    onHold(concerned, state.donor, context) ??
    noAgreementInForce(frameworkOf(within, context.known), day, concerned)
  );
}

/**
 * R1, R5, R7, R8, R19: a nominee is enrolled on a day on which unit and person are cleared. What
 * was halted is enrolled again also after the training began, on a day before that, if they were
 * cleared on both days.
 */
function enrol({ trainee }: TrainingData<'EnrolTrainee'>, state: TrainingActivity, context: DecisionContext) {
  const { known } = context;
  const nominee = ownValue(state.nominees, trainee);
  const on = factDay(context);
  const began = nominee?.status === 'halted' && state.status === 'started' ? state.startedOn : null;
  const refusal = began === null || began < on ? notIn(state, 'planned') : null;
  if (refusal !== null) return refusal;
  if (nominee === undefined || nominee.status === 'refused')
    return refuse('not-nominated', 'the nominee was nominated, and not refused', null, { trainee });
  const { person, unit, number } = nominee;
  const cleared = [
    ...(unit === undefined ? [] : [[known.of(securityUnitFacts, unit), { unit }] as const]),
    ...(person === undefined ? [] : [[known.of(vettedPersonFacts, person), { person }] as const]),
  ];
  const waived = (one: Refusal | null, day: string) =>
    unlessWaived(one, frameworkOf(state.programme, known), day, scopes(state, nominee));
  const barred = cleared
    .flatMap(([of, about]) =>
      [on, began ?? on].map((day) => waived(notCleared(of, day, about) ?? clearedLater(of, day, about), day)),
    )
    .find((one) => one !== null);
  const refused = barred ?? stopped(state, nominee, on, context);
  if (refused !== null) return refused;
  // What a waiver sets aside has no clearance whose last day counts.
  const days = cleared.flatMap(([of]) => (notCleared(of, on) === null ? (of?.until ?? []) : [])).toSorted();
  const [clearedUntil] = days;
  if (nominee.status === 'enrolled' && nominee.clearedUntil === clearedUntil) return [];
  const restsOn = { ...pick(nominee, 'person', 'unit'), ...(clearedUntil && { clearedUntil }) };
  const enrolled = enrolledNumber(state) + (nominee.status === 'enrolled' ? 0 : number);
  return [{ type: 'TraineeEnrolled', data: { trainee, number, ...restsOn, enrolled } } as const];
}

/**
 * What the system halts may be cleared again meanwhile, or a waiver sets the bar aside. R7: what
 * ends after the planned day of the training's begin does not stop an enrolment: that it began can
 * be recorded late, and on a later day it begins only on a clearance that lasts.
 */
function isCleared({ unit, person }: Subject, state: TrainingActivity, context: DecisionContext): boolean {
  const { known } = context;
  const day = state.starts < today(context) ? state.starts : today(context);
  const of = unit === undefined ? known.of(vettedPersonFacts, person ?? '') : known.of(securityUnitFacts, unit);
  const concerned = [...(unit === undefined ? [] : [unitScope(unit)]), ...scopesOf(state)];
  return unlessWaived(notCleared(of, day), frameworkOf(state.programme, known), day, concerned) === null;
}

/**
 * R7: whose clearance the enrolments rest on. What ended after the planned day has halted none of
 * them; put off since, the training begins only with those who are cleared.
 */
function restingOn(state: TrainingActivity) {
  const of = (field: 'unit' | 'person') => [...new Set(enrolledIn(state).flatMap(([, one]) => one[field] ?? []))];
  const units = of('unit');
  const persons = of('person');
  return { ...(units.length > 0 && { units }), ...(persons.length > 0 && { persons }) };
}

/** Before it begins, it has other days; R19: unless its programme has ended. */
function reschedule(data: TrainingData<'RescheduleTraining'>, state: TrainingActivity, context: DecisionContext) {
  const isSame = data.starts === state.starts && data.ends === state.ends;
  const barred =
    notIn(state, 'planned') ??
    ended(state.programme, context) ??
    (isSame
      ? refuse('same-due', 'the new days differ from the plan', null, { starts: state.starts })
      : endsBeforeStart(data));
  const resting = state.starts < today(context) ? restingOn(state) : {};
  return barred ?? [{ type: 'TrainingRescheduled', data: { ...data, ...resting } } as const];
}

/** R7: enrolments that wait for the training stop with the clearance on which they rest. */
function halt(
  { unit, person, reason }: TrainingData<'HaltEnrolments'>,
  state: TrainingActivity,
  context: DecisionContext,
) {
  const halted =
    state.status === 'planned'
      ? enrolledIn(state).filter(
          ([, of]) => (unit !== undefined && of.unit === unit) || (person !== undefined && of.person === person),
        )
      : [];
  if (context.actor.role !== 'system' && halted.length === 0)
    return refuse('nobody-enrolled', 'a trainee of the unit or person is enrolled, and waits', 'R7');
  if (context.actor.role === 'system' && isCleared({ unit, person }, state, context)) return [];
  let enrolled = enrolledNumber(state);
  return halted.map(([trainee, { number }]) => {
    enrolled -= number;
    return { type: 'EnrolmentHalted', data: { trainee, enrolled, reason } } as const;
  });
}

/**
 * R1, R5, R7, R19: it begins with trainees whose clearance lasts on that day, or is set aside by a
 * waiver, and whose units are not on hold. R30: they were enrolled by then.
 */
function cannotStart({ on }: TrainingData<'StartTraining'>, state: TrainingActivity, context: DecisionContext) {
  const enrolled = enrolledIn(state);
  if (enrolled.length === 0) return refuse('nobody-enrolled', 'at least one trainee is enrolled', 'R5');
  const early = startsBeforeEnrolment(on, state);
  if (early !== null) return early;
  const over = enrolled.find(([, { clearedUntil }]) => clearedUntil !== undefined && clearedUntil < on);
  if (over !== undefined)
    return refuse('clearance-over', 'the clearance is renewed, and the trainee enrolled on it', 'R7', {
      trainee: over[0],
      until: over[1].clearedUntil ?? null,
    });
  const framework = frameworkOf(state.programme, context.known);
  const isWaived = (of: Nominee): boolean =>
    (['R5', 'R8'] as const).some((rule) => setAside(framework, rule, on, scopes(state, of)) !== null);
  const unwaived = enrolled.find(
    ([, of]) => of.clearedUntil === undefined && (of.unit ?? of.person) !== undefined && !isWaived(of),
  );
  if (unwaived !== undefined)
    return refuse('clearance-set-aside', 'the waiver lasts, or the trainee is enrolled on a clearance', 'R5', {
      trainee: unwaived[0],
      on,
    });
  return (
    inTheFuture(on, context) ??
    stopped(state, undefined, on, context) ??
    onHold(unitScopes(state), state.donor, context)
  );
}

const tooMany = (numbers: NumbersBySex, state: TrainingActivity): Refusal | null => {
  const enrolled = enrolledNumber(state);
  return sumOf(numbers) > enrolled
    ? refuse('more-than-enrolled', 'no more persons are counted than are enrolled', 'R28', { enrolled })
    : null;
};

/** R28: a training is reported with its numbers by sex and its cost. */
function cannotComplete(data: TrainingData<'CompleteTraining'>, state: TrainingActivity, context: DecisionContext) {
  const { completed, cost, on } = data;
  if (completed === undefined || cost === undefined)
    return refuse('report-incomplete', 'the numbers by sex and the cost are stated', 'R28', {
      missing: completed === undefined ? 'completed' : 'cost',
    });
  return cannotEnd(on, completed, state, context);
}

/** R28, R30: it ends after its last session, with no more persons than are enrolled. */
function cannotEnd(on: string, numbers: NumbersBySex, state: TrainingActivity, context: DecisionContext) {
  return notIn(state, 'started') ?? tooMany(numbers, state) ?? endsOutOfOrder(on, state) ?? inTheFuture(on, context);
}

/** R30: it ends after its last session, and is followed up afterwards. */
function endsOutOfOrder(on: string, { sessions, startedOn, followedUpOn }: TrainingActivity): Refusal | null {
  const last = Object.values(sessions).toSorted().at(-1) ?? startedOn;
  return beforeEarlierFact(on, last) ?? (followedUpOn === null ? null : beforeEarlierFact(followedUpOn, on));
}

/** R30: it begins no earlier than those who take part were enrolled. */
const startsBeforeEnrolment = (on: string, state: TrainingActivity): Refusal | null =>
  beforeEarlierFact(
    on,
    enrolledIn(state)
      .flatMap(([, { enrolledOn = [] }]) => enrolledOn)
      .toSorted()
      .at(-1) ?? null,
  );

/** R30: nothing else of it happened before it began, but the enrolments. */
function startsOutOfOrder(on: string, state: TrainingActivity): Refusal | null {
  const { sessions, assessedOn, endedOn } = state;
  const [first] = [...Object.values(sessions), assessedOn, endedOn].filter((day) => day !== null).toSorted();
  return (first === undefined ? null : beforeEarlierFact(first, on)) ?? startsBeforeEnrolment(on, state);
}

/** R30: a session is held after the training began, and before it ended. */
const sessionOutOfOrder = (
  on: string,
  { startedOn, endedOn }: TrainingActivity,
  context: DecisionContext,
): Refusal | null =>
  beforeEarlierFact(on, startedOn) ??
  (endedOn === null ? null : beforeEarlierFact(endedOn, on)) ??
  inTheFuture(on, context);

/** Those whose nomination or enrolment ends with a training that is terminated. */
const staysIn = ({ nominees }: TrainingActivity): readonly string[] =>
  Object.keys(nominees).filter((trainee) => nominees[trainee]?.status !== 'refused');

/** R28, R30: the numbers corrected are those with which it ended; its days stay in order. */
function correct(data: TrainingData<'CorrectTraining'>, state: TrainingActivity, context: DecisionContext) {
  const { completed, trained, on } = data;
  const type = state.correctable.get(data.corrects)?.type;
  if (type === 'TrainingPlanned') return [{ type: 'TrainingCorrected', data: { ...data, fact: 'plan' } } as const];
  const isStart = type === 'TrainingStarted';
  const outOfOrder = isStart ? startsOutOfOrder : endsOutOfOrder;
  const numbers = completed ?? trained;
  const stays = on !== undefined && state.status === 'terminated' ? { trainees: staysIn(state) } : {};
  const of = isStart ? { fact: 'start' as const } : stays;
  return (
    (numbers === undefined ? null : tooMany(numbers, state)) ??
    (on === undefined ? null : (outOfOrder(on, state) ?? inTheFuture(on, context))) ??
    ([{ type: 'TrainingCorrected', data: { ...data, ...of } }] as const)
  );
}

/** Of a nominee who is enrolled, and of no more persons than that. */
function notEnrolled(
  { trainee, number }: { trainee: string; number: number },
  state: TrainingActivity,
): Refusal | null {
  const nominee = ownValue(state.nominees, trainee);
  if (nominee?.status !== 'enrolled') return refuse('not-enrolled', 'the trainee is enrolled', null, { trainee });
  return number > nominee.number
    ? refuse('more-than-enrolled', 'no more persons are counted than are enrolled', 'R28', { enrolled: nominee.number })
    : null;
}

/** R19: in a programme that has ended by the day of the planning, no training can begin. */
const ended = (within: string | undefined, context: DecisionContext): Refusal | null =>
  programmeEnded(within, context, factDay(context));

/**
 * R19: a training whose planned day passed, and that its programme ended before it could begin, is
 * over with it. One that has begun is completed or terminated.
 */
function recordOverdue(data: TrainingData<'RecordOverdueTraining'>, state: TrainingActivity, context: DecisionContext) {
  const { duty, due } = data;
  const refusal = duty === 'training-start' ? notIn(state, 'planned') : notIn(state, 'planned', 'started');
  if (refusal !== null) return refusal;
  const last = duty === 'training-start' ? state.starts : state.ends;
  const early = notOverdue(due, last, context);
  if (early !== null) return early;
  const over = state.status === 'planned' ? programmeEnded(state.programme, context, state.starts) : null;
  if (over !== null) return [{ type: 'TrainingCancelled', data: { reason: over.code } } as const];
  return ownValue(state.overdue, duty) === due ? [] : [{ type: 'TrainingBecameOverdue', data } as const];
}

function plan(named: TrainingData<'PlanTraining'>, context: DecisionContext) {
  const data = withProgramme(named, context.known);
  const { programme: within, donor } = data;
  const of = within === undefined ? null : context.known.of(programme, within);
  const notFound = assistanceNotFound(named, context);
  if (notFound !== null) return notFound;
  if (of !== null && of.donor !== donor)
    return refuse('programme-of-another', 'the donor is that of the programme', null, { donor: of.donor });
  return (
    ended(within, context) ??
    notRegistered(partiesOf(data), context) ??
    endsBeforeStart(data) ?? [{ type: 'TrainingPlanned', data } as const]
  );
}

const decide = decideBy<TrainingActivity, Besides<TrainingActivityCommand>, Besides<TrainingActivityEvent>>()(
  'PlanTraining',
  plan,
  () => null,
  {
    RescheduleTraining: reschedule,
    NominateTrainee: nominate,
    EnrolTrainee: enrol,
    RefuseEnrolment: {
      unless: ({ trainee }, state) => {
        const status = ownValue(state.nominees, trainee)?.status;
        return status === 'nominated' || status === 'halted'
          ? null
          : refuse('not-nominated', 'the nominee waits for an enrolment', null, { trainee, status: status ?? null });
      },
      then: 'EnrolmentRefused',
    },
    HaltEnrolments: halt,
    StartTraining: {
      unless: (data, state, context) => notIn(state, 'planned') ?? cannotStart(data, state, context),
      then: 'TrainingStarted',
    },
    HoldSession: {
      unless: ({ session, on, present }, state, context) =>
        notIn(state, 'started') ??
        (Object.hasOwn(state.sessions, session)
          ? refuse('session-known', 'no session has this name', null, { session })
          : (tooMany(present, state) ?? sessionOutOfOrder(on, state, context))),
      then: 'TrainingSessionHeld',
    },
    CorrectSession: {
      unless: ({ present, on }, state, context) =>
        tooMany(present, state) ?? (on === undefined ? null : sessionOutOfOrder(on, state, context)),
      then: 'SessionCorrected',
    },
    CompleteTraining: { unless: cannotComplete, then: 'TrainingCompleted' },
    TerminateTraining: (data, state, context) =>
      cannotEnd(data.on, data.trained, state, context) ?? [
        { type: 'TrainingTerminated', data: { ...data, trainees: staysIn(state) } },
      ],
    CorrectTraining: correct,
    CancelTraining: { unless: (_, state) => notIn(state, 'planned'), then: 'TrainingCancelled' },
    AssessCompetence: {
      unless: ({ trainee, competent: number, on }, state, context) =>
        notIn(state, 'started', 'completed', 'terminated') ??
        notEnrolled({ trainee, number }, state) ??
        beforeEarlierFact(on, state.startedOn) ??
        inTheFuture(on, context),
      then: 'CompetenceAssessed',
    },
    FollowUpGraduate: {
      unless: ({ trainee, number, on }, state, context) =>
        notIn(state, 'completed') ??
        notEnrolled({ trainee, number }, state) ??
        beforeEarlierFact(on, state.endedOn) ??
        inTheFuture(on, context),
      then: 'GraduateFollowedUp',
    },
    RecordOverdueTraining: recordOverdue,
  },
);

/** The unit and the person of a nominee, and what can stop an enrolment. */
function consults(
  command: Besides<TrainingActivityCommand>,
  state: TrainingActivity | null,
  known: ConsultedStreams,
): readonly StreamRef[] {
  const within = (id: string | undefined) =>
    id === undefined ? [] : [{ kind: programme.kind, id }, ...frameworkStreamsOf(id, known)];
  if (command.type === 'PlanTraining')
    return [...assistanceStreams(withProgramme(command.data, known)), ...partyStreams(partiesOf(command.data))];
  if (command.type === 'RescheduleTraining' || command.type === 'RecordOverdueTraining')
    return assistanceStreams({ programme: state?.programme });
  if (command.type === 'HaltEnrolments') return [...subjectStreams(command.data), ...within(state?.programme)];
  if (command.type === 'NominateTrainee')
    return [
      ...subjectStreams(command.data),
      ...(command.data.unit === undefined && command.data.person === undefined ? within(state?.programme) : []),
    ];
  if (state === null || (command.type !== 'EnrolTrainee' && command.type !== 'StartTraining')) return [];
  const nominee = command.type === 'EnrolTrainee' ? ownValue(state.nominees, command.data.trainee) : undefined;
  return [
    ...subjectStreams(nominee ?? {}),
    ...within(state.programme),
    ...assistanceStreams({ case: state.case }),
    ...holdStreams(scopes(state, nominee)),
    ...(command.type === 'StartTraining' ? holdStreams(unitScopes(state)) : []),
  ];
}

const subjectStreams = ({ unit, person }: Subject): readonly StreamRef[] => [
  ...(unit === undefined ? [] : [{ kind: securityUnitFacts.kind, id: unit }]),
  ...(person === undefined ? [] : [{ kind: vettedPersonFacts.kind, id: person }]),
];

/** The rules of a training: R1, R5, R6, R7, R8, R19, R26, R28, R29, R30. */
export const trainingActivity: DeciderOf<'training-activity', TrainingActivity> = answerable(
  consultingImplementers(
    correcting({
      kind: 'training-activity',
      ids: 'prefixed',
      initial: null,
      opens: 'PlanTraining',
      evolve,
      consults,
      authorise: authoriseBy(
        relationsTo((state, _, command) => (command.type === 'PlanTraining' ? command.data : state)),
      ),
      decide,
    }),
  ),
);
