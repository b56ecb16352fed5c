import type { MonitoringMode } from '@entente/contracts';
import type { Correctable } from '../corrections.js';

/** What deployments and end-use checks know of the situation in a country. */

/** A time of instability, or in which an alert applies: through the day before its end. */
export interface Spell {
  readonly on: string;
  /** The day from which it is over; null while it lasts. */
  readonly ended: string | null;
}

/** An instability, by what its declaration asked for. */
export interface DeclaredInstability extends Spell {
  readonly hold: boolean;
}

/** An alert to personnel. */
export interface IssuedAlert extends Spell {
  readonly accountBy: string;
}

/** The continuity plan that applies: the last day of each task that is not completed. */
export interface ActivePlan {
  readonly plan: string;
  readonly on: string;
  readonly open: Readonly<Record<string, string>>;
}

/** A fact of a continuity plan: its activation, the completion of a task, or its end. */
export interface PlanFact {
  readonly fact: 'plan' | 'task' | 'plan-end';
  readonly item: string;
  readonly on: string;
  /** Of the end: the tasks that were not completed. */
  readonly open?: readonly string[];
}

/** The state of a country situation. */
export interface CountrySituation extends Correctable {
  readonly country: string;
  /** The area of the country; undefined if it is the whole country. */
  readonly area?: string;
  readonly donor: string;
  readonly level: string;
  /** The day of the newest assessment of the level; null while it is that of the opening. */
  readonly assessedOn: string | null;
  readonly mode: MonitoringMode;
  /** The day of the newest change of the mode; null without one. */
  readonly modeOn: string | null;
  readonly instabilities: Readonly<Record<string, DeclaredInstability>>;
  readonly alerts: Readonly<Record<string, IssuedAlert>>;
  readonly plan: ActivePlan | null;
  /** The facts of the plan that was activated last, by their events. */
  readonly planFacts: Readonly<Record<string, PlanFact>>;
  /** The duties of which it was recorded that their last day passed, as duty, item and day. */
  readonly overdue: readonly string[];
  readonly closed: boolean;
}

/** A reference to a situation for deciders that consult it. */
export const situationFacts: { readonly kind: 'country-situation'; readonly initial: CountrySituation | null } = {
  kind: 'country-situation',
  initial: null,
};

/** Whether a day is within a time: from its first day through the day before its end. */
export const within = ({ on, ended }: Spell, day: string): boolean => on <= day && (ended === null || day < ended);

/**
 * R20: the name of the instability that was in force on a day; null if there was none. Corrections
 * of its days count.
 */
export const instabilityIn = ({ instabilities }: Pick<CountrySituation, 'instabilities'>, day: string): string | null =>
  Object.entries(instabilities).find(([, spell]) => within(spell, day))?.[0] ?? null;

/** Whether the situation is that of an area: of the area itself, or of its whole country. */
export const covers = (
  situation: Pick<CountrySituation, 'country' | 'area'>,
  place: { readonly country: string; readonly area?: string | undefined },
): boolean => situation.country === place.country && (situation.area === undefined || situation.area === place.area);
