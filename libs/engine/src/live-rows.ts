import type { Change, Filter, Pin, ReadModelStore, RowOut, TotalOut } from './read-model-store.js';

/** What a reader of live rows is told, in order. Each ends at a pin, from which the reader can resume. */
export type RowsNews =
  /** Forget what was told: rows follow anew. */
  | { readonly as: 'reset'; readonly reason: string }
  | { readonly as: 'rows'; readonly rows: readonly RowOut[] }
  | { readonly as: 'changes'; readonly changes: readonly Change[]; readonly pin: Pin; readonly version: string }
  | { readonly as: 'caught-up'; readonly pin: Pin; readonly version: string; readonly totals: readonly TotalOut[] };

/** Where a reader left off. */
export interface Resume {
  readonly version: string;
  readonly pin: Pin;
}

interface Reader {
  readonly where: readonly Filter[];
  readonly limit: number;
  tell(news: RowsNews): void;
  /** What came while it was being caught up; null once it is. */
  held: RowsNews[] | null;
}

/** One name that is watched: its readers, and how far they have been told. */
interface Watched {
  readonly name: string;
  readonly reads: readonly string[];
  readonly readers: Set<Reader>;
  pin: Pin;
  version: string;
  moving: Promise<void> | null;
  again: boolean;
  readonly snapshots: Map<string, Promise<{ rows: readonly RowOut[]; totals: readonly TotalOut[] }>>;
}

/**
 * Rows as they change. One reader of the database for all who watch a name: its changes are read once and told to each; the first rows of those who ask alike are
 * read once as well. A reader misses nothing between its snapshot, or the place where it left off, and what is told from then on.
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

  /** Tells the rows now, or what changed since the reader left off, and then what changes; until the function that it gives is called. */
  async follow(
    name: string,
    {
      where,
      limit,
      resume,
    }: { readonly where: readonly Filter[]; readonly limit: number; readonly resume: Resume | null },
    tell: (news: RowsNews) => void,
  ): Promise<() => void> {
    const watched = await this.watch(name);
    const reader: Reader = { where, limit, tell, held: [] };
    watched.readers.add(reader);
    const leave = (): void => void watched.readers.delete(reader);
    try {
      await this.catchUp(watched, reader, resume);
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
      const fresh = { name, reads, readers: new Set<Reader>(), moving: null, again: false, snapshots: new Map() };
      watched = this.store.reach(name).then(({ pin, version }) => ({ ...fresh, pin, version }));
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
      const { pin, version } = await this.store.reach(watched.name);
      this.moveTo(watched, pin, version);
      return;
    }
    const { changes, pin, version, tooMany } = await this.store.changes(watched.name, watched.pin);
    if (version === watched.version && pin.every((at, i) => at === watched.pin[i])) return;
    const anew = tooMany || version !== watched.version;
    this.moveTo(watched, pin, version);
    for (const reader of watched.readers)
      if (!anew) this.hand(reader, { as: 'changes', changes, pin, version });
      else {
        reader.held ??= [];
        const reason = tooMany ? 'more changed than is told one by one' : 'the rows were folded anew';
        void this.showAnew(watched, reader, reason).catch(() => undefined);
      }
  }

  private moveTo(watched: Watched, pin: Pin, version: string): void {
    watched.pin = pin;
    watched.version = version;
    watched.snapshots.clear();
  }

  private hand(reader: Reader, news: RowsNews): void {
    if (reader.held !== null) reader.held.push(news);
    else reader.tell(news);
  }

  private async catchUp(watched: Watched, reader: Reader, resume: Resume | null): Promise<void> {
    const { pin, version } = watched;
    const behind = resume !== null && resume.version === version && resume.pin.length === pin.length;
    if (resume === null) return this.showAnew(watched, reader, null);
    if (!behind || resume.pin.some((at, i) => at > (pin[i] ?? 0n)))
      return this.showAnew(watched, reader, 'the rows were folded anew since');
    const { changes, tooMany } = await this.store.changes(watched.name, resume.pin, pin);
    if (tooMany) return this.showAnew(watched, reader, 'more changed since than is told one by one');
    reader.tell({ as: 'changes', changes, pin, version });
    reader.tell({ as: 'caught-up', pin, version, totals: await this.store.totals(watched.name, reader.where, pin) });
    this.release(reader, pin);
  }

  private async showAnew(watched: Watched, reader: Reader, reason: string | null): Promise<void> {
    const { pin, version } = watched;
    const { rows, totals } = await this.snapshot(watched, reader);
    if (reason !== null) reader.tell({ as: 'reset', reason });
    reader.tell({ as: 'rows', rows });
    reader.tell({ as: 'caught-up', pin, version, totals });
    this.release(reader, pin);
  }

  /** What was held back and lies behind the snapshot follows it. */
  private release(reader: Reader, shown: Pin): void {
    const held = reader.held ?? [];
    reader.held = null;
    for (const news of held)
      if (news.as !== 'changes' || news.pin.some((at, i) => at > (shown[i] ?? 0n))) reader.tell(news);
  }

  private snapshot(watched: Watched, { where, limit }: Reader) {
    const asked = JSON.stringify([where, limit]);
    let snapshot = watched.snapshots.get(asked);
    if (snapshot === undefined) {
      const { name, pin } = watched;
      snapshot = Promise.all([
        this.store.query(name, { where, sort: [], limit, pin }),
        this.store.totals(name, where, pin),
      ]).then(([{ rows }, totals]) => ({ rows, totals }));
      watched.snapshots.set(asked, snapshot);
    }
    return snapshot;
  }
}
