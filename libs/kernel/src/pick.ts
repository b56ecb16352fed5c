/** The named fields of an object; one that can be left out is left out, and not undefined. */
type Picked<Of, Name extends keyof Of> = {
  [Key in keyof Pick<Of, Name>]: object extends Pick<Of, Key> ? Exclude<Of[Key], undefined> : Of[Key];
};

/** Those of the named fields that an object has, in the order of the names. */
export function pick<Of extends object, const Name extends keyof Of>(
  of: Of,
  ...names: readonly Name[]
): Picked<Of, Name> {
  const picked: Partial<Of> = {};
  for (const name of names) if (of[name] !== undefined) picked[name] = of[name];
  return picked as Picked<Of, Name>;
}
