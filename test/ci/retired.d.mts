export const RETIRED: readonly (readonly [RegExp, string])[];
export function retiredIn(text: string): string | null;
export function isUnwrapped(line: string): boolean;
export function typeDeclaredIn(line: string): string | undefined;
