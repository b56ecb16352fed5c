import type { EventLog, ReadModelDescription, ReadModelStore } from '@entente/engine';
import { type Output, table } from './output.js';
import { type Difference, type Side, differences, foldFromScratch, pointAt } from './rows.js';

/** The read model or view of a name. Fails if there is none; the message lists all names. */
export const knownName = (store: ReadModelStore, name: string): ReadModelDescription => {
  const all = store.names();
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new Error(`there is no read model "${name}"; there are ${all.map((one) => one.name).join(', ')}`);
};

/** The two sides of a comparison: two dates, or the active rows and a replay. */
export async function sides(
  log: EventLog,
  served: ReadModelStore,
  scratch: ReadModelStore,
  options: { readonly rebuilt?: boolean; readonly asOf?: string; readonly with?: string },
  output: Output,
): Promise<readonly [Side, Side]> {
  if (options.rebuilt !== true)
    return [
      { store: served, ...(await pointAt(log, options.asOf)) },
      { store: served, ...(await pointAt(log, options.with)) },
    ];
  const { day, position: head } = await pointAt(log, undefined);
  let position = head;
  for (const { name } of served.names())
    for (const at of (await served.positions(name)).positions) if (at < position) position = at;
  await foldFromScratch(log, scratch, position, output);
  return [
    { store: served, position, day },
    { store: scratch, position, day },
  ];
}

/**
 * Streams that are parked in the compared read models. Both sides lack their later events, so equal
 * does not mean complete.
 */
export async function parkedIn(served: ReadModelStore, names: readonly string[]): Promise<readonly string[]> {
  const read = new Set(
    served
      .names()
      .filter(({ name }) => names.includes(name))
      .flatMap(({ reads }) => reads),
  );
  const parked = (await served.parked()).filter(({ model }) => read.has(model));
  return parked.map(({ model, stream, since }) => `${stream} of ${model} since ${since}`);
}

/** Prints every difference, and returns their number. */
export async function reportDifferences(
  names: readonly string[],
  left: Side,
  right: Side,
  parked: readonly string[],
  output: Output,
): Promise<number> {
  const found: Difference[] = [];
  let count = 0;
  for (const name of names)
    for await (const difference of differences(name, left, right)) {
      count += 1;
      if (found.length < 1000) found.push(difference);
    }
  if (output.json)
    output.out(
      JSON.stringify({
        left: String(left.position),
        right: String(right.position),
        compared: names,
        differences: found,
        count,
        parked,
      }),
    );
  else {
    if (found.length > 0) output.out(table(found.map((difference) => ({ ...difference }))));
    output.out(
      `${names.length} read models compared at positions ${left.position} and ${right.position}: ${count} differences`,
    );
    for (const one of parked) output.out(`parked, so both sides lack its later events: ${one}`);
  }
  return count;
}
