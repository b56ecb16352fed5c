import type { AssistanceScope, VettingSubject } from '@entente/contracts';
import { type Refusal, addDays, refuse } from '@entente/kernel';
import type { Correctable } from '../corrections.js';
import { parameterOf } from '../framework/parameters.js';

/**
 * What a clearance and its inquiry know of each other, and what enrolment and delivery ask: is it
 * cleared today?
 */

/**
 * How long a clearance lasts at most, in days, if no vetting under a framework has given it: it
 * serves any framework, so the default counts.
 */
export const CLEARANCE_VALIDITY_DAYS = parameterOf(null, 'clearanceValidityDays');

/**
 * A report that is due: from the exception to its last day; whether it was recorded that it passed.
 */
export interface ReportDue {
  readonly from: string;
  readonly due: string;
  readonly overdue: boolean;
}

/** The state of a unit or a person. */
export interface Clearance extends Correctable {
  readonly recipient: string;
  /** Of a person, the unit; of a unit, the one of which it is a part. */
  readonly unit: string | null;
  /** The last day of the newest clearance, and the event that stated it; null if there was none. */
  readonly until: string | null;
  readonly statedBy: string | null;
  /** The first day of the newest clearance, renewals included; null if there was none. */
  readonly since: string | null;
  /** The day from which it is suspended or refused; null while it is neither. */
  readonly stoppedOn: string | null;
  /** The clearances before it, first and last day; at most ten, the newest. */
  readonly earlier: readonly (readonly [from: string, until: string])[];
  /** Whether it was recorded that this day is over. */
  readonly expired: boolean;
  readonly suspended: boolean;
  readonly refused: boolean;
  /**
   * The inquiries of a refusal that no remediation has ended, also while an exception sets it
   * aside; null without one.
   */
  readonly refusedFor: readonly string[] | null;
  /** Whether it was suspended or refused by hand, for no inquiry: no inquiry restores it. */
  readonly byHand: boolean;
  /** The day from which it is not registered any more; null while it is. */
  readonly endedOn: string | null;
  /** The inquiries for which it was suspended or refused: its restoration consults them. */
  readonly vettingCases: readonly string[];
  /** How many exceptions and waivers it had: the next one's name follows from it. */
  readonly exceptions: number;
  /** The reports due, by the name of the exception or waiver. */
  readonly reports: Readonly<Record<string, ReportDue>>;
  /** The trainings with enrolments that rest on this clearance; at most a hundred. */
  readonly trainings: readonly string[];
  /** The consignments that are planned for a unit; at most a hundred, the newest. */
  readonly shipments: readonly string[];
}

/** References to a unit and a person, for deciders that consult them. */
export const securityUnitFacts: { readonly kind: 'security-unit'; readonly initial: Clearance | null } = {
  kind: 'security-unit',
  initial: null,
};
export const vettedPersonFacts: { readonly kind: 'vetted-person'; readonly initial: Clearance | null } = {
  kind: 'vetted-person',
  initial: null,
};

/** A step of a remediation: its last day, and the day on which it was taken. */
export interface RemediationStep {
  readonly due: string;
  readonly on: string | null;
  readonly overdue: boolean;
}

/** The state of a vetting case. */
export interface VettingCase extends Correctable {
  readonly subject: VettingSubject;
  readonly programme?: string;
  readonly donor: string;
  readonly recipient: string;
  readonly due: string;
  readonly overdue: boolean;
  readonly sources: number;
  readonly information: Readonly<Record<string, 'open' | 'credible' | 'not-credible'>>;
  /** Credible information found after a clearance makes it a refusal. */
  readonly outcome: 'cleared' | 'refused' | null;
  /** Whether the request was given up before a conclusion. */
  readonly withdrawn: boolean;
  /** The day of the first refusal, by conclusion or by information after that; null without one. */
  readonly refusedOn: string | null;
  readonly informed: boolean;
  readonly publication: 'published' | 'withheld' | null;
  /** The steps back; null before they were agreed, and after they were given up. */
  readonly steps: Readonly<Record<string, RemediationStep>> | null;
  /** Whether information was found credible since the present steps were agreed. */
  readonly credibleSince: boolean;
  readonly remedied: boolean;
  /** The last day of the clearance that followed from the case last; null without one. */
  readonly clearedUntil: string | null;
}

/** A reference to a vetting case, for deciders that consult it. */
export const vettingCaseFacts: { readonly kind: 'vetting-case'; readonly initial: VettingCase | null } = {
  kind: 'vetting-case',
  initial: null,
};

/** How many pieces of information are credible, or not assessed yet. */
export const standing = ({ information }: VettingCase): number =>
  Object.values(information).filter((is) => is !== 'not-credible').length;

/** R5: what is not registered any more receives nothing. */
export const registrationEnded = (on: string, about: Readonly<Record<string, string>> = {}): Refusal =>
  refuse('registration-ended', 'it is still registered on that day', 'R5', { ...about, on });

/** R7: a clearance ends within its longest validity, in days from that of its fact. */
export const beyondValidity = (until: string, day: string, validity: number): Refusal | null =>
  until > addDays(day, validity)
    ? refuse('beyond-validity', 'its last day is within the longest validity of a clearance', 'R7', {
        until,
        latest: addDays(day, validity),
      })
    : null;

/** The scope of the holds on a unit. */
export const unitScope = (id: string): AssistanceScope => ({ kind: 'unit', id });

/**
 * R5, R7, R8: why a unit or a person is not cleared on a day (YYYY-MM-DD); null if it is. A
 * clearance holds through its last day, also before the system records that it is over. `about` are
 * further facts, such as the id. Source: 22 USC 2378d(a), (b), (d)(5).
 */
export function notCleared(
  state: Pick<Clearance, 'until' | 'suspended' | 'refused' | 'endedOn'> | null,
  day: string,
  about: Readonly<Record<string, string>> = {},
): Refusal | null {
  const until = state?.until ?? null;
  const facts = { ...about, until };
  const endedOn = state?.endedOn ?? null;
  if (endedOn !== null && endedOn <= day) return registrationEnded(endedOn, about);
  if (state?.refused === true)
    return refuse('clearance-refused', 'its remediation is completed, or an exception or waiver made', 'R8', facts);
  if (state?.suspended === true)
    return refuse('clearance-suspended', 'the information is assessed, and not credible', 'R7', facts);
  if (until === null) return refuse('not-vetted', 'it is vetted and cleared', 'R5', facts);
  return until < day ? refuse('clearance-over', 'its clearance is renewed', 'R7', facts) : null;
}

/**
 * R5: why a decision of a day, such as an enrolment, does not rest on a clearance that began later;
 * null if it does, or if there is none. A day of an earlier clearance serves too.
 */
export function clearedLater(
  state: Pick<Clearance, 'since' | 'earlier'> | null,
  day: string,
  about: Readonly<Record<string, string>> = {},
): Refusal | null {
  const { since = null, earlier = [] } = state ?? {};
  return since === null || since <= day || earlier.some(([from, last]) => from <= day && day <= last)
    ? null
    : refuse('not-vetted', 'it is vetted and cleared', 'R5', { ...about, since });
}
