/** The message of what was thrown: of an error, also of another realm; else the value as text. */
export const messageOf = (thrown: unknown): string =>
  (thrown as { message?: string } | null)?.message ?? String(thrown);
