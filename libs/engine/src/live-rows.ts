import { today } from './read-model-store.js';
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
 * An update for a reader of live rows. Updates are ordered. Each ends at positions from which the
 * reader can resume.
 */
export type LiveUpdate =
  /** The reader must discard all rows: they are sent again. */
  | { readonly type: 'reset'; readonly reason: string }
  | { readonly type: 'rows'; readonly rows: readonly ResultRow[] }
  | {
      readonly type: 'changes';
      readonly changes: readonly RowChange[];
      readonly positions: Positions;
      readonly version: string;
    }
  | {
      readonly type: 'caught-up';
      readonly positions: Positions;
      readonly version: string;
      readonly totals: readonly TotalsRow[];
      /**
       * The number of matching rows beyond the limit; only their changes will be sent. Null if no
       * rows were sent, because the reader has them from its last connection.
       */
      readonly truncated: number | null;
    };

/** The positions at which a reader ended, and the version of its rows. */
export interface Resume {
  readonly version: string;
  readonly positions: Positions;
}

interface Reader {
  readonly where: readonly Filter[];
  readonly limit: number;
  readonly onUpdate: (update: LiveUpdate) => void;
  readonly onLost: (error: unknown) => void;
  /**
   * Whether it has reached the shared positions and receives each change. Otherwise it is catching
   * up.
   */
  caughtUp: boolean;
}

/**
 * How far a reader has caught up. `at` is null if all rows are sent. `reason` is the reason if the
 * reader had other rows before.
 */
interface CatchUp {
  readonly at: Resume | null;
  readonly reason: string | null;
  /** Whether it has received `caught-up`. From then on it receives each change. */
  readonly hadCaughtUp: boolean;
}

const REBUILT = 'the rows were rebuilt';
const FOREIGN_ID = 'the id is not one of these rows';
const NEW_DAY = 'a new day has begun: what is late by today has changed';
const TOO_MANY = 'too many rows changed to send each change';
/**
 * The maximum number of cached snapshots at the same positions, for readers with different queries.
 */
const MAX_SNAPSHOTS = 32;

/**
 * A read model that readers follow: its readers, and the positions up to which they have the
 * changes.
 */
interface FollowedModel {
  readonly name: string;
  readonly reads: readonly string[];
  /**
   * Whether its rows depend on the day. Then its version contains the day on which they were read.
   */
  readonly daily: boolean;
  readonly readers: Set<Reader>;
  positions: Positions;
  version: string;
  moving: Promise<void> | null;
  again: boolean;
  /** The snapshots that were read at these positions. */
  readonly snapshots: Map<string, Promise<Snapshot>>;
  readonly changeCache: Map<string, Promise<RowChangeSet>>;
}

interface Snapshot {
  readonly rows: readonly ResultRow[];
  readonly totals: readonly TotalsRow[];
  readonly version: string;
}

/**
 * Delivers rows as they change. All readers of a read model share one reader of the database. It
 * reads the changes once for all of them, and the first rows once for equal queries. A reader
 * misses no change between its first rows, or the positions where it ended, and later changes: the
 * changes in between are read from the database, and nothing is buffered.
 */
