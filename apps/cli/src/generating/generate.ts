import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type EventStore, Pseudonymizer } from '@entente/engine';
import type { RecordedEvent } from '@entente/kernel';
import { fillFolder, writeDurably } from '../cli.module.js';
import { type Output, progress } from '../output.js';
import { type Activity, type GeneratedCommand, OPERATOR, type World, pass } from './activity.js';
import { check, item } from './equipment.js';
import { HistoryComplete } from './history-store.js';
import { misuse } from './misuse.js';
import { programme } from './programmes.js';
import { type Beginnings, Simulation } from './simulation.js';

/** The first day of every generated history, and its days until about its end. */
const FIRST_DAY = '2020-01-06';
const SPAN_DAYS = 2190;
/** The last days begin no programme: those under way go on. */
const QUIET_DAYS = 120;
/** About how many events follow from a programme. */
const EVENTS_OF_A_PROGRAMME = 650;

const begins =
  <Data>(activity: (world: World, event: RecordedEvent, data: Data) => Activity) =>
  (event: RecordedEvent, world: World): Activity =>
    activity(world, event, event.data as Data);

/** What begins with an event: checks are made, items are used, misuse is looked into. */
const BEGINNINGS: Beginnings = {
  EndUseCheckScheduled: begins(check),
  ItemReceived: begins(item),
  MisuseFlagged: begins(misuse),
};

/** Programmes begin over all the days, as many as make up the events. */
function* programmes(world: World, events: number): Activity {
  const all = Math.max(1, Math.round(events / EVENTS_OF_A_PROGRAMME));
  const every = (SPAN_DAYS - QUIET_DAYS) / all;
  let begun = 0;
  for (let day = 0; ; day += 1) {
    for (; begun <= day / every; begun += 1) world.begin(programme(world, begun + 1));
    yield* pass(1);
  }
}

/** What a generated history has. */
export interface GeneratedHistory {
  readonly events: number;
  readonly streams: number;
  readonly digest: string;
  /** How often commands were refused, by `<command> <code>`. */
  readonly refused: ReadonlyMap<string, number>;
  readonly lastDay: string;
}

/** The pseudonym key of a generated history: always the same for the same seed. */
const generatedKey = (seed: number): Buffer =>
  createHash('sha256').update(`entente generated history ${seed}`).digest();

/**
 * Writes a plausible history of this number of events into an empty store: some years of
 * programmes, decided by the rules. The same number and seed give the same events, with their ids
 * and times.
 */
export async function generateHistory(
  into: EventStore,
  events: number,
  seed: number,
  output: Output,
): Promise<GeneratedHistory> {
  const simulation = new Simulation({
    into,
    events,
    seed,
    firstDay: FIRST_DAY,
    pseudonymizer: new Pseudonymizer(generatedKey(seed)),
    beginnings: BEGINNINGS,
  });
  simulation.begin(programmes(simulation, events));
  const report = progress(output, 'events written');
  try {
    while (await simulation.step()) report(simulation.store.events, events);
  } catch (error) {
    if (!(error instanceof HistoryComplete)) throw error;
  }
  // The last command had more events than were left.
  for (let n = 1; simulation.store.events < events; n += 1) await simulation.send(observer(n));
  await simulation.store.flush();
  const { store, refused } = simulation;
  return {
    events: store.events,
    streams: store.streams,
    digest: simulation.digest(),
    refused,
    lastDay: simulation.day(),
  };
}

/** An organisation that only looks on. */
const observer = (n: number): GeneratedCommand => ({
  by: OPERATOR,
  to: `stakeholder/observer-${n}/register`,
  body: { name: `Observer ${n}`, type: 'oversight-body', country: 'ostland' },
  late: 0,
});

/**
 * Generates a history into a data folder that is empty or new, with the pseudonym key of the seed.
 * The folder is filled completely or not at all.
 */
export async function generateInFolder(
  data: string,
  events: number,
  seed: number,
  openStore: (folder: string) => EventStore,
  output: Output,
): Promise<GeneratedHistory> {
  let generated: GeneratedHistory | undefined;
  await fillFolder(data, async (filling) => {
    const store = openStore(filling);
    generated = await generateHistory(store, events, seed, output).finally(() => store.close());
    writeDurably(join(filling, 'pseudonym.key'), generatedKey(seed).toString('hex'), 0o600);
  });
  if (generated === undefined) throw new Error(`${data} was not filled`);
  return generated;
}
