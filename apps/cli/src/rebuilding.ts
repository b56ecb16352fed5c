import { type EventLog, type ReadModelStore, rebuild, retryParked } from '@entente/engine';
import { MODELS } from '@entente/read-models';
import { type Output, progress, table } from './output.js';
import { streamNamed } from './timeline.js';

const now = (): string => new Date().toISOString();

/** A read model by its name. Fails on an unknown one. */
function modelNamed(name: string, what: string): (typeof MODELS)[number] {
  const model = MODELS.find((one) => one.name === name);
  const all = MODELS.map((one) => one.name).join(', ');
  if (model === undefined) throw new Error(`there is no read model "${name}" ${what}; there are ${all}`);
  return model;
}

/** Which parked streams are meant: of one read model, or one stream. */
interface ParkedFilter {
  readonly model?: string;
  readonly stream?: string;
}

/** Whether a parked stream is meant. Fails if there is no such read model or stream. */
async function isMeant(
  log: EventLog,
  { model, stream }: ParkedFilter,
): Promise<(one: { readonly model: string; readonly stream: string }) => boolean> {
  if (model !== undefined) modelNamed(model, 'with parked streams');
  if (stream !== undefined) await streamNamed(log, stream);
  return (one) => (model === undefined || one.model === model) && (stream === undefined || one.stream === stream);
}

/** Rebuilds the given read models, or those whose version has changed. Fails on an unknown name. */
export async function rebuildModels(
  log: EventLog,
  rows: ReadModelStore,
  names: readonly string[],
  fromScratch: boolean,
  output: Output,
): Promise<void> {
  const wanted = names.length > 0 ? names : await rows.outdated();
  const models = wanted.map((name) => modelNamed(name, 'to rebuild'));
  if (models.length > 0)
    await rebuild(log, models, rows, { now, fromScratch, progress: progress(output, 'folded to position') });
  const versions = Object.fromEntries(
    await Promise.all(wanted.map(async (name) => [name, (await rows.positions(name)).version] as const)),
  );
  if (output.json) output.out(JSON.stringify({ rebuilt: versions }));
  else if (wanted.length === 0) output.out('nothing to rebuild: every read model has the version of this release');
  else for (const [name, version] of Object.entries(versions)) output.out(`${name} now has version ${version}`);
}

/** Prints the parked streams, each with the event that failed, and returns their number. */
export async function listParked(
  log: EventLog,
  rows: ReadModelStore,
  filter: ParkedFilter,
  output: Output,
): Promise<number> {
  const parked = [];
  const meant = await isMeant(log, filter);
  for (const { position, ...one } of (await rows.parked()).filter(meant)) {
    const event = await log.eventAt(position);
    parked.push({ ...one, type: event?.type ?? null, position: String(position) });
  }
  if (output.json) output.out(JSON.stringify({ parked }));
  else output.out(parked.length === 0 ? 'no stream is parked' : table(parked));
  return parked.length;
}

/** Retries parked streams. Returns the number that are still parked. */
export async function retry(
  log: EventLog,
  rows: ReadModelStore,
  filter: ParkedFilter,
  output: Output,
): Promise<number> {
  const retried = await retryParked(log, MODELS, rows, now, await isMeant(log, filter));
  if (output.json) output.out(JSON.stringify({ retried }));
  else
    output.out(
      retried.length === 0
        ? 'no stream was parked'
        : table(retried.map((one) => ({ ...one, error: one.error ?? 'no longer parked' }))),
    );
  return retried.filter(({ error }) => error !== null).length;
}
