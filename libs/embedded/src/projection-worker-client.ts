import type { OnModuleDestroy } from '@nestjs/common';
import { type ModelStatus, type Observer, ProjectionStatus } from '@entente/engine';
import type { Says, ThreadData, LogAdvanced } from './projection-thread.js';
import { Thread } from './thread.js';

/** Under load it is told of commits so often, in milliseconds. */
const TOLD_EVERY = 40;

/**
 * The projection on a thread of its own: it is told of each commit, and begins again when its
 * thread has ended by itself.
 */
export class ProjectionWorkerClient extends ProjectionStatus implements OnModuleDestroy {
  private readonly thread: Thread<LogAdvanced, Says>;
  private readonly listeners = new Set<(models: ReadonlySet<string>) => void>();
  private last: readonly ModelStatus[] = [];
  private why: string | null = null;
  private telling: NodeJS.Timeout | null = null;

  private constructor(
    data: Omit<ThreadData, 'durable'>,
    private readonly observer: Observer,
    /** The last position that is on the disk. */
    private durable: bigint,
  ) {
    super();
    this.thread = new Thread({
      name: 'projection',
      code: new URL('./projection-thread.js', import.meta.url),
      data: (): ThreadData => ({ ...data, durable: this.durable }),
      heard: (says) => this.heard(says),
      // What was committed before it could be told.
      stands: () => this.thread.tell({ durable: this.durable }),
      ended: (why) => (this.why = why),
    });
  }

  /**
   * Begins it, on a log that is on the disk up to a position; resolves when the rows can be read,
   * and fails where they cannot be opened.
   */
  static async begin(
    data: Omit<ThreadData, 'durable'>,
    observer: Observer,
    durable: bigint,
  ): Promise<ProjectionWorkerClient> {
    const beside = new ProjectionWorkerClient(data, observer, durable);
    await beside.thread.begin();
    return beside;
  }

  status(): readonly ModelStatus[] {
    return this.last;
  }

  fault(): string | null {
    return this.why;
  }

  /**
   * Tells it that the log has grown: it is on the disk up to here. At once after a rest; under load
   * many commits are told together, since each telling wakes a thread.
   */
  committed(durable: bigint): void {
    this.durable = durable;
    if (this.telling !== null) return;
    this.thread.tell({ durable });
    this.telling = setTimeout(() => {
      this.telling = null;
      if (this.durable > durable) this.committed(this.durable);
    }, TOLD_EVERY);
  }

  /** Calls back when models moved: a hint, which may be late or missing. */
  onMoved(listener: (models: ReadonlySet<string>) => void): void {
    this.listeners.add(listener);
  }

  async onModuleDestroy(): Promise<void> {
    if (this.telling !== null) clearTimeout(this.telling);
    await this.thread.end();
  }

  private heard({ moved, projected, status, fault }: Exclude<Says, { ready: true }>): void {
    this.last = status;
    this.why = fault;
    for (const [events, ms] of projected) this.observer.projected(events, ms);
    if (moved.length === 0) return;
    const models = new Set(moved);
    for (const listener of this.listeners) listener(models);
  }
}
