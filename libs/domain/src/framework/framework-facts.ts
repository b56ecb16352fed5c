import type {
  AssistanceScope,
  DefineIncidentType,
  EndUseAssurance,
  RulesSetAside,
  StatutoryReport,
  WaivableRule,
} from '@entente/contracts';
import { type ConsultedStreams, type Refusal, type StreamRef, refuse } from '@entente/kernel';
import type { Correctable } from '../corrections.js';
import type { Parameterised } from './parameters.js';

/** What other deciders know of the framework that a programme names. */

/** A time in which an assurance holds: its last day is not part of it; null if there is none. */
export interface AssuredTime {
  readonly from: string;
  readonly to: string | null;
}

/** Rules set aside by a waiver or an exception, and the day from which they apply again. */
export interface Waiver extends Pick<RulesSetAside, 'rules' | 'from' | 'until' | 'scope'> {
  readonly endedOn: string | null;
}

/** A report that is due, overdue or submitted. */
interface ReportState {
  readonly report: StatutoryReport;
  readonly of: string;
  readonly due: string;
  /** The first day on which it can have been submitted. */
  readonly from: string;
  readonly state: 'due' | 'overdue' | 'submitted';
}

/** The state of an agreement with its framework. Days are YYYY-MM-DD. */
export interface LegalFramework extends Correctable, Parameterised {
  readonly donor: string;
  readonly recipient: string;
  readonly reported: boolean;
  readonly status: 'drafted' | 'in-force' | 'expired' | 'terminated';
  /** The day on which each party signed it. */
  readonly signed: Readonly<Record<string, string>>;
  /** Its first and last day in force; null until it is in force. */
  readonly from: string | null;
  readonly until: string | null;
  /** The last day before its expiry is near. */
  readonly warnOn: string | null;
  /** The last day whose approach was recorded. */
  readonly warnedOf: string | null;
  /** The day of its first amendment; null without one. */
  readonly amendedOn: string | null;
  /** The day from which it is terminated. */
  readonly endedOn: string | null;
  readonly assurances: Readonly<Partial<Record<EndUseAssurance, readonly AssuredTime[]>>>;
  /** The times in which the recipient bars units that are not cleared. */
  readonly unitsBarred: readonly AssuredTime[];
  /** The names of the conditions in force. */
  readonly conditions: readonly string[];
  /** The restrictions in force by name, with what each concerns; null if that is all. */
  readonly restrictions: Readonly<Record<string, AssistanceScope | null>>;
  /** By name, the waivers and exceptions. */
  readonly waivers: Readonly<Record<string, Waiver>>;
  /** By report and period, or name. */
  readonly reports: Readonly<Record<string, ReportState>>;
  readonly incidentTypes: Readonly<Record<string, DefineIncidentType>>;
}

/** A reference to a framework, for deciders that consult it. */
export const frameworkFacts: { readonly kind: 'legal-framework'; readonly initial: LegalFramework | null } = {
  kind: 'legal-framework',
  initial: null,
};

/** A reference to a programme, for deciders that need its framework or only that it exists. */
export const programmeFacts: { readonly kind: 'programme'; readonly initial: { readonly framework?: string } | null } =
  {
    kind: 'programme',
    initial: null,
  };

/** The stream of a framework, if there is one. */
export const frameworkStreams = (framework: string | undefined): readonly StreamRef[] =>
  framework === undefined ? [] : [{ kind: frameworkFacts.kind, id: framework }];

/**
 * The stream of the framework that a programme names: in the second round of `consults`, after the
 * first has named the programme.
 */
export const frameworkStreamsOf = (programme: string | undefined, known: ConsultedStreams): readonly StreamRef[] =>
  programme !== undefined && known.has(programmeFacts, programme)
    ? frameworkStreams(known.of(programmeFacts, programme)?.framework)
    : [];

/** What a case keeps of its programme, and of the framework that this named at the request. */
interface CaseTerms {
  readonly programme?: string;
  readonly framework?: string;
}

/** The framework of this id; undefined if there is no id, null if it was never drafted. */
export const frameworkIn = (
  framework: string | undefined,
  known: ConsultedStreams,
): LegalFramework | null | undefined => (framework === undefined ? undefined : known.of(frameworkFacts, framework));

/** The framework of a consulted programme; undefined if the programme names none. */
export const frameworkOf = (
  programme: string | undefined,
  known: ConsultedStreams,
): LegalFramework | null | undefined =>
  programme === undefined ? undefined : frameworkIn(known.of(programmeFacts, programme)?.framework, known);

