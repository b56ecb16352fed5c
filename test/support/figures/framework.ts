import type { AssistanceScope, LegalFrameworkEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type Turn, duty } from './duty.js';
import {
  type FigureRow,
  type Figures,
  type Of,
  daysBetween,
  daysLate,
  distinct,
  idOf,
  last,
  occurredOn,
  only,
  since,
  streamsOf,
} from './log.js';
import { rightDay } from './situations.js';

type Events = readonly RecordedEvent<LegalFrameworkEvent>[];
type Drafted = Of<LegalFrameworkEvent, 'AgreementDrafted'>;
const draftOf = (events: Events): Drafted => events[0] as Drafted;
const ofEach =
  (rows: (events: Events, day: string) => readonly FigureRow[]): Figures =>
  (log, { day }) =>
    streamsOf<LegalFrameworkEvent>(log, 'legal-framework').flatMap((events) => rows(events, day));

const dayAfter = (day: string): string => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);

/** The parties of the rows of a framework, and its id under a name. */
const headOf = (events: Events, name: string) => {
  const { stream, data } = draftOf(events);
  return { [name]: idOf(stream), donor: data.donor, recipient: data.recipient };
};
const scopeOf = (scope: AssistanceScope | undefined) => ({
  scope_kind: scope?.kind ?? null,
  scope: scope?.id ?? null,
});

/** The assurances whose last event is that they were given. */
const assured = (events: Events): readonly string[] => {
  const steps = only(events, 'EndUseAssuranceGiven', 'EndUseAssuranceWithdrawn');
  return distinct(steps.map(({ data }) => data.assurance))
    .filter((name) => steps.findLast(({ data }) => data.assurance === name)?.type === 'EndUseAssuranceGiven')
    .toSorted();
};

/** The day of the last agreement to bar units, unless a withdrawal came after it. */
function barredFrom(events: Events): string | null {
  const step = last(events, 'ListedUnitsBarred', 'ListedUnitsBarWithdrawn');
  return step?.type === 'ListedUnitsBarred' ? step.data.on : null;
}

const days = (events: Events) => only(events, 'AgreementEnteredIntoForce', 'AgreementAmended', 'AgreementCorrected');

/** Its status, and the day from which it has ended: an expiry until its day is corrected. */
function end(events: Events): { readonly status: string; readonly on: string | null } {
  const terminated = last(events, 'AgreementTerminated');
  if (terminated !== undefined) return { status: 'terminated', on: terminated.data.on };
  const expired = last(events, 'AgreementExpired');
  const corrected = only(since(events, expired), 'AgreementCorrected').some(({ data }) => data.until !== undefined);
  if (expired !== undefined && !corrected) return { status: 'expired', on: dayAfter(expired.data.until) };
  return { status: last(events, 'AgreementEnteredIntoForce') === undefined ? 'drafted' : 'in-force', on: null };
}

function agreement(events: Events, day: string): FigureRow {
  const { stream, data } = draftOf(events);
  const { status, on } = end(events);
  const lastDay =
    days(events)
      .flatMap(({ data: { until } }) => until ?? [])
      .at(-1) ?? null;
  const moved = days(events)
    .filter(({ data: { until } }) => until !== undefined)
    .at(-1);
  const open = on === null && lastDay !== null;
  return {
    agreement: idOf(stream),
    title: data.title,
    instrument: data.instrument,
    donor: data.donor,
    recipient: data.recipient,
    basis: data.basis ?? 'own',
    status,
    reason: last(events, 'AgreementTerminated')?.data.reason ?? null,
    signed_by: only(events, 'AgreementSigned')
      .map((signed) => signed.data.party)
      .toSorted(),
    in_force_from:
      only(events, 'AgreementEnteredIntoForce', 'AgreementCorrected')
        .flatMap((step) => step.data.on ?? [])
        .at(-1) ?? null,
    last_day: lastDay,
    ended_on: on,
    expiry_near: only(since(events, moved), 'AgreementExpiryApproached').length > 0,
    amendments: only(events, 'AgreementAmended').length,
    assurances: assured(events),
    assurances_missing: 4 - assured(events).length,
    units_barred_from: barredFrom(events),
    days_left: open ? daysBetween(day, lastDay) : null,
    last_day_over: open && day > lastDay,
  };
}

// ---- Conditions, waivers and reports ----

