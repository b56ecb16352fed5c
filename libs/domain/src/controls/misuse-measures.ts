import type { IncidentLimits, MisuseCaseEvent, MisuseStep } from '@entente/contracts';
import { type RecordedEvent, addDays, idOf } from '@entente/kernel';
import { STEPS_WITH_A_LAST_DAY } from '../misuse-steps.js';
import { type Breach, type Control, type ControlRun, breach, dayOf, handlersBy } from './control.js';
import { LastDays } from './last-days.js';

/** What has happened in a case since its report or its reopening. */
interface Course {
  put: boolean;
  /** To whom the allegation was put, without those that replied; the last day of their right. */
  awaited: readonly string[];
  replyBy: string;
  ceased: boolean;
  assured: boolean;
  measures: number;
  recovers: boolean;
  closed: boolean;
  substantiated: boolean;
  investigator: string | null;
  accused: string;
  /** Whether the incident type asks for a notice to the legislature. */
  noticeRequired: boolean;
}

function start(): (event: RecordedEvent) => readonly Breach[] {
  const courses = new Map<string, Course>();
  /** The cases of which the legislature was notified: once is enough. */
  const notified = new Set<string>();
  /** By case: what each recovery comes to, since the case was reopened. */
  const recovered = new Map<string, Map<string, number>>();
  const nothingCameBack = (event: RecordedEvent): readonly Breach[] => {
    const amounts = [...(recovered.get(idOf(event))?.values() ?? [])];
    return courseOf(event).recovers && amounts.every((amount) => amount === 0)
      ? breach(event, 'money came back before a case closes whose measure is its recovery')
      : [];
  };
  const begin = (accused: string): Course => ({
    put: false,
    awaited: [],
    replyBy: '',
    ceased: false,
    assured: false,
    measures: 0,
    recovers: false,
    closed: false,
    substantiated: false,
    investigator: null,
    accused,
    noticeRequired: false,
  });
  const courseOf = (event: RecordedEvent): Course => {
    const course = courses.get(idOf(event)) ?? begin('');
    courses.set(idOf(event), course);
    return course;
  };
  return handlersBy<MisuseCaseEvent>({
    MisuseFlagged: (event) => void courses.set(idOf(event), begin(event.data.accused)),
    MisuseReportCorrected: (event) => {
      const course = courseOf(event);
      course.accused = event.data.accused ?? course.accused;
    },
    MisuseCaseReopened: (event) => {
      courses.set(idOf(event), begin(courseOf(event).accused));
      recovered.delete(idOf(event));
    },
    MisuseTriaged: (event) => {
      courseOf(event).noticeRequired = event.data.noticeRequired;
    },
    TriageCorrected: (event) => {
      courseOf(event).noticeRequired = event.data.noticeRequired;
    },
    LegislatureNotifiedOfPossibleViolation: (event) => void notified.add(idOf(event)),
    AllegationPutToRecipient: (event) => {
      const { to: awaited, replyBy } = event.data;
      Object.assign(courseOf(event), { put: true, awaited, replyBy });
    },
    RecipientReplyReceived: (event) => {
      const course = courseOf(event);
      course.awaited = course.awaited.filter((one) => one !== event.data.from);
    },
    InvestigatorAssigned: (event) => {
      const course = courseOf(event);
      course.investigator = event.data.investigator;
      if (course.investigator === course.accused)
        return breach(event, 'the investigator is not the accused', { investigator: course.investigator });
      return [];
    },
    MisuseSubstantiated: (event) => {
      const course = courseOf(event);
      course.substantiated = true;
      if (!course.put) return breach(event, 'the allegation has been put to the recipient before the finding');
      const { awaited, replyBy } = course;
      return awaited.length === 0 || dayOf(event) > replyBy
        ? []
        : breach(event, 'each reply has come, or its last day is over, before the finding', { awaited, replyBy });
    },
    MeasureDecided: (event) => {
      const course = courseOf(event);
      course.measures += 1;
      course.recovers ||= event.data.measure === 'recover';
    },
    FundsRecovered: (event) => {
      const amounts = recovered.get(idOf(event)) ?? new Map<string, number>();
      recovered.set(idOf(event), amounts.set(event.id, event.data.amount));
    },
    RecoveryCorrected: (event) => {
      const { corrects, difference } = event.data;
      const amounts = recovered.get(idOf(event));
      const was = amounts?.get(corrects);
      if (was !== undefined) amounts?.set(corrects, was + difference);
      return courseOf(event).closed ? nothingCameBack(event) : [];
    },
    RemediationVerified: (event) => {
      courseOf(event).ceased = true;
    },
    AssurancesReceived: (event) => {
      courseOf(event).assured = true;
    },
    AssistanceResumed: (event) => {
      const { ceased, assured } = courseOf(event);
      if (ceased && assured) return [];
      return breach(event, 'assistance resumes after the violation has ceased and assurances were received', {
        ceased,
        assured,
      });
    },
    MisuseCaseClosed: (event) => {
      const course = courseOf(event);
      const { substantiated, measures, noticeRequired } = course;
      course.closed = true;
      if (substantiated && measures === 0) return breach(event, 'a substantiated case closes with a decided measure');
      const nothing = nothingCameBack(event);
      if (nothing.length > 0) return nothing;
      return noticeRequired && !notified.has(idOf(event))
        ? breach(event, 'the legislature was notified of the possible violation before the case closes')
        : [];
    },
  });
}

