import type {
  CorrectMisuseReport,
  CorrectTriage,
  DayRange,
  FlagMisuse,
  MisuseCaseEvent,
  OrderPrecautionarySuspension,
  RecordOverdueStep,
  MisuseTriaged,
  TriageMisuse,
} from '@entente/contracts';
import {
  type ConsultedStreams,
  type DecisionContext,
  type Refusal,
  type StreamRef,
  addDays,
  refuse,
} from '@entente/kernel';
import { factDay, notOverYet, overBefore, today } from '../days.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { consignmentFacts } from '../delivery/facts.js';
import { caseTermStreams, frameworkOf, frameworkOfCase } from '../framework/framework-facts.js';
import { programme } from '../planning/programme.js';
import { parameterOf } from '../framework/parameters.js';
import { INCIDENT_TYPES } from './incident-types.js';
import type { MisuseCase } from './misuse-record.js';
import { scopesUnknown } from './misuse-scopes.js';
import { isReporter } from './misuse-permissions.js';

// ---- Report and triage ----

/** A reporter east of Greenwich may be a day ahead. */
function impossibleDays({ from, to }: DayRange, { now }: DecisionContext): Refusal | null {
  if (from > to) return refuse('days-out-of-order', 'the first day is not after the last one', null, { from, to });
  return to > addDays(now, 1) ? refuse('day-in-future', 'it has happened already', null, { to }) : null;
}

/** What a report names of the assistance: each has the donor, if it exists. */
const ASSISTANCE = [programme, assistanceCase, consignmentFacts] as const;
type Assistance = (typeof ASSISTANCE)[number]['kind'];

const named = (data: FlagMisuse): readonly (readonly [(typeof ASSISTANCE)[number], string])[] => {
  const ids: Readonly<Record<Assistance, string | undefined>> = {
    programme: data.programme,
    'assistance-case': data.case,
    consignment: data.consignment,
  };
  return ASSISTANCE.flatMap((of) => {
    const id = ids[of.kind];
    return id === undefined ? [] : [[of, id] as const];
  });
};

/** Whether a report takes its programme from the case that it names. */
const takesProgramme = ({ programme: id, case: of }: FlagMisuse): boolean => id === undefined && of !== undefined;

/** The streams from which a report takes the donor or the programme, if it names none. */
export const reportStreams = (data: FlagMisuse): readonly StreamRef[] =>
  named(data)
    .filter(([{ kind }]) => data.donor === undefined || (kind === assistanceCase.kind && takesProgramme(data)))
    .map(([{ kind }, id]) => ({ kind, id }));

const programmeOf = (data: FlagMisuse, { known }: DecisionContext): string | undefined =>
  takesProgramme(data) && data.case !== undefined ? known.of(assistanceCase, data.case)?.programme : undefined;

const donorOf = (data: FlagMisuse, { known }: DecisionContext): string | undefined =>
  data.donor ?? named(data).flatMap(([of, id]) => known.of<{ donor: string } | null>(of, id)?.donor ?? [])[0];

/** The last day of a triage that begins on a day, by the framework of a consulted programme. */
export const lastTriageDay = (day: string, of: string | undefined, { known }: DecisionContext): string =>
  addDays(day, parameterOf(frameworkOf(of, known), 'misuseTriageDays'));

/** The streams of the terms of a report that takes its programme from the case that it names. */
export const termsOfCase = (data: FlagMisuse, known: ConsultedStreams): readonly StreamRef[] =>
  takesProgramme(data) && data.case !== undefined && known.has(assistanceCase, data.case)
    ? caseTermStreams(known.of(assistanceCase, data.case))
    : [];

/**
 * R18: never refused because of another stream's state: only the donor and the programme are taken
 * from there, if the report names none. The limits run from the recording: the intake cannot know
 * of it before. They are those of the framework of its programme, or of its case.
 */