/** The name of a condition or a restriction, with its type; null for other events. */
function termOf({ data }: RecordedEvent<LegalFrameworkEvent>): readonly [type: string, name: string] | null {
  if ('condition' in data) return ['use-condition', data.condition];
  return 'restriction' in data ? ['restriction', data.restriction] : null;
}

function conditions(events: Events): readonly FigureRow[] {
  const names = distinct(events.flatMap((event) => termOf(event)?.join('/') ?? []));
  return names.map((name) => {
    const ofName = events.filter((event) => termOf(event)?.join('/') === name);
    const put = only(ofName, 'UseConditionAttached', 'RestrictionImposed').at(-1);
    if (put === undefined) throw new Error(`${name} was never attached`);
    const lifted = only(since(ofName, put), 'UseConditionLifted', 'RestrictionLifted')[0];
    const [type, word] = termOf(put) as readonly [string, string];
    return {
      ...headOf(events, 'agreement'),
      type,
      name: word,
      statement: put.data.statement,
      basis: put.type === 'RestrictionImposed' ? put.data.basis : null,
      ...scopeOf(put.data.scope),
      status: lifted === undefined ? 'attached' : 'lifted',
      attached_on: occurredOn(put),
      lifted_on: lifted === undefined ? null : occurredOn(lifted),
      reason: lifted?.data.reason ?? null,
    };
  });
}

const submissionOf = (events: Events, report: string, of: string) =>
  only(events, 'StatutoryReportSubmitted').find(({ data }) => data.report === report && data.of === of);

function exception(events: Events, one: Of<LegalFrameworkEvent, 'WaiverGranted' | 'ExceptionInvoked'>, day: string) {
  const type = one.type === 'WaiverGranted' ? 'waiver' : 'exception';
  const { name, from, until, reportBy, rules, authority, basis, reason, scope } = one.data;
  const ended = only(events, 'WaiverEnded').find(({ data }) => data.name === name);
  const report = submissionOf(events, type, name);
  const lastDay = rightDay(events, { id: one.id, data: { on: until } });
  return {
    ...headOf(events, 'framework'),
    type,
    name,
    rules: [...rules],
    authority,
    basis,
    reason,
    ...scopeOf(scope),
    first_day: from,
    last_day: lastDay,
    ended_on: ended === undefined ? null : rightDay(events, ended),
    end_reason: ended?.data.reason ?? null,
    report_by: reportBy,
    reported_on: report === undefined ? null : rightDay(events, report),
    reported_to: report?.data.to ?? null,
    over: ended === undefined && day > lastDay,
    report_overdue: report === undefined && day > reportBy,
  };
}

interface Due {
  readonly report: string;
  readonly of: string;
  readonly due: string;
}
/** The reports that an event makes due. */
function dueFrom(event: RecordedEvent<LegalFrameworkEvent>): readonly Due[] {
  if (event.type === 'AgreementEnteredIntoForce') return event.data.reports;
  if (event.type === 'AgreementCorrected') return event.data.reports ?? [];
  if (event.type === 'StatutoryReportSubmitted' || event.type === 'StatutoryReportBecameOverdue')
    return event.data.next === undefined ? [] : [event.data.next];
  if (event.type === 'WaiverGranted') return [{ report: 'waiver', of: event.data.name, due: event.data.reportBy }];
  return event.type === 'ExceptionInvoked'
    ? [{ report: 'exception', of: event.data.name, due: event.data.reportBy }]
    : [];
}

const reports = (events: Events, day: string): readonly FigureRow[] =>
  events.flatMap(dueFrom).map(({ report, of, due }) => {
    const submitted = submissionOf(events, report, of);
    const overdue = only(events, 'StatutoryReportBecameOverdue').some(
      ({ data }) => data.report === report && data.of === of,
    );
    const on = submitted === undefined ? null : rightDay(events, submitted);
    return {
      ...headOf(events, 'framework'),
      report,
      subject: of,
      status: submitted === undefined ? (overdue ? 'overdue' : 'due') : 'submitted',
      due,
      submitted_on: on,
      submitted_to: submitted?.data.to ?? null,
      overdue: on === null && day > due,
      days_late: daysLate(due, on, on === null, day),
    };
  });

// ---- Parameters and incident types ----

