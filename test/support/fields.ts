/** Sets a field of a command's body by its path, such as `parts.0.event`. */
export function setField(data: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const holder = names.reduce((at, name) => at[name] as Record<string, unknown>, data);
  holder[last] = value;
}
