import type { CheckManner, CheckType } from '@entente/contracts';
import type { Answerable } from '../fact-answers.js';
import type { Correctable } from '../corrections.js';

/** What a check and its items know of each other: its state, and a reference to it. */

/** A visit, as corrected since. */
export interface CheckVisit {
  readonly visit: number;
  readonly on: string;
  readonly manner: CheckManner;
  readonly situation?: string;
  readonly done: boolean;
  readonly results: Readonly<Record<string, string>>;
  readonly lots: readonly string[];
}

/** How a check ended without its visit. */
type CheckEnd = 'access-denied' | 'waived' | 'cancelled';

/** The state of a check. Days are YYYY-MM-DD. */
export interface EndUseCheck extends Correctable, Answerable {
  readonly type: CheckType;
  readonly manner: CheckManner;
  readonly donor: string;
  readonly recipient: string;
  readonly holder: string;
  readonly programme?: string;
  readonly case?: string;
  /** The consignment that brought the items of a sample, if it is known. */
  readonly consignment?: string;
  readonly item: string;
  readonly area?: string | undefined;
  readonly site: string;
  readonly serials: readonly string[];
  readonly quantity: number;
  /** The day on which it was scheduled. */
  readonly scheduledOn: string;
  /** The newest day on which an item that was left out had ended or was seen; null without one. */
  readonly leftOutOn: string | null;
  /** That day of each item that was left out, by its serial. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** The day from which it was cancelled, if others had seen its items; else null. */
  readonly supersededOn: string | null;
  readonly due: string;
  /** What a policy planned, by the days that were decided: no later day; null without one. */
  readonly latest: string | null;
  readonly overdue: boolean;
  /** The visits, by the event that recorded each. */
  readonly visits: Readonly<Record<string, CheckVisit>>;
  /** Whether a visit was made as the check asks for, or on the spot. */
  readonly done: boolean;
  readonly ended: CheckEnd | null;
  /** Whether it was cancelled since a correction or a transfer had left nothing to sample. */
  readonly emptied: boolean;
  /** The id of the check that follows one that was made, denied, waived or replaced; else null. */
  readonly next: string | null;
  /** Its last day, as the visit or a correction of its day has it; null without a visit. */
  readonly nextDue: string | null;
  /** Of one to which access was denied: the number of items of the check that follows. */
  readonly nextQuantity: number | null;
  readonly discrepancies: Readonly<Record<string, { readonly on: string; readonly open: boolean }>>;
  readonly complianceVisits: readonly string[];
}

/** A reference to a check for deciders that consult it. */
export const checkFacts: { readonly kind: 'end-use-check'; readonly initial: EndUseCheck | null } = {
  kind: 'end-use-check',
  initial: null,
};

/** The id of the check that follows from an event, of one type of items if there can be several. */
export const checkAfterId = (event: string, item?: string): string =>
  `entente.after-${event}${item === undefined ? '' : `.${item}`}`;

/** Why a check is cancelled, or expects fewer items: a transfer took them. */
export const TRANSFERRED = 'transferred';

/** Whether a check is still to be made. */
export const isStillOpen = ({ done, ended }: Pick<EndUseCheck, 'done' | 'ended'>): boolean => !done && ended === null;
