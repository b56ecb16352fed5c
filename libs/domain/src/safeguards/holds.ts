import type { AssistanceScope, PlaceHold } from '@entente/contracts';
import type { Correctable } from '../corrections.js';
import { type DecisionContext, type Refusal, type StreamRef, refuse } from '@entente/kernel';

/** What enrolment, shipment and disbursement know of the holds on their scopes. */

/** A hold in force, until it is released or lapses. */
export interface PlacedHold extends Omit<PlaceHold, 'scope' | 'hold'> {
  /** The organisation in whose name it was placed; null if a policy placed it. */
  readonly owner: string | null;
  /** The event that placed it, and its first day, as corrected. */
  readonly event: string;
  readonly on: string;
}

/** The holds on one scope, by name. */
export interface ScopeHolds extends Correctable {
  readonly scope: AssistanceScope;
  readonly holds: Readonly<Record<string, PlacedHold>>;
  /** By name, the hold that was released last, and the event of that. */
  readonly released: Readonly<Record<string, { readonly by: string; readonly was: PlacedHold }>>;
}

/** A reference to the holds on a scope, for deciders that consult them. */
const holdFacts: { readonly kind: 'hold'; readonly initial: ScopeHolds | null } = { kind: 'hold', initial: null };

/** The id of the stream of the holds on a scope. */
export const holdId = ({ kind, id }: AssistanceScope): string => `${kind}.${id}`;

/** What would have to be true of a country in scope. */
export const COUNTRY_REGISTERED = 'the organisation of the country in scope has been registered';

/** The most scopes whose holds one decision consults. */
export const MAX_SCOPES = 5;

/** The streams of the holds on these scopes. */
export const holdStreams = (scopes: readonly AssistanceScope[]): readonly StreamRef[] =>
  scopes.map((scope) => ({ kind: holdFacts.kind, id: holdId(scope) }));

/** Whether a hold's last day is over. */
export const isOver = ({ until }: Pick<PlacedHold, 'until'>, day: string): boolean =>
  until !== undefined && until < day;

/**
 * R19: no hold is in force on any of these scopes. A hold that names a donor stops only that
 * donor's assistance. The refusal names the hold, never what is behind it.
 */
export function onHold(
  scopes: readonly AssistanceScope[],
  donor: string,
  { known, now }: DecisionContext,
): Refusal | null {
  const day = now.slice(0, 10);
  for (const scope of scopes) {
    const found = Object.entries(known.of(holdFacts, holdId(scope))?.holds ?? {}).find(
      ([, hold]) => !isOver(hold, day) && (hold.donor === undefined || hold.donor === donor),
    );
    if (found === undefined) continue;
    const [hold, { basis, until = null }] = found;
    const on = { scope: scope.kind, id: scope.id };
    return refuse(
      'on-hold',
      'no hold is in force on anything concerned: what happened before one is recorded once it ended',
      'R19',
      { ...on, hold, basis, until },
    );
  }
  return null;
}

/** The scopes of a programme and a case, if there are any, and of the recipient's country. */
export const scopesOf = (of: {
  readonly programme?: string | undefined;
  readonly case?: string | undefined;
  readonly recipient: string;
}): readonly AssistanceScope[] => [
  ...(of.case === undefined ? [] : [{ kind: 'case', id: of.case } as const]),
  ...(of.programme === undefined ? [] : [{ kind: 'programme', id: of.programme } as const]),
  { kind: 'country', id: of.recipient },
];