export function flag(data: FlagMisuse, context: DecisionContext): readonly MisuseCaseEvent[] | Refusal {
  const { known } = context;
  const framework =
    takesProgramme(data) && data.case !== undefined
      ? frameworkOfCase(known.of(assistanceCase, data.case), known)
      : frameworkOf(data.programme, known);
  const acknowledgeBy = addDays(context.now, parameterOf(framework, 'misuseAcknowledgeDays'));
  const triageBy = addDays(context.now, parameterOf(framework, 'misuseTriageDays'));
  const refusal = impossibleDays(data.happened, context);
  const donor = donorOf(data, context);
  const within = programmeOf(data, context);
  const report = {
    ...data,
    ...(donor === undefined ? {} : { donor }),
    ...(within === undefined ? {} : { programme: within }),
  };
  return refusal ?? [{ type: 'MisuseFlagged', data: { ...report, acknowledgeBy, triageBy } }];
}

/** R26: the report's event stays; its fields are replaced. */
export function cannotCorrectReport(
  { happened, donor, recipient, accused }: CorrectMisuseReport,
  { status, disclosed }: MisuseCase,
  context: DecisionContext,
): Refusal | null {
  const parties = [donor, recipient, accused].some((party) => party !== undefined);
  if (parties && (status !== 'flagged' || disclosed))
    return refuse('parties-relied-on', 'the report waits for its first triage', 'R26', { status });
  return happened === undefined ? null : impossibleDays(happened, context);
}

/**
 * The terms of the incident type are copied, so that a later change of them has no effect on the
 * case. They are those of the programme's framework, or else the defaults.
 */
function termsFrom(
  on: string,
  { incidentType }: TriageMisuse,
  { notified, programme: id }: MisuseCase,
  context: DecisionContext,
): MisuseTriaged | Refusal {
  const types = { ...INCIDENT_TYPES, ...frameworkOf(id, context.known)?.incidentTypes };
  const type = Object.hasOwn(types, incidentType) ? types[incidentType] : undefined;
  if (type === undefined)
    return refuse('incident-type-unknown', 'the incident type is defined', 'R18', { types: Object.keys(types) });
  const { noticeRequired, escalation, limits } = type;
  const openBy = addDays(on, limits.open);
  // R18: notice is due now, when a violation may have occurred, and once.
  const notice = limits.notify === undefined || notified ? {} : { notifyBy: addDays(on, limits.notify) };
  return { incidentType, noticeRequired, escalation, limits, openBy, ...notice };
}

export function triage(
  data: TriageMisuse,
  state: MisuseCase,
  context: DecisionContext,
): readonly MisuseCaseEvent[] | Refusal {
  const terms = termsFrom(factDay(context), data, state, context);
  return 'code' in terms ? terms : [{ type: 'MisuseTriaged', data: terms }];
}

/** R26: the terms of another incident type apply, from the day of the triage. */
export function correctTriage(
  { corrects, reason, ...data }: CorrectTriage,
  state: MisuseCase,
  context: DecisionContext,
): readonly MisuseCaseEvent[] | Refusal {
  if (state.triagedBy !== corrects)
    return refuse('outcome-replaced', 'the event corrected is the last triage', 'R26', { corrects });
  const terms = termsFrom(state.correctable.get(corrects)?.on ?? '', data, state, context);
  return 'code' in terms ? terms : [{ type: 'TriageCorrected', data: { ...terms, corrects, reason } }];
}

// ---- Hearing and finding ----

/** R18: no finding against organisations that were not notified of the allegation. */
export const notPut = ({ replyBy }: MisuseCase): Refusal | null =>
  replyBy === null ? refuse('allegation-not-put', 'the allegation has been put to the recipient', 'R18') : null;

/** R18: separation of duties. */
export const cannotFind = (state: MisuseCase, context: DecisionContext): Refusal | null =>
  isReporter(state, context)
    ? refuse('reporter-investigates', 'the investigator is not the organisation that reported', 'R18')
    : null;

/**
 * R18: before a finding, each organisation to which the allegation was put has replied, or its last
 * day has passed.
 */
