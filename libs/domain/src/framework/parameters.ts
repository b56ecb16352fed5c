import type { ParameterName } from '@entente/contracts';

/** A parameter's value if no framework sets another, and its unit. */
interface DefaultParameter {
  readonly value: number;
  readonly unit: string;
  /** The values that it can have, if not every one. */
  readonly only?: readonly number[];
}

const days = (value: number): DefaultParameter => ({ value, unit: 'days' });

/**
 * The defaults. A framework copies them when it is drafted, and then sets its own: a change moves a
 * boundary from then on, and never a past decision.
 */
export const DEFAULT_PARAMETERS: Readonly<Record<ParameterName, DefaultParameter>> = {
  /** R2: from notice to the legislature to activation. 10 USC 333(e). */
  noticeDays: days(15),
  /** R16: an offer of at least this value waits for the legislature's notice. 22 USC 2776(b). */
  offerNoticeValue: { value: 50_000_000_00, unit: "minor units of the offer's currency" },
  /** R16: 30 days, 15 for some partners. 22 USC 2776(b). */
  offerNoticeDays: { ...days(30), only: [15, 30] },
  /** R7: commonly one year. */
  clearanceValidityDays: days(365),
  /** R5: from the request of a vetting to its answer, unless the request names a day. Design. */
  vettingAnswerDays: days(30),
  /** R10: from receipt to the first check of an item of an enhanced type. */
  enhancedFirstCheckDays: days(90),
  /** R10: from one check of such an item to the next. */
  enhancedCheckEveryDays: days(365),
  /** R11: at least one routine check of a recipient in this time. */
  routineCheckEveryDays: days(90),
  /** R12: from a reported loss to its verification. */
  lossReportDays: days(30),
  /** R8: from a waiver or an exception to its report. 10 USC 362(e). */
  waiverReportDays: days(15),
  /** R23, which no stream has yet: from an early warning to its acknowledgement. */
  warningAcknowledgeDays: days(14),
  /** Before the last day of an agreement or a clearance. Design. */
  expiryWarningDays: days(90),
  /** From the end of a period to its report. Design. */
  periodicReportDays: days(30),
  /** From the designation of an item type to its review. Design. */
  designationReviewDays: days(365),
  /** R18: from a report of misuse to its acknowledgement. Directive (EU) 2019/1937, 9(1)(b). */
  misuseAcknowledgeDays: days(7),
  /** R18: from a report of misuse, or the reopening of its case, to the triage. Design. */
  misuseTriageDays: days(30),
  /**
   * R18: from its order or renewal to the last day of a precautionary suspension: as long as an
   * ordinary investigation may take. Design.
   */
  precautionDays: days(90),
  /** R23, which no stream has yet: how far a measurement may be from its target. Design. */
  deviationPercent: { value: 20, unit: 'percent' },
};

/** What a framework has set so far. */
export interface Parameterised {
  readonly parameters: Readonly<Partial<Record<ParameterName, number>>>;
}

/** The value of a parameter: the framework's, or the default if there is no framework. */
export const parameterOf = (framework: Parameterised | null | undefined, name: ParameterName): number =>
  framework?.parameters[name] ?? DEFAULT_PARAMETERS[name].value;
