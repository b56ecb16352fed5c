import type {
  DraftAgreement,
  LegalFrameworkCommand,
  LegalFrameworkEvent,
  LegalFrameworkRelation,
  ParameterName,
  PeriodicReport,
  RulesSetAside,
  SetParameter,
  SetRulesAside,
  StatutoryReport,
  SubmitStatutoryReport,
} from '@entente/contracts';
import {
  type DataOf,
  type DecisionContext,
  type Refusal,
  type StreamEvent,
  actsFor,
  addDays,
  authoriseBy,
  decideBy,
  evolveBy,
  pick,
  put,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { factDay, inTheFuture, notOverYet, today } from '../days.js';
import { carriedBy, correcting } from '../corrections.js';
import { relationsTo } from '../delivery/senders.js';
import { notRegistered, partiesOf, partyStreams } from '../parties/registration.js';
import { type AssuredTime, type LegalFramework, type Waiver, frameworkFacts } from './framework-facts.js';
import { DEFAULT_PARAMETERS, parameterOf } from './parameters.js';

type FrameworkData<Type extends LegalFrameworkCommand['type']> = DataOf<LegalFrameworkCommand, Type>;

/** The most conditions, restrictions, waivers or incident types: a decision reads all of them. */
const MAX_OF_EACH = 200;
const MAX_DAYS = 3660;

// ---- State ----

const keyOf = ({ report, of }: Pick<PeriodicReport, 'report' | 'of'>): string => `${report}/${of}`;

/** The last day of a period: a calendar year, or a half of it. */
const endOf = (of: string): string => (of.endsWith('h1') ? `${of.slice(0, 4)}-06-30` : `${of.slice(0, 4)}-12-31`);

const withReport = (
  { reports }: LegalFramework,
  { report, of, due }: PeriodicReport,
  from: string,
): LegalFramework['reports'] => put(reports, keyOf({ report, of }), { report, of, due, from, state: 'due' });

/** A period is reported at its end. */
const withPeriods = (state: LegalFramework, due: readonly PeriodicReport[]): LegalFramework['reports'] =>
  due.reduce((reports, one) => withReport({ ...state, reports }, one, endOf(one.of)), state.reports);

/** A report that is submitted or overdue, and the next one of its kind. */
function withState(
  state: LegalFramework,
  { report, of, next }: { readonly report: StatutoryReport; readonly of: string; readonly next?: PeriodicReport },
  is: 'submitted' | 'overdue',
): LegalFramework['reports'] {
  const was = state.reports[keyOf({ report, of })];
  const reports = was === undefined ? state.reports : put(state.reports, keyOf(was), { ...was, state: is });
  return withPeriods({ ...state, reports }, next === undefined ? [] : [next]);
}

const withdrawnOn = (times: readonly AssuredTime[], on: string): readonly AssuredTime[] =>
  times.map((time) => (time.to === null ? { ...time, to: on } : time));

const rulesSetAside =
  (report: 'waiver' | 'exception') =>
  (
    { name, rules, from, until, scope, reportBy }: RulesSetAside,
    state: LegalFramework,
    { metadata }: Pick<StreamEvent, 'metadata'>,
  ): Partial<LegalFramework> => {
    const granted = factDay(metadata);
    return {
      waivers: put(state.waivers, name, { rules, from, until, ...(scope && { scope }), endedOn: null }),
      reports: withReport(state, { report, of: name, due: reportBy }, from < granted ? from : granted),
    };
  };

const evolve = evolveBy<LegalFramework, LegalFrameworkEvent>()(
  'AgreementDrafted',
  ({ donor, recipient, basis, parameters }) => ({
    donor,
    recipient,
    reported: basis === 'reported',
    status: 'drafted',
    signed: {},
    from: null,
    until: null,
    warnOn: null,
    warnedOf: null,
    amendedOn: null,
    endedOn: null,
    assurances: {},
    unitsBarred: [],
    conditions: [],
    restrictions: {},
    waivers: {},
    reports: {},
    parameters: Object.fromEntries(parameters.map(({ parameter, value }) => [parameter, value])),
    incidentTypes: {},
    correctable: new Map(),
  }),
  {
    AgreementSigned: ({ party, on }, { signed }) => ({ signed: put(signed, party, on) }),
    AgreementEnteredIntoForce: ({ on, until, warnOn, reports }, state) => ({
      status: 'in-force',
      from: on,
      until,
      warnOn,
      reports: withPeriods(state, reports),
    }),
    AgreementAmended: (data, { amendedOn }) => ({
      amendedOn: amendedOn !== null && amendedOn < data.on ? amendedOn : data.on,
      ...pick(data, 'until', 'warnOn'),
    }),
    AgreementCorrected: (data, state) => ({
      from: data.on ?? state.from,
      ...pick(data, 'until', 'warnOn'),
      // It had not expired on the wrong day.
      status: state.status === 'expired' && data.until !== undefined ? 'in-force' : state.status,
      ...(data.reports === undefined ? {} : { reports: withPeriods(state, data.reports) }),
    }),
    AgreementExpiryApproached: ({ until }) => ({ warnedOf: until }),
    AgreementExpired: () => ({ status: 'expired' }),
    AgreementTerminated: ({ on }) => ({ status: 'terminated', endedOn: on }),
    UseConditionAttached: ({ condition }, { conditions }) => ({ conditions: [...conditions, condition] }),
    UseConditionLifted: ({ condition }, { conditions }) => ({
      conditions: conditions.filter((one) => one !== condition),
    }),
    RestrictionImposed: ({ restriction, scope = null }, { restrictions }) => ({
      restrictions: { ...restrictions, [restriction]: scope },
    }),
    RestrictionLifted: ({ restriction }, { restrictions }) => ({
      restrictions: Object.fromEntries(Object.entries(restrictions).filter(([name]) => name !== restriction)),
    }),
    EndUseAssuranceGiven: ({ assurance, on }, { assurances }) => ({
      assurances: { ...assurances, [assurance]: [...(assurances[assurance] ?? []), { from: on, to: null }] },
    }),
    EndUseAssuranceWithdrawn: ({ assurance, on }, { assurances }) => ({
      assurances: {
        ...assurances,
        [assurance]: withdrawnOn(assurances[assurance] ?? [], on),
      },
    }),
    ListedUnitsBarred: ({ on }, { unitsBarred }) => ({ unitsBarred: [...unitsBarred, { from: on, to: null }] }),
    ListedUnitsBarWithdrawn: ({ on }, { unitsBarred }) => ({ unitsBarred: withdrawnOn(unitsBarred, on) }),
    WaiverGranted: rulesSetAside('waiver'),
    ExceptionInvoked: rulesSetAside('exception'),
    WaiverEnded: ({ name, on }, { waivers }) => {
      const was = waivers[name];
      return was === undefined ? {} : { waivers: put(waivers, name, { ...was, endedOn: on }) };
    },
    StatutoryReportSubmitted: (data, state) => ({ reports: withState(state, data, 'submitted') }),
    StatutoryReportBecameOverdue: (data, state) => ({ reports: withState(state, data, 'overdue') }),
    FrameworkDayCorrected: ({ fact, of, on }, { waivers }) => {
      const was = waivers[of];
      if (fact === 'report' || was === undefined) return {};
      return { waivers: put(waivers, of, { ...was, [fact === 'end' ? 'endedOn' : 'until']: on }) };
    },
    ParameterSet: ({ parameter, value }, { parameters }) => ({ parameters: { ...parameters, [parameter]: value } }),
    IncidentTypeDefined: (data, { incidentTypes }) => ({ incidentTypes: put(incidentTypes, data.incidentType, data) }),
  },
);

// ---- Agreement ----

function draft(data: DraftAgreement, context: DecisionContext): readonly LegalFrameworkEvent[] | Refusal {
  if (data.donor === data.recipient)
    return refuse('donor-is-recipient', 'the recipient is another organisation than the donor');
  const parameters = Object.entries(DEFAULT_PARAMETERS).map(([parameter, { value, unit }]) => ({
    parameter: parameter as ParameterName,
    value,
    unit,
  }));
  return (
    notRegistered(partiesOf(data), context) ?? [{ type: 'AgreementDrafted', data: { ...data, parameters } } as const]
  );
}

function cannotSign(
  { party, on }: FrameworkData<'SignAgreement'>,
  { donor, recipient, status, signed }: LegalFramework,
  context: DecisionContext,
): Refusal | null {
  const { actor } = context;
  if ((party !== donor && party !== recipient) || (actor.role !== 'operator' && actsFor(actor) !== party))
    return refuse('not-the-party', 'a party signs for itself', 'R1', { donor, recipient });
  if (status !== 'drafted') return refuse('not-drafted', 'the agreement is a draft', 'R1', { status });
  if (signed[party] !== undefined)
    return refuse('already-signed', 'the party has not signed yet', 'R1', { on: signed[party] });
  return inTheFuture(on, context);
}

const endsEarly = (on: string, until: string): Refusal | null =>
  until < on ? refuse('ends-before-start', 'the last day is not before the first one', null, { on, until }) : null;

/** The last day before the expiry is near. */
const warnOn = (state: LegalFramework, until: string): string =>
  addDays(until, -parameterOf(state, 'expiryWarningDays'));

const RECURRING = ['semi-annual', 'annual'] as const;

/** The period of a report that a day is in. */
const PERIOD: Readonly<Record<(typeof RECURRING)[number], (day: string) => string>> = {
  'semi-annual': (day) => `${day.slice(0, 4)}-${day.slice(5, 7) <= '06' ? 'h1' : 'h2'}`,
  annual: (day) => day.slice(0, 4),
};

const NEXT: Readonly<Record<(typeof RECURRING)[number], (of: string) => string>> = {
  'semi-annual': (of) => (of.endsWith('h1') ? of.replace('h1', 'h2') : `${Number(of.slice(0, 4)) + 1}-h1`),
  annual: (of) => String(Number(of) + 1),
};

/** The report of a period. */
function periodic(state: LegalFramework, report: 'semi-annual' | 'annual', of: string): PeriodicReport {
  return { report, of, due: addDays(endOf(of), parameterOf(state, 'periodicReportDays')) };
}

/** R30: the first day is not before the last signature. */
function beforeSigned(on: string, { signed }: LegalFramework): Refusal | null {
  const last = Object.values(signed).toSorted().at(-1) ?? on;
  return on < last
    ? refuse('before-the-fact', 'it enters into force after the last signature', 'R30', { on: last })
    : null;
}

/** R1, R30: an agreement enters into force after both parties have signed it. */
function enter(data: FrameworkData<'BringAgreementIntoForce'>, state: LegalFramework, context: DecisionContext) {
  const { on, until } = data;
  const { status, signed, donor, recipient } = state;
  if (status !== 'drafted') return refuse('not-drafted', 'the agreement is a draft', 'R1', { status });
  const missing = [donor, recipient].filter((party) => signed[party] === undefined);
  if (missing.length > 0) return refuse('not-signed-by-both', 'both parties have signed it', 'R1', { missing });
  const refusal = beforeSigned(on, state) ?? inTheFuture(on, context) ?? endsEarly(on, until);
  if (refusal !== null) return refusal;
  const reports = RECURRING.map((report) => periodic(state, report, PERIOD[report](on)));
  return [{ type: 'AgreementEnteredIntoForce', data: { ...data, warnOn: warnOn(state, until), reports } } as const];
}

const notInForce = ({ status }: LegalFramework): Refusal | null =>
  status === 'in-force' ? null : refuse('not-in-force', 'the agreement is in force', 'R1', { status });

const warning = (state: LegalFramework, until: string | undefined) =>
  until === undefined ? {} : { warnOn: warnOn(state, until) };

function amend(data: FrameworkData<'AmendAgreement'>, state: LegalFramework, context: DecisionContext) {
  const { on, until } = data;
  const refusal =
    notInForce(state) ??
    inTheFuture(on, context) ??
    (on < (state.from ?? on)
      ? refuse('before-the-fact', 'it is amended after it entered into force', 'R30', { on: state.from })
      : endsEarly(on, until ?? on));
  return refusal ?? ([{ type: 'AgreementAmended', data: { ...data, ...warning(state, until) } }] as const);
}

/** R26, R30: the days of an agreement are corrected at its entry into force. */
function correct(data: FrameworkData<'CorrectAgreement'>, state: LegalFramework, context: DecisionContext) {
  const { on = state.from ?? '', until = state.until ?? '' } = data;
  const reports = [
    ...(data.on === undefined ? [] : dueSince(on, state)),
    ...(data.until === undefined ? [] : dueAgain(state)),
  ];
  const [earliest = on] = [state.amendedOn, state.endedOn].filter((day) => day !== null).toSorted();
  return (
    inTheFuture(on, context) ??
    beforeSigned(on, state) ??
    (on > earliest
      ? refuse('happened-earlier', 'it is not amended or terminated before its first day', 'R30', { earliest })
      : null) ??
    endsEarly(on, until) ??
    (reports.length > MAX_OF_EACH
      ? refuse('too-many-periods', `at most ${MAX_OF_EACH} reports become due by one correction`, 'R32')
      : null) ??
    ([
      {
        type: 'AgreementCorrected',
        data: { ...data, ...warning(state, data.until), ...(reports.length > 0 && { reports }) },
      },
    ] as const)
  );
}

/** The reports of a kind, by their periods. */
const seriesOf = ({ reports }: LegalFramework, report: StatutoryReport) =>
  Object.values(reports)
    .filter((one) => one.report === report)
    .toSorted((a, b) => (a.of < b.of ? -1 : 1));

/** R8: an agreement is reported on from its first day: what it owes before its first reports. */
const dueSince = (on: string, state: LegalFramework): readonly PeriodicReport[] =>
  RECURRING.flatMap((report) => {
    const [first] = seriesOf(state, report);
    const due: PeriodicReport[] = [];
    for (let of = PERIOD[report](on); first !== undefined && of < first.of; of = NEXT[report](of))
      due.push(periodic(state, report, of));
    return due;
  });

/** R8: an agreement that had not expired is reported on: the series of its reports continues. */
function dueAgain(state: LegalFramework): readonly PeriodicReport[] {
  if (state.status !== 'expired') return [];
  return RECURRING.flatMap((report) => {
    const newest = seriesOf(state, report).at(-1);
    if (newest === undefined || newest.state === 'due') return [];
    return nextOf(newest, { ...state, status: 'in-force' }).next ?? [];
  });
}

/** Whether the day is the agreement's last day, and the other day is over. */
function notOver(
  { until }: { readonly until: string },
  state: LegalFramework,
  day: string | null,
  context: DecisionContext,
) {
  if (state.until !== until)
    return refuse('other-last-day', "the day is the agreement's last day", null, { until: state.until });
  return day === null || today(context) <= day ? refuse('not-over-yet', 'the day is over', 'R1', { day }) : null;
}

function cannotTerminate(
  { on }: FrameworkData<'TerminateAgreement'>,
  { from }: LegalFramework,
  context: DecisionContext,
): Refusal | null {
  if (from !== null && on < from)
    return refuse('before-the-fact', 'it ends after it entered into force', 'R30', { on: from });
  return inTheFuture(on, context);
}

// ---- Terms ----

/** Conditions and restrictions are added under a new name, and ended by it. */
const cannotAdd = (names: readonly string[], name: string): Refusal | null =>
  names.includes(name)
    ? refuse('already-attached', 'none in force has this name', null, { name })
    : names.length >= MAX_OF_EACH
      ? refuse('too-many-terms', `at most ${MAX_OF_EACH} of a kind are in force`)
      : null;
const cannotLift = (names: readonly string[], name: string): Refusal | null =>
  names.includes(name) ? null : refuse('not-attached', 'one in force has this name', null, { names });

/** What the recipient assures is given once at a time, and again only after it was withdrawn. */
function cannotGive(
  last: AssuredTime | undefined,
  on: string,
  rule: 'R1' | 'R6',
  context: DecisionContext,
): Refusal | null {
  if (last?.to === null)
    return refuse('already-given', 'the recipient does not give it yet', rule, { from: last.from });
  if (last !== undefined && on < last.to)
    return refuse('before-the-fact', 'it is given again after it was withdrawn', 'R30', { on: last.to });
  return inTheFuture(on, context);
}

function cannotTakeBack(
  last: AssuredTime | undefined,
  on: string,
  rule: 'R1' | 'R6',
  context: DecisionContext,
): Refusal | null {
  if (last?.to !== null) return refuse('not-given', 'the recipient gives it', rule, { to: last?.to ?? null });
  if (on < last.from) return refuse('before-the-fact', 'it is withdrawn after it was given', 'R30', { on: last.from });
  return inTheFuture(on, context);
}

// ---- Waivers and reports ----

/** R8: a waiver or an exception has an authority, a legal basis, a last day, and a report due. */
const setRulesAside =
  (type: 'WaiverGranted' | 'ExceptionInvoked') =>
  (data: SetRulesAside, state: LegalFramework, context: DecisionContext): readonly LegalFrameworkEvent[] | Refusal => {
    const { name, from, until } = data;
    if (Object.hasOwn(state.waivers, name))
      return refuse('name-taken', 'no waiver or exception has this name', 'R8', { name });
    if (Object.keys(state.waivers).length >= MAX_OF_EACH)
      return refuse('too-many-waivers', `a framework has at most ${MAX_OF_EACH} waivers and exceptions`, 'R8');
    const reportBy = addDays(context.occurredAt, parameterOf(state, 'waiverReportDays'));
    return endsEarly(from, until) ?? [{ type, data: { ...data, reportBy } }];
  };

function cannotEnd(
  { name, on }: FrameworkData<'EndWaiver'>,
  { waivers }: LegalFramework,
  context: DecisionContext,
): Refusal | null {
  const waiver = Object.hasOwn(waivers, name) ? waivers[name] : undefined;
  if (waiver?.endedOn !== null) return notInForceThen(name);
  return endsOutOfOrder(name, { ...waiver, endedOn: on }) ?? inTheFuture(on, context);
}

const notInForceThen = (name: string): Refusal =>
  refuse('waiver-not-in-force', 'a waiver or an exception of this name has not ended', 'R8', { name });

/** R8, R30: what ends before its last day ends on its first one or later. */
function endsOutOfOrder(name: string, { from, until, endedOn }: Waiver): Refusal | null {
  if (endedOn === null) return null;
  if (until < endedOn) return notInForceThen(name);
  return endedOn < from ? refuse('before-the-fact', 'it ends after its first day', 'R30', { on: from }) : null;
}

/** The facts whose day is corrected, by the event of each. */
const FACTS = {
  StatutoryReportSubmitted: 'report',
  WaiverGranted: 'last-day',
  ExceptionInvoked: 'last-day',
  WaiverEnded: 'end',
} as const;

/** R26, R30: the day of a report, or the last day or the end of a waiver, was another one. */
function correctDay(data: FrameworkData<'CorrectFrameworkDay'>, state: LegalFramework, context: DecisionContext) {
  const { corrects, on } = data;
  const { reports, waivers } = state;
  const fact = FACTS[context.known.typeOfEvent(corrects) as keyof typeof FACTS];
  const names = carriedBy({ carries: ['report', 'of', 'name'] }, state.correctable.get(corrects));
  const { of = names['name'] ?? '', report } = names as { readonly of?: string; readonly report?: StatutoryReport };
  const waiver = waivers[of];
  const refusal =
    report !== undefined
      ? beforeReported(on, reports[keyOf({ report, of })])
      : waiver === undefined
        ? null
        : (endsEarly(waiver.from, fact === 'end' ? waiver.until : on) ??
          endsOutOfOrder(of, { ...waiver, ...(fact === 'end' ? { endedOn: on } : { until: on }) }));
  return (
    refusal ??
    (fact === 'last-day' ? null : inTheFuture(on, context)) ?? [
      { type: 'FrameworkDayCorrected', data: { ...data, fact, ...(report && { report }), of } } as const,
    ]
  );
}

function reportIn({ reports }: LegalFramework, data: Pick<PeriodicReport, 'report' | 'of'>) {
  const found = Object.hasOwn(reports, keyOf(data)) ? reports[keyOf(data)] : undefined;
  if (found !== undefined && found.state !== 'submitted') return found;
  const due = Object.values(reports).flatMap((one) => (one.state === 'submitted' ? [] : [keyOf(one)]));
  return refuse('report-not-due', 'a report of this name is due', null, { due });
}

/**
 * A report that recurs is due for the next period, too, as soon as it is submitted or overdue,
 * while the agreement is in force.
 */
function nextOf({ report, of }: Pick<PeriodicReport, 'report' | 'of'>, state: LegalFramework) {
  if ((report !== 'semi-annual' && report !== 'annual') || state.status !== 'in-force') return {};
  const next = periodic(state, report, NEXT[report](of));
  return Object.hasOwn(state.reports, keyOf(next)) ? {} : { next };
}

/** R30: a period is reported after its end, a waiver or an exception after it was made. */
const beforeReported = (on: string, { from = on }: { readonly from?: string } = {}): Refusal | null =>
  on < from ? refuse('before-the-fact', 'it is submitted after what it reports', 'R30', { on: from }) : null;

function submit(data: SubmitStatutoryReport, state: LegalFramework, context: DecisionContext) {
  const found = reportIn(state, data);
  if ('code' in found) return found;
  const refusal = beforeReported(data.on, found) ?? inTheFuture(data.on, context);
  if (refusal !== null) return refusal;
  return [{ type: 'StatutoryReportSubmitted', data: { ...data, ...nextOf(data, state) } } as const];
}

function becomeOverdue(data: FrameworkData<'RecordOverdueReport'>, state: LegalFramework, context: DecisionContext) {
  const found = reportIn(state, data);
  if ('code' in found) return found;
  if (found.due !== data.due)
    return refuse('other-last-day', "the day is the report's last day", null, { due: found.due });
  const early = notOverYet(data.due, context);
  if (early !== null) return early;
  return found.state === 'overdue'
    ? []
    : ([{ type: 'StatutoryReportBecameOverdue', data: { ...data, ...nextOf(data, state) } }] as const);
}

// ---- Parameters and incident types ----

function setParameter(data: SetParameter, state: LegalFramework) {
  const { parameter, value } = data;
  const { unit, only } = DEFAULT_PARAMETERS[parameter];
  if (only?.includes(value) === false || (unit === 'days' && (value < 1 || value > MAX_DAYS)))
    return refuse('value-out-of-range', 'the value is one that the parameter can have', null, {
      parameter,
      ...(only === undefined ? { least: 1, most: MAX_DAYS } : { only }),
    });
  return parameterOf(state, parameter) === value ? [] : ([{ type: 'ParameterSet', data: { ...data, unit } }] as const);
}

function cannotDefine(
  { incidentType, noticeRequired, limits }: FrameworkData<'DefineIncidentType'>,
  { incidentTypes }: LegalFramework,
): Refusal | null {
  if (noticeRequired !== (limits.notify !== undefined))
    return refuse('notice-limit-missing', 'the days for the notice are stated if, and only if, one is due', 'R18');
  if (Object.hasOwn(incidentTypes, incidentType) || Object.keys(incidentTypes).length < MAX_OF_EACH) return null;
  return refuse('too-many-types', `a framework defines at most ${MAX_OF_EACH} types of incidents`);
}

/** What is set and given under an agreement that has not ended. */
const WHILE_IT_LASTS: readonly LegalFrameworkCommand['type'][] = [
  'SignAgreement',
  'BringAgreementIntoForce',
  'AmendAgreement',
  'TerminateAgreement',
  'AttachUseCondition',
  'ImposeRestriction',
  'GiveEndUseAssurance',
  'BarListedUnits',
  'SetParameter',
  'DefineIncidentType',
];

const decide = decideBy<LegalFramework, LegalFrameworkCommand, LegalFrameworkEvent>()(
  'DraftAgreement',
  draft,
  ({ type }, { status }) =>
    (status === 'expired' || status === 'terminated') && WHILE_IT_LASTS.includes(type)
      ? refuse(
          'agreement-ended',
          'the agreement has not ended; an extension signed before is recorded as its right last day',
          null,
          { status },
        )
      : null,
  {
    SignAgreement: { unless: cannotSign, then: 'AgreementSigned' },
    BringAgreementIntoForce: enter,
    AmendAgreement: amend,
    CorrectAgreement: correct,
    RecordApproachingExpiry: {
      unless: (data, state, context) => notInForce(state) ?? notOver(data, state, state.warnOn, context),
      already: ({ until }, { warnedOf }) => warnedOf === until,
      then: 'AgreementExpiryApproached',
    },
    RecordExpiredAgreement: {
      unless: (data, state, context) => notInForce(state) ?? notOver(data, state, data.until, context),
      then: 'AgreementExpired',
    },
    TerminateAgreement: { unless: cannotTerminate, then: 'AgreementTerminated' },
    AttachUseCondition: {
      unless: ({ condition }, { conditions }) => cannotAdd(conditions, condition),
      then: 'UseConditionAttached',
    },
    LiftUseCondition: {
      unless: ({ condition }, { conditions }) => cannotLift(conditions, condition),
      then: 'UseConditionLifted',
    },
    ImposeRestriction: {
      unless: ({ restriction }, { restrictions }) => cannotAdd(Object.keys(restrictions), restriction),
      then: 'RestrictionImposed',
    },
    LiftRestriction: {
      unless: ({ restriction }, { restrictions }) => cannotLift(Object.keys(restrictions), restriction),
      then: 'RestrictionLifted',
    },
    GiveEndUseAssurance: {
      unless: ({ assurance, on }, { assurances }, context) =>
        cannotGive(assurances[assurance]?.at(-1), on, 'R1', context),
      then: 'EndUseAssuranceGiven',
    },
    WithdrawEndUseAssurance: {
      unless: ({ assurance, on }, { assurances }, context) =>
        cannotTakeBack(assurances[assurance]?.at(-1), on, 'R1', context),
      then: 'EndUseAssuranceWithdrawn',
    },
    BarListedUnits: {
      unless: ({ on }, { unitsBarred }, context) => cannotGive(unitsBarred.at(-1), on, 'R6', context),
      then: 'ListedUnitsBarred',
    },
    WithdrawListedUnitsBar: {
      unless: ({ on }, { unitsBarred }, context) => cannotTakeBack(unitsBarred.at(-1), on, 'R6', context),
      then: 'ListedUnitsBarWithdrawn',
    },
    GrantWaiver: setRulesAside('WaiverGranted'),
    InvokeException: setRulesAside('ExceptionInvoked'),
    EndWaiver: { unless: cannotEnd, then: 'WaiverEnded' },
    SubmitStatutoryReport: submit,
    CorrectFrameworkDay: correctDay,
    RecordOverdueReport: becomeOverdue,
    SetParameter: setParameter,
    DefineIncidentType: { unless: cannotDefine, then: 'IncidentTypeDefined' },
  },
);

/** The rules of an agreement with its framework: R1, R8, R18, R26, R29, R30. */
export const legalFramework: DeciderOf<'legal-framework', LegalFramework> = correcting({
  ...frameworkFacts,
  ids: 'prefixed',
  opens: 'DraftAgreement',
  evolve,
  consults: (command) => (command.type === 'DraftAgreement' ? partyStreams(partiesOf(command.data)) : []),
  authorise: authoriseBy<LegalFrameworkCommand, LegalFramework | null, LegalFrameworkRelation>(
    relationsTo((state, _, command) => (command.type === 'DraftAgreement' ? command.data : state)),
  ),
  decide,
  reportsHistory: (command, state) =>
    state?.reported === true || (command.type === 'DraftAgreement' && command.data.basis === 'reported'),
});