export class LiveRows {
  private readonly followed = new Map<string, Promise<FollowedModel>>();
  private readonly unsubscribe: () => void;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly store: ReadModelStore,
    /** The interval of polling in milliseconds, because a notification can be late or missing. */
    lookEveryMs = 1000,
    private readonly day: () => string = today,
  ) {
    this.unsubscribe = store.onCommit((models) => this.onChange(models));
    this.timer = setInterval(() => this.onChange(null), lookEveryMs).unref();
  }

  /** The number of readers. */
  async readers(): Promise<number> {
    const all = await Promise.all(this.followed.values());
    return all.reduce((sum, { readers }) => sum + readers.size, 0);
  }

  /**
   * Calls `onUpdate` with the current rows, or with the changes since the reader ended, and then
   * with each change, until the returned function is called. If the rows cannot be read later,
   * calls `onLost` and ends. Rejects if the first read fails.
   */
  async follow(
    name: string,
    {
      where,
      limit,
      resume,
    }: { readonly where: readonly Filter[]; readonly limit: number; readonly resume: Resume | null },
    onUpdate: (update: LiveUpdate) => void,
    onLost: (error: unknown) => void,
  ): Promise<() => void> {
    const followed = await this.watch(name);
    const reader: Reader = { where, limit, onUpdate, onLost, caughtUp: false };
    followed.readers.add(reader);
    const leave = (): void => void followed.readers.delete(reader);
    try {
      await this.catchUp(followed, reader, {
        at: resume,
        reason: resume === null ? null : resume.version === '' ? FOREIGN_ID : `${REBUILT} since`,
        hadCaughtUp: false,
      });
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Ends the delivery to all readers. */
  close(): void {
    clearInterval(this.timer);
    this.unsubscribe();
    this.followed.clear();
  }

  private watch(name: string): Promise<FollowedModel> {
    let followed = this.followed.get(name);
    if (followed === undefined) {
      followed = this.store.positions(name).then(({ positions, version }) => {
        const described = this.store.names().find((one) => one.name === name);
        const daily = described?.daily ?? false;
        return {
          name,
          reads: described?.reads ?? [],
          daily,
          readers: new Set<Reader>(),
          moving: null,
          again: false,
          snapshots: new Map<never, never>(),
          changeCache: new Map<never, never>(),
          positions,
          version: versionOn({ daily }, this.day(), version),
        };
      });
      followed.catch(() => this.followed.delete(name));
      this.followed.set(name, followed);
    }
    return followed;
  }

  private onChange(models: ReadonlySet<string> | null): void {
    for (const followed of this.followed.values())
      void followed
        .then((it) => (models === null || it.reads.some((model) => models.has(model)) ? this.move(it) : undefined))
        .catch(() => undefined);
  }

  /** Reads the changes once at a time. Notifications during a read cause one more read. */
  private move(followed: FollowedModel): Promise<void> {
    followed.again = true;
    followed.moving ??= (async () => {
      try {
        while (followed.again) {
          followed.again = false;
          await this.sendChanges(followed);
        }
      } finally {
        followed.moving = null;
      }
    })();
    return followed.moving;
  }

  private async sendChanges(followed: FollowedModel): Promise<void> {
    if (followed.readers.size === 0) {
      const { positions, version } = await this.store.positions(followed.name);
      this.moveTo(followed, positions, versionOn(followed, this.day(), version));
      return;
    }
    const { changes, positions, version, tooMany } = await this.changesOf(followed, followed.positions);
    if (version === followed.version && samePositions(positions, followed.positions)) return;
    const fromScratch = tooMany || version !== followed.version;
    const reason = tooMany ? TOO_MANY : reasonOf(followed.version, version);
    this.moveTo(followed, positions, version);
    for (const reader of followed.readers) {
      if (!reader.caughtUp) continue;
      if (!fromScratch) {
        reader.onUpdate({ type: 'changes', changes, positions, version });
        continue;
      }
      reader.caughtUp = false;
      this.catchUp(followed, reader, { at: null, reason, hadCaughtUp: true }).catch((error: unknown) => {
        followed.readers.delete(reader);
        reader.onLost(error);
      });
    }
  }

  private moveTo(followed: FollowedModel, positions: Positions, version: string): void {
    followed.positions = positions;
    followed.version = version;
    followed.snapshots.clear();
    followed.changeCache.clear();
  }

  /** Brings a reader to the shared positions, step by step. */
  private async catchUp(followed: FollowedModel, reader: Reader, from: CatchUp): Promise<void> {
    for (let progress = from; followed.readers.has(reader);) {
      const { positions, version } = followed;
      if (
        progress.hadCaughtUp &&
        progress.at !== null &&
        progress.at.version === version &&
        samePositions(progress.at.positions, positions)
      ) {
        reader.caughtUp = true;
        return;
      }
      const next = await this.step(followed, reader, progress, { positions, version });
      // The tables changed during the read, so the result does not belong to the shared positions.
      if (next === null) await this.move(followed);
      else progress = next;
    }
  }

  private async step(
    followed: FollowedModel,
    reader: Reader,
    { at, reason, hadCaughtUp }: CatchUp,
    to: Resume,
  ): Promise<CatchUp | null> {
    const { positions, version } = to;
    if (
      at === null ||
      at.version !== version ||
      at.positions.length !== positions.length ||
      at.positions.some((p, i) => p > (positions[i] ?? 0n))
    ) {
      const { rows, totals, version: of } = await this.snapshot(followed, reader);
      if (of !== version) return null;
      if (reason !== null)
        reader.onUpdate({ type: 'reset', reason: at === null ? reason : reasonOf(at.version, version, reason) });
      reader.onUpdate({ type: 'rows', rows });
      const all = totals.reduce((sum, { count }) => sum + count, 0);
      reader.onUpdate({ type: 'caught-up', positions, version, totals, truncated: all - rows.length });
      return { at: to, reason: REBUILT, hadCaughtUp: true };
    }
    // The read that returns the version comes last, so its version also holds for the earlier
    // reads.
    const totals = hadCaughtUp
      ? null
      : await this.store.totals(followed.name, reader.where, positions, { day: this.day() });
    const { changes, tooMany, version: of } = await this.changesTo(followed, at.positions, positions);
    if (of !== version) return null;
    if (tooMany)
      return {
        at: null,
        reason: hadCaughtUp ? TOO_MANY : 'too many rows have changed since to send each change',
        hadCaughtUp,
      };
    reader.onUpdate({ type: 'changes', changes, positions, version });
    if (totals !== null) reader.onUpdate({ type: 'caught-up', positions, version, totals, truncated: null });
    return { at: to, reason: REBUILT, hadCaughtUp: true };
  }

  private snapshot(followed: FollowedModel, { where, limit }: Reader): Promise<Snapshot> {
    const { name, positions } = followed;
    return once(followed.snapshots, JSON.stringify([where, limit]), async () => {
      const day = this.day();
      const totals = await this.store.totals(name, where, positions, { day });
      const { rows, version } = await this.store.query(name, { where, sort: [], limit, positions, day });
      return { rows, totals, version: versionOn(followed, day, version) };
    });
  }

  private changesTo(followed: FollowedModel, since: Positions, to: Positions): Promise<RowChangeSet> {
    return once(followed.changeCache, [...since, ...to].join('-'), () => this.changesOf(followed, since, to));
  }

  /** The changes of rows, computed for the current day. */
  private async changesOf(followed: FollowedModel, since: Positions, to?: Positions): Promise<RowChangeSet> {
    const day = this.day();
    const changed = await this.store.changes(followed.name, since, to, day);
    return { ...changed, version: versionOn(followed, day, changed.version) };
  }
}

/** The version of rows that were read on a day. It contains the day if the rows depend on it. */
const versionOn = ({ daily }: Pick<FollowedModel, 'daily'>, day: string, version: string): string =>
  daily ? `${version}@${day}` : version;

/** Why rows of one version are sent again in another. */
const reasonOf = (from: string, to: string, otherwise = REBUILT): string =>
  from !== to && from.split('@')[0] === to.split('@')[0] ? NEW_DAY : otherwise;

const samePositions = (one: Positions, other: Positions): boolean =>
  one.length === other.length && one.every((at, i) => at === other[i]);

/** Caches the result of equal queries. A failure is not cached. */
function once<T>(results: Map<string, Promise<T>>, key: string, load: () => Promise<T>): Promise<T> {
  const cached = results.get(key);
  if (cached !== undefined) return cached;
  if (results.size >= MAX_SNAPSHOTS) results.clear();
  const started = load();
  results.set(key, started);
  started.catch(() => results.delete(key));
  return started;
}
