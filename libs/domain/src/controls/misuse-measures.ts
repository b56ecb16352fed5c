import type { MisuseCaseEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type Breach, type Control, breach, idOf, readingBy } from './control.js';

/** What has happened in a case since its report or its reopening. */
interface Course {
  put: boolean;
  ceased: boolean;
  assured: boolean;
  measures: number;
  substantiated: boolean;
  investigator: string | null;
  accused: string;
}

function start(): (event: RecordedEvent) => readonly Breach[] {
  const courses = new Map<string, Course>();
  const begin = (accused: string): Course => ({
    put: false,
    ceased: false,
    assured: false,
    measures: 0,
    substantiated: false,
    investigator: null,
    accused,
  });
  const courseOf = (event: RecordedEvent): Course => {
    const course = courses.get(idOf(event)) ?? begin('');
    courses.set(idOf(event), course);
    return course;
  };
  return readingBy<MisuseCaseEvent>({
    MisuseFlagged: (event) => void courses.set(idOf(event), begin(event.data.accused)),
    MisuseReportCorrected: (event) => {
      const course = courseOf(event);
      course.accused = event.data.accused ?? course.accused;
    },
    MisuseCaseReopened: (event) => void courses.set(idOf(event), begin(courseOf(event).accused)),
    AllegationPutToRecipient: (event) => {
      courseOf(event).put = true;
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
      return course.put ? [] : breach(event, 'the allegation has been put to the recipient before the finding');
    },
    MeasureDecided: (event) => {
      courseOf(event).measures += 1;
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
      const { substantiated, measures } = courseOf(event);
      return substantiated && measures === 0 ? breach(event, 'a substantiated case closes with a decided measure') : [];
    },
  });
}

/** R18: the order of a misuse case, from the allegation put to the recipient to resumption. */
export const misuseMeasures: Control = {
  name: 'misuse-measures',
  rule: 'R18',
  about:
    'a finding before the allegation was put, an accused investigator, a resumption without remedy and assurances, or a substantiated case closed without a measure',
  kinds: ['misuse-case'],
  start,
};
