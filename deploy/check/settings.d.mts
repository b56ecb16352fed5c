/** The types of `settings.mjs`, for tests in TypeScript. */
export const APPS: Readonly<
  Record<string, { readonly takes: readonly string[]; readonly requires: readonly string[] }>
>;
