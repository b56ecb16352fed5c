import type { LegalFrameworkEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type Breach, type Control, breach, idOf, readingBy } from './control.js';

function start(): (event: RecordedEvent) => readonly Breach[] {
  /** By framework and waiver or exception, the last day for its report. */
  const reportBy = new Map<string, string>();
  const nameOf = (event: RecordedEvent, report: string, of: string): string => `${idOf(event)} ${report} ${of}`;
  /** Each is found once. */
  const late = (event: RecordedEvent, name: string, on: string | null): readonly Breach[] => {
    const due = reportBy.get(name);
    if (due === undefined || (on !== null && on <= due)) return [];
    reportBy.delete(name);
    return breach(event, 'the report of a waiver or an exception is submitted by its last day', { due, submitted: on });
  };
  return readingBy<LegalFrameworkEvent>({
    WaiverGranted: (event) => void reportBy.set(nameOf(event, 'waiver', event.data.name), event.data.reportBy),
    ExceptionInvoked: (event) => void reportBy.set(nameOf(event, 'exception', event.data.name), event.data.reportBy),
    StatutoryReportSubmitted: (event) => late(event, nameOf(event, event.data.report, event.data.of), event.data.on),
    StatutoryReportBecameOverdue: (event) => late(event, nameOf(event, event.data.report, event.data.of), null),
  });
}

/** R8: a waiver or an exception is reported in the days that its framework sets. */
export const exceptionUnreported: Control = {
  name: 'exception-unreported',
  rule: 'R8',
  about: 'a waiver or an exception whose report was missing after its last day, or came late',
  kinds: ['legal-framework'],
  start,
};
