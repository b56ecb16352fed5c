import { textOrNull } from './columns.js';

/** Why days cannot be right as they were recorded, though each of them can be. */
const REASONS = {
  'promised-in-the-past': 'the first promise was for a day before the one on which it was made',
  'before-the-request': 'something happened before the case was requested',
  'out-of-order': 'it was shipped, at the hub and received in another order',
  'before-start': 'it was completed before it started',
} as const;
type Implausibility = keyof typeof REASONS;

/**
 * R30: the column of every row whose days can contradict each other. The rules accept such days,
 * since a fact may be recorded late or in any order; they are marked until they are corrected.
 */
export const implausibleFor = (...codes: readonly Implausibility[]): PropertyDecorator =>
  textOrNull(
    `what is implausible about its days, as codes with commas between them; null if nothing is: ${codes
      .map((code) => `${code} (${REASONS[code]})`)
      .join('; ')}`,
  );

/** The meaning of `legal_basis` in the row of what a command with one opened. */
export const LEGAL_BASIS = 'the law or agreement that it rests on, if the opening command named one';

/** The meaning of `basis` in the row of anything that may repeat history of another system. */
export const BASIS = 'own; or reported, if it repeats what another system decided';

/** Whether the second of two days is earlier than the first; a day that is not known is not. */
export const earlier = (first: string | null, second: string | null): boolean =>
  first !== null && second !== null && second < first;

/**
 * Whether something was first promised for a day before the promise. History of another system is
 * reported afterwards, so the day of its promises is not known.
 */
export const promisedInThePast = (basis: string, promised: { readonly on: string; readonly due: string }): boolean =>
  basis === 'own' && earlier(promised.on, promised.due);

/** The reasons that hold, in their order, as the column has them. */
export function implausible(holds: Readonly<Partial<Record<Implausibility, boolean>>>): string | null {
  const codes = Object.keys(REASONS).filter((code) => holds[code as Implausibility] === true);
  return codes.length === 0 ? null : codes.join(',');
}
