export const RETIRED: readonly (readonly [RegExp, string])[];
export function retiredIn(text: string): string | null;
