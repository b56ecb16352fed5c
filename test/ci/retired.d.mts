export const RETIRED: readonly (readonly [RegExp, string])[];
export function retiredIn(text: string): string | null;
export function isUnwrapped(line: string): boolean;
/** Whether a line of a document should have been wrapped. */
export function isTooLong(file: string, line: string): boolean;
export function typeDeclaredIn(line: string): string | undefined;
/** Words that are not plain, and what to write. */
export const UNPLAIN: readonly (readonly [pattern: RegExp, instead: string])[];
/** Which word of a comment or of Markdown is not plain; null if all are. */
export const unplainIn: (file: string, line: string) => string | null;