function parameters(events: Events): readonly FigureRow[] {
  const drafted = draftOf(events);
  const first = new Map(drafted.data.parameters.map((one) => [one.parameter, one]));
  const sets = only(events, 'ParameterSet');
  return distinct([...first.keys(), ...sets.map(({ data }) => data.parameter)]).map((parameter) => {
    const own = sets.filter(({ data }) => data.parameter === parameter);
    const latest = own.at(-1);
    const before = first.get(parameter as never);
    return {
      ...headOf(events, 'framework'),
      parameter,
      value: latest?.data.value ?? before?.value ?? null,
      unit: latest?.data.unit ?? before?.unit ?? null,
      default_value: before?.value ?? null,
      valid_from: occurredOn(latest ?? drafted),
      reason: latest?.data.reason ?? null,
      changes: own.length,
    };
  });
}

const incidentTypes = (events: Events): readonly FigureRow[] =>
  distinct(only(events, 'IncidentTypeDefined').map(({ data }) => data.incidentType)).map((name) => {
    const own = only(events, 'IncidentTypeDefined').filter(({ data }) => data.incidentType === name);
    const latest = own.at(-1) as (typeof own)[number];
    const { escalation, noticeRequired, limits, reason } = latest.data;
    return {
      ...headOf(events, 'framework'),
      incident_type: name,
      escalation,
      notice_required: noticeRequired,
      notify_days: limits.notify ?? null,
      open_days: limits.open,
      reply_days: limits.reply,
      conclude_days: limits.conclude,
      measure_days: limits.measure,
      valid_from: occurredOn(latest),
      reason,
      definitions: own.length,
    };
  });

/** The read models of agreements and their frameworks. */
export const FRAMEWORKS: Readonly<Record<string, Figures>> = {
  agreements: ofEach((events, day) => [agreement(events, day)]),
  conditions: ofEach(conditions),
  exceptions: ofEach((events, day) =>
    only(events, 'WaiverGranted', 'ExceptionInvoked').map((one) => exception(events, one, day)),
  ),
  'statutory-reports': ofEach(reports),
  parameters: ofEach(parameters),
  'incident-types': ofEach(incidentTypes),
};

// ---- Due dates ----

/** The two last days of an agreement: of the warning before, and its own. */
const agreementEnds = (events: Events, day: string): readonly FigureRow[] => {
  const { stream, data } = draftOf(events);
  const { donor, recipient } = data;
  const given = days(events).filter((event) => event.data.until !== undefined);
  const turnsOf = (field: 'until' | 'warnOn', done: string, withdraws: readonly string[]): readonly Turn[] =>
    events.flatMap((event): readonly Turn[] => {
      const due = given.find(({ id }) => id === event.id)?.data[field];
      if (due !== undefined) return [{ is: 'due', due, on: occurredOn(event) }];
      if (event.type === done) return [{ is: 'passed', on: occurredOn(event) }];
      return withdraws.includes(event.type) ? [{ is: 'withdrawn', on: occurredOn(event) }] : [];
    });
  const warned = turnsOf('warnOn', 'AgreementExpiryApproached', ['AgreementExpired', 'AgreementTerminated']);
  const ended = turnsOf('until', 'AgreementExpired', ['AgreementTerminated']);
  const about = { stream, waitsFor: 'donor', donor, recipient };
  return [
    ...duty({ ...about, duty: 'expiry-warning', item: given.at(-1)?.data.until ?? '' }, warned, day),
    ...duty({ ...about, duty: 'agreement-end', item: '' }, ended, day),
  ];
};

const reportsDue = (events: Events, day: string): readonly FigureRow[] =>
  events
    .flatMap((event) => dueFrom(event).map((one) => ({ ...one, setOn: occurredOn(event) })))
    .flatMap((one) => {
      const { report, of, due, setOn } = one;
      const { stream, data } = draftOf(events);
      const overdue = only(events, 'StatutoryReportBecameOverdue').some(
        (late) => late.data.report === report && late.data.of === of,
      );
      const submitted = submissionOf(events, report, of);
      const on = submitted === undefined ? undefined : rightDay(events, submitted);
      const turns: readonly Turn[] = [
        { is: 'due', due, on: setOn },
        ...(overdue ? [{ is: 'overdue' } as const] : []),
        ...(on === undefined ? [] : [{ is: 'done', on } as const]),
      ];
      const { donor, recipient } = data;
      const item = `${report}/${of}`;
      return duty({ stream, duty: 'statutory-report', item, waitsFor: 'donor', donor, recipient }, turns, day);
    });

/** What is due of agreements and their frameworks. */
export const frameworkDuties = ofEach((events, day) => [...agreementEnds(events, day), ...reportsDue(events, day)]);
