import type { NumbersBySex, TrainingActivityEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type Turn, duty } from './duty.js';
import { type Figures, type Of, idOf, last, occurredOn, only, streamsOf, sum, newestOf } from './log.js';

type Training = readonly RecordedEvent<TrainingActivityEvent>[];

const planOf = (events: Training) =>
  (last(events, 'TrainingPlanned') as Of<TrainingActivityEvent, 'TrainingPlanned'>).data;

/** What became of the nominees: the last event of each that changes its place. */
function placesIn(events: Training) {
  return only(events, 'TraineeNominated').map((nominated) => {
    const { trainee } = nominated.data;
    const its = only(events, 'TraineeEnrolled', 'EnrolmentHalted', 'EnrolmentRefused').filter(
      ({ data }) => data.trainee === trainee,
    );
    return { nominated, its, place: its.at(-1)?.type ?? 'TraineeNominated' };
  });
}

/** What a training was reported to have come to. */
interface Reported {
  readonly completed?: NumbersBySex;
  readonly trained?: NumbersBySex;
  readonly cost?: number;
}
type Correction = Of<TrainingActivityEvent, 'TrainingCorrected'>;
const isOfPlan = ({ data: { fact } }: Correction): boolean => fact === 'plan';
const isOfStart = ({ data: { fact } }: Correction): boolean => fact === 'start';
/** The day on which a training began, as corrected. */
const startedOn = (events: Training): string | null =>
  [...only(events, 'TrainingStarted'), ...only(events, 'TrainingCorrected').filter(isOfStart)].at(-1)?.data.on ?? null;
/** The day on which a training ended, as corrected. */
const endedOn = (events: Training, type: 'TrainingCompleted' | 'TrainingTerminated'): string | null => {
  const end = last(events, type);
  const days = [
    ...(end === undefined ? [] : [end]),
    ...only(events, 'TrainingCorrected').filter((one) => !isOfStart(one)),
  ];
  return end === undefined ? null : (days.flatMap(({ data }) => data.on ?? []).at(-1) ?? null);
};
/** The field of the report as it ended, or corrected last. */
function reported<Field extends keyof Reported>(events: Training, field: Field) {
  const stated = [
    ...only(events, 'TrainingCompleted', 'TrainingTerminated'),
    ...only(events, 'TrainingCorrected').filter((one) => !isOfPlan(one)),
  ];
  return stated.flatMap(({ data }) => (data as Reported)[field] ?? []).at(-1) ?? null;
}

const training: Figures = (log, { day }) =>
  streamsOf<TrainingActivityEvent>(log, 'training-activity').map((events) => {
    const plan = planOf(events);
    const { starts, ends } = last(events, 'TrainingRescheduled')?.data ?? plan;
    const started = startedOn(events);
    const completed = endedOn(events, 'TrainingCompleted');
    const cancellation = last(events, 'TrainingCancelled');
    const cancelled = cancellation !== undefined;
    const terminated = last(events, 'TrainingTerminated');
    const stop = terminated ?? last(events, 'TrainingCancelled');
    const partial = reported(events, 'trained');
    const numbers = reported(events, 'completed');
    const all = numbers === null ? null : numbers.women + numbers.men + numbers.notStated;
    const cost = reported(events, 'cost');
    const places = placesIn(events);
    const planned = only(events, 'TrainingCorrected').filter(isOfPlan);
    return {
      training: idOf((events[0] as Training[number]).stream),
      purpose: plan.purpose,
      course: plan.course,
      donor: plan.donor,
      recipient: plan.recipient,
      programme: plan.programme ?? null,
      assistance_case: plan.case ?? null,
      place: plan.place,
      status: cancelled
        ? 'cancelled'
        : terminated !== undefined
          ? 'terminated'
          : completed !== null
            ? 'completed'
            : started !== null
              ? 'started'
              : 'planned',
      planned_on: occurredOn(events[0] as Training[number]),
      first_starts: plan.starts,
      starts,
      ends,
      started_on: started,
      completed_on: completed,
      terminated_on: endedOn(events, 'TrainingTerminated'),
      cancelled_on: cancellation === undefined ? null : occurredOn(cancellation),
      end_reason: stop?.data.reason ?? null,
      planned: planned.flatMap(({ data }) => data.planned ?? []).at(-1) ?? plan.planned,
      nominated: sum(places.map(({ nominated }) => nominated.data.number)),
      enrolled: sum(places.map(({ nominated, place }) => (place === 'TraineeEnrolled' ? nominated.data.number : 0))),
      halts: only(events, 'EnrolmentHalted').length,
      sessions: only(events, 'TrainingSessionHeld').length,
      completed: all,
      completed_women: numbers?.women ?? null,
      completed_men: numbers?.men ?? null,
      completed_not_stated: numbers?.notStated ?? null,
      trained: partial === null ? null : sum(Object.values(partial)),
      trained_women: partial?.women ?? null,
      trained_men: partial?.men ?? null,
      trained_not_stated: partial?.notStated ?? null,
      currency: plan.currency,
      planned_cost: planned.flatMap(({ data }) => data.cost ?? []).at(-1) ?? plan.cost,
      actual_cost: cost,
      cost_per_trainee: cost === null || all === null || all === 0 ? null : Math.round(cost / all),
      late_to_start: started === null && !cancelled && day > starts,
      late_to_end: completed === null && stop === undefined && day > ends,
    };
  });

const STATUS: Readonly<Record<string, string>> = {
  TraineeNominated: 'nominated',
  TraineeEnrolled: 'enrolled',
  EnrolmentHalted: 'halted',
  EnrolmentRefused: 'refused',
};

