import { MISUSE_STEPS, type MisuseCaseEvent, type MisuseStep } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import {
  type Figures,
  daysBetween,
  daysLate,
  happened,
  idOf,
  last,
  occurredOn,
  only,
  recordedOn,
  since,
  streamsOf,
} from './log.js';

type Events = readonly RecordedEvent<MisuseCaseEvent>[];
type Type = MisuseCaseEvent['type'];
const misuseCases = (log: readonly RecordedEvent[]): readonly Events[] =>
  streamsOf<MisuseCaseEvent>(log, 'misuse-case');

/** A field of the report, as corrected last; null if it does not name one. */
function reported(
  events: Events,
  field: 'allegation' | 'programme' | 'case' | 'donor' | 'recipient' | 'accused',
): string | null {
  const given = only(events, 'MisuseFlagged', 'MisuseReportCorrected').flatMap(({ data }) => data[field] ?? []);
  return given.at(-1) ?? null;
}
/** The columns of what a misuse case concerns that each of its rows has. */
export const concerned = (events: Events) => ({
  programme: reported(events, 'programme'),
  assistance_case: reported(events, 'case'),
  donor: reported(events, 'donor'),
  recipient: reported(events, 'recipient') as string,
});

const STATUS: Readonly<Record<string, string>> = {
  MisuseFlagged: 'flagged',
  MisuseTriaged: 'accepted',
  MisuseDeclined: 'declined',
  InvestigationOpened: 'investigating',
  MisuseSubstantiated: 'substantiated',
  MisuseDismissed: 'dismissed',
  MisuseFoundInconclusive: 'inconclusive',
  MisuseCaseClosed: 'closed',
  MisuseCaseReopened: 'flagged',
};

/** By step: the events that give it its last day, by which field, and those that end it. */
export const STEPS: Readonly<
  Record<MisuseStep, { readonly by: Partial<Record<Type, string>>; readonly ends: readonly Type[] }>
> = {
  acknowledge: { by: { MisuseFlagged: 'acknowledgeBy' }, ends: ['MisuseReportAcknowledged'] },
  triage: {
    by: { MisuseFlagged: 'triageBy', MisuseCaseReopened: 'triageBy' },
    ends: ['MisuseTriaged', 'MisuseDeclined'],
  },
  notify: {
    by: { MisuseTriaged: 'notifyBy', TriageCorrected: 'notifyBy' },
    ends: ['LegislatureNotifiedOfPossibleViolation'],
  },
  open: { by: { MisuseTriaged: 'openBy', TriageCorrected: 'openBy' }, ends: ['InvestigationOpened'] },
  reply: { by: { AllegationPutToRecipient: 'replyBy' }, ends: ['RecipientReplyReceived', 'MisuseDismissed'] },
  conclude: {
    by: { InvestigationOpened: 'concludeBy', InvestigationExtended: 'until' },
    ends: ['MisuseSubstantiated', 'MisuseDismissed', 'MisuseFoundInconclusive'],
  },
  measure: { by: { MisuseSubstantiated: 'measureBy' }, ends: ['MeasureDecided'] },
  remediate: { by: { RemediationPlanAgreed: 'due' }, ends: ['RemediationVerified', 'AssistanceTerminated'] },
};

/** To whom the allegation was put last, without those that replied since. */
function unheard(events: Events): readonly string[] {
  const put = last(events, 'AllegationPutToRecipient');
  if (put === undefined) return [];
  const replied = only(since(events, put), 'RecipientReplyReceived').map(({ data }) => data.from);
  return put.data.to.filter((organisation) => !replied.includes(organisation));
}

/** Whether an event ends a step: a reply does if it is the last one. */
export const endsStep = (events: Events, step: MisuseStep, event: Events[number]): boolean =>
  STEPS[step].ends.includes(event.type) &&
  (event.type !== 'RecipientReplyReceived' || unheard(events.slice(0, events.indexOf(event) + 1)).length === 0);

/** The last day of a step, if it has begun in this round and is not done. */
function dueOf(round: Events, step: MisuseStep): string | null {
  const { by } = STEPS[step];
  const named = round.findLast(
    (event) => event.type in by || endsStep(round, step, event) || event.type === 'MisuseCaseClosed',
  );
  const field = named === undefined ? undefined : by[named.type];
  return field === undefined
    ? null
    : ((named?.data as unknown as Readonly<Record<string, string | undefined>>)[field] ?? null);
}

/** The events since the report, or since the case was reopened last. */
function roundOf(events: Events): Events {
  const again = last(events, 'MisuseCaseReopened');
  return again === undefined ? events : [again, ...since(events, again)];
}

