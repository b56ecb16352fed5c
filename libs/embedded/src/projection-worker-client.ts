import type { OnModuleDestroy } from '@nestjs/common';
import { type ModelStatus, type Observer, ProjectionStatus } from '@entente/engine';
import type { ProjectionMessage, ThreadData, LogAdvanced } from './projection-thread.js';
import { SupervisedWorker } from './supervised-worker.js';

/** Least milliseconds between two messages about commits. */
const NOTIFY_EVERY_MS = 40;

/**
 * The projection on a worker thread: it gets a message for commits, and starts again after its
 * thread has ended by itself.
 */
export class ProjectionWorkerClient extends ProjectionStatus implements OnModuleDestroy {
  private readonly thread: SupervisedWorker<LogAdvanced, ProjectionMessage>;
  private readonly listeners = new Set<(models: ReadonlySet<string>) => void>();
  private last: readonly ModelStatus[] = [];
  private lastFault: string | null = null;
  private timer: NodeJS.Timeout | null = null;

  private constructor(
    data: Omit<ThreadData, 'durable'>,
    private readonly observer: Observer,
    /** The last position on the disk. */
    private durable: bigint,
  ) {
    super();
    this.thread = new SupervisedWorker({
      name: 'projection',
      code: new URL('./projection-thread.js', import.meta.url),
      data: (): ThreadData => ({ ...data, durable: this.durable }),
      onMessage: (message) => this.onMessage(message),
      // Commits from before the thread was ready.
      onReady: () => this.thread.send({ durable: this.durable }),
      onEnded: (reason) => (this.lastFault = reason),
    });
  }

  /**
   * Starts the thread, on a log that is on the disk up to a position. Resolves when the rows can be
   * read; fails if they cannot be opened.
   */
  static async begin(
    data: Omit<ThreadData, 'durable'>,
    observer: Observer,
    durable: bigint,
  ): Promise<ProjectionWorkerClient> {
    const client = new ProjectionWorkerClient(data, observer, durable);
    await client.thread.start();
    return client;
  }

  status(): readonly ModelStatus[] {
    return this.last;
  }

  fault(): string | null {
    return this.lastFault;
  }

  /**
   * Reports to the thread that the log is on the disk up to here: at once after a rest; under load
   * one message for many commits, since each message wakes the thread.
   */
  committed(durable: bigint): void {
    this.durable = durable;
    if (this.timer !== null) return;
    this.thread.send({ durable });
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.durable > durable) this.committed(this.durable);
    }, NOTIFY_EVERY_MS);
  }

  /** Calls the listener when models change: a hint, which may be late or missing. */
  onMoved(listener: (models: ReadonlySet<string>) => void): void {
    this.listeners.add(listener);
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    await this.thread.end();
  }

  private onMessage({ moved, projected, status, fault }: Exclude<ProjectionMessage, { ready: true }>): void {
    this.last = status;
    this.lastFault = fault;
    for (const [events, ms] of projected) this.observer.projected(events, ms);
    if (moved.length === 0) return;
    const models = new Set(moved);
    for (const listener of this.listeners) listener(models);
  }
}
