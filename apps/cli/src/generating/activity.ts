import type { Actor } from '@entente/kernel';
import type { SeededRandom } from './random.js';

/** A command of the generated history. */
export interface GeneratedCommand {
  readonly by: Actor;
  /** `<kind>/<id>/<last part of its route>`. */
  readonly to: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** How many days before it is recorded it happened. */
  readonly late: number;
}

/** The days until an activity continues. */
export interface Wait {
  readonly days: number;
}

/** The ids of the events that a command recorded; null if the rules refused it. */
export type Outcome = readonly string[] | null;

/**
 * Something that goes its way in the simulated time: it sends commands and waits, in turn with all
 * others.
 */
export type Activity<T = void> = Generator<GeneratedCommand | Wait, T, Outcome>;

/** Sends a command. */
export function* send(
  by: Actor,
  to: string,
  body: Readonly<Record<string, unknown>> = {},
  late = 0,
): Activity<Outcome> {
  return yield { by, to, body, late };
}

/** Waits for some days. */
export function* pass(days: number): Activity {
  yield { days };
}

/** A programme that runs: what belongs to it, and how many of its parts go on. */
export interface RunningProgramme {
  readonly id: string;
  readonly donor: string;
  readonly recipient: string;
  /** Parts of it that have not ended. */
  running: number;
}

/** What activities have in common. */
export interface World {
  readonly random: SeededRandom;
  /** The day that it is, or one before or after it; YYYY-MM-DD. */
  day(offset?: number): string;
  /** Begins another activity, some days from now. */
  begin(activity: Activity, inDays?: number): void;
  /** Streams of items that are not held any more, until their next check. */
  readonly goneItems: Set<string>;
  /** The situation of each country that is unstable now, by donor and country. */
  readonly unstable: Map<string, string>;
  /** What exists once in the world: made by the first activity that needs it. */
  once(name: string, make: () => Activity): Activity;
}

export const actor = (organisation: string, role: Actor['role'], person = 1): Actor => ({
  organisation,
  role,
  person: `${organisation.slice(0, 3)}-${person}`,
});

/** The organisation of the deployment's operator. */
export const OPERATOR: Actor = { organisation: 'operator', role: 'operator' };
export const MONITOR = actor('veritas-monitor', 'monitor');
export const VETTER = actor('vetting-office', 'vetter');
export const INVESTIGATOR = actor('lumen-inquiry', 'investigator');
export const WITNESS: Actor = { organisation: 'harbour-watch', role: 'implementer' };
export const donorOf = (organisation: string): Actor => actor(organisation, 'donor');
/** Who approves what the donor has proposed. */
export const ministerOf = (organisation: string): Actor => actor(organisation, 'donor', 2);
export const recipientOf = (organisation: string): Actor => actor(organisation, 'recipient');
