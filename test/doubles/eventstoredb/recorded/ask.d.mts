/** A step of a case, with what it gave or how it failed. */
export interface Step {
  readonly step: string;
  readonly gives?: unknown;
  readonly fails?: unknown;
}
export type Answers = Readonly<Record<string, readonly Step[]>>;
export function recordedVersions(): readonly string[];
export function recorded(version: string): {
  readonly server: string;
  readonly recorded: string;
  readonly how: string;
  readonly answers: Answers;
};
export function ask(
  url: string,
  options?: { readonly only?: readonly string[]; readonly quiet?: number },
): Promise<Answers>;
export function differences(expected: Answers, answered: Answers): readonly string[];
