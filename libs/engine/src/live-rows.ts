import type {
  RowChange,
  RowChangeSet,
  Filter,
  Positions,
  ReadModelStore,
  ResultRow,
  TotalsRow,
} from './read-model-store.js';

/**
 * What a reader of live rows is told, in order. Each ends at a pin, from which the reader can
 * resume.
 */
export type LiveUpdate =
  /** Forget what was told: rows follow anew. */
  | { readonly as: 'reset'; readonly reason: string }
  | { readonly as: 'rows'; readonly rows: readonly ResultRow[] }
  | {
      readonly as: 'changes';
      readonly changes: readonly RowChange[];
      readonly pin: Positions;
      readonly version: string;
    }
  | {
      readonly as: 'caught-up';
      readonly pin: Positions;
      readonly version: string;
      readonly totals: readonly TotalsRow[];
    };

/** Where a reader left off. */
export interface Resume {
  readonly version: string;
  readonly pin: Positions;
}

interface Reader {
  readonly where: readonly Filter[];
  readonly limit: number;
  readonly tell: (news: LiveUpdate) => void;
  readonly lost: (error: unknown) => void;
  /** Whether it is where the others are, and told with them; else it is on its way there. */
  level: boolean;
}

/**
 * Where a reader is on its way to the others: null where its rows are shown anew, with the reason,
 * where it has had others.
 */
interface CatchUp {
  readonly at: Resume | null;
  readonly why: string | null;
  /** Whether it has been told that it has caught up: from then on each change is. */
  readonly shown: boolean;
}

const REBUILT = 'the rows were folded anew';
const TOO_MANY = 'more changed than is told one by one';
/** So much is kept of what was read at one pin, for readers that ask differently. */
const MAX_SNAPSHOTS = 32;

/** One name that is watched: its readers, and how far they have been told. */
interface Watched {
  readonly name: string;
  readonly reads: readonly string[];
  readonly readers: Set<Reader>;
  pin: Positions;
  version: string;
  moving: Promise<void> | null;
  again: boolean;
  /** What was read at this pin. */
  readonly snapshots: Map<string, Promise<Snapshot>>;
  readonly steps: Map<string, Promise<RowChangeSet>>;
}

interface Snapshot {
  readonly rows: readonly ResultRow[];
  readonly totals: readonly TotalsRow[];
  readonly version: string;
}

/**
 * Rows as they change. One reader of the database for all who watch a name: its changes are read
 * once and told to each; the first rows of those who ask alike are read once as well. A reader
 * misses nothing between its snapshot, or the place where it left off, and what is told from then
 * on: it asks for what changed meanwhile, and nothing is kept for it.
 */
