import type { LegalFrameworkEvent, PeriodicReport } from '@entente/contracts';
import { type RecordedEvent, addDays, idOf } from '@entente/kernel';
import { type Breach, type Control, type ControlRun, handlersBy } from './control.js';
import { LastDays } from './last-days.js';

const DAY_MS = 86_400_000;

/** The last day of a year, or of a half of it. */
const lastOf = (period: string): string => `${period.slice(0, 4)}-${period.endsWith('-h1') ? '06-30' : '12-31'}`;

/** The period after one: of a year, the next year; of a half, the other half of it or the next. */
const after = (period: string): string =>
  period.endsWith('-h1')
    ? `${period.slice(0, 4)}-h2`
    : `${Number(period.slice(0, 4)) + 1}${period.length > 4 ? '-h1' : ''}`;

/** As many days after its period as the report before it. */
function following({ report, of, due }: PeriodicReport): PeriodicReport {
  const days = Math.round((Date.parse(due) - Date.parse(lastOf(of))) / DAY_MS);
  return { report, of: after(of), due: addDays(lastOf(after(of)), days) };
}

function start(): ControlRun {
  const reports = new LastDays('the report of each period is submitted by its last day');
  /** By agreement in force, the newest period of each report. */
  const inForce = new Map<string, Map<string, PeriodicReport>>();
  /** Those of agreements that expired: one that had not, after a correction, is in force again. */
  const expired = new Map<string, Map<string, PeriodicReport>>();
  const nameOf = (event: RecordedEvent, { report, of }: Pick<PeriodicReport, 'report' | 'of'>): string =>
    `${idOf(event)} ${report} ${of}`;

  function begin(event: RecordedEvent, one: PeriodicReport): void {
    const newest = inForce.get(event.stream);
    // A period before the first ones is due since the first day was corrected.
    if (one.of > (newest?.get(one.report)?.of ?? '')) newest?.set(one.report, one);
    reports.begin(nameOf(event, one), event, one.due, { report: one.report, of: one.of });
  }
  /** Also history that names no next report owes one, while the agreement is in force. */
  function settle(
    event: RecordedEvent<
      Extract<LegalFrameworkEvent, { type: 'StatutoryReportSubmitted' | 'StatutoryReportBecameOverdue' }>
    >,
    found: readonly Breach[],
  ): readonly Breach[] {
    const newest = inForce.get(event.stream)?.get(event.data.report);
    if (event.data.next !== undefined) begin(event, event.data.next);
    else if (newest?.of === event.data.of) begin(event, following(newest));
    return found;
  }
  const ends = ({ stream }: RecordedEvent): undefined => {
    inForce.delete(stream);
  };
  const read = handlersBy<LegalFrameworkEvent>({
    AgreementEnteredIntoForce: (event) => {
      inForce.set(event.stream, new Map());
      for (const one of event.data.reports) begin(event, one);
      return undefined;
    },
    AgreementExpired: (event) => {
      expired.set(event.stream, inForce.get(event.stream) ?? new Map<string, PeriodicReport>());
      return ends(event);
    },
    AgreementCorrected: (event) => {
      const { reports: due = [], until } = event.data;
      const newest = until === undefined ? undefined : expired.get(event.stream);
      if (newest !== undefined) {
        expired.delete(event.stream);
        inForce.set(event.stream, newest);
      }
      for (const one of due) begin(event, one);
    },
    AgreementTerminated: ends,
    StatutoryReportSubmitted: (event) => settle(event, reports.done(nameOf(event, event.data), event, event.data.on)),
    StatutoryReportBecameOverdue: (event) => settle(event, reports.passed(nameOf(event, event.data), event) ?? []),
  });
  return Object.assign((event: RecordedEvent) => read(event), { atEnd: reports.atEnd });
}

/** R8: the reports of each period come in the days that the framework sets, without a gap. */
export const reportsMissed: Control = {
  name: 'reports-missed',
  rule: 'R8',
  about: 'a semi-annual or annual report of an agreement in force that was missing after its last day, or late',
  kinds: ['legal-framework'],
  byCorrectedFacts: true,
  start,
};
