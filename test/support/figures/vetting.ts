import type { SecurityUnitEvent, VettedPersonEvent, VettingCaseEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import {
  type FigureRow,
  type Figures,
  type Of,
  daysLate,
  distinct,
  idOf,
  last,
  occurredOn,
  only,
  recordedOn,
  since,
  streamsOf,
} from './log.js';

type Cleared = readonly RecordedEvent<SecurityUnitEvent>[];

const BARS = ['ClearanceSuspended', 'ClearanceRefused'] as const;
const GIVES = ['ClearanceGiven', 'ClearanceRestored'] as const;

/** The last day that was stated last, in these events. */
export const lastDayIn = (events: Cleared): string | null =>
  only(events, ...GIVES, 'ClearanceCorrected')
    .flatMap(({ data }) => data.until ?? [])
    .at(-1) ?? null;

/** The bars since it was cleared last, up to the newest refusal if there is one. */
function barring(events: Cleared) {
  const bars = only(since(events, last(events, ...GIVES)), ...BARS);
  const refusal = bars.findLastIndex(({ type }) => type === 'ClearanceRefused');
  return refusal < 0 ? bars : bars.slice(0, refusal + 1);
}

/**
 * Suspended or refused: the bars that nothing has lifted, the first and the newest of them. What is
 * suspended after a refusal is refused all the same.
 */
function barsOn(events: Cleared) {
  const ended = last(events, 'RegistrationEnded') !== undefined;
  const bars = ended ? [] : barring(events);
  return { first: bars[0], newest: bars.at(-1) };
}

/** The status by the events that can end a clearance, or begin one. */
function statusOf(events: Cleared): string {
  const turn = last(events, ...GIVES, ...BARS, 'ClearanceExpired', 'ClearanceCorrected');
  const bar = barsOn(events).newest;
  if (last(events, 'RegistrationEnded') !== undefined) return 'ended';
  if (bar !== undefined) return bar.type === 'ClearanceRefused' ? 'refused' : 'suspended';
  if (turn === undefined) return 'not-vetted';
  if (turn.type === 'ClearanceGiven') return 'cleared';
  const until = lastDayIn(events);
  if (until === null) return 'not-vetted';
  return turn.type === 'ClearanceExpired' || until < occurredOn(turn) ? 'expired' : 'cleared';
}

function clearance(events: Cleared, day: string) {
  const given = last(events, ...GIVES);
  const { first, newest: bar } = barsOn(events);
  const status = statusOf(events);
  const until = lastDayIn(events);
  const excepted = only(events, ...GIVES).findLast(({ data }) => data.reportBy !== undefined);
  const after = since(events, excepted);
  const ofIt = ({ data }: { readonly data: { readonly of?: string } }): boolean => data.of === excepted?.data.reportOf;
  const report = excepted === undefined ? undefined : only(after, 'ExceptionReported').findLast(ofIt);
  const named = barring(events).flatMap(({ data }) => data.vettingCase ?? []);
  return {
    status,
    cleared_until: until,
    cleared_on: given === undefined ? null : occurredOn(given),
    barred_on: first === undefined ? null : occurredOn(first),
    bar_reason: bar?.data.reason ?? null,
    vetting_case: named.at(-1) ?? given?.data.vettingCase ?? null,
    exception: given?.data.exception?.kind ?? null,
    exception_authority: given?.data.exception?.authority ?? null,
    exception_basis: given?.data.exception?.basis ?? null,
    report_of: excepted?.data.reportOf ?? null,
    report_by: excepted?.data.reportBy ?? null,
    reported_on: report?.data.on ?? null,
    report_overdue: excepted?.data.reportBy !== undefined && report === undefined && day > excepted.data.reportBy,
    suspensions: only(events, 'ClearanceSuspended').length,
    enrolments: only(events, 'EnrolmentNoted').length,
    ended_on: last(events, 'RegistrationEnded')?.data.on ?? null,
    over: status === 'cleared' && until !== null && until < day,
  };
}

const units: Figures = (log, { day }) =>
  streamsOf<SecurityUnitEvent>(log, 'security-unit').map((events) => {
    const opened = last(events, 'UnitRegistered') as Of<SecurityUnitEvent, 'UnitRegistered'>;
    const stated = only(events, 'UnitRegistered', 'UnitCorrected').toReversed();
    const latest = <T>(of: (data: (typeof stated)[number]['data']) => T | undefined): T | undefined =>
      stated.map(({ data }) => of(data)).find((one) => one !== undefined);
    const unit = {
      unit: idOf(opened.stream),
      recipient: opened.data.recipient,
      type: latest(({ type }) => type) ?? '',
      aliases: latest(({ aliases }) => aliases) ?? [],
      parent: latest(({ parent }) => parent) ?? null,
    };
    const shipments = only(events, 'ShipmentNoted').length;
    return { ...unit, ...clearance(events, day), shipments, registered_on: occurredOn(opened) };
  });

const vettedPersons: Figures = (log, { day }) =>
  streamsOf<VettedPersonEvent>(log, 'vetted-person').map((events) => {
    const opened = last(events, 'PersonRegistered') as Of<VettedPersonEvent, 'PersonRegistered'>;
    const { recipient, unit, reference } = opened.data;
    const person = { person: idOf(opened.stream), recipient, unit, reference };
    const its = events as unknown as Cleared;
    return { ...person, ...clearance(its, day), registered_on: occurredOn(opened) };
  });

// ---- Inquiries ----

type Inquiry = readonly RecordedEvent<VettingCaseEvent>[];

/** The steps that were agreed last, with the days on which they were taken. */
export function stepsIn(events: Inquiry) {
  const opened = last(events, 'RemediationOpened');
  const after = since(events, opened);
  return (opened?.data.steps ?? []).map((step) => {
    const stated = only(after, 'RemediationStepTaken', 'RemediationStepCorrected').filter(
      ({ data }) => data.step === step.step,
    );
    return { ...step, on: stated.at(-1)?.data.on ?? null };
  });
}

/** Credible information that came after a clearance makes it a refusal. */
function stageOf(events: Inquiry, remedied: boolean): string {
  const concluded = last(events, 'VettingConcluded');
  if (last(events, 'VettingWithdrawn') !== undefined) return 'withdrawn';
  if (concluded === undefined)
    return only(events, 'SourceChecked', 'DerogatoryInformationRecorded').length > 0 ? 'under-inquiry' : 'requested';
  const credible = only(since(events, concluded), 'InformationAssessed').some(({ data }) => data.credible);
  if (concluded.data.outcome === 'cleared' && !credible) return 'cleared';
  if (remedied) return 'remedied';
  const opened = last(events, 'RemediationOpened');
  const ended = last(events, 'RemediationCompleted', 'RemediationDiscontinued');
  return opened !== undefined && events.indexOf(opened) > (ended === undefined ? -1 : events.indexOf(ended))
    ? 'in-remediation'
    : 'refused';
}

/** The day of a fact that happens once, after its last correction. */
const dayOfFact = (
  events: readonly RecordedEvent<VettingCaseEvent>[],
  fact: string,
  recorded = null as string | null,
) =>
  only(events, 'VettingDayCorrected')
    .filter(({ data }) => data.fact === fact)
    .at(-1)?.data.on ?? recorded;

const vettingCases: Figures = (log, { day }) =>
  streamsOf<VettingCaseEvent>(log, 'vetting-case').map((events) => {
    const opened = last(events, 'VettingRequested') as Of<VettingCaseEvent, 'VettingRequested'>;
    const { subject, donor, recipient, programme = null, case: assistanceCase = null, due } = opened.data;
    const concluded = last(events, 'VettingConcluded');
    const concludedOn = concluded === undefined ? null : occurredOn(concluded);
    const completed = last(events, 'RemediationCompleted');
    const after = since(events, completed);
    // New information, or another remediation, takes a completed one back.
    const remedied =
      completed !== undefined && only(after, 'DerogatoryInformationRecorded', 'RemediationOpened').length === 0;
    const reset = completed !== undefined && only(after, 'RemediationOpened').length === 0 && !remedied;
    const given = last(events, 'RemediationDiscontinued');
    const givenUp = given !== undefined && only(since(events, given), 'RemediationOpened').length === 0;
    const steps = reset || givenUp ? [] : stepsIn(events);
    const dismissed = only(events, 'InformationAssessed').filter(({ data }) => !data.credible).length;
    const information = only(events, 'DerogatoryInformationRecorded').length;
    const sources = only(events, 'SourceChecked');
    const withheld = last(events, 'PublicationWithheld');
    const published = last(events, 'IneligibilityPublished');
    const informed = last(events, 'RecipientInformed');
    const until =
      last(events, 'VettingConcluded', 'RemediationCompleted', 'VettedClearanceCorrected')?.data.until ?? null;
    const withdrawn = last(events, 'VettingWithdrawn');
    const { organisation, for: spokenFor = organisation } = withdrawn?.metadata.actor ?? { organisation: null };
    const open = concludedOn === null && withdrawn === undefined;
    const knownOn = recordedOn(opened);
    const answeredOn = concludedOn === null ? null : ([concludedOn, knownOn].toSorted()[1] as string);
    return {
      vetting_case: idOf(opened.stream),
      subject_kind: subject.kind,
      subject: subject.id,
      donor,
      recipient,
      programme,
      assistance_case: assistanceCase,
      stage: stageOf(events, remedied),
      requested_on: occurredOn(opened),
      due,
      sources: sources.length,
      sources_with_information: sources.filter(({ data }) => data.found).length,
      information,
      information_standing: information - dismissed,
      information_open: information - only(events, 'InformationAssessed').length,
      information_since: only(since(events, last(events, 'RemediationOpened')), 'InformationAssessed').filter(
        ({ data }) => data.credible,
      ).length,
      concluded_on: concludedOn,
      known_on: knownOn,
      answered_on: answeredOn,
      cleared_until: until,
      withdrawn_on: withdrawn === undefined ? null : occurredOn(withdrawn),
      withdrawn_by: spokenFor,
      withdrawn_reason: withdrawn?.data.reason ?? null,
      informed_on: dayOfFact(events, 'word', informed?.data.on),
      published_on: dayOfFact(events, 'publication', published?.data.on),
      publication: withheld !== undefined ? 'withheld' : published !== undefined ? 'published' : null,
      withheld_by: withheld?.data.authority ?? null,
      withheld_reason: withheld?.data.reason ?? null,
      remediations: only(events, 'RemediationOpened').length,
      steps: steps.length,
      steps_taken: steps.filter(({ on }) => on !== null).length,
      remedied_on: remedied ? completed.data.on : null,
      discontinued_on: given?.data.on ?? null,
      discontinued_reason: given?.data.reason ?? null,
      overdue: open && day > due,
      days_late: daysLate(due, answeredOn, open, day),
      days_open: daysLate(occurredOn(opened), concludedOn, open, day),
    };
  });

const timeliness: Figures = (log, at) => {
  const due = vettingCases(log, at).filter((row) => row['overdue'] === true || row['concluded_on'] !== null);
  const groups = Map.groupBy(due, ({ donor, recipient }) => JSON.stringify([donor, recipient]));
  return [...groups.values()].map((rows) => {
    const [{ donor = null, recipient = null } = {}] = rows;
    const days = rows.map((row) => Number(row['days_late']));
    const inTime = days.filter((late) => late <= 0).length;
    const overdue = rows.filter((row) => row['overdue'] === true).length;
    return {
      donor,
      recipient,
      due: rows.length,
      in_time: inTime,
      late: rows.length - inTime - overdue,
      overdue,
      in_time_percent: Math.round((inTime * 1000) / rows.length) / 10,
      most_days_late: Math.max(...days),
    };
  });
};

const remediationSteps: Figures = (log, { day }) =>
  streamsOf<VettingCaseEvent>(log, 'vetting-case').flatMap((events) => {
    const opened = last(events, 'VettingRequested') as Of<VettingCaseEvent, 'VettingRequested'>;
    const { subject, donor, recipient } = opened.data;
    const plans = only(events, 'RemediationOpened');
    return distinct(plans.flatMap(({ data }) => data.steps.map(({ step }) => step))).map((name): FigureRow => {
      const plan = plans.findLast(({ data }) => data.steps.some(({ step }) => step === name));
      const upToNext = events.slice(
        0,
        events.findIndex((event) => plans.indexOf(event as never) > plans.indexOf(plan as never)),
      );
      const its = plans.at(-1) === plan ? events : upToNext;
      const givenUp = only(since(its, plan), 'RemediationDiscontinued').some(({ data }) => data.open.includes(name));
      const { measure, due, on } = stepsIn(its).find(({ step }) => step === name) as ReturnType<typeof stepsIn>[number];
      return {
        vetting_case: idOf(opened.stream),
        subject_kind: subject.kind,
        subject: subject.id,
        donor,
        recipient,
        remediation: plans.indexOf(plan as (typeof plans)[number]) + 1,
        step: name,
        measure,
        status: givenUp ? 'given-up' : on === null ? 'open' : 'taken',
        due,
        taken_on: on,
        overdue: on === null && !givenUp && day > due,
        days_late: daysLate(due, on, on === null && !givenUp, day),
      };
    });
  });

export const VETTING: Readonly<Record<string, Figures>> = {
  units,
  'vetted-persons': vettedPersons,
  'vetting-cases': vettingCases,
  'vetting-timeliness': timeliness,
  'remediation-steps': remediationSteps,
};
