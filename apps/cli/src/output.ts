/** Exit codes. They are part of the public interface. */
export const EXIT = { done: 0, fault: 1, differences: 2, unusable: 3 } as const;

/** Where a command writes: results to one stream, progress and errors to another. */
export interface Output {
  readonly json: boolean;
  out(text: string): void;
  err(text: string): void;
}

/** The process's own streams. */
export const processOutput = (json: boolean): Output => ({
  json,
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
});

/** Reports progress at most once a second, and not in the first second. */
export function progress(output: Output, what: string): (done: number | bigint, of?: number | bigint) => void {
  let next = performance.now() + 1000;
  return (done, of) => {
    if (performance.now() < next) return;
    next = performance.now() + 1000;
    output.err(`${what}: ${String(done)}${of === undefined ? '' : ` of ${String(of)}`}`);
  };
}

/** Rows as aligned text for people; `right`: the columns that are aligned to the right. */
export function table(
  rows: readonly Readonly<Record<string, unknown>>[],
  right: ReadonlySet<string> = new Set(),
): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const text = (value: unknown): string =>
    value === null || value === undefined
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : (value as string | number | boolean).toString();
  const widths = columns.map((name) =>
    Math.min(48, Math.max(name.length, ...rows.map((row) => text(row[name]).length))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (right.has(columns[i] ?? '') ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(columns), ...rows.map((row) => line(columns.map((name) => text(row[name]))))].join('\n');
}