export function cannotSubstantiate(state: MisuseCase, context: DecisionContext): Refusal | null {
  const refusal = cannotFind(state, context) ?? notPut(state);
  if (refusal !== null) return refusal;
  const { replyBy, awaited } = state;
  return replyBy !== null && awaited.length > 0 && factDay(context) <= replyBy
    ? refuse('reply-awaited', 'each reply has come, or its last day is over', 'R18', { replyBy, awaited })
    : null;
}

// ---- Precautionary suspension ----

export const scopesUnnamed = ({ scopes }: { readonly scopes: readonly unknown[] }): Refusal | null =>
  scopes.length === 0 ? refuse('scopes-unnamed', 'at least one scope is named', 'R18') : null;

/** A precautionary suspension ends together with its reason. */
export const lapse = ({ precaution }: MisuseCase, reason: string): readonly MisuseCaseEvent[] =>
  precaution === null ? [] : [{ type: 'PrecautionarySuspensionLapsed', data: { ...precaution, reason } }];

/** R18: it ends within its longest time from its order, by the framework of the programme. */
function lastsTooLong(until: string, { programme: id }: MisuseCase, context: DecisionContext): Refusal | null {
  const days = parameterOf(frameworkOf(id, context.known), 'precautionDays');
  const latest = addDays(factDay(context), days);
  return until > latest
    ? refuse('precaution-too-long', 'its last day is within the longest time of a precautionary suspension', 'R18', {
        until,
        latest,
      })
    : null;
}

export function cannotOrder(
  data: OrderPrecautionarySuspension,
  state: MisuseCase,
  context: DecisionContext,
): Refusal | null {
  const { precaution } = state;
  const unnamed = scopesUnnamed(data);
  if (unnamed !== null) return unnamed;
  if (precaution !== null && precaution.until >= factDay(context))
    return refuse('precaution-in-force', 'no precautionary suspension is in force', 'R18', {
      until: precaution.until,
    });
  const over = overBefore(data.until, context, 'R18');
  if (over !== null) return over;
  const tooLong = lastsTooLong(data.until, state, context);
  if (tooLong !== null) return tooLong;
  return scopesUnknown(data.scopes, state.donor, context);
}

/**
 * R18: a precautionary suspension lasts through its last day, and is renewed on a day before it has
 * ended. That can be recorded after its last day, and after it was recorded as lapsed.
 */
export function renew(
  { until }: { readonly until: string },
  state: MisuseCase,
  context: DecisionContext,
): readonly MisuseCaseEvent[] | Refusal {
  const precaution = state.precaution ?? state.lapsed;
  if (precaution === null || precaution.until < factDay(context))
    return refuse('no-precaution', 'a precautionary suspension is in force on that day, through its last one', 'R18');
  if (until <= precaution.until)
    return refuse('not-later', 'the new last day is later', 'R18', { until: precaution.until });
  const tooLong = lastsTooLong(until, state, context);
  return tooLong ?? [{ type: 'PrecautionarySuspensionRenewed', data: { ...precaution, until } }];
}

export function cannotLapse(until: string, { precaution }: MisuseCase, context: DecisionContext): Refusal | null {
  if (precaution?.until !== until)
    return refuse('no-precaution', 'a precautionary suspension until that day is in force', 'R18');
  return today(context) <= until ? refuse('not-over-yet', 'its last day is over', 'R18') : null;
}

// ---- Days ----

/** A step is recorded as overdue once for each of its last days. */
export function becomeOverdue(
  { step }: RecordOverdueStep,
  state: MisuseCase,
  context: DecisionContext,
): readonly MisuseCaseEvent[] | Refusal {
  const due = state.due[step];
  if (due === null) return refuse('step-not-due', 'the step has begun and is not done', null, { step });
  const early = notOverYet(due, context);
  if (early !== null) return early;
  return state.overdue[step] === due ? [] : [{ type: 'MisuseStepBecameOverdue', data: { step, due } }];
}