/** The steps of a case that have a last day, by their names, and its precautionary suspension. */
function startMissed(): ControlRun {
  const steps = new LastDays('each step of the case is done by its last day');
  const precautions = new LastDays('a precautionary suspension that was not renewed has lapsed after its last day');
  const limits = new Map<string, IncidentLimits>();
  const triagedOn = new Map<string, string>();
  const notified = new Set<string>();
  /** By case: who has to reply. */
  const awaited = new Map<string, Set<string>>();
  const nameOf = (event: RecordedEvent, step: MisuseStep): string => `${idOf(event)} ${step}`;
  const begins = (event: RecordedEvent, step: MisuseStep, due: string): undefined =>
    steps.begin(nameOf(event, step), event, due, { step });
  const done = (event: RecordedEvent, ...ended: readonly MisuseStep[]): readonly Breach[] =>
    ended.flatMap((step) => steps.done(nameOf(event, step), event, dayOf(event)));
  const over = (event: RecordedEvent): void => {
    for (const step of STEPS_WITH_A_LAST_DAY) steps.drop(nameOf(event, step));
  };
  /** A day of the event is no later than the limit of the incident type allows. */
  function within(event: RecordedEvent, step: keyof IncidentLimits, stated: string, from = dayOf(event)): string {
    const days = limits.get(idOf(event))?.[step];
    const latest = days === undefined ? stated : addDays(from, days);
    return stated < latest ? stated : latest;
  }
  /** The steps that wait by the terms of an incident type, from the day of the triage. */
  function accepted(
    event: RecordedEvent<Extract<MisuseCaseEvent, { type: 'MisuseTriaged' | 'TriageCorrected' }>>,
  ): void {
    const from = triagedOn.get(idOf(event)) ?? dayOf(event);
    limits.set(idOf(event), event.data.limits);
    begins(event, 'open', within(event, 'open', event.data.openBy, from));
    const { notify } = event.data.limits;
    const asked = event.data.noticeRequired || notify !== undefined;
    if (asked && !notified.has(idOf(event)))
      begins(event, 'notify', within(event, 'notify', event.data.notifyBy ?? addDays(from, notify ?? 0), from));
  }
  const read = handlersBy<MisuseCaseEvent>({
    MisuseFlagged: (event) => {
      begins(event, 'acknowledge', event.data.acknowledgeBy);
      return begins(event, 'triage', event.data.triageBy);
    },
    MisuseReportAcknowledged: (event) => done(event, 'acknowledge'),
    MisuseTriaged: (event) => {
      triagedOn.set(idOf(event), dayOf(event));
      const found = done(event, 'triage');
      accepted(event);
      return found;
    },
    TriageCorrected: (event) => {
      for (const step of ['open', 'notify'] as const) steps.forget(nameOf(event, step));
      accepted(event);
    },
    MisuseDeclined: (event) => done(event, 'triage'),
    LegislatureNotifiedOfPossibleViolation: (event) => {
      notified.add(idOf(event));
      return done(event, 'notify');
    },
    InvestigationOpened: (event) => {
      const found = done(event, 'open');
      begins(event, 'conclude', within(event, 'conclude', event.data.concludeBy));
      return found;
    },
    InvestigationExtended: (event) => begins(event, 'conclude', event.data.until),
    AllegationPutToRecipient: (event) => {
      const { to, replyBy } = event.data;
      awaited.set(idOf(event), new Set(to));
      return begins(event, 'reply', within(event, 'reply', replyBy, event.metadata.recordedAt));
    },
    RecipientReplyReceived: (event) => {
      const left = awaited.get(idOf(event));
      left?.delete(event.data.from);
      return left === undefined || left.size === 0 ? done(event, 'reply') : [];
    },
    MisuseSubstantiated: (event) => {
      const found = done(event, 'conclude');
      begins(event, 'measure', within(event, 'measure', event.data.measureBy));
      return found;
    },
    MisuseDismissed: (event) => {
      steps.drop(nameOf(event, 'reply'));
      return done(event, 'conclude');
    },
    MisuseFoundInconclusive: (event) => done(event, 'conclude'),
    MeasureDecided: (event) => done(event, 'measure'),
    RemediationPlanAgreed: (event) => begins(event, 'remediate', event.data.due),
    RemediationVerified: (event) => done(event, 'remediate'),
    AssistanceTerminated: (event) => steps.ended(nameOf(event, 'remediate'), event, dayOf(event)),
    MisuseCaseClosed: (event) => void over(event),
    MisuseCaseReopened: (event) => {
      over(event);
      precautions.drop(idOf(event));
      return begins(event, 'triage', event.data.triageBy);
    },
    MisuseStepBecameOverdue: (event) => steps.passed(nameOf(event, event.data.step), event),
    PrecautionarySuspensionOrdered: (event) => precautions.begin(idOf(event), event, event.data.until),
    PrecautionarySuspensionRenewed: (event) => {
      const late = precautions.done(idOf(event), event, dayOf(event));
      precautions.begin(idOf(event), event, event.data.until);
      return late;
    },
    PrecautionarySuspensionLapsed: (event) => precautions.drop(idOf(event)),
  });
  return Object.assign((event: RecordedEvent) => read(event), {
    atEnd: (day: string) => [...steps.atEnd(day), ...precautions.atEnd(day)],
  });
}

/** R18: the order of a misuse case, from the allegation put to the recipient to resumption. */
export const misuseMeasures: Control = {
  name: 'misuse-measures',
  rule: 'R18',
  about:
    'a finding before the allegation was put or each reply had come in time, an accused investigator, a resumption without remedy and assurances, or a case closed without its measure, its recovery or its notice',
  kinds: ['misuse-case'],
  start,
};

/** R18: a step of a misuse case was late, its notice too, or a precaution did not lapse. */
export const misuseStepsMissed: Control = {
  name: 'misuse-steps-missed',
  rule: 'R18',
  about:
    'a step of a misuse case, or its notice, that was not done by its last day, or a precautionary suspension that did not lapse after its last day',
  kinds: ['misuse-case'],
  start: startMissed,
};
