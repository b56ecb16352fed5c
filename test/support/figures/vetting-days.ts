import type { SecurityUnitEvent, VettingCaseEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type Figures, type Of, distinct, last, occurredOn, only, recordedOn, streamsOf } from './log.js';
import { type Turn, duty, onceKnown } from './duty.js';

type ClearanceDuty = 'clearance-end' | 'exception-report';

/** The name of the exception that an event is about; one without a name has an empty one. */
const exceptionOf = ({ data, type }: RecordedEvent<SecurityUnitEvent>): string | null => {
  if (type === 'ExceptionReported' || type === 'ExceptionReportBecameOverdue') return data.of ?? '';
  return 'reportBy' in data ? (data.reportOf ?? '') : null;
};

/** The turns of two duties of a unit or person: its last day, and the report on an exception. */
function clearanceTurns(event: RecordedEvent<SecurityUnitEvent>): Record<ClearanceDuty, readonly Turn[]> {
  const { type, data } = event;
  const { until, reportBy } = data as { readonly until?: string; readonly reportBy?: string };
  const states = type === 'ClearanceGiven' || type === 'ClearanceRestored' || type === 'ClearanceCorrected';
  const end: Turn[] = states && until !== undefined ? [{ is: 'due', due: until, on: occurredOn(event) }] : [];
  const report: Turn[] = reportBy === undefined ? [] : [{ is: 'due', due: reportBy, on: occurredOn(event) }];
  if (type === 'ClearanceRefused' || type === 'RegistrationEnded') end.push({ is: 'withdrawn', on: occurredOn(event) });
  if (type === 'ClearanceExpired') end.push({ is: 'passed', on: occurredOn(event) });
  if (type === 'ExceptionReported') report.push({ is: 'done', on: data.on });
  if (type === 'ExceptionReportBecameOverdue') report.push({ is: 'overdue' });
  return { 'clearance-end': end, 'exception-report': report };
}

const clearances: Figures = (log, { day }) =>
  ['security-unit', 'vetted-person'].flatMap((kind) =>
    streamsOf<SecurityUnitEvent>(log, kind).flatMap((events) => {
      const { stream, data } = events[0] as (typeof events)[number];
      const { recipient } = data as { readonly recipient: string };
      const exceptions = distinct(events.flatMap((event) => exceptionOf(event) ?? []));
      const about = { stream, waitsFor: 'vetter', recipient };
      return [
        ...duty(
          { ...about, duty: 'clearance-end', item: '' },
          events.flatMap((event) => clearanceTurns(event)['clearance-end']),
          day,
        ),
        ...exceptions.flatMap((item) =>
          duty(
            { ...about, duty: 'exception-report', item },
            events
              .filter((event) => exceptionOf(event) === item)
              .flatMap((event) => clearanceTurns(event)['exception-report']),
            day,
          ),
        ),
      ];
    }),
  );

type Inquiry = readonly RecordedEvent<VettingCaseEvent>[];

const answerTurns = (events: Inquiry): readonly Turn[] =>
  events.flatMap((event): readonly Turn[] => {
    if (event.type === 'VettingRequested') return [{ is: 'due', due: event.data.due, on: recordedOn(event) }];
    if (event.type === 'VettingConcluded') return [{ is: 'done', on: occurredOn(event) }];
    if (event.type === 'VettingWithdrawn') return [{ is: 'withdrawn', on: occurredOn(event) }];
    return event.type === 'VettingBecameOverdue' && event.data.step === undefined ? [{ is: 'overdue' }] : [];
  });

const stepTurns = (events: Inquiry, name: string): readonly Turn[] =>
  events.flatMap((event): readonly Turn[] => {
    if (event.type === 'RemediationOpened')
      return event.data.steps.flatMap(({ step, due }): Turn[] =>
        step === name ? [{ is: 'due', due, on: occurredOn(event) }] : [],
      );
    if (event.type === 'RemediationDiscontinued')
      return event.data.open.includes(name) ? [{ is: 'withdrawn', on: event.data.on }] : [];
    if ((event.data as { readonly step?: string }).step !== name) return [];
    if (event.type === 'VettingBecameOverdue') return [{ is: 'overdue' }];
    // A corrected day replaces the one before.
    return event.type === 'RemediationStepTaken' || event.type === 'RemediationStepCorrected'
      ? [{ is: 'opened' }, { is: 'done', on: event.data.on }]
      : [];
  });

const vettings: Figures = (log, { day }) =>
  streamsOf<VettingCaseEvent>(log, 'vetting-case').flatMap((events) => {
    const { stream, data } = last(events, 'VettingRequested') as Of<VettingCaseEvent, 'VettingRequested'>;
    const { donor, recipient, programme = null, case: assistanceCase = null } = data;
    const about = { stream, donor, recipient, programme, assistance_case: assistanceCase };
    const planned = only(events, 'RemediationOpened').flatMap((one) => one.data.steps.map(({ step }) => step));
    return [
      ...duty({ ...about, duty: 'vetting', waitsFor: 'vetter', item: '' }, onceKnown(answerTurns(events)), day),
      ...distinct(planned).flatMap((item) =>
        duty({ ...about, duty: 'remediation-step', waitsFor: 'recipient', item }, stepTurns(events, item), day),
      ),
    ];
  });

/** What is due of clearances and their inquiries. */
export const VETTING_DAYS: readonly Figures[] = [clearances, vettings];
