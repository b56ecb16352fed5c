import { CATALOGUE, type FieldError } from '@entente/contracts';
import { COMMAND_NOTED } from '@entente/kernel';

/** The names of the kinds of stream. */
export const KINDS: readonly string[] = CATALOGUE.map(({ kind }) => kind);

/** The types of the events of a log. */
export const EVENT_TYPES: readonly string[] = [
  ...new Set([...CATALOGUE.flatMap(({ events }) => Object.keys(events)), COMMAND_NOTED]),
];

/** The maximum number of names that an error lists. If there are more, it lists the nearest. */
const MAX_LISTED = 30;
const NEAREST = 3;

/** The edit distance of two texts: the number of characters to insert, remove or change. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= other.length; j += 1) {
      const changed = (row[j - 1] as number) + (letter === other[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}

/**
 * The errors for unknown names. Each lists the valid names, or the nearest ones and where to find
 * all of them.
 */
export function unknownNames(
  path: string,
  given: readonly string[],
  valid: readonly string[],
  listed = 'GET /v1/catalogue lists them',
): readonly FieldError[] {
  return given
    .filter((name) => !valid.includes(name))
    .map((name) => {
      // Only the beginning of a long text is compared, to limit the work.
      const word = name.slice(0, 64);
      const nearest = valid.toSorted((a, b) => editsBetween(word, a) - editsBetween(word, b)).slice(0, NEAREST);
      const names =
        valid.length <= MAX_LISTED
          ? `there are ${valid.join(', ')}`
          : `the nearest are ${nearest.join(', ')}; ${listed}`;
      return { path, message: `"${word}" is none; ${names}` };
    });
}