function precautionOf(round: Events): string | null {
  const of = last(
    round,
    'PrecautionarySuspensionOrdered',
    'PrecautionarySuspensionRenewed',
    'PrecautionarySuspensionLapsed',
  );
  return of === undefined || of.type === 'PrecautionarySuspensionLapsed' ? null : of.data.until;
}

const ASSISTANCE: Readonly<Record<string, string>> = {
  AssistanceSuspended: 'suspended',
  AssistanceResumed: 'resumed',
  AssistanceTerminated: 'terminated',
};
function assistanceOf(events: Events): string {
  if (last(events, 'AssistanceTerminated') !== undefined) return 'terminated';
  return ASSISTANCE[roundOf(events).findLast(({ type }) => type in ASSISTANCE)?.type ?? ''] ?? 'running';
}

type Scopes = readonly { readonly kind: string; readonly id: string }[];
const scopesIn = (scopes: Scopes = []) => scopes.map(({ kind, id }) => ({ kind, id }));
/** What the misuse concerns: as corrected last, else as reported. */
const scopesOf = (events: Events) =>
  scopesIn(
    only(events, 'MisuseFlagged', 'MisuseReportCorrected').findLast(({ data }) => data.scopes !== undefined)?.data
      .scopes,
  );

/** What was decided, and what of it is left. */
function measuresOf(events: Events, round: Events) {
  const measures = [...new Set(only(round, 'MeasureDecided').map(({ data }) => data.measure))];
  const ceased = last(round, 'RemediationVerified') !== undefined;
  const amounts = only(round, 'FundsRecovered').map((event) =>
    only(events, 'RecoveryCorrected')
      .filter(({ data }) => data.corrects === event.id)
      .reduce((amount, { data }) => amount + data.difference, event.data.amount),
  );
  const recovered = amounts.filter((amount) => amount > 0).length;
  const assistance = assistanceOf(events);
  const left = [
    ...(assistance === 'running' ? ['suspend'] : []),
    ...(assistance === 'terminated' ? [] : ['terminate', ...(ceased ? [] : ['condition'])]),
    ...(recovered === 0 ? ['recover'] : []),
  ];
  const open = measures.filter((measure) => left.includes(measure));
  return {
    measures: measures.length === 0 ? null : measures.join(','),
    measures_open: open.length === 0 ? null : open.join(','),
    violation_ceased: ceased,
    recovered,
  };
}

const resumedOn = (round: Events): string | null => {
  const resumed = last(round, 'AssistanceResumed');
  return resumed === undefined ? null : occurredOn(resumed);
};

/** What a precaution, through its last day, and a measure stop. */
function stoppedBy(events: Events, round: Events, day: string) {
  const ordered = last(
    round,
    'PrecautionarySuspensionOrdered',
    'PrecautionarySuspensionRenewed',
    'PrecautionarySuspensionLapsed',
  );
  const precaution =
    ordered === undefined || ordered.type === 'PrecautionarySuspensionLapsed' ? [] : scopesIn(ordered.data.scopes);
  const by = assistanceOf(events);
  const measure = by === 'suspended' ? scopesIn(last(round, 'AssistanceSuspended')?.data.scopes) : [];
  const isOver = day > (precautionOf(round) ?? day);
  const names = distinctNames([...measure, ...(isOver ? [] : precaution)]);
  return {
    precaution_scopes: precaution,
    precaution_until: isOver ? null : precautionOf(round),
    suspended_names: names.join(',') || null,
    measure_names: distinctNames(measure).join(',') || null,
    assistance: by !== 'terminated' && names.length > 0 ? 'suspended' : by,
    assistance_by_measure: by,
  };
}
const distinctNames = (scopes: Scopes): readonly string[] => [
  ...new Set(scopes.map(({ kind, id }) => `${kind}/${id}`)),
];

