import type { LegalFrameworkEvent, SecurityUnitEvent } from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { type Control, type ControlRun, handlersBy } from './control.js';
import { LastDays } from './last-days.js';

function start(): ControlRun {
  /** By framework, unit or person, and waiver or exception: the last day for the report. */
  const reports = new LastDays('the report of a waiver or an exception is submitted by its last day');
  const nameOf = (event: RecordedEvent, report: string, of: string): string => `${idOf(event)} ${report} ${of}`;
  const ofUnit = ({ stream }: RecordedEvent, name = ''): string => `${stream} ${name}`;
  const given = (
    event: RecordedEvent<Extract<SecurityUnitEvent, { type: 'ClearanceGiven' | 'ClearanceRestored' }>>,
  ): undefined => {
    const { reportBy, reportOf } = event.data;
    return reportBy === undefined ? undefined : reports.begin(ofUnit(event, reportOf), event, reportBy);
  };
  const read = handlersBy<LegalFrameworkEvent | SecurityUnitEvent>({
    WaiverGranted: (event) => reports.begin(nameOf(event, 'waiver', event.data.name), event, event.data.reportBy),
    ExceptionInvoked: (event) => reports.begin(nameOf(event, 'exception', event.data.name), event, event.data.reportBy),
    StatutoryReportSubmitted: (event) =>
      reports.done(nameOf(event, event.data.report, event.data.of), event, event.data.on),
    StatutoryReportBecameOverdue: (event) => reports.passed(nameOf(event, event.data.report, event.data.of), event),
    ClearanceGiven: given,
    ClearanceRestored: given,
    ExceptionReported: (event) => reports.done(ofUnit(event, event.data.of), event, event.data.on),
    ExceptionReportBecameOverdue: (event) => reports.passed(ofUnit(event, event.data.of), event),
  });
  return Object.assign((event: RecordedEvent) => read(event), { atEnd: reports.atEnd });
}

/** R8: a waiver or an exception is reported in the days that its framework sets. */
export const exceptionUnreported: Control = {
  name: 'exception-unreported',
  rule: 'R8',
  about: 'a waiver or an exception, also for a unit or a person, whose report was missing after its last day, or late',
  kinds: ['legal-framework', 'security-unit', 'vetted-person'],
  byCorrectedFacts: true,
  start,
};
