/** A suite, with the npm script that runs it, about how many seconds it takes, and the sources that call for it. */
export interface Suite {
  readonly name: string;
  readonly run: readonly string[];
  readonly seconds: number;
  readonly needs?: string;
  readonly touches?: readonly string[];
}
export const ALWAYS: readonly Suite[];
export const TOUCHED: readonly (Suite & { readonly touches: readonly string[] })[];
export const IN_TURN: readonly Suite[];
export const BUDGET_SECONDS: number;
export function chosen(
  changed: readonly string[],
  commits: number,
): { readonly run: readonly Suite[]; readonly left: readonly Suite[]; readonly seconds: number };
export function everything(): readonly Suite[];