function misuseCase(events: Events, day: string) {
  const round = roundOf(events);
  const triaged = last(round, 'MisuseTriaged', 'TriageCorrected')?.data;
  const steps = MISUSE_STEPS.map((step) => ({ step, due: dueOf(round, step) }));
  const due = steps.flatMap((one) => (one.due === null ? [] : [{ step: one.step, due: one.due }]));
  const next = due.toSorted((a, b) => (`${a.due} ${a.step}` < `${b.due} ${b.step}` ? -1 : 1))[0];
  const status = STATUS[events.findLast(({ type }) => type in STATUS)?.type ?? ''] as string;
  const closed = status === 'closed' ? last(events, 'MisuseCaseClosed') : undefined;
  const precaution = precautionOf(round);
  const overdue = next !== undefined && day > next.due;
  const assured = last(events, 'AssurancesReceived');
  const end = only(round, 'MisuseDeclined', 'MisuseDismissed', 'MisuseCaseClosed')[0];
  const ended = end === undefined ? null : occurredOn(end);
  return {
    misuse_case: idOf((events[0] as Events[number]).stream),
    status,
    allegation: reported(events, 'allegation'),
    incident_type: triaged?.incidentType ?? null,
    ...concerned(events),
    accused: reported(events, 'accused'),
    scopes: scopesOf(events),
    scope_names: scopesOf(events)
      .map(({ kind, id }) => `${kind}/${id}`)
      .join(','),
    suspended_scopes:
      assistanceOf(events) === 'suspended' ? scopesIn(last(round, 'AssistanceSuspended')?.data.scopes) : [],
    ...stoppedBy(events, round, day),
    terminated_scopes: scopesIn(last(events, 'AssistanceTerminated')?.data.scopes),
    flagged_on: occurredOn(events[0] as Events[number]),
    acknowledged: last(events, 'MisuseReportAcknowledged') !== undefined,
    next_step: next?.step ?? null,
    next_due: next?.due ?? null,
    reply_by: dueOf(round, 'reply'),
    awaits_reply_of: dueOf(round, 'reply') === null ? null : unheard(round).join(','),
    due: Object.fromEntries(due.map((one) => [one.step, one.due])),
    overdue_steps: only(events, 'MisuseStepBecameOverdue').length,
    notice_required: triaged?.noticeRequired ?? false,
    legislature_notified: last(events, 'LegislatureNotifiedOfPossibleViolation') !== undefined,
    investigator: last(events, 'InvestigatorAssigned')?.data.investigator ?? null,
    evidence: only(events, 'EvidenceAdded').length,
    assurances_on: assured === undefined ? null : occurredOn(assured),
    ended_on: ended,
    days_open: daysLate(occurredOn(events[0] as Events[number]), ended, ended === null, day),
    disclosed: last(events, 'AllegationPutToRecipient') !== undefined,
    replies: only(events, 'RecipientReplyReceived').length,
    measure: last(round, 'MeasureDecided')?.data.measure ?? null,
    ...measuresOf(events, round),
    conditions:
      only(round, 'MeasureDecided')
        .findLast(({ data }) => data.conditions?.length)
        ?.data.conditions?.join(',') ?? null,
    resumed_on: resumedOn(round),
    recoveries: only(events, 'FundsRecovered').length,
    closed_on: closed === undefined ? null : occurredOn(closed),
    reopened: only(events, 'MisuseCaseReopened').length,
    overdue,
    days_late: overdue ? daysBetween(next.due, day) : null,
    precaution_lapsed: precaution !== null && day > precaution,
  };
}

/** Each scope that a report or its correction names, by its first naming. */
function namedScopes(events: Events) {
  const named = only(events, 'MisuseFlagged', 'MisuseReportCorrected').flatMap((event) =>
    scopesIn(event.data.scopes).map((scope) => ({ scope, event })),
  );
  const isFirst = ({ scope }: (typeof named)[number], n: number): boolean =>
    named.findIndex((other) => other.scope.kind === scope.kind && other.scope.id === scope.id) === n;
  return named.filter(isFirst).map(({ scope: { kind, id }, event }) => ({
    misuse_case: idOf(event.stream),
    scope_kind: kind,
    scope: id,
    named_on: occurredOn(event),
  }));
}

function recoveries(events: Events) {
  return only(events, 'FundsRecovered', 'RecoveryCorrected').map((event) => {
    const { corrects = null, on = null } = event.type === 'RecoveryCorrected' ? event.data : {};
    const corrected = events.find(({ id }) => id === corrects);
    return {
      misuse_case: idOf(event.stream),
      ...concerned(events.slice(0, events.indexOf(event))),
      currency: event.data.currency,
      amount: event.type === 'RecoveryCorrected' ? event.data.difference : event.data.amount,
      account: event.data.account ?? null,
      occurred_on: corrected === undefined ? (on ?? occurredOn(event)) : occurredOn(corrected),
      recorded_on: recordedOn(event),
      corrects,
    };
  });
}

export const misuseRows = (log: readonly RecordedEvent[], day: string) =>
  misuseCases(log).map((events) => misuseCase(events, day));
export const recoveryRows = (log: readonly RecordedEvent[]) => misuseCases(log).flatMap(recoveries);

export const MISUSE: Readonly<Record<string, Figures>> = {
  'misuse-scopes': (log) => misuseCases(log).flatMap(namedScopes),
  'misuse-register': (log, { day }) => misuseRows(log, day),
  recoveries: (log, { occurredBy }) => happened(recoveryRows(log), 'occurred_on', occurredBy),
};