/** The newest fact of each value of a field, in the order of their days and then of the log. */
function newestOfEach<Fact extends { readonly data: { readonly on: string } }>(
  facts: readonly Fact[],
  field: keyof Fact['data'],
): readonly Fact[] {
  const byDay = facts.toSorted((a, b) => (a.data.on < b.data.on ? -1 : Number(a.data.on > b.data.on)));
  const value = ({ data }: Fact) => (data as Fact['data'])[field];
  return byDay.filter((one, n) => !byDay.slice(n + 1).some((later) => value(later) === value(one)));
}

const enrolments: Figures = (log, { day }) =>
  streamsOf<TrainingActivityEvent>(log, 'training-activity').flatMap((events) =>
    placesIn(events).map(({ nominated, its, place }) => {
      const { trainee, person = null, unit = null, agreement = null, number } = nominated.data;
      const enrolled = last(its as unknown as Training, 'TraineeEnrolled');
      const stopped = last(its as unknown as Training, 'EnrolmentHalted', 'EnrolmentRefused');
      const over = place === 'EnrolmentRefused' ? undefined : last(events, 'TrainingTerminated')?.data;
      const { donor, recipient, programme = null } = planOf(events);
      const found = newestOf(only(events, 'GraduateFollowedUp').filter(({ data }) => data.trainee === trainee));
      const until = enrolled?.data.clearedUntil ?? null;
      const assessed = only(events, 'CompetenceAssessed').filter(({ data }) => data.trainee === trainee);
      const newest = newestOf(assessed)?.data;
      const followed = only(events, 'GraduateFollowedUp').filter(({ data }) => data.trainee === trainee);
      const findings = newestOfEach(followed, 'finding')
        .map(({ data }) => ({ finding: data.finding, number: data.number, on: data.on }))
        .toReversed();
      const inPlace = (finding: string): number => {
        const at = findings.findIndex((one) => one.finding === finding);
        const newer = sum(findings.slice(0, Math.max(at, 0)).map((one) => one.number));
        return at < 0 ? 0 : Math.max(0, Math.min(findings[at]?.number ?? 0, number - newer));
      };
      return {
        training: idOf(nominated.stream),
        trainee,
        donor,
        recipient,
        programme,
        person,
        unit,
        agreement,
        persons: number,
        status: over === undefined ? (STATUS[place] as string) : 'ended',
        cleared_until: until,
        nominated_on: occurredOn(nominated),
        enrolled_on: enrolled === undefined ? null : occurredOn(enrolled),
        stopped_on:
          (over && endedOn(events, 'TrainingTerminated')) ?? (stopped === undefined ? null : occurredOn(stopped)),
        reason: (over ?? stopped?.data)?.reason ?? null,
        assessments: assessed.length,
        competence: newest?.competence ?? null,
        competent: newest?.competent ?? null,
        assessed_on: newest?.on ?? null,
        findings,
        found_in_post: inPlace('in-post'),
        found_moved: inPlace('moved'),
        found_left: inPlace('left'),
        found_unknown: inPlace('unknown'),
        follow_up: found?.data.finding ?? null,
        followed_up_on: found?.data.on ?? null,
        clearance_over: place === 'TraineeEnrolled' && over === undefined && until !== null && day > until,
      };
    }),
  );

const sessions: Figures = (log) =>
  streamsOf<TrainingActivityEvent>(log, 'training-activity').flatMap((events) =>
    only(events, 'TrainingSessionHeld').map(({ stream, data: { session, on, present: first } }) => {
      const { course, place, donor, recipient, programme = null } = planOf(events);
      const corrected = only(events, 'SessionCorrected').filter(({ data }) => data.session === session);
      const { women, men, notStated } = corrected.at(-1)?.data.present ?? first;
      return {
        training: idOf(stream),
        session,
        course,
        place,
        donor,
        recipient,
        programme,
        held_on: corrected.flatMap(({ data }) => data.on ?? []).at(-1) ?? on,
        present: sum([women, men, notStated]),
        women,
        men,
        not_stated: notStated,
        corrections: corrected.length,
      };
    }),
  );

export const TRAINING: Readonly<Record<string, Figures>> = { training, enrolments, 'training-sessions': sessions };

/** The planned days of trainings. */
export const trainingDays: Figures = (log, { day }) =>
  streamsOf<TrainingActivityEvent>(log, 'training-activity').flatMap((events) => {
    const { donor, recipient, programme = null, case: assistanceCase = null } = planOf(events);
    const { stream } = events[0] as Training[number];
    const about = { stream, item: '', waitsFor: 'donor', donor, recipient, programme, assistance_case: assistanceCase };
    return (['training-start', 'training-end'] as const).flatMap((of) => {
      const turns = events.flatMap((event): readonly Turn[] => {
        if (event.type === 'TrainingPlanned' || event.type === 'TrainingRescheduled')
          return [{ is: 'due', due: event.data[of === 'training-start' ? 'starts' : 'ends'], on: occurredOn(event) }];
        if (event.type === 'TrainingTerminated')
          return of === 'training-end' ? [{ is: 'withdrawn', on: endedOn(events, event.type) ?? '' }] : [];
        if (event.type === 'TrainingCancelled') return [{ is: 'withdrawn', on: occurredOn(event) }];
        if (event.type === 'TrainingBecameOverdue') return event.data.duty === of ? [{ is: 'overdue' }] : [];
        const ends = of === 'training-start' ? 'TrainingStarted' : 'TrainingCompleted';
        if (event.type !== ends) return [];
        return [{ is: 'done', on: (ends === 'TrainingStarted' ? startedOn(events) : endedOn(events, ends)) ?? '' }];
      });
      return duty({ ...about, duty: of }, turns, day);
    });
  });