/**
 * The framework of a case's programme, as the case keeps it from its request; undefined if there is
 * none, or the programme names another one now.
 */
export const frameworkOfCase = (of: CaseTerms | null, known: ConsultedStreams): LegalFramework | null | undefined =>
  of?.programme !== undefined && known.of(programmeFacts, of.programme)?.framework === of.framework
    ? frameworkIn(of.framework, known)
    : undefined;

/**
 * The streams of the programme and the framework that a case keeps: in the second round of
 * `consults`, after the first has named the case. There is no third, in which the programme could
 * name its framework.
 */
export const caseTermStreams = (of: CaseTerms | null): readonly StreamRef[] =>
  of?.programme === undefined
    ? []
    : [{ kind: programmeFacts.kind, id: of.programme }, ...frameworkStreams(of.framework)];

const concerns = (scope: AssistanceScope | undefined, scopes: readonly AssistanceScope[]): boolean =>
  scope === undefined || scopes.some(({ kind, id }) => kind === scope.kind && id === scope.id);

/**
 * R8: the waiver or exception that sets a rule aside on a day, for one of these scopes or for all;
 * null if there is none.
 */
export const setAside = (
  framework: LegalFramework | null | undefined,
  rule: WaivableRule,
  day: string,
  scopes: readonly AssistanceScope[],
): string | null =>
  Object.entries(framework?.waivers ?? {}).find(
    ([, { rules, from, until, endedOn, scope }]) =>
      rules.includes(rule) &&
      from <= day &&
      day <= until &&
      (endedOn === null || day < endedOn) &&
      concerns(scope, scopes),
  )?.[0] ?? null;

const ASSURANCES = ['use', 'no-transfer', 'security', 'observation'] as const satisfies readonly EndUseAssurance[];

const holdsOn = (times: readonly AssuredTime[] | undefined, day: string): boolean =>
  times?.some(({ from, to }) => from <= day && (to === null || day < to)) === true;

/** The assurances that are not given on a day. */
const missingAssurances = (
  { assurances }: Pick<LegalFramework, 'assurances'>,
  day: string,
): readonly EndUseAssurance[] => ASSURANCES.filter((name) => !holdsOn(assurances[name], day));

/** R6: whether the recipient bars units that are not cleared on a day. */
export const barsUnits = (framework: LegalFramework | null, day: string): boolean =>
  holdsOn(framework?.unitsBarred, day);

const isInForce = ({ from, until, endedOn }: LegalFramework, day: string): boolean =>
  from !== null && until !== null && from <= day && day <= until && (endedOn === null || day < endedOn);

/**
 * R1, 22 USC 2314(a): an agreement with assurances on use, transfer, security and observation is in
 * force on the day. Null if it is, if a waiver or an exception sets the rule aside, or if there is
 * no framework to look at (`undefined`).
 */
export function noAgreementInForce(
  framework: LegalFramework | null | undefined,
  day: string,
  scopes: readonly AssistanceScope[],
): Refusal | null {
  if (framework === undefined || setAside(framework, 'R1', day, scopes) !== null) return null;
  const requirement = 'an agreement with all four assurances is in force on that day';
  if (framework === null) return refuse('no-agreement-in-force', requirement, 'R1', { day, agreement: null });
  const { status, from, until } = framework;
  if (!isInForce(framework, day))
    return refuse('no-agreement-in-force', requirement, 'R1', { day, agreement: status, from, until });
  const missing = missingAssurances(framework, day);
  return missing.length === 0 ? null : refuse('assurances-not-given', requirement, 'R1', { day, missing });
}

/**
 * R1: a restriction in force of the agreement bars a shipment of the type of items, or for the
 * unit, that it concerns. One with another scope bars nothing by itself.
 */
export function restricted(
  framework: LegalFramework | null | undefined,
  scopes: readonly AssistanceScope[],
): Refusal | null {
  for (const [restriction, scope] of Object.entries(framework?.restrictions ?? {}))
    if (scope !== null && (scope.kind === 'item-type' || scope.kind === 'unit') && concerns(scope, scopes))
      return refuse('restricted', 'no restriction of the agreement on it is in force: it was lifted', 'R1', {
        restriction,
        scope: scope.kind,
        id: scope.id,
      });
  return null;
}
