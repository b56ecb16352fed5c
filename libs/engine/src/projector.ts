import { type AnyProjection, COMMAND_NOTED, type Event, type RecordedEvent, kindOf } from '@entente/kernel';
import type { DeadLetters } from './dead-letters.js';
import type { EventFeed, FeedBatch, FeedSubscription } from './event-feed.js';
import { type Observer, UNOBSERVED } from './observer.js';
import { partitionOf } from './partition.js';
import { type ModelStatus, ProjectionStatus } from './projection-status.js';
import { type ModelBatch, type Parked, type RowSink, type RowId, type RowVersion, rowKey } from './read-model-store.js';
import { MAX_PARKED_STREAMS } from './model-status.js';

/** Whether a projection folds this event. */
export const handles = (model: AnyProjection, event: RecordedEvent): boolean =>
  model.kinds === 'all' || (event.type !== COMMAND_NOTED && model.kinds.includes(kindOf(event)));

/** A partition that is assigned to this projector. */
interface AssignedPartition {
  readonly checkpoints: Map<string, bigint>;
  readonly catalogVersion: number | undefined;
}

/** The row versions that a fold made. The last version of each key is open. */
export interface Folding {
  readonly closes: Map<string, RowId & { until: bigint }>;
  readonly versions: RowVersion[];
  readonly parked: Parked[];
}

/**
 * Folds events, in order, into row versions. It is pure, except that it reads the clock when it
 * parks a stream. `current` has the open row of each touched key, and is updated. An event that
 * cannot be folded parks its stream from that event on. Versions from earlier events of the stream
 * are kept.
 */
export function foldRows(
  model: AnyProjection,
  events: Iterable<RecordedEvent>,
  current: Map<string, object>,
  isParked: (stream: string) => boolean,
  now: () => string,
  refuses: (row: object) => string | null = () => null,
): Folding {
  const open = new Map<string, number>();
  const closes: Folding['closes'] = new Map();
  const versions: (RowVersion & { until: bigint | null })[] = [];
  const parked: Parked[] = [];
  const stopped = new Set<string>();
  for (const event of events) {
    const { stream, position } = event;
    if (!handles(model, event) || stopped.has(stream) || isParked(stream)) continue;
    try {
      const head = model.head === true ? (current.get(rowKey({ stream, key: '' })) ?? null) : null;
      const made = model.touches(event).map((key) => {
        const before = current.get(rowKey({ stream, key })) ?? null;
        const after = model.evolve(before, event, key, head);
        const why = after === null || after === before ? null : refuses(after);
        if (why !== null) throw new TypeError(`its row cannot be stored: ${why}`);
        return { key, before, after };
      });
      for (const { key, before, after } of made) {
        if (after === before) continue;
        const id = rowKey({ stream, key });
        const at = open.get(id);
        if (at !== undefined) versions[at] = { ...(versions[at] as RowVersion), until: position };
        else if (before !== null) closes.set(id, { stream, key, until: position });
        open.delete(id);
        if (after === null) {
          current.delete(id);
          continue;
        }
        current.set(id, after);
        open.set(id, versions.push({ stream, key, since: position, until: null, eventId: event.id, row: after }) - 1);
      }
    } catch (error) {
      stopped.add(stream);
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      parked.push({ model: model.name, stream, eventId: event.id, position, error: message, since: now() });
    }
  }
  return { closes, versions, parked };
}

/**
 * The only code that folds rows from the log. For each batch it reads the rows of the touched keys
 * once, folds, and writes once, together with the checkpoint, in one transaction for all models. An
 * event at or below a model's checkpoint is skipped, so a repeat has no effect.
 */
export class Projector extends ProjectionStatus {
  private subscription: FeedSubscription | null = null;
  /**
   * The assigned partitions: the models' checkpoints, and the catalog version at which the parked
   * streams were read.
   */
  private readonly assigned = new Map<number, AssignedPartition>();
  /** The partitions whose parked streams were read since the last start. */
  private readonly partitionsRead = new Set<number>();
  private readonly parkedStreams = new Map<string, Set<string>>();
  private readonly stopped = new Map<string, string>();
  private outdated: ReadonlySet<string> = new Set();

  constructor(
    private readonly models: readonly AnyProjection[],
    private readonly feed: EventFeed,
    private readonly store: RowSink,
    private readonly now: () => string,
    /** The maximum number of parked streams. If a model has more, it stops. */
    private readonly maxParked = MAX_PARKED_STREAMS,
    private readonly observer: Observer = UNOBSERVED,
    private readonly deadLetters: Pick<DeadLetters, 'put'> | null = null,
  ) {
    super();
  }

  /** Starts to fold from the models' checkpoints. */
  start(): void {
    this.partitionsRead.clear();
    this.subscription = this.feed.subscribe({
      startPosition: (partition) => this.startPosition(partition),
      process: (batch) => this.process(batch),
      revoked: (partition) => {
        this.assigned.delete(partition);
        this.partitionsRead.delete(partition);
      },
    });
  }

  /** Whether it was started, and not stopped. */
  get running(): boolean {
    return this.subscription !== null;
  }

  /** Ends after the current batch. */
  async stop(): Promise<void> {
    await this.subscription?.stop();
    this.subscription = null;
  }

  fault(): string | null {
    return this.subscription?.fault() ?? null;
  }