export class LiveRows {
  private readonly watched = new Map<string, Promise<Watched>>();
  private readonly silence: () => void;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly store: ReadModelStore,
    /** A hint can be late or missing: so often is it looked at all the same, in milliseconds. */
    lookEvery = 1000,
  ) {
    this.silence = store.onCommit((models) => this.moved(models));
    this.timer = setInterval(() => this.moved(null), lookEvery).unref();
  }

  /** How many readers there are. */
  async readers(): Promise<number> {
    const all = await Promise.all(this.watched.values());
    return all.reduce((sum, { readers }) => sum + readers.size, 0);
  }

  /**
   * Tells the rows now, or what changed since the reader left off, and then what changes; until the
   * function that it gives is called. `lost` is called where the rows cannot be read later on: the
   * reader is told no more.
   */
  async follow(
    name: string,
    {
      where,
      limit,
      resume,
    }: { readonly where: readonly Filter[]; readonly limit: number; readonly resume: Resume | null },
    tell: (news: LiveUpdate) => void,
    lost: (error: unknown) => void,
  ): Promise<() => void> {
    const watched = await this.watch(name);
    const reader: Reader = { where, limit, tell, lost, level: false };
    watched.readers.add(reader);
    const leave = (): void => void watched.readers.delete(reader);
    try {
      await this.catchUp(watched, reader, {
        at: resume,
        why: resume === null ? null : `${REBUILT} since`,
        shown: false,
      });
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Ends all of it. */
  close(): void {
    clearInterval(this.timer);
    this.silence();
    this.watched.clear();
  }

  private watch(name: string): Promise<Watched> {
    let watched = this.watched.get(name);
    if (watched === undefined) {
      const reads = this.store.names().find((described) => described.name === name)?.reads ?? [];
      const fresh = { name, reads, readers: new Set<Reader>(), moving: null, again: false };
      const read = { snapshots: new Map<never, never>(), steps: new Map<never, never>() };
      watched = this.store.positions(name).then(({ pin, version }) => ({ ...fresh, ...read, pin, version }));
      watched.catch(() => this.watched.delete(name));
      this.watched.set(name, watched);
    }
    return watched;
  }

  private moved(models: ReadonlySet<string> | null): void {
    for (const watched of this.watched.values())
      void watched
        .then((it) => (models === null || it.reads.some((model) => models.has(model)) ? this.move(it) : undefined))
        .catch(() => undefined);
  }

  /** One at a time: what comes meanwhile is one more look, however much it is. */
  private move(watched: Watched): Promise<void> {
    watched.again = true;
    watched.moving ??= (async () => {
      try {
        while (watched.again) {
          watched.again = false;
          await this.tellChanges(watched);
        }
      } finally {
        watched.moving = null;
      }
    })();
    return watched.moving;
  }

  private async tellChanges(watched: Watched): Promise<void> {
    if (watched.readers.size === 0) {
      const { pin, version } = await this.store.positions(watched.name);
      this.moveTo(watched, pin, version);
      return;
    }
    const { changes, pin, version, tooMany } = await this.store.changes(watched.name, watched.pin);
    if (version === watched.version && same(pin, watched.pin)) return;
    const anew = tooMany || version !== watched.version;
    this.moveTo(watched, pin, version);
    for (const reader of watched.readers) {
      if (!reader.level) continue;
      if (!anew) {
        reader.tell({ as: 'changes', changes, pin, version });
        continue;
      }
      reader.level = false;
      this.catchUp(watched, reader, { at: null, why: tooMany ? TOO_MANY : REBUILT, shown: true }).catch(
        (error: unknown) => {
          watched.readers.delete(reader);
          reader.lost(error);
        },
      );
    }
  }

  private moveTo(watched: Watched, pin: Positions, version: string): void {
    watched.pin = pin;
    watched.version = version;
    watched.snapshots.clear();
    watched.steps.clear();
  }

  /** Brings a reader to where the others are by then, step by step. */
  private async catchUp(watched: Watched, reader: Reader, from: CatchUp): Promise<void> {
    for (let way = from; watched.readers.has(reader);) {
      const { pin, version } = watched;
      if (way.shown && way.at !== null && way.at.version === version && same(way.at.pin, pin)) {
        reader.level = true;
        return;
      }
      const next = await this.step(watched, reader, way, { pin, version });
      // Other tables are served than those that were to be read: what was read belongs to no pin
      // that the reader could be told.
      if (next === null) await this.move(watched);
      else way = next;
    }
  }

  private async step(
    watched: Watched,
    reader: Reader,
    { at, why, shown }: CatchUp,
    to: Resume,
  ): Promise<CatchUp | null> {
    const { pin, version } = to;
    if (
      at === null ||
      at.version !== version ||
      at.pin.length !== pin.length ||
      at.pin.some((p, i) => p > (pin[i] ?? 0n))
    ) {
      const { rows, totals, version: of } = await this.snapshot(watched, reader);
      if (of !== version) return null;
      if (why !== null) reader.tell({ as: 'reset', reason: why });
      reader.tell({ as: 'rows', rows });
      reader.tell({ as: 'caught-up', pin, version, totals });
      return { at: to, why: REBUILT, shown: true };
    }
    // What says its version is read last: it holds for what was read before as well.
    const totals = shown ? null : await this.store.totals(watched.name, reader.where, pin);
    const { changes, tooMany, version: of } = await this.changesTo(watched, at.pin, pin);
    if (of !== version) return null;
    if (tooMany) return { at: null, why: shown ? TOO_MANY : 'more changed since than is told one by one', shown };
    reader.tell({ as: 'changes', changes, pin, version });
    if (totals !== null) reader.tell({ as: 'caught-up', pin, version, totals });
    return { at: to, why: REBUILT, shown: true };
  }

  private snapshot(watched: Watched, { where, limit }: Reader): Promise<Snapshot> {
    const { name, pin } = watched;
    return once(watched.snapshots, JSON.stringify([where, limit]), async () => {
      const totals = await this.store.totals(name, where, pin);
      const { rows, version } = await this.store.query(name, { where, sort: [], limit, pin });
      return { rows, totals, version };
    });
  }

  private changesTo({ name, steps }: Watched, since: Positions, to: Positions): Promise<RowChangeSet> {
    return once(steps, [...since, ...to].join('-'), () => this.store.changes(name, since, to));
  }
}

const same = (one: Positions, other: Positions): boolean =>
  one.length === other.length && one.every((at, i) => at === other[i]);

/** Reads once for all who ask alike; what could not be read is read again. */
function once<T>(read: Map<string, Promise<T>>, asked: string, reading: () => Promise<T>): Promise<T> {
  const there = read.get(asked);
  if (there !== undefined) return there;
  if (read.size >= MAX_SNAPSHOTS) read.clear();
  const begun = reading();
  read.set(asked, begun);
  begun.catch(() => read.delete(asked));
  return begun;
}