  status(): readonly ModelStatus[] {
    if (this.assigned.size === 0) return [];
    return this.models.map(({ name }) => {
      const at = [...this.assigned.values()].map(({ checkpoints }) => checkpoints.get(name) ?? 0n);
      const parked = this.parkedStreams.get(name)?.size ?? 0;
      return { model: name, position: lowest(at), parked, stopped: this.stopped.get(name) ?? null };
    });
  }

  private async startPosition(partition: number): Promise<bigint> {
    // This is read first. If it changes during the other reads, the first commit returns false.
    const catalogVersion = await this.store.catalogVersion();
    const outdated = new Set(await this.store.outdated());
    const all = await this.store.checkpoints();
    const checkpoints = new Map(this.models.map(({ name }) => [name, all.get(name)?.[partition] ?? 0n]));
    const parked = await this.store.parked();
    // There is no `await` from here on. Other partitions may be folded concurrently, and streams
    // that they have parked are known here earlier than in the database.
    const isOfAnotherPartition = (stream: string): boolean => {
      const other = partitionOf(stream, this.feed.partitions);
      return other !== partition && this.partitionsRead.has(other);
    };
    for (const { name } of this.models) {
      const streams = parked.filter(({ model, stream }) => model === name && !isOfAnotherPartition(stream));
      const known = [...(this.parkedStreams.get(name) ?? [])].filter(isOfAnotherPartition);
      this.parkedStreams.set(name, new Set([...known, ...streams.map(({ stream }) => stream)]));
    }
    this.outdated = outdated;
    this.assigned.set(partition, { checkpoints, catalogVersion });
    this.partitionsRead.add(partition);
    this.stopped.clear();
    for (const { name } of this.models) this.stopIfTooManyParked(name);
    const folding = this.models.filter(({ name }) => !this.outdated.has(name) && !this.stopped.has(name));
    // If no model folds, only new events need to be delivered.
    return lowest((folding.length === 0 ? this.models : folding).map(({ name }) => checkpoints.get(name) ?? 0n));
  }

  private async process({ partition, events, through }: FeedBatch): Promise<void> {
    const startedAt = performance.now();
    const { checkpoints, catalogVersion } = this.assigned.get(partition) ?? {
      checkpoints: new Map<string, bigint>(),
      catalogVersion: undefined,
    };
    const batches = await Promise.all(
      this.models.flatMap((model) => {
        const from = checkpoints.get(model.name) ?? 0n;
        const isIdle = this.stopped.has(model.name) || this.outdated.has(model.name) || through <= from;
        return isIdle ? [] : [this.projectBatch(model, partition, events, from, through)];
      }),
    );
    if (batches.length === 0) return;
    await this.reportParked(batches, events);
    if (!(await this.store.commit(batches, catalogVersion)))
      throw new Error('another worker moved the checkpoint or changed the active tables: continuing from there');
    for (const { model, to, parked } of batches) {
      checkpoints.set(model, to);
      const streams = this.parkedStreams.get(model) as Set<string>;
      for (const { stream } of parked) streams.add(stream);
      this.stopIfTooManyParked(model);
    }
    this.observer.projected(events.length, performance.now() - startedAt);
  }

  private async reportParked(batches: readonly ModelBatch[], events: readonly RecordedEvent[]): Promise<void> {
    if (this.deadLetters === null || batches.every(({ parked }) => parked.length === 0)) return;
    const deadLetters = batches.flatMap(({ parked }) =>
      parked.flatMap((one) => {
        const event = events.find(({ id }) => id === one.eventId);
        return event === undefined ? [] : [{ parked: one, event }];
      }),
    );
    await this.deadLetters.put(deadLetters);
  }

  private stopIfTooManyParked(model: string): void {
    const parked = this.parkedStreams.get(model)?.size ?? 0;
    if (parked > this.maxParked) this.stopped.set(model, `${parked} parked streams: more than ${this.maxParked}`);
  }

  private async projectBatch(
    model: AnyProjection,
    partition: number,
    events: readonly RecordedEvent[],
    from: bigint,
    to: bigint,
  ): Promise<ModelBatch> {
    const parkedStreams = this.parkedStreams.get(model.name) as Set<string>;
    const fresh = events.filter((e) => e.position > from && handles(model, e) && !parkedStreams.has(e.stream));
    const folding = await project(model, fresh, this.store, this.now);
    return { model: model.name, partition, from, to, ...folding, closes: [...folding.closes.values()] };
  }
}

const lowest = (positions: readonly bigint[]): bigint =>
  positions.reduce((low, one) => (one < low ? one : low), positions[0] ?? 0n);

/** Folds events onto the current rows of the keys that they touch. The rows are read once. */
export async function project(
  model: AnyProjection,
  events: readonly RecordedEvent[],
  sink: RowSink,
  now: () => string,
): Promise<Folding> {
  const ids = new Map<string, RowId>();
  if (model.appendOnly !== true)
    for (const event of events)
      for (const key of keysOf(model, event))
        ids.set(rowKey({ stream: event.stream, key }), { stream: event.stream, key });
  if (model.head === true) for (const { stream } of events) ids.set(rowKey({ stream, key: '' }), { stream, key: '' });
  const current = new Map(ids.size === 0 ? [] : await sink.current(model, [...ids.values()]));
  return foldRows(
    model,
    events,
    current,
    () => false,
    now,
    (row) => sink.refuses(model, row),
  );
}

/**
 * The keys that an event touches; none if the model throws. The fold then throws too, and parks the
 * stream.
 */
function keysOf(model: AnyProjection, event: RecordedEvent<Event>): readonly string[] {
  try {
    return model.touches(event);
  } catch {
    return [];
  }
}
